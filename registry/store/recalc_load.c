/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/recalc_load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void recalc_subjects_done(struct recalc_subjects *subjects)
{
        free(subjects->items);
        *subjects = (struct recalc_subjects){0};
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

static bool load_serial(struct link *link, struct query *query, uint64_t *ret, struct fault *why)
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
                "   AND (c.kind = 'shadow' OR c.policy_hash ="
                "        (SELECT policy_hash FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1))"
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
        return load_serial(link, &query, ret, why);
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
        return load_serial(link, &query, ret, why);
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

/* ------------------------------------------------------------------- pages */

enum column {
        SUBJECT,
        VERSION,
        INPUTS,
        GRADE,
        SCORE,
        NEXT_CHANGE,
        COLUMNS_OF_ALL,
        GRADED_ON = COLUMNS_OF_ALL,
        COLUMNS_OF_LIVE,
};

/* What is no subject could not be quoted as simply as it is here. */
static const char *subject_of(const char *subject)
{
        for (const char *c = subject; *c; c++)
                if (!((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z')))
                        abort();
        return subject;
}

static void add_subject(struct buffer *sql, const char *before, const char *subject)
{
        buffer_add_format(sql, "%s '%s'", before, subject_of(subject));
}

static void add_range(struct buffer *sql, const struct recalc_reading *reading)
{
        add_subject(sql, " s.subject >", reading->range.after);
        if (strcmp(reading->range.last, RECALC_LAST) != 0)
                add_subject(sql, " AND s.subject <=", reading->range.last);
        buffer_add_format(sql, " ORDER BY s.subject LIMIT %u", reading->limit);
}

static void add_own(struct buffer *sql)
{
        buffer_add_text(sql, "SELECT s.subject, s.version, s.inputs, s.grade, s.score, s.next_change");
}

static void add_day(struct buffer *sql, const char *before, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        buffer_add_format(sql, "%s date '%s'", before, text);
}

static void add_hash(struct buffer *sql, const uint8_t hash[32])
{
        char hex[65];

        hex_encode(hash, 32, hex);
        buffer_add_format(sql, "'\\x%s'::bytea", hex);
}

/* qcr.live_grade of an activation that is known already, so that it is planned as what it is: one join in key order. */
static void add_live(struct buffer *sql, const struct recalc_activation *held, const char *after, const char *from)
{
        if (!held->run_serial) {
                add_own(sql);
                buffer_add_text(sql, ", CASE WHEN s.policy_hash = ");
                add_hash(sql, held->policy_hash);
                buffer_add_format(sql, " THEN s.graded_on END FROM %s", from);
                return;
        }
        buffer_add_text(sql,
                "SELECT s.subject, s.version, s.inputs,"
                " CASE WHEN g.subject IS NULL THEN s.grade ELSE g.grade END,"
                " CASE WHEN g.subject IS NULL THEN s.score ELSE g.score END,"
                " CASE WHEN g.subject IS NULL THEN s.next_change ELSE g.next_change END,"
                " CASE WHEN g.subject IS NULL AND s.policy_hash = ");
        add_hash(sql, held->policy_hash);
        buffer_add_format(sql, " THEN s.graded_on WHEN g.subject IS NOT NULL OR s.serial <= %" PRIu64, held->through);
        add_day(sql, " THEN", held->day);
        buffer_add_format(sql, " END FROM %s LEFT JOIN qcr.shadow_grade g ON g.run_serial = %" PRIu64
                " AND g.subject = s.subject AND g.version = s.version", from, held->run_serial);
        /* A join in key order would otherwise begin at the run's first row, page after page. */
        add_subject(sql, " AND g.subject >", after);
}

/* Who may be due, by the indexes. */
static void add_candidates(struct buffer *sql, const struct recalc_due *due)
{
        const struct recalc_activation *held = &due->activation;

        buffer_add_text(sql, "SELECT subject FROM qcr.standing WHERE");
        add_day(sql, " next_change <=", due->day);
        /* A writer whose day was over when it committed may have left an outcome that ended meanwhile. */
        if (!day_is_none(due->since))
                add_day(sql, " AND next_change >", day_add(due->since, -2));
        if (!held->run_serial)
                return;
        buffer_add_format(sql, " UNION SELECT unnest(d.subjects) FROM qcr.shadow_due d WHERE d.run_serial = %" PRIu64,
                held->run_serial);
        add_day(sql, " AND d.next_change <=", due->day);
        if (!day_is_none(due->since))
                add_day(sql, " AND d.next_change >", due->since);
        else
                buffer_add_format(sql, " UNION SELECT c.subject FROM qcr.ledger_change c WHERE c.serial > %" PRIu64
                        " AND c.serial < %" PRIu64, held->through, held->serial);
}

/* Of `from`, whose outcome ends by the day or is not of the policy in force; a condition on them may follow. */
static void add_due(struct buffer *sql, const char *columns, const struct recalc_activation *held, struct day day,
        const char *after, const char *from)
{
        buffer_add_format(sql, "SELECT %s FROM (", columns);
        add_live(sql, held, after, from);
        buffer_add_text(sql, ") s (subject, version, inputs, grade, score, next_change, graded_on)"
                             " WHERE (s.graded_on IS NULL OR");
        add_day(sql, " s.next_change <=", day);
        buffer_add_text(sql, ")");
}

static void add_due_page(struct buffer *sql, const struct recalc_reading *reading)
{
        CLEANUP(buffer) struct buffer from = BUFFER_INIT;

        buffer_add_text(&from, "(SELECT * FROM qcr.standing WHERE subject = ANY ('{");
        for (size_t i = 0; i < reading->subjects_count; i++)
                buffer_add_format(&from, "%s%s", i ? "," : "", subject_of(reading->subjects[i]));
        buffer_add_text(&from, "}'::text[])) s");
        add_due(sql, "*", &reading->activation, reading->day, RECALC_FIRST, buffer_text(&from));
        buffer_add_text(sql, " ORDER BY s.subject");
}

static void add_changed(struct buffer *sql, const struct recalc_reading *reading)
{
        buffer_add_format(sql, "WITH changed AS MATERIALIZED (SELECT DISTINCT subject FROM qcr.ledger_change WHERE serial > %"
                PRIu64 ") ", reading->through);
        add_own(sql);
        buffer_add_format(sql, " FROM changed JOIN qcr.standing s USING (subject)"
                " WHERE NOT EXISTS (SELECT FROM qcr.shadow_grade g WHERE g.run_serial = %" PRIu64
                " AND g.subject = s.subject AND g.version = s.version) AND", reading->run_serial);
}

static unsigned format_reading(struct buffer *sql, const struct recalc_reading *reading)
{
        unsigned columns = COLUMNS_OF_ALL;

        buffer_add_text(sql, "COPY (");
        switch (reading->source) {
        case RECALC_ALL:
                add_own(sql);
                buffer_add_text(sql, " FROM qcr.standing s WHERE");
                break;
        case RECALC_CHANGED:
                add_changed(sql, reading);
                break;
        case RECALC_LIVE:
                add_live(sql, &reading->activation, reading->range.after, "qcr.standing s");
                buffer_add_text(sql, " WHERE");
                columns = COLUMNS_OF_LIVE;
                break;
        case RECALC_DUE:
                add_due_page(sql, reading);
                columns = COLUMNS_OF_LIVE;
                break;
        }
        if (reading->source != RECALC_DUE)
                add_range(sql, reading);
        buffer_add_text(sql, ") TO STDOUT (FORMAT binary)");
        return columns;
}

/* Fields are octets without a NUL: short ones are copied to have one. */
static bool take_word(const struct copy_out *copy, enum column column, char *ret, size_t size)
{
        struct slice field = copy->fields[column];

        if (!field.data || field.length >= size)
                return false;
        memcpy(ret, field.data, field.length);
        ret[field.length] = '\0';
        return true;
}

static bool take_party(struct copy_out *copy, struct recalc_party *ret)
{
        char before[RECALC_SUBJECT];

        memcpy(before, ret->subject, sizeof(before));
        if (!take_word(copy, SUBJECT, ret->subject, sizeof(ret->subject)) ||
                !take_word(copy, GRADE, ret->grade, sizeof(ret->grade)) || !copy->fields[INPUTS].data)
                return false;
        ret->version = (uint64_t)copy_out_number(copy, VERSION);
        ret->inputs = copy->fields[INPUTS];
        ret->score = copy_out_is_null(copy, SCORE) ? -1 : (int32_t)copy_out_number(copy, SCORE);
        ret->next_change = copy_out_day(copy, NEXT_CHANGE);
        if (copy->columns == COLUMNS_OF_LIVE)
                ret->graded_on = copy_out_day(copy, GRADED_ON);
        return strcmp(before, ret->subject) < 0;
}

static bool read_parties(struct link *link, const char *sql, unsigned columns, recalc_party_fn each, void *closure,
        uint64_t *ret_count, struct fault *why)
{
        struct recalc_party party = {.subject = ""};
        struct copy_out copy;
        bool is_row, done;

        *ret_count = 0;
        if (!copy_out_begin(&copy, link, sql, columns, why))
                return false;
        while ((done = copy_out_next(&copy, &is_row, why)) && is_row) {
                if (!take_party(&copy, &party))
                        done = fault_set(why, FAULT_STORE, "an enterprise's rows are not of their form, or not in their order");
                if (!done || !each(closure, &party, why)) {
                        done = false;
                        break;
                }
                ++*ret_count;
        }
        copy_out_done(&copy);
        return done;
}

/*
 * By subject one after the other: right after a run the server's statistics know nothing of its rows, and it would read a
 * whole table for the few that are asked for.
 */
static bool begin_by_subject(struct link *link, uint64_t *ret_serial, struct fault *why)
{
        struct query query;

        query_init(&query, "SELECT serial, set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
                           " FROM qcr.ledger_head");
        return link_begin_snapshot(link, why) && load_serial(link, &query, ret_serial, why);
}

static bool begin_reading(struct link *link, enum recalc_source source, uint64_t *ret_serial, struct fault *why)
{
        struct query query;

        if (source == RECALC_DUE)
                return begin_by_subject(link, ret_serial, why);
        query_init(&query, "SELECT serial FROM qcr.ledger_head");
        return link_begin_snapshot(link, why) && load_serial(link, &query, ret_serial, why);
}

bool recalc_read(struct link *link, const struct recalc_reading *reading, recalc_party_fn each, void *closure,
        uint64_t *ret_count, uint64_t *ret_through, struct fault *why)
{
        CLEANUP(buffer) struct buffer sql = BUFFER_INIT;
        unsigned columns = format_reading(&sql, reading);

        if (begin_reading(link, reading->source, ret_through, why) &&
                read_parties(link, buffer_text(&sql), columns, each, closure, ret_count, why) && link_commit(link, why))
                return true;
        link_rollback(link);
        return false;
}

/* -------------------------------------------------------------- what is due */

static bool take_subjects(const PGresult *rows, struct recalc_subjects *ret, struct fault *why)
{
        const char *before = RECALC_FIRST;

        ret->count = 0;
        if (ret->room < (size_t)PQntuples(rows)) {
                ret->room = (size_t)PQntuples(rows);
                ret->items = must_resize(ret->items, ret->room * sizeof(*ret->items));
        }
        for (int i = 0; i < PQntuples(rows); i++) {
                const char *subject = cell_text(rows, i, 0);

                if (strcmp(before, subject) >= 0 || strlen(subject) >= RECALC_SUBJECT)
                        return fault_set(why, FAULT_STORE, "an enterprise's rows are not of their form, or not in their order");
                before = strcpy(ret->items[ret->count++], subject);
        }
        return true;
}

static void format_due(struct buffer *sql, const struct recalc_due *due, const char *after)
{
        CLEANUP(buffer) struct buffer from = BUFFER_INIT;

        buffer_add_text(sql, "WITH due AS MATERIALIZED (");
        add_candidates(sql, due);
        buffer_add_text(sql, ") ");
        buffer_add_text(&from, "(SELECT t.* FROM (SELECT subject FROM due WHERE");
        add_subject(&from, " subject >", after);
        buffer_add_text(&from, " ORDER BY subject) d JOIN qcr.standing t USING (subject)) s");
        add_due(sql, "s.subject", &due->activation, due->day, after, buffer_text(&from));
        buffer_add_format(sql, " ORDER BY s.subject LIMIT %u", RECALC_DUE_MAX);
}

bool recalc_load_due(struct link *link, const struct recalc_due *due, const char *after, struct recalc_subjects *ret,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer sql = BUFFER_INIT;
        struct query query;
        PGresult *rows;
        uint64_t serial;
        bool done;

        format_due(&sql, due, after);
        query_init(&query, buffer_text(&sql));
        if (!begin_by_subject(link, &serial, why) || !link_query(link, &query, &rows, why)) {
                link_rollback(link);
                return false;
        }
        done = take_subjects(rows, ret, why);
        PQclear(rows);
        return link_commit(link, why) && done;
}
