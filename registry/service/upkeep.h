/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a worker owes the database each second, on a lane of its own so that no queue of requests is in its
 * way: the heartbeat, by which every reader knows how old its copy is, and the read audit's complete files.
 *
 * Shipping is idempotent: a line is known by its file and number, a batch that was stored but not
 * acknowledged is sent again and changes nothing. A file is removed after its last line is stored.
 */
#pragma once

#include <event2/event.h>

struct upkeep;

/* Copies the texts. Goes on for ever; a database that is away is tried again. */
struct upkeep *upkeep_new(struct event_base *base, const char *conninfo, const char *origin,
        const char *spool_directory);
void upkeep_free(struct upkeep *upkeep);

/* Each second. */
void upkeep_tick(struct upkeep *upkeep);
