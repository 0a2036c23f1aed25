/* Statistics > Flow Graph, "Domain Join", and `-z flow,adjoin,network`: the ladders of the joins, with what
 * did not come.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "glue.h"
#include "sequence.h"

/* What a root cause looks like, as in our colour rules. */
#define ROOT_FOREGROUND 0xffffff
#define ROOT_BACKGROUND 0xa40000
/* And what else there is: Wireshark's own colour for the steps of one conversation is as loud as that. */
#define STEP_FOREGROUND 0x1a1a1a
#define STEP_BACKGROUND 0xffffff

/* A frame that the graph is to show, if it is a step. */
struct frame {
    uint32_t number;
    uint16_t from_port;
    uint16_t to_port;
};

/* A graph that is drawn when the verdicts are known, at the end of tshark's only pass. */
struct waiting {
    seq_analysis_info_t *graph;
    GArray *frames; /* struct frame, in ascending order */
};

static struct frame frame_of(const packet_info *pinfo)
{
    struct frame frame = { pinfo->num, (uint16_t)pinfo->srcport, (uint16_t)pinfo->destport };
    return frame;
}

static void set_ip(address *to, const uint8_t *octets, uint32_t length)
{
    alloc_address_wmem(NULL, to, length == 4 ? AT_IPv4 : AT_IPv6, (int)length, octets);
}

static void add_step(seq_analysis_info_t *graph, const AdjoinStep *step, size_t join, struct frame frame)
{
    seq_analysis_item_t *item = g_new0(seq_analysis_item_t, 1);
    item->frame_number = frame.number;
    set_ip(&item->src_addr, step->from, step->address_length);
    set_ip(&item->dst_addr, step->to, step->address_length);
    if (step->frame == frame.number && !step->is_absent) {
        item->port_src = frame.from_port;
        item->port_dst = frame.to_port;
    } else {
        *(step->from_client ? &item->port_dst : &item->port_src) = step->port;
    }
    item->frame_label = g_strdup(step->label);
    item->comment = g_strdup(step->comment);
    item->time_str = g_strdup_printf("%.6f", (double)(step->time_ns - glue_start()) / 1e9);
    item->conv_num = (uint16_t)join;
    item->display = true;
    item->line_style = step->is_root ? 2 : 1;
    item->has_color_filter = true;
    item->fg_color = step->is_root ? ROOT_FOREGROUND : STEP_FOREGROUND;
    item->bg_color = step->is_root ? ROOT_BACKGROUND : STEP_BACKGROUND;
    g_queue_push_tail(graph->items, item);
}

/* Adds the steps that stand at this frame. A step that is not a frame stands where it became certain: after
 * the last frame before it. */
static void add_frame(seq_analysis_info_t *graph, struct frame frame)
{
    size_t count;
    const AdjoinJoin *joins = glue_joins(&count);
    for (size_t i = 0; i < count; i++) {
        const AdjoinJoin *join = &joins[i];
        uint32_t latest = 0;
        if (frame.number < join->first_frame || frame.number > join->last_frame)
            continue;
        for (size_t s = 0; s < join->step_count; s++) {
            const AdjoinStep *step = &join->steps[s];
            latest = MAX(latest, step->frame);
            if ((step->is_absent ? latest : step->frame) == frame.number)
                add_step(graph, step, i + 1, frame);
        }
    }
}

static void draw_waiting(void *view)
{
    struct waiting *waiting = (struct waiting *)view;
    for (unsigned i = 0; i < waiting->frames->len; i++)
        add_frame(waiting->graph, g_array_index(waiting->frames, struct frame, i));
    g_array_set_size(waiting->frames, 0);
}

/* The graph of tshark lives as long as the process; there is one for each option on the command line. */
static struct waiting *wait_for_end(seq_analysis_info_t *graph)
{
    static GHashTable *graphs;
    if (graphs == NULL)
        graphs = g_hash_table_new(NULL, NULL);
    struct waiting *waiting = (struct waiting *)g_hash_table_lookup(graphs, graph);
    if (waiting == NULL) {
        waiting = g_new0(struct waiting, 1);
        waiting->graph = graph;
        waiting->frames = g_array_new(false, false, sizeof(struct frame));
        g_hash_table_insert(graphs, graph, waiting);
    }
    return waiting;
}

static tap_packet_status see_frame(void *view, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                   tap_flags_t flags)
{
    seq_analysis_info_t *graph = (seq_analysis_info_t *)view;
    const struct glue_frame *told = (const struct glue_frame *)data;
    struct frame frame = frame_of(pinfo);
    (void)edt;
    (void)flags;
    if (!told->is_new) {
        add_frame(graph, frame);
        return TAP_PACKET_REDRAW;
    }
    struct waiting *waiting = wait_for_end(graph);
    g_array_append_val(waiting->frames, frame);
    verdicts_show(waiting, told, draw_waiting);
    return TAP_PACKET_REDRAW;
}

void flow_register(int protocol)
{
    /* Wireshark's window shows the first name of the list, whatever it draws, and that must stay its own "any".
     * The command line wants ours. */
    const char *program = g_get_prgname();
    bool has_window = program == NULL || g_strcmp0(program, "wireshark") == 0;
    register_seq_analysis(has_window ? "domain join" : "adjoin", "Domain Join", protocol, "adjoin", 0, see_frame);
}
