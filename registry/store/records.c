/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/records.h"

#define COLUMNS \
        "r.authority_code, r.document_norm, r.type, r.version, r.ordinal, r.state, r.domain, r.document," \
        " r.kinds, r.severity, r.fine_fen, r.confiscated_fen, r.decided_on, r.publicity_file," \
        " r.publicity_computed, r.source_code, r.content_hash, r.serial, r.result, r.certificate, r.valid_through"
#define BODY_COLUMNS \
        ", b.authority_name, b.party_name, b.conduct, b.facts, b.basis, b.penalty, b.content, b.licence," \
        " b.remark, b.details"

enum column {
        AUTHORITY_CODE, DOCUMENT_NORM, TYPE, VERSION, ORDINAL, STATE, DOMAIN, DOCUMENT, KINDS,
        SEVERITY, FINE, CONFISCATED, DECIDED_ON, PUBLICITY_FILE, PUBLICITY_COMPUTED,
        SOURCE_CODE, CONTENT_HASH, SERIAL, RESULT, CERTIFICATE, VALID_THROUGH,
        /* of a body, where it was asked for */
        AUTHORITY_NAME, PARTY_NAME, CONDUCT, FACTS, BASIS, PENALTY, CONTENT, LICENCE, REMARK, DETAILS,
};

void records_current_query(struct query *ret, const char *subject)
{
        query_init(ret,
                "SELECT DISTINCT ON (r.authority_code, r.document_norm, r.type) " COLUMNS
                " FROM qcr.record r WHERE r.subject = $1::text"
                " ORDER BY r.authority_code, r.document_norm, r.type, r.version DESC");
        query_text(ret, subject);
}

void records_known_query(struct query *ret, const char *subject, uint64_t serial)
{
        query_init(ret,
                "SELECT DISTINCT ON (r.authority_code, r.document_norm, r.type) " COLUMNS
                " FROM qcr.record r WHERE r.subject = $1::text AND r.serial <= $2::bigint"
                " ORDER BY r.authority_code, r.document_norm, r.type, r.version DESC");
        query_text(ret, subject);
        query_number(ret, (int64_t)serial);
}

void records_list_query(struct query *ret, const char *subject, const char *code, unsigned limit)
{
        query_init(ret,
                "SELECT " COLUMNS BODY_COLUMNS " FROM qcr.party p"
                " LEFT JOIN (SELECT DISTINCT ON (authority_code, document_norm, type) * FROM qcr.record"
                "  WHERE subject = $1::text ORDER BY authority_code, document_norm, type, version DESC) r"
                " USING (subject)"
                " LEFT JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
                " WHERE p.subject = $1::text AND ($2::text = $1::text OR EXISTS (SELECT FROM qcr.code c"
                " WHERE c.code = $2::text AND c.subject = $1::text))"
                " ORDER BY r.decided_on DESC, r.ordinal DESC LIMIT $3::bigint");
        query_text(ret, subject);
        query_text(ret, code);
        query_number(ret, limit);
}

void records_named_query(struct query *ret, const char *subject)
{
        query_init(ret,
                "SELECT " COLUMNS ", b.authority_name"
                " FROM (SELECT DISTINCT ON (authority_code, document_norm, type) * FROM qcr.record"
                "  WHERE subject = $1::text ORDER BY authority_code, document_norm, type, version DESC) r"
                " LEFT JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
                " WHERE r.state = 'active' ORDER BY r.ordinal");
        query_text(ret, subject);
}

void records_versions_query(struct query *ret, const char *subject, const char *authority_code,
        const char *document_norm, const char *type)
{
        query_init(ret,
                "SELECT " COLUMNS ", b.authority_name, n.party_name, b.conduct, b.facts, b.basis, b.penalty, b.content,"
                " b.licence, b.remark, b.details FROM (SELECT *, max(version) OVER () AS newest FROM qcr.record"
                "  WHERE subject = $1::text AND authority_code = $2::text AND document_norm = $3::text AND type = $4::text) r"
                " LEFT JOIN qcr.record_body n USING (subject, authority_code, document_norm, type, version)"
                " LEFT JOIN qcr.record_body b ON r.version = r.newest AND (b.subject, b.authority_code, b.document_norm,"
                " b.type, b.version) = (r.subject, r.authority_code, r.document_norm, r.type, r.version)"
                " ORDER BY r.version DESC");
        query_text(ret, subject);
        query_text(ret, authority_code);
        query_text(ret, document_norm);
        query_text(ret, type);
}

static const char *body_text(const PGresult *result, int row, int column)
{
        return column < PQnfields(result) ? cell_text(result, row, column) : "";
}

/* The store's empty word is no kind. */
static bool certificate_of(const char *word, enum certificate_kind *ret)
{
        *ret = CERTIFICATE_NONE;
        return !*word || certificate_kind_of_word(slice_text(word), ret);
}

bool records_from_row(const PGresult *result, int row, const char *subject, struct record_row *ret)
{
        struct record_row read = {0};
        struct record *record = &read.record;

        if (!record_type_of_word(slice_text(cell_text(result, row, TYPE)), &record->type) ||
                !record_result_of_word(slice_text(cell_text(result, row, RESULT)), &record->result) ||
                !certificate_of(cell_text(result, row, CERTIFICATE), &record->certificate) ||
                !cell_octets(result, row, CONTENT_HASH, read.content_hash, sizeof(read.content_hash)))
                return false;
        read.version = (uint32_t)cell_number(result, row, VERSION);
        read.ordinal = (uint32_t)cell_number(result, row, ORDINAL);
        read.serial = (uint64_t)cell_number(result, row, SERIAL);
        record->subject = subject;
        record->authority_code = cell_text(result, row, AUTHORITY_CODE);
        record->document = cell_text(result, row, DOCUMENT);
        record->document_norm = cell_text(result, row, DOCUMENT_NORM);
        record->state = cell_text(result, row, STATE);
        record->domain = cell_text(result, row, DOMAIN);
        record->kinds = (uint16_t)cell_number(result, row, KINDS);
        record->severity = (uint8_t)cell_number(result, row, SEVERITY);
        record->fine_fen = cell_number(result, row, FINE);
        record->confiscated_fen = cell_number(result, row, CONFISCATED);
        record->decided_on = cell_day(result, row, DECIDED_ON);
        record->valid_through = cell_day(result, row, VALID_THROUGH);
        record->publicity_file = cell_day(result, row, PUBLICITY_FILE);
        record->publicity_computed = cell_day(result, row, PUBLICITY_COMPUTED);
        record->source_code = cell_text(result, row, SOURCE_CODE);
        record->authority_name = body_text(result, row, AUTHORITY_NAME);
        record->party_name = body_text(result, row, PARTY_NAME);
        record->conduct = body_text(result, row, CONDUCT);
        record->facts = body_text(result, row, FACTS);
        record->basis = body_text(result, row, BASIS);
        record->penalty = body_text(result, row, PENALTY);
        record->content = body_text(result, row, CONTENT);
        record->licence = body_text(result, row, LICENCE);
        record->remark = body_text(result, row, REMARK);
        record->details = body_text(result, row, DETAILS);
        *ret = read;
        return true;
}

static void add_identity(struct query *query, const struct record *record, uint32_t version)
{
        query_text(query, record->subject);
        query_text(query, record->authority_code);
        query_text(query, record->document_norm);
        query_text(query, record_type_word(record->type));
        query_number(query, version);
}

void records_insert(struct query *ret, const struct record *record, uint32_t version, uint32_t ordinal,
        const uint8_t content_hash[32], uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state,"
                " domain, document, kinds, severity, fine_fen, confiscated_fen, decided_on, publicity_file,"
                " publicity_computed, source_code, content_hash, serial, result, certificate, valid_through)"
                " VALUES ($1::text, $2::text, $3::text, $4::text, $5::integer, $6::integer, $7::text, $8::text,"
                " $9::text, $10::integer, $11::smallint, $12::bigint, $13::bigint, $14::date, $15::date, $16::date,"
                " $17::text, $18::bytea, $19::bigint, $20::text, $21::text, $22::date)");
        add_identity(ret, record, version);
        query_number(ret, ordinal);
        query_text(ret, record->state);
        query_text(ret, record->domain);
        query_text(ret, record->document);
        query_number(ret, record->kinds);
        query_number(ret, record->severity);
        query_number(ret, record->fine_fen);
        query_number(ret, record->confiscated_fen);
        query_day(ret, record->decided_on);
        query_day(ret, record->publicity_file);
        query_day(ret, record->publicity_computed);
        query_text(ret, record->source_code);
        query_bytes(ret, content_hash, 32);
        query_number(ret, (int64_t)serial);
        query_text(ret, record_result_word(record->result));
        query_text(ret, record->certificate == CERTIFICATE_NONE ? "" : certificate_kind_word(record->certificate));
        query_day(ret, record->valid_through);
}

void records_body_insert(struct query *ret, const struct record *record, uint32_t version)
{
        query_init(ret,
                "INSERT INTO qcr.record_body (subject, authority_code, document_norm, type, version, authority_name,"
                " party_name, conduct, facts, basis, penalty, content, licence, remark, details)"
                " VALUES ($1::text, $2::text, $3::text, $4::text, $5::integer, $6::text, $7::text, $8::text, $9::text,"
                " $10::text, $11::text, $12::text, $13::text, $14::text, $15::text)");
        add_identity(ret, record, version);
        query_text(ret, record->authority_name);
        query_text(ret, record->party_name);
        query_text(ret, record->conduct);
        query_text(ret, record->facts);
        query_text(ret, record->basis);
        query_text(ret, record->penalty);
        query_text(ret, record->content);
        query_text(ret, record->licence);
        query_text(ret, record->remark);
        query_text(ret, record->details ? record->details : "");
}
