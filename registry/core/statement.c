/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/statement.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/statement_value.h"

/* ------------------------------------------------------------------- words */

static const char *const kind_words[] = {"current", "as-of", "explain", "history", NULL};
static const char *const result_words[] = {"found", "not-registered", "withheld", "merged-into", NULL};
static const char *const registration_words[] = {"-", "active", "deregistered", "revoked", NULL};
static const char *const standing_words[] = {"-", "trial", "in-force", NULL};
static const char *const listing_words[] = {"-", "not-listed", "listed", "suspended", "basis-quashed", "unknown",
        NULL};
static const char *const published_words[] = {"-", "yes", "no", NULL};

const char *statement_kind_word(enum statement_kind kind)
{
        return kind_words[kind];
}

const char *statement_result_word(enum statement_result result)
{
        return result_words[result];
}

const char *statement_registration_word(enum statement_registration registration)
{
        return registration_words[registration];
}

const char *statement_standing_word(enum statement_standing standing)
{
        return standing_words[standing];
}

const char *statement_listing_word(enum statement_listing listing)
{
        return listing_words[listing];
}

const char *statement_flaw_word(enum statement_flaw flaw)
{
        switch (flaw) {
        case STATEMENT_RIGHT:
                return "right";
        case STATEMENT_SIZE:
                return "statement-size";
        case STATEMENT_FORM:
                return "statement-form";
        case STATEMENT_VALUE:
                return "statement-value";
        case STATEMENT_RESULT:
                return "statement-result";
        case STATEMENT_GRADE:
                return "statement-grade";
        case STATEMENT_LISTING:
                return "statement-listing";
        case STATEMENT_TIME:
                return "statement-time";
        }
        abort();
}

/* ------------------------------------------------------------------- lines */

#define AT(field) offsetof(struct statement, field)

/* The hash of a MAYBE_HASH field follows its bool. */
static_assert(AT(purpose) == AT(has_purpose) + sizeof(bool), "purpose");
static_assert(AT(policy_hash) == AT(has_policy_hash) + sizeof(bool), "policy_hash");
static_assert(AT(inputs) == AT(has_inputs) + sizeof(bool), "inputs");

/* The statement, line by line, behind its context line. docs/EVIDENCE.md has the same table. */
static const struct statement_line lines[] = {
        {"kind", FORM_WORD, AT(kind), 0, kind_words, NULL},
        {"request", FORM_HASH, AT(request), 0, NULL, NULL},
        {"code", FORM_CODE, AT(code), STATEMENT_CODE_LIMIT, NULL, NULL},
        {"subject", FORM_CODE, AT(subject), STATEMENT_SUBJECT_SIZE, NULL, NULL},
        {"nonce", FORM_NONCE, AT(nonce), 0, NULL, NULL},
        {"purpose", FORM_MAYBE_HASH, AT(has_purpose), 0, NULL, NULL},
        {"result", FORM_WORD, AT(result), 0, result_words, NULL},
        {"merged-into", FORM_CODE, AT(merged_into), STATEMENT_CODE_LIMIT, NULL, NULL},
        {"registration", FORM_WORD, AT(registration), 0, registration_words, NULL},
        {"name", FORM_TEXT, AT(name), STATEMENT_NAME_LIMIT, NULL, NULL},
        {"grade", FORM_GRADE, AT(grade), STATEMENT_GRADE_LIMIT, NULL, NULL},
        {"score", FORM_SCORE, AT(score), 0, NULL, NULL},
        {"grade-day", FORM_DAY, AT(grade_day), 0, NULL, NULL},
        {"grade-until", FORM_DAY, AT(grade_until), 0, NULL, NULL},
        {"policy", FORM_POLICY, AT(policy_id), STATEMENT_POLICY_LIMIT, NULL, NULL},
        {"policy-hash", FORM_MAYBE_HASH, AT(has_policy_hash), 0, NULL, NULL},
        {"policy-standing", FORM_WORD, AT(standing), 0, standing_words, NULL},
        {"policy-document", FORM_TEXT, AT(document), STATEMENT_DOCUMENT_LIMIT, NULL, NULL},
        {"listing", FORM_WORD, AT(listing), 0, listing_words, NULL},
        {"listing-since", FORM_DAY, AT(listing_since), 0, NULL, NULL},
        {"listing-until", FORM_DAY, AT(listing_until), 0, NULL, NULL},
        {"listing-published", FORM_WORD, AT(published), 0, published_words, NULL},
        {"reasons", FORM_TEXT, AT(reasons), STATEMENT_REASONS_LIMIT, NULL, NULL},
        {"inputs", FORM_MAYBE_HASH, AT(has_inputs), 0, NULL, "explain"},
        {"coverage", FORM_COVERAGE, AT(coverage), STATEMENT_COVERAGE_LIMIT, NULL, NULL},
        {"as-of", FORM_DAY, AT(as_of), 0, NULL, NULL},
        {"known-at", FORM_INSTANT, AT(known_at_ms), 0, NULL, NULL},
        {"serial", FORM_NUMBER, AT(serial), 0, NULL, NULL},
        {"data-as-of", FORM_INSTANT, AT(data_as_of_ms), 0, NULL, NULL},
        {"valid-until", FORM_INSTANT, AT(valid_until_ms), 0, NULL, NULL},
        {"ledger-size", FORM_NUMBER, AT(ledger_size), 0, NULL, NULL},
        {"ledger-root", FORM_ROOT, AT(ledger_root), 0, NULL, NULL},
        {"decision", FORM_SERIAL, AT(decision), 0, NULL, NULL},
        {"salt", FORM_SALT, AT(salt), 0, NULL, NULL},
};

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

/* `kind` is the word on the first line; of what is no kind's word the value is refused later. */
static bool is_line_of(const struct statement_line *line, struct slice kind)
{
        return !line->only_kind || slice_equal(kind, slice_text(line->only_kind));
}

void statement_init(struct statement *s)
{
        memset(s, 0, sizeof(*s));
        s->score = STATEMENT_NO_SCORE;
        s->grade_day = DAY_NONE;
        s->grade_until = DAY_NONE;
        s->listing_since = DAY_NONE;
        s->listing_until = DAY_NONE;
        s->as_of = DAY_NONE;
}

/* ------------------------------------------------------------------- rules */

static bool is_empty(const char *text)
{
        return text[0] == '\0';
}

static bool may_end(struct day since, struct day until)
{
        return day_is_none(until) || day_is_before(since, until);
}

static enum statement_flaw check_grade(const struct statement *s)
{
        bool unrated = strcmp(s->grade, STATEMENT_UNRATED) == 0;

        if (is_empty(s->grade) || day_is_none(s->grade_day) || !may_end(s->grade_day, s->grade_until) ||
                unrated != (s->score == STATEMENT_NO_SCORE))
                return STATEMENT_GRADE;
        if (is_empty(s->policy_id) || !s->has_policy_hash || s->standing == STANDING_NONE)
                return STATEMENT_GRADE;
        if (s->has_inputs != (s->kind == STATEMENT_EXPLAIN))
                return STATEMENT_GRADE;
        /* In force means that a document of an organ says so; on trial there is none to name. */
        if ((s->standing == STANDING_IN_FORCE) == is_empty(s->document))
                return STATEMENT_GRADE;
        return STATEMENT_RIGHT;
}

static enum statement_flaw check_listing(const struct statement *s)
{
        switch (s->listing) {
        case LISTING_NONE:
                return STATEMENT_LISTING;
        case LISTING_NOT_LISTED:
                return day_is_none(s->listing_since) && day_is_none(s->listing_until) &&
                                s->published == PUBLISHED_NONE ?
                        STATEMENT_RIGHT :
                        STATEMENT_LISTING;
        case LISTING_LISTED:
        case LISTING_STAYED:
        case LISTING_BASIS_QUASHED:
        case LISTING_LAPSED:
                return !day_is_none(s->listing_since) && may_end(s->listing_since, s->listing_until) &&
                                s->published != PUBLISHED_NONE ?
                        STATEMENT_RIGHT :
                        STATEMENT_LISTING;
        }
        return STATEMENT_LISTING;
}

/* Nothing that would read as a verdict on an enterprise. */
static bool has_no_verdict(const struct statement *s)
{
        return is_empty(s->grade) && s->score == STATEMENT_NO_SCORE && day_is_none(s->grade_day) &&
                day_is_none(s->grade_until) && is_empty(s->policy_id) && !s->has_policy_hash &&
                s->standing == STANDING_NONE && is_empty(s->document) && s->listing == LISTING_NONE &&
                day_is_none(s->listing_since) && day_is_none(s->listing_until) &&
                s->published == PUBLISHED_NONE && is_empty(s->reasons) && !s->has_inputs;
}

static bool has_no_party(const struct statement *s)
{
        return is_empty(s->subject) && is_empty(s->name) && s->registration == REGISTRATION_NONE &&
                is_empty(s->merged_into) && s->decision == STATEMENT_NO_DECISION;
}

static enum statement_flaw check_result(const struct statement *s)
{
        enum statement_flaw flaw;

        switch (s->result) {
        case RESULT_FOUND:
                if (is_empty(s->subject) || is_empty(s->name) || s->registration == REGISTRATION_NONE ||
                        !is_empty(s->merged_into))
                        return STATEMENT_RESULT;
                flaw = check_grade(s);
                return flaw ? flaw : check_listing(s);
        case RESULT_MERGED_INTO:
                return !is_empty(s->subject) && !is_empty(s->merged_into) &&
                                strcmp(s->merged_into, s->code) != 0 && has_no_verdict(s) ?
                        STATEMENT_RIGHT :
                        STATEMENT_RESULT;
        case RESULT_NOT_REGISTERED:
        case RESULT_WITHHELD:
                return has_no_party(s) && has_no_verdict(s) ? STATEMENT_RIGHT : STATEMENT_RESULT;
        }
        return STATEMENT_RESULT;
}

enum statement_flaw statement_check(const struct statement *s)
{
        enum statement_flaw flaw = check_result(s);

        if (flaw)
                return flaw;
        if (is_empty(s->code))
                return STATEMENT_VALUE;
        if (day_is_none(s->as_of) || s->valid_until_ms <= s->data_as_of_ms || s->decision > s->serial)
                return STATEMENT_TIME;
        return STATEMENT_RIGHT;
}

/* ----------------------------------------------------------------- the text */

enum statement_flaw statement_format(const struct statement *s, struct buffer *ret)
{
        enum statement_flaw flaw = statement_check(s);
        size_t before = ret->length;
        struct slice kind;

        if (flaw)
                return flaw;
        if (s->kind > STATEMENT_HISTORY)
                return STATEMENT_VALUE;
        kind = slice_text(statement_kind_word(s->kind));
        if (!origin_is_valid(slice_of(s->origin, strnlen(s->origin, sizeof(s->origin)))))
                return STATEMENT_VALUE;
        buffer_add_text(ret, "context ");
        buffer_add_text(ret, s->origin);
        buffer_add_text(ret, STATEMENT_CONTEXT "\n");
        for (size_t i = 0; i < LINE_COUNT; i++) {
                if (!is_line_of(&lines[i], kind))
                        continue;
                buffer_add_text(ret, lines[i].name);
                buffer_add_u8(ret, ' ');
                if (!statement_value_add(s, &lines[i], ret)) {
                        ret->length = before;
                        return STATEMENT_VALUE;
                }
                buffer_add_u8(ret, '\n');
        }
        if (ret->length - before > STATEMENT_LIMIT) {
                ret->length = before;
                return STATEMENT_SIZE;
        }
        return STATEMENT_RIGHT;
}

enum statement_flaw statement_parse(struct slice text, struct statement *ret)
{
        struct lines rest = lines_of(text);
        struct slice values[LINE_COUNT] = {0}, context;
        struct statement s;
        enum statement_flaw flaw;

        if (text.length > STATEMENT_LIMIT)
                return STATEMENT_SIZE;
        context = lines_value(&rest, "context");
        for (size_t i = 0; i < LINE_COUNT; i++)
                if (is_line_of(&lines[i], values[0]))
                        values[i] = lines_value(&rest, lines[i].name);
        if (!lines_is_done(&rest))
                return STATEMENT_FORM;

        statement_init(&s);
        if (!origin_parse(context, STATEMENT_CONTEXT, s.origin))
                return STATEMENT_VALUE;
        for (size_t i = 0; i < LINE_COUNT; i++)
                if (is_line_of(&lines[i], values[0]) && !statement_value_parse(values[i], &lines[i], &s))
                        return STATEMENT_VALUE;
        flaw = statement_check(&s);
        if (flaw == STATEMENT_RIGHT)
                *ret = s;
        return flaw;
}

void statement_each_line(struct slice text,
        void (*line)(void *context, struct slice name, struct slice value), void *context)
{
        struct lines rest = lines_of(text);

        while (!lines_is_done(&rest) && !rest.failed) {
                struct slice text_line = lines_next(&rest);
                const uint8_t *space = rest.failed ? NULL : memchr(text_line.data, ' ', text_line.length);

                if (space) {
                        size_t length = (size_t)(space - text_line.data);

                        line(context, slice_of(text_line.data, length),
                                slice_of(space + 1, text_line.length - length - 1));
                }
        }
}
