/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/recalc_load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/store/policies.h"

void recalc_ranges_add(struct recalc_ranges *ranges, const char *after, const char *last)
{
        struct recalc_range *range;

        if (ranges->count == ranges->room) {
                ranges->room = ranges->room ? 2 * ranges->room : 16;
                ranges->items = must_resize(ranges->items, ranges->room * sizeof(*ranges->items));
        }
        range = &ranges->items[ranges->count++];
        snprintf(range->after, sizeof(range->after), "%s", after);
        snprintf(range->last, sizeof(range->last), "%s", last);
}

void recalc_ranges_done(struct recalc_ranges *ranges)
{
        free(ranges->items);
        *ranges = (struct recalc_ranges){0};
}

/* One row of one number. */
static bool load_number(struct link *link, struct query *query, int64_t *ret, struct fault *why)
{
        PGresult *rows;
        bool found;

        if (!link_query(link, query, &rows, why))
                return false;
        found = PQntuples(rows) == 1 && !cell_is_null(rows, 0, 0);
        if (found)
                *ret = cell_number(rows, 0, 0);
        PQclear(rows);
        return found || fault_set(why, FAULT_STORE, "PostgreSQL: a row is missing");
}

bool recalc_load_serial(struct link *link, struct query *query, uint64_t *ret, struct fault *why)
{
        int64_t number;

        if (!load_number(link, query, &number, why))
                return false;
        *ret = (uint64_t)number;
        return true;
}

bool recalc_load_now(struct link *link, int64_t *ret_ms, struct fault *why)
{
        struct query query;

        /* Cut as the ledger cuts it: rounded up it could be the next day's. */
        query_init(&query, "SELECT (extract(epoch FROM date_trunc('milliseconds', clock_timestamp())) * 1000)::bigint");
        return load_number(link, &query, ret_ms, why);
}

/* ---------------------------------------------------------------- policies */

bool recalc_load_activation(struct link *link, struct recalc_activation *ret, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool found;

        query_init(&query,
                "SELECT a.serial, a.policy_hash, coalesce(a.run_serial, 0), coalesce(e.through, 0), r.day"
                "  FROM qcr.policy_activation a LEFT JOIN qcr.recalc r ON r.serial = a.run_serial"
                "  LEFT JOIN qcr.recalc_end e ON e.serial = a.run_serial ORDER BY a.serial DESC LIMIT 1");
        if (!link_query(link, &query, &rows, why))
                return false;
        found = PQntuples(rows) == 1 && cell_octets(rows, 0, 1, ret->policy_hash, 32);
        if (found) {
                ret->serial = (uint64_t)cell_number(rows, 0, 0);
                ret->run_serial = (uint64_t)cell_number(rows, 0, 2);
                ret->through = (uint64_t)cell_number(rows, 0, 3);
                ret->day = cell_day(rows, 0, 4);
        }
        PQclear(rows);
        return found || fault_set(why, FAULT_STORE, "no policy is in force");
}

/* The query is consumed. `*ret_found` is false without a fault if it has no row. */
static bool read_policy(struct link *link, struct query *query, struct policy *ret, bool *ret_found, struct fault *why)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;
        PGresult *rows;
        bool good;

        if (!link_query(link, query, &rows, why))
                return false;
        *ret_found = PQntuples(rows) == 1;
        good = !*ret_found ||
               (cell_bytes(rows, 0, 0, &document) && policy_parse(buffer_slice(&document), ret, &error) == DOCUMENT_SOUND);
        PQclear(rows);
        return good || fault_set(why, FAULT_STORE, "the stored policy cannot be read");
}

bool recalc_load_policy(struct link *link, const uint8_t hash[32], struct policy *ret, struct fault *why)
{
        char hex[65];
        struct query query;
        bool found;

        query_init(&query, "SELECT document FROM qcr.policy WHERE policy_hash = $1::bytea");
        query_bytes(&query, hash, 32);
        if (!read_policy(link, &query, ret, &found, why))
                return false;
        hex_encode(hash, 32, hex);
        if (!found)
                return fault_set(why, FAULT_INPUT, "%s: there is no such policy; qcr-admin policy list shows them", hex);
        return !memcmp(ret->hash, hash, 32) || fault_set(why, FAULT_STORE, "%s: the stored policy is another one", hex);
}

bool recalc_load_policy_named(
        struct link *link, struct slice id, int64_t version, struct policy *ret, struct fault *why)
{
        struct query query;
        bool found;

        query_init(&query,
                "SELECT document FROM qcr.policy WHERE policy_id = $1::text AND policy_version = $2::integer");
        query_slice(&query, id);
        query_number(&query, version);
        if (!read_policy(link, &query, ret, &found, why))
                return false;
        return found || fault_set(why, FAULT_INPUT, "%.*s@%" PRId64 ": there is no such policy; qcr-admin policy list shows them",
                                (int)(id.length < 100 ? id.length : 100), (const char *)id.data, version);
}

/* -------------------------------------------------------------------- runs */

static bool take_known(const PGresult *rows, struct recalc_known *ret, struct fault *why)
{
        snprintf(ret->run, sizeof(ret->run), "%s", cell_text(rows, 0, 1));
        snprintf(ret->person, sizeof(ret->person), "%s", cell_text(rows, 0, 2));
        ret->at_ms = cell_number(rows, 0, 3);
        ret->day = cell_day(rows, 0, 5);
        ret->is_shadow = cell_bool(rows, 0, 6);
        ret->only_due = cell_bool(rows, 0, 7);
        ret->is_ended = cell_bool(rows, 0, 8);
        ret->through = (uint64_t)cell_number(rows, 0, 9);
        ret->evaluated = (uint64_t)cell_number(rows, 0, 10);
        ret->changed = (uint64_t)cell_number(rows, 0, 11);
        ret->chunks = (uint64_t)cell_number(rows, 0, 12);
        if (!cell_octets(rows, 0, 4, ret->policy_hash, 32) || !cell_octets(rows, 0, 13, ret->certificate, 32))
                return fault_set(why, FAULT_STORE, "a recalculation's row cannot be read");
        ret->serial = (uint64_t)cell_number(rows, 0, 0);
        return true;
}

#define KNOWN_COLUMNS                                                                                                          \
        "SELECT c.serial, c.run_id, r.person_id, (extract(epoch FROM l.at) * 1000)::bigint, c.policy_hash, c.day,"             \
        "       c.kind = 'shadow', c.only_due, EXISTS (SELECT FROM qcr.run_end e WHERE e.run_id = c.run_id),"                  \
        "       coalesce((SELECT through FROM qcr.recalc_end e WHERE e.serial = c.serial), 0),"                                \
        "       coalesce((SELECT sum(evaluated) FROM qcr.recalc_chunk k WHERE k.run_id = c.run_id), 0)::bigint,"               \
        "       coalesce((SELECT sum(rows) FROM qcr.run_chunk k WHERE k.run_id = c.run_id), 0)::bigint,"                       \
        "       (SELECT count(*) FROM qcr.run_chunk k WHERE k.run_id = c.run_id), r.certificate"                               \
        "  FROM qcr.recalc c JOIN qcr.run r USING (run_id) JOIN qcr.ledger l ON l.serial = c.serial"

/* The query is consumed; it has a row at most. */
static bool load_known(struct link *link, struct query *query, struct recalc_known *ret, struct fault *why)
{
        PGresult *rows;
        bool done = true;

        *ret = (struct recalc_known){0};
        if (!link_query(link, query, &rows, why))
                return false;
        if (PQntuples(rows) == 1)
                done = take_known(rows, ret, why);
        PQclear(rows);
        return done;
}

bool recalc_load_newest(struct link *link, bool only_shadow, struct recalc_known *ret, struct fault *why)
{
        struct query query;

        query_init(&query, KNOWN_COLUMNS " WHERE c.kind = 'shadow' OR NOT $1::boolean ORDER BY c.serial DESC LIMIT 1");
        query_text(&query, only_shadow ? "true" : "false");
        return load_known(link, &query, ret, why);
}

bool recalc_load_unfinished(struct link *link, struct recalc_known *ret, struct fault *why)
{
        struct query query;

        query_init(&query, KNOWN_COLUMNS
                " WHERE NOT EXISTS (SELECT FROM qcr.run_end e WHERE e.run_id = c.run_id)"
                "   AND NOT EXISTS (SELECT FROM qcr.recalc o WHERE o.serial > c.serial AND (c.only_due OR NOT o.only_due))"
                "   AND (c.kind = 'shadow' OR c.policy_hash = " POLICIES_IN_FORCE ")"
                " ORDER BY c.serial DESC LIMIT 1");
        return load_known(link, &query, ret, why);
}

bool recalc_load_run(struct link *link, const char *run, struct recalc_known *ret, struct fault *why)
{
        struct query query;

        query_init(&query, KNOWN_COLUMNS " WHERE c.run_id = $1::text");
        query_text(&query, run);
        return load_known(link, &query, ret, why);
}

bool recalc_load_gaps(struct link *link, const char *run, struct recalc_ranges *ret, struct fault *why)
{
        struct query query;
        PGresult *rows;
        const char *reached = RECALC_FIRST;

        query_init(&query, "SELECT after_subject, last_subject FROM qcr.recalc_chunk"
                           " WHERE run_id = $1::text AND NOT is_catch_up ORDER BY after_subject COLLATE \"C\"");
        query_text(&query, run);
        if (!link_query(link, &query, &rows, why))
                return false;
        for (int i = 0; i < PQntuples(rows); i++) {
                const char *after = cell_text(rows, i, 0), *last = cell_text(rows, i, 1);

                if (strcmp(reached, after) < 0)
                        recalc_ranges_add(ret, reached, after);
                if (strcmp(reached, last) < 0)
                        reached = last;
        }
        if (strcmp(reached, RECALC_LAST) < 0)
                recalc_ranges_add(ret, reached, RECALC_LAST);
        PQclear(rows);
        return true;
}

bool recalc_load_free_chunks(
        struct link *link, const char *run, int32_t *ret, size_t room, size_t *ret_count, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query,
                "SELECT n FROM generate_series(1, (SELECT coalesce(max(chunk), 0) FROM qcr.run_chunk WHERE run_id = $1::text)) n"
                " WHERE NOT EXISTS (SELECT FROM qcr.run_chunk k WHERE k.run_id = $1::text AND k.chunk = n)"
                " ORDER BY n LIMIT $2::bigint");
        query_text(&query, run);
        query_number(&query, (int64_t)room);
        if (!link_query(link, &query, &rows, why))
                return false;
        *ret_count = (size_t)PQntuples(rows);
        for (int i = 0; i < PQntuples(rows); i++)
                ret[i] = (int32_t)cell_number(rows, i, 0);
        PQclear(rows);
        return true;
}

bool recalc_load_through(struct link *link, const char *run, uint64_t *ret, struct fault *why)
{
        struct query query;

        query_init(&query, "SELECT min(through) FROM qcr.recalc_chunk WHERE run_id = $1::text AND NOT is_catch_up");
        query_text(&query, run);
        return recalc_load_serial(link, &query, ret, why);
}

bool recalc_load_is_changed(struct link *link, uint64_t through, bool *ret, struct fault *why)
{
        struct query query;
        int64_t number;

        query_init(&query, "SELECT EXISTS (SELECT FROM qcr.ledger_change WHERE serial > $1::bigint)::integer");
        query_number(&query, (int64_t)through);
        if (!load_number(link, &query, &number, why))
                return false;
        *ret = number != 0;
        return true;
}

bool recalc_load_since(struct link *link, const struct recalc_activation *held, struct day *ret, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query, "SELECT max(c.day) FROM qcr.recalc c JOIN qcr.run_end e USING (run_id)"
                           " WHERE c.kind = 'recalc' AND c.serial > $1::bigint AND c.policy_hash = $2::bytea");
        query_number(&query, (int64_t)held->serial);
        query_bytes(&query, held->policy_hash, 32);
        if (!link_query(link, &query, &rows, why))
                return false;
        *ret = cell_day(rows, 0, 0);
        PQclear(rows);
        return true;
}

bool recalc_load_population(struct link *link, uint64_t *ret, struct fault *why)
{
        struct query query;
        int64_t about;

        query_init(&query, "SELECT reltuples::bigint FROM pg_class WHERE oid = 'qcr.standing'::regclass");
        if (!load_number(link, &query, &about, why))
                return false;
        *ret = about > 0 ? (uint64_t)about : 0;
        if (about > 0)
                return true;
        query_init(&query, "SELECT count(*) FROM qcr.standing");
        return recalc_load_serial(link, &query, ret, why);
}

/* Every so many of the bounds, so that about `parts` parts come of them. */
static void take_bounds(const PGresult *rows, unsigned parts, struct recalc_ranges *ret)
{
        unsigned count = (unsigned)PQntuples(rows), step = count / parts ? count / parts : 1;
        char after[RECALC_SUBJECT] = RECALC_FIRST;

        for (unsigned i = step; i < count; i += step) {
                const char *last = cell_text(rows, (int)i, 0);

                if (strcmp(after, last) >= 0 || strlen(last) >= RECALC_SUBJECT)
                        continue;
                recalc_ranges_add(ret, after, last);
                snprintf(after, sizeof(after), "%s", last);
        }
        recalc_ranges_add(ret, after, RECALC_LAST);
}

bool recalc_load_bounds(struct link *link, unsigned parts, struct recalc_ranges *ret, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query, "SELECT unnest(histogram_bounds::text::text[]) FROM pg_stats"
                           " WHERE schemaname = 'qcr' AND tablename = 'standing' AND attname = 'subject'");
        if (!link_query(link, &query, &rows, why))
                return false;
        if (!PQntuples(rows)) {
                /* Nobody has analysed the table yet: the keys are counted off. */
                PQclear(rows);
                query_init(&query,
                        "SELECT subject FROM (SELECT subject, row_number() OVER (ORDER BY subject) AS n FROM qcr.standing) k"
                        " WHERE n % (SELECT count(*) / $1::bigint + 1 FROM qcr.standing) = 0 ORDER BY n");
                query_number(&query, (int64_t)parts * 4);
                if (!link_query(link, &query, &rows, why))
                        return false;
        }
        take_bounds(rows, parts, ret);
        PQclear(rows);
        return true;
}
