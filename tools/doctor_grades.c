/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on grades: an enterprise's packed inputs are made again from its records and cases, its own outcome and the
 * live one from the inputs, each under the policy and for the day it says it is of, and its history and change feed must
 * lead to it. What the view holds of it must be the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/grade.h"
#include "registry/core/party_file.h"
#include "registry/core/record.h"
#include "tools/doctor.h"

enum column {
        SUBJECT,
        STANDING_VERSION,
        INPUTS,
        POLICY_HASH,
        GRADE,
        SCORE,
        GRADED_ON,
        NEXT_CHANGE,
        SERIAL,
        LIVE_POLICY_HASH, /* of the outcome that holds, which a recalculation may have found */
        LIVE_GRADE,
        LIVE_SCORE,
        LIVE_GRADED_ON,
        LIVE_NEXT_CHANGE,
        HISTORY_FITS,
        CHANGES,
        CHANGED_VERSION,
        CHANGED_SERIAL,
        CODE,
        NAME,
        AUTHORITY,
        DOCUMENT_NORM,
        TYPE,
        ORDINAL,
        STATE,
        KINDS,
        SEVERITY,
        FINE,
        CONFISCATED,
        DECIDED_ON,
        PUBLICITY_END,
        RESULT,
        CERTIFICATE,
        VALID_THROUGH,
};

static const char grades_sql[] =
        "SELECT p.subject, s.version, s.inputs, s.policy_hash, s.grade, s.score, s.graded_on, s.next_change, "
        "s.serial, l.policy_hash, l.grade, l.score, l.graded_on, l.next_change,"
        /* Who grades again and finds the same writes no history: the standing's day may be a later one. */
        " (h.policy_hash, h.grade, h.score, h.next_change) IS NOT DISTINCT FROM"
        "   (s.policy_hash, s.grade, s.score, s.next_change) AND h.graded_on <= s.graded_on,"
        " c.changes, c.version, c.serial, k.code, v.name,"
        " r.authority_code, r.document_norm, r.type, r.ordinal, r.state, r.kinds, r.severity, r.fine_fen,"
        " r.confiscated_fen, r.decided_on, r.publicity_end, r.result, r.certificate, r.valid_through"
        " FROM qcr.party p LEFT JOIN qcr.standing s ON s.subject = p.subject"
        " LEFT JOIN qcr.live_grade l ON l.subject = p.subject"
        " LEFT JOIN (SELECT DISTINCT ON (subject) * FROM qcr.grade_history ORDER BY subject, version DESC) h"
        "   ON h.subject = p.subject"
        " LEFT JOIN (SELECT subject, count(*) AS changes, max(version) AS version, max(serial) AS serial"
        "   FROM qcr.ledger_change GROUP BY subject) c ON c.subject = p.subject"
        " LEFT JOIN (SELECT subject, max(code) AS code FROM qcr.code GROUP BY subject) k ON k.subject = "
        "p.subject"
        " LEFT JOIN (SELECT DISTINCT ON (subject) subject, name FROM qcr.party_version ORDER BY subject, "
        "version DESC) v"
        "   ON v.subject = p.subject"
        " LEFT JOIN (SELECT DISTINCT ON (subject, authority_code, document_norm, type) * FROM qcr.record"
        "   ORDER BY subject, authority_code, document_norm, type, version DESC) r ON r.subject = p.subject"
        " ORDER BY p.subject, r.ordinal";

struct stored_outcome {
        uint8_t policy_hash[32];
        char grade[GRADE_TEXT];
        int32_t score;
        struct day graded_on, next_change;
};

struct grades {
        struct doctor *doctor;
        bool view_is_of_this_switch; /* the view's live outcomes are those of the same activation */
        struct grade_inputs inputs;   /* made from the records */
        struct grade_outcome outcome;
        struct buffer packed, stored;
        /* the standing of the enterprise at hand */
        char subject[16];
        bool has_standing;
        int64_t version;
        uint64_t serial;
        struct stored_outcome own, live;
        char code[20];
        char name[1024];
};

/* ------------------------------------------------------------------------------ view */

static bool is_same_in_view(const struct grades *grades, const struct view_party *party)
{
        const char *grade = party->grade[0] ? party->grade : GRADE_UNRATED;
        const struct stored_outcome *live = &grades->live;
        bool is_same = slice_equal(party->inputs, buffer_slice(&grades->stored)) &&
                slice_equal(party->name, slice_text(grades->name));

        return is_same && (!grades->view_is_of_this_switch ||
                                  (strcmp(grade, live->grade) == 0 && party->score == live->score &&
                                          day_compare(party->graded_on, live->graded_on) == 0 &&
                                          day_compare(party->next_change, live->next_change) == 0 &&
                                          memcmp(party->policy_hash, live->policy_hash, sizeof(party->policy_hash)) == 0));
}

static bool check_view(struct grades *grades, struct fault *why)
{
        struct doctor *doctor = grades->doctor;
        struct view_party party;
        enum view_found found;

        if (!doctor->view || !grades->code[0])
                return true;
        if (!view_party(doctor->view, grades->code, &found, &party, why))
                return false;
        /* An enterprise that changed since the view was looked at may be older there. */
        if (grades->serial > doctor->view_meta.serial)
                return true;
        if (found == VIEW_ABSENT)
                doctor_find(doctor, "view", grades->subject, "has not this enterprise");
        else if (party.version != (uint64_t)grades->version)
                doctor_find(doctor, "view", grades->subject, "has version %" PRIu64 ", standing has %" PRId64,
                        party.version, grades->version);
        else if (!is_same_in_view(grades, &party))
                doctor_find(doctor, "view", grades->subject, "inputs, outcome or name is not the database's");
        return true;
}

/* -------------------------------------------------------------------------- standing */

/* What the records give under the policy it says it is of, for its day. False: a finding, or nothing to compare with. */
static bool check_outcome(struct grades *grades, const char *table, const struct stored_outcome *stored)
{
        struct doctor *doctor = grades->doctor;
        const struct policy *policy = doctor_policy_of(doctor, stored->policy_hash);

        if (!policy)
                return false; /* found with the policies */
        if (day_is_none(stored->graded_on)) {
                doctor_find(doctor, table, grades->subject, "graded_on is no day");
                return false;
        }
        grade_evaluate(policy, &grades->inputs, stored->graded_on, &grades->outcome);
        if (strcmp(grades->outcome.grade, stored->grade) != 0 || grades->outcome.score != stored->score)
                doctor_find(doctor, table, grades->subject, "grade was changed: is %s %d, its records give %s %d",
                        stored->grade, (int)stored->score, grades->outcome.grade, (int)grades->outcome.score);
        else if (day_compare(grades->outcome.next_change, stored->next_change) != 0)
                doctor_find(doctor, table, grades->subject, "next_change was changed");
        else
                return true;
        return false;
}

static bool is_same_outcome(const struct stored_outcome *a, const struct stored_outcome *b)
{
        return memcmp(a->policy_hash, b->policy_hash, sizeof(a->policy_hash)) == 0 && strcmp(a->grade, b->grade) == 0 &&
               a->score == b->score && day_compare(a->graded_on, b->graded_on) == 0 &&
               day_compare(a->next_change, b->next_change) == 0;
}

/* Its own outcome, and the one that holds where a recalculation found another or found the same under its policy. */
static void check_outcomes(struct grades *grades)
{
        if (check_outcome(grades, "standing", &grades->own) && !is_same_outcome(&grades->own, &grades->live))
                check_outcome(grades, "shadow_grade", &grades->live);
}

static int compare_listed(const void *subject, const void *listed)
{
        return strcmp(subject, ((const struct doctor_listed *)listed)->subject);
}

/* When its cases list it, as they were played back. */
static void take_listings(struct grades *grades)
{
        const struct doctor *doctor = grades->doctor;
        const struct doctor_listed *listed = NULL;

        if (doctor->listed_count)
                listed = bsearch(grades->subject, doctor->listed, doctor->listed_count, sizeof(*listed), compare_listed);
        grades->inputs.listings_count = listed ? (uint32_t)listed->count : 0;
        if (listed)
                memcpy(grades->inputs.listings, listed->listings, listed->count * sizeof(*listed->listings));
}

static bool finish_subject(struct grades *grades, struct fault *why)
{
        if (!grades->subject[0] || !grades->has_standing)
                return true;
        buffer_clear(&grades->packed);
        take_listings(grades);
        if (!inputs_encode(&grades->inputs, &grades->packed))
                doctor_find(grades->doctor, "record", grades->subject,
                        "its records cannot be graded: a value is out of range");
        else if (!slice_equal(buffer_slice(&grades->packed), buffer_slice(&grades->stored)))
                doctor_find(grades->doctor, "standing", grades->subject,
                        "inputs were changed: they are not its records' and cases'");
        else
                check_outcomes(grades);
        return check_view(grades, why);
}

/* Columns from the policy's hash on, in the order of the live ones. */
static bool read_outcome(const PGresult *row, const int columns[5], struct stored_outcome *ret)
{
        snprintf(ret->grade, sizeof(ret->grade), "%s", cell_text(row, 0, columns[1]));
        ret->score = cell_is_null(row, 0, columns[2]) ? -1 : (int32_t)cell_number(row, 0, columns[2]);
        ret->graded_on = cell_day(row, 0, columns[3]);
        ret->next_change = cell_day(row, 0, columns[4]);
        return cell_octets(row, 0, columns[0], ret->policy_hash, sizeof(ret->policy_hash));
}

static bool read_standing(struct grades *grades, const PGresult *row, struct fault *why)
{
        static const int own[5] = {POLICY_HASH, GRADE, SCORE, GRADED_ON, NEXT_CHANGE};
        static const int live[5] = {LIVE_POLICY_HASH, LIVE_GRADE, LIVE_SCORE, LIVE_GRADED_ON, LIVE_NEXT_CHANGE};

        buffer_clear(&grades->stored);
        grades->version = cell_number(row, 0, STANDING_VERSION);
        grades->serial = (uint64_t)cell_number(row, 0, SERIAL);
        snprintf(grades->code, sizeof(grades->code), "%s", cell_text(row, 0, CODE));
        snprintf(grades->name, sizeof(grades->name), "%s", cell_text(row, 0, NAME));
        return (cell_bytes(row, 0, INPUTS, &grades->stored) && read_outcome(row, own, &grades->own) &&
                       read_outcome(row, live, &grades->live)) ||
               fault_set(why, FAULT_INPUT, "qcr.standing: a row cannot be read");
}

static bool begin_subject(struct grades *grades, const PGresult *row, struct fault *why)
{
        struct doctor *doctor = grades->doctor;

        if (!finish_subject(grades, why))
                return false;
        snprintf(grades->subject, sizeof(grades->subject), "%s", cell_text(row, 0, SUBJECT));
        grades->inputs.count = grades->inputs.listings_count = 0;
        grades->has_standing = !cell_is_null(row, 0, STANDING_VERSION);
        if (!grades->has_standing) {
                doctor_find(doctor, "standing", grades->subject, "is missing");
                return true;
        }
        if (!read_standing(grades, row, why))
                return false;
        if (!cell_bool(row, 0, HISTORY_FITS))
                doctor_find(
                        doctor, "grade_history", grades->subject, "its newest outcome is not the standing's");
        if (cell_number(row, 0, CHANGED_VERSION) != grades->version ||
                cell_number(row, 0, CHANGES) != grades->version)
                doctor_find(doctor, "ledger_change", grades->subject,
                        "has %s changes up to version %s, standing has %" PRId64, cell_text(row, 0, CHANGES),
                        cell_text(row, 0, CHANGED_VERSION), grades->version);
        else if ((uint64_t)cell_number(row, 0, CHANGED_SERIAL) != grades->serial)
                doctor_find(doctor, "standing", grades->subject,
                        "serial was changed: its newest change is %s", cell_text(row, 0, CHANGED_SERIAL));
        return true;
}

static void add_record(struct grades *grades, const PGresult *row)
{
        struct grade_record *to = &grades->inputs.records[grades->inputs.count];
        struct record record = {
                .authority_code = cell_text(row, 0, AUTHORITY),
                .document_norm = cell_text(row, 0, DOCUMENT_NORM),
                .kinds = (uint16_t)cell_number(row, 0, KINDS),
                .severity = (uint8_t)cell_number(row, 0, SEVERITY),
                .fine_fen = cell_number(row, 0, FINE),
                .confiscated_fen = cell_number(row, 0, CONFISCATED),
                .decided_on = cell_day(row, 0, DECIDED_ON),
                .publicity_file = cell_day(row, 0, PUBLICITY_END),
                .publicity_computed = DAY_NONE,
                .valid_through = cell_day(row, 0, VALID_THROUGH),
        };
        const char *certificate = cell_text(row, 0, CERTIFICATE);

        if (grades->inputs.count == GRADE_RECORDS_MAX) {
                doctor_find(grades->doctor, "record", grades->subject, "has more than %d records",
                        GRADE_RECORDS_MAX);
                return;
        }
        if (!record_type_of_word(slice_text(cell_text(row, 0, TYPE)), &record.type) ||
                !record_result_of_word(slice_text(cell_text(row, 0, RESULT)), &record.result) ||
                (*certificate && !certificate_kind_of_word(slice_text(certificate), &record.certificate)))
                return; /* the table knows no others, or the records' hashes tell */
        *to = party_file_facts(&record);
        to->ordinal = (uint32_t)cell_number(row, 0, ORDINAL);
        grades->inputs.count++;
}

static bool take_row(void *closure, const PGresult *row, struct fault *why)
{
        struct grades *grades = closure;

        if (strcmp(grades->subject, cell_text(row, 0, SUBJECT)) != 0 && !begin_subject(grades, row, why))
                return false;
        if (!cell_is_null(row, 0, AUTHORITY) && strcmp(cell_text(row, 0, STATE), "active") == 0)
                add_record(grades, row);
        return true;
}

/* -------------------------------------------------------------------------- switches */

/* Which recalculation's outcomes are live, in the database and in the view. */
static bool take_switch(void *closure, const PGresult *row, struct fault *why)
{
        struct grades *grades = closure;
        struct doctor *doctor = grades->doctor;
        const struct view_meta *meta = &doctor->view_meta;
        uint64_t live_run = meta->live ? meta->slots[meta->live - 1].run_serial : 0;
        uint8_t hash[32];

        if (!cell_octets(row, 0, 1, hash, sizeof(hash)))
                return fault_set(why, FAULT_INPUT, "qcr.policy_activation: a row cannot be read");
        if (!doctor->view || (uint64_t)cell_number(row, 0, 0) > meta->serial)
                return true; /* it is older than the switch */
        grades->view_is_of_this_switch = memcmp(hash, meta->policy_hash, sizeof(hash)) == 0 &&
                live_run == (cell_is_null(row, 0, 2) ? 0 : (uint64_t)cell_number(row, 0, 2));
        if (!grades->view_is_of_this_switch)
                doctor_find(doctor, "view", "policy", "the policy in force or its recalculation is not the database's");
        return true;
}

static bool take_history(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, "grade_history", cell_text(row, 0, 0), "is of a policy that was not in force then");
        return true;
}

/* Outcomes of the past: each was computed under the policy of its entry's time. */
static bool check_history(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(&query,
                "WITH times AS (SELECT policy_hash, serial, lead(serial) OVER (ORDER BY serial) AS until"
                "  FROM qcr.policy_activation)"
                " SELECT h.subject || ' ' || h.version FROM qcr.grade_history h"
                " LEFT JOIN times t ON h.serial >= t.serial AND (t.until IS NULL OR h.serial < t.until)"
                " WHERE t.policy_hash IS DISTINCT FROM h.policy_hash ORDER BY h.subject, h.version");
        return link_each(doctor->link, &query, take_history, doctor, why);
}

bool doctor_grades(struct doctor *doctor, struct fault *why)
{
        struct grades *grades = must_alloc(sizeof(*grades));
        struct query query;
        bool done;

        *grades = (struct grades){.doctor = doctor};
        query_init(&query, "SELECT serial, policy_hash, run_serial FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1");
        done = link_each(doctor->link, &query, take_switch, grades, why);
        if (done) {
                query_init(&query, grades_sql);
                done = link_each(doctor->link, &query, take_row, grades, why) && finish_subject(grades, why) &&
                       check_history(doctor, why);
        }
        buffer_done(&grades->packed);
        buffer_done(&grades->stored);
        free(grades);
        return done;
}
