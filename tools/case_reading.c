/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_reading.h"

#include <stdlib.h>

#include "registry/core/case_file.h"
#include "tools/case_text.h"
#include "tools/language.h"

static int fail_peer(struct qcr *qcr, const char *what)
{
        struct failure failure;

        failure_of_trouble(&failure, WIRE_LOST, &(struct fault){.code = FAULT_PEER});
        failure.detail = what;
        return qcr_fail(qcr, &failure);
}

static int ask_page(struct qcr *qcr, const struct case_ref *ref, const char *purpose, bool dossier, uint32_t from_seq,
        struct client_answer *ret)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__CaseShow question = QCR__CASE_SHOW__INIT;

        question.code = client_bytes(ref->code.text);
        question.number = ref->number;
        question.has_purpose = purpose != NULL;
        question.purpose = client_bytes(purpose);
        question.has_dossier = question.dossier = dossier;
        question.has_from_seq = from_seq > 1;
        question.from_seq = from_seq;
        request.operation_case = QCR__REQUEST__OPERATION_CASE_SHOW;
        request.case_show = &question;
        return qcr_ask(qcr, &request, QCR__REPLY__BODY_CASE_FILE, ret);
}

/* False: they do not go on where the ones before ended. */
static bool take_events(struct case_reading *reading, const Qcr__Case *page)
{
        if (reading->event_count + page->n_event > CASE_EVENTS_MAX)
                return false;
        for (size_t i = 0; i < page->n_event; i++) {
                if (page->event[i]->seq != reading->event_count + 1)
                        return false;
                reading->events[reading->event_count++] = page->event[i];
        }
        return true;
}

static int read_pages(struct qcr *qcr, const char *purpose, bool dossier, struct case_reading *reading)
{
        const Qcr__Case *page;

        do {
                size_t before = reading->event_count;
                int status;

                if (reading->page_count == CASE_READING_PAGES)
                        return fail_peer(qcr, "the case has no end");
                status = ask_page(qcr, &reading->ref, purpose, dossier, (uint32_t)before + 1,
                        &reading->pages[reading->page_count]);
                if (status)
                        return status;
                page = reading->pages[reading->page_count++].reply->case_file;
                if (!take_events(reading, page) || (page->truncated && reading->event_count == before))
                        return fail_peer(qcr, "the steps of the case are not numbered one by one");
        } while (page->truncated);
        return 0;
}

int case_reading_load(struct qcr *qcr, const struct case_ref *ref, const char *purpose, bool dossier,
        struct case_reading *ret)
{
        struct document_error error;
        int status;

        *ret = (struct case_reading){.ref = *ref};
        ret->events = must_alloc(CASE_EVENTS_MAX * sizeof(*ret->events));
        status = read_pages(qcr, purpose, dossier, ret);
        if (status)
                return status;
        ret->head = ret->pages[0].reply->case_file;
        if (procedure_parse(client_slice(ret->head->procedure), &ret->procedure, &error) != DOCUMENT_SOUND)
                return fail_peer(qcr, "the procedure of the case cannot be read; this program may be older than it");
        return 0;
}

void case_reading_done(struct case_reading *reading)
{
        for (size_t i = 0; i < reading->page_count; i++)
                client_answer_done(&reading->pages[i]);
        free(reading->events);
        if (reading->procedure)
                procedure_free(reading->procedure);
        *reading = CASE_READING_INIT;
}

void case_reading_cleanup(struct case_reading *reading)
{
        case_reading_done(reading);
}

json_t *case_reading_fields_document(size_t count, Qcr__CaseField *const *fields)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < count; i++) {
                json_t *row = json_object();

                output_set_bytes(row, "field", fields[i]->name);
                output_set_bytes(row, "value", fields[i]->value);
                json_array_append_new(rows, row);
        }
        return rows;
}

json_t *case_reading_event_document(const Qcr__CaseEvent *e)
{
        json_t *d = json_object();

        output_set_number(d, "seq", e->seq);
        output_set_number(d, "serial", e->serial);
        case_text_set_instant(d, "at", e->at_ms);
        output_set_bytes(d, "action", e->action);
        output_set_bytes(d, "state", e->state);
        output_set_bytes(d, "day", e->day);
        json_object_set_new(d, "late", json_boolean(e->late));
        output_set_bytes(d, "proposer", e->proposer);
        output_set_bytes(d, "proposer_name", e->proposer_name);
        output_set_bytes(d, "actor", e->actor);
        output_set_bytes(d, "actor_name", e->actor_name);
        json_object_set_new(d, "fields", case_reading_fields_document(e->n_field, e->field));
        return d;
}

json_t *case_reading_deadline_document(const Qcr__CaseDeadline *deadline)
{
        json_t *d = json_object();

        output_set_bytes(d, "deadline", deadline->word);
        output_set_bytes(d, "day", deadline->day);
        json_object_set_new(d, "provisional", json_boolean(deadline->provisional));
        json_object_set_new(d, "done", json_boolean(deadline->done));
        output_set_bytes(d, "done_on", deadline->done_on);
        json_object_set_new(d, "late", json_boolean(deadline->late));
        output_set_bytes(d, "article", deadline->article);
        return d;
}
