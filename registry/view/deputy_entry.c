/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/deputy_entry.h"

#include <assert.h>
#include <string.h>

#include "registry/core/case_file.h"

bool view_deputy_is_valid(const struct view_deputy *deputy)
{
        if (deputy->count == 0 || deputy->count > VIEW_DEPUTY_MAX)
                return false;
        for (size_t i = 0; i < deputy->count; i++) {
                const struct view_deputy_time *time = &deputy->times[i];
                size_t length = strlen(time->person_id);

                if (length == 0 || length >= CASE_PERSON || !day_is_valid(time->from) || !day_is_valid(time->to) ||
                        day_is_before(time->to, time->from))
                        return false;
        }
        return true;
}

void view_deputy_encode(struct buffer *to, const struct view_deputy *deputy)
{
        assert(view_deputy_is_valid(deputy));
        buffer_add_varint(to, deputy->count);
        for (size_t i = 0; i < deputy->count; i++) {
                const struct view_deputy_time *time = &deputy->times[i];

                buffer_add_counted(to, slice_text(time->person_id));
                buffer_add_signed_varint(to, time->from.number);
                buffer_add_varint(to, (uint64_t)(time->to.number - time->from.number));
        }
}

static void take_time(struct reader *r, struct arena *arena, struct view_deputy_time *ret)
{
        struct slice person_id = reader_counted(r);
        int64_t from = reader_signed_varint(r);
        uint64_t days = reader_varint(r);

        if (r->failed || memchr(person_id.data, '\0', person_id.length) || from < DAY_FIRST.number ||
                from > DAY_LAST.number || days > (uint64_t)(DAY_LAST.number - from)) {
                r->failed = true;
                return;
        }
        ret->person_id = arena_text(arena, person_id);
        ret->from.number = (int32_t)from;
        ret->to.number = (int32_t)(from + (int64_t)days);
        r->failed = !ret->person_id;
}

bool view_deputy_decode(struct slice value, struct arena *arena, struct view_deputy *ret)
{
        struct reader r = reader_of(value);
        uint64_t count = reader_varint(&r);
        struct view_deputy deputy = {0};

        if (r.failed || count > VIEW_DEPUTY_MAX)
                return false;
        deputy.times = arena_alloc(arena, (size_t)(count ? count : 1) * sizeof(deputy.times[0]));
        if (!deputy.times)
                return false;
        while (deputy.count < count && !r.failed)
                take_time(&r, arena, &deputy.times[deputy.count++]);
        if (!reader_is_done(&r) || !view_deputy_is_valid(&deputy))
                return false;
        *ret = deputy;
        return true;
}
