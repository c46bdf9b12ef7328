/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Reading a message's fields. The first one that cannot be used is remembered as a failure naming it, its
 * value and why; every later read then gives something harmless, so that an operation reads all its fields
 * one below the other and asks once, at the end, whether they were right.
 *
 * Texts become NUL-terminated texts of the arena here and nowhere else: UTF-8, no NUL, no control characters.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "registry/base/arena.h"
#include "registry/core/calendar.h"
#include "registry/core/org_code.h"
#include "registry/service/failure.h"

struct fields {
        struct arena *arena;
        struct failure *failure;
        bool failed;
};

struct fields fields_of(struct arena *arena, struct failure *failure);

/* At least one octet, at most `limit`. "" after a failure. */
const char *fields_text(
        struct fields *fields, const char *name, const ProtobufCBinaryData *data, size_t limit);
/* May be absent or empty: "" then. */
const char *fields_optional(struct fields *fields, const char *name, protobuf_c_boolean has,
        const ProtobufCBinaryData *data, size_t limit);
/* Person and office ids. */
const char *fields_id(struct fields *fields, const char *name, const ProtobufCBinaryData *data);
/* A display name: core/name. */
const char *fields_name(struct fields *fields, const char *name, const ProtobufCBinaryData *data);
/* A code of exchange: CODE_INVALID otherwise. */
void fields_code(
        struct fields *fields, const char *name, const ProtobufCBinaryData *data, struct org_code *ret);
struct day fields_day(struct fields *fields, const char *name, const ProtobufCBinaryData *data);
/* Exactly `length` octets; zeroes after a failure. */
void fields_octets(struct fields *fields, const char *name, const ProtobufCBinaryData *data, void *ret,
        size_t length);
/* The caller found the value to be wrong by its own rule. */
void fields_refuse(struct fields *fields, enum result_code code, const char *name, struct slice value,
        const char *text);
