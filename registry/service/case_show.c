/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One case: its events, where it stands, what may be done next and until when; as a dossier (案卷) also every signature
 * and whether each document is still what its hash says. A reply is one frame: a long case comes in pages, each of
 * which says that there is more.
 */
#include "registry/service/case_show.h"

#include <event2/event.h>
#include <string.h>

/* Of a reply, what events and documents may take; the rest of a case is below the difference. */
#define PAGE_OCTETS (FRAME_REPLY_LIMIT - 320u * 1024)
/* Signed requests of one page; certificates and fields, which say the same once more, fit beside them. */
#define PAGE_SIGNED_OCTETS (256u * 1024)
/* Hashed for one page: about a second. An event's documents are never parted. */
#define PAGE_HASHED_OCTETS (256u << 20)
/* Hashed in one turn of the event loop, while every other call of this worker waits. */
#define TURN_OCTETS (4u << 20)
/* A field of a message: its tag and length. */
#define FIELD_OCTETS 8u
/* What steps that wait for a second person may take of a reply; later ones are shown without their fields. */
#define WAITING_OCTETS (96u * 1024)

struct showing {
        struct case_load load;   /* first: its `done` gets back to here */
        bool is_dossier;
        uint32_t from_seq;
        Qcr__Case message;
        struct event *turn;      /* while documents are hashed */
        size_t checked;          /* documents whose state is known */
        uint64_t hashed;
        struct evidence_check check;
        bool is_checking;
};

/* ------------------------------------------------------------------- pieces */

static ProtobufCBinaryData *role_words(struct call *call, uint32_t roles, size_t *ret_count)
{
        ProtobufCBinaryData *words = call_alloc(call, ROLE_COUNT * sizeof(*words));

        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (roles & (1u << i))
                        words[(*ret_count)++] = call_data_text(role_word(1u << i));
        return words;
}

/* The procedure's texts live in the worker's cache: what waits for a later turn has its own. */
static ProtobufCBinaryData copied(struct call *call, const char *text)
{
        return call_data_text(call_text(call, slice_text(text)));
}

Qcr__CaseDeadline *case_show_deadline(struct call *call, const struct case_deadline *deadline)
{
        Qcr__CaseDeadline *shown = call_alloc(call, sizeof(*shown));

        qcr__case_deadline__init(shown);
        shown->word = copied(call, deadline->deadline->word);
        shown->day = case_load_day(call, deadline->day);
        shown->provisional = deadline->is_provisional;
        shown->done = deadline->is_done;
        shown->late = deadline->is_late;
        shown->has_done_on = deadline->is_done && !day_is_none(deadline->done_on);
        if (shown->has_done_on)
                shown->done_on = case_load_day(call, deadline->done_on);
        shown->has_article = *deadline->deadline->article;
        if (shown->has_article)
                shown->article = copied(call, deadline->deadline->article);
        return shown;
}

static Qcr__CaseOption *option_of(struct call *call, const struct case_option *option)
{
        Qcr__CaseOption *shown = call_alloc(call, sizeof(*shown));

        qcr__case_option__init(shown);
        shown->action = copied(call, option->action->word);
        shown->role = role_words(call, option->action->roles, &shown->n_role);
        shown->second_role = role_words(call, option->action->second_roles, &shown->n_second_role);
        shown->refusal = call_data_text(case_refusal_word(option->refusal));
        shown->has_expected = option->expected && *option->expected;
        if (shown->has_expected)
                shown->expected = copied(call, option->expected);
        shown->has_earliest = day_is_valid(option->earliest);
        if (shown->has_earliest)
                shown->earliest = case_load_day(call, option->earliest);
        shown->provisional = option->is_provisional;
        shown->has_article = option->article && *option->article;
        if (shown->has_article)
                shown->article = copied(call, option->article);
        return shown;
}

static void add_prospects(struct showing *showing, const struct case_weighing *weighing)
{
        struct call *call = showing->load.call;
        Qcr__Case *message = &showing->message;
        struct case_option *options = call_alloc(call, PROCEDURE_ACTIONS_MAX * sizeof(*options));
        struct case_deadline *deadlines = call_alloc(call, PROCEDURE_DEADLINES_MAX * sizeof(*deadlines));
        size_t option_count = case_options(&weighing->file, &weighing->rules, options);
        size_t deadline_count = case_deadlines(&weighing->file, &weighing->rules, deadlines);

        message->option = call_alloc(call, option_count * sizeof(*message->option));
        for (size_t i = 0; i < option_count; i++)
                message->option[message->n_option++] = option_of(call, &options[i]);
        message->deadline = call_alloc(call, deadline_count * sizeof(*message->deadline));
        for (size_t i = 0; i < deadline_count; i++)
                message->deadline[message->n_deadline++] = case_show_deadline(call, &deadlines[i]);
}

static void add_listings(struct showing *showing, const struct case_weighing *weighing)
{
        struct call *call = showing->load.call;
        Qcr__Case *message = &showing->message;
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(&weighing->file, listings);
        struct day end = case_term_end(&weighing->file);

        message->listing = call_alloc(call, count * sizeof(*message->listing));
        for (size_t i = 0; i < count; i++) {
                Qcr__CaseListing *shown = call_alloc(call, sizeof(*shown));

                qcr__case_listing__init(shown);
                shown->effect = call_data_text(listing_effect_word(listings[i].effect));
                shown->from = case_load_day(call, listings[i].from);
                shown->has_to = !day_is_none(listings[i].to);
                if (shown->has_to)
                        shown->to = case_load_day(call, listings[i].to);
                shown->published = listings[i].is_published;
                message->listing[message->n_listing++] = shown;
        }
        message->has_term_end = !day_is_none(end);
        if (message->has_term_end)
                message->term_end = case_load_day(call, end);
}

/* ------------------------------------------------------------------ waiting */

static size_t step_octets(const struct case_step *step)
{
        size_t octets = 0;

        for (size_t i = 0; i < step->value_count; i++)
                octets += strlen(step->values[i].name) + strlen(step->values[i].value) + 3 * FIELD_OCTETS;
        return octets;
}

static void add_step(struct call *call, Qcr__Proposal *proposal, const struct case_step *step)
{
        proposal->field = call_alloc(call, step->value_count * sizeof(*proposal->field));
        for (size_t i = 0; i < step->value_count; i++) {
                Qcr__CaseField *field = call_alloc(call, sizeof(*field));

                qcr__case_field__init(field);
                field->name = call_data_text(step->values[i].name);
                field->value = call_data_text(step->values[i].value);
                proposal->field[proposal->n_field++] = field;
        }
}

/* Whoever confirms sees what they put their name to: both lists are by serial, of the same proposals. */
static void add_waiting(struct showing *showing)
{
        struct case_load *load = &showing->load;
        size_t octets = 0;

        showing->message.proposal = load->proposals;
        showing->message.n_proposal = load->proposal_count;
        for (size_t i = 0; i < load->proposal_count && i < load->pending_count; i++) {
                octets += step_octets(&load->pending[i]);
                if (octets > WAITING_OCTETS)
                        return;
                add_step(load->call, load->proposals[i], &load->pending[i]);
        }
}

/* ------------------------------------------------------------------- events */

static Qcr__CaseEvent *event_of(struct showing *showing, size_t index)
{
        struct call *call = showing->load.call;
        const struct case_event *event = &showing->load.events[index];
        const struct case_entry *entry = &showing->load.entries[index];
        Qcr__CaseEvent *shown = call_alloc(call, sizeof(*shown));

        qcr__case_event__init(shown);
        shown->seq = event->seq;
        shown->serial = event->serial;
        shown->at_ms = event->recorded_ms;
        shown->action = call_data_text(event->action);
        shown->state = call_data_text(entry->state);
        shown->day = case_load_day(call, entry->day);
        shown->late = entry->is_late;
        shown->proposer = call_data_text(event->proposer);
        shown->actor = call_data_text(event->actor);
        shown->proposer_name = call_data_text(entry->proposer_name);
        shown->actor_name = call_data_text(entry->actor_name);
        shown->field = call_alloc(call, event->value_count * sizeof(*shown->field));
        for (size_t i = 0; i < event->value_count; i++) {
                Qcr__CaseField *field = call_alloc(call, sizeof(*field));

                qcr__case_field__init(field);
                field->name = call_data_text(event->values[i].name);
                field->value = call_data_text(event->values[i].value);
                shown->field[shown->n_field++] = field;
        }
        shown->step = entry->step;
        shown->confirmation = entry->confirmation;
        return shown;
}

/* The documents an event names; what they take of the reply is added to `octets`. */
static void add_documents(struct showing *showing, const struct procedure *procedure, size_t index, size_t *octets)
{
        struct call *call = showing->load.call;
        const struct case_event *event = &showing->load.events[index];
        Qcr__Case *message = &showing->message;

        for (size_t i = 0; i < event->value_count; i++) {
                Qcr__CaseDocument *document;
                uint8_t *sha256;

                if (!case_load_is_file(procedure, event->action, &event->values[i]))
                        continue;
                sha256 = call_alloc(call, 32);
                if (!hex_decode(event->values[i].value, strlen(event->values[i].value), sha256, 32))
                        continue;
                document = call_alloc(call, sizeof(*document));
                qcr__case_document__init(document);
                document->sha256 = call_data(slice_of(sha256, 32));
                document->seq = event->seq;
                document->field = call_data_text(event->values[i].name);
                document->state = call_data_text(evidence_state_word(EVIDENCE_MISSING)); /* until it is looked at */
                message->document[message->n_document++] = document;
                *octets += qcr__case_document__get_packed_size(document) + 2 * FIELD_OCTETS;
        }
}

/* As many events as one reply carries, at least one. */
static void add_events(struct showing *showing, const struct case_weighing *weighing)
{
        struct case_load *load = &showing->load;
        Qcr__Case *message = &showing->message;
        size_t first = showing->from_seq > 0 ? showing->from_seq - 1 : 0, octets = 0;

        message->event = call_alloc(load->call, load->count * sizeof(*message->event));
        if (showing->is_dossier)
                message->document = call_alloc(load->call, load->count * CASE_VALUES_MAX * sizeof(*message->document));
        for (size_t i = first; i < load->count; i++) {
                size_t documents = message->n_document;
                Qcr__CaseEvent *event = event_of(showing, i);

                octets += qcr__case_event__get_packed_size(event) + FIELD_OCTETS;
                if (showing->is_dossier)
                        add_documents(showing, weighing->file.procedure, i, &octets);
                if (message->n_event > 0 && (octets > PAGE_OCTETS || (showing->is_dossier && !event->step))) {
                        message->n_document = documents;
                        message->truncated = true;
                        return;
                }
                message->event[message->n_event++] = event;
        }
}

/* -------------------------------------------------------------------- reply */

static void answer(struct showing *showing)
{
        Qcr__Reply reply = QCR__REPLY__INIT;

        if (!call_audit(showing->load.call, showing->is_dossier ? "dossier" : "found"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_CASE_FILE;
        reply.case_file = &showing->message;
        call_reply(showing->load.call, &reply);
}

static void stop_checking(struct showing *showing)
{
        evidence_check_done(&showing->check);
        event_free(showing->turn);
}

/* Enough has been hashed for one page: the rest begins with the event whose document is next. */
static bool cut_page(struct showing *showing)
{
        Qcr__Case *message = &showing->message;
        uint32_t seq = message->document[showing->checked]->seq;

        if (showing->hashed + showing->check.octets <= PAGE_HASHED_OCTETS || seq == message->event[0]->seq)
                return false;
        while (message->n_event > 0 && message->event[message->n_event - 1]->seq >= seq)
                message->n_event--;
        while (message->n_document > 0 && message->document[message->n_document - 1]->seq >= seq)
                message->n_document--;
        message->truncated = true;
        return true;
}

/* One slice of the documents. `*ret_over`: all states are known, or the page is full. */
static bool check_slice(struct showing *showing, bool *ret_over, struct fault *why)
{
        Qcr__Case *message = &showing->message;
        Qcr__CaseDocument *document;
        bool is_known;

        *ret_over = showing->checked == message->n_document;
        if (*ret_over)
                return true;
        document = message->document[showing->checked];
        if (!showing->is_checking) {
                if (!evidence_check_begin(showing->load.call->service->evidence, document->sha256.data,
                            &showing->check, why))
                        return false;
                showing->is_checking = true;
                *ret_over = cut_page(showing);
                if (*ret_over)
                        return true;
        }
        if (!evidence_check_more(&showing->check, TURN_OCTETS, &is_known, why))
                return false;
        if (is_known) {
                document->state = call_data_text(evidence_state_word(showing->check.state));
                document->octets = showing->check.octets;
                showing->hashed += showing->check.octets;
                showing->checked++;
                showing->is_checking = false;
        }
        return true;
}

static void on_turn(evutil_socket_t fd, short what, void *closure)
{
        static const struct timeval at_once = {0, 0};
        struct showing *showing = closure;
        struct fault why;
        bool is_over;

        (void)fd, (void)what;
        if (!check_slice(showing, &is_over, &why)) {
                stop_checking(showing);
                call_fail_fault(showing->load.call, &why);
        } else if (is_over) {
                stop_checking(showing);
                answer(showing);
        } else {
                evtimer_add(showing->turn, &at_once);
        }
}

static void begin_checking(struct showing *showing)
{
        showing->check.fd = -1;
        showing->turn = evtimer_new(showing->load.call->service->base, on_turn, showing);
        on_turn(-1, 0, showing);
}

/* Texts of the case's events are the call's own; what comes from the procedure is copied. */
static void show(struct case_load *load)
{
        struct showing *showing = (struct showing *)load;
        Qcr__Case *message = &showing->message;
        struct case_weighing weighing;

        if (!case_load_file(load, &weighing))
                return;
        qcr__case__init(message);
        message->code = call_data_text(load->call->code);
        message->name = call_data_text(load->name);
        message->number = load->number;
        message->procedure = call_data(load->procedure);
        message->office = call_data_text(load->office);
        message->opener = call_data_text(load->opener);
        message->state = copied(load->call, case_state_word(&weighing.file));
        add_waiting(showing);
        add_prospects(showing, &weighing);
        add_listings(showing, &weighing);
        add_events(showing, &weighing);
        if (showing->is_dossier)
                begin_checking(showing);
        else
                answer(showing);
}

void case_show_run(struct call *call)
{
        const Qcr__CaseShow *message = call->message->case_show;
        struct showing *showing = call_alloc(call, sizeof(*showing));

        showing->is_dossier = message->has_dossier && message->dossier;
        showing->from_seq = message->has_from_seq ? message->from_seq : 0;
        showing->load = (struct case_load){.call = call, .done = show, .wants_proposals = true, .wants_pending = true};
        if (showing->is_dossier) {
                showing->load.signatures_from = showing->from_seq > 0 ? showing->from_seq : 1;
                showing->load.signatures_octets = PAGE_SIGNED_OCTETS;
        }
        case_load_begin(&showing->load, &message->code, message->number, message->has_purpose, &message->purpose);
}
