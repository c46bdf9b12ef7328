/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin view rebuild: the operator's decision that this store is the one to go on with, after the
 * follower refused it (another epoch, a restored backup, a forked or falsified ledger). What would be lost is
 * said first; the follower then builds the view from the first entry and removes the file (view/follower).
 */
#include "tools/admin.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "registry/core/founding.h"
#include "registry/store/link.h"
#include "registry/view/view.h"
#include "registry/view/view_witness.h"
#include "tools/home.h"

#define COMMAND "view"
#define DATABASE_USER "qcr_audit"

static const char help[] =
        "Usage: qcr-admin view rebuild [--home DIR] [--database CONNINFO] [--yes]\n"
        "\n"
        "Accepts the database as it is now and has the view built anew from its first entry. Needed after "
        "the\n"
        "follower refused the database: a backup was restored, or its history is not the one seen before. "
        "Says\n"
        "what the view has seen that the database has not. Run qcr-admin doctor before it.\n"
        "\n"
        "  --yes    do not ask; needed where nobody can be asked\n";

struct store {
        uint8_t epoch[16];
        char epoch_text[37];
        uint64_t serial;
        uint8_t chain_then[32]; /* of the entry the witness knows */
        bool has_then;
};

static bool read_store(const char *conninfo, uint64_t known, struct store *ret, struct fault *why)
{
        struct link *link;
        struct query query;
        PGresult *result;
        bool done;

        if (!link_open(&link, conninfo, DATABASE_USER, why))
                return false;
        query_init(&query, "SELECT s.epoch, h.serial, l.chain FROM qcr.system s CROSS JOIN qcr.ledger_head h"
                           " LEFT JOIN qcr.ledger l ON l.serial = $1::bigint");
        query_number(&query, (int64_t)known);
        done = link_query(link, &query, &result, why);
        link_free(link);
        if (!done)
                return false;
        if (PQntuples(result) != 1 || !uuid_parse(slice_text(cell_text(result, 0, 0)), ret->epoch)) {
                PQclear(result);
                return fault_set(why, FAULT_CONFIG, "no registry is founded in this database");
        }
        uuid_format(ret->epoch, ret->epoch_text);
        ret->serial = (uint64_t)cell_number(result, 0, 1);
        ret->has_then = cell_octets(result, 0, 2, ret->chain_then, 32);
        PQclear(result);
        return true;
}

static void say_what_is_lost(const struct store *store, const struct view_witness *witness)
{
        char epoch[37];

        printf("database: epoch %s, %" PRIu64 " entries\n", store->epoch_text, store->serial);
        if (!witness->serial) {
                puts("view:     has never shown anything");
                return;
        }
        uuid_format(witness->epoch, epoch);
        printf("view:     epoch %s, has seen %" PRIu64 " entries\n", epoch, witness->serial);
        if (memcmp(witness->epoch, store->epoch, sizeof(store->epoch)) != 0)
                puts("The database was put into service anew since; answers given before rest on another "
                     "epoch.");
        if (store->serial < witness->serial)
                printf("Lost: entries %" PRIu64 " to %" PRIu64 ", which answers may have been based on.\n",
                        store->serial + 1, witness->serial);
        else if (!store->has_then || memcmp(store->chain_then, witness->chain, 32) != 0)
                printf("The history up to entry %" PRIu64 " is not the one answers were based on.\n",
                        witness->serial);
        else
                puts("Nothing the view has seen is missing.");
}

static bool is_agreed(bool is_sure)
{
        char answer[16];

        if (is_sure)
                return true;
        fputs("Go on with this database? [y/N] ", stderr);
        return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

static bool find_view(const char *home, char ret[HOME_PATH_MAX], struct fault *why)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;

        if (!home_setting(home, "view_directory", &name, why))
                return false;
        if (buffer_text(&name)[0] != '/')
                return home_path(home, buffer_text(&name), ret, why);
        snprintf(ret, HOME_PATH_MAX, "%s", buffer_text(&name));
        return true;
}

static int rebuild(const char *home, const char *database, bool is_sure)
{
        CLEANUP(buffer) struct buffer conninfo = BUFFER_INIT;
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        char folder[HOME_PATH_MAX], path[HOME_PATH_MAX + 16];
        struct view_witness witness;
        struct store store;
        struct fault fault;

        if (!is_sure && !isatty(STDIN_FILENO))
                return admin_usage(COMMAND, "nobody can be asked here: give --yes");
        if (!home_find(home, &home, &fault) || !find_view(home, folder, &fault) ||
                !home_conninfo(database, home, &conninfo, &fault) ||
                !view_witness_read(folder, &witness, &fault) ||
                !read_store(buffer_text(&conninfo), witness.serial, &store, &fault))
                return admin_fail(COMMAND, &fault);
        say_what_is_lost(&store, &witness);
        if (!is_agreed(is_sure)) {
                puts("nothing was done");
                return ADMIN_FAILED;
        }
        buffer_add_format(&line, "rebuild %s %" PRIu64 "\n", store.epoch_text, store.serial);
        snprintf(path, sizeof(path), "%s/rebuild", folder);
        if (!file_write(path, buffer_slice(&line), 0644, &fault))
                return admin_fail(COMMAND, &fault);
        puts("accepted; a running qcrd builds the view now");
        return ADMIN_DONE;
}

static const struct option options[] = {
        {"home", required_argument, NULL, 'H'},
        {"database", required_argument, NULL, 'd'},
        {"yes", no_argument, NULL, 'y'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

int admin_view(int argc, char **argv)
{
        const char *home = NULL, *database = NULL;
        bool is_sure = false;
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
                switch (letter) {
                case 'H': home = optarg; break;
                case 'd': database = optarg; break;
                case 'y': is_sure = true; break;
                case 'h': return admin_help(help);
                default: return admin_bad_option(COMMAND, letter, argv);
                }
        }
        if (optind == argc)
                return admin_usage(COMMAND, "say what: rebuild");
        if (strcmp(argv[optind], "rebuild") != 0)
                return admin_usage(COMMAND, "%s: there is only rebuild", argv[optind]);
        if (optind + 1 < argc)
                return admin_usage(COMMAND, "%s: not expected here", argv[optind + 1]);
        return rebuild(home, database, is_sure);
}
