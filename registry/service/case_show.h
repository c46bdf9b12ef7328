/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What is shown of a case, as messages: shared by the operations that show one or list many.
 */
#pragma once

#include "registry/service/case_load.h"

/* In the call's arena. */
Qcr__CaseDeadline *case_show_deadline(struct call *call, const struct case_deadline *deadline);
