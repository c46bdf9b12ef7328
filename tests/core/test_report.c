/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "registry/core/report_csv.h"
#include "registry/core/report_json.h"
#include "registry/core/report_svg.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct report report, again;
static struct buffer text;

/* Two townships of batches, one of whose rates has a target; a third with nothing to reckon a rate of. */
static void set_up(void)
{
        struct report_row *row;

        report_init(&report);
        memset(&again, 0, sizeof(again));
        strcpy(report.kind, "sampling");
        strcpy(report.by, "township");
        strcpy(report.policy_id, "quality-credit-default");
        report.policy_version = 2;
        memset(report.policy_hash, 0xab, sizeof(report.policy_hash));
        report.origin = must_copy_text("credit.jiange.example");
        report.year = 2026;
        ck_assert(day_of(2026, 11, 26, &report.day));
        report.serial = 77;
        report_set_words(&report.title, "抽查<合格率>", "Pass \"rate\" & more");
        report_set_words(&report.dimension, "乡镇", "township");
        report_add_column(&report, "sampled", REPORT_COUNT, "批次", "sampled");
        report.plot = REPORT_PLOT_RATE;
        report.plot_first = report.plot_last = report_add_column(&report, "rate", REPORT_SHARE, "合格率", "pass rate");
        report_add_column(&report, "target", REPORT_PER_MILLE, "目标", "target");
        report_add_column(&report, "met", REPORT_ANSWER, "达标", "met");
        row = report_row(&report, slice_text("普安镇"));
        report_cell_add(&row->cells[0], 3, 0);
        report_cell_add(&row->cells[1], 2, 3);
        report_cell_add(&row->cells[2], 990, 0);
        report_cell_add(&row->cells[3], 0, 0);
        row = report_row(&report, slice_text("=下寺镇"));
        report_cell_add(&row->cells[0], 1, 0);
        report_cell_add(&row->cells[1], 1, 1);
        row = report_row(&report, slice_text(""));
        report_cell_add(&row->cells[1], 0, 0);
        report_set_words(&row->words, "（未填）", "(not given)");
        report_cell_add(&report.total.cells[0], 4, 0);
        report_cell_add(&report.total.cells[1], 3, 4);
        report_define(&report, "口径", "definition");
        report_add_source(&report, "qcr.record: sampling", 4, 70);
}

static void tear_down(void)
{
        report_done(&report);
        report_done(&again);
        buffer_done(&text);
}

/* ---------------------------------------------------------------------- figures */

static const struct {
        uint64_t n, of, per_mille;
        bool is_none;
} rates[] = {
        {0, 0, 0, true},
        {0, 7, 0, false},
        {2, 3, 666, false}, /* never rounded up */
        {999, 1000, 999, false},
        {999999, 1000000, 999, false},
        {7, 7, 1000, false},
};

START_TEST(a_rate_is_rounded_down_to_the_per_mille_and_of_nothing_there_is_none)
{
        struct report_cell cell = {0};
        uint64_t per_mille = 77;

        report_cell_add(&cell, rates[_i].n, rates[_i].of);
        ck_assert_int_eq(report_per_mille(&cell, REPORT_SHARE, &per_mille), !rates[_i].is_none);
        ck_assert_uint_eq(per_mille, rates[_i].is_none ? 77 : rates[_i].per_mille);
        ck_assert(!report_per_mille(&cell, REPORT_COUNT, &per_mille));
}
END_TEST

static const struct {
        uint64_t n, of, target;
        bool reaches;
} targets[] = {
        {0, 0, 0, false}, /* nothing was sampled: nothing was reached */
        {0, 5, 0, true},
        {974, 1000, 974, true},
        {973, 1000, 974, false},
        {9739, 10000, 974, false}, /* 973.9 */
        {2, 3, 666, true},         /* 666.6 */
        {2, 3, 667, false},
        {5, 5, 1000, true},
};

START_TEST(a_target_is_reached_by_the_fraction_and_not_by_what_is_shown_of_it)
{
        struct report_cell cell = {0};

        ck_assert(!report_reaches(&cell, 0));
        report_cell_add(&cell, targets[_i].n, targets[_i].of);
        ck_assert_int_eq(report_reaches(&cell, targets[_i].target), targets[_i].reaches);
}
END_TEST

START_TEST(a_key_has_one_row_and_rows_ascend_by_octets)
{
        ck_assert_uint_eq(report.rows_count, 3);
        ck_assert_ptr_eq(report_row(&report, slice_text("普安镇")), &report.rows[2]);
        ck_assert_uint_eq(report.rows_count, 3);
        ck_assert_str_eq(report.rows[0].key, "");
        ck_assert_str_eq(report.rows[1].key, "=下寺镇");
        ck_assert_ptr_eq(report_row(&report, slice_of("普安镇abc", 9)), &report.rows[2]);
        ck_assert_str_eq(report_row(&report, slice_text("普安"))->key, "普安");
        ck_assert_str_eq(report.rows[2].key, "普安"); /* the shorter first */
}
END_TEST

START_TEST(there_is_no_row_past_the_limit)
{
        char key[16];

        for (unsigned i = 3; i < REPORT_ROWS_MAX; i++) {
                snprintf(key, sizeof(key), "%u", i);
                ck_assert_ptr_nonnull(report_row(&report, slice_text(key)));
        }
        ck_assert_ptr_null(report_row(&report, slice_text("one more")));
        ck_assert_ptr_nonnull(report_row(&report, slice_text("普安镇")));
}
END_TEST

/* ------------------------------------------------------------------------- JSON */

START_TEST(the_document_is_canonical_and_has_fractions_and_no_figure_as_null)
{
        report_encode(&report, &text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&text),
                "{\"cells\":[3,{\"n\":2,\"of\":3,\"per_mille\":666},990,false],\"en\":null,\"key\":\"普安镇\",\"zh\":null}"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "{\"cells\":[1,{\"n\":1,\"of\":1,\"per_mille\":1000},null,null],"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "{\"cells\":[null,{\"n\":0,\"of\":0,\"per_mille\":null},null,null],"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "\"day\":\"2026-11-26\""));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "\"serial\":77"));
        ck_assert_ptr_null(strchr(buffer_text(&text), '\n'));
        ck_assert_int_eq(text.data[0], '{');
        ck_assert_ptr_eq(strstr(buffer_text(&text), "{\"by\":"), text.data);
}
END_TEST

START_TEST(what_is_read_again_is_the_same_report)
{
        CLEANUP(buffer) struct buffer second = BUFFER_INIT;
        CLEANUP(buffer) struct buffer csv = BUFFER_INIT;

        report.township = must_copy_text("普安镇");
        report_encode(&report, &text);
        ck_assert(report_decode(buffer_slice(&text), &again));
        report_encode(&again, &second);
        ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&second)));
        ck_assert_str_eq(again.kind, "sampling");
        ck_assert_str_eq(again.township, "普安镇");
        ck_assert_uint_eq(again.total.cells[1].of, 4);
        ck_assert_uint_eq(again.rows_count, 3);
        buffer_clear(&text);
        report_svg(&report, &text);
        buffer_clear(&second);
        report_svg(&again, &second);
        ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&second)));
        buffer_clear(&text);
        report_csv(&report, &text);
        report_csv(&again, &csv);
        ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&csv)));
}
END_TEST

/* Each puts something else where the first is; NULL: nothing is left. */
static const struct {
        const char *there, *instead;
} changes[] = {
        {"{\"by\"", "{ \"by\""},
        {"\"serial\":77", "\"serial\":77.0"},
        {"\"serial\":77", "\"serial\":\"77\""},
        {"\"serial\":77", "\"serial\":77,\"serial\":77"},
        {"\"serial\":77", "\"sorial\":77"},
        {"\"per_mille\":666", "\"per_mille\":667"},
        {"\"per_mille\":null", "\"per_mille\":0"},
        {"{\"n\":2,\"of\":3,\"per_mille\":666}", "2"},
        {"990,false", "990,0"},
        {"990,false", "990"},
        {"990,false", "990,false,1"},
        {"\"form\":\"share\"", "\"form\":\"shares\""},
        {"\"form\":\"rate\"", "\"form\":\"pie\""},
        {"\"last\":1", "\"last\":24"},
        {"\"last\":1", "\"last\":-1"},
        {"\"day\":\"2026-11-26\"", "\"day\":\"2026-11-31\""},
        {"qcr-report/v1", "qcr-report/v2"},
        {"\"key\":\"=下寺镇\"", "\"key\":\"普安镇\""},    /* twice */
        {"\"key\":\"=下寺镇\"", "\"key\":\"镇\""},        /* out of order */
        {"\"report\":\"sampling\"", "\"report\":\"a-word-that-is-longer-than-any-of-a-report-is\""},
        {"\"rows\":4", "\"rows\":-4"},
        {"\"cells\":[3,", "\"cells\":[-3,"},
        {"\"year\":2026", "\"year\":-2026"},
        {"{\"by\"", "[{\"by\""},
        {"\"zh\":\"抽查<合格率>\"", "\"zh\":null"},
        {"\"zh\":\"口径\"", "\"zh\":null"},
        {"\"zh\":\"合计\"", "\"zh\":null"},
        {"\"zh\":\"乡镇\"", "\"zh\":null"},
        {"\"zh\":\"目标\"", "\"zh\":null"},
        {"{\"by\"", NULL},
};

START_TEST(nothing_but_what_the_writer_writes_is_read)
{
        CLEANUP(buffer) struct buffer changed = BUFFER_INIT;
        char *at;

        report_encode(&report, &text);
        at = strstr((char *)(uintptr_t)buffer_text(&text), changes[_i].there);
        ck_assert_ptr_nonnull(at);
        buffer_add(&changed, text.data, (size_t)(at - (char *)text.data));
        if (changes[_i].instead) {
                buffer_add_text(&changed, changes[_i].instead);
                buffer_add_text(&changed, at + strlen(changes[_i].there));
        }
        ck_assert(!report_decode(buffer_slice(&changed), &again));
}
END_TEST

START_TEST(no_cut_document_is_read)
{
        report_encode(&report, &text);
        for (size_t length = 0; length < text.length; length++) {
                ck_assert(!report_decode(slice_of(text.data, length), &again));
                report_done(&again);
                memset(&again, 0, sizeof(again));
        }
}
END_TEST

/* -------------------------------------------------------------------------- CSV */

START_TEST(a_spreadsheet_gets_fractions_in_three_columns_and_no_formula)
{
        report_csv(&report, &text);
        ck_assert_str_eq(buffer_text(&text),
                "report,report_year,day,serial,policy,township,sampled,rate,rate_of,rate_per_mille,target,met\r\n"
                "sampling,2026,2026-11-26,77,quality-credit-default@2,,,0,0,,,\r\n"
                "sampling,2026,2026-11-26,77,quality-credit-default@2,\"'=下寺镇\",1,1,1,1000,,\r\n"
                "sampling,2026,2026-11-26,77,quality-credit-default@2,普安镇,3,2,3,666,990,no\r\n"
                "sampling,2026,2026-11-26,77,quality-credit-default@2,total,4,3,4,750,,\r\n");
}
END_TEST

/* -------------------------------------------------------------------------- SVG */

START_TEST(a_plot_says_of_each_bar_what_it_is_of)
{
        report_svg(&report, &text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "width=\"346.66\" height=\"16\"")); /* 2/3 of 520 */
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<title>普安镇 合格率 2/3 666‰</title>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<title>普安镇 目标 990‰</title>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<title>合计 合格率 3/4 750‰</title>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), ">（未填）</text>"));
        ck_assert_ptr_null(strstr(buffer_text(&text), "（未填） 合格率"));
}
END_TEST

START_TEST(a_long_label_is_cut_between_characters_and_its_bar_has_the_whole)
{
        struct report_row *row = report_row(&report, slice_text("某某牌一级压榨浓香菜籽油（转基因）"));

        report_cell_add(&row->cells[1], 1, 2);
        report_svg(&report, &text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), ">某某牌一级压榨浓香菜籽油…</text>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<title>某某牌一级压榨浓香菜籽油（转基因） 合格率 1/2 500‰</title>"));
}
END_TEST

START_TEST(a_plot_says_what_bars_and_marks_are)
{
        report_svg(&report, &text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<text x=\"221\" y=\"77\">合格率</text>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<text x=\"307\" y=\"77\">目标</text>"));
}
END_TEST

START_TEST(no_text_of_a_plot_is_markup)
{
        report_row(&report, slice_text("</text><script>\x01\xff\"&"));
        report_svg(&report, &text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<title>抽查&lt;合格率&gt;</title>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "&lt;/text&gt;&lt;script&gt;\xef\xbf\xbd\xef\xbf\xbd&quot;&amp;"));
        ck_assert_ptr_null(strstr(buffer_text(&text), "<script"));
}
END_TEST

START_TEST(a_stack_has_its_numbers_end_to_end_on_one_scale_for_all_rows)
{
        struct report_row *row;

        report.plot = REPORT_PLOT_STACK;
        report.plot_first = report_add_column(&report, "A", REPORT_SHARE, "A", "A");
        report.plot_last = report_add_column(&report, GRADE_UNRATED, REPORT_SHARE, "未评价", "unrated");
        row = report_row(&report, slice_text("普安镇"));
        report_cell_add(&row->cells[report.plot_first], 3, 4);
        report_cell_add(&row->cells[report.plot_last], 1, 4);
        row = report_row(&report, slice_text("=下寺镇"));
        report_cell_add(&row->cells[report.plot_first], 0, 2);
        report_cell_add(&row->cells[report.plot_last], 2, 2);
        report_svg(&report, &text);
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<rect x=\"204.00\" y=\"152\" width=\"390.00\""));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<rect x=\"594.00\" y=\"152\" width=\"130.00\""));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<rect x=\"204.00\" y=\"128\" width=\"260.00\""));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), "<title>普安镇 未评价 1</title>"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&text), ">3 / 1</text>"));
        ck_assert_ptr_null(strstr(buffer_text(&text), "下寺镇 A "));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("report");
        TCase *tcase = tcase_create("report");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, nothing_but_what_the_writer_writes_is_read, 0, COUNT(changes));
        tcase_add_test(tcase, no_cut_document_is_read);
        tcase_add_test(tcase, there_is_no_row_past_the_limit);
        tcase_add_loop_test(
                tcase, a_rate_is_rounded_down_to_the_per_mille_and_of_nothing_there_is_none, 0, COUNT(rates));
        tcase_add_loop_test(
                tcase, a_target_is_reached_by_the_fraction_and_not_by_what_is_shown_of_it, 0, COUNT(targets));
        tcase_add_test(tcase, a_key_has_one_row_and_rows_ascend_by_octets);
        tcase_add_test(tcase, the_document_is_canonical_and_has_fractions_and_no_figure_as_null);
        tcase_add_test(tcase, what_is_read_again_is_the_same_report);
        tcase_add_test(tcase, a_spreadsheet_gets_fractions_in_three_columns_and_no_formula);
        tcase_add_test(tcase, a_plot_says_of_each_bar_what_it_is_of);
        tcase_add_test(tcase, a_plot_says_what_bars_and_marks_are);
        tcase_add_test(tcase, a_long_label_is_cut_between_characters_and_its_bar_has_the_whole);
        tcase_add_test(tcase, no_text_of_a_plot_is_markup);
        tcase_add_test(tcase, a_stack_has_its_numbers_end_to_end_on_one_scale_for_all_rows);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
