/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/proof.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/core/note.h"

#define SUITES_ACCEPTED SUITE_BIT(SUITE_ED25519_SHA256)

static bool read_roots(struct proof *proof, FILE *file, const char *name, struct fault *why)
{
        X509 *root;

        while ((root = PEM_read_X509(file, NULL, NULL, NULL))) {
                if (proof->root_count == PROOF_ROOTS_LIMIT) {
                        X509_free(root);
                        return fault_set(
                                why, FAULT_LIMIT, "%s: more than %u certificates", name, PROOF_ROOTS_LIMIT);
                }
                proof->roots[proof->root_count++] = root;
        }
        ERR_clear_error();
        return proof->root_count > 0 ||
               fault_set(why, FAULT_CRYPTO, "%s: no certificate can be read here", name);
}

bool proof_init(struct proof *proof, const char *ca_file, struct fault *why)
{
        FILE *file = fopen(ca_file, "re");
        bool read;

        *proof = (struct proof){0};
        if (!file)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", ca_file, strerror(errno));
        read = read_roots(proof, file, ca_file, why);
        fclose(file);
        if (read && digest_init(&proof->sha256, SUITE_ED25519_SHA256, why))
                return true;
        proof_done(proof);
        return false;
}

void proof_done(struct proof *proof)
{
        for (unsigned i = 0; i < proof->root_count; i++)
                X509_free(proof->roots[i]);
        digest_done(&proof->sha256);
        *proof = (struct proof){0};
}

void proof_cleanup(struct proof *proof)
{
        proof_done(proof);
}

/* The batch's size stands in the head; whether the head is to be believed is the judge's to find out. */
static unsigned size_in_head(struct slice bytes)
{
        struct note note;
        struct head head;

        if (note_parse(bytes, &note) != NOTE_RIGHT || !head_parse(note.text, &head))
                return 0;
        return head.size;
}

/* Of an answer to a lookup or an explanation; NULL: it has none. */
static const Qcr__Sealed *sealed_of(const struct client_answer *answer)
{
        const Qcr__Reply *reply = answer->reply;

        if (reply->body_case == QCR__REPLY__BODY_SEALED)
                return reply->sealed;
        return reply->body_case == QCR__REPLY__BODY_EXPLANATION ? reply->explanation->sealed : NULL;
}

/* The parts of a reply as the judge takes them; false when there are more of them than any evidence has. */
static bool gather(const struct client_answer *answer, struct evidence *ret)
{
        const Qcr__Sealed *sealed = sealed_of(answer);

        *ret = (struct evidence){
                .statement = client_slice(sealed->statement),
                .request = buffer_slice(&answer->request),
                .index = sealed->index,
                .head = client_slice(sealed->head),
                .path_count = (unsigned)(sealed->path.len / HASH_SIZE),
                .certificate_count = (unsigned)sealed->n_certificate,
        };
        ret->size = size_in_head(ret->head);
        if (sealed->path.len % HASH_SIZE || ret->path_count > MERKLE_BATCH_PATH_LIMIT ||
                sealed->n_certificate > CHAIN_LIMIT)
                return false;
        if (sealed->path.len)
                memcpy(ret->path, sealed->path.data, sealed->path.len);
        for (size_t i = 0; i < sealed->n_certificate; i++)
                ret->certificates[i] = client_slice(sealed->certificate[i]);
        return true;
}

static const char *judge(struct proof *proof, const struct evidence *evidence, const struct trust *trust,
        struct proved *ret)
{
        struct evidence_verdict verdict;
        enum evidence_refusal refusal = evidence_verify(evidence, trust, &proof->sha256, &verdict);

        ERR_clear_error();
        if (refusal)
                return evidence_refusal_word(refusal);
        *ret = (struct proved){.verdict = verdict, .statement = evidence->statement};
        return NULL;
}

const char *proof_of_answer(struct proof *proof, const struct client_answer *answer, struct slice origin,
        const struct org_code *code, struct proved *ret)
{
        struct trust trust = {
                .roots = proof->roots,
                .root_count = proof->root_count,
                .origin = origin,
                .suites = SUITES_ACCEPTED,
                .code = slice_text(code->text),
                .nonce = slice_of(answer->nonce, sizeof(answer->nonce)),
        };
        struct evidence evidence;

        if (!sealed_of(answer))
                return "unsigned";
        if (!gather(answer, &evidence))
                return evidence_refusal_word(EVIDENCE_INCLUSION);
        return judge(proof, &evidence, &trust, ret);
}

const char *proof_of_receipt(struct proof *proof, const struct receipt *receipt, struct proved *ret)
{
        struct trust trust = {
                .roots = proof->roots, .root_count = proof->root_count, .suites = SUITES_ACCEPTED};

        return judge(proof, &receipt->evidence, &trust, ret);
}

static bool write_whole(int fd, struct slice bytes)
{
        while (bytes.length) {
                ssize_t n = write(fd, bytes.data, bytes.length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                bytes = slice_of(bytes.data + n, bytes.length - (size_t)n);
        }
        return true;
}

/* Beside its place first, so that a full disk leaves the file before and no half of one. */
static bool write_file(const char *file, struct slice bytes, bool at_once, struct fault *why)
{
        CLEANUP(buffer) struct buffer beside = BUFFER_INIT;
        bool written;
        int fd;

        buffer_add_format(&beside, "%s.XXXXXX", file);
        buffer_text(&beside);
        fd = mkostemp((char *)beside.data, O_CLOEXEC);
        if (fd < 0)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", file, strerror(errno));
        written = write_whole(fd, bytes) && (!at_once || fsync(fd) == 0);
        if (close(fd) == 0 && written && rename(buffer_text(&beside), file) == 0)
                return true;
        fault_set(why, FAULT_SYSTEM, "%s: %s", file, strerror(errno));
        unlink(buffer_text(&beside));
        return false;
}

bool proof_write(const struct client_answer *answer, struct buffer *ret)
{
        struct evidence evidence;

        if (!gather(answer, &evidence))
                return false;
        receipt_encode(&evidence, ret);
        return true;
}

bool proof_save(const struct client_answer *answer, const char *file, bool at_once, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (!proof_write(answer, &text))
                return fault_set(why, FAULT_INPUT, "%s: the answer has too many parts", file);
        return write_file(file, buffer_slice(&text), at_once, why);
}

bool proof_settle(const char *folder, struct fault *why)
{
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool settled = fd >= 0 && syncfs(fd) == 0;

        if (!settled)
                fault_set(why, FAULT_SYSTEM, "%s: %s", folder, strerror(errno));
        if (fd >= 0)
                close(fd);
        return settled;
}
