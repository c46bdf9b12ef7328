/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor: proves, from one snapshot of the database and the CA's certificate, that what the registry
 * holds rests on its ledger, the ledger on signatures, and the signatures on persons that two persons let in.
 * Nothing is believed because a row says so; each check names the table, the key and the reason of what it
 * finds.
 *
 * Memory is bounded by persons, policies and one enterprise's records, never by enterprises or entries: rows
 * are streamed in the order the check needs them in.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/founding.h"
#include "registry/core/policy.h"
#include "registry/store/link.h"
#include "registry/view/view.h"
#include "registry/view/view_witness.h"

struct doctor_fact;

/* A certificate somebody let in: the founding, or an approval by two persons. */
struct doctor_certificate {
        uint8_t fingerprint[32];
        char person[FOUNDING_ID_LIMIT + 1];
        EVP_PKEY *key;
        int64_t from_ms, until_ms;
        uint64_t serial, revoked; /* entries that added and revoked it; 0: not revoked */
};

struct doctor_role {
        char person[FOUNDING_ID_LIMIT + 1];
        uint32_t role;
        uint64_t serial, ended;
};

struct doctor_policy {
        uint8_t hash[32];
        struct policy policy;
};

/* What rows of people's tables must be there, by what the ledger's signed entries say. */
struct doctor_facts {
        struct doctor_fact *items;
        size_t count, room;
};

struct doctor {
        struct link *link;
        const char *home;   /* NULL: none is named */
        X509 *ca;
        int64_t at_ms;
        bool is_json;
        uint64_t findings, warnings;
        uint64_t entries, records, parties, rows; /* looked at */

        char origin[ORIGIN_LIMIT + 1];
        uint8_t epoch[16];
        struct doctor_certificate *certificates;
        size_t certificate_count, certificate_room;
        struct doctor_role *roles;
        size_t role_count, role_room;
        struct doctor_facts facts;
        struct doctor_policy *policies;
        size_t policy_count;

        uint64_t serial;    /* the ledger's last entry, recomputed */
        struct view *view;  /* NULL: none that can be read */
        struct view_meta view_meta;
        uint8_t chain_at_view[32], root_at_view[32]; /* at the view's serial, recomputed */
        struct view_witness witness; /* what any view here has shown last; serial 0: nothing */
        uint8_t chain_at_witness[32];
};

/* One finding. `key` says which row of `table`. */
void doctor_find(struct doctor *doctor, const char *table, const char *key, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Something that is no contradiction but should be known: a setting, a certificate that ends soon. */
void doctor_warn(struct doctor *doctor, const char *subject, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* A key of several words into `room`, for the calls above. */
#define DOCTOR_KEY 400
const char *doctor_key(char room[DOCTOR_KEY], const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Grows `items` for one more. */
void *doctor_grow(void *items, size_t count, size_t *room, size_t size);

/*
 * Did this person's key sign the request, by an entry with that serial, when the certificate was valid and
 * not revoked and the person held one of `roles`? NULL: yes, with the person's id in `ret_person` if it is
 * wanted. Otherwise why not.
 */
const char *doctor_check_act(struct doctor *doctor, uint64_t serial, int64_t at_ms,
        const uint8_t fingerprint[32], struct slice request, struct slice signature, uint32_t roles,
        const char **ret_person);
/* Roles that let a person make this request; 0 when it is none. */
uint32_t doctor_request_roles(struct slice request);
/* Roles that let a person decide a proposal of this kind; 0 when there is no such kind. */
uint32_t doctor_proposal_roles(const char *kind);
/* NULL when no such policy is stored. */
const struct policy *doctor_policy_of(const struct doctor *doctor, const uint8_t hash[32]);

/* The checks, in the order they build on each other. False: what is checked could not be read. */
bool doctor_server(
        struct doctor *doctor, struct fault *why) MUST_CHECK; /* settings, schema, keys of the home */
bool doctor_people(
        struct doctor *doctor, struct fault *why) MUST_CHECK; /* founding, persons, roles, certificates */
bool doctor_policies(struct doctor *doctor, struct fault *why) MUST_CHECK;
bool doctor_ledger(
        struct doctor *doctor, struct fault *why) MUST_CHECK;          /* chain, bodies, acts, two persons */
bool doctor_runs(struct doctor *doctor, struct fault *why) MUST_CHECK; /* headers, roots, rows that wait */
bool doctor_records(struct doctor *doctor, struct fault *why) MUST_CHECK;
bool doctor_parties(struct doctor *doctor, struct fault *why) MUST_CHECK;  /* names, codes */
bool doctor_grades(
        struct doctor *doctor, struct fault *why) MUST_CHECK; /* inputs, outcomes, versions, the view */
