/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Deputies, from what two administrators signed: between its days somebody has the case roles of a person who is
 * away, for cases of that person's office, under their own name.
 */
#pragma once

#include "proto/qcr.pb-c.h"
#include "registry/core/case_file.h"
#include "registry/view/follow_verify.h"

/* An approved request, at this entry. */
bool follow_deputies_set(struct follow_verify *v, const struct follow_entry *entry, const Qcr__DeputySet *message,
        struct fault *why) MUST_CHECK;

/* Case roles somebody has on a day for whoever is away, of this office, or of any if it is NULL. */
bool follow_deputies_roles(struct view_writer *writer, const char *person_id, const char *office_id, struct day day,
        uint32_t *ret, struct fault *why) MUST_CHECK;
