/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "registry/base/log.h"

/* Newer than the oldest headers this is built with. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0)
#endif
#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/* struct landlock_ruleset_attr as of interface 6; older kernels are given less of it. */
struct ruleset {
        uint64_t files;
        uint64_t net;
        uint64_t scoped;
};

#define FILE_RIGHTS                                                                                                  \
        (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE |                 \
                LANDLOCK_ACCESS_FS_TRUNCATE)
#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS (READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define CHANGE_RIGHTS                                                                                                \
        (WRITE_RIGHTS | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
                LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)
#define ALL_RIGHTS                                                                                                   \
        (CHANGE_RIGHTS | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |  \
                LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

bool landlock_init(struct landlock *landlock, struct fault *why)
{
        struct ruleset rules = {0};
        size_t size = sizeof(uint64_t);

        *landlock = (struct landlock){.fd = -1};
        landlock->version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
        if (landlock->version < 1) {
                log_event(LOG_WARNING, "sandbox.no-landlock", "why", strerror(errno));
                landlock->version = 0;
                return true;
        }
        landlock->files = ALL_RIGHTS;
        if (landlock->version < 2)
                landlock->files &= ~LANDLOCK_ACCESS_FS_REFER;
        if (landlock->version < 3)
                landlock->files &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
        rules.files = landlock->files;
        if (landlock->version >= 4) {
                rules.net = LANDLOCK_ACCESS_NET_BIND_TCP;
                size = 2 * sizeof(uint64_t);
        }
        if (landlock->version >= 6) {
                rules.scoped = LANDLOCK_SCOPE_SIGNAL;
                size = sizeof(rules);
        }
        landlock->fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
        if (landlock->fd < 0)
                return fault_set(why, FAULT_SYSTEM, "landlock: %s", strerror(errno));
        return true;
}

void landlock_cleanup(struct landlock *landlock)
{
        if (landlock->fd >= 0)
                close(landlock->fd);
        landlock->fd = -1;
}

void landlock_allow(struct landlock *landlock, const char *path, enum landlock_access access)
{
        struct landlock_path_beneath_attr rule = {0};
        struct stat status;

        if (landlock->version == 0 || !path || !*path)
                return;
        switch (access) {
        case LANDLOCK_READ:
                rule.allowed_access = READ_RIGHTS;
                break;
        case LANDLOCK_WRITE:
                rule.allowed_access = WRITE_RIGHTS;
                break;
        case LANDLOCK_CHANGE:
                rule.allowed_access = CHANGE_RIGHTS;
                break;
        }
        rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
        if (rule.parent_fd < 0)
                return;
        /* A file has no rights of a folder: the kernel refuses the rule. */
        if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
                rule.allowed_access &= FILE_RIGHTS;
        rule.allowed_access &= landlock->files;
        if (syscall(SYS_landlock_add_rule, landlock->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
                log_event(LOG_WARNING, "sandbox.landlock", "path", path, "why", strerror(errno));
        close(rule.parent_fd);
}

void landlock_allow_conninfo(struct landlock *landlock, const char *conninfo)
{
        static const char *const words[] = {"sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "passfile"};
        PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

        for (const PQconninfoOption *option = options; option && option->keyword; option++)
                for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                        if (option->val && strcmp(option->keyword, words[i]) == 0)
                                landlock_allow(landlock, option->val, LANDLOCK_READ);
        PQconninfoFree(options);
}

bool landlock_enforce(struct landlock *landlock, struct fault *why)
{
        if (landlock->version == 0)
                return true;
        if (syscall(SYS_landlock_restrict_self, landlock->fd, 0) != 0)
                return fault_set(why, FAULT_SYSTEM, "landlock: %s", strerror(errno));
        return true;
}
