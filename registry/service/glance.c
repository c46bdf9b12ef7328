/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/glance.h"

#include <stdlib.h>

#include "registry/base/log.h"
#include "registry/service/clock.h"

#define CHECK_EVERY_MS 1000

void glance_init(struct glance *glance, const char *directory)
{
        *glance = (struct glance){.directory = must_copy_text(directory)};
}

void glance_done(struct glance *glance)
{
        view_free(glance->view);
        free(glance->directory);
        *glance = (struct glance){0};
}

bool glance_begin(struct glance *glance, struct fault *why)
{
        int64_t now_ms = clock_boot_ms();

        if (glance->view && now_ms - glance->checked_ms >= CHECK_EVERY_MS) {
                glance->checked_ms = now_ms;
                if (!view_is_current(glance->view)) {
                        view_free(glance->view);
                        glance->view = NULL;
                        log_event(LOG_NOTICE, "view.replaced", "directory", glance->directory);
                }
        }
        if (!glance->view) {
                if (!view_open(&glance->view, glance->directory, why)) {
                        glance->view = NULL;
                        return false;
                }
                glance->checked_ms = now_ms;
        }
        return view_begin(glance->view, why);
}

void glance_end(struct glance *glance)
{
        view_end(glance->view);
}

bool glance_policy(struct glance *glance, struct policy *ret, struct fault *why)
{
        struct document_error error;
        struct slice document;
        struct view_meta meta;
        enum view_found found;

        if (!view_meta(glance->view, &meta, why) ||
                !view_policy(glance->view, meta.policy_hash, &found, &document, why))
                return false;
        return (found == VIEW_FOUND && policy_parse(document, ret, &error) == DOCUMENT_SOUND) ||
               fault_set(why, FAULT_VIEW, "the active policy cannot be read");
}

bool glance_meta(struct glance *glance, struct view_meta *ret, struct fault *why)
{
        bool is_read;

        if (!glance_begin(glance, why))
                return false;
        is_read = view_meta(glance->view, ret, why);
        glance_end(glance);
        return is_read;
}

int64_t glance_age_ms(const struct view_meta *meta)
{
        return clock_boot_ms() - meta->heartbeat_seen_ms;
}

bool glance_has(struct glance *glance, uint64_t serial)
{
        struct view_meta meta;
        struct fault why;

        return glance_meta(glance, &meta, &why) && !meta.refused && meta.serial >= serial;
}
