/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/case_request.h"

#include <string.h>

#include "registry/core/character.h"
#include "registry/core/name.h"
#include "registry/core/personal_number.h"

/* Sticky: the first flaw stays, later reads give "". */
struct reading {
        struct arena *arena;
        const char *field; /* NULL: nothing was wrong yet */
        const char *value;
        const char *why;
};

static void refuse(struct reading *r, const char *field, const char *value, const char *why)
{
        if (r->field)
                return;
        r->field = field;
        r->value = value;
        r->why = why;
}

static struct slice octets_of(const ProtobufCBinaryData *data)
{
        return slice_of(data->data, data->len);
}

static const char *keep(struct reading *r, const char *field, struct slice text)
{
        const char *kept = arena_text(r->arena, text);

        if (!kept)
                refuse(r, field, "", "too much for one request");
        return kept ? kept : "";
}

/* `[a-z0-9]` and one more character, at most `most` octets. */
static const char *read_word(
        struct reading *r, const char *field, const ProtobufCBinaryData *data, size_t most, char other)
{
        if (data->len == 0 || data->len > most) {
                refuse(r, field, "", data->len ? "too long" : "must not be empty");
                return "";
        }
        for (size_t i = 0; i < data->len; i++) {
                char c = (char)data->data[i];

                if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != other) {
                        refuse(r, field, "", other == '_' ? "only a-z, 0-9 and _" : "only a-z, 0-9 and -");
                        return "";
                }
        }
        return keep(r, field, octets_of(data));
}

/* Why it is no text, or NULL. Lines may be broken; which field has lines is its procedure's to say. */
static const char *flaw_of(struct slice text)
{
        struct reader reader = reader_of(text);

        while (reader.left > 0) {
                int32_t c = character_next(&reader);

                if (c == CHARACTER_MALFORMED)
                        return "not UTF-8";
                switch (character_class(c)) {
                case CHARACTER_PLAIN:
                case CHARACTER_SPACE:
                        break;
                case CHARACTER_CONTROL:
                        if (c != '\n')
                                return "contains a control character";
                        break;
                case CHARACTER_HIDDEN:
                        return "contains a character that does not show";
                }
        }
        return NULL;
}

static bool has_personal_number(struct slice text)
{
        CLEANUP(buffer) struct buffer masked = BUFFER_INIT;

        return personal_mask(text, PERSONAL_IDENTITY | PERSONAL_MOBILE, &masked) > 0;
}

/* What is not text, or must not be known, is not said back. */
static const char *read_text(struct reading *r, const char *field, const ProtobufCBinaryData *data, size_t most)
{
        struct slice text = octets_of(data);
        const char *why = text.length > most ? "too long" : flaw_of(text);

        if (!why && has_personal_number(text))
                why = "contains an identity number or a mobile number";
        if (why) {
                refuse(r, field, "", why);
                return "";
        }
        return keep(r, field, text);
}

static void read_code(struct reading *r, const ProtobufCBinaryData *data, struct org_code *ret)
{
        struct org_code_report report;
        enum org_code_flaw flaw = org_code_parse_exchanged(octets_of(data), ret, &report);

        if (flaw != ORG_CODE_SOUND)
                refuse(r, "code", "", org_code_flaw_word(flaw));
}

static const char *read_name(struct reading *r, const ProtobufCBinaryData *data)
{
        enum name_flaw flaw = name_check_display(octets_of(data));

        if (flaw != NAME_SOUND) {
                refuse(r, "name", "", name_flaw_word(flaw));
                return "";
        }
        return read_text(r, "name", data, NAME_MAX_OCTETS);
}

/* A case is opened by party, name and procedure; from then on it has its number. */
static void read_case(struct reading *r, const Qcr__CaseStep *message, struct case_request *ret)
{
        ret->name = ret->procedure = "";
        if (message->has_number) {
                ret->number = message->number;
                if (message->number == 0)
                        refuse(r, "number", "0", "cases are counted from 1");
                if (message->has_name)
                        refuse(r, "name", "", "only to open a case");
                if (message->has_procedure)
                        refuse(r, "procedure", "", "only to open a case");
                return;
        }
        if (!message->has_name)
                refuse(r, "name", "", "must be there to open a case");
        else
                ret->name = read_name(r, &message->name);
        if (!message->has_procedure)
                refuse(r, "procedure", "", "must be there to open a case");
        else
                ret->procedure = read_word(r, "procedure", &message->procedure, PROCEDURE_ID - 1, '-');
        if (message->has_after && message->after != 0)
                refuse(r, "after", "", "a case that is opened has no events");
}

static void read_fields(struct reading *r, const Qcr__CaseStep *message, struct case_step *ret)
{
        struct case_value *values;

        if (message->n_field > CASE_VALUES_MAX) {
                refuse(r, "field", "", "more than 64");
                return;
        }
        values = arena_alloc(r->arena, (message->n_field ? message->n_field : 1) * sizeof(*values));
        if (!values) {
                refuse(r, "field", "", "too much for one request");
                return;
        }
        for (size_t i = 0; i < message->n_field && !r->field; i++) {
                values[i].name = read_word(r, "field", &message->field[i]->name, PROCEDURE_WORD_OCTETS - 1, '_');
                if (!r->field)
                        values[i].value = read_text(r, values[i].name, &message->field[i]->value, CASE_TEXT_OCTETS);
        }
        ret->values = values;
        ret->value_count = message->n_field;
}

bool case_request_read(struct arena *arena, const Qcr__CaseStep *message, struct case_request *ret,
        const char **ret_field, const char **ret_value, const char **ret_why)
{
        struct reading r = {.arena = arena};
        struct case_request request = {0};

        read_code(&r, &message->code, &request.code);
        read_case(&r, message, &request);
        request.after = message->has_after ? message->after : 0;
        request.step.action = read_word(&r, "action", &message->action, PROCEDURE_WORD_OCTETS - 1, '-');
        read_fields(&r, message, &request.step);
        if (r.field) {
                *ret_field = r.field;
                *ret_value = r.value;
                *ret_why = r.why;
                return false;
        }
        *ret = request;
        return true;
}
