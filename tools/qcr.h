/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The commands of `qcr`. Each is a row in a table: its words, its flags, what it may be given, its function.
 * Parsing, help and the manual's test walk the same rows. A command gets its flags as a struct of its own and
 * returns the exit status.
 */
#pragma once

#include <stddef.h>

#include "tools/failure.h"
#include "tools/options.h"
#include "tools/output.h"

struct qcr {
        struct options options;
        struct output output;
        bool colours;       /* on standard output */
        bool error_colours; /* on standard error */
        struct wire_options wire;
        struct client *client;
        /* What a command can add for people to a refusal of the registry, before it is shown; NULL: nothing. */
        void (*explain)(struct qcr *qcr, void *closure, struct failure *failure);
        void *explain_closure;
        bool is_quiet;      /* failures are returned and not reported: what is asked is an extra */
};

enum flag_kind {
        FLAG_SWITCH = 0, /* bool */
        FLAG_TEXT,       /* const char *; NULL when not given */
        FLAG_LIST,       /* struct text_list */
        FLAG_JSON,       /* switches the output; no field */
        FLAG_JSONL,
        FLAG_FIELDS,     /* struct field_list: every --WORD VALUE that is no other row's */
};

#define TEXT_LIST_LIMIT 16u

struct text_list {
        const char *texts[TEXT_LIST_LIMIT];
        unsigned count;
};

#define FIELD_LIST_LIMIT 64u

/* Fields whose words are not this program's: what they may be is somebody else's to say. */
struct field_list {
        const char *words[FIELD_LIST_LIMIT]; /* without the hyphens before */
        const char *values[FIELD_LIST_LIMIT];
        unsigned count;
};

struct flag {
        const char *name; /* NULL ends the rows */
        enum flag_kind kind;
        size_t offset;    /* of its field in the command's struct */
        const char *argument;
        const char *help;
};

#define FLAGS_END {NULL, FLAG_SWITCH, 0, NULL, NULL}
#define FLAGS_JSON {"json", FLAG_JSON, 0, NULL, N_("one JSON document on standard output, on errors too")}
#define FLAGS_JSONL {"jsonl", FLAG_JSONL, 0, NULL, N_("one JSON document a line")}

#define FLAGS_SIZE_MAX 2048u /* octets of a command's struct */
#define OPERANDS_ANY 0xffffu

struct command {
        const char *words; /* "record file" */
        int (*run)(struct qcr *qcr, const void *flags, unsigned count, char **operands);
        const char *operands; /* as help shows them */
        unsigned least, most;
        const struct flag *flags;
        const char *summary;
        const char *examples;
};

/* Those of each file; a table ends with words NULL. */
extern const struct command code_commands[];
extern const struct command lookup_commands[];
extern const struct command find_commands[];
extern const struct command verify_commands[];
extern const struct command explain_commands[]; /* explain, regrade */
extern const struct command identity_commands[];
extern const struct command record_commands[];
extern const struct command approval_commands[];
extern const struct command case_view_commands[];
extern const struct command case_list_commands[];
extern const struct command case_file_commands[];
extern const struct command case_paper_commands[];
extern const struct command case_rule_commands[];
extern const struct command case_step_commands[]; /* behind the other `case` words: it takes any */

/*
 * Reports a failure in the command's output mode, releases it, and returns its exit status. One of the registry's is
 * explained first, if the command can.
 */
int qcr_fail(struct qcr *qcr, struct failure *failure);
/* The same for a word that cannot be used; `format` is translated for people and stays as it is in JSON. */
int qcr_usage(struct qcr *qcr, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Connects if need be. False: `ret` says why and is the caller's to report. */
bool qcr_connect(struct qcr *qcr, struct failure *ret) MUST_CHECK;
/*
 * One request of a command and its reply, which must have this body (PROTO reply's `body_case`). 0, or the
 * exit status of what has been reported then.
 */
int qcr_ask(struct qcr *qcr, Qcr__Request *request, int body, struct client_answer *ret) MUST_CHECK;

/* Of every command that decides something. */
struct act_flags {
        bool yes;
        const char *key; /* 32 hexadecimal digits */
};

#define FLAGS_ACT(type, member)                                                                              \
        {"yes", FLAG_SWITCH, offsetof(type, member.yes), NULL, N_("do not ask whether to do it")},           \
        {"key", FLAG_TEXT, offsetof(type, member.key), "HEX",                                                \
                N_("idempotency key of an earlier try: it is done once at most")}

/* Is there a person at a terminal who has not said --yes? Elsewhere nobody could answer. */
bool qcr_can_ask(const struct act_flags *flags);
/* Shows what is to be done (rows of label and value) and asks. False: they said no, and have been told so. */
struct table;
bool qcr_confirm(const struct qcr *qcr, const char *what, struct table *rows) MUST_CHECK;
/*
 * The reply to an act in its dry run, which changes nothing: what it would do, before a person is asked. 0, or the
 * exit status of what has been reported then.
 */
int qcr_preview(struct qcr *qcr, Qcr__Request *request, struct client_answer *ret) MUST_CHECK;
/*
 * Signs and sends an act, reports what became of it, and returns the exit status. Where no answer came the
 * outcome is not known, and the key to ask again with is printed.
 */
int qcr_act(struct qcr *qcr, Qcr__Request *request, const struct act_flags *flags);

/* Milliseconds since 1970: the one reading of the clock. */
int64_t qcr_now_ms(void);
/* `2026-11-24T01:02:03.123Z`, or the same without the three digits. False: it is neither. */
bool qcr_read_instant(const char *text, int64_t *ret_ms);
