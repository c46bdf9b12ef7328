/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Changes of offices, persons, roles, certificates and deputies: one administrator proposes, another approves.
 * Both times the same rules are asked of the store as it is then; only the second time rows are written.
 *
 * Between its days a deputy has the case roles of a person who is away, for cases of that person's office and under
 * the deputy's own name. Two persons have one such grant that has not ended at most, so that an end needs to name no
 * days; it takes effect on the day it is approved.
 */
#pragma once

#include "registry/core/person_certificate.h"
#include "registry/service/proposal.h"
#include "registry/service/writing.h"

struct people_change {
        /* what is asked for; texts of the call */
        enum proposal_kind kind;
        const char *office_id;
        const char *deputy_id;   /* NULL but for deputies; then `person_id` is who is away */
        struct day from, to;
        const char *person_id;   /* NULL: about nobody in particular, or (revocation) known once loaded */
        const char *name;
        const char *code;
        uint32_t roles;
        struct slice der;
        struct person_certificate certificate; /* the fingerprint alone of one to be revoked */
        const char *reason;
        int64_t since_ms;
        /* what was loaded */
        bool has_office;
        bool has_person;
        uint64_t person_version;
        uint32_t held;           /* roles */
        uint64_t grant_serial;   /* of the role or deputy asked about; 0: none */
        uint64_t deputy_version; /* 0: there is no such person */
        uint64_t deputy_times;   /* they stand in for somebody, now or later */
        bool has_certificate;
        bool is_revoked;
        uint64_t admins_left;    /* if it happens */
};

/* Reads the operation's message. False: the call's failure names the field. */
bool people_read(struct call *call, const Qcr__Request *message, struct people_change *ret);
/* With `is_effective` the rows that will be changed are locked. */
void people_load(struct writing *writing, struct people_change *change, bool is_effective);
/* What depends on what was loaded; true if a query was sent. */
bool people_load_more(struct writing *writing, struct people_change *change, bool is_effective);
/* False: the writing's failure says why not. */
bool people_decide(struct writing *writing, const struct people_change *change);
/* The rows of an approved change, under the approval's serial. */
void people_save(struct writing *writing, const struct people_change *change);
