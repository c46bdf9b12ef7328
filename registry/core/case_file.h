/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case file (案卷): the events of one case under its procedure, and everything that follows from them. Nothing
 * about a case is stored but its events; state, terms, deadlines, whether it lists and what may be done next are
 * computed, the same by the worker that takes a step, the follower that checks it, the dry run and the reader of
 * a dossier. All functions are pure: they read no clock; `today` bounds days of documents from above and does
 * nothing else, so that an event decided yesterday is still right today.
 */
#pragma once

#include "registry/core/code_table.h"
#include "registry/core/inputs.h"
#include "registry/core/procedure.h"
#include "registry/core/work_calendar.h"

#define CASE_EVENTS_MAX 256u
/*
 * Of those, kept for steps that move the case or change what is said of the party: papers without end cannot fill a
 * file up against them. Reading a source again is a paper, and so is a step whose effect changes nothing.
 */
#define CASE_EVENTS_KEPT 32u
#define CASE_EVENTS_KEPT_FOR_THE_END 4u /* of those, for the end of the listing; one more while it is stayed */
#define CASE_VALUES_MAX 64u        /* fields of one event */
#define CASE_TEXT_OCTETS 4000u     /* of a FIELD_TEXT */
#define CASE_NUMBER_OCTETS 200u    /* of a FIELD_NUMBER */
#define CASE_PERSON 33
#define CASE_LISTINGS_MAX 16u      /* times of one case */

/* One field as it was signed: name and canonical text. A field that may be there several times repeats its name. */
struct case_value {
        const char *name;
        const char *value;
};

struct case_event {
        uint32_t seq;              /* from 1 without a gap */
        uint64_t serial;           /* of the entry that put it into effect */
        int64_t recorded_ms;       /* that entry's time */
        const char *action;
        const char *proposer;      /* who signed the step */
        const char *actor;         /* who confirmed it; the same person when one was enough */
        const struct case_value *values;
        size_t value_count;
};

struct case_file {
        const char *subject;
        uint32_t number;           /* the serial it was opened under; 0: it is to be opened */
        const char *office;        /* of who opened it */
        const struct procedure *procedure;
        const struct case_event *events; /* seq ascending from 1; none for a case that is to be opened */
        size_t count;
};

struct case_person {
        const char *id;
        const char *office;
        uint32_t roles;            /* those of absent persons they deputise for included */
};

/* What somebody asks to have done. */
struct case_step {
        const char *action;
        const struct case_value *values;
        size_t value_count;
        bool name_differs;         /* opening: the party has and had no such name; two persons must say so */
};

/* What the step is weighed with. */
struct case_rules {
        const struct work_calendar *calendar;      /* NULL: no year is loaded */
        const struct code_table *const *tables;
        size_t table_count;
        struct day today;
};

enum case_refusal {
        CASE_GRANTED = 0,
        CASE_ACTION_UNKNOWN,  /* the procedure has no such action */
        CASE_ROLE,            /* none of the person's roles takes this step */
        CASE_OFFICE,          /* the case is another office's */
        CASE_STATE,           /* the state does not allow it */
        CASE_FULL,            /* CASE_EVENTS_MAX, or CASE_LISTINGS_MAX */
        CASE_FIELD_UNKNOWN,
        CASE_FIELD_MISSING,
        CASE_FIELD_INVALID,
        CASE_FIELD_TWICE,     /* or one number, however it is written, in two unique fields */
        CASE_DATE_IN_FUTURE,
        CASE_CODE_NOT_IN_FORCE, /* the table has no such row on that day, or the row lacks what is asked for */
        CASE_PERSON_EXCLUDED, /* this person had a hand in an earlier step that keeps them out of this one */
        CASE_SELF_APPROVAL,   /* the confirming person is the one who proposed */
        CASE_NEEDS_STEP,      /* a step before it is missing */
        CASE_DONE_ALREADY,    /* a step that excludes it has happened */
        CASE_NOT_YET,         /* a window has not closed, a term has not run, a notice was too short */
        CASE_NOT_LISTED,      /* there is no listing (in force) on that day, or none that could be restored */
        CASE_FIELD_RULE,      /* the law forbids it with this value */
};
#define CASE_REFUSAL_LAST CASE_FIELD_RULE

struct case_verdict {
        enum case_refusal refusal;
        const struct procedure_action *action; /* NULL when unknown */
        bool needs_second;     /* granted: another person must confirm */
        unsigned from, to;     /* states; PROCEDURE_NONE for a case to be opened */
        struct day day;        /* the event's legal day */
        bool is_late;          /* a deadline it answers to, or a window it had to be in, was over */
        bool is_provisional;   /* `earliest`, a window that has passed or lateness was reckoned through a year whose
                                  calendar is not loaded */
        /* of a refusal */
        const char *article;   /* of the guard that refuses, else of the action; "" when neither is known */
        const char *zh, *en;   /* what the guard says, or "" */
        const char *field;     /* the field at fault, or NULL */
        const char *value;     /* what stood there, or the person at fault, or NULL */
        const char *expected;  /* NEEDS_STEP, DONE_ALREADY: the other action's word; else NULL */
        struct day earliest;   /* NOT_YET: the first day on which it may be done */
        uint32_t roles;        /* ROLE, STATE: whose step it is */
};

/*
 * May this step be taken now? `file` without events: may the case be opened. `second` is NULL while nobody has
 * confirmed: then it says whether the step may be proposed (or, where one person is enough, taken). Order of refusals:
 * action, role, office, state, fields, persons, guards in the document's order, what it would make of the case; the
 * first one is said. Of fields: each value as it stands (unknown, twice, invalid, in the future), then what is
 * missing, then codes. Whatever the guards say, what was quashed is not restored. Sets every field of `ret`, whose
 * texts live with procedure, step and persons.
 */
void case_decide(const struct case_file *file, const struct case_step *step, const struct case_rules *rules,
        const struct case_person *proposer, const struct case_person *second, struct case_verdict *ret);
const char *case_refusal_word(enum case_refusal refusal);

/* Index of the state after its events; PROCEDURE_NONE without any. */
unsigned case_state(const struct case_file *file);
/* Its word; "" without any. */
const char *case_state_word(const struct case_file *file);
/* Is it in an end state: can nothing but what that state's actions say follow? */
bool case_is_over(const struct case_file *file);
/* The legal day of one of its events. */
struct day case_event_day(const struct case_file *file, const struct case_event *event);
/* The last value of a field of the last event of that action; NULL when there is none. */
const char *case_value_of(const struct case_file *file, const char *action, const char *field);
const char *case_event_value(const struct case_event *event, const char *field);

/*
 * The times in which it lists or did, ascending, as packed grade inputs hold them; at most CASE_LISTINGS_MAX, which
 * a case whose events passed case_decide cannot exceed: a step is refused unless what ends a stay still fits too. Nothing before the decision; nothing of a
 * quashed listing whose display has been stopped. No two overlap, and neighbours that say the same are one. Published
 * is a mark of them all, never a day in them: making public or late makes no time begin or end.
 */
size_t case_listings(const struct case_file *file, struct grade_listing ret[CASE_LISTINGS_MAX]);
/* The serial of its newest event that changed one of these times, 0 if none did: what a statement may name. */
uint64_t case_decision_serial(const struct case_file *file);
/* Do these two hold the same times? (Has a step changed what is said?) */
bool case_listings_equal(const struct grade_listing *a, size_t a_count, const struct grade_listing *b, size_t b_count);

/*
 * Adds the times of one case to those of the party's others, as its packed inputs hold them: by first day, then by the
 * day they are over with open ones last, effect, published. What two cases say alike is there once. False, with
 * nothing changed, when they would be more than GRADE_LISTINGS_MAX.
 */
bool case_listings_merge(struct grade_listing listings[GRADE_LISTINGS_MAX], size_t *count,
        const struct grade_listing *more, size_t more_count) MUST_CHECK;

/* What may be done from its state, whether now or later. */
struct case_option {
        const struct procedure_action *action;
        enum case_refusal refusal;  /* GRANTED, or what stands against it as of today: a guard's, or what it would
                                       make of the case */
        const char *article, *expected;
        struct day earliest;
        bool is_provisional;
};
/* Guards are asked as of today, the step's own fields and persons left aside. At most PROCEDURE_ACTIONS_MAX; returns the count. */
size_t case_options(const struct case_file *file, const struct case_rules *rules,
        struct case_option ret[PROCEDURE_ACTIONS_MAX]);

struct case_deadline {
        const struct procedure_deadline *deadline;
        struct day day;             /* the last day on which it is in time */
        bool is_provisional;
        bool is_done;
        struct day done_on;
        bool is_late;               /* done, or today is, after `day` */
};
size_t case_deadlines(const struct case_file *file, const struct case_rules *rules,
        struct case_deadline ret[PROCEDURE_DEADLINES_MAX]);

struct case_window {
        const struct procedure_window *window;
        struct day opened;          /* received, or deemed so */
        struct day last;            /* the last day in it */
        bool is_provisional;
};
/* False when it has not opened. */
bool case_window_of(const struct case_file *file, const struct case_rules *rules, unsigned window,
        struct case_window *ret);
/*
 * When the term of its last listing ends: the first day it is over; DAY_NONE while not decided, or without end. An
 * earlier removal or a quashing ends the listing, not its term: this stays.
 */
struct day case_term_end(const struct case_file *file);
