/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin policy simulate: what another policy would make of everybody, read from one snapshot, nothing written. */
#include "tools/admin_policy.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "registry/core/csv.h"
#include "registry/core/name.h"
#include "registry/core/simulation.h"
#include "registry/service/population.h"
#include "tools/admin.h"
#include "tools/home.h"
#include "tools/policy_source.h"
#include "tools/show.h"

#define COMMAND "policy simulate"
#define DATABASE_ROLE "qcr_recalc"
#define GROUPS_SHOWN 20u /* on a terminal; JSON has all */
#define COUNT_WIDTH 11

static const char help[] =
        "Usage: qcr-admin policy simulate FILE|ID@VERSION [OPTION]...\n"
        "\n"
        "Evaluates every enterprise under the policy in force and under this one, as of one state of the registry, and\n"
        "shows who would have which grade: in all, by kind of enterprise, township and industry. Nothing is written.\n"
        "\n"
        "  --csv FILE           who would move, from which grade and score to which, and the rule that decides it\n"
        "  --day DAY            the day to evaluate for; today (UTC+8) otherwise\n"
        "  --json               everything as one JSON document\n"
        "  --home DIR           the registry's folder; QCR_HOME otherwise\n"
        "  --database CONNINFO  without a user; QCR_DATABASE or the home's qcrd.conf otherwise\n";

struct command {
        const char *source, *csv, *home, *database;
        struct day day;
        bool is_json;
        /* what it works with */
        struct buffer conninfo;
        struct link *link;
        struct policy before, after;
        struct simulation simulation;
        uint64_t serial, population;
        struct grade_inputs inputs;
        struct grade_outcome outcome_before, outcome_after;
        FILE *movers;
        char path[HOME_PATH_MAX]; /* of the movers while they are written */
};

/* ---------------------------------------------------------------- the command line */

/* ADMIN_DONE to go on, -1 for the help, else the status to end with. */
static int parse(struct command *command, int argc, char **argv)
{
        enum { CSV = 1, DAY, JSON, HOME, DATABASE };
        static const struct option options[] = {
                {"csv", required_argument, NULL, CSV},
                {"day", required_argument, NULL, DAY},
                {"json", no_argument, NULL, JSON},
                {"home", required_argument, NULL, HOME},
                {"database", required_argument, NULL, DATABASE},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        bool is_json = admin_wants_json(argc, argv);
        int letter;

        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1)
                switch (letter) {
                case CSV:
                        command->csv = optarg;
                        break;
                case DAY:
                        if (!day_parse(slice_text(optarg), &command->day))
                                return admin_json_usage(is_json, COMMAND, "--day %s: a day is wanted, like 2026-01-31", optarg);
                        break;
                case JSON:
                        command->is_json = true;
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
                        return admin_json_bad_option(is_json, COMMAND, letter, argv);
                }
        if (argc - optind != 1)
                return admin_json_usage(is_json, COMMAND, "one policy is needed");
        command->source = argv[optind];
        return ADMIN_DONE;
}

/* ---------------------------------------------------------------- who moves */

/*
 * Written beside and renamed, so that half a list never looks like a whole one. It names who would stand worse under a
 * policy that nobody has decided on: the owner's alone to read, until they pass it on.
 */
static bool movers_open(struct command *command, struct fault *why)
{
        static const char header[] = "subject,name,kind,township,industry,grade_before,score_before,grade_after,score_after,"
                                     "direction,rule\r\n";
        int file;

        if (!command->csv)
                return true;
        if ((size_t)snprintf(command->path, sizeof(command->path), "%s.part", command->csv) >= sizeof(command->path))
                return fault_set(why, FAULT_INPUT, "--csv: the name is too long");
        file = open(command->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file >= 0 && fchmod(file, 0600) == 0)
                command->movers = fdopen(file, "w");
        if (file >= 0 && !command->movers)
                close(file);
        if (!command->movers || fputs(header, command->movers) < 0)
                return fault_set(why, FAULT_SYSTEM, "%.200s: %s", command->path, strerror(errno));
        return true;
}

/* `is_good`: the list is whole. Else, or if it cannot be kept, nothing stays. */
static bool movers_close(struct command *command, bool is_good, struct fault *why)
{
        FILE *file = command->movers;
        bool is_written;

        command->movers = NULL;
        if (!file)
                return true;
        is_written = fflush(file) == 0 && fsync(fileno(file)) == 0;
        is_written = fclose(file) == 0 && is_written;
        if (is_good && is_written && rename(command->path, command->csv) == 0)
                return true;
        if (is_good)
                fault_set(why, FAULT_SYSTEM, "%.200s: %s", command->csv, strerror(errno));
        unlink(command->path);
        return false;
}

static void add_outcome(struct buffer *line, const struct grade_outcome *outcome)
{
        buffer_add_format(line, ",%s,", outcome->grade);
        if (outcome->score >= 0)
                buffer_add_format(line, "%d", (int)outcome->score);
}

/* A sole proprietor's name is a person's more often than not: shown masked. */
static bool write_mover(struct command *command, const struct population_party *party,
        enum simulation_direction direction, const char *rule, struct fault *why)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;

        if (party->kind == PARTY_SOLE_PROPRIETOR)
                name_mask_person(party->name, &name);
        else
                buffer_add_slice(&name, party->name);
        buffer_add_format(&line, "%s,", party->subject);
        csv_add_field(&line, buffer_slice(&name), true);
        buffer_add_format(&line, ",%s,", party_kind_word(party->kind));
        csv_add_field(&line, party->township, true);
        buffer_add_text(&line, ",");
        csv_add_field(&line, party->industry, true);
        add_outcome(&line, &command->outcome_before);
        add_outcome(&line, &command->outcome_after);
        buffer_add_format(&line, ",%s,%s\r\n", simulation_direction_word(direction), rule);
        return fwrite(line.data, 1, line.length, command->movers) == line.length ||
               fault_set(why, FAULT_SYSTEM, "%.200s: %s", command->path, strerror(errno));
}

/* ---------------------------------------------------------------- evaluating */

static bool on_party(void *closure, const struct population_party *party, struct fault *why)
{
        struct command *command = closure;
        const struct slice names[SIMULATION_GROUPINGS] = {
                [SIMULATION_BY_KIND] = slice_text(party_kind_word(party->kind)),
                [SIMULATION_BY_TOWNSHIP] = party->township,
                [SIMULATION_BY_INDUSTRY] = party->industry,
        };
        enum simulation_direction direction;
        char rule[SIMULATION_RULE];

        if (!inputs_decode(party->inputs, &command->inputs))
                return fault_set(why, FAULT_STORE, "the packed inputs of %s cannot be read: qcr-admin doctor says more",
                        party->subject);
        grade_evaluate(&command->before, &command->inputs, command->day, &command->outcome_before);
        grade_evaluate(&command->after, &command->inputs, command->day, &command->outcome_after);
        direction = simulation_count(&command->simulation, &command->outcome_before, &command->outcome_after, names, rule);
        return direction == SIMULATION_STAYS || !command->movers || write_mover(command, party, direction, rule, why);
}

static bool read_state(struct command *command, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query, "SELECT serial, (SELECT count(*) FROM qcr.standing) FROM qcr.ledger_head");
        if (!link_query(command->link, &query, &rows, why))
                return false;
        command->serial = (uint64_t)cell_number(rows, 0, 0);
        command->population = (uint64_t)cell_number(rows, 0, 1);
        PQclear(rows);
        return true;
}

static bool begin(struct command *command, struct fault *why)
{
        const char *home = NULL;

        if (!command->database && !getenv("QCR_DATABASE") && !home_find(command->home, &home, why))
                return false;
        return home_conninfo(command->database, home, &command->conninfo, why) &&
               link_open(&command->link, buffer_text(&command->conninfo), DATABASE_ROLE, why) &&
               link_begin_snapshot(command->link, why) &&
               policy_source_active(command->link, &command->before, NULL, why) &&
               policy_source_read(command->source, command->link, &command->after, why) && read_state(command, why) &&
               movers_open(command, why);
}

static bool simulate(struct command *command, struct fault *why)
{
        struct fault ignored;

        simulation_init(&command->simulation, &command->before, &command->after);
        if (!population_each(command->link, on_party, command, why)) {
                (void)movers_close(command, false, &ignored);
                return false;
        }
        link_rollback(command->link);
        if (!movers_close(command, true, why))
                return false;
        return command->simulation.total == command->population ||
               fault_set(why, FAULT_STORE, "%" PRIu64 " of %" PRIu64 " enterprises could be evaluated: qcr-admin doctor says more",
                       command->simulation.total, command->population);
}

/* ---------------------------------------------------------------- showing */

static void print_matrix(const struct simulation *s)
{
        uint64_t totals[POLICY_GRADES_MAX] = {0};

        printf("%-*s", COUNT_WIDTH, "");
        for (unsigned to = 0; to < s->scale_after.count; to++)
                printf("%*s", COUNT_WIDTH, s->scale_after.grades[to]);
        printf("%*s\n", COUNT_WIDTH, "total");
        for (unsigned from = 0; from < s->scale_before.count; from++) {
                uint64_t total = 0;

                printf("%-*s", COUNT_WIDTH, s->scale_before.grades[from]);
                for (unsigned to = 0; to < s->scale_after.count; to++) {
                        printf("%*" PRIu64, COUNT_WIDTH, s->matrix[from][to]);
                        total += s->matrix[from][to];
                        totals[to] += s->matrix[from][to];
                }
                printf("%*" PRIu64 "\n", COUNT_WIDTH, total);
        }
        printf("%-*s", COUNT_WIDTH, "total");
        for (unsigned to = 0; to < s->scale_after.count; to++)
                printf("%*" PRIu64, COUNT_WIDTH, totals[to]);
        printf("%*" PRIu64 "\n", COUNT_WIDTH, s->total);
}

static uint64_t moved(const uint64_t moves[SIMULATION_OTHER + 1])
{
        return moves[SIMULATION_UP] + moves[SIMULATION_DOWN] + moves[SIMULATION_OTHER];
}

static int compare_moved(const void *left, const void *right)
{
        const struct simulation_group *const *a = left, *const *b = right;
        uint64_t x = moved((*a)->moves), y = moved((*b)->moves);

        return x != y ? (x > y ? -1 : 1) : strcmp((*a)->name, (*b)->name);
}

static void add_count(struct table *table, uint64_t count)
{
        char text[24];

        snprintf(text, sizeof(text), "%" PRIu64, count);
        table_add_text(table, text);
}

/* Those with most movers first; as many as a screen holds. */
static void print_groups(const struct simulation_groups *groups, const char *word)
{
        static const char *const headings[] = {"total", "up", "down", "other", "moved"};
        const struct simulation_group **order = must_alloc((groups->count + 1) * sizeof(*order));
        struct table table;

        for (size_t i = 0; i < groups->count; i++)
                order[i] = &groups->groups[i];
        qsort(order, groups->count, sizeof(*order), compare_moved);
        printf("\nby %s%s\n", word, groups->count > GROUPS_SHOWN ? " (those with most movers; --json has all)" : "");
        table_init(&table, 6);
        table_add_text(&table, word);
        for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
                table_add_text(&table, headings[i]);
        for (size_t i = 0; i < groups->count && i < GROUPS_SHOWN; i++) {
                table_add_text(&table, *order[i]->name ? order[i]->name : "-");
                add_count(&table, order[i]->total);
                add_count(&table, order[i]->moves[SIMULATION_UP]);
                add_count(&table, order[i]->moves[SIMULATION_DOWN]);
                add_count(&table, order[i]->moves[SIMULATION_OTHER]);
                add_count(&table, moved(order[i]->moves));
        }
        table_print(&table, "  ", stdout);
        table_done(&table);
        free(order);
}

static void print_text(const struct command *command)
{
        const struct simulation *s = &command->simulation;
        char day[DAY_TEXT];

        day_format(command->day, day);
        printf("%s@%d in force (rows), %s@%d tried (columns), for %s, as of serial %" PRIu64 "\n\n", command->before.id,
                (int)command->before.version, command->after.id, (int)command->after.version, day, command->serial);
        print_matrix(s);
        printf("\n%" PRIu64 " of %" PRIu64 " would move: %" PRIu64 " up, %" PRIu64 " down, %" PRIu64 " between grades that "
               "cannot be compared\n", moved(s->moves), s->total, s->moves[SIMULATION_UP], s->moves[SIMULATION_DOWN],
                s->moves[SIMULATION_OTHER]);
        if (!policy_is_effective(&command->after, command->day))
                puts("note: the tried policy is not for that day");
        for (unsigned g = 0; g < SIMULATION_GROUPINGS; g++)
                print_groups(&s->groups[g], simulation_grouping_word((enum simulation_grouping)g));
        if (command->csv)
                printf("\nwho would move: %s\n", command->csv);
}

static void set_moves(json_t *to, const uint64_t moves[SIMULATION_OTHER + 1])
{
        for (unsigned i = 0; i <= SIMULATION_OTHER; i++)
                json_object_set_new(to, simulation_direction_word((enum simulation_direction)i),
                        json_integer((json_int_t)moves[i]));
}

static json_t *policy_json(const struct policy *policy)
{
        char hash[65], name[POLICY_ID + 16];

        hex_encode(policy->hash, sizeof(policy->hash), hash);
        snprintf(name, sizeof(name), "%s@%d", policy->id, (int)policy->version);
        return json_pack("{s:s, s:s, s:s}", "policy", name, "sha256", hash, "standing",
                policy_standing_word(policy_standing(policy)));
}

static json_t *groups_json(const struct simulation *s, const struct simulation_groups *groups)
{
        json_t *array = json_array();

        for (size_t i = 0; i < groups->count; i++) {
                const struct simulation_group *group = &groups->groups[i];
                json_t *one = json_pack("{s:s, s:I}", "name", group->name, "total", (json_int_t)group->total);
                json_t *after = json_object();

                set_moves(one, group->moves);
                for (unsigned to = 0; to < s->scale_after.count; to++)
                        json_object_set_new(after, s->scale_after.grades[to], json_integer((json_int_t)group->after[to]));
                json_object_set_new(one, "after", after);
                json_array_append_new(array, one);
        }
        return array;
}

static void print_json(const struct command *command)
{
        const struct simulation *s = &command->simulation;
        json_t *matrix = json_array(), *by = json_object(), *all;
        char day[DAY_TEXT];

        day_format(command->day, day);
        for (unsigned from = 0; from < s->scale_before.count; from++)
                for (unsigned to = 0; to < s->scale_after.count; to++)
                        json_array_append_new(matrix, json_pack("{s:s, s:s, s:I}", "before", s->scale_before.grades[from],
                                "after", s->scale_after.grades[to], "count", (json_int_t)s->matrix[from][to]));
        for (unsigned g = 0; g < SIMULATION_GROUPINGS; g++)
                json_object_set_new(by, simulation_grouping_word((enum simulation_grouping)g), groups_json(s, &s->groups[g]));
        all = json_pack("{s:o, s:o, s:s, s:I, s:I, s:b}", "in_force", policy_json(&command->before), "tried",
                policy_json(&command->after), "day", day, "serial", (json_int_t)command->serial, "total",
                (json_int_t)s->total, "effective", policy_is_effective(&command->after, command->day));
        set_moves(all, s->moves);
        json_object_set_new(all, "matrix", matrix);
        json_object_set_new(all, "by", by);
        json_dumpf(all, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(all);
}

static int run(struct command *command)
{
        struct fault fault;
        int status;

        if (begin(command, &fault) && simulate(command, &fault)) {
                if (command->is_json)
                        print_json(command);
                else
                        print_text(command);
                return ADMIN_DONE;
        }
        status = admin_json_fail(command->is_json, COMMAND, &fault);
        return fault.code == FAULT_INPUT ? ADMIN_USAGE : status;
}

int admin_policy_simulate(int argc, char **argv)
{
        struct command *command = must_alloc(sizeof(*command));
        int status;

        memset(command, 0, sizeof(*command));
        command->day = day_of_instant(now_ms());
        status = parse(command, argc, argv);
        if (status == -1)
                status = admin_help(help);
        else if (status == ADMIN_DONE)
                status = run(command);
        simulation_done(&command->simulation);
        buffer_done(&command->conninfo);
        link_free(command->link);
        free(command);
        return status;
}
