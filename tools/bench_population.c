/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/bench_population.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/grade.h"
#include "registry/store/bulk.h"
#include "registry/store/copy_out.h"
#include "tools/bench.h"

#define ROWS_AT_ONCE 20000u
#define PUBLIC_DAYS 1095 /* from a decision to its publicity's end: the bench only knows the end */

/* ------------------------------------------------------------------- policies */

static void policy_text(int version, int base, int least_a, int least_b, int least_c, struct buffer *ret)
{
        buffer_add_format(ret,
                "{\"id\":\"bench\",\"version\":%d,\"names\":{\"zh\":\"基准\",\"en\":\"benchmark\"},\"scope\":\"benchmark\","
                "\"issued_by\":\"benchmark\",\"document\":{\"organ\":\"benchmark\",\"number\":\"%d\"},"
                "\"effective\":{\"from\":\"2000-01-01\",\"to\":null},\"base\":%d,\"bands\":["
                "{\"grade\":\"A\",\"zh\":\"A\",\"en\":\"A\",\"min\":%d},{\"grade\":\"B\",\"zh\":\"B\",\"en\":\"B\",\"min\":%d},"
                "{\"grade\":\"C\",\"zh\":\"C\",\"en\":\"C\",\"min\":%d},{\"grade\":\"D\",\"zh\":\"D\",\"en\":\"D\",\"min\":0}],"
                "\"unrated\":{\"zh\":\"-\",\"en\":\"-\"},\"deductions\":{\"penalty\":{\"warning\":5,\"criticism\":5,\"fine\":10,"
                "\"confiscation\":20,\"suspension\":30,\"downgrade\":30,\"closure\":30,\"withdrawal\":60,\"revocation\":100,"
                "\"restriction\":100,\"criminal\":100,\"detention\":100},\"sampling\":{\"ordinary\":10,\"serious\":20}},"
                "\"heaviest_per_case\":true,\"window\":{\"rule\":\"publicity\",\"fallback_months\":12},"
                "\"veto\":{\"active_listing\":\"D\"},\"minimum\":{\"records_ever\":1},\"gates\":[]}",
                version, version, base, least_a, least_b, least_c);
}

static bool put_policy(struct link *link, struct slice text, struct policy *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document_error error;
        struct document document;
        struct query query;

        if (policy_parse(text, ret, &error))
                return fault_set(why, FAULT_INPUT, "the benchmark's policy: %s: %s", error.path, error.reason);
        document_init(&document, text);
        document_canonical(&document, &canonical);
        document_done(&document);
        query_init(&query, "INSERT INTO qcr.policy (policy_hash, policy_id, policy_version, document, standing, serial)"
                           " SELECT $1::bytea, $2::text, $3::integer, $4::bytea, 'in-force', max(serial) FROM qcr.ledger");
        query_bytes(&query, ret->hash, sizeof(ret->hash));
        query_text(&query, ret->id);
        query_number(&query, ret->version);
        query_bytes(&query, canonical.data, canonical.length);
        return link_run(link, &query, NULL, why);
}

/* In force as if the founding had named it. */
static bool put_in_force(struct link *link, const struct policy *policy, struct fault *why)
{
        struct query query;

        query_init(&query, "UPDATE qcr.policy_activation SET policy_hash = $1::bytea WHERE serial = 1");
        query_bytes(&query, policy->hash, sizeof(policy->hash));
        return link_run(link, &query, NULL, why);
}

bool bench_policies_put(struct link *superuser, struct bench_policies *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer first = BUFFER_INIT;
        CLEANUP(buffer) struct buffer second = BUFFER_INIT;

        policy_text(1, 100, 90, 70, 40, &first);
        policy_text(2, 99, 91, 71, 41, &second);
        return put_policy(superuser, buffer_slice(&first), &ret->first, why) &&
               put_policy(superuser, buffer_slice(&second), &ret->second, why) && put_in_force(superuser, &ret->first, why);
}

/* ----------------------------------------------------------------- enterprises */

struct maker {
        struct link *link;
        const struct policy *policy;
        struct day day;
        int64_t enterprises;
        char subject[10];
        struct grade_inputs *inputs;
        struct grade_outcome *outcome;
        struct buffer packed;
        struct bulk standings;
};

static uint16_t kind_of_points(int64_t points)
{
        switch (points) {
        case 5:
                return PENALTY_BIT(PENALTY_WARNING);
        case 10:
                return PENALTY_BIT(PENALTY_FINE);
        case 20:
                return PENALTY_BIT(PENALTY_CONFISCATION);
        case 30:
                return PENALTY_BIT(PENALTY_CLOSURE);
        case 60:
                return PENALTY_BIT(PENALTY_WITHDRAWAL);
        case 100:
                return PENALTY_BIT(PENALTY_REVOCATION);
        default:
                abort();
        }
}

static bool send_standings(struct maker *maker, struct fault *why)
{
        return bulk_send(&maker->standings, maker->link,
                "COPY qcr.standing (subject, version, inputs, policy_hash, grade, score, graded_on, next_change, serial)"
                " FROM STDIN", why);
}

static bool end_enterprise(struct maker *maker, struct fault *why)
{
        struct bulk *bulk = &maker->standings;

        if (maker->inputs->count == 0)
                return true;
        buffer_clear(&maker->packed);
        if (!inputs_encode(maker->inputs, &maker->packed))
                return fault_set(why, FAULT_INPUT, "the rows of %s cannot be packed", maker->subject);
        grade_evaluate(maker->policy, maker->inputs, maker->day, maker->outcome);
        bulk_text(bulk, maker->subject);
        bulk_number(bulk, 1);
        bulk_bytes(bulk, maker->packed.data, maker->packed.length);
        bulk_bytes(bulk, maker->policy->hash, sizeof(maker->policy->hash));
        bulk_text(bulk, maker->outcome->grade);
        if (maker->outcome->score < 0)
                bulk_null(bulk);
        else
                bulk_number(bulk, maker->outcome->score);
        bulk_day(bulk, maker->day);
        bulk_day(bulk, maker->outcome->next_change);
        bulk_number(bulk, 1);
        bulk_end_row(bulk);
        maker->enterprises++;
        maker->inputs->count = 0;
        return bulk->rows < ROWS_AT_ONCE || send_standings(maker, why);
}

static bool take_row(struct maker *maker, struct copy_out *copy, struct fault *why)
{
        struct slice subject = copy->fields[0];
        struct grade_record *record;

        if (subject.length != 9)
                return fault_set(why, FAULT_INPUT, "bench_input: a subject has not nine characters");
        if (memcmp(subject.data, maker->subject, 9) != 0) {
                if (!end_enterprise(maker, why))
                        return false;
                memcpy(maker->subject, subject.data, 9);
        }
        if (maker->inputs->count == GRADE_RECORDS_MAX)
                return fault_set(why, FAULT_INPUT, "bench_input: %s has too many rows", maker->subject);
        record = &maker->inputs->records[maker->inputs->count++];
        *record = (struct grade_record){
                .type = RECORD_PENALTY,
                .kinds = kind_of_points(copy_out_number(copy, 2)),
                .ordinal = maker->inputs->count,
                .case_ref = (uint64_t)copy_out_number(copy, 1) + 1,
                .publicity_end = copy_out_day(copy, 3),
                .valid_through = DAY_NONE,
        };
        record->decided_on = day_add(record->publicity_end, -PUBLIC_DAYS);
        return true;
}

static bool put_standings(struct maker *maker, struct link *reader, struct fault *why)
{
        struct copy_out copy;
        bool is_row, done;

        if (!copy_out_begin(&copy, reader, "COPY (SELECT subject, case_no, points, expires FROM public.bench_input ORDER BY subject)"
                                           " TO STDOUT (FORMAT binary)", 4, why))
                return false;
        while ((done = copy_out_next(&copy, &is_row, why)) && is_row)
                if (!take_row(maker, &copy, why)) {
                        done = false;
                        break;
                }
        copy_out_done(&copy);
        return done && end_enterprise(maker, why) && send_standings(maker, why);
}

/* What an enterprise has beside its standing; the keys are not asked while it is written. */
static bool put_parties(struct link *link, struct fault *why)
{
        return link_run_text(link, "INSERT INTO qcr.party (subject, serial) SELECT DISTINCT subject, 1 FROM public.bench_input", why) &&
               link_run_text(link,
                       "INSERT INTO qcr.party_version (subject, version, name, name_norm, kind, registration, region, township,"
                       " industry, established_on, row_hash, serial)"
                       " SELECT subject, 1, 'bench ' || subject, 'BENCH' || subject, 'enterprise', 'active', '510823',"
                       " '510823' || lpad((hashtext(subject) & 63)::text, 3, '0'), 'C' || (13 + (hashtext(subject) & 15))::text,"
                       " NULL, sha256(subject::bytea), 1 FROM qcr.party", why) &&
               link_run_text(link, "INSERT INTO qcr.code (code, subject, serial) SELECT subject, subject, 1 FROM qcr.party", why);
}

static bool put_all(struct maker *maker, struct link *reader, struct fault *why)
{
        return link_run_text(maker->link, "SET session_replication_role = replica", why) && put_parties(maker->link, why) &&
               put_standings(maker, reader, why) && link_run_text(maker->link, "RESET session_replication_role", why) &&
               link_run_text(maker->link, "VACUUM (ANALYZE) qcr.standing, qcr.party, qcr.party_version, qcr.code", why);
}

bool bench_population_put(struct link *superuser, struct link *reader, const struct policy *policy, struct day day,
        int64_t *ret_enterprises, double *ret_seconds, struct fault *why)
{
        struct maker maker = {
                .link = superuser,
                .policy = policy,
                .day = day,
                .inputs = must_alloc(sizeof(*maker.inputs)),
                .outcome = must_alloc(sizeof(*maker.outcome)),
        };
        double started = bench_now();
        bool done;

        memset(maker.inputs, 0, sizeof(*maker.inputs));
        done = put_all(&maker, reader, why);
        *ret_enterprises = maker.enterprises;
        *ret_seconds = bench_now() - started;
        bulk_done(&maker.standings);
        buffer_done(&maker.packed);
        free(maker.inputs);
        free(maker.outcome);
        return done;
}
