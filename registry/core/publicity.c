/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/publicity.h"

#define MONTHS_MAX 120          /* ten years: no regime publishes longer */
#define PUBLICATION_DAYS_MAX 60 /* twice the longest that any regime gives */

static void months_read(const struct place *months, struct publicity_regime *ret)
{
        const char *words[PENALTY_KINDS + 1] = {NULL};

        /* Every kind is named, so that none is left unpublished by oversight. */
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++) {
                words[kind] = penalty_kind_word((enum penalty_kind)kind);
                ret->months[kind] = (uint16_t)place_integer(months, words[kind], 0, MONTHS_MAX);
        }
        place_only(months, words);
}

static void regime_read(const struct place *at, struct publicity_regime *ret)
{
        /* The texts explain a regime to people: they must be there, and are not evaluated. */
        static const char *const texts[] = {"id", "name", "source", "status"};
        static const char *const keys[] = {
                "id", "name", "source", "status", "from", "to", "publication_days", "months", NULL};
        struct place months = place_object(at, "months");
        char text[DOCUMENT_TEXT_OCTETS];

        place_only(at, keys);
        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
                place_text(at, texts[i], text, sizeof(text));
        ret->from = place_day(at, "from");
        ret->to = place_is_null(at, "to") ? DAY_NONE : place_day(at, "to");
        ret->publication_days = (uint8_t)place_integer(at, "publication_days", 0, PUBLICATION_DAYS_MAX);
        months_read(&months, ret);
}

static void regimes_read(const struct place *root, struct publicity *ret)
{
        static const char *const keys[] = {"regimes", NULL};
        struct place regimes = place_array(root, "regimes", 1, PUBLICITY_REGIMES_MAX);

        place_only(root, keys);
        ret->count = (unsigned)place_count(&regimes);
        for (unsigned i = 0; i < ret->count; i++) {
                struct place item = place_item(&regimes, i);

                regime_read(&item, &ret->regimes[i]);
                if (i && (day_is_none(ret->regimes[i - 1].to) ||
                                 !day_is_before(ret->regimes[i - 1].to, ret->regimes[i].from)))
                        place_refuse(&item, "from", DOCUMENT_VALUE, "begins before the regime above ends");
        }
}

bool publicity_parse(struct slice json, struct publicity *ret, struct document_error *ret_error)
{
        struct publicity publicity = {0};
        struct document document;
        struct place root;
        bool sound;

        document_init(&document, json);
        root = document_root(&document);
        regimes_read(&root, &publicity);
        sound = document_is_sound(&document);
        if (sound)
                *ret = publicity;
        else
                *ret_error = document.error;
        document_done(&document);
        return sound;
}

static const struct publicity_regime *regime_on(const struct publicity *publicity, struct day day)
{
        for (unsigned i = 0; i < publicity->count; i++) {
                const struct publicity_regime *regime = &publicity->regimes[i];

                if (!day_is_before(day, regime->from) &&
                        (day_is_none(regime->to) || !day_is_before(regime->to, day)))
                        return regime;
        }
        return NULL;
}

struct day publicity_end(const struct publicity *publicity, struct day decided_on, uint16_t kinds)
{
        const struct publicity_regime *regime = regime_on(publicity, decided_on);
        int32_t longest = 0;

        for (unsigned kind = 0; regime && kind < PENALTY_KINDS; kind++)
                if (kinds & PENALTY_BIT(kind) && regime->months[kind] > longest)
                        longest = regime->months[kind];
        if (!longest)
                return DAY_NONE;
        return day_add_months(day_add(decided_on, regime->publication_days), longest);
}
