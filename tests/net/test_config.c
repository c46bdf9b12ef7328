/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/config.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define LEAST "origin = registry.example\ndatabase = host=/run/postgresql dbname=qcr\n"

static const struct {
        const char *text;
        const char *complaint;
} refused[] = {
        {"", "'origin' must be given"},
        {"origin = registry.example\n", "'database' must be given"},
        {LEAST "lisen = 127.0.0.1:1\n", "t:3: there is no key 'lisen'"},
        {LEAST "workers = 1\nworkers = 2\n", "t:4: 'workers' is given twice"},
        {LEAST "[qcrd]\nworkers = 1\n", "sections have no meaning here"},
        {LEAST "workers\n", "t:3: not a 'key = value' line"},
        {LEAST "workers = 0\n", "t:3: workers: '0' is not a number from 1 to 32"},
        {LEAST "workers = 33\n", "is not a number"},
        {LEAST "workers = 1x\n", "is not a number"},
        {LEAST "workers = -1\n", "is not a number"},
        {LEAST "workers =\n", "is not a number"},
        {LEAST "idle_ms = 99999999999999999999\n", "is not a number"},
        {LEAST "idle_ms = 600\n 00\n", "cannot go on in a second line"},
        {LEAST "listen = nowhere\n", "listen: 'nowhere' cannot be used"},
        {LEAST "listen = ::1:80\n", "cannot be used"},
        {LEAST "listen = []:80\n", "cannot be used"},
        {LEAST "listen = h:65536\n", "cannot be used"},
        {LEAST "listen = :80\n", "cannot be used"},
        {LEAST "log_level = loud\n", "cannot be used"},
        {LEAST "user_worker = a b\n", "cannot be used"},
        {LEAST "node = ../up\n", "cannot be used"},
        {"database = x\norigin = with space\n", "t:2: origin: 'with space' cannot be used"},
        {"database = x\norigin = a+b\n", "cannot be used"},
        {LEAST "stale_ms = 700000\n", "stale_cap_ms is less than stale_ms"},
        {LEAST "connections_max = 10\n", "unauthenticated_max is more than connections_max"},
        {LEAST "evidence_octets_per_day = 2000000\n", "evidence_octets_per_day is less than evidence_octets"},
        {LEAST "view_directory = a\x01z\n", "has a control character"},
};

START_TEST(a_configuration_that_is_wrong_is_refused_with_its_line_and_word)
{
        struct config config = {.workers = -7};
        struct fault why = {0};

        ck_assert(!config_parse(refused[_i].text, "t", &config, &why));
        ck_assert_int_eq(why.code, FAULT_CONFIG);
        ck_assert_msg(strstr(why.text, refused[_i].complaint), "%s", why.text);
        ck_assert_int_eq(config.workers, -7);
}
END_TEST

START_TEST(a_line_too_long_is_refused_not_cut_in_two)
{
        char text[700];
        struct config config;
        struct fault why;

        snprintf(text, sizeof(text), "origin = registry.example\ndatabase = %0300d\n", 1);
        ck_assert(!config_parse(text, "t", &config, &why));
        ck_assert_msg(strstr(why.text, "t:2: longer than"), "%s", why.text);
}
END_TEST

START_TEST(what_is_not_given_has_the_default_of_the_table)
{
        struct config config;
        struct fault why;

        ck_assert(config_parse(LEAST, "t", &config, &why));
        ck_assert_str_eq(config.listen, "127.0.0.1:7410");
        ck_assert_int_eq(config.handshake_ms, 5000);
        ck_assert_int_eq(config.idle_ms, 60000);
        ck_assert_int_eq(config.log_level, LOG_INFO);
        ck_assert_str_eq(config.database, "host=/run/postgresql dbname=qcr");
}
END_TEST

START_TEST(a_long_value_goes_on_in_lines_that_begin_with_a_space)
{
        struct config config;
        struct fault why;

        ck_assert(config_parse("origin = o\ndatabase = host=a,b\n  port=1,2\n\tdbname=qcr\n", "t", &config, &why));
        ck_assert_str_eq(config.database, "host=a,b port=1,2 dbname=qcr");
}
END_TEST

/* What the parent hands to a child must read as the same configuration, long values too. */
START_TEST(a_configuration_encoded_and_parsed_is_the_same)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT, again = BUFFER_INIT;
        struct config config, back;
        struct fault why;

        ck_assert(config_parse(LEAST "listen = [::1]:0\nlog_level = debug\nworkers = 3\n", "t", &config, &why));
        config.database[0] = '\0';
        while (strlen(config.database) < 900)
                snprintf(config.database + strlen(config.database), 64, "%soption%zu=value",
                        config.database[0] ? " " : "", strlen(config.database));
        config_encode(&config, &text);
        ck_assert_msg(config_parse(buffer_text(&text), "t", &back, &why), "%s", why.text);
        ck_assert_str_eq(back.database, config.database);
        ck_assert_str_eq(back.listen, "[::1]:0");
        ck_assert_int_eq(back.workers, 3);
        config_encode(&back, &again);
        ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&again)));
}
END_TEST

START_TEST(a_reload_keeps_what_cannot_change_and_names_it)
{
        CLEANUP(buffer) struct buffer kept = BUFFER_INIT;
        struct config running, anew;
        struct fault why;

        ck_assert(config_parse(LEAST "workers = 2\nidle_ms = 1000\n", "t", &running, &why));
        ck_assert(config_parse("origin = other\ndatabase = host=/run/postgresql dbname=qcr\n"
                               "workers = 3\nidle_ms = 2000\n", "t", &anew, &why));
        config_keep_fixed(&anew, &running, &kept);
        ck_assert_str_eq(buffer_text(&kept), "origin,workers");
        ck_assert_int_eq(anew.workers, 2);
        ck_assert_int_eq(anew.idle_ms, 2000);
        ck_assert_str_eq(anew.origin, "registry.example");
}
END_TEST

START_TEST(users_are_names_or_numbers_and_never_root)
{
        struct fault why;
        uid_t uid = 0;
        gid_t gid = 0;

        ck_assert(!config_user("root", &uid, &gid, &why));
        ck_assert(!config_user("0", &uid, &gid, &why));
        ck_assert(!config_user("no-such-user-here", &uid, &gid, &why));
        ck_assert(!config_user("61001:no-such-group-here", &uid, &gid, &why));
        ck_assert(config_user("61001", &uid, &gid, &why));
        ck_assert_uint_eq(uid, 61001);
        ck_assert_uint_eq(gid, 61001);
        ck_assert(config_user("61001:61009", &uid, &gid, &why));
        ck_assert_uint_eq(gid, 61009);
}
END_TEST

static char *read_source(const char *path)
{
        char name[1024];
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        FILE *file;
        size_t n;

        snprintf(name, sizeof(name), "%s/%s", getenv("QCR_SOURCE"), path);
        file = fopen(name, "r");
        ck_assert_msg(file != NULL, "%s", name);
        while ((n = fread(buffer_reserve(&text, 4096), 1, 4096, file)) > 0)
                text.length += n;
        fclose(file);
        return must_copy_text(buffer_text(&text));
}

/* The sample shows each key once, commented out, with its default, under its help; then it is read. */
START_TEST(the_sample_is_the_table)
{
        char *sample = read_source("share/qcrd.conf.sample");
        CLEANUP(buffer) struct buffer expected = BUFFER_INIT;
        const struct config_key *keys;
        struct config config;
        struct fault why;
        size_t count;

        keys = config_keys(&count);
        for (size_t i = 0; i < count; i++) {
                buffer_clear(&expected);
                if (keys[i].initial)
                        buffer_add_format(&expected, "\n# %s\n#%s = %s\n", keys[i].help, keys[i].name, keys[i].initial);
                else
                        buffer_add_format(&expected, "\n# %s\n%s = ", keys[i].help, keys[i].name);
                ck_assert_msg(strstr(sample, buffer_text(&expected)), "not in the sample: %s", buffer_text(&expected));
        }
        ck_assert_msg(config_parse(sample, "sample", &config, &why), "%s", why.text);
        free(sample);
}
END_TEST

START_TEST(the_manual_names_each_key_with_its_default)
{
        char *manual = read_source("docs/man/qcrd.conf.5.scd");
        CLEANUP(buffer) struct buffer expected = BUFFER_INIT;
        const struct config_key *keys;
        size_t count, entries = 0;

        keys = config_keys(&count);
        for (size_t i = 0; i < count; i++) {
                buffer_clear(&expected);
                if (!keys[i].initial)
                        buffer_add_format(&expected, "\n*%s* (required)\n\t%s", keys[i].name, keys[i].help);
                else if (!*keys[i].initial)
                        buffer_add_format(&expected, "\n*%s* (empty%s)\n\t%s", keys[i].name,
                                keys[i].live ? ", live" : "", keys[i].help);
                else
                        buffer_add_format(&expected, "\n*%s* (%s%s)\n\t%s", keys[i].name, keys[i].initial,
                                keys[i].live ? ", live" : "", keys[i].help);
                ck_assert_msg(strstr(manual, buffer_text(&expected)), "not in the manual: %s", buffer_text(&expected));
        }
        for (const char *at = manual; (at = strstr(at, ")\n\t")); at++)
                entries++;
        ck_assert_uint_eq(entries, count);
        free(manual);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("config");
        TCase *cases = tcase_create("config");

        tcase_add_loop_test(cases, a_configuration_that_is_wrong_is_refused_with_its_line_and_word, 0,
                sizeof(refused) / sizeof(refused[0]));
        tcase_add_test(cases, a_line_too_long_is_refused_not_cut_in_two);
        tcase_add_test(cases, what_is_not_given_has_the_default_of_the_table);
        tcase_add_test(cases, a_long_value_goes_on_in_lines_that_begin_with_a_space);
        tcase_add_test(cases, a_configuration_encoded_and_parsed_is_the_same);
        tcase_add_test(cases, a_reload_keeps_what_cannot_change_and_names_it);
        tcase_add_test(cases, users_are_names_or_numbers_and_never_root);
        tcase_add_test(cases, the_sample_is_the_table);
        tcase_add_test(cases, the_manual_names_each_key_with_its_default);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
