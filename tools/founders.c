/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/founders.h"

#include <inttypes.h>
#include <string.h>

#include "registry/core/csv.h"
#include "registry/core/name.h"
#include "registry/core/org_code.h"
#include "registry/core/role.h"

enum column {
        COLUMN_PERSON,
        COLUMN_NAME,
        COLUMN_OFFICE,
        COLUMN_OFFICE_NAME,
        COLUMN_OFFICE_CODE,
        COLUMN_ROLES,
        COLUMN_HUMAN,
        COLUMNS,
};

static const char *const titles[COLUMNS] = {
        "person", "name", "office", "office_name", "office_code", "roles", "human",
};

/* An office without a code of its own has one of the range GB 11714 keeps for internal use. */
const char founders_default[] =
        "person,name,office,office_name,office_code,roles\n"
        "admin,Administrator,registry,Registry office,PDY00001X,admin\n"
        "admin2,Second administrator,registry,Registry office,PDY00001X,admin\n";

struct people_row {
        uint64_t line;
        struct slice cell[COLUMNS];
};

static bool fail(struct fault *why, const struct people_row *row, enum column column, const char *reason)
{
        return fault_set(
                why, FAULT_INPUT, "people file, line %" PRIu64 ", %s: %s", row->line, titles[column], reason);
}

static bool read_titles(const struct csv_row *row, struct fault *why)
{
        if (row->count < COLUMN_HUMAN || row->count > COLUMNS)
                return fault_set(why, FAULT_INPUT,
                        "people file: the columns are person, name, office, office_name, "
                        "office_code, roles and, if wanted, human");
        for (unsigned i = 0; i < row->count; i++)
                if (!slice_equal(row->fields[i], slice_text(titles[i])))
                        return fault_set(why, FAULT_INPUT, "people file: column %u must be called %s", i + 1,
                                titles[i]);
        return true;
}

static struct founding_person *find_person(struct founders *f, struct slice id)
{
        for (size_t i = 0; i < f->person_count; i++)
                if (slice_equal(f->persons[i].id, id))
                        return &f->persons[i];
        return NULL;
}

static bool add_office(struct founders *f, const struct people_row *row, struct fault *why)
{
        struct org_code_report report;
        struct org_code code;

        for (size_t i = 0; i < f->office_count; i++) {
                if (!slice_equal(f->offices[i].id, row->cell[COLUMN_OFFICE]))
                        continue;
                if (!slice_equal(f->offices[i].name, row->cell[COLUMN_OFFICE_NAME]))
                        return fail(why, row, COLUMN_OFFICE_NAME, "the office was named otherwise above");
                if (!slice_equal(f->offices[i].code, row->cell[COLUMN_OFFICE_CODE]))
                        return fail(why, row, COLUMN_OFFICE_CODE, "the office had another code above");
                return true;
        }
        if (!founding_id_is_valid(row->cell[COLUMN_OFFICE]))
                return fail(why, row, COLUMN_OFFICE, "1 to 32 of a-z, 0-9 and hyphen are wanted");
        if (name_check_display(row->cell[COLUMN_OFFICE_NAME]))
                return fail(why, row, COLUMN_OFFICE_NAME, "not a name that can be shown");
        if (org_code_parse(row->cell[COLUMN_OFFICE_CODE], &code, &report))
                return fail(why, row, COLUMN_OFFICE_CODE, org_code_flaw_word(report.flaw));
        f->offices[f->office_count++] = (struct founding_office){
                row->cell[COLUMN_OFFICE], row->cell[COLUMN_OFFICE_CODE], row->cell[COLUMN_OFFICE_NAME],
        };
        return true;
}

static bool add_role(struct founders *f, const struct people_row *row, struct slice person, struct slice word,
        struct fault *why)
{
        char text[16] = {0};
        uint32_t role;

        if (word.length < sizeof(text))
                memcpy(text, word.data, word.length);
        if (!role_parse(text, &role))
                return fail(why, row, COLUMN_ROLES, "not a role");
        for (size_t i = 0; i < f->role_count; i++)
                if (f->roles[i].role == role && slice_equal(f->roles[i].person, person))
                        return true;
        f->roles[f->role_count++] = (struct founding_role){person, role};
        return true;
}

static bool add_roles(
        struct founders *f, const struct people_row *row, struct slice person, struct fault *why)
{
        struct slice rest = row->cell[COLUMN_ROLES];

        while (rest.length) {
                const uint8_t *end = memchr(rest.data, ';', rest.length);
                size_t length = end ? (size_t)(end - rest.data) : rest.length;

                if (!add_role(f, row, person, slice_of(rest.data, length), why))
                        return false;
                rest = end ? slice_of(end + 1, rest.length - length - 1) : slice_of(NULL, 0);
        }
        return true;
}

static bool add_row(struct founders *f, const struct people_row *row, struct arena *arena, struct fault *why)
{
        struct slice folder = row->cell[COLUMN_PERSON], person = row->cell[COLUMN_HUMAN];

        if (f->count == FOUNDERS_MAX)
                return fault_set(why, FAULT_LIMIT, "people file: more than %u rows", FOUNDERS_MAX);
        if (!founding_id_is_valid(folder))
                return fail(why, row, COLUMN_PERSON, "1 to 32 of a-z, 0-9 and hyphen are wanted");
        for (size_t i = 0; i < f->count; i++)
                if (slice_equal(slice_text(f->founder[i].folder), folder))
                        return fail(why, row, COLUMN_PERSON, "stands twice");
        if (!add_office(f, row, why))
                return false;
        if (!person.length) {
                person = folder;
                if (name_check_display(row->cell[COLUMN_NAME]))
                        return fail(why, row, COLUMN_NAME, "not a name that can be shown");
                f->persons[f->person_count++] = (struct founding_person){
                        person, row->cell[COLUMN_OFFICE], row->cell[COLUMN_NAME],
                };
        } else if (!find_person(f, person)) {
                return fail(why, row, COLUMN_HUMAN, "no such person in the rows above");
        }
        f->founder[f->count++] = (struct founder){arena_text(arena, folder), arena_text(arena, person)};
        return add_roles(f, row, person, why);
}

static bool take_row(struct founders *f, const struct csv_row *from, struct arena *arena, bool *has_titles,
        struct fault *why)
{
        struct people_row row = {.line = from->line};

        if (from->flaw)
                return fault_set(why, FAULT_INPUT, "people file, line %" PRIu64 ": %s", from->flaw_line,
                        csv_flaw_word(from->flaw));
        if (!*has_titles) {
                *has_titles = true;
                return read_titles(from, why);
        }
        if (from->count < COLUMN_HUMAN || from->count > COLUMNS)
                return fault_set(why, FAULT_INPUT, "people file, line %" PRIu64 ": %u columns", from->line,
                        from->count);
        for (unsigned i = 0; i < from->count; i++)
                row.cell[i] = arena_copy(arena, from->fields[i]);
        return add_row(f, &row, arena, why);
}

bool founders_read(struct slice csv, struct arena *arena, struct founders *ret, struct fault *why)
{
        CLEANUP(csv) struct csv parser;
        const struct csv_row *row;
        bool has_titles = false;
        enum csv_answer answer;

        *ret = (struct founders){0};
        csv_init(&parser);
        csv_push(&parser, csv);
        while ((answer = csv_next(&parser, &row)) != CSV_END) {
                if (answer == CSV_MORE)
                        csv_end(&parser);
                else if (!take_row(ret, row, arena, &has_titles, why))
                        return false;
        }
        return true;
}
