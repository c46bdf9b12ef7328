/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/org_code.h"

#include <assert.h>
#include <string.h>

#include <utf8proc.h>

/* The place of a character is its value. */
static const char uscc_table[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
static const char legacy_table[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

#define USCC_VALUES 31
#define USCC_BODY 17
#define LEGACY_BODY 8
#define SUBJECT_AT 8 /* where the organization code begins in a unified code */
#define HYPHEN_AT 8  /* D2143569-X: between body and check character */
#define DECOMPOSED_MAX 32 /* U+FDFA, the longest, becomes 18 code points */

/* 登记管理部门 and the 机构类别 it has: GB 32100-2015 table 1 with amendment 1 of 2016. */
static const struct {
        char department;
        const char *types;
} type_pairs[] = {
        {'1', "1239"}, {'2', "19"}, {'3', "123459"}, {'4', "19"}, {'5', "1239"}, {'6', "129"},
        {'7', "129"},  {'8', "19"}, {'9', "123"},    {'A', "19"}, {'N', "1239"}, {'Y', "1"},
};

/* The text with what is only a way of writing taken away, and where each character came from. */
struct normalised {
        char text[ORG_CODE_USCC_LENGTH + 1]; /* as far as it fits */
        unsigned from[ORG_CODE_USCC_LENGTH]; /* position in the text as given */
        int32_t code_point[ORG_CODE_USCC_LENGTH];
        unsigned length; /* goes on counting past the room */
};

static int value_in(const char *table, char c)
{
        const char *at = c ? strchr(table, c) : NULL;

        return at ? (int)(at - table) : -1;
}

char org_code_uscc_check(const char *body)
{
        int sum = 0;
        int weight = 1;

        for (int i = 0; i < USCC_BODY; i++) {
                int value = value_in(uscc_table, body[i]);

                if (value < 0)
                        return '\0';
                sum += value * weight;
                weight = weight * 3 % USCC_VALUES;
        }
        /* A remainder of 0 gives 31 - 0, which is 0 again: the outer modulo is not decoration. */
        return uscc_table[(USCC_VALUES - sum % USCC_VALUES) % USCC_VALUES];
}

char org_code_legacy_check(const char *body)
{
        static const int weights[LEGACY_BODY] = {3, 7, 9, 10, 5, 8, 4, 2};
        int sum = 0;

        for (int i = 0; i < LEGACY_BODY; i++) {
                int value = value_in(legacy_table, body[i]);

                if (value < 0)
                        return '\0';
                sum += value * weights[i];
        }
        switch (11 - sum % 11) {
        case 10:
                return 'X';
        case 11:
                return '0';
        default:
                return legacy_table[11 - sum % 11];
        }
}

static enum org_code_flaw refuse(struct org_code_report *report, enum org_code_flaw flaw)
{
        report->flaw = flaw;
        return flaw;
}

static enum org_code_flaw refuse_at(struct org_code_report *report, enum org_code_flaw flaw,
        unsigned position, int32_t code_point)
{
        report->position = position;
        report->code_point = code_point;
        if (character_class(code_point) == CHARACTER_PLAIN)
                character_text(code_point, report->character);
        return refuse(report, flaw);
}

static bool is_line_space(int32_t code_point)
{
        return code_point == '\t' || code_point == '\n' || code_point == '\r';
}

/* Tabs and line ends cling to cells of spreadsheets; inside a code they are no part of it. */
static struct slice trim_lines(struct slice text, unsigned *ret_skipped)
{
        unsigned skipped = 0;

        while (text.length && is_line_space(text.data[text.length - 1]))
                text.length--;
        while (text.length && is_line_space(*text.data)) {
                text = slice_of(text.data + 1, text.length - 1);
                skipped++;
        }
        *ret_skipped = skipped;
        return text;
}

static char upper(int32_t code_point)
{
        if (code_point >= 'a' && code_point <= 'z')
                code_point -= 'a' - 'A';
        if ((code_point >= 'A' && code_point <= 'Z') || (code_point >= '0' && code_point <= '9') ||
                code_point == '-')
                return (char)code_point;
        return '\0';
}

static void add_character(struct normalised *n, char c, unsigned from, int32_t code_point)
{
        if (n->length < ORG_CODE_USCC_LENGTH) {
                n->text[n->length] = c;
                n->from[n->length] = from;
                n->code_point[n->length] = code_point;
        }
        n->length++;
}

/*
 * A text that compatibility decomposition turns into ASCII alone has the same
 * NFKC (UAX 15), so characters can be taken one by one and keep their places.
 */
static enum org_code_flaw add_decomposed(struct normalised *n, int32_t code_point, unsigned from,
        struct org_code_report *report)
{
        utf8proc_int32_t parts[DECOMPOSED_MAX];
        int boundary = 0;
        utf8proc_ssize_t count = utf8proc_decompose_char(code_point, parts, DECOMPOSED_MAX,
                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);

        assert(count > 0 && count <= DECOMPOSED_MAX);
        for (utf8proc_ssize_t i = 0; i < count; i++) {
                char c = upper(parts[i]);

                if (!c)
                        return refuse_at(report, ORG_CODE_CHARACTER, from, code_point);
                add_character(n, c, from, code_point);
        }
        return ORG_CODE_SOUND;
}

/* Hidden characters come first: of a text that lies about what it is nothing else is said. */
static enum org_code_flaw find_hidden(struct slice text, struct org_code_report *report)
{
        struct reader r = reader_of(text);

        for (unsigned position = 1; r.left > 0; position++) {
                int32_t code_point = character_next(&r);

                if (code_point == CHARACTER_MALFORMED)
                        return refuse_at(report, ORG_CODE_CHARACTER, position, 0xfffd);
                if (character_class(code_point) == CHARACTER_HIDDEN)
                        return refuse_at(report, ORG_CODE_HIDDEN, position, code_point);
        }
        return ORG_CODE_SOUND;
}

static enum org_code_flaw normalise(struct slice text, struct normalised *ret, struct org_code_report *report)
{
        unsigned position;
        struct slice trimmed = trim_lines(text, &position);
        struct reader r = reader_of(trimmed);
        enum org_code_flaw flaw = find_hidden(text, report);

        *ret = (struct normalised){0};
        while (!flaw && r.left > 0) {
                int32_t code_point = character_next(&r);

                position++;
                if (character_class(code_point) != CHARACTER_SPACE)
                        flaw = add_decomposed(ret, code_point, position, report);
        }
        return flaw;
}

/* The hyphen belongs before the check character of a legacy code and nowhere else. */
static enum org_code_flaw drop_hyphen(struct normalised *n, struct org_code_report *report)
{
        for (unsigned i = 0; i < n->length && i < ORG_CODE_USCC_LENGTH; i++) {
                if (n->text[i] != '-')
                        continue;
                if (i != HYPHEN_AT || n->length != ORG_CODE_LEGACY_LENGTH + 1)
                        return refuse_at(report, ORG_CODE_CHARACTER, n->from[i], n->code_point[i]);
                n->text[i] = n->text[i + 1];
                n->from[i] = n->from[i + 1];
                n->code_point[i] = n->code_point[i + 1];
                n->text[i + 1] = '\0';
                n->length--;
        }
        return ORG_CODE_SOUND;
}

static bool is_known_type(const char *text)
{
        for (size_t i = 0; i < sizeof(type_pairs) / sizeof(type_pairs[0]); i++)
                if (type_pairs[i].department == text[0])
                        return value_in(type_pairs[i].types, text[1]) >= 0;
        return false;
}

static bool is_internal_body(const char *body)
{
        bool all_zero = true;

        if (strncmp(body, "PDY", 3) != 0)
                return false;
        for (int i = 3; i < LEGACY_BODY; i++) {
                if (body[i] < '0' || body[i] > '9')
                        return false;
                all_zero = all_zero && body[i] == '0';
        }
        return !all_zero; /* the range begins at PDY00001 */
}

/* O and I are the slips that people make; a suggestion that does not check would only mislead. */
static void suggest(const struct normalised *n, struct org_code_report *report)
{
        char text[ORG_CODE_USCC_LENGTH + 1];

        memcpy(text, n->text, sizeof(text));
        for (int i = 0; i < ORG_CODE_USCC_LENGTH; i++) {
                if (text[i] == 'O')
                        text[i] = '0';
                else if (text[i] == 'I')
                        text[i] = '1';
        }
        if (org_code_uscc_check(text) == text[USCC_BODY])
                memcpy(report->suggestion, text, sizeof(text));
}

static enum org_code_flaw check_character(const struct normalised *n, unsigned at, char expected,
        struct org_code_report *report)
{
        report->expected = expected;
        if (n->text[at] != expected)
                return refuse_at(report, ORG_CODE_CHECK, n->from[at], n->code_point[at]);
        return ORG_CODE_SOUND;
}

static enum org_code_flaw judge_uscc(const struct normalised *n, struct org_code_report *report)
{
        for (unsigned i = 0; i < ORG_CODE_USCC_LENGTH; i++) {
                if (value_in(uscc_table, n->text[i]) >= 0)
                        continue;
                report->expected = i == USCC_BODY ? org_code_uscc_check(n->text) : '\0';
                suggest(n, report);
                return refuse_at(report, ORG_CODE_CHARACTER, n->from[i], n->code_point[i]);
        }
        return check_character(n, USCC_BODY, org_code_uscc_check(n->text), report);
}

static enum org_code_flaw judge(const struct normalised *n, struct org_code_report *report)
{
        if (n->length == 0)
                return refuse(report, ORG_CODE_EMPTY);
        if (n->length == ORG_CODE_USCC_LENGTH)
                return judge_uscc(n, report);
        if (n->length == ORG_CODE_LEGACY_LENGTH)
                return check_character(n, LEGACY_BODY, org_code_legacy_check(n->text), report);
        return refuse(report, ORG_CODE_LENGTH);
}

static void fill(struct org_code *code, const struct normalised *n)
{
        bool is_uscc = n->length == ORG_CODE_USCC_LENGTH;

        *code = (struct org_code){.kind = is_uscc ? ORG_CODE_USCC : ORG_CODE_LEGACY};
        memcpy(code->text, n->text, n->length);
        memcpy(code->subject, is_uscc ? n->text + SUBJECT_AT : n->text, ORG_CODE_LEGACY_LENGTH);
}

static unsigned warnings_of(const struct org_code *code)
{
        unsigned warnings = 0;

        if (org_code_legacy_check(code->subject) != code->subject[LEGACY_BODY])
                warnings |= ORG_CODE_INNER_CHECK;
        if (code->kind == ORG_CODE_USCC && !is_known_type(code->text))
                warnings |= ORG_CODE_TYPE;
        if (org_code_is_internal(code))
                warnings |= ORG_CODE_RESERVED;
        return warnings;
}

enum org_code_flaw org_code_parse(struct slice text, struct org_code *ret, struct org_code_report *ret_report)
{
        struct normalised n;
        enum org_code_flaw flaw;

        *ret_report = (struct org_code_report){0};
        if (text.length > ORG_CODE_INPUT_MAX)
                return refuse(ret_report, ORG_CODE_LENGTH);
        flaw = normalise(text, &n, ret_report);
        if (!flaw)
                flaw = drop_hyphen(&n, ret_report);
        ret_report->length = n.length;
        if (!flaw)
                flaw = judge(&n, ret_report);
        if (flaw && flaw != ORG_CODE_CHECK)
                return flaw;
        if (!slice_equal(text, slice_of(n.text, n.length)))
                ret_report->warnings |= ORG_CODE_NORMALISED;
        if (flaw)
                return flaw;
        fill(ret, &n);
        ret_report->warnings |= warnings_of(ret);
        return ORG_CODE_SOUND;
}

enum org_code_flaw org_code_parse_exchanged(struct slice text, struct org_code *ret,
        struct org_code_report *ret_report)
{
        struct org_code code;
        enum org_code_flaw flaw = org_code_parse(text, &code, ret_report);

        if (flaw)
                return flaw;
        if (org_code_is_internal(&code))
                return refuse(ret_report, ORG_CODE_INTERNAL);
        *ret = code;
        return ORG_CODE_SOUND;
}

bool org_code_parse_canonical(struct slice text, struct org_code *ret)
{
        struct org_code code;
        struct org_code_report report;

        if (org_code_parse(text, &code, &report) != ORG_CODE_SOUND || report.warnings & ORG_CODE_NORMALISED)
                return false;
        *ret = code;
        return true;
}

bool org_code_is_internal(const struct org_code *code)
{
        return is_internal_body(code->subject);
}

const char *org_code_flaw_word(enum org_code_flaw flaw)
{
        switch (flaw) {
        case ORG_CODE_SOUND:
                return "ok";
        case ORG_CODE_EMPTY:
                return "code_empty";
        case ORG_CODE_LENGTH:
                return "code_length";
        case ORG_CODE_CHARACTER:
                return "code_character";
        case ORG_CODE_CHECK:
                return "code_check";
        case ORG_CODE_HIDDEN:
                return "code_hidden";
        case ORG_CODE_INTERNAL:
                return "code_internal";
        }
        return "unknown";
}

const char *org_code_warning_word(enum org_code_warning warning)
{
        switch (warning) {
        case ORG_CODE_NORMALISED:
                return "normalised";
        case ORG_CODE_INNER_CHECK:
                return "inner_check";
        case ORG_CODE_TYPE:
                return "type";
        case ORG_CODE_RESERVED:
                return "reserved";
        }
        return "unknown";
}

const char *org_code_kind_word(enum org_code_kind kind)
{
        switch (kind) {
        case ORG_CODE_USCC:
                return "uscc";
        case ORG_CODE_LEGACY:
                return "legacy";
        }
        return "unknown";
}
