/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The follower: PostgreSQL to view, by ledger serial. Each poll reads one snapshot of the store, checks that
 * it is the store the view was made from, verifies every entry it is about to apply (chain, commitment, the
 * persons' own signatures: view/follower_verify) and writes it in one transaction of the view.
 *
 * It advances only past rows it has really seen, and what the view says about time is true of what the view
 * holds: the heartbeat goes forward with the data, not with the reading.
 *
 * When the store is another one, is behind, forked, or holds an entry that does not verify, the view is
 * marked refused and nobody answers from it, until an operator puts a file `rebuild` into the view's
 * directory, with the line `rebuild EPOCH-UUID SERIAL`: the epoch must be the store's and its ledger must
 * reach the serial. A new view is then built from the first entry and the file removed. A view that is lost,
 * of another boot or another format is built anew without being asked, but not against another store: the
 * file `witness` beside the generations remembers the newest state ever shown (view/witness).
 */
#pragma once

#include <stddef.h>

#include "registry/base/bytes.h"

struct follower_options {
        const char *conninfo;         /* without a user: the role is qcr_follow */
        const char *view_directory;   /* exists, writable */
        struct slice ca_pem;          /* the registry CA's certificate */
        const char *origin;           /* the registry's name, as configured */
        const int *channels;          /* one SOCK_SEQPACKET end a worker, non-blocking (service/channel.h) */
        size_t channel_count;
};

/*
 * Runs until SIGTERM or SIGINT and returns the exit status: 0 when asked to stop, 75 (EX_TEMPFAIL) when the
 * view can no longer be written and a new start may mend it, 78 (EX_CONFIG) when the options cannot be used.
 * Needs, once running: the view's directory (create, rename, remove), connections to the store, clocks.
 */
int follower_run(const struct follower_options *options);
