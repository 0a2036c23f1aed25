/* What src/lib.rs, src/glue.c, src/options.c and src/report.c say to each other. Rust reads it through bindgen.
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

/* In C: tells epan about the protocol and the report. */
void glue_register(void);

/* From glue.c to report.c: the report on the capture, which has ended, in a format of adjoin.h. NULL if
 * there is none; valid until anything else is asked of the capture. */
const char *glue_report(uint32_t format);

/* From options.c to glue.c: tells epan about the preferences of our protocol, and a new capture what they say. */
void options_register(int protocol);
void options_apply(AdjoinCapture *capture);

/* From report.c to glue.c: tells epan about the report. */
void report_register(void);

#endif
