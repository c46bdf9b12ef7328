/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/name.h"

#include <check.h>
#include <string.h>

#include "registry/core/character.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
        const char *name;
        size_t length; /* 0: up to the NUL */
        enum name_flaw flaw;
} refused[] = {
        {"", 0, NAME_EMPTY},
        {" 　\xc2\xa0", 0, NAME_EMPTY},
        {"剑阁\0县", 10, NAME_CONTROL},
        {"剑阁\n县", 0, NAME_CONTROL},
        {"剑阁\t县", 0, NAME_CONTROL},
        {"剑阁\x1b[31m", 0, NAME_CONTROL},
        {"剑阁\x7f", 0, NAME_CONTROL},
        {"剑阁\xc2\x85", 0, NAME_CONTROL},     /* next line, C1 */
        {"剑阁\xe2\x80\xa8", 0, NAME_CONTROL}, /* line separator */
        {"剑\xe2\x80\x8b阁", 0, NAME_HIDDEN},  /* zero-width space */
        {"剑\xe2\x80\x8d阁", 0, NAME_HIDDEN},  /* zero-width joiner */
        {"剑\xe2\x80\xae阁", 0, NAME_HIDDEN},  /* right-to-left override */
        {"剑\xe2\x81\xa6阁", 0, NAME_HIDDEN},  /* left-to-right isolate */
        {"剑\xc2\xad阁", 0, NAME_HIDDEN},      /* soft hyphen */
        {"\xef\xbb\xbf剑阁", 0, NAME_HIDDEN},  /* byte order mark */
        {"剑\xef\xb8\x80阁", 0, NAME_HIDDEN},  /* variation selector 1 */
        {"剑\xf3\xa0\x84\x80阁", 0, NAME_HIDDEN}, /* variation selector 17 */
        {"剑\xe3\x85\xa4阁", 0, NAME_HIDDEN},  /* Hangul filler */
        {"剑\xef\xbf\xbe阁", 0, NAME_HIDDEN},  /* noncharacter */
        {"剑阁\xff", 0, NAME_UTF8},
        {"剑\xe9\x98", 0, NAME_UTF8},
        {"\xc0\x80", 0, NAME_UTF8},
        {"\xed\xa0\x80", 0, NAME_UTF8},         /* surrogate */
        {"\xf4\x90\x80\x80", 0, NAME_UTF8},     /* past U+10FFFF */
};

START_TEST(a_name_that_hides_something_is_refused_in_both_forms)
{
        CLEANUP(buffer) struct buffer normalised = BUFFER_INIT;
        struct slice name = slice_text(refused[_i].name);

        if (refused[_i].length)
                name = slice_of(refused[_i].name, refused[_i].length);
        ck_assert_int_eq(name_normalise(name, &normalised), refused[_i].flaw);
        ck_assert_uint_eq(normalised.length, 0);
        ck_assert_int_eq(name_check_display(name), refused[_i].flaw);
        ck_assert(!name_is_same(name, name));
}
END_TEST

START_TEST(a_name_of_more_than_300_octets_is_refused)
{
        CLEANUP(buffer) struct buffer normalised = BUFFER_INIT;
        char name[NAME_MAX_OCTETS + 1];

        memset(name, 'a', sizeof(name));
        ck_assert_int_eq(name_check_display(slice_of(name, NAME_MAX_OCTETS)), NAME_SOUND);
        ck_assert_int_eq(name_check_display(slice_of(name, NAME_MAX_OCTETS + 1)), NAME_LENGTH);
        ck_assert_int_eq(name_normalise(slice_of(name, NAME_MAX_OCTETS + 1), &normalised), NAME_LENGTH);
}
END_TEST

static const struct {
        const char *name;
        enum name_flaw flaw;
} displayed[] = {
        {"剑阁县恒丰粮油有限公司", NAME_SOUND},
        {"剑阁县恒丰粮油有限公司（普安店）", NAME_SOUND}, /* width is the register's own */
        {"Sichuan Food Co. Ltd", NAME_SOUND},
        {"Caf\xc3\xa9", NAME_SOUND},
        {"Cafe\xcc\x81", NAME_FORM}, /* the accent by itself: NFD */
        {" 剑阁", NAME_FORM},
        {"剑阁　", NAME_FORM},
        {"\xf0\xa0\xae\xb7" "记", NAME_SOUND},  /* an ideograph outside the basic plane */
        {"\xee\x80\x80" "记", NAME_SOUND},      /* private use, as older systems write rare ones */
};

START_TEST(what_is_shown_is_in_nfc_and_otherwise_left_as_registered)
{
        ck_assert_int_eq(name_check_display(slice_text(displayed[_i].name)), displayed[_i].flaw);
}
END_TEST

static const struct {
        const char *a;
        const char *b;
        bool same;
} pairs[] = {
        {"剑阁县众中食品经营部", "剑阁县众中食品经营部", true},
        {"恒丰（四川）有限公司", "恒丰(四川)有限公司", true},
        {"恒丰 （四川） 有限公司", "恒丰(四川)有限公司", true},
        {"剑阁县　众中", "剑阁县众中", true},
        {"ＡＢＣ食品", "abc食品", true},
        {"Straße", "STRASSE", true},
        {"Café", "Cafe\xcc\x81", true},
        {"ﾃｽﾄ", "テスト", true},
        {"a \xc2\xa8", "a\xcc\x88", true}, /* a spacing diaeresis loses its space */
        {"剑阁县众中食品经营部", "剑阁县众中食品经营", false},
        {"剑阁", "劍閣", false}, /* simplified and traditional are two names */
        {"恒丰〔四川〕", "恒丰(四川)", false},
        {"А食品", "A食品", false}, /* Cyrillic */
};

START_TEST(width_case_spaces_and_brackets_make_no_other_name)
{
        ck_assert_msg(name_is_same(slice_text(pairs[_i].a), slice_text(pairs[_i].b)) == pairs[_i].same,
                "%s / %s", pairs[_i].a, pairs[_i].b);
}
END_TEST

static const struct {
        const char *name;
        const char *normalised;
} forms[] = {
        {"恒丰 （四川） 有限公司", "恒丰(四川)有限公司"},
        {"ＡＢＣ　Food", "abcfood"},
        {"①号店", "1号店"},
        {"㈱食品", "(株)食品"},
};

START_TEST(the_normalised_form_is_appended)
{
        CLEANUP(buffer) struct buffer out = BUFFER_INIT;

        buffer_add_text(&out, ">");
        ck_assert_int_eq(name_normalise(slice_text(forms[_i].name), &out), NAME_SOUND);
        ck_assert_str_eq(buffer_text(&out) + 1, forms[_i].normalised);
}
END_TEST

/* Every code point between two letters, where marks and spaces find something to join. */
START_TEST(normalising_twice_changes_nothing)
{
        for (int32_t code_point = 1; code_point <= 0xe0fff; code_point++) {
                CLEANUP(buffer) struct buffer once = BUFFER_INIT;
                CLEANUP(buffer) struct buffer twice = BUFFER_INIT;
                CLEANUP(buffer) struct buffer name = BUFFER_INIT;
                char character[CHARACTER_TEXT];

                if (code_point >= 0xd800 && code_point <= 0xdfff)
                        continue;
                if (code_point == 0x30000) /* from plane 3 to 13 nothing decomposes, nor in private planes */
                        code_point = 0xe0000;
                character_text(code_point, character);
                buffer_add_format(&name, "a%s%so", character, character);
                if (name_normalise(buffer_slice(&name), &once) != NAME_SOUND)
                        continue;
                ck_assert_int_eq(name_normalise(buffer_slice(&once), &twice), NAME_SOUND);
                if (!slice_equal(buffer_slice(&once), buffer_slice(&twice)))
                        ck_abort_msg("U+%04X does not stay as it is", (unsigned)code_point);
        }
}
END_TEST

static const struct {
        const char *name;
        const char *masked;
} masks[] = {
        {"张三", "张*"}, {"张三丰", "张*"}, {"欧阳修", "欧*"}, {"李", "李*"}, {"John Smith", "J*"},
        {"", "*"},       {"\xff\xfe", "*"}, {"\xe2\x80\xae张三", "*"},
};

START_TEST(a_persons_name_shows_its_first_character_only)
{
        CLEANUP(buffer) struct buffer out = BUFFER_INIT;

        name_mask_person(slice_text(masks[_i].name), &out);
        ck_assert_str_eq(buffer_text(&out), masks[_i].masked);
}
END_TEST

static const struct {
        const char *text;
        size_t columns;
} widths[] = {
        {"", 0}, {"abc", 3}, {"剑阁", 4}, {"（）", 4}, {"a剑b", 4}, {"e\xcc\x81", 1}, {"\xff\xff", 2},
        {"剑\xe9\x98", 4}, {"\xf0\xa0\xae\xb7", 2},
};

START_TEST(a_han_character_has_two_columns)
{
        ck_assert_uint_eq(name_width(slice_text(widths[_i].text)), widths[_i].columns);
}
END_TEST

START_TEST(every_flaw_has_its_stable_word)
{
        static const char *const words[] = {
                "ok", "name_empty", "name_length", "name_utf8", "name_control", "name_hidden", "name_form",
        };

        for (int i = 0; i < COUNT(words); i++)
                ck_assert_str_eq(name_flaw_word((enum name_flaw)i), words[i]);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("name");
        TCase *cases = tcase_create("cases");

        tcase_set_timeout(cases, 60);
        tcase_add_loop_test(cases, a_name_that_hides_something_is_refused_in_both_forms, 0, COUNT(refused));
        tcase_add_test(cases, a_name_of_more_than_300_octets_is_refused);
        tcase_add_loop_test(cases, what_is_shown_is_in_nfc_and_otherwise_left_as_registered, 0,
                COUNT(displayed));
        tcase_add_loop_test(cases, width_case_spaces_and_brackets_make_no_other_name, 0, COUNT(pairs));
        tcase_add_loop_test(cases, the_normalised_form_is_appended, 0, COUNT(forms));
        tcase_add_test(cases, normalising_twice_changes_nothing);
        tcase_add_loop_test(cases, a_persons_name_shows_its_first_character_only, 0, COUNT(masks));
        tcase_add_loop_test(cases, a_han_character_has_two_columns, 0, COUNT(widths));
        tcase_add_test(cases, every_flaw_has_its_stable_word);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
