/* Conversation Filter > Domain Join: display filters made from the selected frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "glue.h"

#include <epan/conversation_filter.h>
#include <epan/to_str.h>

/* Most frames that a filter names one by one. */
#define MAX_FRAMES 64

/* The join that a frame belongs to: one of its client, around that frame. */
static const AdjoinJoin *join_of(const packet_info *pinfo)
{
    size_t count;
    const AdjoinJoin *joins = glue_joins(&count);
    char *from = address_to_str(NULL, &pinfo->src);
    char *to = address_to_str(NULL, &pinfo->dst);
    const AdjoinJoin *found = NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        const AdjoinJoin *join = &joins[i];
        bool is_near = join->first_frame <= pinfo->num && pinfo->num <= join->last_frame;
        if (is_near && (strcmp(join->client, from) == 0 || strcmp(join->client, to) == 0))
            found = join;
    }
    wmem_free(NULL, from);
    wmem_free(NULL, to);
    return found;
}

static const AdjoinProblem *root_of(const AdjoinJoin *join)
{
    bool has_root = join != NULL && join->problem_count > 0 && join->problems[0].is_root;
    return has_root && join->problems[0].frame_count > 0 ? join->problems : NULL;
}

static char *frames_of_client(const AdjoinJoin *join)
{
    const char *protocol = strchr(join->client, ':') == NULL ? "ip" : "ipv6";
    return g_strdup_printf("%s.addr == %s && frame.number >= %u && frame.number <= %u", protocol, join->client,
                           join->first_frame, join->last_frame);
}

static adjoin_bool has_join(packet_info *pinfo ADJOIN_FILTER_DATA)
{
    return join_of(pinfo) != NULL;
}

static char *this_join(packet_info *pinfo ADJOIN_FILTER_DATA)
{
    const AdjoinJoin *join = join_of(pinfo);
    if (join == NULL)
        return NULL;
    char *frames = frames_of_client(join);
    char *filter = g_strdup_printf("adjoin && %s", frames);
    g_free(frames);
    return filter;
}

static adjoin_bool has_phase(packet_info *pinfo ADJOIN_FILTER_DATA)
{
    return join_of(pinfo) != NULL && glue_phase(pinfo->num) != NULL;
}

static char *this_phase(packet_info *pinfo ADJOIN_FILTER_DATA)
{
    const AdjoinJoin *join = join_of(pinfo);
    const char *phase = glue_phase(pinfo->num);
    if (join == NULL || phase == NULL)
        return NULL;
    char *frames = frames_of_client(join);
    char *filter = g_strdup_printf("adjoin.phase == \"%s\" && %s", phase, frames);
    g_free(frames);
    return filter;
}

static adjoin_bool has_root(packet_info *pinfo ADJOIN_FILTER_DATA)
{
    return root_of(join_of(pinfo)) != NULL;
}

static char *what_broke_it(packet_info *pinfo ADJOIN_FILTER_DATA)
{
    const AdjoinProblem *root = root_of(join_of(pinfo));
    if (root == NULL)
        return NULL;
    GString *filter = g_string_new("frame.number in {");
    for (size_t i = 0; i < MIN(root->frame_count, MAX_FRAMES); i++)
        g_string_append_printf(filter, "%s%u", i == 0 ? "" : ",", root->frames[i]);
    g_string_append_c(filter, '}');
    return g_string_free(filter, FALSE);
}

void conversations_register(void)
{
    ADJOIN_REGISTER_FILTER("adjoin", "Domain Join: this join", has_join, this_join);
    ADJOIN_REGISTER_FILTER("adjoin", "Domain Join: this phase", has_phase, this_phase);
    ADJOIN_REGISTER_FILTER("adjoin", "Domain Join: what broke this join", has_root, what_broke_it);
}
