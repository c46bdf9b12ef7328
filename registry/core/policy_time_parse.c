/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/policy_reading.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- window */

/* Types whose records can stand against an enterprise: others never count. */
static void read_window_by_type(const struct place *window, struct policy *p)
{
        const char *words[RECORD_TYPE_LAST + 1] = {NULL};
        struct place by_type;
        size_t count = 0;

        if (!place_has(window, "by_type"))
                return;
        by_type = place_object(window, "by_type");
        for (enum record_type type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++) {
                const char *word = record_type_word(type);

                if (!record_is_negative(type, RECORD_RESULT_FAIL))
                        continue;
                words[count++] = word;
                if (place_has(&by_type, word))
                        p->type_months[type] = place_integer(&by_type, word, 1, POLICY_MONTHS_MAX);
        }
        place_only(&by_type, words);
}

void policy_read_window(const struct place *root, struct policy *p)
{
        struct place window = place_object(root, "window");
        char rule[POLICY_NAME];

        place_text(&window, "rule", rule, sizeof(rule));
        if (strcmp(rule, "publicity") == 0) {
                p->window = POLICY_PUBLICITY;
                place_only(&window, KEYS("rule", "fallback_months", "by_type"));
                p->window_months = place_integer(&window, "fallback_months", 1, POLICY_MONTHS_MAX);
        } else if (strcmp(rule, "months") == 0) {
                p->window = POLICY_MONTHS;
                place_only(&window, KEYS("rule", "months", "by_type"));
                p->window_months = place_integer(&window, "months", 1, POLICY_MONTHS_MAX);
        } else {
                place_refuse(&window, "rule", DOCUMENT_VALUE, "publicity or months is wanted");
        }
        read_window_by_type(&window, p);
}

/* ---------------------------------------------------------------- veto */

static enum record_type read_negative_type(const struct place *item)
{
        enum record_type type = RECORD_PENALTY;

        if (!record_type_of_word(slice_text(place_string(item)), &type))
                place_refuse(item, NULL, DOCUMENT_VALUE, "no such type of record");
        if (!record_is_negative(type, RECORD_RESULT_FAIL))
                place_refuse(item, NULL, DOCUMENT_VALUE, "records of this type never stand against an enterprise");
        return type;
}

static void read_repeat_types(const struct place *at, struct policy_repeat *repeat)
{
        struct place types = place_array(at, "types", 1, RECORD_TYPE_LAST);

        for (size_t i = 0; i < place_count(&types); i++) {
                struct place item = place_item(&types, i);
                enum record_type type = read_negative_type(&item);

                if (repeat->types & 1u << type)
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is there already");
                repeat->types |= 1u << type;
        }
}

static bool is_repeat_before(const struct policy *p, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(p->repeats[i].word, p->repeats[count].word) == 0)
                        return true;
        return false;
}

static void read_repeat(const struct place *at, size_t index, struct policy *p)
{
        struct policy_repeat *repeat = &p->repeats[index];
        char id[POLICY_REPEAT_ID + 1];
        char severity[POLICY_NAME];

        place_only(at, KEYS("id", "types", "severity", "count", "months", "grade"));
        policy_read_id(at, id, sizeof(id));
        snprintf(repeat->word, sizeof(repeat->word), "repeat.%s", id);
        if (is_repeat_before(p, index))
                place_refuse(at, "id", DOCUMENT_VALUE, "is there already");
        read_repeat_types(at, repeat);
        if (!place_is_null(at, "severity")) {
                place_text(at, "severity", severity, sizeof(severity));
                repeat->severity = SEVERITY_SERIOUS;
                if (strcmp(severity, severity_word(SEVERITY_SERIOUS)) != 0)
                        place_refuse(at, "severity", DOCUMENT_VALUE, "serious or null is wanted");
        }
        repeat->count = place_integer(at, "count", 1, GRADE_RECORDS_MAX);
        repeat->months = place_integer(at, "months", 1, POLICY_MONTHS_MAX);
        repeat->band = policy_read_band(at, "grade", p);
}

static void read_repeats(const struct place *veto, struct policy *p)
{
        struct place repeats;
        size_t count;

        if (!place_has(veto, "repeats"))
                return;
        repeats = place_array(veto, "repeats", 0, POLICY_REPEATS_MAX);
        count = place_count(&repeats);
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&repeats, i);

                read_repeat(&at, i, p);
        }
        p->repeats_count = (unsigned)count;
}

void policy_read_veto(const struct place *root, struct policy *p)
{
        struct place veto = place_object(root, "veto");

        place_only(&veto, KEYS("active_listing", "repeats"));
        p->has_veto = !place_is_null(&veto, "active_listing");
        if (p->has_veto)
                p->veto = policy_read_band(&veto, "active_listing", p);
        read_repeats(&veto, p);
}
