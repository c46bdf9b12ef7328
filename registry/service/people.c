/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/people.h"

#include <stdio.h>
#include <string.h>

#include "registry/core/founding.h"
#include "registry/store/persons.h"
#include "registry/view/deputy_entry.h"

#define REASON_OCTETS 1000u
#define WORD_OCTETS 32u
#define ADMINS_LEAST 2u /* one who proposes, one who approves */
#define DEPUTY_DAYS_MOST 366

/* ------------------------------------------------------------------ fields */

static uint32_t read_role(struct fields *fields, const ProtobufCBinaryData *data)
{
        const char *word = fields_text(fields, "role", data, WORD_OCTETS);
        uint32_t role = 0;

        if (!fields->failed && !role_parse(word, &role))
                fields_refuse(fields, RESULT_FIELD_INVALID, "role", slice_text(word), "not a role");
        return role;
}

static void read_certificate(struct fields *fields, struct call *call, const ProtobufCBinaryData *data,
        struct people_change *change)
{
        enum person_certificate_flaw flaw;

        if (fields->failed)
                return;
        change->der = slice_of(data->data, data->len);
        flaw = person_certificate_read(change->der, change->person_id, call->now_ms, &change->certificate);
        if (flaw != PERSON_CERTIFICATE_SOUND)
                fields_refuse(fields, RESULT_FIELD_INVALID, "certificate", slice_of(NULL, 0),
                        person_certificate_flaw_text(flaw));
}

static void read_office(struct fields *fields, const Qcr__OfficeAdd *message, struct people_change *ret)
{
        struct org_code code;

        ret->kind = PROPOSAL_OFFICE_ADD;
        ret->office_id = fields_id(fields, "office_id", &message->office_id);
        ret->name = fields_name(fields, "name", &message->name);
        fields_code(fields, "code", &message->code, &code);
        ret->code = fields->failed ? "" : arena_text(fields->arena, slice_text(code.text));
}

static void read_person(struct fields *fields, struct call *call, const Qcr__PersonAdd *message,
        struct people_change *ret)
{
        ret->kind = PROPOSAL_PERSON_ADD;
        ret->person_id = fields_id(fields, "person_id", &message->person_id);
        ret->office_id = fields_id(fields, "office_id", &message->office_id);
        ret->name = fields_name(fields, "name", &message->name);
        if (message->n_role == 0)
                fields_refuse(
                        fields, RESULT_FIELD_MISSING, "role", slice_of(NULL, 0), "a person has at least one");
        for (size_t i = 0; i < message->n_role && !fields->failed; i++) {
                uint32_t role = read_role(fields, &message->role[i]);

                if (ret->roles & role)
                        fields_refuse(fields, RESULT_FIELD_INVALID, "role",
                                slice_of(message->role[i].data, message->role[i].len), "there twice");
                ret->roles |= role;
        }
        read_certificate(fields, call, &message->certificate, ret);
}

static void read_revocation(struct fields *fields, struct call *call, const Qcr__CertificateRevoke *message,
        struct people_change *ret)
{
        ret->kind = PROPOSAL_CERTIFICATE_REVOKE;
        fields_octets(fields, "fingerprint", &message->fingerprint, ret->certificate.fingerprint,
                sizeof(ret->certificate.fingerprint));
        ret->reason = fields_text(fields, "reason", &message->reason, REASON_OCTETS);
        ret->since_ms = message->has_since_ms ? message->since_ms : call->now_ms;
        if (!instant_is_valid(ret->since_ms) || ret->since_ms > call->now_ms)
                fields_refuse(fields, RESULT_FIELD_INVALID, "since_ms", slice_of(NULL, 0),
                        "not an instant before now");
}

static void read_deputy_days(struct fields *fields, struct call *call, const Qcr__DeputySet *message,
        struct people_change *ret)
{
        struct slice to = slice_of(message->to.data, message->to.len);

        ret->from = fields_day(fields, "from", &message->from);
        ret->to = fields_day(fields, "to", &message->to);
        if (fields->failed)
                return;
        if (day_is_before(ret->to, ret->from))
                fields_refuse(fields, RESULT_FIELD_INVALID, "to", to, "before the first day");
        else if (ret->to.number - ret->from.number >= DEPUTY_DAYS_MOST)
                fields_refuse(fields, RESULT_FIELD_INVALID, "to", to, "more than 366 days");
        else if (message->grant && day_is_before(ret->to, call->today))
                fields_refuse(fields, RESULT_FIELD_INVALID, "to", to, "before today");
}

static void read_deputy(struct fields *fields, struct call *call, const Qcr__DeputySet *message,
        struct people_change *ret)
{
        ret->kind = message->grant ? PROPOSAL_DEPUTY_SET : PROPOSAL_DEPUTY_END;
        ret->person_id = fields_id(fields, "person_id", &message->person_id);
        ret->deputy_id = fields_id(fields, "deputy_id", &message->deputy_id);
        if (!fields->failed && strcmp(ret->person_id, ret->deputy_id) == 0)
                fields_refuse(fields, RESULT_FIELD_INVALID, "deputy_id", slice_text(ret->deputy_id),
                        "nobody is their own deputy");
        read_deputy_days(fields, call, message, ret);
}

bool people_read(struct call *call, const Qcr__Request *message, struct people_change *ret)
{
        struct fields fields = call_fields(call);

        *ret = (struct people_change){0};
        switch (message->operation_case) {
        case QCR__REQUEST__OPERATION_OFFICE_ADD:
                read_office(&fields, message->office_add, ret);
                break;
        case QCR__REQUEST__OPERATION_PERSON_ADD:
                read_person(&fields, call, message->person_add, ret);
                break;
        case QCR__REQUEST__OPERATION_ROLE_CHANGE:
                ret->kind = message->role_change->grant ? PROPOSAL_ROLE_GRANT : PROPOSAL_ROLE_END;
                ret->person_id = fields_id(&fields, "person_id", &message->role_change->person_id);
                ret->roles = read_role(&fields, &message->role_change->role);
                break;
        case QCR__REQUEST__OPERATION_CERTIFICATE_ADD:
                ret->kind = PROPOSAL_CERTIFICATE_ADD;
                ret->person_id = fields_id(&fields, "person_id", &message->certificate_add->person_id);
                read_certificate(&fields, call, &message->certificate_add->certificate, ret);
                break;
        case QCR__REQUEST__OPERATION_CERTIFICATE_REVOKE:
                read_revocation(&fields, call, message->certificate_revoke, ret);
                break;
        case QCR__REQUEST__OPERATION_DEPUTY_SET:
                read_deputy(&fields, call, message->deputy_set, ret);
                break;
        default:
                return failure_set(&call->failure, RESULT_OPERATION_UNKNOWN, "not about persons");
        }
        return !fields.failed;
}

/* ----------------------------------------------------------------- loading */

static struct people_change *change_of(struct writing *writing)
{
        return writing->people;
}

static void on_exists(struct writing *writing, const PGresult *result)
{
        change_of(writing)->has_office = cell_bool(result, 0, 0);
        change_of(writing)->has_person = cell_bool(result, 0, 1);
}

static void on_person(struct writing *writing, const PGresult *result)
{
        if (PQntuples(result) == 1)
                change_of(writing)->person_version = (uint64_t)cell_number(result, 0, 0);
}

static void on_held(struct writing *writing, const PGresult *result)
{
        struct people_change *change = change_of(writing);

        for (int i = 0; i < PQntuples(result); i++) {
                uint32_t role;

                if (!role_parse(cell_text(result, i, 0), &role))
                        continue;
                change->held |= role;
                if (role == change->roles)
                        change->grant_serial = (uint64_t)cell_number(result, i, 1);
        }
}

static void on_certificate(struct writing *writing, const PGresult *result)
{
        struct people_change *change = change_of(writing);

        change->has_certificate = PQntuples(result) == 1;
        if (!change->has_certificate)
                return;
        change->is_revoked = cell_bool(result, 0, 1);
        if (change->kind == PROPOSAL_CERTIFICATE_REVOKE)
                change->person_id = call_text(writing->call, slice_text(cell_text(result, 0, 0)));
}

static void on_admins(struct writing *writing, const PGresult *result)
{
        change_of(writing)->admins_left = (uint64_t)cell_number(result, 0, 0);
}

static void on_deputy(struct writing *writing, const PGresult *result)
{
        if (PQntuples(result) == 1)
                change_of(writing)->deputy_version = (uint64_t)cell_number(result, 0, 0);
}

static void on_grant(struct writing *writing, const PGresult *result)
{
        change_of(writing)->grant_serial = (uint64_t)cell_number(result, 0, 0);
        change_of(writing)->deputy_times = (uint64_t)cell_number(result, 0, 1);
}

/* The deputy's row is locked like that of a person whose roles change: it is what they may do that does. */
static void load_deputy(struct writing *writing, const struct people_change *change, bool is_effective)
{
        struct query query;

        persons_lock_query(&query, change->deputy_id, is_effective);
        writing_send(writing, &query, on_deputy);
        persons_deputy_query(&query, change->person_id, change->deputy_id, writing->call->today);
        writing_send(writing, &query, on_grant);
}

static bool may_cost_an_admin(const struct people_change *change)
{
        return (change->kind == PROPOSAL_ROLE_END && change->roles == ROLE_ADMIN) ||
               change->kind == PROPOSAL_CERTIFICATE_REVOKE;
}

static void load_person(struct writing *writing, const struct people_change *change, bool is_effective)
{
        struct query query;

        persons_lock_query(&query, change->person_id, is_effective);
        writing_send(writing, &query, on_person);
        persons_roles_query(&query, change->person_id);
        writing_send(writing, &query, on_held);
}

void people_load(struct writing *writing, struct people_change *change, bool is_effective)
{
        struct query query;

        writing->people = change;
        if (may_cost_an_admin(change)) {
                /*
                 * Two administrators ended at the same time would each be counted as the other's remainder.
                 */
                if (is_effective) {
                        persons_lock_admins_query(&query);
                        writing_send(writing, &query, NULL);
                }
                persons_admins_query(&query, change->kind == PROPOSAL_ROLE_END ? change->person_id : NULL,
                        change->kind == PROPOSAL_ROLE_END ? NULL : change->certificate.fingerprint);
                writing_send(writing, &query, on_admins);
        }
        persons_exists_query(&query, change->office_id, change->person_id);
        writing_send(writing, &query, on_exists);
        if (change->kind == PROPOSAL_PERSON_ADD || change->kind == PROPOSAL_CERTIFICATE_ADD ||
                change->kind == PROPOSAL_CERTIFICATE_REVOKE) {
                persons_certificate_owner_query(&query, change->certificate.fingerprint);
                writing_send(writing, &query, on_certificate);
        }
        if (change->person_id)
                load_person(writing, change, is_effective);
        if (change->deputy_id)
                load_deputy(writing, change, is_effective);
}

/* Whose certificate is to be revoked is known only now. */
bool people_load_more(struct writing *writing, struct people_change *change, bool is_effective)
{
        if (change->kind != PROPOSAL_CERTIFICATE_REVOKE || !change->person_id || change->person_version)
                return false;
        load_person(writing, change, is_effective);
        return true;
}

/* ------------------------------------------------------------------- rules */

static bool refuse(struct writing *writing, enum result_code code, const char *field, const char *text)
{
        return failure_set_field(
                &writing->call->failure, code, field, slice_of(NULL, 0), "%s: %s", field, text);
}

static bool keeps_admins(struct writing *writing, const struct people_change *change)
{
        if (!may_cost_an_admin(change) || change->admins_left >= ADMINS_LEAST)
                return true;
        return refuse(writing, RESULT_LAST_ADMIN, "person_id",
                "two persons who administer the registry must remain");
}

static bool decide_deputy(struct writing *writing, const struct people_change *change)
{
        if (!change->has_person)
                return refuse(writing, RESULT_NOT_THERE, "person_id", "there is none");
        if (!change->deputy_version)
                return refuse(writing, RESULT_NOT_THERE, "deputy_id", "there is none");
        if (change->kind == PROPOSAL_DEPUTY_END)
                return change->grant_serial || refuse(writing, RESULT_NOT_THERE, "deputy_id", "is not their deputy");
        if (change->grant_serial)
                return refuse(writing, RESULT_ALREADY_THERE, "deputy_id", "is their deputy already, or will be");
        return change->deputy_times < VIEW_DEPUTY_MAX ||
               refuse(writing, RESULT_ALREADY_THERE, "deputy_id", "stands in for as many as may be");
}

bool people_decide(struct writing *writing, const struct people_change *change)
{
        switch (change->kind) {
        case PROPOSAL_OFFICE_ADD:
                return !change->has_office ||
                       refuse(writing, RESULT_ALREADY_THERE, "office_id", "there is one");
        case PROPOSAL_PERSON_ADD:
                if (change->has_person)
                        return refuse(writing, RESULT_ALREADY_THERE, "person_id", "there is one");
                if (!change->has_office)
                        return refuse(writing, RESULT_NOT_THERE, "office_id", "there is none");
                return !change->has_certificate ||
                       refuse(writing, RESULT_ALREADY_THERE, "certificate", "it is somebody's already");
        case PROPOSAL_ROLE_GRANT:
                if (!change->has_person)
                        return refuse(writing, RESULT_NOT_THERE, "person_id", "there is none");
                return !(change->held & change->roles) ||
                       refuse(writing, RESULT_ALREADY_THERE, "role", "the person has it");
        case PROPOSAL_ROLE_END:
                if (!change->has_person)
                        return refuse(writing, RESULT_NOT_THERE, "person_id", "there is none");
                if (!(change->held & change->roles))
                        return refuse(writing, RESULT_NOT_THERE, "role", "the person does not have it");
                return keeps_admins(writing, change);
        case PROPOSAL_CERTIFICATE_ADD:
                if (!change->has_person)
                        return refuse(writing, RESULT_NOT_THERE, "person_id", "there is none");
                return !change->has_certificate ||
                       refuse(writing, RESULT_ALREADY_THERE, "certificate", "it is somebody's already");
        case PROPOSAL_CERTIFICATE_REVOKE:
                if (!change->has_certificate)
                        return refuse(
                                writing, RESULT_NOT_THERE, "fingerprint", "there is no such certificate");
                if (change->is_revoked)
                        return refuse(writing, RESULT_ALREADY_THERE, "fingerprint", "it has been revoked");
                return !(change->held & ROLE_ADMIN) || keeps_admins(writing, change);
        case PROPOSAL_DEPUTY_SET:
        case PROPOSAL_DEPUTY_END:
                return decide_deputy(writing, change);
        case PROPOSAL_RECORD_WITHDRAW:
        case PROPOSAL_RECORD_CORRECT:
        case PROPOSAL_HELD_ACCEPT:
        case PROPOSAL_CASE_STEP:
        case PROPOSAL_RULE_ADD:
        case PROPOSAL_RECORD_REPAIR:
        case PROPOSAL_POLICY_ACTIVATE:
                break;
        }
        return refuse(writing, RESULT_FIELD_INVALID, "kind", "not about persons");
}

/* ------------------------------------------------------------------ saving */

static void raise_version(struct writing *writing, const struct people_change *change)
{
        struct query query;

        persons_raise_version(&query, change->person_id, change->person_version);
        writing_send_one(writing, &query);
}

static void save_roles(struct writing *writing, const struct people_change *change)
{
        struct query query;

        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (change->roles & (1u << i)) {
                        persons_role_insert(&query, change->person_id, role_word(1u << i), writing->serial);
                        writing_send_one(writing, &query);
                }
}

static void save_certificate(struct writing *writing, const struct people_change *change)
{
        struct query query;

        persons_certificate_insert(&query, change->person_id, change->certificate.fingerprint, change->der,
                change->certificate.not_before_ms, change->certificate.not_after_ms, writing->serial);
        writing_send_one(writing, &query);
}

static void save_deputy(struct writing *writing, const struct people_change *change)
{
        struct query query;

        if (change->kind == PROPOSAL_DEPUTY_SET)
                persons_deputy_insert(
                        &query, change->person_id, change->deputy_id, change->from, change->to, writing->serial);
        else
                persons_deputy_end_insert(
                        &query, change->person_id, change->deputy_id, change->grant_serial, writing->serial);
        writing_send_one(writing, &query);
        persons_raise_version(&query, change->deputy_id, change->deputy_version);
        writing_send_one(writing, &query);
}

void people_save(struct writing *writing, const struct people_change *change)
{
        struct query query;

        switch (change->kind) {
        case PROPOSAL_OFFICE_ADD:
                persons_office_insert(&query, change->office_id, change->name, change->code, writing->serial);
                writing_send_one(writing, &query);
                return;
        case PROPOSAL_PERSON_ADD:
                persons_insert(&query, change->person_id, change->office_id, change->name, writing->serial);
                writing_send_one(writing, &query);
                save_roles(writing, change);
                save_certificate(writing, change);
                return;
        case PROPOSAL_ROLE_GRANT:
                save_roles(writing, change);
                raise_version(writing, change);
                return;
        case PROPOSAL_ROLE_END:
                persons_role_end_insert(&query, change->person_id, role_word(change->roles),
                        change->grant_serial, writing->serial);
                writing_send_one(writing, &query);
                raise_version(writing, change);
                return;
        case PROPOSAL_CERTIFICATE_ADD:
                save_certificate(writing, change);
                raise_version(writing, change);
                return;
        case PROPOSAL_CERTIFICATE_REVOKE:
                persons_revocation_insert(&query, change->certificate.fingerprint, change->since_ms,
                        change->reason, writing->serial);
                writing_send_one(writing, &query);
                raise_version(writing, change);
                return;
        case PROPOSAL_DEPUTY_SET:
        case PROPOSAL_DEPUTY_END:
                save_deputy(writing, change);
                return;
        case PROPOSAL_RECORD_WITHDRAW:
        case PROPOSAL_RECORD_CORRECT:
        case PROPOSAL_HELD_ACCEPT:
        case PROPOSAL_CASE_STEP:
        case PROPOSAL_RULE_ADD:
        case PROPOSAL_RECORD_REPAIR:
        case PROPOSAL_POLICY_ACTIVATE:
                return;
        }
}

/* ----------------------------------------------------------------- the act */

static bool people_act_check(struct writing *writing)
{
        struct people_change *change = call_alloc(writing->call, sizeof(*change));

        writing->data = change;
        return people_read(writing->call, writing->call->message, change);
}

static void people_act_load(struct writing *writing)
{
        people_load(writing, writing->data, false);
}

static bool people_act_load_more(struct writing *writing)
{
        return people_load_more(writing, writing->data, false);
}

static enum act_decision people_act_decide(struct writing *writing)
{
        if (!people_decide(writing, writing->data))
                return ACT_REFUSED;
        writing_propose(writing, NULL);
        return ACT_WRITE;
}

static const char *summary_of(struct call *call, const struct people_change *change)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        char fingerprint[65], from[DAY_TEXT], to[DAY_TEXT];

        buffer_add_format(&text, "%s %s", proposal_word(change->kind),
                change->person_id ? change->person_id : change->office_id);
        if (change->kind == PROPOSAL_OFFICE_ADD || change->kind == PROPOSAL_PERSON_ADD)
                buffer_add_format(&text, ", %s", change->name);
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (change->roles & (1u << i))
                        buffer_add_format(&text, ", %s", role_word(1u << i));
        if (change->kind == PROPOSAL_PERSON_ADD || change->kind == PROPOSAL_CERTIFICATE_ADD ||
                change->kind == PROPOSAL_CERTIFICATE_REVOKE) {
                hex_encode(change->certificate.fingerprint, sizeof(change->certificate.fingerprint),
                        fingerprint);
                buffer_add_format(&text, ", certificate %s", fingerprint);
        }
        if (change->kind == PROPOSAL_CERTIFICATE_REVOKE)
                buffer_add_format(&text, ": %s", change->reason);
        if (change->deputy_id)
                buffer_add_format(&text, ", %s", change->deputy_id);
        if (change->kind == PROPOSAL_DEPUTY_SET) {
                day_format(change->from, from);
                day_format(change->to, to);
                buffer_add_format(&text, ", %s to %s", from, to);
        }
        return call_text(call, buffer_slice(&text));
}

static void people_act_save(struct writing *writing)
{
        const struct people_change *change = writing->data;

        writing_reply_proposal(writing, "proposed");
        writing_save_proposal(writing, proposal_word(change->kind), NULL, summary_of(writing->call, change));
}

const struct act people_act = {
        .check = people_act_check,
        .load = people_act_load,
        .load_more = people_act_load_more,
        .decide = people_act_decide,
        .save = people_act_save,
};
