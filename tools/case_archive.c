/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_archive.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 512u

/* The header of POSIX.1-1988, "ustar interchange format"; numbers are octal digits. */
struct header {
        char name[CASE_ARCHIVE_NAME];
        char mode[8];
        char uid[8];
        char gid[8];
        char size[12];
        char mtime[12];
        char sum[8];
        char type;
        char link[100];
        char magic[6];
        char version[2];
        char user[32];
        char group[32];
        char major[8];
        char minor[8];
        char prefix[155];
        char rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

/* The time of every member: a day, so that readers that doubt 1970 show something; it means nothing. */
#define MEMBER_TIME 946684800u

static size_t padding(size_t length)
{
        return (BLOCK - length % BLOCK) % BLOCK;
}

static void make_header(const char *name, size_t length, uint8_t ret[BLOCK])
{
        struct header h = {.type = '0', .magic = "ustar", .version = {'0', '0'}};
        unsigned sum = 0;

        memcpy(h.name, name, strlen(name));
        memcpy(h.mode, "0000644", 8);
        memcpy(h.uid, "0000000", 8);
        memcpy(h.gid, "0000000", 8);
        snprintf(h.size, sizeof(h.size), "%011zo", length);
        snprintf(h.mtime, sizeof(h.mtime), "%011o", MEMBER_TIME);
        memcpy(h.major, "0000000", 8);
        memcpy(h.minor, "0000000", 8);
        memset(h.sum, ' ', sizeof(h.sum));
        memcpy(ret, &h, BLOCK);
        for (size_t i = 0; i < BLOCK; i++)
                sum += ret[i];
        snprintf(h.sum, sizeof(h.sum) - 1, "%06o", sum);
        memcpy(ret, &h, BLOCK);
}

static bool name_is_sound(const char *name)
{
        const size_t length = strlen(name);

        return length > 0 && length < CASE_ARCHIVE_NAME && *name != '/' && !strstr(name, "..") &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-") == length;
}

void case_archive_add(struct buffer *to, const char *name, struct slice octets)
{
        const size_t rest = padding(octets.length);
        uint8_t header[BLOCK];

        assert(name_is_sound(name) && octets.length <= CASE_ARCHIVE_MEMBER_MAX);
        make_header(name, octets.length, header);
        buffer_add(to, header, sizeof(header));
        buffer_add_slice(to, octets);
        memset(buffer_reserve(to, rest), 0, rest);
        to->length += rest;
}

void case_archive_end(struct buffer *to)
{
        memset(buffer_reserve(to, 2 * BLOCK), 0, 2 * BLOCK);
        to->length += 2 * BLOCK;
}

static bool is_empty(struct slice octets)
{
        for (size_t i = 0; i < octets.length; i++)
                if (octets.data[i])
                        return false;
        return true;
}

static bool read_size(const struct header *h, size_t *ret)
{
        size_t size = 0;

        for (size_t i = 0; i < sizeof(h->size) - 1; i++) {
                if (h->size[i] < '0' || h->size[i] > '7')
                        return false;
                size = size * 8 + (size_t)(h->size[i] - '0');
        }
        *ret = size;
        return size <= CASE_ARCHIVE_MEMBER_MAX;
}

static bool read_member(struct reader *rest, struct slice block, struct case_archive_member *ret)
{
        uint8_t expected[BLOCK];
        struct header h;
        size_t size;

        memcpy(&h, block.data, BLOCK);
        memcpy(ret->name, h.name, sizeof(ret->name));
        if (ret->name[sizeof(ret->name) - 1] || !name_is_sound(ret->name) || !read_size(&h, &size))
                return false;
        make_header(ret->name, size, expected);
        if (memcmp(expected, block.data, BLOCK) != 0)
                return false;
        ret->octets = reader_take(rest, size);
        return is_empty(reader_take(rest, padding(size))) && !rest->failed;
}

bool case_archive_next(struct reader *rest, struct case_archive_member *ret)
{
        struct slice block = reader_take(rest, BLOCK);

        if (rest->failed)
                return false;
        if (is_empty(block)) {
                rest->failed = rest->left != BLOCK || !is_empty(reader_take(rest, BLOCK));
                return false;
        }
        if (read_member(rest, block, ret))
                return true;
        rest->failed = true;
        return false;
}
