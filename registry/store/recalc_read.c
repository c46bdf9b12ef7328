/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/recalc_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void recalc_subjects_done(struct recalc_subjects *subjects)
{
        free(subjects->items);
        *subjects = (struct recalc_subjects){0};
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

static bool take_party(struct copy_out *copy, struct recalc_party *ret)
{
        char before[RECALC_SUBJECT];

        memcpy(before, ret->subject, sizeof(before));
        if (!copy_out_word(copy, SUBJECT, ret->subject, sizeof(ret->subject)) ||
                !copy_out_word(copy, GRADE, ret->grade, sizeof(ret->grade)) || !copy->fields[INPUTS].data)
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
        return link_begin_snapshot(link, why) && recalc_load_serial(link, &query, ret_serial, why);
}

static bool begin_reading(struct link *link, enum recalc_source source, uint64_t *ret_serial, struct fault *why)
{
        struct query query;

        if (source == RECALC_DUE)
                return begin_by_subject(link, ret_serial, why);
        query_init(&query, "SELECT serial FROM qcr.ledger_head");
        return link_begin_snapshot(link, why) && recalc_load_serial(link, &query, ret_serial, why);
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

bool recalc_read_due(struct link *link, const struct recalc_due *due, const char *after, struct recalc_subjects *ret,
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
