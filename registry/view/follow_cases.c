/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_cases.h"

#include <inttypes.h>
#include <string.h>

#include "registry/core/name.h"
#include "registry/core/role.h"
#include "registry/view/case_request.h"
#include "registry/view/follow_deputies.h"

/* A step on its way, and the case it is of. */
struct taking {
        struct follow_verify *v;
        const struct follow_step *step;
        struct arena *arena;
        struct case_request request;
        char subject[VIEW_SUBJECT_OCTETS + 1];
        uint8_t hash[32];              /* of the step's request */
        uint32_t number;
        struct view_case entry;        /* as it stands; count 0: to be opened */
        struct case_file file;         /* the same */
};

static bool refuse(const struct taking *t, struct fault *why, const char *reason)
{
        return follow_refuse(why, t->step->entry, "%s", reason);
}

/* --------------------------------------------------------------------- persons */

bool follow_cases_has_role(struct follow_verify *v, const struct follow_entry *entry,
        const struct follow_signer *signer, bool *ret, struct fault *why)
{
        uint32_t roles;

        if (!follow_deputies_roles(v->writer, signer->person_id, NULL, day_of_instant(entry->at_ms), &roles, why))
                return false;
        *ret = ((signer->roles | roles) & ROLES_OF_CASES) != 0;
        return true;
}

/*
 * Somebody as the case sees them: of its office, with the roles of those they stand in for there, and their own if it
 * is theirs. Who has none there is who they are, with their own; whoever takes a step that is open to any office comes
 * with all.
 */
static bool person_of(const struct taking *t, const struct follow_signer *signer, struct day day,
        struct case_person *ret, struct fault *why)
{
        const struct procedure *procedure = t->file.procedure;
        unsigned action = procedure_action_find(procedure, slice_text(t->request.step.action));
        bool is_any_office = action != PROCEDURE_NONE && procedure->actions[action].is_any_office;
        uint32_t roles = strcmp(signer->office_id, t->file.office) == 0 ? signer->roles & ROLES_OF_CASES : 0;
        uint32_t away;

        if (!follow_deputies_roles(
                    t->v->writer, signer->person_id, is_any_office ? NULL : t->file.office, day, &away, why))
                return false;
        roles |= away;
        if (is_any_office || roles == 0)
                *ret = (struct case_person){signer->person_id, signer->office_id, signer->roles | away};
        else
                *ret = (struct case_person){signer->person_id, t->file.office, roles};
        return true;
}

/* --------------------------------------------------------------------- loading */

/* One person's act is the same octets once: its nonce is new each time. Two persons may sign the same ones. */
static bool is_new(const struct taking *t, const struct view_case *entry)
{
        for (size_t i = 0; i < entry->count; i++)
                if (memcmp(entry->requests[i], t->hash, sizeof(t->hash)) == 0 &&
                        strcmp(entry->events[i].proposer, t->step->proposer->person_id) == 0)
                        return false;
        return true;
}

static bool load_there(struct taking *t, struct fault *why)
{
        enum view_found found;

        t->number = t->request.number;
        if (!view_cases_case(t->v->writer, t->subject, t->number, t->arena, &found, &t->entry, why))
                return false;
        if (found)
                return refuse(t, why, "its case is not there");
        return is_new(t, &t->entry) || refuse(t, why, "its step was taken before");
}

/* None of the party's cases was opened by this request. */
static bool check_others(struct taking *t, struct fault *why)
{
        enum view_found found = VIEW_FOUND;

        for (uint32_t number = 0; found == VIEW_FOUND;) {
                struct view_case other;
                struct arena arena;
                bool went_well;

                arena_init(&arena, VIEW_CASE_ARENA);
                went_well = view_cases_next_case(
                                    t->v->writer, t->subject, number, &arena, &found, &number, &other, why) &&
                        (found || is_new(t, &other) || refuse(t, why, "its case was opened before"));
                arena_done(&arena);
                if (!went_well)
                        return false;
        }
        return true;
}

static bool load_new(struct taking *t, struct fault *why)
{
        enum view_found found;

        if (t->step->entry->serial > INT32_MAX)
                return refuse(t, why, "no case has so high a number");
        t->number = (uint32_t)t->step->entry->serial;
        t->entry = (struct view_case){.office = t->step->proposer->office_id};
        if (!check_others(t, why) ||
                !follow_rules_holding(t->v->writer, t->request.procedure, &found, t->entry.procedure, why))
                return false;
        return !found || refuse(t, why, "its procedure does not hold");
}

static bool load_file(struct taking *t, struct fault *why)
{
        const struct procedure *procedure;

        if (!(t->request.number ? load_there(t, why) : load_new(t, why)) ||
                !follow_rules_procedure(t->v->rules, t->v->writer, t->entry.procedure, &procedure, why))
                return false;
        if (!procedure)
                return fault_set(why, FAULT_VIEW, "the procedure of a case in the view is not there");
        t->file = (struct case_file){
                .subject = t->subject,
                .number = t->number,
                .office = t->entry.office,
                .procedure = procedure,
                .events = t->entry.events,
                .count = t->entry.count,
        };
        return true;
}

/* Those of the batch's own row are there too: it may be the one that brought the enterprise. */
static bool row_has(const struct slice *texts, size_t count, struct slice text)
{
        for (size_t i = 0; i < count; i++)
                if (slice_equal(texts[i], text))
                        return true;
        return false;
}

static bool load_party(struct taking *t, struct fault *why)
{
        const struct follow_party *row = follow_party_of(t->v->batch, t->subject);
        struct slice code = slice_text(t->request.code.text);
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        bool has;

        if (!view_cases_has_code(t->v->writer, t->subject, t->request.code.text, &has, why))
                return false;
        if (!has && !(row && (row_has(row->codes, row->code_count, code) || slice_equal(code, slice_text(t->subject)))))
                return refuse(t, why, "no enterprise has its code");
        if (t->request.number)
                return true;
        if (name_normalise(slice_text(t->request.name), &norm) != NAME_SOUND)
                return refuse(t, why, "it opens a case under no name");
        if (!view_cases_has_name(t->v->writer, t->subject, buffer_slice(&norm), &has, why))
                return false;
        t->request.step.name_differs = !has && !(row && row_has(row->names, row->name_count, buffer_slice(&norm)));
        return true;
}

/* -------------------------------------------------------------------- weighing */

static bool weigh(struct taking *t, struct day today, struct case_verdict *ret, struct fault *why)
{
        const struct follow_step *step = t->step;
        struct follow_weights weights;
        struct case_person proposer, second;

        if (!follow_rules_weights(t->v->rules, t->v->writer, today, &weights, why) ||
                !person_of(t, step->proposer, today, &proposer, why) ||
                (step->second && !person_of(t, step->second, today, &second, why)))
                return false;
        case_decide(&t->file, &t->request.step, &weights.rules, &proposer, step->second ? &second : NULL, ret);
        return true;
}

static bool decide(struct taking *t, struct case_verdict *ret, struct fault *why)
{
        /* The worker asked the rules for this same day, or began again. */
        if (!weigh(t, day_of_instant(t->step->entry->at_ms), ret, why))
                return false;
        if (!ret->refusal && (t->step->second || !ret->needs_second))
                return true;
        return follow_refuse(why, t->step->entry, "%s of case %s-%" PRIu32 ": %s", t->request.step.action, t->subject,
                t->number, ret->refusal ? case_refusal_word(ret->refusal) : "nobody confirmed it");
}

/* ---------------------------------------------------------------------- taking */

/* The values rules may ask for; words of persons stay in the request. */
static size_t keep_values(const struct case_step *step, const struct procedure_action *action, struct case_value *ret)
{
        size_t count = 0;

        for (size_t i = 0; i < step->value_count; i++) {
                const struct procedure_field *field = procedure_field_find(action, slice_text(step->values[i].name));

                if (field && field->type != FIELD_TEXT)
                        ret[count++] = step->values[i];
        }
        return count;
}

static void *room_for(struct taking *t, const void *before, size_t count, size_t size)
{
        uint8_t *room = arena_alloc(t->arena, (count + 1) * size);

        if (room && count)
                memcpy(room, before, count * size);
        return room;
}

/* The case with the step as its newest event. */
static bool add_event(struct taking *t, const struct case_verdict *verdict, struct view_case *ret, struct fault *why)
{
        const struct follow_step *step = t->step;
        size_t count = t->entry.count, values = t->request.step.value_count;
        struct case_event *events = room_for(t, t->entry.events, count, sizeof(*events));
        uint8_t (*requests)[32] = room_for(t, t->entry.requests, count, sizeof(*requests));
        struct case_value *kept = arena_alloc(t->arena, (values + 1) * sizeof(*kept));

        if (!events || !requests || !kept)
                return fault_set(why, FAULT_LIMIT, "a case takes more than %zu octets", VIEW_CASE_ARENA);
        memcpy(requests[count], t->hash, sizeof(t->hash));
        events[count] = (struct case_event){
                .seq = (uint32_t)count + 1,
                .serial = step->entry->serial,
                .recorded_ms = step->entry->at_ms,
                .action = t->request.step.action,
                .proposer = step->proposer->person_id,
                .actor = step->second ? step->second->person_id : step->proposer->person_id,
                .values = kept,
                .value_count = keep_values(&t->request.step, verdict->action, kept),
        };
        *ret = t->entry;
        ret->count = count + 1;
        ret->events = events;
        ret->requests = (const uint8_t (*)[32])requests;
        return view_case_is_valid(ret) || refuse(t, why, "its step cannot be kept");
}

static bool take(struct taking *t, struct fault *why)
{
        struct grade_listing before[CASE_LISTINGS_MAX], after[CASE_LISTINGS_MAX];
        size_t before_count = t->file.count ? case_listings(&t->file, before) : 0, after_count;
        struct view_case entry;
        struct case_verdict verdict;

        if (!decide(t, &verdict, why) || !add_event(t, &verdict, &entry, why))
                return false;
        t->file.events = entry.events;
        t->file.count = entry.count;
        after_count = case_listings(&t->file, after);
        if (!view_cases_put_case(t->v->writer, t->subject, t->number, &entry, why))
                return false;
        return case_listings_equal(before, before_count, after, after_count) ||
               view_cases_owe(t->v->writer, t->subject, t->step->entry->serial, why);
}

static bool read_request(struct taking *t, struct fault *why)
{
        const Qcr__CaseStep *message = t->step->message;
        const char *field, *value, *reason;
        struct hash hash;

        if (!case_request_read(t->arena, message, &t->request, &field, &value, &reason))
                return follow_refuse(why, t->step->entry, "%s: %s", field, reason);
        if (!slice_equal(slice_text(t->request.code.subject), t->step->subject))
                return refuse(t, why, "what was signed is about another enterprise");
        memcpy(t->subject, t->request.code.subject, sizeof(t->subject));
        digest_hash(t->v->sha256, t->step->request, &hash);
        memcpy(t->hash, hash.octets, sizeof(t->hash));
        return true;
}

bool follow_cases_step(struct follow_verify *v, const struct follow_step *step, struct fault *why)
{
        struct arena arena;
        struct taking t = {.v = v, .step = step, .arena = &arena};
        bool taken;

        arena_init(&arena, VIEW_CASE_ARENA);
        taken = read_request(&t, why) && load_party(&t, why) && load_file(&t, why);
        if (taken && t.request.after && t.request.after != t.file.count)
                taken = refuse(&t, why, "it was signed of an earlier state of its case");
        taken = taken && take(&t, why);
        arena_done(&arena);
        return taken;
}

/* -------------------------------------------------------------------- listings */

static bool add_listings(struct follow_rules *rules, struct view_writer *writer, const char *subject,
        const struct view_case *entry, struct grade_listing ret[GRADE_LISTINGS_MAX], size_t *count, struct fault *why)
{
        struct grade_listing listings[CASE_LISTINGS_MAX];
        const struct procedure *procedure;
        struct case_file file;

        if (!follow_rules_procedure(rules, writer, entry->procedure, &procedure, why))
                return false;
        if (!procedure)
                return fault_set(why, FAULT_VIEW, "the procedure of a case in the view is not there");
        file = (struct case_file){
                .subject = subject,
                .office = entry->office,
                .procedure = procedure,
                .events = entry->events,
                .count = entry->count,
        };
        if (!case_listings_merge(ret, count, listings, case_listings(&file, listings)))
                return fault_set(why, FAULT_MISMATCH, "the cases of %s list more often than an enterprise can be", subject);
        return true;
}

bool follow_cases_listings(struct follow_rules *rules, struct view_writer *writer, const char *subject,
        struct grade_listing ret[GRADE_LISTINGS_MAX], size_t *ret_count, struct fault *why)
{
        enum view_found found = VIEW_FOUND;

        *ret_count = 0;
        for (uint32_t number = 0; found == VIEW_FOUND;) {
                struct view_case entry;
                struct arena arena;
                bool read;

                arena_init(&arena, VIEW_CASE_ARENA);
                read = view_cases_next_case(writer, subject, number, &arena, &found, &number, &entry, why) &&
                       (found || add_listings(rules, writer, subject, &entry, ret, ret_count, why));
                arena_done(&arena);
                if (!read)
                        return false;
        }
        return true;
}
