/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Bytes: a slice never owns, a buffer does; a reader walks a slice with a
 * sticky failure that is checked once, at the end.
 *
 * Integers on wires and disks are big-endian; varints are LEB128, at most ten
 * octets, minimal (a padded encoding fails), so that decode then encode gives
 * the same bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLEANUP(f) __attribute__((cleanup(f##_cleanup)))

struct slice {
        const uint8_t *data;
        size_t length;
};

struct buffer {
        uint8_t *data;
        size_t length;
        size_t capacity;
};

struct reader {
        const uint8_t *data;
        size_t left;
        bool failed;
};

#define BUFFER_INIT ((struct buffer){0})

struct slice slice_of(const void *data, size_t length);
struct slice slice_text(const char *text);
bool slice_equal(struct slice a, struct slice b);

void buffer_done(struct buffer *b);
void buffer_cleanup(struct buffer *b);                                /* for CLEANUP(buffer) */
void buffer_clear(struct buffer *b);                                  /* keeps the memory */
uint8_t *buffer_reserve(struct buffer *b, size_t more);               /* room for `more` bytes behind length */
void buffer_add(struct buffer *b, const void *data, size_t length);
void buffer_add_slice(struct buffer *b, struct slice s);
void buffer_add_text(struct buffer *b, const char *text);
void buffer_add_format(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_add_u8(struct buffer *b, uint8_t v);
void buffer_add_u16(struct buffer *b, uint16_t v);
void buffer_add_u32(struct buffer *b, uint32_t v);
void buffer_add_u64(struct buffer *b, uint64_t v);
void buffer_add_varint(struct buffer *b, uint64_t v);
void buffer_add_signed_varint(struct buffer *b, int64_t v);           /* zigzag */
void buffer_add_counted(struct buffer *b, struct slice s);            /* varint length, bytes */
void buffer_drop_front(struct buffer *b, size_t length);
struct slice buffer_slice(const struct buffer *b);
/* NUL-terminates without counting the NUL; the text lives as long as the buffer is not touched. */
const char *buffer_text(struct buffer *b);

struct reader reader_of(struct slice s);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
uint64_t reader_varint(struct reader *r);
int64_t reader_signed_varint(struct reader *r);
struct slice reader_take(struct reader *r, size_t length);
struct slice reader_counted(struct reader *r);
bool reader_is_done(const struct reader *r);                          /* nothing left and nothing failed */

/* Lower-case hexadecimal. `ret` has room for 2 * length + 1. */
void hex_encode(const void *data, size_t length, char *ret);
/* Exactly `length` bytes from 2 * length lower-case digits; false otherwise, `ret` untouched then. */
bool hex_decode(const char *text, size_t text_length, void *ret, size_t length);

/* Ends the process when memory is gone: every allocation here is bounded by a named limit. */
void *must_alloc(size_t size);
void *must_resize(void *old, size_t size);
char *must_copy_text(const char *text);
