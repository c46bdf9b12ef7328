/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>
#include <utf8proc.h>

#include "registry/core/name.h"
#include "registry/core/org_code.h"
#include "registry/core/record_detail.h"

#define RECORD_CONTEXT "qcr-record/v1\n"
#define RECORD_CONTEXT_EXTENDED "qcr-record/v2\n" /* with result, certificate, validity and details */
#define PARTY_CONTEXT "qcr-party/v1\n"
#define RECORD_TEXTS 18u /* of struct record: what decoding has to end with a NUL each */
#define PARTY_TEXTS 8u
#define SEVERITY_STORED_MAX 9u

static const char *const states[] = {"active", "withdrawn", "repaired"};
static const char *const domains[] = {"product", "engineering", "service", "environment"};

/* ---------------------------------------------------------------- documents */

/* What NFKC leaves of the brackets that departments put around a year. */
static int32_t bracket(int32_t c)
{
        switch (c) {
        case 0x3014: /* 〔 */
        case 0x3010: /* 【 */
        case '[':
                return '(';
        case 0x3015: /* 〕 */
        case 0x3011: /* 】 */
        case ']':
                return ')';
        default:
                return c;
        }
}

static bool is_space(int32_t c)
{
        return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS || c == '\t' || c == '\n' || c == '\r';
}

bool record_document_normalise(struct slice utf8, struct buffer *ret)
{
        utf8proc_uint8_t *folded = NULL;
        size_t before = ret->length;
        utf8proc_ssize_t length = utf8proc_map(utf8.data, (utf8proc_ssize_t)utf8.length, &folded,
                UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_STABLE);

        for (utf8proc_ssize_t at = 0; at < length;) {
                utf8proc_int32_t c;
                uint8_t octets[4];

                at += utf8proc_iterate(folded + at, length - at, &c);
                if (is_space(c))
                        continue;
                c = bracket(utf8proc_toupper(c));
                buffer_add(ret, octets, (size_t)utf8proc_encode_char(c, octets));
        }
        free(folded);
        return length >= 0 && ret->length > before;
}

/* -------------------------------------------------------------- authorities */

static bool is_own_number(struct slice text)
{
        for (size_t i = 0; i < text.length; i++) {
                uint8_t c = text.data[i];

                if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.' &&
                        c != '_')
                        return false;
        }
        return text.length > 0;
}

bool record_authority_normalise(struct slice utf8, struct buffer *ret)
{
        struct org_code_report report;
        struct org_code code;

        if (!org_code_parse(utf8, &code, &report))
                buffer_add_text(ret, code.text);
        else if (is_own_number(utf8))
                buffer_add_slice(ret, utf8);
        else
                return false;
        return true;
}

/* ------------------------------------------------------------------- fields */

static enum record_flaw check_penalty(const struct record *record)
{
        bool is_penalty = record->type == RECORD_PENALTY;

        if (is_penalty && (record->kinds & PENALTY_ALL) == 0)
                return RECORD_KINDS_MISSING;
        if (is_penalty ? (record->kinds & ~PENALTY_ALL) != 0 : record->kinds != 0)
                return RECORD_KINDS_STRAY;
        if (record->severity > SEVERITY_LAST)
                return RECORD_SEVERITY_UNKNOWN;
        if (record->severity != SEVERITY_NONE && !is_penalty && !record_type_is_finding(record->type))
                return RECORD_SEVERITY_STRAY;
        if (record->fine_fen != 0 && !is_penalty)
                return RECORD_FINE_STRAY;
        if (record->confiscated_fen != 0 && !is_penalty)
                return RECORD_CONFISCATED_STRAY;
        return RECORD_SOUND;
}

static enum record_flaw check_outcome(const struct record *record)
{
        bool is_certificate = record->type == RECORD_CERTIFICATE;

        if (record->result == RECORD_RESULT_NONE &&
                (record->type == RECORD_ACCEPTANCE || record->type == RECORD_INSPECTION))
                return RECORD_RESULT_MISSING;
        if (record->result != RECORD_RESULT_NONE && !record_type_has_result(record->type))
                return RECORD_RESULT_STRAY;
        if (is_certificate && record->certificate == CERTIFICATE_NONE)
                return RECORD_CERTIFICATE_MISSING;
        if (!is_certificate && record->certificate != CERTIFICATE_NONE)
                return RECORD_CERTIFICATE_STRAY;
        if (day_is_none(record->valid_through))
                return RECORD_SOUND;
        if (!record_type_has_validity(record->type))
                return RECORD_VALIDITY_STRAY;
        return day_is_before(record->valid_through, record->decided_on) ? RECORD_VALIDITY_EARLY : RECORD_SOUND;
}

enum record_flaw record_check(const struct record *record)
{
        enum record_flaw flaw = check_penalty(record);

        if (!flaw)
                flaw = check_outcome(record);
        if (!flaw && !record_details_is_valid(record->type, slice_text(record->details ? record->details : "")))
                flaw = RECORD_DETAILS;
        return flaw;
}

const char *record_flaw_field(enum record_flaw flaw)
{
        switch (flaw) {
        case RECORD_SOUND: return NULL;
        case RECORD_KINDS_MISSING:
        case RECORD_KINDS_STRAY: return "kind";
        case RECORD_SEVERITY_UNKNOWN:
        case RECORD_SEVERITY_STRAY: return "severity";
        case RECORD_FINE_STRAY: return "fine_fen";
        case RECORD_CONFISCATED_STRAY: return "confiscated_fen";
        case RECORD_RESULT_MISSING:
        case RECORD_RESULT_STRAY: return "result";
        case RECORD_CERTIFICATE_MISSING:
        case RECORD_CERTIFICATE_STRAY: return "certificate";
        case RECORD_VALIDITY_STRAY:
        case RECORD_VALIDITY_EARLY: return "valid_through";
        case RECORD_DETAILS: return "detail";
        }
        return NULL;
}

const char *record_flaw_text(enum record_flaw flaw)
{
        switch (flaw) {
        case RECORD_SOUND: return NULL;
        case RECORD_KINDS_MISSING: return "a penalty has at least one";
        case RECORD_KINDS_STRAY: return "only a penalty has kinds";
        case RECORD_SEVERITY_UNKNOWN: return "0, 1 or 2";
        case RECORD_SEVERITY_STRAY: return "only a finding or a penalty has one";
        case RECORD_FINE_STRAY:
        case RECORD_CONFISCATED_STRAY: return "only a penalty has amounts";
        case RECORD_RESULT_MISSING: return "an acceptance or an inspection has one: pass or fail";
        case RECORD_RESULT_STRAY: return "only a sampling, a complaint, an acceptance or an inspection has one";
        case RECORD_CERTIFICATE_MISSING: return "a certificate has a kind";
        case RECORD_CERTIFICATE_STRAY: return "only a certificate has one";
        case RECORD_VALIDITY_STRAY:
                return "only a certificate, a brand, an award, a permit or an assessment ends by itself";
        case RECORD_VALIDITY_EARLY: return "before the decision";
        case RECORD_DETAILS: return "not what its type has";
        }
        return NULL;
}

bool record_flaw_is_missing(enum record_flaw flaw)
{
        return flaw == RECORD_KINDS_MISSING || flaw == RECORD_RESULT_MISSING || flaw == RECORD_CERTIFICATE_MISSING;
}

/* ---------------------------------------------------------------- encoding */

static void add_text(struct buffer *to, const char *text)
{
        buffer_add_counted(to, slice_text(text ? text : ""));
}

bool record_is_extended(const struct record *record)
{
        return record->result != RECORD_RESULT_NONE || record->certificate != CERTIFICATE_NONE ||
               !day_is_none(record->valid_through) || (record->details && *record->details);
}

static void encode_extension(struct buffer *to, const struct record *record)
{
        add_text(to, record_result_word(record->result));
        add_text(to, record->certificate == CERTIFICATE_NONE ? "" : certificate_kind_word(record->certificate));
        buffer_add_signed_varint(to, record->valid_through.number);
        add_text(to, record->details);
}

void record_encode(struct buffer *to, const struct record *record)
{
        bool is_extended = record_is_extended(record);

        buffer_add_text(to, is_extended ? RECORD_CONTEXT_EXTENDED : RECORD_CONTEXT);
        add_text(to, record->subject);
        add_text(to, record->authority_code);
        add_text(to, record->document);
        add_text(to, record->document_norm);
        add_text(to, record_type_word(record->type));
        add_text(to, record->state);
        add_text(to, record->domain);
        buffer_add_varint(to, record->kinds);
        buffer_add_varint(to, record->severity);
        buffer_add_signed_varint(to, record->fine_fen);
        buffer_add_signed_varint(to, record->confiscated_fen);
        buffer_add_signed_varint(to, record->decided_on.number);
        buffer_add_signed_varint(to, record->publicity_file.number);
        buffer_add_signed_varint(to, record->publicity_computed.number);
        add_text(to, record->source_code);
        add_text(to, record->authority_name);
        add_text(to, record->party_name);
        add_text(to, record->conduct);
        add_text(to, record->facts);
        add_text(to, record->basis);
        add_text(to, record->penalty);
        add_text(to, record->content);
        add_text(to, record->licence);
        add_text(to, record->remark);
        if (is_extended)
                encode_extension(to, record);
}

void party_encode(struct buffer *to, const struct party *party)
{
        buffer_add_text(to, PARTY_CONTEXT);
        add_text(to, party->subject);
        add_text(to, party->code);
        add_text(to, party->name);
        add_text(to, party->kind);
        add_text(to, party->registration);
        add_text(to, party->region);
        add_text(to, party->township);
        add_text(to, party->industry);
        buffer_add_signed_varint(to, party->established_on.number);
}

/* ---------------------------------------------------------------- decoding */

/* Takes nothing where another stands. */
static bool take_context(struct reader *r, const char *context)
{
        struct slice text = slice_text(context);

        if (r->left < text.length || !slice_equal(slice_of(r->data, text.length), text))
                return false;
        reader_take(r, text.length);
        return true;
}

/* A NUL-terminated copy in room reserved before, so that earlier copies stay where they are. */
static const char *take_text(struct reader *r, struct buffer *text)
{
        struct slice value = reader_counted(r);
        size_t at = text->length;

        if (value.length && memchr(value.data, 0, value.length))
                r->failed = true;
        if (r->failed)
                return "";
        buffer_add_slice(text, value);
        buffer_add_u8(text, 0);
        return (const char *)text->data + at;
}

static const char *take_word(struct reader *r, const char *const *words, size_t count)
{
        struct slice value = reader_counted(r);

        for (size_t i = 0; i < count; i++)
                if (slice_equal(value, slice_text(words[i])))
                        return words[i];
        r->failed = true;
        return "";
}

static struct day take_day(struct reader *r, bool optional)
{
        int64_t number = reader_signed_varint(r);
        struct day day = DAY_NONE;

        if (number >= DAY_FIRST.number && number <= DAY_LAST.number)
                day.number = (int32_t)number;
        else if (number != DAY_NONE.number || !optional)
                r->failed = true;
        return day;
}

static int64_t take_amount(struct reader *r)
{
        int64_t fen = reader_signed_varint(r);

        if (fen < 0)
                r->failed = true;
        return fen;
}

static uint64_t take_number(struct reader *r, uint64_t most)
{
        uint64_t number = reader_varint(r);

        if (number > most)
                r->failed = true;
        return r->failed ? 0 : number;
}

/* Not the word `none`, which would be a second way to say nothing. */
static enum certificate_kind take_certificate(struct reader *r)
{
        enum certificate_kind kind = CERTIFICATE_NONE;
        struct slice word = reader_counted(r);

        if (word.length > 0 && (!certificate_kind_of_word(word, &kind) || kind == CERTIFICATE_NONE))
                r->failed = true;
        return kind;
}

/* Whether the fields may stand together is record_check()'s to say. */
static void take_extension(struct reader *r, struct buffer *text, struct record *record)
{
        if (!record_result_of_word(reader_counted(r), &record->result))
                r->failed = true;
        record->certificate = take_certificate(r);
        record->valid_through = take_day(r, true);
        record->details = take_text(r, text);
        if (!record_is_extended(record))
                r->failed = true;
}

bool record_decode(struct slice bytes, struct buffer *text, struct record *ret)
{
        struct reader r = reader_of(bytes);
        struct record record = {.valid_through = DAY_NONE, .details = ""};
        bool is_extended;

        buffer_reserve(text, bytes.length + RECORD_TEXTS);
        is_extended = take_context(&r, RECORD_CONTEXT_EXTENDED);
        if (!is_extended && !take_context(&r, RECORD_CONTEXT))
                return false;
        record.subject = take_text(&r, text);
        record.authority_code = take_text(&r, text);
        record.document = take_text(&r, text);
        record.document_norm = take_text(&r, text);
        if (!record_type_of_word(reader_counted(&r), &record.type))
                return false;
        record.state = take_word(&r, states, sizeof(states) / sizeof(*states));
        record.domain = take_word(&r, domains, sizeof(domains) / sizeof(*domains));
        record.kinds = (uint16_t)take_number(&r, PENALTY_ALL);
        record.severity = (uint8_t)take_number(&r, SEVERITY_STORED_MAX);
        record.fine_fen = take_amount(&r);
        record.confiscated_fen = take_amount(&r);
        record.decided_on = take_day(&r, false);
        record.publicity_file = take_day(&r, true);
        record.publicity_computed = take_day(&r, true);
        record.source_code = take_text(&r, text);
        record.authority_name = take_text(&r, text);
        record.party_name = take_text(&r, text);
        record.conduct = take_text(&r, text);
        record.facts = take_text(&r, text);
        record.basis = take_text(&r, text);
        record.penalty = take_text(&r, text);
        record.content = take_text(&r, text);
        record.licence = take_text(&r, text);
        record.remark = take_text(&r, text);
        if (is_extended)
                take_extension(&r, text, &record);
        if (!reader_is_done(&r))
                return false;
        *ret = record;
        return true;
}

bool party_decode(struct slice bytes, struct buffer *text, struct party *ret)
{
        struct reader r = reader_of(bytes);
        struct party party = {0};

        buffer_reserve(text, bytes.length + PARTY_TEXTS);
        if (!take_context(&r, PARTY_CONTEXT))
                return false;
        party.subject = take_text(&r, text);
        party.code = take_text(&r, text);
        party.name = take_text(&r, text);
        party.kind = take_text(&r, text);
        party.registration = take_text(&r, text);
        party.region = take_text(&r, text);
        party.township = take_text(&r, text);
        party.industry = take_text(&r, text);
        party.established_on = take_day(&r, true);
        if (!reader_is_done(&r))
                return false;
        *ret = party;
        return true;
}

/* ---------------------------------------------------------------- hashes */

void record_hash(const struct record *record, uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        record_encode(&bytes, record);
        SHA256(bytes.data, bytes.length, ret);
}

void party_hash(const struct party *party, uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        party_encode(&bytes, party);
        SHA256(bytes.data, bytes.length, ret);
}

bool record_has_content(
        const struct record *record, const struct record_guise *guise, const uint8_t content_hash[32])
{
        struct record stored = *record;
        uint8_t hash[32];

        stored.document = guise->document;
        if (name_is_same(slice_text(record->party_name), slice_text(guise->party_name)))
                stored.party_name = guise->party_name;
        stored.domain = guise->domain;
        stored.publicity_computed = guise->publicity_computed;
        record_hash(&stored, hash);
        return !memcmp(hash, content_hash, sizeof(hash));
}

uint64_t record_case_ref(const char *authority_code, const char *document_norm)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        uint8_t hash[32];
        struct reader first;

        add_text(&bytes, authority_code);
        add_text(&bytes, document_norm);
        SHA256(bytes.data, bytes.length, hash);
        first = reader_of(slice_of(hash, sizeof(hash)));
        return reader_u64(&first);
}
