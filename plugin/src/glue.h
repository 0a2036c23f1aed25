/* What src/lib.rs and the C files of this folder say to each other. Rust reads it through bindgen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADJOIN_GLUE_H
#define ADJOIN_GLUE_H

#include "compat.h"
#include "adjoin.h"

/* A field in epan's terms. */
struct glue_field {
    const char *filter;
    const char *name;
    const char *about;
    unsigned type;       /* enum ftenum */
    unsigned display;    /* BASE_*, or the width of a flag's word */
    uint64_t bitmask;
    unsigned frame_type; /* enum ft_framenum_type, of an FT_FRAMENUM */
};

/* A finding in epan's terms. */
struct glue_finding {
    const char *filter;
    const char *title;
    int group;           /* PI_* */
};

/* In Rust: the tables in epan's terms, constant, as long as those of adjoin.h. */
const struct glue_field *glue_fields(size_t *count);
const struct glue_finding *glue_findings(size_t *count);

/* A message of a frame, as listeners to the tap `adjoin` are told of it. */
struct glue_message {
    const char *phase;   /* its id and name, such as "P2 LDAP ping" */
    bool is_answer;
    int64_t took_ns;     /* of an answer: time since its request */
};

/* What a frame says; most say nothing. It is gone when the frame is. */
struct glue_frame {
    const struct glue_message *messages;
    size_t count;
    bool is_new; /* later frames are yet to be read */
};

/* What to do with the Info column. */
enum adjoin_info { ADJOIN_INFO_LEAVE, ADJOIN_INFO_APPEND, ADJOIN_INFO_REPLACE };

/* In C: tells epan about the protocol and the report. */
void glue_register(void);

/* From glue.c to report.c: the report on the capture, which has ended, in a format of adjoin.h. NULL if
 * there is none; valid until anything else is asked of the capture. */
const char *glue_report(uint32_t format);

/* From glue.c to statistics.c, flow.c and conversations.c: the joins so far; valid until the next frame is read
 * for the first time. The time of the first frame, in nanoseconds since 1970. The phase of a frame, NULL if it
 * has none; valid until anything is asked of the capture. */
const AdjoinJoin *glue_joins(size_t *count);
int64_t glue_start(void);
const char *glue_phase(uint32_t frame);

/* From glue.c to verdicts.c: all frames were read. */
void glue_finish(void);

/* From verdicts.c: calls `fill` once for a view, as soon as there are verdicts; or no more. To be called for
 * each frame that the view is told of. */
void verdicts_show(void *view, const struct glue_frame *frame, void (*fill)(void *view));
void verdicts_forget(void *view);

/* From statistics.c, flow.c and conversations.c to glue.c: tell epan about what each of them shows. */
void statistics_register(void);
void flow_register(int protocol);
void conversations_register(void);

/* From options.c to glue.c: tells epan about the preferences of our protocol, and a new capture what they say. */
void options_register(int protocol);
void options_apply(AdjoinCapture *capture);
enum adjoin_info options_info_column(void);

/* From report.c to glue.c: tells epan about the report, and the menu about its window. */
void report_register(void);
void report_register_menu(void);

#endif
