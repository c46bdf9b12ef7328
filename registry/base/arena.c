/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
        struct arena_block *next;
        size_t used;
        size_t size;
        alignas(max_align_t) uint8_t data[];
};

#define BLOCK_SIZE 4064u /* with its header and malloc's, one page */

void arena_init(struct arena *a, size_t budget)
{
        *a = (struct arena){.budget = budget};
}

void arena_done(struct arena *a)
{
        while (a->blocks) {
                struct arena_block *next = a->blocks->next;

                free(a->blocks);
                a->blocks = next;
        }
        a->used = 0;
        a->exhausted = false;
}

void arena_cleanup(struct arena *a)
{
        arena_done(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
        struct arena_block *block = a->blocks;
        size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
        void *p;

        if (rounded < size || rounded > a->budget - a->used) {
                a->exhausted = true;
                return NULL;
        }
        if (!block || rounded > block->size - block->used) {
                size_t room = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;

                block = must_alloc(sizeof(*block) + room);
                block->size = room;
                block->next = a->blocks;
                a->blocks = block;
        }
        p = block->data + block->used;
        block->used += rounded;
        a->used += rounded;
        return p;
}

char *arena_text(struct arena *a, struct slice text)
{
        char *p = arena_alloc(a, text.length + 1);

        if (p && text.length)
                memcpy(p, text.data, text.length);
        return p;
}

struct slice arena_copy(struct arena *a, struct slice bytes)
{
        char *p = arena_text(a, bytes);

        return p ? slice_of(p, bytes.length) : slice_of(NULL, 0);
}
