/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/evidence_store.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "registry/base/log.h"
#include "registry/service/evidence_type.h"
#include "registry/service/quota.h"

#define INCOMING "incoming"
#define NAME_OCTETS 96u
#define READ_OCTETS (64u * 1024)

struct put {
        int fd;                 /* -1: a free slot */
        char name[NAME_OCTETS]; /* in incoming/ */
        char person_id[33];
        uint8_t sha256[32];
        uint64_t total;
        uint64_t kept;
        uint64_t unsynced;
        int64_t last_ms;
        struct digest digest;
        struct evidence_type_check type;
};

struct evidence_store {
        char *directory;
        struct evidence_limits limits;
        int folder;             /* -1: not opened yet */
        int incoming;
        struct quota *quota;    /* pieces a day */
        struct put puts[EVIDENCE_PUTS_MAX];
};

static bool refuse(const char *what, struct fault *why)
{
        return fault_set(why, FAULT_SYSTEM, "evidence: %s: %s", what, strerror(errno));
}

/* ------------------------------------------------------------------ folders */

/* Opens a folder below `at`, which is made if it is missing; -1 with errno. */
static int open_folder(int at, const char *name)
{
        if (mkdirat(at, name, 0750) != 0 && errno != EEXIST)
                return -1;
        return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool open_store(struct evidence_store *store, struct fault *why)
{
        if (store->folder >= 0)
                return true;
        store->folder = open(store->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (store->folder < 0)
                return refuse(store->directory, why);
        store->incoming = open_folder(store->folder, INCOMING);
        if (store->incoming < 0) {
                (void)refuse(INCOMING, why);
                close(store->folder);
                store->folder = -1;
                return false;
        }
        return true;
}

/* What a killed worker left behind. A put takes minutes at most: a day later nobody writes there any more. */
static void remove_leftovers(struct evidence_store *store)
{
        int fd = openat(store->incoming, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
        const struct dirent *entry;
        unsigned removed = 0;
        struct stat status;

        if (!folder) {
                if (fd >= 0)
                        close(fd);
                return;
        }
        while ((entry = readdir(folder))) {
                if (fstatat(store->incoming, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
                    !S_ISREG(status.st_mode) ||
                    time(NULL) - status.st_mtim.tv_sec < EVIDENCE_LEFTOVER_MS / 1000)
                        continue;
                if (unlinkat(store->incoming, entry->d_name, 0) == 0)
                        removed++;
        }
        closedir(folder);
        if (removed > 0)
                log_event(LOG_NOTICE, "evidence.leftovers", "removed", LOG_NUMBER(removed));
}

struct evidence_store *evidence_store_new(const char *directory, const struct evidence_limits *limits)
{
        struct evidence_store *store = must_alloc(sizeof(*store));
        struct fault why;

        store->directory = must_copy_text(directory);
        store->limits = *limits;
        store->folder = store->incoming = -1;
        store->quota = quota_new((uint32_t)(limits->octets_per_day / EVIDENCE_PIECE_OCTETS));
        for (size_t i = 0; i < EVIDENCE_PUTS_MAX; i++)
                store->puts[i].fd = -1;
        if (open_store(store, &why))
                remove_leftovers(store);
        else
                log_event(LOG_ERR, "evidence.unavailable", "why", why.text);
        return store;
}

/* Ends a put; its file goes unless it has been renamed. */
static void drop(struct evidence_store *store, struct put *put, bool keep_file)
{
        close(put->fd);
        put->fd = -1;
        digest_done(&put->digest);
        if (!keep_file && unlinkat(store->incoming, put->name, 0) != 0)
                log_event(LOG_WARNING, "evidence.leftover", "name", put->name, "why", strerror(errno));
}

void evidence_store_free(struct evidence_store *store)
{
        if (!store)
                return;
        for (size_t i = 0; i < EVIDENCE_PUTS_MAX; i++)
                if (store->puts[i].fd >= 0)
                        drop(store, &store->puts[i], false);
        if (store->incoming >= 0)
                close(store->incoming);
        if (store->folder >= 0)
                close(store->folder);
        quota_free(store->quota);
        free(store->directory);
        free(store);
}

/* -------------------------------------------------------------------- names */

struct place {
        char folder[3];
        char file[63];
        char path[66];
};

static struct place place_of(const uint8_t sha256[32])
{
        struct place place;
        char hex[65];

        hex_encode(sha256, 32, hex);
        snprintf(place.folder, sizeof(place.folder), "%.2s", hex);
        snprintf(place.file, sizeof(place.file), "%s", hex + 2);
        snprintf(place.path, sizeof(place.path), "%.2s/%s", hex, hex + 2);
        return place;
}

/* A regular file, opened and measured; -1 with errno ENOENT when there is none. */
static int open_kept(struct evidence_store *store, const uint8_t sha256[32], uint64_t *ret_length)
{
        struct place place = place_of(sha256);
        int folder = openat(store->folder, place.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat status;
        int fd, error;

        if (folder < 0)
                return -1;
        fd = openat(folder, place.file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        error = errno;
        close(folder);
        if (fd < 0) {
                errno = error;
                return -1;
        }
        if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
                close(fd);
                errno = ENOTDIR; /* a pipe or a folder of that name */
                return -1;
        }
        *ret_length = (uint64_t)status.st_size;
        return fd;
}

/* What an open that failed says of the document: something else stands in its place, a link or a folder. */
static bool state_of_error(int error, enum evidence_state *ret)
{
        if (error != ENOENT && error != ELOOP && error != ENOTDIR)
                return false;
        *ret = error == ENOENT ? EVIDENCE_MISSING : EVIDENCE_ALTERED;
        return true;
}

bool evidence_kept(struct evidence_store *store, const uint8_t sha256[32], bool *ret_kept, struct fault *why)
{
        enum evidence_state state;
        uint64_t length = 0;
        int fd;

        if (!open_store(store, why))
                return false;
        fd = open_kept(store, sha256, &length);
        if (fd < 0 && !state_of_error(errno, &state))
                return refuse("open", why);
        if (fd >= 0)
                close(fd);
        *ret_kept = length > 0;
        return true;
}

/* ------------------------------------------------------------------ putting */

static struct put *find_put(struct evidence_store *store, const struct evidence_piece *piece)
{
        for (size_t i = 0; i < EVIDENCE_PUTS_MAX; i++) {
                struct put *put = &store->puts[i];

                if (put->fd >= 0 && memcmp(put->sha256, piece->sha256, sizeof(put->sha256)) == 0 &&
                    strcmp(put->person_id, piece->person_id) == 0)
                        return put;
        }
        return NULL;
}

static struct put *free_put(struct evidence_store *store, const char *person_id)
{
        struct put *ret = NULL;
        unsigned own = 0;

        for (size_t i = 0; i < EVIDENCE_PUTS_MAX; i++) {
                struct put *put = &store->puts[i];

                if (put->fd < 0)
                        ret = put;
                else if (strcmp(put->person_id, person_id) == 0)
                        own++;
        }
        return own < EVIDENCE_PUTS_PER_PERSON ? ret : NULL;
}

static bool begin(struct evidence_store *store, struct put *put, const struct evidence_piece *piece,
        struct fault *why)
{
        uint8_t random[8];
        char hash[65], digits[17];

        if (RAND_bytes(random, sizeof(random)) != 1)
                return fault_set(why, FAULT_CRYPTO, "no random digits for a file's name");
        *put = (struct put){.fd = -1, .total = piece->total};
        memcpy(put->sha256, piece->sha256, sizeof(put->sha256));
        snprintf(put->person_id, sizeof(put->person_id), "%s", piece->person_id);
        hex_encode(piece->sha256, 32, hash);
        hex_encode(random, sizeof(random), digits);
        snprintf(put->name, sizeof(put->name), "%s.%s", hash, digits);
        if (!digest_init(&put->digest, SUITE_ED25519_SHA256, why))
                return false;
        put->fd = openat(store->incoming, put->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0440);
        if (put->fd < 0) {
                digest_done(&put->digest);
                return refuse("a new file", why);
        }
        digest_begin(&put->digest);
        return true;
}

static bool write_piece(struct put *put, struct slice octets, struct fault *why)
{
        size_t done = 0;

        while (done < octets.length) {
                ssize_t n = write(put->fd, octets.data + done, octets.length - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return refuse("write", why);
                done += (size_t)n;
        }
        digest_add(&put->digest, octets);
        evidence_type_add(&put->type, octets);
        put->kept += octets.length;
        put->unsynced += octets.length;
        if (put->unsynced >= EVIDENCE_SYNC_OCTETS && put->kept < put->total) {
                if (fdatasync(put->fd) != 0)
                        return refuse("fdatasync", why);
                put->unsynced = 0;
        }
        return true;
}

/*
 * Into its place, never over another file. One that is there already has the same hash for its name: somebody else
 * handed the document in as well, and theirs stays. Not every file system can refuse to replace: there the two files
 * have the same content.
 */
static bool move_in(struct evidence_store *store, const struct put *put, int folder, const struct place *place,
        bool *ret_moved)
{
        *ret_moved = renameat2(store->incoming, put->name, folder, place->file, RENAME_NOREPLACE) == 0;
        if (*ret_moved || errno == EEXIST)
                return true;
        if (errno != EINVAL && errno != ENOSYS)
                return false;
        *ret_moved = renameat(store->incoming, put->name, folder, place->file) == 0;
        return *ret_moved;
}

/* Durable before it is said to be: the file, its name, and the folder the name stands in. */
static bool keep(struct evidence_store *store, struct put *put, struct fault *why)
{
        struct place place = place_of(put->sha256);
        bool moved = false, fine;
        int folder;

        if (fsync(put->fd) != 0)
                return refuse("fsync", why);
        folder = open_folder(store->folder, place.folder);
        if (folder < 0)
                return refuse("a folder", why);
        fine = move_in(store, put, folder, &place, &moved);
        if (fine) {
                drop(store, put, moved);
                fine = fsync(folder) == 0 && fsync(store->folder) == 0;
        }
        if (!fine)
                (void)refuse(place.path, why);
        close(folder);
        return fine;
}

/* Asked in this order; the first one is said. */
static enum evidence_refusal check_piece(const struct evidence_store *store, const struct evidence_piece *piece)
{
        if (piece->total > store->limits.octets || piece->octets.length > EVIDENCE_PIECE_OCTETS)
                return EVIDENCE_TOO_LARGE;
        if (piece->total == 0 || piece->octets.length == 0)
                return EVIDENCE_EMPTY;
        if (piece->offset > piece->total || piece->octets.length > piece->total - piece->offset)
                return EVIDENCE_LENGTH;
        return EVIDENCE_TAKEN;
}

static enum evidence_refusal check_content(const struct put *put, const struct hash *hash)
{
        if (evidence_type_end(&put->type) == EVIDENCE_FORBIDDEN)
                return EVIDENCE_NOT_ALLOWED;
        return memcmp(hash->octets, put->sha256, sizeof(put->sha256)) == 0 ? EVIDENCE_TAKEN : EVIDENCE_HASH;
}

/* Takes the piece into an open put; false with `ret` or `why` as in evidence_put(). */
static bool add_piece(struct evidence_store *store, struct put *put, const struct evidence_piece *piece,
        enum evidence_refusal *ret, struct fault *why)
{
        struct hash hash;

        if (!write_piece(put, piece->octets, why))
                return false;
        put->last_ms = piece->now_ms;
        if (put->type.type == EVIDENCE_FORBIDDEN)
                *ret = EVIDENCE_NOT_ALLOWED;
        if (*ret != EVIDENCE_TAKEN || put->kept < put->total)
                return true;
        digest_end(&put->digest, &hash);
        *ret = check_content(put, &hash);
        return *ret != EVIDENCE_TAKEN || keep(store, put, why);
}

/* May the piece be taken, and into which put: NULL for a new one. A put that it ends or begins anew is dropped. */
static enum evidence_refusal admit(struct evidence_store *store, const struct evidence_piece *piece,
        struct put **ret_put, uint64_t *ret_kept)
{
        enum evidence_refusal refusal = check_piece(store, piece);
        struct put *put = find_put(store, piece);

        *ret_put = NULL;
        *ret_kept = 0;
        if (put && (refusal != EVIDENCE_TAKEN || piece->offset == 0 || piece->total != put->total)) {
                drop(store, put, false);
                put = NULL;
                if (refusal == EVIDENCE_TAKEN && piece->offset != 0)
                        refusal = EVIDENCE_LENGTH;
        }
        if (refusal != EVIDENCE_TAKEN)
                return refusal;
        if (piece->offset != (put ? put->kept : 0)) {
                *ret_kept = put ? put->kept : 0;
                return EVIDENCE_ORDER;
        }
        if (!put && !free_put(store, piece->person_id))
                return EVIDENCE_BUSY;
        if (!quota_take(store->quota, piece->person_id, piece->today)) {
                if (put)
                        drop(store, put, false);
                return EVIDENCE_DAY_SPENT;
        }
        *ret_put = put;
        return EVIDENCE_TAKEN;
}

bool evidence_put(struct evidence_store *store, const struct evidence_piece *piece, enum evidence_refusal *ret,
        uint64_t *ret_kept, struct fault *why)
{
        struct put *put;
        bool fine = true;

        if (!open_store(store, why))
                return false;
        *ret = admit(store, piece, &put, ret_kept);
        if (*ret != EVIDENCE_TAKEN)
                return true;
        if (!put) {
                put = free_put(store, piece->person_id);
                if (!begin(store, put, piece, why))
                        return false;
        }
        fine = add_piece(store, put, piece, ret, why);
        *ret_kept = put->kept;
        if (put->fd >= 0 && (!fine || *ret != EVIDENCE_TAKEN))
                drop(store, put, false);
        return fine;
}

void evidence_tick(struct evidence_store *store, int64_t now_ms)
{
        for (size_t i = 0; i < EVIDENCE_PUTS_MAX; i++)
                if (store->puts[i].fd >= 0 && now_ms - store->puts[i].last_ms >= EVIDENCE_PUT_IDLE_MS)
                        drop(store, &store->puts[i], false);
}

/* ------------------------------------------------------------------ reading */

const char *evidence_state_word(enum evidence_state state)
{
        switch (state) {
        case EVIDENCE_KEPT:
                return "kept";
        case EVIDENCE_MISSING:
                return "missing";
        case EVIDENCE_ALTERED:
                return "altered";
        }
        return "";
}

bool evidence_read(struct evidence_store *store, const uint8_t sha256[32], uint64_t offset, void *to, size_t size,
        enum evidence_state *ret, size_t *ret_length, uint64_t *ret_total, struct fault *why)
{
        uint64_t total;
        ssize_t n;
        int fd;

        if (!open_store(store, why))
                return false;
        *ret_length = 0;
        *ret_total = 0;
        fd = open_kept(store, sha256, &total);
        if (fd < 0)
                return state_of_error(errno, ret) || refuse("open", why);
        n = offset < total ? pread(fd, to, size, (off_t)offset) : 0;
        if (n < 0)
                (void)refuse("read", why);
        close(fd);
        if (n < 0)
                return false;
        *ret = EVIDENCE_KEPT;
        *ret_length = (size_t)n;
        *ret_total = total;
        return true;
}

bool evidence_check_begin(struct evidence_store *store, const uint8_t sha256[32], struct evidence_check *ret,
        struct fault *why)
{
        *ret = (struct evidence_check){.fd = -1, .state = EVIDENCE_MISSING};
        memcpy(ret->sha256, sha256, sizeof(ret->sha256));
        if (!open_store(store, why))
                return false;
        ret->fd = open_kept(store, sha256, &ret->octets);
        if (ret->fd < 0)
                return state_of_error(errno, &ret->state) || refuse("open", why);
        if (!digest_init(&ret->digest, SUITE_ED25519_SHA256, why)) {
                close(ret->fd);
                ret->fd = -1;
                return false;
        }
        digest_begin(&ret->digest);
        return true;
}

static void check_end(struct evidence_check *check)
{
        struct hash hash;

        digest_end(&check->digest, &hash);
        check->state = memcmp(hash.octets, check->sha256, sizeof(check->sha256)) == 0 ? EVIDENCE_KEPT
                                                                                       : EVIDENCE_ALTERED;
        evidence_check_done(check);
}

bool evidence_check_more(struct evidence_check *check, size_t octets, bool *ret_over, struct fault *why)
{
        uint8_t room[READ_OCTETS];

        while (check->fd >= 0 && octets > 0) {
                size_t want = octets < sizeof(room) ? octets : sizeof(room);
                ssize_t n = read(check->fd, room, want);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return refuse("read", why);
                if (n == 0) {
                        check_end(check);
                        break;
                }
                digest_add(&check->digest, slice_of(room, (size_t)n));
                octets -= (size_t)n;
        }
        *ret_over = check->fd < 0;
        return true;
}

void evidence_check_done(struct evidence_check *check)
{
        if (check->fd < 0)
                return;
        close(check->fd);
        check->fd = -1;
        digest_done(&check->digest);
}
