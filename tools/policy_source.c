/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/policy_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/home.h"

#define COLUMN_DOCUMENT 0
#define COLUMN_SERIAL 1

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

/* The query is consumed. `what` is for people. */
static bool read_stored(struct link *link, struct query *query, const char *what, struct policy *ret,
        uint64_t *ret_serial, struct fault *why)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;
        PGresult *rows;
        bool done;

        if (!link_query(link, query, &rows, why))
                return false;
        if (PQntuples(rows) != 1)
                done = fault_set(why, FAULT_INPUT, "%.100s: the registry has no such policy; qcr-admin policy list shows them", what);
        else if (!cell_bytes(rows, 0, COLUMN_DOCUMENT, &document) || policy_parse(buffer_slice(&document), ret, &error))
                done = fault_set(why, FAULT_STORE, "%.100s: the stored policy cannot be read", what);
        else
                done = true;
        if (done && ret_serial)
                *ret_serial = (uint64_t)cell_number(rows, 0, COLUMN_SERIAL);
        PQclear(rows);
        return done;
}

static bool version_parse(const char *text, int64_t *ret)
{
        char *end;

        errno = 0;
        *ret = strtoll(text, &end, 10);
        return !errno && end != text && !*end && *ret >= 1 && *ret <= INT32_MAX;
}

bool policy_source_read(const char *word, struct link *link, struct policy *ret, struct fault *why)
{
        const char *at = strchr(word, '@');
        struct query query;
        uint8_t hash[32];
        int64_t version;

        if (is_file(word))
                return read_file(word, ret, why);
        if (strlen(word) == 64 && hex_decode(word, 64, hash, sizeof(hash))) {
                query_init(&query, "SELECT document FROM qcr.policy WHERE policy_hash = $1::bytea");
                query_bytes(&query, hash, sizeof(hash));
        } else if (at && version_parse(at + 1, &version)) {
                query_init(&query, "SELECT document FROM qcr.policy WHERE policy_id = $1::text AND policy_version = $2::integer");
                query_slice(&query, slice_of(word, (size_t)(at - word)));
                query_number(&query, version);
        } else {
                return fault_set(why, FAULT_INPUT, "%.100s: neither a file (with a / or .json), nor ID@VERSION, nor a hash", word);
        }
        return read_stored(link, &query, word, ret, NULL, why);
}

bool policy_source_active(struct link *link, struct policy *ret, uint64_t *ret_serial, struct fault *why)
{
        struct query query;

        query_init(&query, "SELECT p.document, a.serial FROM qcr.policy_activation a JOIN qcr.policy p USING (policy_hash)"
                           " ORDER BY a.serial DESC LIMIT 1");
        return read_stored(link, &query, "the policy in force", ret, ret_serial, why);
}
