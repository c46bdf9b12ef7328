/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_table.h"

#include <stdlib.h>

#include <openssl/evp.h>

static const struct {
        const char *name;
        unsigned flags;
} layout[VIEW_TABLE_COUNT] = {
        [VIEW_TABLE_META] = {"meta", 0},
        [VIEW_TABLE_PARTY] = {"party", 0},
        [VIEW_TABLE_CODE] = {"code", 0},
        [VIEW_TABLE_NAME] = {"name", MDB_DUPSORT | MDB_DUPFIXED},
        [VIEW_TABLE_CERTIFICATE] = {"certificate", 0},
        [VIEW_TABLE_PERSON] = {"person", 0},
        [VIEW_TABLE_POLICY] = {"policy", 0},
        [VIEW_TABLE_COVERAGE] = {"coverage", 0},
        [VIEW_TABLE_RULE] = {"rule", 0},
        [VIEW_TABLE_CASE] = {"case", 0},
        [VIEW_TABLE_DEPUTY] = {"deputy", 0},
        [VIEW_TABLE_PROPOSAL] = {"proposal", 0},
        [VIEW_TABLE_OWED] = {"owed", 0},
        [VIEW_TABLE_GRADE_0] = {"grade-0", 0},
        [VIEW_TABLE_GRADE_1] = {"grade-1", 0},
        [VIEW_TABLE_RUN] = {"run", 0},
        [VIEW_TABLE_ACTIVATION] = {"activation", 0},
};

bool view_fault(struct fault *why, const char *what, int error)
{
        return fault_set(why, FAULT_VIEW, "%s: %s", what, mdb_strerror(error));
}

/* LMDB takes keys and values through one struct that is not const; it does not write to them. */
static MDB_val val_of(struct slice s)
{
        union {
                const void *in;
                void *out;
        } data = {.in = s.data};

        return (MDB_val){s.length, data.out};
}

bool view_env_create(MDB_env **ret, struct fault *why)
{
        MDB_env *env;
        int error = mdb_env_create(&env);

        if (error)
                return view_fault(why, "view", error);
        error = mdb_env_set_mapsize(env, VIEW_MAP_OCTETS);
        if (!error)
                error = mdb_env_set_maxdbs(env, VIEW_TABLE_COUNT);
        if (!error)
                error = mdb_env_set_maxreaders(env, VIEW_READERS_MAX);
        if (error) {
                mdb_env_close(env);
                return view_fault(why, "view", error);
        }
        *ret = env;
        return true;
}

bool view_tables_open(struct view_tables *tables, bool create, struct fault *why)
{
        for (unsigned i = 0; i < VIEW_TABLE_COUNT; i++) {
                int error = mdb_dbi_open(tables->txn, layout[i].name, layout[i].flags | (create ? MDB_CREATE : 0),
                        &tables->dbi[i]);

                if (error)
                        return view_fault(why, layout[i].name, error);
        }
        return true;
}

bool view_tables_get(const struct view_tables *tables, enum view_table table, struct slice key,
        enum view_found *ret_found, struct slice *ret, struct fault *why)
{
        MDB_val k = val_of(key), v;
        int error;

        if (key.length == 0) {
                *ret_found = VIEW_ABSENT;
                return true;
        }
        error = mdb_get(tables->txn, tables->dbi[table], &k, &v);
        if (error && error != MDB_NOTFOUND)
                return view_fault(why, layout[table].name, error);
        *ret_found = error ? VIEW_ABSENT : VIEW_FOUND;
        if (!error)
                *ret = slice_of(v.mv_data, v.mv_size);
        return true;
}

bool view_tables_put(const struct view_tables *tables, enum view_table table, struct slice key, struct slice value,
        struct fault *why)
{
        MDB_val k = val_of(key), v = val_of(value);
        int error = mdb_put(tables->txn, tables->dbi[table], &k, &v, 0);

        return error ? view_fault(why, layout[table].name, error) : true;
}

bool view_tables_remove(const struct view_tables *tables, enum view_table table, struct slice key, struct slice value,
        struct fault *why)
{
        MDB_val k = val_of(key), v = val_of(value);
        int error = mdb_del(tables->txn, tables->dbi[table], &k, value.length ? &v : NULL);

        return error && error != MDB_NOTFOUND ? view_fault(why, layout[table].name, error) : true;
}

bool view_tables_clear(const struct view_tables *tables, enum view_table table, struct fault *why)
{
        int error = mdb_drop(tables->txn, tables->dbi[table], 0);

        return error ? view_fault(why, layout[table].name, error) : true;
}

bool view_tables_has(const struct view_tables *tables, enum view_table table, struct slice key, struct slice value,
        bool *ret, struct fault *why)
{
        MDB_val k = val_of(key), v = val_of(value);
        MDB_cursor *cursor;
        int error = mdb_cursor_open(tables->txn, tables->dbi[table], &cursor);

        if (error)
                return view_fault(why, layout[table].name, error);
        error = mdb_cursor_get(cursor, &k, &v, MDB_GET_BOTH);
        mdb_cursor_close(cursor);
        if (error && error != MDB_NOTFOUND)
                return view_fault(why, layout[table].name, error);
        *ret = !error;
        return true;
}

bool view_tables_next(const struct view_tables *tables, enum view_table table, struct slice after,
        enum view_found *ret_found, struct slice *ret_key, struct slice *ret, struct fault *why)
{
        MDB_val k = val_of(after), v;
        MDB_cursor *cursor;
        int error = mdb_cursor_open(tables->txn, tables->dbi[table], &cursor);

        if (error)
                return view_fault(why, layout[table].name, error);
        error = mdb_cursor_get(cursor, &k, &v, after.length ? MDB_SET_RANGE : MDB_FIRST);
        if (!error && after.length && slice_equal(slice_of(k.mv_data, k.mv_size), after))
                error = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
        mdb_cursor_close(cursor);
        if (error && error != MDB_NOTFOUND)
                return view_fault(why, layout[table].name, error);
        *ret_found = error ? VIEW_ABSENT : VIEW_FOUND;
        if (!error) {
                *ret_key = slice_of(k.mv_data, k.mv_size);
                *ret = slice_of(v.mv_data, v.mv_size);
        }
        return true;
}

void view_name_key(struct slice name_norm, uint8_t ret[32])
{
        if (!EVP_Digest(name_norm.data, name_norm.length, ret, NULL, EVP_sha256(), NULL))
                abort();
}
