/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin recalc: grades evaluated in bulk, signed by the administrator who runs it. */
#include "tools/admin_recalc.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "registry/service/recalc_chunk.h"
#include "tools/admin.h"
#include "tools/admin_recalc_show.h"
#include "tools/home.h"
#include "tools/policy_source.h"
#include "tools/signer.h"

#define COMMAND "recalc"
#define DATABASE_ROLE "qcr_recalc"
#define PACE_DEFAULT 50u

static const char help[] =
        "Usage: qcr-admin recalc [OPTION]...\n"
        "\n"
        "Evaluates every enterprise under the policy in force, for today, and stores what differs. With --policy nothing\n"
        "that holds is touched: a shadow run keeps what another policy would change, for two persons to put in force.\n"
        "\n"
        "  --policy ID@VERSION  a shadow run under this policy; its hash will do as well\n"
        "  --due                only enterprises whose grade ends by today or is of another policy than that in force\n"
        "  --jobs N             processes, each with a connection; half of the processors otherwise\n"
        "  --pace PERCENT       of the time that a job works; 50 otherwise, so that whoever is asked something goes first\n"
        "  --chunk N            rows a transaction, to 20000; 20000 of a shadow run and 2000 in place otherwise\n"
        "  --resume             goes on with a run that was cut off, whatever it was, for the day it was begun on\n"
        "  --abandon            leaves such a run as it is and begins another\n"
        "  --json               the outcome as JSON\n"
        "  --as PERSON          whose key signs, a folder under people/; QCR_AS otherwise, and admin\n"
        "  --home DIR           the registry's folder; QCR_HOME otherwise\n"
        "  --database CONNINFO  without a user; QCR_DATABASE or the home's qcrd.conf otherwise\n"
        "\n"
        "One recalculation at a time. Killed at any point it is gone on with by --resume and comes to the same. Progress goes\n"
        "to standard error: a bar on a terminal, JSON lines elsewhere.\n"
        "\n"
        "Examples:\n"
        "  qcr-admin recalc --policy quality-credit-default@2 --jobs 4 --pace 100\n"
        "  qcr-admin recalc --due\n";

struct command {
        const char *policy, *as, *home, *database;
        unsigned jobs, pace, chunk;
        bool only_due, resume, abandon, is_json;
        /* what the options lead to */
        struct buffer conninfo;
        const char *user;
        struct signer signer;
        uint8_t policy_hash[32];
        struct recalc_show show;
};

/* ---------------------------------------------------------------- the command line */

static bool count_parse(const char *text, unsigned most, unsigned *ret)
{
        char *end;
        long number;

        errno = 0;
        number = strtol(text, &end, 10);
        if (errno || end == text || *end || number < 1 || number > (long)most)
                return false;
        *ret = (unsigned)number;
        return true;
}

static int check(const struct command *command, int count, char **words)
{
        if (count)
                return admin_usage(COMMAND, "%s: is no option", words[0]);
        if (command->resume && (command->abandon || command->policy || command->only_due))
                return admin_usage(COMMAND, "--resume goes on with a run as it was begun: no --abandon, --policy or --due");
        if (command->policy && command->only_due)
                return admin_usage(COMMAND, "--due is under the policy in force: no --policy");
        return ADMIN_DONE;
}

/* ADMIN_DONE to go on, -1 for the help, else the status to end with. */
static int parse(struct command *command, int argc, char **argv)
{
        enum { POLICY = 1, DUE, JOBS, PACE, CHUNK, RESUME, ABANDON, JSON, AS, HOME, DATABASE };
        static const struct option options[] = {
                {"policy", required_argument, NULL, POLICY},
                {"due", no_argument, NULL, DUE},
                {"jobs", required_argument, NULL, JOBS},
                {"pace", required_argument, NULL, PACE},
                {"chunk", required_argument, NULL, CHUNK},
                {"resume", no_argument, NULL, RESUME},
                {"abandon", no_argument, NULL, ABANDON},
                {"json", no_argument, NULL, JSON},
                {"as", required_argument, NULL, AS},
                {"home", required_argument, NULL, HOME},
                {"database", required_argument, NULL, DATABASE},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        int letter;

        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1)
                switch (letter) {
                case POLICY:
                        command->policy = optarg;
                        break;
                case DUE:
                        command->only_due = true;
                        break;
                case CHUNK:
                        if (!count_parse(optarg, RECALC_PAGE, &command->chunk))
                                return admin_usage(COMMAND, "%s: not a number from 1 to %u", optarg, RECALC_PAGE);
                        break;
                case JOBS:
                        if (!count_parse(optarg, RECALC_JOBS_MAX, &command->jobs))
                                return admin_usage(COMMAND, "%s: not a number from 1 to %u", optarg, RECALC_JOBS_MAX);
                        break;
                case PACE:
                        if (!count_parse(optarg, 100, &command->pace))
                                return admin_usage(COMMAND, "%s: not a number from 1 to 100", optarg);
                        break;
                case RESUME:
                        command->resume = true;
                        break;
                case ABANDON:
                        command->abandon = true;
                        break;
                case JSON:
                        command->is_json = true;
                        break;
                case AS:
                        command->as = optarg;
                        break;
                case HOME:
                        command->home = optarg;
                        break;
                case DATABASE:
                        command->database = optarg;
                        break;
                case 'h':
                        return -1;
                default:
                        return admin_bad_option(COMMAND, letter, argv);
                }
        return check(command, argc - optind, argv + optind);
}

/* ---------------------------------------------------------------- what it needs */

static unsigned default_jobs(void)
{
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        unsigned half = processors > 2 ? (unsigned)processors / 2 : 1;

        return half < RECALC_JOBS_MAX ? half : RECALC_JOBS_MAX;
}

static bool prepare(struct command *command, struct fault *why)
{
        const char *home;

        if (!command->as)
                command->as = getenv("QCR_AS");
        if (!command->as || !*command->as)
                command->as = "admin";
        if (!command->jobs)
                command->jobs = default_jobs();
        return home_find(command->home, &home, why) && signer_load(&command->signer, home, command->as, why) &&
               home_conninfo(command->database, home, &command->conninfo, why);
}

static bool find_policy(struct command *command, enum result_code *ret_refused, struct fault *why)
{
        CLEANUP(link) struct link *link = NULL;
        struct policy *policy = must_alloc(sizeof(*policy));
        bool found = link_open(&link, buffer_text(&command->conninfo), command->user, why) &&
                     policy_source_stored(command->policy, link, policy, why);

        if (found)
                memcpy(command->policy_hash, policy->hash, sizeof(command->policy_hash));
        else if (why->code == FAULT_INPUT)
                *ret_refused = RESULT_NOT_THERE;
        free(policy);
        return found;
}

/* ---------------------------------------------------------------- running */

static void show_progress(void *closure, const struct recalc_result *result)
{
        struct command *command = closure;

        recalc_show_progress(&command->show, result, now_ms());
}

static int fail(const struct command *command, const struct recalc_result *result, const struct fault *fault)
{
        const struct result *refused = result->refused == RESULT_DONE ? NULL : result_find(result->refused);
        int status = admin_fail(COMMAND, fault);

        /* Under --json standard output is one document, on errors too. */
        if (command->is_json)
                recalc_show_failure(result, refused, command->policy, fault);
        if (result->is_begun && !refused)
                recalc_show_stand(result);
        return refused ? refused->exit_status : status;
}

static bool recalculate(struct command *command, struct recalc_result *ret, struct fault *why)
{
        struct recalc_options options = {
                .conninfo = buffer_text(&command->conninfo),
                .user = command->user,
                .key = command->signer.key,
                .fingerprint = command->signer.fingerprint,
                .is_shadow = command->policy != NULL,
                .only_due = command->only_due,
                .resume = command->resume,
                .abandon = command->abandon,
                .jobs = command->jobs,
                .chunk = command->chunk,
                .pace = command->pace,
                .progress = show_progress,
                .closure = command,
        };
        bool done;

        memcpy(options.policy_hash, command->policy_hash, sizeof(options.policy_hash));
        recalc_show_begin(&command->show, now_ms());
        done = recalc_run(&options, ret, why);
        recalc_show_end(&command->show);
        return done;
}

static int run(struct command *command)
{
        struct recalc_result result = {.refused = RESULT_DONE};
        struct fault fault;

        if (!prepare(command, &fault) || (command->policy && !find_policy(command, &result.refused, &fault)) ||
                !recalculate(command, &result, &fault))
                return fail(command, &result, &fault);
        recalc_show_result(&result, now_ms() - command->show.began_ms, command->is_json);
        return ADMIN_DONE;
}

static void done(struct command *command)
{
        buffer_done(&command->conninfo);
        signer_done(&command->signer);
}

int admin_recalc(int argc, char **argv)
{
        struct command command = {.pace = PACE_DEFAULT, .user = DATABASE_ROLE};
        int status = parse(&command, argc, argv);

        if (status == -1)
                status = admin_help(help);
        else if (status == ADMIN_DONE)
                status = run(&command);
        done(&command);
        return status;
}

bool recalc_shadow(const struct recalc_signer *signer, const uint8_t policy_hash[32], uint64_t *ret_serial,
        enum result_code *ret_refused, struct fault *why)
{
        struct command command = {
                .policy = "", /* it is known by its hash */
                .as = signer->as,
                .home = signer->home,
                .database = signer->database,
                .user = signer->user ? signer->user : DATABASE_ROLE,
                .pace = PACE_DEFAULT,
        };
        struct recalc_result result = {.refused = RESULT_DONE};
        bool good;

        memcpy(command.policy_hash, policy_hash, sizeof(command.policy_hash));
        good = prepare(&command, why) &&
               recalc_find_complete(buffer_text(&command.conninfo), command.user, policy_hash, ret_serial, why);
        if (good && !*ret_serial) {
                good = recalculate(&command, &result, why);
                *ret_serial = result.serial;
        }
        *ret_refused = result.refused;
        done(&command);
        return good;
}
