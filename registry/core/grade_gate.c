/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade_gate.h"

#include "registry/core/grade_sort.h"
#include "registry/core/grade_weight.h"

#define FOR_EVER INT32_MAX

/* A time in which a kind of certificate is held without a gap. */
struct term {
        uint32_t kind;
        int32_t from;
        int32_t to; /* the first day it is not held; FOR_EVER */
};

struct terms {
        uint32_t count;
        uint32_t now[CERTIFICATE_LAST + 1]; /* by kind: the first that is not over */
        struct day until;                   /* they are these on every day before it; DAY_NONE: for ever */
        struct term at[GRADE_RECORDS_MAX];
};

static int compare_terms(const void *left, const void *right)
{
        const struct term *a = left;
        const struct term *b = right;

        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return (a->from > b->from) - (a->from < b->from);
}

/* A certificate is no more used than shown when its publicity has ended: those that follow on it then stand alone. */
static void collect(const struct grade_inputs *inputs, uint32_t kinds, struct day day, struct terms *ret)
{
        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];
                bool is_open = r->valid_through.number == DAY_NONE.number || r->valid_through.number >= DAY_LAST.number;

                if (r->type != RECORD_CERTIFICATE || !(kinds & 1u << r->certificate))
                        continue;
                if (r->publicity_end.number != DAY_NONE.number) {
                        if (r->publicity_end.number <= day.number)
                                continue;
                        grade_consider(&ret->until, r->publicity_end, day);
                }
                ret->at[ret->count++] = (struct term){r->certificate, r->decided_on.number,
                        is_open ? FOR_EVER : r->valid_through.number + 1};
        }
}

static void list_terms(const struct grade_inputs *inputs, uint32_t kinds, struct day day, struct terms *ret)
{
        uint32_t kept = 0;

        ret->count = 0;
        ret->until = DAY_NONE;
        collect(inputs, kinds, day, ret);
        grade_sort(ret->at, ret->count, sizeof(ret->at[0]), compare_terms);
        for (uint32_t i = 0; i < ret->count; i++) {
                const struct term *term = &ret->at[i];
                struct term *last = kept ? &ret->at[kept - 1] : NULL;

                if (!last || last->kind != term->kind || last->to < term->from)
                        ret->at[kept++] = *term;
                else if (last->to < term->to)
                        last->to = term->to;
        }
        ret->count = kept;
        for (uint32_t kind = 0, i = 0; kind <= CERTIFICATE_LAST; kind++) {
                while (i < kept && ret->at[i].kind < kind)
                        i++;
                ret->now[kind] = i;
        }
}

/* The term of a kind on a day, or the next one; NULL if none comes. Days are asked for in their order. */
static const struct term *term_of(struct terms *terms, uint32_t kind, struct day day)
{
        uint32_t *now = &terms->now[kind];

        while (*now < terms->count && terms->at[*now].kind == kind && terms->at[*now].to <= day.number)
                ++*now;
        return *now < terms->count && terms->at[*now].kind == kind ? &terms->at[*now] : NULL;
}

static struct day opens_on(const struct policy_gate *gate, const struct grade_gate_facts *facts)
{
        if (gate->months_without_deduction == 0 || facts->last_deduction.number == DAY_NONE.number)
                return DAY_NONE;
        return day_add_months(facts->last_deduction, gate->months_without_deduction);
}

/* Does it hold on that day? `*next` becomes the first day after it on which the answer could be another. */
static bool gate_holds(const struct policy_gate *gate, const struct grade_gate_facts *facts, struct terms *terms,
        struct day day, struct day *next)
{
        struct day opens = opens_on(gate, facts);
        bool holds = opens.number <= day.number;

        grade_consider(next, opens, day);
        for (uint32_t kinds = gate->certificates; kinds; kinds &= kinds - 1) {
                const struct term *term = term_of(terms, (uint32_t)__builtin_ctz(kinds), day);
                struct day since;

                if (!term)
                        return false;
                since = day_add_months((struct day){term->from}, gate->held_months);
                holds &= since.number <= day.number;
                grade_consider(next, since, day);
                if (term->to != FOR_EVER)
                        grade_consider(next, (struct day){term->to}, day);
        }
        return holds;
}

static const struct policy_gate *first_gate(const struct policy *policy, const struct grade_gate_facts *facts,
        struct terms *terms, struct day day, struct day *next)
{
        const struct policy_gate *first = NULL;

        for (unsigned i = 0; i < policy->gates_count; i++) {
                const struct policy_gate *gate = &policy->gates[i];

                if (gate->of == facts->band && !(gate->certificates & ~facts->certificates) &&
                        gate_holds(gate, facts, terms, day, next) && !first)
                        first = gate;
        }
        return first;
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
        uint32_t kinds = kinds_asked_for(policy, facts);
        __attribute__((uninitialized)) struct terms terms; /* 12 KiB, of which few are used */
        const struct policy_gate *found;
        struct day next = DAY_NONE;

        list_terms(inputs, kinds, today, &terms);
        found = first_gate(policy, facts, &terms, today, &next);
        grade_consider(&next, terms.until, today);
        *ret_change = facts->until;
        for (struct day day = next; !is_over(day, facts->until); day = next) {
                next = DAY_NONE;
                if (day.number == terms.until.number)
                        list_terms(inputs, kinds, day, &terms);
                if (first_gate(policy, facts, &terms, day, &next) != found) {
                        *ret_change = day;
                        break;
                }
                grade_consider(&next, terms.until, day);
        }
        return found;
}
