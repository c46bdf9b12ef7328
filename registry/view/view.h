/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The view: what a verdict needs, in one LMDB environment, kept by the follower, read by workers and the
 * sealer. It says which database it was made from and up to which serial, and in the same transaction holds
 * the ledger's root, the active policy, coverage and the heartbeat, so that one read transaction is one
 * consistent state of the registry.
 *
 * LMDB's rules are kept here: an environment is opened after fork and never shared across one; no read
 * transaction outlives a loop turn (`view_begin`, `view_end`); dead readers are cleared each second and after
 * a child's death; a generation is a directory of its own behind the symbolic link `current`, replaced by an
 * atomic rename; `view_is_current` tells a reader to open anew.
 *
 * Databases: meta, party (subject -> entry), code (code -> subject), name (hash of normalised name -> subject
 * and whether former, duplicates), certificate (fingerprint -> person, revoked), person (id -> name, office,
 * roles), policy (hash -> document), coverage, and two slots of grades: what one recalculation each made of
 * enterprises under a policy. The follower fills a slot ahead; the entry that puts its policy in force makes it live
 * in the same transaction, so that no answer has the one without the other. Beside these the follower keeps what only
 * it reads, to check entries by (view/view_cases, view/view_recalc): rules, cases, deputies, proposals, runs.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "registry/core/calendar.h"
#include "registry/core/statement.h"

struct view;

/* Format of entries and meta; another one is refused and the follower rebuilds. */
#define VIEW_FORMAT 4u

#define VIEW_SLOTS 2u

/* A slot of grades: those outcomes of one recalculation that differ from what the enterprises' own entries say. */
struct view_slot {
        uint64_t run_serial;          /* of the run's beginning; 0: the slot is empty */
        uint8_t run[16];              /* its id */
        uint8_t policy_hash[32];
        struct day day;               /* all of it was graded for */
        uint64_t through;             /* entries it has evaluated everybody as of; 0: it has not ended */
};

struct view_meta {
        uint32_t format;
        uint64_t system_identifier;   /* pg_control_system() */
        uint32_t timeline;
        uint8_t epoch[16];            /* qcr.system.epoch */
        char origin[128];
        uint32_t schema_version;
        uint8_t boot_id[16];          /* ages in CLOCK_BOOTTIME mean nothing across boots */
        uint64_t serial;              /* ledger entries applied */
        int64_t serial_at_ms;         /* time of that entry */
        uint8_t chain[32];
        uint8_t root[32];             /* RFC 9162 root over the leaves 1..serial */
        int64_t heartbeat_ms;         /* as written on the primary */
        int64_t heartbeat_seen_ms;    /* CLOCK_BOOTTIME when this heartbeat value was first read */
        uint8_t policy_hash[32];      /* the active policy */
        struct view_slot slots[VIEW_SLOTS];
        uint8_t live;                 /* slots[live - 1] has outcomes under the active policy; 0: neither has */
        bool refused;                 /* the store is not the one this view was made from: nobody may answer or write */
        char refusal[256];            /* why, for people */
};

/* One enterprise. Texts point into the read transaction. */
struct view_party {
        char subject[10];
        struct slice code;            /* the code to show: the newest unified code, else the subject */
        struct slice name;
        uint8_t kind;                 /* enum party_kind of core/verdict */
        uint8_t registration;         /* enum statement_registration, never NONE */
        struct slice merged_into;     /* code, or empty */
        struct slice inputs;          /* packed grade inputs, listing periods inside (core/inputs) */
        uint64_t version;             /* of qcr.standing */
        char grade[4];                /* live outcome: "" when there is none, then `unrated` */
        int32_t score;                /* -1 when unrated */
        struct day graded_on;
        struct day next_change;
        uint8_t policy_hash[8];       /* first octets of the policy the outcome was made under */
        uint64_t decision;            /* serial of the newest published or effective decision, 0 for none */
};

struct view_person {
        struct slice person_id;
        struct slice name;
        struct slice office_id;
        uint32_t roles;               /* bits of enum role (core/role) */
        uint64_t version;             /* of qcr.person */
};

enum view_found {
        VIEW_FOUND = 0,
        VIEW_ABSENT,
};

/*
 * Readers. `directory` holds `current`. A view of another format or made before this boot is refused: its ages
 * mean nothing now, and the follower is about to replace it. Reads /proc/sys/kernel/random/boot_id besides the
 * directory. Not to be carried across a fork.
 */
bool view_open(struct view **ret, const char *directory, struct fault *why) MUST_CHECK;
void view_free(struct view *view);
/* False when `current` points elsewhere now: free and open again. Asks the file system: once a second is enough. */
bool view_is_current(const struct view *view);

/* This boot's id (/proc/sys/kernel/random/boot_id), which tells whether CLOCK_BOOTTIME values can be compared. */
bool view_boot_id(uint8_t ret[16], struct fault *why) MUST_CHECK;

/* One read transaction at a time; texts and slices of the calls below live until view_end. */
bool view_begin(struct view *view, struct fault *why) MUST_CHECK;
void view_end(struct view *view);

bool view_meta(struct view *view, struct view_meta *ret, struct fault *why) MUST_CHECK;
/*
 * `code` is canonical (18 or 9 characters): any code the enterprise ever had. The outcome is the live one: while a slot
 * is live that is the slot's of this version of the entry, or, where it has none, the entry's own, which the slot's
 * recalculation found to be the same under its policy unless the entry is newer than what it evaluated.
 */
bool view_party(struct view *view, const char *code, enum view_found *ret_found, struct view_party *ret,
        struct fault *why) MUST_CHECK;
/* Each subject of a normalised name once; `former` when it is not its present name. Stops after `limit`. */
bool view_find(struct view *view, struct slice name_norm, size_t limit,
        void (*each)(void *closure, const struct view_party *party, bool former), void *closure,
        struct fault *why) MUST_CHECK;
bool view_certificate(struct view *view, const uint8_t fingerprint[32], enum view_found *ret_found, bool *ret_revoked,
        struct view_person *ret, struct fault *why) MUST_CHECK;
bool view_policy(struct view *view, const uint8_t hash[32], enum view_found *ret_found, struct slice *ret_document,
        struct fault *why) MUST_CHECK;
/*
 * Appends the statement's coverage text, "domain/source=day; ...", ascending; nothing when no source has
 * delivered. Sources that no longer fit into STATEMENT_COVERAGE_LIMIT are left out: less is claimed, not more.
 */
bool view_coverage(struct view *view, struct buffer *ret, struct fault *why) MUST_CHECK;
