/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/rule.h"

#include <string.h>

#include "registry/core/code_table.h"
#include "registry/core/procedure.h"
#include "registry/core/work_calendar.h"

static void set_rule(struct rule *ret, enum rule_kind kind, const char id[RULE_ID], int32_t version,
        const uint8_t hash[32])
{
        *ret = (struct rule){.kind = kind, .version = version};
        memcpy(ret->id, id, sizeof(ret->id));
        memcpy(ret->hash, hash, sizeof(ret->hash));
}

static enum document_flaw read_procedure(struct slice json, struct rule *ret, struct document_error *ret_error)
{
        struct procedure *procedure;
        enum document_flaw flaw = procedure_parse(json, &procedure, ret_error);

        if (!flaw)
                set_rule(ret, RULE_PROCEDURE, procedure->id, procedure->version, procedure->hash);
        procedure_free(procedure);
        return flaw;
}

static enum document_flaw read_codes(struct slice json, struct rule *ret, struct document_error *ret_error)
{
        struct code_table *table;
        enum document_flaw flaw = code_table_parse(json, &table, ret_error);

        if (!flaw)
                set_rule(ret, RULE_CODES, table->id, table->version, table->hash);
        code_table_free(table);
        return flaw;
}

static enum document_flaw read_calendar(struct slice json, struct rule *ret, struct document_error *ret_error)
{
        struct work_calendar calendar;
        enum document_flaw flaw = work_calendar_parse(json, &calendar, ret_error);

        if (!flaw)
                set_rule(ret, RULE_CALENDAR, calendar.id, calendar.version, calendar.hash);
        return flaw;
}

static const struct {
        const char *word;
        const char *format;
        enum document_flaw (*read)(struct slice json, struct rule *ret, struct document_error *ret_error);
} kinds[RULE_KIND_LAST + 1] = {
        [RULE_PROCEDURE] = {"procedure", PROCEDURE_FORMAT, read_procedure},
        [RULE_CODES] = {"codes", CODE_TABLE_FORMAT, read_codes},
        [RULE_CALENDAR] = {"calendar", WORK_CALENDAR_FORMAT, read_calendar},
};

/* What the document says it is; anything once it is not sound. */
static enum rule_kind read_kind(const struct place *root)
{
        char format[DOCUMENT_TEXT_OCTETS];

        place_text(root, "format", format, sizeof(format));
        for (unsigned kind = RULE_PROCEDURE; kind <= RULE_KIND_LAST; kind++)
                if (strcmp(format, kinds[kind].format) == 0)
                        return (enum rule_kind)kind;
        place_refuse(root, "format", DOCUMENT_VALUE,
                PROCEDURE_FORMAT ", " CODE_TABLE_FORMAT " or " WORK_CALENDAR_FORMAT " is wanted");
        return RULE_KIND_LAST;
}

/* The kind and the canonical form, which is short enough to travel. */
static enum document_flaw read_whole(struct slice json, enum rule_kind *ret_kind, struct buffer *canonical,
        struct document_error *ret_error)
{
        struct document document;
        struct place root;

        document_init(&document, json);
        root = document_root(&document);
        *ret_kind = read_kind(&root);
        if (document_is_sound(&document))
                document_canonical(&document, canonical);
        if (canonical->length > DOCUMENT_SENT_MAX)
                place_refuse(&root, NULL, DOCUMENT_SIZE, "more than 49152 octets in canonical form");
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}

enum document_flaw rule_read(struct slice json, struct rule *ret, struct buffer *canonical,
        struct document_error *ret_error)
{
        CLEANUP(buffer) struct buffer whole = BUFFER_INIT;
        enum document_flaw flaw;
        enum rule_kind kind;

        flaw = read_whole(json, &kind, &whole, ret_error);
        if (!flaw)
                flaw = kinds[kind].read(json, ret, ret_error);
        if (!flaw)
                buffer_add_slice(canonical, buffer_slice(&whole));
        return flaw;
}

const char *rule_kind_word(enum rule_kind kind)
{
        return kinds[kind].word;
}

bool rule_kind_of_word(struct slice word, enum rule_kind *ret)
{
        for (unsigned kind = RULE_PROCEDURE; kind <= RULE_KIND_LAST; kind++)
                if (slice_equal(word, slice_text(kinds[kind].word))) {
                        *ret = (enum rule_kind)kind;
                        return true;
                }
        return false;
}
