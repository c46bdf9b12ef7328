/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What an administrator asks of the registry through the daemon: proposals, signed with the key of whoever proposes
 * and in effect once another administrator approves them, and readings of what holds. Nothing here touches the
 * database.
 */
#pragma once

#include <getopt.h>

#include "tools/client.h"
#include "tools/options.h"
#include "tools/output.h"

struct admin_act {
        const char *command;    /* for messages */
        struct output output;   /* how it is told what the registry refused */
        struct options options;
        const char *key;        /* idempotency key of an earlier try, or NULL */
};

/* The options every such command has, for its getopt_long table. */
#define ADMIN_ACT_OPTIONS                            \
        {"home", required_argument, NULL, 'H'},      \
                {"server", required_argument, NULL, 's'}, \
                {"ca", required_argument, NULL, 'c'},     \
                {"as", required_argument, NULL, 'a'},     \
                {"key", required_argument, NULL, 'k'}
#define ADMIN_ACT_HELP                                                                                 \
        "  --as NAME       who asks: a folder under people/; QCR_AS or admin otherwise\n"               \
        "  --key HEX       idempotency key of an earlier try\n"                                         \
        "  --home, --server, --ca as for qcr\n"

/* True if `letter` is one of ADMIN_ACT_OPTIONS, which is then set. */
bool admin_act_option(struct admin_act *act, int letter, const char *value);
/* Fills in what no flag gave; admin is who asks unless somebody said who. */
bool admin_act_load(struct admin_act *act, struct fault *why) MUST_CHECK;
void admin_act_done(struct admin_act *act);

/* Sends the request as an act; `show` prints the reply and returns the exit status. */
int admin_act_send(struct admin_act *act, Qcr__Request *request, int (*show)(void *closure, const Qcr__Reply *reply),
        void *closure);
/* The same, saying under which serial it waits. */
int admin_act_propose(struct admin_act *act, Qcr__Request *request);
/* Sends a request that changes nothing; `show` prints the reply and returns the exit status. */
int admin_act_ask(struct admin_act *act, Qcr__Request *request, int (*show)(void *closure, const Qcr__Reply *reply),
        void *closure);
