/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How long a grade takes: decodes and evaluates packed files of so many records, over and over, and says the
 * nanoseconds a file. Says nothing about right and wrong, and nothing fails when it is slow.
 *
 *     grade-speed POLICY...        policy documents, such as share/policies/default.json
 *
 * The files are like the ones the register has: penalties of some years, most of them over, samplings, certificates,
 * one file in twenty listed. The same ones every time. The least of several rounds counts: what disturbs only adds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "registry/core/grade.h"

#define FILES 4096u
#define ROUNDS 15
#define TODAY ((struct day){20781}) /* 2026-11-24 */

static uint64_t state = 20141105;

static uint32_t below(uint32_t limit)
{
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (uint32_t)(state >> 33) % limit;
}

static struct grade_record make_record(uint32_t ordinal)
{
        static const enum record_type types[] = {RECORD_PENALTY, RECORD_PENALTY, RECORD_SAMPLING, RECORD_COMPLAINT,
                RECORD_INSPECTION, RECORD_CERTIFICATE, RECORD_PERMIT, RECORD_AWARD};
        struct grade_record r = {
                .type = types[below(sizeof(types) / sizeof(types[0]))],
                .ordinal = ordinal,
                .case_ref = (uint64_t)below(UINT32_C(1) << 31) << 33 | below(UINT32_C(1) << 31),
                .decided_on = {TODAY.number - (int32_t)below(1800)},
                .publicity_end = DAY_NONE,
                .valid_through = DAY_NONE,
        };

        if (record_type_has_validity(r.type))
                r.valid_through.number = r.decided_on.number + 1095;
        if (r.type == RECORD_CERTIFICATE)
                r.certificate = (enum certificate_kind)(1 + below(3));
        if (record_type_has_result(r.type))
                r.result = below(10) ? RECORD_RESULT_PASS : RECORD_RESULT_FAIL;
        if (r.type == RECORD_PENALTY) {
                r.kinds = PENALTY_BIT(below(4)) | PENALTY_BIT(PENALTY_FINE);
                r.fine_fen = 100000 * (int64_t)(1 + below(80));
        }
        if (record_is_negative(r.type, r.result))
                r.publicity_end.number = r.decided_on.number + (below(3) ? 365 : 1095);
        return r;
}

static void make_file(uint32_t records, struct grade_inputs *scratch, struct buffer *ret)
{
        scratch->count = records;
        for (uint32_t i = 0; i < records; i++)
                scratch->records[i] = make_record(i + 1);
        scratch->listings_count = below(20) == 0;
        scratch->listings[0] = (struct grade_listing){{TODAY.number - 100}, {TODAY.number + 900}, LISTING_IN_FORCE, true};
        if (!inputs_encode(scratch, ret))
                abort();
}

static int64_t now_ns(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct policy policy;
static struct grade_inputs inputs;
static struct grade_outcome outcome;

/* Nanoseconds for all files. What comes out is added up, so that nothing is left undone. */
static int64_t round_ns(const struct buffer *files, uint32_t count, bool evaluates, uint64_t *sum)
{
        int64_t begin = now_ns();

        for (uint32_t i = 0; i < count; i++) {
                if (!inputs_decode(buffer_slice(&files[i]), &inputs))
                        abort();
                *sum += inputs.count;
                if (evaluates) {
                        grade_evaluate(&policy, &inputs, TODAY, &outcome);
                        *sum += (uint64_t)outcome.score + (uint32_t)outcome.next_change.number;
                }
        }
        return now_ns() - begin;
}

static void measure(uint32_t records, uint32_t count)
{
        static struct buffer files[FILES];
        int64_t decode = INT64_MAX, both = INT64_MAX;
        uint64_t sum = 0;

        for (uint32_t i = 0; i < count; i++) {
                buffer_clear(&files[i]);
                make_file(records, &inputs, &files[i]);
        }
        for (int round = 0; round < ROUNDS; round++) {
                int64_t a = round_ns(files, count, false, &sum);
                int64_t b = round_ns(files, count, true, &sum);

                decode = a < decode ? a : decode;
                both = b < both ? b : both;
        }
        printf("  %4u records: decode %lld ns, decode and evaluate %lld ns (sum %llu)\n", records,
                (long long)(decode / count), (long long)(both / count), (unsigned long long)sum);
        for (uint32_t i = 0; i < count; i++)
                buffer_done(&files[i]);
}

static void load(const char *path)
{
        static char json[65536];
        struct document_error error = {0};
        FILE *file = fopen(path, "r");

        if (!file || policy_parse(slice_of(json, fread(json, 1, sizeof(json), file)), &policy, &error) !=
                DOCUMENT_SOUND) {
                fprintf(stderr, "grade-speed: %s: %s %s\n", path, error.path, error.reason);
                exit(EXIT_FAILURE);
        }
        fclose(file);
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                load(argv[i]);
                printf("%s@%d\n", policy.id, policy.version);
                measure(5, FILES);
                measure(70, 256);
                measure(GRADE_RECORDS_MAX, 16);
        }
        return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
