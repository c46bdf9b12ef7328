/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A dossier (案卷): everything of one case in one archive, to be handed to a court and verified without asking the
 * registry. Its members:
 *
 *     documents/SHA256.EXT              the papers, each under its hash
 *     events/NNN-ACTION/                of each step the signed request, its signature and the person's certificate,
 *         request signature certificate.der                 and the same of who confirmed it:
 *         confirmation-request confirmation-signature confirmation-certificate.der
 *     rules/KIND-ID.json                procedure, code tables and calendar the steps were held to
 *     case.json                         the steps in members, for programs
 *     index.txt                         the indexed list: step, day, paper, hash, in order, and what is missing
 *     README.txt                        how to verify it
 *
 * case.json and index.txt follow from the rest: who verifies makes them again and compares the octets, so that
 * nothing in them can be changed alone. The same case gives the same octets whoever makes it and when.
 */
#pragma once

#include <jansson.h>

#include "registry/core/case_file.h"
#include "registry/core/code_table.h"
#include "registry/core/rule.h"
#include "tools/case_archive.h"

#define CASE_DOSSIER_RULES_MAX 16u

/* One signature: what was signed, by whose certificate. */
struct dossier_act {
        uint64_t serial;      /* of the entry it was made for */
        int64_t at_ms;
        struct slice request;
        struct slice signature;
        struct slice certificate;
};

/* The texts of `event` are the dossier's. */
struct dossier_event {
        struct case_event event;
        const char *proposer_name;
        const char *actor_name;
        const char *state;    /* after it */
        struct day day;
        bool is_late;
        struct dossier_act step;
        bool is_confirmed;
        struct dossier_act confirmation;
};

struct dossier_rule {
        enum rule_kind kind;
        const char *id;
        uint32_t version;
        char sha256[65];
        uint64_t serial;      /* from which entry on it held; 0 when that is not known here: the case's procedure */
        struct slice document;
};

/* A paper that a step names; the same paper named twice is there once. */
struct dossier_paper {
        char sha256[65];
        const char *state;     /* kept, missing, altered */
        const char *extension; /* "" when it is not kept */
        uint64_t octets;
};

struct dossier {
        struct arena arena;    /* of all texts */
        const char *origin;
        const char *code;
        const char *name;      /* of the party, as the registry has it */
        const char *office;
        uint32_t number;
        struct procedure *procedure;
        size_t event_count;
        struct dossier_event *events;
        size_t rule_count;
        struct dossier_rule rules[CASE_DOSSIER_RULES_MAX];
        size_t table_count;
        struct code_table *tables[CASE_DOSSIER_RULES_MAX];
        size_t paper_count;
        struct dossier_paper *papers; /* in the order in which steps first name them */
};

void dossier_done(struct dossier *dossier);
void dossier_cleanup(struct dossier *dossier);

/* The name of a member. */
void dossier_event_member(const struct dossier *dossier, size_t event, const char *what, char ret[CASE_ARCHIVE_NAME]);
void dossier_paper_member(const struct dossier_paper *paper, char ret[CASE_ARCHIVE_NAME]);
void dossier_rule_member(const struct dossier_rule *rule, char ret[CASE_ARCHIVE_NAME]);
/* `.pdf` and so on, by the first octets; "" for what is none of the kinds that are kept. */
const char *dossier_extension(struct slice octets);

/* Reads a code table among its rules. False: it is none. */
bool dossier_add_table(struct dossier *dossier, struct slice document) MUST_CHECK;
/* The papers its steps name, each once, as `missing`; what is known of them is the caller's to fill in. */
void dossier_collect_papers(struct dossier *dossier);
/* NULL when no step names it. */
struct dossier_paper *dossier_find_paper(struct dossier *dossier, const char *sha256);
/* How many of them are not here. */
size_t dossier_missing_papers(const struct dossier *dossier);

/* The three members that follow from the rest. */
void dossier_case_json(const struct dossier *dossier, struct buffer *to);
void dossier_index(const struct dossier *dossier, struct buffer *to);
void dossier_readme(struct buffer *to);
