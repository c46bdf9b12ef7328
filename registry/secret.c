/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool secret_init(struct secret *secret, size_t size, struct fault *why)
{
        void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (data == MAP_FAILED)
                return fault_set(why, FAULT_SYSTEM, "memory for a key: %s", strerror(errno));
        if (mlock(data, size) != 0 || madvise(data, size, MADV_DONTDUMP) != 0 ||
            madvise(data, size, MADV_DONTFORK) != 0) {
                (void)fault_set(why, FAULT_SYSTEM, "locking a key's memory: %s", strerror(errno));
                munmap(data, size);
                return false;
        }
        *secret = (struct secret){.data = data, .size = size};
        return true;
}

void secret_done(struct secret *secret)
{
        if (secret->data) {
                explicit_bzero(secret->data, secret->size);
                munmap(secret->data, secret->size);
        }
        *secret = (struct secret){0};
}

struct slice secret_slice(const struct secret *secret)
{
        return slice_of(secret->data, secret->length);
}

bool secret_fill(struct secret *secret, int fd, struct fault *why)
{
        ssize_t n = 1;

        while (n > 0 && secret->length < secret->size) {
                n = read(fd, secret->data + secret->length, secret->size - secret->length);
                if (n < 0 && errno == EINTR)
                        n = 1;
                else if (n > 0)
                        secret->length += (size_t)n;
        }
        if (n < 0)
                return fault_set(why, FAULT_SYSTEM, "%s", strerror(errno));
        if (n > 0)
                return fault_set(why, FAULT_LIMIT, "longer than %zu octets", secret->size - 1);
        return true;
}

static bool check_mode(int fd, struct fault *why)
{
        struct stat status;

        if (fstat(fd, &status) != 0)
                return fault_set(why, FAULT_SYSTEM, "%s", strerror(errno));
        if (status.st_mode & S_IRWXO)
                return fault_set(why, FAULT_CONFIG, "a key that everybody may open is no secret (mode %03o)",
                        (unsigned)status.st_mode & 0777u);
        return true;
}

bool secret_read(struct secret *secret, const char *path, struct fault *why)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct fault inner;
        bool fine;

        if (fd < 0)
                return fault_set(why, FAULT_CONFIG, "%s: %s", path, strerror(errno));
        fine = check_mode(fd, &inner) && secret_init(secret, SECRET_KEY_OCTETS, &inner) &&
               secret_fill(secret, fd, &inner);
        close(fd);
        return fine || fault_set(why, FAULT_CONFIG, "%.300s: %.160s", path, inner.text);
}
