/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/recalc_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void recalc_grades_of(const struct policy *policy, struct recalc_grades *ret)
{
        struct policy_scale scale;

        policy_scale(policy, &scale);
        ret->count = scale.count;
        for (unsigned i = 0; i < scale.count; i++)
                snprintf(ret->words[i], GRADE_TEXT, "%s", scale.grades[i]);
}

struct recalc_page *recalc_page_new(
        const struct policy *policy, const struct recalc_grades *grades, struct day day, bool in_place, size_t most)
{
        struct recalc_page *page = must_alloc(sizeof(*page));

        page->policy = policy;
        page->grades = grades;
        page->day = day;
        page->in_place = in_place;
        page->most = most;
        page->outcomes = NULL;
        page->count = page->room = 0;
        return page;
}

void recalc_page_free(struct recalc_page *page)
{
        if (!page)
                return;
        free(page->outcomes);
        free(page);
}

static void count_grade(struct recalc_page *page)
{
        for (unsigned i = 0; i < page->grades->count; i++)
                if (!strcmp(page->grades->words[i], page->outcome.grade)) {
                        page->by_grade[i]++;
                        return;
                }
        abort(); /* a policy gives the grades it has */
}

static bool is_different(const struct recalc_page *page, const struct recalc_party *party)
{
        if (page->in_place && day_is_none(party->graded_on))
                return true;
        /* What was evaluated for a later day than a resumed run's stays. */
        if (page->in_place && day_is_before(page->day, party->graded_on))
                return false;
        return strcmp(page->outcome.grade, party->grade) != 0 || page->outcome.score != party->score ||
               day_compare(page->outcome.next_change, party->next_change) != 0;
}

static void add_outcome(struct recalc_page *page, const struct recalc_party *party)
{
        struct recalc_outcome *outcome;

        if (page->count == page->room) {
                page->room = page->room ? 2 * page->room : 1024;
                page->outcomes = must_resize(page->outcomes, page->room * sizeof(*page->outcomes));
        }
        outcome = &page->outcomes[page->count++];
        memcpy(outcome->subject, party->subject, sizeof(outcome->subject));
        memcpy(outcome->grade, page->outcome.grade, sizeof(outcome->grade));
        outcome->version = party->version;
        outcome->score = page->outcome.score;
        outcome->next_change = page->outcome.next_change;
}

static bool take_party(void *closure, const struct recalc_party *party, struct fault *why)
{
        struct recalc_page *page = closure;

        page->is_cut = page->most && page->count == page->most;
        if (page->is_cut)
                return true;
        if (!page->evaluated++)
                memcpy(page->first, party->subject, sizeof(page->first));
        memcpy(page->last, party->subject, sizeof(page->last));
        if (!inputs_decode(party->inputs, &page->inputs))
                return fault_set(why, FAULT_STORE, "%s: packed inputs cannot be read; qcr-admin doctor says more",
                        party->subject);
        grade_evaluate(page->policy, &page->inputs, page->day, &page->outcome);
        count_grade(page);
        if (is_different(page, party))
                add_outcome(page, party);
        return true;
}

bool recalc_page_read(struct recalc_page *page, struct link *link, const struct recalc_reading *reading, struct fault *why)
{
        uint64_t read;

        page->count = 0;
        page->evaluated = 0;
        page->is_cut = false;
        page->first[0] = page->last[0] = '\0';
        memset(page->by_grade, 0, sizeof(page->by_grade));
        return recalc_read(link, reading, take_party, page, &read, &page->through, why);
}

bool recalc_page_root(const struct recalc_page *page, uint8_t ret[32], struct fault *why)
{
        CLEANUP(digest) struct digest digest;
        struct merkle_frontier frontier;
        struct hash hash;

        if (!digest_init(&digest, SUITE_ED25519_SHA256, why))
                return false;
        merkle_frontier_init(&frontier);
        for (size_t i = 0; i < page->count; i++) {
                const struct recalc_outcome *outcome = &page->outcomes[i];
                struct recalc_row row = {
                        .subject = outcome->subject,
                        .version = outcome->version + page->in_place,
                        .grade = outcome->grade,
                        .score = outcome->score,
                        .next_change = outcome->next_change,
                };

                recalc_row_hash(&row, hash.octets);
                merkle_leaf(&digest, hash_slice(&hash), &hash);
                merkle_frontier_append(&frontier, &digest, &hash);
        }
        merkle_frontier_root(&frontier, &digest, &hash);
        memcpy(ret, hash.octets, 32);
        return true;
}
