/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/policy_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "registry/store/recalc_load.h"
#include "tools/home.h"

static bool is_file(const char *word)
{
        size_t length = strlen(word);

        return strchr(word, '/') || (length > 5 && strcmp(word + length - 5, ".json") == 0);
}

static bool read_file(const char *path, struct policy *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct document_error error;

        if (!file_read(path, &text, why))
                return false;
        if (!policy_parse_draft(buffer_slice(&text), ret, &error))
                return true;
        return fault_set(why, FAULT_INPUT, "%.200s: %s: %s%s%s", path, error.path[0] ? error.path : "document",
                error.reason, error.value[0] ? ": " : "", error.value);
}

static bool version_parse(const char *text, int64_t *ret)
{
        char *end;

        errno = 0;
        *ret = strtoll(text, &end, 10);
        return !errno && end != text && !*end && *ret >= 1 && *ret <= INT32_MAX;
}

bool policy_source_stored(const char *word, struct link *link, struct policy *ret, struct fault *why)
{
        const char *at = strrchr(word, '@');
        uint8_t hash[32];
        int64_t version;

        if (hex_decode(word, strlen(word), hash, sizeof(hash)))
                return recalc_load_policy(link, hash, ret, why);
        if (at && at != word && version_parse(at + 1, &version))
                return recalc_load_policy_named(link, slice_of(word, (size_t)(at - word)), version, ret, why);
        return fault_set(why, FAULT_CONFIG, "%.100s: neither ID@VERSION nor a hash of 64 digits", word);
}

bool policy_source_read(const char *word, struct link *link, struct policy *ret, struct fault *why)
{
        return is_file(word) ? read_file(word, ret, why) : policy_source_stored(word, link, ret, why);
}

bool policy_source_active(struct link *link, struct policy *ret, uint64_t *ret_serial, struct fault *why)
{
        struct recalc_activation held;

        if (!recalc_load_activation(link, &held, why) || !recalc_load_policy(link, held.policy_hash, ret, why))
                return false;
        if (ret_serial)
                *ret_serial = held.serial;
        return true;
}
