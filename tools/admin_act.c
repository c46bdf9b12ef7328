/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/admin_act.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/admin.h"
#include "tools/failure.h"

#define AS_DEFAULT "admin"

bool admin_act_option(struct admin_act *act, int letter, const char *value)
{
        switch (letter) {
        case 'H': options_set(&act->options, OPTION_HOME, value); return true;
        case 's': options_set(&act->options, OPTION_SERVER, value); return true;
        case 'c': options_set(&act->options, OPTION_CA, value); return true;
        case 'a': options_set(&act->options, OPTION_AS, value); return true;
        case 'k': act->key = value; return true;
        default: return false;
        }
}

bool admin_act_load(struct admin_act *act, struct fault *why)
{
        if (!options_load(&act->options, NULL, why))
                return false;
        /* What needs an administrator is asked by one, unless somebody said who. */
        if (!act->options.source[OPTION_AS][0])
                options_set(&act->options, OPTION_AS, AS_DEFAULT);
        return true;
}

void admin_act_done(struct admin_act *act)
{
        options_done(&act->options);
}

/* What failed at the wire or the registry, in the words and with the status of all clients. */
static int fail(struct admin_act *act, struct failure *failure)
{
        int status = failure_report(failure, &act->output, false);

        failure_done(failure);
        return status;
}

static int fail_answer(struct admin_act *act, const struct client_answer *answer, const char *key)
{
        struct failure failure;

        failure_of_answer(&failure, answer);
        failure.key = key;
        return fail(act, &failure);
}

int admin_act_ask(struct admin_act *act, Qcr__Request *request, int (*show)(void *closure, const Qcr__Reply *reply),
        void *closure)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        struct client *client = NULL;
        struct wire_options wire;
        enum wire_trouble trouble;
        struct failure failure;
        struct fault fault;
        int status;

        if (!options_wire(&act->options, &wire, &fault))
                return admin_fail(act->command, &fault);
        trouble = client_open(&client, &wire, &fault);
        if (!trouble)
                trouble = client_ask(client, request, &answer, &fault);
        if (trouble) {
                failure_of_trouble(&failure, trouble, &fault);
                status = fail(act, &failure);
        } else {
                status = answer.failure ? fail_answer(act, &answer, NULL) : show(closure, answer.reply);
        }
        client_close(client);
        return status;
}

int admin_act_send(struct admin_act *act, Qcr__Request *request, int (*show)(void *closure, const Qcr__Reply *reply),
        void *closure)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        uint8_t key[CLIENT_KEY_OCTETS];
        char key_text[2 * CLIENT_KEY_OCTETS + 1];
        struct client *client = NULL;
        struct wire_options wire;
        enum wire_trouble trouble;
        struct failure failure;
        struct fault fault;
        int status;

        if (act->key && !hex_decode(act->key, strlen(act->key), key, sizeof(key)))
                return admin_usage(act->command, "--key %s: %zu hexadecimal digits", act->key, 2 * sizeof(key));
        if (!options_wire(&act->options, &wire, &fault) || (!act->key && !client_new_key(key, &fault)))
                return admin_fail(act->command, &fault);
        hex_encode(key, sizeof(key), key_text);
        trouble = client_open(&client, &wire, &fault);
        if (!trouble) {
                request->has_idempotency_key = true;
                request->idempotency_key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
                trouble = client_ask(client, request, &answer, &fault);
                if (trouble)
                        fprintf(stderr,
                                "qcr-admin %s: sent with --key %s: whether it was done is not known\n",
                                act->command, key_text);
        }
        if (trouble) {
                failure_of_trouble(&failure, trouble, &fault);
                if (client)
                        failure.exit_status = EXIT_OUTCOME_UNKNOWN;
                status = fail(act, &failure);
        } else {
                status = answer.failure ? fail_answer(act, &answer, key_text) : show(closure, answer.reply);
        }
        client_close(client);
        return status;
}

static int print_proposed(void *closure, const Qcr__Reply *reply)
{
        const struct admin_act *act = closure;

        printf("proposed as %" PRIu64
               " by %s; another administrator approves it: qcr --as NAME approve %" PRIu64 "\n",
                reply->serial, options_get(&act->options, OPTION_AS), reply->serial);
        return ADMIN_DONE;
}

int admin_act_propose(struct admin_act *act, Qcr__Request *request)
{
        return admin_act_send(act, request, print_proposed, act);
}
