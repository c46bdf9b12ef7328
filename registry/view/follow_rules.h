/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rule documents as the follower believes them: those the founding names, and those two administrators signed for.
 * They stand in the view (view/view_cases); parsed ones are kept here by their hash, which names no other document,
 * so that an abandoned batch leaves nothing wrong behind.
 */
#pragma once

#include "registry/core/case_file.h"
#include "registry/core/founding.h"
#include "registry/view/follow_batch.h"
#include "registry/view/view_cases.h"

struct follow_rules;

struct follow_rules *follow_rules_new(void);
void follow_rules_free(struct follow_rules *rules);

/* The founding's rules, whose documents the batch has. FAULT_MISMATCH: one is not there, or cannot be read. */
bool follow_rules_found(struct view_writer *writer, const struct follow_batch *batch, const struct founding *founding,
        struct fault *why) MUST_CHECK;
/* One that was approved, from here on. FAULT_MISMATCH: it cannot be read, or is not newer than the one that holds. */
bool follow_rules_add(struct view_writer *writer, struct slice document, struct fault *why) MUST_CHECK;

/*
 * `*ret` is NULL when the view has no such procedure. What is given out here and below stays while no more than
 * VIEW_RULES_MAX other documents are asked for.
 */
bool follow_rules_procedure(struct follow_rules *rules, struct view_writer *writer, const uint8_t hash[32],
        const struct procedure **ret, struct fault *why) MUST_CHECK;
/* The hash of the procedure that holds under this id; ABSENT when none does. */
bool follow_rules_holding(struct view_writer *writer, const char *id, enum view_found *ret_found,
        uint8_t ret_hash[32], struct fault *why) MUST_CHECK;

/* What steps are weighed with at an entry: tables and calendar that hold. */
struct follow_weights {
        struct case_rules rules;
        const struct code_table *tables[VIEW_RULES_MAX];
};
bool follow_rules_weights(struct follow_rules *rules, struct view_writer *writer, struct day today,
        struct follow_weights *ret, struct fault *why) MUST_CHECK;
