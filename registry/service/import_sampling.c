/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Batches of supervisory sampling (监督抽查), those that passed too: a pass rate needs them. A batch is known by
 * its number and the authority that had it sampled. Where a retest has been made its conclusion is the batch's.
 */
#include <string.h>

#include "registry/service/import_record.h"

enum column {
        BATCH,
        PARTY_NAME,
        PARTY_CLASS,
        PARTY_CODE,
        PARTY_INNER,
        PRODUCT,
        SPECIFICATION,
        PLACE,
        LEVEL,
        STANDARD,
        CONCLUSION,
        FAILED_ITEM,
        SEVERITY,
        NOTIFIED,
        RETEST,
        RETESTED,
        RECTIFY_BY,
        ANNOUNCED,
        REVIEW,
        REVIEWED,
        NOTICED,
        PUBLICITY,
        AUTHORITY,
        AUTHORITY_CODE,
        SOURCE,
        SOURCE_CODE,
        REMARK,
        /* known, and not read: */
        REPRESENTATIVE,
        CONTACT,
        CONTACT_PHONE,
        PERSON_PAPER,
        PERSON_NUMBER,
};

static const struct import_column columns[] = {
        [BATCH] = {"抽检批次号", IMPORT_REQUIRED | IMPORT_PAPER},
        [PARTY_NAME] = {"被抽样单位", IMPORT_REQUIRED},
        [PARTY_CLASS] = {"单位类别", IMPORT_PAPER},
        [PARTY_CODE] = {"统一社会信用代码", IMPORT_REQUIRED},
        [PARTY_INNER] = {"组织机构代码", 0},
        [PRODUCT] = {"产品名称", IMPORT_REQUIRED},
        [SPECIFICATION] = {"规格型号", 0},
        [PLACE] = {"抽样地点类型", IMPORT_REQUIRED},
        [LEVEL] = {"抽查级别", IMPORT_REQUIRED},
        [STANDARD] = {"检验依据", 0},
        [CONCLUSION] = {"检验结论", IMPORT_REQUIRED},
        [FAILED_ITEM] = {"不合格项目", 0},
        [SEVERITY] = {"严重程度", 0},
        [NOTIFIED] = {"结果送达日期", 0},
        [RETEST] = {"复检结论", 0},
        [RETESTED] = {"复检日期", 0},
        [RECTIFY_BY] = {"整改期限", 0},
        [ANNOUNCED] = {"公告日期", 0},
        [REVIEW] = {"复查结论", 0},
        [REVIEWED] = {"复查日期", 0},
        [NOTICED] = {"通报日期", IMPORT_REQUIRED | IMPORT_PAPER},
        [PUBLICITY] = {"公示截止期", 0},
        [AUTHORITY] = {"抽查机关", IMPORT_REQUIRED | IMPORT_PAPER},
        [AUTHORITY_CODE] = {"抽查机关代码", IMPORT_REQUIRED | IMPORT_PAPER},
        [SOURCE] = {"数据来源单位", IMPORT_PAPER},
        [SOURCE_CODE] = {"数据来源单位代码", IMPORT_PAPER},
        [REMARK] = {"备注", 0},
        [REPRESENTATIVE] = {"法定代表人", IMPORT_PERSONAL},
        [CONTACT] = {"联系人", IMPORT_PERSONAL},
        [CONTACT_PHONE] = {"联系电话", IMPORT_PERSONAL},
        [PERSON_PAPER] = {"证件类型", IMPORT_PERSONAL},
        [PERSON_NUMBER] = {"证件号码", IMPORT_PERSONAL},
};

static const struct import_field fields[] = {
        {"result", CONCLUSION},
        {"severity", SEVERITY},
        {NULL, -1},
};

static const struct import_record_columns record_columns = {
        .party_class = PARTY_CLASS,
        .party_name = PARTY_NAME,
        .party_code = PARTY_CODE,
        .party_inner = PARTY_INNER,
        .document = BATCH,
        .authority = AUTHORITY,
        .authority_code = AUTHORITY_CODE,
        .decided = NOTICED,
        .publicity = PUBLICITY,
        .source = SOURCE,
        .source_code = SOURCE_CODE,
        .remark = REMARK,
        .fields = fields,
};

static const struct import_word places[] = {
        {"生产", "production"},
        {"生产环节", "production"},
        {"生产领域", "production"},
        {"流通", "circulation"},
        {"流通环节", "circulation"},
        {"流通领域", "circulation"},
        {NULL, NULL},
};

static const struct import_word levels[] = {
        {"国家", "national"},
        {"国家级", "national"},
        {"省", "provincial"},
        {"省级", "provincial"},
        {"市", "municipal"},
        {"市级", "municipal"},
        {"县", "county"},
        {"县级", "county"},
        {"区县级", "county"},
        {NULL, NULL},
};

static const struct import_word conclusions[] = {
        {"合格", "pass"},
        {"不合格", "fail"},
        {NULL, NULL},
};

/* What the second test says of the first: only what failed is tested again (产品质量法 art. 15). */
static const struct import_word retests[] = {
        {"合格", "overturned"},
        {"不合格", "upheld"},
        {"复检中", "asked"},
        {NULL, NULL},
};

static const struct import_detail_column details[] = {
        {BATCH, "batch", NULL, true},
        {PRODUCT, "product", NULL, false},
        {SPECIFICATION, "spec", NULL, false},
        {PLACE, "place", places, false},
        {LEVEL, "level", levels, false},
        {STANDARD, "standard", NULL, false},
        {FAILED_ITEM, "item", NULL, false},
        {NOTIFIED, "notified_on", NULL, false},
        {RETEST, "retest", retests, false},
        {RETESTED, "retest_on", NULL, false},
        {RECTIFY_BY, "rectify_by", NULL, false},
        {ANNOUNCED, "announced_on", NULL, false},
        {REVIEW, "review", conclusions, false},
        {REVIEWED, "review_on", NULL, false},
};

static void read_conclusions(const struct slice *cells, struct import_row *row)
{
        struct record *record = &row->record;
        const char *first = import_word(conclusions, cells[CONCLUSION]);
        const char *second = import_word(retests, cells[RETEST]);

        if (!first || !record_result_of_word(slice_text(first), &record->result)) {
                import_refuse(row, CONCLUSION, "word");
                return;
        }
        if (!cells[RETEST].length)
                return;
        if (!second || record->result == RECORD_RESULT_PASS)
                import_refuse(row, RETEST, second ? "retest" : "word");
        else if (!strcmp(second, "overturned"))
                record->result = RECORD_RESULT_PASS;
}

/* How bad a finding is: of a batch that passed in the end there is none, whatever was thought at first. */
static void read_severity(const struct slice *cells, struct import_row *row)
{
        struct slice cell = cells[SEVERITY];
        uint8_t severity = SEVERITY_NONE;

        if (slice_equal(cell, slice_text("一般")))
                severity = SEVERITY_ORDINARY;
        else if (slice_equal(cell, slice_text("严重")))
                severity = SEVERITY_SERIOUS;
        else if (cell.length)
                import_refuse(row, SEVERITY, "word");
        if (row->record.result == RECORD_RESULT_FAIL)
                row->record.severity = severity;
}

static void read_batch(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        struct record *record = &row->record;

        record->type = RECORD_SAMPLING;
        read_conclusions(cells, row);
        read_severity(cells, row);
        if (row->is_sound)
                import_record_details(row, details, sizeof(details) / sizeof(*details), cells, texts);
        if (row->is_sound)
                record->domain =
                        domain_table_find(tables->domains, cells[PRODUCT], slice_text(record->authority_name));
}

const struct import_format import_sampling_format = {
        .kind = "sampling",
        .columns = columns,
        .count = sizeof(columns) / sizeof(*columns),
        .record = &record_columns,
        .read = read_batch,
};
