/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A failure: why a command did not do what was asked, from wherever it comes - the registry's own failure, a
 * connection's trouble, a verification that did not hold, a word on the command line. It has one exit status
 * (docs/man/qcr.1), and people and programs get the same facts of it.
 *
 * A failure has no field for anything a verdict consists of: "could not answer" cannot carry one.
 */
#pragma once

#include <jansson.h>

#include "registry/base/arena.h"
#include "tools/client.h"
#include "tools/output.h"

enum exit_status {
        EXIT_ANSWERED = 0,
        EXIT_GENERAL = 1,
        EXIT_USAGE = 2, /* or a code that is none */
        EXIT_NOT_REGISTERED = 3,
        EXIT_LISTED = 4,
        EXIT_NO_ANSWER = 5,
        EXIT_NOT_CURRENT = 6,
        EXIT_NOT_VERIFIED = 7,
        EXIT_NOT_ALLOWED = 8,
        EXIT_LIMITED = 9,
        EXIT_SOME_ROWS = 10,
        EXIT_REFUSED = 11,
        EXIT_KEY_REUSED = 12,
        EXIT_OUTCOME_UNKNOWN = 13,
        EXIT_NO_PLAIN_VERDICT = 14,
};

/* Texts are in `memory`, or live as long as the program; NULL where there is nothing to say. */
struct failure {
        int exit_status;
        unsigned code;        /* the registry's four digits; 0: it was not the registry that failed */
        const char *reason;   /* stable word */
        const char *headline; /* English, translated when shown */
        const char *detail;
        const char *detail_shown; /* the same in the person's language, where there is one */
        const char *field;
        const char *value;
        const char *expected; /* a check character that would be right */
        const char *article;
        const char *allowed;
        const char *allowed_shown; /* the same in the person's language, where there is one */
        const char *next;     /* English, translated when shown */
        bool retryable;
        uint32_t retry_after_ms;
        uint64_t request_id;  /* 0: nothing was sent */
        const char *server;
        const char *key;      /* idempotency key to ask again with */
        struct arena memory;
};

void failure_done(struct failure *failure);
void failure_cleanup(struct failure *failure);

/* Each initialises `ret`. */
void failure_of_usage(struct failure *ret, const char *detail, const char *detail_shown);
void failure_of_fault(struct failure *ret, int exit_status, const char *reason, const char *headline,
        const struct fault *why);
void failure_of_trouble(struct failure *ret, enum wire_trouble trouble, const struct fault *why);
void failure_of_answer(struct failure *ret, const struct client_answer *answer);
/* A code on the command line or in a batch that is none; `text` is what was given. */
struct org_code_report;
void failure_of_code(struct failure *ret, struct slice text, const struct org_code_report *report);
/* An answer that did not prove itself; `word` says at which step. Nothing of the answer is in it. */
void failure_of_evidence(struct failure *ret, const char *word);

/* A copy of text that lives as long as the failure. */
const char *failure_keep(struct failure *failure, struct slice text);
/* exit, error, reason, text, field, value, ...: the caller's to release or to add to. */
json_t *failure_document(const struct failure *failure);
/* Lines for people, on standard error. */
void failure_print(const struct failure *failure, bool colours);
/* Prints it for people or writes it as the document; returns the exit status. */
int failure_report(const struct failure *failure, struct output *output, bool colours);
