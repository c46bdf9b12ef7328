/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A worker: the server in front, the service behind it, the read audit between them, and what it owes the
 * database each second. It takes connections once the view is usable, or after VIEW_WAIT_MS without one: then
 * its answers say what is missing.
 *
 * SIGTERM, or the end of its parent, drains it: nobody new is accepted, what was accepted is answered, and
 * after WORKER_DRAIN_MS it ends whatever is left.
 */
#pragma once

#include "registry/config.h"
#include "registry/process.h"

#define WORKER_DRAIN_MS 10000

struct worker_options {
        const struct config *config;
        const struct process_identity *identity;
        struct slice ca, certificate, key; /* PEM; not kept */
        struct slice publicity;            /* share/publicity.json; not kept */
};

/* Everything opened that needs rights; then `confine` is called; then it serves. Returns the exit status. */
int worker_run(const struct worker_options *options, bool (*confine)(void *closure, struct fault *why),
        void *closure);
