/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_row.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/service/import_rejects.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define TODAY ((struct day){20781}) /* 2026-11-24 */
#define COLUMNS                                                                                              \
        "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_XDR_ZZJG,CF_XDR_ZJHM,CF_WSH,CF_WFXW,CF_SY,CF_CFLB,"             \
        "CF_NR_FK,CF_JDRQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,BZ"

/* A sound row in pieces, so that each case changes one cell. */
enum cell { MC, LB, SHXYM, ZZJG, ZJHM, WSH, WFXW, SY, CFLB, FK, JDRQ, GSJZQ, CFJG, CFJGDM, SJLY, SJLYDM, BZ, CELLS };

static const char *const sound[CELLS] = {
        [MC] = "剑阁县试验有限公司", [LB] = "法人及非法人组织", [SHXYM] = "91510823MA6250A19N", [ZZJG] = "MA6250A1-9",
        [ZJHM] = "", [WSH] = "剑市监处罚〔2024〕1号", [WFXW] = "计量器具未经检定", [SY] = "事实",
        [CFLB] = "罚款、没收违法所得", [FK] = "0.2", [JDRQ] = "2024-01-31", [GSJZQ] = "2027-01-31",
        [CFJG] = "剑阁县市场监督管理局", [CFJGDM] = "11510823008765438X", [SJLY] = "", [SJLYDM] = "", [BZ] = "",
};

struct reading {
        struct csv header_csv, row_csv;
        struct import_header header;
        struct publicity publicity;
        struct domain_table domains;
        struct import_tables tables;
        struct arena texts;
        struct import_row row;
        struct buffer line;
};

static const struct csv_row *one_row(struct csv *csv, struct slice text)
{
        const struct csv_row *row;

        csv_init(csv);
        csv_push(csv, text);
        csv_end(csv);
        ck_assert_int_eq(csv_next(csv, &row), CSV_ROW);
        return row;
}

static void read_line(struct reading *r, const char *header, const char *line)
{
        struct fault why = {0};

        *r = (struct reading){.tables = {&r->publicity, &r->domains, TODAY}};
        arena_init(&r->texts, 1024 * 1024);
        ck_assert(domain_table_parse(slice_text("by,text,domain\nconduct,计量,product\ndefault,,service\n"), &r->domains,
                &why));
        ck_assert_msg(import_header_read(&r->header, &import_penalties_format,
                              one_row(&r->header_csv, slice_text(header)), &why), "%s", why.text);
        buffer_add_text(&r->line, line);
        import_row_read(&r->header, &import_penalties_format, &r->tables,
                one_row(&r->row_csv, buffer_slice(&r->line)), &r->texts, &r->row);
}

static void read_changed(struct reading *r, int cell, const char *text)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        for (int i = 0; i < CELLS; i++) {
                csv_add_field(&line, slice_text(i == cell ? text : sound[i]), false);
                buffer_add_u8(&line, i < CELLS - 1 ? ',' : '\n');
        }
        read_line(r, COLUMNS, buffer_text(&line));
}

static void reading_done(struct reading *r)
{
        csv_done(&r->header_csv);
        csv_done(&r->row_csv);
        import_header_done(&r->header);
        domain_table_done(&r->domains);
        arena_done(&r->texts);
        buffer_done(&r->line);
}

static const struct {
        int cell;
        const char *text;
        const char *reason; /* NULL: the row is sound */
} cells[] = {
        {LB, "自然人", "natural_person"},
        {LB, "", "missing"},
        {LB, "什么", "party_class"},
        {MC, "", "missing"},
        {MC, "　", "missing"},
        {MC, "剑阁县\xe2\x80\x8b试验", "text"},
        {WSH, "", "missing"},
        {WSH, "a\x07", "text"},
        {JDRQ, "", "missing"},
        {JDRQ, "昨天", "date"},
        {JDRQ, "2025-02-30", "date"},
        {JDRQ, "2025/13/01", "date"},
        {JDRQ, "2026-11-25", "date"}, /* tomorrow */
        {GSJZQ, "2024-01-30", "date"},
        {GSJZQ, "永久", "date"},
        {CFJG, "", "missing"},
        {CFJGDM, "", "missing"},
        {CFJGDM, "a b", "office_code"},
        {CFLB, "", "missing"},
        {CFLB, "罚款并处没收", "penalty_kind"},
        {FK, "-3", "amount"},
        {FK, "1,2", "amount"},
        {FK, "1e400", "amount"},
        {SHXYM, "91510823MA6250A19M", "code_check"},
        {SHXYM, "9151082IMA6250A19N", "code_character"},
        {SHXYM, "12345", "code_length"},
        {SHXYM, "510823199001010948", "personal_number"},
        {ZZJG, "MA2PBM9H-X", "code_mismatch"},
        {SY, "a\x1b[2J", "text"},
        /* what is taken */
        {MC, " 剑阁县试验有限公司　", NULL},
        {SHXYM, " 91510823ma6250a19n ", NULL},
        {SHXYM, "９１５１０８２３ＭＡ６２５０Ａ１９Ｎ", NULL},
        {SHXYM, "", NULL}, /* the organization code alone */
        {ZZJG, "", NULL},
        {ZZJG, "ma6250a19", NULL},
        {JDRQ, "2024/1/31", NULL},
        {JDRQ, "2026-11-24", NULL},
        {GSJZQ, "", NULL},
        {FK, "", NULL},
        {FK, "'0.2", "amount"},
        {BZ, "'=1+1", NULL}, /* as a rejects file has it */
        {SY, "多\n行", NULL},
};

START_TEST(each_cell_is_taken_or_refused_with_its_column_and_reason)
{
        struct reading r;

        if (cells[_i].cell == JDRQ && !cells[_i].reason)
                read_changed(&r, GSJZQ, "");
        else
                read_changed(&r, -1, NULL);
        reading_done(&r);
        read_changed(&r, cells[_i].cell, cells[_i].text);
        if (cells[_i].reason) {
                ck_assert(!r.row.is_sound);
                ck_assert_str_eq(r.row.reason, cells[_i].reason);
                ck_assert_int_eq(r.row.column, cells[_i].cell);
        } else {
                ck_assert_msg(r.row.is_sound, "%s", r.row.reason);
        }
        reading_done(&r);
}
END_TEST

START_TEST(a_sound_row_becomes_the_record_it_says)
{
        struct reading r;

        read_changed(&r, -1, NULL);
        ck_assert(r.row.is_sound);
        ck_assert_str_eq(r.row.record.subject, "MA6250A19");
        ck_assert_str_eq(r.row.record.document_norm, "剑市监处罚(2024)1号");
        ck_assert_int_eq(r.row.record.fine_fen, 200000);
        ck_assert_uint_eq(r.row.record.kinds, PENALTY_BIT(PENALTY_FINE) | PENALTY_BIT(PENALTY_CONFISCATION));
        ck_assert_str_eq(r.row.record.domain, "product");
        ck_assert_str_eq(r.row.record.source_code, "11510823008765438X");
        ck_assert_str_eq(r.row.source_name, "剑阁县市场监督管理局");
        reading_done(&r);
}
END_TEST

START_TEST(personal_numbers_in_texts_are_masked_before_anything_is_kept)
{
        struct reading r;

        read_changed(&r, SY, "当事人张三，身份证11010519491231002X，电话13912345678");
        ck_assert(r.row.is_sound);
        ck_assert_str_eq(r.row.record.facts, "当事人张三，身份证1***************2X，电话1********78");
        reading_done(&r);
}
END_TEST

START_TEST(a_row_of_another_width_is_refused_and_flaws_keep_their_words)
{
        struct reading r;

        read_line(&r, COLUMNS, "a,b\n");
        ck_assert_str_eq(r.row.reason, "columns");
        reading_done(&r);
        read_line(&r, COLUMNS, "a\"b\n");
        ck_assert_str_eq(r.row.reason, "csv_stray_quote");
        reading_done(&r);
}
END_TEST

static const struct {
        const char *header;
        const char *fault; /* NULL: it can be used */
} headers[] = {
        {"CF_XDR_MC,CF_XDR_LB\n", "column CF_XDR_SHXYM is missing"},
        {COLUMNS ",BZ\n", "column BZ stands twice"},
        {"a\"b\n", "the header is no CSV"},
        {COLUMNS ",SOMETHING\n", NULL},
        {COLUMNS ",line,column,value,reason\n", NULL},
        {" CF_XDR_MC , CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_CFLB,CF_JDRQ,CF_CFJG,CF_CFJGDM\n", NULL},
};

START_TEST(a_header_without_a_required_column_or_with_one_twice_refuses_the_file)
{
        struct import_header header;
        struct fault why = {0};
        struct csv csv;
        bool usable = import_header_read(&header, &import_penalties_format,
                one_row(&csv, slice_text(headers[_i].header)), &why);

        ck_assert_int_eq(usable, !headers[_i].fault);
        if (headers[_i].fault)
                ck_assert_msg(strstr(why.text, headers[_i].fault), "%s", why.text);
        import_header_done(&header);
        csv_done(&csv);
}
END_TEST

/* The rejects file of one row, without its header. */
static void reject(struct reading *r, char *ret, size_t size)
{
        char path[] = "/tmp/qcr-rejects-XXXXXX";
        int descriptor = mkstemp(path);
        struct import_rejects rejects;
        struct fault why = {0};
        FILE *file;

        ck_assert_int_ge(descriptor, 0);
        close(descriptor);
        ck_assert(import_rejects_open(&rejects, path, &import_penalties_format, &r->header, &why));
        ck_assert(import_rejects_add(&rejects, &r->row, &why));
        ck_assert(import_rejects_close(&rejects, &why));
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(fgets(ret, (int)size, file));
        ck_assert_ptr_nonnull(fgets(ret, (int)size, file));
        fclose(file);
        unlink(path);
}

START_TEST(nothing_personal_goes_into_the_rejects)
{
        char line[4096];
        struct reading r;

        read_line(&r, COLUMNS,
                "张三,自然人,,,110105194912310021,文1,行为,张三的事,罚款,1,2024-01-31,,局,11510823008765438X,,,电话13800138000\n");
        reject(&r, line, sizeof(line));
        ck_assert_str_eq(line,
                ",自然人,,,,文1,,,,,2024-01-31,,局,11510823008765438X,,,,1,CF_XDR_LB,自然人,natural_person\r\n");
        reading_done(&r);
        read_changed(&r, FK, "x");
        reject(&r, line, sizeof(line));
        ck_assert_ptr_nonnull(strstr(line, ",1,CF_NR_FK,x,amount\r\n"));
        reading_done(&r);
}
END_TEST

START_TEST(rejected_cells_are_guarded_against_being_run_and_numbers_masked)
{
        char line[4096];
        struct reading r;

        read_line(&r, COLUMNS,
                "=cmd(),法人,91510823MA6250A19N,,,510823199001010948,行为,身份证11010519491231002X 电话13800138000,罚款,-3,2024-01-31,,局,"
                "11510823008765438X,,,\n");
        reject(&r, line, sizeof(line));
        ck_assert_ptr_nonnull(strstr(line, "\"'=cmd()\",法人,"));
        ck_assert_ptr_nonnull(strstr(line, "身份证1***************2X 电话1********00"));
        ck_assert_ptr_nonnull(strstr(line, ",CF_NR_FK,\"'-3\",amount"));
        ck_assert_ptr_nonnull(strstr(line, ",510823199001010948,行为,")); /* or it would be filed under another */
        reading_done(&r);
        read_line(&r, COLUMNS, "张三,自然人,,,,11010519491231002X,,,,,2024-01-31,,局,11510823008765438X,,,\n");
        reject(&r, line, sizeof(line));
        ck_assert_ptr_nonnull(strstr(line, ",1***************2X,"));
        reading_done(&r);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("import_row");
        TCase *tcase = tcase_create("import_row");

        tcase_add_loop_test(tcase, each_cell_is_taken_or_refused_with_its_column_and_reason, 0, COUNT(cells));
        tcase_add_test(tcase, a_row_of_another_width_is_refused_and_flaws_keep_their_words);
        tcase_add_loop_test(tcase, a_header_without_a_required_column_or_with_one_twice_refuses_the_file, 0,
                COUNT(headers));
        tcase_add_test(tcase, a_sound_row_becomes_the_record_it_says);
        tcase_add_test(tcase, personal_numbers_in_texts_are_masked_before_anything_is_kept);
        tcase_add_test(tcase, nothing_personal_goes_into_the_rejects);
        tcase_add_test(tcase, rejected_cells_are_guarded_against_being_run_and_numbers_masked);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
