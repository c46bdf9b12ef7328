/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows of sampling batches and certificates, without a database; the whole way is tests/e2e/import_domains.py. */
#include "registry/service/import_row.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "registry/core/party_file.h"
#include "registry/core/record_detail.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define TODAY ((struct day){20781}) /* 2026-11-24 */
#define CELLS_MAX 24

struct cell {
        const char *column, *text;
};

/* A sound row of each, of which each case changes one cell. */
static const struct cell batch[CELLS_MAX] = {
        {"抽检批次号", "剑抽〔2026〕7号"}, {"被抽样单位", "剑阁县试验有限公司"}, {"单位类别", ""},
        {"统一社会信用代码", "91510823MA6250A19N"}, {"组织机构代码", ""}, {"产品名称", "菜籽油"}, {"规格型号", "5L"},
        {"抽样地点类型", "生产"}, {"抽查级别", "县级"}, {"检验结论", "不合格"}, {"不合格项目", "酸价"}, {"严重程度", "严重"},
        {"复检结论", ""}, {"复查日期", ""}, {"通报日期", "2026-06-01"}, {"公示截止期", ""}, {"抽查机关", "剑阁县市场监督管理局"},
        {"抽查机关代码", "11510823008765438X"}, {"数据来源单位", ""}, {"数据来源单位代码", ""}, {"证件号码", ""}, {"备注", ""},
};

static const struct cell certificate[CELLS_MAX] = {
        {"证书编号", "001-2024-9"}, {"证书类型", "质量管理体系认证"}, {"获证组织", "剑阁县试验有限公司"}, {"单位类别", ""},
        {"统一社会信用代码", "91510823MA6250A19N"}, {"组织机构代码", ""}, {"发证机构", "样例认证有限公司"}, {"发证机构代码", "CNCA-R-2099-001"},
        {"认证范围", "菜籽油的生产"}, {"依据标准", ""}, {"发证日期", "2024-05-01"}, {"有效期至", "2027-04-30"}, {"证书状态", "有效"},
        {"状态日期", ""}, {"证件号码", ""}, {"备注", ""},
};

struct reading {
        struct csv header_csv, row_csv;
        struct import_header header;
        struct publicity publicity;
        struct domain_table domains;
        struct arena texts;
        struct import_row row;
        struct buffer names, line;
};

static const struct csv_row *one_row(struct csv *csv, const struct buffer *text)
{
        const struct csv_row *row;

        csv_init(csv);
        csv_push(csv, buffer_slice(text));
        csv_end(csv);
        ck_assert_int_eq(csv_next(csv, &row), CSV_ROW);
        return row;
}

/* The row with `column` saying `text`, and then `second` too; NULL changes nothing. */
static void read_changed(struct reading *r, const struct import_format *format, const struct cell *cells,
        const struct cell *first, const struct cell *second)
{
        struct import_tables tables = {&r->publicity, &r->domains, TODAY};
        struct fault why = {0};

        *r = (struct reading){0};
        arena_init(&r->texts, 1024 * 1024);
        ck_assert(domain_table_parse(slice_text("by,text,domain\nconduct,菜籽油,product\nconduct,质量,product\n"
                                                "office,环境,environment\ndefault,,service\n"), &r->domains, &why));
        for (int i = 0; i < CELLS_MAX && cells[i].column; i++) {
                const char *text = cells[i].text;

                if (first && first->column && !strcmp(cells[i].column, first->column))
                        text = first->text;
                if (second && second->column && !strcmp(cells[i].column, second->column))
                        text = second->text;
                if (i) {
                        buffer_add_text(&r->names, ",");
                        buffer_add_text(&r->line, ",");
                }
                buffer_add_text(&r->names, cells[i].column);
                csv_add_field(&r->line, slice_text(text), false);
        }
        buffer_add_text(&r->names, "\n");
        buffer_add_text(&r->line, "\n");
        ck_assert_msg(import_header_read(&r->header, format, one_row(&r->header_csv, &r->names), &why), "%s", why.text);
        import_row_read(&r->header, format, &tables, one_row(&r->row_csv, &r->line), &r->texts, &r->row);
}

static void reading_done(struct reading *r)
{
        csv_done(&r->header_csv);
        csv_done(&r->row_csv);
        import_header_done(&r->header);
        domain_table_done(&r->domains);
        arena_done(&r->texts);
        buffer_done(&r->names);
        buffer_done(&r->line);
}

/* Whatever is taken can be packed as what a grade is made of: the importer relies on it. */
static void check_packs(const struct record *record)
{
        static struct grade_inputs inputs;

        inputs.count = 1;
        inputs.records[0] = party_file_facts(record);
        inputs.records[0].ordinal = 1;
        ck_assert(inputs_is_valid(&inputs));
}

struct refusal {
        struct cell changed;
        const char *reason; /* NULL: the row is taken */
        struct cell also;
        const char *column; /* that is named; NULL: the changed one */
};

static void check_refusal(
        const struct import_format *format, const struct cell *cells, const struct refusal *refusal)
{
        const char *column = refusal->column ? refusal->column : refusal->changed.column;
        struct reading r;

        read_changed(&r, format, cells, &refusal->changed, &refusal->also);
        if (refusal->reason) {
                ck_assert_msg(!r.row.is_sound, "%s %s is taken", refusal->changed.column, refusal->changed.text);
                ck_assert_str_eq(r.row.reason, refusal->reason);
                ck_assert_int_ge(r.row.column, 0);
                ck_assert(slice_equal(r.header.names[r.row.column], slice_text(column)));
        } else {
                ck_assert_msg(r.row.is_sound, "%s %s: %s", refusal->changed.column, refusal->changed.text, r.row.reason);
                check_packs(&r.row.record);
        }
        reading_done(&r);
}

static const struct refusal batches[] = {
        {{"单位类别", "自然人"}, "natural_person", {NULL, NULL}, NULL},
        {{"单位类别", "什么"}, "party_class", {NULL, NULL}, NULL},
        {{"抽检批次号", ""}, "missing", {NULL, NULL}, NULL},
        {{"被抽样单位", "　"}, "missing", {NULL, NULL}, NULL},
        {{"统一社会信用代码", ""}, "missing", {NULL, NULL}, NULL},
        {{"统一社会信用代码", "91510823MA6250A19M"}, "code_check", {NULL, NULL}, NULL},
        {{"统一社会信用代码", "510823199001010948"}, "personal_number", {NULL, NULL}, NULL},
        {{"产品名称", ""}, "missing", {NULL, NULL}, NULL},
        {{"产品名称", "菜\xe2\x80\x8b油"}, "text", {NULL, NULL}, NULL},
        {{"抽样地点类型", "餐饮"}, "word", {NULL, NULL}, NULL},
        {{"抽查级别", "乡级"}, "word", {NULL, NULL}, NULL},
        {{"检验结论", ""}, "missing", {NULL, NULL}, NULL},
        {{"检验结论", "基本合格"}, "word", {NULL, NULL}, NULL},
        {{"严重程度", "特别严重"}, "word", {NULL, NULL}, NULL},
        {{"复检结论", "不服"}, "word", {NULL, NULL}, NULL},
        {{"复检结论", "合格"}, "retest", {"检验结论", "合格"}, NULL}, /* what passed is not tested again */
        {{"复查日期", "不详"}, "date", {NULL, NULL}, NULL},
        {{"通报日期", "2026-11-25"}, "date", {NULL, NULL}, NULL}, /* tomorrow */
        {{"公示截止期", "2026-05-31"}, "date", {NULL, NULL}, NULL},
        {{"抽查机关代码", "a b"}, "office_code", {NULL, NULL}, NULL},
        /* what is taken */
        {{"单位类别", "个体工商户"}, NULL, {NULL, NULL}, NULL},
        {{"统一社会信用代码", ""}, NULL, {"组织机构代码", "MA6250A1-9"}, NULL},
        {{"严重程度", ""}, NULL, {NULL, NULL}, NULL},
        {{"通报日期", "2026/11/24"}, NULL, {NULL, NULL}, NULL},
        {{"抽样地点类型", "流通环节"}, NULL, {NULL, NULL}, NULL},
        {{"复检结论", "复检中"}, NULL, {NULL, NULL}, NULL},
};

START_TEST(each_cell_of_a_batch_is_taken_or_refused_with_its_column_and_reason)
{
        check_refusal(&import_sampling_format, batch, &batches[_i]);
}
END_TEST

static const struct refusal certificates[] = {
        {{"单位类别", "自然人"}, "natural_person", {NULL, NULL}, NULL},
        {{"证书编号", ""}, "missing", {NULL, NULL}, NULL},
        {{"认证范围", ""}, "missing", {NULL, NULL}, NULL},
        {{"发证机构代码", ""}, "missing", {NULL, NULL}, NULL},
        {{"证书类型", ""}, "missing", {NULL, NULL}, NULL},
        {{"证书类型", "食品经营许可证"}, "certificate_kind", {NULL, NULL}, NULL},
        {{"证书类型", "ISO9001、ISO14001"}, "certificate_kind", {NULL, NULL}, NULL},
        {{"证书类型", "质量管理体系认证升级版"}, "certificate_kind", {NULL, NULL}, NULL},
        {{"发证日期", "2026-11-25"}, "date", {NULL, NULL}, NULL},
        {{"有效期至", "2024-04-30"}, "date", {NULL, NULL}, NULL},
        {{"有效期至", "长期"}, "date", {NULL, NULL}, NULL},
        {{"证书状态", "异常"}, "word", {NULL, NULL}, NULL},
        {{"证书状态", "暂停"}, "missing", {NULL, NULL}, "状态日期"},
        {{"证书状态", "撤销"}, "date", {"状态日期", "2026-11-25"}, "状态日期"},
        {{"证书状态", "过期"}, "status", {NULL, NULL}, NULL}, /* it is valid until 2027 */
        {{"证书状态", "过期"}, "missing", {"有效期至", ""}, "有效期至"},
        {{"证书状态", "撤销"}, "date", {"状态日期", "2024-04-30"}, "状态日期"}, /* before it was issued */
        {{"证书状态", "失效"}, "status", {NULL, NULL}, NULL},
        {{"证书状态", "失效"}, "date", {"状态日期", "2026-11-25"}, "状态日期"},
        {{"状态日期", "昨天"}, "date", {NULL, NULL}, NULL},
        /* what is taken */
        {{"有效期至", ""}, NULL, {NULL, NULL}, NULL},
        {{"证书状态", "过期失效"}, NULL, {"有效期至", "2026-11-23"}, NULL},
        {{"证书状态", "注销"}, NULL, {"状态日期", "2024-05-01"}, NULL},
        {{"证书类型", "ＩＳＯ　９００１：２０１５"}, NULL, {NULL, NULL}, NULL},
};

START_TEST(each_cell_of_a_certificate_is_taken_or_refused_with_its_column_and_reason)
{
        check_refusal(&import_certificates_format, certificate, &certificates[_i]);
}
END_TEST

static const struct {
        const char *first, *second;
        enum record_result result;
        uint8_t severity;
        const char *retest; /* NULL: the batch has none */
} conclusions[] = {
        {"合格", "", RECORD_RESULT_PASS, SEVERITY_NONE, NULL},
        {"不合格", "", RECORD_RESULT_FAIL, SEVERITY_SERIOUS, NULL},
        {"不合格", "复检中", RECORD_RESULT_FAIL, SEVERITY_SERIOUS, "asked"},
        {"不合格", "不合格", RECORD_RESULT_FAIL, SEVERITY_SERIOUS, "upheld"},
        {"不合格", "合格", RECORD_RESULT_PASS, SEVERITY_NONE, "overturned"},
};

START_TEST(a_batch_is_what_its_last_test_says)
{
        struct cell first = {"检验结论", conclusions[_i].first}, second = {"复检结论", conclusions[_i].second};
        struct slice retest = slice_text("");
        struct reading r;

        read_changed(&r, &import_sampling_format, batch, &first, &second);
        ck_assert(r.row.is_sound);
        ck_assert_int_eq(r.row.record.type, RECORD_SAMPLING);
        ck_assert_int_eq(r.row.record.result, conclusions[_i].result);
        ck_assert_uint_eq(r.row.record.severity, conclusions[_i].severity);
        ck_assert_int_eq(record_details_get(slice_text(r.row.record.details), "retest", &retest), !!conclusions[_i].retest);
        if (conclusions[_i].retest)
                ck_assert(slice_equal(retest, slice_text(conclusions[_i].retest)));
        reading_done(&r);
}
END_TEST

START_TEST(how_a_number_is_spelt_is_no_detail)
{
        struct cell spelt = {"抽检批次号", "剑抽【２０２６】 7号"};
        struct slice number;
        struct reading r;

        read_changed(&r, &import_sampling_format, batch, &spelt, NULL);
        ck_assert(r.row.is_sound);
        ck_assert_str_eq(r.row.record.document, spelt.text);
        ck_assert(record_details_get(slice_text(r.row.record.details), "batch", &number));
        ck_assert(slice_equal(number, slice_text("剑抽(2026)7号")));
        reading_done(&r);
}
END_TEST

static const struct {
        const char *text;
        enum certificate_kind kind;
} kinds[] = {
        {"质量管理体系认证", CERTIFICATE_ISO9001},
        {"ISO 9001:2015", CERTIFICATE_ISO9001},
        {"gb/t 24001-2016", CERTIFICATE_ISO14001},
        {"职业健康安全管理体系认证（ISO45001）", CERTIFICATE_ISO45001},
        {"食品安全管理体系", CERTIFICATE_ISO22000},
        {"危害分析与关键控制点（HACCP）体系认证", CERTIFICATE_HACCP},
        {"药品GMP证书", CERTIFICATE_GMP},
        {"GSP", CERTIFICATE_GSP},
        {"3C认证", CERTIFICATE_CCC},
        {"食品生产许可证", CERTIFICATE_PRODUCTION},
        {"绿色食品", CERTIFICATE_GREEN},
        {"有机产品认证", CERTIFICATE_ORGANIC},
        {"农产品地理标志", CERTIFICATE_GEOGRAPHIC},
};

START_TEST(a_kind_of_certificate_is_known_by_the_words_departments_write)
{
        struct cell kind = {"证书类型", kinds[_i].text};
        struct reading r;

        read_changed(&r, &import_certificates_format, certificate, &kind, NULL);
        ck_assert_msg(r.row.is_sound, "%s: %s", kinds[_i].text, r.row.reason);
        ck_assert_int_eq(r.row.record.certificate, kinds[_i].kind);
        reading_done(&r);
}
END_TEST

static const struct {
        const char *status, *since, *valid_through;
        const char *ends; /* NULL: without end */
        const char *facts;
} statuses[] = {
        {"有效", "", "2027-04-30", "2027-04-30", ""},
        {"有效", "", "", NULL, ""},
        {"有效", "2026-01-02", "2027-04-30", "2027-04-30", "证书状态 有效，自 2026-01-02"},
        {"撤销", "2026-01-02", "2027-04-30", "2026-01-01", "证书状态 撤销，自 2026-01-02"},
        {"暂停", "2026/1/2", "", "2026-01-01", "证书状态 暂停，自 2026-01-02"},
        {"注销", "2026-01-02", "2025-04-30", "2025-04-30", "证书状态 注销，自 2026-01-02"}, /* it had run out before */
        {"撤销", "2024-05-01", "", "2024-05-01", "证书状态 撤销，自 2024-05-01"},          /* on its first day */
        {"失效", "2026-01-02", "2027-04-30", "2026-01-01", "证书状态 失效，自 2026-01-02"}, /* ended before its time */
        {"失效", "2026-01-02", "", "2026-01-01", "证书状态 失效，自 2026-01-02"},
        {"失效", "2026-01-02", "2025-12-31", "2025-12-31", ""},
        {"失效", "", "2025-12-31", "2025-12-31", ""},
        {"过期", "2026-01-02", "2025-12-31", "2025-12-31", ""}, /* which is what its row has said before */
};

START_TEST(a_certificate_that_is_not_valid_any_more_ended_the_day_before)
{
        struct cell cells[CELLS_MAX];
        struct cell status = {"证书状态", statuses[_i].status}, since = {"状态日期", statuses[_i].since};
        char text[DAY_TEXT];
        struct reading r;

        memcpy(cells, certificate, sizeof(cells));
        for (int i = 0; i < CELLS_MAX && cells[i].column; i++)
                if (!strcmp(cells[i].column, "有效期至"))
                        cells[i].text = statuses[_i].valid_through;
        read_changed(&r, &import_certificates_format, cells, &status, &since);
        ck_assert_msg(r.row.is_sound, "%s", r.row.reason);
        ck_assert_int_eq(day_is_none(r.row.record.valid_through), !statuses[_i].ends);
        if (statuses[_i].ends) {
                day_format(r.row.record.valid_through, text);
                ck_assert_str_eq(text, statuses[_i].ends);
        }
        ck_assert_str_eq(r.row.record.facts, statuses[_i].facts);
        ck_assert_str_eq(r.row.record.state, "active");
        reading_done(&r);
}
END_TEST

START_TEST(a_long_scope_is_whole_as_content_and_begins_as_a_detail)
{
        CLEANUP(buffer) struct buffer scope = BUFFER_INIT;
        struct cell cell = {"认证范围", NULL};
        struct slice head;
        struct reading r;

        buffer_add_text(&scope, "x"); /* so that the limit falls into a character */
        for (int i = 0; i < 120; i++)
                buffer_add_text(&scope, "油");
        cell.text = buffer_text(&scope);
        read_changed(&r, &import_certificates_format, certificate, &cell, NULL);
        ck_assert_msg(r.row.is_sound, "%s", r.row.reason);
        ck_assert_str_eq(r.row.record.content, cell.text);
        ck_assert(record_details_get(slice_text(r.row.record.details), "scope", &head));
        ck_assert_uint_eq(head.length, 1 + 98 * 3 + 3);
        ck_assert(!memcmp(head.data + head.length - 6, "油…", 6));
        reading_done(&r);
        read_changed(&r, &import_certificates_format, certificate, NULL, NULL);
        ck_assert_str_eq(r.row.record.content, "");
        reading_done(&r);
}
END_TEST

START_TEST(the_domain_is_the_products_or_the_kinds_and_then_the_offices)
{
        struct cell product = {"产品名称", "其他"}, office = {"抽查机关", "生态环境局"};
        struct reading r;

        read_changed(&r, &import_sampling_format, batch, NULL, NULL);
        ck_assert_str_eq(r.row.record.domain, "product");
        reading_done(&r);
        read_changed(&r, &import_sampling_format, batch, &product, &office);
        ck_assert_str_eq(r.row.record.domain, "environment");
        reading_done(&r);
        read_changed(&r, &import_certificates_format, certificate, NULL, NULL);
        ck_assert_str_eq(r.row.record.domain, "product");
        reading_done(&r);
}
END_TEST

START_TEST(personal_numbers_are_masked_in_every_text)
{
        static const char *const columns[] = {"产品名称", "不合格项目", "备注"};
        struct cell cell = {columns[_i], "张三11010519491231002X，13912345678"};
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct reading r;

        read_changed(&r, &import_sampling_format, batch, &cell, NULL);
        ck_assert(r.row.is_sound);
        record_encode(&bytes, &r.row.record);
        ck_assert_ptr_null(memmem(bytes.data, bytes.length, "19491231", 8));
        ck_assert_ptr_nonnull(memmem(bytes.data, bytes.length, "1***************2X，1********78", 32));
        reading_done(&r);
}
END_TEST

/* A permit for construction has 18 digits, with a day where an identity number has one. */
START_TEST(numbers_of_papers_stay_as_they_are)
{
        static const char *const numbers[] = {"510823199001010948", "13912345678"};
        struct cell cell = {"证书编号", numbers[_i]};
        struct reading r;
        struct slice kept;

        read_changed(&r, &import_certificates_format, certificate, &cell, NULL);
        ck_assert(r.row.is_sound);
        ck_assert_str_eq(r.row.record.document, numbers[_i]);
        ck_assert_str_eq(r.row.record.document_norm, numbers[_i]);
        ck_assert(record_details_get(slice_text(r.row.record.details), "number", &kept));
        ck_assert(slice_equal(kept, slice_text(numbers[_i])));
        reading_done(&r);
}
END_TEST

START_TEST(papers_of_persons_are_not_read_at_all)
{
        struct cell cell = {"证件号码", "11010519491231002X"};
        struct reading with, without;

        read_changed(&with, &import_sampling_format, batch, &cell, NULL);
        read_changed(&without, &import_sampling_format, batch, NULL, NULL);
        ck_assert(with.row.is_sound && without.row.is_sound);
        ck_assert(!memcmp(with.row.hash, without.row.hash, sizeof(with.row.hash)));
        reading_done(&with);
        reading_done(&without);
}
END_TEST

START_TEST(an_authority_has_one_code_however_it_is_typed)
{
        static const char *const ways[] = {"11510823008765438X", "11510823008765438x", " 1151 0823 0087 6543 8X"};
        struct cell office = {"抽查机关代码", ways[_i]};
        struct reading r;

        read_changed(&r, &import_sampling_format, batch, &office, NULL);
        ck_assert_msg(r.row.is_sound, "%s", r.row.reason);
        ck_assert_str_eq(r.row.record.authority_code, ways[0]);
        reading_done(&r);
}
END_TEST

/* A format that has overlooked what its type needs; no cell of it says so by itself. */
static void read_nothing(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        (void)tables, (void)cells, (void)texts;
        row->record.type = RECORD_CERTIFICATE;
}

static void read_stray(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        (void)tables, (void)cells, (void)texts;
        row->record.type = RECORD_CERTIFICATE;
        row->record.certificate = CERTIFICATE_GMP;
        row->record.valid_through = day_add(row->record.decided_on, -1);
}

START_TEST(cells_that_may_not_stand_together_are_refused_with_a_column_and_a_reason)
{
        struct import_format format = import_certificates_format;
        struct reading r;

        format.read = read_nothing;
        read_changed(&r, &format, certificate, NULL, NULL);
        ck_assert(!r.row.is_sound);
        ck_assert_str_eq(r.row.reason, "missing");
        ck_assert_int_ge(r.row.column, 0);
        ck_assert(slice_equal(r.header.names[r.row.column], slice_text("证书类型")));
        reading_done(&r);
        format.read = read_stray;
        read_changed(&r, &format, certificate, NULL, NULL);
        ck_assert(!r.row.is_sound);
        ck_assert_str_eq(r.row.reason, "fields");
        ck_assert_int_ge(r.row.column, 0);
        ck_assert(slice_equal(r.header.names[r.row.column], slice_text("有效期至")));
        reading_done(&r);
}
END_TEST

START_TEST(kinds_of_files_are_known_by_their_words)
{
        ck_assert_ptr_eq(import_format_find("sampling"), &import_sampling_format);
        ck_assert_ptr_eq(import_format_find("certificates"), &import_certificates_format);
        ck_assert_ptr_null(import_format_find("weather"));
        ck_assert_ptr_null(import_format_find(""));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("import_domains");
        TCase *tcase = tcase_create("import_domains");

        tcase_add_loop_test(
                tcase, each_cell_of_a_batch_is_taken_or_refused_with_its_column_and_reason, 0, COUNT(batches));
        tcase_add_loop_test(tcase, each_cell_of_a_certificate_is_taken_or_refused_with_its_column_and_reason, 0,
                COUNT(certificates));
        tcase_add_loop_test(tcase, a_batch_is_what_its_last_test_says, 0, COUNT(conclusions));
        tcase_add_test(tcase, how_a_number_is_spelt_is_no_detail);
        tcase_add_loop_test(tcase, a_kind_of_certificate_is_known_by_the_words_departments_write, 0, COUNT(kinds));
        tcase_add_loop_test(tcase, a_certificate_that_is_not_valid_any_more_ended_the_day_before, 0, COUNT(statuses));
        tcase_add_test(tcase, a_long_scope_is_whole_as_content_and_begins_as_a_detail);
        tcase_add_test(tcase, the_domain_is_the_products_or_the_kinds_and_then_the_offices);
        tcase_add_loop_test(tcase, personal_numbers_are_masked_in_every_text, 0, 3);
        tcase_add_loop_test(tcase, numbers_of_papers_stay_as_they_are, 0, 2);
        tcase_add_test(tcase, papers_of_persons_are_not_read_at_all);
        tcase_add_test(tcase, cells_that_may_not_stand_together_are_refused_with_a_column_and_a_reason);
        tcase_add_loop_test(tcase, an_authority_has_one_code_however_it_is_typed, 0, 3);
        tcase_add_test(tcase, kinds_of_files_are_known_by_their_words);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
