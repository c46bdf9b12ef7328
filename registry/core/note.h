/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A signed note (C2SP signed-note v1.0.0): a text of lines, a blank line, then
 * one line a signature: em dash, space, key name, space, base64 of a four-octet
 * key id and the signature. The text is cut off at the last blank line, so
 * that it may hold blank lines of its own.
 *
 * The text means nothing until note_verify() has said yes. Lines of keys that
 * the reader does not know are no concern of his: another algorithm's line, or
 * a witness's, stands beside ours and is passed over; any line of a known key
 * must be true.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/digest.h"
#include "registry/core/ed25519.h"
#include "registry/core/lines.h"

#define NOTE_TEXT_LIMIT 4096u      /* octets of the text */
#define NOTE_LIMIT 65536u          /* octets of text and signatures: 16 lines of the largest known kind */
#define NOTE_SIGNATURE_LIMIT 16u   /* lines */
#define NOTE_NAME_LIMIT 128u       /* octets of a key's name: an origin and a suffix */
#define NOTE_TYPE_ED25519 0x01

enum note_flaw {
        NOTE_RIGHT = 0,
        NOTE_SIZE,          /* longer than the limits above */
        NOTE_TEXT,          /* not UTF-8, or a control octet other than LF */
        NOTE_FORM,          /* no blank line, no signature, or a line that is none */
        NOTE_REPEATED,      /* two lines of one key */
        NOTE_UNSIGNED,      /* no line by this key */
        NOTE_SIGNATURE,     /* a line by this key that is not its signature */
};

struct note_signature {
        struct slice name;
        uint32_t key_id;
        struct slice encoded; /* base64, canonical, of key id and signature */
};

/* Slices point into what was parsed. */
struct note {
        struct slice text; /* with its last LF: what is signed */
        struct note_signature signatures[NOTE_SIGNATURE_LIMIT];
        unsigned signature_count;
};

struct note_key {
        char name[NOTE_NAME_LIMIT + 1];
        uint32_t id;
        uint8_t public[ED25519_PUBLIC_SIZE];
};

/* 1 to NOTE_NAME_LIMIT octets of printable ASCII without space and plus. */
bool note_name_is_valid(struct slice name);

/* An Ed25519 key under a valid name; its id is computed. `sha256` is an SHA-256 digest. */
void note_key_init(struct note_key *key, struct slice name, const uint8_t public[ED25519_PUBLIC_SIZE],
        struct digest *sha256);
/* `name+id+base64`, the form in which a key is handed to people. Ed25519 only. */
void note_key_format(const struct note_key *key, struct buffer *ret);
bool note_key_parse(struct slice vkey, struct digest *sha256, struct note_key *ret);

enum note_flaw note_parse(struct slice bytes, struct note *ret);
/* Checks one key's line. */
enum note_flaw note_verify(const struct note *note, const struct note_key *key);

/* Appends the signed note. `text` ends with LF and is within its limit; `private` is the key's other half. */
bool note_sign(struct slice text, const struct note_key *key, EVP_PKEY *private, struct buffer *ret,
        struct fault *why) MUST_CHECK;
