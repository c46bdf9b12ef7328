/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>
#include <utf8proc.h>

#include "registry/core/name.h"

#define RECORD_CONTEXT "qcr-record/v1\n"
#define PARTY_CONTEXT "qcr-party/v1\n"
#define RECORD_TEXTS 17u /* of struct record: what decoding has to end with a NUL each */
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

/* ---------------------------------------------------------------- encoding */

static void add_text(struct buffer *to, const char *text)
{
        buffer_add_counted(to, slice_text(text ? text : ""));
}

void record_encode(struct buffer *to, const struct record *record)
{
        buffer_add_text(to, RECORD_CONTEXT);
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

static bool take_context(struct reader *r, const char *context)
{
        return slice_equal(reader_take(r, strlen(context)), slice_text(context));
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

bool record_decode(struct slice bytes, struct buffer *text, struct record *ret)
{
        struct reader r = reader_of(bytes);
        struct record record = {0};

        buffer_reserve(text, bytes.length + RECORD_TEXTS);
        if (!take_context(&r, RECORD_CONTEXT))
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
