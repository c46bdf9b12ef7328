/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record_detail.h"

#include <string.h>

#include "registry/core/calendar.h"
#include "registry/core/lines.h"
#include "registry/core/name.h"
#include "registry/core/org_code.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define TEXT(name, need, zh, en) name, DETAIL_TEXT, need, zh, en, NULL, 0
#define MARK(name, need, zh, en) name, DETAIL_MARK, need, zh, en, NULL, 0
#define DAY(name, need, zh, en) name, DETAIL_DAY, need, zh, en, NULL, 0
#define CODE(name, need, zh, en) name, DETAIL_CODE, need, zh, en, NULL, 0
#define NUMBER(name, need, most, zh, en) name, DETAIL_NUMBER, need, zh, en, NULL, most
#define WORD(name, need, words, zh, en) name, DETAIL_WORD, need, zh, en, words, 0
#define NEEDED true
#define OPTIONAL false

/*
 * By type, each in the order people read them. Lines that are stored and hashed stand in this order: a new one goes
 * where it belongs and changes no old line, but none is renamed, moved or made necessary once records have it.
 */
static const struct record_detail table[] = {
        /* 监督抽查: what was taken, where, by which level; then what may follow (产品质量法 arts. 15, 17). */
        {RECORD_SAMPLING, MARK("batch", NEEDED, "批次", "batch")},
        {RECORD_SAMPLING, TEXT("product", NEEDED, "产品名称", "product")},
        {RECORD_SAMPLING, TEXT("spec", OPTIONAL, "规格型号", "specification")},
        {RECORD_SAMPLING, WORD("place", NEEDED, "production circulation", "抽样环节", "taken in")},
        {RECORD_SAMPLING, WORD("level", NEEDED, "national provincial municipal county", "抽查级别", "level")},
        {RECORD_SAMPLING, TEXT("standard", OPTIONAL, "检验依据", "tested under")},
        {RECORD_SAMPLING, TEXT("item", OPTIONAL, "不合格项目", "failed item")},
        {RECORD_SAMPLING, DAY("notified_on", OPTIONAL, "结果送达日期", "told on")},
        {RECORD_SAMPLING, WORD("retest", OPTIONAL, "asked upheld overturned", "复检", "re-test")},
        {RECORD_SAMPLING, DAY("retest_on", OPTIONAL, "复检日期", "re-tested on")},
        {RECORD_SAMPLING, DAY("rectify_by", OPTIONAL, "整改期限", "to be put right by")},
        {RECORD_SAMPLING, DAY("announced_on", OPTIONAL, "公告日期", "announced on")},
        {RECORD_SAMPLING, WORD("review", OPTIONAL, "pass fail", "复查结果", "review")},
        {RECORD_SAMPLING, DAY("review_on", OPTIONAL, "复查日期", "reviewed on")},

        {RECORD_RECALL, TEXT("product", NEEDED, "产品名称", "product")},
        {RECORD_RECALL, MARK("batch", OPTIONAL, "批次", "batch")},
        {RECORD_RECALL, TEXT("reason", NEEDED, "召回原因", "reason")},
        {RECORD_RECALL, WORD("mode", NEEDED, "voluntary ordered", "召回方式", "mode")},
        {RECORD_RECALL, NUMBER("level", OPTIONAL, 3, "召回级别", "level")},
        {RECORD_RECALL, NUMBER("quantity", OPTIONAL, 0, "召回数量", "quantity")},
        {RECORD_RECALL, DAY("completed_on", OPTIONAL, "完成日期", "completed on")},

        {RECORD_COMPLAINT, TEXT("matter", NEEDED, "投诉事项", "matter")},
        {RECORD_COMPLAINT, DAY("received_on", NEEDED, "受理日期", "received on")},
        {RECORD_COMPLAINT, TEXT("settlement", OPTIONAL, "处理结果", "settlement")},

        {RECORD_ACCIDENT, TEXT("matter", NEEDED, "事故情况", "what happened")},
        {RECORD_ACCIDENT, DAY("occurred_on", NEEDED, "发生日期", "happened on")},
        {RECORD_ACCIDENT, WORD("class", OPTIONAL, "general larger major extraordinary", "事故等级", "class")},
        {RECORD_ACCIDENT, TEXT("place", OPTIONAL, "地点", "place")},
        {RECORD_ACCIDENT, NUMBER("deaths", OPTIONAL, 0, "死亡人数", "deaths")},
        {RECORD_ACCIDENT, NUMBER("injured", OPTIONAL, 0, "受伤人数", "injured")},
        {RECORD_ACCIDENT, NUMBER("loss_fen", OPTIONAL, 0, "直接经济损失（分）", "loss in fen")},

        {RECORD_CERTIFICATE, MARK("number", NEEDED, "证书编号", "number")},
        {RECORD_CERTIFICATE, TEXT("body", NEEDED, "发证机构", "certification body")},
        {RECORD_CERTIFICATE, TEXT("scope", NEEDED, "认证范围", "scope")},
        {RECORD_CERTIFICATE, TEXT("standard", OPTIONAL, "认证依据", "standard")},

        {RECORD_AWARD, TEXT("title", NEEDED, "奖项名称", "title")},
        {RECORD_AWARD, WORD("level", NEEDED, "national provincial municipal county", "级别", "level")},
        {RECORD_AWARD, NUMBER("year", OPTIONAL, 9999, "年度", "year")},
        {RECORD_AWARD, TEXT("project", OPTIONAL, "获奖项目", "for")},

        {RECORD_COMMITMENT, TEXT("matter", NEEDED, "承诺事项", "what is promised")},
        {RECORD_COMMITMENT, WORD("mode", NEEDED, "voluntary licensing repair", "承诺类型", "mode")},
        {RECORD_COMMITMENT, DAY("published_on", OPTIONAL, "公开日期", "published on")},

        {RECORD_BREACH, TEXT("matter", NEEDED, "违诺事项", "what was not kept")},
        {RECORD_BREACH, MARK("commitment", NEEDED, "承诺书文号", "the commitment's number")},

        {RECORD_BRAND, TEXT("title", NEEDED, "品牌名称", "name")},
        {RECORD_BRAND, WORD("kind", NEEDED, "famous-product known-mark geographic old-brand regional", "品牌类别", "kind")},
        {RECORD_BRAND, WORD("level", NEEDED, "national provincial municipal county", "级别", "level")},
        {RECORD_BRAND, TEXT("product", OPTIONAL, "产品名称", "product")},

        /* Who granted it is the record's authority; the kinds are those of 双公示. */
        {RECORD_PERMIT, MARK("number", NEEDED, "许可编号", "number")},
        {RECORD_PERMIT,
                WORD("kind", NEEDED, "ordinary concession recognition approval registration other", "许可类别", "kind")},
        {RECORD_PERMIT, TEXT("title", NEEDED, "许可证书名称", "title")},
        {RECORD_PERMIT, TEXT("scope", OPTIONAL, "许可内容", "scope")},

        {RECORD_ACCEPTANCE, TEXT("project", NEEDED, "工程名称", "project")},
        {RECORD_ACCEPTANCE, MARK("permit", NEEDED, "施工许可证号", "construction permit")},
        {RECORD_ACCEPTANCE,
                WORD("role", NEEDED, "owner survey design construction supervision testing", "参建角色", "role")},
        {RECORD_ACCEPTANCE, WORD("first_time", NEEDED, "yes no", "一次验收合格", "accepted the first time")},
        {RECORD_ACCEPTANCE, TEXT("defect", OPTIONAL, "质量缺陷", "defect")},

        {RECORD_INSPECTION, WORD("kind", NEEDED, "routine random monitoring emission", "检查类别", "kind")},
        {RECORD_INSPECTION, TEXT("matter", NEEDED, "检查事项", "what was inspected")},
        {RECORD_INSPECTION, TEXT("plan", OPTIONAL, "抽查计划编号", "plan")},
        {RECORD_INSPECTION, TEXT("item", OPTIONAL, "问题", "failed item")},
        {RECORD_INSPECTION, TEXT("measured", OPTIONAL, "监测值", "measured")},
        {RECORD_INSPECTION, TEXT("limit", OPTIONAL, "标准限值", "limit")},
        {RECORD_INSPECTION, DAY("rectify_by", OPTIONAL, "整改期限", "to be put right by")},

        {RECORD_SURVEY, NUMBER("score", NEEDED, 100, "满意度得分", "score")},
        {RECORD_SURVEY, NUMBER("sample", NEEDED, 0, "样本量", "answers")},
        {RECORD_SURVEY, TEXT("agency", NEEDED, "测评机构", "surveyed by")},
        {RECORD_SURVEY, TEXT("method", OPTIONAL, "测评方法", "method")},

        /* An assessment is its agency's word, and says whose, and measured by what. */
        {RECORD_ASSESSMENT, TEXT("agency", NEEDED, "评价机构", "agency")},
        {RECORD_ASSESSMENT, CODE("agency_code", NEEDED, "评价机构代码", "its code")},
        {RECORD_ASSESSMENT, TEXT("standard", NEEDED, "评价标准", "standard")},
        {RECORD_ASSESSMENT, TEXT("rating", NEEDED, "评价结果", "rating")},
        {RECORD_ASSESSMENT, TEXT("scale", OPTIONAL, "等级序列", "scale")},
};

const struct record_detail *record_details_of(enum record_type type, size_t *ret_count)
{
        size_t first = 0, end;

        while (first < COUNT(table) && table[first].type != type)
                first++;
        for (end = first; end < COUNT(table) && table[end].type == type;)
                end++;
        *ret_count = end - first;
        return first < end ? &table[first] : NULL;
}

const struct record_detail *record_detail_find(enum record_type type, struct slice name)
{
        size_t count;
        const struct record_detail *details = record_details_of(type, &count);

        for (size_t i = 0; i < count; i++)
                if (slice_equal(slice_text(details[i].name), name))
                        return &details[i];
        return NULL;
}

/* ------------------------------------------------------------------- values */

static bool is_one_of(const char *words, struct slice value)
{
        while (*words) {
                size_t length = strcspn(words, " ");

                if (slice_equal(slice_of(words, length), value))
                        return true;
                words += length + strspn(words + length, " ");
        }
        return false;
}

static bool is_of_form(const struct record_detail *detail, struct slice value)
{
        struct org_code code;
        struct day day;
        uint64_t number;

        switch (detail->form) {
        case DETAIL_TEXT:
        case DETAIL_MARK: return value.length <= RECORD_DETAIL_OCTETS && name_check_display(value) == NAME_SOUND;
        case DETAIL_DAY: return day_parse(value, &day);
        case DETAIL_NUMBER: return number_parse(value, &number) && (!detail->most || number <= detail->most);
        case DETAIL_WORD: return is_one_of(detail->words, value);
        case DETAIL_CODE: return org_code_parse_canonical(value, &code);
        }
        return false;
}

static void add_words(const char *words, struct buffer *to)
{
        for (; *words; words++) {
                if (*words == ' ')
                        buffer_add_text(to, ", ");
                else
                        buffer_add_u8(to, (uint8_t)*words);
        }
}

void record_detail_describe(const struct record_detail *detail, struct buffer *to)
{
        switch (detail->form) {
        case DETAIL_TEXT:
        case DETAIL_MARK: buffer_add_format(to, "one line of text, at most %u octets", RECORD_DETAIL_OCTETS); break;
        case DETAIL_DAY: buffer_add_text(to, "a day like 2026-11-02"); break;
        case DETAIL_NUMBER:
                buffer_add_text(to, "a whole number");
                if (detail->most)
                        buffer_add_format(to, ", at most %llu", (unsigned long long)detail->most);
                break;
        case DETAIL_WORD:
                buffer_add_text(to, "one of ");
                add_words(detail->words, to);
                break;
        case DETAIL_CODE: buffer_add_text(to, "an organization code or a unified social credit code"); break;
        }
}

/* -------------------------------------------------------------------- lines */

/* Puts a value in its detail's place. */
static enum record_detail_flaw place(enum record_type type, const struct record_detail_value *value,
        const struct record_detail_value *placed[RECORD_DETAILS_MAX])
{
        size_t count;
        const struct record_detail *detail = record_detail_find(type, value->name);
        size_t at = detail ? (size_t)(detail - record_details_of(type, &count)) : 0;

        if (!detail)
                return DETAIL_UNKNOWN;
        if (placed[at])
                return DETAIL_TWICE;
        if (!is_of_form(detail, value->value))
                return DETAIL_VALUE;
        placed[at] = value;
        return DETAIL_SOUND;
}

/* What is needed and not there; NULL if nothing is. */
static const struct record_detail *find_missing(
        enum record_type type, const struct record_detail_value *const placed[RECORD_DETAILS_MAX])
{
        size_t count;
        const struct record_detail *details = record_details_of(type, &count);

        for (size_t i = 0; i < count; i++)
                if (details[i].is_required && !placed[i])
                        return &details[i];
        return NULL;
}

static void add_line(struct buffer *to, const struct record_detail_value *value)
{
        buffer_add_slice(to, value->name);
        buffer_add_text(to, " ");
        buffer_add_slice(to, value->value);
        buffer_add_text(to, "\n");
}

enum record_detail_flaw record_details_format(enum record_type type, const struct record_detail_value *values,
        size_t count, struct buffer *to, struct slice *ret_name)
{
        const struct record_detail_value *placed[RECORD_DETAILS_MAX] = {0};
        const struct record_detail *missing;

        for (size_t i = 0; i < count; i++) {
                enum record_detail_flaw flaw = place(type, &values[i], placed);

                if (flaw) {
                        *ret_name = values[i].name;
                        return flaw;
                }
        }
        missing = find_missing(type, placed);
        if (missing) {
                *ret_name = slice_text(missing->name);
                return DETAIL_MISSING;
        }
        for (size_t i = 0; i < RECORD_DETAILS_MAX; i++)
                if (placed[i])
                        add_line(to, placed[i]);
        return DETAIL_SOUND;
}

const char *record_detail_flaw_text(enum record_detail_flaw flaw)
{
        switch (flaw) {
        case DETAIL_SOUND: return NULL;
        case DETAIL_UNKNOWN: return "the type has none of that name";
        case DETAIL_TWICE: return "stands twice";
        case DETAIL_MISSING: return "the type needs it";
        case DETAIL_VALUE: return "not a value of its form";
        }
        return NULL;
}

/* The next line of `rest`; false, at the end too, if there is none that is whole. */
static bool take_line(struct slice *rest, struct record_detail_value *ret)
{
        const uint8_t *end = rest->length ? memchr(rest->data, '\n', rest->length) : NULL;
        size_t length = end ? (size_t)(end - rest->data) : 0;
        const uint8_t *space = length ? memchr(rest->data, ' ', length) : NULL;

        if (!space)
                return false;
        ret->name = slice_of(rest->data, (size_t)(space - rest->data));
        ret->value = slice_of(space + 1, (size_t)(end - space - 1));
        *rest = slice_of(end + 1, rest->length - length - 1);
        return true;
}

bool record_details_is_valid(enum record_type type, struct slice lines)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        struct slice rest = lines, name;
        size_t count = 0;

        while (count < RECORD_DETAILS_MAX && take_line(&rest, &values[count]))
                count++;
        return rest.length == 0 && record_details_format(type, values, count, &canonical, &name) == DETAIL_SOUND &&
               slice_equal(buffer_slice(&canonical), lines);
}

bool record_details_get(struct slice lines, const char *name, struct slice *ret)
{
        struct record_detail_value line;

        while (take_line(&lines, &line)) {
                if (slice_equal(line.name, slice_text(name))) {
                        *ret = line.value;
                        return true;
                }
        }
        return false;
}

void record_details_each(
        struct slice lines, void (*each)(void *closure, struct slice name, struct slice value), void *closure)
{
        struct record_detail_value line;

        while (take_line(&lines, &line))
                each(closure, line.name, line.value);
}
