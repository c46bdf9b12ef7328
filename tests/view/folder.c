/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tests/view/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "registry/core/merkle.h"
#include "registry/view/view_generation.h"

static void must(bool good, const char *what)
{
        if (!good) {
                fprintf(stderr, "folder: %s\n", what);
                abort();
        }
}

void folder_init(struct folder *folder)
{
        strcpy(folder->path, "/tmp/qcr-view.XXXXXX");
        must(mkdtemp(folder->path) != NULL, "mkdtemp");
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
        (void)status;
        (void)kind;
        (void)walk;
        return remove(path);
}

void folder_done(struct folder *folder)
{
        must(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, folder->path);
}

const char *folder_file(const struct folder *folder, const char *name)
{
        static char path[256];

        snprintf(path, sizeof(path), "%s/%s", folder->path, name);
        return path;
}

void folder_write(const struct folder *folder, const char *name, const char *text)
{
        FILE *file = fopen(folder_file(folder, name), "w");

        must(file && fputs(text, file) >= 0 && fclose(file) == 0, name);
}

static int64_t clock_ms(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct view_meta folder_meta(uint64_t serial)
{
        struct view_meta meta = {
                .format = VIEW_FORMAT,
                .system_identifier = 1,
                .timeline = 1,
                .epoch = {1},
                .origin = "credit.jiange.example",
                .schema_version = 1,
                .serial = serial,
                .serial_at_ms = clock_ms(CLOCK_REALTIME) - 1000,
                .heartbeat_ms = clock_ms(CLOCK_REALTIME),
                .heartbeat_seen_ms = clock_ms(CLOCK_BOOTTIME),
        };
        struct fault why;

        must(view_boot_id(meta.boot_id, &why), "boot id");
        return meta;
}

void folder_frontier(uint64_t size, struct merkle_frontier *ret)
{
        const struct hash leaf = {{1}};
        struct digest digest;
        struct fault why;

        must(digest_init(&digest, SUITE_ED25519_SHA256, &why), "digest");
        merkle_frontier_init(ret);
        for (uint64_t i = 0; i < size; i++)
                merkle_frontier_append(ret, &digest, &leaf);
        digest_done(&digest);
}

struct view_writer *folder_generation(const struct folder *folder, const struct view_meta *meta, char *ret_name)
{
        struct merkle_frontier frontier;
        struct view_writer *writer;
        struct fault why = {0};

        folder_frontier(meta->serial, &frontier);
        must(view_generation_create(folder->path, ret_name, &why), why.text);
        must(view_writer_open(&writer, folder->path, ret_name, &why), why.text);
        must(view_writer_begin(writer, &why) && view_writer_put_meta(writer, meta, &frontier, &why) &&
                        view_writer_commit(writer, &why),
                why.text);
        return writer;
}
