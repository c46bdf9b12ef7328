/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/org_code.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ---------------------------------------------------------------- refusals */

static const struct {
        const char *text;
        enum org_code_flaw flaw;
        unsigned position;
        const char *character;
        char expected;
        const char *suggestion;
} refused[] = {
        {"", ORG_CODE_EMPTY, 0, "", 0, ""},
        {"   \t\r\n", ORG_CODE_EMPTY, 0, "", 0, ""},
        {"\xe3\x80\x80", ORG_CODE_EMPTY, 0, "", 0, ""},
        {"12345", ORG_CODE_LENGTH, 0, "", 0, ""},
        {"510823000012345", ORG_CODE_LENGTH, 0, "", 0, ""}, /* a business registration number */
        {"91110000600037341", ORG_CODE_LENGTH, 0, "", 0, ""},
        {"91110000600037341L0", ORG_CODE_LENGTH, 0, "", 0, ""},
        {"91510823MA6250A19N91510823MA6250A19N", ORG_CODE_LENGTH, 0, "", 0, ""},
        {"D2143569XX", ORG_CODE_LENGTH, 0, "", 0, ""},
        /* the worked example of GB 32100 as it is often printed, with Z where remainder 28 gives 3 */
        {"91350100M000100Y4Z", ORG_CODE_CHARACTER, 18, "Z", '3', ""},
        {"9111000060003IOZSV", ORG_CODE_CHARACTER, 14, "I", 0, ""},
        {"9111OOO06OOO37341L", ORG_CODE_CHARACTER, 5, "O", 0, "91110000600037341L"},
        {"91510823MA6250AI9N", ORG_CODE_CHARACTER, 16, "I", 0, "91510823MA6250A19N"},
        {"91110000-600037341L", ORG_CODE_CHARACTER, 9, "-", 0, ""},
        {"91110000600037341-L", ORG_CODE_CHARACTER, 18, "-", 0, ""},
        {"D21435-69X", ORG_CODE_CHARACTER, 7, "-", 0, ""},
        {"D2143569-", ORG_CODE_CHARACTER, 9, "-", 0, ""},
        {"D2143569--X", ORG_CODE_CHARACTER, 9, "-", 0, ""},
        {"\xd0\x90" "1110000600037341L", ORG_CODE_CHARACTER, 1, "\xd0\x90", 0, ""}, /* Cyrillic A */
        {"91110000600037341\xc5\x81", ORG_CODE_CHARACTER, 18, "\xc5\x81", 0, ""},
        {"\xe5\x89\x91\xe9\x98\x81\xe5\x8e\xbf", ORG_CODE_CHARACTER, 1, "\xe5\x89\x91", 0, ""},
        {"91110000\n600037341L", ORG_CODE_CHARACTER, 9, "", 0, ""},
        {"91110000600037341\x7f", ORG_CODE_CHARACTER, 18, "", 0, ""},
        {"9111000060003734\xff", ORG_CODE_CHARACTER, 17, "\xef\xbf\xbd", 0, ""},
        {"9111000060003734\xe5\x89", ORG_CODE_CHARACTER, 17, "\xef\xbf\xbd", 0, ""},
        {"\xc1\x81" "1110000600037341L", ORG_CODE_CHARACTER, 1, "\xef\xbf\xbd", 0, ""}, /* overlong A */
        {"91110000600037341'", ORG_CODE_CHARACTER, 18, "'", 0, ""},
        {"91110000600037341N", ORG_CODE_CHECK, 18, "N", 'L', ""},
        {"A1110000600037341L", ORG_CODE_CHECK, 18, "L", 'K', ""},
        {" 91110000600037341n", ORG_CODE_CHECK, 19, "n", 'L', ""},
        /* issued so, one public program had to white-list it: computed 9 */
        {"91350203M0001QAY9B", ORG_CODE_CHECK, 18, "B", '9', ""},
        {"D2143569-Y", ORG_CODE_CHECK, 10, "Y", 'X', ""},
        {"738115411", ORG_CODE_CHECK, 9, "1", '0', ""},
        {"9111000060003\xe2\x80\x8b" "7341L", ORG_CODE_HIDDEN, 14, "", 0, ""},
        {"\xef\xbb\xbf" "91110000600037341L", ORG_CODE_HIDDEN, 1, "", 0, ""},
        {"91110000600037341L\xe2\x80\xae", ORG_CODE_HIDDEN, 19, "", 0, ""},
        {"91110000\xc2\xad" "600037341L", ORG_CODE_HIDDEN, 9, "", 0, ""},
        {"?\xe2\x80\x8d", ORG_CODE_HIDDEN, 2, "", 0, ""}, /* before any other flaw */
        {"\xe3\x85\xa4", ORG_CODE_HIDDEN, 1, "", 0, ""},
        {"9\xef\xb8\x8f", ORG_CODE_HIDDEN, 2, "", 0, ""},
};

START_TEST(a_flawed_code_is_refused_with_its_place_and_what_would_be_right)
{
        struct org_code code = {.text = "untouched"};
        struct org_code_report report;
        enum org_code_flaw flaw = org_code_parse(slice_text(refused[_i].text), &code, &report);

        ck_assert_msg(flaw == refused[_i].flaw, "%s: %s", refused[_i].text, org_code_flaw_word(flaw));
        ck_assert_int_eq(report.flaw, flaw);
        ck_assert_str_eq(code.text, "untouched");
        ck_assert_msg(report.position == refused[_i].position, "%s: %u", refused[_i].text, report.position);
        ck_assert_str_eq(report.character, refused[_i].character);
        ck_assert_msg(report.expected == refused[_i].expected, "%s: %c", refused[_i].text, report.expected);
        ck_assert_str_eq(report.suggestion, refused[_i].suggestion);
}
END_TEST

START_TEST(a_nul_or_an_endless_text_is_no_code)
{
        struct org_code code;
        struct org_code_report report;
        char endless[ORG_CODE_INPUT_MAX + 1];

        ck_assert_int_eq(org_code_parse(slice_of("91110000600037341L\0", 19), &code, &report),
                ORG_CODE_CHARACTER);
        ck_assert_uint_eq(report.position, 19);
        memset(endless, ' ', sizeof(endless));
        ck_assert_int_eq(org_code_parse(slice_of(endless, sizeof(endless)), &code, &report), ORG_CODE_LENGTH);
        ck_assert_int_eq(org_code_parse(slice_of(endless, sizeof(endless) - 1), &code, &report),
                ORG_CODE_EMPTY);
        ck_assert_int_eq(org_code_parse(slice_of(NULL, 0), &code, &report), ORG_CODE_EMPTY);
}
END_TEST

static const struct {
        const char *body;
        bool is_internal;
} reserved[] = {
        {"PDY00001", true},  {"PDY99999", true},  {"PDY10000", true},
        {"PDY00000", false}, {"PDY1234A", false}, {"PDZ00001", false}, {"D2143569", false},
};

START_TEST(a_code_for_internal_use_is_known_here_but_never_exchanged)
{
        bool is_internal = reserved[_i].is_internal;
        struct org_code code = {.text = "untouched"};
        struct org_code_report report;
        char text[ORG_CODE_LEGACY_LENGTH + 1];
        enum org_code_flaw flaw;

        snprintf(text, sizeof(text), "%s%c", reserved[_i].body, org_code_legacy_check(reserved[_i].body));
        flaw = org_code_parse_exchanged(slice_text(text), &code, &report);
        ck_assert_int_eq(flaw, is_internal ? ORG_CODE_INTERNAL : ORG_CODE_SOUND);
        ck_assert_int_eq(report.flaw, flaw);
        ck_assert_str_eq(code.text, is_internal ? "untouched" : text);

        ck_assert_int_eq(org_code_parse(slice_text(text), &code, &report), ORG_CODE_SOUND);
        ck_assert_uint_eq(report.warnings, is_internal ? ORG_CODE_RESERVED : 0);
        ck_assert(org_code_is_internal(&code) == is_internal);
}
END_TEST

/* ------------------------------------------------------------- acceptance */

static const struct {
        const char *text;
        const char *canonical;
        const char *subject;
        unsigned warnings;
} accepted[] = {
        {"91110000600037341L", "91110000600037341L", "600037341", 0},
        {"91110108551385082Q", "91110108551385082Q", "551385082", 0},
        {"9144030071526726XG", "9144030071526726XG", "71526726X", 0},
        {"913205056082348768", "913205056082348768", "608234876", 0},
        {"911522010783762860", "911522010783762860", "078376286", 0}, /* remainder 0 gives 0 */
        {"9115220107837941X1", "9115220107837941X1", "07837941X", 0},
        {"91340600MA2PBP2120", "91340600MA2PBP2120", "MA2PBP212", 0},
        {"92340603MA2PBMCG0U", "92340603MA2PBMCG0U", "MA2PBMCG0", 0},
        {"92340604MA2PENA300", "92340604MA2PENA300", "MA2PENA30", 0},
        {"91620105L015101280", "91620105L015101280", "L01510128", 0},
        {"121200004013590816", "121200004013590816", "401359081", 0},
        {"123502001549897397", "123502001549897397", "154989739", 0},
        {"11230500001755309F", "11230500001755309F", "001755309", 0},
        {"1150024000913403X1", "1150024000913403X1", "00913403X", 0},
        {"91350100M000100Y43", "91350100M000100Y43", "M000100Y4", 0},
        {"91350200MA2YJ1XR9G", "91350200MA2YJ1XR9G", "MA2YJ1XR9", 0},
        {"9135021359498494XQ", "9135021359498494XQ", "59498494X", 0},
        {"913502115628130384", "913502115628130384", "562813038", 0},
        {"91230500MA1B3N1N2M", "91230500MA1B3N1N2M", "MA1B3N1N2", 0},
        {"92340621MA2UK0DA11", "92340621MA2UK0DA11", "MA2UK0DA1", 0},
        {"91510823MA6250A19N", "91510823MA6250A19N", "MA6250A19", 0},
        {"92510823MA6251B268", "92510823MA6251B268", "MA6251B26", 0},
        {"93510823MA6252C33R", "93510823MA6252C33R", "MA6252C33", 0},
        {"11510823008765438X", "11510823008765438X", "008765438", 0},
        {"1251082345123456XM", "1251082345123456XM", "45123456X", 0},
        {"52510823MJQ000015N", "52510823MJQ000015N", "MJQ000015", 0},
        {"N2510823MF0D00015U", "N2510823MF0D00015U", "MF0D00015", 0}, /* position 1 may be a letter */
        {"A1110000600037341K", "A1110000600037341K", "600037341", 0},
        {"D2143569-X", "D2143569X", "D2143569X", ORG_CODE_NORMALISED},
        {"D2143569X", "D2143569X", "D2143569X", 0},
        {"00001429-3", "000014293", "000014293", ORG_CODE_NORMALISED},
        {"738115410", "738115410", "738115410", 0}, /* 11 is written 0 */
        {"MA2PBM9HX", "MA2PBM9HX", "MA2PBM9HX", 0},
        {"L01510128", "L01510128", "L01510128", 0},
        {"I00000001", "I00000001", "I00000001", 0}, /* I O S V Z are letters of GB 11714 */
        {"O00000005", "O00000005", "O00000005", 0},
        {"SVZIOSVZ8", "SVZIOSVZ8", "SVZIOSVZ8", 0},
        {" 91110000600037341l\r\n", "91110000600037341L", "600037341", ORG_CODE_NORMALISED},
        {"9111 0000 6000 3734 1L", "91110000600037341L", "600037341", ORG_CODE_NORMALISED},
        {"\t91110000600037341L", "91110000600037341L", "600037341", ORG_CODE_NORMALISED},
        {"９１１１００００６０００３７３４１Ｌ", "91110000600037341L", "600037341", ORG_CODE_NORMALISED},
        {"９１１１００００６０００３７３４１ｌ　", "91110000600037341L", "600037341", ORG_CODE_NORMALISED},
        {"91110000600037341\xe2\x93\x81", "91110000600037341L", "600037341", ORG_CODE_NORMALISED},
        {"d2143569－x", "D2143569X", "D2143569X", ORG_CODE_NORMALISED},
};

START_TEST(a_sound_code_gives_its_canonical_text_and_subject_and_says_what_was_changed)
{
        struct org_code code;
        struct org_code_report report;
        enum org_code_flaw flaw = org_code_parse(slice_text(accepted[_i].text), &code, &report);

        ck_assert_msg(flaw == ORG_CODE_SOUND, "%s: %s", accepted[_i].text, org_code_flaw_word(flaw));
        ck_assert_str_eq(code.text, accepted[_i].canonical);
        ck_assert_str_eq(code.subject, accepted[_i].subject);
        ck_assert_int_eq(code.kind, strlen(code.text) == 18 ? ORG_CODE_USCC : ORG_CODE_LEGACY);
        ck_assert_msg(report.warnings == accepted[_i].warnings, "%s: %u", accepted[_i].text, report.warnings);
        ck_assert_uint_eq(report.position, 0);
        ck_assert(org_code_parse_canonical(slice_text(code.text), &code));
        ck_assert(org_code_parse_canonical(slice_text(accepted[_i].text), &code) ==
                (accepted[_i].warnings == 0));
}
END_TEST

static const struct {
        const char *body; /* 17 characters */
        unsigned warnings;
} warned[] = {
        {"91510823MA6250A18", ORG_CODE_INNER_CHECK},
        {"99510823MA6250A19", ORG_CODE_TYPE},
        {"9A510823MA6250A19", ORG_CODE_TYPE},
        {"B1510823MA6250A19", ORG_CODE_TYPE},
        {"01510823MA6250A19", ORG_CODE_TYPE},
        {"99510823MA6250A10", ORG_CODE_TYPE | ORG_CODE_INNER_CHECK},
        {"91510823PDY00001X", ORG_CODE_RESERVED},
        {"39510823MA6250A19", 0}, {"Y1510823MA6250A19", 0}, {"A9510823MA6250A19", 0},
        {"N3510823MA6250A19", 0}, {"62510823MA6250A19", 0},
};

START_TEST(a_wrong_inner_check_or_an_unknown_type_is_a_warning_not_a_flaw)
{
        struct org_code code;
        struct org_code_report report;
        char text[ORG_CODE_USCC_LENGTH + 1];

        snprintf(text, sizeof(text), "%s%c", warned[_i].body, org_code_uscc_check(warned[_i].body));
        ck_assert_int_eq(org_code_parse(slice_text(text), &code, &report), ORG_CODE_SOUND);
        ck_assert_msg(report.warnings == warned[_i].warnings, "%s: %u", text, report.warnings);
        ck_assert_str_eq(code.text, text);
}
END_TEST

/* ---------------------------------------------------------- second opinion */

/*
 * The checks again, by another road: values by counting, no table; and not by
 * computing the check character but by asking of the whole code whether its
 * weighted sum is 0 modulo 31 (Horner from the right), or modulo 11.
 */
static int value31(char c)
{
        int value = 0;

        if (c >= '0' && c <= '9')
                return c - '0';
        if (c < 'A' || c > 'Z' || c == 'I' || c == 'O' || c == 'S' || c == 'V' || c == 'Z')
                return -1;
        for (char l = 'A'; l < c; l++)
                value += l != 'I' && l != 'O' && l != 'S' && l != 'V';
        return 10 + value;
}

static bool is_sound_uscc(const char *text)
{
        int sum = 0;

        for (int i = 16; i >= 0; i--) {
                if (value31(text[i]) < 0)
                        return false;
                sum = (sum * 3 + value31(text[i])) % 31;
        }
        return value31(text[17]) >= 0 && (sum + value31(text[17])) % 31 == 0;
}

static bool is_sound_legacy(const char *text)
{
        static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2, 1};
        int sum = 0;

        for (int i = 0; i < 9; i++) {
                char c = text[i];

                if (i == 8 && c != 'X' && (c < '0' || c > '9'))
                        return false;
                if (i == 8 && c == 'X')
                        sum += 10;
                else
                        sum += weights[i] * (c <= '9' ? c - '0' : c - 'A' + 10);
        }
        return sum % 11 == 0;
}

static char codes[512][ORG_CODE_USCC_LENGTH + 1];
static int codes_count;

static void read_codes(void)
{
        const char *root = getenv("QCR_SOURCE");
        char path[4096];
        char line[256];
        FILE *file;

        codes_count = 0;
        snprintf(path, sizeof(path), "%s/tests/data/codes-real.txt", root ? root : ".");
        file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", path);
        while (fgets(line, sizeof(line), file)) {
                line[strcspn(line, "\r\n")] = '\0';
                if (line[0] == '#' || line[0] == '\0')
                        continue;
                ck_assert_uint_eq(strlen(line), ORG_CODE_USCC_LENGTH);
                ck_assert_int_lt(codes_count, COUNT(codes));
                memcpy(codes[codes_count++], line, sizeof(codes[0]));
        }
        fclose(file);
        ck_assert_int_ge(codes_count, 50);
}

START_TEST(every_real_code_is_sound_inside_and_outside)
{
        struct org_code code;
        struct org_code_report report;

        for (int i = 0; i < codes_count; i++) {
                ck_assert_msg(org_code_parse(slice_text(codes[i]), &code, &report) == ORG_CODE_SOUND,
                        "%s", codes[i]);
                ck_assert_str_eq(code.text, codes[i]);
                ck_assert_msg(report.warnings == 0, "%s: %u", codes[i], report.warnings);
                ck_assert(is_sound_uscc(codes[i]));
                ck_assert(is_sound_legacy(code.subject));
                ck_assert_int_eq(org_code_parse(slice_text(code.subject), &code, &report), ORG_CODE_SOUND);
        }
}
END_TEST

START_TEST(no_single_wrong_character_of_a_real_code_passes)
{
        static const char characters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        struct org_code code;
        struct org_code_report report;
        char text[ORG_CODE_USCC_LENGTH + 1];

        for (int i = 0; i < codes_count; i++) {
                for (int at = 0; at < ORG_CODE_USCC_LENGTH; at++) {
                        memcpy(text, codes[i], sizeof(text));
                        for (const char *c = characters; *c; c++) {
                                if (*c == codes[i][at])
                                        continue;
                                text[at] = *c;
                                if (org_code_parse(slice_text(text), &code, &report) != ORG_CODE_CHECK)
                                        ck_abort_msg("%s passes for %s", text, codes[i]);
                                if (at == 17 && report.expected != codes[i][17])
                                        ck_abort_msg("%s: expected %c", text, report.expected);
                        }
                }
        }
}
END_TEST

START_TEST(no_swap_of_neighbours_of_a_real_code_passes)
{
        struct org_code code;
        struct org_code_report report;
        char text[ORG_CODE_USCC_LENGTH + 1];

        for (int i = 0; i < codes_count; i++) {
                for (int at = 0; at + 1 < ORG_CODE_USCC_LENGTH; at++) {
                        memcpy(text, codes[i], sizeof(text));
                        text[at] = codes[i][at + 1];
                        text[at + 1] = codes[i][at];
                        if (text[at] != text[at + 1] &&
                                org_code_parse(slice_text(text), &code, &report) == ORG_CODE_SOUND)
                                ck_abort_msg("%s passes for %s", text, codes[i]);
                }
        }
}
END_TEST

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (uint32_t)(*state >> 33) % limit;
}

START_TEST(a_second_implementation_agrees_on_random_codes_of_both_kinds)
{
        static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        uint64_t state = 20141105;
        struct org_code code;
        struct org_code_report report;
        char text[ORG_CODE_USCC_LENGTH + 1];
        int sound = 0;

        for (int round = 0; round < 200000; round++) {
                int length = round % 2 ? 18 : 9;
                bool is_sound;

                for (int i = 0; i < length; i++) {
                        do
                                text[i] = characters[random_below(&state, 36)];
                        while (length == 18 && value31(text[i]) < 0);
                }
                text[length] = '\0';
                is_sound = length == 18 ? is_sound_uscc(text) : is_sound_legacy(text);
                if ((org_code_parse(slice_text(text), &code, &report) == ORG_CODE_SOUND) != is_sound)
                        ck_abort_msg("the two disagree on %s", text);
                sound += is_sound;
        }
        ck_assert_int_gt(sound, 1000);
}
END_TEST

START_TEST(every_flaw_warning_and_kind_has_its_stable_word)
{
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_EMPTY), "code_empty");
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_LENGTH), "code_length");
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_CHARACTER), "code_character");
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_CHECK), "code_check");
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_HIDDEN), "code_hidden");
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_INTERNAL), "code_internal");
        ck_assert_str_eq(org_code_flaw_word(ORG_CODE_SOUND), "ok");
        ck_assert_str_eq(org_code_warning_word(ORG_CODE_NORMALISED), "normalised");
        ck_assert_str_eq(org_code_warning_word(ORG_CODE_INNER_CHECK), "inner_check");
        ck_assert_str_eq(org_code_warning_word(ORG_CODE_TYPE), "type");
        ck_assert_str_eq(org_code_warning_word(ORG_CODE_RESERVED), "reserved");
        ck_assert_str_eq(org_code_kind_word(ORG_CODE_USCC), "uscc");
        ck_assert_str_eq(org_code_kind_word(ORG_CODE_LEGACY), "legacy");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("org_code");
        TCase *cases = tcase_create("cases");
        TCase *real = tcase_create("real");

        tcase_add_loop_test(cases, a_flawed_code_is_refused_with_its_place_and_what_would_be_right, 0,
                COUNT(refused));
        tcase_add_test(cases, a_nul_or_an_endless_text_is_no_code);
        tcase_add_loop_test(cases, a_code_for_internal_use_is_known_here_but_never_exchanged, 0,
                COUNT(reserved));
        tcase_add_loop_test(cases,
                a_sound_code_gives_its_canonical_text_and_subject_and_says_what_was_changed, 0,
                COUNT(accepted));
        tcase_add_loop_test(cases, a_wrong_inner_check_or_an_unknown_type_is_a_warning_not_a_flaw, 0,
                COUNT(warned));
        tcase_add_test(cases, every_flaw_warning_and_kind_has_its_stable_word);
        suite_add_tcase(suite, cases);

        tcase_set_timeout(real, 60);
        tcase_add_checked_fixture(real, read_codes, NULL);
        tcase_add_test(real, every_real_code_is_sound_inside_and_outside);
        tcase_add_test(real, no_single_wrong_character_of_a_real_code_passes);
        tcase_add_test(real, no_swap_of_neighbours_of_a_real_code_passes);
        tcase_add_test(real, a_second_implementation_agrees_on_random_codes_of_both_kinds);
        suite_add_tcase(suite, real);

        return suite_run(suite);
}
