/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/core/founding.h"
#include "registry/view/view_entry.h"
#include "registry/view/view_generation.h"
#include "registry/view/view_table.h"

struct view {
        MDB_env *env;
        struct view_tables tables; /* its transaction is kept and renewed: a slot in the reader table once */
        bool begun;
        bool has_live;             /* the transaction's live slot was looked at: `live`, and `slot` unless that is 0 */
        uint8_t live;
        struct view_slot slot;
        char *directory;
        char generation[VIEW_GENERATION_SIZE];
};

bool view_boot_id(uint8_t ret[16], struct fault *why)
{
        static const char path[] = "/proc/sys/kernel/random/boot_id";
        char text[64];
        ssize_t length;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", path, strerror(errno));
        length = read(fd, text, sizeof(text));
        close(fd);
        if (length < 36 || !uuid_parse(slice_of(text, 36), ret))
                return fault_set(why, FAULT_SYSTEM, "%s is not a boot id", path);
        return true;
}

/* Format and boot, before anybody reads more. */
static bool view_check(struct view *view, struct fault *why)
{
        struct view_meta meta;
        uint8_t boot_id[16];
        bool fits;

        if (!view_boot_id(boot_id, why) || !view_begin(view, why))
                return false;
        fits = view_meta(view, &meta, why);
        view_end(view);
        if (!fits)
                return false;
        if (memcmp(meta.boot_id, boot_id, sizeof(boot_id)) != 0)
                return fault_set(why, FAULT_VIEW, "view %s was made before this boot", view->generation);
        return true;
}

static bool view_open_tables(struct view *view, struct fault *why)
{
        int error = mdb_txn_begin(view->env, NULL, MDB_RDONLY, &view->tables.txn);

        if (error)
                return view_fault(why, view->generation, error);
        if (!view_tables_open(&view->tables, false, why))
                return false;
        /* Committing, once, is what keeps the tables' handles. */
        error = mdb_txn_commit(view->tables.txn);
        view->tables.txn = NULL;
        if (!error)
                error = mdb_txn_begin(view->env, NULL, MDB_RDONLY, &view->tables.txn);
        if (error)
                return view_fault(why, view->generation, error);
        mdb_txn_reset(view->tables.txn);
        return view_check(view, why);
}

bool view_open(struct view **ret, const char *directory, struct fault *why)
{
        struct view *view = must_alloc(sizeof(*view));
        char path[PATH_MAX];
        int error;

        *view = (struct view){.directory = must_copy_text(directory)};
        if (!view_generation_current(directory, view->generation, why) || !view_env_create(&view->env, why))
                goto fail;
        if (snprintf(path, sizeof(path), "%s/%s", directory, view->generation) >= (int)sizeof(path)) {
                fault_set(why, FAULT_CONFIG, "view directory: the path is too long");
                goto fail;
        }
        error = mdb_env_open(view->env, path, MDB_RDONLY | MDB_NOTLS, 0660);
        if (error) {
                view_fault(why, path, error);
                goto fail;
        }
        if (!view_open_tables(view, why))
                goto fail;
        *ret = view;
        return true;
fail:
        view_free(view);
        return false;
}

void view_free(struct view *view)
{
        if (!view)
                return;
        if (view->tables.txn)
                mdb_txn_abort(view->tables.txn);
        if (view->env)
                mdb_env_close(view->env);
        free(view->directory);
        free(view);
}

bool view_is_current(const struct view *view)
{
        char generation[VIEW_GENERATION_SIZE];
        struct fault why;

        return view_generation_current(view->directory, generation, &why) &&
               strcmp(generation, view->generation) == 0;
}

bool view_begin(struct view *view, struct fault *why)
{
        int error;

        assert(!view->begun);
        error = mdb_txn_renew(view->tables.txn);
        if (error)
                return view_fault(why, view->generation, error);
        view->begun = true;
        view->has_live = false;
        return true;
}

void view_end(struct view *view)
{
        assert(view->begun);
        mdb_txn_reset(view->tables.txn);
        view->begun = false;
}

bool view_meta(struct view *view, struct view_meta *ret, struct fault *why)
{
        enum view_found found;
        struct slice value;

        assert(view->begun);
        if (!view_tables_get(&view->tables, VIEW_TABLE_META, slice_text(VIEW_META_KEY), &found, &value, why))
                return false;
        if (found || !view_meta_decode(value, ret))
                return fault_set(why, FAULT_VIEW, "view %s is not of format %u", view->generation, VIEW_FORMAT);
        view->has_live = true;
        view->live = ret->live;
        if (ret->live)
                view->slot = ret->slots[ret->live - 1];
        return true;
}

/* What the live slot has of it, in place of its own outcome. */
static bool take_live(struct view *view, struct view_party *party, struct fault *why)
{
        const struct view_slot *slot = &view->slot;
        struct view_grade grade = {0};
        struct view_meta meta;
        enum view_found found;
        struct slice value;
        bool is_slots;

        if (!view->has_live && !view_meta(view, &meta, why))
                return false;
        if (!view->live)
                return true;
        if (!view_tables_get(&view->tables, VIEW_TABLE_GRADE_0 + view->live - 1,
                    slice_of(party->subject, VIEW_SUBJECT_OCTETS), &found, &value, why))
                return false;
        if (!found && !view_grade_decode(value, &grade))
                return fault_set(why, FAULT_VIEW, "view %s: the grade of %s cannot be read", view->generation,
                        party->subject);
        is_slots = grade.version == party->version;
        if (is_slots) {
                memcpy(party->grade, grade.grade, sizeof(party->grade));
                party->score = grade.score;
                party->next_change = grade.next_change;
        }
        if (is_slots || (party->decision <= slot->through &&
                                memcmp(party->policy_hash, slot->policy_hash, sizeof(party->policy_hash)) != 0)) {
                party->graded_on = slot->day;
                memcpy(party->policy_hash, slot->policy_hash, sizeof(party->policy_hash));
        }
        return true;
}

static bool get_party(struct view *view, struct slice subject, struct view_party *ret, struct fault *why)
{
        struct view_party party = {0};
        enum view_found found;
        struct slice value;

        if (subject.length != VIEW_SUBJECT_OCTETS)
                return fault_set(why, FAULT_VIEW, "view %s: a key leads to no subject", view->generation);
        memcpy(party.subject, subject.data, VIEW_SUBJECT_OCTETS);
        if (!view_tables_get(&view->tables, VIEW_TABLE_PARTY, subject, &found, &value, why))
                return false;
        if (found || !view_party_decode(value, &party))
                return fault_set(why, FAULT_VIEW, "view %s: the entry of %s cannot be read", view->generation,
                        party.subject);
        if (!take_live(view, &party, why))
                return false;
        *ret = party;
        return true;
}

bool view_party(struct view *view, const char *code, enum view_found *ret_found, struct view_party *ret,
        struct fault *why)
{
        struct slice subject;

        assert(view->begun);
        if (!view_tables_get(&view->tables, VIEW_TABLE_CODE, slice_text(code), ret_found, &subject, why))
                return false;
        return *ret_found ? true : get_party(view, subject, ret, why);
}

bool view_find(struct view *view, struct slice name_norm, size_t limit,
        void (*each)(void *closure, const struct view_party *party, bool former), void *closure, struct fault *why)
{
        uint8_t key_octets[32];
        MDB_val key = {sizeof(key_octets), key_octets}, value;
        MDB_cursor *cursor;
        int error;

        assert(view->begun);
        view_name_key(name_norm, key_octets);
        error = mdb_cursor_open(view->tables.txn, view->tables.dbi[VIEW_TABLE_NAME], &cursor);
        if (error)
                return view_fault(why, "name", error);
        error = limit ? mdb_cursor_get(cursor, &key, &value, MDB_SET) : MDB_NOTFOUND;
        while (!error) {
                const uint8_t *octets = value.mv_data;
                struct view_party party;

                if (value.mv_size != VIEW_SUBJECT_OCTETS + 1 || octets[VIEW_SUBJECT_OCTETS] > 1) {
                        error = MDB_CORRUPTED;
                        break;
                }
                if (!get_party(view, slice_of(octets, VIEW_SUBJECT_OCTETS), &party, why)) {
                        mdb_cursor_close(cursor);
                        return false;
                }
                each(closure, &party, octets[VIEW_SUBJECT_OCTETS] == 1);
                error = --limit ? mdb_cursor_get(cursor, &key, &value, MDB_NEXT_DUP) : MDB_NOTFOUND;
        }
        mdb_cursor_close(cursor);
        return error == MDB_NOTFOUND ? true : view_fault(why, "name", error);
}

bool view_certificate(struct view *view, const uint8_t fingerprint[32], enum view_found *ret_found, bool *ret_revoked,
        struct view_person *ret, struct fault *why)
{
        struct view_certificate certificate;
        struct view_person person = {0};
        enum view_found found;
        struct slice value;

        assert(view->begun);
        if (!view_tables_get(&view->tables, VIEW_TABLE_CERTIFICATE, slice_of(fingerprint, 32), &found, &value, why))
                return false;
        if (found) {
                *ret_found = found;
                return true;
        }
        if (!view_certificate_decode(value, &certificate))
                return fault_set(why, FAULT_VIEW, "view %s: a certificate cannot be read", view->generation);
        person.person_id = certificate.person_id;
        if (!view_tables_get(&view->tables, VIEW_TABLE_PERSON, person.person_id, &found, &value, why))
                return false;
        if (found || !view_person_decode(value, &person))
                return fault_set(why, FAULT_VIEW, "view %s: a person cannot be read", view->generation);
        *ret_found = VIEW_FOUND;
        *ret_revoked = certificate.revoked;
        *ret = person;
        return true;
}

bool view_policy(struct view *view, const uint8_t hash[32], enum view_found *ret_found, struct slice *ret_document,
        struct fault *why)
{
        assert(view->begun);
        return view_tables_get(&view->tables, VIEW_TABLE_POLICY, slice_of(hash, 32), ret_found, ret_document, why);
}

bool view_coverage(struct view *view, struct buffer *ret, struct fault *why)
{
        size_t before = ret->length, end = before;
        MDB_val key, value;
        MDB_cursor *cursor;
        int error;

        assert(view->begun);
        error = mdb_cursor_open(view->tables.txn, view->tables.dbi[VIEW_TABLE_COVERAGE], &cursor);
        if (error)
                return view_fault(why, "coverage", error);
        for (error = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); !error;
                error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
                struct view_coverage coverage;
                char through[DAY_TEXT];

                if (!view_coverage_decode(slice_of(key.mv_data, key.mv_size), slice_of(value.mv_data, value.mv_size),
                            &coverage)) {
                        error = MDB_CORRUPTED;
                        break;
                }
                day_format(coverage.through, through);
                buffer_add_format(ret, "%s%s/%s=%s", end > before ? "; " : "", coverage.domain, coverage.source,
                        through);
                if (ret->length - before > STATEMENT_COVERAGE_LIMIT) {
                        error = MDB_NOTFOUND;
                        break;
                }
                end = ret->length;
        }
        ret->length = end;
        mdb_cursor_close(cursor);
        return error == MDB_NOTFOUND ? true : view_fault(why, "coverage", error);
}
