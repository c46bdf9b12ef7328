/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A stored record as a reply has it: what the store keeps of it beside its words, with its details where it was read
 * with its body. Its texts are copies: the reply outlives the rows it was made from.
 */
#pragma once

#include "proto/qcr.pb-c.h"
#include "registry/base/arena.h"
#include "registry/store/records.h"

/* NULL when the arena's room is used up, which the arena remembers. */
Qcr__RecordRow *record_reply(struct arena *arena, const struct record_row *stored);
