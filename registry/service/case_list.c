/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Cases of a party or of one's office, newest first; or those with something to do within some days, most urgent
 * first. Where a case stands is computed from its events, so they are read through in pages of bounded size. Another
 * office's cases are not there, neither in rows nor in counts; what is over is there for whoever says why.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/service/case_show.h"

#define ROWS_MOST 500u
/* Of a reply, what rows may take: many deadlines with long articles make fewer of them. */
#define ROWS_OCTETS (FRAME_REPLY_LIMIT - 64u * 1024)
/* A field of a message: its tag and length. */
#define FIELD_OCTETS 8u
#define WITHIN_MOST 3660u          /* days: ten years */
/* Of one query: cases, and octets of their requests. */
#define PAGE_CASES 100u
#define PAGE_OCTETS (1u << 20)
/* Beyond that many pages the answer says that there is more: an office has some dozens of cases a year. */
#define PAGES_MOST 100u
/* Memory of one case while it is weighed. */
#define CASE_BUDGET (64u << 20)

/* A case of the page, by (subject, number). */
struct listed {
        uint64_t serial;
        const char *subject;
        uint32_t number;
        const char *office;
        uint8_t procedure_hash[32];
        const char *code, *name;
};

struct row {
        Qcr__CaseRow message;
        struct day urgent;         /* the first of its deadlines that were asked for */
        uint64_t serial;
};

struct listing {
        struct call *call;
        struct org_code code;
        bool has_code, has_within;
        struct day until;          /* deadlines up to that day */
        struct case_access access;
        const char *offices;       /* whose cases are listed, one a line; NULL: everybody's */
        bool has_party;
        bool needs_purpose;        /* a party's case that is over was met without one */
        struct rule_set rules;
        uint64_t before_serial;
        unsigned pages;
        struct listed page[PAGE_CASES];
        size_t page_count;
        bool is_page_asked;        /* its cases are known, its events are being read */
        struct row **rows;         /* room for all pages; ROWS_MOST of them are shown */
        size_t row_count;
        bool truncated;
};

/* ---------------------------------------------------------------- weighing */

/* The first event since which it has been in an end state; their count when it is in none. */
static size_t ended_with(const struct case_file *file)
{
        struct case_file part = *file;

        while (part.count > 0 && case_is_over(&part))
                part.count--;
        return part.count;
}

/* Does it run from one of the events since then? What was left undone before is not to be done any more. */
static bool runs_since(const struct case_file *file, size_t since, const struct procedure_deadline *deadline)
{
        for (size_t i = since; i < file->count; i++) {
                unsigned action = procedure_action_find(file->procedure, slice_text(file->events[i].action));

                for (unsigned j = 0; j < deadline->from_count; j++)
                        if (deadline->from[j] == action)
                                return true;
        }
        return false;
}

/* Its deadlines that were asked for; returns the first day of them, DAY_NONE without any. */
static struct day add_deadlines(struct listing *listing, const struct case_weighing *weighing, Qcr__CaseRow *row)
{
        struct call *call = listing->call;
        struct case_deadline deadlines[PROCEDURE_DEADLINES_MAX];
        size_t count = case_deadlines(&weighing->file, &weighing->rules, deadlines);
        size_t since = case_load_is_over(weighing) ? ended_with(&weighing->file) : 0;
        struct day first = DAY_NONE;

        row->deadline = call_alloc(call, count * sizeof(*row->deadline));
        for (size_t i = 0; i < count; i++) {
                if (deadlines[i].is_done || day_is_before(listing->until, deadlines[i].day))
                        continue;
                if (!runs_since(&weighing->file, since, deadlines[i].deadline))
                        continue;
                row->deadline[row->n_deadline++] = case_show_deadline(call, &deadlines[i]);
                if (day_is_none(first) || day_is_before(deadlines[i].day, first))
                        first = deadlines[i].day;
        }
        return first;
}

static void add_row(struct listing *listing, const struct listed *listed, const struct case_weighing *weighing)
{
        struct call *call = listing->call;
        struct row *row = call_alloc(call, sizeof(*row));

        qcr__case_row__init(&row->message);
        row->serial = listed->serial;
        row->urgent = DAY_NONE;
        if (listing->has_within) {
                row->urgent = add_deadlines(listing, weighing, &row->message);
                if (day_is_none(row->urgent))
                        return;
        }
        row->message.code = call_data_text(listed->code);
        row->message.name = call_data_text(listed->name);
        row->message.number = listed->number;
        row->message.procedure = call_data_text(call_text(call, slice_text(weighing->file.procedure->id)));
        row->message.state = call_data_text(call_text(call, slice_text(case_state_word(&weighing->file))));
        row->message.opened_on = case_load_day(call, case_event_day(&weighing->file, &weighing->file.events[0]));
        listing->rows[listing->row_count++] = row;
}

/*
 * Whether it may be listed at all; what is over and was asked for by its party is refused, not passed over. What is
 * still to be done of it (its display to be stopped) is its office's work and no look at what is over.
 */
static bool is_shown(struct listing *listing, const struct case_weighing *weighing)
{
        if (listing->has_within || !case_load_is_over(weighing))
                return true;
        if (listing->call->purpose)
                return true;
        listing->needs_purpose = listing->needs_purpose || listing->has_code;
        return false;
}

/* Rows `from` up to `to` are the events of one case. */
static bool weigh(struct listing *listing, const struct listed *listed, const PGresult *result, int from, int to,
        struct fault *why)
{
        struct rule_cache *cache = listing->call->service->rules;
        CLEANUP(arena) struct arena arena;
        struct case_weighing weighing;
        struct case_event *events;

        arena_init(&arena, CASE_BUDGET);
        events = arena_alloc(&arena, (size_t)(to - from) * sizeof(*events));
        for (int i = from; i < to; i++)
                if (!case_load_event(&arena, result, i, &events[i - from], why))
                        return false;
        weighing.file = (struct case_file){
                .subject = listed->subject,
                .number = listed->number,
                .office = listed->office,
                .procedure = rule_cache_procedure(cache, listed->procedure_hash),
                .events = events,
                .count = (size_t)(to - from),
        };
        if (!weighing.file.procedure ||
            !rule_cache_rules(cache, &listing->rules, listing->call->today, weighing.tables, &weighing.rules))
                return fault_set(why, FAULT_LIMIT, "more rules are in use at once than are kept");
        if (is_shown(listing, &weighing))
                add_row(listing, listed, &weighing);
        return true;
}

/* -------------------------------------------------------------------- pages */

static bool on_access(void *closure, const PGresult *result, struct fault *why)
{
        struct listing *listing = closure;

        (void)why;
        case_access_take(listing->call, result, &listing->access);
        return true;
}

static bool on_party(void *closure, const PGresult *result, struct fault *why)
{
        struct listing *listing = closure;

        (void)why;
        listing->has_party = cell_bool(result, 0, 0);
        return true;
}

static bool on_rules(void *closure, const PGresult *result, struct fault *why)
{
        struct listing *listing = closure;

        return rule_cache_take(listing->call->service->rules, result, &listing->rules, why);
}

static bool on_page(void *closure, const PGresult *result, struct fault *why)
{
        struct listing *listing = closure;
        struct call *call = listing->call;

        listing->page_count = 0;
        for (int i = 0; i < PQntuples(result) && i < (int)PAGE_CASES; i++) {
                struct listed *listed = &listing->page[listing->page_count++];

                *listed = (struct listed){
                        .serial = (uint64_t)cell_number(result, i, CASE_PAGE_SERIAL),
                        .subject = case_load_text(call, result, i, CASE_PAGE_SUBJECT),
                        .number = (uint32_t)cell_number(result, i, CASE_PAGE_NUMBER),
                        .office = case_load_text(call, result, i, CASE_PAGE_OFFICE),
                        .code = case_load_text(call, result, i, CASE_PAGE_CODE),
                        .name = case_load_text(call, result, i, CASE_PAGE_NAME),
                };
                if (!cell_octets(result, i, CASE_PAGE_PROCEDURE_HASH, listed->procedure_hash,
                            sizeof(listed->procedure_hash)))
                        return fault_set(why, FAULT_STORE, "a case has no procedure");
        }
        return true;
}

static bool on_procedures(void *closure, const PGresult *result, struct fault *why)
{
        struct listing *listing = closure;

        for (int i = 0; i < PQntuples(result); i++)
                if (!rule_cache_take_row(listing->call->service->rules, result, i, why))
                        return false;
        return true;
}

static bool is_of(const PGresult *result, int row, const struct listed *listed)
{
        return row < PQntuples(result) &&
               strcmp(cell_text(result, row, CASE_READ_EVENT_SUBJECT), listed->subject) == 0 &&
               cell_number(result, row, CASE_READ_EVENT_NUMBER) == listed->number;
}

/* Events come by case, cases of the page by serial: each is looked for. */
static bool on_events(void *closure, const PGresult *result, struct fault *why)
{
        struct listing *listing = closure;

        for (size_t i = 0; i < listing->page_count; i++) {
                const struct listed *listed = &listing->page[i];
                int from = 0, to;

                while (from < PQntuples(result) && !is_of(result, from, listed))
                        from++;
                for (to = from; is_of(result, to, listed);)
                        to++;
                if (to == from)
                        return fault_set(why, FAULT_STORE, "a case has no events");
                if (!weigh(listing, listed, result, from, to, why))
                        return false;
        }
        return true;
}

static void ask_page(struct snapshot *snapshot, struct listing *listing)
{
        struct case_page page = {
                .subject = listing->has_code ? listing->code.subject : NULL,
                .offices = listing->offices,
                .before_serial = listing->before_serial,
                .limit = PAGE_CASES,
                .octets = PAGE_OCTETS,
        };
        struct query query;

        listing->pages++;
        listing->is_page_asked = false;
        case_reads_page_query(&query, &page);
        snapshot_ask(snapshot, &query, on_page);
}

static void ask_events(struct snapshot *snapshot, struct listing *listing)
{
        CLEANUP(buffer) struct buffer cases = BUFFER_INIT, hashes = BUFFER_INIT;
        struct query query;

        for (size_t i = 0; i < listing->page_count; i++) {
                const struct listed *listed = &listing->page[i];
                char hex[65];

                hex_encode(listed->procedure_hash, sizeof(listed->procedure_hash), hex);
                buffer_add_format(&cases, "%s%s %u", i ? "\n" : "", listed->subject, listed->number);
                buffer_add_format(&hashes, "%s%s", i ? "\n" : "", hex);
        }
        listing->is_page_asked = true;
        listing->before_serial = listing->page[listing->page_count - 1].serial;
        case_reads_procedures_query(&query, buffer_text(&hashes));
        rule_cache_known(listing->call->service->rules, &query);
        snapshot_ask(snapshot, &query, on_procedures);
        case_reads_page_events_query(&query, buffer_text(&cases));
        snapshot_ask(snapshot, &query, on_events);
}

/* -------------------------------------------------------------------- story */

static void ask(struct snapshot *snapshot, void *closure)
{
        struct listing *listing = closure;
        struct query query;

        case_reads_access_query(&query, listing->call->person_id);
        snapshot_ask(snapshot, &query, on_access);
        if (listing->has_code) {
                case_reads_party_query(&query, listing->code.subject, listing->code.text);
                snapshot_ask(snapshot, &query, on_party);
        }
        case_reads_rules_query(&query);
        rule_cache_known(listing->call->service->rules, &query);
        snapshot_ask(snapshot, &query, on_rules);
}

/* May this person list anything? Asked before the first page. */
static bool is_allowed(struct listing *listing)
{
        const struct case_access *access = &listing->access;

        return !case_access_is_nobody(access) && (listing->has_party || !listing->has_code) &&
               (listing->call->purpose || access->count > 0);
}

/* An auditor who says why sees every office's. */
static const char *offices_of(struct listing *listing)
{
        const struct case_access *access = &listing->access;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (case_access_is_auditor(access) && listing->call->purpose)
                return NULL;
        for (unsigned i = 0; i < access->count; i++)
                buffer_add_format(&text, "%s%s", i ? "\n" : "", access->offices[i]);
        return call_text(listing->call, buffer_slice(&text));
}

static bool more(struct snapshot *snapshot, void *closure)
{
        struct listing *listing = closure;

        if (listing->pages == 0) {
                if (!is_allowed(listing))
                        return false;
                listing->offices = offices_of(listing);
                ask_page(snapshot, listing);
                return true;
        }
        if (!listing->is_page_asked && listing->page_count > 0) {
                ask_events(snapshot, listing);
                return true;
        }
        if (!listing->is_page_asked) /* an empty page: that was all */
                return false;
        listing->truncated = listing->pages == PAGES_MOST || (!listing->has_within && listing->row_count > ROWS_MOST);
        if (listing->truncated)
                return false;
        ask_page(snapshot, listing);
        return true;
}

static int compare(const void *a, const void *b)
{
        const struct row *left = *(struct row *const *)a, *right = *(struct row *const *)b;
        int urgent = day_compare(left->urgent, right->urgent);

        if (urgent != 0)
                return urgent;
        return left->serial > right->serial ? -1 : left->serial < right->serial;
}

static void answer(struct listing *listing)
{
        struct call *call = listing->call;
        Qcr__Cases cases = QCR__CASES__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;
        size_t octets = 0;

        qsort(listing->rows, listing->row_count, sizeof(*listing->rows), compare);
        cases.row = call_alloc(call, ROWS_MOST * sizeof(*cases.row));
        for (size_t i = 0; i < listing->row_count && i < ROWS_MOST; i++) {
                octets += qcr__case_row__get_packed_size(&listing->rows[i]->message) + FIELD_OCTETS;
                if (octets > ROWS_OCTETS)
                        break;
                cases.row[cases.n_row++] = &listing->rows[i]->message;
        }
        cases.truncated = listing->truncated || listing->row_count > cases.n_row;
        if (!call_audit(call, "listed"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_CASES;
        reply.cases = &cases;
        call_reply(call, &reply);
}

static void refuse(struct listing *listing)
{
        struct call *call = listing->call;

        if (case_access_is_nobody(&listing->access))
                failure_set(&call->failure, RESULT_ROLE_MISSING, "none of your roles allows %s",
                        call->operation->word);
        else if (listing->has_code && !listing->has_party)
                failure_set_field(&call->failure, RESULT_PARTY_UNKNOWN, "code", slice_text(call->code),
                        "code: no enterprise of this code is registered");
        else
                failure_set_field(&call->failure, RESULT_PURPOSE_MISSING, "purpose", slice_of(NULL, 0),
                        "purpose: %s", result_find(RESULT_PURPOSE_MISSING)->meaning);
        call_fail(call);
}

static void done(void *closure)
{
        struct listing *listing = closure;

        if (!is_allowed(listing) || listing->needs_purpose)
                refuse(listing);
        else
                answer(listing);
}

void case_list_run(struct call *call)
{
        static const struct snapshot_story story = {.ask = ask, .more = more, .done = done};
        const Qcr__CaseList *message = call->message->case_list;
        struct listing *listing = call_alloc(call, sizeof(*listing));
        struct fields fields = call_fields(call);

        listing->call = call;
        listing->rows = call_alloc(call, PAGES_MOST * PAGE_CASES * sizeof(*listing->rows));
        listing->has_code = message->has_code && message->code.len > 0;
        if (listing->has_code)
                fields_code(&fields, "code", &message->code, &listing->code);
        case_access_purpose(call, &fields, message->has_purpose, &message->purpose);
        listing->has_within = message->has_within_days;
        if (listing->has_within && message->within_days > WITHIN_MOST)
                fields_refuse(&fields, RESULT_FIELD_INVALID, "within_days", slice_of(NULL, 0), "at most ten years");
        if (fields.failed) {
                call_fail(call);
                return;
        }
        if (listing->has_within)
                listing->until = day_add(call->today, (int32_t)message->within_days);
        if (listing->has_code)
                call->code = call_text(call, slice_text(listing->code.text));
        snapshot_begin(call, &story, listing);
}
