/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/evidence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/note.h"

const char *evidence_refusal_word(enum evidence_refusal refusal)
{
        switch (refusal) {
        case EVIDENCE_AUTHENTIC:
                return "authentic";
        case EVIDENCE_HEAD_NOTE:
                return "head-note";
        case EVIDENCE_HEAD_BODY:
                return "head-body";
        case EVIDENCE_SUITE:
                return "suite-not-accepted";
        case EVIDENCE_CERTIFICATE_FORM:
                return "certificate-form";
        case EVIDENCE_CERTIFICATE_HASH:
                return "certificate-hash";
        case EVIDENCE_CERTIFICATE_KEY:
                return "certificate-key";
        case EVIDENCE_HEAD_SIGNATURE:
                return "head-signature";
        case EVIDENCE_CHAIN:
                return "certificate-chain";
        case EVIDENCE_USAGE:
                return "certificate-usage";
        case EVIDENCE_INCLUSION:
                return "inclusion";
        case EVIDENCE_STATEMENT:
                return "statement-form";
        case EVIDENCE_ORIGIN:
                return "origin";
        case EVIDENCE_REQUEST:
                return "request-hash";
        case EVIDENCE_CODE:
                return "code";
        case EVIDENCE_NONCE:
                return "nonce";
        case EVIDENCE_TIME:
                return "time";
        }
        abort();
}

static enum evidence_refusal read_head(const struct evidence *evidence, const struct trust *trust,
        struct note *ret_note, struct head *ret)
{
        if (note_parse(evidence->head, ret_note) != NOTE_RIGHT)
                return EVIDENCE_HEAD_NOTE;
        if (!head_parse(ret_note->text, ret))
                return EVIDENCE_HEAD_BODY;
        /* Never taken from the message alone: what is not accepted is not even tried. */
        if (!(trust->suites & SUITE_BIT(ret->suite)) || ret->suite != SUITE_ED25519_SHA256)
                return EVIDENCE_SUITE;
        return EVIDENCE_AUTHENTIC;
}

static enum evidence_refusal check_signature(const struct evidence *evidence, const struct chain *chain,
        const struct note *note, const struct head *head, struct digest *sha256)
{
        char name[NOTE_NAME_LIMIT + 1];
        uint8_t public[ED25519_PUBLIC_SIZE];
        struct note_key key;
        struct hash hash;

        digest_hash(sha256, evidence->certificates[0], &hash);
        if (!hash_equal(&hash, &head->certificate))
                return EVIDENCE_CERTIFICATE_HASH;
        if (!ed25519_public(chain_key(chain), public) || ed25519_is_low_order(public))
                return EVIDENCE_CERTIFICATE_KEY;
        static_assert(ORIGIN_LIMIT + sizeof(HEAD_KEY_SUFFIX) <= sizeof(name), "key names");
        memcpy(stpcpy(name, head->origin), HEAD_KEY_SUFFIX, sizeof(HEAD_KEY_SUFFIX));
        note_key_init(&key, slice_text(name), public, sha256);
        return note_verify(note, &key) == NOTE_RIGHT ? EVIDENCE_AUTHENTIC : EVIDENCE_HEAD_SIGNATURE;
}

static enum evidence_refusal check_head(const struct evidence *evidence, const struct trust *trust,
        const struct note *note, const struct head *head, struct digest *sha256)
{
        CLEANUP(chain) struct chain chain;
        enum evidence_refusal refusal;

        if (!chain_init(&chain, evidence->certificates, evidence->certificate_count))
                return EVIDENCE_CERTIFICATE_FORM;
        refusal = check_signature(evidence, &chain, note, head, sha256);
        if (refusal)
                return refusal;
        if (!chain_leads_to(&chain, trust->roots, trust->root_count, head->signed_ms))
                return EVIDENCE_CHAIN;
        return chain_is_for(&chain, USAGE_LOOKUP_SIGNING_OID) ? EVIDENCE_AUTHENTIC : EVIDENCE_USAGE;
}

static enum evidence_refusal check_inclusion(const struct evidence *evidence, const struct head *head,
        struct digest *sha256)
{
        struct hash leaf;

        assert(evidence->path_count <= MERKLE_BATCH_PATH_LIMIT);
        if (evidence->size != head->size)
                return EVIDENCE_INCLUSION;
        merkle_leaf(sha256, evidence->statement, &leaf);
        return merkle_verify_inclusion(sha256, evidence->index, head->size, &leaf, evidence->path,
                       evidence->path_count, &head->root) == MERKLE_RIGHT ?
                EVIDENCE_AUTHENTIC :
                EVIDENCE_INCLUSION;
}

static bool is_asked(struct slice wanted, struct slice said)
{
        return wanted.length == 0 || slice_equal(wanted, said);
}

static enum evidence_refusal check_statement(const struct evidence *evidence, const struct trust *trust,
        const struct head *head, struct digest *sha256, struct statement *ret)
{
        struct hash request;

        if (statement_parse(evidence->statement, ret) != STATEMENT_RIGHT)
                return EVIDENCE_STATEMENT;
        if (strcmp(ret->origin, head->origin) != 0 || !is_asked(trust->origin, slice_text(ret->origin)))
                return EVIDENCE_ORIGIN;
        digest_hash(sha256, evidence->request, &request);
        if (!hash_equal(&request, &ret->request))
                return EVIDENCE_REQUEST;
        if (!is_asked(trust->code, slice_text(ret->code)))
                return EVIDENCE_CODE;
        if (!is_asked(trust->nonce, slice_of(ret->nonce, ret->nonce_size)))
                return EVIDENCE_NONCE;
        /* The head's data-as-of is the oldest of its batch. */
        if (ret->data_as_of_ms > head->signed_ms + EVIDENCE_SKEW_MS ||
                head->signed_ms > ret->valid_until_ms || ret->data_as_of_ms < head->data_as_of_ms)
                return EVIDENCE_TIME;
        return EVIDENCE_AUTHENTIC;
}

enum evidence_refusal evidence_verify_head(const struct evidence *evidence, const struct trust *trust,
        struct digest *sha256, struct head *ret)
{
        enum evidence_refusal refusal;
        struct head head;
        struct note note;

        assert(sha256->suite == SUITE_ED25519_SHA256);
        refusal = read_head(evidence, trust, &note, &head);
        if (!refusal)
                refusal = check_head(evidence, trust, &note, &head, sha256);
        if (!refusal)
                *ret = head;
        return refusal;
}

enum evidence_refusal evidence_verify_answer(const struct evidence *evidence, const struct trust *trust,
        const struct head *head, struct digest *sha256, struct statement *ret)
{
        enum evidence_refusal refusal = check_inclusion(evidence, head, sha256);
        struct statement statement;

        if (!refusal)
                refusal = check_statement(evidence, trust, head, sha256, &statement);
        if (!refusal)
                *ret = statement;
        return refusal;
}

enum evidence_refusal evidence_verify(const struct evidence *evidence, const struct trust *trust,
        struct digest *sha256, struct evidence_verdict *ret)
{
        struct evidence_verdict verdict;
        enum evidence_refusal refusal = evidence_verify_head(evidence, trust, sha256, &verdict.head);

        if (!refusal)
                refusal = evidence_verify_answer(evidence, trust, &verdict.head, sha256, &verdict.statement);
        if (!refusal)
                *ret = verdict;
        return refusal;
}

bool evidence_is_current(const struct evidence_verdict *verdict, int64_t at_ms)
{
        return at_ms <= verdict->statement.valid_until_ms;
}
