/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The founding of a registry: its first ledger entry, made before anybody is known who could sign. It names
 * the offices, the persons with their roles and certificates, the first policy and the first rule documents
 * (core/rule); the key of the registry's CA signs it. Everybody and every rule that comes later comes by two of
 * these persons.
 *
 * The document is text (core/lines), one fact a line, groups in this order, each group ascending and without
 * repetition, so that the same facts have one document:
 *
 *     qcr-founding/v1
 *     origin ORIGIN
 *     epoch UUID
 *     office ID CODE NAME              one or more, by ID
 *     person ID OFFICE NAME            two or more, by ID
 *     role PERSON ROLE                 by PERSON, then in the order of core/role
 *     certificate PERSON HEX           DER; by PERSON, then by octets
 *     policy HEX                       SHA-256 of the policy's canonical document
 *     rule HEX                         SHA-256 of a rule's canonical document; none or more, ascending
 *
 * The signature is Ed25519 over "qcr-founding/v1-signature" LF document.
 */
#pragma once

#include <openssl/types.h>

#include "registry/base/arena.h"
#include "registry/core/ed25519.h"
#include "registry/core/lines.h"

#define FOUNDING_LIMIT (1024u * 1024)        /* octets of a document; a thousand persons take a third of it */
#define FOUNDING_ARENA (16u * FOUNDING_LIMIT) /* what reading one may cost */
#define FOUNDING_GROUP_LIMIT 2048u           /* lines of one group: founders, not a population */
#define FOUNDING_NAME_LIMIT 300u             /* octets of a name */
#define FOUNDING_ID_LIMIT 32u                /* octets of a person's or office's id */

struct founding_office {
        struct slice id, code, name;
};

struct founding_person {
        struct slice id, office, name;
};

struct founding_role {
        struct slice person;
        uint32_t role; /* one of enum role */
};

struct founding_certificate {
        struct slice person, der;
};

/* Slices own nothing: of a document read, they live in its arena. */
struct founding {
        struct slice origin;
        uint8_t epoch[16];
        struct founding_office *offices;
        size_t office_count;
        struct founding_person *persons;
        size_t person_count;
        struct founding_role *roles;
        size_t role_count;
        struct founding_certificate *certificates;
        size_t certificate_count;
        uint8_t policy_hash[32];
        uint8_t (*rule_hashes)[32];
        size_t rule_count;
};

enum founding_flaw {
        FOUNDING_RIGHT = 0,
        FOUNDING_SIZE,      /* longer than FOUNDING_LIMIT, or a group than FOUNDING_GROUP_LIMIT */
        FOUNDING_FORM,      /* a line is not what must stand there, or a value is not in its one form */
        FOUNDING_ORDER,     /* a group is not ascending, or something stands twice */
        FOUNDING_REFERENCE, /* an office, person or certificate that is named is not there */
        FOUNDING_ADMINS,    /* fewer than two persons with the role admin and a certificate: nobody could ever
                               approve */
};

/* `[a-z0-9-]`, 1 to FOUNDING_ID_LIMIT: persons and offices. */
bool founding_id_is_valid(struct slice id);

/* Sorts the groups of `founding`, then appends its document; on a flaw nothing is appended. */
enum founding_flaw founding_format(struct founding *founding, struct buffer *ret);
/* Everything `ret` points to is in `arena` afterwards; `ret` is untouched unless the document is right. */
enum founding_flaw founding_parse(struct slice document, struct arena *arena, struct founding *ret);
const char *founding_flaw_text(enum founding_flaw flaw);

/* `key` is the CA's private key. */
bool founding_sign(EVP_PKEY *key, struct slice document, uint8_t ret[ED25519_SIGNATURE_SIZE],
        struct fault *why) MUST_CHECK;
/* False for anything but the CA's signature over exactly this document. */
bool founding_verify(EVP_PKEY *key, struct slice document, struct slice signature);

/* 8-4-4-4-12 lower-case digits and NUL: 37 octets. */
void uuid_format(const uint8_t uuid[16], char ret[37]);
bool uuid_parse(struct slice text, uint8_t ret[16]) MUST_CHECK;
