/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "registry/base/bytes.h"
#include "registry/core/founding.h"
#include "registry/core/lines.h"
#include "registry/view/view_generation.h"

#define WITNESS "witness"
#define WITNESS_NEXT "witness.next"
#define REBUILD "rebuild"
#define FILE_LIMIT 1024u /* octets; neither file has half of it */

/* Reads a small file whole; one that is longer than it may be is cut, and then does not parse. */
static bool read_file(const char *directory, const char *name, bool *ret_there, struct buffer *ret, struct fault *why)
{
        ssize_t length;
        int dir, fd;

        if (!view_directory_open(directory, &dir, why))
                return false;
        fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
        close(dir);
        *ret_there = fd >= 0;
        if (fd < 0)
                return errno == ENOENT ? true : fault_set(why, FAULT_SYSTEM, "%s/%s: %s", directory, name, strerror(errno));
        length = read(fd, buffer_reserve(ret, FILE_LIMIT), FILE_LIMIT);
        if (length >= 0)
                ret->length += (size_t)length;
        else
                fault_set(why, FAULT_SYSTEM, "%s/%s: %s", directory, name, strerror(errno));
        close(fd);
        return length >= 0;
}

static bool witness_parse(struct slice text, struct view_witness *ret)
{
        struct lines lines = lines_of(text);
        struct view_witness witness = {0};
        struct slice first = lines_next(&lines), origin, epoch, serial, chain;

        origin = lines_value(&lines, "origin");
        epoch = lines_value(&lines, "epoch");
        serial = lines_value(&lines, "serial");
        chain = lines_value(&lines, "chain");
        if (!lines_is_done(&lines) || !slice_equal(first, slice_text("qcr-witness/v1")) ||
                !origin_is_valid(origin) || origin.length >= sizeof(witness.origin) ||
                !uuid_parse(epoch, witness.epoch) || !number_parse(serial, &witness.serial) ||
                !hex_decode((const char *)chain.data, chain.length, witness.chain, sizeof(witness.chain)))
                return false;
        memcpy(witness.origin, origin.data, origin.length);
        *ret = witness;
        return true;
}

bool view_witness_read(const char *directory, struct view_witness *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        bool there;

        if (!read_file(directory, WITNESS, &there, &text, why))
                return false;
        if (!there) {
                *ret = (struct view_witness){0};
                return true;
        }
        if (!witness_parse(buffer_slice(&text), ret))
                return fault_set(why, FAULT_INPUT, "%s/" WITNESS " is not a witness; if it is beyond repair, remove it "
                        "and make sure that the store is the newest", directory);
        return true;
}

static bool write_all(int fd, struct slice text)
{
        return write(fd, text.data, text.length) == (ssize_t)text.length && fsync(fd) == 0;
}

bool view_witness_write(const char *directory, const struct view_witness *witness, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        char epoch[37], chain[65];
        int dir, fd;
        bool written;

        uuid_format(witness->epoch, epoch);
        hex_encode(witness->chain, sizeof(witness->chain), chain);
        buffer_add_format(&text, "qcr-witness/v1\norigin %s\nepoch %s\nserial %" PRIu64 "\nchain %s\n", witness->origin,
                epoch, witness->serial, chain);
        if (!view_directory_open(directory, &dir, why))
                return false;
        fd = openat(dir, WITNESS_NEXT, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        written = fd >= 0 && write_all(fd, buffer_slice(&text));
        if (fd >= 0)
                close(fd);
        written = written && renameat(dir, WITNESS_NEXT, dir, WITNESS) == 0 && fsync(dir) == 0;
        if (!written)
                fault_set(why, FAULT_SYSTEM, "%s/" WITNESS ": %s", directory, strerror(errno));
        close(dir);
        return written;
}

bool view_rebuild_read(const char *directory, bool *ret_there, struct view_rebuild *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct view_rebuild rebuild;
        struct lines lines;
        struct slice value;

        if (!read_file(directory, REBUILD, ret_there, &text, why))
                return false;
        if (!*ret_there)
                return true;
        lines = lines_of(buffer_slice(&text));
        value = lines_value(&lines, "rebuild");
        if (!lines_is_done(&lines) || value.length < 38 || value.data[36] != ' ' ||
                !uuid_parse(slice_of(value.data, 36), rebuild.epoch) ||
                !number_parse(slice_of(value.data + 37, value.length - 37), &rebuild.serial))
                return fault_set(why, FAULT_INPUT, "%s/" REBUILD " is not one line `rebuild EPOCH SERIAL`", directory);
        *ret = rebuild;
        return true;
}

bool view_rebuild_remove(const char *directory, struct fault *why)
{
        bool removed;
        int dir;

        if (!view_directory_open(directory, &dir, why))
                return false;
        removed = (unlinkat(dir, REBUILD, 0) == 0 || errno == ENOENT) && fsync(dir) == 0;
        if (!removed)
                fault_set(why, FAULT_SYSTEM, "%s/" REBUILD ": %s", directory, strerror(errno));
        close(dir);
        return removed;
}
