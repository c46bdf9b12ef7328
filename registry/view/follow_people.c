/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_people.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "registry/base/log.h"
#include "registry/core/certificate_time.h"
#include "registry/core/ed25519.h"
#include "registry/core/role.h"

static struct slice slice_of_field(ProtobufCBinaryData field)
{
        return slice_of(field.data, field.len);
}

/* A word of a message as a text of ours; false when it is longer than any we have. */
static bool role_of_field(ProtobufCBinaryData field, uint32_t *ret)
{
        char word[33];

        if (field.len >= sizeof(word))
                return false;
        memcpy(word, field.data, field.len);
        word[field.len] = '\0';
        return role_parse(word, ret);
}

/* ------------------------------------------------------------- certificates */

static bool read_certificate(struct slice der, EVP_PKEY *ca_key, struct view_certificate *ret)
{
        const unsigned char *at = der.data;
        X509 *x509 = der.length <= INT32_MAX ? d2i_X509(NULL, &at, (long)der.length) : NULL;
        EVP_PKEY *key = x509 ? X509_get0_pubkey(x509) : NULL;
        bool is_ours = key && at == der.data + der.length && ed25519_is_key(key) &&
                ed25519_public(key, ret->public_key) && !ed25519_is_low_order(ret->public_key) &&
                X509_verify(x509, ca_key) == 1 && certificate_time_read(X509_get0_notBefore(x509), &ret->not_before_ms) &&
                certificate_time_read(X509_get0_notAfter(x509), &ret->not_after_ms) && ret->not_after_ms > ret->not_before_ms;

        X509_free(x509);
        ERR_clear_error();
        return is_ours;
}

static bool put_certificate(struct view_writer *writer, EVP_PKEY *ca_key, struct slice person_id, struct slice der,
        struct fault *why)
{
        struct view_certificate certificate = {.person_id = person_id};
        uint8_t fingerprint[32];
        char hex[65];

        if (!EVP_Digest(der.data, der.length, fingerprint, NULL, EVP_sha256(), NULL))
                return fault_set(why, FAULT_CRYPTO, "SHA-256 is not to be had");
        if (!read_certificate(der, ca_key, &certificate)) {
                hex_encode(fingerprint, sizeof(fingerprint), hex);
                log_event(LOG_WARNING, "follow.certificate-foreign", "fingerprint", hex);
                return true;
        }
        return view_writer_put_certificate(writer, fingerprint, &certificate, why);
}

/* ------------------------------------------------------------------ persons */

/* The store's version of a person; 1 when its row is not there, which no writer will then agree with. */
static uint64_t version_of(const struct follow_batch *batch, struct slice person_id)
{
        for (size_t i = 0; i < batch->person_count; i++)
                if (slice_equal(batch->persons[i].person_id, person_id) && batch->persons[i].version)
                        return batch->persons[i].version;
        return 1;
}

/* Roles, and the version that every change of a person's roles or certificates raises. */
static bool change_roles(struct view_writer *writer, const struct follow_batch *batch, struct slice person_id,
        uint32_t granted, uint32_t ended, struct fault *why)
{
        CLEANUP(buffer) struct buffer copy = BUFFER_INIT;
        struct view_person person;
        enum view_found found;
        size_t name;

        if (!view_writer_person(writer, person_id, &found, &person, why))
                return false;
        if (found)
                return fault_set(why, FAULT_MISMATCH, "an approved request is about a person nobody added");
        name = person.name.length;
        buffer_add_slice(&copy, person.name);
        buffer_add_slice(&copy, person.office_id);
        person.name = slice_of(copy.data, name);
        person.office_id = slice_of(copy.data + name, copy.length - name);
        person.roles = (person.roles | granted) & ~ended;
        person.version = version_of(batch, person_id);
        return view_writer_put_person(writer, &person, why);
}

static bool revoke(struct view_writer *writer, const struct follow_batch *batch, struct slice fingerprint,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer person_id = BUFFER_INIT;
        struct view_certificate certificate;
        enum view_found found;

        if (fingerprint.length != 32)
                return fault_set(why, FAULT_MISMATCH, "an approved revocation names no fingerprint");
        if (!view_writer_certificate(writer, fingerprint.data, &found, &certificate, why))
                return false;
        if (found)
                return true; /* a foreign one, left out when it came */
        /* What was read lies where it is about to be written. */
        buffer_add_slice(&person_id, certificate.person_id);
        certificate.person_id = buffer_slice(&person_id);
        certificate.revoked = true;
        return view_writer_put_certificate(writer, fingerprint.data, &certificate, why) &&
               change_roles(writer, batch, certificate.person_id, 0, 0, why);
}

bool follow_found_people(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key,
        const struct founding *founding, struct fault *why)
{
        for (size_t i = 0; i < founding->person_count; i++) {
                const struct founding_person *from = &founding->persons[i];
                struct view_person person = {
                        .person_id = from->id,
                        .name = from->name,
                        .office_id = from->office,
                        .version = version_of(batch, from->id),
                };

                for (size_t r = 0; r < founding->role_count; r++)
                        if (slice_equal(founding->roles[r].person, from->id))
                                person.roles |= founding->roles[r].role;
                if (!view_writer_put_person(writer, &person, why))
                        return false;
        }
        for (size_t i = 0; i < founding->certificate_count; i++)
                if (!put_certificate(writer, ca_key, founding->certificates[i].person, founding->certificates[i].der,
                            why))
                        return false;
        return true;
}

static bool add_person(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key,
        const Qcr__PersonAdd *add, struct fault *why)
{
        struct view_person person = {
                .person_id = slice_of_field(add->person_id),
                .name = slice_of_field(add->name),
                .office_id = slice_of_field(add->office_id),
        };
        enum view_found found;
        struct view_person other;

        if (!founding_id_is_valid(person.person_id) || person.name.length == 0 || person.office_id.length == 0)
                return fault_set(why, FAULT_MISMATCH, "an approved request adds a person of no name or office");
        for (size_t i = 0; i < add->n_role; i++) {
                uint32_t role;

                if (!role_of_field(add->role[i], &role))
                        return fault_set(why, FAULT_MISMATCH, "an approved request grants a role that is none");
                person.roles |= role;
        }
        /* Else whoever is there already would become somebody else. */
        if (!view_writer_person(writer, person.person_id, &found, &other, why))
                return false;
        if (!found)
                return fault_set(why, FAULT_MISMATCH, "an approved request adds a person who is there");
        person.version = version_of(batch, person.person_id);
        return view_writer_put_person(writer, &person, why) &&
               put_certificate(writer, ca_key, person.person_id, slice_of_field(add->certificate), why);
}

static bool change_role(struct view_writer *writer, const struct follow_batch *batch, const Qcr__RoleChange *change,
        struct fault *why)
{
        uint32_t role;

        if (!role_of_field(change->role, &role))
                return fault_set(why, FAULT_MISMATCH, "an approved request changes a role that is none");
        return change_roles(writer, batch, slice_of_field(change->person_id), change->grant ? role : 0,
                change->grant ? 0 : role, why);
}

bool follow_change_people(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key,
        const Qcr__Request *request, struct fault *why)
{
        switch (request->operation_case) {
        case QCR__REQUEST__OPERATION_PERSON_ADD:
                return add_person(writer, batch, ca_key, request->person_add, why);
        case QCR__REQUEST__OPERATION_ROLE_CHANGE:
                return change_role(writer, batch, request->role_change, why);
        case QCR__REQUEST__OPERATION_CERTIFICATE_ADD: {
                struct slice person_id = slice_of_field(request->certificate_add->person_id);

                /* A version of the person goes with it, and the person must be there. */
                return change_roles(writer, batch, person_id, 0, 0, why) &&
                       put_certificate(writer, ca_key, person_id,
                               slice_of_field(request->certificate_add->certificate), why);
        }
        case QCR__REQUEST__OPERATION_CERTIFICATE_REVOKE:
                return revoke(writer, batch, slice_of_field(request->certificate_revoke->fingerprint), why);
        case QCR__REQUEST__OPERATION_DEPUTY_SET:
                return change_roles(writer, batch, slice_of_field(request->deputy_set->deputy_id), 0, 0, why);
        default: /* the generated enum has a member for its own size; records and offices are nobody's person */
                return true;
        }
}
