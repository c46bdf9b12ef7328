/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Persons, roles and certificates, from what was signed: the founding document, and the requests of proposals
 * that a second person approved. Versions alone come from the store, where writers compare them.
 */
#pragma once

#include <openssl/types.h>

#include "proto/qcr.pb-c.h"
#include "registry/core/founding.h"
#include "registry/view/follow_batch.h"
#include "registry/view/view_write.h"

bool follow_found_people(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key,
        const struct founding *founding, struct fault *why) MUST_CHECK;
/*
 * Puts an approved request into effect; one that is not about persons has none here. A certificate that the
 * registry's CA did not issue is left out: nobody could enter with it either.
 */
bool follow_change_people(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key,
        const Qcr__Request *request, struct fault *why) MUST_CHECK;
