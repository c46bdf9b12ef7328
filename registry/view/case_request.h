/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case's step as it was signed, read into what core/case_file weighs: the worker that takes it, the follower that
 * checks it and the doctor read the same octets by the same rules. Texts are UTF-8 without control characters and
 * without numbers of persons (core/personal_number); lengths are bounded; nothing here asks whether the step may be.
 */
#pragma once

#include "proto/qcr.pb-c.h"
#include "registry/base/arena.h"
#include "registry/core/case_file.h"
#include "registry/core/org_code.h"

struct case_request {
        struct org_code code;
        const char *name;        /* "" unless it opens */
        uint32_t number;         /* 0: opens a case */
        const char *procedure;   /* id; "" unless it opens */
        uint32_t after;          /* 0: whatever the newest is */
        struct case_step step;   /* name_differs is the caller's to say */
};

/*
 * False with the field at fault, its value and why, `ret` untouched: the value is "" where it is no text, or would say
 * a person's number back. Texts live in `arena`, as everything `ret` points to. Values come in the order in which they
 * stood.
 */
bool case_request_read(struct arena *arena, const Qcr__CaseStep *message, struct case_request *ret,
        const char **ret_field, const char **ret_value, const char **ret_why) MUST_CHECK;
