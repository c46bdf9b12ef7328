/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor: proves, from one snapshot of the database and the CA's certificate, that what the registry
 * holds rests on its ledger, the ledger on signatures, and the signatures on persons that two persons let in.
 * Nothing is believed because a row says so; each check names the table, the key and the reason of what it
 * finds.
 *
 * Memory is bounded by persons, policies, rules, one enterprise's records and cases, and a few octets an enterprise
 * that is or was listed, never by enterprises or entries: rows are streamed in the order the check needs them in.
 */
#pragma once

#include <openssl/types.h>

#include "qcr.pb-c.h"
#include "registry/core/case_file.h"
#include "registry/core/founding.h"
#include "registry/core/org_code.h"
#include "registry/core/policy.h"
#include "registry/core/rule.h"
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

struct doctor_person {
        char id[FOUNDING_ID_LIMIT + 1];
        char office[FOUNDING_ID_LIMIT + 1];
};

/* Who acts for whom, as two administrators signed it. */
struct doctor_deputy {
        char person[FOUNDING_ID_LIMIT + 1]; /* who is away */
        char deputy[FOUNDING_ID_LIMIT + 1];
        struct day from, to;
        uint64_t serial, ended; /* ended 0: not early */
        struct day last;        /* then: the last day */
};

/* A rule that the founding or two administrators brought in, parsed; one of the three is set. */
struct doctor_rule {
        struct rule rule;
        uint64_t serial;
        struct procedure *procedure;
        struct code_table *table;
        struct work_calendar *calendar;
};

/* When an enterprise's cases list it. */
struct doctor_listed {
        char subject[ORG_CODE_LEGACY_LENGTH + 1];
        size_t count;
        struct grade_listing *listings;
};

struct doctor_policy {
        uint8_t hash[32];
        uint64_t serial; /* of the entry that brought it in */
        struct policy policy;
};

/* The founding's policy, or one that two administrators put in force. */
struct doctor_activation {
        uint64_t serial;
        uint8_t hash[32];
        uint64_t run_serial; /* 0: the founding's */
        struct day day;
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
        struct doctor_person *persons;
        size_t person_count, person_room;
        struct doctor_deputy *deputies;
        size_t deputy_count, deputy_room;
        struct doctor_rule *rules; /* in the order of their serials */
        size_t rule_count, rule_room;
        struct doctor_listed *listed; /* by subject */
        size_t listed_count, listed_room;
        struct doctor_facts facts;
        struct doctor_policy *policies;
        size_t policy_count;
        struct doctor_activation *activations; /* in the order of their serials */
        size_t activation_count, activation_room;

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

/* In a set of roles: those of persons who are away count for their deputies. */
#define DOCTOR_DEPUTIES (1u << 31)

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
/* Whose certificate that is; "" when nobody's. */
const char *doctor_person_of(const struct doctor *doctor, const uint8_t fingerprint[32]);
/* The roles a person held when the entry of that serial was made. */
uint32_t doctor_roles_of(const struct doctor *doctor, const char *person, uint64_t serial);
/* "" when nobody let that person in. */
const char *doctor_office_of(const struct doctor *doctor, const char *person);
/* The case roles they had then for those who were away, of that office, or of any if it is NULL. */
uint32_t doctor_deputy_roles(
        const struct doctor *doctor, const char *person, const char *office, uint64_t serial, struct day day);
/* What an approved request does; NULL, or why it cannot have been approved. */
const char *doctor_deputy_set(
        struct doctor *doctor, const Qcr__DeputySet *message, uint64_t serial, int64_t at_ms);

/* The version of that kind and id which held when the entry of that serial was made; NULL: none did. */
const struct doctor_rule *doctor_rule_at(
        const struct doctor *doctor, enum rule_kind kind, const char *id, uint64_t serial);
#define DOCTOR_TABLES_MAX 64u
/* All that a step is weighed with in that entry. `tables` has room for DOCTOR_TABLES_MAX. */
struct case_rules doctor_rules_at(
        const struct doctor *doctor, uint64_t serial, struct day today, const struct code_table **tables);
/* A document that was brought in; NULL, or why it cannot have been. */
const char *doctor_rule_add(struct doctor *doctor, struct slice document, uint64_t serial);
/* The rules a founding names, with the documents that are stored. */
bool doctor_rules_found(struct doctor *doctor, const struct founding *founding, struct fault *why) MUST_CHECK;
/* Which version holds, once all have been brought in. */
void doctor_rules_settle(struct doctor *doctor);
void doctor_rules_done(struct doctor *doctor);

/* A policy that was brought in; NULL, or why it cannot have been. */
const char *doctor_policy_add(struct doctor *doctor, struct slice document, uint64_t serial);
/* One that was put in force; whether that could be is asked once all policies are read. NULL, or why not at all. */
const char *doctor_policy_activate(struct doctor *doctor, struct slice hash, uint64_t run_serial, uint64_t serial,
        int64_t at_ms);
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
bool doctor_recalc(struct doctor *doctor, struct fault *why) MUST_CHECK; /* what recalculations found, and of whom */
bool doctor_records(struct doctor *doctor, struct fault *why) MUST_CHECK;
bool doctor_parties(struct doctor *doctor, struct fault *why) MUST_CHECK;  /* names, codes */
/* What cases say, from signed steps; rows about them; when enterprises were listed. */
bool doctor_cases(struct doctor *doctor, struct fault *why) MUST_CHECK;
bool doctor_grades(
        struct doctor *doctor, struct fault *why) MUST_CHECK; /* inputs, outcomes, versions, the view */
