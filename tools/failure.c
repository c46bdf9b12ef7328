/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/failure.h"

#include <stdio.h>
#include <string.h>

#include "proto/result.h"
#include "registry/core/org_code.h"
#include "tools/language.h"
#include "tools/show.h"

#define MEMORY_BUDGET (2 * FRAME_REPLY_LIMIT) /* all texts of one frame, twice */

static const struct {
        enum wire_trouble trouble;
        int exit_status;
        bool retryable;
        const char *headline;
        const char *next;
} troubles[] = {
        {WIRE_CONFIG, EXIT_USAGE, false, N_("the connection's options cannot be used"), NULL},
        {WIRE_IDENTITY, EXIT_NOT_ALLOWED, false, N_("this person's certificate and key cannot be used"),
                N_("see --as and QCR_HOME: HOME/people/NAME has cert.pem and key.pem")},
        {WIRE_UNREACHABLE, EXIT_NO_ANSWER, true, N_("the registry cannot be reached"),
                N_("see --server; try again when `qcr ping` answers")},
        {WIRE_UNTRUSTED, EXIT_NOT_VERIFIED, false,
                N_("the server has not proven to be the registry; nothing was asked"),
                N_("see --server and --ca; if both are right, tell the registry's operator")},
        {WIRE_NOT_ADMITTED, EXIT_NOT_ALLOWED, false, N_("the registry does not accept this certificate"),
                N_("ask an administrator of the registry for a certificate that is in force")},
        {WIRE_LOST, EXIT_NO_ANSWER, true, N_("the connection was lost before an answer came"),
                N_("try again")},
        {WIRE_LATE, EXIT_NO_ANSWER, true, N_("no answer came in time"),
                N_("try again, or allow more with --timeout")},
};

static const struct {
        enum result_code code;
        const char *next;
} hints[] = {
        {RESULT_CERTIFICATE_UNKNOWN, N_("ask an administrator of the registry to enrol the certificate")},
        {RESULT_CERTIFICATE_REVOKED, N_("ask an administrator of the registry for a new certificate")},
        {RESULT_ROLE_MISSING,
                N_("`qcr whoami` shows the roles; another person (--as) may have the one needed")},
        {RESULT_QUOTA_SPENT, N_("the quota begins anew at midnight, Beijing time")},
        {RESULT_SELF_APPROVAL, N_("somebody else who may decide this must approve it; you may reject it")},
        {RESULT_NAME_MISMATCH, N_("`qcr lookup` shows the party's name, `qcr find` the codes of a name")},
        {RESULT_PARTY_UNKNOWN, N_("see that the code is the one on the business licence")},
        {RESULT_RECORD_UNKNOWN, N_("`qcr record list` shows the party's records")},
        {RESULT_PROPOSAL_UNKNOWN, N_("`qcr pending` shows what waits for a second person")},
        {RESULT_PROPOSAL_DECIDED, N_("`qcr pending` shows what still waits")},
        {RESULT_PROPOSAL_OVERTAKEN, N_("look again at what it rests on, and propose anew")},
        {RESULT_KEY_REUSED, N_("ask again without --key; the first request with this key stands")},
        {RESULT_OUTCOME_UNKNOWN, N_("ask again with the same words and this --key: it is done once at most")},
        {RESULT_STALE, N_("the registry's data is older than you allow; see --max-age")},
        {RESULT_STORE_MISMATCH, N_("tell the registry's operator")},
};

static void begin(struct failure *f, int exit_status, const char *reason, const char *headline)
{
        *f = (struct failure){.exit_status = exit_status, .reason = reason, .headline = headline};
        arena_init(&f->memory, MEMORY_BUDGET);
}

void failure_done(struct failure *failure)
{
        arena_done(&failure->memory);
}

void failure_cleanup(struct failure *failure)
{
        failure_done(failure);
}

const char *failure_keep(struct failure *failure, struct slice text)
{
        return text.length ? arena_text(&failure->memory, text) : NULL;
}

void failure_of_usage(struct failure *ret, const char *detail, const char *detail_shown)
{
        begin(ret, EXIT_USAGE, "usage", N_("the command cannot be read"));
        ret->detail = failure_keep(ret, slice_text(detail));
        ret->detail_shown = failure_keep(ret, slice_text(detail_shown));
        ret->next = N_("`qcr --help` and `qcr COMMAND --help` show what can be said");
}

void failure_of_fault(struct failure *ret, int exit_status, const char *reason, const char *headline,
        const struct fault *why)
{
        begin(ret, exit_status, reason, headline);
        ret->detail = failure_keep(ret, slice_text(why->text));
}

static const char *hint_for(unsigned code, bool retryable)
{
        for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
                if ((unsigned)hints[i].code == code)
                        return hints[i].next;
        return retryable ? N_("try again") : NULL;
}

/* What a code of the registry says by itself. */
static void begin_result(struct failure *ret, unsigned code)
{
        const struct result *result = result_find(code);

        begin(ret, result ? result->exit_status : EXIT_GENERAL, result ? result->word : NULL,
                result ? result->meaning : N_("the registry says something this program does not know"));
        ret->code = code;
        ret->retryable = result && result->retryable;
        ret->next = hint_for(code, ret->retryable);
}

void failure_of_trouble(struct failure *ret, enum wire_trouble trouble, const struct fault *why)
{
        if (why->peer_code) { /* the registry was reached, and said itself why it does not answer */
                begin_result(ret, why->peer_code);
                ret->detail = failure_keep(ret, slice_text(why->text));
                return;
        }
        begin(ret, EXIT_GENERAL, wire_trouble_word(trouble), NULL);
        ret->detail = failure_keep(ret, slice_text(why->text));
        for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
                if (troubles[i].trouble == trouble) {
                        ret->exit_status = troubles[i].exit_status;
                        ret->retryable = troubles[i].retryable;
                        ret->headline = troubles[i].headline;
                        ret->next = troubles[i].next;
                }
}

void failure_of_answer(struct failure *ret, const struct client_answer *answer)
{
        const Qcr__Failure *said = answer->failure;

        begin_result(ret, said->code);
        if (!ret->reason)
                ret->reason = failure_keep(ret, client_slice(said->reason));
        ret->detail = failure_keep(ret, client_slice(said->text));
        ret->field = failure_keep(ret, client_slice(said->field));
        ret->value = failure_keep(ret, client_slice(said->value));
        ret->article = failure_keep(ret, client_slice(said->article));
        ret->allowed = failure_keep(ret, client_slice(said->allowed));
        ret->retryable = said->retryable;
        ret->retry_after_ms = said->has_retry_after_ms ? said->retry_after_ms : 0;
        ret->request_id = answer->request_id;
        ret->server = failure_keep(ret, client_slice(said->server));
        ret->next = hint_for(said->code, said->retryable);
}

static const char *code_headline(enum org_code_flaw flaw)
{
        switch (flaw) {
        case ORG_CODE_SOUND:
                break;
        case ORG_CODE_EMPTY:
                return N_("there is no code");
        case ORG_CODE_LENGTH:
                return N_("a code has 18 characters, or 9 as the older organization code");
        case ORG_CODE_CHARACTER:
                return N_("a character that cannot stand in a code");
        case ORG_CODE_CHECK:
                return N_("the check character is wrong: at least one character is mistyped");
        case ORG_CODE_HIDDEN:
                return N_("the code hides a character that cannot be seen");
        case ORG_CODE_INTERNAL:
                return N_("a code for internal use only");
        }
        return N_("not a code");
}

void failure_of_code(struct failure *ret, struct slice text, const struct org_code_report *report)
{
        const struct result *result = result_find(RESULT_CODE_INVALID);

        begin(ret, result->exit_status, result->word, code_headline(report->flaw));
        ret->code = result->code;
        ret->field = "code";
        ret->value = failure_keep(ret, text);
        if (report->expected)
                ret->expected = failure_keep(ret, slice_of(&report->expected, 1));
        if (report->suggestion[0])
                ret->allowed = failure_keep(ret, slice_text(report->suggestion));
}

void failure_of_evidence(struct failure *ret, const char *word)
{
        begin(ret, EXIT_NOT_VERIFIED, "verification-failed",
                N_("verification failed: this does not prove itself, and nothing of it is shown"));
        ret->detail = word;
        ret->next = N_("keep the file as it is and tell the registry's operator");
}

json_t *failure_document(const struct failure *f)
{
        json_t *d = json_object();

        json_object_set_new(d, "exit", json_integer(f->exit_status));
        json_object_set_new(d, "error", f->code ? json_integer(f->code) : json_null());
        output_set_text(d, "reason", f->reason);
        output_set_text(d, "text", f->headline);
        output_set_text(d, "detail", f->detail);
        output_set_text(d, "field", f->field);
        output_set_text(d, "value", f->value);
        output_set_text(d, "expected", f->expected);
        output_set_text(d, "article", f->article);
        output_set_text(d, "allowed", f->allowed);
        json_object_set_new(d, "retryable", json_boolean(f->retryable));
        json_object_set_new(
                d, "retry_after_ms", f->retry_after_ms ? json_integer(f->retry_after_ms) : json_null());
        json_object_set_new(
                d, "request_id", f->request_id ? json_integer((json_int_t)f->request_id) : json_null());
        output_set_text(d, "server", f->server);
        output_set_text(d, "key", f->key);
        return d;
}

static void add_row(struct table *rows, const char *label, const char *value)
{
        if (!value)
                return;
        table_add_text(rows, label);
        table_add_text(rows, value);
}

static void add_next(struct table *rows, const struct failure *f)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (f->next)
                buffer_add_text(&text, _(f->next));
        if (f->retry_after_ms)
                buffer_add_format(
                        &text, _("%sin %u ms at the earliest"), f->next ? "; " : "", f->retry_after_ms);
        if (text.length)
                add_row(rows, _("what to do"), buffer_text(&text));
}

void failure_print(const struct failure *f, bool colours)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(buffer) struct buffer request = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        show_coloured(&line, COLOUR_BAD, colours, f->headline ? _(f->headline) : _("it failed"));
        buffer_add_text(&line, " [");
        if (f->code)
                buffer_add_format(&line, "%u ", f->code);
        show_text(&line, slice_text(f->reason ? f->reason : "-"));
        buffer_add_text(&line, "]\n");
        fputs("qcr: ", stderr);
        show_print(stderr, &line);

        table_init(&rows, 2);
        if (f->detail && (!f->headline || strcmp(f->detail, f->headline) != 0))
                add_row(&rows, _("why"), f->detail_shown ? f->detail_shown : f->detail);
        add_row(&rows, _("field"), f->field);
        add_row(&rows, _("value"), f->value);
        add_row(&rows, _("expected"), f->expected);
        add_row(&rows, _("article"), f->article);
        add_row(&rows, f->expected || f->code == RESULT_CODE_INVALID ? _("meant perhaps") : _("may be done"),
                f->allowed_shown ? f->allowed_shown : f->allowed);
        add_row(&rows, _("key"), f->key);
        add_next(&rows, f);
        if (f->request_id) {
                buffer_add_format(&request, "%llu @ %s", (unsigned long long)f->request_id,
                        f->server ? f->server : "?");
                add_row(&rows, _("request"), buffer_text(&request));
        }
        table_print(&rows, "  ", stderr);
}

int failure_report(const struct failure *failure, struct output *output, bool colours)
{
        if (output->mode == OUTPUT_TEXT)
                failure_print(failure, colours);
        else
                output_document(output, failure_document(failure));
        return failure->exit_status;
}
