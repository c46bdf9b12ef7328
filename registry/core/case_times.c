/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_times.h"

#include <assert.h>

#include "registry/core/case_reckon.h"

/* One listing, from what began it to what ended it. */
struct span {
        struct day from;
        struct day to;       /* the first day it is over; DAY_NONE without end */
        struct day term_end; /* the same, had nothing ended it */
        struct day quashed_on; /* DAY_NONE: it has not been */
        bool is_gone;        /* and its display has been stopped since */
};

struct stay {
        struct day from;
        struct day to;       /* DAY_NONE: it lasts */
};

struct reckoning {
        const struct case_file *file;
        const struct case_event *decision; /* the last; NULL before it */
        const struct case_event *unserved; /* the decision whose service its listing waits for */
        struct span spans[CASE_EVENTS_MAX];
        size_t span_count;
        struct stay stays[CASE_EVENTS_MAX];
        size_t stay_count;
        struct day seen;     /* the last time at its source; DAY_NONE never */
        bool is_published;
        bool is_quashed;     /* the last decision */
};

static bool holds_on(struct day from, struct day to, struct day day)
{
        return !day_is_before(day, from) && (day_is_none(to) || day_is_before(day, to));
}

/* Of two days on which something is over; none is never. */
static struct day sooner(struct day a, struct day b)
{
        if (day_is_none(a) || day_is_none(b))
                return day_is_none(a) ? b : a;
        return day_is_before(a, b) ? a : b;
}

static struct day later(struct day a, struct day b)
{
        return day_is_before(a, b) ? b : a;
}

/* The day in a field of the event; DAY_NONE when it has none. */
static struct day day_in(const struct case_event *event, const char *field)
{
        const char *text = event && field ? case_event_value(event, field) : NULL;
        struct day day = DAY_NONE;

        if (text && !day_parse(slice_text(text), &day))
                return DAY_NONE;
        return day;
}

/* The first day over of a listing that began on `from` by that decision. */
static struct day term_end_of(
        const struct procedure *procedure, struct day from, const struct case_event *decision)
{
        struct day until = day_in(decision, procedure->until_field);
        struct day longer = day_in(decision, procedure->longer_field);
        struct day end = DAY_NONE;

        if (!day_is_none(until))
                return day_add(until, 1);
        for (unsigned i = 0; i < procedure->term_count && day_is_none(end); i++)
                if (procedure_is_valid_on(&procedure->terms[i].validity, from))
                        end = day_add_months(from, procedure->terms[i].months);
        if (day_is_none(end) || day_is_none(longer))
                return end;
        return later(end, day_add(longer, 1));
}

/* ---------------------------------------------------------------- effects, as they were recorded */

static void begin(struct reckoning *r, struct day from, const struct case_event *decision)
{
        struct span *span = &r->spans[r->span_count];

        for (size_t i = 0; i < r->span_count; i++)
                r->spans[i].to = sooner(r->spans[i].to, later(from, r->spans[i].from));
        *span = (struct span){
                .from = from, .term_end = term_end_of(r->file->procedure, from, decision), .quashed_on = DAY_NONE};
        span->to = day_is_none(span->term_end) ? DAY_NONE : later(span->term_end, from);
        r->span_count++;
        r->unserved = NULL;
}

static void start(struct reckoning *r, const struct case_event *event, struct day day)
{
        r->decision = event;
        r->is_quashed = false;
        if (r->file->procedure->starts_with_service)
                r->unserved = event;
        else
                begin(r, day, event);
}

static void end(struct reckoning *r, struct day day)
{
        struct span *last = r->span_count ? &r->spans[r->span_count - 1] : NULL;

        r->unserved = NULL;
        if (last)
                last->to = sooner(last->to, later(day, last->from));
}

static void quash(struct reckoning *r, struct day day)
{
        r->unserved = NULL;
        r->is_quashed = true;
        for (size_t i = 0; i < r->span_count; i++)
                r->spans[i].quashed_on = sooner(r->spans[i].quashed_on, day);
}

static void unpublish(struct reckoning *r)
{
        r->is_published = false;
        for (size_t i = 0; i < r->span_count; i++)
                r->spans[i].is_gone = !day_is_none(r->spans[i].quashed_on);
}

/* The stay that has not been ended; NULL when there is none. */
static struct stay *open_stay(struct reckoning *r)
{
        struct stay *last = r->stay_count ? &r->stays[r->stay_count - 1] : NULL;

        return last && day_is_none(last->to) ? last : NULL;
}

static void suspend(struct reckoning *r, struct day day)
{
        struct stay *open = open_stay(r);

        if (open)
                open->from = sooner(open->from, day);
        else
                r->stays[r->stay_count++] = (struct stay){.from = day, .to = DAY_NONE};
}

static void resume(struct reckoning *r, struct day day)
{
        struct stay *open = open_stay(r);

        if (open)
                open->to = day;
}

static void see(struct reckoning *r, const struct case_event *event, struct day day)
{
        struct day seen = day_in(event, r->file->procedure->seen_field);

        r->seen = later(day_is_none(seen) ? day : seen, r->seen);
}

static void apply(struct reckoning *r, const struct case_event *event, enum procedure_effect effect)
{
        struct day day = case_event_day(r->file, event);

        switch (effect) {
        case EFFECT_NONE:
                break;
        case EFFECT_START:
                start(r, event, day);
                see(r, event, day);
                break;
        case EFFECT_SERVE:
                if (r->unserved)
                        begin(r, case_effective_day(r->file, event), r->unserved);
                break;
        case EFFECT_PUBLISH:
                r->is_published = true;
                break;
        case EFFECT_UNPUBLISH:
                unpublish(r);
                break;
        case EFFECT_SUSPEND:
                suspend(r, day);
                break;
        case EFFECT_RESUME:
                resume(r, day);
                break;
        case EFFECT_END:
                end(r, day);
                break;
        case EFFECT_RESTORE:
                begin(r, day, r->decision);
                see(r, event, day);
                break;
        case EFFECT_QUASH:
                quash(r, day);
                break;
        case EFFECT_CONFIRM:
                see(r, event, day);
                break;
        }
}

/* ---------------------------------------------------------------- times, cut from them */

static bool is_stayed(const struct reckoning *r, struct day day)
{
        for (size_t i = 0; i < r->stay_count; i++)
                if (holds_on(r->stays[i].from, r->stays[i].to, day))
                        return true;
        return false;
}

/*
 * From when on nobody knows: so long after it was last seen at its source. What lies between two times it was seen
 * there is known, for then its source says that it listed all the while.
 */
static struct day lapses_on(const struct reckoning *r)
{
        int32_t days = r->file->procedure->lapse_days;

        return days > 0 && !day_is_none(r->seen) ? day_add(r->seen, days) : DAY_NONE;
}

static bool is_unknown(const struct reckoning *r, struct day day)
{
        struct day from = lapses_on(r);

        return !day_is_none(from) && !day_is_before(day, from);
}

static enum listing_effect effect_on(const struct reckoning *r, const struct span *span, struct day day)
{
        if (!day_is_none(span->quashed_on))
                return LISTING_QUASHED;
        if (is_unknown(r, day))
                return LISTING_UNKNOWN;
        return is_stayed(r, day) ? LISTING_SUSPENDED : LISTING_IN_FORCE;
}

static void consider(struct day candidate, struct day after, struct day *next)
{
        if (!day_is_none(candidate) && day_is_before(after, candidate))
                *next = sooner(*next, candidate);
}

/* The next day after `day` on which something of the span may change; its end when there is none. */
static struct day next_cut(const struct reckoning *r, const struct span *span, struct day day)
{
        struct day next = span->to;

        for (size_t i = 0; i < r->stay_count; i++) {
                consider(r->stays[i].from, day, &next);
                consider(r->stays[i].to, day, &next);
        }
        consider(lapses_on(r), day, &next);
        return next;
}

static void add_time(struct case_times *times, struct grade_listing listing)
{
        struct grade_listing *last = times->count ? &times->listings[times->count - 1] : NULL;

        if (last && last->effect == listing.effect && day_compare(last->to, listing.from) == 0)
                last->to = listing.to;
        else if (times->count < CASE_LISTINGS_MAX)
                times->listings[times->count++] = listing;
        else
                times->is_full = true;
}

static void add_span(struct case_times *times, const struct reckoning *r, const struct span *span)
{
        struct day from = span->from, to;

        if (span->is_gone || day_compare(span->from, span->to) == 0)
                return;
        do {
                to = next_cut(r, span, from);
                add_time(times, (struct grade_listing){.from = from, .to = to, .effect = effect_on(r, span, from),
                        .is_published = r->is_published || r->file->procedure->is_public});
                from = to;
        } while (!day_is_none(to) && (day_is_none(span->to) || day_is_before(to, span->to)));
}

static void add_spans(struct case_times *times, const struct reckoning *r)
{
        for (size_t i = 0; i < r->span_count; i++)
                add_span(times, r, &r->spans[i]);
}

/*
 * Do its times fit, whatever comes of what is open? When a stay is ended, as it must be possible to, what it hides
 * comes to light and it may itself lie in the midst of another time; when the source is seen again, a time in which
 * nobody knows may follow. Ends and quashings only ever take times away.
 */
static bool has_room(const struct reckoning *r)
{
        struct case_times closed = {.count = 0};
        struct reckoning without = *r;
        size_t more = 0;

        if (open_stay(&without)) {
                without.stay_count--;
                more += 2;
        }
        if (r->file->procedure->lapse_days > 0) {
                without.seen = DAY_NONE;
                more++;
        }
        add_spans(&closed, &without);
        return !closed.is_full && closed.count + more <= CASE_LISTINGS_MAX;
}

void case_times_reckon(const struct case_file *file, struct case_times *ret)
{
        struct reckoning r = {.file = file, .seen = DAY_NONE};

        assert(file->count <= CASE_EVENTS_MAX);
        *ret = (struct case_times){.term_end = DAY_NONE};
        for (size_t i = 0; i < file->count; i++) {
                const struct procedure_action *action = case_action(file, &file->events[i]);
                struct case_file before = case_before(file, &file->events[i]);

                if (action && case_when(&action->effect_when, &before, &file->events[i]))
                        apply(&r, &file->events[i], action->effect);
        }
        add_spans(ret, &r);
        ret->is_full = !has_room(&r);
        ret->is_stayed = open_stay(&r);
        ret->is_quashed = r.is_quashed;
        for (size_t i = 0; i < r.span_count; i++) {
                const struct span *span = &r.spans[i];

                ret->lives[ret->life_count++] = (struct case_life){
                        .from = span->from, .over = sooner(span->to, span->quashed_on)};
                ret->term_end = span->term_end;
        }
}

/* ---------------------------------------------------------------- questions about them */

/* The time in which it is listed on that day, NULL when it is not. */
static const struct grade_listing *listed_on(const struct case_times *times, struct day day)
{
        for (size_t i = 0; i < times->count; i++)
                if (times->listings[i].effect != LISTING_QUASHED &&
                        holds_on(times->listings[i].from, times->listings[i].to, day))
                        return &times->listings[i];
        return NULL;
}

bool case_times_in_force(const struct case_times *times, struct day day)
{
        const struct grade_listing *listing = listed_on(times, day);

        return listing && listing->effect == LISTING_IN_FORCE;
}

bool case_times_listed(const struct case_times *times, struct day day)
{
        return listed_on(times, day);
}

/* The first day on which all have begun and are over; DAY_NONE when one has no end, or there is none. */
static struct day all_over(const struct case_times *times)
{
        struct day day = DAY_NONE;

        for (size_t i = 0; i < times->life_count; i++) {
                const struct case_life *life = &times->lives[i];
                struct day over = later(life->over, life->from);

                if (day_is_none(life->over))
                        return DAY_NONE;
                day = later(over, day);
        }
        return day;
}

bool case_times_ended(const struct case_times *times, struct day day)
{
        struct day over = all_over(times);

        return !day_is_none(over) && !day_is_before(day, over);
}

struct day case_times_end_after(const struct case_times *times, struct day day)
{
        struct day over = all_over(times);

        return day_is_none(over) ? over : later(over, day);
}
