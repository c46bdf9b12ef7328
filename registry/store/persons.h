/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Persons, offices, roles and certificates in the store. A person's row is locked by whoever acts as them
 * (for share) or changes what they may do (for update, but for its key: rows that merely refer to the
 * person wait for nobody), and its version counts those changes; roles are read by statements of their own
 * after the lock, so that they are as of the lock and not as of the wait for it.
 */
#pragma once

#include "registry/store/query.h"

/* Columns: version, office, name. No row: no such person. */
void persons_lock_query(struct query *ret, const char *person_id, bool for_update);
/* Columns: role, grant serial; only grants that hold. */
void persons_roles_query(struct query *ret, const char *person_id);
/* Columns: is revoked, first and last ms it holds. No row: it is not the person's. */
void persons_certificate_query(struct query *ret, const char *person_id, const uint8_t fingerprint[32]);
/* Columns: person, revoked. No row: unknown. */
void persons_certificate_owner_query(struct query *ret, const uint8_t fingerprint[32]);
/* No rows come back: locks the rows of all who hold the role admin, ascending. */
void persons_lock_admins_query(struct query *ret);
/*
 * One row: how many persons would still hold the role admin and a certificate that is not revoked, if the
 * role of `without_person` (NULL: nobody's) ended and `without_certificate` (NULL: none) were revoked.
 */
void persons_admins_query(struct query *ret, const char *without_person, const uint8_t *without_certificate);

/* One row: is there such an office, is there such a person. */
void persons_exists_query(struct query *ret, const char *office_id, const char *person_id);

/*
 * One row: serial of the grant by which one person deputises for the other that day or will later (0: none; there is one
 * at most), and how many such grants the deputy has, for whomever.
 */
void persons_deputy_query(struct query *ret, const char *person_id, const char *deputy_id, struct day today);

void persons_office_insert(struct query *ret, const char *office_id, const char *name, const char *code,
        uint64_t serial);
void persons_insert(struct query *ret, const char *person_id, const char *office_id, const char *name,
        uint64_t serial);
/* Touches one row, or none if the version is another by now. */
void persons_raise_version(struct query *ret, const char *person_id, uint64_t version);
void persons_role_insert(struct query *ret, const char *person_id, const char *role, uint64_t serial);
void persons_role_end_insert(
        struct query *ret, const char *person_id, const char *role, uint64_t grant_serial, uint64_t serial);
void persons_certificate_insert(struct query *ret, const char *person_id, const uint8_t fingerprint[32],
        struct slice der, int64_t not_before_ms, int64_t not_after_ms, uint64_t serial);
void persons_revocation_insert(struct query *ret, const uint8_t fingerprint[32], int64_t since_ms,
        const char *reason, uint64_t serial);
void persons_deputy_insert(struct query *ret, const char *person_id, const char *deputy_id, struct day from,
        struct day to, uint64_t serial);
/* The last day the deputy could act is the one before the entry's. */
void persons_deputy_end_insert(struct query *ret, const char *person_id, const char *deputy_id, uint64_t grant_serial,
        uint64_t serial);
