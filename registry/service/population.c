/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/population.h"

#include <string.h>

#include "registry/store/copy_out.h"
#include "registry/store/policies.h"

enum column {
        SUBJECT,
        VERSION,
        INPUTS,
        GRADE,
        SCORE,
        NEXT_CHANGE,
        IS_CURRENT,
        NAME,
        KIND,
        REGISTRATION,
        TOWNSHIP,
        INDUSTRY,
        COLUMNS,
};

/* Row after row by the primary keys: nothing is sorted or held, on either side. */
static const char sql[] =
        "COPY (SELECT l.subject, l.version, l.inputs, l.grade, l.score, l.next_change,"
        " l.policy_hash = " POLICIES_IN_FORCE ","
        " v.name, v.kind, v.registration, v.township, v.industry FROM qcr.live_grade l"
        " CROSS JOIN LATERAL (SELECT name, kind, registration, township, industry FROM qcr.party_version p"
        "  WHERE p.subject = l.subject ORDER BY p.version DESC LIMIT 1) v"
        " ORDER BY l.subject) TO STDOUT (FORMAT binary)";

static bool registration_parse(const char *word, enum statement_registration *ret)
{
        for (unsigned i = REGISTRATION_ACTIVE; i <= REGISTRATION_REVOKED; i++)
                if (strcmp(word, statement_registration_word((enum statement_registration)i)) == 0) {
                        *ret = (enum statement_registration)i;
                        return true;
                }
        return false;
}

static bool take_party(struct copy_out *copy, char grade[GRADE_TEXT], struct population_party *ret)
{
        char kind[32], registration[32];

        if (!copy_out_word(copy, SUBJECT, ret->subject, sizeof(ret->subject)) || !copy_out_word(copy, GRADE, grade, GRADE_TEXT) ||
                !copy_out_word(copy, KIND, kind, sizeof(kind)) || !party_kind_parse(kind, &ret->kind) ||
                !copy_out_word(copy, REGISTRATION, registration, sizeof(registration)) ||
                !registration_parse(registration, &ret->registration) || copy->fields[IS_CURRENT].length != 1)
                return false;
        ret->version = (uint64_t)copy_out_number(copy, VERSION);
        ret->inputs = copy->fields[INPUTS];
        ret->grade = grade;
        ret->score = copy_out_is_null(copy, SCORE) ? -1 : (int32_t)copy_out_number(copy, SCORE);
        ret->next_change = copy_out_day(copy, NEXT_CHANGE);
        ret->is_current = copy->fields[IS_CURRENT].data[0] == 1;
        ret->name = copy->fields[NAME];
        ret->township = copy->fields[TOWNSHIP];
        ret->industry = copy->fields[INDUSTRY];
        return true;
}

bool population_each(struct link *link, population_fn each, void *closure, struct fault *why)
{
        struct population_party party;
        char grade[GRADE_TEXT];
        struct copy_out copy;
        bool is_row, done;

        if (!copy_out_begin(&copy, link, sql, COLUMNS, why))
                return false;
        while ((done = copy_out_next(&copy, &is_row, why)) && is_row) {
                if (!take_party(&copy, grade, &party))
                        done = fault_set(why, FAULT_STORE, "an enterprise's rows are not of their form");
                if (!done || !each(closure, &party, why)) {
                        done = false;
                        break;
                }
        }
        copy_out_done(&copy);
        return done;
}
