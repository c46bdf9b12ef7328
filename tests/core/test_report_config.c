/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report_config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define CLASSES "[{\"class\":\"farm\",\"zh\":\"农\",\"en\":\"f\",\"products\":[\"大米\"]}," \
                "{\"class\":\"food\",\"zh\":\"食\",\"en\":\"g\",\"products\":[\"米\",\"面\"]}]"
#define DENOMINATORS "[{\"certificate\":\"gmp\",\"industries\":[\"C27\",\"M73\"]}]"
#define FOOD "{\"certificates\":[\"production\"],\"permits\":[\"食品\"],\"industries\":[\"C13\"]," \
             "\"file\":{\"types\":[\"permit\"],\"at_least\":1}}"
#define TARGET(indicator, year, value) \
        "{\"indicator\":\"" indicator "\",\"year\":" year ",\"value\":" value ",\"whose\":\"某县\",\"source\":\"某文\"}"
#define WHOLE(format, days, classes, denominators, food, targets)                                                          \
        "{\"format\":\"" format "\",\"ending_days\":" days ",\"classes\":" classes ",\"denominators\":" denominators      \
        ",\"food\":" food ",\"targets\":[" targets "]}"
#define GOOD(targets) WHOLE("qcr-reports/v1", "90", CLASSES, DENOMINATORS, FOOD, targets)

static struct report_config config;
static struct document_error error;

static const struct {
        const char *json, *path;
} refused[] = {
        {"", ""},
        {"{}", ""},
        {WHOLE("qcr-reports/v2", "90", CLASSES, DENOMINATORS, FOOD, ""), "format"},
        {WHOLE("qcr-reports/v1", "0", CLASSES, DENOMINATORS, FOOD, ""), "ending_days"},
        {WHOLE("qcr-reports/v1", "90.5", CLASSES, DENOMINATORS, FOOD, ""), "ending_days"},
        {WHOLE("qcr-reports/v1", "90", "[{\"class\":\"a\",\"zh\":\"a\",\"en\":\"a\",\"products\":[\"\"]}]", DENOMINATORS, FOOD, ""),
                "classes[0].products[0]"},
        {WHOLE("qcr-reports/v1", "90",
                 "[{\"class\":\"a\",\"zh\":\"a\",\"en\":\"a\",\"products\":[]},{\"class\":\"a\",\"zh\":\"a\",\"en\":\"a\",\"products\":[]}]",
                 DENOMINATORS, FOOD, ""), "classes[1].class"},
        {WHOLE("qcr-reports/v1", "90", CLASSES, "[{\"certificate\":\"gmpp\",\"industries\":[]}]", FOOD, ""), "denominators[0]"},
        {WHOLE("qcr-reports/v1", "90", CLASSES,
                 "[{\"certificate\":\"gmp\",\"industries\":[]},{\"certificate\":\"gmp\",\"industries\":[]}]", FOOD, ""),
                "denominators[1].certificate"},
        {WHOLE("qcr-reports/v1", "90", CLASSES, DENOMINATORS,
                 "{\"certificates\":[\"x\"],\"permits\":[],\"industries\":[],\"file\":{\"types\":[\"permit\"],\"at_least\":1}}", ""),
                "food.certificates[0]"},
        {WHOLE("qcr-reports/v1", "90", CLASSES, DENOMINATORS,
                 "{\"certificates\":[],\"permits\":[],\"industries\":[],\"file\":{\"types\":[],\"at_least\":1}}", ""), "food.file.types"},
        {WHOLE("qcr-reports/v1", "90", CLASSES, DENOMINATORS,
                 "{\"certificates\":[],\"permits\":[],\"industries\":[],\"file\":{\"types\":[\"permits\"],\"at_least\":1}}", ""),
                "food.file.types[0]"},
        {WHOLE("qcr-reports/v1", "90", CLASSES, DENOMINATORS,
                 "{\"certificates\":[],\"permits\":[],\"industries\":[],\"file\":{\"types\":[\"permit\"],\"at_least\":0}}", ""),
                "food.file.at_least"},
        {GOOD(TARGET("sampling.toys", "2026", "990")), "targets[0].indicator"}, /* a class that there is not */
        {GOOD(TARGET("grades", "2026", "990")), "targets[0].indicator"},
        {GOOD(TARGET("brands.best", "2026", "9")), "targets[0].indicator"},
        {GOOD(TARGET("certificates.gmpp", "2026", "9")), "targets[0].indicator"},
        {GOOD(TARGET("sampling", "26", "990")), "targets[0].year"},
        {GOOD(TARGET("sampling", "2026", "1001")), "targets[0].value"},
        {GOOD(TARGET("sampling", "2026", "97.4")), "targets[0].value"},
        {GOOD(TARGET("sampling", "2026", "-1")), "targets[0].value"},
        {GOOD(TARGET("sampling", "2026", "990") "," TARGET("sampling", "2026", "null")), "targets[1].indicator"},
        {GOOD("{\"indicator\":\"sampling\",\"year\":2026,\"value\":990,\"whose\":\"某县\"}"), "targets[0]"}, /* without a source */
        {GOOD("{\"indicator\":\"sampling\",\"year\":2026,\"whose\":\"某县\",\"source\":\"某文\"}"), "targets[0]"},
};

START_TEST(a_configuration_that_is_not_understood_wholly_is_refused_with_the_place)
{
        ck_assert(!report_config_parse(slice_text(refused[_i].json), &config, &error));
        ck_assert_msg(!strncmp(error.path, refused[_i].path, strlen(refused[_i].path)), "%s: %s", error.path, error.reason);
}
END_TEST

static void load(const char *json)
{
        ck_assert_msg(report_config_parse(slice_text(json), &config, &error), "%s: %s", error.path, error.reason);
}

START_TEST(a_target_is_found_by_its_indicator_and_year_alone)
{
        load(GOOD(TARGET("sampling", "2026", "974") "," TARGET("sampling.food", "2026", "null") "," TARGET("brands", "2026", "5000")));
        ck_assert_int_eq(report_config_target(&config, "sampling", 2026)->value, 974);
        ck_assert_str_eq(report_config_target(&config, "sampling", 2026)->source, "某文");
        ck_assert(!report_config_target(&config, "sampling.food", 2026)->is_set); /* there, and no number */
        ck_assert_int_eq(report_config_target(&config, "brands", 2026)->value, 5000);
        ck_assert_ptr_null(report_config_target(&config, "sampling", 2025));
        ck_assert_ptr_null(report_config_target(&config, "sampling.farm", 2026));
        ck_assert_ptr_null(report_config_target(&config, "samplin", 2026));
}
END_TEST

static const struct {
        const char *product, *class;
} products[] = {
        {"东北大米", "farm"}, /* has 米 too: the first class */
        {"米粉", "food"},
        {"挂面", "food"},
        {"水泥", NULL},
        {"", NULL},
};

START_TEST(a_product_is_of_the_first_class_that_has_one_of_its_words)
{
        const struct report_class *class;

        load(GOOD(""));
        class = report_config_class(&config, slice_text(products[_i].product));
        ck_assert_int_eq(class != NULL, products[_i].class != NULL);
        if (class)
                ck_assert_str_eq(class->word, products[_i].class);
}
END_TEST

START_TEST(industries_are_compared_from_their_beginning)
{
        const struct report_denominator *gmp;

        load(GOOD(""));
        gmp = report_config_denominator(&config, CERTIFICATE_GMP);
        ck_assert_ptr_nonnull(gmp);
        ck_assert_ptr_null(report_config_denominator(&config, CERTIFICATE_GSP));
        ck_assert(report_texts_begin(&gmp->industries, slice_text("C27")));
        ck_assert(report_texts_begin(&gmp->industries, slice_text("C2720")));
        ck_assert(report_texts_begin(&gmp->industries, slice_text("M73")));
        ck_assert(!report_texts_begin(&gmp->industries, slice_text("C2")));
        ck_assert(!report_texts_begin(&gmp->industries, slice_text("XC27")));
        ck_assert(!report_texts_begin(&gmp->industries, slice_text("")));
}
END_TEST

START_TEST(the_same_configuration_has_one_hash_however_it_is_written)
{
        uint8_t hash[32];

        load(GOOD(""));
        memcpy(hash, config.hash, sizeof(hash));
        load("  " GOOD(""));
        ck_assert_mem_eq(hash, config.hash, sizeof(hash));
        load(WHOLE("qcr-reports/v1", "91", CLASSES, DENOMINATORS, FOOD, ""));
        ck_assert_mem_ne(hash, config.hash, sizeof(hash));
}
END_TEST

START_TEST(the_shipped_configuration_is_sound_and_every_target_says_whose_it_is)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        char path[1024];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "%s/share/reports.json", getenv("QCR_SOURCE"));
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        while ((n = fread(buffer_reserve(&text, 4096), 1, 4096, file)))
                text.length += n;
        fclose(file);
        load(buffer_text(&text));
        for (unsigned i = 0; i < config.targets_count; i++)
                ck_assert(*config.targets[i].whose && *config.targets[i].source);
        ck_assert_int_eq(report_config_target(&config, "sampling.food", 2015)->value, 974);
        ck_assert_int_eq(report_config_target(&config, "sampling.farm", 2015)->value, 994);
        ck_assert_int_eq(report_config_target(&config, "sampling.industrial", 2015)->value, 939);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("report-config");
        TCase *tcase = tcase_create("report-config");

        tcase_add_loop_test(
                tcase, a_configuration_that_is_not_understood_wholly_is_refused_with_the_place, 0, COUNT(refused));
        tcase_add_test(tcase, a_target_is_found_by_its_indicator_and_year_alone);
        tcase_add_loop_test(tcase, a_product_is_of_the_first_class_that_has_one_of_its_words, 0, COUNT(products));
        tcase_add_test(tcase, industries_are_compared_from_their_beginning);
        tcase_add_test(tcase, the_same_configuration_has_one_hash_however_it_is_written);
        tcase_add_test(tcase, the_shipped_configuration_is_sound_and_every_target_says_whose_it_is);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
