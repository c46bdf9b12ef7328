/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What reports count by, as a county sets it (share/reports.json, docs/REPORTS.md): who is a food business and what a
 * food-safety file is, whose coverage a certificate's is, what class a product belongs to, and the targets of a year with
 * where they are written. A target that nobody has set as a number is there as null with its source.
 */
#pragma once

#include "registry/core/document.h"
#include "registry/core/record_kind.h"

#define REPORT_TEXTS_MAX 32u
#define REPORT_TEXT 61 /* octets and NUL of a word to look for */
#define REPORT_NAME 91
#define REPORT_CLASSES_MAX 8u
#define REPORT_TARGETS_MAX 64u
#define REPORT_INDICATOR 49

struct report_texts {
        unsigned count;
        char texts[REPORT_TEXTS_MAX][REPORT_TEXT];
};

/* Products whose name has one of the words; of two classes the first. */
struct report_class {
        char word[REPORT_INDICATOR];
        char zh[REPORT_NAME], en[REPORT_NAME];
        struct report_texts words;
};

/* Whose share of holders a certificate's coverage is: enterprises whose industry's code begins so. */
struct report_denominator {
        enum certificate_kind certificate;
        struct report_texts industries;
};

struct report_target {
        char indicator[REPORT_INDICATOR]; /* `sampling`, `sampling.food`, `certificates.gmp`, `food`, `brands`, `awards` */
        int32_t year;
        bool is_set;
        int32_t value; /* per mille, or how many */
        char whose[REPORT_NAME];
        char source[DOCUMENT_TEXT_OCTETS + 1];
};

struct report_config {
        int32_t ending_days;
        unsigned classes_count, denominators_count, targets_count;
        struct report_class classes[REPORT_CLASSES_MAX];
        struct report_denominator denominators[CERTIFICATE_LAST];
        /* food businesses: any of these three; their files */
        bool food_certificates[CERTIFICATE_LAST + 1];
        struct report_texts food_permits; /* words in a permit's title */
        struct report_texts food_industries;
        bool file_types[RECORD_TYPE_LAST + 1];
        int32_t file_least; /* records of these types */
        struct report_target targets[REPORT_TARGETS_MAX];
        uint8_t hash[32]; /* of the canonical form */
};

/* Reads share/reports.json. False with the first error. */
bool report_config_parse(struct slice json, struct report_config *ret, struct document_error *ret_error) MUST_CHECK;

/* NULL if the year has none. */
const struct report_target *report_config_target(const struct report_config *config, const char *indicator, int32_t year);
/* NULL: of no class. */
const struct report_class *report_config_class(const struct report_config *config, struct slice product);
/* NULL: of all. */
const struct report_denominator *report_config_denominator(const struct report_config *config, enum certificate_kind kind);

/* Does the text begin with one of them; is one of them in it? */
bool report_texts_begin(const struct report_texts *texts, struct slice text);
bool report_texts_are_in(const struct report_texts *texts, struct slice text);
