/* When a statistic or a diagram can show verdicts, which only the whole capture tells.
 *
 * Wireshark calls a view for each frame. In the GUI, in sharkd and with tshark -2 all frames were read once
 * before, so the verdicts are there with the first call. In tshark's only pass they come with the end, of
 * which no view is told; so for each view there is a listener that is drawn before it, as epan draws the
 * newest listener first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "glue.h"

/* A view that shows the verdicts, or will. */
struct shown {
    void *view;
    void (*fill)(void *view);
    bool at_end; /* there is a listener for the end */
};

static GHashTable *views; /* struct shown by the address of the view */

static void fill_at_end(void *data)
{
    struct shown *shown = (struct shown *)data;
    glue_finish();
    shown->fill(shown->view);
}

/* When Wireshark ends, it frees all listeners before the views are told to forget, which must not remove them
 * once more. */
static void end_is_gone(void *data)
{
    ((struct shown *)data)->at_end = false;
}

void verdicts_show(void *view, const struct glue_frame *frame, void (*fill)(void *view))
{
    if (views == NULL)
        views = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (g_hash_table_contains(views, view))
        return;
    struct shown *shown = g_new0(struct shown, 1);
    shown->view = view;
    shown->fill = fill;
    g_hash_table_insert(views, view, shown);
    if (!frame->is_new) {
        fill(view);
        return;
    }
    GString *error = register_tap_listener("adjoin", shown, NULL, TL_REQUIRES_NOTHING, NULL, NULL, fill_at_end,
                                           end_is_gone);
    shown->at_end = error == NULL;
    if (error != NULL) {
        ws_warning("no verdicts in statistics: %s", error->str);
        g_string_free(error, TRUE);
    }
}

void verdicts_forget(void *view)
{
    struct shown *shown = views == NULL ? NULL : (struct shown *)g_hash_table_lookup(views, view);
    if (shown == NULL)
        return;
    if (shown->at_end)
        remove_tap_listener(shown);
    g_hash_table_remove(views, view);
}
