/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The generations of a view: directories `gen-N`, of which the symbolic link `current` names the one that is
 * read. A generation becomes current by one rename and never before it is whole; the one before is removed,
 * and readers that still have it open keep its pages until they open anew.
 */
#pragma once

#include "registry/base/fault.h"

#define VIEW_GENERATION_SIZE 32

/* The name of the generation `current` points to; a fault when there is none. */
bool view_generation_current(const char *directory, char ret[VIEW_GENERATION_SIZE], struct fault *why) MUST_CHECK;
/*
 * Makes a new generation with LMDB's two files, empty, in their modes. Its number is drawn at random: a name
 * that came back after all generations had been withdrawn would be taken for the one a reader still has open. The group's
 * processes read the one and write their places into the other. (LMDB would give both one mode, and its files must
 * not be opened a second time once it has them: closing one drops the process's locks.)
 */
bool view_generation_create(const char *directory, char ret[VIEW_GENERATION_SIZE], struct fault *why) MUST_CHECK;
bool view_generation_publish(const char *directory, const char *generation, struct fault *why) MUST_CHECK;
/* No generation is read from now on; there may have been none. */
bool view_generation_withdraw(const char *directory, struct fault *why) MUST_CHECK;
/* Removes every generation but `keep` and `current`'s. */
bool view_generation_sweep(const char *directory, const char *keep, struct fault *why) MUST_CHECK;

/* The directory's descriptor, to close. */
bool view_directory_open(const char *directory, int *ret, struct fault *why) MUST_CHECK;
