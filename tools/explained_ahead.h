/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What lies ahead of a grade: the days on which it changes by itself, found by grading each of them, and what the
 * grades that a gate gives still ask for. For people, on standard output.
 */
#pragma once

#include "tools/explained.h"

/* Days on which grade or score differ, as the policy has it, if nothing new is recorded. */
void explained_print_days(const struct explained *e);
/* Grades that a gate gives and that are better than this one, with what each still wants and from when on it is met. */
void explained_print_gates(const struct explained *e);
