/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a step would make of its case, asked after its guards: does it bring back what was quashed, and is there room
 * for it and for what must be able to follow it? Internal to the core; the rules of a procedure have no say in it.
 */
#pragma once

#include "registry/core/case_guard.h"

/*
 * CASE_GRANTED; CASE_NOT_LISTED: it restores a listing that was quashed; CASE_FULL. Without a step the action is
 * asked about as if it were taken that day; an effect that hangs on the step's own fields is then taken to change
 * something.
 */
enum case_refusal case_effect_ask(const struct case_asking *asking, const struct procedure_action *action);
