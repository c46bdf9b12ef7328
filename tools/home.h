/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The home of a registry: the folder `qcr-admin init` makes (docs/OPERATIONS).
 *
 *     ca/ca.key ca/ca.pem                the registry's CA; the key may be kept elsewhere afterwards
 *     keys/lookup.* keys/tls.*           what qcrd signs answers and speaks TLS with
 *     people/NAME/key.pem cert.pem       one folder a certificate
 *     qcrd.conf view/ spool/ evidence/
 *
 * Options come from a flag, then from QCR_HOME, QCR_DATABASE, QCR_SHARE, QCR_MIGRATIONS, then from the home's
 * qcrd.conf. Files are written whole: a reader finds the old one or the new one.
 */
#pragma once

#include <sys/types.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define HOME_PATH_MAX 1024u
#define HOME_FILE_LIMIT (4u * 1024 * 1024)

/* `flag`, else QCR_HOME. */
bool home_find(const char *flag, const char **ret, struct fault *why) MUST_CHECK;
/* HOME/NAME into `ret`. */
bool home_path(const char *home, const char *name, char ret[HOME_PATH_MAX], struct fault *why) MUST_CHECK;

/* The value of one key of the home's qcrd.conf; FAULT_CONFIG when it is not there. Appends. */
bool home_setting(const char *home, const char *key, struct buffer *ret, struct fault *why) MUST_CHECK;
/* How to reach the database, without a user: `flag`, else QCR_DATABASE, else qcrd.conf's `database`. Appends;
 * `home` may be NULL. */
bool home_conninfo(const char *flag, const char *home, struct buffer *ret, struct fault *why) MUST_CHECK;

/* A file of the installed (or QCR_SHARE's) share folder; the migrations' folder. */
bool home_share_path(const char *name, char ret[HOME_PATH_MAX], struct fault *why) MUST_CHECK;
bool home_migrations_path(char ret[HOME_PATH_MAX], struct fault *why) MUST_CHECK;

/* Appends the whole file, at most HOME_FILE_LIMIT. */
bool file_read(const char *path, struct buffer *ret, struct fault *why) MUST_CHECK;
/* Makes or replaces `path`, synced to disk before it gets its name. */
bool file_write(const char *path, struct slice octets, mode_t mode, struct fault *why) MUST_CHECK;
bool file_sync_folder(const char *path, struct fault *why) MUST_CHECK;
bool folder_make(const char *path, mode_t mode, struct fault *why) MUST_CHECK;
/* Removes a folder with all that is in it; for what this program made itself. */
void folder_remove(const char *path);

/* The wall clock, which everything below gets as a value. */
int64_t now_ms(void);
