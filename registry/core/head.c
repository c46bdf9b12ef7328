/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/head.h"

#include <assert.h>
#include <string.h>

#include "registry/core/base64.h"

static const enum suite suite_order[] = {SUITE_ED25519_SHA256, SUITE_SM2_SM3};

#define SUITE_COUNT (sizeof(suite_order) / sizeof(suite_order[0]))

bool head_instance_is_valid(struct slice instance)
{
        if (instance.length == 0 || instance.length > HEAD_INSTANCE_LIMIT)
                return false;
        for (size_t i = 0; i < instance.length; i++) {
                uint8_t c = instance.data[i];

                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.'))
                        return false;
        }
        return true;
}

static void add_instant(struct buffer *ret, const char *name, int64_t at_ms)
{
        char text[INSTANT_TEXT];

        instant_format(at_ms, text);
        buffer_add_text(ret, name);
        buffer_add(ret, text, INSTANT_TEXT - 1);
        buffer_add_u8(ret, '\n');
}

void head_format(const struct head *head, struct buffer *ret)
{
        char hex[2 * HASH_SIZE + 1];

        assert(origin_is_valid(slice_text(head->origin)));
        assert(head->size > 0 && head->size <= MERKLE_BATCH_LIMIT);
        assert(head_instance_is_valid(slice_text(head->instance)) && head->suites & SUITE_BIT(head->suite));

        buffer_add_text(ret, head->origin);
        buffer_add_text(ret, HEAD_CONTEXT "\nsuite ");
        buffer_add_text(ret, suite_word(head->suite));
        buffer_add_text(ret, "\ntree ");
        number_format(head->size, ret);
        buffer_add_u8(ret, ' ');
        base64_encode(hash_slice(&head->root), ret);
        buffer_add_u8(ret, '\n');
        add_instant(ret, "signed ", head->signed_ms);
        add_instant(ret, "data-as-of ", head->data_as_of_ms);
        hex_encode(head->certificate.octets, HASH_SIZE, hex);
        buffer_add_text(ret, "cert ");
        buffer_add_text(ret, hex);
        buffer_add_text(ret, "\nsuites");
        for (size_t i = 0; i < SUITE_COUNT; i++)
                if (head->suites & SUITE_BIT(suite_order[i])) {
                        buffer_add_u8(ret, ' ');
                        buffer_add_text(ret, suite_word(suite_order[i]));
                }
        buffer_add_text(ret, "\nseq ");
        buffer_add_text(ret, head->instance);
        buffer_add_u8(ret, '-');
        number_format(head->counter, ret);
        buffer_add_u8(ret, '\n');
}

/* Takes what stands before the separator; what follows stays in `rest`. */
static bool cut(struct slice *rest, char separator, struct slice *ret)
{
        const uint8_t *at = rest->length ? memchr(rest->data, separator, rest->length) : NULL;

        if (!at)
                return false;
        *ret = slice_of(rest->data, (size_t)(at - rest->data));
        *rest = slice_of(at + 1, rest->length - ret->length - 1);
        return true;
}

static bool parse_tree(struct slice value, struct head *ret)
{
        struct slice number;
        uint64_t size;

        if (!cut(&value, ' ', &number) || !number_parse(number, &size) || size == 0 ||
                size > MERKLE_BATCH_LIMIT ||
                !base64_decode_exact(value, ret->root.octets, HASH_SIZE))
                return false;
        ret->size = (unsigned)size;
        return true;
}

/* In ascending order, each once: there is one way to write a set. */
static bool parse_suites(struct slice value, struct head *ret)
{
        enum suite suite;
        bool more;

        do {
                struct slice word;

                more = cut(&value, ' ', &word);
                if (!suite_parse(more ? word : value, &suite) || ret->suites >= SUITE_BIT(suite))
                        return false;
                ret->suites |= SUITE_BIT(suite);
        } while (more);
        return ret->suites & SUITE_BIT(ret->suite);
}

static bool parse_seq(struct slice value, struct head *ret)
{
        struct slice instance;

        if (!cut(&value, '-', &instance) || !head_instance_is_valid(instance) ||
                !number_parse(value, &ret->counter))
                return false;
        memcpy(ret->instance, instance.data, instance.length);
        return true;
}

bool head_parse(struct slice text, struct head *ret)
{
        struct lines lines = lines_of(text);
        struct slice context = lines_next(&lines);
        struct slice suite = lines_value(&lines, "suite");
        struct slice tree = lines_value(&lines, "tree");
        struct slice at = lines_value(&lines, "signed");
        struct slice data_as_of = lines_value(&lines, "data-as-of");
        struct slice certificate = lines_value(&lines, "cert");
        struct slice suites = lines_value(&lines, "suites");
        struct slice seq = lines_value(&lines, "seq");
        struct head head = {0};

        if (!lines_is_done(&lines) || !origin_parse(context, HEAD_CONTEXT, head.origin) ||
                !suite_parse(suite, &head.suite) || !parse_tree(tree, &head) ||
                !instant_parse(at, &head.signed_ms) || !instant_parse(data_as_of, &head.data_as_of_ms) ||
                !hex_decode((const char *)certificate.data, certificate.length, head.certificate.octets,
                        HASH_SIZE) ||
                !parse_suites(suites, &head) || !parse_seq(seq, &head))
                return false;
        *ret = head;
        return true;
}
