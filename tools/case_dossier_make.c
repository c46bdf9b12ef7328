/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_dossier_make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "tools/case_paper.h"
#include "tools/case_rules.h"
#include "tools/language.h"

#define ARENA_OCTETS (64u << 20) /* 256 events of at most a frame each */

static int fail_peer(struct qcr *qcr, const char *what)
{
        struct failure failure;

        failure_of_trouble(&failure, WIRE_LOST, &(struct fault){.code = FAULT_PEER});
        failure.detail = what;
        return qcr_fail(qcr, &failure);
}

static const char *keep(struct dossier *d, struct slice text)
{
        const char *kept = arena_text(&d->arena, text);

        return kept ? kept : "";
}

static const char *keep_bytes(struct dossier *d, ProtobufCBinaryData text)
{
        return keep(d, client_slice(text));
}

/* -------------------------------------------------------------------- events */

static void take_act(const Qcr__CaseSignature *from, struct dossier_act *ret)
{
        *ret = (struct dossier_act){
                .serial = from->serial,
                .at_ms = from->at_ms,
                .request = client_slice(from->request),
                .signature = client_slice(from->signature),
                .certificate = client_slice(from->certificate),
        };
}

static bool take_values(struct dossier *d, const Qcr__CaseEvent *from, struct case_event *ret)
{
        struct case_value *values = arena_alloc(&d->arena, (from->n_field + 1) * sizeof(*values));

        if (!values || from->n_field > CASE_VALUES_MAX)
                return false;
        for (size_t i = 0; i < from->n_field; i++)
                values[i] = (struct case_value){
                        keep_bytes(d, from->field[i]->name), keep_bytes(d, from->field[i]->value)};
        ret->values = values;
        ret->value_count = from->n_field;
        return true;
}

static bool take_event(struct dossier *d, const Qcr__CaseEvent *from, struct dossier_event *ret)
{
        if (!from->step || !day_parse(client_slice(from->day), &ret->day) || !take_values(d, from, &ret->event))
                return false;
        ret->event.seq = from->seq;
        ret->event.serial = from->serial;
        ret->event.recorded_ms = from->at_ms;
        ret->event.action = keep_bytes(d, from->action);
        ret->event.proposer = keep_bytes(d, from->proposer);
        ret->event.actor = keep_bytes(d, from->actor);
        ret->proposer_name = keep_bytes(d, from->proposer_name);
        ret->actor_name = keep_bytes(d, from->actor_name);
        ret->state = keep_bytes(d, from->state);
        ret->is_late = from->late;
        take_act(from->step, &ret->step);
        ret->is_confirmed = from->confirmation != NULL;
        if (from->confirmation)
                take_act(from->confirmation, &ret->confirmation);
        return procedure_action_find(d->procedure, client_slice(from->action)) != PROCEDURE_NONE;
}

/* --------------------------------------------------------------------- rules */

static bool add_rule(struct dossier *d, enum rule_kind kind, const char *id, uint32_t version, uint64_t serial,
        struct slice document)
{
        struct dossier_rule *rule = &d->rules[d->rule_count];
        uint8_t hash[32];

        if (d->rule_count == CASE_DOSSIER_RULES_MAX)
                return false;
        *rule = (struct dossier_rule){.kind = kind, .id = keep(d, slice_text(id)), .version = version, .serial = serial};
        rule->document = arena_copy(&d->arena, document);
        SHA256(document.data, document.length, hash);
        hex_encode(hash, sizeof(hash), rule->sha256);
        d->rule_count++;
        return !d->arena.exhausted;
}

static int fetch_rule(struct qcr *qcr, struct dossier *d, enum rule_kind kind, const char *id)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        const Qcr__Rules *rules;
        int status = case_rules_ask(qcr, kind, id, &answer);

        if (status)
                return status;
        rules = answer.reply->rules;
        if (rules->n_rule != 1 || !rules->rule[0]->has_document ||
                (kind == RULE_CODES && !dossier_add_table(d, client_slice(rules->rule[0]->document))) ||
                !add_rule(d, kind, id, rules->rule[0]->version, rules->rule[0]->serial,
                        client_slice(rules->rule[0]->document)))
                return fail_peer(qcr, "a rule document did not come");
        return 0;
}

static bool has_rule(const struct dossier *d, enum rule_kind kind, const char *id)
{
        for (size_t i = 0; i < d->rule_count; i++)
                if (d->rules[i].kind == kind && strcmp(d->rules[i].id, id) == 0)
                        return true;
        return false;
}

/* The tables whose codes its fields may hold. */
static int fetch_tables(struct qcr *qcr, struct dossier *d)
{
        for (unsigned i = 0; i < d->procedure->action_count; i++)
                for (unsigned k = 0; k < d->procedure->actions[i].field_count; k++) {
                        const struct procedure_field *field = &d->procedure->actions[i].fields[k];
                        int status;

                        if (field->type != FIELD_CODE || has_rule(d, RULE_CODES, field->table))
                                continue;
                        status = fetch_rule(qcr, d, RULE_CODES, field->table);
                        if (status)
                                return status;
                }
        return 0;
}

static int fetch_calendars(struct qcr *qcr, struct dossier *d)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        int status = case_rules_ask(qcr, RULE_CALENDAR, NULL, &answer);

        for (size_t i = 0; !status && i < answer.reply->rules->n_rule; i++)
                status = fetch_rule(qcr, d, RULE_CALENDAR, keep_bytes(d, answer.reply->rules->rule[i]->id));
        return status;
}

static int fetch_rules(struct qcr *qcr, struct dossier *d, struct slice procedure)
{
        int status;

        if (!add_rule(d, RULE_PROCEDURE, d->procedure->id, (uint32_t)d->procedure->version, 0, procedure))
                return fail_peer(qcr, "the procedure of the case cannot be kept");
        status = fetch_tables(qcr, d);
        return status ? status : fetch_calendars(qcr, d);
}

/* -------------------------------------------------------------------- papers */

static const char *paper_state(const char *state)
{
        if (strcmp(state, "kept") == 0)
                return "kept";
        return strcmp(state, "altered") == 0 ? "altered" : "missing";
}

static void take_paper_states(struct dossier *d, const struct case_reading *reading)
{
        for (size_t p = 0; p < reading->page_count; p++) {
                const Qcr__Case *page = reading->pages[p].reply->case_file;

                for (size_t i = 0; i < page->n_document; i++) {
                        struct dossier_paper *paper;
                        char hash[65] = "";

                        if (page->document[i]->sha256.len == 32)
                                hex_encode(page->document[i]->sha256.data, 32, hash);
                        paper = dossier_find_paper(d, hash);
                        if (!paper)
                                continue;
                        paper->state = paper_state(keep_bytes(d, page->document[i]->state));
                        paper->octets = page->document[i]->octets;
                }
        }
}

int dossier_load(struct qcr *qcr, struct case_reading *reading, struct dossier *ret)
{
        *ret = (struct dossier){.number = reading->ref.number};
        arena_init(&ret->arena, ARENA_OCTETS);
        ret->origin = keep(ret, client_origin(qcr->client));
        ret->code = keep_bytes(ret, reading->head->code);
        ret->name = keep_bytes(ret, reading->head->name);
        ret->office = keep_bytes(ret, reading->head->office);
        ret->procedure = reading->procedure;
        reading->procedure = NULL;
        ret->event_count = reading->event_count;
        ret->events = must_alloc((ret->event_count + 1) * sizeof(*ret->events));
        memset(ret->events, 0, (ret->event_count + 1) * sizeof(*ret->events));
        for (size_t i = 0; i < reading->event_count; i++)
                if (!take_event(ret, reading->events[i], &ret->events[i]))
                        return fail_peer(qcr, "a step came without its signature, or cannot be read");
        dossier_collect_papers(ret);
        take_paper_states(ret, reading);
        return fetch_rules(qcr, ret, client_slice(reading->head->procedure));
}

/* ------------------------------------------------------------------- writing */

struct writing {
        struct qcr *qcr;
        const char *file;
        int fd;
};

static int fail_file(struct writing *w)
{
        struct failure failure;
        struct fault why;

        fault_set(&why, FAULT_SYSTEM, "%s: %s", w->file, strerror(errno));
        failure_of_fault(&failure, EXIT_GENERAL, "file", N_("the file cannot be written"), &why);
        return qcr_fail(w->qcr, &failure);
}

static int write_whole(struct writing *w, struct slice octets)
{
        while (octets.length) {
                ssize_t n = write(w->fd, octets.data, octets.length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_file(w);
                octets = slice_of(octets.data + n, octets.length - (size_t)n);
        }
        return 0;
}

static int write_member(struct writing *w, const char *name, struct slice octets)
{
        CLEANUP(buffer) struct buffer member = BUFFER_INIT;

        case_archive_add(&member, name, octets);
        return write_whole(w, buffer_slice(&member));
}

static int write_papers(
        struct writing *w, const struct case_reading *reading, const char *purpose, struct dossier *d)
{
        for (size_t i = 0; i < d->paper_count; i++) {
                CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
                struct dossier_paper *paper = &d->papers[i];
                char name[CASE_ARCHIVE_NAME];
                uint8_t sha256[32];
                int status;

                if (strcmp(paper->state, "kept") != 0)
                        continue;
                if (!hex_decode(paper->sha256, 64, sha256, sizeof(sha256)))
                        return fail_peer(w->qcr, "the hash of a document cannot be read");
                status = case_paper_fetch(w->qcr, &reading->ref, sha256, purpose, &octets);
                if (status)
                        return status;
                paper->octets = octets.length;
                paper->extension = dossier_extension(buffer_slice(&octets));
                dossier_paper_member(paper, name);
                status = write_member(w, name, buffer_slice(&octets));
                if (status)
                        return status;
        }
        return 0;
}

static int write_act(
        struct writing *w, const struct dossier *d, size_t event, const char *prefix, const struct dossier_act *act)
{
        const struct {
                const char *what;
                struct slice octets;
        } parts[] = {{"request", act->request}, {"signature", act->signature}, {"certificate.der", act->certificate}};
        int status = 0;

        for (size_t i = 0; !status && i < sizeof(parts) / sizeof(parts[0]); i++) {
                char what[40], name[CASE_ARCHIVE_NAME];

                snprintf(what, sizeof(what), "%s%s", prefix, parts[i].what);
                dossier_event_member(d, event, what, name);
                status = write_member(w, name, parts[i].octets);
        }
        return status;
}

static int write_events(struct writing *w, const struct dossier *d)
{
        int status = 0;

        for (size_t i = 0; !status && i < d->event_count; i++) {
                status = write_act(w, d, i, "", &d->events[i].step);
                if (!status && d->events[i].is_confirmed)
                        status = write_act(w, d, i, "confirmation-", &d->events[i].confirmation);
        }
        return status;
}

static int write_rest(struct writing *w, const struct dossier *d)
{
        CLEANUP(buffer) struct buffer rest = BUFFER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        for (size_t i = 0; i < d->rule_count; i++) {
                char name[CASE_ARCHIVE_NAME];

                dossier_rule_member(&d->rules[i], name);
                case_archive_add(&rest, name, d->rules[i].document);
        }
        dossier_case_json(d, &text);
        case_archive_add(&rest, "case.json", buffer_slice(&text));
        buffer_clear(&text);
        dossier_index(d, &text);
        case_archive_add(&rest, "index.txt", buffer_slice(&text));
        buffer_clear(&text);
        dossier_readme(&text);
        case_archive_add(&rest, "README.txt", buffer_slice(&text));
        case_archive_end(&rest);
        return write_whole(w, buffer_slice(&rest));
}

int dossier_write(struct qcr *qcr, const struct case_reading *reading, const char *purpose, const char *file,
        struct dossier *dossier)
{
        CLEANUP(buffer) struct buffer beside = BUFFER_INIT;
        struct writing w = {.qcr = qcr, .file = file};
        int status;

        /* Beside its place first: an old dossier stays until the new one is whole. */
        buffer_add_format(&beside, "%s.XXXXXX", file);
        buffer_text(&beside);
        w.fd = mkostemp((char *)beside.data, O_CLOEXEC);
        if (w.fd < 0)
                return fail_file(&w);
        status = write_papers(&w, reading, purpose, dossier);
        if (!status)
                status = write_events(&w, dossier);
        if (!status)
                status = write_rest(&w, dossier);
        if (!status && fsync(w.fd) != 0)
                status = fail_file(&w);
        if (close(w.fd) != 0 && !status)
                status = fail_file(&w);
        if (!status && rename(buffer_text(&beside), file) != 0)
                status = fail_file(&w);
        if (status)
                unlink(buffer_text(&beside));
        return status;
}
