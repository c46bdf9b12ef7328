/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/qcr.h"

const struct command explain_commands[] = {{.words = NULL}};
