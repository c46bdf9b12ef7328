/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcrd: the registry's daemon. Started by people and service managers it is the parent; started by the parent
 * (`--role`) it is one of the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/credentials.h"
#include "registry/process.h"
#include "registry/processes.h"

#define EXIT_USAGE 2

static const char usage[] =
        "usage: qcrd -c FILE [--check-config] [--foreground] [--ready-fd N]\n"
        "       qcrd --version\n"
        "\n"
        "  -c, --config FILE   the configuration, qcrd.conf(5)\n"
        "      --check-config  read configuration, certificates and keys, say what is wrong, and end\n"
        "      --foreground    stay in the foreground; it always does\n"
        "      --ready-fd N    write `ready port=N` to this descriptor once it serves\n"
        "\n"
        "Signals: TERM finishes what was accepted and ends, a second one ends at once; HUP reads configuration\n"
        "and certificates again.\n";

enum long_option {
        OPTION_CHECK = 256,
        OPTION_FOREGROUND,
        OPTION_READY_FD,
        OPTION_VERSION,
};

static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, OPTION_CHECK},
        {"foreground", no_argument, NULL, OPTION_FOREGROUND},
        {"ready-fd", required_argument, NULL, OPTION_READY_FD},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static bool parse_count(const char *text, unsigned *ret)
{
        char *end;
        unsigned long n;

        if (*text < '0' || *text > '9')
                return false;
        errno = 0;
        n = strtoul(text, &end, 10);
        if (errno || *end || n > INT_MAX)
                return false;
        *ret = (unsigned)n;
        return true;
}

/* qcrd --role ROLE --slot N --generation N --parent PID --ahead MS: written by registry/spawn.c, read here alone. */
static int run_process(char **words)
{
        struct process_identity identity = {0};
        unsigned parent;
        char *end;

        if (!process_role_parse(words[1], &identity.role) || strcmp(words[2], "--slot") != 0 ||
            !parse_count(words[3], &identity.slot) || strcmp(words[4], "--generation") != 0 ||
            !parse_count(words[5], &identity.generation) || strcmp(words[6], "--parent") != 0 ||
            !parse_count(words[7], &parent) || strcmp(words[8], "--ahead") != 0)
                return EXIT_USAGE;
        identity.parent = (long)parent;
        errno = 0;
        identity.ahead_ms = strtoll(words[9], &end, 10);
        if (errno || end == words[9] || *end)
                return EXIT_USAGE;
        return process_run(&identity);
}

/* Paths in the file are relative to its folder. What was relative to ours in the environment is made whole first. */
static bool enter_folder(char *path, const char **ret_name)
{
        const char *share = getenv("QCR_SHARE");
        char whole[PATH_MAX];
        char *slash = strrchr(path, '/');

        if (share && *share && realpath(share, whole))
                setenv("QCR_SHARE", whole, 1);
        *ret_name = slash ? slash + 1 : path;
        if (!slash)
                return true;
        if (slash == path)
                return chdir("/") == 0;
        *slash = '\0';
        return chdir(path) == 0;
}

static int check_config(const char *name)
{
        struct config *config = must_alloc(sizeof(*config));
        struct credentials credentials;
        struct fault why;
        bool fine = config_read(name, config, &why) && credentials_read(&credentials, config, &why);

        if (fine) {
                credentials_done(&credentials);
                printf("%s: fine\n", name);
        } else {
                fprintf(stderr, "qcrd: %s\n", why.text);
        }
        free(config);
        return fine ? EXIT_SUCCESS : EXIT_USAGE;
}

/* Descriptors 0 to 2 must be something, or a socket would take their place and be written to. */
static void fill_standard_descriptors(void)
{
        int fd;

        do
                fd = open("/dev/null", O_RDWR);
        while (fd >= 0 && fd <= STDERR_FILENO);
        if (fd > STDERR_FILENO)
                close(fd);
}

static int say_usage(FILE *to, int status)
{
        fputs(usage, to);
        return status;
}

int main(int argc, char **argv)
{
        struct processes_options processes = {.ready_fd = -1};
        char *path = NULL;
        bool check = false;
        unsigned n;
        int c;

        fill_standard_descriptors();
        signal(SIGPIPE, SIG_IGN);
        if (argc == 11 && strcmp(argv[1], "--role") == 0)
                return run_process(argv + 1);
        while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
                switch (c) {
                case 'c':
                        path = optarg;
                        break;
                case OPTION_CHECK:
                        check = true;
                        break;
                case OPTION_FOREGROUND:
                        break;
                case OPTION_READY_FD:
                        if (!parse_count(optarg, &n) || fcntl((int)n, F_SETFD, FD_CLOEXEC) != 0) {
                                fprintf(stderr, "qcrd: --ready-fd: '%s' is no open descriptor\n", optarg);
                                return EXIT_USAGE;
                        }
                        processes.ready_fd = (int)n;
                        break;
                case OPTION_VERSION:
                        printf("qcrd %s\n", QCR_VERSION);
                        return EXIT_SUCCESS;
                case 'h':
                        return say_usage(stdout, EXIT_SUCCESS);
                default:
                        return say_usage(stderr, EXIT_USAGE);
                }
        }
        if (!path || optind != argc)
                return say_usage(stderr, EXIT_USAGE);
        log_set_process("parent");
        if (!enter_folder(path, &processes.config_path)) {
                fprintf(stderr, "qcrd: %s: %s\n", path, strerror(errno));
                return EXIT_USAGE;
        }
        return check ? check_config(processes.config_path) : processes_run(&processes);
}
