/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/record_reply.h"

#include "registry/core/record_detail.h"

static ProtobufCBinaryData data_of(struct arena *arena, struct slice text)
{
        struct slice copy = arena_copy(arena, text);

        return (ProtobufCBinaryData){.len = copy.length, .data = (uint8_t *)(uintptr_t)copy.data};
}

static ProtobufCBinaryData text_data(struct arena *arena, const char *text)
{
        return data_of(arena, slice_text(text));
}

static ProtobufCBinaryData day_data(struct arena *arena, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        return text_data(arena, text);
}

/* The first day on which it is not shown any more: the earlier of the two. */
static struct day shown_end(const struct record *record)
{
        if (day_is_none(record->publicity_file))
                return record->publicity_computed;
        if (!day_is_none(record->publicity_computed) &&
                day_is_before(record->publicity_computed, record->publicity_file))
                return record->publicity_computed;
        return record->publicity_file;
}

static void add_kinds(struct arena *arena, Qcr__RecordRow *row, uint16_t kinds)
{
        row->kind = kinds ? arena_alloc(arena, PENALTY_KINDS * sizeof(*row->kind)) : NULL;
        for (unsigned i = 0; row->kind && i < PENALTY_KINDS; i++)
                if (kinds & PENALTY_BIT(i))
                        row->kind[row->n_kind++] = text_data(arena, penalty_kind_word((enum penalty_kind)i));
}

struct details {
        struct arena *arena;
        Qcr__RecordRow *row;
};

static void add_detail(void *closure, struct slice name, struct slice value)
{
        struct details *details = closure;
        Qcr__RecordRow *row = details->row;
        Qcr__RecordDetail *detail = arena_alloc(details->arena, sizeof(*detail));

        if (!detail || row->n_detail == RECORD_DETAILS_MAX)
                return;
        qcr__record_detail__init(detail);
        detail->name = data_of(details->arena, name);
        detail->value = data_of(details->arena, value);
        row->detail[row->n_detail++] = detail;
}

static void add_details(struct arena *arena, Qcr__RecordRow *row, const char *lines)
{
        if (!*lines)
                return;
        row->detail = arena_alloc(arena, RECORD_DETAILS_MAX * sizeof(Qcr__RecordDetail *));
        if (row->detail)
                record_details_each(slice_text(lines), add_detail, &(struct details){arena, row});
}

static void add_outcome(struct arena *arena, Qcr__RecordRow *row, const struct record *record)
{
        row->has_severity = record->severity != SEVERITY_NONE;
        row->severity = record->severity;
        row->has_result = record->result != RECORD_RESULT_NONE;
        if (row->has_result)
                row->result = text_data(arena, record_result_word(record->result));
        row->has_certificate = record->certificate != CERTIFICATE_NONE;
        if (row->has_certificate)
                row->certificate = text_data(arena, certificate_kind_word(record->certificate));
        row->has_valid_through = !day_is_none(record->valid_through);
        if (row->has_valid_through)
                row->valid_through = day_data(arena, record->valid_through);
}

Qcr__RecordRow *record_reply(struct arena *arena, const struct record_row *stored)
{
        const struct record *record = &stored->record;
        Qcr__RecordRow *row = arena_alloc(arena, sizeof(*row));
        struct day end = shown_end(record);

        if (!row)
                return NULL;
        qcr__record_row__init(row);
        row->type = text_data(arena, record_type_word(record->type));
        row->authority_code = text_data(arena, record->authority_code);
        row->authority_name = text_data(arena, record->authority_name);
        row->document = text_data(arena, record->document);
        row->domain = text_data(arena, record->domain);
        add_kinds(arena, row, record->kinds);
        row->fine_fen = (uint64_t)record->fine_fen;
        row->confiscated_fen = (uint64_t)record->confiscated_fen;
        row->decided_on = day_data(arena, record->decided_on);
        row->has_publicity_end = !day_is_none(end);
        if (row->has_publicity_end)
                row->publicity_end = day_data(arena, end);
        row->state = text_data(arena, record->state);
        row->version = stored->version;
        row->serial = stored->serial;
        row->has_ordinal = true;
        row->ordinal = stored->ordinal;
        add_outcome(arena, row, record);
        add_details(arena, row, record->details);
        return arena->exhausted ? NULL : row;
}
