/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Deploying the schema: sqitch, run on the migrations folder against the database a conninfo names. */
#pragma once

#include "registry/base/fault.h"

/* Deploys what is missing and verifies it. `user` may be NULL. On failure what sqitch said is on standard
 * error. */
bool migrate_deploy(const char *conninfo, const char *user, struct fault *why) MUST_CHECK;
