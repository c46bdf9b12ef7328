/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/explained_words.h"

#include <stdio.h>
#include <string.h>

#include "tools/language.h"

static const struct {
        const char *word;
        const char *text;
} names[] = {
        {"penalty", N_("penalty")},
        {"sampling", N_("sampling")},
        {"recall", N_("recall")},
        {"complaint", N_("complaint")},
        {"accident", N_("accident")},
        {"certificate", N_("certificate")},
        {"award", N_("award")},
        {"commitment", N_("commitment")},
        {"breach", N_("breach of a commitment")},
        {"brand", N_("brand")},
        {"permit", N_("permit")},
        {"acceptance", N_("acceptance of a project")},
        {"inspection", N_("inspection")},
        {"survey", N_("survey")},
        {"assessment", N_("assessment")},
        {"warning", N_("warning")},
        {"criticism", N_("public criticism")},
        {"fine", N_("fine")},
        {"confiscation", N_("confiscation")},
        {"suspension", N_("licence suspended")},
        {"downgrade", N_("qualification downgraded")},
        {"closure", N_("business closed")},
        {"withdrawal", N_("licence withdrawn")},
        {"revocation", N_("licence revoked")},
        {"restriction", N_("restricted from business")},
        {"criminal", N_("criminal penalty")},
        {"detention", N_("detention")},
        {"ordinary", N_("ordinary")},
        {"serious", N_("serious")},
        {"listing", N_("on the blacklist")},
};

void explained_add_name(struct buffer *to, struct slice word)
{
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (slice_equal(word, slice_text(names[i].word))) {
                        buffer_add_text(to, _(names[i].text));
                        return;
                }
        buffer_add_slice(to, word);
}

void explained_add_rule(struct buffer *to, const char *rule)
{
        const char *parts = strncmp(rule, "penalty.", 8) == 0 ? rule + 8 : rule;
        const char *dot;

        if (strncmp(rule, "repeat.", 7) == 0) {
                buffer_add_format(to, _("repeated: %s"), rule + 7);
                return;
        }
        while ((dot = strchr(parts, '.'))) {
                explained_add_name(to, slice_of(parts, (size_t)(dot - parts)));
                buffer_add_text(to, _(", "));
                parts = dot + 1;
        }
        explained_add_name(to, slice_text(parts));
}

void explained_title(const char *text)
{
        printf("\n%s\n", text);
}

void explained_add_day(struct table *table, const char *words, struct day day)
{
        CLEANUP(buffer) struct buffer cell = BUFFER_INIT;
        const char *place = strstr(words, "%s");
        char text[DAY_TEXT];

        day_format(day, text);
        if (!day_is_none(day)) {
                buffer_add(&cell, words, (size_t)(place - words));
                buffer_add_text(&cell, text);
                buffer_add_text(&cell, place + 2);
        }
        table_add(table, buffer_slice(&cell));
}

const char *explained_grade_name(const struct explained *e, const char *grade)
{
        const char *name = policy_grade_name(&e->policy, grade, language_is_chinese());

        return name ? name : "";
}
