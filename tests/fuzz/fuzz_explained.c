/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The member `explanation` of a file, as JSON: what is read of it is written the same, and judging it against a statement
 * that binds it comes to an end, whatever its inputs and its policy are.
 */
#include "tools/explained_json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
        if (!condition)
                abort();
}

static void must_be_written_the_same(struct explained *e, const json_t *explanation)
{
        static const char *const members[] = {"inputs", "records"};
        json_t *written;

        e->has_grade = true;
        e->outcome.count = 0;
        written = explained_document(e, slice_of(NULL, 0), slice_text("{}"));
        must(written);
        for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
                must(json_equal(json_object_get(written, members[i]), json_object_get(explanation, members[i])));
        json_decref(written);
}

/* As if the registry had signed these. */
static void bind(struct explained *e, const struct explained_parts *parts, struct digest *sha256)
{
        struct statement *s = &e->proved.verdict.statement;
        struct document_error error;

        statement_init(s);
        s->kind = STATEMENT_EXPLAIN;
        s->as_of = (struct day){20000};
        s->has_inputs = true;
        digest_hash(sha256, buffer_slice(&parts->inputs), &s->inputs);
        if (policy_parse(buffer_slice(&parts->policy), &e->policy, &error) == DOCUMENT_SOUND)
                memcpy(s->policy_hash.octets, e->policy.hash, sizeof(s->policy_hash.octets));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct explained explained;
        static struct digest sha256;
        CLEANUP(explained_parts) struct explained_parts parts = EXPLAINED_PARTS_INIT;
        json_t *explanation = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
        struct fault why;

        if (!sha256.context)
                must(digest_init(&sha256, SUITE_ED25519_SHA256, &why));
        if (explanation) {
                unsigned flaws = explained_read(explanation, &explained, &parts);

                if (!flaws && parts.inputs.length > 0)
                        must_be_written_the_same(&explained, explanation);
                bind(&explained, &parts, &sha256);
                flaws |= explained_judge(&explained, buffer_slice(&parts.inputs), buffer_slice(&parts.policy), &sha256);
                must(!(flaws & EXPLAINED_INPUTS) || parts.inputs.length == 0);
        }
        json_decref(explanation);
        return 0;
}
