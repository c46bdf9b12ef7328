/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Notes, heads and verifier keys: what parses as a head or a key is written again octet by octet. */
#include <stdlib.h>

#include "registry/core/head.h"
#include "registry/core/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_head(struct slice text)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct head head;

        if (!head_parse(text, &head))
                return;
        head_format(&head, &again);
        if (!slice_equal(buffer_slice(&again), text))
                abort();
}

static void try_key(struct slice text, const struct note *note)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct digest digest;
        struct note_key key;
        struct fault why;

        if (!digest_init(&digest, SUITE_ED25519_SHA256, &why))
                abort();
        if (note_key_parse(text, &digest, &key)) {
                note_key_format(&key, &again);
                if (!slice_equal(buffer_slice(&again), text))
                        abort();
        }
        if (note) {
                note_key_init(&key, note->signatures[0].name, (const uint8_t[ED25519_PUBLIC_SIZE]){0}, &digest);
                key.id = note->signatures[0].key_id;
                if (note_verify(note, &key) == NOTE_UNSIGNED)
                        abort();
        }
        digest_done(&digest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct slice bytes = slice_of(data, size);
        struct note note;
        bool parsed = note_parse(bytes, &note) == NOTE_RIGHT;

        try_head(parsed ? note.text : bytes);
        try_key(bytes, parsed ? &note : NULL);
        return 0;
}
