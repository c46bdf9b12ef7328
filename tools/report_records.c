/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Reports of records one by one: sampled batches, brands and awards. What a batch is of or a brand's kind stands in the
 * records' details, which packed inputs have not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/record_detail.h"
#include "tools/report_make.h"

enum column {
        TYPE,
        RESULT,
        STATE,
        DECIDED_ON,
        VALID_THROUGH,
        SERIAL,
        DETAILS,
        TOWNSHIP,
};

/* Of each record the newest version. A body that was erased leaves the record, without its words. */
static const char records_sql[] =
        "SELECT r.type, r.result, r.state, r.decided_on, r.valid_through, r.serial, coalesce(b.details, ''), v.township FROM ("
        " SELECT DISTINCT ON (subject, authority_code, document_norm, type) * FROM qcr.record WHERE type = ANY ($1::text[])"
        " ORDER BY subject, authority_code, document_norm, type, version DESC) r"
        " LEFT JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
        " CROSS JOIN LATERAL (SELECT township FROM qcr.party_version p WHERE p.subject = r.subject"
        "  ORDER BY p.version DESC LIMIT 1) v"
        " WHERE r.decided_on <= $2::date";

struct records {
        struct report_making *making;
        uint64_t counted, withdrawn, serial, withdrawn_serial;
};

static struct slice cell_slice(const PGresult *row, int column)
{
        return slice_of(cell_text(row, 0, column), (size_t)PQgetlength(row, 0, column));
}

static struct slice detail_of(const PGresult *row, const char *name)
{
        struct slice value;

        return record_details_get(cell_slice(row, DETAILS), name, &value) ? value : slice_text("");
}

static bool is_elsewhere(const struct report_making *making, const PGresult *row)
{
        const char *township = making->request->township;

        return township && !slice_equal(slice_text(township), cell_slice(row, TOWNSHIP));
}

/* False: withdrawn, it is as if it had never been. */
static bool stands(struct records *records, const PGresult *row)
{
        uint64_t serial = (uint64_t)cell_number(row, 0, SERIAL);
        bool is_withdrawn = strcmp(cell_text(row, 0, STATE), "withdrawn") == 0;
        uint64_t *count = is_withdrawn ? &records->withdrawn : &records->counted;
        uint64_t *newest = is_withdrawn ? &records->withdrawn_serial : &records->serial;

        *count += 1;
        if (serial > *newest)
                *newest = serial;
        return !is_withdrawn;
}

static int32_t year_of(struct day day)
{
        int year, month, date;

        day_parts(day, &year, &month, &date);
        return year;
}

static bool year_row(struct report_making *making, int32_t year, struct report_row **ret, struct fault *why)
{
        char text[16];

        snprintf(text, sizeof(text), "%d", (int)year);
        return report_make_row(making, slice_text(text), ret, why);
}

static bool is_by(const struct report_making *making, const char *by)
{
        return strcmp(making->request->by, by) == 0;
}

static bool read_records(struct records *records, link_row_fn each, struct fault *why)
{
        struct report_making *making = records->making;
        struct query query;

        query_init(&query, records_sql);
        query_text(&query, making->request->kind->types);
        query_day(&query, making->report->day);
        return link_each(making->link, &query, each, records, why);
}

static void add_sources(struct records *records, const char *what)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct report *report = records->making->report;

        buffer_add_format(&text, "qcr.record: %s, newest versions, not withdrawn", what);
        report_add_source(report, buffer_text(&text), records->counted, records->serial);
        buffer_clear(&text);
        buffer_add_format(&text, "qcr.record: %s, withdrawn, not counted", what);
        report_add_source(report, buffer_text(&text), records->withdrawn, records->withdrawn_serial);
}

/* --------------------------------------------------------------------- sampling */

enum sampling_column {
        SAMPLED,
        PASSED,
        FAILED,
        RATE,
        TARGET, /* and met */
};

static bool sampling_row(struct report_making *making, const PGresult *row, struct report_row **ret, struct fault *why)
{
        struct slice product = detail_of(row, "product");
        const struct report_class *class;

        if (is_by(making, "year"))
                return year_row(making, year_of(cell_day(row, 0, DECIDED_ON)), ret, why);
        if (is_by(making, "class")) {
                class = report_config_class(making->request->config, product);
                return report_make_row(making, slice_text(class ? class->word : ""), ret, why);
        }
        if (is_by(making, "product"))
                return report_make_row(making, product, ret, why);
        if (is_by(making, "level"))
                return report_make_row(making, detail_of(row, "level"), ret, why);
        return report_make_row(making, cell_slice(row, TOWNSHIP), ret, why);
}

static void count_batch(struct report_row *row, bool has_passed)
{
        report_cell_add(&row->cells[SAMPLED], 1, 0);
        report_cell_add(&row->cells[PASSED], has_passed, 0);
        report_cell_add(&row->cells[FAILED], !has_passed, 0);
        report_cell_add(&row->cells[RATE], has_passed, 1);
}

static bool on_batch(void *closure, const PGresult *from, struct fault *why)
{
        struct records *records = closure;
        struct report_making *making = records->making;
        struct report_row *row;
        bool has_passed = strcmp(cell_text(from, 0, RESULT), "pass") == 0;

        if (is_elsewhere(making, from) ||
                (!is_by(making, "year") && year_of(cell_day(from, 0, DECIDED_ON)) != making->request->year) ||
                !stands(records, from))
                return true;
        if (!sampling_row(making, from, &row, why))
                return false;
        count_batch(row, has_passed);
        count_batch(&making->report->total, has_passed);
        return true;
}

static void meet_sampling(struct report_making *making, struct report_row *row)
{
        char indicator[REPORT_INDICATOR + 16] = "sampling";
        int32_t year = making->request->year;

        if (is_by(making, "class"))
                snprintf(indicator, sizeof(indicator), "sampling.%s", row->key);
        if (is_by(making, "year"))
                year = (int32_t)strtol(row->key, NULL, 10);
        report_meet(making, row, RATE, TARGET, indicator, year);
}

bool report_make_sampling(struct report_making *making, struct fault *why)
{
        struct records records = {.making = making};
        struct report *report = making->report;

        report_add_column(report, "sampled", REPORT_COUNT, "抽查批次", "sampled");
        report_add_column(report, "passed", REPORT_COUNT, "合格", "passed");
        report_add_column(report, "failed", REPORT_COUNT, "不合格", "failed");
        report->plot = REPORT_PLOT_RATE;
        report->plot_first = report->plot_last = report_add_column(report, "rate", REPORT_SHARE, "合格率", "pass rate");
        report_add_target_columns(report);
        for (unsigned i = SAMPLED; i <= RATE; i++)
                report_cell_add(&report->total.cells[i], 0, 0); /* no batch at all is 0 of 0 */
        if (!read_records(&records, on_batch, why))
                return false;
        for (size_t i = 0; i < report->rows_count; i++)
                meet_sampling(making, &report->rows[i]);
        if (!is_by(making, "year"))
                report_meet(making, &report->total, RATE, TARGET, "sampling", making->request->year);
        report_define(report, "抽查批次：监督抽查记录，一批一条，按通报日期归入年度；已撤回的不计；合格率＝合格批次/抽查批次，千分数向下取整",
                "sampled: records of sampled batches, one a batch, of the year their result was told in; withdrawn ones are not"
                " counted; the rate is passed of sampled, per mille rounded down");
        report_define(report, "复检推翻的批次按更正后的结论（合格）计；没有结论的按不合格计；信用修复不改变结论",
                "a batch overturned by its retest counts as corrected, as passed; one without a result counts as failed; repair of"
                " credit changes no result");
        report_define(report, "乡镇：被抽样单位现在的乡镇", "township: where the sampled enterprise is now");
        if (is_by(making, "class"))
                report_define(report, "产品类别：产品名称含 share/reports.json 中该类词语者，取最先一类",
                        "class: products whose name has one of the class's words in share/reports.json, the first class that has");
        report_define_targets(making, "sampling");
        add_sources(&records, "sampling");
        return true;
}

/* ----------------------------------------------------------------------- brands */

enum brands_column {
        BRANDS,
        AWARDS,
        BRANDS_NEW,
        AWARDS_NEW,
        BRANDS_TARGET, /* and met */
        BRANDS_MET,
        AWARDS_TARGET,
        AWARDS_MET,
};

static bool is_held(const PGresult *row, struct day day)
{
        struct day through = cell_day(row, 0, VALID_THROUGH);

        return !day_is_before(day, cell_day(row, 0, DECIDED_ON)) && (day_is_none(through) || !day_is_before(through, day));
}

/* As of the last day of a year: held then, and new if of that year. */
static void count_honour(struct report_row *to, const PGresult *row, bool is_award, int32_t year, struct day day)
{
        bool is_new = year_of(cell_day(row, 0, DECIDED_ON)) == year;

        report_cell_add(&to->cells[is_award ? AWARDS : BRANDS], is_held(row, day), 0);
        report_cell_add(&to->cells[is_award ? AWARDS_NEW : BRANDS_NEW], is_new, 0);
}

static bool count_years(struct report_making *making, const PGresult *from, bool is_award, struct fault *why)
{
        int32_t year = year_of(cell_day(from, 0, DECIDED_ON));
        struct report_row *row;

        for (; year <= making->request->year; year++) {
                if (!year_row(making, year, &row, why))
                        return false;
                count_honour(row, from, is_award, year, report_day_of(making->request, year));
        }
        return true;
}

static bool on_honour(void *closure, const PGresult *from, struct fault *why)
{
        struct records *records = closure;
        struct report_making *making = records->making;
        bool is_award = strcmp(cell_text(from, 0, TYPE), "award") == 0;
        struct slice key = cell_slice(from, TOWNSHIP);
        struct report_row *row;

        if (is_elsewhere(making, from) || !stands(records, from))
                return true;
        count_honour(&making->report->total, from, is_award, making->request->year, making->report->day);
        if (is_by(making, "year"))
                return count_years(making, from, is_award, why);
        if (is_by(making, "brand"))
                key = is_award ? slice_text("award") : detail_of(from, "kind");
        else if (is_by(making, "level"))
                key = detail_of(from, "level");
        if (!report_make_row(making, key, &row, why))
                return false;
        count_honour(row, from, is_award, making->request->year, making->report->day);
        return true;
}

static void meet_count(const struct report_making *making, struct report_row *row, enum brands_column held,
        enum brands_column target, const char *indicator, int32_t year)
{
        const struct report_target *wanted = report_config_target(making->request->config, indicator, year);

        if (!wanted || !wanted->is_set)
                return;
        report_cell_add(&row->cells[target], (uint64_t)wanted->value, 0);
        report_cell_add(&row->cells[target + 1], row->cells[held].n >= (uint64_t)wanted->value, 0);
}

static void meet_brands(struct report_making *making, struct report_row *row)
{
        char indicator[REPORT_INDICATOR + 16];
        int32_t year = is_by(making, "year") ? (int32_t)strtol(row->key, NULL, 10) : making->request->year;

        if (is_by(making, "year")) {
                meet_count(making, row, BRANDS, BRANDS_TARGET, "brands", year);
                meet_count(making, row, AWARDS, AWARDS_TARGET, "awards", year);
        } else if (is_by(making, "brand")) {
                snprintf(indicator, sizeof(indicator), "brands.%s", row->key);
                meet_count(making, row, BRANDS, BRANDS_TARGET, indicator, year);
        }
}

/* Rows that may have both have both, 0 or not; a kind of brand has no awards. */
static void fill_zeros(struct report_making *making, struct report_row *row)
{
        bool is_brand = is_by(making, "brand") && strcmp(row->key, "award") != 0 && row != &making->report->total;
        bool is_award = is_by(making, "brand") && strcmp(row->key, "award") == 0;

        for (unsigned i = BRANDS; i <= AWARDS_NEW; i++)
                if (!(is_brand && (i == AWARDS || i == AWARDS_NEW)) && !(is_award && (i == BRANDS || i == BRANDS_NEW)))
                        report_cell_add(&row->cells[i], 0, 0);
}

bool report_make_brands(struct report_making *making, struct fault *why)
{
        struct records records = {.making = making};
        struct report *report = making->report;

        report->plot = REPORT_PLOT_STACK;
        report->plot_first = report_add_column(report, "brands", REPORT_COUNT, "品牌", "brands");
        report->plot_last = report_add_column(report, "awards", REPORT_COUNT, "质量奖", "awards");
        report_add_column(report, "brands_new", REPORT_COUNT, "当年新增品牌", "new brands");
        report_add_column(report, "awards_new", REPORT_COUNT, "当年新增奖项", "new awards");
        report_add_column(report, "brands_target", REPORT_COUNT, "品牌目标", "target of brands");
        report_add_column(report, "brands_met", REPORT_ANSWER, "达标", "met");
        report_add_column(report, "awards_target", REPORT_COUNT, "奖项目标", "target of awards");
        report_add_column(report, "awards_met", REPORT_ANSWER, "达标", "met");
        if (!read_records(&records, on_honour, why))
                return false;
        for (size_t i = 0; i < report->rows_count; i++) {
                fill_zeros(making, &report->rows[i]);
                meet_brands(making, &report->rows[i]);
        }
        fill_zeros(making, &report->total);
        meet_count(making, &report->total, BRANDS, BRANDS_TARGET, "brands", making->request->year);
        meet_count(making, &report->total, AWARDS, AWARDS_TARGET, "awards", making->request->year);
        report_define(report, "持有：当日在有效期内的品牌、奖项记录；没有有效期的一直算；已撤回的不计；当年新增：决定日期在当年",
                "held: records of brands and awards that are valid on the day; without an end they are for good; withdrawn ones are"
                " not counted; new: decided in the year");
        report_define(report, "目标是全县的，只与合计比较；没有目标的为“-”",
                "targets are the whole county's and are compared with totals only; where there is none it is `-`");
        report_define_targets(making, "brands");
        report_define_targets(making, "awards");
        add_sources(&records, "brand, award");
        return true;
}
