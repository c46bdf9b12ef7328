/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/proposal.h"

#include <string.h>

#include "registry/core/role.h"

static const struct proposal proposals[] = {
#define PROPOSAL(name, text, allowed) {PROPOSAL_##name, text, (allowed)},
#include "registry/service/proposal.def"
#undef PROPOSAL
};

#define PROPOSALS (sizeof(proposals) / sizeof(proposals[0]))

const struct proposal *proposal_find(const char *word)
{
        for (size_t i = 0; i < PROPOSALS; i++)
                if (strcmp(proposals[i].word, word) == 0)
                        return &proposals[i];
        return NULL;
}

const char *proposal_word(enum proposal_kind kind)
{
        return proposals[kind].word;
}

const struct proposal *proposal_table(size_t *ret_count)
{
        *ret_count = PROPOSALS;
        return proposals;
}
