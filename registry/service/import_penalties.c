/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Penalties as departments exchange them (双公示, the columns CF_*). Amounts are in ten thousand yuan.
 */
#include "registry/core/amount.h"
#include "registry/service/import_record.h"

enum column {
        PARTY_NAME,
        PARTY_CLASS,
        PARTY_CODE,
        PARTY_INNER,
        DOCUMENT,
        CONDUCT,
        FACTS,
        BASIS,
        KINDS,
        CONTENT,
        FINE,
        CONFISCATED,
        LICENCE,
        DECIDED,
        PUBLICITY,
        AUTHORITY,
        AUTHORITY_CODE,
        SOURCE,
        SOURCE_CODE,
        REMARK,
        /* known, and not read: */
        TERM,
        BUSINESS_NUMBER,
        TAX_NUMBER,
        INSTITUTION_NUMBER,
        SOCIAL_NUMBER,
        REPRESENTATIVE,
        REPRESENTATIVE_PAPER,
        REPRESENTATIVE_NUMBER,
        PERSON_PAPER,
        PERSON_NUMBER,
};

static const struct import_column columns[] = {
        [PARTY_NAME] = {"CF_XDR_MC", IMPORT_REQUIRED},
        [PARTY_CLASS] = {"CF_XDR_LB", IMPORT_REQUIRED | IMPORT_PAPER},
        [PARTY_CODE] = {"CF_XDR_SHXYM", IMPORT_REQUIRED},
        [PARTY_INNER] = {"CF_XDR_ZZJG", 0},
        [DOCUMENT] = {"CF_WSH", IMPORT_REQUIRED | IMPORT_PAPER},
        [CONDUCT] = {"CF_WFXW", 0},
        [FACTS] = {"CF_SY", 0},
        [BASIS] = {"CF_YJ", 0},
        [KINDS] = {"CF_CFLB", IMPORT_REQUIRED},
        [CONTENT] = {"CF_NR", 0},
        [FINE] = {"CF_NR_FK", 0},
        [CONFISCATED] = {"CF_NR_WFFF", 0},
        [LICENCE] = {"CF_NR_ZKDX", 0},
        [DECIDED] = {"CF_JDRQ", IMPORT_REQUIRED | IMPORT_PAPER},
        [PUBLICITY] = {"CF_GSJZQ", 0},
        [AUTHORITY] = {"CF_CFJG", IMPORT_REQUIRED | IMPORT_PAPER},
        [AUTHORITY_CODE] = {"CF_CFJGDM", IMPORT_REQUIRED | IMPORT_PAPER},
        [SOURCE] = {"CF_SJLY", IMPORT_PAPER},
        [SOURCE_CODE] = {"CF_SJLYDM", IMPORT_PAPER},
        [REMARK] = {"BZ", 0},
        [TERM] = {"CF_YXQ", 0},
        [BUSINESS_NUMBER] = {"CF_XDR_GSZC", 0},
        [TAX_NUMBER] = {"CF_XDR_SWDJ", IMPORT_PERSONAL}, /* a sole proprietor's is made of an identity number */
        [INSTITUTION_NUMBER] = {"CF_XDR_SYDW", 0},
        [SOCIAL_NUMBER] = {"CF_XDR_SHZZ", 0},
        [REPRESENTATIVE] = {"CF_FRDB", IMPORT_PERSONAL},
        [REPRESENTATIVE_PAPER] = {"CF_FR_ZJLX", IMPORT_PERSONAL},
        [REPRESENTATIVE_NUMBER] = {"CF_FR_ZJHM", IMPORT_PERSONAL},
        [PERSON_PAPER] = {"CF_XDR_ZJLX", IMPORT_PERSONAL},
        [PERSON_NUMBER] = {"CF_XDR_ZJHM", IMPORT_PERSONAL},
};

static const struct import_field fields[] = {
        {"kind", KINDS},
        {"fine_fen", FINE},
        {"confiscated_fen", CONFISCATED},
        {NULL, -1},
};

static const struct import_record_columns record_columns = {
        .party_class = PARTY_CLASS,
        .party_name = PARTY_NAME,
        .party_code = PARTY_CODE,
        .party_inner = PARTY_INNER,
        .document = DOCUMENT,
        .authority = AUTHORITY,
        .authority_code = AUTHORITY_CODE,
        .decided = DECIDED,
        .publicity = PUBLICITY,
        .source = SOURCE,
        .source_code = SOURCE_CODE,
        .remark = REMARK,
        .fields = fields,
};

static int64_t amount(struct import_row *row, struct slice cell, enum column column)
{
        int64_t fen = 0;

        if (cell.length && !amount_parse_wan(cell, &fen))
                import_refuse(row, (int)column, "amount");
        return fen;
}

static void read_penalty(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        struct record *record = &row->record;
        struct slice unknown;

        record->type = RECORD_PENALTY;
        if (!penalty_kinds_parse(cells[KINDS], &record->kinds, &unknown))
                import_refuse(row, KINDS, "penalty_kind");
        record->fine_fen = amount(row, cells[FINE], FINE);
        record->confiscated_fen = amount(row, cells[CONFISCATED], CONFISCATED);
        record->penalty = import_text(row, cells[KINDS], KINDS, texts);
        record->conduct = import_text(row, cells[CONDUCT], CONDUCT, texts);
        record->facts = import_text(row, cells[FACTS], FACTS, texts);
        record->basis = import_text(row, cells[BASIS], BASIS, texts);
        record->content = import_text(row, cells[CONTENT], CONTENT, texts);
        record->licence = import_text(row, cells[LICENCE], LICENCE, texts);
        if (!row->is_sound)
                return;
        record->domain = domain_table_find(
                tables->domains, slice_text(record->conduct), slice_text(record->authority_name));
        record->publicity_computed = publicity_end(tables->publicity, record->decided_on, record->kinds);
}

const struct import_format import_penalties_format = {
        .kind = "penalties",
        .columns = columns,
        .count = sizeof(columns) / sizeof(*columns),
        .record = &record_columns,
        .is_coverage = true,
        .read = read_penalty,
};
