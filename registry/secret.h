/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A secret: bytes of a private key in memory of their own, which is locked (never in swap), left out of core
 * dumps, not inherited by a fork, and wiped when it is given back.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

/* A PEM file of one private key takes less: RSA of 4096 bits 3,272, Ed25519 119. One page to lock. */
#define SECRET_KEY_OCTETS 4096u

struct secret {
        uint8_t *data; /* NULL when there is none */
        size_t length;
        size_t size;
};

/* Empty, with room for `size` octets. */
bool secret_init(struct secret *secret, size_t size, struct fault *why) MUST_CHECK;
void secret_done(struct secret *secret);
struct slice secret_slice(const struct secret *secret);
/* Reads a descriptor to its end behind what is there. False when it does not fit or cannot be read. */
bool secret_fill(struct secret *secret, int fd, struct fault *why) MUST_CHECK;
/* Reads a key file whole into an empty secret. One that everybody may open is refused. */
bool secret_read(struct secret *secret, const char *path, struct fault *why) MUST_CHECK;
