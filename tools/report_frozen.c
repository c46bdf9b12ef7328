/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/report_frozen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "registry/core/act.h"
#include "registry/core/chain.h"
#include "registry/core/person_certificate.h"
#include "registry/core/report_json.h"
#include "registry/service/import_ledger.h"

#define KIND "report"

/* ------------------------------------------------------------------------- list */

struct listing_of {
        report_entry_fn each;
        void *closure;
};

static bool on_run(void *closure, const PGresult *row, struct fault *why)
{
        const struct listing_of *listing = closure;
        struct report *report = must_alloc(sizeof(*report));
        struct report_entry entry = {
                .run = cell_text(row, 0, 0),
                .person = cell_text(row, 0, 1),
                .serial = (uint64_t)cell_number(row, 0, 2),
        };
        bool done;

        if (report_decode(slice_of(cell_text(row, 0, 3), (size_t)PQgetlength(row, 0, 3)), report))
                entry.report = report;
        done = listing->each(listing->closure, &entry, why);
        report_done(report);
        free(report);
        return done;
}

bool report_frozen_each(struct link *link, report_entry_fn each, void *closure, struct fault *why)
{
        struct listing_of listing = {each, closure};
        struct query query;

        query_init(&query, "SELECT r.run_id, r.person_id, r.serial, e.summary FROM qcr.run r JOIN qcr.run_end e USING (run_id)"
                           " WHERE r.kind = '" KIND "' ORDER BY r.serial");
        return link_each(link, &query, on_run, &listing, why);
}

/* ------------------------------------------------------------------------ freeze */

struct search {
        const struct report *wanted;
        char run[RUN_ID_TEXT]; /* empty: none found */
};

static bool is_same_text(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) == 0 : !a && !b;
}

static bool on_entry(void *closure, const struct report_entry *entry, struct fault *why)
{
        struct search *search = closure;
        const struct report *wanted = search->wanted, *there = entry->report;

        (void)why;
        if (there && there->year == wanted->year && strcmp(there->kind, wanted->kind) == 0 &&
                strcmp(there->by, wanted->by) == 0 && is_same_text(there->township, wanted->township))
                snprintf(search->run, sizeof(search->run), "%s", entry->run);
        return true;
}

/* Everything that the two entries have, signed before the ledger's head is locked. */
struct freezing {
        struct link *link;
        const struct report *report;
        struct import_runner runner;
        struct buffer json;
        uint8_t hash[32];
        char run[RUN_ID_TEXT];
        struct import_entry begin, end;
};

static bool prepare(struct freezing *freezing, int64_t now_ms, struct fault *why)
{
        struct run_header header = {
                .origin = freezing->runner.origin,
                .run = freezing->run,
                .kind = KIND,
                .octets = freezing->json.length,
                .person = freezing->runner.person,
                .at_ms = now_ms,
        };
        uint8_t id[16];

        if (RAND_bytes(id, sizeof(id)) != 1)
                abort();
        hex_encode(id, sizeof(id), freezing->run);
        SHA256(freezing->json.data, freezing->json.length, freezing->hash);
        memcpy(header.file_hash, freezing->hash, sizeof(header.file_hash));
        run_header_format(&freezing->begin.header, &header);
        run_end_format(&freezing->end.header, freezing->run, 0, buffer_slice(&freezing->json));
        return import_entry_sign(&freezing->begin, &freezing->runner, why) &&
               import_entry_sign(&freezing->end, &freezing->runner, why);
}

/* Behind the head's lock: whoever else freezes has done so by now, or waits. */
static bool is_first(struct freezing *freezing, bool again, struct search *search, struct fault *why)
{
        if (again || !report_frozen_each(freezing->link, on_entry, search, why))
                return again;
        if (!*search->run)
                return true;
        return fault_set(why, FAULT_CONFIG, "%s by %s of %d is frozen already, as run %s; --again freezes another",
                search->wanted->kind, search->wanted->by, (int)search->wanted->year, search->run);
}

static bool save(struct freezing *freezing, bool again, struct search *search, struct fault *why)
{
        struct import_run_row row = {
                .run = freezing->run,
                .kind = KIND,
                .person = freezing->runner.person,
                .certificate = freezing->runner.fingerprint,
                .file_hash = freezing->hash,
                .octets = freezing->json.length,
        };

        return link_begin(freezing->link, why) &&
               import_entry_append(&freezing->begin, &freezing->runner, freezing->link, why) &&
               is_first(freezing, again, search, why) &&
               import_insert_run(freezing->link, &row, buffer_slice(&freezing->begin.header), freezing->begin.signature,
                       freezing->begin.serial, why) &&
               import_entry_append(&freezing->end, &freezing->runner, freezing->link, why) &&
               import_insert_end(freezing->link, freezing->run, 0, buffer_slice(&freezing->json),
                       buffer_slice(&freezing->end.header), freezing->end.signature, freezing->end.serial, why) &&
               link_commit(freezing->link, why);
}

bool report_freeze(struct link *link, const struct signer *signer, const struct report *report, bool again,
        int64_t now_ms, char ret_run[RUN_ID_TEXT], enum report_refusal *ret_refused, struct fault *why)
{
        struct freezing freezing = {
                .link = link,
                .report = report,
                .runner = {.key = signer->key, .verb = "freeze a report", .refused = RESULT_DONE},
                .begin = {.kind = "run-begin"},
                .end = {.kind = "run-end"},
        };
        struct search search = {.wanted = report};
        bool done;

        memcpy(freezing.runner.fingerprint, signer->fingerprint, sizeof(freezing.runner.fingerprint));
        report_encode(report, &freezing.json);
        done = import_runner_load(link, now_ms, &freezing.runner, why) && prepare(&freezing, now_ms, why) &&
               save(&freezing, again, &search, why);
        if (!done)
                link_rollback(link);
        *ret_refused = *search.run ? REPORT_FROZEN_BEFORE : REPORT_FROZEN;
        if (freezing.runner.refused != RESULT_DONE)
                *ret_refused = REPORT_SIGNER;
        memcpy(ret_run, *search.run ? search.run : freezing.run, RUN_ID_TEXT);
        buffer_done(&freezing.json);
        import_entry_done(&freezing.begin);
        import_entry_done(&freezing.end);
        return done;
}

/* -------------------------------------------------------------------------- show */

enum column {
        PERSON,
        HEADER,
        SIGNATURE,
        SUMMARY,
        END_HEADER,
        END_SIGNATURE,
        DER,
        ORIGIN,
};

static bool forged(const char *run, struct fault *why, const char *what)
{
        return fault_set(why, FAULT_CRYPTO, "run %.40s is not what was frozen: %s", run, what);
}

static bool is_header_of(const PGresult *row, const char *run, struct slice header, int64_t at_ms)
{
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;
        struct run_header fields = {
                .origin = cell_text(row, 0, ORIGIN),
                .run = run,
                .kind = KIND,
                .octets = (uint64_t)PQgetlength(row, 0, SUMMARY),
                .person = cell_text(row, 0, PERSON),
                .at_ms = at_ms,
        };

        SHA256((const uint8_t *)cell_text(row, 0, SUMMARY), (size_t)PQgetlength(row, 0, SUMMARY), fields.file_hash);
        run_header_format(&wanted, &fields);
        return slice_equal(buffer_slice(&wanted), header);
}

static bool is_end_of(const PGresult *row, const char *run, struct slice header)
{
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;

        run_end_format(&wanted, run, 0, slice_of(cell_text(row, 0, SUMMARY), (size_t)PQgetlength(row, 0, SUMMARY)));
        return slice_equal(buffer_slice(&wanted), header);
}

static bool is_signed(const PGresult *row, const struct chain *chain, struct slice header, int column)
{
        uint8_t signature[ED25519_SIGNATURE_SIZE];

        return cell_octets(row, 0, column, signature, sizeof(signature)) &&
               act_verify(chain_key(chain), slice_text(cell_text(row, 0, ORIGIN)), header,
                       slice_of(signature, sizeof(signature)));
}

/* Issued by the registry's CA, to this person, for persons, and in its time then. */
static bool is_persons(const PGresult *row, struct slice der, const struct chain *chain, X509 *ca, int64_t at_ms)
{
        struct person_certificate certificate;

        return chain_leads_to(chain, &ca, 1, at_ms) &&
               person_certificate_read(der, cell_text(row, 0, PERSON), at_ms, &certificate) == PERSON_CERTIFICATE_SOUND;
}

/* Document, headers and signatures, in this order: the first that does not fit is named. */
static bool check(
        const PGresult *row, const char *run, struct slice der, const struct chain *chain, X509 *ca, struct fault *why)
{
        CLEANUP(buffer) struct buffer header = BUFFER_INIT;
        CLEANUP(buffer) struct buffer end = BUFFER_INIT;
        struct run_header_read read;

        if (!cell_bytes(row, 0, HEADER, &header) || !cell_bytes(row, 0, END_HEADER, &end) ||
                !run_header_parse(buffer_slice(&header), &read))
                return forged(run, why, "its header cannot be read");
        if (!is_header_of(row, run, buffer_slice(&header), read.at_ms))
                return forged(run, why, "the document is not the one whose hash the header has");
        if (!is_end_of(row, run, buffer_slice(&end)))
                return forged(run, why, "the document is not the one whose hash its end has");
        if (!is_persons(row, der, chain, ca, read.at_ms))
                return forged(run, why, "the certificate it is signed with is not one of this registry's persons");
        if (!is_signed(row, chain, buffer_slice(&header), SIGNATURE) ||
                !is_signed(row, chain, buffer_slice(&end), END_SIGNATURE))
                return forged(run, why, "a signature is not its person's");
        return true;
}

static bool take(const PGresult *row, const char *run, X509 *ca, struct report *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer der = BUFFER_INIT;
        CLEANUP(chain) struct chain chain = {0};
        struct slice ders[1];

        if (!cell_bytes(row, 0, DER, &der))
                return forged(run, why, "its certificate cannot be read");
        ders[0] = buffer_slice(&der);
        if (!chain_init(&chain, ders, 1))
                return forged(run, why, "its certificate cannot be read");
        if (!check(row, run, ders[0], &chain, ca, why))
                return false;
        report_done(ret);
        return report_decode(slice_of(cell_text(row, 0, SUMMARY), (size_t)PQgetlength(row, 0, SUMMARY)), ret) ||
               forged(run, why, "the document is no report");
}

bool report_frozen_read(struct link *link, const char *run, X509 *ca, struct report *ret, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool done;

        report_init(ret);
        query_init(&query,
                "SELECT r.person_id, r.header, r.signature, e.summary, e.header, e.signature,"
                " c.der, s.origin FROM qcr.system s, qcr.run r JOIN qcr.run_end e USING (run_id)"
                " JOIN qcr.certificate c ON c.fingerprint = r.certificate WHERE r.run_id = $1::text AND r.kind = '" KIND "'");
        query_text(&query, run);
        if (!link_query(link, &query, &rows, why))
                return false;
        if (PQntuples(rows) != 1)
                done = fault_set(why, FAULT_INPUT, "%.40s: no report is frozen under it; qcr-admin report list shows them",
                        run);
        else
                done = take(rows, run, ca, ret, why);
        PQclear(rows);
        return done;
}
