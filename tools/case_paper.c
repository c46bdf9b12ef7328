/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_paper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "proto/result.h"
#include "registry/core/digest.h"
#include "tools/language.h"
#include "tools/show.h"

#define PIECE_OCTETS 49152u           /* what one request carries beside its frame */
#define BEGINNINGS_MAX 3u             /* how often a document is begun before it is given up */
#define PAPER_OCTETS_MAX (64u << 20)  /* the registry's own bound is lower */
#define PROGRESS_FROM (1u << 20)      /* shorter ones are there before anybody could read of it */

/* ------------------------------------------------------------------- reading */

static bool hash_file(int fd, struct case_paper *paper, struct fault *why)
{
        CLEANUP(digest) struct digest sha256;
        struct hash hash;
        uint8_t piece[PIECE_OCTETS];
        ssize_t n;

        if (!digest_init(&sha256, SUITE_ED25519_SHA256, why))
                return false;
        digest_begin(&sha256);
        while ((n = read(fd, piece, sizeof(piece))) > 0) {
                digest_add(&sha256, slice_of(piece, (size_t)n));
                paper->octets += (uint64_t)n;
                if (paper->octets > PAPER_OCTETS_MAX)
                        return fault_set(why, FAULT_LIMIT, "%s: a document of more than %u MiB", paper->path,
                                PAPER_OCTETS_MAX >> 20);
        }
        digest_end(&sha256, &hash);
        memcpy(paper->sha256, hash.octets, sizeof(paper->sha256));
        if (n < 0)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", paper->path, strerror(errno));
        return paper->octets > 0 || fault_set(why, FAULT_INPUT, "%s: the file is empty", paper->path);
}

static int open_file(const char *path, struct fault *why)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        struct stat there;

        if (fd >= 0 && fstat(fd, &there) == 0 && S_ISREG(there.st_mode))
                return fd;
        fault_set(why, FAULT_SYSTEM, "%s: %s", path, fd < 0 ? strerror(errno) : "not a file");
        if (fd >= 0)
                close(fd);
        return -1;
}

bool case_paper_read(const char *path, struct case_paper *ret, struct fault *why)
{
        struct case_paper paper = {.path = path};
        int fd = open_file(path, why);
        bool read;

        if (fd < 0)
                return false;
        read = hash_file(fd, &paper, why);
        close(fd);
        if (read)
                *ret = paper;
        return read;
}

/* ---------------------------------------------------------------- handing in */

static void show_progress(const struct case_paper *paper, uint64_t kept)
{
        if (paper->octets < PROGRESS_FROM || !isatty(STDERR_FILENO))
                return;
        fprintf(stderr, "\r%s  %3u %%%s", paper->path, (unsigned)(kept * 100 / paper->octets),
                kept == paper->octets ? "\n" : "");
}

static int fail_with(struct qcr *qcr, const char *reason, const char *headline, const struct fault *why)
{
        struct failure failure;

        failure_of_fault(&failure, EXIT_GENERAL, reason, headline, why);
        return qcr_fail(qcr, &failure);
}

static void fill_put(Qcr__EvidencePut *put, const struct case_paper *paper, uint8_t sha256[32], uint64_t offset,
        struct slice piece)
{
        memcpy(sha256, paper->sha256, sizeof(paper->sha256));
        put->sha256 = (ProtobufCBinaryData){.len = sizeof(paper->sha256), .data = sha256};
        put->total = paper->octets;
        put->offset = offset;
        put->octets = (ProtobufCBinaryData){.len = piece.length, .data = (uint8_t *)(uintptr_t)piece.data};
}

/* Did the registry lose what it had of the document (a connection that was made again, another worker)? */
static bool has_lost_place(const struct client_answer *answer)
{
        return answer->failure && answer->failure->code == RESULT_FIELD_INVALID &&
               slice_equal(client_slice(answer->failure->field), slice_text("offset"));
}

/* Sends one piece. What the registry has then is in `ret_kept`: 0 when it must be sent from the beginning. */
static int send_piece(struct qcr *qcr, const struct case_paper *paper, uint64_t offset, struct slice piece,
        uint64_t *ret_kept)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__EvidencePut put = QCR__EVIDENCE_PUT__INIT;
        uint8_t sha256[32];
        enum wire_trouble trouble;
        struct failure failure;
        struct fault why;

        if (!qcr_connect(qcr, &failure))
                return qcr_fail(qcr, &failure);
        fill_put(&put, paper, sha256, offset, piece);
        request.operation_case = QCR__REQUEST__OPERATION_EVIDENCE_PUT;
        request.evidence_put = &put;
        trouble = client_ask(qcr->client, &request, &answer, &why);
        if (!trouble && offset > 0 && has_lost_place(&answer)) {
                *ret_kept = 0;
                return 0;
        }
        if (!trouble && answer.failure) {
                failure_of_answer(&failure, &answer);
                return qcr_fail(qcr, &failure);
        }
        if (!trouble && answer.reply->body_case != QCR__REPLY__BODY_EVIDENCE) {
                fault_set(&why, FAULT_PEER, "the server's reply is to another question");
                trouble = WIRE_LOST;
        }
        if (trouble) {
                failure_of_trouble(&failure, trouble, &why);
                return qcr_fail(qcr, &failure);
        }
        *ret_kept = answer.reply->evidence->kept;
        return 0;
}

static int send_pieces(struct qcr *qcr, const struct case_paper *paper, int fd)
{
        uint8_t piece[PIECE_OCTETS];
        unsigned beginnings = 1;
        uint64_t kept = 0;
        struct fault why;

        while (kept < paper->octets) {
                const uint64_t before = kept;
                ssize_t n = pread(fd, piece, sizeof(piece), (off_t)kept);
                int status;

                if (n <= 0) {
                        fault_set(&why, FAULT_SYSTEM, "%s: %s", paper->path,
                                n < 0 ? strerror(errno) : "the file became shorter");
                        return fail_with(qcr, "file", N_("the document cannot be read"), &why);
                }
                status = send_piece(qcr, paper, before, slice_of(piece, (size_t)n), &kept);
                if (status)
                        return status;
                if (kept == 0 && beginnings++ < BEGINNINGS_MAX)
                        continue;
                if (kept <= before || kept > paper->octets) {
                        fault_set(&why, FAULT_PEER, "%s: the registry has %llu octets of it after %llu", paper->path,
                                (unsigned long long)kept, (unsigned long long)before);
                        return fail_with(qcr, "evidence", N_("the document could not be handed in"), &why);
                }
                show_progress(paper, kept);
        }
        return 0;
}

int case_paper_hand_in(struct qcr *qcr, const struct case_paper *paper)
{
        struct fault why;
        int fd = open_file(paper->path, &why);
        int status;

        if (fd < 0)
                return fail_with(qcr, "file", N_("the document cannot be read"), &why);
        status = send_pieces(qcr, paper, fd);
        close(fd);
        return status;
}

/* ------------------------------------------------------------------ fetching */

static int fetch_piece(struct qcr *qcr, const struct case_ref *ref, ProtobufCBinaryData sha256, const char *purpose,
        struct buffer *to, uint64_t *ret_total)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__EvidenceGet get = QCR__EVIDENCE_GET__INIT;
        int status;

        get.code = client_bytes(ref->code.text);
        get.number = ref->number;
        get.sha256 = sha256;
        get.offset = to->length;
        get.has_purpose = purpose != NULL;
        get.purpose = client_bytes(purpose);
        request.operation_case = QCR__REQUEST__OPERATION_EVIDENCE_GET;
        request.evidence_get = &get;
        status = qcr_ask(qcr, &request, QCR__REPLY__BODY_EVIDENCE, &answer);
        if (status)
                return status;
        *ret_total = answer.reply->evidence->total;
        buffer_add_slice(to, client_slice(answer.reply->evidence->octets));
        return 0;
}

int case_paper_fetch(struct qcr *qcr, const struct case_ref *ref, const uint8_t sha256[32], const char *purpose,
        struct buffer *ret)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        uint8_t wanted[32], found[32];
        struct failure failure;
        size_t before;
        uint64_t total;

        memcpy(wanted, sha256, sizeof(wanted));
        do {
                int status;

                before = octets.length;
                status = fetch_piece(qcr, ref, (ProtobufCBinaryData){.len = sizeof(wanted), .data = wanted}, purpose,
                        &octets, &total);
                if (status)
                        return status;
        } while (octets.length < total && octets.length > before && octets.length <= PAPER_OCTETS_MAX);
        SHA256(octets.data, octets.length, found);
        if (octets.length != total || memcmp(found, wanted, sizeof(found)) != 0) {
                failure_of_evidence(&failure, "document-hash");
                return qcr_fail(qcr, &failure);
        }
        buffer_add_slice(ret, buffer_slice(&octets));
        return 0;
}
