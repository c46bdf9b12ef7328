/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_dossier_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>

#include "proto/text.h"
#include "registry/core/act.h"
#include "registry/core/chain.h"
#include "registry/core/person_certificate.h"
#include "registry/core/work_calendar.h"
#include "registry/view/case_request.h"

#define ARENA_OCTETS (128u << 20)
#define EVERY_ROLE UINT32_MAX

struct checking {
        struct dossier *d;
        const struct proof *proof;
        struct dossier_flaw *flaw;
        struct reader rest;                         /* members that have not been taken */
        struct work_calendar calendar;
        bool has_calendar;
        struct dossier_paper *stated;               /* as case.json has them */
        size_t stated_count;
};

static bool refuse(struct checking *c, const char *word, const char *member, const char *detail)
{
        *c->flaw = (struct dossier_flaw){.word = word};
        snprintf(c->flaw->member, sizeof(c->flaw->member), "%s", member);
        snprintf(c->flaw->detail, sizeof(c->flaw->detail), "%s", detail);
        return false;
}

/* ------------------------------------------------------------------- members */

/* The next member must be this one. */
static bool take(struct checking *c, const char *name, struct slice *ret)
{
        struct case_archive_member member;

        if (!case_archive_next(&c->rest, &member))
                return c->rest.failed ? refuse(c, "archive", name, "not an archive as this program writes it")
                                      : refuse(c, "member", name, "is not there");
        if (strcmp(member.name, name) != 0)
                return refuse(c, "member", member.name, "does not belong there");
        *ret = member.octets;
        return true;
}

/* case.json says what else must be there, so it is looked for first. */
static bool find_case(struct checking *c, struct slice octets, struct slice *ret)
{
        struct reader rest = reader_of(octets);
        struct case_archive_member member;

        while (case_archive_next(&rest, &member))
                if (strcmp(member.name, "case.json") == 0) {
                        *ret = member.octets;
                        return true;
                }
        return rest.failed ? refuse(c, "archive", "", "not an archive as this program writes it")
                           : refuse(c, "member", "case.json", "is not there");
}

static bool is_hash_of(const char *sha256, struct slice octets)
{
        uint8_t hash[32];
        char text[65];

        SHA256(octets.data, octets.length, hash);
        hex_encode(hash, sizeof(hash), text);
        return strcmp(text, sha256) == 0;
}

/* ----------------------------------------------------------------- case.json */

/* Reads members of one object; the failure is sticky. */
struct members {
        const json_t *object;
        struct dossier *d;
        bool failed;
};

static const char *read_text(struct members *m, const char *name)
{
        const json_t *value = json_object_get(m->object, name);
        const char *text = NULL;

        if (json_is_string(value))
                text = arena_text(&m->d->arena, slice_of(json_string_value(value), json_string_length(value)));
        if (!text)
                m->failed = true;
        return text ? text : "";
}

static uint64_t read_number(struct members *m, const char *name)
{
        const json_t *value = json_object_get(m->object, name);

        if (json_is_integer(value) && json_integer_value(value) >= 0)
                return (uint64_t)json_integer_value(value);
        m->failed = true;
        return 0;
}

static int64_t read_instant(struct members *m)
{
        const int64_t at_ms = (int64_t)read_number(m, "at_ms");

        if (!instant_is_valid(at_ms))
                m->failed = true;
        return m->failed ? 0 : at_ms;
}

static void read_hash(struct members *m, char ret[65])
{
        const char *text = read_text(m, "sha256");
        uint8_t hash[32];

        if (hex_decode(text, strlen(text), hash, sizeof(hash)))
                memcpy(ret, text, 65);
        else
                m->failed = true;
}

static void read_act(struct members *m, const char *name, struct dossier_act *ret)
{
        struct members act = {json_object_get(m->object, name), m->d, false};

        ret->serial = read_number(&act, "serial");
        ret->at_ms = read_instant(&act);
        m->failed |= act.failed;
}

static bool read_event(struct dossier *d, const json_t *object, size_t at)
{
        struct members m = {object, d, false};
        struct dossier_event *e = &d->events[at];

        e->event.seq = (uint32_t)at + 1;
        e->event.serial = read_number(&m, "serial");
        e->event.recorded_ms = read_instant(&m);
        e->event.action = read_text(&m, "action");
        e->event.proposer = read_text(&m, "proposer");
        e->event.actor = read_text(&m, "actor");
        e->proposer_name = read_text(&m, "proposer_name");
        e->actor_name = read_text(&m, "actor_name");
        e->is_confirmed = json_object_get(object, "confirmation") != NULL;
        read_act(&m, "step", &e->step);
        if (e->is_confirmed)
                read_act(&m, "confirmation", &e->confirmation);
        return !m.failed;
}

static bool read_events(struct dossier *d, const json_t *rows)
{
        const size_t count = json_array_size(rows);

        if (count == 0 || count > CASE_EVENTS_MAX)
                return false;
        d->events = must_alloc(count * sizeof(*d->events));
        memset(d->events, 0, count * sizeof(*d->events));
        d->event_count = count;
        for (size_t i = 0; i < count; i++)
                if (!read_event(d, json_array_get(rows, i), i))
                        return false;
        return true;
}

static bool read_rules(struct dossier *d, const json_t *rows)
{
        const size_t count = json_array_size(rows);

        if (count == 0 || count > CASE_DOSSIER_RULES_MAX)
                return false;
        for (size_t i = 0; i < count; i++) {
                struct members m = {json_array_get(rows, i), d, false};
                struct dossier_rule *rule = &d->rules[d->rule_count++];

                if (!rule_kind_of_word(slice_text(read_text(&m, "kind")), &rule->kind))
                        return false;
                rule->id = read_text(&m, "id");
                rule->version = (uint32_t)read_number(&m, "version");
                rule->serial = read_number(&m, "serial");
                read_hash(&m, rule->sha256);
                if (m.failed)
                        return false;
        }
        return true;
}

static bool read_papers(struct checking *c, const json_t *rows)
{
        const size_t count = json_array_size(rows);

        c->stated = must_alloc((count + 1) * sizeof(*c->stated));
        for (size_t i = 0; i < count; i++) {
                struct members m = {json_array_get(rows, i), c->d, false};
                struct dossier_paper *paper = &c->stated[c->stated_count++];

                *paper = (struct dossier_paper){.extension = ""};
                read_hash(&m, paper->sha256);
                paper->state = read_text(&m, "state");
                paper->octets = read_number(&m, "octets");
                if (m.failed)
                        return false;
        }
        return true;
}

static bool read_case(struct checking *c, struct slice octets)
{
        json_t *root = json_loadb((const char *)octets.data, octets.length, JSON_REJECT_DUPLICATES, NULL);
        struct members m = {root, c->d, false};
        bool read;

        c->d->origin = read_text(&m, "origin");
        c->d->code = read_text(&m, "code");
        c->d->number = (uint32_t)read_number(&m, "number");
        c->d->name = read_text(&m, "name");
        c->d->office = read_text(&m, "office");
        read = !m.failed && read_events(c->d, json_object_get(root, "events")) &&
               read_rules(c->d, json_object_get(root, "rules")) &&
               read_papers(c, json_object_get(root, "documents"));
        json_decref(root);
        return read || refuse(c, "case-json", "case.json", "cannot be read");
}

/* ------------------------------------------------------------- rules, papers */

/* Member names are made of these before the procedure is known: they must be words. */
static bool words_are_sound(const struct dossier *d)
{
        const char *const letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

        for (size_t i = 0; i < d->event_count; i++) {
                const size_t length = strlen(d->events[i].event.action);

                if (length >= PROCEDURE_WORD_OCTETS || strspn(d->events[i].event.action, letters) != length)
                        return false;
        }
        for (size_t i = 0; i < d->rule_count; i++)
                if (strlen(d->rules[i].id) >= PROCEDURE_ID || strspn(d->rules[i].id, letters) != strlen(d->rules[i].id))
                        return false;
        return true;
}

static bool take_papers(struct checking *c)
{
        for (size_t i = 0; i < c->stated_count; i++) {
                struct dossier_paper *paper = &c->stated[i];
                struct reader peek = c->rest;
                struct case_archive_member member;
                struct slice octets;
                char name[CASE_ARCHIVE_NAME];

                if (strcmp(paper->state, "kept") != 0)
                        continue;
                if (case_archive_next(&peek, &member))
                        paper->extension = dossier_extension(member.octets);
                dossier_paper_member(paper, name);
                if (!take(c, name, &octets))
                        return false;
                if (!is_hash_of(paper->sha256, octets) || octets.length != paper->octets)
                        return refuse(c, "document-hash", name, "is not what its hash says");
        }
        return true;
}

static bool parse_rule(struct checking *c, const struct dossier_rule *rule)
{
        struct document_error error;

        switch (rule->kind) {
        case RULE_PROCEDURE:
                return !c->d->procedure && procedure_parse(rule->document, &c->d->procedure, &error) == DOCUMENT_SOUND;
        case RULE_CODES:
                return dossier_add_table(c->d, rule->document);
        case RULE_CALENDAR:
                c->has_calendar = true;
                return work_calendar_parse(rule->document, &c->calendar, &error) == DOCUMENT_SOUND;
        }
        return false;
}

static bool take_rule(struct checking *c, struct dossier_rule *rule)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document_error error;
        struct rule read;
        char name[CASE_ARCHIVE_NAME];

        dossier_rule_member(rule, name);
        if (!take(c, name, &rule->document))
                return false;
        if (!is_hash_of(rule->sha256, rule->document) ||
                rule_read(rule->document, &read, &canonical, &error) != DOCUMENT_SOUND ||
                !slice_equal(buffer_slice(&canonical), rule->document) || read.kind != rule->kind ||
                strcmp(read.id, rule->id) != 0 || (uint32_t)read.version != rule->version || !parse_rule(c, rule))
                return refuse(c, "rule", name, "is not the rule document that the case names");
        return true;
}

static bool take_rules(struct checking *c)
{
        for (size_t i = 0; i < c->d->rule_count; i++)
                if (!take_rule(c, &c->d->rules[i]))
                        return false;
        return c->d->procedure || refuse(c, "rule", "case.json", "no procedure is there");
}

/* --------------------------------------------------------------------- events */

static bool take_act(struct checking *c, size_t event, const char *prefix, struct dossier_act *act)
{
        struct {
                const char *what;
                struct slice *octets;
        } parts[] = {
                {"request", &act->request}, {"signature", &act->signature}, {"certificate.der", &act->certificate}};

        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
                char what[40], name[CASE_ARCHIVE_NAME];

                snprintf(what, sizeof(what), "%s%s", prefix, parts[i].what);
                dossier_event_member(c->d, event, what, name);
                if (!take(c, name, parts[i].octets))
                        return false;
        }
        return true;
}

static bool take_events(struct checking *c)
{
        for (size_t i = 0; i < c->d->event_count; i++) {
                struct dossier_event *e = &c->d->events[i];

                if (!take_act(c, i, "", &e->step) || (e->is_confirmed && !take_act(c, i, "confirmation-", &e->confirmation)))
                        return false;
        }
        return true;
}

/* This person's certificate, of the CA, valid then; and the signature over exactly these octets. */
static bool check_act(struct checking *c, const char *folder, const struct dossier_act *act, const char *person)
{
        CLEANUP(chain) struct chain chain = {0};
        struct person_certificate certificate;
        bool is_persons;

        is_persons = chain_init(&chain, &act->certificate, 1) &&
                     chain_leads_to(&chain, c->proof->roots, c->proof->root_count, act->at_ms) &&
                     person_certificate_read(act->certificate, person, act->at_ms, &certificate) ==
                             PERSON_CERTIFICATE_SOUND;
        ERR_clear_error();
        if (!is_persons)
                return refuse(c, "certificate", folder, "is not this person's, by the CA that is believed, at that time");
        if (!act_verify(chain_key(&chain), slice_text(c->d->origin), act->request, act->signature))
                return refuse(c, "signature", folder, "is not the person's over this request");
        return true;
}

static const Qcr__Request *unpack(struct checking *c, struct slice octets)
{
        ProtobufCAllocator allocator;

        text_allocator_init(&allocator, &c->d->arena);
        return qcr__request__unpack(&allocator, octets.length, octets.data);
}

static bool is_of_case(const struct dossier *d, const struct case_request *request, bool opens)
{
        if (strcmp(request->code.text, d->code) != 0 || request->number != (opens ? 0 : d->number))
                return false;
        return !opens || strcmp(request->procedure, d->procedure->id) == 0;
}

/* The step as it was signed: from here on the event's fields are those of the request. */
static bool read_step(struct checking *c, size_t at, const char *folder)
{
        struct dossier_event *e = &c->d->events[at];
        const Qcr__Request *message = unpack(c, e->step.request);
        const char *field = "", *value, *why = "is no step of a case";
        struct case_request request;

        if (!message || message->operation_case != QCR__REQUEST__OPERATION_CASE_STEP ||
                !slice_equal(client_slice(message->origin), slice_text(c->d->origin)) || message->case_step->dry_run ||
                !case_request_read(&c->d->arena, message->case_step, &request, &field, &value, &why))
                return refuse(c, "request", folder, why);
        if (!is_of_case(c->d, &request, at == 0) || strcmp(request.step.action, e->event.action) != 0)
                return refuse(c, "request", folder, "is another step, or of another case");
        e->event.values = request.step.values;
        e->event.value_count = request.step.value_count;
        return true;
}

static bool read_confirmation(struct checking *c, const struct dossier_event *e, const char *folder)
{
        const Qcr__Request *message = unpack(c, e->confirmation.request);
        const Qcr__Decide *decide;

        if (!message || message->operation_case != QCR__REQUEST__OPERATION_DECIDE ||
                !slice_equal(client_slice(message->origin), slice_text(c->d->origin)))
                return refuse(c, "request", folder, "the confirmation is none");
        decide = message->decide;
        if (!decide->approve || decide->proposal_serial != e->step.serial || decide->proposal_item != 0)
                return refuse(c, "request", folder, "the confirmation is of another step");
        return true;
}

static bool check_event(struct checking *c, size_t at)
{
        struct dossier_event *e = &c->d->events[at];
        const struct dossier_act *last = e->is_confirmed ? &e->confirmation : &e->step;
        char folder[CASE_ARCHIVE_NAME];

        dossier_event_member(c->d, at, "", folder);
        if (procedure_action_find(c->d->procedure, slice_text(e->event.action)) == PROCEDURE_NONE)
                return refuse(c, "request", folder, "the procedure has no such action");
        if (!check_act(c, folder, &e->step, e->event.proposer) || !read_step(c, at, folder))
                return false;
        if (e->is_confirmed && (!check_act(c, folder, &e->confirmation, e->event.actor) || !read_confirmation(c, e, folder)))
                return false;
        if (at == 0 && c->d->number != e->event.serial)
                return refuse(c, "case-json", folder, "the case has another number than the entry that opened it");
        if (last->serial != e->event.serial || last->at_ms != e->event.recorded_ms ||
                (!e->is_confirmed && strcmp(e->event.actor, e->event.proposer) != 0))
                return refuse(c, "case-json", folder, "serial, time or person is another than the signature's");
        return true;
}

static bool check_events(struct checking *c)
{
        for (size_t i = 0; i < c->d->event_count; i++)
                if (!check_event(c, i))
                        return false;
        return true;
}

/* --------------------------------------------------------------------- replay */

static bool replay(struct checking *c, const struct case_file *before, size_t at)
{
        struct dossier_event *e = &c->d->events[at];
        const struct case_rules rules = {c->has_calendar ? &c->calendar : NULL,
                (const struct code_table *const *)c->d->tables, c->d->table_count, day_of_instant(e->event.recorded_ms)};
        const struct case_person proposer = {e->event.proposer, c->d->office, EVERY_ROLE};
        const struct case_person second = {e->event.actor, c->d->office, EVERY_ROLE};
        const struct procedure_action *action =
                &c->d->procedure->actions[procedure_action_find(c->d->procedure, slice_text(e->event.action))];
        /* Under a name that is not the party's, a second person was needed where the procedure wants none. */
        const struct case_step step = {e->event.action, e->event.values, e->event.value_count,
                at == 0 && e->is_confirmed && action->second_roles == 0};
        struct case_verdict verdict;
        char folder[CASE_ARCHIVE_NAME], detail[160];

        dossier_event_member(c->d, at, "", folder);
        case_decide(before, &step, &rules, &proposer, e->is_confirmed ? &second : NULL, &verdict);
        if (verdict.refusal != CASE_GRANTED) {
                snprintf(detail, sizeof(detail), "the procedure does not allow the step: %s %s",
                        case_refusal_word(verdict.refusal), verdict.article ? verdict.article : "");
                return refuse(c, "replay", folder, detail);
        }
        if (verdict.needs_second != e->is_confirmed)
                return refuse(c, "replay", folder, "one person, where the procedure wants two, or the other way round");
        e->day = verdict.day;
        e->is_late = verdict.is_late;
        return true;
}

static bool replay_all(struct checking *c)
{
        struct case_event *events = must_alloc(c->d->event_count * sizeof(*events));
        struct case_file file = {.subject = c->d->code, .number = c->d->number, .office = c->d->office,
                .procedure = c->d->procedure, .events = events};
        bool held = true;

        for (size_t i = 0; held && i < c->d->event_count; i++) {
                held = replay(c, &file, i);
                events[i] = c->d->events[i].event;
                file.count = i + 1;
                c->d->events[i].state = case_state_word(&file);
        }
        free(events);
        return held;
}

/* -------------------------------------------------------------------- derived */

/* The papers that the signed steps name are those that were stated, in that order. */
static bool settle_papers(struct checking *c)
{
        dossier_collect_papers(c->d);
        if (c->d->paper_count != c->stated_count)
                return refuse(c, "case-json", "case.json", "lists other documents than the steps name");
        for (size_t i = 0; i < c->stated_count; i++) {
                if (strcmp(c->d->papers[i].sha256, c->stated[i].sha256) != 0)
                        return refuse(c, "case-json", "case.json", "lists other documents than the steps name");
                c->d->papers[i] = c->stated[i];
        }
        return true;
}

static bool compare(struct checking *c, const char *name, const char *word, const struct buffer *derived)
{
        struct slice octets;

        if (!take(c, name, &octets))
                return false;
        return slice_equal(octets, buffer_slice(derived)) ||
               refuse(c, word, name, "is not what follows from the signed steps");
}

static bool check_derived(struct checking *c)
{
        CLEANUP(buffer) struct buffer json = BUFFER_INIT;
        CLEANUP(buffer) struct buffer index = BUFFER_INIT;
        CLEANUP(buffer) struct buffer readme = BUFFER_INIT;
        struct case_archive_member member;

        dossier_case_json(c->d, &json);
        dossier_index(c->d, &index);
        dossier_readme(&readme);
        if (!compare(c, "case.json", "case-json", &json) || !compare(c, "index.txt", "index", &index) ||
                !compare(c, "README.txt", "readme", &readme))
                return false;
        if (case_archive_next(&c->rest, &member))
                return refuse(c, "member", member.name, "does not belong there");
        return !c->rest.failed || refuse(c, "archive", "", "does not end as it must");
}

bool dossier_check(struct slice octets, const struct proof *proof, struct dossier *ret, struct dossier_flaw *ret_flaw)
{
        struct checking c = {.d = ret, .proof = proof, .flaw = ret_flaw, .rest = reader_of(octets)};
        struct slice json = slice_of(NULL, 0);
        bool held;

        *ret = (struct dossier){0};
        arena_init(&ret->arena, ARENA_OCTETS);
        held = find_case(&c, octets, &json) && read_case(&c, json);
        held = held && (words_are_sound(ret) || refuse(&c, "case-json", "case.json", "has a word that is none"));
        held = held && take_papers(&c) && take_events(&c) && take_rules(&c) && check_events(&c) && replay_all(&c) &&
               settle_papers(&c) && check_derived(&c);
        free(c.stated);
        return held;
}
