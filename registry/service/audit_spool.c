/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/audit_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "registry/base/log.h"

#define SUFFIX ".audit"
#define NAME_OCTETS 160u

struct audit_spool {
        char *directory;
        char *node;
        unsigned worker;
        int fd;              /* -1: no file yet */
        char name[NAME_OCTETS];
        int64_t opened_ms;
        int64_t length;      /* whole lines in the file */
        int64_t unsynced;    /* octets since the last fdatasync */
        int64_t folder;      /* octets in the folder at the last tick, and added since */
        int64_t max_octets;
        struct buffer line;
};

struct audit_spool *audit_spool_new(const char *directory, const char *node, unsigned worker, int64_t max_octets)
{
        struct audit_spool *spool = must_alloc(sizeof(*spool));

        spool->directory = must_copy_text(directory);
        spool->node = must_copy_text(node);
        spool->worker = worker;
        spool->fd = -1;
        spool->max_octets = max_octets;
        return spool;
}

static bool refuse(const struct audit_spool *spool, const char *what, struct fault *why)
{
        return fault_set(why, FAULT_SYSTEM, "%s/%s: %s: %s", spool->directory, spool->name, what, strerror(errno));
}

static bool sync_lines(struct audit_spool *spool, struct fault *why)
{
        if (spool->fd < 0 || spool->unsynced == 0)
                return true;
        if (fdatasync(spool->fd) != 0)
                return refuse(spool, "fdatasync", why);
        spool->unsynced = 0;
        return true;
}

static void let_go(struct audit_spool *spool)
{
        if (spool->fd >= 0)
                close(spool->fd); /* and with it the lock: the file is complete */
        spool->fd = -1;
        spool->name[0] = '\0';
        spool->length = spool->unsynced = 0;
}

void audit_spool_free(struct audit_spool *spool)
{
        struct fault why;

        if (!spool)
                return;
        if (!sync_lines(spool, &why))
                log_event(LOG_ERR, "audit.sync", "why", why.text);
        let_go(spool);
        buffer_done(&spool->line);
        free(spool->directory);
        free(spool->node);
        free(spool);
}

/* The folder's entry must be durable too, or a power cut takes a synced file away. */
static bool sync_folder(struct audit_spool *spool, struct fault *why)
{
        int fd = open(spool->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool fine = fd >= 0 && fsync(fd) == 0;

        if (!fine)
                (void)refuse(spool, "fsync of the folder", why);
        if (fd >= 0)
                close(fd);
        return fine;
}

static bool open_file(struct audit_spool *spool, int64_t now_ms, struct fault *why)
{
        time_t seconds = (time_t)(now_ms / 1000);
        char path[PATH_MAX], time[32];
        uint32_t digits;
        struct tm utc;

        if (RAND_bytes((uint8_t *)&digits, sizeof(digits)) != 1)
                return fault_set(why, FAULT_CRYPTO, "no random digits for a file's name");
        gmtime_r(&seconds, &utc);
        strftime(time, sizeof(time), "%Y%m%dT%H%M%SZ", &utc);
        snprintf(spool->name, sizeof(spool->name), "%.64s-worker%u-%s-%08x" SUFFIX, spool->node, spool->worker, time,
                digits);
        snprintf(path, sizeof(path), "%s/%s", spool->directory, spool->name);
        spool->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
        if (spool->fd < 0)
                return refuse(spool, "open", why);
        if (flock(spool->fd, LOCK_EX | LOCK_NB) != 0) {
                (void)refuse(spool, "flock", why);
                let_go(spool);
                return false;
        }
        spool->opened_ms = now_ms;
        return sync_folder(spool, why);
}

bool audit_spool_add(struct audit_spool *spool, const struct audit_line *line, struct fault *why)
{
        ssize_t n;

        buffer_clear(&spool->line);
        audit_line_encode(line, &spool->line);
        buffer_add_u8(&spool->line, '\n');
        if (spool->line.length > AUDIT_LINE_OCTETS)
                return fault_set(why, FAULT_LIMIT, "an audit line of %zu octets", spool->line.length);
        if (spool->folder + (int64_t)spool->line.length > spool->max_octets)
                return fault_set(why, FAULT_LIMIT, "%s holds %lld octets, more than it may", spool->directory,
                        (long long)spool->folder);
        if (spool->fd < 0 && !open_file(spool, line->at_ms, why))
                return false;
        n = write(spool->fd, spool->line.data, spool->line.length);
        if (n != (ssize_t)spool->line.length) {
                if (n >= 0)
                        errno = ENOSPC;
                (void)refuse(spool, "write", why);
                /* Part of a line must not run into the next one. */
                if (ftruncate(spool->fd, spool->length) != 0)
                        let_go(spool);
                return false;
        }
        spool->length += n;
        spool->unsynced += n;
        spool->folder += n;
        return true;
}

const char *audit_spool_current(const struct audit_spool *spool)
{
        return spool->name;
}

void audit_spool_limit(struct audit_spool *spool, int64_t max_octets)
{
        spool->max_octets = max_octets;
}

/* ------------------------------------------------------------------- folder */

static bool is_spool_name(const char *name)
{
        size_t length = strlen(name), suffix = sizeof(SUFFIX) - 1;

        return name[0] != '.' && length > suffix && length < NAME_OCTETS &&
               strcmp(name + length - suffix, SUFFIX) == 0;
}

static int64_t measure(const char *directory)
{
        DIR *folder = opendir(directory);
        const struct dirent *entry;
        int64_t total = 0;
        struct stat status;

        if (!folder)
                return 0;
        while ((entry = readdir(folder)))
                if (is_spool_name(entry->d_name) && fstatat(dirfd(folder), entry->d_name, &status, 0) == 0)
                        total += status.st_size;
        closedir(folder);
        return total;
}

bool audit_spool_tick(struct audit_spool *spool, int64_t now_ms, struct fault *why)
{
        bool fine = sync_lines(spool, why);

        if (spool->fd >= 0 && spool->length > 0 &&
            (spool->length >= AUDIT_FILE_OCTETS || now_ms - spool->opened_ms >= AUDIT_FILE_MS || !fine))
                let_go(spool);
        spool->folder = measure(spool->directory);
        return fine;
}

int audit_spool_take(const char *directory, char *ret_name, size_t size)
{
        DIR *folder = opendir(directory);
        const struct dirent *entry;
        int fd = -1;

        if (!folder)
                return -1;
        while (fd < 0 && (entry = readdir(folder))) {
                struct stat status, linked;

                if (!is_spool_name(entry->d_name) || strlen(entry->d_name) >= size)
                        continue;
                fd = openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (fd < 0)
                        continue;
                /* It may have been shipped and removed between reading the folder and the lock. */
                if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                    fstatat(dirfd(folder), entry->d_name, &linked, AT_SYMLINK_NOFOLLOW) == 0 &&
                    linked.st_ino == status.st_ino) {
                        if (status.st_size > 0) {
                                snprintf(ret_name, size, "%s", entry->d_name);
                                break;
                        }
                        (void)unlinkat(dirfd(folder), entry->d_name, 0);
                }
                close(fd);
                fd = -1;
        }
        closedir(folder);
        return fd;
}

/* -------------------------------------------------------------------- lines */

void audit_line_encode(const struct audit_line *line, struct buffer *to)
{
        struct buffer pairs = BUFFER_INIT;

        log_add_pair(&pairs, "at", LOG_NUMBER(line->at_ms));
        log_add_pair(&pairs, "person", line->person_id);
        log_add_pair(&pairs, "operation", line->operation);
        if (line->code)
                log_add_pair(&pairs, "code", line->code);
        if (line->purpose)
                log_add_pair(&pairs, "purpose", line->purpose);
        log_add_pair(&pairs, "outcome", line->outcome);
        buffer_add_slice(to, buffer_slice(&pairs));
        buffer_done(&pairs);
}

/* One octet of a quoted value; 0 when it is cut off or badly escaped (a value has no NUL). */
static uint8_t take_escaped(struct reader *r)
{
        uint8_t c = reader_u8(r), octet;
        char digits[2];

        if (c != '\\')
                return r->failed ? 0 : c;
        c = reader_u8(r);
        if (c == '"' || c == '\\')
                return c;
        digits[0] = (char)reader_u8(r);
        digits[1] = (char)reader_u8(r);
        return !r->failed && c == 'x' && hex_decode(digits, 2, &octet, 1) ? octet : 0;
}

/* Appends the value with a NUL behind it. */
static bool take_value(struct reader *r, struct buffer *room)
{
        if (r->left > 0 && *r->data == '"') {
                (void)reader_u8(r);
                while (r->left > 0 && *r->data != '"') {
                        uint8_t octet = take_escaped(r);

                        if (!octet)
                                return false;
                        buffer_add_u8(room, octet);
                }
                if (reader_u8(r) != '"')
                        return false;
        } else {
                while (r->left > 0 && *r->data != ' ')
                        buffer_add_u8(room, reader_u8(r));
        }
        buffer_add_u8(room, '\0');
        return r->left == 0 || reader_u8(r) == ' ';
}

static bool take_pair(struct reader *r, const char *key, struct buffer *room, size_t *ret_offset)
{
        size_t length = strlen(key);

        if (r->left <= length || memcmp(r->data, key, length) != 0 || r->data[length] != '=')
                return false;
        (void)reader_take(r, length + 1);
        *ret_offset = room->length;
        return take_value(r, room);
}

bool audit_line_parse(struct slice text, struct buffer *room, struct audit_line *ret)
{
        struct reader r = reader_of(text);
        size_t at, person, operation, code, purpose, outcome;
        bool has_code, has_purpose;
        const char *texts;
        char *end;

        buffer_clear(room);
        if (!take_pair(&r, "at", room, &at) || !take_pair(&r, "person", room, &person) ||
            !take_pair(&r, "operation", room, &operation))
                return false;
        has_code = take_pair(&r, "code", room, &code);
        has_purpose = take_pair(&r, "purpose", room, &purpose);
        if (!take_pair(&r, "outcome", room, &outcome) || !reader_is_done(&r))
                return false;
        texts = (const char *)room->data;
        *ret = (struct audit_line){
                .at_ms = strtoll(texts + at, &end, 10),
                .person_id = texts + person,
                .operation = texts + operation,
                .code = has_code ? texts + code : NULL,
                .purpose = has_purpose ? texts + purpose : NULL,
                .outcome = texts + outcome,
        };
        return end != texts + at && *end == '\0';
}
