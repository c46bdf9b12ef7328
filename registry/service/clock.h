/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The two clocks of a process, and the only place that asks them. What they say is handed down as values:
 * nothing below the service knows what time it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* CLOCK_REALTIME: what statements, audits and the legal day are made of. */
int64_t clock_now_ms(void);
/*
 * Whether the wall clock can be believed. A clock that is set jumps against CLOCK_BOOTTIME, which nobody can set (slewing
 * moves both): a jump ahead would let terms run out that have not run, a jump back bring back listings that are over.
 * The first reading is the parent's, so that a process started after a jump sees it too; only a person who looked at the
 * clock and started the parent anew makes another one the first.
 */
struct clock_watch {
        int64_t ahead_ms;   /* the wall clock before CLOCK_BOOTTIME, at first */
        int64_t step_ms;    /* what it may differ by; 0: no clock is doubted */
        bool has_stepped;   /* said so in the log */
        bool is_apart;      /* the same of the database's clock */
};
int64_t clock_ahead_ms(void);
/* Asks both clocks; an alarm in the log when it ends to be so, a notice when it is again. */
bool clock_watch_is_steady(struct clock_watch *watch);

/*
 * Is the database's clock this one's, but for what it may differ by? It said `said_ms` at some time since `since_ms` of
 * this clock. An alarm in the log when it ends to be, a notice when it is again.
 */
bool clock_watch_agrees(struct clock_watch *watch, int64_t said_ms, int64_t since_ms);

/* CLOCK_BOOTTIME: how old something is. It neither steps nor stops in a suspended machine. */
int64_t clock_boot_ms(void);
