/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/home.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <ini.h>

static bool fail_system(struct fault *why, const char *what, const char *path)
{
        return fault_set(why, FAULT_SYSTEM, "%s %s: %s", what, path, strerror(errno));
}

/* --------------------------------------------------------------- where things are */

bool home_find(const char *flag, const char **ret, struct fault *why)
{
        const char *home = flag ? flag : getenv("QCR_HOME");

        if (!home || !*home)
                return fault_set(why, FAULT_CONFIG, "no registry named: give --home DIR or set QCR_HOME");
        *ret = home;
        return true;
}

static bool join(const char *folder, const char *name, char ret[HOME_PATH_MAX], struct fault *why)
{
        int length = snprintf(ret, HOME_PATH_MAX, "%s/%s", folder, name);

        return (length > 0 && (size_t)length < HOME_PATH_MAX) ||
               fault_set(why, FAULT_CONFIG, "path too long: %.200s/%s", folder, name);
}

bool home_path(const char *home, const char *name, char ret[HOME_PATH_MAX], struct fault *why)
{
        return join(home, name, ret, why);
}

bool home_share_path(const char *name, char ret[HOME_PATH_MAX], struct fault *why)
{
        const char *share = getenv("QCR_SHARE");

        return join(share && *share ? share : QCR_DATA_FOLDER, name, ret, why);
}

bool home_migrations_path(char ret[HOME_PATH_MAX], struct fault *why)
{
        const char *folder = getenv("QCR_MIGRATIONS");

        if (folder && *folder)
                return join(folder, "", ret, why);
        return join(QCR_DATA_FOLDER, "migrations/", ret, why);
}

/* ---------------------------------------------------------------------- settings */

struct wanted {
        const char *key;
        struct buffer *value;
        bool found;
};

static int take_setting(void *closure, const char *section, const char *name, const char *value)
{
        struct wanted *wanted = closure;

        (void)section;
        if (strcmp(name, wanted->key) == 0) {
                buffer_clear(wanted->value);
                buffer_add_text(wanted->value, value);
                wanted->found = true;
        }
        return 1;
}

bool home_setting(const char *home, const char *key, struct buffer *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct wanted wanted = {.key = key, .value = &value};
        char path[HOME_PATH_MAX];
        int line;

        if (!home_path(home, "qcrd.conf", path, why))
                return false;
        line = ini_parse(path, take_setting, &wanted);
        if (line < 0)
                return fail_system(why, "read", path);
        if (line > 0)
                return fault_set(why, FAULT_CONFIG, "%s: line %d cannot be read", path, line);
        if (!wanted.found)
                return fault_set(why, FAULT_CONFIG, "%s: no `%s`", path, key);
        buffer_add_slice(ret, buffer_slice(&value));
        return true;
}

bool home_conninfo(const char *flag, const char *home, struct buffer *ret, struct fault *why)
{
        const char *conninfo = flag ? flag : getenv("QCR_DATABASE");

        if (conninfo && *conninfo) {
                buffer_add_text(ret, conninfo);
                return true;
        }
        if (!home)
                return fault_set(why, FAULT_CONFIG, "no database named: give --database or set QCR_DATABASE");
        return home_setting(home, "database", ret, why);
}

/* ------------------------------------------------------------------------- files */

bool file_read(const char *path, struct buffer *ret, struct fault *why)
{
        int file = open(path, O_RDONLY | O_CLOEXEC);
        size_t before = ret->length;
        ssize_t got = 1;

        if (file < 0)
                return fail_system(why, "read", path);
        while (got > 0 && ret->length - before <= HOME_FILE_LIMIT) {
                got = read(file, buffer_reserve(ret, 65536), 65536);
                if (got < 0 && errno == EINTR)
                        got = 1;
                else if (got > 0)
                        ret->length += (size_t)got;
        }
        if (got < 0) {
                fail_system(why, "read", path);
                close(file);
                return false;
        }
        close(file);
        return ret->length - before <= HOME_FILE_LIMIT ||
               fault_set(why, FAULT_LIMIT, "%s: larger than 4 MiB", path);
}

static bool write_all(int file, struct slice octets)
{
        while (octets.length) {
                ssize_t put = write(file, octets.data, octets.length);

                if (put < 0 && errno != EINTR)
                        return false;
                if (put > 0)
                        octets = slice_of(octets.data + put, octets.length - (size_t)put);
        }
        return true;
}

bool file_sync_folder(const char *path, struct fault *why)
{
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool done;

        if (folder < 0)
                return fail_system(why, "open", path);
        done = fsync(folder) == 0;
        if (!done)
                fail_system(why, "sync", path);
        close(folder);
        return done;
}

static bool sync_folder_of(const char *path, struct fault *why)
{
        char folder[HOME_PATH_MAX];
        char *slash;

        snprintf(folder, sizeof(folder), "%s", path);
        slash = strrchr(folder, '/');
        if (!slash)
                return file_sync_folder(".", why);
        slash[slash == folder] = '\0';
        return file_sync_folder(folder, why);
}

bool file_write(const char *path, struct slice octets, mode_t mode, struct fault *why)
{
        char temporary[HOME_PATH_MAX + 8];
        bool done;
        int file;

        snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
        file = mkostemp(temporary, O_CLOEXEC); /* 0600 from the first moment: keys go through here */
        if (file < 0)
                return fail_system(why, "write", path);
        done = write_all(file, octets) && fchmod(file, mode) == 0 && fsync(file) == 0;
        done = close(file) == 0 && done;
        if (!done || rename(temporary, path) != 0) {
                fail_system(why, "write", path);
                unlink(temporary);
                return false;
        }
        return sync_folder_of(path, why);
}

bool folder_make(const char *path, mode_t mode, struct fault *why)
{
        /* mkdir's mode is cut by the umask; a folder some other account must enter is not left to that. */
        return (mkdir(path, 0700) == 0 && chmod(path, mode) == 0) || fail_system(why, "make", path);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
        (void)status;
        (void)kind;
        (void)place;
        remove(path);
        return 0;
}

void folder_remove(const char *path)
{
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int64_t now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
