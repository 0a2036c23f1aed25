// adjoin: follows Windows domain joins through a capture.
//
// Open a handle, feed every frame once and in order, ask for the rows of any frame, close.
// A handle is used by one thread at a time. Pointers in a view stay valid until the next call
// with the same handle; the tables of fields and findings stay valid for ever.
// No call exits, unwinds or keeps a pointer that was passed in.
//
// Written by cbindgen from dissector-ffi/src; refresh with
//     UPDATE=1 cargo test -p dissector-ffi --test header


#ifndef ADJOIN_H
#define ADJOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a row says.
enum AdjoinWhat
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A field with its value; `index` counts in the table of fields.
  ADJOIN_WHAT_FIELD = 0,
  // A finding about the last field row before it; `index` counts in the table of findings.
  ADJOIN_WHAT_FINDING = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinWhat AdjoinWhat;
#else
typedef uint32_t AdjoinWhat;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which octets a row is about.
enum AdjoinPlace
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // None: the row is a conclusion.
  ADJOIN_PLACE_GENERATED = 0,
  // Octets of the frame.
  ADJOIN_PLACE_FRAME = 1,
  // Octets of a buffer of the view.
  ADJOIN_PLACE_BUFFER = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinPlace AdjoinPlace;
#else
typedef uint32_t AdjoinPlace;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The types of field.
enum AdjoinKind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No value: a heading over other rows.
  ADJOIN_KIND_GROUP = 0,
  // UTF-8 text in `value`.
  ADJOIN_KIND_TEXT = 1,
  // Unsigned integer of `bits` bits in `uint_value`.
  ADJOIN_KIND_UINT = 2,
  // Signed 32-bit integer in `int_value`.
  ADJOIN_KIND_INT = 3,
  // One bit, `mask`, of a word of 32 bits; `uint_value` is the whole word.
  ADJOIN_KIND_FLAG = 4,
  // A GUID in `octets`.
  ADJOIN_KIND_GUID = 5,
  // An IPv4 address in the first 4 of `octets`.
  ADJOIN_KIND_IPV4 = 6,
  // An IPv6 address in `octets`.
  ADJOIN_KIND_IPV6 = 7,
  // Raw octets in `value`.
  ADJOIN_KIND_BYTES = 8,
  // The number of another frame in `uint_value`.
  ADJOIN_KIND_FRAME = 9,
  // A time that passed, in `duration_ns`.
  ADJOIN_KIND_DURATION = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinKind AdjoinKind;
#else
typedef uint32_t AdjoinKind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How an integer is printed.
enum AdjoinBase
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It is no integer.
  ADJOIN_BASE_NONE = 0,
  // Decimal.
  ADJOIN_BASE_DEC = 1,
  // Hexadecimal with leading zeros.
  ADJOIN_BASE_HEX = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinBase AdjoinBase;
#else
typedef uint32_t AdjoinBase;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the frame that a frame number names is to this one.
enum AdjoinLink
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Only related; also of fields that are no frame number.
  ADJOIN_LINK_RELATED = 0,
  // The frame with the request that this one answers.
  ADJOIN_LINK_REQUEST = 1,
  // The frame with the answer to this request.
  ADJOIN_LINK_RESPONSE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinLink AdjoinLink;
#else
typedef uint32_t AdjoinLink;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How bad a finding is.
enum AdjoinSeverity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Normal, though it looks like an error.
  ADJOIN_SEVERITY_CHAT = 0,
  // Worth knowing.
  ADJOIN_SEVERITY_NOTE = 1,
  // Probably a cause of trouble.
  ADJOIN_SEVERITY_WARNING = 2,
  // The join can't succeed with this.
  ADJOIN_SEVERITY_ERROR = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinSeverity AdjoinSeverity;
#else
typedef uint32_t AdjoinSeverity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a finding is about, in the terms of a packet analyser.
enum AdjoinGroup
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The sequence of messages is not what it should be.
  ADJOIN_GROUP_SEQUENCE = 0,
  // The peer answers with a status that says no.
  ADJOIN_GROUP_RESPONSE = 1,
  // The message itself is damaged.
  ADJOIN_GROUP_MALFORMED = 2,
  // A fault of adjoin.
  ADJOIN_GROUP_INTERNAL = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinGroup AdjoinGroup;
#else
typedef uint32_t AdjoinGroup;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How a report is written.
enum AdjoinFormat
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // For people: lines of plain text.
  ADJOIN_FORMAT_TEXT = 0,
  // For programs: one JSON object, of which `schema` is the version.
  ADJOIN_FORMAT_JSON = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum AdjoinFormat AdjoinFormat;
#else
typedef uint32_t AdjoinFormat;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// All that is known of one capture. Opaque.
typedef struct AdjoinCapture AdjoinCapture;

// One line of the tree. Rows come in pre-order: a row of depth d belongs under the last row before
// it whose depth is d - 1; rows of depth 0 belong under the protocol itself.
typedef struct {
  // What the row says.
  AdjoinWhat what;
  // Index of the field or the finding in its table; always less than the table's length.
  uint32_t index;
  // Levels below the protocol item.
  uint32_t depth;
  // Which octets the row is about.
  AdjoinPlace place;
  // Index of the buffer, where `place` is a buffer; less than the view's `buffer_count`.
  uint32_t buffer;
  // Offset of the first octet; the octets lie within the frame or the buffer.
  uint32_t offset;
  // Number of octets.
  uint32_t length;
  // The value of a signed field.
  int32_t int_value;
  // The value of an unsigned field, the word of a flag, or a frame number. Of a finding: how bad it is
  // in this frame, an `AdjoinSeverity`, which can be less than what the table says.
  uint64_t uint_value;
  // The value of a duration, in nanoseconds.
  int64_t duration_ns;
  // The value of a GUID, an IPv4 address (first 4) or an IPv6 address, in the order of its text
  // form.
  uint8_t octets[16];
  // The value of a text or octets field, followed by a NUL that `value_length` doesn't count;
  // text is UTF-8 without another NUL, without control characters and without marks that turn or hide text.
  // Never null.
  const char *value;
  // Octets of `value`.
  size_t value_length;
  // Of a field: what to show in place of the bare value, or null when the value speaks for
  // itself. Of a finding: its sentence. UTF-8 that ends in NUL.
  const char *text;
  // Octets of `text` without its NUL.
  size_t text_length;
} AdjoinRow;

// A message that was put together from several frames.
typedef struct {
  // What it is, such as `Reassembled LDAP message`. UTF-8 that ends in NUL.
  const char *name;
  // Its octets; not null.
  const uint8_t *bytes;
  // How many octets.
  size_t length;
} AdjoinBuffer;

// All that is to be shown of one frame.
typedef struct {
  // The rows; null when there are none.
  const AdjoinRow *rows;
  // Number of rows.
  size_t row_count;
  // The buffers that rows point into; null when there are none.
  const AdjoinBuffer *buffers;
  // Number of buffers.
  size_t buffer_count;
  // How many messages are complete in the frame; each has a row `adjoin.summary`, before those of verdicts.
  uint32_t message_count;
} AdjoinView;

// A finding of a join.
typedef struct {
  // Index in the table of findings; always less than the table's length.
  uint32_t finding;
  // What broke the join; there is one at most.
  bool is_root;
  // `root`, `consequence`, `survived`, `note` or `normal`.
  const char *role;
  // Id of the phase, such as `P2`.
  const char *phase;
  // What happened, in one sentence.
  const char *what;
  // Numbers of the frames that prove it; null when there are none.
  const uint32_t *frames;
  // How many.
  size_t frame_count;
} AdjoinProblem;

// A step of a ladder: what a frame said, or that nothing came.
typedef struct {
  // The frame; of what did not come, the frame that was waited after.
  uint32_t frame;
  // Octets of an address: 4 or 16.
  uint32_t address_length;
  // Address of the sender, in the order of its text form.
  uint8_t from[16];
  // Address of the receiver.
  uint8_t to[16];
  // The server's port.
  uint16_t port;
  // Whether the client sends; otherwise the server does.
  bool from_client;
  // Whether nothing came, or what was sent did not arrive.
  bool is_absent;
  // Whether the finding that it proves broke the join.
  bool is_root;
  // Capture time in nanoseconds since 1970-01-01 00:00 UTC.
  int64_t time_ns;
  // What it is, in a few words.
  const char *label;
  // Its phase, the finding that it proves, and the label: diagrams cut labels.
  const char *comment;
} AdjoinStep;

// How long the answers of a phase took.
typedef struct {
  // Id of the phase.
  const char *phase;
  // The phase in words.
  const char *name;
  // Requests with an answer.
  uint32_t answered;
  // Requests without.
  uint32_t unanswered;
  // Half of the answers took no longer, in nanoseconds.
  int64_t median_ns;
  // The slowest answer, in nanoseconds.
  int64_t slowest_ns;
  // The request that it was an answer to.
  uint32_t slowest_frame;
} AdjoinTimes;

// A join, and what became of it. Texts are UTF-8 that ends in NUL, empty where nothing is known.
typedef struct {
  // Address of the client.
  const char *client;
  // Its name.
  const char *client_name;
  // The domain.
  const char *domain;
  // The chosen domain controller: its name, or its address.
  const char *dc;
  // The account that was used.
  const char *account;
  // `joined`, `failed` or `unfinished`.
  const char *outcome;
  // Lowest number of a frame of it.
  uint32_t first_frame;
  // Highest number of a frame of it.
  uint32_t last_frame;
  // Time between its first and its last step, in nanoseconds.
  int64_t duration_ns;
  // Its findings, the root first; null when there are none.
  const AdjoinProblem *problems;
  // How many.
  size_t problem_count;
  // Its steps in the order of time; null when there are none.
  const AdjoinStep *steps;
  // How many.
  size_t step_count;
  // Steps that are not among them because there were too many.
  size_t steps_left_out;
  // How long answers took, for each phase that asked for something; null when none did.
  const AdjoinTimes *times;
  // How many.
  size_t time_count;
} AdjoinJoin;

// One field.
typedef struct {
  // The display filter, such as `adjoin.ldap_ping.opcode`.
  const char *filter;
  // The name in a tree.
  const char *name;
  // One sentence for a list of fields.
  const char *about;
  // The type of its values.
  AdjoinKind kind;
  // Of an integer: how it is printed.
  AdjoinBase base;
  // Of a frame number: what that frame is to this one.
  AdjoinLink link;
  // Width of an integer or of a flag's word: 8, 16, 32 or 64; otherwise 0.
  uint32_t bits;
  // Of a flag: its bit in the word; otherwise 0.
  uint32_t mask;
} AdjoinField;

// One entry of the catalogue of findings.
typedef struct {
  // Stable id, such as `PING-PAUSED`.
  const char *id;
  // Display filter, such as `adjoin.expert.ping-paused`.
  const char *filter;
  // What it means, in a few words.
  const char *title;
  // How bad it is at the worst; the row of a frame says how bad it is there.
  AdjoinSeverity severity;
  // What it is about.
  AdjoinGroup group;
} AdjoinFinding;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Starts a capture. Null if that fails.
AdjoinCapture *adjoin_open(void);

// Sets how verdicts are reached: the option `name` to what `value` says. All that was fed before counts
// as well; after `adjoin_finish` call that again.
//
// - `controllers`: addresses, separated by commas or spaces, of hosts that are domain controllers and
//   never judged as clients, besides those that the capture shows to be some.
// - `clients`: addresses of the only hosts that are judged as clients; empty for all that join or are
//   members of a domain.
// - `off`: groups of findings that are left out before the root is chosen, by what their ids begin with,
//   such as `NET,DNS`, or whole ids.
// - `patience`: seconds that an open request on a TCP connection may wait before its silence counts, 1
//   to 60 in decimal; 3 at first. A client that closes the connection ends the waiting before.
//
// False, and nothing is changed, for a null pointer, an unknown name, and a value that can't be read,
// such as a list with a wrong address or with a group that has no finding.
//
// # Safety
// `capture` is null or a handle that is open; `name` and `value` are null or end in NUL.
bool adjoin_set_option(AdjoinCapture *capture, const char *name, const char *value);

// Takes the next frame; each frame of a capture once, in the order of the capture.
//
// `time_ns` is the capture time in nanoseconds since 1970-01-01 00:00 UTC, `linktype` a LINKTYPE_
// value of the pcap registry (1 is Ethernet), `original_length` the length on the wire, which is
// more than `length` where the capture cut the frame.
//
// # Safety
// `capture` is null or a handle that is open; `bytes` is null or points to `length` octets.
void adjoin_feed(AdjoinCapture *capture,
                 uint32_t number,
                 int64_t time_ns,
                 uint32_t linktype,
                 const uint8_t *bytes,
                 size_t length,
                 uint32_t original_length);

// Says that the capture has ended: what is still waited for will not come. Rows can be asked for
// afterwards as before.
//
// # Safety
// `capture` is null or a handle that is open.
void adjoin_finish(AdjoinCapture *capture);

// Puts what is known of frame `number` into `out` and returns the number of rows; 0 for most
// frames. `bytes` are the frame's captured octets, the same that were fed.
//
// What `out` points to afterwards is valid until the next call with this handle.
//
// # Safety
// `capture` is null or a handle that is open; `bytes` is null or points to `length` octets;
// `out` is null or may be written.
size_t adjoin_rows(AdjoinCapture *capture,
                   uint32_t number,
                   const uint8_t *bytes,
                   size_t length,
                   AdjoinView *out);

// Whether the view of frame `number` has a buffer: for those who show octets but no rows.
//
// # Safety
// `capture` is null or a handle that is open.
bool adjoin_has_buffer(AdjoinCapture *capture, uint32_t number);

// The report on all that was fed: what became of each join, and what broke it. Call `adjoin_finish`
// before, unless more frames are to come.
//
// `format` is an `AdjoinFormat`. The result is UTF-8 that ends in NUL and is valid until the next
// call with this handle. Null for a null handle, for an unknown format, and where adjoin failed.
//
// # Safety
// `capture` is null or a handle that is open.
const char *adjoin_report(AdjoinCapture *capture, uint32_t format);

// The joins of all that was fed so far, in the order of the report: what became of each, its findings and
// its steps, as data for tables and diagrams.
//
// Null, and a count of 0, when there are none. They stay valid until the next frame is fed, an option is
// set, the capture is finished or closed; asking for rows or reports in between changes nothing.
//
// # Safety
// `capture` is null or a handle that is open; `count` is null or may be written.
const AdjoinJoin *adjoin_joins(AdjoinCapture *capture, size_t *count);

// Frees the handle and all that it gave out.
//
// # Safety
// `capture` is null or a handle that is open; it is not used afterwards.
void adjoin_close(AdjoinCapture *capture);

// The table of all fields; rows name a field by its index here. Constant, never freed.
//
// # Safety
// `count` is null or may be written.
const AdjoinField *adjoin_fields(size_t *count);

// The table of all findings; rows name a finding by its index here. Constant, never freed.
//
// # Safety
// `count` is null or may be written.
const AdjoinFinding *adjoin_findings(size_t *count);

// The version of adjoin, such as `0.1.0`.
const char *adjoin_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ADJOIN_H */
