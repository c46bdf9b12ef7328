/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The domain table: to which of the four domains (product, engineering, service, environment) a penalty
 * belongs. What was done says it best, so the kind of violation is looked up first; only if the table does
 * not know it, the deciding office; and last the table's own default, which it must have, since a record
 * without a domain would stand in nobody's coverage.
 *
 * The table is data (share/domains.csv): `by,text,domain` with by one of conduct, office, default. A text is
 * found anywhere in the field; of several that are found the longest counts, then the earlier line, so that a
 * special word can stand beside a general one.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define DOMAIN_ROWS_MAX 512u
#define DOMAIN_TABLE_OCTETS_MAX 65536u

enum domain_by {
        DOMAIN_BY_CONDUCT,
        DOMAIN_BY_OFFICE,
        DOMAIN_BY_DEFAULT,
};

struct domain_row {
        enum domain_by by;
        size_t at; /* of its normalised text in texts */
        size_t length;
        const char *domain; /* a literal */
};

struct domain_table {
        unsigned count;
        struct domain_row rows[DOMAIN_ROWS_MAX];
        struct buffer texts;
};

/* Release with domain_table_done, also after a failure. */
bool domain_table_parse(struct slice csv, struct domain_table *ret, struct fault *why) MUST_CHECK;
void domain_table_done(struct domain_table *table);

/* `product`, `engineering`, `service` or `environment`. Never NULL. */
const char *domain_table_find(const struct domain_table *table, struct slice conduct, struct slice office);
/* The literal of a domain's word; NULL if it is none. */
const char *domain_word(struct slice word);
