/* What differs between Wireshark 4.0 and 4.6, as far as the glue needs it. Only the version is
 * detected, from ws_version.h; config.h isn't installed everywhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADJOIN_COMPAT_H
#define ADJOIN_COMPAT_H

#include <ws_version.h>

#define ADJOIN_WIRESHARK (WIRESHARK_VERSION_MAJOR * 100 + WIRESHARK_VERSION_MINOR)
#if ADJOIN_WIRESHARK < 400
#error "adjoin needs Wireshark 4.0 or later"
#endif

#include <stdbool.h>
#include <string.h>

/* 4.0 and 4.2 still name GLib's types in these headers without including it in each. */
#include <glib.h>
#include <wiretap/wtap.h>
#include <epan/packet.h>
#include <epan/column-info.h>
#include <epan/column-utils.h>
#include <epan/proto.h>
#include <epan/expert.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/tfs.h>
#include <epan/tvbuff.h>
#include <wsutil/wslog.h>

/* Ids that were never registered: -1 in all versions for subtrees (4.4 accepts 0 too), and what
 * EI_INIT says for expert infos (-1, and 0 from 4.6 on). */
#define ADJOIN_UNREGISTERED (-1)
static const expert_field adjoin_unregistered_expert = EI_INIT;

/* 4.0 takes the word of a boolean as 32 bits, 4.4 and later as 64. */
#if ADJOIN_WIRESHARK >= 404
typedef uint64_t adjoin_word;
#else
typedef guint32 adjoin_word;
#endif

/* Preferences and callbacks of 4.0 and 4.2 have GLib's boolean, those of 4.4 and later C's, which is shorter. */
#if ADJOIN_WIRESHARK >= 404
typedef bool adjoin_bool;
#else
typedef gboolean adjoin_bool;
#endif

/* From 4.2 on, conversation filters are given what was registered with them. */
#if ADJOIN_WIRESHARK >= 402
#define ADJOIN_FILTER_DATA , void *user_data G_GNUC_UNUSED
#define ADJOIN_REGISTER_FILTER(protocol, name, is_valid, build) \
    register_conversation_filter(protocol, name, is_valid, build, NULL)
#else
#define ADJOIN_FILTER_DATA
#define ADJOIN_REGISTER_FILTER(protocol, name, is_valid, build) \
    register_conversation_filter(protocol, name, is_valid, build)
#endif

/* From 4.6 on, what starts a statistic says whether it could; before, it ends the program, as Wireshark's
 * own do. */
#if ADJOIN_WIRESHARK >= 406
typedef bool adjoin_stat_init;
#define ADJOIN_END_STAT_INIT(is_ready) return (is_ready)
#else
typedef void adjoin_stat_init;
#define ADJOIN_END_STAT_INIT(is_ready) do { if (!(is_ready)) exit(EXIT_FAILURE); } while (0)
#endif

#endif
