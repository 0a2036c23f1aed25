/* The report on the capture: `tshark -z adjoin,report` and `-z adjoin,report,json` print it at the end, Statistics >
 * Domain Join Report shows it in a window.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "glue.h"

#include <epan/funnel.h>
#include <glib/gprintf.h>

#define OPTION "adjoin,report"

/* A way to ask for the report; Wireshark tells listeners apart by its address. */
struct way {
    const char *argument; /* what follows the option */
    uint32_t format;
};

static struct way ways[] = {
    { "", ADJOIN_FORMAT_TEXT },
    { ",json", ADJOIN_FORMAT_JSON },
};

/* Called when all frames have been dissected. */
static void print_report(void *data)
{
    const struct way *way = (const struct way *)data;
    const char *report = glue_report(way->format);
    if (report == NULL) {
        fprintf(stderr, "adjoin: no report, because adjoin failed\n");
        return;
    }
    size_t length = strlen(report);
    /* By GLib, whose standard output is Wireshark's: on Windows ours may have a buffer of its own. */
    g_printf("%s%s", report, length > 0 && report[length - 1] != '\n' ? "\n" : "");
}

/* NULL, or why there will be no report. The listener looks at no packet: with it Wireshark dissects
 * every frame, whatever else was asked for, and says when it has done so. */
static GString *add_listener(const char *argument)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        if (strcmp(argument, ways[i].argument) == 0)
            return register_tap_listener("adjoin", &ways[i], NULL, TL_REQUIRES_NOTHING, NULL, NULL, print_report,
                                         NULL);
    }
    return g_string_new("it is " OPTION " or " OPTION ",json");
}

static adjoin_stat_init init_report(const char *option, void *data)
{
    (void)data;
    GString *error = add_listener(option + strlen(OPTION));
    bool is_ready = error == NULL;
    if (!is_ready) {
        fprintf(stderr, "-z %s: %s\n", option, error->str);
        g_string_free(error, TRUE);
    }
    ADJOIN_END_STAT_INIT(is_ready);
}

static void open_window(void *data)
{
    const funnel_ops_t *window = funnel_get_funnel_ops();
    const char *report = glue_report(ADJOIN_FORMAT_TEXT);
    (void)data;
    if (window != NULL && window->new_text_window != NULL && window->set_text != NULL)
        window->set_text(window->new_text_window(window->ops_id, "Domain Join Report"), report == NULL ? "" : report);
}

void report_register_menu(void)
{
    funnel_register_menu("Domain Join Report", REGISTER_PACKET_STAT_GROUP_UNSORTED, open_window, NULL, NULL, false);
}

void report_register(void)
{
    static stat_tap_ui ui = { REGISTER_STAT_GROUP_GENERIC, NULL, OPTION, init_report, 0, NULL };
    register_stat_tap_ui(&ui, NULL);
}
