/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/evidence_type.h"

#include <string.h>

static const struct {
        enum evidence_type type;
        size_t length;
        const char *mark;
} marks[] = {
        {EVIDENCE_PDF, 5, "%PDF-"},
        {EVIDENCE_PNG, 8, "\x89PNG\r\n\x1a\n"},
        {EVIDENCE_JPEG, 3, "\xff\xd8\xff"},
        {EVIDENCE_ZIP, 4, "PK\x03\x04"},
};

static enum evidence_type type_of(struct slice first)
{
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
                if (first.length >= marks[i].length && memcmp(first.data, marks[i].mark, marks[i].length) == 0)
                        return marks[i].type;
        return EVIDENCE_TEXT;
}

/* The first octet of a character says how many follow and bounds the next one (RFC 3629, section 4). */
static bool begin_character(struct evidence_type_check *check, uint8_t octet)
{
        check->least = 0x80, check->most = 0xbf;
        if (octet < 0x80)
                return octet != 0;
        if (octet < 0xc2 || octet > 0xf4)
                return false;
        check->owed = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
        if (octet == 0xe0)
                check->least = 0xa0;
        else if (octet == 0xed)
                check->most = 0x9f; /* surrogates */
        else if (octet == 0xf0)
                check->least = 0x90;
        else if (octet == 0xf4)
                check->most = 0x8f;
        return true;
}

static bool is_text(struct evidence_type_check *check, struct slice octets)
{
        for (size_t i = 0; i < octets.length; i++) {
                uint8_t octet = octets.data[i];

                if (check->owed == 0) {
                        if (!begin_character(check, octet))
                                return false;
                        continue;
                }
                if (octet < check->least || octet > check->most)
                        return false;
                check->owed--;
                check->least = 0x80, check->most = 0xbf;
        }
        return true;
}

void evidence_type_add(struct evidence_type_check *check, struct slice octets)
{
        if (octets.length == 0)
                return;
        if (check->type == EVIDENCE_TYPE_UNKNOWN)
                check->type = type_of(octets);
        if (check->type == EVIDENCE_TEXT && !is_text(check, octets))
                check->type = EVIDENCE_FORBIDDEN;
}

enum evidence_type evidence_type_end(const struct evidence_type_check *check)
{
        if (check->type == EVIDENCE_TYPE_UNKNOWN || (check->type == EVIDENCE_TEXT && check->owed > 0))
                return EVIDENCE_FORBIDDEN;
        return check->type;
}
