/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The folders of view, spool and evidence, and whose they are. Started as root, the three users of the configuration are
 * checked, folders are made where they are missing, and one that is root's is given to the user that writes
 * in it; a folder that is somebody else's already is left as it is.
 */
#pragma once

#include "registry/config.h"

bool folders_prepare(const struct config *config, struct fault *why) MUST_CHECK;
