/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on grades: an enterprise's packed inputs are made again from its records and cases, its live outcome
 * from the inputs, and its history and change feed must lead to it. What the view holds of it must be the same.
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
};

static const char grades_sql[] =
        "SELECT p.subject, s.version, s.inputs, s.policy_hash, s.grade, s.score, s.graded_on, s.next_change, "
        "s.serial,"
        " (h.policy_hash, h.grade, h.score, h.graded_on, h.next_change) IS NOT DISTINCT FROM"
        "   (s.policy_hash, s.grade, s.score, s.graded_on, s.next_change),"
        " c.changes, c.version, c.serial, k.code, v.name,"
        " r.authority_code, r.document_norm, r.type, r.ordinal, r.state, r.kinds, r.severity, r.fine_fen,"
        " r.confiscated_fen, r.decided_on, r.publicity_end"
        " FROM qcr.party p LEFT JOIN qcr.standing s ON s.subject = p.subject"
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

struct grades {
        struct doctor *doctor;
        struct grade_inputs inputs;   /* made from the records */
        struct grade_outcome outcome;
        struct buffer packed, stored;
        /* the standing of the enterprise at hand */
        char subject[16];
        bool has_standing;
        int64_t version;
        uint64_t serial;
        uint8_t policy_hash[32];
        char grade[GRADE_TEXT];
        int32_t score;
        struct day graded_on, next_change;
        char code[20];
        char name[1024];
};

/* ------------------------------------------------------------------------------ view */

static bool is_same_in_view(const struct grades *grades, const struct view_party *party)
{
        const char *grade = party->grade[0] ? party->grade : GRADE_UNRATED;

        return slice_equal(party->inputs, buffer_slice(&grades->stored)) &&
               strcmp(grade, grades->grade) == 0 && party->score == grades->score &&
               day_compare(party->graded_on, grades->graded_on) == 0 &&
               day_compare(party->next_change, grades->next_change) == 0 &&
               memcmp(party->policy_hash, grades->policy_hash, sizeof(party->policy_hash)) == 0 &&
               slice_equal(party->name, slice_text(grades->name));
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

static void check_outcome(struct grades *grades)
{
        struct doctor *doctor = grades->doctor;
        const struct policy *policy = doctor_policy_of(doctor, grades->policy_hash);

        if (!policy)
                return; /* found with the policies */
        if (day_is_none(grades->graded_on)) {
                doctor_find(doctor, "standing", grades->subject, "graded_on is no day");
                return;
        }
        grade_evaluate(policy, &grades->inputs, grades->graded_on, &grades->outcome);
        if (strcmp(grades->outcome.grade, grades->grade) != 0 || grades->outcome.score != grades->score)
                doctor_find(doctor, "standing", grades->subject,
                        "grade was changed: is %s %d, its records give %s %d", grades->grade,
                        (int)grades->score, grades->outcome.grade, (int)grades->outcome.score);
        else if (day_compare(grades->outcome.next_change, grades->next_change) != 0)
                doctor_find(doctor, "standing", grades->subject, "next_change was changed");
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
                check_outcome(grades);
        return check_view(grades, why);
}

static bool read_standing(struct grades *grades, const PGresult *row, struct fault *why)
{
        buffer_clear(&grades->stored);
        grades->version = cell_number(row, 0, STANDING_VERSION);
        grades->serial = (uint64_t)cell_number(row, 0, SERIAL);
        snprintf(grades->grade, sizeof(grades->grade), "%s", cell_text(row, 0, GRADE));
        grades->score = cell_is_null(row, 0, SCORE) ? -1 : (int32_t)cell_number(row, 0, SCORE);
        grades->graded_on = cell_day(row, 0, GRADED_ON);
        grades->next_change = cell_day(row, 0, NEXT_CHANGE);
        snprintf(grades->code, sizeof(grades->code), "%s", cell_text(row, 0, CODE));
        snprintf(grades->name, sizeof(grades->name), "%s", cell_text(row, 0, NAME));
        return (cell_bytes(row, 0, INPUTS, &grades->stored) &&
                       cell_octets(row, 0, POLICY_HASH, grades->policy_hash, 32)) ||
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
        };

        if (grades->inputs.count == GRADE_RECORDS_MAX) {
                doctor_find(grades->doctor, "record", grades->subject, "has more than %d records",
                        GRADE_RECORDS_MAX);
                return;
        }
        if (!record_type_of_word(slice_text(cell_text(row, 0, TYPE)), &record.type))
                return; /* the table knows no other; were it changed, the records' hashes tell */
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

bool doctor_grades(struct doctor *doctor, struct fault *why)
{
        struct grades *grades = must_alloc(sizeof(*grades));
        struct query query;
        bool done;

        *grades = (struct grades){.doctor = doctor};
        query_init(&query, grades_sql);
        done = link_each(doctor->link, &query, take_row, grades, why) && finish_subject(grades, why);
        buffer_done(&grades->packed);
        buffer_done(&grades->stored);
        free(grades);
        return done;
}
