/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/process.h"

/* As root: three users, different ones, with one group, the view's. */
static bool check_users(const struct config *config, uid_t ret_uid[PROCESS_ROLES], gid_t *ret_gid, struct fault *why)
{
        const char *const names[] = {"user_worker", "user_sealer", "user_follower"};
        const char *const users[] = {config->user_worker, config->user_sealer, config->user_follower};
        gid_t gid[PROCESS_ROLES];

        for (unsigned i = 0; i < PROCESS_ROLES; i++) {
                if (!*users[i])
                        return fault_set(why, FAULT_CONFIG,
                                "started as root: user_worker, user_sealer and user_follower must be given (%s is not)",
                                names[i]);
                if (!config_user(users[i], &ret_uid[i], &gid[i], why))
                        return false;
                if (gid[i] != gid[0])
                        return fault_set(why, FAULT_CONFIG, "%s: must have the group of user_worker", names[i]);
        }
        if (ret_uid[0] == ret_uid[1] || ret_uid[0] == ret_uid[2] || ret_uid[1] == ret_uid[2])
                return fault_set(why, FAULT_CONFIG, "user_worker, user_sealer and user_follower must differ");
        *ret_gid = gid[0];
        return true;
}

/* Makes the folder where it is missing, and gives away one that is root's. */
static bool prepare(const char *path, bool is_root, uid_t uid, gid_t gid, struct fault *why)
{
        struct stat status;
        bool fine;
        int fd;

        if (mkdir(path, 0750) != 0 && errno != EEXIST)
                return fault_set(why, FAULT_SYSTEM, "%.300s: %s", path, strerror(errno));
        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        fine = fd >= 0 && fstat(fd, &status) == 0;
        if (fine && is_root && status.st_uid == 0)
                fine = fchmod(fd, 0750) == 0 && fchown(fd, uid, gid) == 0;
        if (!fine)
                (void)fault_set(why, FAULT_SYSTEM, "%.300s: %s", path, strerror(errno));
        if (fd >= 0)
                close(fd);
        return fine;
}

bool folders_prepare(const struct config *config, struct fault *why)
{
        uid_t uid[PROCESS_ROLES] = {0};
        bool is_root = geteuid() == 0;
        gid_t gid = 0;

        return (!is_root || check_users(config, uid, &gid, why)) &&
               prepare(config->view_directory, is_root, uid[PROCESS_FOLLOWER], gid, why) &&
               prepare(config->spool_directory, is_root, uid[PROCESS_WORKER], gid, why) &&
               prepare(config->evidence_directory, is_root, uid[PROCESS_WORKER], gid, why);
}
