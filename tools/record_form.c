/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/record_form.h"

#include <assert.h>
#include <string.h>

#include "registry/core/calendar.h"
#include "registry/core/lines.h"
#include "registry/core/org_code.h"
#include "registry/core/record_kind.h"
#include "tools/language.h"

static_assert(RECORD_DETAILS_MAX <= TEXT_LIST_LIMIT, "all details of a type can be given as flags");

#define FINE_FEN_MAX 100000000000000u /* a trillion yuan; beyond is a slip of the keyboard */

#define FORM(member) offsetof(struct record_form, member)

const struct flag record_form_flags[] = {
        {"code", FLAG_TEXT, FORM(code), "CODE", N_("code of the party")},
        {"name", FLAG_TEXT, FORM(name), "NAME", N_("name of the party; must match the code's")},
        {"type", FLAG_TEXT, FORM(type), "WORD",
                N_("penalty, sampling, recall, complaint, accident, certificate, award, commitment, breach, brand, "
                   "permit, acceptance, inspection, survey, assessment")},
        {"domain", FLAG_TEXT, FORM(domain), "WORD", N_("product, engineering, service, environment")},
        {"authority-code", FLAG_TEXT, FORM(authority_code), "CODE", N_("code of the authority that decided")},
        {"authority", FLAG_TEXT, FORM(authority), "NAME", N_("its name")},
        {"document", FLAG_TEXT, FORM(document), "NUMBER", N_("number of the document")},
        {"kind", FLAG_LIST, FORM(kind), "WORD",
                N_("kind of penalty, as a word or in Chinese; may be repeated")},
        {"severity", FLAG_TEXT, FORM(severity), "WORD", N_("ordinary or serious")},
        {"fine", FLAG_TEXT, FORM(fine), "YUAN", N_("fine in yuan, up to two decimals")},
        {"fine-fen", FLAG_TEXT, FORM(fine_fen), "FEN", N_("the same in fen")},
        {"confiscated", FLAG_TEXT, FORM(confiscated), "YUAN", N_("amount confiscated, in yuan")},
        {"confiscated-fen", FLAG_TEXT, FORM(confiscated_fen), "FEN", N_("the same in fen")},
        {"decided-on", FLAG_TEXT, FORM(decided_on), "DAY", N_("day of the decision, like 2026-11-02")},
        {"publicity-end", FLAG_TEXT, FORM(publicity_end), "DAY",
                N_("first day on which, by the document, it is not shown any more")},
        {"result", FLAG_TEXT, FORM(result), "WORD",
                N_("pass or fail, of a sampling, a complaint (settled or not), an acceptance, an inspection")},
        {"certificate", FLAG_TEXT, FORM(certificate), "WORD",
                N_("kind of certificate: iso9001, iso14001, iso45001, iso22000, haccp, gmp, gsp, ccc, production, "
                   "green, organic, geographic")},
        {"valid-through", FLAG_TEXT, FORM(valid_through), "DAY",
                N_("last day of a certificate, a brand, an award, a permit or an assessment; none: without end")},
        {"detail", FLAG_LIST, FORM(detail), "NAME=VALUE",
                N_("what the type has beside, like batch=2026-01; repeated, in any order")},
        {"conduct", FLAG_TEXT, FORM(conduct), "TEXT", N_("what was done")},
        {"facts", FLAG_TEXT, FORM(facts), "TEXT", N_("facts found")},
        {"basis", FLAG_TEXT, FORM(basis), "TEXT", N_("legal basis")},
        {"penalty", FLAG_TEXT, FORM(penalty), "TEXT", N_("the penalty as the document words it")},
        {"content", FLAG_TEXT, FORM(content), "TEXT", N_("its content")},
        {"licence", FLAG_TEXT, FORM(licence), "TEXT", N_("licence suspended or withdrawn")},
        {"remark", FLAG_TEXT, FORM(remark), "TEXT", N_("remark")},
        {"json-file", FLAG_TEXT, FORM(json_file), "FILE", N_("a JSON object with these names, `_` for `-`")},
        {"dry-run", FLAG_SWITCH, FORM(dry_run), NULL, N_("say what it would do, and do nothing")},
        FLAGS_ACT(struct record_form, act),
        FLAGS_JSON,
        FLAGS_END,
};

/* ----------------------------------------------------------------- JSON file */

/* Only what stands in the record itself may come from a file. */
static const struct flag *find_member(const char *member)
{
        for (const struct flag *f = record_form_flags; f->name && f->offset != FORM(json_file); f++) {
                size_t i = 0;

                while (member[i] && f->name[i] == (member[i] == '_' ? '-' : member[i]))
                        i++;
                if (!member[i] && !f->name[i])
                        return f;
        }
        return NULL;
}

static bool take_list(const char *member, const json_t *value, struct text_list *list, struct fault *why)
{
        size_t count = json_array_size(value);

        if (list->count)
                return true;
        if (count > TEXT_LIST_LIMIT)
                return fault_set(why, FAULT_INPUT, "%s: more than %u texts", member, TEXT_LIST_LIMIT);
        for (size_t i = 0; i < count; i++) {
                list->texts[i] = json_string_value(json_array_get(value, i));
                if (!list->texts[i])
                        return fault_set(why, FAULT_INPUT, "%s: an array of texts", member);
        }
        list->count = (unsigned)count;
        return true;
}

static bool has_detail(const struct record_form *form, struct slice name)
{
        for (unsigned i = 0; i < form->details_count; i++)
                if (slice_equal(form->details[i].name, name))
                        return true;
        return false;
}

static bool add_detail(struct record_form *form, struct slice name, struct slice value, struct fault *why)
{
        if (form->details_count == RECORD_DETAILS_MAX)
                return fault_set(why, FAULT_INPUT, "detail: more than %u", RECORD_DETAILS_MAX);
        form->details[form->details_count++] = (struct record_detail_value){name, value};
        return true;
}

/* An object of texts by name. */
static bool take_details(struct record_form *form, json_t *object, struct fault *why)
{
        const char *name;
        json_t *value;

        json_object_foreach(object, name, value) {
                if (!json_is_string(value))
                        return fault_set(why, FAULT_INPUT, "detail %s: a text", name);
                if (!has_detail(form, slice_text(name)) &&
                        !add_detail(form, slice_text(name), slice_text(json_string_value(value)), why))
                        return false;
        }
        return true;
}

static bool split_details(struct record_form *form, struct fault *why)
{
        for (unsigned i = 0; i < form->detail.count; i++) {
                const char *text = form->detail.texts[i], *equals = strchr(text, '=');

                if (!equals || equals == text)
                        return fault_set(why, FAULT_CONFIG, "--detail '%s': NAME=VALUE", text);
                if (!add_detail(form, slice_of(text, (size_t)(equals - text)), slice_text(equals + 1), why))
                        return false;
        }
        return true;
}

static bool take_member(struct record_form *form, const char *member, json_t *value, struct fault *why)
{
        const struct flag *flag = find_member(member);
        void *field = flag ? (char *)form + flag->offset : NULL;

        if (!flag)
                return fault_set(why, FAULT_INPUT, "there is no member '%s'", member);
        if (field == &form->detail)
                return json_is_object(value) ? take_details(form, value, why)
                                             : fault_set(why, FAULT_INPUT, "%s: an object of texts", member);
        if (flag->kind == FLAG_LIST && json_is_array(value))
                return take_list(member, value, field, why);
        if (flag->kind == FLAG_TEXT && json_is_string(value)) {
                if (!*(const char **)field)
                        *(const char **)field = json_string_value(value);
                return true;
        }
        return fault_set(
                why, FAULT_INPUT, "%s: %s", member, flag->kind == FLAG_LIST ? "an array of texts" : "a text");
}

bool record_form_load(struct record_form *form, json_t **ret_document, struct fault *why)
{
        json_error_t error;
        json_t *document;
        const char *member;
        json_t *value;
        bool taken;

        *ret_document = NULL;
        form->details_count = 0;
        if (!split_details(form, why))
                return false;
        if (!form->json_file)
                return true;
        document = json_load_file(form->json_file, JSON_REJECT_DUPLICATES, &error);
        if (!document)
                return fault_set(
                        why, FAULT_INPUT, "%s, line %d: %s", form->json_file, error.line, error.text);
        taken = json_is_object(document) ||
                fault_set(why, FAULT_INPUT, "%s: not a JSON object", form->json_file);
        json_object_foreach(document, member, value)
                taken = taken && take_member(form, member, value, why);
        if (!taken) {
                json_decref(document);
                return false;
        }
        *ret_document = document;
        return true;
}

/* -------------------------------------------------------------------- values */

bool record_form_yuan(struct slice text, uint64_t *ret_fen)
{
        const uint8_t *point = text.length ? memchr(text.data, '.', text.length) : NULL;
        size_t whole = point ? (size_t)(point - text.data) : text.length;
        uint64_t yuan, fen = 0;

        if (!number_parse(slice_of(text.data, whole), &yuan) || yuan > FINE_FEN_MAX / 100)
                return false;
        if (point) {
                size_t decimals = text.length - whole - 1;

                if (decimals < 1 || decimals > 2)
                        return false;
                for (size_t i = 1; i <= 2; i++) {
                        uint8_t digit = i <= decimals ? point[i] : '0';

                        if (digit < '0' || digit > '9')
                                return false;
                        fen = fen * 10 + (uint64_t)(digit - '0');
                }
        }
        *ret_fen = yuan * 100 + fen;
        return true;
}

static bool read_amount(const char *flag, const char *yuan, const char *fen, protobuf_c_boolean *ret_has,
        uint64_t *ret_fen, struct fault *why)
{
        if (yuan && fen)
                return fault_set(why, FAULT_CONFIG, "--%s and --%s-fen say the same", flag, flag);
        if (yuan && !record_form_yuan(slice_text(yuan), ret_fen))
                return fault_set(why, FAULT_CONFIG, "--%s '%s': yuan with up to two decimals", flag, yuan);
        if (fen && (!number_parse(slice_text(fen), ret_fen) || *ret_fen > FINE_FEN_MAX))
                return fault_set(why, FAULT_CONFIG, "--%s-fen '%s': a whole number of fen", flag, fen);
        *ret_has = yuan || fen;
        return true;
}

static bool is_day(const char *flag, const char *text, struct fault *why)
{
        struct day day;

        return !text || day_parse(slice_text(text), &day) ||
               fault_set(why, FAULT_CONFIG, "--%s '%s': a day like 2026-11-02", flag, text);
}

static bool read_kinds(const struct record_form *form, struct record_message *ret, struct fault *why)
{
        uint16_t all = 0;

        static_assert(RECORD_FORM_KINDS == PENALTY_KINDS, "every kind fits");
        for (unsigned i = 0; i < form->kind.count; i++) {
                struct slice text = slice_text(form->kind.texts[i]);
                enum penalty_kind kind;
                uint16_t kinds = 0;
                struct slice unknown = text;

                if (penalty_kind_of_word(text, &kind))
                        kinds = PENALTY_BIT(kind);
                else if (!penalty_kinds_parse(text, &kinds, &unknown))
                        return fault_set(why, FAULT_CONFIG, "--kind '%.*s': no kind of penalty",
                                (int)unknown.length, (const char *)unknown.data);
                all |= kinds;
        }
        for (unsigned i = 0; i < PENALTY_KINDS; i++)
                if (all & PENALTY_BIT(i))
                        ret->kinds[ret->record.n_kind++] =
                                client_bytes(penalty_kind_word((enum penalty_kind)i));
        ret->record.kind = ret->kinds;
        return true;
}

static bool read_words(const struct record_form *form, struct record_message *ret, struct fault *why)
{
        struct org_code code;
        struct org_code_report report;
        enum severity severity;
        enum record_type type;
        enum record_result result;
        enum certificate_kind certificate;

        if (org_code_parse(slice_text(form->code), &code, &report))
                return fault_set(
                        why, FAULT_CONFIG, "--code '%s': %s", form->code, org_code_flaw_word(report.flaw));
        if (!record_type_of_word(slice_text(form->type), &type))
                return fault_set(why, FAULT_CONFIG, "--type '%s': no type of record", form->type);
        if (form->severity && !severity_of_word(slice_text(form->severity), &severity))
                return fault_set(why, FAULT_CONFIG, "--severity '%s': ordinary or serious", form->severity);
        if (form->result && (!*form->result || !record_result_of_word(slice_text(form->result), &result)))
                return fault_set(why, FAULT_CONFIG, "--result '%s': pass or fail", form->result);
        if (form->certificate && (!certificate_kind_of_word(slice_text(form->certificate), &certificate) ||
                                         certificate == CERTIFICATE_NONE))
                return fault_set(why, FAULT_CONFIG, "--certificate '%s': no kind of certificate", form->certificate);
        ret->record.has_severity = form->severity != NULL;
        ret->record.severity = form->severity ? severity : SEVERITY_NONE;
        return true;
}

static bool has_all(const struct record_form *form, struct fault *why)
{
        const struct {
                const char *flag;
                const char *value;
        } needed[] = {
                {"code", form->code}, {"name", form->name}, {"type", form->type}, {"domain", form->domain},
                {"authority-code", form->authority_code}, {"authority", form->authority},
                {"document", form->document}, {"decided-on", form->decided_on},
        };

        for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
                if (!needed[i].value || !*needed[i].value)
                        return fault_set(why, FAULT_CONFIG, "--%s is missing", needed[i].flag);
        return true;
}

static void fill_texts(const struct record_form *form, Qcr__Record *ret)
{
        const struct {
                const char *text;
                protobuf_c_boolean *has;
                ProtobufCBinaryData *bytes;
        } optional[] = {
                {form->publicity_end, &ret->has_publicity_end, &ret->publicity_end},
                {form->result, &ret->has_result, &ret->result},
                {form->certificate, &ret->has_certificate, &ret->certificate},
                {form->valid_through, &ret->has_valid_through, &ret->valid_through},
                {form->conduct, &ret->has_conduct, &ret->conduct},
                {form->facts, &ret->has_facts, &ret->facts},
                {form->basis, &ret->has_basis, &ret->basis},
                {form->penalty, &ret->has_penalty, &ret->penalty},
                {form->content, &ret->has_content, &ret->content},
                {form->licence, &ret->has_licence, &ret->licence},
                {form->remark, &ret->has_remark, &ret->remark},
        };

        ret->code = client_bytes(form->code);
        ret->name = client_bytes(form->name);
        ret->type = client_bytes(form->type);
        ret->domain = client_bytes(form->domain);
        ret->authority_code = client_bytes(form->authority_code);
        ret->authority_name = client_bytes(form->authority);
        ret->document = client_bytes(form->document);
        ret->decided_on = client_bytes(form->decided_on);
        for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
                *optional[i].has = optional[i].text != NULL;
                *optional[i].bytes = client_bytes(optional[i].text);
        }
}

static ProtobufCBinaryData slice_bytes(struct slice s)
{
        return (ProtobufCBinaryData){.len = s.length, .data = (uint8_t *)(uintptr_t)s.data};
}

static void fill_details(const struct record_form *form, struct record_message *ret)
{
        for (unsigned i = 0; i < form->details_count; i++) {
                const struct record_detail_value *detail = &form->details[i];

                qcr__record_detail__init(&ret->details[i]);
                ret->details[i].name = slice_bytes(detail->name);
                ret->details[i].value = slice_bytes(detail->value);
                ret->detail_rows[i] = &ret->details[i];
        }
        ret->record.detail = ret->detail_rows;
        ret->record.n_detail = form->details_count;
}

bool record_form_message(const struct record_form *form, struct record_message *ret, struct fault *why)
{
        *ret = (struct record_message){0};
        qcr__record__init(&ret->record);
        if (!has_all(form, why) || !read_words(form, ret, why) || !read_kinds(form, ret, why) ||
                !is_day("decided-on", form->decided_on, why) ||
                !is_day("publicity-end", form->publicity_end, why) ||
                !is_day("valid-through", form->valid_through, why) ||
                !read_amount("fine", form->fine, form->fine_fen, &ret->record.has_fine_fen,
                        &ret->record.fine_fen, why) ||
                !read_amount("confiscated", form->confiscated, form->confiscated_fen,
                        &ret->record.has_confiscated_fen, &ret->record.confiscated_fen, why))
                return false;
        fill_texts(form, &ret->record);
        fill_details(form, ret);
        return true;
}

void record_form_explain(const struct record_form *form, struct failure *failure)
{
        CLEANUP(buffer) struct buffer shown = BUFFER_INIT;
        const struct record_detail *details;
        enum record_type type;
        size_t count;

        if (!failure->field || strncmp(failure->field, "detail.", 7) != 0 ||
                !record_type_of_word(slice_text(form->type), &type))
                return;
        details = record_details_of(type, &count);
        for (size_t i = 0; i < count; i++)
                buffer_add_format(&shown, "%s%s%s %s", i ? ", " : "", details[i].name,
                        details[i].is_required ? "*" : "", language_is_chinese() ? details[i].zh : details[i].en);
        failure->allowed_shown = failure_keep(failure, count ? buffer_slice(&shown) : slice_text("-"));
}

void record_form_describe(const struct record_form *form, struct table *rows)
{
        for (const struct flag *f = record_form_flags; f->offset != FORM(json_file); f++) {
                const void *field = (const char *)form + f->offset;
                const struct text_list *list = field;

                if (f->kind == FLAG_TEXT && *(const char *const *)field) {
                        table_add_text(rows, f->name);
                        table_add_text(rows, *(const char *const *)field);
                }
                for (unsigned i = 0; f->kind == FLAG_LIST && f->offset != FORM(detail) && i < list->count; i++) {
                        table_add_text(rows, f->name);
                        table_add_text(rows, list->texts[i]);
                }
        }
        for (unsigned i = 0; i < form->details_count; i++) {
                table_add(rows, form->details[i].name);
                table_add(rows, form->details[i].value);
        }
}
