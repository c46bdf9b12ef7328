/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A reading: a call answered by one query of the store.
 */
#pragma once

#include "registry/service/call.h"
#include "registry/store/query.h"

/* Builds the reply from the rows and ends the call. */
typedef void (*reading_rows_fn)(struct call *call, const PGresult *result);

/* Consumes `query`. Whatever keeps the rows from coming ends the call as a failure. */
void reading_ask(struct call *call, struct query *query, reading_rows_fn rows);
