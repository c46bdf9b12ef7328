/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Certificates of systems and products, and licences to produce. One is known by its number and the body that
 * issued it.
 *
 * One that is not valid any more was valid until then: it is a record that ended on the day before its status changed.
 * So a suspension or a withdrawal comes as a correction of the same document, which one person may bring, and takes
 * the certificate out of what counts. That it holds again, since a later day or as an older file has it, makes its time
 * longer, and whatever does waits for a second person (core/party_file).
 */
#include <string.h>

#include "registry/service/import_record.h"

enum column {
        NUMBER,
        KIND,
        PARTY_NAME,
        PARTY_CLASS,
        PARTY_CODE,
        PARTY_INNER,
        BODY,
        BODY_CODE,
        SCOPE,
        STANDARD,
        ISSUED,
        VALID_THROUGH,
        STATUS,
        STATUS_SINCE,
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
        [NUMBER] = {"证书编号", IMPORT_REQUIRED | IMPORT_PAPER},
        [KIND] = {"证书类型", IMPORT_REQUIRED},
        [PARTY_NAME] = {"获证组织", IMPORT_REQUIRED},
        [PARTY_CLASS] = {"单位类别", IMPORT_PAPER},
        [PARTY_CODE] = {"统一社会信用代码", IMPORT_REQUIRED},
        [PARTY_INNER] = {"组织机构代码", 0},
        [BODY] = {"发证机构", IMPORT_REQUIRED | IMPORT_PAPER},
        [BODY_CODE] = {"发证机构代码", IMPORT_REQUIRED | IMPORT_PAPER},
        [SCOPE] = {"认证范围", IMPORT_REQUIRED},
        [STANDARD] = {"依据标准", 0},
        [ISSUED] = {"发证日期", IMPORT_REQUIRED | IMPORT_PAPER},
        [VALID_THROUGH] = {"有效期至", 0},
        [STATUS] = {"证书状态", IMPORT_REQUIRED},
        [STATUS_SINCE] = {"状态日期", 0},
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
        {"certificate", KIND},
        {"valid_through", VALID_THROUGH},
        {NULL, -1},
};

static const struct import_record_columns record_columns = {
        .party_class = PARTY_CLASS,
        .party_name = PARTY_NAME,
        .party_code = PARTY_CODE,
        .party_inner = PARTY_INNER,
        .document = NUMBER,
        .authority = BODY,
        .authority_code = BODY_CODE,
        .decided = ISSUED,
        .publicity = -1,
        .source = SOURCE,
        .source_code = SOURCE_CODE,
        .remark = REMARK,
        .fields = fields,
};

/*
 * What departments write for a kind, as record_document_normalise() leaves it: capitals, no spaces, one kind of
 * brackets. Exact words: a beginning that is known says nothing about the rest.
 */
static const struct {
        const char *text;
        enum certificate_kind kind;
} kinds[] = {
        {"ISO9001", CERTIFICATE_ISO9001},
        {"ISO9001:2008", CERTIFICATE_ISO9001},
        {"ISO9001:2015", CERTIFICATE_ISO9001},
        {"GB/T19001", CERTIFICATE_ISO9001},
        {"GB/T19001-2016", CERTIFICATE_ISO9001},
        {"质量管理体系", CERTIFICATE_ISO9001},
        {"质量管理体系认证", CERTIFICATE_ISO9001},
        {"质量管理体系认证(ISO9001)", CERTIFICATE_ISO9001},
        {"质量管理体系认证证书", CERTIFICATE_ISO9001},
        {"ISO14001", CERTIFICATE_ISO14001},
        {"ISO14001:2015", CERTIFICATE_ISO14001},
        {"GB/T24001", CERTIFICATE_ISO14001},
        {"GB/T24001-2016", CERTIFICATE_ISO14001},
        {"环境管理体系", CERTIFICATE_ISO14001},
        {"环境管理体系认证", CERTIFICATE_ISO14001},
        {"环境管理体系认证(ISO14001)", CERTIFICATE_ISO14001},
        {"环境管理体系认证证书", CERTIFICATE_ISO14001},
        {"ISO45001", CERTIFICATE_ISO45001},
        {"ISO45001:2018", CERTIFICATE_ISO45001},
        {"GB/T45001", CERTIFICATE_ISO45001},
        {"GB/T45001-2020", CERTIFICATE_ISO45001},
        {"职业健康安全管理体系", CERTIFICATE_ISO45001},
        {"职业健康安全管理体系认证", CERTIFICATE_ISO45001},
        {"职业健康安全管理体系认证(ISO45001)", CERTIFICATE_ISO45001},
        {"职业健康安全管理体系认证证书", CERTIFICATE_ISO45001},
        {"ISO22000", CERTIFICATE_ISO22000},
        {"ISO22000:2018", CERTIFICATE_ISO22000},
        {"GB/T22000", CERTIFICATE_ISO22000},
        {"GB/T22000-2006", CERTIFICATE_ISO22000},
        {"食品安全管理体系", CERTIFICATE_ISO22000},
        {"食品安全管理体系认证", CERTIFICATE_ISO22000},
        {"食品安全管理体系认证(ISO22000)", CERTIFICATE_ISO22000},
        {"食品安全管理体系认证证书", CERTIFICATE_ISO22000},
        {"HACCP", CERTIFICATE_HACCP},
        {"HACCP认证", CERTIFICATE_HACCP},
        {"HACCP体系认证", CERTIFICATE_HACCP},
        {"危害分析与关键控制点", CERTIFICATE_HACCP},
        {"危害分析与关键控制点体系认证", CERTIFICATE_HACCP},
        {"危害分析与关键控制点(HACCP)体系认证", CERTIFICATE_HACCP},
        {"GMP", CERTIFICATE_GMP},
        {"GMP认证", CERTIFICATE_GMP},
        {"药品GMP", CERTIFICATE_GMP},
        {"药品GMP认证", CERTIFICATE_GMP},
        {"药品GMP证书", CERTIFICATE_GMP},
        {"药品生产质量管理规范", CERTIFICATE_GMP},
        {"药品生产质量管理规范认证", CERTIFICATE_GMP},
        {"GSP", CERTIFICATE_GSP},
        {"GSP认证", CERTIFICATE_GSP},
        {"药品GSP", CERTIFICATE_GSP},
        {"药品GSP认证", CERTIFICATE_GSP},
        {"药品GSP证书", CERTIFICATE_GSP},
        {"药品经营质量管理规范", CERTIFICATE_GSP},
        {"药品经营质量管理规范认证", CERTIFICATE_GSP},
        {"CCC", CERTIFICATE_CCC},
        {"3C", CERTIFICATE_CCC},
        {"CCC认证", CERTIFICATE_CCC},
        {"3C认证", CERTIFICATE_CCC},
        {"强制性产品认证", CERTIFICATE_CCC},
        {"中国强制性产品认证", CERTIFICATE_CCC},
        {"强制性产品认证(CCC)", CERTIFICATE_CCC},
        {"强制性产品认证(3C)", CERTIFICATE_CCC},
        {"生产许可证", CERTIFICATE_PRODUCTION},
        {"工业产品生产许可证", CERTIFICATE_PRODUCTION},
        {"全国工业产品生产许可证", CERTIFICATE_PRODUCTION},
        {"食品生产许可", CERTIFICATE_PRODUCTION},
        {"食品生产许可证", CERTIFICATE_PRODUCTION},
        {"药品生产许可证", CERTIFICATE_PRODUCTION},
        {"化妆品生产许可证", CERTIFICATE_PRODUCTION},
        {"医疗器械生产许可证", CERTIFICATE_PRODUCTION},
        {"特种设备生产许可证", CERTIFICATE_PRODUCTION},
        {"绿色食品", CERTIFICATE_GREEN},
        {"绿色食品认证", CERTIFICATE_GREEN},
        {"绿色食品证书", CERTIFICATE_GREEN},
        {"绿色食品标志使用证书", CERTIFICATE_GREEN},
        {"有机产品", CERTIFICATE_ORGANIC},
        {"有机产品认证", CERTIFICATE_ORGANIC},
        {"有机产品认证证书", CERTIFICATE_ORGANIC},
        {"有机食品", CERTIFICATE_ORGANIC},
        {"地理标志", CERTIFICATE_GEOGRAPHIC},
        {"地理标志产品", CERTIFICATE_GEOGRAPHIC},
        {"农产品地理标志", CERTIFICATE_GEOGRAPHIC},
        {"地理标志保护产品", CERTIFICATE_GEOGRAPHIC},
        {"地理标志产品专用标志", CERTIFICATE_GEOGRAPHIC},
};

static const struct import_word statuses[] = {
        {"有效", "valid"},
        {"暂停", "suspended"},
        {"撤销", "withdrawn"},
        {"注销", "cancelled"},
        {"过期", "expired"},
        {"过期失效", "expired"},
        {"失效", "void"},
        {NULL, NULL},
};

static const struct import_detail_column details[] = {
        {NUMBER, "number", NULL, true},
        {BODY, "body", NULL, false},
        {SCOPE, "scope", NULL, false},
        {STANDARD, "standard", NULL, false},
};

static enum certificate_kind kind_of(struct slice cell)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;

        if (!record_document_normalise(cell, &norm))
                return CERTIFICATE_NONE;
        for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
                if (slice_equal(buffer_slice(&norm), slice_text(kinds[i].text)))
                        return kinds[i].kind;
        return CERTIFICATE_NONE;
}

/* The day before its status changed; what was over on its first day was valid for no less than that one. */
static void end_validity(struct record *record, struct day since)
{
        struct day last = day_add(since, -1);

        if (day_is_before(last, record->decided_on))
                last = record->decided_on;
        if (day_is_none(record->valid_through) || day_is_before(last, record->valid_through))
                record->valid_through = last;
}

/* 失效 is said of one that ran out, and of one that was ended before: a day of that status within its time says which. */
static bool has_run_out(const char *status, struct slice cell, const struct record *record)
{
        struct day since;

        if (!strcmp(status, "expired"))
                return true;
        if (strcmp(status, "void") != 0)
                return false;
        return !cell.length || (day_parse_lenient(cell, &since) && !day_is_none(record->valid_through) &&
                                       day_is_before(record->valid_through, since));
}

/* One that ran out says itself when. */
static void check_expired(const struct import_tables *tables, struct import_row *row)
{
        if (day_is_none(row->record.valid_through))
                import_refuse(row, VALID_THROUGH, "missing");
        else if (!day_is_before(row->record.valid_through, tables->today))
                import_refuse(row, STATUS, "status");
}

/*
 * What became of it, in the department's words: that a suspended certificate holds again since some day is another
 * content than that it held before, which has been seen and would change nothing.
 */
static const char *status_text(struct slice status, struct day since, struct arena *texts)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        char day[DAY_TEXT];

        day_format(since, day);
        buffer_add_text(&text, "证书状态 ");
        buffer_add_slice(&text, status);
        buffer_add_format(&text, "，自 %s", day);
        return arena_text(texts, buffer_slice(&text));
}

static void read_status(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        const char *status = import_word(statuses, cells[STATUS]);
        bool is_valid = status && !strcmp(status, "valid");
        struct day since = DAY_NONE;

        if (!status)
                import_refuse(row, STATUS, "word");
        else if (has_run_out(status, cells[STATUS_SINCE], &row->record))
                check_expired(tables, row);
        else if (!cells[STATUS_SINCE].length && !is_valid)
                import_refuse(row, STATUS_SINCE, "missing");
        else if (cells[STATUS_SINCE].length &&
                 import_past_day(row, cells[STATUS_SINCE], STATUS_SINCE, tables->today, &since))
                row->record.facts = status_text(cells[STATUS], since, texts);
        if (is_valid || day_is_none(since))
                return;
        if (day_is_before(since, row->record.decided_on))
                import_refuse(row, STATUS_SINCE, "date");
        else
                end_validity(&row->record, since);
}

static void read_validity(const struct slice *cells, struct import_row *row)
{
        struct record *record = &row->record;

        if (cells[VALID_THROUGH].length && (!day_parse_lenient(cells[VALID_THROUGH], &record->valid_through) ||
                                                   day_is_before(record->valid_through, record->decided_on)))
                import_refuse(row, VALID_THROUGH, "date");
}

/* A scope can be a list of all that is made: then its beginning stands in the detail, and the whole as content. */
static struct slice read_scope(struct slice cell, struct arena *texts, struct import_row *row)
{
        struct slice scope = slice_text(import_line(row, cell, SCOPE, CSV_FIELD_MAX, texts));
        CLEANUP(buffer) struct buffer head = BUFFER_INIT;

        if (scope.length <= RECORD_DETAIL_OCTETS)
                return scope;
        row->record.content = (const char *)scope.data;
        scope.length = RECORD_DETAIL_OCTETS - strlen("…");
        while ((scope.data[scope.length] & 0xc0) == 0x80)
                scope.length--;
        buffer_add_slice(&head, scope);
        buffer_add_text(&head, "…");
        return arena_copy(texts, buffer_slice(&head));
}

static void read_details(const struct slice *cells, struct arena *texts, struct import_row *row)
{
        struct slice with_head[sizeof(columns) / sizeof(*columns)];

        memcpy(with_head, cells, sizeof(with_head));
        with_head[SCOPE] = read_scope(cells[SCOPE], texts, row);
        if (row->is_sound)
                import_record_details(row, details, sizeof(details) / sizeof(*details), with_head, texts);
}

static void read_certificate(const struct import_tables *tables, const struct slice *cells,
        struct arena *texts, struct import_row *row)
{
        struct record *record = &row->record;

        record->type = RECORD_CERTIFICATE;
        record->certificate = kind_of(cells[KIND]);
        if (!record->certificate)
                import_refuse(row, KIND, "certificate_kind");
        read_validity(cells, row);
        if (row->is_sound)
                read_status(tables, cells, texts, row);
        if (row->is_sound)
                read_details(cells, texts, row);
        if (row->is_sound)
                record->domain =
                        domain_table_find(tables->domains, cells[KIND], slice_text(record->authority_name));
}

const struct import_format import_certificates_format = {
        .kind = "certificates",
        .columns = columns,
        .count = sizeof(columns) / sizeof(*columns),
        .record = &record_columns,
        .read = read_certificate,
};
