/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/note.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "registry/core/base64.h"

static const char dash[] = "\xe2\x80\x94 "; /* em dash U+2014 and a space */

#define DASH_LENGTH (sizeof(dash) - 1)
#define KEY_ID_SIZE 4u

bool note_name_is_valid(struct slice name)
{
        if (name.length == 0 || name.length > NOTE_NAME_LIMIT)
                return false;
        for (size_t i = 0; i < name.length; i++)
                if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == '+')
                        return false;
        return true;
}

/* -------------------------------------------------------------------- keys */

void note_key_init(struct note_key *key, struct slice name, const uint8_t public[ED25519_PUBLIC_SIZE],
        struct digest *sha256)
{
        static const uint8_t between[] = {'\n', NOTE_TYPE_ED25519};
        struct hash hash;
        struct reader r;

        assert(note_name_is_valid(name) && sha256->suite == SUITE_ED25519_SHA256);
        *key = (struct note_key){0};
        memcpy(key->name, name.data, name.length);
        memcpy(key->public, public, ED25519_PUBLIC_SIZE);
        digest_begin(sha256);
        digest_add(sha256, name);
        digest_add(sha256, slice_of(between, sizeof(between)));
        digest_add(sha256, slice_of(public, ED25519_PUBLIC_SIZE));
        digest_end(sha256, &hash);
        r = reader_of(hash_slice(&hash));
        key->id = reader_u32(&r);
}

void note_key_format(const struct note_key *key, struct buffer *ret)
{
        uint8_t typed[1 + ED25519_PUBLIC_SIZE] = {NOTE_TYPE_ED25519};

        memcpy(typed + 1, key->public, ED25519_PUBLIC_SIZE);
        buffer_add_format(ret, "%s+%08x+", key->name, key->id);
        base64_encode(slice_of(typed, sizeof(typed)), ret);
}

bool note_key_parse(struct slice vkey, struct digest *sha256, struct note_key *ret)
{
        const uint8_t *plus = vkey.length ? memchr(vkey.data, '+', vkey.length) : NULL;
        uint8_t id[KEY_ID_SIZE], typed[1 + ED25519_PUBLIC_SIZE];
        struct slice name, rest;
        struct note_key key;
        struct reader r;

        if (!plus)
                return false;
        name = slice_of(vkey.data, (size_t)(plus - vkey.data));
        rest = slice_of(plus + 1, vkey.length - name.length - 1);
        if (!note_name_is_valid(name) || rest.length < 9 || rest.data[8] != '+' ||
                !hex_decode((const char *)rest.data, 8, id, sizeof(id)) ||
                !base64_decode_exact(slice_of(rest.data + 9, rest.length - 9), typed, sizeof(typed)) ||
                typed[0] != NOTE_TYPE_ED25519)
                return false;
        note_key_init(&key, name, typed + 1, sha256);
        r = reader_of(slice_of(id, sizeof(id)));
        if (key.id != reader_u32(&r))
                return false;
        *ret = key;
        return true;
}

/* ------------------------------------------------------------------ reading */

static bool has_control(struct slice bytes)
{
        for (size_t i = 0; i < bytes.length; i++)
                if ((bytes.data[i] < ' ' && bytes.data[i] != '\n') || bytes.data[i] == 0x7f)
                        return true;
        return false;
}

/* Where the signatures begin: behind the last blank line. 0 when there is none. */
static size_t find_signatures(struct slice bytes)
{
        for (size_t i = bytes.length; i >= 2; i--)
                if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n')
                        return i;
        return 0;
}

static bool parse_signature(struct slice line, struct note_signature *ret)
{
        CLEANUP(buffer) struct buffer decoded = BUFFER_INIT;
        const uint8_t *space;
        struct reader r;
        size_t left;

        if (line.length <= DASH_LENGTH || memcmp(line.data, dash, DASH_LENGTH) != 0)
                return false;
        left = line.length - DASH_LENGTH;
        space = memchr(line.data + DASH_LENGTH, ' ', left);
        if (!space)
                return false;
        ret->name = slice_of(line.data + DASH_LENGTH, (size_t)(space - line.data) - DASH_LENGTH);
        ret->encoded = slice_of(space + 1, left - ret->name.length - 1);
        if (!note_name_is_valid(ret->name) || !base64_decode(ret->encoded, &decoded) ||
                decoded.length <= KEY_ID_SIZE)
                return false;
        r = reader_of(buffer_slice(&decoded));
        ret->key_id = reader_u32(&r);
        return true;
}

static bool is_repeated(const struct note *note, const struct note_signature *signature)
{
        for (unsigned i = 0; i < note->signature_count; i++)
                if (note->signatures[i].key_id == signature->key_id &&
                        slice_equal(note->signatures[i].name, signature->name))
                        return true;
        return false;
}

enum note_flaw note_parse(struct slice bytes, struct note *ret)
{
        struct note note = {0};
        size_t signatures;
        struct lines lines;

        if (bytes.length > NOTE_LIMIT)
                return NOTE_SIZE;
        if (!text_is_valid(bytes) || has_control(bytes))
                return NOTE_TEXT;
        signatures = find_signatures(bytes);
        if (signatures < 2 || signatures == bytes.length)
                return NOTE_FORM;
        note.text = slice_of(bytes.data, signatures - 1);
        if (note.text.length > NOTE_TEXT_LIMIT)
                return NOTE_SIZE;
        if (note.text.length < 2)
                return NOTE_FORM;

        lines = lines_of(slice_of(bytes.data + signatures, bytes.length - signatures));
        while (!lines_is_done(&lines)) {
                struct slice line = lines_next(&lines);
                struct note_signature signature;

                if (lines.failed || !parse_signature(line, &signature))
                        return NOTE_FORM;
                if (note.signature_count == NOTE_SIGNATURE_LIMIT)
                        return NOTE_SIZE;
                if (is_repeated(&note, &signature))
                        return NOTE_REPEATED;
                note.signatures[note.signature_count++] = signature;
        }
        *ret = note;
        return NOTE_RIGHT;
}

enum note_flaw note_verify(const struct note *note, const struct note_key *key)
{
        for (unsigned i = 0; i < note->signature_count; i++) {
                const struct note_signature *signature = &note->signatures[i];
                uint8_t decoded[KEY_ID_SIZE + ED25519_SIGNATURE_SIZE];
                EVP_PKEY *public;
                bool right;

                if (signature->key_id != key->id || !slice_equal(signature->name, slice_text(key->name)))
                        continue;
                if (!base64_decode_exact(signature->encoded, decoded, sizeof(decoded)))
                        return NOTE_SIGNATURE;
                public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->public,
                        ED25519_PUBLIC_SIZE);
                if (!public)
                        abort();
                right = ed25519_verify(public, note->text,
                        slice_of(decoded + KEY_ID_SIZE, ED25519_SIGNATURE_SIZE));
                EVP_PKEY_free(public);
                return right ? NOTE_RIGHT : NOTE_SIGNATURE;
        }
        return NOTE_UNSIGNED;
}

bool note_sign(struct slice text, const struct note_key *key, EVP_PKEY *private, struct buffer *ret,
        struct fault *why)
{
        uint8_t line[KEY_ID_SIZE + ED25519_SIGNATURE_SIZE];

        assert(text.length > 1 && text.length <= NOTE_TEXT_LIMIT && text.data[text.length - 1] == '\n');
        for (unsigned i = 0; i < KEY_ID_SIZE; i++)
                line[i] = (uint8_t)(key->id >> (8 * (KEY_ID_SIZE - 1 - i)));
        if (!ed25519_sign(private, text, line + KEY_ID_SIZE, why))
                return false;
        buffer_add_slice(ret, text);
        buffer_add_u8(ret, '\n');
        buffer_add(ret, dash, DASH_LENGTH);
        buffer_add_text(ret, key->name);
        buffer_add_u8(ret, ' ');
        base64_encode(slice_of(line, sizeof(line)), ret);
        buffer_add_u8(ret, '\n');
        return true;
}
