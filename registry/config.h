/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The configuration of qcrd: `key = value` lines, one table of keys. The table is what is parsed, checked,
 * printed and handed to the processes; the sample file and the manual page are compared with it by a test.
 *
 * A configuration is read whole, checked whole and then used whole. What is wrong is refused with the line and
 * the word at fault; a reload that is refused leaves the old one in force. An unknown key, a key given twice
 * and a section are errors: a typing mistake must not quietly become a default.
 *
 * Paths may be relative: to the folder of the configuration file, which the parent makes its own before it
 * gives up any right, so that a registry in a folder closed to others works.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define CONFIG_TEXT_OCTETS 1024u
#define CONFIG_WORKERS_MAX 32u

struct config {
        char origin[CONFIG_TEXT_OCTETS];
        char node[CONFIG_TEXT_OCTETS];
        char listen[CONFIG_TEXT_OCTETS];      /* HOST:PORT, [V6]:PORT */
        int64_t workers;
        char database[CONFIG_TEXT_OCTETS];    /* conninfo without a user */
        char view_directory[CONFIG_TEXT_OCTETS];
        char spool_directory[CONFIG_TEXT_OCTETS];
        char evidence_directory[CONFIG_TEXT_OCTETS];
        char ca_file[CONFIG_TEXT_OCTETS];
        char tls_certificate[CONFIG_TEXT_OCTETS];
        char tls_key[CONFIG_TEXT_OCTETS];
        char lookup_certificate[CONFIG_TEXT_OCTETS];
        char lookup_key[CONFIG_TEXT_OCTETS];
        char user_worker[CONFIG_TEXT_OCTETS]; /* USER, UID, USER:GROUP, UID:GID; see config_user */
        char user_sealer[CONFIG_TEXT_OCTETS];
        char user_follower[CONFIG_TEXT_OCTETS];
        char port_file[CONFIG_TEXT_OCTETS];
        int64_t log_level;
        int64_t stale_ms;
        int64_t stale_cap_ms;
        int64_t clock_step_ms;
        int64_t handshake_ms;
        int64_t idle_ms;
        int64_t frame_ms;
        int64_t write_ms;
        int64_t connections_max;
        int64_t unauthenticated_max;
        int64_t per_address_max;
        int64_t in_flight_per_connection;
        int64_t in_flight_max;
        int64_t lookups_per_day;
        int64_t signatures_per_second;
        int64_t spool_max_mib;
        int64_t evidence_octets;
        int64_t evidence_octets_per_day;
};

enum config_type {
        CONFIG_TEXT,
        CONFIG_ORIGIN,  /* a name as in statements: no space, no plus */
        CONFIG_NODE,    /* letters, digits, dot and hyphen: it names spool files */
        CONFIG_PATH,
        CONFIG_ADDRESS,
        CONFIG_USER,
        CONFIG_NUMBER,
        CONFIG_LEVEL,
};

struct config_key {
        const char *name;
        enum config_type type;
        size_t offset;       /* in struct config */
        const char *initial; /* the default; NULL: the key must be given */
        int64_t least, most; /* of numbers */
        bool live;           /* a reload changes it; the others wait for a restart */
        const char *help;
};

/* The table, in the order of the sample file. */
const struct config_key *config_keys(size_t *ret_count);

/* Reads one text whole. `name` is for messages. `ret` untouched on failure. */
bool config_parse(const char *text, const char *name, struct config *ret, struct fault *why) MUST_CHECK;
/* The same from a file. */
bool config_read(const char *path, struct config *ret, struct fault *why) MUST_CHECK;

/* Appends the text that reads as this configuration: what the parent hands to its children. */
void config_encode(const struct config *config, struct buffer *to);

/*
 * Makes a configuration that was read anew fit to replace `running`: keys that cannot change while the
 * processes run keep their running value. Appends their names to `ret_kept`, separated by commas.
 */
void config_keep_fixed(struct config *config, const struct config *running, struct buffer *ret_kept);

/* HOST and PORT of an address; false when it is none. `ret_host` has room for CONFIG_TEXT_OCTETS. */
bool config_address(const char *text, char *ret_host, char ret_port[6]) MUST_CHECK;

/*
 * The ids of a USER value. A name alone has its own primary group; a number alone has the group of the same
 * number. Looks into the account database: call it before the sandbox.
 */
bool config_user(const char *text, uid_t *ret_uid, gid_t *ret_gid, struct fault *why) MUST_CHECK;
