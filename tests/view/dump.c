/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Prints what a view holds, one line a key and value, in hexadecimal: for comparing a view that followed live with
 * one that was built anew. Of meta only the policy in force and the slots are printed: its times and identity are of the
 * making, not of what was made.
 *
 *     view-dump DIRECTORY      the folder that `current` stands in
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/view/view_entry.h"
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

static void print_hex(const void *octets, size_t length)
{
        char text[65];

        hex_encode(octets, length, text);
        printf(" %s", text);
}

/* `meta POLICY LIVE`, then a slot each: `slot SERIAL RUN POLICY DAY THROUGH`. */
static int print_meta(const struct view_tables *tables)
{
        struct slice value;
        struct view_meta meta;
        enum view_found found;
        struct fault why;

        if (!view_tables_get(tables, VIEW_TABLE_META, slice_text(VIEW_META_KEY), &found, &value, &why) || found ||
                !view_meta_decode(value, &meta))
                return MDB_CORRUPTED;
        printf("meta");
        print_hex(meta.policy_hash, sizeof(meta.policy_hash));
        printf(" %u\n", (unsigned)meta.live);
        for (unsigned i = 0; i < VIEW_SLOTS; i++) {
                const struct view_slot *slot = &meta.slots[i];

                printf("slot %" PRIu64, slot->run_serial);
                print_hex(slot->run, sizeof(slot->run));
                print_hex(slot->policy_hash, sizeof(slot->policy_hash));
                printf(" %d %" PRIu64 "\n", (int)slot->day.number, slot->through);
        }
        return 0;
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
        error = print_meta(&tables);
        for (unsigned table = 0; table < VIEW_TABLE_COUNT && !error; table++)
                if (table != VIEW_TABLE_META)
                        error = print_table(&tables, table);
        mdb_txn_abort(tables.txn);
        mdb_env_close(env);
        return error ? fail(path, error) : EXIT_SUCCESS;
}
