/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/rule_entry.h"

#include <string.h>

/* Below, equal or above 0. */
static int order(const struct rule *a, const struct rule *b)
{
        return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : strcmp(a->id, b->id);
}

const struct rule *view_rules_find(const struct view_rules *rules, enum rule_kind kind, struct slice id)
{
        for (size_t i = 0; i < rules->count; i++)
                if (rules->rules[i].kind == kind && slice_equal(slice_text(rules->rules[i].id), id))
                        return &rules->rules[i];
        return NULL;
}

bool view_rules_set(struct view_rules *rules, const struct rule *rule)
{
        size_t at = 0;

        while (at < rules->count && order(&rules->rules[at], rule) < 0)
                at++;
        if (at < rules->count && order(&rules->rules[at], rule) == 0) {
                if (rules->rules[at].version >= rule->version)
                        return false;
        } else {
                if (rules->count == VIEW_RULES_MAX)
                        return false;
                memmove(&rules->rules[at + 1], &rules->rules[at], (rules->count - at) * sizeof(rules->rules[0]));
                rules->count++;
        }
        rules->rules[at] = *rule;
        return true;
}

void view_rules_encode(struct buffer *to, const struct view_rules *rules)
{
        buffer_add_varint(to, rules->count);
        for (size_t i = 0; i < rules->count; i++) {
                const struct rule *rule = &rules->rules[i];

                buffer_add_u8(to, (uint8_t)rule->kind);
                buffer_add_counted(to, slice_text(rule->id));
                buffer_add_varint(to, (uint64_t)rule->version);
                buffer_add(to, rule->hash, sizeof(rule->hash));
        }
}

static void take_rule(struct reader *r, struct rule *ret)
{
        unsigned kind = reader_u8(r);
        struct slice id = reader_counted(r), hash;
        uint64_t version = reader_varint(r);

        hash = reader_take(r, sizeof(ret->hash));
        if (r->failed || kind < RULE_PROCEDURE || kind > RULE_KIND_LAST || id.length == 0 ||
                id.length >= sizeof(ret->id) || memchr(id.data, '\0', id.length) || version == 0 ||
                version > INT32_MAX) {
                r->failed = true;
                return;
        }
        *ret = (struct rule){.kind = (enum rule_kind)kind, .version = (int32_t)version};
        memcpy(ret->id, id.data, id.length);
        memcpy(ret->hash, hash.data, sizeof(ret->hash));
}

bool view_rules_decode(struct slice value, struct view_rules *ret)
{
        struct reader r = reader_of(value);
        uint64_t count = reader_varint(&r);

        ret->count = 0;
        if (count > VIEW_RULES_MAX)
                return false;
        for (uint64_t i = 0; i < count && !r.failed; i++) {
                take_rule(&r, &ret->rules[i]);
                if (i > 0 && !r.failed && order(&ret->rules[i - 1], &ret->rules[i]) >= 0)
                        return false;
        }
        if (!reader_is_done(&r))
                return false;
        ret->count = (size_t)count;
        return true;
}
