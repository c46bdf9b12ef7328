/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Reports of enterprises one by one, from their packed inputs: who has which grade, who holds which certificate, which
 * food business has a file. Everybody is counted, sole proprietors too, and nobody is named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/record_detail.h"
#include "registry/core/simulation.h"
#include "registry/service/population.h"
#include "tools/report_make.h"

struct subjects {
        size_t count, room;
        char (*items)[10]; /* ascending */
};

struct counting {
        struct report_making *making;
        struct grade_inputs inputs;
        struct grade_outcome outcome;
        struct policy_scale scale;
        struct subjects permitted; /* who has a valid food permit */
};

typedef bool (*party_fn)(struct counting *counting, const struct population_party *party, struct fault *why);

/* ------------------------------------------------------------------------ parts */

static bool row_of(struct counting *counting, const struct population_party *party, struct report_row **ret, struct fault *why)
{
        const char *by = counting->making->request->by;

        if (strcmp(by, "kind") == 0)
                return report_make_row(counting->making, slice_text(party_kind_word(party->kind)), ret, why);
        return report_make_row(counting->making, strcmp(by, "industry") == 0 ? party->industry : party->township, ret, why);
}

static bool is_valid_on(const struct grade_record *record, struct day day)
{
        return !day_is_before(day, record->decided_on) &&
               (day_is_none(record->valid_through) || !day_is_before(record->valid_through, day));
}

/* population_each() takes one closure: whom to count is asked here, how is the report's. */
struct walk {
        struct counting *counting;
        party_fn count;
};

static bool on_party(void *closure, const struct population_party *party, struct fault *why)
{
        const struct walk *walk = closure;
        const char *township = walk->counting->making->request->township;

        if (township && !slice_equal(slice_text(township), party->township))
                return true;
        if (!inputs_decode(party->inputs, &walk->counting->inputs))
                return fault_set(why, FAULT_STORE, "the packed inputs of %s cannot be read: qcr-admin doctor says more",
                        party->subject);
        return walk->count(walk->counting, party, why);
}

static bool add_sources(struct report_making *making, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query, "SELECT (SELECT count(*) FROM qcr.standing), (SELECT coalesce(max(serial), 0) FROM qcr.standing),"
                           " (SELECT count(*) FROM qcr.party),"
                           " (SELECT coalesce(max(serial), 0) FROM qcr.party_version)");
        if (!link_query(making->link, &query, &rows, why))
                return false;
        report_add_source(making->report, "qcr.standing: packed inputs of every enterprise", (uint64_t)cell_number(rows, 0, 0),
                (uint64_t)cell_number(rows, 0, 1));
        report_add_source(making->report,
                "qcr.party_version: newest kind, registration, township, industry of every enterprise", (uint64_t)cell_number(rows, 0, 2), (uint64_t)cell_number(rows, 0, 3));
        PQclear(rows);
        return true;
}

static bool walk(struct counting *counting, party_fn count, struct fault *why)
{
        struct walk walk = {counting, count};

        return population_each(counting->making->link, on_party, &walk, why) && add_sources(counting->making, why);
}

static void zero(struct report_row *row, unsigned first, unsigned last)
{
        for (unsigned i = first; i <= last; i++)
                report_cell_add(&row->cells[i], 0, 0);
}

static struct counting *counting_new(struct report_making *making)
{
        struct counting *counting = must_alloc(sizeof(*counting));

        memset(counting, 0, sizeof(*counting));
        counting->making = making;
        return counting;
}

static void counting_free(struct counting *counting)
{
        free(counting->permitted.items);
        free(counting);
}

/* ----------------------------------------------------------------------- grades */

enum grades_column {
        TOTAL,
        FIRST_GRADE,
};

static void add_grade_columns(const struct policy *policy, struct report *report)
{
        for (unsigned band = 0; band < policy->bands_count; band++) {
                for (unsigned i = 0; i < policy->gates_count; i++)
                        if (policy->gates[i].of == band)
                                report_add_column(report, policy->gates[i].grade, REPORT_SHARE, policy->gates[i].grade,
                                        policy->gates[i].grade);
                report_add_column(report, policy->bands[band].grade, REPORT_SHARE, policy->bands[band].grade,
                        policy->bands[band].grade);
        }
        report_add_column(report, GRADE_UNRATED, REPORT_SHARE, policy->unrated_zh, policy->unrated_en);
}

static void count_grade(struct report_row *row, unsigned grades, unsigned place, bool has_ended)
{
        report_cell_add(&row->cells[TOTAL], 1, 0);
        for (unsigned i = 0; i < grades; i++)
                report_cell_add(&row->cells[FIRST_GRADE + i], i == place, 1);
        report_cell_add(&row->cells[FIRST_GRADE + grades], has_ended, 0);
}

static bool on_grade(struct counting *counting, const struct population_party *party, struct fault *why)
{
        struct report_making *making = counting->making;
        bool has_ended = party->registration != REGISTRATION_ACTIVE;
        struct report_row *row;
        unsigned place;

        if (!row_of(counting, party, &row, why))
                return false;
        grade_evaluate(making->policy, &counting->inputs, making->report->day, &counting->outcome);
        place = policy_scale_place(&counting->scale, counting->outcome.grade);
        count_grade(row, counting->scale.count, place, has_ended);
        count_grade(&making->report->total, counting->scale.count, place, has_ended);
        return true;
}

bool report_make_grades(struct report_making *making, struct fault *why)
{
        struct counting *counting = counting_new(making);
        struct report *report = making->report;
        bool done;

        policy_scale(making->policy, &counting->scale);
        report_add_column(report, "total", REPORT_COUNT, "主体数", "enterprises");
        add_grade_columns(making->policy, report);
        report->plot = REPORT_PLOT_STACK;
        report->plot_first = FIRST_GRADE;
        report->plot_last = report->columns_count - 1;
        report_add_column(report, "ended", REPORT_COUNT, "其中已注销、吊销", "of these struck off");
        zero(&report->total, TOTAL, report->columns_count - 1);
        done = walk(counting, on_grade, why);
        counting_free(counting);
        report_define(report, "主体：平台登记的全部主体，含已注销、吊销的；占比的分母是本行主体数，千分数向下取整",
                "enterprises: all that the registry has, those struck off too; a share is of its row's enterprises, per mille"
                " rounded down");
        report_define(report, "等级：按现行评价标准对该日逐一评定，所用记录为平台现有且至该日已作出的；未评价单列",
                "grade: of each enterprise on the day under the policy in force, from what the registry has now and was decided by"
                " then; unrated is a column of its own");
        return done;
}

/* ----------------------------------------------------------------- certificates */

enum certificates_column {
        CERTIFICATES,
        HOLDERS,
        COVERAGE,
        ENDING,
        CERTIFICATES_TARGET, /* and met */
};

static const char *kind_word(enum certificate_kind kind)
{
        return kind == CERTIFICATE_NONE ? "other" : certificate_kind_word(kind);
}

static bool counts_for(const struct counting *counting, enum certificate_kind kind, struct slice industry)
{
        const struct report_denominator *denominator = report_config_denominator(counting->making->request->config, kind);

        return !denominator || report_texts_begin(&denominator->industries, industry);
}

/* How many an enterprise holds on the day, and how many of these end soon. */
struct holding {
        uint64_t certificates, ending;
};

static void reckon_holdings(const struct counting *counting, struct holding of[CERTIFICATE_LAST + 1], struct holding *ret_all)
{
        struct day day = counting->making->report->day;
        struct day soon = day_add(day, counting->making->request->config->ending_days);

        for (uint32_t i = 0; i < counting->inputs.count; i++) {
                const struct grade_record *record = &counting->inputs.records[i];
                bool is_ending;

                if (record->type != RECORD_CERTIFICATE || !is_valid_on(record, day))
                        continue;
                is_ending = !day_is_none(record->valid_through) && !day_is_before(soon, record->valid_through);
                of[record->certificate].certificates++;
                of[record->certificate].ending += is_ending;
                ret_all->certificates++;
                ret_all->ending += is_ending;
        }
}

static void count_holding(struct report_row *row, const struct holding *holding, bool is_of_denominator)
{
        report_cell_add(&row->cells[CERTIFICATES], holding->certificates, 0);
        report_cell_add(&row->cells[HOLDERS], holding->certificates > 0, 0);
        report_cell_add(&row->cells[COVERAGE], is_of_denominator && holding->certificates, is_of_denominator);
        report_cell_add(&row->cells[ENDING], holding->ending, 0);
}

static bool on_holder(struct counting *counting, const struct population_party *party, struct fault *why)
{
        struct report_making *making = counting->making;
        struct holding of[CERTIFICATE_LAST + 1] = {{0, 0}}, all = {0, 0};
        struct report_row *row;

        if (party->registration != REGISTRATION_ACTIVE)
                return true;
        reckon_holdings(counting, of, &all);
        count_holding(&making->report->total, &all, true);
        if (strcmp(making->request->by, "certificate") != 0) {
                if (!row_of(counting, party, &row, why))
                        return false;
                count_holding(row, &all, true);
                return true;
        }
        for (unsigned kind = CERTIFICATE_NONE; kind <= CERTIFICATE_LAST; kind++) {
                if (!report_make_row(making, slice_text(kind_word((enum certificate_kind)kind)), &row, why))
                        return false;
                count_holding(row, &of[kind], counts_for(counting, (enum certificate_kind)kind, party->industry));
        }
        return true;
}

static void define_denominators(struct report *report, const struct report_config *config)
{
        for (unsigned i = 0; i < config->denominators_count; i++) {
                const struct report_denominator *denominator = &config->denominators[i];
                CLEANUP(buffer) struct buffer codes = BUFFER_INIT;
                CLEANUP(buffer) struct buffer zh = BUFFER_INIT;
                CLEANUP(buffer) struct buffer en = BUFFER_INIT;

                for (unsigned j = 0; j < denominator->industries.count; j++)
                        buffer_add_format(&codes, "%s%s", j ? " " : "", denominator->industries.texts[j]);
                buffer_add_format(&zh, "%s 的分母：在业主体中行业代码以 %s 开头者", kind_word(denominator->certificate),
                        buffer_text(&codes));
                buffer_add_format(&en, "coverage of %s: of standing enterprises whose industry begins with %s",
                        kind_word(denominator->certificate), buffer_text(&codes));
                report_define(report, buffer_text(&zh), buffer_text(&en));
        }
}

static void define_certificates(struct report_making *making)
{
        CLEANUP(buffer) struct buffer zh = BUFFER_INIT;
        CLEANUP(buffer) struct buffer en = BUFFER_INIT;
        struct report *report = making->report;

        report_define(report, "有效：发证日期不晚于该日、有效期至不早于该日的证书记录；没有有效期的一直有效；已撤回的不计",
                "valid: records of certificates issued by the day that do not end before it; without an end they are for good;"
                " withdrawn ones are not counted");
        report_define(report, "覆盖率：持有至少一张有效证书的在业主体/在业主体；在业即未注销、未吊销",
                "coverage: standing enterprises with at least one valid certificate of standing enterprises; standing is neither"
                " deregistered nor revoked");
        buffer_add_format(&zh, "将到期：有效证书中该日起%d天内到期的张数", (int)making->request->config->ending_days);
        buffer_add_format(&en, "ending: valid certificates whose last day is within %d days of the day",
                (int)making->request->config->ending_days);
        report_define(report, buffer_text(&zh), buffer_text(&en));
        if (strcmp(making->request->by, "certificate") == 0)
                define_denominators(report, making->request->config);
        report_define_targets(making, "certificates");
}

bool report_make_certificates(struct report_making *making, struct fault *why)
{
        struct counting *counting = counting_new(making);
        struct report *report = making->report;
        char indicator[REPORT_INDICATOR + 16];
        bool done;

        report_add_column(report, "certificates", REPORT_COUNT, "有效证书", "valid certificates");
        report_add_column(report, "holders", REPORT_COUNT, "持证主体", "holders");
        report->plot = REPORT_PLOT_RATE;
        report->plot_first = report->plot_last =
                report_add_column(report, "coverage", REPORT_SHARE, "覆盖率", "coverage");
        report_add_column(report, "ending", REPORT_COUNT, "将到期证书", "ending soon");
        report_add_target_columns(report);
        zero(&report->total, CERTIFICATES, ENDING);
        done = walk(counting, on_holder, why);
        counting_free(counting);
        for (size_t i = 0; i < report->rows_count && strcmp(making->request->by, "certificate") == 0; i++) {
                snprintf(indicator, sizeof(indicator), "certificates.%s", report->rows[i].key);
                report_meet(making, &report->rows[i], COVERAGE, CERTIFICATES_TARGET, indicator, making->request->year);
        }
        define_certificates(making);
        return done;
}

/* ------------------------------------------------------------------------- food */

enum food_column {
        LICENSED,
        FILES,
        FOOD_TARGET, /* and met */
};

static int compare_subjects(const void *a, const void *b)
{
        return strcmp(a, b);
}

/* A permit's title stands in its details. */
static bool on_permit(void *closure, const PGresult *row, struct fault *why)
{
        struct counting *counting = closure;
        struct subjects *to = &counting->permitted;
        struct slice title;

        (void)why;
        if (!record_details_get(slice_of(cell_text(row, 0, 1), (size_t)PQgetlength(row, 0, 1)), "title", &title) ||
                !report_texts_are_in(&counting->making->request->config->food_permits, title))
                return true;
        if (to->count == to->room) {
                to->room = to->room ? 2 * to->room : 256;
                to->items = must_resize(to->items, to->room * sizeof(*to->items));
        }
        snprintf(to->items[to->count++], sizeof(*to->items), "%s", cell_text(row, 0, 0));
        return true;
}

static bool read_permits(struct counting *counting, struct fault *why)
{
        struct query query;

        query_init(&query,
                "SELECT r.subject, b.details FROM (SELECT DISTINCT ON (subject, authority_code, document_norm) *"
                "  FROM qcr.record WHERE type = 'permit' ORDER BY subject, authority_code, document_norm, version DESC) r"
                " JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
                " WHERE r.state = 'active' AND r.decided_on <= $1::date"
                " AND (r.valid_through IS NULL OR r.valid_through >= $1::date)");
        query_day(&query, counting->making->report->day);
        if (!link_each(counting->making->link, &query, on_permit, counting, why))
                return false;
        if (counting->permitted.count)
                qsort(counting->permitted.items, counting->permitted.count, sizeof(*counting->permitted.items),
                        compare_subjects);
        return true;
}

static bool is_food_business(const struct counting *counting, const struct population_party *party)
{
        const struct report_config *config = counting->making->request->config;
        const struct subjects *permitted = &counting->permitted;

        if (report_texts_begin(&config->food_industries, party->industry) ||
                (permitted->count && bsearch(party->subject, permitted->items, permitted->count, sizeof(*permitted->items),
                                             compare_subjects)))
                return true;
        for (uint32_t i = 0; i < counting->inputs.count; i++) {
                const struct grade_record *record = &counting->inputs.records[i];

                if (record->type == RECORD_CERTIFICATE && config->food_certificates[record->certificate] &&
                        is_valid_on(record, counting->making->report->day))
                        return true;
        }
        return false;
}

static bool has_file(const struct counting *counting)
{
        const struct report_config *config = counting->making->request->config;
        int32_t count = 0;

        for (uint32_t i = 0; i < counting->inputs.count; i++)
                count += config->file_types[counting->inputs.records[i].type] &&
                         !day_is_before(counting->making->report->day, counting->inputs.records[i].decided_on);
        return count >= config->file_least;
}

static bool on_food(struct counting *counting, const struct population_party *party, struct fault *why)
{
        struct report_row *total = &counting->making->report->total, *row;
        bool is_filed;

        if (party->registration != REGISTRATION_ACTIVE || !is_food_business(counting, party))
                return true;
        if (!row_of(counting, party, &row, why))
                return false;
        is_filed = has_file(counting);
        report_cell_add(&row->cells[LICENSED], 1, 0);
        report_cell_add(&row->cells[FILES], is_filed, 1);
        report_cell_add(&total->cells[LICENSED], 1, 0);
        report_cell_add(&total->cells[FILES], is_filed, 1);
        return true;
}

static void add_texts(const struct report_texts *texts, struct buffer *to)
{
        for (unsigned i = 0; i < texts->count; i++)
                buffer_add_format(to, "%s%s", i ? " " : "", texts->texts[i]);
        if (!texts->count)
                buffer_add_text(to, "-");
}

static void add_certificates(const struct report_config *config, struct buffer *to)
{
        bool is_none = true;

        for (unsigned kind = CERTIFICATE_NONE + 1; kind <= CERTIFICATE_LAST; kind++)
                if (config->food_certificates[kind]) {
                        buffer_add_format(to, "%s%s", is_none ? "" : " ", kind_word((enum certificate_kind)kind));
                        is_none = false;
                }
        if (is_none)
                buffer_add_text(to, "-");
}

static void define_food(struct report_making *making)
{
        const struct report_config *config = making->request->config;
        CLEANUP(buffer) struct buffer zh = BUFFER_INIT;
        CLEANUP(buffer) struct buffer en = BUFFER_INIT;
        CLEANUP(buffer) struct buffer types = BUFFER_INIT;

        buffer_add_text(&zh, "食品主体：在业主体中，有名称含下列词语的有效许可：");
        add_texts(&config->food_permits, &zh);
        buffer_add_text(&zh, "；或有下列有效证书：");
        add_certificates(config, &zh);
        buffer_add_text(&zh, "；或行业代码以下列开头：");
        add_texts(&config->food_industries, &zh);
        buffer_add_text(&en, "food businesses: standing enterprises with a valid permit whose title has one of: ");
        add_texts(&config->food_permits, &en);
        buffer_add_text(&en, "; or a valid certificate: ");
        add_certificates(config, &en);
        buffer_add_text(&en, "; or whose industry begins with: ");
        add_texts(&config->food_industries, &en);
        report_define(making->report, buffer_text(&zh), buffer_text(&en));
        for (unsigned type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++)
                if (config->file_types[type])
                        buffer_add_format(&types, "%s%s", types.length ? " " : "", record_type_word((enum record_type)type));
        buffer_clear(&zh);
        buffer_clear(&en);
        buffer_add_format(&zh, "已建档：至该日至少有%d条下列类型的记录（《食品安全法》第一百一十三条），已撤回、已修复的不计：%s",
                (int)config->file_least, buffer_text(&types));
        buffer_add_format(&en, "with a file: at least %d record(s) decided by the day (Food Safety Law art. 113), neither withdrawn"
                               " nor repaired, of the types: %s", (int)config->file_least, buffer_text(&types));
        report_define(making->report, buffer_text(&zh), buffer_text(&en));
        report_define_targets(making, "food");
}

bool report_make_food(struct report_making *making, struct fault *why)
{
        struct counting *counting = counting_new(making);
        struct report *report = making->report;
        bool done;

        report_add_column(report, "licensed", REPORT_COUNT, "食品主体", "food businesses");
        report->plot = REPORT_PLOT_RATE;
        report->plot_first = report->plot_last = report_add_column(report, "files", REPORT_SHARE, "建档率", "with a file");
        report_add_target_columns(report);
        zero(&report->total, LICENSED, FILES);
        done = read_permits(counting, why) && walk(counting, on_food, why);
        counting_free(counting);
        for (size_t i = 0; i < report->rows_count; i++)
                report_meet(making, &report->rows[i], FILES, FOOD_TARGET, "food", making->request->year);
        report_meet(making, &report->total, FILES, FOOD_TARGET, "food", making->request->year);
        define_food(making);
        return done;
}
