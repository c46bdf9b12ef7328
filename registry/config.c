/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ini.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/* A configuration of all keys with long values is a tenth of this. */
#define FILE_LIMIT 65536u
/* inih as the distribution builds it has lines of 200 octets, the line end and NUL among them. */
#define LINE_OCTETS 190u

#define AT(member) offsetof(struct config, member)
#define DAY_MS (24 * 3600 * 1000)

static const struct config_key keys[] = {
        {"origin", CONFIG_ORIGIN, AT(origin), NULL, 0, 0, false,
                "The registry's name, as it stands in every signed statement."},
        {"node", CONFIG_NODE, AT(node), "", 0, 0, false,
                "This machine's name in answers and in the read audit; the host's own name when empty."},
        {"listen", CONFIG_ADDRESS, AT(listen), "127.0.0.1:7410", 0, 0, false,
                "HOST:PORT or [ADDRESS]:PORT to serve on; port 0 takes a free one. Sockets given by a service manager are used instead."},
        {"port_file", CONFIG_PATH, AT(port_file), "", 0, 0, false,
                "A file to write the port into once it is known; none when empty."},
        {"workers", CONFIG_NUMBER, AT(workers), "1", 1, CONFIG_WORKERS_MAX, false,
                "Worker processes."},
        {"database", CONFIG_TEXT, AT(database), NULL, 0, 0, false,
                "Connection string of PostgreSQL, without a user: each process has its own."},
        {"view_directory", CONFIG_PATH, AT(view_directory), "view", 0, 0, false,
                "The read model. The follower's user writes here, the workers' and the sealer's read."},
        {"spool_directory", CONFIG_PATH, AT(spool_directory), "spool", 0, 0, false,
                "The read audit until it is in the database. The workers' user writes here."},
        {"evidence_directory", CONFIG_PATH, AT(evidence_directory), "evidence", 0, 0, false,
                "The documents of cases, named by their SHA-256. The workers' user writes here; it is backed up with the database."},
        {"ca_file", CONFIG_PATH, AT(ca_file), "ca/ca.pem", 0, 0, true,
                "The registry's own certificate authority: the only one whose certificates are accepted."},
        {"tls_certificate", CONFIG_PATH, AT(tls_certificate), "keys/tls.pem", 0, 0, true,
                "The server's certificate and what lies between it and the authority, PEM."},
        {"tls_key", CONFIG_PATH, AT(tls_key), "keys/tls.key", 0, 0, true,
                "Its private key, PEM."},
        {"lookup_certificate", CONFIG_PATH, AT(lookup_certificate), "keys/lookup.pem", 0, 0, true,
                "The lookup-signing certificate and what lies between it and the authority, PEM."},
        {"lookup_key", CONFIG_PATH, AT(lookup_key), "keys/lookup.key", 0, 0, true,
                "Its private key, PEM. Only the sealer is given it."},
        {"user_worker", CONFIG_USER, AT(user_worker), "", 0, 0, false,
                "Whom workers run as when started as root: USER, UID, USER:GROUP or UID:GID. The three users share one group, the view's."},
        {"user_sealer", CONFIG_USER, AT(user_sealer), "", 0, 0, false,
                "Whom the sealer runs as when started as root."},
        {"user_follower", CONFIG_USER, AT(user_follower), "", 0, 0, false,
                "Whom the follower runs as when started as root."},
        {"log_level", CONFIG_LEVEL, AT(log_level), "info", 0, 0, true,
                "The least important lines to log: error, warning, notice, info or debug."},
        {"stale_ms", CONFIG_NUMBER, AT(stale_ms), "60000", 1000, DAY_MS, false,
                "Data older than this answers nothing, unless a request allows more."},
        {"stale_cap_ms", CONFIG_NUMBER, AT(stale_cap_ms), "600000", 1000, DAY_MS, false,
                "The most a request may allow."},
        {"clock_step_ms", CONFIG_NUMBER, AT(clock_step_ms), "60000", 1000, DAY_MS, false,
                "A wall clock that jumps by more than this freezes terms: nothing is decided or signed until it is back or qcrd is restarted."},
        {"handshake_ms", CONFIG_NUMBER, AT(handshake_ms), "5000", 100, 60000, true,
                "A TLS handshake must be over by then."},
        {"idle_ms", CONFIG_NUMBER, AT(idle_ms), "60000", 100, DAY_MS, true,
                "A connection without a request for so long is closed."},
        {"frame_ms", CONFIG_NUMBER, AT(frame_ms), "10000", 100, 600000, true,
                "A request that has begun must be here whole by then."},
        {"write_ms", CONFIG_NUMBER, AT(write_ms), "10000", 100, 600000, true,
                "A peer that takes nothing of its answers for so long is closed."},
        {"connections_max", CONFIG_NUMBER, AT(connections_max), "10000", 1, 1000000, false,
                "Connections of one worker."},
        {"unauthenticated_max", CONFIG_NUMBER, AT(unauthenticated_max), "256", 1, 1000000, true,
                "Connections of one worker that have not finished their handshake."},
        {"per_address_max", CONFIG_NUMBER, AT(per_address_max), "512", 1, 1000000, true,
                "Connections of one worker from one IPv4 address or IPv6 /64."},
        {"in_flight_per_connection", CONFIG_NUMBER, AT(in_flight_per_connection), "256", 1, 65536, false,
                "Requests one connection may have open."},
        {"in_flight_max", CONFIG_NUMBER, AT(in_flight_max), "8192", 1, 1000000, false,
                "Requests one worker may have open."},
        {"lookups_per_day", CONFIG_NUMBER, AT(lookups_per_day), "100000", 1, 1000000000, false,
                "One person's lookups on a legal day, in one worker."},
        {"signatures_per_second", CONFIG_NUMBER, AT(signatures_per_second), "1000", 1, 100000, true,
                "The sealer's cap on signatures; one signature covers a batch of answers."},
        {"spool_max_mib", CONFIG_NUMBER, AT(spool_max_mib), "256", 1, 1048576, true,
                "One worker's read audit that is not in the database yet. Beyond it nothing may be read."},
        {"evidence_octets", CONFIG_NUMBER, AT(evidence_octets), "20971520", 1024, 1 << 30, false,
                "Octets of one document of a case."},
        {"evidence_octets_per_day", CONFIG_NUMBER, AT(evidence_octets_per_day), "1073741824", 1 << 20, INT64_C(1) << 40, false,
                "Octets of documents one person hands in on a legal day, in one worker."},
};

static const struct {
        const char *word;
        int level;
} levels[] = {
        {"error", LOG_ERR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE}, {"info", LOG_INFO}, {"debug", LOG_DEBUG},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

const struct config_key *config_keys(size_t *ret_count)
{
        *ret_count = KEY_COUNT;
        return keys;
}

/* ------------------------------------------------------------------ values */

static char *text_of(struct config *config, const struct config_key *key)
{
        return (char *)config + key->offset;
}

static int64_t *number_of(struct config *config, const struct config_key *key)
{
        return (int64_t *)(void *)((char *)config + key->offset);
}

static bool is_number(enum config_type type)
{
        return type == CONFIG_NUMBER || type == CONFIG_LEVEL;
}

static bool parse_digits(const char *text, int64_t least, int64_t most, int64_t *ret)
{
        char *end;
        long long n;

        if (!isdigit((unsigned char)text[0]))
                return false;
        errno = 0;
        n = strtoll(text, &end, 10);
        if (errno || *end || n < least || n > most)
                return false;
        *ret = n;
        return true;
}

static bool parse_level(const char *text, int64_t *ret)
{
        for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
                if (strcmp(text, levels[i].word) == 0) {
                        *ret = levels[i].level;
                        return true;
                }
        }
        return false;
}

bool config_address(const char *text, char *ret_host, char ret_port[6])
{
        const char *colon = strrchr(text, ':');
        size_t length;
        int64_t port;

        if (!colon || colon == text || !parse_digits(colon + 1, 0, 65535, &port))
                return false;
        length = (size_t)(colon - text);
        if (text[0] == '[') {
                if (length < 3 || colon[-1] != ']')
                        return false;
                text++, length -= 2;
        } else if (memchr(text, ':', length)) {
                return false;
        }
        if (length >= CONFIG_TEXT_OCTETS)
                return false;
        memcpy(ret_host, text, length);
        ret_host[length] = '\0';
        snprintf(ret_port, 6, "%u", (unsigned)port);
        return true;
}

static bool is_made_of(const char *text, const char *marks)
{
        for (; *text; text++)
                if (!isalnum((unsigned char)*text) && !strchr(marks, *text))
                        return false;
        return true;
}

/* Whether the key can have this value; sets it. */
static bool set_value(struct config *config, const struct config_key *key, const char *value, struct fault *why)
{
        char host[CONFIG_TEXT_OCTETS], port[6];
        bool fine = true;

        if (strlen(value) >= CONFIG_TEXT_OCTETS)
                return fault_set(why, FAULT_CONFIG, "%s: longer than %u octets", key->name, CONFIG_TEXT_OCTETS - 1);
        for (const unsigned char *c = (const unsigned char *)value; *c; c++)
                if (*c < ' ' || *c == 0x7f)
                        return fault_set(why, FAULT_CONFIG, "%s: has a control character", key->name);
        switch (key->type) {
        case CONFIG_TEXT:
        case CONFIG_PATH:
                break;
        case CONFIG_ORIGIN:
                fine = *value && strlen(value) < 128 && !strpbrk(value, " +");
                break;
        case CONFIG_NODE:
                fine = strlen(value) <= 64 && is_made_of(value, ".-");
                break;
        case CONFIG_ADDRESS:
                fine = config_address(value, host, port);
                break;
        case CONFIG_USER:
                fine = is_made_of(value, "._-:");
                break;
        case CONFIG_NUMBER:
                if (!parse_digits(value, key->least, key->most, number_of(config, key)))
                        return fault_set(why, FAULT_CONFIG, "%s: '%s' is not a number from %lld to %lld", key->name,
                                value, (long long)key->least, (long long)key->most);
                return true;
        case CONFIG_LEVEL:
                fine = parse_level(value, number_of(config, key));
                break;
        }
        if (!fine)
                return fault_set(why, FAULT_CONFIG, "%s: '%s' cannot be used", key->name, value);
        if (!is_number(key->type))
                strcpy(text_of(config, key), value);
        return true;
}

/* ----------------------------------------------------------------- parsing */

struct parse {
        struct config config;
        bool seen[KEY_COUNT];
        const char *name;  /* of the file */
        const char *left;  /* text not read yet */
        unsigned line;
        bool is_more;      /* the line begins with a space: it goes on with the value before */
        bool failed;
        struct fault *why;
};

static void refuse(struct parse *p, const struct fault *fault)
{
        if (!p->failed)
                (void)fault_set(p->why, FAULT_CONFIG, "%s:%u: %.400s", p->name, p->line, fault->text);
        p->failed = true;
}

/* inih cuts a line that does not fit its buffer in two and reads the rest as a line of its own: refused here. */
static char *read_line(char *room, int size, void *closure)
{
        struct parse *p = closure;
        size_t length = strcspn(p->left, "\n");
        struct fault fault;

        if (!*p->left || p->failed)
                return NULL;
        p->line++;
        if (length + 2 > (size_t)size) {
                (void)fault_set(&fault, FAULT_CONFIG,
                        "longer than %d octets; go on in the next line, beginning it with a space", size - 2);
                refuse(p, &fault);
                return NULL;
        }
        memcpy(room, p->left, length);
        room[length] = '\0';
        p->is_more = isspace((unsigned char)room[0]);
        p->left += length + (p->left[length] == '\n');
        return room;
}

static bool take_pair(struct parse *p, const char *name, const char *value, struct fault *why)
{
        size_t i = 0;

        while (i < KEY_COUNT && strcmp(keys[i].name, name) != 0)
                i++;
        if (i == KEY_COUNT)
                return fault_set(why, FAULT_CONFIG, "there is no key '%s'", name);
        if (p->is_more) {
                char joined[2 * CONFIG_TEXT_OCTETS];

                if (is_number(keys[i].type))
                        return fault_set(why, FAULT_CONFIG, "%s: a number cannot go on in a second line", name);
                snprintf(joined, sizeof(joined), "%s %.*s", text_of(&p->config, &keys[i]),
                        (int)CONFIG_TEXT_OCTETS, value);
                return set_value(&p->config, &keys[i], joined, why);
        }
        if (p->seen[i])
                return fault_set(why, FAULT_CONFIG, "'%s' is given twice", name);
        p->seen[i] = true;
        return set_value(&p->config, &keys[i], value, why);
}

static int on_pair(void *closure, const char *section, const char *name, const char *value)
{
        struct parse *p = closure;
        struct fault fault;

        if (*section)
                (void)fault_set(&fault, FAULT_CONFIG, "sections have no meaning here: [%s]", section);
        else if (take_pair(p, name, value, &fault))
                return 1;
        refuse(p, &fault);
        return 0;
}

static bool check_whole(const struct parse *p, struct fault *why)
{
        for (size_t i = 0; i < KEY_COUNT; i++)
                if (!keys[i].initial && !p->seen[i])
                        return fault_set(why, FAULT_CONFIG, "%s: '%s' must be given", p->name, keys[i].name);
        if (p->config.stale_cap_ms < p->config.stale_ms)
                return fault_set(why, FAULT_CONFIG, "%s: stale_cap_ms is less than stale_ms", p->name);
        if (p->config.unauthenticated_max > p->config.connections_max)
                return fault_set(why, FAULT_CONFIG, "%s: unauthenticated_max is more than connections_max", p->name);
        if (p->config.evidence_octets_per_day < p->config.evidence_octets)
                return fault_set(why, FAULT_CONFIG, "%s: evidence_octets_per_day is less than evidence_octets", p->name);
        return true;
}

bool config_parse(const char *text, const char *name, struct config *ret, struct fault *why)
{
        struct parse p = {.name = name, .left = text, .why = why};
        int bad_line;

        for (size_t i = 0; i < KEY_COUNT; i++)
                if (keys[i].initial && !set_value(&p.config, &keys[i], keys[i].initial, why))
                        return false;
        bad_line = ini_parse_stream(read_line, &p, on_pair, &p);
        if (p.failed)
                return false;
        if (bad_line)
                return fault_set(why, FAULT_CONFIG, "%s:%d: not a 'key = value' line", name, bad_line);
        if (!check_whole(&p, why))
                return false;
        *ret = p.config;
        return true;
}

bool config_read(const char *path, struct config *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        ssize_t n = -1;

        if (fd >= 0) {
                while (text.length <= FILE_LIMIT && (n = read(fd, buffer_reserve(&text, 4096), 4096)) > 0)
                        text.length += (size_t)n;
                if (n < 0)
                        (void)fault_set(why, FAULT_CONFIG, "%s: %s", path, strerror(errno));
                close(fd);
        } else {
                (void)fault_set(why, FAULT_CONFIG, "%s: %s", path, strerror(errno));
        }
        if (n < 0)
                return false;
        if (text.length > FILE_LIMIT)
                return fault_set(why, FAULT_CONFIG, "%s: longer than %u octets", path, FILE_LIMIT);
        if (text.length && memchr(text.data, '\0', text.length))
                return fault_set(why, FAULT_CONFIG, "%s: has a NUL octet", path);
        return config_parse(buffer_text(&text), path, ret, why);
}

/* --------------------------------------------------------------- handing on */

static const char *level_word(int64_t level)
{
        for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
                if (levels[i].level == level)
                        return levels[i].word;
        return "info";
}

/* A long value goes on in further lines, cut at single spaces: reading joins them with one. */
static void encode_text(struct buffer *to, const char *value)
{
        size_t column = 64; /* more than any key takes */

        for (size_t i = 0; value[i]; i++) {
                size_t word = strcspn(value + i + 1, " ");

                if (value[i] == ' ' && word > 0 && column + word > LINE_OCTETS) {
                        buffer_add_text(to, "\n ");
                        column = 1;
                } else {
                        buffer_add_u8(to, (uint8_t)value[i]);
                        column++;
                }
        }
}

void config_encode(const struct config *config, struct buffer *to)
{
        struct config copy = *config;

        for (size_t i = 0; i < KEY_COUNT; i++) {
                buffer_add_format(to, "%s = ", keys[i].name);
                if (keys[i].type == CONFIG_NUMBER)
                        buffer_add_format(to, "%lld", (long long)*number_of(&copy, &keys[i]));
                else if (keys[i].type == CONFIG_LEVEL)
                        buffer_add_text(to, level_word(*number_of(&copy, &keys[i])));
                else
                        encode_text(to, text_of(&copy, &keys[i]));
                buffer_add_u8(to, '\n');
        }
}

void config_keep_fixed(struct config *config, const struct config *running, struct buffer *ret_kept)
{
        for (size_t i = 0; i < KEY_COUNT; i++) {
                char *value = (char *)config + keys[i].offset;
                const char *kept = (const char *)running + keys[i].offset;
                bool same = is_number(keys[i].type) ? memcmp(value, kept, sizeof(int64_t)) == 0
                                                    : strcmp(value, kept) == 0;

                if (keys[i].live || same)
                        continue;
                memcpy(value, kept, is_number(keys[i].type) ? sizeof(int64_t) : CONFIG_TEXT_OCTETS);
                buffer_add_format(ret_kept, "%s%s", ret_kept->length ? "," : "", keys[i].name);
        }
}

/* ------------------------------------------------------------------- users */

static bool find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
        const struct passwd *account = getpwnam(name);
        int64_t number;

        if (account) {
                *ret_uid = account->pw_uid, *ret_gid = account->pw_gid;
                return true;
        }
        if (!parse_digits(name, 1, INT_MAX, &number))
                return false;
        *ret_uid = (uid_t)number, *ret_gid = (gid_t)number;
        return true;
}

static bool find_group(const char *name, gid_t *ret)
{
        const struct group *group = getgrnam(name);
        int64_t number;

        if (!group && !parse_digits(name, 1, INT_MAX, &number))
                return false;
        *ret = group ? group->gr_gid : (gid_t)number;
        return true;
}

bool config_user(const char *text, uid_t *ret_uid, gid_t *ret_gid, struct fault *why)
{
        char name[CONFIG_TEXT_OCTETS];
        char *colon;
        uid_t uid;
        gid_t gid;

        snprintf(name, sizeof(name), "%s", text);
        colon = strchr(name, ':');
        if (colon)
                *colon++ = '\0';
        if (!find_user(name, &uid, &gid))
                return fault_set(why, FAULT_CONFIG, "there is no user '%s'", name);
        if (colon && !find_group(colon, &gid))
                return fault_set(why, FAULT_CONFIG, "there is no group '%s'", colon);
        if (uid == 0)
                return fault_set(why, FAULT_CONFIG, "user '%s' is root", name);
        *ret_uid = uid, *ret_gid = gid;
        return true;
}
