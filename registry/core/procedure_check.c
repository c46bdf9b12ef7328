/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

/* A place inside the document's array `key`, for an error. */
static struct place item_of(const struct place *root, const char *key, unsigned index)
{
        struct place array = place_array(root, key, 0, SIZE_MAX);

        return place_item(&array, index);
}

static bool has_effect(const struct procedure *procedure, enum procedure_effect effect)
{
        for (unsigned i = 0; i < procedure->action_count; i++)
                if (procedure->actions[i].effect == effect)
                        return true;
        return false;
}

/* ---------------------------------------------------------------- states */

static uint32_t reachable_states(const struct procedure *procedure)
{
        uint32_t reached = PROCEDURE_FROM_NONE, before = 0;

        while (reached != before) {
                before = reached;
                for (unsigned i = 0; i < procedure->action_count; i++) {
                        const struct procedure_action *action = &procedure->actions[i];

                        if (action->from & reached && action->to != PROCEDURE_NONE)
                                reached |= 1u << action->to;
                }
        }
        return reached;
}

static void check_states(const struct procedure *procedure, const struct place *root)
{
        uint32_t reached = reachable_states(procedure);

        if (reached == PROCEDURE_FROM_NONE)
                place_refuse(root, "actions", DOCUMENT_VALUE, "none opens a case: one has an empty from");
        for (unsigned i = 0; i < procedure->state_count; i++) {
                struct place at = item_of(root, "states", i);

                if (!(reached & 1u << i))
                        place_refuse(&at, "state", DOCUMENT_VALUE, "no action leads to it");
        }
}

/* ---------------------------------------------------------------- effects */

/* Each of them takes back or carries on what another began. */
static const struct {
        enum procedure_effect effect;
        enum procedure_effect needs;
        const char *reason;
} follow[] = {
        {EFFECT_RESUME, EFFECT_SUSPEND, "no action suspends"},
        {EFFECT_RESTORE, EFFECT_END, "no action ends the listing"},
};

static void check_effect(const struct procedure *procedure, const struct procedure_action *action,
        const struct place *at)
{
        for (size_t i = 0; i < sizeof(follow) / sizeof(*follow); i++)
                if (action->effect == follow[i].effect && !has_effect(procedure, follow[i].needs))
                        place_refuse(at, "effect", DOCUMENT_VALUE, follow[i].reason);
        if ((action->effect == EFFECT_START || action->effect == EFFECT_RESTORE) && !action->day_field)
                place_refuse(at, "day", DOCUMENT_MISSING, "a term begins on the day of its document, not of its entry");
        if (action->effect == EFFECT_CONFIRM && !procedure->seen_field)
                place_refuse(at, "effect", DOCUMENT_VALUE, "the listing has no seen_field");
        if (action->effect == EFFECT_PUBLISH && procedure->is_public)
                place_refuse(at, "effect", DOCUMENT_VALUE, "the listing is public already");
}

static void check_effects(const struct procedure *procedure, const struct place *root)
{
        if (!has_effect(procedure, EFFECT_START))
                place_refuse(root, "actions", DOCUMENT_VALUE, "none starts a listing");
        for (unsigned i = 0; i < procedure->action_count; i++) {
                struct place at = item_of(root, "actions", i);

                check_effect(procedure, &procedure->actions[i], &at);
        }
}

/* ---------------------------------------------------------------- the listing */

/* All actions of that effect have the field, a day that stands once. */
static void check_listing_field(const struct procedure *procedure, const struct place *listing, const char *key,
        const char *word, enum procedure_effect effect, bool is_required)
{
        for (unsigned i = 0; word && i < procedure->action_count; i++) {
                const struct procedure_action *action = &procedure->actions[i];
                const struct procedure_field *field = procedure_field_find(action, slice_text(word));

                if (action->effect != effect)
                        continue;
                if (!field || field->type != FIELD_DAY || field->is_many)
                        place_refuse(listing, key, DOCUMENT_VALUE, effect == EFFECT_START
                                ? "the action that starts the listing has no such single day field"
                                : "the action that confirms the listing has no such single day field");
                else if (is_required && (!field->is_required || field->when.is_there))
                        place_refuse(listing, key, DOCUMENT_VALUE, "the field must be required");
        }
}

static void check_listing(const struct procedure *procedure, const struct place *root)
{
        struct place listing = place_object(root, "listing");

        check_listing_field(procedure, &listing, "longer_field", procedure->longer_field, EFFECT_START, false);
        check_listing_field(procedure, &listing, "until_field", procedure->until_field, EFFECT_START, false);
        check_listing_field(procedure, &listing, "seen_field", procedure->seen_field, EFFECT_START, true);
        check_listing_field(procedure, &listing, "seen_field", procedure->seen_field, EFFECT_CONFIRM, true);
        if (procedure->until_field && procedure->term_count > 0)
                place_refuse(&listing, "until_field", DOCUMENT_VALUE, "the listing has terms already");
        if (procedure->longer_field && procedure->term_count == 0)
                place_refuse(&listing, "longer_field", DOCUMENT_VALUE, "there is no term that it could be longer than");
        if (procedure->lapse_days && !has_effect(procedure, EFFECT_CONFIRM))
                place_refuse(&listing, "lapse_days", DOCUMENT_VALUE, "no action confirms the listing");
        if (procedure->starts_with_service && !has_effect(procedure, EFFECT_SERVE))
                place_refuse(&listing, "starts", DOCUMENT_VALUE, "no action serves the decision");
}

/* ---------------------------------------------------------------- lateness */

/* Only what a deadline waits for can be late. */
static bool has_deadline(const struct procedure *procedure, unsigned action)
{
        for (unsigned i = 0; i < procedure->deadline_count; i++)
                for (unsigned k = 0; k < procedure->deadlines[i].until_count; k++)
                        if (procedure->deadlines[i].until[k] == action)
                                return true;
        return false;
}

static void check_in_time(const struct procedure *procedure, const struct procedure_when *when, const struct place *at,
        const char *key)
{
        if (when->is_there && when->in_time && !has_deadline(procedure, when->action))
                place_refuse(at, key, DOCUMENT_VALUE, "no deadline waits for that action: it is never late");
}

/* Lateness is reckoned for steps; effects and deadlines, which it rests on itself, do not ask for it. */
static void check_not_in_time(const struct procedure_when *when, const struct place *at, const char *key)
{
        if (when->is_there && when->in_time)
                place_refuse(at, key, DOCUMENT_VALUE, "only fields and guards can ask whether a step was in time");
}

static void check_whens(const struct procedure *procedure, const struct place *root)
{
        for (unsigned i = 0; i < procedure->action_count; i++) {
                const struct procedure_action *action = &procedure->actions[i];
                struct place at = item_of(root, "actions", i);

                check_not_in_time(&action->effect_when, &at, "effect_when");
                for (unsigned k = 0; k < action->field_count; k++) {
                        struct place field = item_of(&at, "fields", k);

                        check_in_time(procedure, &action->fields[k].when, &field, "when");
                }
                for (unsigned k = 0; k < action->guard_count; k++) {
                        struct place guard = item_of(&at, "guards", k);

                        check_in_time(procedure, &action->guards[k].when, &guard, "when");
                }
        }
        for (unsigned i = 0; i < procedure->deadline_count; i++) {
                struct place at = item_of(root, "deadlines", i);

                check_not_in_time(&procedure->deadlines[i].when, &at, "when");
        }
}

void procedure_check(const struct procedure_reading *reading, const struct place *root)
{
        const struct procedure *procedure = reading->procedure;

        if (!document_is_sound(root->document))
                return;
        check_states(procedure, root);
        check_effects(procedure, root);
        check_listing(procedure, root);
        check_whens(procedure, root);
}
