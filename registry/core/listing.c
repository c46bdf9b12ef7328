/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/listing.h"

#include <stdlib.h>

static enum statement_listing word_of(enum listing_effect effect)
{
        switch (effect) {
        case LISTING_IN_FORCE:
                return LISTING_LISTED;
        case LISTING_SUSPENDED:
                return LISTING_STAYED;
        case LISTING_QUASHED:
                return LISTING_BASIS_QUASHED;
        case LISTING_UNKNOWN:
                break;
        }
        abort();
}

static bool holds_on(const struct grade_listing *listing, struct day day)
{
        return !day_is_before(day, listing->from) && (day_is_none(listing->to) || day_is_before(day, listing->to));
}

/* The one that speaks on the day, or NULL. The effects ascend from the gravest. */
static const struct grade_listing *speaker_on(const struct grade_inputs *inputs, struct day day)
{
        const struct grade_listing *speaker = NULL;

        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                const struct grade_listing *listing = &inputs->listings[i];

                if (holds_on(listing, day) && (!speaker || listing->effect < speaker->effect))
                        speaker = listing;
        }
        return speaker;
}

static void consider(struct day candidate, struct day day, struct day *earliest)
{
        if (!day_is_none(candidate) && day_is_before(day, candidate) &&
                (day_is_none(*earliest) || day_is_before(candidate, *earliest)))
                *earliest = candidate;
}

/* What is said changes only on a day on which some time begins or ends: the first on which another speaks. */
static struct day next_change(const struct grade_inputs *inputs, struct day day, const struct grade_listing *now)
{
        for (;;) {
                struct day next = DAY_NONE;

                for (uint32_t i = 0; i < inputs->listings_count; i++) {
                        consider(inputs->listings[i].from, day, &next);
                        consider(inputs->listings[i].to, day, &next);
                }
                if (day_is_none(next) || speaker_on(inputs, next) != now)
                        return next;
                day = next;
        }
}

void listing_on(const struct grade_inputs *inputs, struct day day, struct listing_state *ret)
{
        const struct grade_listing *speaker = speaker_on(inputs, day);

        *ret = (struct listing_state){
                .listing = speaker ? word_of(speaker->effect) : LISTING_NOT_LISTED,
                .since = speaker ? speaker->from : DAY_NONE,
                .until = speaker ? speaker->to : DAY_NONE,
                .next_change = next_change(inputs, day, speaker),
        };
}
