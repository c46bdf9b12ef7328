/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Who founds a registry: the people file of `qcr-admin init`, CSV with the columns
 *
 *     person,name,office,office_name,office_code,roles,human
 *
 * one certificate a row, its home folder named by `person`. Roles are separated by semicolons. A row with
 * `human` is one more certificate of that person, who gets its roles too: persons are counted, not
 * certificates. `human` may be left out of the file.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/founding.h"

#define FOUNDERS_MAX 256u

struct founder {
        const char *folder;    /* name of the folder with key and certificate */
        const char *person_id; /* whose certificate it is */
};

/* What the file says: one founder a certificate, and the document's groups but for certificates. */
struct founders {
        struct founder founder[FOUNDERS_MAX];
        size_t count;
        struct founding_office offices[FOUNDERS_MAX];
        size_t office_count;
        struct founding_person persons[FOUNDERS_MAX];
        size_t person_count;
        struct founding_role roles[FOUNDERS_MAX * 8];
        size_t role_count;
};

/* Texts are copied into `arena`. The fault names line and column. */
bool founders_read(struct slice csv, struct arena *arena, struct founders *ret, struct fault *why) MUST_CHECK;
/* Two administrators, who bring in everybody else. */
extern const char founders_default[];
