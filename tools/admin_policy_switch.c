/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin policy activate and rollback: which policy is in force. Proposed through the daemon, as a signed act; only
 * the shadow run that a switch needs goes to the database.
 */
#include "tools/admin_policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "tools/admin.h"
#include "tools/admin_recalc.h"
#include "tools/failure.h"
#include "tools/home.h"
#include "tools/policy_command.h"

static const char activate_help[] =
        "Usage: qcr-admin policy activate ID@VERSION|SHA256 [--json]\n"
        "\n"
        "Proposes to put a policy in force. First it is asked whether that may be; then all grades are computed aside,\n"
        "unless a complete shadow run is there that nothing has changed since; then it is proposed with that run. From\n"
        "the moment on at which another administrator approves, every answer is of the new policy.\n"
        "\n"
        "  --database CONNINFO  without a user, for the run; QCR_DATABASE or the home's qcrd.conf otherwise\n" POLICY_COMMAND_HELP
        "\n"
        "Example:\n"
        "  qcr-admin policy activate county-food@2 && qcr --as admin2 approve 4711\n";
static const char rollback_help[] =
        "Usage: qcr-admin policy rollback [--json]\n"
        "\n"
        "Proposes to put that policy in force again which was before the present one, as activate does.\n"
        "\n"
        "  --database CONNINFO  without a user, for the run; QCR_DATABASE or the home's qcrd.conf otherwise\n" POLICY_COMMAND_HELP;

/* ------------------------------------------------------------- activate and rollback */

struct switching {
        struct policy_command *command;
        struct policy_known policy;
        uint64_t run_serial;
        char from[DAY_TEXT];    /* the first day it may be approved; empty: today */
};

static int take_one(void *closure, const Qcr__Reply *reply)
{
        struct switching *switching = closure;

        return reply->body_case == QCR__REPLY__BODY_POLICIES && reply->policies->n_policy == 1 &&
                               policy_command_known(reply->policies->policy[0], &switching->policy)
                       ? ADMIN_DONE
                       : ADMIN_FAILED;
}

/* Of those that are not in force, the one that was last. */
static int take_previous(void *closure, const Qcr__Reply *reply)
{
        struct switching *switching = closure;

        if (reply->body_case != QCR__REPLY__BODY_POLICIES)
                return ADMIN_FAILED;
        for (size_t i = 0; i < reply->policies->n_policy; i++) {
                struct policy_known known;

                if (!policy_command_known(reply->policies->policy[i], &known))
                        return ADMIN_FAILED;
                if (known.active_until > switching->policy.active_until)
                        switching->policy = known;
        }
        return ADMIN_DONE;
}

/* Said before the work that it will wait for. */
static int take_day(void *closure, const Qcr__Reply *reply)
{
        struct switching *switching = closure;
        struct day from;

        if (reply->body_case != QCR__REPLY__BODY_FILED)
                return ADMIN_FAILED;
        if (!reply->filed->has_effective_from)
                return ADMIN_DONE;
        if (!day_parse(client_slice(reply->filed->effective_from), &from))
                return ADMIN_FAILED;
        day_format(from, switching->from);
        fprintf(stderr, "qcr-admin %s: %s can be approved from %s on\n", switching->command->act.command,
                switching->policy.name, switching->from);
        return ADMIN_DONE;
}

static int print_proposed(void *closure, const Qcr__Reply *reply)
{
        const struct switching *switching = closure;
        struct policy_command *command = switching->command;
        char hash[65], approve[64];
        json_t *d;

        snprintf(approve, sizeof(approve), "qcr --as NAME approve %" PRIu64, reply->serial);
        if (!policy_command_is_json(command)) {
                printf("%s, with shadow run %" PRIu64 ", proposed as %" PRIu64
                       " by %s; another administrator approves it%s%s%s: %s\n",
                        switching->policy.name, switching->run_serial, reply->serial,
                        options_get(&command->act.options, OPTION_AS), switching->from[0] ? ", from " : "",
                        switching->from, switching->from[0] ? " on" : "", approve);
                return ADMIN_DONE;
        }
        hex_encode(switching->policy.hash, sizeof(switching->policy.hash), hash);
        d = json_object();
        output_set_text(d, "outcome", "proposed");
        output_set_text(d, "policy", switching->policy.name);
        output_set_text(d, "sha256", hash);
        output_set_number(d, "run", switching->run_serial);
        output_set_number(d, "proposal", reply->serial);
        output_set_text(d, "approve", approve);
        output_set_text(d, "effective_from", switching->from[0] ? switching->from : NULL);
        output_document(&command->act.output, d);
        return ADMIN_DONE;
}

static void set_message(struct switching *switching, Qcr__PolicyActivate *message, Qcr__Request *request)
{
        message->policy_hash =
                (ProtobufCBinaryData){.len = sizeof(switching->policy.hash), .data = switching->policy.hash};
        message->run_serial = switching->run_serial;
        request->operation_case = QCR__REQUEST__OPERATION_POLICY_ACTIVATE;
        request->policy_activate = message;
}

/* An act that changes nothing: signed, under a key of its own. */
static int rehearse(struct switching *switching)
{
        struct admin_act *act = &switching->command->act;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyActivate message = QCR__POLICY_ACTIVATE__INIT;
        uint8_t key[CLIENT_KEY_OCTETS];
        struct fault fault;

        if (!client_new_key(key, &fault))
                return admin_fail(act->command, &fault);
        set_message(switching, &message, &request);
        message.has_dry_run = message.dry_run = true;
        request.has_idempotency_key = true;
        request.idempotency_key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
        return admin_act_ask(act, &request, take_day, switching);
}

static int propose(struct switching *switching)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyActivate message = QCR__POLICY_ACTIVATE__INIT;

        set_message(switching, &message, &request);
        return admin_act_send(&switching->command->act, &request, print_proposed, switching);
}

static bool make_run(struct switching *switching, enum result_code *ret_refused, struct fault *why)
{
        const struct options *options = &switching->command->act.options;
        CLEANUP(buffer) struct buffer conninfo = BUFFER_INIT;
        struct recalc_signer signer = {.as = options_get(options, OPTION_AS)};

        *ret_refused = RESULT_DONE;
        if (!home_find(options_get(options, OPTION_HOME), &signer.home, why) ||
                !home_conninfo(options_get(options, OPTION_DATABASE), signer.home, &conninfo, why))
                return false;
        signer.database = buffer_text(&conninfo);
        return recalc_shadow(&signer, switching->policy.hash, &switching->run_serial, ret_refused, why);
}

/* `refused` is the rule that stood against the run; RESULT_DONE: it was cut off. */
static int fail_run(struct switching *switching, enum result_code refused, const struct fault *why)
{
        struct policy_command *command = switching->command;
        int status = admin_fail(command->act.command, why);
        const struct result *result = result_find(refused);
        struct failure failure;

        if (refused != RESULT_DONE)
                status = result->exit_status;
        if (!policy_command_is_json(command))
                return status;
        failure_of_fault(&failure, status, refused == RESULT_DONE ? fault_word(why->code) : result->word,
                refused == RESULT_DONE ? "the shadow run did not end" : result->meaning, why);
        failure.code = refused == RESULT_DONE ? 0 : (unsigned)refused;
        failure_report(&failure, &command->act.output, false);
        failure_done(&failure);
        return status;
}

/* Whether it may be is asked before hours of work. */
static int propose_switch(struct switching *switching)
{
        enum result_code refused;
        struct fault fault;
        int status = rehearse(switching);

        if (status != ADMIN_DONE)
                return status;
        if (make_run(switching, &refused, &fault))
                return propose(switching);
        return fail_run(switching, refused, &fault);
}

static int run_activate(struct policy_command *command)
{
        struct switching switching = {.command = command};
        int status = policy_command_ask(command, take_one, &switching);

        return status == ADMIN_DONE ? propose_switch(&switching) : status;
}

static int run_rollback(struct policy_command *command)
{
        struct switching switching = {.command = command};
        int status = policy_command_ask(command, take_previous, &switching);

        if (status != ADMIN_DONE)
                return status;
        if (!switching.policy.active_until) {
                fprintf(stderr, "qcr-admin %s: no other policy was in force before\n", command->act.command);
                return ADMIN_REFUSED;
        }
        return propose_switch(&switching);
}

int admin_policy_activate(int argc, char **argv)
{
        const struct policy_command command = {.act.command = "policy activate", .help = activate_help, .wants_word = true};

        return policy_command_run(command, argc, argv, run_activate);
}

int admin_policy_rollback(int argc, char **argv)
{
        const struct policy_command command = {.act.command = "policy rollback", .help = rollback_help};

        return policy_command_run(command, argc, argv, run_rollback);
}
