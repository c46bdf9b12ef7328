/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Jobs: processes that work on one run's ranges, each with a connection of its own. They live no longer than their parent,
 * whatever ends it, and what they still had in the server's hands then is waited for by who goes on with the run.
 */
#pragma once

#include "registry/service/recalc_chunk.h"

/* Shared with what is forked later. */
struct recalc_board *recalc_board_new(void);
void recalc_board_free(struct recalc_board *board);

/*
 * Works off the plan's ranges with so many jobs. One that fails stops the others after their page; its fault is the one
 * that is returned, with the runner's refusal. `told` is called in this process, several times a second.
 */
bool recalc_jobs_run(const struct recalc_plan *plan, struct recalc_board *board, unsigned count, const char *conninfo,
        const char *user, struct import_runner *runner, void (*told)(void *closure), void *closure, struct fault *why) MUST_CHECK;
