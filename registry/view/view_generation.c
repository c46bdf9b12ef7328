/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "gen-"
#define CURRENT "current"
#define CURRENT_NEXT "current.next"

/* `gen-N` with N as this program writes it; 0 for anything else. */
static uint64_t number_of(const char *name)
{
        char written[VIEW_GENERATION_SIZE];
        uint64_t number;

        if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
                return 0;
        number = strtoull(name + strlen(PREFIX), NULL, 10);
        snprintf(written, sizeof(written), PREFIX "%" PRIu64, number);
        return strcmp(written, name) == 0 ? number : 0;
}

bool view_directory_open(const char *path, int *ret, struct fault *why)
{
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return fault_set(why, FAULT_SYSTEM, "view directory %s: %s", path, strerror(errno));
        *ret = fd;
        return true;
}

bool view_generation_current(const char *directory, char ret[VIEW_GENERATION_SIZE], struct fault *why)
{
        char path[PATH_MAX], name[VIEW_GENERATION_SIZE];
        ssize_t length;

        if (snprintf(path, sizeof(path), "%s/" CURRENT, directory) >= (int)sizeof(path))
                return fault_set(why, FAULT_CONFIG, "view directory: the path is too long");
        length = readlink(path, name, sizeof(name) - 1);
        if (length < 0 && errno == ENOENT)
                return fault_set(why, FAULT_VIEW, "there is no view yet in %s", directory);
        if (length < 0)
                return fault_set(why, FAULT_VIEW, "%s: %s", path, strerror(errno));
        name[length] = '\0';
        if (number_of(name) == 0)
                return fault_set(why, FAULT_VIEW, "%s does not name a generation", path);
        strcpy(ret, name);
        return true;
}

/* Calls `each` for every generation; `.` is the directory behind `fd`. */
static bool walk(int fd, const char *directory, bool (*each)(void *closure, int fd, const char *name), void *closure,
        struct fault *why)
{
        struct dirent *entry;
        bool went_well = true;
        /* A description of its own: the offset of readdir belongs to it. */
        DIR *dir = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

        if (!dir)
                return fault_set(why, FAULT_SYSTEM, "view directory %s: %s", directory, strerror(errno));
        while (went_well && (entry = readdir(dir)))
                if (number_of(entry->d_name))
                        went_well = each(closure, fd, entry->d_name);
        closedir(dir);
        return went_well ? true : fault_set(why, FAULT_SYSTEM, "view directory %s: %s", directory, strerror(errno));
}

static const struct {
        const char *name;
        mode_t mode;
} files[] = {{"data.mdb", 0640}, {"lock.mdb", 0660}};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

static bool make_files(int directory, const char *generation)
{
        int fd = openat(directory, generation, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool made = fd >= 0;

        for (size_t i = 0; made && i < FILE_COUNT; i++) {
                int file = openat(fd, files[i].name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, files[i].mode);

                /* The umask is whoever's started us. */
                made = file >= 0 && fchmod(file, files[i].mode) == 0;
                if (file >= 0)
                        close(file);
        }
        if (fd >= 0)
                close(fd);
        return made;
}

bool view_generation_create(const char *directory, char ret[VIEW_GENERATION_SIZE], struct fault *why)
{
        char name[VIEW_GENERATION_SIZE];
        uint64_t number;
        bool made;
        int fd;

        if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
                return fault_set(why, FAULT_SYSTEM, "getrandom: %s", strerror(errno));
        if (!view_directory_open(directory, &fd, why))
                return false;
        snprintf(name, sizeof(name), PREFIX "%" PRIu64, number | 1);
        made = mkdirat(fd, name, 0750) == 0 && make_files(fd, name);
        if (!made)
                fault_set(why, FAULT_SYSTEM, "view directory %s/%s: %s", directory, name, strerror(errno));
        close(fd);
        if (made)
                strcpy(ret, name);
        return made;
}

bool view_generation_publish(const char *directory, const char *generation, struct fault *why)
{
        bool published;
        int fd;

        if (!view_directory_open(directory, &fd, why))
                return false;
        published = (unlinkat(fd, CURRENT_NEXT, 0) == 0 || errno == ENOENT) &&
                symlinkat(generation, fd, CURRENT_NEXT) == 0 && renameat(fd, CURRENT_NEXT, fd, CURRENT) == 0;
        if (!published)
                fault_set(why, FAULT_SYSTEM, "view directory %s: making %s current: %s", directory, generation, strerror(errno));
        close(fd);
        return published;
}

bool view_generation_withdraw(const char *directory, struct fault *why)
{
        bool withdrawn;
        int fd;

        if (!view_directory_open(directory, &fd, why))
                return false;
        withdrawn = unlinkat(fd, CURRENT, 0) == 0 || errno == ENOENT;
        if (!withdrawn)
                fault_set(why, FAULT_SYSTEM, "view directory %s: %s", directory, strerror(errno));
        close(fd);
        return withdrawn;
}

struct sweep {
        const char *keep;
        const char *current;
};

static bool remove_other(void *closure, int fd, const char *name)
{
        const struct sweep *sweep = closure;
        int generation;
        bool removed = true;

        if (strcmp(name, sweep->keep) == 0 || strcmp(name, sweep->current) == 0)
                return true;
        generation = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (generation < 0)
                return false;
        for (size_t i = 0; removed && i < FILE_COUNT; i++)
                removed = unlinkat(generation, files[i].name, 0) == 0 || errno == ENOENT;
        close(generation);
        return removed && unlinkat(fd, name, AT_REMOVEDIR) == 0;
}

bool view_generation_sweep(const char *directory, const char *keep, struct fault *why)
{
        char current[VIEW_GENERATION_SIZE] = "";
        struct sweep sweep = {keep, current};
        struct fault ignored;
        bool swept;
        int fd;

        if (!view_generation_current(directory, current, &ignored))
                current[0] = '\0';
        if (!view_directory_open(directory, &fd, why))
                return false;
        swept = walk(fd, directory, remove_other, &sweep, why);
        close(fd);
        return swept;
}
