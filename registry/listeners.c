/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "registry/service_manager.h"

/* The kernel cuts it down to net.core.somaxconn. */
#define BACKLOG 4096

static unsigned port_of(const struct sockaddr *address)
{
        if (address->sa_family == AF_INET)
                return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
        if (address->sa_family == AF_INET6)
                return ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port);
        return 0;
}

static unsigned bound_port(int fd)
{
        struct sockaddr_storage address = {0};
        socklen_t length = sizeof(address);

        if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
                return 0;
        return port_of((const struct sockaddr *)&address);
}

static int bind_one(const struct addrinfo *to, unsigned port)
{
        static const int on = 1;
        int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        if (fd < 0)
                return -1;
        if (to->ai_family == AF_INET)
                ((struct sockaddr_in *)(void *)to->ai_addr)->sin_port = htons((uint16_t)port);
        else
                ((struct sockaddr_in6 *)(void *)to->ai_addr)->sin6_port = htons((uint16_t)port);
        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
            setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
            bind(fd, to->ai_addr, to->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
                return fd;
        close(fd);
        return -1;
}

/* The first may be given any port; the others share it. */
static bool bind_all(struct listeners *listeners, const struct config *config, const struct addrinfo *to,
        struct fault *why)
{
        listeners->port = port_of(to->ai_addr);
        while (listeners->count < config->workers) {
                int fd = bind_one(to, listeners->port);

                if (fd < 0)
                        return fault_set(why, FAULT_SYSTEM, "listen on %.200s: %s", config->listen, strerror(errno));
                listeners->fd[listeners->count++] = fd;
                listeners->port = bound_port(fd);
        }
        return true;
}

static bool take_given(struct listeners *listeners, unsigned given, const struct config *config, struct fault *why)
{
        if (given > CONFIG_WORKERS_MAX)
                return fault_set(why, FAULT_CONFIG, "%u sockets were given, more than %u", given, CONFIG_WORKERS_MAX);
        /* Fewer than workers: some share one, and the kernel wakes whoever is first. */
        for (unsigned i = 0; i < config->workers; i++) {
                int fd = fcntl(SERVICE_MANAGER_FIRST_FD + (int)(i % given), F_DUPFD_CLOEXEC, 3);

                if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
                        return fault_set(why, FAULT_SYSTEM, "a socket that was given: %s", strerror(errno));
                listeners->fd[listeners->count++] = fd;
        }
        for (unsigned i = 0; i < given; i++)
                close(SERVICE_MANAGER_FIRST_FD + (int)i);
        listeners->port = bound_port(listeners->fd[0]);
        return true;
}

static bool open_own(struct listeners *listeners, const struct config *config, struct fault *why)
{
        static const struct addrinfo hints = {
                .ai_socktype = SOCK_STREAM,
                .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
        };
        char host[CONFIG_TEXT_OCTETS], port[6];
        struct addrinfo *found = NULL;
        bool fine;
        int error;

        if (!config_address(config->listen, host, port))
                return fault_set(why, FAULT_CONFIG, "listen: '%.200s' cannot be used", config->listen);
        error = getaddrinfo(host, port, &hints, &found);
        if (error)
                return fault_set(why, FAULT_CONFIG, "listen: %.200s: %s", host, gai_strerror(error));
        fine = bind_all(listeners, config, found, why);
        freeaddrinfo(found);
        return fine;
}

bool listeners_open(struct listeners *ret, const struct config *config, struct fault *why)
{
        unsigned given = service_manager_sockets();

        *ret = (struct listeners){0};
        if (given ? take_given(ret, given, config, why) : open_own(ret, config, why))
                return true;
        listeners_close(ret);
        return false;
}

void listeners_close(struct listeners *listeners)
{
        for (unsigned i = 0; i < listeners->count; i++)
                close(listeners->fd[i]);
        listeners->count = 0;
}
