/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/report_words.h"

#include <string.h>

struct words {
        const char *key, *zh, *en;
};

static const struct words dimensions[] = {
        {"township", "乡镇", "township"},
        {"kind", "主体类型", "kind of enterprise"},
        {"industry", "行业", "industry"},
        {"product", "产品", "product"},
        {"level", "级别", "level"},
        {"class", "产品类别", "class of product"},
        {"year", "年度", "year"},
        {"certificate", "证书种类", "kind of certificate"},
        {"brand", "品牌类别", "kind of brand"},
        {NULL, NULL, NULL},
};

static const struct words kinds[] = {
        {"enterprise", "企业", "enterprise"},
        {"sole-proprietor", "个体工商户", "sole proprietor"},
        {"cooperative", "农民专业合作社", "cooperative"},
        {"institution", "事业单位", "institution"},
        {"social", "社会组织", "social organization"},
        {"other", "其他", "other"},
        {NULL, NULL, NULL},
};

static const struct words levels[] = {
        {"national", "国家级", "national"},
        {"provincial", "省级", "provincial"},
        {"municipal", "市级", "municipal"},
        {"county", "县级", "county"},
        {NULL, NULL, NULL},
};

static const struct words certificates[] = {
        {"iso9001", "质量管理体系", "ISO 9001"},
        {"iso14001", "环境管理体系", "ISO 14001"},
        {"iso45001", "职业健康安全管理体系", "ISO 45001"},
        {"iso22000", "食品安全管理体系", "ISO 22000"},
        {"haccp", "HACCP", "HACCP"},
        {"gmp", "药品GMP", "GMP"},
        {"gsp", "药品GSP", "GSP"},
        {"ccc", "强制性产品认证", "CCC"},
        {"production", "生产许可证", "production licence"},
        {"green", "绿色食品", "green food"},
        {"organic", "有机产品", "organic"},
        {"geographic", "地理标志产品", "geographical indication"},
        {"other", "其他", "other"},
        {NULL, NULL, NULL},
};

static const struct words brands[] = {
        {"famous-product", "名牌产品", "famous product"},
        {"known-mark", "驰名、著名商标", "well-known mark"},
        {"geographic", "地理标志", "geographical indication"},
        {"old-brand", "老字号", "time-honoured brand"},
        {"regional", "区域公用品牌", "regional brand"},
        {"award", "质量奖、荣誉", "award"},
        {NULL, NULL, NULL},
};

static const struct {
        const char *by;
        const struct words *words;
} tables[] = {
        {"kind", kinds},
        {"level", levels},
        {"certificate", certificates},
        {"brand", brands},
};

static bool find(const struct words *table, struct slice key, const char **ret_zh, const char **ret_en)
{
        for (; table->key; table++)
                if (slice_equal(slice_text(table->key), key)) {
                        *ret_zh = table->zh;
                        *ret_en = table->en;
                        return true;
                }
        return false;
}

void report_dimension_words(const char *by, const char **ret_zh, const char **ret_en)
{
        *ret_zh = *ret_en = by;
        (void)find(dimensions, slice_text(by), ret_zh, ret_en);
}

static bool find_class(const struct report_config *config, struct slice key, const char **ret_zh, const char **ret_en)
{
        for (unsigned i = 0; i < config->classes_count; i++)
                if (slice_equal(slice_text(config->classes[i].word), key)) {
                        *ret_zh = config->classes[i].zh;
                        *ret_en = config->classes[i].en;
                        return true;
                }
        return false;
}

bool report_key_words(const struct report_config *config, const char *by, struct slice key, const char **ret_zh,
        const char **ret_en)
{
        if (!key.length) {
                *ret_zh = strcmp(by, "class") == 0 ? "未归类" : "（未填）";
                *ret_en = strcmp(by, "class") == 0 ? "of no class" : "(not given)";
                return true;
        }
        if (strcmp(by, "class") == 0)
                return find_class(config, key, ret_zh, ret_en);
        for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
                if (strcmp(tables[i].by, by) == 0)
                        return find(tables[i].words, key, ret_zh, ret_en);
        return false;
}
