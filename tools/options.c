/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/options.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEM_FILE "/etc/qcr/qcr.conf"
#define PERSON_LIMIT 32u /* characters, as the registry has it */
#define TIMEOUT_SECONDS_MAX 600

static const struct {
        const char *word;
        const char *variable;
} names[OPTION_COUNT] = {
        [OPTION_HOME] = {"home", "QCR_HOME"},
        [OPTION_SERVER] = {"server", "QCR_SERVER"},
        [OPTION_CA] = {"ca", "QCR_CA"},
        [OPTION_AS] = {"as", "QCR_AS"},
        [OPTION_DATABASE] = {"database", "QCR_DATABASE"},
        [OPTION_LANGUAGE] = {"language", "QCR_LANGUAGE"},
        [OPTION_COLOR] = {"color", "QCR_COLOR"},
        [OPTION_TIMEOUT] = {"timeout", "QCR_TIMEOUT"},
};

const char *option_word(enum option_name name)
{
        return names[name].word;
}

const char *option_variable(enum option_name name)
{
        return names[name].variable;
}

void options_done(struct options *options)
{
        for (int i = 0; i < OPTION_COUNT; i++)
                free(options->value[i]);
        free(options->ca_file);
        free(options->key_file);
        free(options->certificate_file);
        *options = OPTIONS_INIT;
}

static void set_from(struct options *options, enum option_name name, const char *value, const char *source)
{
        free(options->value[name]);
        options->value[name] = must_copy_text(value);
        snprintf(options->source[name], sizeof(options->source[name]), "%s", source);
}

void options_set(struct options *options, enum option_name name, const char *value)
{
        set_from(options, name, value, "flag");
}

/* --------------------------------------------------------------------- files */

struct file_reading {
        struct options *options;
        const char *file;
        char unknown[64];
};

static int take_line(void *context, const char *section, const char *name, const char *value)
{
        struct file_reading *reading = context;

        if (*section == '\0')
                for (int i = 0; i < OPTION_COUNT; i++)
                        if (strcmp(name, names[i].word) == 0) {
                                if (!reading->options->value[i])
                                        set_from(reading->options, (enum option_name)i, value, reading->file);
                                return 1;
                        }
        snprintf(reading->unknown, sizeof(reading->unknown), "%s", name);
        return 0;
}

static bool load_file(struct options *options, const char *file, bool must_exist, struct fault *why)
{
        struct file_reading reading = {.options = options, .file = file};
        FILE *f = fopen(file, "re");
        int line;

        if (!f && errno == ENOENT && !must_exist)
                return true;
        if (!f)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", file, strerror(errno));
        line = ini_parse_file(f, take_line, &reading);
        fclose(f);
        if (line && reading.unknown[0])
                return fault_set(why, FAULT_CONFIG, "%s, line %d: there is no option '%s'", file, line,
                        reading.unknown);
        return line == 0 || fault_set(why, FAULT_CONFIG, "%s, line %d: not NAME = VALUE", file, line);
}

static bool load_user_file(struct options *options, struct fault *why)
{
        CLEANUP(buffer) struct buffer path = BUFFER_INIT;
        const char *folder = getenv("XDG_CONFIG_HOME");
        const char *home = getenv("HOME");

        if (folder && *folder)
                buffer_add_format(&path, "%s/qcr/qcr.conf", folder);
        else if (home && *home)
                buffer_add_format(&path, "%s/.config/qcr/qcr.conf", home);
        else
                return true;
        return load_file(options, buffer_text(&path), false, why);
}

bool options_load(struct options *options, const char *config, struct fault *why)
{
        for (int i = 0; i < OPTION_COUNT; i++) {
                const char *value = getenv(names[i].variable);

                if (!options->value[i] && value && *value)
                        set_from(options, (enum option_name)i, value, names[i].variable);
        }
        if (config && !load_file(options, config, true, why))
                return false;
        return load_user_file(options, why) && load_file(options, SYSTEM_FILE, false, why);
}

/* -------------------------------------------------------------------- values */

const char *options_get(const struct options *options, enum option_name name)
{
        if (!options->value[name] && name == OPTION_AS)
                return OPTION_AS_DEFAULT;
        return options->value[name];
}

static char *join_path(const char *folder, const char *middle, const char *rest)
{
        CLEANUP(buffer) struct buffer path = BUFFER_INIT;

        buffer_add_format(&path, "%s/%s%s", folder, middle, rest);
        return must_copy_text(buffer_text(&path));
}

bool options_ca(struct options *options, const char **ret, struct fault *why)
{
        const char *ca = options_get(options, OPTION_CA);
        const char *home = options_get(options, OPTION_HOME);

        if (!ca && !home)
                return fault_set(why, FAULT_CONFIG,
                        "no CA: give --ca FILE or --home FOLDER, or set QCR_CA or QCR_HOME");
        if (!ca && !options->ca_file)
                options->ca_file = join_path(home, "ca/ca.pem", "");
        *ret = ca ? ca : options->ca_file;
        return true;
}

static bool is_person(const char *name)
{
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

        return length > 0 && length <= PERSON_LIMIT && name[length] == '\0';
}

static bool read_timeout(const struct options *options, uint32_t *ret_ms, struct fault *why)
{
        const char *text = options_get(options, OPTION_TIMEOUT);
        unsigned long seconds;
        char *end;

        if (!text)
                return true;
        errno = 0;
        seconds = strtoul(text, &end, 10);
        if (*text < '1' || *text > '9' || *end || errno || seconds > TIMEOUT_SECONDS_MAX)
                return fault_set(why, FAULT_CONFIG, "timeout '%s' (%s): 1 to %d seconds", text,
                        options->source[OPTION_TIMEOUT], TIMEOUT_SECONDS_MAX);
        *ret_ms = (uint32_t)seconds * 1000;
        return true;
}

bool options_wire(struct options *options, struct wire_options *ret, struct fault *why)
{
        const char *home = options_get(options, OPTION_HOME);
        const char *as = options_get(options, OPTION_AS);
        struct wire_options wire = {.server = options_get(options, OPTION_SERVER)};

        if (!wire.server)
                return fault_set(why, FAULT_CONFIG, "no server: give --server HOST:PORT or set QCR_SERVER");
        if (!home)
                return fault_set(why, FAULT_CONFIG, "no person's key: give --home FOLDER or set QCR_HOME");
        if (!is_person(as))
                return fault_set(why, FAULT_CONFIG, "'%s' cannot be a person's name: a-z, 0-9 and -", as);
        if (!options_ca(options, &wire.ca_file, why) || !read_timeout(options, &wire.reply_ms, why))
                return false;
        free(options->key_file);
        free(options->certificate_file);
        options->key_file = join_path(home, "people/", as);
        options->certificate_file = join_path(options->key_file, "cert.pem", "");
        wire.certificate_file = options->certificate_file;

        char *folder = options->key_file;

        options->key_file = join_path(folder, "key.pem", "");
        free(folder);
        wire.key_file = options->key_file;
        *ret = wire;
        return true;
}
