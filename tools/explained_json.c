/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/explained_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/output.h"

#define REF_TEXT 17u /* a case reference in hexadecimal and its NUL */

/* Members in the order in which they are written, as jansson packs and unpacks them. */
#define INPUT_MEMBERS "{s:I, s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:I}"
#define INPUTS_MEMBERS "{s:o, s:o, s:I}"
#define RECORD_MEMBERS(text) "{s:I, s:s, " text ", " text ", " text ", " text ", s:I, s:I}"

/* -------------------------------------------------------------------- values */

static json_t *day_json(struct day day)
{
        char text[DAY_TEXT];

        if (day_is_none(day))
                return json_null();
        day_format(day, text);
        return json_string(text);
}

static bool read_day(const json_t *json, struct day *ret)
{
        *ret = DAY_NONE;
        return json_is_null(json) || (json_is_string(json) && day_parse(slice_text(json_string_value(json)), ret));
}

static json_t *word_json(const char *word)
{
        return word && *word ? json_string(word) : json_null();
}

/* ------------------------------------------------------------------- records */

static json_t *kinds_json(uint16_t kinds)
{
        json_t *array = json_array();

        for (unsigned i = 0; i < PENALTY_KINDS; i++)
                if (kinds & PENALTY_BIT(i))
                        json_array_append_new(array, json_string(penalty_kind_word((enum penalty_kind)i)));
        return array;
}

/* Each once and in the order of the table, as they are written. */
static bool read_kinds(const json_t *array, uint16_t *ret)
{
        json_t *again;
        bool is_same;

        *ret = 0;
        for (size_t i = 0; i < json_array_size(array); i++) {
                const char *word = json_string_value(json_array_get(array, i));
                enum penalty_kind kind;

                if (!word || !penalty_kind_of_word(slice_text(word), &kind))
                        return false;
                *ret = (uint16_t)(*ret | PENALTY_BIT(kind));
        }
        again = kinds_json(*ret);
        is_same = json_equal(array, again);
        json_decref(again);
        return is_same;
}

static json_t *input_json(const struct grade_record *r)
{
        bool is_certificate = r->type == RECORD_CERTIFICATE;
        char ref[REF_TEXT];

        snprintf(ref, sizeof(ref), "%016" PRIx64, r->case_ref);
        return json_pack(INPUT_MEMBERS, "ordinal", (json_int_t)r->ordinal, "type", record_type_word(r->type),
                "severity", severity_word(r->severity), "result", word_json(record_result_word(r->result)), "kinds",
                kinds_json(r->kinds), "certificate",
                is_certificate ? word_json(certificate_kind_word(r->certificate)) : json_null(), "case_ref", ref,
                "decided_on", day_json(r->decided_on), "publicity_end", day_json(r->publicity_end), "valid_through",
                day_json(r->valid_through), "fine_fen", (json_int_t)r->fine_fen, "confiscated_fen",
                (json_int_t)r->confiscated_fen);
}

static bool read_ref(const char *text, uint64_t *ret)
{
        uint8_t octets[8];
        struct reader r;

        if (!hex_decode(text, strlen(text), octets, sizeof(octets)))
                return false;
        r = reader_of(slice_of(octets, sizeof(octets)));
        *ret = reader_u64(&r);
        return true;
}

static bool read_words(const char *type, const char *severity, const json_t *result, const json_t *certificate,
        struct grade_record *ret)
{
        const char *came = json_string_value(result), *certified = json_string_value(certificate);

        if (!record_type_of_word(slice_text(type), &ret->type) ||
                !severity_of_word(slice_text(severity), &ret->severity))
                return false;
        if (json_is_null(result) ? false : !came || !*came || !record_result_of_word(slice_text(came), &ret->result))
                return false;
        if ((ret->type == RECORD_CERTIFICATE) != (certified != NULL) || (!certified && !json_is_null(certificate)))
                return false;
        return !certified || certificate_kind_of_word(slice_text(certified), &ret->certificate);
}

static bool read_input(json_t *json, struct grade_record *ret)
{
        json_t *result, *kinds, *certificate, *decided_on, *publicity_end, *valid_through;
        const char *type, *severity, *ref;
        json_int_t ordinal, fine_fen, confiscated_fen;

        *ret = (struct grade_record){0};
        if (json_unpack_ex(json, NULL, JSON_STRICT, INPUT_MEMBERS, "ordinal", &ordinal, "type", &type,
                    "severity", &severity, "result", &result, "kinds", &kinds, "certificate",
                    &certificate, "case_ref", &ref, "decided_on", &decided_on, "publicity_end", &publicity_end,
                    "valid_through", &valid_through, "fine_fen", &fine_fen, "confiscated_fen", &confiscated_fen) < 0)
                return false;
        if (ordinal < 0 || ordinal > UINT32_MAX)
                return false;
        ret->ordinal = (uint32_t)ordinal;
        ret->fine_fen = fine_fen;
        ret->confiscated_fen = confiscated_fen;
        return read_words(type, severity, result, certificate, ret) && read_kinds(kinds, &ret->kinds) &&
               read_ref(ref, &ret->case_ref) && read_day(decided_on, &ret->decided_on) &&
               read_day(publicity_end, &ret->publicity_end) && read_day(valid_through, &ret->valid_through);
}

/* ------------------------------------------------------------------ listings */

static json_t *listing_json(const struct grade_listing *l)
{
        return json_pack("{s:o, s:o, s:s, s:b}", "from", day_json(l->from), "to", day_json(l->to), "effect",
                listing_effect_word(l->effect), "published", l->is_published);
}

static bool read_effect(const char *word, enum listing_effect *ret)
{
        for (*ret = LISTING_IN_FORCE; *ret <= LISTING_UNKNOWN; (*ret)++)
                if (strcmp(word, listing_effect_word(*ret)) == 0)
                        return true;
        return false;
}

static bool read_listing(json_t *json, struct grade_listing *ret)
{
        json_t *from, *to;
        const char *effect;
        int published;

        if (json_unpack_ex(json, NULL, JSON_STRICT, "{s:o, s:o, s:s, s:b}", "from", &from, "to", &to, "effect", &effect,
                    "published", &published) < 0)
                return false;
        ret->is_published = published;
        return read_effect(effect, &ret->effect) && read_day(from, &ret->from) && read_day(to, &ret->to);
}

/* -------------------------------------------------------------------- inputs */

static json_t *inputs_json(const struct grade_inputs *inputs)
{
        json_t *records = json_array(), *listings = json_array();

        for (uint32_t i = 0; i < inputs->count; i++)
                json_array_append_new(records, input_json(&inputs->records[i]));
        for (uint32_t i = 0; i < inputs->listings_count; i++)
                json_array_append_new(listings, listing_json(&inputs->listings[i]));
        return json_pack(INPUTS_MEMBERS, "records", records, "listings", listings, "ended", (json_int_t)inputs->ended);
}

/* Into the form that the judge takes; whether they can be encoded is part of the question. */
static bool read_inputs(json_t *json, struct grade_inputs *room, struct buffer *ret)
{
        json_t *records, *listings;
        json_int_t ended;

        if (json_unpack_ex(json, NULL, JSON_STRICT, INPUTS_MEMBERS, "records", &records, "listings", &listings,
                    "ended", &ended) < 0)
                return false;
        if (!json_is_array(records) || json_array_size(records) > GRADE_RECORDS_MAX || !json_is_array(listings) ||
                json_array_size(listings) > GRADE_LISTINGS_MAX || ended < 0 || ended > UINT32_MAX)
                return false;
        room->count = (uint32_t)json_array_size(records);
        room->listings_count = (uint32_t)json_array_size(listings);
        room->ended = (uint32_t)ended;
        for (uint32_t i = 0; i < room->count; i++)
                if (!read_input(json_array_get(records, i), &room->records[i]))
                        return false;
        for (uint32_t i = 0; i < room->listings_count; i++)
                if (!read_listing(json_array_get(listings, i), &room->listings[i]))
                        return false;
        return inputs_encode(room, ret);
}

/* ------------------------------------------------------- records behind inputs */

static json_t *record_json(const struct explained_record *r)
{
        return json_pack(RECORD_MEMBERS("s:o"), "ordinal", (json_int_t)r->ordinal, "type",
                record_type_word(r->type), "authority_code", output_string(r->authority_code), "authority_name",
                output_string(r->authority_name), "document", output_string(r->document), "domain",
                output_string(r->domain), "version", (json_int_t)r->version, "serial", (json_int_t)r->serial);
}

static json_t *records_json(const struct explained *e)
{
        json_t *array;

        if (!e->has_records)
                return json_null();
        array = json_array();
        for (uint32_t i = 0; i < e->record_count; i++)
                json_array_append_new(array, record_json(&e->records[i]));
        return array;
}

static bool read_record(json_t *json, struct explained_record *ret)
{
        const char *type, *texts[4];
        json_int_t ordinal, version, serial;

        if (json_unpack_ex(json, NULL, JSON_STRICT, RECORD_MEMBERS("s:s"), "ordinal", &ordinal, "type", &type,
                    "authority_code", &texts[0], "authority_name", &texts[1], "document", &texts[2], "domain",
                    &texts[3], "version", &version, "serial", &serial) < 0)
                return false;
        if (ordinal < 0 || ordinal > UINT32_MAX || version < 0 || version > UINT32_MAX || serial < 0)
                return false;
        *ret = (struct explained_record){
                .ordinal = (uint32_t)ordinal,
                .authority_code = slice_text(texts[0]),
                .authority_name = slice_text(texts[1]),
                .document = slice_text(texts[2]),
                .domain = slice_text(texts[3]),
                .version = (uint32_t)version,
                .serial = (uint64_t)serial,
        };
        return record_type_of_word(slice_text(type), &ret->type);
}

static bool read_records(const json_t *json, struct explained *e)
{
        e->record_count = 0;
        e->has_records = json_is_array(json);
        if (!e->has_records)
                return json_is_null(json);
        if (json_array_size(json) > GRADE_RECORDS_MAX)
                return false;
        for (; e->record_count < json_array_size(json); e->record_count++)
                if (!read_record(json_array_get(json, e->record_count), &e->records[e->record_count]))
                        return false;
        return true;
}

/* ------------------------------------------------------------------- outcome */

static json_t *reason_json(const struct grade_reason *r)
{
        return json_pack("{s:s, s:s, s:o, s:I, s:o}", "effect", grade_effect_word(r->effect), "rule", r->rule,
                "ordinal", r->ordinal ? json_integer(r->ordinal) : json_null(), "points", (json_int_t)r->points,
                "until", day_json(r->until));
}

json_t *explained_outcome(const struct explained *e)
{
        json_t *reasons;

        if (!e->has_grade)
                return json_null();
        reasons = json_array();
        for (uint32_t i = 0; i < e->outcome.count; i++)
                json_array_append_new(reasons, reason_json(&e->outcome.reasons[i]));
        return json_pack("{s:s, s:o, s:I, s:o, s:o}", "grade", e->outcome.grade, "score",
                e->outcome.score < 0 ? json_null() : json_integer(e->outcome.score), "base", (json_int_t)e->policy.base,
                "next_change", day_json(e->outcome.next_change), "reasons", reasons);
}

/* ------------------------------------------------------------------ the whole */

json_t *explained_document(const struct explained *e, struct slice receipt, struct slice policy)
{
        json_t *document = NULL;

        if (e->has_grade)
                document = json_loadb((const char *)policy.data, policy.length, 0, NULL);
        return json_pack("{s:o, s:o, s:o, s:o, s:o}", "receipt", output_string(receipt), "policy",
                document ? document : json_null(), "inputs", e->has_grade ? inputs_json(&e->inputs) : json_null(),
                "records", records_json(e), "outcome", explained_outcome(e));
}

void explained_parts_cleanup(struct explained_parts *parts)
{
        buffer_done(&parts->inputs);
        buffer_done(&parts->policy);
}

unsigned explained_read(const json_t *explanation, struct explained *e, struct explained_parts *ret)
{
        json_t *inputs = json_object_get(explanation, "inputs"), *policy = json_object_get(explanation, "policy");
        unsigned flaws = 0;
        char *text;

        if (!json_is_null(inputs) && !read_inputs(inputs, &e->inputs, &ret->inputs))
                flaws |= EXPLAINED_INPUTS;
        if (!json_is_null(policy)) {
                text = json_is_object(policy) ? json_dumps(policy, JSON_COMPACT) : NULL;
                if (text)
                        buffer_add_text(&ret->policy, text);
                else
                        flaws |= EXPLAINED_POLICY;
                free(text);
        }
        if (!read_records(json_object_get(explanation, "records"), e))
                flaws |= EXPLAINED_RECORDS;
        return flaws;
}
