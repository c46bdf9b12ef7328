/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a record is: its type, the kinds of penalty in it, how severe a finding
 * is, what a certificate certifies. The words are stable: they stand in the
 * database, in JSON and in policies. The numbers are stable too: they stand in
 * packed grade inputs (core/inputs), so a new one is added at the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

enum record_type {
        RECORD_PENALTY = 1,     /* 行政处罚 */
        RECORD_SAMPLING = 2,    /* 监督抽查: a batch; failed, unless its result says otherwise */
        RECORD_RECALL = 3,      /* 召回 */
        RECORD_COMPLAINT = 4,   /* 投诉 */
        RECORD_ACCIDENT = 5,    /* 质量安全事故 */
        RECORD_CERTIFICATE = 6, /* 认证、许可证书 */
        RECORD_AWARD = 7,       /* 质量奖、荣誉 */
        RECORD_COMMITMENT = 8,  /* 信用承诺 */
        RECORD_BREACH = 9,      /* 违背承诺、承诺不实 */
        RECORD_BRAND = 10,      /* 品牌: 名牌产品、驰名商标 */
        RECORD_PERMIT = 11,     /* 行政许可 */
        RECORD_ACCEPTANCE = 12, /* 工程竣工验收 */
        RECORD_INSPECTION = 13, /* 监督检查、双随机抽查、排放监测 */
        RECORD_SURVEY = 14,     /* 满意度测评 */
        RECORD_ASSESSMENT = 15, /* 信用服务机构、评价机构的评价 */
};
#define RECORD_TYPE_LAST RECORD_ASSESSMENT

/* What came of it. A type either has results or has none (record_type_has_result). */
enum record_result {
        RECORD_RESULT_NONE = 0, /* the type has none; of sampling and complaints filed without: it counts as failed */
        RECORD_RESULT_PASS = 1, /* 合格; of a complaint: settled 已解决 */
        RECORD_RESULT_FAIL = 2, /* 不合格; of a complaint: not settled */
};
#define RECORD_RESULT_LAST RECORD_RESULT_FAIL

/* Kinds of penalty, 行政处罚法 art. 9 with what it leaves to other laws. A decision has a set of them. */
enum penalty_kind {
        PENALTY_WARNING = 0,      /* 警告 */
        PENALTY_CRITICISM = 1,    /* 通报批评 */
        PENALTY_FINE = 2,         /* 罚款 */
        PENALTY_CONFISCATION = 3, /* 没收违法所得、没收非法财物 */
        PENALTY_SUSPENSION = 4,   /* 暂扣许可证件 */
        PENALTY_DOWNGRADE = 5,    /* 降低资质等级 */
        PENALTY_CLOSURE = 6,      /* 责令停产停业、责令关闭 */
        PENALTY_WITHDRAWAL = 7,   /* 撤销、收回许可或证书 */
        PENALTY_REVOCATION = 8,   /* 吊销许可证件 */
        PENALTY_RESTRICTION = 9,  /* 限制从业、限制开展生产经营活动 */
        PENALTY_CRIMINAL = 10,    /* 刑罚 */
        PENALTY_DETENTION = 11,   /* 行政拘留 */
};
#define PENALTY_KINDS 12
#define PENALTY_BIT(kind) ((uint16_t)(1u << (kind)))
#define PENALTY_ALL ((uint16_t)((1u << PENALTY_KINDS) - 1))

enum severity {
        SEVERITY_NONE = 0,     /* the type has no severity, or the document states none */
        SEVERITY_ORDINARY = 1, /* 一般 */
        SEVERITY_SERIOUS = 2,  /* 严重 */
};
#define SEVERITY_LAST SEVERITY_SERIOUS

enum certificate_kind {
        CERTIFICATE_NONE = 0,
        CERTIFICATE_ISO9001 = 1,     /* 质量管理体系 */
        CERTIFICATE_ISO14001 = 2,    /* 环境管理体系 */
        CERTIFICATE_ISO45001 = 3,    /* 职业健康安全管理体系 */
        CERTIFICATE_ISO22000 = 4,    /* 食品安全管理体系 */
        CERTIFICATE_HACCP = 5,
        CERTIFICATE_GMP = 6,         /* 药品生产质量管理规范 */
        CERTIFICATE_GSP = 7,         /* 药品经营质量管理规范 */
        CERTIFICATE_CCC = 8,         /* 强制性产品认证 */
        CERTIFICATE_PRODUCTION = 9,  /* 生产许可证 */
        CERTIFICATE_GREEN = 10,      /* 绿色食品 */
        CERTIFICATE_ORGANIC = 11,    /* 有机产品 */
        CERTIFICATE_GEOGRAPHIC = 12, /* 地理标志产品 */
};
#define CERTIFICATE_LAST CERTIFICATE_GEOGRAPHIC

/* sampling, complaint, acceptance, inspection */
bool record_type_has_result(enum record_type type);
/* Something that went wrong, by severity: sampling, recall, complaint, accident, breach, acceptance, inspection. */
bool record_type_is_finding(enum record_type type);
/* What ends by itself: certificate, brand, award, permit, assessment. */
bool record_type_has_validity(enum record_type type);
/* Does it stand against the enterprise? A penalty, or a finding that did not pass. */
bool record_is_negative(enum record_type type, enum record_result result);

/* The stable word; NULL for a number that is none. `` for no result. */
const char *record_result_word(enum record_result result);
bool record_result_of_word(struct slice word, enum record_result *ret) MUST_CHECK;
/* The stable word; NULL for a number that is none. */
const char *record_type_word(enum record_type type);
const char *penalty_kind_word(enum penalty_kind kind);
const char *severity_word(enum severity severity);
const char *certificate_kind_word(enum certificate_kind kind);

/* From the word; false if it is none, `ret` untouched then. */
bool record_type_of_word(struct slice word, enum record_type *ret) MUST_CHECK;
bool penalty_kind_of_word(struct slice word, enum penalty_kind *ret) MUST_CHECK;
bool severity_of_word(struct slice word, enum severity *ret) MUST_CHECK;
bool certificate_kind_of_word(struct slice word, enum certificate_kind *ret) MUST_CHECK;

/*
 * The kinds in a text as departments write it, several separated by 、 , ， ; ；
 * / ／ or spaces: `没收违法所得、罚款` gives confiscation and fine. False, with
 * `ret_unknown` inside `text`, if a word is none that is known, or if there is
 * none at all; a kind that is passed over would lift somebody's grade.
 */
bool penalty_kinds_parse(struct slice text, uint16_t *ret, struct slice *ret_unknown) MUST_CHECK;
