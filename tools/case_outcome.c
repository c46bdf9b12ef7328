/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_outcome.h"

#include "tools/client.h"
#include "tools/language.h"

static void add_change(struct table *rows, const char *label, struct slice before, struct slice after)
{
        CLEANUP(buffer) struct buffer change = BUFFER_INIT;

        buffer_add_slice(&change, before.length ? before : slice_text("-"));
        buffer_add_text(&change, slice_equal(before, after) ? "" : " -> ");
        if (!slice_equal(before, after))
                buffer_add_slice(&change, after.length ? after : slice_text("-"));
        table_add_text(rows, label);
        table_add(rows, buffer_slice(&change));
}

static void add_day(struct table *rows, const Qcr__CaseOutcome *o)
{
        CLEANUP(buffer) struct buffer day = BUFFER_INIT;

        buffer_add_slice(&day, client_slice(o->day));
        if (o->late)
                buffer_add_format(&day, " %s", _("(late: recorded as late)"));
        table_add_text(rows, _("day of the step"));
        table_add(rows, buffer_slice(&day));
}

static void add_listing(struct table *rows, const Qcr__CaseOutcome *o)
{
        if (!o->has_listing_before && !o->has_listing_after)
                return;
        add_change(rows, _("blacklist"), client_slice(o->listing_before), client_slice(o->listing_after));
        if (o->has_listing_until) {
                table_add_text(rows, _("over on"));
                table_add(rows, client_slice(o->listing_until));
        }
}

/* Until somebody has confirmed it, all that follows is only what would be. */
static void add_second(struct table *rows, const Qcr__CaseOutcome *o)
{
        CLEANUP(buffer) struct buffer roles = BUFFER_INIT;

        if (o->n_second_role == 0 || o->has_seq)
                return;
        buffer_add_format(&roles, "%s ", _("once confirmed by"));
        for (size_t i = 0; i < o->n_second_role; i++) {
                buffer_add_text(&roles, i ? ", " : "");
                buffer_add_slice(&roles, client_slice(o->second_role[i]));
        }
        table_add_text(rows, _("takes effect"));
        table_add(rows, buffer_slice(&roles));
}

/* As one types it: CODE-N. */
static void add_name(const Qcr__CaseOutcome *o, struct slice code, struct buffer *to)
{
        buffer_add_slice(to, code);
        buffer_add_format(to, "%s%u", code.length ? "-" : "", o->number);
}

void case_outcome_describe(const Qcr__CaseOutcome *o, struct slice code, struct table *rows)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;

        if (o->number) {
                add_name(o, code, &name);
                table_add_text(rows, code.length ? _("case") : _("case number"));
                table_add(rows, buffer_slice(&name));
        }
        table_add_text(rows, _("step"));
        table_add(rows, client_slice(o->action));
        add_second(rows, o);
        add_change(rows, _("state of the case"), client_slice(o->state_before), client_slice(o->state_after));
        add_day(rows, o);
        add_listing(rows, o);
}

json_t *case_outcome_document(const Qcr__CaseOutcome *o, struct slice code)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;
        json_t *d = json_object();

        if (o->number && code.length)
                add_name(o, code, &name);
        output_set(d, "case", buffer_slice(&name));
        json_object_set_new(d, "number", o->number ? json_integer(o->number) : json_null());
        output_set_bytes(d, "action", o->action);
        output_set_bytes(d, "state_before", o->state_before);
        output_set_bytes(d, "state_after", o->state_after);
        output_set_bytes(d, "day", o->day);
        json_object_set_new(d, "late", json_boolean(o->late));
        output_set_bytes(d, "listing_before", o->listing_before);
        output_set_bytes(d, "listing_after", o->listing_after);
        output_set_bytes(d, "listing_until", o->listing_until);
        json_object_set_new(d, "second_roles", output_strings(o->n_second_role, o->second_role));
        json_object_set_new(d, "seq", o->has_seq ? json_integer(o->seq) : json_null());
        return d;
}
