/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/explained.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/record.h"

const char *explained_flaw_word(enum explained_flaw flaw)
{
        switch (flaw) {
        case EXPLAINED_KIND:
                return "kind";
        case EXPLAINED_INPUTS:
                return "inputs";
        case EXPLAINED_POLICY:
                return "policy";
        case EXPLAINED_GRADE:
                return "grade";
        case EXPLAINED_SCORE:
                return "score";
        case EXPLAINED_CHANGE:
                return "grade-until";
        case EXPLAINED_REASONS:
                return "reasons";
        case EXPLAINED_RECORDS:
                return "records";
        case EXPLAINED_STATEMENT:
                return "statement";
        case EXPLAINED_OUTCOME:
                return "outcome";
        }
        abort();
}

const struct grade_record *explained_input(const struct explained *e, uint32_t ordinal)
{
        for (uint32_t i = 0; i < e->inputs.count; i++)
                if (e->inputs.records[i].ordinal == ordinal)
                        return &e->inputs.records[i];
        return NULL;
}

const struct explained_record *explained_record(const struct explained *e, uint32_t ordinal)
{
        for (uint32_t i = 0; i < e->record_count; i++)
                if (e->records[i].ordinal == ordinal)
                        return &e->records[i];
        return NULL;
}

/* The parts that the signature binds by a hash. */
static unsigned judge_parts(struct explained *e, struct slice inputs, struct slice policy, struct digest *sha256)
{
        const struct statement *s = &e->proved.verdict.statement;
        struct document_error error;
        unsigned flaws = 0;
        struct hash hash;

        digest_hash(sha256, inputs, &hash);
        if (!hash_equal(&hash, &s->inputs) || !inputs_decode(inputs, &e->inputs))
                flaws |= EXPLAINED_INPUTS;
        if (policy_parse(policy, &e->policy, &error) != DOCUMENT_SOUND ||
                memcmp(e->policy.hash, s->policy_hash.octets, HASH_SIZE) != 0)
                flaws |= EXPLAINED_POLICY;
        return flaws;
}

static unsigned judge_outcome(const struct explained *e)
{
        const struct statement *s = &e->proved.verdict.statement;
        CLEANUP(buffer) struct buffer reasons = BUFFER_INIT;
        unsigned flaws = 0;

        grade_reasons_format(&e->outcome, &reasons);
        if (strcmp(e->outcome.grade, s->grade) != 0)
                flaws |= EXPLAINED_GRADE;
        if (e->outcome.score != s->score)
                flaws |= EXPLAINED_SCORE;
        if (day_compare(e->outcome.next_change, s->grade_until) != 0)
                flaws |= EXPLAINED_CHANGE;
        if (!slice_equal(buffer_slice(&reasons), slice_text(s->reasons)))
                flaws |= EXPLAINED_REASONS;
        return flaws;
}

static bool is_input(const struct explained *e, const struct explained_record *record)
{
        const struct grade_record *input = explained_input(e, record->ordinal);
        CLEANUP(buffer) struct buffer authority = BUFFER_INIT, document = BUFFER_INIT;

        if (!input || input->type != record->type || explained_record(e, record->ordinal) != record)
                return false;
        buffer_add_slice(&authority, record->authority_code);
        return record_document_normalise(record->document, &document) &&
               record_case_ref(buffer_text(&authority), buffer_text(&document)) == input->case_ref;
}

static unsigned judge_records(const struct explained *e)
{
        for (uint32_t i = 0; i < e->record_count; i++)
                if (!is_input(e, &e->records[i]))
                        return EXPLAINED_RECORDS;
        return 0;
}

unsigned explained_judge(struct explained *e, struct slice inputs, struct slice policy, struct digest *sha256)
{
        const struct statement *s = &e->proved.verdict.statement;
        unsigned flaws;

        e->has_grade = false;
        if (s->kind != STATEMENT_EXPLAIN)
                return EXPLAINED_KIND;
        if (!s->has_inputs)
                return (inputs.length ? EXPLAINED_INPUTS : 0u) | (policy.length ? EXPLAINED_POLICY : 0u) |
                       (e->record_count ? EXPLAINED_RECORDS : 0u);
        flaws = judge_parts(e, inputs, policy, sha256);
        if (flaws)
                return flaws;
        e->has_grade = true;
        grade_evaluate(&e->policy, &e->inputs, s->as_of, &e->outcome);
        return judge_outcome(e) | judge_records(e);
}

/* ------------------------------------------------------------------- replies */

static bool take_record(const Qcr__RecordRow *row, struct explained_record *ret)
{
        *ret = (struct explained_record){
                .ordinal = row->has_ordinal ? row->ordinal : 0,
                .authority_code = client_slice(row->authority_code),
                .authority_name = client_slice(row->authority_name),
                .document = client_slice(row->document),
                .domain = client_slice(row->domain),
                .version = row->version,
                .serial = row->serial,
        };
        return record_type_of_word(client_slice(row->type), &ret->type);
}

unsigned explained_of_reply(struct explained *e, const Qcr__Explanation *from, struct digest *sha256)
{
        unsigned flaws;

        e->record_count = 0;
        if (from->n_record > GRADE_RECORDS_MAX)
                return EXPLAINED_RECORDS;
        for (size_t i = 0; i < from->n_record; i++)
                if (!take_record(from->record[i], &e->records[e->record_count++]))
                        return EXPLAINED_RECORDS;
        flaws = explained_judge(e, client_slice(from->inputs), client_slice(from->policy), sha256);
        /* Counted here, too: a registry may leave one out without a word. */
        e->has_records = !from->without_records && (!e->has_grade || e->record_count == e->inputs.count);
        return flaws;
}
