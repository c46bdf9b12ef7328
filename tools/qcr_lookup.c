/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `qcr lookup`: signed answers, verified before anything of them is shown. Many codes are asked at once and
 * answered in the order they were given; a row that cannot be answered is a row that says so.
 */
#include "tools/qcr.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/result.h"
#include "tools/answer.h"
#include "tools/input.h"
#include "tools/language.h"
#include "tools/show.h"

#define MAX_AGE_SECONDS 86400u /* the registry has a lower cap of its own */

struct lookup_flags {
        const char *purpose;
        const char *receipt;
        const char *suite;
        const char *max_age;
        const char *min_serial;
        const char *as_of;
        const char *known_at;
};

enum slot_state {
        SLOT_FLAWED,   /* not a code: never asked */
        SLOT_WAITING,
        SLOT_ANSWERED,
        SLOT_TROUBLED, /* the connection ended without an answer */
};

struct slot {
        enum slot_state state;
        struct buffer input;
        struct org_code code;
        struct org_code_report report;
        uint64_t id;
        struct client_answer answer;
};

struct lookup {
        struct qcr *qcr;
        const struct lookup_flags *flags;
        struct proof proof;
        Qcr__Request request;
        Qcr__Lookup question;
        bool rows;            /* several codes, or a stream */
        struct slot *slots;   /* a ring, in the order of the codes */
        size_t limit, first, count;
        unsigned long number; /* of rows shown */
        enum wire_trouble trouble; /* ended all asking */
        struct fault why;
        int status;           /* of the only row */
        bool all_clear;
};

/* ------------------------------------------------------------------- showing */

/* Before the answer is shown, so that none is whose proof was lost. */
static bool keep_receipt(
        struct lookup *l, const struct slot *slot, struct buffer *ret_file, struct failure *ret)
{
        struct fault why;

        if (!l->flags->receipt)
                return true;
        if (l->rows)
                buffer_add_format(
                        ret_file, "%s/%06lu-%s.receipt", l->flags->receipt, l->number, slot->code.text);
        else
                buffer_add_text(ret_file, l->flags->receipt);
        if (proof_save(&slot->answer, buffer_text(ret_file), !l->rows, &why))
                return true;
        failure_of_fault(ret, EXIT_GENERAL, "receipt-not-written",
                N_("the receipt cannot be written, so the answer is not shown"), &why);
        return false;
}

/* Is it the day and the knowledge that were asked for? */
static bool is_asked(const struct lookup *l, const struct statement *s)
{
        const Qcr__Lookup *q = &l->question;
        bool is_past = q->has_as_of || q->has_known_at_ms || q->has_known_serial;
        char day[DAY_TEXT];

        day_format(s->as_of, day);
        return s->kind == (is_past ? STATEMENT_AS_OF : STATEMENT_CURRENT) &&
               (!q->has_as_of || slice_equal(client_slice(q->as_of), slice_text(day))) &&
               (!q->has_known_at_ms || s->known_at_ms == q->known_at_ms) &&
               (!q->has_known_serial || s->serial == q->known_serial);
}

/* False: `ret` says why there is no answer. */
static bool judge(struct lookup *l, const struct slot *slot, struct proved *ret_proved,
        struct buffer *ret_file, struct failure *ret)
{
        const char *refusal;

        switch (slot->state) {
        case SLOT_FLAWED:
                failure_of_code(ret, buffer_slice(&slot->input), &slot->report);
                return false;
        case SLOT_TROUBLED:
                failure_of_trouble(ret, l->trouble, &l->why);
                return false;
        case SLOT_WAITING:
        case SLOT_ANSWERED:
                break;
        }
        if (slot->answer.failure) {
                failure_of_answer(ret, &slot->answer);
                return false;
        }
        refusal = proof_of_answer(
                &l->proof, &slot->answer, client_origin(l->qcr->client), &slot->code, ret_proved);
        if (refusal) {
                failure_of_evidence(ret, refusal);
                ret->next = N_("do not rely on this server; tell the registry's operator");
                ret->request_id = slot->answer.request_id;
                return false;
        }
        refusal = is_asked(l, &ret_proved->verdict.statement) ? NULL : "question";
        if (refusal) {
                failure_of_evidence(ret, refusal);
                ret->next = N_("do not rely on this server; tell the registry's operator");
                return false;
        }
        return keep_receipt(l, slot, ret_file, ret);
}

static void show_answer(
        struct lookup *l, const struct slot *slot, const struct proved *proved, const char *receipt)
{
        struct output *output = &l->qcr->output;
        json_t *d;

        if (output->mode == OUTPUT_TEXT && l->rows) {
                answer_print_row(proved, l->qcr->colours);
                return;
        }
        if (output->mode == OUTPUT_TEXT) {
                if (slot->report.warnings & ORG_CODE_NORMALISED)
                        fprintf(stderr, _("qcr: read as %s\n"), slot->code.text);
                answer_print(proved, receipt, l->qcr->colours);
                return;
        }
        d = answer_document(proved);
        json_object_set_new(d, "input", output_string(buffer_slice(&slot->input)));
        output_set_text(d, "receipt", receipt);
        output_set_number(d, "request_id", slot->answer.request_id);
        output_set_bytes(d, "server", slot->answer.reply->server);
        output_document(output, d);
}

static void show_failure(struct lookup *l, const struct slot *slot, const struct failure *failure)
{
        struct output *output = &l->qcr->output;
        json_t *d;

        if (output->mode == OUTPUT_TEXT && l->rows) {
                answer_print_no_answer(
                        buffer_slice(&slot->input), failure->headline, failure->reason, l->qcr->colours);
                return;
        }
        if (output->mode == OUTPUT_TEXT) {
                failure_print(failure, l->qcr->error_colours);
                return;
        }
        d = failure_document(failure);
        json_object_set_new(d, "code", output_string(buffer_slice(&slot->input)));
        json_object_set_new(d, "input", output_string(buffer_slice(&slot->input)));
        output_set_text(d, "flaw", slot->state == SLOT_FLAWED ? org_code_flaw_word(slot->report.flaw) : NULL);
        json_object_set_new(d, "receipt", json_null());
        output_document(output, d);
}

static void show(struct lookup *l, const struct slot *slot)
{
        CLEANUP(buffer) struct buffer file = BUFFER_INIT;
        struct proved proved;
        struct failure failure;

        l->number++;
        if (judge(l, slot, &proved, &file, &failure)) {
                show_answer(l, slot, &proved, l->flags->receipt ? buffer_text(&file) : NULL);
                l->status = answer_exit(&proved.verdict.statement);
        } else {
                show_failure(l, slot, &failure);
                l->status = failure.exit_status;
                failure_done(&failure);
        }
        if (l->status != EXIT_ANSWERED)
                l->all_clear = false;
}

static void slot_done(struct slot *slot)
{
        buffer_done(&slot->input);
        client_answer_done(&slot->answer);
}

/* Shows, in order, what is known at the front. */
static void show_front(struct lookup *l)
{
        while (l->count && l->slots[l->first].state != SLOT_WAITING) {
                struct slot *slot = &l->slots[l->first];

                show(l, slot);
                slot_done(slot);
                l->first = (l->first + 1) % l->limit;
                l->count--;
        }
}

/* -------------------------------------------------------------------- asking */

static void end_asking(struct lookup *l, enum wire_trouble trouble)
{
        l->trouble = trouble;
        for (size_t i = 0; i < l->count; i++) {
                struct slot *slot = &l->slots[(l->first + i) % l->limit];

                if (slot->state == SLOT_WAITING)
                        slot->state = SLOT_TROUBLED;
        }
}

static enum wire_trouble ensure_client(struct lookup *l)
{
        if (l->qcr->client)
                return WIRE_FINE;
        return client_open(&l->qcr->client, &l->qcr->wire, &l->why);
}

static void ask(struct lookup *l, struct slot *slot)
{
        enum wire_trouble trouble = l->trouble ? l->trouble : ensure_client(l);

        slot->state = trouble ? SLOT_TROUBLED : SLOT_WAITING;
        if (!trouble) {
                l->question.code = client_bytes(slot->code.text);
                if (!client_send(l->qcr->client, &l->request, &slot->id, &l->why))
                        trouble = WIRE_CONFIG;
        }
        if (trouble)
                end_asking(l, trouble);
}

static void add(struct lookup *l, struct slice text)
{
        struct slot *slot = &l->slots[(l->first + l->count++) % l->limit];

        *slot = (struct slot){0};
        buffer_add_slice(&slot->input, text);
        if (org_code_parse(text, &slot->code, &slot->report) == ORG_CODE_SOUND)
                ask(l, slot);
        else
                slot->state = SLOT_FLAWED;
}

static void take_answer(struct lookup *l)
{
        struct client_answer answer;
        enum wire_trouble trouble = client_receive(l->qcr->client, &answer, &l->why);

        if (trouble) {
                end_asking(l, trouble);
                return;
        }
        for (size_t i = 0; i < l->count; i++) {
                struct slot *slot = &l->slots[(l->first + i) % l->limit];

                if (slot->state == SLOT_WAITING && slot->id == answer.request_id) {
                        slot->answer = answer;
                        slot->state = SLOT_ANSWERED;
                        return;
                }
        }
        client_answer_done(&answer);
}

static bool has_room(const struct lookup *l)
{
        if (l->count == l->limit)
                return false;
        return !l->qcr->client || client_open_calls(l->qcr->client) < client_open_calls_limit(l->qcr->client);
}

/* Keeps as many questions open as the registry allows; never waits for a typist while an answer is due. */
static void run_all(struct lookup *l, struct input *input, struct fault *why)
{
        bool more = true;

        while (!output_is_broken() && (more || l->count)) {
                struct slice text;

                while (more && has_room(l) && (l->count == 0 || input_is_ready(input))) {
                        more = input_next(input, &text, why);
                        if (more)
                                add(l, text);
                        show_front(l);
                }
                if (l->count)
                        take_answer(l);
                show_front(l);
        }
}

/* --------------------------------------------------------------------- flags */

static bool read_number(const char *text, uint64_t most, uint64_t *ret)
{
        return number_parse(slice_text(text), ret) && *ret <= most;
}

/* The end of a legal day, or now when it has not ended; an instant; a ledger serial. */
static bool read_known_at(const char *text, Qcr__Lookup *to)
{
        struct slice s = slice_text(text);
        int64_t now_ms = qcr_now_ms();
        struct day day;

        if (number_parse(s, &to->known_serial)) {
                to->has_known_serial = true;
                return to->known_serial > 0;
        }
        to->has_known_at_ms = true;
        if (!day_parse(s, &day))
                return qcr_read_instant(text, &to->known_at_ms);
        to->known_at_ms = instant_of_day(day_add(day, 1)) - 1;
        if (to->known_at_ms > now_ms && day_compare(day, day_of_instant(now_ms)) == 0)
                to->has_known_at_ms = false; /* the registry's now */
        return true;
}

static int prepare_past(struct lookup *l)
{
        const struct lookup_flags *f = l->flags;
        struct day day;

        if (f->as_of) {
                if (!day_parse(slice_text(f->as_of), &day))
                        return qcr_usage(l->qcr, "--as-of '%s': a day, 2026-11-26", f->as_of);
                l->question.has_as_of = true;
                l->question.as_of = client_bytes(f->as_of);
        }
        if (f->known_at && !read_known_at(f->known_at, &l->question))
                return qcr_usage(l->qcr, "--known-at '%s': a day, an instant (2026-11-26T01:02:03Z) or a ledger serial",
                        f->known_at);
        return 0;
}

static int prepare(struct lookup *l)
{
        const struct lookup_flags *f = l->flags;
        struct qcr *qcr = l->qcr;
        enum suite suite;
        uint64_t seconds;
        struct fault why;
        int status;

        qcr__request__init(&l->request);
        qcr__lookup__init(&l->question);
        l->request.operation_case = QCR__REQUEST__OPERATION_LOOKUP;
        l->request.lookup = &l->question;
        if (f->purpose) {
                l->question.has_purpose = true;
                l->question.purpose = client_bytes(f->purpose);
        }
        if (f->suite) {
                if (!suite_parse(slice_text(f->suite), &suite))
                        return qcr_usage(qcr, "--suite '%s': ed25519-sha256 or sm2-sm3", f->suite);
                l->request.has_suite = true;
                l->request.suite = client_bytes(f->suite);
        }
        if (f->max_age) {
                if (!read_number(f->max_age, MAX_AGE_SECONDS, &seconds) || seconds == 0)
                        return qcr_usage(qcr, "--max-age '%s': 1 to %u seconds", f->max_age, MAX_AGE_SECONDS);
                l->request.has_max_age_ms = true;
                l->request.max_age_ms = (uint32_t)seconds * 1000;
        }
        if (f->min_serial) {
                if (!read_number(f->min_serial, INT64_MAX, &l->request.min_serial))
                        return qcr_usage(qcr, "--min-serial '%s': a serial of the ledger", f->min_serial);
                l->request.has_min_serial = true;
        }
        status = prepare_past(l);
        if (status)
                return status;
        if (!options_wire(&qcr->options, &qcr->wire, &why))
                return qcr_usage(qcr, "%s", why.text);
        if (l->rows && f->receipt && mkdir(f->receipt, 0700) < 0 && errno != EEXIST)
                return qcr_usage(qcr, "--receipt %s: %s", f->receipt, strerror(errno));
        return 0;
}

static int open_proof(struct lookup *l)
{
        struct failure failure;
        struct fault why;

        if (proof_init(&l->proof, l->qcr->wire.ca_file, &why))
                return 0;
        failure_of_trouble(&failure, WIRE_CONFIG, &why);
        return qcr_fail(l->qcr, &failure);
}

/* Room for as many rows as may be in flight at all; the greeting may allow fewer. */
#define SLOTS 1024u

static int run_lookup(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(input) struct input input;
        struct lookup l = {.qcr = qcr, .flags = flags, .limit = SLOTS, .all_clear = true};
        struct fault why = {0};
        int status;

        input_init(&input, count, operands);
        l.rows = count > 1 || input.is_stream;
        status = prepare(&l);
        if (!status)
                status = open_proof(&l);
        if (status)
                return status;
        l.slots = must_alloc(l.limit * sizeof(*l.slots));
        if (l.rows)
                output_begin_rows(&qcr->output);
        run_all(&l, &input, &why);
        if (l.rows && l.flags->receipt && !why.code && !proof_settle(l.flags->receipt, &why))
                l.all_clear = false;
        if (l.rows)
                output_end_rows(&qcr->output);
        while (l.count--) {
                slot_done(&l.slots[l.first]);
                l.first = (l.first + 1) % l.limit;
        }
        free(l.slots);
        proof_done(&l.proof);
        if (why.code) {
                fprintf(stderr, "qcr: %s\n", why.text);
                return EXIT_GENERAL;
        }
        if (!l.rows)
                return l.status;
        return l.all_clear ? EXIT_ANSWERED : EXIT_SOME_ROWS;
}

static const struct flag lookup_flags[] = {
        {"purpose", FLAG_TEXT, offsetof(struct lookup_flags, purpose), "TEXT",
                N_("why you ask; it goes into the read audit and, hashed, into the answer")},
        {"receipt", FLAG_TEXT, offsetof(struct lookup_flags, receipt), "FILE",
                N_("keep the proof here; for several codes a folder, one file each")},
        {"suite", FLAG_TEXT, offsetof(struct lookup_flags, suite), "SUITE",
                N_("signature wanted: ed25519-sha256")},
        {"max-age", FLAG_TEXT, offsetof(struct lookup_flags, max_age), "SECONDS",
                N_("how old the registry's data may be (the registry has a cap)")},
        {"min-serial", FLAG_TEXT, offsetof(struct lookup_flags, min_serial), "SERIAL",
                N_("answer from data that includes this ledger serial, or not at all")},
        {"as-of", FLAG_TEXT, offsetof(struct lookup_flags, as_of), "DAY", N_("how it stood on this day")},
        {"known-at", FLAG_TEXT, offsetof(struct lookup_flags, known_at), "TIME",
                N_("by what was known at the end of a day, at an instant, or at a ledger serial")},
        FLAGS_JSON,
        FLAGS_JSONL,
        FLAGS_END,
};

const struct command lookup_commands[] = {
        {"lookup", run_lookup, "CODE...|-", 1, OPERANDS_ANY, lookup_flags,
                N_("asks for an enterprise's grade and whether it is listed; shows what is verified"),
                "  qcr lookup 91510823141777630N --purpose 'routine inspection' --receipt answer.receipt\n"
                "  qcr lookup --jsonl - < codes.txt > answers.jsonl\n"
                "  qcr --as officer lookup 14177763-0 --json\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
