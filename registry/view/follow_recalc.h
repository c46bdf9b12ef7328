/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Runs, from the headers their person signed. A run of whatever kind begins once, enters each of its chunks once and ends
 * once, all with the certificate of its beginning: whoever takes over another's work begins a run of their own.
 *
 * Recalculations under a policy that is not in force are runs of kind `shadow`.
 * The one that begins last has the slot that is not live: its outcomes are copied there chunk by chunk, long before any
 * answer rests on them. Those of a run whose slot was taken are still checked. What kind a run is of, under which policy
 * and for which day, is in its signed header; tables are asked only for the outcomes themselves, whose root was signed.
 *
 * Of a run of another kind nothing more is looked at: it changes rows that the change feed brings. A recalculation in
 * place (`recalc`) is one person's, and what it leaves in those rows cannot be told here from what later entries of the same
 * batch left there, nor in a view that is built anew from the rows of today. That it changes no packed inputs, by which
 * every answer is evaluated, is for the database: its role may not write that column (migrations/rights.txt).
 */
#pragma once

#include "registry/view/follow_verify.h"

/* A run's beginning, chunk or end, whose header its person signed. FAULT_MISMATCH: it is not what it must be. */
bool follow_recalc_run(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *run,
        const struct follow_signer *signer, struct fault *why) MUST_CHECK;

/* Makes the slot that is not live the one that is: it must hold this run, ended, under this policy. */
bool follow_recalc_switch(struct follow_verify *v, const struct follow_entry *entry, const uint8_t policy_hash[32],
        uint64_t run_serial, struct fault *why) MUST_CHECK;
