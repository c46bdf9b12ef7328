/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Pieces of SQL about persons that stand in more than one query: which grants of roles hold, which roles work on
 * cases, and whom somebody deputises for. Arguments are aliases, columns or parameters, never values.
 */
#pragma once

#define PERSONS_GRANT_HOLDS(grant) \
        " NOT EXISTS (SELECT FROM qcr.person_role_end re WHERE re.person_id = " grant ".person_id" \
        " AND re.role = " grant ".role AND re.grant_serial = " grant ".serial)"

/* A deputy has these of the person who is away, and no others. */
#define PERSONS_CASE_ROLE(grant) " " grant ".role IN ('officer', 'reviewer', 'superior', 'publisher')"

/* The persons whose deputy `deputy` is on `day`. */
#define PERSONS_AWAY(deputy, day) \
        "SELECT dp.person_id FROM qcr.deputy dp WHERE dp.deputy_id = " deputy \
        " AND " day " BETWEEN dp.from_day AND dp.to_day" \
        " AND NOT EXISTS (SELECT FROM qcr.deputy_end de WHERE de.person_id = dp.person_id" \
        " AND de.deputy_id = dp.deputy_id AND de.grant_serial = dp.serial AND de.last_day < " day ")"

/* The transaction's legal day (UTC+8), whatever the session's time zone is. */
#define PERSONS_LEGAL_DAY "((now() AT TIME ZONE 'UTC') + interval '8 hours')::date"
