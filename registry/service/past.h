/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A question about the past: how an enterprise stood on a day, by what was known at an instant or a ledger serial.
 * The worker reads in one snapshot of the store what had been recorded by then and hands it to the sealer, which
 * decides with it and says in the statement's kind that it is an answer about the past.
 *
 * What may not be shown any more is not shown by asking for yesterday (NDRC Order 36 art. 3): where the answer would
 * tell of a listing that has ended or a record whose time is over, it is withheld from all but auditors and those who
 * work on cases, and these say why they ask.
 */
#pragma once

#include "registry/service/call.h"
#include "registry/service/sealing.h"

/* Does the call's lookup ask about the past? */
bool past_is_asked(const struct call *call);
/* Completes `request` and asks the sealer, whose answer comes to `done` with the call; or ends the call as a failure. */
void past_ask(struct call *call, const struct seal_request *request, sealing_done_fn done);
