/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/case_text.h"
#include "tools/output.h"

#define FORMAT "qcr-dossier/1"

void dossier_done(struct dossier *dossier)
{
        if (dossier->procedure)
                procedure_free(dossier->procedure);
        for (size_t i = 0; i < dossier->table_count; i++)
                code_table_free(dossier->tables[i]);
        free(dossier->events);
        free(dossier->papers);
        arena_done(&dossier->arena);
        *dossier = (struct dossier){0};
}

void dossier_cleanup(struct dossier *dossier)
{
        dossier_done(dossier);
}

/* --------------------------------------------------------------------- names */

void dossier_event_member(const struct dossier *dossier, size_t event, const char *what, char ret[CASE_ARCHIVE_NAME])
{
        const struct case_event *e = &dossier->events[event].event;

        snprintf(ret, CASE_ARCHIVE_NAME, "events/%03u-%s/%s", e->seq, e->action, what);
}

void dossier_paper_member(const struct dossier_paper *paper, char ret[CASE_ARCHIVE_NAME])
{
        snprintf(ret, CASE_ARCHIVE_NAME, "documents/%s%s", paper->sha256, paper->extension);
}

void dossier_rule_member(const struct dossier_rule *rule, char ret[CASE_ARCHIVE_NAME])
{
        snprintf(ret, CASE_ARCHIVE_NAME, "rules/%s-%s.json", rule_kind_word(rule->kind), rule->id);
}

static bool begins(struct slice octets, const char *with, size_t length)
{
        return octets.length >= length && memcmp(octets.data, with, length) == 0;
}

/* OFD (GB/T 33190) and office documents are ZIP files; the name of the first file in them tells them apart. */
static const char *extension_of_zip(struct slice octets)
{
        const struct slice name =
                octets.length > 30 ? slice_of(octets.data + 30, octets.length - 30) : slice_of(NULL, 0);

        if (begins(name, "OFD.xml", 7) || begins(name, "Doc_", 4))
                return ".ofd";
        if (begins(name, "[Content_Types].xml", 19) || begins(name, "word/", 5))
                return ".docx";
        return ".zip";
}

const char *dossier_extension(struct slice octets)
{
        if (begins(octets, "%PDF-", 5))
                return ".pdf";
        if (begins(octets, "\x89PNG", 4))
                return ".png";
        if (begins(octets, "\xff\xd8\xff", 3))
                return ".jpg";
        if (begins(octets, "PK\x03\x04", 4))
                return extension_of_zip(octets);
        return ".txt";
}

/* -------------------------------------------------------------------- tables */

bool dossier_add_table(struct dossier *dossier, struct slice document)
{
        struct document_error error;

        if (dossier->table_count == CASE_DOSSIER_RULES_MAX ||
                code_table_parse(document, &dossier->tables[dossier->table_count], &error) != DOCUMENT_SOUND)
                return false;
        dossier->table_count++;
        return true;
}

/* What a code means, whatever the day; NULL when its table is not here. */
static const char *meaning_of(const struct dossier *d, const struct procedure_field *field, const char *code)
{
        for (size_t i = 0; i < d->table_count; i++)
                if (strcmp(d->tables[i]->id, field->table) == 0) {
                        const struct code_row *row = code_table_newest(d->tables[i], slice_text(code));

                        return row ? row->zh : NULL;
                }
        return NULL;
}

/* -------------------------------------------------------------------- papers */

static const struct procedure_field *field_of(const struct dossier *d, const struct case_event *event, const char *name)
{
        unsigned i = procedure_action_find(d->procedure, slice_text(event->action));

        return i == PROCEDURE_NONE ? NULL : procedure_field_find(&d->procedure->actions[i], slice_text(name));
}

static bool names_paper(const struct dossier *d, const struct case_event *event, const struct case_value *value)
{
        const struct procedure_field *field = field_of(d, event, value->name);

        return field && field->type == FIELD_FILE && strlen(value->value) == 64;
}

static size_t find_paper(const struct dossier *d, const char *sha256)
{
        size_t i = 0;

        while (i < d->paper_count && strcmp(d->papers[i].sha256, sha256) != 0)
                i++;
        return i;
}

struct dossier_paper *dossier_find_paper(struct dossier *dossier, const char *sha256)
{
        const size_t i = find_paper(dossier, sha256);

        return i < dossier->paper_count ? &dossier->papers[i] : NULL;
}

static void add_paper(struct dossier *d, const char *sha256)
{
        struct dossier_paper *paper;

        if (find_paper(d, sha256) < d->paper_count)
                return;
        d->papers = must_resize(d->papers, (d->paper_count + 1) * sizeof(*d->papers));
        paper = &d->papers[d->paper_count++];
        *paper = (struct dossier_paper){.state = "missing", .extension = ""};
        memcpy(paper->sha256, sha256, sizeof(paper->sha256));
}

void dossier_collect_papers(struct dossier *dossier)
{
        for (size_t i = 0; i < dossier->event_count; i++) {
                const struct case_event *event = &dossier->events[i].event;

                for (size_t k = 0; k < event->value_count; k++)
                        if (names_paper(dossier, event, &event->values[k]))
                                add_paper(dossier, event->values[k].value);
        }
}

static bool is_kept(const struct dossier_paper *paper)
{
        return strcmp(paper->state, "kept") == 0;
}

size_t dossier_missing_papers(const struct dossier *dossier)
{
        size_t count = 0;

        for (size_t i = 0; i < dossier->paper_count; i++)
                count += !is_kept(&dossier->papers[i]);
        return count;
}

/* ------------------------------------------------------------- what follows */

/* The events one behind the other, as the core reads a case; the caller frees them. */
static struct case_event *line_up(const struct dossier *d, struct case_file *ret)
{
        struct case_event *events = must_alloc((d->event_count + 1) * sizeof(*events));

        for (size_t i = 0; i < d->event_count; i++)
                events[i] = d->events[i].event;
        *ret = (struct case_file){.subject = d->code, .number = d->number, .office = d->office,
                .procedure = d->procedure, .events = events, .count = d->event_count};
        return events;
}

/* ----------------------------------------------------------------- case.json */

static void set_text(json_t *d, const char *member, const char *text)
{
        json_object_set_new(d, member, output_string(slice_text(text)));
}

static void set_day(json_t *d, const char *member, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        if (day_is_none(day))
                json_object_set_new(d, member, json_null());
        else
                set_text(d, member, text);
}

static void set_act(json_t *d, const char *member, const struct dossier_act *act)
{
        json_t *item = json_object();

        output_set_number(item, "serial", act->serial);
        json_object_set_new(item, "at_ms", json_integer(act->at_ms));
        json_object_set_new(d, member, item);
}

static json_t *event_json(const struct dossier *d, size_t at)
{
        const struct dossier_event *e = &d->events[at];
        json_t *item = json_object();
        json_t *fields = json_array();

        for (size_t i = 0; i < e->event.value_count; i++) {
                json_t *field = json_object();

                set_text(field, "field", e->event.values[i].name);
                set_text(field, "value", e->event.values[i].value);
                json_array_append_new(fields, field);
        }
        output_set_number(item, "seq", e->event.seq);
        output_set_number(item, "serial", e->event.serial);
        json_object_set_new(item, "at_ms", json_integer(e->event.recorded_ms));
        set_text(item, "action", e->event.action);
        set_text(item, "state", e->state);
        set_day(item, "day", e->day);
        json_object_set_new(item, "late", json_boolean(e->is_late));
        set_text(item, "proposer", e->event.proposer);
        set_text(item, "proposer_name", e->proposer_name);
        set_text(item, "actor", e->event.actor);
        set_text(item, "actor_name", e->actor_name);
        set_act(item, "step", &e->step);
        if (e->is_confirmed)
                set_act(item, "confirmation", &e->confirmation);
        json_object_set_new(item, "fields", fields);
        return item;
}

static json_t *listings_json(const struct case_file *file)
{
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(file, listings);
        json_t *rows = json_array();

        for (size_t i = 0; i < count; i++) {
                json_t *row = json_object();

                set_text(row, "effect", listing_effect_word(listings[i].effect));
                set_day(row, "from", listings[i].from);
                set_day(row, "to", listings[i].to);
                json_object_set_new(row, "published", json_boolean(listings[i].is_published));
                json_array_append_new(rows, row);
        }
        return rows;
}

static json_t *rules_json(const struct dossier *d)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < d->rule_count; i++) {
                const struct dossier_rule *rule = &d->rules[i];
                json_t *row = json_object();

                set_text(row, "kind", rule_kind_word(rule->kind));
                set_text(row, "id", rule->id);
                output_set_number(row, "version", rule->version);
                set_text(row, "sha256", rule->sha256);
                output_set_number(row, "serial", rule->serial);
                json_array_append_new(rows, row);
        }
        return rows;
}

static json_t *papers_json(const struct dossier *d)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < d->paper_count; i++) {
                json_t *row = json_object();

                set_text(row, "sha256", d->papers[i].sha256);
                set_text(row, "state", d->papers[i].state);
                output_set_number(row, "octets", d->papers[i].octets);
                json_array_append_new(rows, row);
        }
        return rows;
}

void dossier_case_json(const struct dossier *d, struct buffer *to)
{
        struct case_file file;
        struct case_event *events = line_up(d, &file);
        json_t *document = json_object();
        json_t *rows = json_array();
        char *text;

        for (size_t i = 0; i < d->event_count; i++)
                json_array_append_new(rows, event_json(d, i));
        set_text(document, "format", FORMAT);
        set_text(document, "origin", d->origin);
        set_text(document, "code", d->code);
        output_set_number(document, "number", d->number);
        set_text(document, "name", d->name);
        set_text(document, "office", d->office);
        set_text(document, "state", case_state_word(&file));
        set_day(document, "term_end", case_term_end(&file));
        json_object_set_new(document, "listings", listings_json(&file));
        json_object_set_new(document, "events", rows);
        json_object_set_new(document, "documents", papers_json(d));
        json_object_set_new(document, "rules", rules_json(d));
        text = json_dumps(document, JSON_INDENT(1));
        buffer_add_text(to, text);
        buffer_add_u8(to, '\n');
        free(text);
        json_decref(document);
        free(events);
}

/* ----------------------------------------------------------------- index.txt */

static void add_paper_line(struct buffer *to, const struct dossier *d, const char *sha256)
{
        const size_t i = find_paper(d, sha256);
        const struct dossier_paper *paper = &d->papers[i];
        char member[CASE_ARCHIVE_NAME];

        dossier_paper_member(paper, member);
        if (is_kept(paper))
                buffer_add_format(to, "[%zu] %s (%llu octets)", i + 1, member, (unsigned long long)paper->octets);
        else
                buffer_add_format(to, "[%zu] 缺失 MISSING sha256 %s", i + 1, sha256);
}

/* Text of several lines is set in, so that none of it can be taken for a line of the index. */
static void add_lines(struct buffer *to, const char *text)
{
        for (const char *c = text; *c; c++) {
                buffer_add_u8(to, (uint8_t)*c);
                if (*c == '\n')
                        buffer_add_text(to, "           ");
        }
}

static void add_value(struct buffer *to, const struct dossier *d, const struct case_event *e, const struct case_value *v)
{
        const struct procedure_field *field = field_of(d, e, v->name);

        buffer_add_format(to, "       %s %s: ", v->name, field ? field->zh : "");
        if (names_paper(d, e, v)) {
                add_paper_line(to, d, v->value);
        } else {
                const char *meaning = field && field->type == FIELD_CODE ? meaning_of(d, field, v->value) : NULL;

                add_lines(to, v->value);
                for (unsigned i = 0; field && field->type == FIELD_WORD && i < field->word_count; i++)
                        if (strcmp(field->words[i], v->value) == 0)
                                meaning = field->words_zh[i];
                if (meaning)
                        buffer_add_format(to, " %s", meaning);
        }
        buffer_add_u8(to, '\n');
}

static void add_signature(struct buffer *to, const char *label, const char *name, const char *person,
        const struct dossier_act *act)
{
        char at[INSTANT_TEXT] = "-";

        if (instant_is_valid(act->at_ms))
                instant_format(act->at_ms, at);
        buffer_add_format(to, "       %s: %s (%s)  %s  serial %llu\n", label, name, person, at,
                (unsigned long long)act->serial);
}

static void add_event(struct buffer *to, const struct dossier *d, size_t at)
{
        const struct dossier_event *e = &d->events[at];
        const struct procedure_action *action =
                &d->procedure->actions[procedure_action_find(d->procedure, slice_text(e->event.action))];
        unsigned state = procedure_state_find(d->procedure, slice_text(e->state));
        char day[DAY_TEXT];

        day_format(e->day, day);
        buffer_add_format(to, "\n%4u  %s  %s %s -> %s %s%s\n", e->event.seq, day, e->event.action, action->zh, e->state,
                state == PROCEDURE_NONE ? "" : d->procedure->states[state].zh, e->is_late ? "  [逾期 LATE]" : "");
        add_signature(to, "签名 signed", e->proposer_name, e->event.proposer, &e->step);
        if (e->is_confirmed)
                add_signature(to, "确认 confirmed", e->actor_name, e->event.actor, &e->confirmation);
        for (size_t i = 0; i < e->event.value_count; i++)
                add_value(to, d, &e->event, &e->event.values[i]);
}

static void add_papers(struct buffer *to, const struct dossier *d)
{
        for (size_t i = 0; i < d->paper_count; i++) {
                buffer_add_text(to, "  ");
                add_paper_line(to, d, d->papers[i].sha256);
                buffer_add_u8(to, '\n');
        }
}

static size_t add_papers_not_handed_in(struct buffer *to, const struct dossier *d, const struct case_event *e)
{
        const struct procedure_action *action =
                &d->procedure->actions[procedure_action_find(d->procedure, slice_text(e->action))];
        size_t count = 0;

        for (unsigned i = 0; i < action->field_count; i++) {
                const struct procedure_field *field = &action->fields[i];

                if (field->type != FIELD_FILE || field->when.is_there || case_event_value(e, field->word))
                        continue;
                buffer_add_format(to, "  步骤 step %u %s: %s %s 未提交 not handed in\n", e->seq, e->action, field->word,
                        field->zh);
                count++;
        }
        return count;
}

/* What the authority has still to do; a time that is the party's to use or not leaves no gap. */
static size_t add_steps_not_taken(struct buffer *to, const struct dossier *d, const struct case_file *file)
{
        struct case_deadline deadlines[PROCEDURE_DEADLINES_MAX];
        /* Whether a step was taken does not depend on the day; the days are not shown. */
        const struct case_rules rules = {.today = DAY_LAST};
        size_t count = case_deadlines(file, &rules, deadlines), open = 0;

        for (size_t i = 0; i < count; i++) {
                if (deadlines[i].is_done || case_text_is_partys(d->procedure, deadlines[i].deadline))
                        continue;
                buffer_add_format(to, "  %s %s: 尚无此步骤 no such step yet (%s)\n", deadlines[i].deadline->word,
                        deadlines[i].deadline->zh, deadlines[i].deadline->article);
                open++;
        }
        return open;
}

static void add_missing(struct buffer *to, const struct dossier *d, const struct case_file *file)
{
        size_t count = 0;

        for (size_t i = 0; i < d->paper_count; i++) {
                if (is_kept(&d->papers[i]))
                        continue;
                buffer_add_format(to, "  [%zu] sha256 %s: %s\n", i + 1, d->papers[i].sha256,
                        strcmp(d->papers[i].state, "altered") == 0 ? "与哈希不符 ALTERED" : "未保存 MISSING");
                count++;
        }
        for (size_t i = 0; i < d->event_count; i++)
                count += add_papers_not_handed_in(to, d, &d->events[i].event);
        count += add_steps_not_taken(to, d, file);
        if (count == 0)
                buffer_add_text(to, "  无 none\n");
}

static void add_listings(struct buffer *to, const struct case_file *file)
{
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(file, listings);

        for (size_t i = 0; i < count; i++) {
                char from[DAY_TEXT], until[DAY_TEXT];

                day_format(listings[i].from, from);
                day_format(listings[i].to, until);
                buffer_add_format(to, "列入 listing      %s  %s .. %s  %s\n", listing_effect_word(listings[i].effect), from, until,
                        listings[i].is_published ? "已公示 published" : "未公示 not published");
        }
}

static void add_head(struct buffer *to, const struct dossier *d, const struct case_file *file)
{
        const unsigned state = case_state(file);

        buffer_add_text(to, "案卷目录 INDEX OF THE CASE FILE\n\n");
        buffer_add_format(to, "案件 case         %s-%u\n", d->code, d->number);
        buffer_add_format(to, "当事人 party      %s\n", d->name);
        buffer_add_format(to, "单位 office       %s\n", d->office);
        buffer_add_format(to, "登记系统 registry %s\n", d->origin);
        buffer_add_format(to, "程序 procedure    %s@%d %s\n", d->procedure->id, d->procedure->version, d->procedure->zh);
        buffer_add_format(to, "状态 state        %s %s\n", case_state_word(file),
                state == PROCEDURE_NONE ? "" : d->procedure->states[state].zh);
        add_listings(to, file);
}

static void add_rules(struct buffer *to, const struct dossier *d)
{
        for (size_t i = 0; i < d->rule_count; i++) {
                char member[CASE_ARCHIVE_NAME];

                dossier_rule_member(&d->rules[i], member);
                buffer_add_format(to, "  %s  version %u  sha256 %s\n", member, d->rules[i].version, d->rules[i].sha256);
        }
}

void dossier_index(const struct dossier *d, struct buffer *to)
{
        struct case_file file;
        struct case_event *events = line_up(d, &file);

        add_head(to, d, &file);
        buffer_add_text(to, "\n一、步骤 STEPS\n");
        for (size_t i = 0; i < d->event_count; i++)
                add_event(to, d, i);
        buffer_add_text(to, "\n二、材料（按出现次序） PAPERS, in the order in which they are named\n");
        add_papers(to, d);
        buffer_add_text(to, "\n三、缺少的材料和步骤 MISSING PAPERS AND STEPS\n");
        add_missing(to, d, &file);
        buffer_add_text(to, "\n四、所依规则 RULES\n");
        add_rules(to, d);
        free(events);
}

/* ---------------------------------------------------------------- README.txt */

void dossier_readme(struct buffer *to)
{
        buffer_add_text(to,
                "本文件是一个案件的案卷：全部步骤、材料、签名和证书，无须联系登记系统即可核验。\n"
                "This is the dossier of one case: every step, paper, signature and certificate. It is verified\n"
                "without asking the registry.\n"
                "\n"
                "核验 TO VERIFY\n"
                "\n"
                "    qcr case check-evidence FILE --ca ca.pem\n"
                "\n"
                "ca.pem 须从登记系统的公布渠道另行取得。 ca.pem, the registry's CA certificate, must come from elsewhere:\n"
                "from the authority's own publication. Exit status 0: everything holds; 7: something was changed.\n"
                "\n"
                "不用本程序 WITHOUT THIS PROGRAM, for each step under events/:\n"
                "\n"
                " 1. certificate.der is issued by the CA, valid at the step's time (case.json, at_ms), for persons\n"
                "    (extended key usage 2.25.231276143.2), and its common name is the person.\n"
                " 2. signature is the Ed25519 signature by the certificate's key over the octets\n"
                "    \"qcr-act/v1\" LF origin LF request, where origin is that of case.json.\n"
                " 3. request is protobuf: the field names and values in it are those of case.json.\n"
                " 4. confirmation-request says approve, of the proposal whose number is the step's serial; its signature and\n"
                "    certificate are another person's.\n"
                " 5. the SHA-256 of each file under documents/ is its name, and is what the steps name.\n"
                " 6. the steps follow from one another under rules/: no step too early, by whom it must be, with all it needs.\n"
                "\n"
                "不能由本文件单独证明的 WHAT IT DOES NOT PROVE BY ITSELF\n"
                "\n"
                " - that the rules under rules/ are those that were in force: compare their SHA-256 with what the\n"
                "   authority published;\n"
                " - which roles a person had, the names of persons, and the times and serials of entries: the registry\n"
                "   says so; its ledger proves it;\n"
                " - that a step was not left out at the end: ask the registry for the newest state.\n");
}
