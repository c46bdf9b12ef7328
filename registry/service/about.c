/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a person may ask about themselves and this server: whoami and ping. Both work while the store is away.
 */
#include "registry/service/call.h"
#include "registry/service/clock.h"

void whoami_run(struct call *call)
{
        ProtobufCBinaryData roles[ROLE_COUNT];
        Qcr__Person person = QCR__PERSON__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        person.person = call_data_text(call->person_id);
        person.name = call_data_text(call->person_name);
        person.office = call_data_text(call->office_id);
        person.role = roles;
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (call->roles & (1u << i))
                        roles[person.n_role++] = call_data_text(role_word(1u << i));
        person.certificate_sha256 = call_data(slice_of(call->fingerprint, sizeof(call->fingerprint)));
        person.certificate_until_ms = call->certificate_until_ms;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_PERSON;
        reply.person = &person;
        call_reply(call, &reply);
}

void ping_run(struct call *call)
{
        Qcr__Pong pong = QCR__PONG__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;
        struct view_meta meta;
        struct fault why;

        if (!glance_meta(&call->service->glance, &meta, &why)) {
                call_fail_fault(call, &why);
                return;
        }
        pong.at_ms = clock_now_ms();
        pong.data_as_of_ms = meta.heartbeat_ms;
        pong.serial = meta.serial;
        pong.software = call_data_text(QCR_VERSION);
        pong.schema = meta.schema_version;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_PONG;
        reply.pong = &pong;
        call_reply(call, &reply);
}
