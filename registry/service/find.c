/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Finding the codes of a name: exact after normalisation, former names included. A help for asking, unsigned:
 * what is said of an enterprise is said by a lookup of its code.
 */
#include "registry/core/name.h"
#include "registry/service/call.h"

#define FOUND_MOST 100u
#define PURPOSE_OCTETS 500u

struct finding {
        struct call *call;
        Qcr__Codes codes;
};

static void take_party(void *closure, const struct view_party *party, bool former)
{
        struct finding *finding = closure;
        Qcr__FoundParty *found = call_alloc(finding->call, sizeof(*found));

        qcr__found_party__init(found);
        found->code = call_data(party->code);
        found->name = call_data(party->name);
        found->former = former;
        /* Texts point into the read transaction, which ends before the reply is encoded. */
        found->code.data = (uint8_t *)(uintptr_t)call_text(finding->call, party->code);
        found->name.data = (uint8_t *)(uintptr_t)call_text(finding->call, party->name);
        finding->codes.party[finding->codes.n_party++] = found;
}

/* Data that is too old may not know that a name has passed to somebody else. */
static bool check_age(struct call *call, const struct view_meta *meta)
{
        const struct service_limits *limits = &call->service->limits;
        uint32_t bound_ms = call->message->has_max_age_ms ? call->message->max_age_ms : limits->stale_ms;

        if (bound_ms > limits->stale_cap_ms)
                bound_ms = limits->stale_cap_ms;
        if (meta->refused)
                return failure_set(&call->failure, RESULT_STORE_MISMATCH, "%s",
                        result_find(RESULT_STORE_MISMATCH)->meaning);
        if (glance_age_ms(meta) > bound_ms)
                return failure_set(&call->failure, RESULT_STALE, "%s", result_find(RESULT_STALE)->meaning);
        if (call->message->has_min_serial && meta->serial < call->message->min_serial)
                return failure_set(&call->failure, RESULT_NOT_CAUGHT_UP, "%s",
                        result_find(RESULT_NOT_CAUGHT_UP)->meaning);
        return true;
}

static bool find(struct finding *finding, struct slice name_norm)
{
        struct call *call = finding->call;
        struct glance *glance = &call->service->glance;
        struct view_meta meta;
        struct fault why;
        bool is_read;

        if (!glance_begin(glance, &why))
                return failure_of_fault(&call->failure, &why);
        is_read = view_meta(glance->view, &meta, &why) &&
                  view_find(glance->view, name_norm, FOUND_MOST, take_party, finding, &why);
        glance_end(glance);
        if (!is_read)
                return failure_of_fault(&call->failure, &why);
        finding->codes.data_as_of_ms = meta.heartbeat_ms;
        return check_age(call, &meta);
}

void find_run(struct call *call)
{
        const Qcr__Find *message = call->message->find;
        struct fields fields = call_fields(call);
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct finding finding = {.call = call, .codes = QCR__CODES__INIT};
        Qcr__Reply reply = QCR__REPLY__INIT;
        const char *name, *purpose;
        enum name_flaw flaw;

        name = fields_text(&fields, "name", &message->name, NAME_MAX_OCTETS);
        purpose =
                fields_optional(&fields, "purpose", message->has_purpose, &message->purpose, PURPOSE_OCTETS);
        call->purpose = *purpose ? purpose : NULL;
        flaw = fields.failed ? NAME_SOUND : name_normalise(slice_text(name), &norm);
        if (flaw != NAME_SOUND)
                fields_refuse(&fields, RESULT_FIELD_INVALID, "name", slice_text(name), name_flaw_word(flaw));
        finding.codes.party = call_alloc(call, FOUND_MOST * sizeof(*finding.codes.party));
        if (fields.failed || !find(&finding, buffer_slice(&norm))) {
                call_fail(call);
                return;
        }
        if (!call_audit(call, finding.codes.n_party ? "found" : "not-found"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_CODES;
        reply.codes = &finding.codes;
        call_reply(call, &reply);
}
