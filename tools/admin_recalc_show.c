/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/admin_recalc_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <jansson.h>

#define BAR_WIDTH 30u
#define LINE_MS 1000

void recalc_show_begin(struct recalc_show *show, int64_t now_ms)
{
        *show = (struct recalc_show){.is_terminal = isatty(STDERR_FILENO), .began_ms = now_ms, .told_ms = now_ms};
}

static uint64_t rate(const struct recalc_show *show, const struct recalc_result *result, int64_t now_ms)
{
        int64_t passed_ms = now_ms > show->began_ms ? now_ms - show->began_ms : 1;

        return (result->evaluated - result->resumed_from) * 1000 / (uint64_t)passed_ms;
}

/* The population is an estimate: what was counted is no less. */
static uint64_t whole(const struct recalc_result *result)
{
        return result->about > result->evaluated ? result->about : result->evaluated;
}

static uint64_t seconds_left(const struct recalc_result *result, uint64_t a_second)
{
        return a_second ? (whole(result) - result->evaluated) / a_second : 0;
}

static void show_bar(struct recalc_show *show, const struct recalc_result *result, uint64_t a_second)
{
        uint64_t all = whole(result);
        unsigned filled = all ? (unsigned)(result->evaluated * BAR_WIDTH / all) : 0;
        char bar[BAR_WIDTH + 1];

        for (unsigned i = 0; i < BAR_WIDTH; i++)
                bar[i] = i < filled ? '#' : '.';
        bar[BAR_WIDTH] = '\0';
        fprintf(stderr, "\r[%s] %" PRIu64 " of about %" PRIu64 ", %" PRIu64 " change, %" PRIu64 "/s, %" PRIu64 " s left   ", bar,
                result->evaluated, all, result->changed, a_second, seconds_left(result, a_second));
        show->has_bar = true;
}

static void show_line(const struct recalc_result *result, uint64_t a_second)
{
        fprintf(stderr, "{\"run\":\"%s\",\"evaluated\":%" PRIu64 ",\"of\":%" PRIu64 ",\"changed\":%" PRIu64 ",\"rate\":%" PRIu64
                ",\"seconds_left\":%" PRIu64 "}\n", result->run, result->evaluated, whole(result), result->changed, a_second,
                seconds_left(result, a_second));
}

void recalc_show_progress(struct recalc_show *show, const struct recalc_result *result, int64_t now_ms)
{
        uint64_t a_second = rate(show, result, now_ms);

        if (show->is_terminal) {
                show_bar(show, result, a_second);
        } else if (now_ms - show->told_ms >= LINE_MS) {
                show_line(result, a_second);
                show->told_ms = now_ms;
        }
}

void recalc_show_end(struct recalc_show *show)
{
        if (show->has_bar)
                fputc('\n', stderr);
        show->has_bar = false;
}

/* ------------------------------------------------------------- the outcome */

/* Of a run that was gone on with only the last part was counted here. */
static bool knows_grades(const struct recalc_result *result)
{
        return !result->is_resumed && !result->is_nothing_due;
}

static json_t *grades_of(const struct recalc_result *result)
{
        json_t *grades = json_object();

        for (unsigned i = 0; i < result->grades.count; i++)
                json_object_set_new(grades, result->grades.words[i], json_integer((json_int_t)result->by_grade[i]));
        return grades;
}

static void print_json(const struct recalc_result *result, int64_t took_ms)
{
        json_t *document = json_object();
        char hash[65], day[DAY_TEXT], policy[POLICY_ID + 16];

        hex_encode(result->policy_hash, 32, hash);
        day_format(result->day, day);
        snprintf(policy, sizeof(policy), "%s@%" PRId32, result->policy_id, result->policy_version);
        json_object_set_new(document, "run", result->is_begun ? json_string(result->run) : json_null());
        json_object_set_new(document, "serial", result->is_begun ? json_integer((json_int_t)result->serial) : json_null());
        json_object_set_new(document, "kind", json_string(result->is_shadow ? "shadow" : "recalc"));
        json_object_set_new(document, "only_due", json_boolean(result->only_due));
        json_object_set_new(document, "policy", json_string(policy));
        json_object_set_new(document, "policy_hash", json_string(hash));
        json_object_set_new(document, "day", json_string(day));
        json_object_set_new(document, "resumed", json_boolean(result->is_resumed));
        json_object_set_new(document, "evaluated", json_integer((json_int_t)result->evaluated));
        json_object_set_new(document, "changed", json_integer((json_int_t)result->changed));
        json_object_set_new(document, "through", result->is_shadow ? json_integer((json_int_t)result->through) : json_null());
        json_object_set_new(document, "milliseconds", json_integer((json_int_t)took_ms));
        json_object_set_new(document, "grades", knows_grades(result) ? grades_of(result) : json_null());
        json_dumpf(document, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(document);
}

static void print_text(const struct recalc_result *result, int64_t took_ms)
{
        char day[DAY_TEXT];

        day_format(result->day, day);
        if (result->is_nothing_due) {
                printf("nothing is due under %s@%" PRId32 " on %s\n", result->policy_id, result->policy_version, day);
                return;
        }
        printf("%s under %s@%" PRId32 " for %s%s\n", result->is_shadow ? "shadow run" : "recalculation", result->policy_id,
                result->policy_version, day, result->only_due ? ", what is due" : "");
        printf("  evaluated %" PRIu64 "\n  changed   %" PRIu64 "\n", result->evaluated, result->changed);
        printf("  seconds   %" PRId64 ".%03" PRId64 "\n", took_ms / 1000, took_ms % 1000);
        for (unsigned i = 0; knows_grades(result) && i < result->grades.count; i++)
                printf("    %-7s %" PRIu64 "\n", result->grades.words[i], result->by_grade[i]);
        printf("  run       %s, serial %" PRIu64 "\n", result->run, result->serial);
        if (result->is_shadow)
                puts("nothing of it holds until two persons activate the policy: qcr-admin policy activate");
}

void recalc_show_result(const struct recalc_result *result, int64_t took_ms, bool is_json)
{
        if (is_json)
                print_json(result, took_ms);
        else
                print_text(result, took_ms);
}

static void put_field(json_t *document, const char *field, const char *value)
{
        json_object_set_new(document, "field", field ? json_string(field) : json_null());
        json_object_set_new(document, "value", value ? json_string(value) : json_null());
}

void recalc_show_failure(const struct recalc_result *result, const struct result *refused, const char *policy,
        const struct fault *fault)
{
        json_t *document = json_object();

        json_object_set_new(document, "error", json_string(refused ? refused->word : fault_word(fault->code)));
        json_object_set_new(document, "code", refused ? json_integer(refused->code) : json_null());
        if (result->in_the_way[0])
                put_field(document, "run", result->in_the_way);
        else if (policy && refused && (refused->code == RESULT_NOT_THERE || refused->code == RESULT_POLICY_ACTIVE))
                put_field(document, "policy", policy);
        else
                put_field(document, NULL, NULL);
        json_object_set_new(document, "reason", json_string(fault->text));
        json_dumpf(document, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(document);
}

void recalc_show_stand(const struct recalc_result *result)
{
        fprintf(stderr, "qcr-admin recalc: run %s stands at %" PRIu64 " of about %" PRIu64 " enterprises; qcr-admin recalc"
                " --resume goes on with it. %s\n", result->run, result->evaluated, whole(result), result->is_shadow ?
                "The grades that hold are untouched" : "What is stored of it holds, the rest is as it was");
}
