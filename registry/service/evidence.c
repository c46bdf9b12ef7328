/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Documents of cases handed in and read back in pieces. Handing in shows nothing: whether a document is kept already is
 * not said, so that nobody learns from it what another office's case rests on. Reading asks for the case it belongs to.
 */
#include <inttypes.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/service/case_load.h"
#include "registry/service/evidence_store.h"

/* Of a document, in one reply. */
#define GET_OCTETS (768u * 1024)
/* Steps of one party that wait to open a case. */
#define OPENINGS_MOST 100u

/* ------------------------------------------------------------------ putting */

static bool refuse(struct call *call, enum evidence_refusal refusal, uint64_t kept)
{
        const struct service_limits *limits = &call->service->limits;
        struct failure *failure = &call->failure;
        struct slice none = slice_of(NULL, 0);

        switch (refusal) {
        case EVIDENCE_TAKEN:
                return true;
        case EVIDENCE_EMPTY:
                return failure_set_field(failure, RESULT_EVIDENCE_REFUSED, "octets", none, "octets: there are none");
        case EVIDENCE_TOO_LARGE:
                return failure_set_field(failure, RESULT_EVIDENCE_REFUSED, "total", none,
                        "total: at most %" PRIu64 " octets, in pieces of at most %u", limits->evidence.octets,
                        EVIDENCE_PIECE_OCTETS);
        case EVIDENCE_ORDER:
                return failure_set_field(failure, RESULT_FIELD_INVALID, "offset", none,
                        "offset: the next octet is %" PRIu64, kept);
        case EVIDENCE_LENGTH:
                return failure_set_field(failure, RESULT_EVIDENCE_REFUSED, "total", none,
                        "total: not that of the pieces; begin at 0");
        case EVIDENCE_NOT_ALLOWED:
                return failure_set_field(failure, RESULT_EVIDENCE_REFUSED, "octets", none,
                        "octets: not PDF, PNG, JPEG, OFD or another package in ZIP form, nor text in UTF-8");
        case EVIDENCE_HASH:
                return failure_set_field(failure, RESULT_EVIDENCE_REFUSED, "sha256", none,
                        "sha256: not that of the octets");
        case EVIDENCE_BUSY:
                return failure_set(failure, RESULT_OVERLOADED,
                        "as many documents are being handed in as may be at once; %u by one person",
                        EVIDENCE_PUTS_PER_PERSON);
        case EVIDENCE_DAY_SPENT:
                return failure_set(failure, RESULT_QUOTA_SPENT, "one person hands in at most %" PRIu64
                        " octets of documents a day", limits->evidence.octets_per_day);
        }
        return false;
}

/* The fault names folders and the disk's state: it is for the log. */
static void fail_store(struct call *call, const struct fault *why)
{
        log_event(LOG_ERR, "evidence.fault", "id", call->id, "fault", fault_word(why->code), "why", why->text);
        failure_set(&call->failure, RESULT_STORE_UNAVAILABLE,
                "documents cannot be kept or read now; nothing of this one was kept");
        call_fail(call);
}

static void answer(struct call *call, const struct evidence_piece *piece, uint64_t kept)
{
        Qcr__EvidencePart part = QCR__EVIDENCE_PART__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        /* A line for the document, not for each piece. */
        if (kept == piece->total && !call_audit(call, "kept"))
                return;
        part.total = piece->total;
        part.kept = kept;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_EVIDENCE;
        reply.evidence = &part;
        call_reply(call, &reply);
}

struct putting {
        struct call *call;
        struct evidence_piece piece;
        struct case_access access;
};

static void put(struct putting *putting)
{
        struct call *call = putting->call;
        enum evidence_refusal refusal;
        struct fault why;
        uint64_t kept;

        if (!evidence_put(call->service->evidence, &putting->piece, &refusal, &kept, &why))
                fail_store(call, &why);
        else if (refuse(call, refusal, kept))
                answer(call, &putting->piece, kept);
        else
                call_fail(call);
}

static bool on_access(void *closure, const PGresult *result, struct fault *why)
{
        struct putting *putting = closure;

        (void)why;
        case_access_take(putting->call, result, &putting->access);
        return true;
}

static void ask_access(struct snapshot *snapshot, void *closure)
{
        struct putting *putting = closure;
        struct query query;

        case_reads_access_query(&query, putting->call->person_id);
        snapshot_ask(snapshot, &query, on_access);
}

static void put_as_deputy(void *closure)
{
        struct putting *putting = closure;
        struct call *call = putting->call;

        if (putting->access.count > 0) {
                put(putting);
        } else {
                failure_set(&call->failure, RESULT_ROLE_MISSING, "none of your roles allows %s",
                        call->operation->word);
                call_fail(call);
        }
}

/* Who works on cases puts at once; who has no such role may be somebody's deputy, which the store knows. */
void evidence_put_run(struct call *call)
{
        static const struct snapshot_story deputies = {.ask = ask_access, .done = put_as_deputy};
        const Qcr__EvidencePut *message = call->message->evidence_put;
        struct putting *putting = call_alloc(call, sizeof(*putting));
        struct fields fields = call_fields(call);

        putting->call = call;
        putting->piece = (struct evidence_piece){
                .person_id = call->person_id,
                .total = message->total,
                .offset = message->offset,
                .octets = slice_of(message->octets.data, message->octets.len),
                .now_ms = call->began_ms,
                .today = call->today,
        };
        fields_octets(&fields, "sha256", &message->sha256, putting->piece.sha256, sizeof(putting->piece.sha256));
        if (fields.failed)
                call_fail(call);
        else if (call->roles & call->operation->roles)
                put(putting);
        else
                snapshot_begin(call, &deputies, putting);
}

/* ------------------------------------------------------------------ reading */

struct getting {
        struct case_load load; /* first: its `done` gets back to here */
        uint8_t sha256[32];
        uint64_t offset;
        char hex[65];
        bool is_opening;       /* some step that would open a case names it, and this person may see that step */
};

static bool names_it(const struct procedure *procedure, const char *action, const struct case_value *values,
        size_t count, const char hex[65])
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(values[i].value, hex) == 0 && case_load_is_file(procedure, action, &values[i]))
                        return true;
        return false;
}

/* A step that waits counts: whoever is to confirm it reads first. */
static bool is_the_cases(const struct case_load *load, const struct procedure *procedure, const char hex[65])
{
        for (size_t i = 0; i < load->count; i++) {
                const struct case_event *event = &load->events[i];

                if (names_it(procedure, event->action, event->values, event->value_count, hex))
                        return true;
        }
        for (size_t i = 0; i < load->pending_count; i++) {
                const struct case_step *step = &load->pending[i];

                if (names_it(procedure, step->action, step->values, step->value_count, hex))
                        return true;
        }
        return false;
}

static bool read_part(struct getting *getting, Qcr__EvidencePart *part)
{
        struct call *call = getting->load.call;
        enum evidence_state state;
        struct fault why;
        size_t length;

        part->octets.data = call_alloc(call, GET_OCTETS);
        if (!evidence_read(call->service->evidence, getting->sha256, getting->offset, part->octets.data, GET_OCTETS,
                    &state, &length, &part->total, &why)) {
                fail_store(call, &why);
                return false;
        }
        if (state != EVIDENCE_KEPT) {
                failure_set_field(&call->failure, RESULT_EVIDENCE_MISSING, "sha256", slice_of(NULL, 0),
                        "sha256: the case names the document, but it is %s", evidence_state_word(state));
                call_fail(call);
                return false;
        }
        part->kept = part->total;
        part->has_octets = true;
        part->octets.len = length;
        return true;
}

static void give(struct getting *getting, bool is_named)
{
        struct call *call = getting->load.call;
        Qcr__EvidencePart part = QCR__EVIDENCE_PART__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        if (!is_named) {
                failure_set_field(&call->failure, RESULT_EVIDENCE_MISSING, "sha256", slice_of(NULL, 0),
                        "sha256: no step of the case names such a document");
                call_fail(call);
                return;
        }
        /* Every piece leaves its line: whoever begins in the middle has read it as well. */
        if (!read_part(getting, &part) || !call_audit(call, "document"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_EVIDENCE;
        reply.evidence = &part;
        call_reply(call, &reply);
}

static void get(struct case_load *load)
{
        struct getting *getting = (struct getting *)load;
        struct case_weighing weighing;

        if (case_load_file(load, &weighing))
                give(getting, is_the_cases(load, weighing.file.procedure, getting->hex));
}

/* ------------------------------------------------- of a case not opened yet */

static bool on_own_access(void *closure, const PGresult *result, struct fault *why)
{
        struct getting *getting = closure;

        (void)why;
        case_access_take(getting->load.call, result, &getting->load.access);
        return true;
}

/* Another office's step is as if it were not there. */
static bool on_openings(void *closure, const PGresult *result, struct fault *why)
{
        struct getting *getting = closure;
        struct call *call = getting->load.call;

        for (int i = 0; i < PQntuples(result); i++) {
                CLEANUP(buffer) struct buffer request = BUFFER_INIT;
                struct case_step step;

                if (!case_access_is_insider(&getting->load.access, cell_text(result, i, 1)) &&
                    !(case_access_is_auditor(&getting->load.access) && call->purpose))
                        continue;
                if (!cell_bytes(result, i, 0, &request))
                        return fault_set(why, FAULT_STORE, "the request of a proposal cannot be read");
                if (!case_load_request(&call->arena, buffer_slice(&request), &step, why))
                        return false;
                for (size_t j = 0; j < step.value_count; j++)
                        getting->is_opening = getting->is_opening || strcmp(step.values[j].value, getting->hex) == 0;
        }
        return true;
}

static void ask_openings(struct snapshot *snapshot, void *closure)
{
        struct getting *getting = closure;
        struct query query;

        case_reads_access_query(&query, getting->load.call->person_id);
        snapshot_ask(snapshot, &query, on_own_access);
        case_reads_openings_query(&query, getting->load.code.subject, OPENINGS_MOST);
        snapshot_ask(snapshot, &query, on_openings);
}

static void get_of_opening(void *closure)
{
        struct getting *getting = closure;
        struct call *call = getting->load.call;
        const struct case_access *access = &getting->load.access;

        /* Of one's own office, or as an auditor of any: the office is asked for with each step. */
        if (case_access_check(call, access, access->count > 0 ? access->offices[0] : "", false))
                give(getting, getting->is_opening);
        else
                call_fail(call);
}

/* Whoever is to confirm that a case be opened reads what it would rest on first. */
static void begin_opening(struct getting *getting, const Qcr__EvidenceGet *message)
{
        static const struct snapshot_story story = {.ask = ask_openings, .done = get_of_opening};
        struct call *call = getting->load.call;
        struct fields fields = call_fields(call);

        fields_code(&fields, "code", &message->code, &getting->load.code);
        case_access_purpose(call, &fields, message->has_purpose, &message->purpose);
        if (fields.failed) {
                call_fail(call);
                return;
        }
        call->code = call_text(call, slice_text(getting->load.code.text));
        snapshot_begin(call, &story, getting);
}

void evidence_get_run(struct call *call)
{
        const Qcr__EvidenceGet *message = call->message->evidence_get;
        struct getting *getting = call_alloc(call, sizeof(*getting));
        struct fields fields = call_fields(call);

        fields_octets(&fields, "sha256", &message->sha256, getting->sha256, sizeof(getting->sha256));
        if (fields.failed) {
                call_fail(call);
                return;
        }
        getting->offset = message->offset;
        hex_encode(getting->sha256, sizeof(getting->sha256), getting->hex);
        getting->load = (struct case_load){.call = call, .done = get, .wants_pending = true};
        if (message->number == 0)
                begin_opening(getting, message);
        else
                case_load_begin(&getting->load, &message->code, message->number, message->has_purpose,
                        &message->purpose);
}
