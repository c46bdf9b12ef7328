/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/rule_head.h"

#include <string.h>

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

bool rule_word_is_sound(const char *word, char joint)
{
        char before = joint;

        for (const char *c = word; *c; before = *c++) {
                if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9'))
                        continue;
                if (*c != joint || before == joint)
                        return false;
        }
        return before != joint;
}

void rule_head_read(const struct place *root, const char *format, struct rule_head *ret)
{
        struct place names = place_object(root, "names");
        char text[RULE_NAME];

        place_text(root, "format", text, sizeof(text));
        if (strcmp(text, format) != 0)
                place_refuse(root, "format", DOCUMENT_VALUE, "is not the format read here");
        place_text(root, "id", ret->id, sizeof(ret->id));
        if (!rule_word_is_sound(ret->id, '-'))
                place_refuse(root, "id", DOCUMENT_VALUE,
                        "small letters and digits joined by single hyphens are wanted");
        ret->version = place_integer(root, "version", 1, INT32_MAX);
        place_only(&names, KEYS("zh", "en"));
        place_text(&names, "zh", ret->zh, sizeof(ret->zh));
        place_text(&names, "en", ret->en, sizeof(ret->en));
}
