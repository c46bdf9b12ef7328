/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/verdict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/listing.h"

/* What a verifier allows data-as-of to be after the signing (docs/EVIDENCE, 10). */
#define SKEW_MS (5 * 60 * 1000)

static const char *const kind_words[] = {
        [PARTY_ENTERPRISE] = "enterprise",
        [PARTY_SOLE_PROPRIETOR] = "sole-proprietor",
        [PARTY_COOPERATIVE] = "cooperative",
        [PARTY_INSTITUTION] = "institution",
        [PARTY_SOCIAL] = "social",
        [PARTY_OTHER] = "other",
};

bool party_kind_parse(const char *word, enum party_kind *ret)
{
        for (unsigned kind = PARTY_ENTERPRISE; kind <= PARTY_OTHER; kind++)
                if (strcmp(word, kind_words[kind]) == 0) {
                        *ret = (enum party_kind)kind;
                        return true;
                }
        return false;
}

const char *party_kind_word(enum party_kind kind)
{
        return kind_words[kind];
}

const char *verdict_refusal_text(enum verdict_refusal refusal)
{
        switch (refusal) {
        case VERDICT_GIVEN:
                return "given";
        case VERDICT_INPUTS:
                return "the enterprise's packed inputs cannot be read";
        case VERDICT_LIVE:
                return "the enterprise's stored grade is not what its inputs give";
        case VERDICT_POLICY:
                return "the active policy is not for this day";
        case VERDICT_REDUCED:
                return "what may be shown of the enterprise's inputs does not give its grade";
        case VERDICT_TIME:
                return "the data claim to be of a later time than this machine's clock";
        }
        abort();
}

/* Texts are within the statement's limits where they come from; a cut one would say something else. */
static void take_text(struct slice text, char *ret, size_t limit)
{
        assert(text.length <= limit);
        if (text.length)
                memcpy(ret, text.data, text.length);
        ret[text.length] = '\0';
}

/* The outcome stored with the inputs holds today if it was made under this policy and its end is not reached. */
static bool live_is_in_force(const struct verdict_party *party, const struct policy *policy, struct day today)
{
        return memcmp(party->policy_hash, policy->hash, 8) == 0 && !day_is_before(today, party->graded_on) &&
               (day_is_none(party->next_change) || day_is_before(today, party->next_change));
}

static bool live_agrees(const struct verdict_party *party, const struct grade_outcome *outcome)
{
        return strcmp(*party->grade ? party->grade : GRADE_UNRATED, outcome->grade) == 0 &&
               party->score == outcome->score;
}

static void say_policy(const struct policy *policy, struct statement *ret)
{
        bool in_force = policy_standing(policy) == POLICY_IN_FORCE;

        take_text(slice_text(policy->id), ret->policy_id, STATEMENT_POLICY_LIMIT);
        ret->policy_version = (uint32_t)policy->version;
        ret->has_policy_hash = true;
        memcpy(ret->policy_hash.octets, policy->hash, sizeof(ret->policy_hash.octets));
        ret->standing = in_force ? STANDING_IN_FORCE : STANDING_TRIAL;
        if (in_force)
                take_text(slice_text(policy->number), ret->document, STATEMENT_DOCUMENT_LIMIT);
}

static void say_listing(const struct listing_state *state, struct statement *ret)
{
        ret->listing = state->listing;
        ret->listing_since = state->since;
        ret->listing_until = state->until;
        if (state->listing != LISTING_NOT_LISTED)
                ret->published = state->is_published ? PUBLISHED_YES : PUBLISHED_NO;
}

/* The last millisecond before the day begins, if that is earlier. */
static void end_before(struct day day, int64_t *until_ms)
{
        if (!day_is_none(day) && instant_of_day(day) - 1 < *until_ms)
                *until_ms = instant_of_day(day) - 1;
}

static bool is_same(const struct grade_outcome *a, const struct grade_outcome *b)
{
        return strcmp(a->grade, b->grade) == 0 && a->score == b->score &&
               day_compare(a->next_change, b->next_change) == 0;
}

/* The hash of what may be shown of the inputs, which give the same grade. */
static enum verdict_refusal say_inputs(const struct verdict_facts *facts, struct day today, struct verdict_room *room,
        struct statement *ret)
{
        inputs_reduce(&room->inputs, facts->policy, today, &room->shown);
        grade_evaluate(facts->policy, &room->shown, today, &room->explained);
        if (!is_same(&room->outcome, &room->explained))
                return VERDICT_REDUCED;
        buffer_clear(&room->packed);
        if (!inputs_encode(&room->shown, &room->packed))
                return VERDICT_INPUTS;
        digest_hash(room->sha256, buffer_slice(&room->packed), &ret->inputs);
        ret->has_inputs = true;
        return VERDICT_GIVEN;
}

static enum verdict_refusal say_party(const struct verdict_facts *facts, struct day today, struct verdict_room *room,
        struct statement *ret)
{
        const struct verdict_party *party = facts->party;
        struct listing_state listing;

        take_text(slice_text(party->subject), ret->subject, STATEMENT_SUBJECT_SIZE);
        take_text(party->name, ret->name, STATEMENT_NAME_LIMIT);
        ret->registration = party->registration;
        ret->decision = party->decision;
        if (party->merged_into.length) {
                ret->result = RESULT_MERGED_INTO;
                take_text(party->merged_into, ret->merged_into, STATEMENT_CODE_LIMIT);
                return VERDICT_GIVEN;
        }

        if (!policy_is_effective(facts->policy, today))
                return VERDICT_POLICY;
        if (!inputs_decode(party->inputs, &room->inputs))
                return VERDICT_INPUTS;
        grade_evaluate(facts->policy, &room->inputs, today, &room->outcome);
        if (live_is_in_force(party, facts->policy, today) && !live_agrees(party, &room->outcome))
                return VERDICT_LIVE;

        ret->result = RESULT_FOUND;
        take_text(slice_text(room->outcome.grade), ret->grade, STATEMENT_GRADE_LIMIT);
        ret->score = room->outcome.score;
        ret->grade_day = today;
        ret->grade_until = room->outcome.next_change;
        say_policy(facts->policy, ret);
        buffer_clear(&room->reasons);
        grade_reasons_format(&room->outcome, &room->reasons);
        take_text(buffer_slice(&room->reasons), ret->reasons, STATEMENT_REASONS_LIMIT);
        listing_on(&room->inputs, today, &listing);
        say_listing(&listing, ret);
        if (facts->kind != STATEMENT_AS_OF) {
                end_before(room->outcome.next_change, &ret->valid_until_ms);
                end_before(listing.next_change, &ret->valid_until_ms);
                end_before(policy_end(facts->policy), &ret->valid_until_ms);
        }
        return facts->kind == STATEMENT_EXPLAIN ? say_inputs(facts, today, room, ret) : VERDICT_GIVEN;
}

/* Which question it answers, and by whose knowledge. */
static void say_question(const struct verdict_facts *facts, struct day today, struct statement *ret)
{
        bool is_current = facts->kind != STATEMENT_AS_OF;

        ret->kind = facts->kind;
        ret->as_of = is_current ? today : facts->as_of;
        ret->known_at_ms = is_current ? facts->serial_at_ms : facts->known_at_ms;
        ret->serial = facts->serial;
        ret->ledger_size = is_current ? facts->serial : facts->ledger_size;
        memcpy(ret->ledger_root.octets, facts->root, sizeof(ret->ledger_root.octets));
}

enum verdict_refusal verdict_decide(const struct verdict_facts *facts, const struct org_code *code, int64_t now_ms,
        struct verdict_room *room, struct statement *ret)
{
        enum verdict_refusal refusal;

        statement_init(ret);
        say_question(facts, day_of_instant(now_ms), ret);
        ret->result = facts->is_withheld ? RESULT_WITHHELD : RESULT_NOT_REGISTERED;
        take_text(slice_text(facts->origin), ret->origin, ORIGIN_LIMIT);
        take_text(slice_text(code->text), ret->code, STATEMENT_CODE_LIMIT);
        ret->data_as_of_ms = facts->data_as_of_ms;
        ret->valid_until_ms = now_ms + VERDICT_VALID_MS;
        take_text(facts->coverage, ret->coverage, STATEMENT_COVERAGE_LIMIT);

        if (facts->party && !facts->is_withheld) {
                refusal = say_party(facts, ret->as_of, room, ret);
                if (refusal)
                        return refusal;
        }
        if (facts->data_as_of_ms > now_ms + SKEW_MS || ret->valid_until_ms <= facts->data_as_of_ms)
                return VERDICT_TIME;
        return VERDICT_GIVEN;
}
