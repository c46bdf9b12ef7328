/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin policy check: policies as the registry would read them, offline, and what is wrong with each, by line. */
#include "tools/admin_policy.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "registry/core/document_line.h"
#include "registry/core/policy.h"
#include "tools/admin.h"
#include "tools/home.h"
#include "tools/output.h"
#include "tools/show.h"

#define COMMAND "policy check"

static const char help[] =
        "Usage: qcr-admin policy check FILE... [--json]\n"
        "\n"
        "Reads policies as the registry would and stores nothing: the whole document, its bands, gates and rules, and\n"
        "whether a file can come to every grade. Says of each file that it is sound, with name, hash and standing (trial\n"
        "until the document of an organ is named), or what is wrong with it first: line, key, reason, value.\n"
        "\n"
        "  --json   of one file an object, of several an array of them\n"
        "\n"
        "Exit status: 0 all are sound, 2 one is not, 1 one could not be read.\n"
        "\n"
        "Example:\n"
        "  qcr-admin policy check our-policy.json\n"
        "  our-policy.json:7: bands[1].min: must be less than that of the band before (95)\n";

/* ---------------------------------------------------------------- for people */

static void print_sound(const char *file, const struct policy *policy)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        char hash[65];

        hex_encode(policy->hash, sizeof(policy->hash), hash);
        show_text(&line, slice_text(file));
        buffer_add_format(&line, ": sound, %s@%" PRId32 ", %s, %s\n", policy->id, policy->version, hash,
                policy_standing_word(policy_standing(policy)));
        show_print(stdout, &line);
}

static void print_flaw(const char *file, unsigned number, const struct document_error *error)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        show_text(&line, slice_text(file));
        buffer_add_format(&line, ":%u: ", number);
        show_text(&line, slice_text(error->path[0] ? error->path : document_flaw_word(error->flaw)));
        buffer_add_format(&line, ": %s", error->reason);
        if (error->value[0]) {
                buffer_add_text(&line, " (");
                show_text(&line, slice_text(error->value));
                buffer_add_text(&line, ")");
        }
        buffer_add_text(&line, "\n");
        show_print(stderr, &line);
}

/* ---------------------------------------------------------------- for programs */

static json_t *begin_row(const char *file, bool is_sound)
{
        json_t *row = json_object();

        output_set_text(row, "file", file);
        json_object_set_new(row, "sound", json_boolean(is_sound));
        return row;
}

static void write_sound(struct output *output, const char *file, const struct policy *policy)
{
        json_t *one = begin_row(file, true);
        char name[POLICY_ID + 12];
        char hash[65];

        snprintf(name, sizeof(name), "%s@%" PRId32, policy->id, policy->version);
        hex_encode(policy->hash, sizeof(policy->hash), hash);
        output_set_text(one, "policy", name);
        output_set_text(one, "sha256", hash);
        output_set_text(one, "standing", policy_standing_word(policy_standing(policy)));
        json_object_set_new(one, "error", json_null());
        output_document(output, one);
}

static void write_error(struct output *output, const char *file, unsigned line, const char *key, const char *flaw,
        const char *reason, const char *value)
{
        json_t *one = begin_row(file, false);
        json_t *error = json_object();

        json_object_set_new(error, "line", line ? json_integer(line) : json_null());
        output_set_text(error, "key", *key ? key : NULL);
        output_set_text(error, "flaw", flaw);
        output_set_text(error, "reason", reason);
        output_set_text(error, "value", *value ? value : NULL);
        output_set_text(one, "policy", NULL);
        output_set_text(one, "sha256", NULL);
        output_set_text(one, "standing", NULL);
        json_object_set_new(one, "error", error);
        output_document(output, one);
}

/* ---------------------------------------------------------------- one file */

static int fail_reading(struct output *output, const char *file, const struct fault *why)
{
        if (output->mode == OUTPUT_TEXT)
                return admin_fail(COMMAND, why);
        write_error(output, file, 0, "", "unreadable", why->text, "");
        return ADMIN_FAILED;
}

static int check_file(struct output *output, const char *file)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct document_error error;
        struct policy policy;
        struct fault why;
        unsigned line;

        if (!file_read(file, &text, &why))
                return fail_reading(output, file, &why);
        if (policy_parse_draft(buffer_slice(&text), &policy, &error) == DOCUMENT_SOUND) {
                if (output->mode == OUTPUT_TEXT)
                        print_sound(file, &policy);
                else
                        write_sound(output, file, &policy);
                return ADMIN_DONE;
        }
        line = document_line(buffer_slice(&text), &error);
        if (output->mode == OUTPUT_TEXT)
                print_flaw(file, line, &error);
        else
                write_error(output, file, line, error.path, document_flaw_word(error.flaw), error.reason, error.value);
        return ADMIN_USAGE;
}

int admin_policy_check(int argc, char **argv)
{
        static const struct option options[] = {
                {"help", no_argument, NULL, 'h'},
                {"json", no_argument, NULL, 'j'},
                {0},
        };
        struct output output = {.mode = OUTPUT_TEXT};
        bool is_json = admin_wants_json(argc, argv);
        int status = ADMIN_DONE;
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
                switch (letter) {
                case 'h': return admin_help(help);
                case 'j': output.mode = OUTPUT_JSON; break;
                default: return admin_json_bad_option(is_json, COMMAND, letter, argv);
                }
        }
        if (optind == argc)
                return admin_json_usage(is_json, COMMAND, "say which file");
        if (argc - optind > 1)
                output_begin_rows(&output);
        for (int i = optind; i < argc; i++) {
                int one = check_file(&output, argv[i]);

                status = one > status ? one : status;
        }
        if (argc - optind > 1)
                output_end_rows(&output);
        return status;
}
