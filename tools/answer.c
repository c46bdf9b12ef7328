/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/answer.h"

#include <stdlib.h>
#include <string.h>

#include "tools/failure.h"
#include "tools/language.h"
#include "tools/show.h"

#define CODE_COLUMNS 18u
#define HEADLINE_COLUMNS 36u
#define GRADE_COLUMNS 8u

int answer_exit(const struct statement *s)
{
        switch (s->result) {
        case RESULT_FOUND:
                break;
        case RESULT_NOT_REGISTERED:
                return EXIT_NOT_REGISTERED;
        case RESULT_WITHHELD:
        case RESULT_MERGED_INTO:
                return EXIT_NO_PLAIN_VERDICT;
        }
        if (s->listing == LISTING_LISTED)
                return EXIT_LISTED;
        if (s->listing != LISTING_NOT_LISTED || s->registration != REGISTRATION_ACTIVE)
                return EXIT_NO_PLAIN_VERDICT;
        return EXIT_ANSWERED;
}

static const char *registration_text(enum statement_registration registration)
{
        switch (registration) {
        case REGISTRATION_NONE:
                return "-";
        case REGISTRATION_ACTIVE:
                return N_("registered and standing");
        case REGISTRATION_DEREGISTERED:
                return N_("deregistered");
        case REGISTRATION_REVOKED:
                return N_("licence revoked");
        }
        abort();
}

static const char *listing_text(enum statement_listing listing)
{
        switch (listing) {
        case LISTING_NONE:
                return "-";
        case LISTING_NOT_LISTED:
                return N_("not listed");
        case LISTING_LISTED:
                return N_("LISTED");
        case LISTING_STAYED:
                return N_("listed, but its effect is suspended");
        case LISTING_BASIS_QUASHED:
                return N_("listed, but the decision behind it was annulled");
        case LISTING_LAPSED:
                return N_("unknown: the list it stood on was not read in time");
        }
        abort();
}

const char *answer_headline(const struct statement *s)
{
        switch (s->result) {
        case RESULT_FOUND:
                break;
        case RESULT_NOT_REGISTERED:
                return N_("not registered");
        case RESULT_WITHHELD:
                return N_("withheld by law");
        case RESULT_MERGED_INTO:
                return N_("merged into another enterprise");
        }
        if (s->listing == LISTING_LISTED)
                return N_("LISTED: on the blacklist");
        if (s->listing != LISTING_NOT_LISTED)
                return listing_text(s->listing);
        return s->registration == REGISTRATION_ACTIVE ? N_("registered and standing, not listed")
                                                      : registration_text(s->registration);
}

static enum colour colour_of(const struct statement *s)
{
        switch (answer_exit(s)) {
        case EXIT_ANSWERED:
                return COLOUR_GOOD;
        case EXIT_LISTED:
                return COLOUR_BAD;
        default:
                return COLOUR_CARE;
        }
}

/* ---------------------------------------------------------------- one answer */

static void add(struct table *rows, const char *label, const char *value)
{
        table_add_text(rows, label);
        table_add_text(rows, value);
}

static void add_format(struct table *rows, const char *label, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static void add_format(struct table *rows, const char *label, const char *format, ...)
{
        char text[1024];
        va_list args;

        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        add(rows, label, text);
}

static void add_listing(struct table *rows, const struct statement *s)
{
        char since[DAY_TEXT], until[DAY_TEXT];

        add(rows, _("blacklist"), _(listing_text(s->listing)));
        if (s->listing == LISTING_NONE || s->listing == LISTING_NOT_LISTED)
                return;
        day_format(s->listing_since, since);
        day_format(s->listing_until, until);
        add_format(rows, "", _("since %s, until %s"), since, until);
        add(rows, "", s->published == PUBLISHED_YES ? _("published") : _("not published"));
}

static void add_grade(struct table *rows, const struct statement *s)
{
        char day[DAY_TEXT], until[DAY_TEXT];

        day_format(s->grade_day, day);
        if (s->score == STATEMENT_NO_SCORE)
                add_format(rows, _("grade"), _("unrated, on %s"), day);
        else
                add_format(rows, _("grade"), _("%s, %d points, on %s"), s->grade, s->score, day);
        if (!day_is_none(s->grade_until)) {
                day_format(s->grade_until, until);
                add_format(rows, "", _("changes by itself on %s"), until);
        }
        add_format(rows, _("policy"), s->standing == STANDING_IN_FORCE ? _("%s, version %u, in force") :
                                                                           _("%s, version %u, on trial"),
                s->policy_id, s->policy_version);
        if (s->document[0])
                add(rows, "", s->document);
}

/* Items joined by "; ", one a row. */
static void add_items(struct table *rows, const char *label, const char *items)
{
        while (*items) {
                const char *end = strstr(items, "; ");
                size_t length = end ? (size_t)(end - items) : strlen(items);

                table_add_text(rows, label);
                table_add(rows, slice_of(items, length));
                items += end ? length + 2 : length;
                label = "";
        }
}

static void add_times(struct table *rows, const struct evidence_verdict *v)
{
        char data[INSTANT_TEXT], known[INSTANT_TEXT], stated[INSTANT_TEXT], until[INSTANT_TEXT];

        instant_format(v->statement.data_as_of_ms, data);
        instant_format(v->statement.known_at_ms, known);
        instant_format(v->head.signed_ms, stated);
        instant_format(v->statement.valid_until_ms, until);
        add(rows, _("data as of"), data);
        add_format(rows, _("known at"), _("%s, ledger serial %llu"), known,
                (unsigned long long)v->statement.serial);
        add_format(rows, _("stated"), _("%s by %s"), stated, v->statement.origin);
        add(rows, _("current until"), until);
}

void answer_print(const struct proved *proved, const char *receipt, bool colours)
{
        const struct statement *s = &proved->verdict.statement;
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        buffer_add_format(&line, "%s  ", s->code);
        show_coloured(&line, colour_of(s), colours, _(answer_headline(s)));
        buffer_add_u8(&line, '\n');
        show_print(stdout, &line);

        table_init(&rows, 2);
        if (s->name[0])
                add(&rows, _("name"), s->name);
        if (s->registration != REGISTRATION_NONE)
                add(&rows, _("registration"), _(registration_text(s->registration)));
        if (s->merged_into[0])
                add(&rows, _("merged into"), s->merged_into);
        if (s->result == RESULT_FOUND) {
                add_listing(&rows, s);
                add_grade(&rows, s);
                add_items(&rows, _("reasons"), s->reasons);
        }
        add_items(&rows, _("data through"), s->coverage[0] ? s->coverage : _("no source has delivered yet"));
        add_times(&rows, &proved->verdict);
        if (receipt)
                add(&rows, _("receipt"), receipt);
        table_print(&rows, "  ", stdout);
}

/* --------------------------------------------------------------- one in many */

static void begin_row(
        struct buffer *line, struct slice code, enum colour colour, const char *headline, bool colours)
{
        CLEANUP(buffer) struct buffer words = BUFFER_INIT;

        show_padded(line, code, CODE_COLUMNS);
        buffer_add_text(line, "  ");
        show_padded(&words, slice_text(headline), HEADLINE_COLUMNS);
        show_coloured(line, colour, colours, buffer_text(&words));
}

static void end_row(struct buffer *line)
{
        buffer_add_u8(line, '\n');
        show_print(stdout, line);
        fflush(stdout);
}

void answer_print_row(const struct proved *proved, bool colours)
{
        const struct statement *s = &proved->verdict.statement;
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        begin_row(&line, slice_text(s->code), colour_of(s), _(answer_headline(s)), colours);
        buffer_add_text(&line, "  ");
        show_padded(&line, slice_text(s->grade[0] ? s->grade : "-"), GRADE_COLUMNS);
        show_text(&line, slice_text(s->name[0] ? s->name : "-"));
        end_row(&line);
}

void answer_print_no_answer(struct slice code, const char *headline, const char *reason, bool colours)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        begin_row(&line, code, COLOUR_CARE, _(headline), colours);
        buffer_add_text(&line, "  [");
        show_text(&line, slice_text(reason));
        buffer_add_text(&line, "]");
        end_row(&line);
}

/* ------------------------------------------------------------------- members */

static bool is_free_text(const char *member)
{
        return strcmp(member, "name") == 0 || strcmp(member, "reasons") == 0 ||
               strcmp(member, "policy_document") == 0;
}

static void add_member(void *context, struct slice name, struct slice value)
{
        json_t *document = context;
        CLEANUP(buffer) struct buffer member = BUFFER_INIT;
        CLEANUP(buffer) struct buffer meant = BUFFER_INIT;

        buffer_add_slice(&member, name);
        for (size_t i = 0; i < member.length; i++)
                if (member.data[i] == '-')
                        member.data[i] = '_';
        /* A bare `-` is no text: it says that there is none. */
        if (is_free_text(buffer_text(&member)) && !slice_equal(value, slice_text("-")) &&
                text_unescape(value, &meant))
                value = buffer_slice(&meant);
        json_object_set_new(document, buffer_text(&member), output_string(value));
}

json_t *answer_document(const struct proved *proved)
{
        json_t *d = json_object();
        char stated[INSTANT_TEXT];

        json_object_set_new(d, "exit", json_integer(answer_exit(&proved->verdict.statement)));
        statement_each_line(proved->statement, add_member, d);
        instant_format(proved->verdict.head.signed_ms, stated);
        output_set_text(d, "signed", stated);
        return d;
}
