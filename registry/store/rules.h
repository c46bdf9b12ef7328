/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rule documents in the store: every version there was (qcr.rule), which one holds (qcr.rule_current), and the
 * moves a procedure allows (qcr.procedure_transition), which events of cases are checked against by a key.
 *
 * Who decides a step of a case locks the rows of qcr.rule_current for share. Who brings in a rule locks the whole
 * table against them: a table or calendar that is not there yet has no row that could be locked.
 */
#pragma once

#include "registry/core/procedure.h"
#include "registry/core/rule.h"
#include "registry/store/query.h"

/* No rows come back. Until the transaction ends nobody decides by the rules, or changes them. */
void rules_lock_query(struct query *ret);
/*
 * Columns: newest version of that kind and id (0: none), whether a rule has that hash, how many others of the kind hold,
 * how many of all kinds.
 */
void rules_newest_query(struct query *ret, const struct rule *rule);
/* Columns: id, version, hash, serial, of the versions that hold, by id. */
void rules_list_query(struct query *ret, const char *kind);
/* Columns: version, hash, document, serial, of the version that holds. No row: there is none. */
void rules_current_query(struct query *ret, const char *kind, const char *id);

/* Touches one row. `document` is canonical. */
void rules_insert(struct query *ret, const struct rule *rule, struct slice document, uint64_t serial);
/* Touches one row, or none if the version that holds is not older. */
void rules_current_set(struct query *ret, const struct rule *rule);
/* Touches as many rows as the procedure has transitions. */
void rules_transitions_insert(struct query *ret, const struct procedure *procedure);
