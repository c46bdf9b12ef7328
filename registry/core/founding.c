/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/founding.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/role.h"

#define FOUNDING_CONTEXT "qcr-founding/v1"
#define FOUNDING_ADMINS_MIN 2u

/* ------------------------------------------------------------------ values */

static bool is_of(struct slice text, const char *more, size_t limit)
{
        if (!text.length || text.length > limit)
                return false;
        for (size_t i = 0; i < text.length; i++)
                if (!(text.data[i] >= '0' && text.data[i] <= '9') && !strchr(more, (char)text.data[i]))
                        return false;
        return !memchr(text.data, 0, text.length);
}

bool founding_id_is_valid(struct slice id)
{
        return is_of(id, "abcdefghijklmnopqrstuvwxyz-", FOUNDING_ID_LIMIT);
}

static bool code_is_valid(struct slice code)
{
        return is_of(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 18) && (code.length == 9 || code.length == 18);
}

static bool name_is_valid(struct slice name)
{
        return name.length && name.length <= FOUNDING_NAME_LIMIT && text_is_valid(name);
}

void uuid_format(const uint8_t uuid[16], char ret[37])
{
        char hex[33];
        char *to = ret;

        hex_encode(uuid, 16, hex);
        for (size_t i = 0; i < 32; i++) {
                if (i == 8 || i == 12 || i == 16 || i == 20)
                        *to++ = '-';
                *to++ = hex[i];
        }
        *to = '\0';
}

bool uuid_parse(struct slice text, uint8_t ret[16])
{
        char hex[32];
        size_t length = 0;

        if (text.length != 36)
                return false;
        for (size_t i = 0; i < 36; i++) {
                bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

                if (is_dash != (text.data[i] == '-'))
                        return false;
                if (!is_dash)
                        hex[length++] = (char)text.data[i];
        }
        return hex_decode(hex, sizeof(hex), ret, 16);
}

/* ------------------------------------------------------------------- order */

static int compare_slices(struct slice a, struct slice b)
{
        size_t common = a.length < b.length ? a.length : b.length;
        int order = common ? memcmp(a.data, b.data, common) : 0;

        return order ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_offices(const void *a, const void *b)
{
        return compare_slices(
                ((const struct founding_office *)a)->id, ((const struct founding_office *)b)->id);
}

static int compare_persons(const void *a, const void *b)
{
        return compare_slices(
                ((const struct founding_person *)a)->id, ((const struct founding_person *)b)->id);
}

static int compare_roles(const void *a, const void *b)
{
        const struct founding_role *x = a, *y = b;
        int order = compare_slices(x->person, y->person);

        return order ? order : (x->role > y->role) - (x->role < y->role);
}

static int compare_certificates(const void *a, const void *b)
{
        const struct founding_certificate *x = a, *y = b;
        int order = compare_slices(x->person, y->person);

        return order ? order : compare_slices(x->der, y->der);
}

static int compare_hashes(const void *a, const void *b)
{
        return memcmp(a, b, 32);
}

static bool is_ascending(
        const void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
        const uint8_t *item = items;

        for (size_t i = 1; i < count; i++)
                if (compare(item + (i - 1) * size, item + i * size) >= 0)
                        return false;
        return true;
}

static void sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
        if (count > 1)
                qsort(items, count, size, compare);
}

/* ------------------------------------------------------------------- rules */

static bool has_person(const struct founding *f, struct slice id)
{
        struct founding_person key = {.id = id};

        return bsearch(&key, f->persons, f->person_count, sizeof(key), compare_persons);
}

static bool has_office(const struct founding *f, struct slice id)
{
        struct founding_office key = {.id = id};

        return bsearch(&key, f->offices, f->office_count, sizeof(key), compare_offices);
}

static bool has_certificate(const struct founding *f, struct slice person)
{
        for (size_t i = 0; i < f->certificate_count; i++)
                if (slice_equal(f->certificates[i].person, person))
                        return true;
        return false;
}

/* One certificate is one person: a second holder would make two persons of one human. */
static bool certificates_differ(const struct founding *f)
{
        for (size_t i = 0; i < f->certificate_count; i++)
                for (size_t j = 0; j < i; j++)
                        if (slice_equal(f->certificates[i].der, f->certificates[j].der))
                                return false;
        return true;
}

static enum founding_flaw check_values(const struct founding *f)
{
        if (!origin_is_valid(f->origin) || !f->office_count || !f->person_count)
                return FOUNDING_FORM;
        if (f->office_count > FOUNDING_GROUP_LIMIT || f->person_count > FOUNDING_GROUP_LIMIT ||
                f->role_count > FOUNDING_GROUP_LIMIT || f->certificate_count > FOUNDING_GROUP_LIMIT ||
                f->rule_count > FOUNDING_GROUP_LIMIT)
                return FOUNDING_SIZE;
        for (size_t i = 0; i < f->office_count; i++)
                if (!founding_id_is_valid(f->offices[i].id) || !code_is_valid(f->offices[i].code) ||
                        !name_is_valid(f->offices[i].name))
                        return FOUNDING_FORM;
        for (size_t i = 0; i < f->person_count; i++)
                if (!founding_id_is_valid(f->persons[i].id) || !name_is_valid(f->persons[i].name))
                        return FOUNDING_FORM;
        for (size_t i = 0; i < f->role_count; i++)
                if (!role_word(f->roles[i].role))
                        return FOUNDING_FORM;
        for (size_t i = 0; i < f->certificate_count; i++)
                if (!f->certificates[i].der.length)
                        return FOUNDING_FORM;
        return FOUNDING_RIGHT;
}

static enum founding_flaw check(const struct founding *f)
{
        enum founding_flaw flaw = check_values(f);
        size_t admins = 0;

        if (flaw)
                return flaw;
        if (!is_ascending(f->offices, f->office_count, sizeof(*f->offices), compare_offices) ||
                !is_ascending(f->persons, f->person_count, sizeof(*f->persons), compare_persons) ||
                !is_ascending(f->roles, f->role_count, sizeof(*f->roles), compare_roles) ||
                !is_ascending(f->certificates, f->certificate_count, sizeof(*f->certificates),
                        compare_certificates) ||
                !is_ascending(f->rule_hashes, f->rule_count, sizeof(*f->rule_hashes), compare_hashes) ||
                !certificates_differ(f))
                return FOUNDING_ORDER;
        for (size_t i = 0; i < f->person_count; i++)
                if (!has_office(f, f->persons[i].office))
                        return FOUNDING_REFERENCE;
        for (size_t i = 0; i < f->certificate_count; i++)
                if (!has_person(f, f->certificates[i].person))
                        return FOUNDING_REFERENCE;
        for (size_t i = 0; i < f->role_count; i++) {
                if (!has_person(f, f->roles[i].person))
                        return FOUNDING_REFERENCE;
                admins += f->roles[i].role == ROLE_ADMIN && has_certificate(f, f->roles[i].person);
        }
        return admins < FOUNDING_ADMINS_MIN ? FOUNDING_ADMINS : FOUNDING_RIGHT;
}

const char *founding_flaw_text(enum founding_flaw flaw)
{
        switch (flaw) {
        case FOUNDING_RIGHT:
                return "right";
        case FOUNDING_SIZE:
                return "the document is too long";
        case FOUNDING_FORM:
                return "a line or value is not in its form";
        case FOUNDING_ORDER:
                return "a line is out of order or stands twice";
        case FOUNDING_REFERENCE:
                return "an office or person that is named is not there";
        case FOUNDING_ADMINS:
                return "two different persons with the role admin and a certificate are needed";
        }
        return "unknown";
}

/* ----------------------------------------------------------------- writing */

static void add_word(struct buffer *to, const char *name, struct slice word)
{
        buffer_add_text(to, name);
        buffer_add_u8(to, ' ');
        buffer_add_slice(to, word);
}

static void add_name_line(
        struct buffer *to, const char *what, struct slice id, struct slice other, struct slice name)
{
        add_word(to, what, id);
        add_word(to, "", other);
        buffer_add_u8(to, ' ');
        text_escape(name, to);
        buffer_add_u8(to, '\n');
}

static void add_hex_line(struct buffer *to, const void *octets, size_t length)
{
        hex_encode(octets, length, (char *)buffer_reserve(to, 2 * length + 1));
        to->length += 2 * length;
        buffer_add_u8(to, '\n');
}

static void format_lines(const struct founding *f, struct buffer *to)
{
        char epoch[37];

        buffer_add_text(to, FOUNDING_CONTEXT "\n");
        add_word(to, "origin", f->origin);
        uuid_format(f->epoch, epoch);
        buffer_add_format(to, "\nepoch %s\n", epoch);
        for (size_t i = 0; i < f->office_count; i++)
                add_name_line(to, "office", f->offices[i].id, f->offices[i].code, f->offices[i].name);
        for (size_t i = 0; i < f->person_count; i++)
                add_name_line(to, "person", f->persons[i].id, f->persons[i].office, f->persons[i].name);
        for (size_t i = 0; i < f->role_count; i++) {
                add_word(to, "role", f->roles[i].person);
                buffer_add_format(to, " %s\n", role_word(f->roles[i].role));
        }
        for (size_t i = 0; i < f->certificate_count; i++) {
                add_word(to, "certificate", f->certificates[i].person);
                buffer_add_u8(to, ' ');
                add_hex_line(to, f->certificates[i].der.data, f->certificates[i].der.length);
        }
        buffer_add_text(to, "policy ");
        add_hex_line(to, f->policy_hash, sizeof(f->policy_hash));
        for (size_t i = 0; i < f->rule_count; i++) {
                buffer_add_text(to, "rule ");
                add_hex_line(to, f->rule_hashes[i], sizeof(f->rule_hashes[i]));
        }
}

enum founding_flaw founding_format(struct founding *founding, struct buffer *ret)
{
        size_t before = ret->length;
        enum founding_flaw flaw;

        sort(founding->offices, founding->office_count, sizeof(*founding->offices), compare_offices);
        sort(founding->persons, founding->person_count, sizeof(*founding->persons), compare_persons);
        sort(founding->roles, founding->role_count, sizeof(*founding->roles), compare_roles);
        sort(founding->certificates, founding->certificate_count, sizeof(*founding->certificates),
                compare_certificates);
        sort(founding->rule_hashes, founding->rule_count, sizeof(*founding->rule_hashes), compare_hashes);
        flaw = check(founding);
        if (flaw)
                return flaw;
        format_lines(founding, ret);
        if (ret->length - before > FOUNDING_LIMIT) {
                ret->length = before;
                return FOUNDING_SIZE;
        }
        return FOUNDING_RIGHT;
}

/* ----------------------------------------------------------------- reading */

/* Splits off what stands before the first space. Nothing is left when there is none. */
static struct slice take_word(struct slice *rest)
{
        const uint8_t *space = rest->length ? memchr(rest->data, ' ', rest->length) : NULL;
        size_t length = space ? (size_t)(space - rest->data) : rest->length;
        struct slice word = slice_of(rest->data, length);

        *rest = space ? slice_of(space + 1, rest->length - length - 1) : slice_of(NULL, 0);
        return word;
}

/* The next line's value if the line is called `name`; otherwise the line stays. */
static bool take_line(struct lines *lines, const char *name, struct slice *ret)
{
        size_t length = strlen(name);

        if (lines->failed || lines->rest.length <= length || memcmp(lines->rest.data, name, length) != 0 ||
                lines->rest.data[length] != ' ')
                return false;
        *ret = lines_value(lines, name);
        return !lines->failed;
}

static size_t count_lines(struct lines lines, const char *name)
{
        struct slice value;
        size_t count = 0;

        while (take_line(&lines, name, &value))
                count++;
        return count;
}

/* Room for as many as there are lines called `name` here; NULL past the arena's budget. */
static void *make_group(
        struct arena *arena, struct lines lines, const char *name, size_t size, size_t *ret_count)
{
        *ret_count = count_lines(lines, name);
        return arena_alloc(arena, *ret_count * size + 1);
}

static bool read_name(struct arena *arena, struct slice value, struct slice *ret)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (!value.length || !text_unescape(value, &text))
                return false;
        *ret = arena_copy(arena, buffer_slice(&text));
        return !arena->exhausted;
}

static bool read_hex(struct arena *arena, struct slice value, struct slice *ret)
{
        uint8_t *octets = arena_alloc(arena, value.length / 2 + 1);

        if (!octets || value.length % 2 ||
                !hex_decode((const char *)value.data, value.length, octets, value.length / 2))
                return false;
        *ret = slice_of(octets, value.length / 2);
        return true;
}

static bool read_hash(struct slice value, uint8_t ret[32])
{
        return hex_decode((const char *)value.data, value.length, ret, 32);
}

static bool read_lines(struct lines *lines, struct arena *arena, struct founding *f)
{
        struct slice value;
        const char *word;

        f->origin = lines_value(lines, "origin");
        if (!uuid_parse(lines_value(lines, "epoch"), f->epoch))
                return false;
        f->offices = make_group(arena, *lines, "office", sizeof(*f->offices), &f->office_count);
        for (size_t i = 0; f->offices && i < f->office_count && take_line(lines, "office", &value); i++) {
                f->offices[i].id = take_word(&value);
                f->offices[i].code = take_word(&value);
                if (!read_name(arena, value, &f->offices[i].name))
                        return false;
        }
        f->persons = make_group(arena, *lines, "person", sizeof(*f->persons), &f->person_count);
        for (size_t i = 0; f->persons && i < f->person_count && take_line(lines, "person", &value); i++) {
                f->persons[i].id = take_word(&value);
                f->persons[i].office = take_word(&value);
                if (!read_name(arena, value, &f->persons[i].name))
                        return false;
        }
        f->roles = make_group(arena, *lines, "role", sizeof(*f->roles), &f->role_count);
        for (size_t i = 0; f->roles && i < f->role_count && take_line(lines, "role", &value); i++) {
                f->roles[i].person = take_word(&value);
                word = arena_text(arena, value);
                if (!word || !role_parse(word, &f->roles[i].role))
                        return false;
        }
        f->certificates =
                make_group(arena, *lines, "certificate", sizeof(*f->certificates), &f->certificate_count);
        for (size_t i = 0;
                f->certificates && i < f->certificate_count && take_line(lines, "certificate", &value); i++) {
                f->certificates[i].person = take_word(&value);
                if (!read_hex(arena, value, &f->certificates[i].der))
                        return false;
        }
        if (!read_hash(lines_value(lines, "policy"), f->policy_hash))
                return false;
        f->rule_hashes = make_group(arena, *lines, "rule", sizeof(*f->rule_hashes), &f->rule_count);
        for (size_t i = 0; f->rule_hashes && i < f->rule_count && take_line(lines, "rule", &value); i++)
                if (!read_hash(value, f->rule_hashes[i]))
                        return false;
        return lines_is_done(lines) && !arena->exhausted;
}

enum founding_flaw founding_parse(struct slice document, struct arena *arena, struct founding *ret)
{
        struct founding founding = {0};
        enum founding_flaw flaw;
        struct lines lines;

        if (document.length > FOUNDING_LIMIT)
                return FOUNDING_SIZE;
        document = arena_copy(arena, document);
        lines = lines_of(document);
        if (!document.data || !slice_equal(lines_next(&lines), slice_text(FOUNDING_CONTEXT)) ||
                !read_lines(&lines, arena, &founding))
                return FOUNDING_FORM;
        flaw = check(&founding);
        if (flaw == FOUNDING_RIGHT)
                *ret = founding;
        return flaw;
}

/* --------------------------------------------------------------- signature */

static void add_message(struct buffer *to, struct slice document)
{
        buffer_add_text(to, FOUNDING_CONTEXT "-signature\n");
        buffer_add_slice(to, document);
}

bool founding_sign(
        EVP_PKEY *key, struct slice document, uint8_t ret[ED25519_SIGNATURE_SIZE], struct fault *why)
{
        CLEANUP(buffer) struct buffer message = BUFFER_INIT;

        add_message(&message, document);
        return ed25519_sign(key, buffer_slice(&message), ret, why);
}

bool founding_verify(EVP_PKEY *key, struct slice document, struct slice signature)
{
        CLEANUP(buffer) struct buffer message = BUFFER_INIT;

        add_message(&message, document);
        return ed25519_verify(key, buffer_slice(&message), signature);
}
