/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Prints what a view holds, one line a key and value, in hexadecimal: for comparing a view that followed live with
 * one that was built anew. Its times and identity (meta) are left out: they are of the making, not of what was made.
 *
 *     view-dump DIRECTORY      the folder that `current` stands in
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/view/view_table.h"

static int fail(const char *what, int error)
{
        fprintf(stderr, "view-dump: %s: %s\n", what, mdb_strerror(error));
        return EXIT_FAILURE;
}

static void print_octets(const MDB_val *octets)
{
        for (size_t i = 0; i < octets->mv_size; i++)
                printf("%02x", ((const uint8_t *)octets->mv_data)[i]);
}

static int print_table(const struct view_tables *tables, unsigned table)
{
        MDB_cursor *cursor;
        MDB_val key, value;
        int error = mdb_cursor_open(tables->txn, tables->dbi[table], &cursor);

        if (error)
                return error;
        while (!(error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT))) {
                printf("%u ", table);
                print_octets(&key);
                printf(" ");
                print_octets(&value);
                printf("\n");
        }
        mdb_cursor_close(cursor);
        return error == MDB_NOTFOUND ? 0 : error;
}

int main(int argc, char **argv)
{
        struct view_tables tables = {0};
        struct fault why;
        char path[4096];
        MDB_env *env;
        int error;

        if (argc != 2) {
                fprintf(stderr, "usage: view-dump DIRECTORY\n");
                return EXIT_FAILURE;
        }
        snprintf(path, sizeof(path), "%s/current", argv[1]);
        if (!view_env_create(&env, &why))
                return fail(why.text, 0);
        error = mdb_env_open(env, path, MDB_RDONLY, 0);
        if (!error)
                error = mdb_txn_begin(env, NULL, MDB_RDONLY, &tables.txn);
        if (error)
                return fail(path, error);
        if (!view_tables_open(&tables, false, &why))
                return fail(why.text, 0);
        for (unsigned table = 0; table < VIEW_TABLE_COUNT && !error; table++)
                if (table != VIEW_TABLE_META)
                        error = print_table(&tables, table);
        mdb_txn_abort(tables.txn);
        mdb_env_close(env);
        return error ? fail(path, error) : EXIT_SUCCESS;
}
