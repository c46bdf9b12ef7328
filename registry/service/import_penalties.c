/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Penalties as departments exchange them (双公示, the columns CF_*). Amounts are in ten thousand yuan. A
 * natural person's row is refused before anything of it is read: the registry keeps files of enterprises.
 */
#include <string.h>

#include "registry/core/amount.h"
#include "registry/core/name.h"
#include "registry/core/org_code.h"
#include "registry/service/import_row.h"

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
        [PARTY_NAME] = {"CF_XDR_MC", true, false},
        [PARTY_CLASS] = {"CF_XDR_LB", true, false},
        [PARTY_CODE] = {"CF_XDR_SHXYM", true, false},
        [PARTY_INNER] = {"CF_XDR_ZZJG", false, false},
        [DOCUMENT] = {"CF_WSH", true, false},
        [CONDUCT] = {"CF_WFXW", false, false},
        [FACTS] = {"CF_SY", false, false},
        [BASIS] = {"CF_YJ", false, false},
        [KINDS] = {"CF_CFLB", true, false},
        [CONTENT] = {"CF_NR", false, false},
        [FINE] = {"CF_NR_FK", false, false},
        [CONFISCATED] = {"CF_NR_WFFF", false, false},
        [LICENCE] = {"CF_NR_ZKDX", false, false},
        [DECIDED] = {"CF_JDRQ", true, false},
        [PUBLICITY] = {"CF_GSJZQ", false, false},
        [AUTHORITY] = {"CF_CFJG", true, false},
        [AUTHORITY_CODE] = {"CF_CFJGDM", true, false},
        [SOURCE] = {"CF_SJLY", false, false},
        [SOURCE_CODE] = {"CF_SJLYDM", false, false},
        [REMARK] = {"BZ", false, false},
        [TERM] = {"CF_YXQ", false, false},
        [BUSINESS_NUMBER] = {"CF_XDR_GSZC", false, false},
        [TAX_NUMBER] = {"CF_XDR_SWDJ", false, true}, /* a sole proprietor's is made of an identity number */
        [INSTITUTION_NUMBER] = {"CF_XDR_SYDW", false, false},
        [SOCIAL_NUMBER] = {"CF_XDR_SHZZ", false, false},
        [REPRESENTATIVE] = {"CF_FRDB", false, true},
        [REPRESENTATIVE_PAPER] = {"CF_FR_ZJLX", false, true},
        [REPRESENTATIVE_NUMBER] = {"CF_FR_ZJHM", false, true},
        [PERSON_PAPER] = {"CF_XDR_ZJLX", false, true},
        [PERSON_NUMBER] = {"CF_XDR_ZJHM", false, true},
};

static bool is_organization(struct slice class)
{
        static const char *const words[] = {
                "法人及非法人组织",
                "法人",
                "非法人组织",
                "个体工商户",
                "农民专业合作社",
        };

        for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
                if (slice_equal(class, slice_text(words[i])))
                        return true;
        return false;
}

/* What every decision has: without it there is nothing to file, whatever else is right. */
static bool is_complete(struct import_row *row, const struct slice *cells)
{
        static const enum column needed[] = {PARTY_NAME, DOCUMENT, DECIDED, AUTHORITY, AUTHORITY_CODE, KINDS};

        for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
                if (!cells[needed[i]].length) {
                        import_refuse(row, (int)needed[i], "missing");
                        return false;
                }
        return true;
}

/* An organization code in its one form, or a department's own number as it is. */
static const char *office_code(
        struct import_row *row, struct slice cell, enum column column, struct arena *texts)
{
        struct org_code code;
        struct org_code_report report;

        if (!org_code_parse(cell, &code, &report))
                return import_label(row, slice_text(code.text), (int)column, texts);
        for (size_t i = 0; i < cell.length; i++)
                if (!strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._",
                            cell.data[i])) {
                        import_refuse(row, (int)column, "office_code");
                        return "";
                }
        return import_label(row, cell, (int)column, texts);
}

static int64_t amount(struct import_row *row, struct slice cell, enum column column)
{
        int64_t fen = 0;

        if (cell.length && !amount_parse_wan(cell, &fen))
                import_refuse(row, (int)column, "amount");
        return fen;
}

static void read_party(const struct slice *cells, struct arena *texts, struct import_row *row)
{
        struct record *record = &row->record;
        enum name_flaw flaw;
        const char *code;

        if (!import_code(row, cells[PARTY_CODE], PARTY_CODE, cells[PARTY_INNER], PARTY_INNER, texts, &code,
                    &record->subject))
                return;
        record->party_name = import_label(row, cells[PARTY_NAME], PARTY_NAME, texts);
        flaw = name_check_display(slice_text(record->party_name));
        if (flaw)
                import_refuse(row, PARTY_NAME, name_flaw_word(flaw));
}

static void read_document(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct record *record = &row->record;

        record->document = import_label(row, cells[DOCUMENT], DOCUMENT, texts);
        if (!record_document_normalise(slice_text(record->document), &norm))
                import_refuse(row, DOCUMENT, "missing");
        record->document_norm = arena_text(texts, buffer_slice(&norm));
        record->authority_name = import_label(row, cells[AUTHORITY], AUTHORITY, texts);
        record->authority_code = office_code(row, cells[AUTHORITY_CODE], AUTHORITY_CODE, texts);
        record->source_code = record->authority_code;
        row->source_name = record->authority_name;
        if (cells[SOURCE_CODE].length) {
                record->source_code = office_code(row, cells[SOURCE_CODE], SOURCE_CODE, texts);
                row->source_name = import_label(row, cells[SOURCE], SOURCE, texts);
        }
        import_past_day(row, cells[DECIDED], DECIDED, tables->today, &record->decided_on);
        /* The end of publicity is a day to come, as a rule; it cannot lie before its beginning. */
        if (cells[PUBLICITY].length && (!day_parse_lenient(cells[PUBLICITY], &record->publicity_file) ||
                                               day_is_before(record->publicity_file, record->decided_on)))
                import_refuse(row, PUBLICITY, "date");
}

static void read_penalty(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        struct record *record = &row->record;
        struct slice unknown;

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
        record->remark = import_text(row, cells[REMARK], REMARK, texts);
        if (!row->is_sound)
                return;
        record->domain = domain_table_find(
                tables->domains, slice_text(record->conduct), slice_text(record->authority_name));
        record->publicity_computed = publicity_end(tables->publicity, record->decided_on, record->kinds);
}

static void read_row(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        row->record = (struct record){
                .type = RECORD_PENALTY,
                .state = "active",
                .publicity_file = DAY_NONE,
                .publicity_computed = DAY_NONE,
        };
        if (slice_equal(cells[PARTY_CLASS], slice_text("自然人")))
                import_refuse(row, PARTY_CLASS, "natural_person");
        else if (!cells[PARTY_CLASS].length)
                import_refuse(row, PARTY_CLASS, "missing");
        else if (!is_organization(cells[PARTY_CLASS]))
                import_refuse(row, PARTY_CLASS, "party_class");
        if (!row->is_sound || !is_complete(row, cells))
                return;
        read_party(cells, texts, row);
        if (row->is_sound)
                read_document(tables, cells, texts, row);
        if (row->is_sound)
                read_penalty(tables, cells, texts, row);
        if (row->is_sound)
                record_hash(&row->record, row->hash);
}

const struct import_format import_penalties_format = {
        .kind = "penalties",
        .columns = columns,
        .count = sizeof(columns) / sizeof(*columns),
        .read = read_row,
};
