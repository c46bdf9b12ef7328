/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the parent hands to a process: the configuration, certificates and, where they are used, the terms of
 * publicity and a private key; one text of counted parts. At a start it goes through a pipe, at a reload through the worker's socket.
 * Whoever holds the encoded text wipes it.
 */
#pragma once

#include "registry/credentials.h"
#include "registry/process.h"

/* Configuration and certificates fit a pipe, which is written before its reader exists. */
#define PROCESS_HANDOVER_LIMIT 61440u

/* Everything a process is given, as one text of counted parts. */
struct handover {
        struct slice config;      /* as config_encode wrote it */
        struct slice ca;
        struct slice certificate; /* worker: TLS, sealer: lookup-signing, follower: empty */
        struct slice publicity;   /* worker: share/publicity.json, else empty */
        struct slice key;
};

void handover_encode(const struct handover *handover, struct buffer *to);
/* Slices into `bytes`. */
bool handover_decode(struct slice bytes, struct handover *ret) MUST_CHECK;

/* Appends what a process of this role is given; nothing of it is left elsewhere in memory. */
void handover_make(struct buffer *to, enum process_role role, const struct config *config,
        const struct credentials *credentials);
void handover_wipe(struct buffer *encoded);
