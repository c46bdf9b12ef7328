/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An arena owns what one request needs and releases it whole. It has a budget
 * in octets: past it, allocation returns NULL and `exhausted` says so, which is
 * how a peer's message is kept from making us hold more than it may.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "registry/base/bytes.h"

struct arena_block;

struct arena {
        struct arena_block *blocks;
        size_t used;
        size_t budget;  /* octets; what is asked for counts, not what malloc rounds up to */
        bool exhausted; /* an allocation was refused for the budget */
};

void arena_init(struct arena *a, size_t budget);
void arena_done(struct arena *a);
void arena_cleanup(struct arena *a);
/* Zeroed, aligned for any type; NULL past the budget. Never fails otherwise. */
void *arena_alloc(struct arena *a, size_t size);
/* NUL-terminated copy; NULL past the budget. */
char *arena_text(struct arena *a, struct slice text);
struct slice arena_copy(struct arena *a, struct slice bytes);
