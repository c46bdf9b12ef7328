/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An archive: one file with members, in the ustar format of POSIX.1-1988, that anybody can open with `tar`. There is one
 * archive for the same members: owner, group and time of a member are always the same, so that two who make it
 * get the same octets; reading accepts nothing else, so that there is no place in it where something could hide.
 */
#pragma once

#include "registry/base/bytes.h"

#define CASE_ARCHIVE_NAME 100u              /* octets of a member's name, with its NUL */
#define CASE_ARCHIVE_MEMBER_MAX (64u << 20) /* octets of one member */

/* Appends a member. The name is ASCII, relative, without `..`. */
void case_archive_add(struct buffer *to, const char *name, struct slice octets);
/* The two empty blocks behind the last member. */
void case_archive_end(struct buffer *to);

struct case_archive_member {
        char name[CASE_ARCHIVE_NAME];
        struct slice octets; /* within the archive */
};

/*
 * The next member. False at the end, or with `rest->failed` when there is something that case_archive_add() would not
 * have written. `rest` begins as reader_of() the archive.
 */
bool case_archive_next(struct reader *rest, struct case_archive_member *ret);
