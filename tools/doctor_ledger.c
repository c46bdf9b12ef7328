/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on the ledger: one pass over all entries, oldest first. Chain and commitment are computed again;
 * the body is written again from the rows the entry is about and must be the stored one, so that each line of
 * it (previous entry, proposal, content, act) is proved at once; whoever signed is checked against the people
 * the pass before believed.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "proto/text.h"
#include "qcr.pb-c.h"
#include "registry/core/ledger_entry.h"
#include "registry/core/merkle.h"
#include "registry/core/role.h"
#include "tools/doctor.h"

#define REQUEST_ARENA (1024u * 1024)

/* What an entry's row has; ledger_sql selects in this order. */
enum column {
        SERIAL,
        AT_MS,
        COMMITMENT,
        CHAIN,
        KIND,
        SUBJECT,
        SALT,
        BODY,
        PREVIOUS,
        CERTIFICATE,
        REQUEST,
        SIGNATURE, /* of the act, or of the run whose header it is */
        CONTENT_OCTETS,
        CONTENT_HASH, /* what the body's content is the hash of, or the hash itself */
        PROPOSAL_SERIAL,
        PROPOSAL_ITEM,
        PROPOSAL_KIND,
        PROPOSER,
        ACTOR,
        OUTCOME,
        PROPOSAL_CERTIFICATE, /* of the proposal's act, or of the run that held the row */
        HAS_ACT,
};

static const char ledger_sql[] =
        "SELECT l.serial, (extract(epoch FROM l.at) * 1000)::bigint, l.commitment, l.chain, b.kind,"
        " b.subject, b.salt, b.body, CASE WHEN b.subject IS NULL THEN 0"
        "   ELSE coalesce(lag(l.serial) OVER (PARTITION BY b.subject ORDER BY l.serial), 0) END,"
        " coalesce(a.certificate, r.certificate, cr.certificate, er.certificate),"
        " coalesce(a.request, r.header, c.header, e.header),"
        " coalesce(a.signature, r.signature, c.signature, e.signature),"
        " CASE WHEN b.kind = 'founding' THEN f.document WHEN b.kind = 'run-begin' THEN r.header"
        "   WHEN b.kind = 'run-chunk' THEN c.header WHEN b.kind = 'run-end' THEN e.header"
        "   WHEN b.kind IN ('proposal', 'case-step', 'policy-add') THEN a.request"
        "   WHEN b.kind IN ('approval', 'rejection') THEN pa.request END,"
        " CASE WHEN b.kind = 'record-file' THEN rec.content_hash ELSE w.row_hash END,"
        " ap.proposal_serial, ap.proposal_item, p.kind, ap.proposer, ap.actor, ap.outcome,"
        " coalesce(pa.certificate, pr.certificate), a.serial IS NOT NULL"
        " FROM qcr.ledger l"
        " LEFT JOIN qcr.ledger_body b ON b.serial = l.serial"
        " LEFT JOIN qcr.act a ON a.serial = l.serial"
        " LEFT JOIN qcr.founding f ON f.serial = l.serial"
        " LEFT JOIN qcr.run r ON r.serial = l.serial AND b.kind = 'run-begin'"
        " LEFT JOIN qcr.run_chunk c ON c.serial = l.serial AND b.kind = 'run-chunk'"
        " LEFT JOIN qcr.run cr ON cr.run_id = c.run_id"
        " LEFT JOIN qcr.run_end e ON e.serial = l.serial AND b.kind = 'run-end'"
        " LEFT JOIN qcr.run er ON er.run_id = e.run_id"
        /* One row an entry, also where somebody put a second record beside it: that is found by itself. */
        " LEFT JOIN (SELECT serial, subject, (array_agg(content_hash ORDER BY version))[1] AS content_hash"
        "   FROM qcr.record WHERE run_id IS NULL GROUP BY serial, subject) rec"
        "   ON rec.serial = l.serial AND rec.subject = b.subject AND b.kind = 'record-file'"
        " LEFT JOIN qcr.approval ap ON ap.serial = l.serial"
        " LEFT JOIN qcr.proposal p ON p.serial = ap.proposal_serial AND p.item = ap.proposal_item"
        " LEFT JOIN qcr.act pa ON pa.serial = ap.proposal_serial"
        " LEFT JOIN qcr.run_chunk pc ON pc.serial = ap.proposal_serial"
        " LEFT JOIN qcr.run pr ON pr.run_id = pc.run_id"
        " LEFT JOIN qcr.waiting_row w ON w.subject = p.subject AND w.run_id = pc.run_id"
        "   AND w.row_no = ap.proposal_item"
        " ORDER BY l.serial";

struct pass {
        struct doctor *doctor;
        struct digest digest;
        struct merkle_frontier frontier;
        uint64_t serial;
        uint8_t chain[32];
        /* of the row at hand */
        struct buffer body, request, signature, content;
};

static void find(struct pass *pass, const char *table, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static void find(struct pass *pass, const char *table, const char *format, ...)
{
        char key[24], reason[300];
        va_list arguments;

        snprintf(key, sizeof(key), "%" PRIu64, pass->serial);
        va_start(arguments, format);
        vsnprintf(reason, sizeof(reason), format, arguments);
        va_end(arguments);
        doctor_find(pass->doctor, table, key, "%s", reason);
}

/* ------------------------------------------------------------------------------- chain */

static bool check_chain(struct pass *pass, const PGresult *row, struct fault *why)
{
        uint64_t serial = (uint64_t)cell_number(row, 0, SERIAL);
        int64_t at_ms = cell_number(row, 0, AT_MS);
        uint8_t commitment[32], stored[32];
        struct hash leaf;

        if (!cell_octets(row, 0, COMMITMENT, commitment, 32) || !cell_octets(row, 0, CHAIN, stored, 32))
                return fault_set(why, FAULT_INPUT, "qcr.ledger: a row cannot be read");
        if (serial != pass->serial + 1) {
                char key[DOCTOR_KEY];

                doctor_find(pass->doctor, "ledger", doctor_key(key, "%" PRIu64, pass->serial + 1),
                        "is missing: %" PRIu64 " follows %" PRIu64, serial, pass->serial);
        }
        pass->serial = serial;
        ledger_chain_next(pass->chain, serial, at_ms, commitment, pass->chain);
        if (memcmp(pass->chain, stored, 32) != 0) {
                find(pass, "ledger",
                        "was changed: time, commitment or chain is not what it was chained with");
                memcpy(pass->chain, stored, 32); /* so that the entries behind it are judged by themselves */
        }
        ledger_leaf(serial, at_ms, commitment, leaf.octets);
        merkle_frontier_append(&pass->frontier, &pass->digest, &leaf);
        if (pass->doctor->view && serial == pass->doctor->view_meta.serial) {
                struct hash root;

                merkle_frontier_root(&pass->frontier, &pass->digest, &root);
                memcpy(pass->doctor->root_at_view, root.octets, 32);
                memcpy(pass->doctor->chain_at_view, pass->chain, 32);
        }
        if (serial == pass->doctor->witness.serial)
                memcpy(pass->doctor->chain_at_witness, pass->chain, 32);
        pass->doctor->entries++;
        return true;
}

/* -------------------------------------------------------------------------------- body */

static bool is_text(const PGresult *row, enum column column, const char *text)
{
        return !cell_is_null(row, 0, (int)column) && strcmp(cell_text(row, 0, (int)column), text) == 0;
}

static bool is_decision(const PGresult *row)
{
        return is_text(row, KIND, "approval") || is_text(row, KIND, "rejection");
}

/* Names the first line in which the two differ. */
static void name_difference(struct pass *pass, struct slice wanted, struct slice stored)
{
        const uint8_t *line = wanted.data;
        size_t at = 0, length;
        const uint8_t *end;

        while (at < wanted.length && at < stored.length && wanted.data[at] == stored.data[at])
                if (wanted.data[at++] == '\n')
                        line = wanted.data + at;
        length = wanted.length - (size_t)(line - wanted.data);
        end = length ? memchr(line, ' ', length) : NULL;
        if (!end)
                find(pass, "ledger_body", "is not what the entry's rows give");
        else
                find(pass, "ledger_body", "its line `%.*s` is not what the rows it is about give",
                        (int)(end - line), (const char *)line);
}

/* The hash the body commits to; false when the row it is about is not there. */
static bool content_of(struct pass *pass, const PGresult *row, uint8_t ret[32])
{
        if (!cell_is_null(row, 0, CONTENT_OCTETS)) {
                buffer_clear(&pass->content);
                if (!cell_bytes(row, 0, CONTENT_OCTETS, &pass->content))
                        return false;
                return EVP_Digest(pass->content.data, pass->content.length, ret, NULL, EVP_sha256(), NULL) ==
                       1;
        }
        return cell_octets(row, 0, CONTENT_HASH, ret, 32);
}

static void check_body(struct pass *pass, const PGresult *row)
{
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;
        struct ledger_body body = {
                .kind = cell_text(row, 0, KIND),
                .subject = cell_is_null(row, 0, SUBJECT) ? NULL : cell_text(row, 0, SUBJECT),
                .previous = (uint64_t)cell_number(row, 0, PREVIOUS),
        };
        uint8_t commitment[32], computed[32], salt[32], fingerprint[32];
        char proposal[48];

        buffer_clear(&pass->body);
        if (cell_is_null(row, 0, BODY)) {
                find(pass, "ledger_body", "is missing");
                return;
        }
        if (!cell_octets(row, 0, SALT, salt, 32) || !cell_bytes(row, 0, BODY, &pass->body) ||
                !cell_octets(row, 0, COMMITMENT, commitment, 32)) {
                find(pass, "ledger_body", "cannot be read");
                return;
        }
        ledger_commitment(salt, buffer_slice(&pass->body), computed);
        if (memcmp(commitment, computed, 32) != 0) {
                find(pass, "ledger_body", "was changed: it is not what the entry commits to");
                return;
        }
        if (!content_of(pass, row, body.content)) {
                find(pass, is_text(row, KIND, "record-file") ? "record" : "ledger_body",
                        "the row that this %s is about is missing", body.kind);
                return;
        }
        if (is_decision(row)) {
                snprintf(proposal, sizeof(proposal), "%s.%s", cell_text(row, 0, PROPOSAL_SERIAL),
                        cell_text(row, 0, PROPOSAL_ITEM));
                body.proposal = proposal;
        }
        /* A run's header is signed beside the entry; whether the entry says so too is the writer's. */
        body.has_act = cell_bool(row, 0, HAS_ACT) ||
                (pass->body.length > 6 && memcmp(pass->body.data + pass->body.length - 6, "act -\n", 6) != 0);
        if (body.has_act && cell_octets(row, 0, CERTIFICATE, fingerprint, 32) &&
                pass->signature.length == ED25519_SIGNATURE_SIZE)
                ledger_act_hash(fingerprint, pass->signature.data, buffer_slice(&pass->request), body.act);
        ledger_body_format(&wanted, &body);
        if (!slice_equal(buffer_slice(&wanted), buffer_slice(&pass->body)))
                name_difference(pass, buffer_slice(&wanted), buffer_slice(&pass->body));
}

/* --------------------------------------------------------------------------------- acts */

/* Does the decider's own request say this decision about this proposal? */
static bool decides(struct pass *pass, const PGresult *row)
{
        CLEANUP(arena) struct arena arena;
        ProtobufCAllocator allocator;
        const Qcr__Request *request;

        arena_init(&arena, REQUEST_ARENA);
        text_allocator_init(&allocator, &arena);
        request = qcr__request__unpack(&allocator, pass->request.length, pass->request.data);
        return request && request->operation_case == QCR__REQUEST__OPERATION_DECIDE &&
               request->decide->proposal_serial == (uint64_t)cell_number(row, 0, PROPOSAL_SERIAL) &&
               request->decide->proposal_item == (uint64_t)cell_number(row, 0, PROPOSAL_ITEM) &&
               (request->decide->approve != 0) == is_text(row, KIND, "approval");
}

static void check_decision(struct pass *pass, const PGresult *row, const char *actor)
{
        uint8_t fingerprint[32];
        const char *proposer = "";

        if (cell_is_null(row, 0, OUTCOME)) {
                find(pass, "approval", "is missing");
                return;
        }
        if (cell_octets(row, 0, PROPOSAL_CERTIFICATE, fingerprint, 32))
                proposer = doctor_person_of(pass->doctor, fingerprint);
        if (!is_text(row, ACTOR, actor))
                find(pass, "approval", "actor was changed: %s signed", actor);
        if (!is_text(row, PROPOSER, proposer))
                find(pass, "approval", "proposer was changed: %s signed the proposal",
                        *proposer ? proposer : "nobody");
        if (is_text(row, OUTCOME, "approved") != is_text(row, KIND, "approval"))
                find(pass, "approval", "outcome was changed: the entry is an %s", cell_text(row, 0, KIND));
        if (!decides(pass, row))
                find(pass, "act", "what was signed is another decision");
        if (is_text(row, KIND, "approval") && strcmp(actor, proposer) == 0)
                find(pass, "approval", "one person, %s, proposed and approved", actor);
}

/* Who may have signed an entry of this kind; a proposer may take back what they proposed. */
static uint32_t roles_for(struct pass *pass, const PGresult *row)
{
        if (is_text(row, KIND, "approval"))
                return doctor_proposal_roles(cell_text(row, 0, PROPOSAL_KIND));
        if (is_text(row, KIND, "rejection"))
                return UINT32_MAX;
        if (is_text(row, KIND, "run-begin") || is_text(row, KIND, "run-chunk") ||
                is_text(row, KIND, "run-end"))
                return ROLE_ADMIN;
        return doctor_request_roles(buffer_slice(&pass->request));
}

static void check_act(struct pass *pass, const PGresult *row)
{
        bool is_act = cell_bool(row, 0, HAS_ACT);
        const char *table = is_act ? "act" : "run";
        const char *actor = NULL, *reason;
        uint8_t fingerprint[32];

        if (is_text(row, KIND, "founding")) {
                if (is_act)
                        find(pass, "act", "was inserted: the founding is the CA's");
                return;
        }
        if (cell_is_null(row, 0, CERTIFICATE) || !cell_octets(row, 0, CERTIFICATE, fingerprint, 32)) {
                find(pass, "act", "is missing: nobody signed this %s", cell_text(row, 0, KIND));
                return;
        }
        reason = doctor_check_act(pass->doctor, pass->serial, cell_number(row, 0, AT_MS), fingerprint,
                buffer_slice(&pass->request), buffer_slice(&pass->signature), roles_for(pass, row), &actor);
        if (reason)
                find(pass, table, "%s", reason);
        if (actor && is_decision(row))
                check_decision(pass, row, actor);
}

static bool take_entry(void *closure, const PGresult *row, struct fault *why)
{
        struct pass *pass = closure;

        if (!check_chain(pass, row, why))
                return false;
        buffer_clear(&pass->request);
        buffer_clear(&pass->signature);
        if ((!cell_is_null(row, 0, REQUEST) && !cell_bytes(row, 0, REQUEST, &pass->request)) ||
                (!cell_is_null(row, 0, SIGNATURE) && !cell_bytes(row, 0, SIGNATURE, &pass->signature)))
                return fault_set(why, FAULT_INPUT, "qcr.act: a row cannot be read");
        check_body(pass, row);
        if (!cell_is_null(row, 0, KIND))
                check_act(pass, row);
        return true;
}

/* ---------------------------------------------------------------------- what is around it */

static bool check_head(struct pass *pass, struct fault *why)
{
        struct doctor *doctor = pass->doctor;
        struct query query;
        PGresult *result;
        uint8_t chain[32];
        char key[DOCTOR_KEY];

        query_init(&query, "SELECT serial, chain FROM qcr.ledger_head");
        if (!link_query(doctor->link, &query, &result, why))
                return false;
        if (PQntuples(result) != 1)
                doctor_find(doctor, "ledger_head", "head", "is missing");
        else if ((uint64_t)cell_number(result, 0, 0) > pass->serial)
                doctor_find(doctor, "ledger", doctor_key(key, "%" PRIu64, pass->serial + 1),
                        "the ledger's tail was cut: its head says %s", cell_text(result, 0, 0));
        else if ((uint64_t)cell_number(result, 0, 0) < pass->serial)
                doctor_find(doctor, "ledger_head", "head", "was set back: says %s, the ledger has %" PRIu64,
                        cell_text(result, 0, 0), pass->serial);
        else if (!cell_octets(result, 0, 1, chain, 32) || memcmp(chain, pass->chain, 32) != 0)
                doctor_find(doctor, "ledger_head", "head", "its chain is not the last entry's");
        PQclear(result);
        return true;
}

static void check_witness(struct doctor *doctor)
{
        const struct view_witness *witness = &doctor->witness;
        char key[DOCTOR_KEY];

        /* Of another epoch: the view check and the follower have said so. */
        if (!witness->serial || memcmp(witness->epoch, doctor->epoch, sizeof(doctor->epoch)) != 0)
                return;
        if (witness->serial > doctor->serial)
                doctor_find(doctor, "ledger", doctor_key(key, "%" PRIu64, doctor->serial + 1),
                        "the ledger's tail was cut: answers were given from %" PRIu64 " entries",
                        witness->serial);
        else if (memcmp(witness->chain, doctor->chain_at_witness, 32) != 0)
                doctor_find(doctor, "ledger", doctor_key(key, "1..%" PRIu64, witness->serial),
                        "is another history than answers were given from");
}

static void check_view(struct doctor *doctor)
{
        char key[DOCTOR_KEY];

        check_witness(doctor);
        if (!doctor->view)
                return;
        if (memcmp(doctor->view_meta.epoch, doctor->epoch, sizeof(doctor->epoch)) != 0)
                doctor_find(doctor, "view", "epoch", "is another: the view was made from another database");
        if (doctor->view_meta.serial > doctor->serial)
                doctor_find(doctor, "ledger", doctor_key(key, "%" PRIu64, doctor->serial + 1),
                        "the ledger's tail was cut: the view has seen %" PRIu64 " entries",
                        doctor->view_meta.serial);
        else if (memcmp(doctor->view_meta.chain, doctor->chain_at_view, 32) != 0 ||
                memcmp(doctor->view_meta.root, doctor->root_at_view, 32) != 0)
                doctor_find(doctor, "ledger", doctor_key(key, "1..%" PRIu64, doctor->view_meta.serial),
                        "is another history than the view has seen");
        if (doctor->view_meta.refused)
                doctor_warn(doctor, "view", "refuses the store: %s", doctor->view_meta.refusal);
}

static bool take_stray(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, cell_text(row, 0, 0), cell_text(row, 0, 1), "%s", cell_text(row, 0, 2));
        return true;
}

/* Rows that hang on an entry which is not about such a row. */
static bool check_strays(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(&query,
                "WITH hung (tab, key, serial, kinds) AS ("
                " SELECT 'act', serial::text, serial, '{record-file,case-step,policy-add,proposal,approval,rejection}'"
                "::text[] FROM qcr.act"
                " UNION ALL SELECT 'founding', serial::text, serial, '{founding}' FROM qcr.founding"
                " UNION ALL SELECT 'run', run_id, serial, '{run-begin}' FROM qcr.run"
                " UNION ALL SELECT 'run_chunk', run_id || ' ' || chunk, serial, '{run-chunk}' FROM "
                "qcr.run_chunk"
                " UNION ALL SELECT 'run_end', run_id, serial, '{run-end}' FROM qcr.run_end"
                " UNION ALL SELECT 'coverage', source_code || ' ' || domain, serial, '{run-end}' FROM "
                "qcr.coverage"
                " UNION ALL SELECT 'proposal', serial || '.' || item, serial, '{proposal,run-chunk}' FROM "
                "qcr.proposal"
                " UNION ALL SELECT 'approval', proposal_serial || '.' || proposal_item, serial, "
                "'{approval,rejection}'"
                "   FROM qcr.approval)"
                " SELECT h.tab, h.key, 'was inserted: entry ' || h.serial || ' is ' || coalesce('a ' || "
                "b.kind, 'missing')"
                " FROM hung h LEFT JOIN qcr.ledger_body b ON b.serial = h.serial WHERE NOT coalesce(b.kind = "
                "ANY (h.kinds), false)");
        if (!link_each(doctor->link, &query, take_stray, doctor, why))
                return false;
        query_init(&query,
                "SELECT 'proposal', b.serial::text, 'is missing: a signed entry filed it' FROM "
                "qcr.ledger_body b"
                " WHERE b.kind = 'proposal' AND NOT EXISTS (SELECT FROM qcr.proposal p WHERE p.serial = "
                "b.serial)"
                " UNION ALL SELECT 'proposal', p.serial || '.' || p.item, 'proposer was changed: another "
                "person signed it'"
                " FROM qcr.proposal p JOIN qcr.act a ON a.serial = p.serial JOIN qcr.certificate c ON "
                "c.fingerprint ="
                " a.certificate WHERE c.person_id <> p.proposer"
                " UNION ALL SELECT 'proposal', p.serial || '.' || p.item, 'names another enterprise than its "
                "entry'"
                " FROM qcr.proposal p JOIN qcr.ledger_body b ON b.serial = p.serial AND b.kind = 'proposal'"
                " WHERE p.subject IS DISTINCT FROM b.subject"
                " UNION ALL SELECT 'ledger_change', c.serial || ' ' || c.subject, 'is about another "
                "enterprise than its entry'"
                " FROM qcr.ledger_change c JOIN qcr.ledger_body b ON b.serial = c.serial"
                " WHERE b.subject IS NOT NULL AND b.subject <> c.subject");
        return link_each(doctor->link, &query, take_stray, doctor, why);
}

bool doctor_ledger(struct doctor *doctor, struct fault *why)
{
        struct pass pass = {.doctor = doctor};
        struct query query;
        bool done;

        if (!digest_init(&pass.digest, SUITE_ED25519_SHA256, why))
                return false;
        merkle_frontier_init(&pass.frontier);
        ledger_chain_first(pass.chain);
        query_init(&query, ledger_sql);
        done = link_each(doctor->link, &query, take_entry, &pass, why) && check_head(&pass, why);
        doctor->serial = pass.serial;
        digest_done(&pass.digest);
        buffer_done(&pass.body);
        buffer_done(&pass.request);
        buffer_done(&pass.signature);
        buffer_done(&pass.content);
        if (done)
                check_view(doctor);
        return done && check_strays(doctor, why);
}
