/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/evidence_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "registry/service/evidence_type.h"
#include "tests/support/suite.h"

#define LIMIT (10u * EVIDENCE_PIECE_OCTETS)

static const struct evidence_limits limits = {.octets = LIMIT, .octets_per_day = 100u * EVIDENCE_PIECE_OCTETS};
static const struct day today = {20000}, tomorrow = {20001};
static char folder[64];
static struct evidence_store *store;
static struct fault why;

/* ------------------------------------------------------------------ support */

static void begin(void)
{
        strcpy(folder, "/tmp/qcr-evidence-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        store = evidence_store_new(folder, &limits);
}

static void remove_all(const char *path)
{
        DIR *dir = opendir(path);
        const struct dirent *entry;

        while (dir && (entry = readdir(dir))) {
                char inner[400];

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
                if (unlink(inner) != 0)
                        remove_all(inner);
        }
        if (dir)
                closedir(dir);
        (void)rmdir(path);
}

static void end(void)
{
        evidence_store_free(store);
        remove_all(folder);
}

static unsigned incoming(void)
{
        char path[80];
        DIR *dir;
        const struct dirent *entry;
        unsigned count = 0;

        snprintf(path, sizeof(path), "%s/incoming", folder);
        dir = opendir(path);
        ck_assert_ptr_nonnull(dir);
        while ((entry = readdir(dir)))
                count += entry->d_name[0] != '.';
        closedir(dir);
        return count;
}

struct document {
        uint8_t octets[LIMIT + EVIDENCE_PIECE_OCTETS];
        size_t length;
        uint8_t sha256[32];
};

/* A PDF as far as its first octets go; `mark` makes documents differ. */
static void make(struct document *document, size_t length, uint8_t mark)
{
        for (size_t i = 0; i < length; i++)
                document->octets[i] = (uint8_t)(i * 31 + mark);
        memcpy(document->octets, "%PDF-1.7", length < 8 ? length : 8);
        document->length = length;
        SHA256(document->octets, length, document->sha256);
}

static void path_of(const struct document *document, char ret[160])
{
        char hex[65];

        hex_encode(document->sha256, 32, hex);
        snprintf(ret, 160, "%s/%.2s/%s", folder, hex, hex + 2);
}

static struct evidence_piece piece_of(const struct document *document, const char *person, size_t offset)
{
        size_t left = document->length - offset;
        struct evidence_piece piece = {
                .person_id = person,
                .total = document->length,
                .offset = offset,
                .octets = slice_of(document->octets + offset,
                        left < EVIDENCE_PIECE_OCTETS ? left : EVIDENCE_PIECE_OCTETS),
                .today = today,
        };

        memcpy(piece.sha256, document->sha256, 32);
        return piece;
}

static enum evidence_refusal put(struct evidence_store *to, const struct evidence_piece *piece, uint64_t *ret_kept)
{
        enum evidence_refusal refusal;

        ck_assert_msg(evidence_put(to, piece, &refusal, ret_kept, &why), "%s", why.text);
        return refusal;
}

static bool is_kept(struct evidence_store *in, const uint8_t sha256[32])
{
        bool ret;

        ck_assert_msg(evidence_kept(in, sha256, &ret, &why), "%s", why.text);
        return ret;
}

static void put_whole(struct evidence_store *to, const struct document *document, const char *person)
{
        uint64_t kept = 0;

        while (kept < document->length) {
                struct evidence_piece piece = piece_of(document, person, kept);

                ck_assert_int_eq(put(to, &piece, &kept), EVIDENCE_TAKEN);
                ck_assert_uint_eq(kept, piece.offset + piece.octets.length);
        }
}

static enum evidence_state check(const struct document *document, size_t slice, unsigned *ret_turns)
{
        struct evidence_check work;
        bool is_over = false;

        ck_assert(evidence_check_begin(store, document->sha256, &work, &why));
        for (*ret_turns = 0; !is_over; ++*ret_turns)
                ck_assert(evidence_check_more(&work, slice, &is_over, &why));
        evidence_check_done(&work);
        return work.state;
}

/* --------------------------------------------------------------- refusals */

START_TEST(a_document_that_is_not_what_its_hash_says_is_refused_and_nothing_is_kept)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 1000, 1);
        document.octets[500] ^= 1;
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_HASH);
        ck_assert(!is_kept(store, document.sha256));
        ck_assert_uint_eq(incoming(), 0);
}
END_TEST

START_TEST(pieces_out_of_order_are_refused_and_the_next_one_is_told)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 3 * EVIDENCE_PIECE_OCTETS, 2);
        piece = piece_of(&document, "officer", EVIDENCE_PIECE_OCTETS);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_ORDER);
        ck_assert_uint_eq(kept, 0);
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
        piece = piece_of(&document, "officer", 2 * EVIDENCE_PIECE_OCTETS);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_ORDER);
        ck_assert_uint_eq(kept, EVIDENCE_PIECE_OCTETS);
        /* the put is still open where it was */
        piece = piece_of(&document, "officer", EVIDENCE_PIECE_OCTETS);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
        ck_assert(!is_kept(store, document.sha256));
}
END_TEST

START_TEST(a_document_or_piece_that_is_too_large_or_empty_is_refused)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, LIMIT + 1, 3);
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TOO_LARGE);
        make(&document, 2 * EVIDENCE_PIECE_OCTETS, 3);
        piece = piece_of(&document, "officer", 0);
        piece.octets.length++;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TOO_LARGE);
        piece = piece_of(&document, "officer", 0);
        piece.octets.length = 0;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_EMPTY);
        piece.total = 0;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_EMPTY);
        ck_assert_uint_eq(incoming(), 0);
}
END_TEST

START_TEST(more_than_the_total_or_another_total_ends_the_put)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 2 * EVIDENCE_PIECE_OCTETS, 4);
        piece = piece_of(&document, "officer", 0);
        piece.total = 100;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_LENGTH);
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
        ck_assert_uint_eq(incoming(), 1);
        piece = piece_of(&document, "officer", EVIDENCE_PIECE_OCTETS);
        piece.total++;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_LENGTH);
        ck_assert_uint_eq(incoming(), 0);
        /* offset and length together must not wrap around */
        piece.offset = UINT64_MAX - 10;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_LENGTH);
}
END_TEST

static const struct {
        const char *octets;
        size_t length;
        bool is_allowed;
} types[] = {
        {"%PDF-1.4\n\0binary", 16, true},
        {"\x89PNG\r\n\x1a\n\0\0", 10, true},
        {"\xff\xd8\xff\xe0\0\x10JFIF", 10, true},
        {"PK\x03\x04\0\0", 6, true},
        {"plain words\n", 12, true},
        {"\xe5\xbd\x93\xe4\xba\x8b\xe4\xba\xba", 9, true},
        {"\x7f" "ELF\x02\x01\x01\0", 8, false},
        {"MZ\x90\0", 4, false},
        {"text with \0 in it", 17, false},
        {"\xb5\xb1\xca\xc2\xc8\xcb", 6, false},      /* GBK */
        {"cut \xe5\xbd", 6, false},
        {"\xc0\x80", 2, false},                       /* overlong NUL */
        {"\xed\xa0\x80", 3, false},                   /* surrogate */
        {"\xf4\x90\x80\x80", 4, false},               /* beyond Unicode */
        {"\xf0\x80\x80\xaf", 4, false},               /* overlong */
        {"\x89PNG", 4, false},                        /* a mark cut short is none */
};

START_TEST(only_types_a_court_can_open_are_kept)
{
        struct evidence_piece piece = {.person_id = "officer", .today = today};
        uint64_t kept;

        piece.octets = slice_of(types[_i].octets, types[_i].length);
        piece.total = types[_i].length;
        SHA256(piece.octets.data, piece.octets.length, piece.sha256);
        ck_assert_int_eq(put(store, &piece, &kept), types[_i].is_allowed ? EVIDENCE_TAKEN : EVIDENCE_NOT_ALLOWED);
        ck_assert(is_kept(store, piece.sha256) == types[_i].is_allowed);
        ck_assert_uint_eq(incoming(), 0);
}
END_TEST

START_TEST(text_is_checked_the_same_wherever_it_is_cut)
{
        for (size_t cut = 0; cut <= types[_i].length; cut++) {
                struct evidence_type_check check = {0};
                bool is_text;

                /* a mark comes whole in the first piece; this is about text */
                check.type = EVIDENCE_TEXT;
                evidence_type_add(&check, slice_of(types[_i].octets, cut));
                evidence_type_add(&check, slice_of(types[_i].octets + cut, types[_i].length - cut));
                is_text = evidence_type_end(&check) == EVIDENCE_TEXT;
                ck_assert_msg(is_text == (_i == 4 || _i == 5), "type %d cut at %zu", _i, cut);
        }
}
END_TEST

START_TEST(a_person_has_few_puts_open_and_a_worker_not_many)
{
        static struct document document;
        uint64_t kept;

        for (unsigned person = 0; person <= EVIDENCE_PUTS_MAX / EVIDENCE_PUTS_PER_PERSON; person++) {
                char id[33];

                snprintf(id, sizeof(id), "officer-%u", person);
                for (unsigned i = 0; i <= EVIDENCE_PUTS_PER_PERSON; i++) {
                        bool is_one_more = i == EVIDENCE_PUTS_PER_PERSON ||
                                           person == EVIDENCE_PUTS_MAX / EVIDENCE_PUTS_PER_PERSON;
                        struct evidence_piece piece;

                        make(&document, 2 * EVIDENCE_PIECE_OCTETS, (uint8_t)(16 * person + i));
                        piece = piece_of(&document, id, 0);
                        ck_assert_int_eq(put(store, &piece, &kept), is_one_more ? EVIDENCE_BUSY : EVIDENCE_TAKEN);
                }
        }
        ck_assert_uint_eq(incoming(), EVIDENCE_PUTS_MAX);
        evidence_store_free(store);
        store = evidence_store_new(folder, &limits);
        ck_assert_uint_eq(incoming(), 0);
}
END_TEST

START_TEST(a_day_has_an_end_for_each_person)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 10, 5);
        for (unsigned i = 0; i < 100; i++)
                put_whole(store, &document, "officer");
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_DAY_SPENT);
        ck_assert_uint_eq(incoming(), 0);
        put_whole(store, &document, "another");
        piece.today = tomorrow;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
}
END_TEST

START_TEST(a_put_nobody_goes_on_with_is_dropped)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 2 * EVIDENCE_PIECE_OCTETS, 6);
        piece = piece_of(&document, "officer", 0);
        piece.now_ms = 1000;
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
        evidence_tick(store, 1000 + EVIDENCE_PUT_IDLE_MS - 1);
        ck_assert_uint_eq(incoming(), 1);
        evidence_tick(store, 1000 + EVIDENCE_PUT_IDLE_MS);
        ck_assert_uint_eq(incoming(), 0);
        piece = piece_of(&document, "officer", EVIDENCE_PIECE_OCTETS);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_ORDER);
}
END_TEST

/* ----------------------------------------------------------------- faults */

START_TEST(a_disk_that_takes_no_more_is_a_fault_and_nothing_half_is_left)
{
        static struct document document;
        struct rlimit before, small;
        enum evidence_refusal refusal;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 2 * EVIDENCE_PIECE_OCTETS, 7);
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
        signal(SIGXFSZ, SIG_IGN);
        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
        small = before;
        small.rlim_cur = EVIDENCE_PIECE_OCTETS + 100;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
        piece = piece_of(&document, "officer", EVIDENCE_PIECE_OCTETS);
        ck_assert(!evidence_put(store, &piece, &refusal, &kept, &why));
        ck_assert_int_eq(why.code, FAULT_SYSTEM);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
        ck_assert_uint_eq(incoming(), 0);
        ck_assert(!is_kept(store, document.sha256));
        put_whole(store, &document, "officer");
}
END_TEST

START_TEST(without_its_folder_nothing_is_kept_and_it_says_so)
{
        static struct document document;
        struct evidence_store *lost = evidence_store_new("/nonexistent/evidence", &limits);
        bool is_there;
        enum evidence_refusal refusal;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 10, 8);
        piece = piece_of(&document, "officer", 0);
        ck_assert(!evidence_put(lost, &piece, &refusal, &kept, &why));
        ck_assert(!evidence_kept(lost, document.sha256, &is_there, &why));
        evidence_store_free(lost);
}
END_TEST

START_TEST(a_worker_killed_in_the_middle_leaves_nothing_that_counts)
{
        static struct document document;
        char path[160], leftover[420];
        struct evidence_store *later;
        const struct dirent *entry;
        struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
        int status;
        DIR *dir;
        pid_t child;

        make(&document, 3 * EVIDENCE_PIECE_OCTETS, 9);
        child = fork();
        if (child == 0) {
                struct evidence_store *own = evidence_store_new(folder, &limits);
                struct evidence_piece piece = piece_of(&document, "officer", 0);
                uint64_t kept;

                if (put(own, &piece, &kept) == EVIDENCE_TAKEN)
                        raise(SIGKILL);
                _exit(1);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
        ck_assert(!is_kept(store, document.sha256));
        ck_assert_uint_eq(incoming(), 1);
        /* another worker's put under way looks the same: a start leaves it alone */
        later = evidence_store_new(folder, &limits);
        ck_assert_uint_eq(incoming(), 1);
        evidence_store_free(later);
        /* a day later nobody can be writing it */
        snprintf(path, sizeof(path), "%s/incoming", folder);
        dir = opendir(path);
        while ((entry = readdir(dir)))
                if (entry->d_name[0] != '.') {
                        snprintf(leftover, sizeof(leftover), "%s/%s", path, entry->d_name);
                        ck_assert_int_eq(utimensat(AT_FDCWD, leftover, old, 0), 0);
                }
        closedir(dir);
        later = evidence_store_new(folder, &limits);
        ck_assert_uint_eq(incoming(), 0);
        evidence_store_free(later);
        put_whole(store, &document, "officer");
        ck_assert(is_kept(store, document.sha256));
}
END_TEST

/* ------------------------------------------------------------ what is kept */

START_TEST(a_document_is_read_back_as_it_was_handed_in)
{
        static struct document document;
        static uint8_t room[LIMIT];
        enum evidence_state state;
        size_t length, done = 0;
        uint64_t total;
        struct stat status;
        char path[160];

        make(&document, 2 * EVIDENCE_PIECE_OCTETS + 17, 10);
        put_whole(store, &document, "officer");
        ck_assert(is_kept(store, document.sha256));
        ck_assert_uint_eq(incoming(), 0);
        do {
                ck_assert(evidence_read(store, document.sha256, done, room + done, 10000, &state, &length, &total,
                        &why));
                ck_assert_int_eq(state, EVIDENCE_KEPT);
                ck_assert_uint_eq(total, document.length);
                done += length;
        } while (length > 0);
        ck_assert_uint_eq(done, document.length);
        ck_assert_mem_eq(room, document.octets, document.length);
        path_of(&document, path);
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_uint_eq(status.st_mode & 0777, 0440);
}
END_TEST

START_TEST(two_who_hand_in_the_same_document_at_once_keep_it_once)
{
        static struct document document;
        struct evidence_store *other = evidence_store_new(folder, &limits);
        struct stat first, second;
        char path[160];
        uint64_t kept;

        make(&document, 2 * EVIDENCE_PIECE_OCTETS, 11);
        path_of(&document, path);
        for (size_t offset = 0; offset < document.length; offset += EVIDENCE_PIECE_OCTETS) {
                struct evidence_piece a = piece_of(&document, "officer", offset);
                struct evidence_piece b = piece_of(&document, "reviewer", offset);
                struct evidence_piece c = piece_of(&document, "officer", offset);

                ck_assert_int_eq(put(store, &a, &kept), EVIDENCE_TAKEN);
                if (offset > 0)
                        ck_assert_int_eq(stat(path, &first), 0);
                ck_assert_int_eq(put(store, &b, &kept), EVIDENCE_TAKEN);
                ck_assert_int_eq(put(other, &c, &kept), EVIDENCE_TAKEN); /* the same person, by another worker */
        }
        ck_assert_int_eq(stat(path, &second), 0);
        ck_assert_uint_eq(first.st_ino, second.st_ino);
        ck_assert_uint_eq(incoming(), 0);
        evidence_store_free(other);
}
END_TEST

START_TEST(a_piece_at_the_beginning_begins_anew)
{
        static struct document document;
        struct evidence_piece piece;
        uint64_t kept;

        make(&document, 2 * EVIDENCE_PIECE_OCTETS, 12);
        piece = piece_of(&document, "officer", 0);
        ck_assert_int_eq(put(store, &piece, &kept), EVIDENCE_TAKEN);
        put_whole(store, &document, "officer");
        ck_assert(is_kept(store, document.sha256));
        ck_assert_uint_eq(incoming(), 0);
}
END_TEST

START_TEST(a_check_finds_what_was_altered_cut_or_taken_away)
{
        static struct document document;
        char path[160];
        unsigned turns;
        int fd;

        make(&document, 4 * EVIDENCE_PIECE_OCTETS, 13);
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_MISSING);
        put_whole(store, &document, "officer");
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_KEPT);
        path_of(&document, path);
        ck_assert_int_eq(chmod(path, 0640), 0);
        fd = open(path, O_WRONLY);
        ck_assert_int_eq(pwrite(fd, "X", 1, 3 * EVIDENCE_PIECE_OCTETS), 1);
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_ALTERED);
        ck_assert_int_eq(ftruncate(fd, 100), 0);
        close(fd);
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_ALTERED);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_MISSING);
        ck_assert(!is_kept(store, document.sha256));
}
END_TEST

START_TEST(a_check_reads_no_more_than_its_slice_each_turn)
{
        static struct document document;
        unsigned turns;

        make(&document, 4 * EVIDENCE_PIECE_OCTETS, 14);
        put_whole(store, &document, "officer");
        ck_assert_int_eq(check(&document, EVIDENCE_PIECE_OCTETS, &turns), EVIDENCE_KEPT);
        ck_assert_uint_ge(turns, 4);
}
END_TEST

START_TEST(a_link_or_a_folder_in_a_documents_place_is_never_followed)
{
        static struct document document;
        enum evidence_state state;
        char path[160], parent[160];
        size_t length;
        unsigned turns;
        uint64_t total;
        uint8_t room[16];

        make(&document, 100, 15);
        path_of(&document, path);
        snprintf(parent, sizeof(parent), "%.*s", (int)strlen(folder) + 3, path);
        ck_assert_int_eq(mkdir(parent, 0750), 0);
        ck_assert_int_eq(symlink("/etc/passwd", path), 0);
        ck_assert(!is_kept(store, document.sha256));
        ck_assert(evidence_read(store, document.sha256, 0, room, sizeof(room), &state, &length, &total, &why));
        ck_assert_int_eq(state, EVIDENCE_ALTERED);
        ck_assert_uint_eq(length, 0);
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_ALTERED);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(mkdir(path, 0750), 0);
        ck_assert(!is_kept(store, document.sha256));
        ck_assert_int_eq(check(&document, 1 << 20, &turns), EVIDENCE_ALTERED);
}
END_TEST

START_TEST(incoming_that_is_a_link_is_not_written_through)
{
        static struct document document;
        char path[80], away[80];
        struct evidence_store *fooled;
        enum evidence_refusal refusal;
        struct evidence_piece piece;
        uint64_t kept;

        snprintf(path, sizeof(path), "%s/incoming", folder);
        snprintf(away, sizeof(away), "%s/away", folder);
        ck_assert_int_eq(rmdir(path), 0);
        ck_assert_int_eq(mkdir(away, 0750), 0);
        ck_assert_int_eq(symlink(away, path), 0);
        fooled = evidence_store_new(folder, &limits);
        make(&document, 100, 16);
        piece = piece_of(&document, "officer", 0);
        ck_assert(!evidence_put(fooled, &piece, &refusal, &kept, &why));
        evidence_store_free(fooled);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("evidence store");
        TCase *refusals = tcase_create("refusals");
        TCase *faults = tcase_create("faults");
        TCase *kept = tcase_create("kept");
        int count = (int)(sizeof(types) / sizeof(types[0]));

        tcase_add_checked_fixture(refusals, begin, end);
        tcase_add_checked_fixture(faults, begin, end);
        tcase_add_checked_fixture(kept, begin, end);
        tcase_add_test(refusals, a_document_that_is_not_what_its_hash_says_is_refused_and_nothing_is_kept);
        tcase_add_test(refusals, pieces_out_of_order_are_refused_and_the_next_one_is_told);
        tcase_add_test(refusals, a_document_or_piece_that_is_too_large_or_empty_is_refused);
        tcase_add_test(refusals, more_than_the_total_or_another_total_ends_the_put);
        tcase_add_loop_test(refusals, only_types_a_court_can_open_are_kept, 0, count);
        tcase_add_loop_test(refusals, text_is_checked_the_same_wherever_it_is_cut, 0, count);
        tcase_add_test(refusals, a_person_has_few_puts_open_and_a_worker_not_many);
        tcase_add_test(refusals, a_day_has_an_end_for_each_person);
        tcase_add_test(refusals, a_put_nobody_goes_on_with_is_dropped);
        tcase_add_test(faults, a_disk_that_takes_no_more_is_a_fault_and_nothing_half_is_left);
        tcase_add_test(faults, without_its_folder_nothing_is_kept_and_it_says_so);
        tcase_add_test(faults, a_worker_killed_in_the_middle_leaves_nothing_that_counts);
        tcase_add_test(kept, a_document_is_read_back_as_it_was_handed_in);
        tcase_add_test(kept, two_who_hand_in_the_same_document_at_once_keep_it_once);
        tcase_add_test(kept, a_piece_at_the_beginning_begins_anew);
        tcase_add_test(kept, a_check_finds_what_was_altered_cut_or_taken_away);
        tcase_add_test(kept, a_check_reads_no_more_than_its_slice_each_turn);
        tcase_add_test(kept, a_link_or_a_folder_in_a_documents_place_is_never_followed);
        tcase_add_test(kept, incoming_that_is_a_link_is_not_written_through);
        suite_add_tcase(suite, refusals);
        suite_add_tcase(suite, faults);
        suite_add_tcase(suite, kept);
        return suite_run(suite);
}
