/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows of a chunk that wait: for their enterprise (parked), or for a person (held).
 *
 * A row that waits already is not stored again, so that a file sent ten times asks a person once; what a person has
 * refused is not asked again. What waits for one enterprise is limited, so that a code nobody ever registers cannot
 * fill the store, nor the memory of every import that names it.
 */
#pragma once

#include "registry/service/import_chunk.h"

/* Open rows of one enterprise, parked and held together: it could not have more records. */
#define IMPORT_WAITING_MAX GRADE_RECORDS_MAX

/* Asks for what waits of the enterprises whose rows were held or parked, and settles each of these rows. */
bool import_waiting_settle(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why) MUST_CHECK;
