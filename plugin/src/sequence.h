/* Flow graphs: what of epan's sequence analysis the plugin uses. Wireshark exports the functions, but installs
 * no header for them in any version. What is declared here was compared with the sources of 4.0.17 and 4.4.18.
 * For 4.6 it was compared with the machine code of 4.6.9 (x86-64): the size of an arrow that
 * sequence_analysis_create_sai_with_addresses() allocates, and the members' places in what frees, sorts, colours
 * and prints arrows. There line_style and info_type are only known to fill the gap between their neighbours.
 * A test draws a graph in every version.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADJOIN_SEQUENCE_H
#define ADJOIN_SEQUENCE_H

#include "compat.h"

/* Booleans in its structs became C's in 4.4. */
#if ADJOIN_WIRESHARK >= 404
typedef bool sequence_bool;
#else
typedef gboolean sequence_bool;
#endif

/* An arrow. epan frees it, with g_free what it points to. */
typedef struct _seq_analysis_item {
    uint32_t frame_number;
    address src_addr;
    uint16_t port_src;
    address dst_addr;
    uint16_t port_dst;
    char *frame_label;
    char *time_str;
    char *comment;
    uint16_t conv_num;
    unsigned fg_color; /* 0xRRGGBB, as is the other */
    unsigned bg_color;
    sequence_bool has_color_filter;
    sequence_bool display;
    unsigned src_node;
    unsigned dst_node;
    uint16_t line_style;
    uint32_t info_type;
    void *info_ptr;
#if ADJOIN_WIRESHARK >= 406
    void (*free_info)(void *); /* how to free info_ptr, if there is one */
#endif
} seq_analysis_item_t;

/* A graph; there are more members, which only epan uses. */
typedef struct _seq_analysis_info {
    const char *name;
    sequence_bool any_addr;
    int nconv;
    GQueue *items;
} seq_analysis_info_t;

WS_DLL_PUBLIC void register_seq_analysis(const char *name, const char *ui_name, const int proto_id,
                                         const char *tap_listener, unsigned tap_flags, tap_packet_cb tap_func);

#endif
