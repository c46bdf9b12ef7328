/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The kinds of proposals: one table (proposal.def) of words and of whose role makes them the second person.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum proposal_kind {
#define PROPOSAL(name, word, roles) PROPOSAL_##name,
#include "registry/service/proposal.def"
#undef PROPOSAL
};

struct proposal {
        enum proposal_kind kind;
        const char *word;  /* as in qcr.proposal.kind */
        uint32_t roles;    /* any of them may approve or reject */
};

/* NULL for a word that is none. */
const struct proposal *proposal_find(const char *word);
const char *proposal_word(enum proposal_kind kind);
const struct proposal *proposal_table(size_t *ret_count);
