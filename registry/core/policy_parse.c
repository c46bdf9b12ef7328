/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/policy_reading.h"

#include <stdio.h>
#include <string.h>

unsigned policy_read_band(const struct place *at, const char *key, const struct policy *policy)
{
        char grade[GRADE_TEXT];
        unsigned band = 0;

        place_text(at, key, grade, sizeof(grade));
        if (!policy_find_band(policy, grade, &band))
                place_refuse(at, key, DOCUMENT_VALUE, "is none of the bands");
        return band;
}

void policy_read_id(const struct place *at, char *ret, size_t size)
{
        place_text(at, "id", ret, size);
        if (strspn(ret, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(ret))
                place_refuse(at, "id", DOCUMENT_VALUE, "small letters, digits and hyphens are wanted");
}

static bool is_grade(const char *text)
{
        size_t length = strlen(text);

        return length >= 1 && length <= 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == length;
}

static void read_titles(const struct place *at, char *ret_zh, char *ret_en, size_t size)
{
        place_text(at, "zh", ret_zh, size);
        place_text(at, "en", ret_en, size);
}

/* ---------------------------------------------------------------- the document itself */

static void read_identity(const struct place *root, struct policy *p)
{
        struct place names = place_object(root, "names");

        policy_read_id(root, p->id, sizeof(p->id));
        p->version = place_integer(root, "version", 1, INT32_MAX);
        place_only(&names, KEYS("zh", "en"));
        read_titles(&names, p->zh, p->en, sizeof(p->zh));
        place_text(root, "scope", p->scope, sizeof(p->scope));
        place_text(root, "issued_by", p->issued_by, sizeof(p->issued_by));
}

static void read_authority(const struct place *root, struct policy *p)
{
        struct place effective = place_object(root, "effective");

        if (!place_is_null(root, "document")) {
                struct place document = place_object(root, "document");

                place_only(&document, KEYS("organ", "number"));
                place_text(&document, "organ", p->organ, sizeof(p->organ));
                place_text(&document, "number", p->number, sizeof(p->number));
        }
        place_only(&effective, KEYS("from", "to"));
        p->from = place_day(&effective, "from");
        p->to = place_is_null(&effective, "to") ? DAY_NONE : place_day(&effective, "to");
        if (!day_is_none(p->to) && day_is_before(p->to, p->from))
                place_refuse(&effective, "to", DOCUMENT_VALUE, "comes before from");
}

/* ---------------------------------------------------------------- grades */

/* What follows from a grade. It is not evaluated, but none may be named without the law it rests on. */
static void read_measures(const struct place *at, struct policy_measures *ret)
{
        struct place measures;
        size_t count;

        if (!place_has(at, "measures"))
                return;
        measures = place_array(at, "measures", 0, POLICY_MEASURES_MAX);
        count = place_count(&measures);
        for (size_t i = 0; i < count; i++) {
                struct place item = place_item(&measures, i);
                struct policy_measure *measure = &ret->measures[i];

                place_only(&item, KEYS("zh", "en", "basis", "item"));
                read_titles(&item, measure->zh, measure->en, sizeof(measure->zh));
                place_text(&item, "basis", measure->basis, sizeof(measure->basis));
                if (!place_is_null(&item, "item"))
                        place_text(&item, "item", measure->item, sizeof(measure->item));
        }
        ret->count = (unsigned)count;
}

static void read_bands(const struct place *root, struct policy *p)
{
        struct place bands = place_array(root, "bands", 1, POLICY_BANDS_MAX);
        size_t count = place_count(&bands);

        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&bands, i);
                struct policy_band *band = &p->bands[i];
                unsigned same;

                place_only(&at, KEYS("grade", "zh", "en", "min", "measures"));
                place_text(&at, "grade", band->grade, sizeof(band->grade));
                read_titles(&at, band->zh, band->en, sizeof(band->zh));
                read_measures(&at, &band->measures);
                band->least = place_integer(&at, "min", 0, p->base);
                if (!is_grade(band->grade))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "one to three capital letters are wanted");
                if (policy_find_band(p, band->grade, &same))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "is there already");
                if (i > 0 && band->least >= p->bands[i - 1].least)
                        place_refuse(&at, "min", DOCUMENT_VALUE, "must be less than that of the band before");
                if (i + 1 == count && band->least != 0)
                        place_refuse(&at, "min", DOCUMENT_VALUE, "the last band begins at 0");
                p->bands_count++;
        }
}

static void read_unrated(const struct place *root, struct policy *p)
{
        struct place minimum = place_object(root, "minimum");
        struct place unrated = place_object(root, "unrated");

        place_only(&minimum, KEYS("records_ever"));
        p->records_ever = place_integer(&minimum, "records_ever", 0, GRADE_RECORDS_MAX);
        place_only(&unrated, KEYS("zh", "en", "measures"));
        read_titles(&unrated, p->unrated_zh, p->unrated_en, sizeof(p->unrated_zh));
        read_measures(&unrated, &p->unrated_measures);
}

static void read_certificates(const struct place *at, struct policy_gate *gate)
{
        struct place kinds = place_array(at, "certificates", 1, CERTIFICATE_LAST);

        for (size_t i = 0; i < place_count(&kinds); i++) {
                struct place item = place_item(&kinds, i);
                enum certificate_kind kind = CERTIFICATE_NONE;

                if (!certificate_kind_of_word(slice_text(place_string(&item)), &kind) ||
                        kind == CERTIFICATE_NONE)
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "no such kind of certificate");
                if (gate->certificates & 1u << kind)
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is there already");
                gate->certificates |= 1u << kind;
        }
        gate->held_months = place_integer(at, "held_months", 0, POLICY_MONTHS_MAX);
}

static bool is_gate_before(const struct policy *p, size_t count, const char *grade)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(p->gates[i].grade, grade) == 0)
                        return true;
        return false;
}

static void read_gates(const struct place *root, struct policy *p)
{
        struct place gates = place_array(root, "gates", 0, POLICY_GATES_MAX);

        for (size_t i = 0; i < place_count(&gates); i++) {
                struct place at = place_item(&gates, i);
                struct policy_gate *gate = &p->gates[i];
                unsigned same;

                place_only(&at, KEYS("grade", "zh", "en", "of", "months_without_deduction", "certificates",
                        "held_months", "measures"));
                place_text(&at, "grade", gate->grade, sizeof(gate->grade));
                read_titles(&at, gate->zh, gate->en, sizeof(gate->zh));
                read_measures(&at, &gate->measures);
                gate->of = policy_read_band(&at, "of", p);
                if (!is_grade(gate->grade))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "one to three capital letters are wanted");
                if (policy_find_band(p, gate->grade, &same) || is_gate_before(p, i, gate->grade))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "is there already");
                if (place_has(&at, "months_without_deduction"))
                        gate->months_without_deduction =
                                place_integer(&at, "months_without_deduction", 1, POLICY_MONTHS_MAX);
                if (place_has(&at, "certificates") || place_has(&at, "held_months"))
                        read_certificates(&at, gate);
                if (gate->months_without_deduction == 0 && gate->certificates == 0)
                        place_refuse(&at, NULL, DOCUMENT_VALUE, "asks for nothing");
        }
        p->gates_count = (unsigned)place_count(&gates);
}

/* ---------------------------------------------------------------- the whole */

/* A registry is brought it in one request. */
static void check_size(const struct place *root)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;

        document_canonical(root->document, &canonical);
        if (canonical.length <= DOCUMENT_SENT_MAX)
                return;
        place_refuse(root, NULL, DOCUMENT_SIZE, "more than 49152 octets in canonical form");
        snprintf(root->document->error.value, sizeof(root->document->error.value), "%zu", canonical.length);
}

static enum document_flaw parse(struct slice json, bool is_draft, struct policy *ret, struct document_error *ret_error)
{
        struct policy policy = {0};
        struct document document;
        struct place root;

        document_init(&document, json);
        root = document_root(&document);
        place_only(&root, KEYS("id", "version", "names", "scope", "issued_by", "document", "effective",
                "base", "bands", "unrated", "deductions", "heaviest_per_case", "window", "veto", "minimum",
                "gates"));
        read_identity(&root, &policy);
        read_authority(&root, &policy);
        policy.base = place_integer(&root, "base", 1, POLICY_POINTS_MAX);
        read_bands(&root, &policy);
        policy_read_deductions(&root, &policy);
        policy_read_window(&root, &policy);
        policy_read_veto(&root, &policy);
        read_unrated(&root, &policy);
        read_gates(&root, &policy);
        if (is_draft && document_is_sound(&document))
                policy_check(&root, &policy);
        if (is_draft && document_is_sound(&document))
                check_size(&root);
        if (document_is_sound(&document)) {
                document_hash(&document, policy.hash);
                *ret = policy;
        }
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}

enum document_flaw policy_parse(struct slice json, struct policy *ret, struct document_error *ret_error)
{
        return parse(json, false, ret, ret_error);
}

enum document_flaw policy_parse_draft(struct slice json, struct policy *ret, struct document_error *ret_error)
{
        return parse(json, true, ret, ret_error);
}
