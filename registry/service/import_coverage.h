/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Coverage of a run: for each source and domain the newest decision that its file had. An answer says up to
 * when each source has delivered, so that silence is not taken for innocence; a run never moves that back.
 */
#pragma once

#include "registry/core/record.h"
#include "registry/store/link.h"

#define IMPORT_SOURCES_MAX 4096u /* of one file: a province's offices times four domains */

struct import_coverage {
        struct import_source {
                char *code;
                char *name;
                const char *domain;
                struct day through;
        } * sources;
        size_t count, room;
        size_t last; /* the one noted last: rows of one source stand together */
};

/*
 * The record's source, called `name`, and the domain it belongs to. Beyond IMPORT_SOURCES_MAX nothing more is
 * noted.
 */
void import_coverage_note(struct import_coverage *coverage, const struct record *record, const char *name);
/* Rows for those that moved on. */
bool import_coverage_save(const struct import_coverage *coverage, struct link *link, uint64_t serial,
        struct fault *why) MUST_CHECK;
void import_coverage_done(struct import_coverage *coverage);
