/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade_repeat.h"

#include "registry/core/grade_sort.h"
#include "registry/core/grade_weight.h"

/* A time in which a case has a record that the rule counts. */
struct span {
        uint64_t case_ref;
        int32_t from;
        int32_t to; /* the first day it has none */
};

struct spans {
        uint32_t count;
        struct span at[GRADE_RECORDS_MAX];
};

static int compare_cases(const void *left, const void *right)
{
        const struct span *a = left;
        const struct span *b = right;

        if (a->case_ref != b->case_ref)
                return a->case_ref < b->case_ref ? -1 : 1;
        return (a->from > b->from) - (a->from < b->from);
}

static int compare_beginnings(const void *left, const void *right)
{
        const struct span *a = left;
        const struct span *b = right;

        return (a->from > b->from) - (a->from < b->from);
}

static int compare_numbers(const void *left, const void *right)
{
        const int32_t *a = left;
        const int32_t *b = right;

        return (*a > *b) - (*a < *b);
}

static void list_spans(const struct policy *policy, const struct policy_repeat *repeat,
        const struct grade_inputs *inputs, struct day today, struct spans *ret)
{
        ret->count = 0;
        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];
                struct grade_weight weight;
                int32_t to;

                if (!grade_repeat_is_of(repeat, r) || !grade_weigh(policy, r, &weight))
                        continue;
                to = day_add_months(r->decided_on, repeat->months).number;
                if (weight.end.number < to)
                        to = weight.end.number;
                if (to > today.number && to > r->decided_on.number)
                        ret->at[ret->count++] = (struct span){r->case_ref, r->decided_on.number, to};
        }
}

/* Spans of one case that touch become one, so that no case is counted twice on a day. */
static void join_spans(struct spans *spans)
{
        uint32_t kept = 0;

        grade_sort(spans->at, spans->count, sizeof(spans->at[0]), compare_cases);
        for (uint32_t i = 0; i < spans->count; i++) {
                const struct span *span = &spans->at[i];
                struct span *last = kept ? &spans->at[kept - 1] : NULL;

                if (!last || last->case_ref != span->case_ref || last->to < span->from)
                        spans->at[kept++] = *span;
                else if (last->to < span->to)
                        last->to = span->to;
        }
        spans->count = kept;
}

bool grade_repeat_holds(const struct policy *policy, const struct policy_repeat *repeat,
        const struct grade_inputs *inputs, struct day today, struct day *ret_change)
{
        struct spans spans;
        int32_t ends[GRADE_RECORDS_MAX];
        uint32_t begun = 0, over = 0;
        bool holds;

        list_spans(policy, repeat, inputs, today, &spans);
        join_spans(&spans);
        grade_sort(spans.at, spans.count, sizeof(spans.at[0]), compare_beginnings);
        for (uint32_t i = 0; i < spans.count; i++)
                ends[i] = spans.at[i].to;
        grade_sort(ends, spans.count, sizeof(ends[0]), compare_numbers);

        while (begun < spans.count && spans.at[begun].from <= today.number)
                begun++;
        holds = begun >= (uint32_t)repeat->count;
        /* From one day to the next on which a span begins or ends. */
        while (over < spans.count) {
                int32_t day = begun < spans.count && spans.at[begun].from < ends[over] ?
                        spans.at[begun].from : ends[over];

                while (begun < spans.count && spans.at[begun].from <= day)
                        begun++;
                while (over < spans.count && ends[over] <= day)
                        over++;
                if ((begun - over >= (uint32_t)repeat->count) != holds) {
                        *ret_change = (struct day){day};
                        return holds;
                }
        }
        *ret_change = DAY_NONE;
        return holds;
}
