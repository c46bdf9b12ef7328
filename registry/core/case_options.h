/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Which actions a case's state and length let be asked for at all. Internal to the core; what may be done next is
 * case_options() of case_file.h.
 */
#pragma once

#include "registry/core/case_past.h"

/* `state`: PROCEDURE_NONE for a case that is to be opened. */
bool case_action_starts_from(const struct procedure_action *action, unsigned state);
