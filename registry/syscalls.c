/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* Everybody: what is open, memory, time, waiting, ending. */
static const int basic[] = {
        SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
        SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(fcntl),
        SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(dup), SCMP_SYS(pipe2),
        SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(recvmmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom),
        SCMP_SYS(sendto), SCMP_SYS(shutdown),
        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock), SCMP_SYS(munlock),
        SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier),
        SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
        SCMP_SYS(epoll_pwait2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
        SCMP_SYS(timerfd_settime),
        SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
        SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
        SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
        SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getrusage),
        SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getcpu),
        SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
        SCMP_SYS(getegid), SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static const int files[] = {
        SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat),
        SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(getdents64),
        SCMP_SYS(getcwd), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
        SCMP_SYS(renameat2), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(symlink),
        SCMP_SYS(symlinkat), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
        SCMP_SYS(msync), SCMP_SYS(flock), SCMP_SYS(fchmod), SCMP_SYS(umask), SCMP_SYS(prlimit64),
        SCMP_SYS(mprotect), SCMP_SYS(fadvise64),
};

static const int sockets[] = {
        SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(accept4), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
        SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(socketpair),
        SCMP_SYS(bind), /* a resolver's netlink socket; TCP ports are Landlock's */
};

/* Somebody else's code runs here. */
static const int hostile[] = {
        SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(kexec_load), SCMP_SYS(init_module),
        SCMP_SYS(finit_module), SCMP_SYS(bpf), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
};

/* The leak detector starts a thread that stops and reads its own process. */
static const int sanitizer[] = {
        SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(prctl), SCMP_SYS(wait4), SCMP_SYS(openat), SCMP_SYS(open),
        SCMP_SYS(getdents64), SCMP_SYS(stat), SCMP_SYS(mprotect), SCMP_SYS(rt_sigtimedwait),
        SCMP_SYS(kill), SCMP_SYS(setitimer), SCMP_SYS(process_vm_readv), SCMP_SYS(access), SCMP_SYS(getdents),
        SCMP_SYS(unlink), SCMP_SYS(prlimit64),
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* The first thing that went wrong stays; libseccomp says negative errno values. */
static void add(scmp_filter_ctx filter, uint32_t action, const int *list, size_t count, int *error)
{
        for (size_t i = 0; i < count && *error == 0; i++) {
                *error = seccomp_rule_add(filter, action, list[i], 0);
                if (*error == -EEXIST) /* lists may overlap */
                        *error = 0;
        }
}

/* mmap without new code; ioctl for what a terminal and a socket are asked. */
static void add_bounded(scmp_filter_ctx filter, bool maps_code, int *error)
{
        static const struct scmp_arg_cmp no_code = {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC};
        static const struct scmp_arg_cmp terminal = {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = TCGETS};
        static const struct scmp_arg_cmp readable = {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = FIONREAD};

        if (*error == 0)
                *error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), maps_code ? 0 : 1, &no_code);
        if (*error == 0)
                *error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &terminal);
        if (*error == 0)
                *error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &readable);
}

bool syscalls_confine(enum syscalls which, bool sanitized, struct fault *why)
{
        bool sealed = which == SYSCALLS_SEALED;
        scmp_filter_ctx filter = seccomp_init(sealed ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
        int error = filter ? 0 : -ENOMEM;

        add(filter, SCMP_ACT_ALLOW, basic, COUNT(basic), &error);
        add_bounded(filter, !sealed || sanitized, &error);
        if (!sealed)
                add(filter, SCMP_ACT_ALLOW, files, COUNT(files), &error);
        if (which == SYSCALLS_SERVING)
                add(filter, SCMP_ACT_ALLOW, sockets, COUNT(sockets), &error);
        if (which == SYSCALLS_OPENING && error == 0) /* the second list is put on under the first */
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(seccomp), 0);
        if (which == SYSCALLS_OPENING && error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0);
        if (sanitized)
                add(filter, SCMP_ACT_ALLOW, sanitizer, COUNT(sanitizer), &error);
        else if (!sealed) /* there anything else kills */
                add(filter, SCMP_ACT_KILL_PROCESS, hostile, COUNT(hostile), &error);
        if (error == 0)
                error = seccomp_load(filter);
        seccomp_release(filter);
        if (error != 0)
                return fault_set(why, FAULT_SYSTEM, "system-call list: %s", strerror(-error));
        return true;
}
