/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/publicity.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define BIT(name) PENALTY_BIT(PENALTY_##name)
#define MONTHS                                                                                               \
        "\"months\":{\"warning\":0,\"criticism\":3,\"fine\":12,\"confiscation\":12,\"suspension\":36,"       \
        "\"downgrade\":36,\"closure\":36,\"withdrawal\":36,\"revocation\":36,\"restriction\":36,"            \
        "\"criminal\":36,\"detention\":36}"
#define REGIME(from, to, days)                                                                               \
        "{\"id\":\"r\",\"name\":\"n\",\"source\":\"s\",\"status\":\"verified\",\"from\":\"" from             \
        "\",\"to\":" to ",\"publication_days\":" days "," MONTHS "}"

/* The shipped table: what the tests say about it must hold wherever it is installed. */
static void load_shipped(struct publicity *ret)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct document_error error = {0};
        char path[1024];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "%s/share/publicity.json", getenv("QCR_SOURCE"));
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        while ((n = fread(buffer_reserve(&text, 4096), 1, 4096, file)))
                text.length += n;
        fclose(file);
        ck_assert_msg(publicity_parse(buffer_slice(&text), ret, &error), "%s: %s", error.path, error.reason);
}

static const struct {
        const char *json;
        const char *path;
} refused[] = {
        {"", ""},
        {"[]", ""},
        {"{}", "regimes"},
        {"{\"regimes\":[]}", "regimes"},
        {"{\"regimes\":[{}]}", "regimes[0]"},
        {"{\"regimes\":[" REGIME("2021-09-01", "null", "0") "],\"more\":1}", "more"},
        {"{\"regimes\":[" REGIME("2021-09-31", "null", "0") "]}", "regimes[0].from"},
        {"{\"regimes\":[" REGIME("2021-09-01", "null", "61") "]}", "regimes[0].publication_days"},
        {"{\"regimes\":[" REGIME("2021-09-01", "null", "0.5") "]}", "regimes[0].publication_days"},
        /* the one before is still in force, or ends on the day the next begins */
        {"{\"regimes\":[" REGIME("2021-09-01", "null", "0") "," REGIME("2022-01-01", "null", "0") "]}",
                "regimes[1].from"},
        {"{\"regimes\":[" REGIME("2021-09-01", "\"2022-01-01\"", "0") "," REGIME("2022-01-01", "null", "0") "]}",
                "regimes[1].from"},
};

START_TEST(a_table_that_is_not_understood_wholly_is_refused_with_the_place)
{
        struct publicity publicity = {.count = 77};
        struct document_error error = {0};

        ck_assert(!publicity_parse(slice_text(refused[_i].json), &publicity, &error));
        ck_assert_uint_eq(publicity.count, 77);
        ck_assert_msg(!strncmp(error.path, refused[_i].path, strlen(refused[_i].path)), "%s", error.path);
}
END_TEST

static const struct {
        const char *decided;
        uint16_t kinds;
        const char *end;
} ends[] = {
        {"2021-08-31", BIT(FINE), "-"}, /* before any regime */
        {"2021-09-01", BIT(WARNING), "-"},
        {"2021-09-01", BIT(FINE), "2024-09-29"}, /* counted from publication, 28 days later at the latest */
        {"2024-02-01", BIT(CRITICISM), "2024-05-29"},
        {"2025-12-24", BIT(FINE), "2029-01-21"},
        {"2025-12-25", BIT(FINE), "2027-01-22"}, /* Order 107 */
        {"2026-03-31", BIT(REVOCATION), "2029-04-28"},
        {"2026-04-01", BIT(FINE), "2027-04-01"}, /* NDRC Order 36 counts from the document */
        {"2026-04-01", BIT(WARNING) | BIT(FINE), "2027-04-01"},
        {"2026-04-01", BIT(FINE) | BIT(REVOCATION), "2029-04-01"}, /* the longest counts */
        {"2026-11-30", BIT(CRITICISM), "2027-02-28"},              /* clamped to the month's end */
        {"2028-02-29", BIT(FINE), "2029-02-28"},
};

START_TEST(the_regime_of_the_decisions_day_gives_the_end)
{
        struct publicity publicity;
        struct day decided;
        char text[DAY_TEXT];

        load_shipped(&publicity);
        ck_assert(day_parse(slice_text(ends[_i].decided), &decided));
        day_format(publicity_end(&publicity, decided, ends[_i].kinds), text);
        ck_assert_str_eq(text, ends[_i].end);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("publicity");
        TCase *tcase = tcase_create("publicity");

        tcase_add_loop_test(tcase, a_table_that_is_not_understood_wholly_is_refused_with_the_place, 0, COUNT(refused));
        tcase_add_loop_test(tcase, the_regime_of_the_decisions_day_gives_the_end, 0, COUNT(ends));
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
