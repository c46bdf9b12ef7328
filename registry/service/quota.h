/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How many lookups each person has left today (the legal day). Counted by each worker for itself and in
 * memory alone: a person whose connections land on several workers has the quota of each, and a worker's
 * restart begins anew. It keeps one person's loop from taking the registry away from the others; who asked
 * what is the read audit's to say.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "registry/core/calendar.h"

struct quota;

struct quota *quota_new(uint32_t per_day);
void quota_free(struct quota *quota);

/* Takes one; false when none is left. */
bool quota_take(struct quota *quota, const char *person_id, struct day today);
uint32_t quota_left(struct quota *quota, const char *person_id, struct day today);
