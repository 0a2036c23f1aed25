/* The post-dissector. Every call into epan is here or in the other C files of this folder.
 *
 * epan may leave any of its functions by longjmp, so no frame between epan and such a call may be
 * Rust's: Wireshark calls these functions, they call Rust through adjoin.h, and Rust has returned
 * before epan is called again. What Rust gave (rows and buffers) belongs to the handle and stays
 * valid when this code is left by a longjmp.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "glue.h"

/* Deeper rows are shown at this depth. */
#define MAX_DEPTH 15

static int proto_adjoin = -1;
static int ett_adjoin = ADJOIN_UNREGISTERED;
static int tap_adjoin = -1;
static int tap_expert = 0;
static int id_expert = -1;

/* One for each row of the tables of adjoin.h, for the life of epan. */
static const AdjoinField *fields;
static size_t field_count;
static int *hf;
static int *ett;
static expert_field *ei; /* of each finding one for each severity, under the same filter */
static const int severities[] = { PI_CHAT, PI_NOTE, PI_WARN, PI_ERROR }; /* by AdjoinSeverity */

/* What is known of the capture file that is open. */
static AdjoinCapture *capture;

/* Fields that mean something to this code, by their index. */
static struct {
    size_t phase;
    size_t name; /* of the phase */
    size_t summary;
    size_t log; /* a line of the client's log */
    size_t took;
} known;

static bool is_field(const AdjoinRow *row, size_t index)
{
    return row->what == ADJOIN_WHAT_FIELD && row->index == index;
}

/* ---------------------------------------------------------------- one per capture file */

static int64_t start; /* time of its first frame */

/* Opened with the first frame: who has disabled the protocol pays for nothing. */
static bool open_capture(void)
{
    if (capture == NULL) {
        capture = adjoin_open();
        options_apply(capture);
        start = INT64_MIN;
    }
    return capture != NULL;
}

static void close_capture(void)
{
    adjoin_close(capture);
    capture = NULL;
}

void glue_finish(void)
{
    adjoin_finish(capture);
}

const char *glue_report(uint32_t format)
{
    /* With one pass Wireshark has said nothing of its end. */
    if (!open_capture())
        return NULL;
    glue_finish();
    return adjoin_report(capture, format);
}

const AdjoinJoin *glue_joins(size_t *count)
{
    return adjoin_joins(capture, count);
}

int64_t glue_start(void)
{
    return start;
}

/* ------------------------------------------------------------------------- feeding frames */

#define LINKTYPE_UPPER_PDU 252

/* The LINKTYPE_ value of a WTAP_ENCAP_; for those that a join can be seen on, or that adjoin writes. */
static uint32_t linktype(int encap)
{
    switch (encap) {
    case WTAP_ENCAP_ETHERNET: return 1;
    case WTAP_ENCAP_NULL: return 0;
    case WTAP_ENCAP_LOOP: return 108;
    case WTAP_ENCAP_RAW_IP: return 101;
    case WTAP_ENCAP_RAW_IP4: return 228;
    case WTAP_ENCAP_RAW_IP6: return 229;
    case WTAP_ENCAP_SLL: return 113;
    case WTAP_ENCAP_SLL2: return 276;
    case WTAP_ENCAP_PPP: return 9;
    case WTAP_ENCAP_PPP_ETHER: return 51;
    case WTAP_ENCAP_CHDLC: return 104;
    case WTAP_ENCAP_IEEE_802_11: return 105;
    case WTAP_ENCAP_IEEE_802_11_PRISM: return 119;
    case WTAP_ENCAP_IEEE_802_11_RADIOTAP: return 127;
    case WTAP_ENCAP_IEEE_802_11_AVS: return 163;
    case WTAP_ENCAP_PPI: return 192;
    case WTAP_ENCAP_WIRESHARK_UPPER_PDU: return LINKTYPE_UPPER_PDU;
    default: return UINT32_MAX;
    }
}

/* Nanoseconds since 1970. A pcapng file can hold times that don't fit (they end in 2262). */
static int64_t nanoseconds(const nstime_t *time)
{
    const int64_t limit = INT64_MAX / 1000000000 - 10;
    int64_t seconds = CLAMP((int64_t)time->secs, -limit, limit);
    return seconds * 1000000000 + time->nsecs;
}

static void feed(packet_info *pinfo, const uint8_t *bytes, size_t length)
{
    const wtap_packet_header *header = &pinfo->rec->rec_header.packet_header;
    int64_t time = nanoseconds(&pinfo->abs_ts);
    if (start == INT64_MIN)
        start = time;
    adjoin_feed(capture, pinfo->num, time, linktype(header->pkt_encap), bytes, length,
                header->len);
}

/* --------------------------------------------------------------------------- showing rows */

/* Where a row is: the tvb and the range in it. */
struct place {
    tvbuff_t *tvb;
    int offset;
    int length;
};

static struct place place_of(const AdjoinRow *row, tvbuff_t *frame, tvbuff_t **buffers)
{
    struct place none = { frame, 0, 0 };
    tvbuff_t *tvb = row->place == ADJOIN_PLACE_BUFFER ? buffers[row->buffer] : frame;
    if (row->place == ADJOIN_PLACE_GENERATED || tvb == NULL)
        return none;
    struct place place = { tvb, (int)row->offset, (int)row->length };
    return place;
}

static proto_item *add_guid(proto_tree *tree, int id, struct place at, const uint8_t *o)
{
    e_guid_t guid;
    guid.data1 = (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
    guid.data2 = (uint16_t)(o[4] << 8 | o[5]);
    guid.data3 = (uint16_t)(o[6] << 8 | o[7]);
    memcpy(guid.data4, o + 8, sizeof guid.data4);
    return proto_tree_add_guid(tree, id, at.tvb, at.offset, at.length, &guid);
}

static proto_item *add_value(proto_tree *tree, const AdjoinRow *row, struct place at)
{
    const AdjoinField *field = &fields[row->index];
    int id = hf[row->index];
    ws_in4_addr ipv4;
    ws_in6_addr ipv6;
    nstime_t time;

    switch (field->kind) {
    case ADJOIN_KIND_TEXT:
        return proto_tree_add_string(tree, id, at.tvb, at.offset, at.length, row->value);
    case ADJOIN_KIND_UINT:
        if (field->bits == 64)
            return proto_tree_add_uint64(tree, id, at.tvb, at.offset, at.length, row->uint_value);
        /* fall through */
    case ADJOIN_KIND_FRAME:
        return proto_tree_add_uint(tree, id, at.tvb, at.offset, at.length, (uint32_t)row->uint_value);
    case ADJOIN_KIND_INT:
        return proto_tree_add_int(tree, id, at.tvb, at.offset, at.length, row->int_value);
    case ADJOIN_KIND_FLAG:
        return proto_tree_add_boolean(tree, id, at.tvb, at.offset, at.length, (adjoin_word)row->uint_value);
    case ADJOIN_KIND_GUID:
        return add_guid(tree, id, at, row->octets);
    case ADJOIN_KIND_IPV4:
        memcpy(&ipv4, row->octets, sizeof ipv4);
        return proto_tree_add_ipv4(tree, id, at.tvb, at.offset, at.length, ipv4);
    case ADJOIN_KIND_IPV6:
        memcpy(&ipv6, row->octets, sizeof ipv6);
        return proto_tree_add_ipv6(tree, id, at.tvb, at.offset, at.length, &ipv6);
    case ADJOIN_KIND_DURATION:
        time.secs = (time_t)(row->duration_ns / 1000000000);
        time.nsecs = (int)(row->duration_ns % 1000000000);
        return proto_tree_add_time(tree, id, at.tvb, at.offset, at.length, &time);
    case ADJOIN_KIND_BYTES:
        return proto_tree_add_bytes_with_length(tree, id, at.tvb, at.offset, at.length,
                                                (const uint8_t *)row->value, (int)row->value_length);
    default:
        return proto_tree_add_none_format(tree, id, at.tvb, at.offset, at.length, "%s", field->name);
    }
}

static proto_item *add_row(proto_tree *tree, const AdjoinRow *row, struct place at)
{
    const AdjoinField *field = &fields[row->index];
    proto_item *item = add_value(tree, row, at);
    if (row->text != NULL && field->kind == ADJOIN_KIND_FLAG)
        proto_item_append_text(item, " (%s)", row->text); /* keeps the picture of the bits */
    else if (row->text != NULL)
        proto_item_set_text(item, "%s: %s", field->name, row->text);
    if (row->place == ADJOIN_PLACE_GENERATED)
        proto_item_set_generated(item);
    return item;
}

/* Messages from several frames become data sources of their own: tabs below the packet's octets.
 * The octets are copied, because the handle's are overwritten when the next frame is asked for. */
static tvbuff_t **add_buffers(tvbuff_t *frame, packet_info *pinfo, const AdjoinView *view)
{
    tvbuff_t **buffers = wmem_alloc0_array(pinfo->pool, tvbuff_t *, view->buffer_count + 1);
    for (size_t i = 0; i < view->buffer_count; i++) {
        const AdjoinBuffer *buffer = &view->buffers[i];
        if (buffer->length == 0 || buffer->length > INT_MAX)
            continue;
        uint8_t *bytes = (uint8_t *)wmem_memdup(pinfo->pool, buffer->bytes, buffer->length);
        buffers[i] = tvb_new_child_real_data(frame, bytes, (unsigned)buffer->length, (int)buffer->length);
        add_new_data_source(pinfo, buffers[i], wmem_strdup_printf(pinfo->pool, "adjoin: %s", buffer->name));
    }
    return buffers;
}

/* Expert information of a finding that is as bad as its row says. */
static expert_field *expert_of(const AdjoinRow *row)
{
    size_t severity = (size_t)MIN(row->uint_value, G_N_ELEMENTS(severities) - 1);
    return &ei[row->index * G_N_ELEMENTS(severities) + severity];
}

static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const AdjoinView *view)
{
    /* at[d] is the last item of depth d - 1, below[d] its subtree once it has a child. */
    proto_item *at[MAX_DEPTH + 2];
    proto_tree *below[MAX_DEPTH + 2];
    size_t index_at[MAX_DEPTH + 2];
    unsigned deepest = 0;
    tvbuff_t **buffers = add_buffers(tvb, pinfo, view);

    at[0] = proto_tree_add_item(tree, proto_adjoin, tvb, 0, 0, ENC_NA);
    below[0] = proto_item_add_subtree(at[0], ett_adjoin);
    proto_item *last = at[0];

    for (size_t i = 0; i < view->row_count; i++) {
        const AdjoinRow *row = &view->rows[i];
        if (row->what == ADJOIN_WHAT_FINDING) {
            expert_add_info_format(pinfo, last, expert_of(row), "%s", row->text);
            continue;
        }
        unsigned depth = MIN(row->depth, MIN(deepest, MAX_DEPTH));
        if (below[depth] == NULL)
            below[depth] = proto_item_add_subtree(at[depth], ett[index_at[depth]]);
        last = add_row(below[depth], row, place_of(row, tvb, buffers));
        deepest = depth + 1;
        at[deepest] = last;
        below[deepest] = NULL;
        index_at[deepest] = row->index;
    }
}

/* Wireshark counts findings also when nobody looks at the tree. */
static void add_findings(packet_info *pinfo, const AdjoinView *view)
{
    for (size_t i = 0; i < view->row_count; i++) {
        const AdjoinRow *row = &view->rows[i];
        if (row->what == ADJOIN_WHAT_FINDING)
            expert_add_info_format(pinfo, NULL, expert_of(row), "%s", row->text);
    }
}

static const AdjoinRow *find(const AdjoinView *view, size_t field)
{
    for (size_t i = 0; i < view->row_count; i++) {
        if (is_field(&view->rows[i], field))
            return &view->rows[i];
    }
    return NULL;
}

const char *glue_phase(uint32_t frame)
{
    AdjoinView view;
    adjoin_rows(capture, frame, NULL, 0, &view);
    const AdjoinRow *phase = find(&view, known.phase);
    return phase == NULL ? NULL : phase->value;
}

/* Lines of the client's log are no messages. */
static bool is_log_line(const AdjoinView *view)
{
    return find(view, known.log) != NULL;
}

/* Tells statistics and diagrams of a frame. */
static void tap(packet_info *pinfo, const AdjoinView *view, bool is_new)
{
    struct glue_frame *frame = wmem_new0(pinfo->pool, struct glue_frame);
    struct glue_message *messages = wmem_alloc0_array(pinfo->pool, struct glue_message, view->row_count + 1);
    const AdjoinRow *phase = NULL, *name = NULL;
    uint32_t summaries = 0;
    size_t row_count = is_log_line(view) ? 0 : view->row_count;
    for (size_t i = 0; i < row_count; i++) {
        const AdjoinRow *row = &view->rows[i];
        if (row->depth > 0)
            continue;
        if (is_field(row, known.phase))
            phase = row;
        if (is_field(row, known.name))
            name = row;
        if (is_field(row, known.summary) && ++summaries > view->message_count)
            break; /* only verdicts follow */
        if (is_field(row, known.summary) && phase != NULL && name != NULL) {
            messages[frame->count++].phase = wmem_strdup_printf(pinfo->pool, "%s %s", phase->value, name->value);
            phase = NULL;
        }
        if (is_field(row, known.took) && frame->count > 0) {
            messages[frame->count - 1].is_answer = true;
            messages[frame->count - 1].took_ns = row->duration_ns;
        }
    }
    frame->messages = messages;
    frame->is_new = is_new;
    tap_queue_packet(tap_adjoin, pinfo, frame);
}

/* Puts what the frame says into the Info column, if that is wanted. A line of the client's log is ours, and
 * what another protocol takes it for is not worth its columns. */
static void set_columns(packet_info *pinfo, const AdjoinView *view)
{
    bool is_ours = is_log_line(view);
    enum adjoin_info mode = is_ours ? ADJOIN_INFO_REPLACE : options_info_column();
    if (is_ours)
        col_set_str(pinfo->cinfo, COL_PROTOCOL, "Netsetup");
    if (mode == ADJOIN_INFO_LEAVE || pinfo->cinfo == NULL)
        return;
    for (size_t i = 0; i < view->row_count; i++) {
        const AdjoinRow *row = &view->rows[i];
        if (!is_field(row, known.summary))
            continue;
        if (mode == ADJOIN_INFO_REPLACE) {
            col_clear_fence(pinfo->cinfo, COL_INFO);
            col_clear(pinfo->cinfo, COL_INFO);
            mode = ADJOIN_INFO_APPEND;
        }
        col_append_sep_str(pinfo->cinfo, COL_INFO, " | ", row->value);
    }
}

/* Wireshark registers its expert information after all plugins. */
static void find_expert(void)
{
    if (id_expert <= 0) {
        tap_expert = find_tap_id("expert");
        id_expert = proto_get_id_by_filter_name("_ws.expert");
    }
}

/* Whether a tree is drawn, or one of our fields or Wireshark's expert info is asked for by a filter, a column or a
 * colour rule. */
static bool wants_rows(proto_tree *tree)
{
    return tree != NULL && (proto_field_is_referenced(tree, proto_adjoin) ||
                            (id_expert > 0 && proto_field_is_referenced(tree, id_expert)));
}

static bool has_severity_column(const packet_info *pinfo)
{
    return pinfo->cinfo != NULL && pinfo->cinfo->col_first[COL_EXPERT] >= 0;
}

/* tshark gives columns to a frame when it prints it, and comes back to none: what nobody looks at then, nobody does.
 * The first of two passes has no columns, and other programs come back to their frames. */
static bool is_last_look(const packet_info *pinfo)
{
    return pinfo->cinfo != NULL && g_strcmp0(g_get_prgname(), "tshark") == 0;
}

/* Whether anybody looks at what is said of the frame: most of what it costs is saying it. */
static bool is_seen(const packet_info *pinfo, proto_tree *tree)
{
    bool may_be_log_line = linktype(pinfo->rec->rec_header.packet_header.pkt_encap) == LINKTYPE_UPPER_PDU;
    return wants_rows(tree) || may_be_log_line || has_severity_column(pinfo) || options_info_column() != ADJOIN_INFO_LEAVE ||
           have_tap_listener(tap_adjoin) || have_tap_listener(tap_expert);
}

/* Wireshark leaves the severity that was added last in its column; here it is the worst of ours. */
static void set_severity(packet_info *pinfo, const AdjoinView *view)
{
    static const char *const names[] = { "Chat", "Note", "Warning", "Error" }; /* by AdjoinSeverity */
    const char *worst = NULL;
    uint64_t severity = 0;
    for (size_t i = 0; i < view->row_count; i++) {
        const AdjoinRow *row = &view->rows[i];
        if (row->what == ADJOIN_WHAT_FINDING && row->uint_value >= severity && row->uint_value < G_N_ELEMENTS(names)) {
            severity = row->uint_value;
            worst = names[severity];
        }
    }
    if (worst != NULL && has_severity_column(pinfo))
        col_set_str(pinfo->cinfo, COL_EXPERT, worst);
}

static int dissect_adjoin(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    /* Only captured packets: no events, system calls or journal entries. */
    if (pinfo->rec == NULL || pinfo->rec->rec_type != REC_TYPE_PACKET)
        return 0;
    find_expert();
    bool seen = is_seen(pinfo, tree);
    if (!seen && tree == NULL && is_last_look(pinfo))
        return 0;
    if (!open_capture())
        return 0;

    unsigned length = tvb_captured_length(tvb);
    const uint8_t *bytes = length > 0 ? tvb_get_ptr(tvb, 0, (int)length) : NULL;
    bool is_new = !pinfo->fd->visited;
    if (is_new)
        feed(pinfo, bytes, length);
    /* Whoever prints octets has a tree, and asks for no field. */
    bool has_buffer = tree != NULL && adjoin_has_buffer(capture, pinfo->num);
    if (!has_buffer && !seen)
        return 0;

    AdjoinView view;
    adjoin_rows(capture, pinfo->num, bytes, length, &view);
    /* Diagrams also show steps in frames that say nothing. */
    if (have_tap_listener(tap_adjoin))
        tap(pinfo, &view, is_new);
    if (view.row_count == 0)
        return 0;
    set_columns(pinfo, &view);
    if (wants_rows(tree))
        show(tvb, pinfo, tree, &view);
    else
        add_findings(pinfo, &view);
    if (has_buffer && !wants_rows(tree))
        add_buffers(tvb, pinfo, &view);
    set_severity(pinfo, &view);
    return (int)length;
}

/* ---------------------------------------------------------------------------- registering */

static void register_fields(void)
{
    size_t count;
    const struct glue_field *table = glue_fields(&count);
    hf_register_info *info = wmem_alloc0_array(wmem_epan_scope(), hf_register_info, count + 1);
    int **subtrees = wmem_alloc0_array(wmem_epan_scope(), int *, count + 1);

    fields = adjoin_fields(&field_count);
    hf = wmem_alloc0_array(wmem_epan_scope(), int, count + 1);
    ett = wmem_alloc0_array(wmem_epan_scope(), int, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct glue_field *field = &table[i];
        const void *strings = NULL;
        if (field->type == FT_FRAMENUM)
            strings = FRAMENUM_TYPE(field->frame_type);
        else if (field->type == FT_BOOLEAN)
            strings = TFS(&tfs_set_notset);
        hf_register_info one = { &hf[i], {
            field->name, field->filter, (enum ftenum)field->type, (int)field->display,
            strings, field->bitmask, field->about, HFILL } };
        info[i] = one;
        subtrees[i] = &ett[i];
        hf[i] = -1;
        ett[i] = ADJOIN_UNREGISTERED;
        if (strcmp(field->filter, "adjoin.phase") == 0)
            known.phase = i;
        else if (strcmp(field->filter, "adjoin.phase.name") == 0)
            known.name = i;
        else if (strcmp(field->filter, "adjoin.log") == 0)
            known.log = i;
        else if (strcmp(field->filter, "adjoin.summary") == 0)
            known.summary = i;
        else if (strcmp(field->filter, "adjoin.response_time") == 0)
            known.took = i;
    }
    subtrees[count] = &ett_adjoin;
    proto_register_field_array(proto_adjoin, info, (int)count);
    proto_register_subtree_array(subtrees, (int)count + 1);
}

static void register_findings(void)
{
    size_t count;
    const struct glue_finding *table = glue_findings(&count);
    size_t total = count * G_N_ELEMENTS(severities);
    ei_register_info *info = wmem_alloc0_array(wmem_epan_scope(), ei_register_info, total + 1);

    ei = wmem_alloc0_array(wmem_epan_scope(), expert_field, total + 1);
    for (size_t i = 0; i < total; i++) {
        const struct glue_finding *finding = &table[i / G_N_ELEMENTS(severities)];
        ei_register_info one = { &ei[i], {
            finding->filter, finding->group, severities[i % G_N_ELEMENTS(severities)], finding->title,
            EXPFILL } };
        info[i] = one;
        ei[i] = adjoin_unregistered_expert;
    }
    expert_register_field_array(expert_register_protocol(proto_adjoin), info, (int)total);
}

static void proto_register_adjoin(void)
{
    proto_adjoin = proto_register_protocol("Active Directory Domain Join (adjoin)", "ADJOIN", "adjoin");
    tap_adjoin = register_tap("adjoin");
    register_fields();
    register_findings();
    options_register(proto_adjoin);
    flow_register(proto_adjoin);
    conversations_register();
    statistics_register();
    report_register_menu();
    register_cleanup_routine(close_capture);
    register_postseq_cleanup_routine(glue_finish);
}

static void proto_reg_handoff_adjoin(void)
{
    register_postdissector(create_dissector_handle(dissect_adjoin, proto_adjoin));
}

void glue_register(void)
{
    static proto_plugin plugin = { proto_register_adjoin, proto_reg_handoff_adjoin };
    static tap_plugin tap = { report_register };
    proto_register_plugin(&plugin);
    tap_register_plugin(&tap);
}
