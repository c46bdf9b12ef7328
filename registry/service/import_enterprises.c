/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Enterprises as the registration authority lists them: who there is, what they are called, whether they
 * stand.
 */
#include <string.h>

#include "registry/core/name.h"
#include "registry/service/import_row.h"

enum column { CODE, INNER, NAME, KIND, REGION, TOWNSHIP, INDUSTRY, STATE, ESTABLISHED };

static const struct import_column columns[] = {
        [CODE] = {"统一社会信用代码", IMPORT_REQUIRED},
        [INNER] = {"组织机构代码", 0},
        [NAME] = {"名称", IMPORT_REQUIRED},
        [KIND] = {"类型", IMPORT_REQUIRED},
        [REGION] = {"行政区划", IMPORT_REQUIRED},
        [TOWNSHIP] = {"乡镇", 0},
        [INDUSTRY] = {"行业", 0},
        [STATE] = {"状态", IMPORT_REQUIRED},
        [ESTABLISHED] = {"成立日期", 0},
};

struct word {
        const char *zh;
        const char *word;
};

static const struct word kinds[] = {
        {"企业", "enterprise"},
        {"个体工商户", "sole-proprietor"},
        {"农民专业合作社", "cooperative"},
        {"事业单位", "institution"},
        {"机关", "institution"},
        {"社会组织", "social"},
        {"社会团体", "social"},
        {"民办非企业单位", "social"},
        {"基金会", "social"},
        {"其他", "other"},
        {NULL, NULL},
};

static const struct word states[] = {
        {"存续", "active"},
        {"在业", "active"},
        {"开业", "active"},
        {"注销", "deregistered"},
        {"吊销", "revoked"},
        {"吊销，未注销", "revoked"},
        {NULL, NULL},
};

static const char *word_of(const struct word *words, struct slice zh)
{
        for (; words->zh; words++)
                if (slice_equal(zh, slice_text(words->zh)))
                        return words->word;
        return NULL;
}

static bool is_region(struct slice cell)
{
        for (size_t i = 0; i < cell.length; i++)
                if (cell.data[i] < '0' || cell.data[i] > '9')
                        return false;
        return cell.length == 6;
}

static void read_name(const struct slice *cells, struct arena *texts, struct import_row *row)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        enum name_flaw flaw;

        row->party.name = import_label(row, cells[NAME], NAME, texts);
        flaw = name_check_display(slice_text(row->party.name));
        if (!flaw)
                flaw = name_normalise(slice_text(row->party.name), &norm);
        if (flaw)
                import_refuse(row, NAME, name_flaw_word(flaw));
        row->name_norm = arena_text(texts, buffer_slice(&norm));
}

static void read_row(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
        struct import_row *row)
{
        struct party *party = &row->party;

        party->established_on = DAY_NONE;
        for (unsigned i = 0; i < sizeof(columns) / sizeof(*columns); i++)
                if ((columns[i].flags & IMPORT_REQUIRED) && !cells[i].length)
                        import_refuse(row, (int)i, "missing");
        if (!row->is_sound)
                return;
        if (!import_code(row, cells[CODE], CODE, cells[INNER], INNER, texts, &party->code, &party->subject))
                return;
        read_name(cells, texts, row);
        party->kind = word_of(kinds, cells[KIND]);
        if (!party->kind)
                import_refuse(row, KIND, "party_kind");
        party->registration = word_of(states, cells[STATE]);
        if (!party->registration)
                import_refuse(row, STATE, "registration");
        if (!is_region(cells[REGION]))
                import_refuse(row, REGION, "region");
        party->region = arena_text(texts, cells[REGION]);
        party->township = import_label(row, cells[TOWNSHIP], TOWNSHIP, texts);
        party->industry = import_label(row, cells[INDUSTRY], INDUSTRY, texts);
        if (cells[ESTABLISHED].length)
                import_past_day(row, cells[ESTABLISHED], ESTABLISHED, tables->today, &party->established_on);
        if (row->is_sound)
                party_hash(party, row->hash);
}

const struct import_format import_enterprises_format = {
        .kind = "enterprises",
        .columns = columns,
        .count = sizeof(columns) / sizeof(*columns),
        .read = read_row,
};
