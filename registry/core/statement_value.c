/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/statement_value.h"

#include <string.h>

#include "registry/core/base64.h"

/* ------------------------------------------------------- as both ways see them */

static bool is_all(struct slice text, bool (*is_one)(uint8_t c))
{
        for (size_t i = 0; i < text.length; i++)
                if (!is_one(text.data[i]))
                        return false;
        return true;
}

static bool is_code_character(uint8_t c)
{
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

static bool is_capital(uint8_t c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_domain_character(uint8_t c)
{
        return (c >= 'a' && c <= 'z') || c == '-';
}

static bool is_word_character(uint8_t c)
{
        return is_code_character(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
}

static bool code_is_valid(struct slice code, size_t limit)
{
        return (code.length == limit || code.length == STATEMENT_SUBJECT_SIZE) &&
                is_all(code, is_code_character);
}

static bool grade_is_valid(struct slice grade)
{
        return (grade.length >= 1 && grade.length <= 3 && is_all(grade, is_capital)) ||
                slice_equal(grade, slice_text(STATEMENT_UNRATED));
}

static bool policy_id_is_valid(struct slice id)
{
        return id.length >= 1 && id.length <= STATEMENT_POLICY_LIMIT && is_all(id, is_word_character);
}

/* Splits off the front up to the separator's text; false when it is not there. */
static bool split(struct slice *rest, const char *separator, struct slice *ret)
{
        const uint8_t *at = memmem(rest->data, rest->length, separator, strlen(separator));

        if (!at)
                return false;
        *ret = slice_of(rest->data, (size_t)(at - rest->data));
        *rest = slice_of(at + strlen(separator), rest->length - ret->length - strlen(separator));
        return true;
}

static int compare_slices(struct slice a, struct slice b)
{
        int order = memcmp(a.data, b.data, a.length < b.length ? a.length : b.length);

        return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Items `domain/source=day`, each domain and source once, in ascending order. */
static bool coverage_is_valid(struct slice rest)
{
        struct slice last_domain = slice_text(""), last_source = slice_text("");
        bool more;

        do {
                struct slice item, domain, source;
                struct day through;
                int order;

                more = split(&rest, "; ", &item);
                if (!more)
                        item = rest;
                if (!split(&item, "/", &domain) || !split(&item, "=", &source) || !day_parse(item, &through))
                        return false;
                if (domain.length == 0 || domain.length > STATEMENT_WORD_LIMIT || source.length == 0 ||
                        source.length > STATEMENT_WORD_LIMIT || !is_all(domain, is_domain_character) ||
                        !is_all(source, is_word_character))
                        return false;
                order = compare_slices(last_domain, domain);
                if (order > 0 || (order == 0 && compare_slices(last_source, source) >= 0))
                        return false;
                last_domain = domain;
                last_source = source;
        } while (more);
        return true;
}

static bool day_may_stand(struct day day)
{
        return day_is_none(day) || day_is_valid(day);
}

/* ---------------------------------------------------------------- formatting */

static void add_hex(struct buffer *ret, const void *octets, size_t length)
{
        hex_encode(octets, length, (char *)buffer_reserve(ret, 2 * length + 1));
        ret->length += 2 * length;
}

static bool add_word(struct buffer *ret, const struct statement_line *line, const void *field)
{
        unsigned word;

        memcpy(&word, field, sizeof(word));
        for (unsigned i = 0; line->words[i]; i++)
                if (i == word) {
                        buffer_add_text(ret, line->words[i]);
                        return true;
                }
        return false;
}

static bool add_policy(struct buffer *ret, const struct statement *s)
{
        struct slice id = slice_of(s->policy_id, strnlen(s->policy_id, sizeof(s->policy_id)));

        if (id.length == 0) {
                buffer_add_u8(ret, '-');
                return s->policy_version == 0;
        }
        if (!policy_id_is_valid(id) || s->policy_version == 0)
                return false;
        buffer_add_slice(ret, id);
        buffer_add_u8(ret, '@');
        number_format(s->policy_version, ret);
        return true;
}

static bool add_instant(struct buffer *ret, int64_t at_ms)
{
        if (!instant_is_valid(at_ms))
                return false;
        instant_format(at_ms, (char *)buffer_reserve(ret, INSTANT_TEXT));
        ret->length += INSTANT_TEXT - 1;
        return true;
}

static bool add_day(struct buffer *ret, struct day day)
{
        char text[DAY_TEXT];

        if (!day_may_stand(day))
                return false;
        day_format(day, text);
        buffer_add_text(ret, text);
        return true;
}

/* A text field, already known to fit and be NUL-terminated, or `empty`. */
static bool add_text(struct buffer *ret, struct slice text, bool valid, const char *empty)
{
        if (text.length == 0)
                buffer_add_text(ret, empty);
        else if (valid)
                buffer_add_slice(ret, text);
        return text.length == 0 || valid;
}

bool statement_value_add(const struct statement *s, const struct statement_line *line, struct buffer *ret)
{
        const uint8_t *field = (const uint8_t *)s + line->offset;
        struct slice text = slice_of(field, line->limit ? strnlen((const char *)field, line->limit + 1) : 0);

        if (text.length > line->limit)
                return false;
        switch (line->form) {
        case FORM_WORD:
                return add_word(ret, line, field);
        case FORM_HASH:
                add_hex(ret, field, HASH_SIZE);
                return true;
        case FORM_MAYBE_HASH:
                if (*(const bool *)field)
                        add_hex(ret, field + sizeof(bool), HASH_SIZE);
                else
                        buffer_add_u8(ret, '-');
                return true;
        case FORM_ROOT:
                base64_encode(slice_of(field, HASH_SIZE), ret);
                return true;
        case FORM_CODE:
                return add_text(ret, text, code_is_valid(text, line->limit), "-");
        case FORM_NONCE:
                if (s->nonce_size < STATEMENT_NONCE_MIN || s->nonce_size > STATEMENT_NONCE_LIMIT)
                        return false;
                add_hex(ret, s->nonce, s->nonce_size);
                return true;
        case FORM_SALT:
                add_hex(ret, s->salt, STATEMENT_SALT_SIZE);
                return true;
        case FORM_TEXT:
                text_escape(text, ret);
                return text_is_valid(text);
        case FORM_GRADE:
                return add_text(ret, text, grade_is_valid(text), "-");
        case FORM_SCORE:
                if (s->score == STATEMENT_NO_SCORE)
                        buffer_add_u8(ret, '-');
                else if (s->score >= 0)
                        number_format((uint64_t)s->score, ret);
                return s->score >= 0 || s->score == STATEMENT_NO_SCORE;
        case FORM_DAY:
                return add_day(ret, *(const struct day *)field);
        case FORM_INSTANT:
                return add_instant(ret, *(const int64_t *)field);
        case FORM_NUMBER:
                number_format(*(const uint64_t *)field, ret);
                return true;
        case FORM_SERIAL:
                if (*(const uint64_t *)field == STATEMENT_NO_DECISION)
                        buffer_add_u8(ret, '-');
                else
                        number_format(*(const uint64_t *)field, ret);
                return true;
        case FORM_POLICY:
                return add_policy(ret, s);
        case FORM_COVERAGE:
                return add_text(ret, text, coverage_is_valid(text), "none");
        }
        return false;
}

/* ------------------------------------------------------------------- parsing */

static bool is_dash(struct slice value)
{
        return value.length == 1 && value.data[0] == '-';
}

static bool parse_word(struct slice value, const struct statement_line *line, void *field)
{
        for (unsigned i = 0; line->words[i]; i++)
                if (slice_equal(value, slice_text(line->words[i]))) {
                        memcpy(field, &i, sizeof(i));
                        return true;
                }
        return false;
}

static bool parse_hex(struct slice value, void *field, size_t size)
{
        return hex_decode((const char *)value.data, value.length, field, size);
}

static bool parse_policy(struct slice value, struct statement *ret)
{
        struct slice id;
        uint64_t version;

        if (is_dash(value))
                return true;
        if (!split(&value, "@", &id) || !policy_id_is_valid(id) || !number_parse(value, &version) ||
                version == 0 || version > UINT32_MAX)
                return false;
        memcpy(ret->policy_id, id.data, id.length);
        ret->policy_version = (uint32_t)version;
        return true;
}

static bool parse_score(struct slice value, int32_t *ret)
{
        uint64_t score;

        if (is_dash(value))
                return true;
        if (!number_parse(value, &score) || score > INT32_MAX)
                return false;
        *ret = (int32_t)score;
        return true;
}

static bool parse_nonce(struct slice value, struct statement *ret)
{
        size_t size = value.length / 2;

        if (size < STATEMENT_NONCE_MIN || size > STATEMENT_NONCE_LIMIT || !parse_hex(value, ret->nonce, size))
                return false;
        ret->nonce_size = (unsigned)size;
        return true;
}

static bool parse_text(struct slice value, size_t limit, void *field)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (!text_unescape(value, &text) || text.length > limit)
                return false;
        if (text.length)
                memcpy(field, text.data, text.length);
        return true;
}

/* A value that is kept as it stands. */
static bool keep(struct slice value, size_t limit, bool valid, void *field)
{
        if (!valid || value.length > limit)
                return false;
        memcpy(field, value.data, value.length);
        return true;
}

bool statement_value_parse(struct slice value, const struct statement_line *line, struct statement *ret)
{
        uint8_t *field = (uint8_t *)ret + line->offset;

        switch (line->form) {
        case FORM_WORD:
                return parse_word(value, line, field);
        case FORM_HASH:
                return parse_hex(value, field, HASH_SIZE);
        case FORM_MAYBE_HASH:
                *(bool *)field = !is_dash(value);
                return is_dash(value) || parse_hex(value, field + sizeof(bool), HASH_SIZE);
        case FORM_ROOT:
                return base64_decode_exact(value, field, HASH_SIZE);
        case FORM_CODE:
                return is_dash(value) || keep(value, line->limit, code_is_valid(value, line->limit), field);
        case FORM_NONCE:
                return parse_nonce(value, ret);
        case FORM_SALT:
                return parse_hex(value, field, STATEMENT_SALT_SIZE);
        case FORM_TEXT:
                return parse_text(value, line->limit, field);
        case FORM_GRADE:
                return is_dash(value) || keep(value, line->limit, grade_is_valid(value), field);
        case FORM_SCORE:
                return parse_score(value, &ret->score);
        case FORM_DAY:
                return is_dash(value) || day_parse(value, (struct day *)field);
        case FORM_INSTANT:
                return instant_parse(value, (int64_t *)field);
        case FORM_NUMBER:
                return number_parse(value, (uint64_t *)field);
        case FORM_SERIAL:
                return is_dash(value) || (number_parse(value, (uint64_t *)field) && *(uint64_t *)field != 0);
        case FORM_POLICY:
                return parse_policy(value, ret);
        case FORM_COVERAGE:
                return slice_equal(value, slice_text("none")) ||
                        keep(value, line->limit, coverage_is_valid(value), field);
        }
        return false;
}
