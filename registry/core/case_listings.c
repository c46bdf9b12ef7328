/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_file.h"

#include <string.h>

#include "registry/core/case_times.h"

size_t case_listings(const struct case_file *file, struct grade_listing ret[CASE_LISTINGS_MAX])
{
        struct case_times times;

        case_times_reckon(file, &times);
        memcpy(ret, times.listings, times.count * sizeof(*ret));
        return times.count;
}

struct day case_term_end(const struct case_file *file)
{
        struct case_times times;

        case_times_reckon(file, &times);
        return times.term_end;
}

uint64_t case_decision_serial(const struct case_file *file)
{
        struct case_times now, before;

        case_times_reckon(file, &now);
        for (size_t i = file->count; i-- > 0; now = before) {
                struct case_file earlier = case_before(file, &file->events[i]);

                case_times_reckon(&earlier, &before);
                if (!case_listings_equal(now.listings, now.count, before.listings, before.count))
                        return file->events[i].serial;
        }
        return 0;
}

/* Below, equal or above 0, in the order of packed inputs. */
static int compare(const struct grade_listing *a, const struct grade_listing *b)
{
        int64_t a_to = day_is_none(a->to) ? INT64_MAX : a->to.number;
        int64_t b_to = day_is_none(b->to) ? INT64_MAX : b->to.number;

        if (day_compare(a->from, b->from) != 0)
                return day_compare(a->from, b->from);
        if (a_to != b_to)
                return a_to < b_to ? -1 : 1;
        if (a->effect != b->effect)
                return a->effect < b->effect ? -1 : 1;
        return (int)a->is_published - (int)b->is_published;
}

bool case_listings_equal(
        const struct grade_listing *a, size_t a_count, const struct grade_listing *b, size_t b_count)
{
        if (a_count != b_count)
                return false;
        for (size_t i = 0; i < a_count; i++)
                if (compare(&a[i], &b[i]) != 0)
                        return false;
        return true;
}

bool case_listings_merge(struct grade_listing listings[GRADE_LISTINGS_MAX], size_t *count,
        const struct grade_listing *more, size_t more_count)
{
        struct grade_listing merged[GRADE_LISTINGS_MAX];
        size_t merged_count = *count;

        memcpy(merged, listings, merged_count * sizeof(*merged));
        for (size_t i = 0; i < more_count; i++) {
                size_t at = 0;

                while (at < merged_count && compare(&merged[at], &more[i]) < 0)
                        at++;
                if (at < merged_count && compare(&merged[at], &more[i]) == 0)
                        continue;
                if (merged_count == GRADE_LISTINGS_MAX)
                        return false;
                memmove(merged + at + 1, merged + at, (merged_count - at) * sizeof(*merged));
                merged[at] = more[i];
                merged_count++;
        }
        memcpy(listings, merged, merged_count * sizeof(*merged));
        *count = merged_count;
        return true;
}
