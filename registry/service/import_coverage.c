/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_coverage.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/domain_table.h"
#include "registry/store/import_save.h"

static bool is_source(const struct import_source *source, const struct record *record)
{
        return !strcmp(source->code, record->source_code) && !strcmp(source->domain, record->domain);
}

static struct import_source *find(struct import_coverage *coverage, const struct record *record)
{
        if (coverage->last < coverage->count && is_source(&coverage->sources[coverage->last], record))
                return &coverage->sources[coverage->last];
        for (size_t i = 0; i < coverage->count; i++)
                if (is_source(&coverage->sources[i], record)) {
                        coverage->last = i;
                        return &coverage->sources[i];
                }
        return NULL;
}

void import_coverage_note(struct import_coverage *coverage, const struct record *record, const char *name)
{
        struct import_source *source = find(coverage, record);

        if (source) {
                if (day_is_before(source->through, record->decided_on))
                        source->through = record->decided_on;
                return;
        }
        if (coverage->count == IMPORT_SOURCES_MAX)
                return;
        if (coverage->count == coverage->room) {
                coverage->room = coverage->room ? 2 * coverage->room : 16;
                coverage->sources =
                        must_resize(coverage->sources, coverage->room * sizeof(*coverage->sources));
        }
        coverage->last = coverage->count;
        coverage->sources[coverage->count++] = (struct import_source){
                .code = must_copy_text(record->source_code),
                .name = must_copy_text(name),
                .domain = domain_word(slice_text(record->domain)),
                .through = record->decided_on,
        };
}

bool import_coverage_save(
        const struct import_coverage *coverage, struct link *link, uint64_t serial, struct fault *why)
{
        for (size_t i = 0; i < coverage->count; i++) {
                const struct import_source *source = &coverage->sources[i];

                if (!import_insert_coverage(
                            link, source->code, source->domain, source->name, source->through, serial, why))
                        return false;
        }
        return true;
}

void import_coverage_done(struct import_coverage *coverage)
{
        for (size_t i = 0; i < coverage->count; i++) {
                free(coverage->sources[i].code);
                free(coverage->sources[i].name);
        }
        free(coverage->sources);
}
