/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record_kind.h"

#include <stddef.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const type_words[] = {
        [RECORD_PENALTY] = "penalty",
        [RECORD_SAMPLING] = "sampling",
        [RECORD_RECALL] = "recall",
        [RECORD_COMPLAINT] = "complaint",
        [RECORD_ACCIDENT] = "accident",
        [RECORD_CERTIFICATE] = "certificate",
        [RECORD_AWARD] = "award",
        [RECORD_COMMITMENT] = "commitment",
        [RECORD_BREACH] = "breach",
        [RECORD_BRAND] = "brand",
        [RECORD_PERMIT] = "permit",
        [RECORD_ACCEPTANCE] = "acceptance",
        [RECORD_INSPECTION] = "inspection",
        [RECORD_SURVEY] = "survey",
        [RECORD_ASSESSMENT] = "assessment",
};

static const char *const result_words[] = {
        [RECORD_RESULT_NONE] = "",
        [RECORD_RESULT_PASS] = "pass",
        [RECORD_RESULT_FAIL] = "fail",
};

static const char *const penalty_words[] = {
        [PENALTY_WARNING] = "warning",
        [PENALTY_CRITICISM] = "criticism",
        [PENALTY_FINE] = "fine",
        [PENALTY_CONFISCATION] = "confiscation",
        [PENALTY_SUSPENSION] = "suspension",
        [PENALTY_DOWNGRADE] = "downgrade",
        [PENALTY_CLOSURE] = "closure",
        [PENALTY_WITHDRAWAL] = "withdrawal",
        [PENALTY_REVOCATION] = "revocation",
        [PENALTY_RESTRICTION] = "restriction",
        [PENALTY_CRIMINAL] = "criminal",
        [PENALTY_DETENTION] = "detention",
};

static const char *const severity_words[] = {
        [SEVERITY_NONE] = "none",
        [SEVERITY_ORDINARY] = "ordinary",
        [SEVERITY_SERIOUS] = "serious",
};

static const char *const certificate_words[] = {
        [CERTIFICATE_NONE] = "none",
        [CERTIFICATE_ISO9001] = "iso9001",
        [CERTIFICATE_ISO14001] = "iso14001",
        [CERTIFICATE_ISO45001] = "iso45001",
        [CERTIFICATE_ISO22000] = "iso22000",
        [CERTIFICATE_HACCP] = "haccp",
        [CERTIFICATE_GMP] = "gmp",
        [CERTIFICATE_GSP] = "gsp",
        [CERTIFICATE_CCC] = "ccc",
        [CERTIFICATE_PRODUCTION] = "production",
        [CERTIFICATE_GREEN] = "green",
        [CERTIFICATE_ORGANIC] = "organic",
        [CERTIFICATE_GEOGRAPHIC] = "geographic",
};

/* Exact words: what follows a known beginning may be a second penalty (`吊销许可证并处罚款`). */
static const struct {
        const char *text;
        enum penalty_kind kind;
} penalty_texts[] = {
        {"警告", PENALTY_WARNING},
        {"通报批评", PENALTY_CRITICISM},
        {"罚款", PENALTY_FINE},
        {"没收", PENALTY_CONFISCATION},
        {"没收违法所得", PENALTY_CONFISCATION},
        {"没收非法财物", PENALTY_CONFISCATION},
        {"暂扣许可证", PENALTY_SUSPENSION},
        {"暂扣许可证件", PENALTY_SUSPENSION},
        {"暂扣执照", PENALTY_SUSPENSION},
        {"暂扣营业执照", PENALTY_SUSPENSION},
        {"降低资质等级", PENALTY_DOWNGRADE},
        {"责令停产停业", PENALTY_CLOSURE},
        {"责令停产", PENALTY_CLOSURE},
        {"责令停业", PENALTY_CLOSURE},
        {"责令停业整顿", PENALTY_CLOSURE},
        {"责令关闭", PENALTY_CLOSURE},
        {"撤销许可", PENALTY_WITHDRAWAL},
        {"撤销许可证", PENALTY_WITHDRAWAL},
        {"撤销许可证件", PENALTY_WITHDRAWAL},
        {"撤销行政许可", PENALTY_WITHDRAWAL},
        {"撤销证书", PENALTY_WITHDRAWAL},
        {"撤销认证证书", PENALTY_WITHDRAWAL},
        {"撤销资质", PENALTY_WITHDRAWAL},
        {"撤销资质证书", PENALTY_WITHDRAWAL},
        {"撤销登记", PENALTY_WITHDRAWAL},
        {"收回许可证", PENALTY_WITHDRAWAL},
        {"收回证书", PENALTY_WITHDRAWAL},
        {"收回认证证书", PENALTY_WITHDRAWAL},
        {"吊销许可证", PENALTY_REVOCATION},
        {"吊销许可证件", PENALTY_REVOCATION},
        {"吊销执照", PENALTY_REVOCATION},
        {"吊销营业执照", PENALTY_REVOCATION},
        {"吊销资质证书", PENALTY_REVOCATION},
        {"限制从业", PENALTY_RESTRICTION},
        {"限制开展生产经营活动", PENALTY_RESTRICTION},
        {"刑罚", PENALTY_CRIMINAL},
        {"刑事处罚", PENALTY_CRIMINAL},
        {"行政拘留", PENALTY_DETENTION},
};

static const char *const separators[] = {"、", ",", "，", ";", "；", "/", "／", " ", "　", "\t"};

static const char *word_at(const char *const *words, size_t count, unsigned number)
{
        return number < count ? words[number] : NULL;
}

static bool find_word(const char *const *words, size_t count, struct slice word, unsigned *ret)
{
        for (unsigned i = 0; i < count; i++) {
                if (words[i] && slice_equal(slice_text(words[i]), word)) {
                        *ret = i;
                        return true;
                }
        }
        return false;
}

const char *record_type_word(enum record_type type)
{
        return word_at(type_words, COUNT(type_words), type);
}

const char *penalty_kind_word(enum penalty_kind kind)
{
        return word_at(penalty_words, COUNT(penalty_words), kind);
}

const char *severity_word(enum severity severity)
{
        return word_at(severity_words, COUNT(severity_words), severity);
}

const char *certificate_kind_word(enum certificate_kind kind)
{
        return word_at(certificate_words, COUNT(certificate_words), kind);
}

bool record_type_of_word(struct slice word, enum record_type *ret)
{
        unsigned number;

        if (!find_word(type_words, COUNT(type_words), word, &number))
                return false;
        *ret = (enum record_type)number;
        return true;
}

bool penalty_kind_of_word(struct slice word, enum penalty_kind *ret)
{
        unsigned number;

        if (!find_word(penalty_words, COUNT(penalty_words), word, &number))
                return false;
        *ret = (enum penalty_kind)number;
        return true;
}

bool severity_of_word(struct slice word, enum severity *ret)
{
        unsigned number;

        if (!find_word(severity_words, COUNT(severity_words), word, &number))
                return false;
        *ret = (enum severity)number;
        return true;
}

bool certificate_kind_of_word(struct slice word, enum certificate_kind *ret)
{
        unsigned number;

        if (!find_word(certificate_words, COUNT(certificate_words), word, &number))
                return false;
        *ret = (enum certificate_kind)number;
        return true;
}

/* Octets of the separator that `text` begins with; 0 if it begins with none. */
static size_t separator_at(struct slice text)
{
        for (size_t i = 0; i < COUNT(separators); i++) {
                size_t length = strlen(separators[i]);

                if (text.length >= length && memcmp(text.data, separators[i], length) == 0)
                        return length;
        }
        return 0;
}

static struct slice skip(struct slice text, size_t octets)
{
        return slice_of(text.data + octets, text.length - octets);
}

static struct slice take_word(struct slice *text)
{
        struct slice word;
        size_t octets;

        while ((octets = separator_at(*text)) > 0)
                *text = skip(*text, octets);
        word = slice_of(text->data, 0);
        while (text->length > 0 && separator_at(*text) == 0) {
                *text = skip(*text, 1);
                word.length++;
        }
        return word;
}

static bool kind_of_text(struct slice word, uint16_t *kinds)
{
        for (size_t i = 0; i < COUNT(penalty_texts); i++) {
                if (slice_equal(slice_text(penalty_texts[i].text), word)) {
                        *kinds |= PENALTY_BIT(penalty_texts[i].kind);
                        return true;
                }
        }
        return false;
}

bool penalty_kinds_parse(struct slice text, uint16_t *ret, struct slice *ret_unknown)
{
        uint16_t kinds = 0;
        struct slice word;

        for (word = take_word(&text); word.length > 0; word = take_word(&text)) {
                if (!kind_of_text(word, &kinds)) {
                        *ret_unknown = word;
                        return false;
                }
        }
        if (kinds == 0) {
                *ret_unknown = word;
                return false;
        }
        *ret = kinds;
        return true;
}

bool record_type_has_result(enum record_type type)
{
        return type == RECORD_SAMPLING || type == RECORD_COMPLAINT || type == RECORD_ACCEPTANCE ||
               type == RECORD_INSPECTION;
}

bool record_type_is_finding(enum record_type type)
{
        return record_type_has_result(type) || type == RECORD_RECALL || type == RECORD_ACCIDENT ||
               type == RECORD_BREACH;
}

bool record_type_has_validity(enum record_type type)
{
        return type == RECORD_CERTIFICATE || type == RECORD_BRAND || type == RECORD_AWARD || type == RECORD_PERMIT ||
               type == RECORD_ASSESSMENT;
}

bool record_is_negative(enum record_type type, enum record_result result)
{
        return type == RECORD_PENALTY || (record_type_is_finding(type) && result != RECORD_RESULT_PASS);
}

const char *record_result_word(enum record_result result)
{
        return (unsigned)result < COUNT(result_words) ? result_words[result] : NULL;
}

bool record_result_of_word(struct slice word, enum record_result *ret)
{
        for (unsigned i = 0; i < COUNT(result_words); i++)
                if (slice_equal(word, slice_text(result_words[i]))) {
                        *ret = (enum record_result)i;
                        return true;
                }
        return false;
}
