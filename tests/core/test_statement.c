/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/statement.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX32 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char found[] =
        "context credit.example.cn/registry/lookup-statement/v1\n"
        "kind current\n"
        "request " HEX32 "\n"
        "code 911000001000032490\n"
        "subject 100003249\n"
        "nonce 000102030405060708090a0b0c0d0e0f\n"
        "purpose " HEX32 "\n"
        "result found\n"
        "merged-into -\n"
        "registration active\n"
        "name 示例质量（北京）有限公司\n"
        "grade B\n"
        "score 80\n"
        "grade-day 2026-11-24\n"
        "grade-until 2027-07-17\n"
        "policy quality-credit-default@1\n"
        "policy-hash " HEX32 "\n"
        "policy-standing trial\n"
        "policy-document -\n"
        "listing not-listed\n"
        "listing-since -\n"
        "listing-until -\n"
        "listing-published -\n"
        "reasons penalty.fine -10 until 2027-07-17\n"
        "coverage product/market-supervision=2026-11-20; service/12315=2026-11-22\n"
        "as-of 2026-11-24\n"
        "known-at 2026-11-24T01:02:02.900Z\n"
        "serial 4711\n"
        "data-as-of 2026-11-24T01:02:02.900Z\n"
        "valid-until 2026-11-25T01:02:02.900Z\n"
        "ledger-size 4711\n"
        "ledger-root 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        "decision 4000\n"
        "salt 000102030405060708090a0b0c0d0e0f\n";

#define LINES 34
#define REASONS "reasons penalty.fine -10 until 2027-07-17\n"

/* One statement as its lines, to be put together again in another way. */
struct cut {
        struct slice lines[LINES];
};

static struct cut cut_lines(const char *text)
{
        struct lines rest = lines_of(slice_text(text));
        struct cut cut;

        for (unsigned i = 0; i < LINES; i++)
                cut.lines[i] = lines_next(&rest);
        ck_assert(lines_is_done(&rest));
        return cut;
}

static void add_line(struct buffer *b, struct slice line)
{
        buffer_add_slice(b, line);
        buffer_add_u8(b, '\n');
}

/* `changes` is "name value" lines that stand in for those of the same name. */
static void change(struct buffer *ret, const char *text, const char *changes)
{
        struct cut cut = cut_lines(text);
        struct lines rest = lines_of(slice_text(changes));

        while (rest.rest.length) {
                struct slice line = lines_next(&rest);
                const uint8_t *space;
                unsigned done = 0;

                ck_assert(!rest.failed);
                space = memchr(line.data, ' ', line.length);
                ck_assert(space != NULL);
                size_t name = (size_t)(space - line.data) + 1;

                for (unsigned i = 0; i < LINES; i++)
                        if (cut.lines[i].length >= name && memcmp(cut.lines[i].data, line.data, name) == 0) {
                                cut.lines[i] = line;
                                done++;
                        }
                ck_assert_uint_eq(done, 1);
        }
        for (unsigned i = 0; i < LINES; i++)
                add_line(ret, cut.lines[i]);
}

static enum statement_flaw parse(struct slice text)
{
        struct statement s;

        return statement_parse(text, &s);
}

START_TEST(a_missing_line_is_refused_whichever_it_is)
{
        struct cut cut = cut_lines(found);

        for (unsigned missing = 0; missing < LINES; missing++) {
                CLEANUP(buffer) struct buffer b = BUFFER_INIT;

                for (unsigned i = 0; i < LINES; i++)
                        if (i != missing)
                                add_line(&b, cut.lines[i]);
                ck_assert_int_eq(parse(buffer_slice(&b)), STATEMENT_FORM);
        }
}
END_TEST

START_TEST(a_line_given_twice_is_refused_wherever_the_second_stands)
{
        struct cut cut = cut_lines(found);

        for (unsigned twice = 0; twice < LINES; twice++)
                for (unsigned at = 0; at <= LINES; at++) {
                        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

                        for (unsigned i = 0; i < LINES; i++) {
                                if (i == at)
                                        add_line(&b, cut.lines[twice]);
                                add_line(&b, cut.lines[i]);
                        }
                        if (at == LINES)
                                add_line(&b, cut.lines[twice]);
                        ck_assert_int_eq(parse(buffer_slice(&b)), STATEMENT_FORM);
                }
}
END_TEST

START_TEST(two_lines_in_each_others_place_are_refused)
{
        for (unsigned i = 0; i < LINES; i++)
                for (unsigned j = 0; j < i; j++) {
                        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
                        struct cut cut = cut_lines(found);
                        struct slice other = cut.lines[i];

                        cut.lines[i] = cut.lines[j];
                        cut.lines[j] = other;
                        for (unsigned k = 0; k < LINES; k++)
                                add_line(&b, cut.lines[k]);
                        ck_assert_int_eq(parse(buffer_slice(&b)), STATEMENT_FORM);
                }
}
END_TEST

START_TEST(a_line_with_cr_nul_space_tab_or_nothing_in_the_wrong_place_is_refused)
{
        static const struct slice added[] = {{(const uint8_t *)"\r", 1}, {(const uint8_t *)" ", 1},
                {(const uint8_t *)"\0", 1}, {(const uint8_t *)"\t", 1}, {(const uint8_t *)"\x7f", 1},
                {(const uint8_t *)"\xc2\x9b", 2}, {(const uint8_t *)"\xff", 1}, {(const uint8_t *)"\n", 1}};
        struct cut cut = cut_lines(found);

        for (int a = 0; a < COUNT(added); a++)
                for (unsigned at = 0; at < LINES; at++)
                        for (unsigned front = 0; front < 2; front++) {
                                CLEANUP(buffer) struct buffer b = BUFFER_INIT;

                                for (unsigned i = 0; i < LINES; i++) {
                                        if (i == at && front)
                                                buffer_add_slice(&b, added[a]);
                                        buffer_add_slice(&b, cut.lines[i]);
                                        if (i == at && !front)
                                                buffer_add_slice(&b, added[a]);
                                        buffer_add_u8(&b, '\n');
                                }
                                ck_assert_msg(parse(buffer_slice(&b)) != STATEMENT_RIGHT, "%d line %u", a, at);
                        }
        ck_assert_int_eq(parse(slice_of(found, sizeof(found) - 2)), STATEMENT_FORM);
        ck_assert_int_eq(parse(slice_of("", 0)), STATEMENT_FORM);
}
END_TEST

static const struct {
        enum statement_flaw flaw;
        const char *changes;
} wrong[] = {
        {STATEMENT_VALUE, "context credit.example.cn/registry/lookup-statement/v2\n"},
        {STATEMENT_VALUE, "context credit.example.cn/registry/lookup-batch/v1\n"},
        {STATEMENT_VALUE, "context /lookup-statement/v1\n"},
        {STATEMENT_VALUE, "context Credit.example.cn/lookup-statement/v1\n"},
        {STATEMENT_VALUE, "kind Current\n"},
        {STATEMENT_VALUE, "kind -\n"},
        {STATEMENT_VALUE, "request -\n"},
        {STATEMENT_VALUE, "request e3b0\n"},
        {STATEMENT_VALUE, "purpose E3B0C44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"},
        {STATEMENT_VALUE, "code -\n"},
        {STATEMENT_VALUE, "code 91100000100003249\n"},
        {STATEMENT_VALUE, "code 91100000100003249x\n"},
        {STATEMENT_VALUE, "subject 10000324-9\n"},
        {STATEMENT_VALUE, "subject 911000001000032490\n"},
        {STATEMENT_VALUE, "nonce -\n"},
        {STATEMENT_VALUE, "nonce 000102030405060708090a0b0c0d0e\n"},
        {STATEMENT_VALUE, "nonce 000102030405060708090a0b0c0d0e0f0\n"},
        {STATEMENT_VALUE, "nonce 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f00\n"},
        {STATEMENT_VALUE, "result -\n"},
        {STATEMENT_VALUE, "registration standing\n"},
        {STATEMENT_VALUE, "name \\\n"},
        {STATEMENT_VALUE, "name \\n\n"},
        {STATEMENT_VALUE, "name a\\x41\n"},
        {STATEMENT_VALUE, "name \\x1F\n"},
        {STATEMENT_VALUE, "name \\x00\n"},
        {STATEMENT_VALUE, "name \\xc2\\x9b\n"},
        {STATEMENT_VALUE, "name \\xff\n"},
        {STATEMENT_VALUE, "name \xff\n"},
        {STATEMENT_VALUE, "name \xed\xa0\x80\n"},
        {STATEMENT_VALUE, "name a\x1b[31m\n"},
        {STATEMENT_VALUE, "name a\\x20b\n"},
        {STATEMENT_VALUE, "grade b\n"},
        {STATEMENT_VALUE, "grade AAAA\n"},
        {STATEMENT_VALUE, "grade Unrated\n"},
        {STATEMENT_VALUE, "score 080\n"},
        {STATEMENT_VALUE, "score -1\n"},
        {STATEMENT_VALUE, "score 80.0\n"},
        {STATEMENT_VALUE, "score 2147483648\n"},
        {STATEMENT_VALUE, "grade-day 2026-11-31\n"},
        {STATEMENT_VALUE, "grade-day 2026-1-3\n"},
        {STATEMENT_VALUE, "policy quality-credit-default\n"},
        {STATEMENT_VALUE, "policy quality-credit-default@0\n"},
        {STATEMENT_VALUE, "policy quality-credit-default@01\n"},
        {STATEMENT_VALUE, "policy quality-credit-default@4294967296\n"},
        {STATEMENT_VALUE, "policy @1\n"},
        {STATEMENT_VALUE, "policy a b@1\n"},
        {STATEMENT_VALUE, "policy a@1@1\n"},
        {STATEMENT_VALUE, "listing-published maybe\n"},
        {STATEMENT_VALUE, "coverage -\n"},
        {STATEMENT_VALUE, "coverage product=2026-11-20\n"},
        {STATEMENT_VALUE, "coverage product/a=2026-11-20;service/b=2026-11-20\n"},
        {STATEMENT_FORM, "coverage product/a=2026-11-20; \n"},
        {STATEMENT_VALUE, "coverage product/a=none\n"},
        {STATEMENT_VALUE, "coverage product/=2026-11-20\n"},
        {STATEMENT_VALUE, "coverage service/a=2026-11-20; product/a=2026-11-20\n"},
        {STATEMENT_VALUE, "coverage product/b=2026-11-20; product/a=2026-11-20\n"},
        {STATEMENT_VALUE, "coverage product/a=2026-11-20; product/a=2026-11-21\n"},
        {STATEMENT_TIME, "as-of -\n"},
        {STATEMENT_VALUE, "known-at -\n"},
        {STATEMENT_VALUE, "known-at 2026-11-24T01:02:02Z\n"},
        {STATEMENT_VALUE, "serial -\n"},
        {STATEMENT_VALUE, "serial 18446744073709551616\n"},
        {STATEMENT_VALUE, "serial 0x10\n"},
        {STATEMENT_VALUE, "ledger-root 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n"},
        {STATEMENT_VALUE, "ledger-root 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n"},
        {STATEMENT_VALUE, "decision 0\n"},
        {STATEMENT_VALUE, "salt 000102030405060708090a0b0c0d0e\n"},

        {STATEMENT_RESULT, "result not-registered\n"},
        {STATEMENT_RESULT, "result withheld\n"},
        {STATEMENT_RESULT, "result merged-into\n"},
        {STATEMENT_RESULT, "merged-into 100003249\n"},
        {STATEMENT_RESULT, "subject -\n"},
        {STATEMENT_RESULT, "name -\n"},
        {STATEMENT_RESULT, "registration -\n"},
        {STATEMENT_GRADE, "grade -\n"},
        {STATEMENT_GRADE, "score -\n"},
        {STATEMENT_GRADE, "grade unrated\n"},
        {STATEMENT_GRADE, "grade-day -\n"},
        {STATEMENT_GRADE, "grade-until 2026-11-24\n"},
        {STATEMENT_GRADE, "policy -\n"},
        {STATEMENT_GRADE, "policy-hash -\n"},
        {STATEMENT_GRADE, "policy-standing -\n"},
        {STATEMENT_GRADE, "policy-standing in-force\n"},
        {STATEMENT_GRADE, "policy-document 国市监信发〔2026〕1号\n"},
        {STATEMENT_LISTING, "listing -\n"},
        {STATEMENT_LISTING, "listing listed\n"},
        {STATEMENT_LISTING, "listing-since 2026-01-01\n"},
        {STATEMENT_LISTING, "listing-until 2026-01-01\n"},
        {STATEMENT_LISTING, "listing-published no\n"},
        {STATEMENT_LISTING, "listing listed\nlisting-since 2026-01-01\n"},
        {STATEMENT_LISTING, "listing listed\nlisting-published yes\n"},
        {STATEMENT_LISTING, "listing suspended\nlisting-since 2026-01-01\nlisting-until 2026-01-01\nlisting-published yes\n"},
        {STATEMENT_LISTING, "listing unknown\nlisting-published no\n"},
        {STATEMENT_LISTING, "listing unknown\nlisting-since 2026-01-01\n"},
        {STATEMENT_TIME, "valid-until 2026-11-24T01:02:02.900Z\n"},
        {STATEMENT_TIME, "decision 4712\n"},
};

START_TEST(a_line_that_cannot_be_meant_is_refused)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

        change(&b, found, wrong[_i].changes);
        ck_assert_msg(parse(buffer_slice(&b)) == wrong[_i].flaw, "%s", wrong[_i].changes);
}
END_TEST

/* The statement as an explanation: its line `inputs` behind the reasons. */
static void explain(struct buffer *ret, const char *inputs)
{
        const char *behind = strstr(found, REASONS) + strlen(REASONS);
        const char *kind = strstr(found, "kind current\n");

        buffer_add(ret, found, (size_t)(kind - found));
        buffer_add_text(ret, "kind explain\n");
        kind += strlen("kind current\n");
        buffer_add(ret, kind, (size_t)(behind - kind));
        buffer_add_text(ret, inputs);
        buffer_add_text(ret, behind);
}

static const struct {
        enum statement_flaw flaw;
        const char *inputs;
} explained[] = {
        {STATEMENT_FORM, ""},
        {STATEMENT_FORM, "inputs " HEX32 "\ninputs " HEX32 "\n"},
        {STATEMENT_VALUE, "inputs e3b0\n"},
        {STATEMENT_VALUE, "inputs E3B0C44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"},
        {STATEMENT_GRADE, "inputs -\n"},
        {STATEMENT_RIGHT, "inputs " HEX32 "\n"},
};

START_TEST(an_explanation_of_a_grade_has_the_hash_of_its_inputs)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct statement s;

        explain(&b, explained[_i].inputs);
        ck_assert_int_eq(statement_parse(buffer_slice(&b), &s), explained[_i].flaw);
        if (explained[_i].flaw)
                return;
        ck_assert_int_eq(s.kind, STATEMENT_EXPLAIN);
        ck_assert(s.has_inputs && s.inputs.octets[0] == 0xe3);
        ck_assert_int_eq(statement_format(&s, &again), STATEMENT_RIGHT);
        ck_assert(slice_equal(buffer_slice(&b), buffer_slice(&again)));
}
END_TEST

static const char *const other_kinds[] = {"kind current\n", "kind as-of\n", "kind history\n"};

START_TEST(no_other_kind_of_statement_has_a_line_of_inputs)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        uint8_t *kind;

        explain(&b, "inputs " HEX32 "\n");
        kind = (uint8_t *)strstr(buffer_text(&b), "kind explain\n");
        if (strlen(other_kinds[_i]) == strlen("kind explain\n")) {
                memcpy(kind, other_kinds[_i], strlen(other_kinds[_i]));
        } else {
                memmove(kind + strlen(other_kinds[_i]), kind + strlen("kind explain\n"),
                        b.length - (size_t)(kind - b.data) - strlen("kind explain\n"));
                memcpy(kind, other_kinds[_i], strlen(other_kinds[_i]));
                b.length -= strlen("kind explain\n") - strlen(other_kinds[_i]);
        }
        ck_assert_int_eq(parse(buffer_slice(&b)), STATEMENT_FORM);
}
END_TEST

START_TEST(a_statement_with_inputs_that_is_no_explanation_of_a_grade_is_not_formatted)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct statement good, s;

        explain(&text, "inputs " HEX32 "\n");
        ck_assert_int_eq(statement_parse(buffer_slice(&text), &good), STATEMENT_RIGHT);
        for (unsigned i = 0; i < 3; i++) {
                static const enum statement_kind kinds[] = {STATEMENT_CURRENT, STATEMENT_AS_OF, STATEMENT_HISTORY};

                s = good;
                s.kind = kinds[i];
                ck_assert_int_eq(statement_format(&s, &b), STATEMENT_GRADE);
        }
        s = good;
        s.has_inputs = false;
        ck_assert_int_eq(statement_format(&s, &b), STATEMENT_GRADE);
        ck_assert_uint_eq(b.length, 0);
}
END_TEST

#define NO_VERDICT \
        "grade -\nscore -\ngrade-day -\ngrade-until -\npolicy -\npolicy-hash -\npolicy-standing -\nlisting -\nreasons -\n"
#define NO_PARTY "subject -\nname -\nregistration -\ndecision -\n"

static const char *const right[] = {
        "kind current\n",
        "kind as-of\nas-of 2020-02-29\npurpose -\n",
        "reasons -\n",
        "kind history\ndecision -\ngrade-until -\n",
        "code 100003249\nnonce 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n",
        "grade unrated\nscore -\n",
        "grade AAA\nscore 0\n",
        "registration revoked\nname \\x2d\n",
        "name \\x20\\\\x41\\x09\\x0a\\x7f\\x20\n",
        "name --\n",
        "name a  b\n",
        "coverage none\n",
        "policy-standing in-force\npolicy-document 国市监信发〔2026〕1号\n",
        "listing listed\nlisting-since 2026-01-01\nlisting-published yes\n",
        "listing suspended\nlisting-since 2026-01-01\nlisting-until 2029-01-01\nlisting-published no\n",
        "listing basis-quashed\nlisting-since 2026-01-01\nlisting-published yes\n",
        "listing unknown\nlisting-since 2026-01-01\nlisting-published no\n",
        "serial 18446744073709551615\nledger-size 0\n",
        "result not-registered\n" NO_VERDICT NO_PARTY,
        "result withheld\n" NO_VERDICT NO_PARTY,
        "result merged-into\nmerged-into 100003249\n" NO_VERDICT,
        "result merged-into\nmerged-into 100003249\nname -\nregistration -\n" NO_VERDICT,
};

START_TEST(a_statement_is_written_as_it_was_read)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct statement s;

        change(&b, found, right[_i]);
        ck_assert_int_eq(statement_parse(buffer_slice(&b), &s), STATEMENT_RIGHT);
        ck_assert_int_eq(statement_format(&s, &again), STATEMENT_RIGHT);
        ck_assert(slice_equal(buffer_slice(&b), buffer_slice(&again)));
}
END_TEST

static const struct {
        const char *changes;
} crossed[] = {
        /* Without a verdict, no line may read as one. */
        {"grade A\n"}, {"score 1\n"}, {"grade-day 2026-11-24\n"}, {"grade-until 2026-11-24\n"}, {"policy a@1\n"},
        {"policy-hash " HEX32 "\n"}, {"policy-standing trial\n"}, {"policy-document a\n"}, {"listing not-listed\n"},
        {"listing-since 2026-01-01\n"}, {"listing-until 2026-01-01\n"}, {"listing-published no\n"}, {"reasons a\n"},
        {"subject 100003249\n"}, {"name a\n"}, {"registration active\n"}, {"decision 1\n"}, {"merged-into 100003249\n"},
};

START_TEST(a_denial_says_nothing_that_reads_as_a_verdict)
{
        static const char *const denials[] = {"result not-registered\n" NO_VERDICT NO_PARTY,
                "result withheld\n" NO_VERDICT NO_PARTY};

        for (int i = 0; i < COUNT(denials); i++) {
                CLEANUP(buffer) struct buffer b = BUFFER_INIT;
                CLEANUP(buffer) struct buffer crossing = BUFFER_INIT;

                change(&b, found, denials[i]);
                change(&crossing, buffer_text(&b), crossed[_i].changes);
                ck_assert_int_eq(parse(buffer_slice(&crossing)), STATEMENT_RESULT);
        }
}
END_TEST

START_TEST(texts_are_refused_one_octet_beyond_their_limits)
{
        static const struct {
                const char *name;
                size_t limit;
                const char *also;
        } limits[] = {{"name", STATEMENT_NAME_LIMIT, "kind current\n"},
                {"reasons", STATEMENT_REASONS_LIMIT, "kind current\n"},
                {"policy-document", STATEMENT_DOCUMENT_LIMIT, "policy-standing in-force\n"}};

        for (int i = 0; i < COUNT(limits); i++)
                for (size_t length = limits[i].limit; length <= limits[i].limit + 1; length++) {
                        CLEANUP(buffer) struct buffer changes = BUFFER_INIT;
                        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

                        buffer_add_format(&changes, "%s%s ", limits[i].also, limits[i].name);
                        for (size_t k = 0; k < length; k++)
                                buffer_add_text(&changes, "\\\\");
                        buffer_add_u8(&changes, '\n');
                        change(&b, found, buffer_text(&changes));
                        ck_assert_int_eq(parse(buffer_slice(&b)),
                                length == limits[i].limit ? STATEMENT_RIGHT : STATEMENT_VALUE);
                }
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("statement");
        TCase *c = tcase_create("statement");

        tcase_add_test(c, a_missing_line_is_refused_whichever_it_is);
        tcase_add_test(c, a_line_given_twice_is_refused_wherever_the_second_stands);
        tcase_add_test(c, two_lines_in_each_others_place_are_refused);
        tcase_add_test(c, a_line_with_cr_nul_space_tab_or_nothing_in_the_wrong_place_is_refused);
        tcase_add_loop_test(c, a_line_that_cannot_be_meant_is_refused, 0, COUNT(wrong));
        tcase_add_loop_test(c, a_denial_says_nothing_that_reads_as_a_verdict, 0, COUNT(crossed));
        tcase_add_test(c, texts_are_refused_one_octet_beyond_their_limits);
        tcase_add_loop_test(c, an_explanation_of_a_grade_has_the_hash_of_its_inputs, 0, COUNT(explained));
        tcase_add_loop_test(c, no_other_kind_of_statement_has_a_line_of_inputs, 0, COUNT(other_kinds));
        tcase_add_test(c, a_statement_with_inputs_that_is_no_explanation_of_a_grade_is_not_formatted);
        tcase_add_loop_test(c, a_statement_is_written_as_it_was_read, 0, COUNT(right));
        tcase_set_timeout(c, 60);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
