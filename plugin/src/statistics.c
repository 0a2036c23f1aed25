/* Statistics > Domain Join: the tree (`-z adjoin,tree`) and the table of joins (`-z adjoin,stat`).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "glue.h"

#include <epan/stats_tree.h>

/* ------------------------------------------------------------------------------------ the tree */

#define JOINS "Joins"
#define ROOTS "What broke joins"
#define FINDINGS "Other findings"
#define UNANSWERED "Requests without an answer"
#define MESSAGES "Messages by phase"
#define TIMES "Response time in ms"

static void begin_tree(stats_tree *tree)
{
    static const char *const heads[] = { JOINS, ROOTS, FINDINGS, UNANSWERED, MESSAGES };
    verdicts_forget(tree);
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        stats_tree_create_node(tree, heads[i], 0, STAT_DT_INT, true);
    stats_tree_create_node(tree, TIMES, 0, STAT_DT_FLOAT, true);
    /* What became of the joins comes first, however the tree is sorted. */
    stat_node_set_flags(tree, JOINS, 0, true, ST_FLG_SORT_TOP);
    stat_node_set_flags(tree, ROOTS, 0, true, ST_FLG_SORT_TOP);
}

static void add(stats_tree *tree, const char *head, const char *name, int count)
{
    increase_stat_node(tree, head, 0, true, count);
    increase_stat_node(tree, name, stats_tree_parent_id_by_name(tree, head), false, count);
}

static void fill_tree(void *view)
{
    stats_tree *tree = (stats_tree *)view;
    size_t join_count, finding_count;
    const AdjoinJoin *joins = glue_joins(&join_count);
    const AdjoinFinding *findings = adjoin_findings(&finding_count);

    for (size_t i = 0; i < join_count; i++) {
        const AdjoinJoin *join = &joins[i];
        add(tree, JOINS, join->outcome, 1);
        for (size_t p = 0; p < join->problem_count; p++) {
            const AdjoinProblem *problem = &join->problems[p];
            const AdjoinFinding *finding = &findings[problem->finding];
            char *name = g_strdup_printf("%s: %s", finding->id, finding->title);
            add(tree, problem->is_root ? ROOTS : FINDINGS, name, 1);
            g_free(name);
        }
        for (size_t t = 0; t < join->time_count; t++) {
            const AdjoinTimes *times = &join->times[t];
            if (times->unanswered > 0) {
                char *name = g_strdup_printf("%s %s", times->phase, times->name);
                add(tree, UNANSWERED, name, (int)MIN(times->unanswered, INT_MAX));
                g_free(name);
            }
        }
    }
}

static tap_packet_status count_frame(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    const struct glue_frame *frame = (const struct glue_frame *)data;
    (void)pinfo;
    (void)edt;
    (void)flags;
    verdicts_show(tree, frame, fill_tree);
    for (size_t i = 0; i < frame->count; i++) {
        const struct glue_message *message = &frame->messages[i];
        add(tree, MESSAGES, message->phase, 1);
        if (!message->is_answer)
            continue;
        float ms = (float)message->took_ns / 1e6f;
        avg_stat_node_add_value_float(tree, TIMES, 0, true, ms);
        avg_stat_node_add_value_float(tree, message->phase, stats_tree_parent_id_by_name(tree, TIMES), false, ms);
    }
    return TAP_PACKET_REDRAW;
}

static void end_tree(stats_tree *tree)
{
    verdicts_forget(tree);
}

/* ----------------------------------------------------------------------------------- the table */

#define TABLE "Domain joins"

enum { NUMBER, CLIENT, DOMAIN, CONTROLLER, ACCOUNT, OUTCOME, PHASE, FINDING, WHAT, FIRST, LAST, SECONDS, COLUMNS };

static stat_tap_table_item columns[COLUMNS] = {
    [NUMBER] = { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "#", "%u" },
    [CLIENT] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Client", "%s" },
    [DOMAIN] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Domain", "%s" },
    [CONTROLLER] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Domain controller", "%s" },
    [ACCOUNT] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Account", "%s" },
    [OUTCOME] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Outcome", "%s" },
    [PHASE] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Phase", "%s" },
    [FINDING] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Root cause", "%s" },
    [WHAT] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "What happened", "%s" },
    [FIRST] = { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "First frame", "%u" },
    [LAST] = { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Last frame", "%u" },
    [SECONDS] = { TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Seconds", "%.3f" },
};

static void begin_table(stat_tap_table_ui *ui)
{
    if (stat_tap_find_table(ui, TABLE) == NULL)
        stat_tap_add_table(ui, stat_tap_init_table(TABLE, COLUMNS, 0, NULL));
}

/* Wireshark has no way to take rows away. */
static void empty_table(stat_tap_table *table)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column < COLUMNS; column++) {
            stat_tap_table_item_type *item = stat_tap_get_field_data(table, row, column);
            if (item->type == TABLE_ITEM_STRING)
                g_free((void *)item->value.string_value);
        }
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
}

static void free_item(stat_tap_table *table, unsigned row, unsigned column, stat_tap_table_item_type *item)
{
    (void)table;
    (void)row;
    (void)column;
    if (item->type != TABLE_ITEM_STRING)
        return;
    g_free((void *)item->value.string_value);
    item->value.string_value = NULL;
}

static void set_text(stat_tap_table_item_type *item, const char *text)
{
    item->type = TABLE_ITEM_STRING;
    item->value.string_value = g_strdup(text);
}

static void set_number(stat_tap_table_item_type *item, uint32_t number)
{
    item->type = TABLE_ITEM_UINT;
    item->value.uint_value = number;
}

static void fill_table(void *view)
{
    stat_tap_table_ui *ui = ((stat_data_t *)view)->stat_tap_data;
    stat_tap_table *table = stat_tap_find_table(ui, TABLE);
    size_t join_count, finding_count;
    const AdjoinJoin *joins = glue_joins(&join_count);
    const AdjoinFinding *findings = adjoin_findings(&finding_count);

    /* The table is one for all windows and all options of the command line. */
    if (table == NULL || table->num_elements > 0)
        return;
    for (size_t i = 0; i < join_count; i++) {
        const AdjoinJoin *join = &joins[i];
        const AdjoinProblem *root = join->problem_count > 0 && join->problems[0].is_root ? join->problems : NULL;
        stat_tap_table_item_type row[COLUMNS] = { 0 };
        char *client = join->client_name[0] == '\0' ? NULL : g_strdup_printf("%s (%s)", join->client_name, join->client);
        set_number(&row[NUMBER], (uint32_t)i + 1);
        set_text(&row[CLIENT], client == NULL ? join->client : client);
        set_text(&row[DOMAIN], join->domain);
        set_text(&row[CONTROLLER], join->dc);
        set_text(&row[ACCOUNT], join->account);
        set_text(&row[OUTCOME], join->outcome);
        set_text(&row[PHASE], root == NULL ? "" : root->phase);
        set_text(&row[FINDING], root == NULL ? "" : findings[root->finding].id);
        set_text(&row[WHAT], root == NULL ? "" : root->what);
        set_number(&row[FIRST], join->first_frame);
        set_number(&row[LAST], join->last_frame);
        row[SECONDS].type = TABLE_ITEM_FLOAT;
        row[SECONDS].value.float_value = (double)join->duration_ns / 1e9;
        stat_tap_init_table_row(table, (unsigned)i, COLUMNS, row);
        g_free(client);
    }
}

static tap_packet_status see_frame(void *view, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                   tap_flags_t flags)
{
    (void)pinfo;
    (void)edt;
    (void)flags;
    const struct glue_frame *frame = (const struct glue_frame *)data;
    /* Each window has its view at the same address as the one before: it can't be told by that. */
    if (frame->is_new)
        verdicts_show(view, frame, fill_table);
    else
        fill_table(view);
    return TAP_PACKET_REDRAW;
}

/* ---------------------------------------------------------------------------------- registering */

void statistics_register(void)
{
    static stat_tap_table_ui table = {
        REGISTER_PACKET_STAT_GROUP_UNSORTED, "Domain Joins", "adjoin", "adjoin,stat", begin_table, see_frame,
        empty_table, free_item, NULL, COLUMNS, columns, 0, NULL, NULL, 0
    };
    stats_tree_register_plugin("adjoin", "adjoin", "Domain Join", 0, count_frame, begin_tree, end_tree);
    register_stat_tap_table_ui(&table);
}
