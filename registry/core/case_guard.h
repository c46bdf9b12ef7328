/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A guard of a procedure's action, asked about one case on one day: what must have happened, must not have, must be
 * over, who must not have had a hand in it. Internal to the core.
 */
#pragma once

#include "registry/core/case_past.h"
#include "registry/core/case_times.h"

struct case_asking {
        const struct case_file *file;      /* what happened before */
        const struct case_rules *rules;
        const struct case_times *times;    /* of `file` */
        const struct case_event *step;     /* NULL: guards on its fields and persons are left aside */
        const struct case_person *proposer; /* NULL as well then */
        const struct case_person *second;  /* NULL: nobody has confirmed yet */
        bool needs_second;
        struct day day;                    /* the event's */
};

struct case_answer {
        enum case_refusal refusal;
        const char *field, *value;         /* at fault, or NULL */
        const char *expected;              /* the other action's word, or NULL */
        struct day earliest;               /* DAY_NONE where no day makes it right */
        bool is_provisional;
};

/* Is it in force on that day, and does its condition hold? Only then it is asked. */
bool case_guard_applies(const struct case_asking *asking, const struct procedure_guard *guard);
/* Sets every field of `ret`. */
void case_guard_ask(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret);
