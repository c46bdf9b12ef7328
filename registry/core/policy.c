/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/policy.h"

#include <assert.h>
#include <string.h>

static const char *const rule_words[POLICY_RULES] = {
        [POLICY_RULE_PENALTY(PENALTY_WARNING)] = "penalty.warning",
        [POLICY_RULE_PENALTY(PENALTY_CRITICISM)] = "penalty.criticism",
        [POLICY_RULE_PENALTY(PENALTY_FINE)] = "penalty.fine",
        [POLICY_RULE_PENALTY(PENALTY_CONFISCATION)] = "penalty.confiscation",
        [POLICY_RULE_PENALTY(PENALTY_SUSPENSION)] = "penalty.suspension",
        [POLICY_RULE_PENALTY(PENALTY_DOWNGRADE)] = "penalty.downgrade",
        [POLICY_RULE_PENALTY(PENALTY_CLOSURE)] = "penalty.closure",
        [POLICY_RULE_PENALTY(PENALTY_WITHDRAWAL)] = "penalty.withdrawal",
        [POLICY_RULE_PENALTY(PENALTY_REVOCATION)] = "penalty.revocation",
        [POLICY_RULE_PENALTY(PENALTY_RESTRICTION)] = "penalty.restriction",
        [POLICY_RULE_PENALTY(PENALTY_CRIMINAL)] = "penalty.criminal",
        [POLICY_RULE_PENALTY(PENALTY_DETENTION)] = "penalty.detention",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_WARNING)] = "penalty.warning.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CRITICISM)] = "penalty.criticism.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_FINE)] = "penalty.fine.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CONFISCATION)] = "penalty.confiscation.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_SUSPENSION)] = "penalty.suspension.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_DOWNGRADE)] = "penalty.downgrade.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CLOSURE)] = "penalty.closure.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_WITHDRAWAL)] = "penalty.withdrawal.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_REVOCATION)] = "penalty.revocation.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_RESTRICTION)] = "penalty.restriction.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CRIMINAL)] = "penalty.criminal.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_DETENTION)] = "penalty.detention.serious",
#define FINDING(place, word) \
        [2 * PENALTY_KINDS + 2 * (place)] = word ".ordinary", [2 * PENALTY_KINDS + 2 * (place) + 1] = word ".serious"
        FINDING(0, "sampling"),
        FINDING(1, "recall"),
        FINDING(2, "complaint"),
        FINDING(3, "accident"),
        FINDING(4, "breach"),
        FINDING(5, "acceptance"),
        FINDING(6, "inspection"),
#undef FINDING
};

/* In the order of their rules. */
static const enum record_type finding_types[POLICY_FINDINGS] = {
        RECORD_SAMPLING, RECORD_RECALL, RECORD_COMPLAINT, RECORD_ACCIDENT, RECORD_BREACH, RECORD_ACCEPTANCE,
        RECORD_INSPECTION,
};

unsigned policy_rule_finding(enum record_type type, enum severity severity)
{
        unsigned place = 0;

        while (finding_types[place] != type) {
                place++;
                assert(place < POLICY_FINDINGS);
        }
        return 2u * PENALTY_KINDS + 2u * place + (severity == SEVERITY_SERIOUS);
}

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool is_grade(const char *text)
{
        size_t length = strlen(text);

        return length >= 1 && length <= 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == length;
}

static bool find_band(const struct policy *p, const char *grade, unsigned *ret)
{
        for (unsigned i = 0; i < p->bands_count; i++) {
                if (strcmp(p->bands[i].grade, grade) == 0) {
                        *ret = i;
                        return true;
                }
        }
        return false;
}

static void read_names(const struct place *at, const char *key, char *ret_zh, char *ret_en, size_t size)
{
        struct place names = place_object(at, key);

        place_only(&names, KEYS("zh", "en"));
        place_text(&names, "zh", ret_zh, size);
        place_text(&names, "en", ret_en, size);
}

static void read_identity(const struct place *root, struct policy *p)
{
        place_text(root, "id", p->id, sizeof(p->id));
        if (strspn(p->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(p->id))
                place_refuse(root, "id", DOCUMENT_VALUE, "small letters, digits and hyphens are wanted");
        p->version = place_integer(root, "version", 1, INT32_MAX);
        read_names(root, "names", p->zh, p->en, sizeof(p->zh));
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

static void read_bands(const struct place *root, struct policy *p)
{
        struct place bands = place_array(root, "bands", 1, POLICY_BANDS_MAX);
        size_t count = place_count(&bands);

        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&bands, i);
                struct policy_band *band = &p->bands[i];
                unsigned same;

                place_only(&at, KEYS("grade", "zh", "en", "min"));
                place_text(&at, "grade", band->grade, sizeof(band->grade));
                place_text(&at, "zh", band->zh, sizeof(band->zh));
                place_text(&at, "en", band->en, sizeof(band->en));
                band->least = place_integer(&at, "min", 0, p->base);
                if (!is_grade(band->grade))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "one to three capital letters are wanted");
                if (find_band(p, band->grade, &same))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "is there already");
                if (i > 0 && band->least >= p->bands[i - 1].least)
                        place_refuse(&at, "min", DOCUMENT_VALUE, "must be less than that of the band before");
                if (i + 1 == count && band->least != 0)
                        place_refuse(&at, "min", DOCUMENT_VALUE, "the last band begins at 0");
                p->bands_count++;
        }
}

static void read_findings(const struct place *deductions, enum record_type type, struct policy *p)
{
        struct place findings = place_object(deductions, record_type_word(type));

        place_only(&findings, KEYS("ordinary", "serious"));
        for (enum severity s = SEVERITY_ORDINARY; s <= SEVERITY_SERIOUS; s++)
                p->points[policy_rule_finding(type, s)] =
                        place_integer(&findings, severity_word(s), 0, POLICY_POINTS_MAX);
}

static void read_deductions(const struct place *root, struct policy *p)
{
        struct place deductions = place_object(root, "deductions");
        struct place penalty = place_object(&deductions, "penalty");
        const char *words[PENALTY_KINDS + 1] = {NULL};

        place_only(&deductions, KEYS("penalty", "sampling", "recall", "complaint", "accident"));
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++) {
                words[kind] = penalty_kind_word((enum penalty_kind)kind);
                p->points[POLICY_RULE_PENALTY(kind)] =
                        place_integer(&penalty, words[kind], 0, POLICY_POINTS_MAX);
        }
        place_only(&penalty, words);
        read_findings(&deductions, RECORD_SAMPLING, p);
        /* Other findings cost nothing where a policy does not speak of them. */
        for (enum record_type type = RECORD_RECALL; type <= RECORD_ACCIDENT; type++)
                if (place_has(&deductions, record_type_word(type)))
                        read_findings(&deductions, type, p);
        p->heaviest_per_case = place_boolean(root, "heaviest_per_case");
}

static void read_window(const struct place *root, struct policy *p)
{
        struct place window = place_object(root, "window");
        char rule[POLICY_NAME];

        place_text(&window, "rule", rule, sizeof(rule));
        if (strcmp(rule, "publicity") == 0) {
                p->window = POLICY_PUBLICITY;
                place_only(&window, KEYS("rule", "fallback_months"));
                p->window_months = place_integer(&window, "fallback_months", 1, POLICY_MONTHS_MAX);
        } else if (strcmp(rule, "months") == 0) {
                p->window = POLICY_MONTHS;
                place_only(&window, KEYS("rule", "months"));
                p->window_months = place_integer(&window, "months", 1, POLICY_MONTHS_MAX);
        } else {
                place_refuse(&window, "rule", DOCUMENT_VALUE, "publicity or months is wanted");
        }
}

static unsigned read_band_name(const struct place *at, const char *key, const struct policy *p)
{
        char grade[GRADE_TEXT];
        unsigned band = 0;

        place_text(at, key, grade, sizeof(grade));
        if (!find_band(p, grade, &band))
                place_refuse(at, key, DOCUMENT_VALUE, "is none of the bands");
        return band;
}

static void read_veto(const struct place *root, struct policy *p)
{
        struct place veto = place_object(root, "veto");
        struct place minimum = place_object(root, "minimum");

        place_only(&veto, KEYS("active_listing"));
        p->has_veto = !place_is_null(&veto, "active_listing");
        if (p->has_veto)
                p->veto = read_band_name(&veto, "active_listing", p);
        place_only(&minimum, KEYS("records_ever"));
        p->records_ever = place_integer(&minimum, "records_ever", 0, GRADE_RECORDS_MAX);
        read_names(root, "unrated", p->unrated_zh, p->unrated_en, sizeof(p->unrated_zh));
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
                        "held_months"));
                place_text(&at, "grade", gate->grade, sizeof(gate->grade));
                place_text(&at, "zh", gate->zh, sizeof(gate->zh));
                place_text(&at, "en", gate->en, sizeof(gate->en));
                gate->of = read_band_name(&at, "of", p);
                if (!is_grade(gate->grade))
                        place_refuse(&at, "grade", DOCUMENT_VALUE, "one to three capital letters are wanted");
                if (find_band(p, gate->grade, &same) || is_gate_before(p, i, gate->grade))
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

enum document_flaw policy_parse(struct slice json, struct policy *ret, struct document_error *ret_error)
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
        read_deductions(&root, &policy);
        read_window(&root, &policy);
        read_veto(&root, &policy);
        read_gates(&root, &policy);
        if (document_is_sound(&document)) {
                document_hash(&document, policy.hash);
                *ret = policy;
        }
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}

enum policy_standing policy_standing(const struct policy *policy)
{
        return policy->organ[0] && policy->number[0] ? POLICY_IN_FORCE : POLICY_TRIAL;
}

const char *policy_standing_word(enum policy_standing standing)
{
        switch (standing) {
        case POLICY_TRIAL:
                return "trial";
        case POLICY_IN_FORCE:
                return "in-force";
        }
        return "unknown";
}

bool policy_is_effective(const struct policy *policy, struct day day)
{
        return !day_is_before(day, policy->from) &&
               (day_is_none(policy->to) || !day_is_before(policy->to, day));
}

const char *policy_rule_word(unsigned rule)
{
        assert(rule < POLICY_RULES);
        return rule_words[rule];
}

const char *policy_grade_name(const struct policy *policy, const char *grade, bool is_chinese)
{
        unsigned band;

        if (strcmp(grade, GRADE_UNRATED) == 0)
                return is_chinese ? policy->unrated_zh : policy->unrated_en;
        if (find_band(policy, grade, &band))
                return is_chinese ? policy->bands[band].zh : policy->bands[band].en;
        for (unsigned i = 0; i < policy->gates_count; i++)
                if (strcmp(policy->gates[i].grade, grade) == 0)
                        return is_chinese ? policy->gates[i].zh : policy->gates[i].en;
        return NULL;
}

const struct policy_measures *policy_measures_of(const struct policy *policy, const char *grade)
{
        unsigned band;

        if (strcmp(grade, GRADE_UNRATED) == 0)
                return &policy->unrated_measures;
        if (find_band(policy, grade, &band))
                return &policy->bands[band].measures;
        for (unsigned i = 0; i < policy->gates_count; i++)
                if (strcmp(policy->gates[i].grade, grade) == 0)
                        return &policy->gates[i].measures;
        return NULL;
}
