/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/fields.h"

#include <assert.h>
#include <string.h>

#include "proto/text.h"
#include "registry/core/founding.h"
#include "registry/core/name.h"

struct fields fields_of(struct arena *arena, struct failure *failure)
{
        return (struct fields){.arena = arena, .failure = failure};
}

static struct slice octets_of(const ProtobufCBinaryData *data)
{
        return slice_of(data->data, data->len);
}

void fields_refuse(struct fields *fields, enum result_code code, const char *name, struct slice value,
        const char *text)
{
        if (fields->failed)
                return;
        fields->failed = true;
        failure_set_field(fields->failure, code, name, value, "%s: %s", name, text);
}

/* Text or, where it is none, "" and a failure. */
static const char *read_text(struct fields *fields, const char *name, struct slice bytes, size_t limit)
{
        enum text_flaw flaw = text_check(bytes, limit);
        char *text;

        if (flaw != TEXT_FINE) {
                /* What is not text is not sent back as text. */
                fields_refuse(fields, RESULT_FIELD_INVALID, name, slice_of(NULL, 0), text_flaw_word(flaw));
                return "";
        }
        text = arena_text(fields->arena, bytes);
        assert(text); /* the arena's budget is above what a frame can carry */
        return text;
}

const char *fields_text(
        struct fields *fields, const char *name, const ProtobufCBinaryData *data, size_t limit)
{
        if (data->len == 0) {
                fields_refuse(fields, RESULT_FIELD_MISSING, name, slice_of(NULL, 0), "must not be empty");
                return "";
        }
        return read_text(fields, name, octets_of(data), limit);
}

const char *fields_optional(struct fields *fields, const char *name, protobuf_c_boolean has,
        const ProtobufCBinaryData *data, size_t limit)
{
        return has ? read_text(fields, name, octets_of(data), limit) : "";
}

const char *fields_id(struct fields *fields, const char *name, const ProtobufCBinaryData *data)
{
        const char *id = fields_text(fields, name, data, FOUNDING_ID_LIMIT);

        if (!fields->failed && !founding_id_is_valid(slice_text(id)))
                fields_refuse(fields, RESULT_FIELD_INVALID, name, octets_of(data), "only a-z, 0-9 and -");
        return id;
}

const char *fields_name(struct fields *fields, const char *name, const ProtobufCBinaryData *data)
{
        const char *text = fields_text(fields, name, data, NAME_MAX_OCTETS);
        enum name_flaw flaw;

        if (fields->failed)
                return "";
        flaw = name_check_display(slice_text(text));
        if (flaw != NAME_SOUND)
                fields_refuse(fields, RESULT_FIELD_INVALID, name, octets_of(data), name_flaw_word(flaw));
        return text;
}

void fields_code(
        struct fields *fields, const char *name, const ProtobufCBinaryData *data, struct org_code *ret)
{
        struct org_code_report report;
        enum org_code_flaw flaw;

        *ret = (struct org_code){0};
        if (fields->failed)
                return;
        flaw = org_code_parse_exchanged(octets_of(data), ret, &report);
        if (flaw != ORG_CODE_SOUND) {
                bool is_text = text_check(octets_of(data), ORG_CODE_INPUT_MAX) == TEXT_FINE;

                fields_refuse(fields, RESULT_CODE_INVALID, name,
                        is_text ? octets_of(data) : slice_of(NULL, 0), org_code_flaw_word(flaw));
        }
}

struct day fields_day(struct fields *fields, const char *name, const ProtobufCBinaryData *data)
{
        struct day day = DAY_NONE;

        if (!day_parse(octets_of(data), &day)) {
                bool is_text = text_check(octets_of(data), DAY_TEXT) == TEXT_FINE;

                fields_refuse(fields, RESULT_FIELD_INVALID, name,
                        is_text ? octets_of(data) : slice_of(NULL, 0), "not a day YYYY-MM-DD");
        }
        return day;
}

void fields_octets(struct fields *fields, const char *name, const ProtobufCBinaryData *data, void *ret,
        size_t length)
{
        if (data->len != length) {
                memset(ret, 0, length);
                fields_refuse(fields, RESULT_FIELD_INVALID, name, slice_of(NULL, 0), "not of its length");
                return;
        }
        memcpy(ret, data->data, length);
}
