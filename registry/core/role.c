/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/role.h"

#include <stddef.h>
#include <string.h>

static const char *const words[ROLE_COUNT] = {
        "regulator", "recorder", "officer", "reviewer", "superior", "publisher", "admin", "auditor",
};

const char *role_word(uint32_t role)
{
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (role == 1u << i)
                        return words[i];
        return NULL;
}

bool role_parse(const char *word, uint32_t *ret)
{
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (strcmp(word, words[i]) == 0) {
                        *ret = 1u << i;
                        return true;
                }
        return false;
}
