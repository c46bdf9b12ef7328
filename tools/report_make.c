/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/report_make.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/policy_source.h"
#include "tools/report_words.h"

#define EVERY_TYPE                                                                                                           \
        "{penalty,sampling,recall,complaint,accident,certificate,award,commitment,breach,brand,permit,acceptance,"           \
        "inspection,survey,assessment}"

const struct report_kind report_kinds[] = {
        {"grades", "质量信用等级分布", "Grades of quality credit", {"township", "kind", "industry"}, EVERY_TYPE, report_make_grades},
        {"sampling", "产品质量监督抽查合格率", "Pass rate of sampled batches",
                {"township", "product", "level", "class", "year"}, "{sampling}", report_make_sampling},
        {"certificates", "认证、许可证书覆盖率", "Coverage of certificates", {"certificate", "township", "industry", "kind"},
                "{certificate}", report_make_certificates},
        {"food", "食品安全信用档案建档率", "Food-safety credit files", {"township", "industry", "kind"}, EVERY_TYPE, report_make_food},
        {"brands", "品牌与质量奖", "Brands and awards", {"township", "brand", "level", "year"}, "{brand,award}", report_make_brands},
};
const unsigned report_kinds_count = sizeof(report_kinds) / sizeof(report_kinds[0]);

const struct report_kind *report_kind_find(const char *word)
{
        for (unsigned i = 0; i < report_kinds_count; i++)
                if (strcmp(report_kinds[i].word, word) == 0)
                        return &report_kinds[i];
        return NULL;
}

bool report_kind_has(const struct report_kind *kind, const char *by)
{
        for (unsigned i = 0; i < REPORT_DIMENSIONS_MAX && kind->by[i]; i++)
                if (strcmp(kind->by[i], by) == 0)
                        return true;
        return false;
}

/* ------------------------------------------------------------------------ parts */

static int32_t year_of(struct day day)
{
        int year, month, date;

        day_parts(day, &year, &month, &date);
        return year;
}

struct day report_day_of(const struct report_request *request, int32_t year)
{
        struct day last = DAY_NONE;

        if (year >= year_of(request->today) || !day_of(year, 12, 31, &last))
                return request->today;
        return last;
}

bool report_make_row(struct report_making *making, struct slice key, struct report_row **ret, struct fault *why)
{
        struct report *report = making->report;
        const char *zh, *en;

        *ret = report_row(report, key);
        if (!*ret)
                return fault_set(why, FAULT_LIMIT, "there are more than %u rows by %s: another dimension will do",
                        REPORT_ROWS_MAX, report->by);
        if (!(*ret)->words.zh && report_key_words(making->request->config, report->by, key, &zh, &en))
                report_set_words(&(*ret)->words, zh, en);
        return true;
}

void report_add_target_columns(struct report *report)
{
        report_add_column(report, "target", REPORT_PER_MILLE, "目标", "target");
        report_add_column(report, "met", REPORT_ANSWER, "达标", "met");
}

void report_meet(const struct report_making *making, struct report_row *row, unsigned share, unsigned column,
        const char *indicator, int32_t year)
{
        const struct report_target *target = report_config_target(making->request->config, indicator, year);

        if (!target || !target->is_set)
                return;
        report_cell_add(&row->cells[column], (uint64_t)target->value, 0);
        if (row->cells[share].is_set && row->cells[share].of)
                report_cell_add(&row->cells[column + 1], report_reaches(&row->cells[share], (uint64_t)target->value), 0);
}

static void define_target(struct report *report, const struct report_target *target)
{
        CLEANUP(buffer) struct buffer zh = BUFFER_INIT;
        CLEANUP(buffer) struct buffer en = BUFFER_INIT;
        bool is_count = strncmp(target->indicator, "brands", 6) == 0 || strncmp(target->indicator, "awards", 6) == 0;

        if (report->definitions_count == REPORT_NOTES_MAX)
                return;
        buffer_add_format(&zh, "目标 %s，%d年，%s：", target->indicator, (int)target->year, target->whose);
        buffer_add_format(&en, "target %s, %d, of %s: ", target->indicator, (int)target->year, target->whose);
        if (target->is_set) {
                buffer_add_format(&zh, "%d%s", (int)target->value, is_count ? "" : "‰");
                buffer_add_format(&en, "%d%s", (int)target->value, is_count ? "" : " per mille");
        } else {
                buffer_add_text(&zh, "未定数值");
                buffer_add_text(&en, "no number is set");
        }
        buffer_add_format(&zh, "；来源：%s", target->source);
        buffer_add_format(&en, "; source: %s", target->source);
        report_define(report, buffer_text(&zh), buffer_text(&en));
}

void report_define_targets(struct report_making *making, const char *indicator)
{
        const struct report_config *config = making->request->config;
        bool is_by_year = strcmp(making->request->by, "year") == 0;
        size_t length = strlen(indicator);

        for (unsigned i = 0; i < config->targets_count; i++) {
                const struct report_target *target = &config->targets[i];
                bool is_of_it = strncmp(target->indicator, indicator, length) == 0 &&
                                (!target->indicator[length] || target->indicator[length] == '.');

                if (is_of_it && (target->year == making->request->year || (is_by_year && target->year < making->request->year &&
                                                                                  target->year >= making->first_year)))
                        define_target(making->report, target);
        }
}

/* ------------------------------------------------------------------------- whole */

static bool read_state(struct report_making *making, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query, "SELECT h.serial, s.origin, (SELECT min(decided_on) FROM qcr.record WHERE type = ANY ($1::text[]))"
                           " FROM qcr.ledger_head h, qcr.system s");
        query_text(&query, making->request->kind->types);
        if (!link_query(making->link, &query, &rows, why))
                return false;
        making->report->serial = (uint64_t)cell_number(rows, 0, 0);
        making->report->origin = must_copy_text(cell_text(rows, 0, 1));
        making->first_year = cell_is_null(rows, 0, 2) ? year_of(making->request->today) : year_of(cell_day(rows, 0, 2));
        PQclear(rows);
        return true;
}

static bool township_is_known(struct report_making *making, struct fault *why)
{
        const char *township = making->request->township;
        struct query query;
        PGresult *rows;
        bool is_known;

        if (!township)
                return true;
        query_init(&query, "SELECT EXISTS (SELECT FROM qcr.party_version WHERE township = $1::text)");
        query_text(&query, township);
        if (!link_query(making->link, &query, &rows, why))
                return false;
        is_known = cell_bool(rows, 0, 0);
        PQclear(rows);
        return is_known || fault_set(why, FAULT_INPUT, "--township %.100s: no enterprise is or was there", township);
}

static void set_head(struct report_making *making)
{
        const struct report_request *request = making->request;
        struct report *report = making->report;
        const char *zh, *en;

        snprintf(report->kind, sizeof(report->kind), "%s", request->kind->word);
        snprintf(report->by, sizeof(report->by), "%s", request->by);
        report->township = request->township ? must_copy_text(request->township) : NULL;
        report->year = request->year;
        report->day = report_day_of(request, request->year);
        snprintf(report->policy_id, sizeof(report->policy_id), "%s", making->policy->id);
        report->policy_version = making->policy->version;
        memcpy(report->policy_hash, making->policy->hash, sizeof(report->policy_hash));
        memcpy(report->configuration, request->config->hash, sizeof(report->configuration));
        report_set_words(&report->title, request->kind->zh, request->kind->en);
        report_dimension_words(request->by, &zh, &en);
        report_set_words(&report->dimension, zh, en);
}

static bool make(struct report_making *making, struct fault *why)
{
        const struct report_request *request = making->request;

        if (!link_begin_snapshot(making->link, why) || !read_state(making, why) || !township_is_known(making, why))
                return false;
        if (request->year < making->first_year)
                return fault_set(why, FAULT_INPUT, "--year %d: the registry has no data of that year; the first is %d",
                        (int)request->year, (int)making->first_year);
        if (!policy_source_active(making->link, making->policy, NULL, why))
                return false;
        set_head(making);
        return request->kind->make(making, why);
}

bool report_make(struct link *link, const struct report_request *request, struct report *ret, struct fault *why)
{
        struct report_making making = {
                .request = request,
                .link = link,
                .policy = must_alloc(sizeof(*making.policy)),
                .report = ret,
        };
        bool done;

        report_init(ret);
        done = make(&making, why);
        link_rollback(link);
        free(making.policy);
        return done;
}
