/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_cases.h"

#include <string.h>

#define HOLDING_KEY "holding"

static bool get(struct view_writer *writer, enum view_table table, struct slice key, enum view_found *ret_found,
        struct slice *ret, struct fault *why)
{
        return view_tables_get(view_writer_tables(writer), table, key, ret_found, ret, why);
}

static bool put(struct view_writer *writer, enum view_table table, struct slice key, struct slice value,
        struct fault *why)
{
        return view_tables_put(view_writer_tables(writer), table, key, value, why);
}

/* ---------------------------------------------------------------------- rules */

bool view_cases_rule(struct view_writer *writer, const uint8_t hash[32], enum view_found *ret_found,
        struct slice *ret_document, struct fault *why)
{
        return get(writer, VIEW_TABLE_RULE, slice_of(hash, 32), ret_found, ret_document, why);
}

bool view_cases_put_rule(struct view_writer *writer, const uint8_t hash[32], struct slice document, struct fault *why)
{
        return put(writer, VIEW_TABLE_RULE, slice_of(hash, 32), document, why);
}

bool view_cases_rules(struct view_writer *writer, struct view_rules *ret, struct fault *why)
{
        enum view_found found;
        struct slice value;

        if (!get(writer, VIEW_TABLE_RULE, slice_text(HOLDING_KEY), &found, &value, why))
                return false;
        ret->count = 0;
        return found || view_rules_decode(value, ret) ? true :
                fault_set(why, FAULT_VIEW, "which rules hold cannot be read in the view");
}

bool view_cases_put_rules(struct view_writer *writer, const struct view_rules *rules, struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        view_rules_encode(&value, rules);
        return put(writer, VIEW_TABLE_RULE, slice_text(HOLDING_KEY), buffer_slice(&value), why);
}

/* ---------------------------------------------------------------------- cases */

#define CASE_KEY_OCTETS (VIEW_SUBJECT_OCTETS + 4u)

/* The number is big-endian, so that a party's cases stand in their order. */
static struct slice case_key(const char *subject, uint32_t number, uint8_t ret[CASE_KEY_OCTETS])
{
        memcpy(ret, subject, VIEW_SUBJECT_OCTETS);
        for (unsigned i = 0; i < 4; i++)
                ret[VIEW_SUBJECT_OCTETS + i] = (uint8_t)(number >> (24 - 8 * i));
        return slice_of(ret, CASE_KEY_OCTETS);
}

bool view_cases_case(struct view_writer *writer, const char *subject, uint32_t number, struct arena *arena,
        enum view_found *ret_found, struct view_case *ret, struct fault *why)
{
        uint8_t key[CASE_KEY_OCTETS];
        struct slice value;

        if (!get(writer, VIEW_TABLE_CASE, case_key(subject, number, key), ret_found, &value, why))
                return false;
        return *ret_found || view_case_decode(value, arena, ret) ? true :
                fault_set(why, FAULT_VIEW, "a case in the view cannot be read");
}

bool view_cases_next_case(struct view_writer *writer, const char *subject, uint32_t after, struct arena *arena,
        enum view_found *ret_found, uint32_t *ret_number, struct view_case *ret, struct fault *why)
{
        uint8_t behind[CASE_KEY_OCTETS];
        struct slice key, value;
        uint32_t number = 0;

        if (!view_tables_next(view_writer_tables(writer), VIEW_TABLE_CASE, case_key(subject, after, behind), ret_found,
                    &key, &value, why))
                return false;
        if (*ret_found != VIEW_FOUND || key.length != CASE_KEY_OCTETS ||
                memcmp(key.data, subject, VIEW_SUBJECT_OCTETS) != 0) {
                *ret_found = VIEW_ABSENT;
                return true;
        }
        for (unsigned i = VIEW_SUBJECT_OCTETS; i < CASE_KEY_OCTETS; i++)
                number = number << 8 | key.data[i];
        *ret_number = number;
        return view_case_decode(value, arena, ret) ? true : fault_set(why, FAULT_VIEW, "a case in the view cannot be read");
}

bool view_cases_put_case(struct view_writer *writer, const char *subject, uint32_t number,
        const struct view_case *entry, struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        uint8_t key[CASE_KEY_OCTETS];

        view_case_encode(&value, entry);
        return put(writer, VIEW_TABLE_CASE, case_key(subject, number, key), buffer_slice(&value), why);
}

/* ------------------------------------------------------------------- deputies */

bool view_cases_deputy(struct view_writer *writer, struct slice deputy_id, struct arena *arena,
        struct view_deputy *ret, struct fault *why)
{
        enum view_found found;
        struct slice value;

        if (!get(writer, VIEW_TABLE_DEPUTY, deputy_id, &found, &value, why))
                return false;
        *ret = (struct view_deputy){0};
        return found || view_deputy_decode(value, arena, ret) ? true :
                fault_set(why, FAULT_VIEW, "a deputy in the view cannot be read");
}

bool view_cases_put_deputy(struct view_writer *writer, struct slice deputy_id, const struct view_deputy *deputy,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        if (deputy->count == 0)
                return view_tables_remove(view_writer_tables(writer), VIEW_TABLE_DEPUTY, deputy_id, slice_of(NULL, 0),
                        why);
        view_deputy_encode(&value, deputy);
        return put(writer, VIEW_TABLE_DEPUTY, deputy_id, buffer_slice(&value), why);
}

/* ------------------------------------------------------------------ proposals */

static struct slice serial_key(uint64_t serial, uint8_t ret[8])
{
        for (unsigned i = 0; i < 8; i++)
                ret[i] = (uint8_t)(serial >> (56 - 8 * i));
        return slice_of(ret, 8);
}

bool view_cases_propose(struct view_writer *writer, uint64_t serial, const uint8_t act[32], struct fault *why)
{
        uint8_t key[8];

        return put(writer, VIEW_TABLE_PROPOSAL, serial_key(serial, key), slice_of(act, 32), why);
}

bool view_cases_decide(struct view_writer *writer, uint64_t serial, enum view_found *ret_found, uint8_t ret_act[32],
        struct fault *why)
{
        uint8_t octets[8];
        struct slice key = serial_key(serial, octets), value;

        if (!get(writer, VIEW_TABLE_PROPOSAL, key, ret_found, &value, why))
                return false;
        if (*ret_found)
                return true;
        if (value.length != 32)
                return fault_set(why, FAULT_VIEW, "a proposal in the view cannot be read");
        memcpy(ret_act, value.data, 32);
        return view_tables_remove(view_writer_tables(writer), VIEW_TABLE_PROPOSAL, key, slice_of(NULL, 0), why);
}

/* ----------------------------------------------------------------- rows owed */

bool view_cases_owe(struct view_writer *writer, const char *subject, uint64_t serial, struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        buffer_add_varint(&value, serial);
        return put(writer, VIEW_TABLE_OWED, slice_of(subject, VIEW_SUBJECT_OCTETS), buffer_slice(&value), why);
}

bool view_cases_settle(struct view_writer *writer, const char *subject, struct fault *why)
{
        return view_tables_remove(view_writer_tables(writer), VIEW_TABLE_OWED, slice_of(subject, VIEW_SUBJECT_OCTETS),
                slice_of(NULL, 0), why);
}

bool view_cases_overdue(struct view_writer *writer, uint64_t serial, enum view_found *ret_found,
        char ret_subject[VIEW_SUBJECT_OCTETS + 1], struct fault *why)
{
        struct slice key = slice_of(NULL, 0), value;
        struct reader r;

        for (;;) {
                if (!view_tables_next(view_writer_tables(writer), VIEW_TABLE_OWED, key, ret_found, &key, &value, why))
                        return false;
                if (*ret_found)
                        return true;
                r = reader_of(value);
                if (reader_varint(&r) <= serial)
                        break;
        }
        if (!reader_is_done(&r) || key.length != VIEW_SUBJECT_OCTETS)
                return fault_set(why, FAULT_VIEW, "what is owed in the view cannot be read");
        memcpy(ret_subject, key.data, VIEW_SUBJECT_OCTETS);
        ret_subject[VIEW_SUBJECT_OCTETS] = '\0';
        return true;
}

/* -------------------------------------------------------------- names, codes */

bool view_cases_has_name(struct view_writer *writer, const char *subject, struct slice name_norm, bool *ret,
        struct fault *why)
{
        uint8_t key[32], value[VIEW_SUBJECT_OCTETS + 1];

        view_name_key(name_norm, key);
        memcpy(value, subject, VIEW_SUBJECT_OCTETS);
        *ret = false;
        for (uint8_t former = 0; former < 2 && !*ret; former++) {
                value[VIEW_SUBJECT_OCTETS] = former;
                if (!view_tables_has(view_writer_tables(writer), VIEW_TABLE_NAME, slice_of(key, sizeof(key)),
                            slice_of(value, sizeof(value)), ret, why))
                        return false;
        }
        return true;
}

bool view_cases_has_code(struct view_writer *writer, const char *subject, const char *code, bool *ret,
        struct fault *why)
{
        enum view_found found;
        struct slice value;

        if (!get(writer, VIEW_TABLE_CODE, slice_text(code), &found, &value, why))
                return false;
        *ret = !found && slice_equal(value, slice_of(subject, VIEW_SUBJECT_OCTETS));
        return true;
}
