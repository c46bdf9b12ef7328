/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade_gate.h"

#include "registry/core/grade_sort.h"
#include "registry/core/grade_weight.h"

#define FOR_EVER INT32_MAX

/* A certificate of a kind that is asked for. */
struct held {
        uint32_t kind;
        int32_t from;
        int32_t to;          /* the first day it is not valid; FOR_EVER */
        int32_t shown_until; /* the end of its publicity; FOR_EVER */
};

struct certificates {
        uint32_t count;
        struct held at[GRADE_RECORDS_MAX]; /* by kind and first day */
};

/* A time in which a kind is held without a gap. */
struct term {
        int32_t from;
        int32_t to;
};

struct terms {
        uint32_t first[CERTIFICATE_LAST + 2]; /* by kind: where its terms begin; those of the next end it */
        struct day until;                     /* they are these on every day before it; DAY_NONE: for ever */
        struct term at[GRADE_RECORDS_MAX];
};

/* A gate seen on one day after another: by kind, which of its terms is not over. */
struct view {
        const struct policy_gate *gate;
        const struct terms *terms;
        uint32_t now[CERTIFICATE_LAST + 1];
};

static int compare_held(const void *left, const void *right)
{
        const struct held *a = left;
        const struct held *b = right;

        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return (a->from > b->from) - (a->from < b->from);
}

static void collect(const struct grade_inputs *inputs, uint32_t kinds, struct certificates *ret)
{
        ret->count = 0;
        for (uint32_t i = 0; i < inputs->count && kinds; i++) {
                const struct grade_record *r = &inputs->records[i];
                bool is_open = r->valid_through.number == DAY_NONE.number || r->valid_through.number >= DAY_LAST.number;

                if (r->type != RECORD_CERTIFICATE || !(kinds & 1u << r->certificate))
                        continue;
                ret->at[ret->count++] = (struct held){r->certificate, r->decided_on.number,
                        is_open ? FOR_EVER : r->valid_through.number + 1,
                        r->publicity_end.number == DAY_NONE.number ? FOR_EVER : r->publicity_end.number};
        }
        grade_sort(ret->at, ret->count, sizeof(ret->at[0]), compare_held);
}

/* A certificate is no more used than shown when its publicity has ended: those that follow on it then stand alone. */
static void list_terms(const struct certificates *certificates, struct day day, struct terms *ret)
{
        uint32_t count = 0, i = 0;

        ret->until = DAY_NONE;
        for (uint32_t kind = 0; kind <= CERTIFICATE_LAST; kind++) {
                ret->first[kind] = count;
                for (; i < certificates->count && certificates->at[i].kind == kind; i++) {
                        const struct held *held = &certificates->at[i];
                        struct term *last = count > ret->first[kind] ? &ret->at[count - 1] : NULL;

                        if (held->shown_until <= day.number)
                                continue;
                        if (held->shown_until != FOR_EVER)
                                grade_consider(&ret->until, (struct day){held->shown_until}, day);
                        if (!last || last->to < held->from)
                                ret->at[count++] = (struct term){held->from, held->to};
                        else if (last->to < held->to)
                                last->to = held->to;
                }
        }
        ret->first[CERTIFICATE_LAST + 1] = count;
}

static struct view view_of(const struct policy_gate *gate, const struct terms *terms)
{
        struct view view = {.gate = gate, .terms = terms};

        memcpy(view.now, terms->first, sizeof(view.now));
        return view;
}

/* The first term of a kind that is not over on a day, whether it has begun or not; NULL if there is none. Days ascend. */
static const struct term *term_of(struct view *view, uint32_t kind, int32_t day)
{
        const struct terms *terms = view->terms;
        uint32_t *now = &view->now[kind];

        while (*now < terms->first[kind + 1] && terms->at[*now].to <= day)
                ++*now;
        return *now < terms->first[kind + 1] ? &terms->at[*now] : NULL;
}

/* From which day on no deduction holds the gate shut, if none is added. */
static int32_t free_from(const struct policy_gate *gate, const struct grade_gate_facts *facts)
{
        if (gate->months_without_deduction == 0 || facts->last_deduction.number == DAY_NONE.number)
                return DAY_NONE.number;
        return day_add_months(facts->last_deduction, gate->months_without_deduction).number;
}

/* From which day on a kind has been held for long enough, on `day` or later; false if on none. */
static bool held_from(struct view *view, uint32_t kind, int32_t day, int32_t *ret)
{
        const struct term *term;

        while ((term = term_of(view, kind, day))) {
                *ret = day_add_months((struct day){term->from}, view->gate->held_months).number;
                if (*ret < term->to)
                        return true;
                day = term->to; /* over before it was long enough */
        }
        return false;
}

/* The first day from `day` on on which the gate holds; DAY_NONE if there is none. */
static struct day opens_on(const struct policy_gate *gate, const struct grade_gate_facts *facts,
        const struct terms *terms, struct day day)
{
        struct view view = view_of(gate, terms);
        int32_t free = free_from(gate, facts);
        int32_t open = free > day.number ? free : day.number;
        int32_t asked; /* the last day for which every kind was asked */

        do {
                asked = open;
                for (uint32_t kinds = gate->certificates; kinds; kinds &= kinds - 1) {
                        int32_t from;

                        if (!held_from(&view, (uint32_t)__builtin_ctz(kinds), open, &from))
                                return DAY_NONE;
                        open = from > open ? from : open;
                }
        } while (open > asked);
        return (struct day){open};
}

/* The first day after `day`, on which it holds, that it does not; DAY_NONE if there is none. */
static struct day shuts_on(const struct policy_gate *gate, const struct terms *terms, struct day day)
{
        struct view view = view_of(gate, terms);
        struct day shut = DAY_NONE;

        for (uint32_t kinds = gate->certificates; kinds; kinds &= kinds - 1) {
                const struct term *term = term_of(&view, (uint32_t)__builtin_ctz(kinds), day.number);

                if (term && term->to != FOR_EVER)
                        grade_consider(&shut, (struct day){term->to}, day);
        }
        return shut;
}

/*
 * The first gate that holds on a day. `*ret_change` is the next day on which another is: the gate shuts, or one before it
 * opens. What those behind it do changes nothing.
 */
static const struct policy_gate *first_gate(const struct policy *policy, const struct grade_gate_facts *facts,
        const struct terms *terms, struct day day, struct day *ret_change)
{
        *ret_change = DAY_NONE;
        for (unsigned i = 0; i < policy->gates_count; i++) {
                const struct policy_gate *gate = &policy->gates[i];
                struct day opens;

                if (gate->of != facts->band || gate->certificates & ~facts->certificates)
                        continue;
                opens = opens_on(gate, facts, terms, day);
                if (opens.number == day.number) {
                        grade_consider(ret_change, shuts_on(gate, terms, day), day);
                        return gate;
                }
                grade_consider(ret_change, opens, day);
        }
        return NULL;
}

static uint32_t kinds_asked_for(const struct policy *policy, const struct grade_gate_facts *facts)
{
        uint32_t kinds = 0;

        for (unsigned i = 0; i < policy->gates_count; i++)
                if (policy->gates[i].of == facts->band && !(policy->gates[i].certificates & ~facts->certificates))
                        kinds |= policy->gates[i].certificates;
        return kinds;
}

static bool is_over(struct day day, struct day until)
{
        return day.number == DAY_NONE.number || (until.number != DAY_NONE.number && day.number >= until.number);
}

const struct policy_gate *grade_gate_find(const struct policy *policy, const struct grade_inputs *inputs,
        const struct grade_gate_facts *facts, struct day today, struct day *ret_change)
{
        /* 24 KiB, of which few are used. */
        __attribute__((uninitialized)) struct certificates certificates;
        __attribute__((uninitialized)) struct terms terms;
        const struct policy_gate *found;
        struct day day;

        collect(inputs, kinds_asked_for(policy, facts), &certificates);
        list_terms(&certificates, today, &terms);
        found = first_gate(policy, facts, &terms, today, ret_change);
        /* A certificate that is not shown any more may have cut a term short: looked at anew from that day on. */
        for (day = terms.until; !is_over(day, facts->until); day = terms.until) {
                struct day change;

                if (!is_over(*ret_change, day))
                        break;
                list_terms(&certificates, day, &terms);
                if (first_gate(policy, facts, &terms, day, &change) != found) {
                        *ret_change = day;
                        break;
                }
                *ret_change = change;
        }
        if (is_over(*ret_change, facts->until))
                *ret_change = facts->until;
        return found;
}
