#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Organization codes by another road, to check registry/core/org_code against.

Works on canonical text only (capitals and digits, no hyphen). The checks are
asked of the whole code at once: a unified social credit code (GB 32100-2015) is
sound if its weighted sum is 0 modulo 31, an organization code (GB 11714-1997)
if its sum is 0 modulo 11, the check character weighing 1.

    naive_codes.py check CODE...      one line a code: code, verdict, expected check character
    naive_codes.py make SEED COUNT    that many sound unified codes, inner check right too
"""

import random
import sys

USCC_LETTERS = [c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in "IOSVZ"]
ALL_LETTERS = [chr(c) for c in list(range(48, 58)) + list(range(65, 91))]


def uscc_sum(text):
    total = 0
    for place, character in enumerate(text[:17]):
        total += USCC_LETTERS.index(character) * 3**place
    return total


def is_sound_uscc(text):
    if len(text) != 18 or any(c not in USCC_LETTERS for c in text):
        return False
    return (uscc_sum(text) + USCC_LETTERS.index(text[17])) % 31 == 0


def is_sound_legacy(text):
    if len(text) != 9 or any(c not in ALL_LETTERS for c in text) or text[8] not in "0123456789X":
        return False
    total = sum(w * int(c, 36) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), text))
    return (total + (10 if text[8] == "X" else int(text[8]))) % 11 == 0


def expected_uscc(body):
    """The check character of 17 characters, found by trying."""
    return next(c for c in USCC_LETTERS if is_sound_uscc(body + c))


def expected_legacy(body):
    return next(c for c in "0123456789X" if is_sound_legacy(body + c))


def flaw(text):
    """The word that org_code gives for canonical text."""
    if text == "":
        return "code_empty"
    if any(c not in ALL_LETTERS for c in text):
        return "code_character"
    if len(text) == 18:
        if any(c not in USCC_LETTERS for c in text):
            return "code_character"
        return "ok" if is_sound_uscc(text) else "code_check"
    if len(text) == 9:
        return "ok" if is_sound_legacy(text) else "code_check"
    return "code_length"


def expected(text):
    if len(text) == 18 and all(c in USCC_LETTERS for c in text[:17]):
        return expected_uscc(text[:17])
    if len(text) == 9 and all(c in ALL_LETTERS for c in text[:8]):
        return expected_legacy(text[:8])
    return ""


def subject(text):
    return text[8:17] if len(text) == 18 else text


def make(source, region="510823"):
    """A sound code of an enterprise whose organization code is sound too."""
    while True:
        body = "".join(source.choice(USCC_LETTERS) for _ in range(8))
        inner = body + expected_legacy(body)
        if not body.startswith("PDY") and all(c in USCC_LETTERS for c in inner):
            break
    text = source.choice(["91", "92", "93"]) + region + inner
    return text + expected_uscc(text)


def main(words):
    if len(words) >= 2 and words[0] == "check":
        for code in words[1:]:
            print(code, flaw(code), expected(code) or "-")
        return 0
    if len(words) == 3 and words[0] == "make":
        source = random.Random(int(words[1]))
        for _ in range(int(words[2])):
            print(make(source))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
