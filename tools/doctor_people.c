/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on people and on what administrators decide: offices, persons, roles, certificates, deputies, rules and the
 * policy in force are played back from the founding, which the CA signed, and from every approval by two persons since,
 * policies from the acts that brought them in, each checked with the certificates that were there by then; then the
 * tables must hold exactly that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/text.h"
#include "qcr.pb-c.h"
#include "registry/core/act.h"
#include "registry/core/chain.h"
#include "registry/core/role.h"
#include "tools/doctor_facts.h"
#include "tools/pki.h"

#define REQUEST_ARENA (1024u * 1024)
#define REST 800
#define ADDITION "policy-add" /* the entry's kind, in place of a proposal's */

/* ---------------------------------------------------------------- who may ask for what */

uint32_t doctor_proposal_roles(const char *kind)
{
#define PROPOSAL(name, word, roles)           \
        if (strcmp(kind, word) == 0)          \
                return (roles) | (strcmp(word, "case-step") == 0 ? DOCTOR_DEPUTIES : 0);
#include "registry/service/proposal.def"
#undef PROPOSAL
        return 0;
}

static uint32_t roles_of_case(Qcr__Request__OperationCase operation)
{
        uint32_t deputies = operation == QCR__REQUEST__OPERATION_CASE_STEP ? DOCTOR_DEPUTIES : 0;

#define OPERATION(name, word, kind, roles)                    \
        if (operation == QCR__REQUEST__OPERATION_##name)      \
                return (roles) | deputies;
#include "registry/service/operation.def"
#undef OPERATION
        return 0;
}

static Qcr__Request *read_request(struct arena *arena, struct slice octets)
{
        ProtobufCAllocator allocator;

        text_allocator_init(&allocator, arena);
        return qcr__request__unpack(&allocator, octets.length, octets.data);
}

uint32_t doctor_request_roles(struct slice request)
{
        CLEANUP(arena) struct arena arena;
        const Qcr__Request *message;

        arena_init(&arena, REQUEST_ARENA);
        message = read_request(&arena, request);
        return message ? roles_of_case(message->operation_case) : 0;
}

static struct doctor_certificate *find_certificate(struct doctor *doctor, const uint8_t fingerprint[32])
{
        for (size_t i = 0; i < doctor->certificate_count; i++)
                if (memcmp(doctor->certificates[i].fingerprint, fingerprint, 32) == 0)
                        return &doctor->certificates[i];
        return NULL;
}

const char *doctor_person_of(const struct doctor *doctor, const uint8_t fingerprint[32])
{
        for (size_t i = 0; i < doctor->certificate_count; i++)
                if (memcmp(doctor->certificates[i].fingerprint, fingerprint, 32) == 0)
                        return doctor->certificates[i].person;
        return "";
}

uint32_t doctor_roles_of(const struct doctor *doctor, const char *person, uint64_t serial)
{
        uint32_t roles = 0;

        for (size_t i = 0; i < doctor->role_count; i++) {
                const struct doctor_role *role = &doctor->roles[i];

                if (strcmp(role->person, person) == 0 && role->serial < serial && (!role->ended || serial < role->ended))
                        roles |= role->role;
        }
        return roles;
}

const char *doctor_office_of(const struct doctor *doctor, const char *person)
{
        for (size_t i = 0; i < doctor->person_count; i++)
                if (strcmp(doctor->persons[i].id, person) == 0)
                        return doctor->persons[i].office;
        return "";
}

static bool had_role(
        const struct doctor *doctor, const char *person, uint32_t roles, uint64_t serial, int64_t at_ms)
{
        struct day today = day_of_instant(at_ms);

        if (doctor_roles_of(doctor, person, serial) & roles)
                return true;
        if (!(roles & DOCTOR_DEPUTIES))
                return false;
        /* A day may turn between a step's transaction and its entry. */
        return ((doctor_deputy_roles(doctor, person, NULL, serial, today) |
                        doctor_deputy_roles(doctor, person, NULL, serial, day_add(today, -1))) &
                       roles) != 0;
}

const char *doctor_check_act(struct doctor *doctor, uint64_t serial, int64_t at_ms,
        const uint8_t fingerprint[32], struct slice request, struct slice signature, uint32_t roles,
        const char **ret_person)
{
        const struct doctor_certificate *certificate = find_certificate(doctor, fingerprint);

        if (!certificate || certificate->serial >= serial)
                return "signed with a certificate that nobody had let in";
        if (certificate->revoked && certificate->revoked < serial)
                return "signed with a revoked certificate";
        if (at_ms < certificate->from_ms || at_ms > certificate->until_ms)
                return "signed with a certificate that was not valid then";
        if (!act_verify(certificate->key, slice_text(doctor->origin), request, signature))
                return "the signature is not the person's over this request";
        if (ret_person)
                *ret_person = certificate->person;
        return had_role(doctor, certificate->person, roles, serial, at_ms)
                       ? NULL
                       : "the person did not have the role for it";
}

/* ------------------------------------------------------------------------ what follows */

static void copy_id(char ret[FOUNDING_ID_LIMIT + 1], struct slice id)
{
        snprintf(ret, FOUNDING_ID_LIMIT + 1, "%.*s", (int)id.length, (const char *)id.data);
}

static void add_office(
        struct doctor *doctor, struct slice id, struct slice code, struct slice name, uint64_t serial)
{
        char key[FOUNDING_ID_LIMIT + 1], rest[REST];

        copy_id(key, id);
        snprintf(rest, sizeof(rest), "%.*s|%.*s|%" PRIu64, (int)name.length, (const char *)name.data,
                (int)code.length, (const char *)code.data, serial);
        doctor_facts_add(&doctor->facts, "office", key, rest);
}

static void add_person(
        struct doctor *doctor, struct slice id, struct slice office, struct slice name, uint64_t serial)
{
        struct doctor_person *item;
        char rest[REST];

        doctor->persons = doctor_grow(
                doctor->persons, doctor->person_count, &doctor->person_room, sizeof(*doctor->persons));
        item = &doctor->persons[doctor->person_count++];
        copy_id(item->id, id);
        copy_id(item->office, office);
        snprintf(rest, sizeof(rest), "%.*s|%s|%" PRIu64, (int)name.length, (const char *)name.data, item->office,
                serial);
        doctor_facts_add(&doctor->facts, "person", item->id, rest);
}

static void add_role(struct doctor *doctor, struct slice person, uint32_t role, uint64_t serial)
{
        struct doctor_role *item;
        char key[DOCTOR_KEY];

        doctor->roles =
                doctor_grow(doctor->roles, doctor->role_count, &doctor->role_room, sizeof(*doctor->roles));
        item = &doctor->roles[doctor->role_count++];
        *item = (struct doctor_role){.role = role, .serial = serial};
        copy_id(item->person, person);
        doctor_facts_add(&doctor->facts, "person_role", doctor_key(key, "%s %s %" PRIu64, item->person,
                role_word(role), serial), "");
}

static const char *end_role(struct doctor *doctor, struct slice person, uint32_t role, uint64_t serial)
{
        char id[FOUNDING_ID_LIMIT + 1], key[DOCTOR_KEY], rest[REST];
        bool ended = false;

        copy_id(id, person);
        for (size_t i = 0; i < doctor->role_count; i++) {
                struct doctor_role *item = &doctor->roles[i];

                if (item->ended || item->role != role || strcmp(item->person, id) != 0)
                        continue;
                item->ended = serial;
                ended = true;
                snprintf(rest, sizeof(rest), "%" PRIu64, serial);
                doctor_facts_add(&doctor->facts, "person_role_end",
                        doctor_key(key, "%s %s %" PRIu64, id, role_word(role), item->serial), rest);
        }
        return ended ? NULL : "ends a role the person did not have";
}

static const char *add_certificate(
        struct doctor *doctor, struct slice person, struct slice der, uint64_t serial)
{
        struct chain chain;
        struct doctor_certificate *item;
        char hex[65], rest[REST];

        if (!chain_init(&chain, &der, 1))
                return "a certificate in it cannot be read";
        doctor->certificates = doctor_grow(doctor->certificates, doctor->certificate_count,
                &doctor->certificate_room, sizeof(*doctor->certificates));
        item = &doctor->certificates[doctor->certificate_count];
        *item = (struct doctor_certificate){
                .from_ms = pki_from_ms(chain.certificates[0]),
                .until_ms = pki_until_ms(chain.certificates[0]),
                .serial = serial,
                .key = X509_get_pubkey(chain.certificates[0]),
        };
        copy_id(item->person, person);
        pki_fingerprint(chain.certificates[0], item->fingerprint);
        hex_encode(item->fingerprint, 32, hex);
        if (!item->key || !chain_leads_to(&chain, &doctor->ca, 1, item->from_ms)) {
                EVP_PKEY_free(item->key);
                chain_done(&chain);
                return "a certificate in it is not issued by the registry's CA";
        }
        doctor->certificate_count++;
        snprintf(rest, sizeof(rest), "%s|%" PRId64 "|%" PRId64 "|%" PRIu64, item->person, item->from_ms,
                item->until_ms, serial);
        doctor_facts_add(&doctor->facts, "certificate", hex, rest);
        chain_done(&chain);
        return NULL;
}

static const char *revoke(
        struct doctor *doctor, struct slice fingerprint, struct slice reason, uint64_t serial)
{
        struct doctor_certificate *certificate =
                fingerprint.length == 32 ? find_certificate(doctor, fingerprint.data) : NULL;
        char hex[65], rest[REST];

        if (!certificate)
                return "revokes a certificate that nobody has";
        certificate->revoked = serial;
        hex_encode(fingerprint.data, 32, hex);
        snprintf(rest, sizeof(rest), "%.*s|%" PRIu64, (int)reason.length, (const char *)reason.data, serial);
        doctor_facts_add(&doctor->facts, "certificate_revocation", hex, rest);
        return NULL;
}

static struct slice octets_of(ProtobufCBinaryData data)
{
        return slice_of(data.data, data.len);
}

static bool role_of(ProtobufCBinaryData data, uint32_t *ret)
{
        char word[16] = {0};

        if (data.len >= sizeof(word))
                return false;
        memcpy(word, data.data, data.len);
        return role_parse(word, ret);
}

static const char *apply_person(struct doctor *doctor, const Qcr__PersonAdd *add, uint64_t serial)
{
        uint32_t role;

        add_person(
                doctor, octets_of(add->person_id), octets_of(add->office_id), octets_of(add->name), serial);
        for (size_t i = 0; i < add->n_role; i++) {
                if (!role_of(add->role[i], &role))
                        return "grants what is no role";
                add_role(doctor, octets_of(add->person_id), role, serial);
        }
        return add_certificate(doctor, octets_of(add->person_id), octets_of(add->certificate), serial);
}

static const char *apply_role(struct doctor *doctor, const Qcr__RoleChange *change, uint64_t serial)
{
        uint32_t role;

        if (!role_of(change->role, &role))
                return "is about what is no role";
        if (!change->grant)
                return end_role(doctor, octets_of(change->person_id), role, serial);
        add_role(doctor, octets_of(change->person_id), role, serial);
        return NULL;
}

/* What an approved request does; NULL, or why it cannot have been approved. */
static const char *apply(struct doctor *doctor, struct slice octets, uint64_t serial, int64_t at_ms)
{
        CLEANUP(arena) struct arena arena;
        const Qcr__Request *request;

        arena_init(&arena, REQUEST_ARENA);
        request = read_request(&arena, octets);
        if (!request)
                return "the proposal's request cannot be read";
        if (request->operation_case == QCR__REQUEST__OPERATION_OFFICE_ADD) {
                add_office(doctor, octets_of(request->office_add->office_id),
                        octets_of(request->office_add->code), octets_of(request->office_add->name), serial);
                return NULL;
        }
        if (request->operation_case == QCR__REQUEST__OPERATION_PERSON_ADD)
                return apply_person(doctor, request->person_add, serial);
        if (request->operation_case == QCR__REQUEST__OPERATION_ROLE_CHANGE)
                return apply_role(doctor, request->role_change, serial);
        if (request->operation_case == QCR__REQUEST__OPERATION_CERTIFICATE_ADD)
                return add_certificate(doctor, octets_of(request->certificate_add->person_id),
                        octets_of(request->certificate_add->certificate), serial);
        if (request->operation_case == QCR__REQUEST__OPERATION_CERTIFICATE_REVOKE)
                return revoke(doctor, octets_of(request->certificate_revoke->fingerprint),
                        octets_of(request->certificate_revoke->reason), serial);
        if (request->operation_case == QCR__REQUEST__OPERATION_DEPUTY_SET)
                return doctor_deputy_set(doctor, request->deputy_set, serial, at_ms);
        if (request->operation_case == QCR__REQUEST__OPERATION_RULE_ADD)
                return doctor_rule_add(doctor, octets_of(request->rule_add->document), serial);
        if (request->operation_case == QCR__REQUEST__OPERATION_POLICY_ACTIVATE)
                return doctor_policy_activate(doctor, octets_of(request->policy_activate->policy_hash),
                        request->policy_activate->run_serial, serial, at_ms);
        return "the proposal's request is not about people, rules or the policy in force";
}

/* What one administrator may do alone. */
static const char *apply_alone(struct doctor *doctor, struct slice octets, uint64_t serial)
{
        CLEANUP(arena) struct arena arena;
        const Qcr__Request *request;

        arena_init(&arena, REQUEST_ARENA);
        request = read_request(&arena, octets);
        if (!request || request->operation_case != QCR__REQUEST__OPERATION_POLICY_ADD)
                return "its request brings no policy in";
        return doctor_policy_add(doctor, octets_of(request->policy_add->document), serial);
}

/* ---------------------------------------------------------------------------- founding */

static const char *apply_founding(struct doctor *doctor, const struct founding *f)
{
        for (size_t i = 0; i < f->office_count; i++)
                add_office(doctor, f->offices[i].id, f->offices[i].code, f->offices[i].name, 1);
        for (size_t i = 0; i < f->person_count; i++)
                add_person(doctor, f->persons[i].id, f->persons[i].office, f->persons[i].name, 1);
        for (size_t i = 0; i < f->role_count; i++)
                add_role(doctor, f->roles[i].person, f->roles[i].role, 1);
        for (size_t i = 0; i < f->certificate_count; i++) {
                const char *reason =
                        add_certificate(doctor, f->certificates[i].person, f->certificates[i].der, 1);

                if (reason)
                        return reason;
        }
        return NULL;
}

static bool check_founding(
        struct doctor *doctor, struct slice document, struct slice signature, struct fault *why)
{
        CLEANUP(arena) struct arena arena;
        struct founding founding;
        enum founding_flaw flaw;
        const char *reason;
        char hex[65];

        arena_init(&arena, FOUNDING_ARENA);
        flaw = founding_parse(document, &arena, &founding);
        if (flaw) {
                doctor_find(doctor, "founding", "1", "%s", founding_flaw_text(flaw));
                return true;
        }
        if (!founding_verify(X509_get0_pubkey(doctor->ca), document, signature)) {
                doctor_find(doctor, "founding", "1", "is not signed by the registry's CA");
                return true; /* nobody it names is believed */
        }
        if (!slice_equal(founding.origin, slice_text(doctor->origin)))
                doctor_find(doctor, "system", "origin", "was changed: the founding says %.*s",
                        (int)founding.origin.length, (const char *)founding.origin.data);
        if (memcmp(founding.epoch, doctor->epoch, sizeof(founding.epoch)) != 0)
                doctor_warn(doctor, "epoch", "is not the founding's: a backup was put into service since");
        hex_encode(founding.policy_hash, 32, hex);
        doctor_facts_add(&doctor->facts, "policy", hex, "1");
        reason = doctor_policy_activate(
                doctor, slice_of(founding.policy_hash, sizeof(founding.policy_hash)), 0, 1, doctor->at_ms);
        if (!reason)
                reason = apply_founding(doctor, &founding);
        if (reason)
                doctor_find(doctor, "founding", "1", "%s", reason);
        return doctor_rules_found(doctor, &founding, why);
}

static bool read_founding(struct doctor *doctor, struct fault *why)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        CLEANUP(buffer) struct buffer signature = BUFFER_INIT;
        struct query query;
        PGresult *result;
        bool is_there;

        query_init(&query, "SELECT document, signature FROM qcr.founding WHERE serial = 1");
        if (!link_query(doctor->link, &query, &result, why))
                return false;
        is_there = PQntuples(result) == 1 && cell_bytes(result, 0, 0, &document) &&
                   cell_bytes(result, 0, 1, &signature);
        PQclear(result);
        if (is_there)
                return check_founding(doctor, buffer_slice(&document), buffer_slice(&signature), why);
        doctor_find(doctor, "founding", "1", "is missing");
        return true;
}

/* --------------------------------------------------------------------------- approvals */

static const char *check_pair(struct doctor *doctor, const PGresult *row, struct slice request,
        struct slice decision, uint32_t roles)
{
        CLEANUP(buffer) struct buffer signature = BUFFER_INIT;
        CLEANUP(buffer) struct buffer decision_signature = BUFFER_INIT;
        const char *proposer = NULL, *actor = NULL, *reason;
        uint8_t fingerprint[32];

        if (!cell_octets(row, 0, 3, fingerprint, 32) || !cell_bytes(row, 0, 5, &signature))
                return "the proposal has no act";
        reason = doctor_check_act(doctor, (uint64_t)cell_number(row, 0, 1), cell_number(row, 0, 9),
                fingerprint, request, buffer_slice(&signature), doctor_request_roles(request), &proposer);
        if (reason)
                return reason;
        if (!cell_octets(row, 0, 6, fingerprint, 32) || !cell_bytes(row, 0, 8, &decision_signature))
                return "the approval has no act";
        reason = doctor_check_act(doctor, (uint64_t)cell_number(row, 0, 0), cell_number(row, 0, 10),
                fingerprint, decision, buffer_slice(&decision_signature), roles, &actor);
        if (reason)
                return reason;
        return strcmp(proposer, actor) == 0 ? "one person proposed and approved" : NULL;
}

static const char *check_alone(struct doctor *doctor, const PGresult *row, struct slice request)
{
        CLEANUP(buffer) struct buffer signature = BUFFER_INIT;
        uint8_t fingerprint[32];

        if (!cell_octets(row, 0, 3, fingerprint, 32) || !cell_bytes(row, 0, 5, &signature))
                return "the entry has no act";
        return doctor_check_act(doctor, (uint64_t)cell_number(row, 0, 0), cell_number(row, 0, 10), fingerprint, request,
                buffer_slice(&signature), doctor_request_roles(request), NULL);
}

/* A policy that one administrator brought in. */
static void take_addition(struct doctor *doctor, const PGresult *row)
{
        CLEANUP(buffer) struct buffer request = BUFFER_INIT;
        const char *reason;

        if (cell_is_null(row, 0, 4) || !cell_bytes(row, 0, 4, &request))
                reason = "the entry has no act";
        else
                reason = check_alone(doctor, row, buffer_slice(&request));
        if (!reason)
                reason = apply_alone(doctor, buffer_slice(&request), (uint64_t)cell_number(row, 0, 0));
        if (reason)
                doctor_find(doctor, "act", cell_text(row, 0, 0), "%s", reason);
}

/* One approval about people, rules or the policy in force, oldest first: believed with what was believed before it. */
static bool take_approval(void *closure, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer request = BUFFER_INIT;
        CLEANUP(buffer) struct buffer decision = BUFFER_INIT;
        struct doctor *doctor = closure;
        const char *reason;

        (void)why;
        if (strcmp(cell_text(row, 0, 2), ADDITION) == 0) {
                take_addition(doctor, row);
                return true;
        }
        if (!cell_bytes(row, 0, 4, &request) || !cell_bytes(row, 0, 7, &decision))
                reason = "an act is missing";
        else
                reason = check_pair(doctor, row, buffer_slice(&request), buffer_slice(&decision),
                        doctor_proposal_roles(cell_text(row, 0, 2)));
        if (!reason)
                reason = apply(doctor, buffer_slice(&request), (uint64_t)cell_number(row, 0, 0),
                        cell_number(row, 0, 10));
        if (reason)
                doctor_find(doctor, "approval", cell_text(row, 0, 0), "%s", reason);
        return true;
}

static bool read_approvals(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(&query,
                "SELECT a.serial, a.proposal_serial, p.kind, x.certificate, x.request, x.signature,"
                " y.certificate, y.request, y.signature,"
                " (extract(epoch FROM m.at) * 1000)::bigint, (extract(epoch FROM l.at) * 1000)::bigint"
                " FROM qcr.approval a JOIN qcr.proposal p ON (p.serial, p.item) = (a.proposal_serial, "
                "a.proposal_item)"
                " JOIN qcr.ledger l ON l.serial = a.serial JOIN qcr.ledger m ON m.serial = a.proposal_serial"
                " LEFT JOIN qcr.act x ON x.serial = a.proposal_serial LEFT JOIN qcr.act y ON y.serial = "
                "a.serial"
                " WHERE a.outcome = 'approved' AND p.kind IN ('person-add', 'role-grant', 'role-end', "
                "'certificate-add',"
                " 'certificate-revoke', 'office-add', 'rule-add', 'deputy-set', 'deputy-end', 'policy-activate')"
                " UNION ALL SELECT b.serial, b.serial, b.kind, x.certificate, x.request, x.signature, NULL, NULL, NULL,"
                " (extract(epoch FROM l.at) * 1000)::bigint, (extract(epoch FROM l.at) * 1000)::bigint"
                " FROM qcr.ledger_body b JOIN qcr.ledger l USING (serial) LEFT JOIN qcr.act x USING (serial)"
                " WHERE b.kind = '" ADDITION "' ORDER BY 1");
        if (!link_each(doctor->link, &query, take_approval, doctor, why))
                return false;
        doctor_rules_settle(doctor);
        return true;
}

/* ------------------------------------------------------------------------------ tables */

static bool take_stored(void *closure, const PGresult *row, struct fault *why)
{
        static const char *const tables[] = {
                "office",
                "person",
                "person_role",
                "person_role_end",
                "certificate",
                "certificate_revocation",
                "policy",
                "policy_activation",
                "rule",
                "rule_current",
                "procedure_transition",
                "deputy",
                "deputy_end",
        };
        struct doctor_facts *stored = closure;

        (void)why;
        doctor_facts_add(stored, tables[cell_number(row, 0, 0)], cell_text(row, 0, 1), cell_text(row, 0, 2));
        return true;
}

static bool compare_tables(struct doctor *doctor, struct fault *why)
{
        struct doctor_facts stored = {0};
        struct query query;
        bool done;

        query_init(&query,
                "SELECT 0, office_id, name || '|' || code || '|' || serial FROM qcr.office"
                " UNION ALL SELECT 1, person_id, name || '|' || office_id || '|' || serial FROM qcr.person"
                " UNION ALL SELECT 2, person_id || ' ' || role || ' ' || serial, '' FROM qcr.person_role"
                " UNION ALL SELECT 3, person_id || ' ' || role || ' ' || grant_serial, serial::text FROM "
                "qcr.person_role_end"
                " UNION ALL SELECT 4, encode(fingerprint, 'hex') || CASE WHEN fingerprint <> sha256(der) "
                "THEN ' of another DER' ELSE '' END, person_id || '|' ||"
                " (extract(epoch FROM not_before) * 1000)::bigint || '|' || (extract(epoch FROM not_after) * "
                "1000)::bigint"
                " || '|' || serial FROM qcr.certificate"
                " UNION ALL SELECT 5, encode(fingerprint, 'hex'), reason || '|' || serial FROM "
                "qcr.certificate_revocation"
                " UNION ALL SELECT 6, encode(policy_hash, 'hex'), serial::text FROM qcr.policy"
                " UNION ALL SELECT 7, serial::text, encode(policy_hash, 'hex') || '|' || coalesce(run_serial, 0)"
                " FROM qcr.policy_activation"
                " UNION ALL SELECT 8, encode(rule_hash, 'hex') || CASE WHEN rule_hash <> sha256(document)"
                " THEN ' of another document' ELSE '' END, kind || ' ' || id || ' ' || version || '|' || serial"
                " FROM qcr.rule"
                " UNION ALL SELECT 9, kind || ' ' || id, version::text FROM qcr.rule_current"
                " UNION ALL SELECT 10, encode(procedure_hash, 'hex') || ' ' || from_state || ' ' || action || ' ' ||"
                " to_state || ' ' || needs_second::integer || ' ' || excludes_opener::integer, ''"
                " FROM qcr.procedure_transition"
                " UNION ALL SELECT 11, person_id || ' ' || deputy_id || ' ' || serial, from_day || '|' || to_day"
                " FROM qcr.deputy"
                " UNION ALL SELECT 12, person_id || ' ' || deputy_id || ' ' || grant_serial, last_day || '|' || serial"
                " FROM qcr.deputy_end");
        done = link_each(doctor->link, &query, take_stored, &stored, why);
        if (done)
                doctor_facts_compare(doctor, &doctor->facts, &stored);
        doctor_facts_done(&stored);
        return done;
}

bool doctor_people(struct doctor *doctor, struct fault *why)
{
        bool done = read_founding(doctor, why) && read_approvals(doctor, why) && compare_tables(doctor, why);

        doctor_facts_done(&doctor->facts);
        return done;
}
