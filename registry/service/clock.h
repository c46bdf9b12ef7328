/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The two clocks of a process, and the only place that asks them. What they say is handed down as values:
 * nothing below the service knows what time it is.
 */
#pragma once

#include <stdint.h>

/* CLOCK_REALTIME: what statements, audits and the legal day are made of. */
int64_t clock_now_ms(void);
/* CLOCK_BOOTTIME: how old something is. It neither steps nor stops in a suspended machine. */
int64_t clock_boot_ms(void);
