/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/listing.h"

/* What an effect is called in a statement, and how much it weighs: of several that hold the least speaks. */
static const struct {
        enum statement_listing word;
        unsigned rank;
} effects[] = {
        [LISTING_IN_FORCE] = {LISTING_LISTED, 0},
        [LISTING_SUSPENDED] = {LISTING_STAYED, 1},
        [LISTING_UNKNOWN] = {LISTING_LAPSED, 2},
        [LISTING_QUASHED] = {LISTING_BASIS_QUASHED, 3},
};

static bool holds_on(const struct grade_listing *listing, struct day day)
{
        return !day_is_before(day, listing->from) && (day_is_none(listing->to) || day_is_before(day, listing->to));
}

/* Who speaks on a day. */
struct voice {
        const struct grade_listing *speaker; /* NULL: nobody */
        bool is_published;
};

static struct voice voice_on(const struct grade_inputs *inputs, struct day day)
{
        struct voice voice = {0};

        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                const struct grade_listing *listing = &inputs->listings[i];

                if (!holds_on(listing, day))
                        continue;
                if (!voice.speaker || effects[listing->effect].rank < effects[voice.speaker->effect].rank)
                        voice = (struct voice){listing, listing->is_published};
                else if (listing->effect == voice.speaker->effect)
                        voice.is_published = voice.is_published || listing->is_published;
        }
        return voice;
}

static void consider(struct day candidate, struct day day, struct day *earliest)
{
        if (!day_is_none(candidate) && day_is_before(day, candidate) &&
                (day_is_none(*earliest) || day_is_before(candidate, *earliest)))
                *earliest = candidate;
}

/* What is said changes only on a day on which some time begins or ends: the first on which the voice is another. */
static struct day next_change(const struct grade_inputs *inputs, struct day day, const struct voice *now)
{
        for (;;) {
                struct day next = DAY_NONE;
                struct voice then;

                for (uint32_t i = 0; i < inputs->listings_count; i++) {
                        consider(inputs->listings[i].from, day, &next);
                        consider(inputs->listings[i].to, day, &next);
                }
                if (day_is_none(next))
                        return next;
                then = voice_on(inputs, next);
                if (then.speaker != now->speaker || then.is_published != now->is_published)
                        return next;
                day = next;
        }
}

void listing_on(const struct grade_inputs *inputs, struct day day, struct listing_state *ret)
{
        struct voice voice = voice_on(inputs, day);

        *ret = (struct listing_state){
                .listing = voice.speaker ? effects[voice.speaker->effect].word : LISTING_NOT_LISTED,
                .since = voice.speaker ? voice.speaker->from : DAY_NONE,
                .until = voice.speaker ? voice.speaker->to : DAY_NONE,
                .next_change = next_change(inputs, day, &voice),
                .is_published = voice.is_published,
        };
}
