/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/import_save.h"

#include "registry/store/policies.h"

static struct bulk *bulk_at(struct import_save *save, unsigned at)
{
        struct bulk *const bulks[] = {
                &save->party,
                &save->party_version,
                &save->code,
                &save->record,
                &save->record_body,
                &save->waiting,
                &save->waiting_end,
                &save->proposal,
                &save->standing,
                &save->history,
                &save->change,
        };

        return at < sizeof(bulks) / sizeof(*bulks) ? bulks[at] : NULL;
}

static struct buffer *array_at(struct import_save *save, unsigned at)
{
        struct buffer *const arrays[] = {
                &save->subjects,
                &save->versions,
                &save->inputs,
                &save->grades,
                &save->scores,
                &save->changes,
        };

        return at < sizeof(arrays) / sizeof(*arrays) ? arrays[at] : NULL;
}

void import_save_begin(
        struct import_save *save, const char *run, int64_t chunk, uint64_t serial, const char *proposer)
{
        save->run = run;
        save->chunk = chunk;
        save->serial = serial;
        save->proposer = proposer;
        save->updates = 0;
        for (unsigned i = 0; bulk_at(save, i); i++)
                bulk_clear(bulk_at(save, i));
        for (unsigned i = 0; array_at(save, i); i++)
                array_begin(array_at(save, i));
}

void import_save_done(struct import_save *save)
{
        for (unsigned i = 0; bulk_at(save, i); i++)
                bulk_done(bulk_at(save, i));
        for (unsigned i = 0; array_at(save, i); i++)
                buffer_done(array_at(save, i));
}

/* ---------------------------------------------------------------- rows */

/* run_id, chunk, row_no, serial: how every imported row ends. */
static void end_row(struct import_save *save, struct bulk *bulk, int64_t row_no)
{
        if (save->run) {
                bulk_text(bulk, save->run);
                bulk_number(bulk, save->chunk);
                bulk_number(bulk, row_no);
        } else {
                bulk_null(bulk);
                bulk_null(bulk);
                bulk_null(bulk);
        }
        bulk_number(bulk, (int64_t)save->serial);
        bulk_end_row(bulk);
}

void import_save_party(struct import_save *save, const struct party *party, const char *name_norm,
        uint32_t version, const uint8_t hash[32], int64_t row_no)
{
        struct bulk *bulk = &save->party_version;

        if (version == 1) {
                bulk_text(&save->party, party->subject);
                bulk_number(&save->party, (int64_t)save->serial);
                bulk_end_row(&save->party);
        }
        bulk_text(bulk, party->subject);
        bulk_number(bulk, version);
        bulk_text(bulk, party->name);
        bulk_text(bulk, name_norm);
        bulk_text(bulk, party->kind);
        bulk_text(bulk, party->registration);
        bulk_text(bulk, party->region);
        bulk_text(bulk, party->township);
        bulk_text(bulk, party->industry);
        bulk_day(bulk, party->established_on);
        bulk_bytes(bulk, hash, 32);
        end_row(save, bulk, row_no);
}

void import_save_code(struct import_save *save, const struct party *party)
{
        bulk_text(&save->code, party->code);
        bulk_text(&save->code, party->subject);
        bulk_number(&save->code, (int64_t)save->serial);
        bulk_end_row(&save->code);
}

static void add_identity(struct bulk *bulk, const struct record *record, uint32_t version)
{
        bulk_text(bulk, record->subject);
        bulk_text(bulk, record->authority_code);
        bulk_text(bulk, record->document_norm);
        bulk_text(bulk, record_type_word(record->type));
        bulk_number(bulk, version);
}

void import_save_record(struct import_save *save, const struct record *record, uint32_t version,
        uint32_t ordinal, const uint8_t hash[32], int64_t row_no)
{
        struct bulk *bulk = &save->record;

        add_identity(bulk, record, version);
        bulk_number(bulk, ordinal);
        bulk_text(bulk, record->state);
        bulk_text(bulk, record->domain);
        bulk_text(bulk, record->document);
        bulk_number(bulk, record->kinds);
        bulk_number(bulk, record->severity);
        bulk_number(bulk, record->fine_fen);
        bulk_number(bulk, record->confiscated_fen);
        bulk_day(bulk, record->decided_on);
        bulk_day(bulk, record->publicity_file);
        bulk_day(bulk, record->publicity_computed);
        bulk_text(bulk, record->source_code);
        bulk_bytes(bulk, hash, 32);
        bulk_text(bulk, record_result_word(record->result));
        bulk_text(bulk, record->certificate ? certificate_kind_word(record->certificate) : "");
        bulk_day(bulk, record->valid_through);
        end_row(save, bulk, row_no);

        bulk = &save->record_body;
        add_identity(bulk, record, version);
        bulk_text(bulk, record->authority_name);
        bulk_text(bulk, record->party_name);
        bulk_text(bulk, record->conduct);
        bulk_text(bulk, record->facts);
        bulk_text(bulk, record->basis);
        bulk_text(bulk, record->penalty);
        bulk_text(bulk, record->content);
        bulk_text(bulk, record->licence);
        bulk_text(bulk, record->remark);
        bulk_text(bulk, record->details ? record->details : "");
        bulk_end_row(bulk);
}

void import_save_waiting(struct import_save *save, const struct record *record, const char *reason,
        const char *summary, const uint8_t hash[32], int64_t row_no)
{
        CLEANUP(buffer) struct buffer fields = BUFFER_INIT;
        struct bulk *bulk = &save->waiting;

        record_encode(&fields, record);
        bulk_text(bulk, save->run);
        bulk_number(bulk, row_no);
        bulk_number(bulk, save->chunk);
        bulk_text(bulk, record->subject);
        bulk_text(bulk, summary ? "held" : "parked");
        bulk_text(bulk, reason);
        bulk_bytes(bulk, fields.data, fields.length);
        bulk_bytes(bulk, hash, 32);
        bulk_end_row(bulk);
        if (!summary)
                return;
        bulk = &save->proposal;
        bulk_number(bulk, (int64_t)save->serial);
        bulk_number(bulk, row_no);
        bulk_text(bulk, "held-accept");
        bulk_text(bulk, record->subject);
        bulk_text(bulk, save->proposer);
        bulk_text(bulk, summary);
        bulk_end_row(bulk);
}

void import_save_attached(struct import_save *save, const char *subject, const char *run, int64_t row_no)
{
        bulk_text(&save->waiting_end, subject);
        bulk_text(&save->waiting_end, run);
        bulk_number(&save->waiting_end, row_no);
        bulk_text(&save->waiting_end, "attached");
        bulk_number(&save->waiting_end, (int64_t)save->serial);
        bulk_end_row(&save->waiting_end);
}

/* What a standing and its history have alike, behind their keys. */
static void add_outcome(struct bulk *bulk, const struct import_standing *standing, uint64_t serial)
{
        bulk_bytes(bulk, standing->policy_hash, 32);
        bulk_text(bulk, standing->grade);
        if (standing->score < 0)
                bulk_null(bulk);
        else
                bulk_number(bulk, standing->score);
        bulk_day(bulk, standing->graded_on);
        bulk_day(bulk, standing->next_change);
        bulk_number(bulk, (int64_t)serial);
        bulk_end_row(bulk);
}

static void add_update(struct import_save *save, const char *subject, const struct import_standing *standing)
{
        array_text(&save->subjects, subject);
        array_number(&save->versions, standing->version);
        array_hex(&save->inputs, standing->inputs.data, standing->inputs.length);
        array_text(&save->grades, standing->grade);
        if (standing->score < 0)
                array_text(&save->scores, NULL);
        else
                array_number(&save->scores, standing->score);
        array_day(&save->changes, standing->next_change);
        save->updates++;
}

void import_save_standing(
        struct import_save *save, const char *subject, const struct import_standing *standing)
{
        if (standing->version == 1) {
                bulk_text(&save->standing, subject);
                bulk_number(&save->standing, standing->version);
                bulk_bytes(&save->standing, standing->inputs.data, standing->inputs.length);
                add_outcome(&save->standing, standing, save->serial);
        } else {
                add_update(save, subject, standing);
        }
        if (standing->is_history) {
                bulk_text(&save->history, subject);
                bulk_number(&save->history, standing->version);
                add_outcome(&save->history, standing, save->serial);
        }
        bulk_number(&save->change, (int64_t)save->serial);
        bulk_text(&save->change, subject);
        bulk_number(&save->change, standing->version);
        bulk_end_row(&save->change);
}

/* ---------------------------------------------------------------- sending */

static bool send_parties_and_records(struct import_save *save, struct link *link, struct fault *why)
{
        return bulk_send(&save->party, link, "COPY qcr.party (subject, serial) FROM STDIN", why) &&
               bulk_send(&save->party_version, link,
                       "COPY qcr.party_version (subject, version, name, name_norm, kind, registration, "
                       "region,"
                       " township, industry, established_on, row_hash, run_id, chunk, row_no, serial) FROM "
                       "STDIN",
                       why) &&
               bulk_send(&save->code, link, "COPY qcr.code (code, subject, serial) FROM STDIN", why) &&
               bulk_send(&save->record, link,
                       "COPY qcr.record (subject, authority_code, document_norm, type, version, ordinal, "
                       "state,"
                       " domain, document, kinds, severity, fine_fen, confiscated_fen, decided_on, "
                       "publicity_file,"
                       " publicity_computed, source_code, content_hash, result, certificate, valid_through,"
                       " run_id, chunk, row_no, serial) FROM STDIN",
                       why) &&
               bulk_send(&save->record_body, link,
                       "COPY qcr.record_body (subject, authority_code, document_norm, type, version,"
                       " authority_name, party_name, conduct, facts, basis, penalty, content, licence, remark,"
                       " details) FROM STDIN",
                       why);
}

/* A switch that came after the policy was loaded has ended it: none can come any more, for the head is locked. */
static bool check_policy(struct link *link, const uint8_t *policy_hash, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool is_in_force;

        query_init(&query, "SELECT $1::bytea = " POLICIES_IN_FORCE);
        query_bytes(&query, policy_hash, 32);
        if (!link_query(link, &query, &rows, why))
                return false;
        is_in_force = cell_bool(rows, 0, 0);
        PQclear(rows);
        return is_in_force || fault_set(why, FAULT_CONFLICT, "another policy is in force now");
}

/* Compare and set: only from the version before. */
static bool update_standings(struct import_save *save, struct link *link, const uint8_t *policy_hash,
        struct day graded_on, struct fault *why)
{
        struct query query;
        int64_t rows;

        if (!save->updates)
                return true;
        for (unsigned i = 0; array_at(save, i); i++)
                array_end(array_at(save, i));
        query_init(&query,
                "UPDATE qcr.standing s SET version = v.version, inputs = decode(v.inputs, 'hex'),"
                " policy_hash = $7::bytea, grade = v.grade, score = v.score, graded_on = $8::date,"
                " next_change = v.next_change, serial = $9::bigint"
                " FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::date[])"
                "      AS v (subject, version, inputs, grade, score, next_change)"
                " WHERE s.subject = v.subject AND s.version = v.version - 1");
        for (unsigned i = 0; array_at(save, i); i++)
                query_slice(&query, buffer_slice(array_at(save, i)));
        query_bytes(&query, policy_hash, 32);
        query_day(&query, graded_on);
        query_number(&query, (int64_t)save->serial);
        if (!link_run(link, &query, &rows, why))
                return false;
        return (size_t)rows == save->updates ||
               fault_set(why, FAULT_CONFLICT, "a standing has been changed meanwhile");
}

bool import_save_send(struct import_save *save, struct link *link, const uint8_t *policy_hash,
        struct day graded_on, struct fault *why)
{
        if (!send_parties_and_records(save, link, why))
                return false;
        if (!save->run)
                return true;
        return check_policy(link, policy_hash, why) &&
               bulk_send(&save->waiting, link,
                       "COPY qcr.waiting_row (run_id, row_no, chunk, subject, state, reason, fields, "
                       "row_hash)"
                       " FROM STDIN",
                       why) &&
               bulk_send(&save->waiting_end, link,
                       "COPY qcr.waiting_row_end (subject, run_id, row_no, outcome, serial) FROM STDIN",
                       why) &&
               bulk_send(&save->proposal, link,
                       "COPY qcr.proposal (serial, item, kind, subject, proposer, summary) FROM STDIN",
                       why) &&
               bulk_send(&save->standing, link,
                       "COPY qcr.standing (subject, version, inputs, policy_hash, grade, score, graded_on,"
                       " next_change, serial) FROM STDIN",
                       why) &&
               update_standings(save, link, policy_hash, graded_on, why) &&
               bulk_send(&save->history, link,
                       "COPY qcr.grade_history (subject, version, policy_hash, grade, score, graded_on,"
                       " next_change, serial) FROM STDIN",
                       why) &&
               bulk_send(&save->change, link, "COPY qcr.ledger_change (serial, subject, version) FROM STDIN",
                       why);
}

/* ---------------------------------------------------------------- the run's own rows */

static void add_signed(struct query *query, struct slice header, const uint8_t *signature, uint64_t serial)
{
        query_bytes(query, header.data, header.length);
        query_bytes(query, signature, 64);
        query_number(query, (int64_t)serial);
}

bool import_insert_run(struct link *link, const struct import_run_row *run, struct slice header,
        const uint8_t *signature, uint64_t serial, struct fault *why)
{
        struct query query;

        query_init(&query,
                "INSERT INTO qcr.run (run_id, kind, person_id, certificate, file_hash, file_octets, header,"
                " signature, serial) VALUES ($1::text, $2::text, $3::text, $4::bytea, $5::bytea, $6::bigint,"
                " $7::bytea, $8::bytea, $9::bigint)");
        query_text(&query, run->run);
        query_text(&query, run->kind);
        query_text(&query, run->person);
        query_bytes(&query, run->certificate, 32);
        query_bytes(&query, run->file_hash, 32);
        query_number(&query, (int64_t)run->octets);
        add_signed(&query, header, signature, serial);
        return link_run(link, &query, NULL, why);
}

bool import_insert_chunk(struct link *link, const char *run, int64_t chunk, int64_t rows,
        const uint8_t root[32], struct slice header, const uint8_t *signature, uint64_t serial,
        struct fault *why)
{
        struct query query;

        query_init(&query,
                "INSERT INTO qcr.run_chunk (run_id, chunk, rows, root, header, signature, serial)"
                " VALUES ($1::text, $2::integer, $3::integer, $4::bytea, $5::bytea, $6::bytea, $7::bigint)");
        query_text(&query, run);
        query_number(&query, chunk);
        query_number(&query, rows);
        query_bytes(&query, root, 32);
        add_signed(&query, header, signature, serial);
        return link_run(link, &query, NULL, why);
}

bool import_insert_end(struct link *link, const char *run, int64_t chunks, struct slice summary,
        struct slice header, const uint8_t *signature, uint64_t serial, struct fault *why)
{
        struct query query;

        query_init(&query, "INSERT INTO qcr.run_end (run_id, chunks, summary, header, signature, serial)"
                           " VALUES ($1::text, $2::integer, $3::text, $4::bytea, $5::bytea, $6::bigint)");
        query_text(&query, run);
        query_number(&query, chunks);
        query_slice(&query, summary);
        add_signed(&query, header, signature, serial);
        return link_run(link, &query, NULL, why);
}

bool import_insert_coverage(struct link *link, const char *source_code, const char *domain,
        const char *source_name, struct day data_through, uint64_t serial, struct fault *why)
{
        struct query query;

        query_init(&query, "INSERT INTO qcr.coverage (source_code, domain, serial, source_name, data_through)"
                           " SELECT $1::text, $2::text, $3::bigint, $4::text, $5::date WHERE NOT EXISTS"
                           " (SELECT FROM qcr.coverage WHERE source_code = $1::text AND domain = $2::text"
                           "  AND data_through >= $5::date)");
        query_text(&query, source_code);
        query_text(&query, domain);
        query_number(&query, (int64_t)serial);
        query_text(&query, source_name);
        query_day(&query, data_through);
        return link_run(link, &query, NULL, why);
}
