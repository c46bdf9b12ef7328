/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A procedure: how a listing comes to be and ends, as data. Another regime is another document (share/procedures/,
 * a rule document of kind `procedure`), never another program: states, actions, who may take them, which papers they
 * need, what must have happened before, which days count. docs/PROCEDURE.md describes the document key by key.
 *
 * It drives everything that is said about a case: what is refused and by which article (core/case_file), what may be
 * done now and by whom, deadlines, the transition table in the database, the diagram, the authority matrix.
 *
 * An action's article and every guard's may be in force for some days only: the law of the event's day decides.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/calendar.h"
#include "registry/core/document.h"

#define PROCEDURE_FORMAT "qcr-procedure/1"
#define PROCEDURE_ID 33
#define PROCEDURE_WORD_OCTETS 32u /* a word: `[a-z0-9-]`, of a field `[a-z0-9_]`, without NUL */
#define PROCEDURE_STATES_MAX 24u
#define PROCEDURE_ACTIONS_MAX 48u
#define PROCEDURE_FIELDS_MAX 24u  /* of one action */
#define PROCEDURE_GUARDS_MAX 24u  /* of one action */
#define PROCEDURE_DEADLINES_MAX 24u
#define PROCEDURE_WINDOWS_MAX 8u
#define PROCEDURE_WORDS_MAX 16u   /* of one word field */
#define PROCEDURE_NONE UINT32_MAX /* no state, no action, no window */

/* When something holds: some field of an action of this case has one of these words; or an action has happened. */
struct procedure_when {
        bool is_there;          /* false: always */
        unsigned action;        /* the field's; PROCEDURE_NONE: the step itself */
        const char *field;      /* NULL: that the action has happened is enough */
        unsigned word_count;
        const char *words[PROCEDURE_WORDS_MAX];
        bool in_time;           /* and its last event was not late; of fields and guards alone */
};

struct procedure_validity {
        struct day from;        /* DAY_NONE: from ever */
        struct day to;          /* the last day; DAY_NONE: still */
};

enum procedure_field_type {
        FIELD_TEXT = 1,   /* words of a person: at most 4,000 octets */
        FIELD_DAY,        /* YYYY-MM-DD, a legal day, not after today unless `future` */
        FIELD_WORD,       /* one of `words` */
        FIELD_CODE,       /* a code of the table `table`, in force on the event's day */
        FIELD_NUMBER,     /* a document's number (core/record normalises it) */
        FIELD_FILE,       /* SHA-256 of a kept document, 64 lower-case digits */
        FIELD_PERSON,     /* a person's id */
        FIELD_CERTIFICATE_NUMBER, /* 执法证号: 1 to 40 of letters, digits, hyphen */
};

struct procedure_field {
        const char *word, *zh, *en;
        enum procedure_field_type type;
        bool is_required;       /* while `when` holds */
        bool is_many;           /* may stand several times */
        bool is_unique;         /* NUMBER: no other case of this party has it (service), nor the step itself twice */
        bool may_be_future;     /* DAY */
        struct procedure_when when;
        unsigned word_count;
        const char *words[PROCEDURE_WORDS_MAX], *words_zh[PROCEDURE_WORDS_MAX], *words_en[PROCEDURE_WORDS_MAX];
        const char *table;      /* CODE: id of the code table */
        const char *attribute;  /* CODE: the row must have this attribute, not empty; NULL: none asked for */
};

enum procedure_guard_kind {
        GUARD_DONE = 1,   /* `action` has happened, after the last `since` if there is one */
        GUARD_NOT_DONE,   /* it has not, after the last `since` if there is one */
        GUARD_WINDOW,     /* `window` has opened, and has ended before the event's day or `waiver` has happened since */
        GUARD_TERM,       /* the event's day is not before the day of the last `action`, if any, + `months` */
        GUARD_IN_FORCE,   /* the listing is in force on the event's day */
        GUARD_LISTED,     /* decided and neither ended nor expired on the event's day; suspended counts */
        GUARD_ENDED,      /* every listing recorded, restored ones too, ended, quashed or expired by the event's day */
        GUARD_PERSON,     /* `hand` is nobody who had a hand in one of `actions`: proposed, confirmed, or was named in
                             a person field; a named one is not who takes this step either */
        GUARD_FIELD,      /* `field` of the step, or of the last `action` if one is named, is one of `words` */
        GUARD_CODE,       /* some value of `field` of the last `action` has `attribute` = `value` in its table */
        GUARD_LEAD,       /* the step's day field `field` lies at least `days` (`unit`) after its day field `other` */
        GUARD_OVER,       /* the day in `field` of the last `action`, if it has one, is before the event's day */
        GUARD_ORDER,      /* the event's day is not before the day of the last `action`, if any */
};

enum procedure_unit {
        UNIT_WORKING = 1, /* working days */
        UNIT_DAYS,        /* calendar days */
        UNIT_MONTHS,
};

enum procedure_hand {
        HAND_FIRST = 1,   /* who proposes or acts alone */
        HAND_SECOND,      /* who confirms; in a step of one, that one */
        HAND_BOTH,
        HAND_NAMED,       /* the person in the step's field `field` */
};

struct procedure_guard {
        enum procedure_guard_kind kind;
        struct procedure_validity validity;
        struct procedure_when when;
        const char *article, *zh, *en;  /* what is said when it refuses */
        unsigned action, since, waiver, window; /* PROCEDURE_NONE where not given */
        unsigned action_count;
        unsigned actions[PROCEDURE_ACTIONS_MAX];
        enum procedure_hand hand;
        int32_t months, days;
        enum procedure_unit unit;
        const char *field, *other, *attribute, *value;
        unsigned word_count;
        const char *words[PROCEDURE_WORDS_MAX];
};

/* What an action does to the listing. */
enum procedure_effect {
        EFFECT_NONE = 0,
        EFFECT_START,     /* the decision: listed from its day (or from service) for the term */
        EFFECT_SERVE,     /* service of the decision */
        EFFECT_PUBLISH,   /* visible to the public */
        EFFECT_UNPUBLISH, /* display stopped; after a quash nothing is said any more */
        EFFECT_SUSPEND,
        EFFECT_RESUME,
        EFFECT_END,       /* out of the list from its day */
        EFFECT_RESTORE,   /* in again, the term begins again on its day */
        EFFECT_QUASH,     /* as never listed; "basis quashed" until display is stopped */
        EFFECT_CONFIRM,   /* a mirrored listing was seen at its source on that day */
};

struct procedure_action {
        const char *word, *zh, *en, *article;
        uint32_t from;              /* bits of states; bit 31 (PROCEDURE_FROM_NONE): opens a case */
        unsigned to;                /* PROCEDURE_NONE: the state stays */
        uint32_t roles;             /* who acts or proposes */
        uint32_t second_roles;      /* who confirms; 0: one person is enough */
        uint32_t name_second_roles; /* who confirms opening under a name the party does not have; 0: refused */
        bool excludes_opener;       /* the confirming person is not the case's opener either (in SQL too) */
        bool is_any_office;         /* else: persons of the case's office alone */
        enum procedure_effect effect;
        struct procedure_when effect_when; /* else it has none */
        const char *day_field;      /* its day is the event's day; NULL: the day it is recorded */
        unsigned field_count;
        const struct procedure_field *fields;
        unsigned guard_count;
        const struct procedure_guard *guards;
};
#define PROCEDURE_FROM_NONE (1u << 31)

struct procedure_state {
        const char *word, *zh, *en;
        bool is_end;                /* nothing but what its actions say can follow; the case counts as over */
};

/*
 * A time that must pass. It opens on the event's day of the last `opens`; where that step's `method_field` says
 * `deemed_word`, `deemed_days` calendar days later (公告送达); and lasts `days` in `unit`.
 */
struct procedure_window {
        const char *word, *zh, *en, *article;
        unsigned opens;
        const char *method_field, *deemed_word;
        int32_t deemed_days;
        int32_t days;
        enum procedure_unit unit;
};

/* Until when something is to be done; late is recorded as late, never refused. */
struct procedure_deadline {
        const char *word, *zh, *en, *article;
        struct procedure_validity validity; /* by the day of `from` */
        struct procedure_when when;
        unsigned from_count;
        unsigned from[PROCEDURE_ACTIONS_MAX];   /* counted from the last of these */
        unsigned until_count;
        unsigned until[PROCEDURE_ACTIONS_MAX];  /* done by any of these after it */
        int32_t days;
        enum procedure_unit unit;
        const char *day_field;      /* counted from the day in this field of that step, where it has one; NULL: its own day */
        bool from_window;           /* counted from when `window` opened (deemed service) instead of the event's day */
        unsigned window;
};

struct procedure_term {
        struct procedure_validity validity;     /* by the day it begins */
        int32_t months;
};
#define PROCEDURE_TERMS_MAX 8u

struct procedure {
        struct arena arena;
        uint8_t hash[32];
        char id[PROCEDURE_ID];
        int32_t version;
        const char *zh, *en, *basis;
        unsigned state_count;
        const struct procedure_state *states;
        unsigned action_count;
        const struct procedure_action *actions; /* the order of the document, which is that of the procedure */
        unsigned window_count;
        const struct procedure_window *windows;
        unsigned deadline_count;
        const struct procedure_deadline *deadlines;
        bool starts_with_service;               /* else with the decision */
        unsigned term_count;                    /* 0: without end, or `until_field` says it */
        const struct procedure_term *terms;
        const char *longer_field;               /* day field of the START action: a longer statutory restriction */
        const char *until_field;                /* mirror: the source's own last day */
        const char *seen_field;                 /* mirror: day field of START and CONFIRM: when it was seen there */
        int32_t lapse_days;                     /* mirror: unknown from so long after it was last seen; 0: never */
        bool is_public;                         /* mirror: published by its source, whatever happens here */
};

/* DOCUMENT_SOUND with `*ret` made; or the flaw with where and why, `*ret` NULL. */
enum document_flaw procedure_parse(struct slice json, struct procedure **ret, struct document_error *ret_error)
        MUST_CHECK;
void procedure_free(struct procedure *procedure);

/* Index, or PROCEDURE_NONE. */
unsigned procedure_state_find(const struct procedure *procedure, struct slice word);
unsigned procedure_action_find(const struct procedure *procedure, struct slice word);
const struct procedure_field *procedure_field_find(const struct procedure_action *action, struct slice word);
/* Does it hold on that day? */
bool procedure_is_valid_on(const struct procedure_validity *validity, struct day day);

/*
 * The rows of the database's transition table: from (NULL: a case is opened), action, to, whether a second person is
 * needed, whether the opener is excluded; an action whose second person depends gives two. In the document's order.
 */
void procedure_each_transition(const struct procedure *procedure,
        void (*each)(void *closure, const char *from, const char *action, const char *to, bool needs_second,
                bool excludes_opener), void *closure);
/* Appends the diagram (states and actions, Mermaid `stateDiagram-v2`), the same text for the same procedure. */
void procedure_diagram(const struct procedure *procedure, bool is_chinese, struct buffer *to);
/* Appends the authority matrix: a line an action and state it starts from, with first and second roles and office. */
void procedure_matrix(const struct procedure *procedure, struct buffer *to);
