/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/text_encoding.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SIXTEEN "剑阁县市场监督管理局处罚决定文书"

static const struct {
        const char *text;
        enum text_encoding encoding;
        uint64_t offset; /* of the flaw */
} probes[] = {
        {"", TEXT_UTF8, 0},
        {"ascii\n", TEXT_UTF8, 0},
        {"\xef\xbb\xbf""a", TEXT_UTF8, 0},
        {"剑阁", TEXT_UTF8, 0},
        {"\xf0\xa0\x80\x80", TEXT_UTF8, 0},
        {"\xbd\xa3\xb8\xf3", TEXT_GB18030, 0},
        {"ab\xc1\xaa\xcd\xa8", TEXT_GB18030, 2}, /* 联通, which naive guessers take for UTF-8 */
        {"剑\xbd\xa3", TEXT_GB18030, 3},
        {"a\xe5\x89", TEXT_GB18030, 1},          /* cut short */
        {"\xe0\x80\x80", TEXT_GB18030, 0},       /* a longer form than needed */
        {"\xed\xa0\x80", TEXT_GB18030, 0},       /* a surrogate */
        {"\xf4\x90\x80\x80", TEXT_GB18030, 0},   /* beyond Unicode */
        {"\xef\xbb\xbf""a\xff", TEXT_DAMAGED, 4}, /* the mark says UTF-8 */
        {SIXTEEN "\xff", TEXT_DAMAGED, 48},
        {SIXTEEN "a\xe5\x89", TEXT_DAMAGED, 49},
};

START_TEST(the_whole_text_says_its_encoding_however_it_is_cut)
{
        size_t length = strlen(probes[_i].text);

        for (size_t step = 1; step <= length + 1; step++) {
                struct text_probe probe;

                text_probe_init(&probe);
                for (size_t at = 0; at < length; at += step)
                        text_probe_push(&probe, slice_of(probes[_i].text + at, length - at < step ? length - at : step));
                ck_assert_int_eq(text_probe_end(&probe), probes[_i].encoding);
                if (probes[_i].encoding != TEXT_UTF8)
                        ck_assert_uint_eq(probe.offset, probes[_i].offset);
        }
}
END_TEST

static bool decode(const char *text, size_t length, size_t step, struct buffer *ret, struct fault *why)
{
        struct text_decoder decoder;
        bool done;

        if (!text_decoder_init(&decoder, TEXT_GB18030, why))
                ck_abort_msg("%s", why->text);
        done = true;
        for (size_t at = 0; done && at < length; at += step)
                done = text_decoder_push(&decoder, slice_of(text + at, length - at < step ? length - at : step), false,
                        ret, why);
        done = done && text_decoder_push(&decoder, slice_of(NULL, 0), true, ret, why);
        text_decoder_done(&decoder);
        return done;
}

START_TEST(gb18030_becomes_the_same_text_however_it_is_cut)
{
        static const char text[] = "a\xbd\xa3\xb8\xf3\xcf\xd8\xa1\xb2\x95\x32\x82\x36\n";

        for (size_t step = 1; step <= sizeof(text); step++) {
                CLEANUP(buffer) struct buffer utf8 = BUFFER_INIT;
                struct fault why;

                ck_assert(decode(text, sizeof(text) - 1, step, &utf8, &why));
                ck_assert_str_eq(buffer_text(&utf8), "a剑阁县〔\xf0\xa0\x80\x80\n");
        }
}
END_TEST

static const struct {
        const char *text;
        const char *octet;
} broken[] = {
        {"ab\xff\xff", "octet 2"},
        {"\xbd\xa3\x80", "octet 2"},
        {"\xbd\xa3\xbd", "octet 2"},      /* cut short */
        {"\xbd\xa3\x81\x30\x81", "octet 2"},
        {"\xbd\x20", "octet 0"},
};

START_TEST(what_is_neither_is_refused_with_the_octet)
{
        for (size_t step = 1; step <= strlen(broken[_i].text); step++) {
                CLEANUP(buffer) struct buffer utf8 = BUFFER_INIT;
                struct fault why = {0};

                ck_assert(!decode(broken[_i].text, strlen(broken[_i].text), step, &utf8, &why));
                ck_assert_int_eq(why.code, FAULT_INPUT);
                ck_assert_msg(strstr(why.text, broken[_i].octet), "%s", why.text);
        }
}
END_TEST

static void read_sample(const char *name, struct buffer *ret)
{
        char path[1024];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "%s/tests/data/jiange/%s", getenv("QCR_SOURCE"), name);
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        while ((n = fread(buffer_reserve(ret, 65536), 1, 65536, file)))
                ret->length += n;
        fclose(file);
}

START_TEST(the_county_sample_in_gb18030_has_the_text_of_the_one_in_utf8)
{
        CLEANUP(buffer) struct buffer utf8 = BUFFER_INIT;
        CLEANUP(buffer) struct buffer gb18030 = BUFFER_INIT;
        CLEANUP(buffer) struct buffer decoded = BUFFER_INIT;
        struct text_probe probe;
        struct fault why;

        read_sample("penalties.csv", &utf8);
        read_sample("penalties.gb18030.csv", &gb18030);
        text_probe_init(&probe);
        text_probe_push(&probe, buffer_slice(&gb18030));
        ck_assert_int_eq(text_probe_end(&probe), TEXT_GB18030);
        ck_assert(decode((const char *)gb18030.data, gb18030.length, 4096, &decoded, &why));
        /* The UTF-8 one begins with a byte order mark. */
        ck_assert(slice_equal(slice_of(utf8.data + 3, utf8.length - 3), buffer_slice(&decoded)));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("text_encoding");
        TCase *tcase = tcase_create("text_encoding");

        tcase_add_loop_test(tcase, what_is_neither_is_refused_with_the_octet, 0, COUNT(broken));
        tcase_add_loop_test(tcase, the_whole_text_says_its_encoding_however_it_is_cut, 0, COUNT(probes));
        tcase_add_test(tcase, gb18030_becomes_the_same_text_however_it_is_cut);
        tcase_add_test(tcase, the_county_sample_in_gb18030_has_the_text_of_the_one_in_utf8);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
