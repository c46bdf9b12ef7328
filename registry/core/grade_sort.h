/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Sorting in place: the library's qsort() allocates for more than a kilobyte, and asks a function for every comparison
 * of the few reasons that a file usually has. Shell's sort does neither, and of a few elements it is an insertion sort.
 * Private to core/grade.
 */
#pragma once

#include <stddef.h>
#include <string.h>

#define GRADE_SORT_OCTETS 48u /* of the largest element */

/* Not stable. `compare` as for qsort(). */
static inline __attribute__((always_inline)) void grade_sort(void *base, size_t count, size_t size,
        int (*compare)(const void *, const void *))
{
        static const size_t gaps[] = {301, 132, 57, 23, 10, 4, 1}; /* Ciura's */
        char *at = base;

        for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
                size_t gap = gaps[g] * size;

                for (size_t i = gap; i < count * size; i += size) {
                        _Alignas(8) char moved[GRADE_SORT_OCTETS];
                        size_t to = i;

                        if (compare(at + i - gap, at + i) <= 0)
                                continue;
                        memcpy(moved, at + i, size);
                        do {
                                memcpy(at + to, at + to - gap, size);
                                to -= gap;
                        } while (to >= gap && compare(at + to - gap, moved) > 0);
                        memcpy(at + to, moved, size);
                }
        }
}
