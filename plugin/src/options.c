/* The preferences, and how each capture is told of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#define WS_LOG_DOMAIN "adjoin"
#include "glue.h"

static const char *controllers = "";
static const char *clients = "";
static unsigned patience = 3;
static int info_column = ADJOIN_INFO_LEAVE;

static const enum_val_t info_columns[] = {
    { "leave", "Leave alone", ADJOIN_INFO_LEAVE },
    { "append", "Append what the frame says", ADJOIN_INFO_APPEND },
    { "replace", "Replace by what the frame says", ADJOIN_INFO_REPLACE },
    { NULL, NULL, 0 },
};

/* Findings that can be left out together. */
struct rules {
    const char *name;
    const char *title;
    const char *about;
    const char *groups; /* what the ids of the findings begin with */
    adjoin_bool on;
};

static struct rules rules[] = {
    { "rules_dns", "Report DNS findings",
      "Names of controllers that DNS doesn't give, gives wrong, or never answers for (DNS)", "DNS", true },
    { "rules_ping", "Report findings on controllers",
      "Controllers that don't answer the LDAP ping, answer what is of no use, or vanish (PING, DC)",
      "PING,DC", true },
    { "rules_smb", "Report SMB findings",
      "Sessions that don't come about or are refused (SMB)", "SMB", true },
    { "rules_kerberos", "Report Kerberos findings",
      "Tickets that are refused or never arrive (KRB)", "KRB", true },
    { "rules_ldap", "Report LDAP findings",
      "The directory that can't be reached or refuses what is asked (LDAP, LDAPS)", "LDAP,LDAPS", true },
    { "rules_rpc", "Report RPC findings",
      "The endpoint mapper, the ports that it names, and calls that fail (RPC)", "RPC", true },
    { "rules_accounts", "Report findings on the computer account",
      "Accounts that can't be made, reused or given a password, in the open or sealed "
      "(ACC, SAMR, ODJ, UNX, SEALED)",
      "ACC,SAMR,ODJ,UNX,SEALED", true },
    { "rules_netlogon", "Report NETLOGON findings",
      "The secure channel of the new member (NL)", "NL", true },
    { "rules_notes", "Report notes on the network and other notes",
      "What didn't break the join: losses, sizes and hops, NTLM in place of Kerberos, lines of the client's log "
      "(NET, NTLM, LOC, LOG)",
      "NET,NTLM,LOC,LOG", true },
};

/* `refused` is what was complained about last: each wrong value is worth one warning, not one for each
 * capture. */
static void set(AdjoinCapture *capture, const char *name, const char *value, char **refused)
{
    if (capture == NULL || adjoin_set_option(capture, name, value) || g_strcmp0(*refused, value) == 0)
        return;
    g_free(*refused);
    *refused = g_strdup(value);
    ws_warning("preference adjoin.%s is ignored: it can't be \"%s\"", name, value);
}

void options_apply(AdjoinCapture *capture)
{
    static char *refused[4];
    GString *off = g_string_new(NULL);
    char seconds[16];

    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (!rules[i].on)
            g_string_append_printf(off, "%s,", rules[i].groups);
    }
    snprintf(seconds, sizeof seconds, "%u", patience);
    set(capture, "controllers", controllers, &refused[0]);
    set(capture, "clients", clients, &refused[1]);
    set(capture, "patience", seconds, &refused[2]);
    set(capture, "off", off->str, &refused[3]);
    g_string_free(off, TRUE);
}

enum adjoin_info options_info_column(void)
{
    return (enum adjoin_info)info_column;
}

void options_register(int protocol)
{
    /* Nothing to do when they change: Wireshark dissects the capture anew, with a handle of its own. */
    module_t *module = prefs_register_protocol(protocol, NULL);

    prefs_register_string_preference(
        module, "controllers", "Domain controllers",
        "Addresses of hosts that are domain controllers, separated by commas or spaces. They are never judged "
        "as clients. Only needed for those that don't show in the capture what they are.",
        &controllers);
    prefs_register_string_preference(
        module, "clients", "Clients",
        "Addresses of the only hosts whose joins are judged, separated by commas or spaces. "
        "Empty: all hosts that join a domain or are members of one.",
        &clients);
    prefs_register_uint_preference(
        module, "patience", "Patience in seconds",
        "How long an open request on a TCP connection may wait before its silence counts as a problem, "
        "1 to 60 seconds, unless the client gives up before.",
        10, &patience);
    prefs_register_enum_preference(
        module, "info_column", "Info column",
        "What to do with the Info column of frames that belong to a domain join. Their sentence is in the "
        "field adjoin.summary in any case, which can be a column of its own.",
        &info_column, info_columns, false);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        prefs_register_bool_preference(module, rules[i].name, rules[i].title, rules[i].about, &rules[i].on);
}
