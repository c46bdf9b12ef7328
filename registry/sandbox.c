/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "registry/landlock.h"
#include "registry/syscalls.h"

/* The leak detector of a sanitizer build looks at its own process with ptrace(2), which this would forbid. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

static bool refuse(const char *what, struct fault *why)
{
        return fault_set(why, FAULT_SYSTEM, "%s: %s", what, strerror(errno));
}

/* ------------------------------------------------------------------- rights */

static bool change_user(uid_t uid, gid_t gid, struct fault *why)
{
        if (setgroups(0, NULL) != 0)
                return refuse("setgroups", why);
        if (setresgid(gid, gid, gid) != 0)
                return refuse("setresgid", why);
        if (setresuid(uid, uid, uid) != 0)
                return refuse("setresuid", why);
        if (setuid(0) == 0 || setgid(0) == 0)
                return fault_set(why, FAULT_SYSTEM, "could become root again");
        return true;
}

static bool hide(struct fault *why)
{
        static const struct rlimit none = {0, 0};

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
                return refuse("no new privileges", why);
        if (setrlimit(RLIMIT_CORE, &none) != 0)
                return refuse("core limit", why);
        if (!IS_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
                return refuse("not dumpable", why);
        return true;
}

bool sandbox_drop(const struct sandbox *sandbox, struct fault *why)
{
        if (sandbox->changes_user && !change_user(sandbox->uid, sandbox->gid, why))
                return false;
        if (!hide(why))
                return false;
        /* After the change of user, which clears it. Workers drain by themselves when their parent is gone. */
        if (sandbox->role != PROCESS_WORKER && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0)
                return refuse("parent-death signal", why);
        if (getppid() != sandbox->parent)
                return fault_set(why, FAULT_SYSTEM, "the parent is gone");
        return true;
}

bool sandbox_parent(struct fault *why)
{
        static const unsigned kept[] = {CAP_SETUID, CAP_SETGID, CAP_KILL, CAP_DAC_READ_SEARCH};
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

        if (!hide(why))
                return false;
        if (geteuid() != 0)
                return true;
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
                data[0].effective |= 1u << kept[i];
        data[0].permitted = data[0].effective;
        /* A program it starts has what the bounding set leaves to root. Past the last capability it says EINVAL. */
        for (unsigned i = 0; i < 64 && prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
                if ((i >= 32 || !(data[0].permitted & 1u << i)) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0)
                        return refuse("bounding set", why);
        if (syscall(SYS_capset, &header, data) != 0)
                return refuse("capset", why);
        return true;
}

/* -------------------------------------------------------------------- files */

/* What libc and libraries read while names are resolved, TLS to the database is made, or an error is put into words. */
static const char *const library_paths[] = {
        "/usr", "/lib", "/lib64", "/etc/ssl", "/etc/hosts", "/etc/host.conf", "/etc/resolv.conf", "/etc/nsswitch.conf",
        "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/passwd", "/etc/group", "/etc/localtime",
        "/etc/ld.so.cache", "/run/systemd/resolve", "/dev/null", "/dev/urandom", "/proc/sys/kernel/random",
#if IS_SANITIZED
        "/proc",
#endif
};

bool sandbox_confine(const struct sandbox *sandbox, struct fault *why)
{
        CLEANUP(landlock) struct landlock landlock;

        if (!landlock_init(&landlock, why))
                return false;
        for (size_t i = 0; i < sizeof(library_paths) / sizeof(library_paths[0]); i++)
                landlock_allow(&landlock, library_paths[i], LANDLOCK_READ);
        switch (sandbox->role) {
        case PROCESS_WORKER:
                landlock_allow(&landlock, sandbox->view_directory, LANDLOCK_WRITE); /* LMDB's lock file */
                landlock_allow(&landlock, sandbox->spool_directory, LANDLOCK_CHANGE);
                landlock_allow(&landlock, sandbox->evidence_directory, LANDLOCK_CHANGE);
                landlock_allow_conninfo(&landlock, sandbox->conninfo);
                break;
        case PROCESS_SEALER:
                landlock_allow(&landlock, sandbox->view_directory, LANDLOCK_WRITE);
                break;
        case PROCESS_FOLLOWER:
                landlock_allow(&landlock, sandbox->view_directory, LANDLOCK_CHANGE);
                landlock_allow_conninfo(&landlock, sandbox->conninfo);
                break;
        }
        return landlock_enforce(&landlock, why) &&
               syscalls_confine(sandbox->role == PROCESS_SEALER ? SYSCALLS_OPENING : SYSCALLS_SERVING, IS_SANITIZED,
                       why);
}

bool sandbox_seal(struct fault *why)
{
        return syscalls_confine(SYSCALLS_SEALED, IS_SANITIZED, why);
}
