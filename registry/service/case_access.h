/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Who may look at cases: persons of the case's office who work on cases, themselves or for somebody who is away, and
 * auditors. Auditors always say why; everybody does once a case is over, for what is over is used by nobody (发改委令
 * 第 36 号 art. 3). As the store has it in the snapshot that the case is read in, not as of login.
 */
#pragma once

#include "registry/service/call.h"
#include "registry/store/query.h"

#define CASE_ACCESS_OFFICES_MAX 16u /* one's own and those of persons one deputises for */
#define CASE_PURPOSE_OCTETS 500u

struct case_access {
        uint32_t own_roles;
        unsigned count;
        const char *offices[CASE_ACCESS_OFFICES_MAX]; /* in whose cases the person has a part */
};

/* Takes the rows of case_reads_access_query(). More offices than there is room for are left out: fewer may be seen. */
void case_access_take(struct call *call, const PGresult *result, struct case_access *ret);
bool case_access_is_insider(const struct case_access *access, const char *office);
bool case_access_is_auditor(const struct case_access *access);
/* Neither works on any case nor audits. */
bool case_access_is_nobody(const struct case_access *access);

/* Reads why somebody looks; blanks alone are no reason. */
void case_access_purpose(struct call *call, struct fields *fields, bool has, const ProtobufCBinaryData *purpose);

/* Is there a case of that office as far as this person is told? */
bool case_access_sees(const struct case_access *access, const char *office);
/* May one that they see be shown? False with the call's failure: ROLE_MISSING or PURPOSE_MISSING. */
bool case_access_check(struct call *call, const struct case_access *access, const char *office, bool is_over);
