/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An explanation for people, behind the answer itself: how the score came about, what does not count and why, what
 * changes by itself and when, what higher grades ask for, what follows from the grade. Everything is reckoned here from
 * the verified inputs and policy; of what the registry says beside them only names and document numbers are shown.
 */
#pragma once

#include "tools/explained.h"

/* Nothing where there is no grade. */
void explained_print(const struct explained *e);
