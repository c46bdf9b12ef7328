/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Landlock (landlock(7)): which files a process may still open, whatever user it is. Rules are gathered, then
 * enforced once. With a newer kernel it may also bind no TCP port and signal nobody outside.
 */
#pragma once

#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

enum landlock_access {
        LANDLOCK_READ,   /* files and folders below */
        LANDLOCK_WRITE,  /* and write files that are there */
        LANDLOCK_CHANGE, /* and make, rename and remove */
};

struct landlock {
        int version; /* of the kernel's interface; 0: it has none, and everything below does nothing */
        int fd;
        uint64_t files;
};

/* Fails only when the kernel has it and refuses. Says so in the log when it has none. */
bool landlock_init(struct landlock *landlock, struct fault *why) MUST_CHECK;
void landlock_cleanup(struct landlock *landlock);

/* A path that is not there, or NULL or empty, is nothing to allow. */
void landlock_allow(struct landlock *landlock, const char *path, enum landlock_access access);
/* The certificate, key and password files a connection string names. */
void landlock_allow_conninfo(struct landlock *landlock, const char *conninfo);

/* From here on. The process must have given up new privileges before. */
bool landlock_enforce(struct landlock *landlock, struct fault *why) MUST_CHECK;
