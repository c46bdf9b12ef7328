/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Options that say who asks whom: the person, the server, the keys. Each has one name, and its value comes
 * from the first place that has one: the flag, the QCR_ variable, the file named by --config, the user's file
 * ($XDG_CONFIG_HOME/qcr/qcr.conf), the system's file (/etc/qcr/qcr.conf). Files hold `name = value` lines; a
 * name that is none is an error, for a misspelt option would silently be another's default.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "tools/wire.h"

enum option_name {
        OPTION_HOME = 0, /* the registry's folder: ca/, people/ */
        OPTION_SERVER,   /* HOST:PORT */
        OPTION_CA,       /* default HOME/ca/ca.pem */
        OPTION_AS,       /* a folder under HOME/people; default regulator */
        OPTION_DATABASE, /* conninfo without a user; for qcr-admin */
        OPTION_LANGUAGE, /* zh or en; default by locale */
        OPTION_COLOR,    /* auto, always, never */
        OPTION_TIMEOUT,  /* seconds to wait for an answer */
        OPTION_COUNT,
};

struct options {
        char *value[OPTION_COUNT];        /* NULL: nobody said */
        char source[OPTION_COUNT][64];    /* flag, the variable's name, or the file's; for messages */
        /* made by options_wire() */
        char *ca_file;
        char *key_file;
        char *certificate_file;
};

#define OPTIONS_INIT ((struct options){0})
#define OPTION_AS_DEFAULT "regulator"

void options_done(struct options *options);

/* `server`, `as`, ...: flag and file use the same name. */
const char *option_word(enum option_name name);
const char *option_variable(enum option_name name);

/* A flag was given; copied. Later calls win. */
void options_set(struct options *options, enum option_name name, const char *value);
/* Fills what no flag gave from the environment and the files. `config` may be NULL. */
bool options_load(struct options *options, const char *config, struct fault *why) MUST_CHECK;
/* The value, or NULL. `as` has its default. */
const char *options_get(const struct options *options, enum option_name name);
/* The CA's file; false when neither `ca` nor `home` is given. */
bool options_ca(struct options *options, const char **ret, struct fault *why) MUST_CHECK;
/* All that a connection needs. The texts live as long as the options. */
bool options_wire(struct options *options, struct wire_options *ret, struct fault *why) MUST_CHECK;
