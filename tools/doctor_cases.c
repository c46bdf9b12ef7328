/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on cases. An enterprise's cases are played back from the steps that were signed, each weighed by the
 * rules, persons and deputies as they were at its entry; rows about cases must be exactly what follows, and so must,
 * with the grades, the times in which the enterprise is listed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "proto/text.h"
#include "registry/core/name.h"
#include "registry/core/record.h"
#include "registry/core/role.h"
#include "registry/view/case_request.h"
#include "tools/doctor_facts.h"

#define REQUEST_ARENA (1024u * 1024)
/* A party has some few cases of some ten steps; this is a bound on what somebody could have signed. */
#define SUBJECT_ARENA ((size_t)1 << 30)
/* A step's day is its transaction's, its time its entry's: the day may turn in between. */
#define TURN_OF_DAY_MS (2 * 60 * 1000)

/* What a row is, in the order in which an enterprise's come. */
enum row_kind {
        ROW_STEP = 0,  /* a signed step that took effect */
        ROW_PROPOSAL,  /* a signed step that waits or waited */
        ROW_FILE,      /* stored rows, as facts */
        ROW_EVENT,
        ROW_DOCUMENT,
};

enum column {
        SUBJECT,
        KIND,
        SERIAL,
        AT_MS,
        REQUEST,         /* the proposer's */
        CERTIFICATE,     /* the proposer's */
        SECOND,          /* certificate of who confirmed; null: one person was enough */
        PROPOSAL_SERIAL,
        NAMES,           /* normalised, that the party had by then, one a line */
        KEY,
        REST,
};

/* Where a fact's text is made, it is made as in core below: add_event_fact and its neighbours. */
static const char cases_sql[] =
        "SELECT b.subject, 0, l.serial, (extract(epoch FROM l.at) * 1000)::bigint, coalesce(pa.request, a.request),"
        " coalesce(pa.certificate, a.certificate), CASE WHEN pa.serial IS NOT NULL THEN a.certificate END,"
        " ap.proposal_serial, (SELECT string_agg(v.name_norm, E'\\n') FROM qcr.party_version v"
        "   WHERE v.subject = b.subject AND v.serial < l.serial), '', ''"
        " FROM qcr.ledger_body b JOIN qcr.ledger l ON l.serial = b.serial JOIN qcr.act a ON a.serial = b.serial"
        " LEFT JOIN qcr.approval ap ON ap.serial = b.serial"
        " LEFT JOIN qcr.proposal p ON p.serial = ap.proposal_serial AND p.item = ap.proposal_item"
        " LEFT JOIN qcr.act pa ON pa.serial = ap.proposal_serial"
        " WHERE b.subject IS NOT NULL"
        "   AND (b.kind = 'case-step' OR (b.kind = 'approval' AND p.kind = 'case-step' AND pa.serial IS NOT NULL))"
        " UNION ALL SELECT p.subject, 1, p.serial, 0, a.request, a.certificate, NULL, NULL, NULL, p.serial::text,"
        " coalesce(p.case_no, 0)::text"
        " FROM qcr.proposal p JOIN qcr.act a ON a.serial = p.serial WHERE p.kind = 'case-step'"
        " UNION ALL SELECT subject, 2, serial, 0, NULL, NULL, NULL, NULL, NULL, subject || '-' || case_no,"
        " encode(procedure_hash, 'hex') || '|' || opener || '|' || office_id || '|' || serial FROM qcr.case_file"
        " UNION ALL SELECT subject, 3, serial, 0, NULL, NULL, NULL, NULL, NULL,"
        " subject || '-' || case_no || ' ' || seq,"
        " encode(procedure_hash, 'hex') || '|' || from_state || '|' || action || '|' || to_state || '|' ||"
        " needs_second::integer || '|' || excludes_opener::integer || '|' || opener || '|' || proposer || '|' || actor"
        " || '|' || event_on || '|' || is_late::integer || '|' || lists::integer || '|' || coalesce(proposal_serial, 0) || '|' || serial"
        " FROM qcr.case_event"
        " UNION ALL SELECT subject, 4, 0, 0, NULL, NULL, NULL, NULL, NULL,"
        " subject || ' ' || action || ' ' || number_norm, case_no || '|' || seq FROM qcr.case_document"
        " ORDER BY 1, 2, 3, 10";

struct played_case {
        struct case_file file;
        struct case_event *events;
        size_t room;
        const char *opener;
        char hash[65]; /* of its procedure */
};

struct cases {
        struct doctor *doctor;
        /* of the enterprise at hand */
        char subject[ORG_CODE_LEGACY_LENGTH + 1];
        struct arena arena;
        struct played_case *cases;
        size_t count, room;
        struct doctor_facts wanted, stored;
};

/* A step at hand. */
struct taking {
        const PGresult *row;
        uint64_t serial;
        int64_t at_ms;
        struct case_request request;
        const char *proposer;
        const char *second; /* NULL: one person was enough */
};

/* Says why a signed step could not have been taken. */
static void refuse(struct cases *cases, const struct taking *taking, const char *reason)
{
        char key[DOCTOR_KEY];

        doctor_find(cases->doctor, "act", doctor_key(key, "%" PRIu64, taking->serial), "%s: %s",
                taking->request.step.action ? taking->request.step.action : "a step", reason);
}

/* ------------------------------------------------------------------------------- facts */

static void add_file_fact(struct cases *cases, const struct played_case *of, uint64_t serial)
{
        CLEANUP(buffer) struct buffer rest = BUFFER_INIT;
        char key[DOCTOR_KEY];

        buffer_add_format(&rest, "%s|%s|%s|%" PRIu64, of->hash, of->opener, of->file.office, serial);
        doctor_facts_add(&cases->wanted, "case_file",
                doctor_key(key, "%s-%" PRIu32, cases->subject, of->file.number), buffer_text(&rest));
}

/* Has the newest event? */
static bool changes_listings(const struct case_file *file)
{
        struct grade_listing old[CASE_LISTINGS_MAX], new[CASE_LISTINGS_MAX];
        struct case_file before = *file;

        before.count--;
        return !case_listings_equal(
                old, before.count ? case_listings(&before, old) : 0, new, case_listings(file, new));
}

static void add_event_fact(struct cases *cases, const struct played_case *of, const struct taking *taking,
        const struct case_verdict *verdict)
{
        const struct case_event *event = &of->events[of->file.count - 1];
        const struct procedure_state *states = of->file.procedure->states;
        bool lists = changes_listings(&of->file);
        CLEANUP(buffer) struct buffer rest = BUFFER_INIT;
        char key[DOCTOR_KEY], day[DAY_TEXT];

        day_format(verdict->day, day);
        buffer_add_format(&rest, "%s|%s|%s|%s|%d|%d|%s|%s|%s|%s|%d|%d|%s|%" PRIu64, of->hash,
                verdict->from == PROCEDURE_NONE ? "" : states[verdict->from].word, event->action,
                states[verdict->to].word, verdict->needs_second, verdict->action->excludes_opener, of->opener,
                event->proposer, event->actor, day, verdict->is_late, lists,
                taking->second ? cell_text(taking->row, 0, PROPOSAL_SERIAL) : "0", taking->serial);
        doctor_facts_add(&cases->wanted, "case_event",
                doctor_key(key, "%s-%" PRIu32 " %" PRIu32, cases->subject, of->file.number, event->seq),
                buffer_text(&rest));
}

static bool has_fact(const struct doctor_facts *facts, const char *table, const char *key)
{
        for (size_t i = 0; i < facts->count; i++)
                if (strcmp(facts->items[i].table, table) == 0 && strcmp(facts->items[i].key, key) == 0)
                        return true;
        return false;
}

/* A number stands once, in the first event that has it. */
static void add_document_facts(struct cases *cases, const struct played_case *of, const struct case_verdict *verdict)
{
        const struct case_event *event = &of->events[of->file.count - 1];

        for (size_t i = 0; i < event->value_count; i++) {
                const struct procedure_field *field =
                        procedure_field_find(verdict->action, slice_text(event->values[i].name));
                CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
                char key[DOCTOR_KEY], rest[32];

                if (!field || field->type != FIELD_NUMBER || !field->is_unique ||
                        !record_document_normalise(slice_text(event->values[i].value), &norm))
                        continue;
                doctor_key(key, "%s %s %s", cases->subject, event->action, buffer_text(&norm));
                snprintf(rest, sizeof(rest), "%" PRIu32 "|%" PRIu32, of->file.number, event->seq);
                if (!has_fact(&cases->wanted, "case_document", key))
                        doctor_facts_add(&cases->wanted, "case_document", key, rest);
        }
}

/* ----------------------------------------------------------------------------- reading */

static bool read_request(struct cases *cases, struct taking *taking)
{
        CLEANUP(arena) struct arena arena;
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        const char *field, *value, *reason;
        ProtobufCAllocator allocator;
        const Qcr__Request *request;

        arena_init(&arena, REQUEST_ARENA);
        text_allocator_init(&allocator, &arena);
        if (!cell_bytes(taking->row, 0, REQUEST, &octets))
                return false;
        request = qcr__request__unpack(&allocator, octets.length, octets.data);
        if (!request || request->operation_case != QCR__REQUEST__OPERATION_CASE_STEP)
                refuse(cases, taking, "what was signed is no step of a case");
        else if (!case_request_read(&cases->arena, request->case_step, &taking->request, &field, &value, &reason))
                refuse(cases, taking, reason);
        else if (strcmp(taking->request.code.subject, cases->subject) != 0)
                refuse(cases, taking, "what was signed is about another enterprise than its entry");
        else
                return true;
        return false;
}

/* Whose certificate it is; the ledger's pass has found out whether they signed. */
static const char *person_of(struct cases *cases, const struct taking *taking, enum column column)
{
        uint8_t fingerprint[32];

        if (!cell_octets(taking->row, 0, (int)column, fingerprint, sizeof(fingerprint)))
                return "";
        return doctor_person_of(cases->doctor, fingerprint);
}

static bool has_line(const char *lines, struct slice wanted)
{
        for (const char *line = lines; line;) {
                const char *end = strchr(line, '\n');

                if (slice_equal(slice_of(line, end ? (size_t)(end - line) : strlen(line)), wanted))
                        return true;
                line = end ? end + 1 : NULL;
        }
        return false;
}

static bool name_differs(const struct taking *taking)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;

        return name_normalise(slice_text(taking->request.name), &norm) != NAME_SOUND ||
               !has_line(cell_text(taking->row, 0, NAMES), buffer_slice(&norm));
}

/* ---------------------------------------------------------------------------- the case */

static struct played_case *open_case(struct cases *cases, struct taking *taking)
{
        const struct doctor_rule *rule =
                doctor_rule_at(cases->doctor, RULE_PROCEDURE, taking->request.procedure, taking->serial);
        struct played_case *of;

        if (!rule) {
                refuse(cases, taking, "no such procedure held");
                return NULL;
        }
        cases->cases = doctor_grow(cases->cases, cases->count, &cases->room, sizeof(*cases->cases));
        of = &cases->cases[cases->count];
        *of = (struct played_case){
                .file = {
                        .subject = cases->subject,
                        .number = (uint32_t)taking->serial,
                        .office = doctor_office_of(cases->doctor, taking->proposer),
                        .procedure = rule->procedure,
                },
                .opener = taking->proposer,
        };
        hex_encode(rule->rule.hash, sizeof(rule->rule.hash), of->hash);
        taking->request.step.name_differs = name_differs(taking);
        return of;
}

static struct played_case *case_of(struct cases *cases, struct taking *taking)
{
        if (!taking->request.number)
                return open_case(cases, taking);
        for (size_t i = 0; i < cases->count; i++)
                if (cases->cases[i].file.number == taking->request.number)
                        return &cases->cases[i];
        refuse(cases, taking, "its case is not there");
        return NULL;
}

/* ---------------------------------------------------------------------------- weighing */

/*
 * Somebody as a case of an office weighs them: with their roles there, own and of those who are away, as one of it.
 * Who has none there is who they are, with their own; whoever takes a step open to any office comes with all.
 */
static struct case_person weigh_person(struct cases *cases, const struct case_file *file, const struct taking *taking,
        const char *id, struct day day)
{
        const struct doctor *doctor = cases->doctor;
        unsigned action = procedure_action_find(file->procedure, slice_text(taking->request.step.action));
        bool is_any_office = action != PROCEDURE_NONE && file->procedure->actions[action].is_any_office;
        uint32_t own = doctor_roles_of(doctor, id, taking->serial);
        const char *office = doctor_office_of(doctor, id);
        uint32_t away = doctor_deputy_roles(doctor, id, is_any_office ? NULL : file->office, taking->serial, day);
        uint32_t there = away | (strcmp(office, file->office) == 0 ? own & ROLES_OF_CASES : 0);

        if (there && !is_any_office)
                return (struct case_person){id, file->office, there};
        return (struct case_person){id, office, own | away};
}

static bool weigh(struct cases *cases, const struct played_case *of, const struct taking *taking, struct day today,
        struct case_verdict *ret)
{
        const struct code_table *tables[DOCTOR_TABLES_MAX];
        struct case_rules rules = doctor_rules_at(cases->doctor, taking->serial, today, tables);
        struct case_person proposer = weigh_person(cases, &of->file, taking, taking->proposer, today), second;

        if (taking->second)
                second = weigh_person(cases, &of->file, taking, taking->second, today);
        case_decide(&of->file, &taking->request.step, &rules, &proposer, taking->second ? &second : NULL, ret);
        return !ret->refusal && ret->needs_second == (taking->second != NULL);
}

static bool decide(
        struct cases *cases, const struct played_case *of, const struct taking *taking, struct case_verdict *ret)
{
        struct day today = day_of_instant(taking->at_ms);

        if (weigh(cases, of, taking, today, ret) ||
                (taking->at_ms - instant_of_day(today) < TURN_OF_DAY_MS &&
                        weigh(cases, of, taking, day_add(today, -1), ret)))
                return true;
        if (ret->refusal)
                refuse(cases, taking, case_refusal_word(ret->refusal));
        else
                refuse(cases, taking, ret->needs_second ? "nobody confirmed it" : "nobody had to confirm it");
        return false;
}

static void add_event(struct played_case *of, const struct taking *taking)
{
        of->events = doctor_grow(of->events, of->file.count, &of->room, sizeof(*of->events));
        of->events[of->file.count] = (struct case_event){
                .seq = (uint32_t)of->file.count + 1,
                .serial = taking->serial,
                .recorded_ms = taking->at_ms,
                .action = taking->request.step.action,
                .proposer = taking->proposer,
                .actor = taking->second ? taking->second : taking->proposer,
                .values = taking->request.step.values,
                .value_count = taking->request.step.value_count,
        };
        of->file.events = of->events;
        of->file.count++;
}

static void take_step(struct cases *cases, const PGresult *row)
{
        struct taking taking = {
                .row = row,
                .serial = (uint64_t)cell_number(row, 0, SERIAL),
                .at_ms = cell_number(row, 0, AT_MS),
                .proposer = person_of(cases, &(struct taking){.row = row}, CERTIFICATE),
        };
        struct case_verdict verdict;
        struct played_case *of;

        if (!cell_is_null(row, 0, SECOND))
                taking.second = person_of(cases, &taking, SECOND);
        if (!read_request(cases, &taking))
                return;
        of = case_of(cases, &taking);
        if (!of || !decide(cases, of, &taking, &verdict))
                return;
        if (!of->file.count) {
                cases->count++;
                add_file_fact(cases, of, taking.serial);
        }
        add_event(of, &taking);
        add_event_fact(cases, of, &taking, &verdict);
        add_document_facts(cases, of, &verdict);
}

/* What waits names the case that was signed. */
static void take_proposal(struct cases *cases, const PGresult *row)
{
        struct taking taking = {.row = row, .serial = (uint64_t)cell_number(row, 0, SERIAL)};

        if (read_request(cases, &taking) && (int64_t)taking.request.number != cell_number(row, 0, REST))
                doctor_find(cases->doctor, "proposal", cell_text(row, 0, KEY), "case_no was changed: signed was %" PRIu32,
                        taking.request.number);
}

/* ---------------------------------------------------------------------- an enterprise */

static void keep_listings(struct cases *cases)
{
        struct doctor *doctor = cases->doctor;
        struct grade_listing all[GRADE_LISTINGS_MAX];
        struct doctor_listed *item;
        size_t count = 0;

        for (size_t i = 0; i < cases->count; i++) {
                struct grade_listing own[CASE_LISTINGS_MAX];

                if (!case_listings_merge(all, &count, own, case_listings(&cases->cases[i].file, own)))
                        doctor_find(doctor, "case_event", cases->subject, "its cases list it more often than may be");
        }
        if (!count)
                return;
        doctor->listed =
                doctor_grow(doctor->listed, doctor->listed_count, &doctor->listed_room, sizeof(*doctor->listed));
        item = &doctor->listed[doctor->listed_count++];
        *item = (struct doctor_listed){.count = count, .listings = must_alloc(count * sizeof(all[0]))};
        memcpy(item->subject, cases->subject, sizeof(item->subject));
        memcpy(item->listings, all, count * sizeof(all[0]));
}

static void forget_subject(struct cases *cases)
{
        doctor_facts_done(&cases->wanted);
        doctor_facts_done(&cases->stored);
        for (size_t i = 0; i < cases->count; i++)
                free(cases->cases[i].events);
        cases->count = 0;
        arena_done(&cases->arena);
}

static void finish_subject(struct cases *cases)
{
        keep_listings(cases);
        doctor_facts_compare(cases->doctor, &cases->wanted, &cases->stored);
        forget_subject(cases);
}

static bool take_row(void *closure, const PGresult *row, struct fault *why)
{
        static const char *const tables[] = {
                [ROW_FILE] = "case_file", [ROW_EVENT] = "case_event", [ROW_DOCUMENT] = "case_document",
        };
        struct cases *cases = closure;
        enum row_kind kind = (enum row_kind)cell_number(row, 0, KIND);

        (void)why;
        if (strcmp(cases->subject, cell_text(row, 0, SUBJECT)) != 0) {
                finish_subject(cases);
                arena_init(&cases->arena, SUBJECT_ARENA);
                snprintf(cases->subject, sizeof(cases->subject), "%s", cell_text(row, 0, SUBJECT));
        }
        if (kind == ROW_STEP)
                take_step(cases, row);
        else if (kind == ROW_PROPOSAL)
                take_proposal(cases, row);
        else
                doctor_facts_add(&cases->stored, tables[kind], cell_text(row, 0, KEY), cell_text(row, 0, REST));
        return true;
}

bool doctor_cases(struct doctor *doctor, struct fault *why)
{
        struct cases cases = {.doctor = doctor};
        struct query query;
        bool done;

        arena_init(&cases.arena, SUBJECT_ARENA);
        query_init(&query, cases_sql);
        done = link_each(doctor->link, &query, take_row, &cases, why);
        if (done)
                finish_subject(&cases);
        else
                forget_subject(&cases);
        free(cases.cases);
        return done;
}
