/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr case show|history|next`: where a case stands, how it got there, and what may be done with it. */
#include "tools/qcr.h"

#include "registry/core/calendar.h"
#include "tools/case_reading.h"
#include "tools/case_text.h"
#include "tools/language.h"
#include "tools/show.h"

struct view_flags {
        const char *purpose;
};

static void add_row(struct table *rows, const char *label, const struct buffer *value)
{
        table_add_text(rows, label);
        table_add(rows, buffer_slice(value));
}

static void join_words(size_t count, const ProtobufCBinaryData *words, struct buffer *to)
{
        for (size_t i = 0; i < count; i++) {
                buffer_add_text(to, i ? ", " : "");
                buffer_add_slice(to, client_slice(words[i]));
        }
}

static void print_section(const char *title)
{
        printf("\n%s\n", title);
}

static void print_heading(const struct case_reading *c, bool colours)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(buffer) struct buffer state = BUFFER_INIT;

        show_text(&line, client_slice(c->head->code));
        buffer_add_format(&line, "-%u  ", c->head->number);
        show_text(&line, client_slice(c->head->name));
        buffer_add_text(&line, "  ");
        case_text_state(c->procedure, client_slice(c->head->state), &state);
        show_coloured(&line, COLOUR_STRONG, colours, buffer_text(&state));
        buffer_add_u8(&line, '\n');
        show_print(stdout, &line);
}

/* ---------------------------------------------------------------------- show */

static void add_listing(struct table *rows, const Qcr__CaseListing *l)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        buffer_add_slice(&text, client_slice(l->effect));
        buffer_add_format(&text, "  %s ", _("from"));
        buffer_add_slice(&text, client_slice(l->from));
        if (l->has_to) {
                buffer_add_format(&text, "  %s ", _("over on"));
                buffer_add_slice(&text, client_slice(l->to));
        }
        buffer_add_format(&text, "  %s", l->published ? _("published") : _("not published"));
        add_row(rows, _("listing"), &text);
}

static void add_waiting(struct table *rows, const Qcr__Proposal *p)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        buffer_add_format(&text, "%llu  ", (unsigned long long)p->serial);
        buffer_add_slice(&text, client_slice(p->summary));
        buffer_add_text(&text, "  (");
        buffer_add_slice(&text, client_slice(p->proposer));
        buffer_add_text(&text, ")");
        add_row(rows, _("waits for a second person"), &text);
}

static void print_facts(const struct case_reading *c)
{
        CLEANUP(buffer) struct buffer procedure = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        buffer_add_format(&procedure, "%s, %s %d  %s", c->procedure->id, _("version"), c->procedure->version,
                case_text_pick(c->procedure->zh, c->procedure->en));
        table_init(&rows, 2);
        add_row(&rows, _("procedure"), &procedure);
        table_add_text(&rows, _("office"));
        table_add(&rows, client_slice(c->head->office));
        table_add_text(&rows, _("opened by"));
        table_add(&rows, client_slice(c->head->opener));
        for (size_t i = 0; i < c->head->n_listing; i++)
                add_listing(&rows, c->head->listing[i]);
        if (c->head->has_term_end) {
                table_add_text(&rows, _("term ends on"));
                table_add(&rows, client_slice(c->head->term_end));
        }
        for (size_t i = 0; i < c->head->n_proposal; i++)
                add_waiting(&rows, c->head->proposal[i]);
        table_print(&rows, "  ", stdout);
}

static void add_who(struct table *rows, const Qcr__CaseEvent *e)
{
        CLEANUP(buffer) struct buffer who = BUFFER_INIT;

        buffer_add_slice(&who, client_slice(e->proposer_name));
        if (!slice_equal(client_slice(e->proposer), client_slice(e->actor))) {
                buffer_add_text(&who, " + ");
                buffer_add_slice(&who, client_slice(e->actor_name));
        }
        table_add(rows, buffer_slice(&who));
}

static void add_event(struct table *rows, const struct case_reading *c, const Qcr__CaseEvent *e)
{
        char seq[16];

        snprintf(seq, sizeof(seq), "%u", e->seq);
        table_add_text(rows, seq);
        table_add(rows, client_slice(e->day));
        table_add(rows, client_slice(e->action));
        table_add_text(rows, case_text_action_name(c->procedure, client_slice(e->action)));
        add_who(rows, e);
        table_add_text(rows, e->late ? _("late") : "");
}

static void print_steps(const struct case_reading *c)
{
        CLEANUP(table) struct table rows;

        print_section(_("Steps:"));
        table_init(&rows, 6);
        for (size_t i = 0; i < c->event_count; i++)
                add_event(&rows, c, c->events[i]);
        table_print(&rows, "  ", stdout);
}

static const char *deadline_standing(const Qcr__CaseDeadline *d, bool is_partys)
{
        if (d->done)
                return d->late ? _("done late") : _("done");
        if (!d->late)
                return _("open");
        return is_partys ? _("has passed") : _("OVERDUE");
}

static void print_deadlines(const struct case_reading *c)
{
        CLEANUP(table) struct table rows;

        if (c->head->n_deadline == 0)
                return;
        print_section(_("Deadlines:"));
        table_init(&rows, 6);
        for (size_t i = 0; i < c->head->n_deadline; i++) {
                const Qcr__CaseDeadline *d = c->head->deadline[i];
                const struct procedure_deadline *rule = case_text_deadline_of(c->procedure, client_slice(d->word));

                table_add(&rows, client_slice(d->day));
                table_add(&rows, client_slice(d->word));
                table_add_text(&rows, case_text_deadline_name(rule));
                table_add_text(&rows, deadline_standing(d, rule && case_text_is_partys(c->procedure, rule)));
                table_add_text(&rows, d->provisional && !d->done ? _("provisional") : "");
                table_add(&rows, client_slice(d->article));
        }
        table_print(&rows, "  ", stdout);
}

/* ---------------------------------------------------------------------- next */

static bool is_granted(const Qcr__CaseOption *o)
{
        return slice_equal(client_slice(o->refusal), slice_text("granted"));
}

/* Why not yet, in words; the days and words in it are what the registry gave. */
static void explain(const Qcr__CaseOption *o, struct buffer *to)
{
        const struct slice refusal = client_slice(o->refusal);

        if (slice_equal(refusal, slice_text("not-yet")) && o->has_earliest) {
                buffer_add_format(to, "%s ", _("from"));
                buffer_add_slice(to, client_slice(o->earliest));
                if (o->provisional)
                        buffer_add_format(to, " (%s)", _("provisional"));
        } else if (slice_equal(refusal, slice_text("needs-step")) && o->has_expected) {
                buffer_add_format(to, "%s ", _("needs before it:"));
                buffer_add_slice(to, client_slice(o->expected));
        } else if (slice_equal(refusal, slice_text("done-already")) && o->has_expected) {
                buffer_add_format(to, "%s ", _("excluded by:"));
                buffer_add_slice(to, client_slice(o->expected));
        } else {
                buffer_add_slice(to, refusal);
        }
}

static void add_option(struct table *rows, const struct case_reading *c, const Qcr__CaseOption *o)
{
        CLEANUP(buffer) struct buffer who = BUFFER_INIT;
        CLEANUP(buffer) struct buffer why = BUFFER_INIT;

        join_words(o->n_role, o->role, &who);
        if (o->n_second_role) {
                buffer_add_format(&who, "; %s ", _("confirmed by"));
                join_words(o->n_second_role, o->second_role, &who);
        }
        if (!is_granted(o))
                explain(o, &why);
        table_add(rows, client_slice(o->action));
        table_add_text(rows, case_text_action_name(c->procedure, client_slice(o->action)));
        table_add(rows, buffer_slice(&who));
        table_add(rows, buffer_slice(&why));
        table_add(rows, client_slice(o->article));
}

static size_t print_options(const struct case_reading *c, bool granted, const char *title)
{
        CLEANUP(table) struct table rows;
        size_t count = 0;

        table_init(&rows, 5);
        for (size_t i = 0; i < c->head->n_option; i++)
                if (is_granted(c->head->option[i]) == granted) {
                        add_option(&rows, c, c->head->option[i]);
                        count++;
                }
        if (count) {
                print_section(title);
                table_print(&rows, "  ", stdout);
        }
        return count;
}

static void print_next(const struct case_reading *c)
{
        if (print_options(c, true, _("May be done now:")) + print_options(c, false, _("Not yet:")) == 0)
                fprintf(stderr, "qcr: %s\n", _("nothing follows in this state"));
}

/* ------------------------------------------------------------------- history */

static void print_fields(const struct case_reading *c, const Qcr__CaseEvent *e)
{
        const struct procedure_action *action = case_text_action_of(c->procedure, client_slice(e->action));
        CLEANUP(table) struct table rows;

        table_init(&rows, 3);
        for (size_t i = 0; i < e->n_field; i++) {
                CLEANUP(buffer) struct buffer name = BUFFER_INIT;
                CLEANUP(buffer) struct buffer value = BUFFER_INIT;

                case_text_field(action, client_slice(e->field[i]->name), &name);
                case_text_value(action, client_slice(e->field[i]->name), client_slice(e->field[i]->value), &value);
                table_add(&rows, client_slice(e->field[i]->name));
                table_add(&rows, buffer_slice(&name));
                table_add(&rows, buffer_slice(&value));
        }
        table_print(&rows, "      ", stdout);
}

static void print_event(const struct case_reading *c, const Qcr__CaseEvent *e)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        char at[INSTANT_TEXT] = "-";

        buffer_add_format(&line, "%3u  ", e->seq);
        show_text(&line, client_slice(e->day));
        buffer_add_text(&line, "  ");
        case_text_action(c->procedure, client_slice(e->action), &line);
        buffer_add_text(&line, "  -> ");
        case_text_state(c->procedure, client_slice(e->state), &line);
        if (e->late)
                buffer_add_format(&line, "  [%s]", _("late"));
        buffer_add_text(&line, "\n     ");
        show_text(&line, client_slice(e->proposer_name));
        buffer_add_text(&line, " (");
        show_text(&line, client_slice(e->proposer));
        buffer_add_text(&line, ")");
        if (!slice_equal(client_slice(e->proposer), client_slice(e->actor))) {
                buffer_add_format(&line, ", %s ", _("confirmed by"));
                show_text(&line, client_slice(e->actor_name));
                buffer_add_text(&line, " (");
                show_text(&line, client_slice(e->actor));
                buffer_add_text(&line, ")");
        }
        if (instant_is_valid(e->at_ms))
                instant_format(e->at_ms, at);
        buffer_add_format(&line, "; %s %s, %s %llu\n", _("recorded"), at, _("ledger serial"),
                (unsigned long long)e->serial);
        show_print(stdout, &line);
        print_fields(c, e);
}

static void print_events(const struct case_reading *c)
{
        for (size_t i = 0; i < c->event_count; i++)
                print_event(c, c->events[i]);
}

/* ----------------------------------------------------------------- documents */

static json_t *listing_document(const Qcr__CaseListing *l)
{
        json_t *d = json_object();

        output_set_bytes(d, "effect", l->effect);
        output_set_bytes(d, "from", l->from);
        output_set_bytes(d, "to", l->to);
        json_object_set_new(d, "published", json_boolean(l->published));
        return d;
}

static json_t *option_document(const struct case_reading *c, const Qcr__CaseOption *o)
{
        const struct procedure_action *action = case_text_action_of(c->procedure, client_slice(o->action));
        json_t *d = json_object();

        output_set_bytes(d, "action", o->action);
        output_set_text(d, "zh", action ? action->zh : NULL);
        output_set_text(d, "en", action ? action->en : NULL);
        json_object_set_new(d, "roles", output_strings(o->n_role, o->role));
        json_object_set_new(d, "second_roles", output_strings(o->n_second_role, o->second_role));
        json_object_set_new(d, "now", json_boolean(is_granted(o)));
        output_set_bytes(d, "refusal", o->refusal);
        output_set_bytes(d, "expected", o->expected);
        output_set_bytes(d, "earliest", o->earliest);
        json_object_set_new(d, "provisional", json_boolean(o->provisional));
        output_set_bytes(d, "article", o->article);
        return d;
}

static json_t *waiting_document(const Qcr__Proposal *p)
{
        json_t *d = json_object();
        char id[48];

        snprintf(id, sizeof(id), p->item ? "%llu.%llu" : "%llu", (unsigned long long)p->serial,
                (unsigned long long)p->item);
        output_set_text(d, "proposal", id);
        output_set_bytes(d, "proposer", p->proposer);
        output_set_bytes(d, "summary", p->summary);
        case_text_set_instant(d, "at", p->at_ms);
        json_object_set_new(d, "fields", case_reading_fields_document(p->n_field, p->field));
        return d;
}

static json_t *case_document(const struct case_reading *c)
{
        json_t *d = json_object();
        char name[CASE_REF_TEXT], hash[65];

        case_ref_format(&c->ref, name);
        hex_encode(c->procedure->hash, sizeof(c->procedure->hash), hash);
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_text(d, "case", name);
        output_set_bytes(d, "code", c->head->code);
        output_set_number(d, "number", c->head->number);
        output_set_bytes(d, "name", c->head->name);
        output_set_text(d, "procedure", c->procedure->id);
        output_set_number(d, "procedure_version", (uint64_t)c->procedure->version);
        output_set_text(d, "procedure_sha256", hash);
        output_set_bytes(d, "office", c->head->office);
        output_set_bytes(d, "opener", c->head->opener);
        output_set_bytes(d, "state", c->head->state);
        return d;
}

static json_t *events_document(const struct case_reading *c)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < c->event_count; i++)
                json_array_append_new(rows, case_reading_event_document(c->events[i]));
        return rows;
}

static json_t *options_document(const struct case_reading *c)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < c->head->n_option; i++)
                json_array_append_new(rows, option_document(c, c->head->option[i]));
        return rows;
}

static json_t *deadlines_document(const struct case_reading *c)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < c->head->n_deadline; i++)
                json_array_append_new(rows, case_reading_deadline_document(c->head->deadline[i]));
        return rows;
}

static json_t *show_document(const struct case_reading *c)
{
        json_t *d = case_document(c);
        json_t *listings = json_array();
        json_t *waiting = json_array();

        for (size_t i = 0; i < c->head->n_listing; i++)
                json_array_append_new(listings, listing_document(c->head->listing[i]));
        for (size_t i = 0; i < c->head->n_proposal; i++)
                json_array_append_new(waiting, waiting_document(c->head->proposal[i]));
        output_set_bytes(d, "term_end", c->head->term_end);
        json_object_set_new(d, "listings", listings);
        json_object_set_new(d, "events", events_document(c));
        json_object_set_new(d, "deadlines", deadlines_document(c));
        json_object_set_new(d, "actions", options_document(c));
        json_object_set_new(d, "proposals", waiting);
        return d;
}

/* ------------------------------------------------------------------- running */

static int load(struct qcr *qcr, const struct view_flags *flags, const char *operand, struct case_reading *ret)
{
        struct case_ref ref;
        int status = case_ref_parse(qcr, operand, &ref);

        return status ? status : case_reading_load(qcr, &ref, flags->purpose, false, ret);
}

static int run_show(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(case_reading) struct case_reading c = CASE_READING_INIT;
        int status = load(qcr, flags, operands[0], &c);

        (void)count;
        if (status)
                return status;
        if (qcr->output.mode != OUTPUT_TEXT) {
                output_document(&qcr->output, show_document(&c));
                return EXIT_ANSWERED;
        }
        print_heading(&c, qcr->colours);
        print_facts(&c);
        print_steps(&c);
        print_deadlines(&c);
        return EXIT_ANSWERED;
}

/* One list of a case: as a member of its document, or below its heading. */
static int view_list(struct qcr *qcr, const struct view_flags *flags, const char *ref, const char *member,
        json_t *(*document)(const struct case_reading *c), void (*print)(const struct case_reading *c))
{
        CLEANUP(case_reading) struct case_reading c = CASE_READING_INIT;
        int status = load(qcr, flags, ref, &c);
        json_t *d;

        if (status)
                return status;
        if (qcr->output.mode != OUTPUT_TEXT) {
                d = case_document(&c);
                json_object_set_new(d, member, document(&c));
                output_document(&qcr->output, d);
                return EXIT_ANSWERED;
        }
        print_heading(&c, qcr->colours);
        print(&c);
        return EXIT_ANSWERED;
}

static int run_history(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        (void)count;
        return view_list(qcr, flags, operands[0], "events", events_document, print_events);
}

static int run_next(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        (void)count;
        return view_list(qcr, flags, operands[0], "actions", options_document, print_next);
}

static const struct flag view_flags[] = {
        {"purpose", FLAG_TEXT, offsetof(struct view_flags, purpose), "TEXT",
                N_("why you ask; needed once the case is over, and of auditors")},
        FLAGS_JSON,
        FLAGS_END,
};

const struct command case_view_commands[] = {
        {"case show", run_show, "CASE", 1, 1, view_flags,
                N_("shows where a case stands: steps, deadlines, listing, what waits for a second person"),
                "  qcr --as officer case show 91510823141777630N-18\n"
                "  qcr --as auditor case show 91510823141777630N-18 --purpose 年度执法检查 --json\n"},
        {"case history", run_history, "CASE", 1, 1, view_flags,
                N_("shows every step of a case with its fields, who took it and who confirmed it"),
                "  qcr --as officer case history 91510823141777630N-18\n"},
        {"case next", run_next, "CASE", 1, 1, view_flags,
                N_("shows what may be done now and by whom, and what not before which day"),
                "  qcr --as officer case next 91510823141777630N-18\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
