/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A folder for one test's view, and a small view in it.
 */
#pragma once

#include "registry/view/view_write.h"

struct folder {
        char path[64];
};

void folder_init(struct folder *folder);
/* Removes it with all that is in it. */
void folder_done(struct folder *folder);

/* A name of a file in it; lives until the next call. */
const char *folder_file(const struct folder *folder, const char *name);
void folder_write(const struct folder *folder, const char *name, const char *text);

/* Meta of a fresh view of this boot, caught up at `serial`, its heartbeat read just now. */
struct view_meta folder_meta(uint64_t serial);
/* A frontier of so many leaves. */
void folder_frontier(uint64_t size, struct merkle_frontier *ret);
/* A new generation with this meta, open for writing, not published. `ret_name` has room for VIEW_GENERATION_SIZE. */
struct view_writer *folder_generation(const struct folder *folder, const struct view_meta *meta, char *ret_name);
