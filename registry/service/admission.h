/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Admission: the beginning of every writing's transaction. Who acts is asked of the store again, under a
 * lock that keeps their roles and certificates as they are until the act is done; and whether their key was
 * used before.
 */
#pragma once

#include "registry/service/writing.h"

/* Sends BEGIN and the queries; their answers refuse the writing, or find its reply (`is_replay`). */
void admission_load(struct writing *writing);

/*
 * Operations about cases that somebody may carry out as a deputy, without having any of their roles: whether they are
 * one is known to the store alone. Acts are asked here, readings ask by themselves (service/case_access).
 */
bool admission_takes_deputies(const struct operation *operation);
