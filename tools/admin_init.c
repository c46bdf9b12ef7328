/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin init: makes a registry. Everything is prepared in a folder beside the home and in one
 * transaction; the folder gets its name just before the commit, so that a registry never exists whose keys do
 * not, and whatever fails before leaves nothing behind but the schema, which the next attempt finds deployed.
 */
#include "tools/admin.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "registry/core/founding.h"
#include "registry/core/policy.h"
#include "registry/store/founding.h"
#include "registry/store/link.h"
#include "tools/founders.h"
#include "tools/home.h"
#include "tools/migrate.h"
#include "tools/pki.h"
#include "tools/rule_file.h"

#define COMMAND "init"
#define SERVER_VERSION_MIN 150000

static const char help[] =
        "Usage: qcr-admin init --home DIR --database CONNINFO --origin NAME [OPTION]...\n"
        "\n"
        "Makes a registry: deploys the schema, makes a CA with keys and certificates, and writes the "
        "founding,\n"
        "signed by the CA, as the ledger's first entry. The database must be there, empty, in UTF-8.\n"
        "The first procedures, code tables and calendars are those of the share folder.\n"
        "\n"
        "  --home DIR           the folder to make; QCR_HOME otherwise\n"
        "  --database CONNINFO  how to reach the database, without a user; QCR_DATABASE otherwise\n"
        "  --database-user USER who owns or rules it, for this one time; libpq's default otherwise (PGUSER)\n"
        "  --origin NAME        the registry's name in all it signs, like credit.example.cn\n"
        "  --people FILE        CSV: person,name,office,office_name,office_code,roles,human; without it the\n"
        "                       founders are admin and admin2\n"
        "  --policy FILE        the first grading policy; policies/default.json otherwise\n"
        "  --name DNS           a name clients reach the registry under, beside localhost; may be repeated\n"
        "\n"
        "Example:\n"
        "  qcr-admin init --home /srv/qcr --database 'host=/run/postgresql dbname=qcr' --database-user "
        "postgres \\\n"
        "                 --origin credit.example.cn --name credit.example.cn --people people.csv\n";

struct init {
        char home[HOME_PATH_MAX - 64]; /* room for the names in it */
        const char *home_flag, *database_user, *origin, *people_file, *policy_file;
        struct buffer conninfo;
        const char *names[PKI_NAMES_MAX];
        size_t name_count;

        int64_t at_ms;
        char work[HOME_PATH_MAX]; /* the home while it is being made; "" when there is none */
        struct arena arena;
        EVP_PKEY *ca_key;
        X509 *ca;
        struct founders founders;
        struct founding founding;
        struct founding_certificate certificates[FOUNDERS_MAX];
        int64_t validity[FOUNDERS_MAX][2];
        struct policy policy;
        struct buffer policy_document;
        struct rule_files rules;
        uint8_t rule_hashes[RULE_FILES_MAX][32];
        struct buffer document;
        uint8_t signature[ED25519_SIGNATURE_SIZE];
        struct link *link;
};

static void init_done(struct init *init)
{
        if (init->work[0])
                folder_remove(init->work);
        link_free(init->link);
        buffer_done(&init->conninfo);
        buffer_done(&init->policy_document);
        rule_files_done(&init->rules);
        buffer_done(&init->document);
        X509_free(init->ca);
        EVP_PKEY_free(init->ca_key);
        arena_done(&init->arena);
}

/* ------------------------------------------------------------------ what is asked */

static bool check_home(struct init *init, struct fault *why)
{
        const char *home;
        size_t length;

        if (!home_find(init->home_flag, &home, why))
                return false;
        length = strlen(home);
        while (length > 1 && home[length - 1] == '/')
                length--; /* what is made beside it is named after it */
        if (length >= sizeof(init->home))
                return fault_set(why, FAULT_CONFIG, "path too long: %.200s", home);
        memcpy(init->home, home, length);
        /* An empty folder is as good as none: rename(2) replaces it. */
        if (rmdir(init->home) == 0 || errno == ENOENT)
                return true;
        if (errno == ENOTEMPTY || errno == EEXIST)
                return fault_set(why, FAULT_CONFIG,
                        "%s is not empty: a registry lives there already; name another "
                        "folder, or move this one away",
                        init->home);
        return fault_set(why, FAULT_SYSTEM, "%s: %s", init->home, strerror(errno));
}

static bool read_people(struct init *init, struct fault *why)
{
        CLEANUP(buffer) struct buffer csv = BUFFER_INIT;

        if (!init->people_file)
                buffer_add_text(&csv, founders_default);
        else if (!file_read(init->people_file, &csv, why))
                return false;
        return founders_read(buffer_slice(&csv), &init->arena, &init->founders, why);
}

/* Reads the policy; what is stored is its canonical form, whose SHA-256 is its name. */
static bool read_policy(struct init *init, struct fault *why)
{
        CLEANUP(buffer) struct buffer json = BUFFER_INIT;
        struct document_error error;
        char path[HOME_PATH_MAX];
        json_t *root;
        char *text;

        if (init->policy_file)
                snprintf(path, sizeof(path), "%s", init->policy_file);
        else if (!home_share_path("policies/default.json", path, why))
                return false;
        if (!file_read(path, &json, why))
                return false;
        if (policy_parse_draft(buffer_slice(&json), &init->policy, &error))
                return fault_set(why, FAULT_INPUT, "%.200s: %s: %s%s%s", path, error.path, error.reason,
                        error.value[0] ? ": " : "", error.value);
        if (!policy_is_effective(&init->policy, day_of_instant(init->at_ms)))
                return fault_set(why, FAULT_INPUT, "%.200s: may not be used today", path);
        root = json_loadb((const char *)json.data, json.length, 0, NULL);
        text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
        if (!text)
                abort(); /* it was sound a moment ago */
        buffer_add_text(&init->policy_document, text);
        free(text);
        json_decref(root);
        return true;
}

static bool read_rules(struct init *init, struct fault *why)
{
        if (!rule_files_read(&init->rules, why))
                return false;
        for (size_t i = 0; i < init->rules.count; i++)
                memcpy(init->rule_hashes[i], init->rules.rules[i].rule.hash, sizeof(init->rule_hashes[i]));
        return true;
}

static bool check_database(struct init *init, struct fault *why)
{
        struct query query;
        PGresult *result;
        bool is_utf8, is_new, sorts_by_octets, is_founded;

        if (!link_open(&init->link, buffer_text(&init->conninfo), init->database_user, why))
                return false;
        query_init(&query, "SELECT current_setting('server_encoding') = 'UTF8',"
                           " current_setting('server_version_num')::integer >= $1::integer,"
                           " 'Z' < '~' AND 'Z' < 'a' AND '9' < 'A' AND '-' < '0'");
        query_number(&query, SERVER_VERSION_MIN);
        if (!link_query(init->link, &query, &result, why))
                return false;
        is_utf8 = cell_bool(result, 0, 0);
        is_new = cell_bool(result, 0, 1);
        sorts_by_octets = cell_bool(result, 0, 2);
        PQclear(result);
        if (!is_utf8)
                return fault_set(why, FAULT_CONFIG, "the database is not in UTF-8: make one with "
                        "CREATE DATABASE ... ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0");
        if (!sorts_by_octets)
                return fault_set(why, FAULT_CONFIG, "the database does not sort by octets, as the registry counts on: make one with "
                        "CREATE DATABASE ... ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C.UTF-8' TEMPLATE template0");
        if (!is_new)
                return fault_set(why, FAULT_CONFIG, "PostgreSQL 15 or newer is needed");
        if (!founding_exists(init->link, &is_founded, why))
                return false;
        return !is_founded || fault_set(why, FAULT_CONFLICT,
                                      "a registry is founded in this database already; name "
                                      "another one, or use the home that belongs to it");
}

/* ----------------------------------------------------------------------- the home */

static bool put(
        const struct init *init, const char *name, struct slice octets, mode_t mode, struct fault *why)
{
        char path[HOME_PATH_MAX];

        return home_path(init->work, name, path, why) && file_write(path, octets, mode, why);
}

static bool put_key(const struct init *init, const char *name, EVP_PKEY *key, struct fault *why)
{
        CLEANUP(buffer) struct buffer pem = BUFFER_INIT;
        bool done;

        pki_key_pem(key, &pem);
        done = put(init, name, buffer_slice(&pem), 0600, why);
        OPENSSL_cleanse(pem.data, pem.length);
        return done;
}

static bool put_certificate(const struct init *init, const char *name, X509 *certificate, struct fault *why)
{
        CLEANUP(buffer) struct buffer pem = BUFFER_INIT;

        pki_certificate_pem(certificate, &pem);
        return put(init, name, buffer_slice(&pem), 0644, why);
}

static bool make_folder(const struct init *init, const char *name, mode_t mode, struct fault *why)
{
        char path[HOME_PATH_MAX];

        return home_path(init->work, name, path, why) && folder_make(path, mode, why);
}

/* Key and certificate of one holder under `place`/; the certificate goes to `ret` when it is wanted. */
static bool make_holder(const struct init *init, struct pki_certificate *what, const char *key_file,
        const char *certificate_file, X509 **ret, struct fault *why)
{
        X509 *certificate = NULL;
        bool done;

        what->key = pki_key_new();
        what->from_ms = init->at_ms - PKI_SKEW_MS;
        done = pki_issue(init->ca, init->ca_key, what, &certificate, why) &&
               put_key(init, key_file, what->key, why) &&
               put_certificate(init, certificate_file, certificate, why);
        EVP_PKEY_free(what->key);
        if (done && ret)
                *ret = certificate;
        else
                X509_free(certificate);
        return done;
}

static bool make_server_keys(struct init *init, struct fault *why)
{
        char name[64];
        struct pki_certificate lookup = {
                .profile = PKI_LOOKUP,
                .common_name = name,
                .until_ms = init->at_ms + PKI_LOOKUP_DAYS * PKI_DAY_MS,
        };
        struct pki_certificate server = {
                .profile = PKI_SERVER,
                .common_name = "qcrd",
                .names = init->names,
                .name_count = init->name_count,
                .until_ms = init->at_ms + PKI_SERVER_DAYS * PKI_DAY_MS,
        };

        snprintf(name, sizeof(name), "%.40s lookup signing", init->origin);
        return make_folder(init, "ca", 0755, why) && make_folder(init, "keys", 0755, why) &&
               put_key(init, "ca/ca.key", init->ca_key, why) &&
               put_certificate(init, "ca/ca.pem", init->ca, why) &&
               make_holder(init, &lookup, "keys/lookup.key", "keys/lookup.pem", NULL, why) &&
               make_holder(init, &server, "keys/tls.key", "keys/tls.pem", NULL, why);
}

static bool make_founder(struct init *init, const struct founder *founder, struct founding_certificate *ret,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer der = BUFFER_INIT;
        char folder[HOME_PATH_MAX], key[HOME_PATH_MAX], certificate_file[HOME_PATH_MAX];
        struct pki_certificate what = {
                .profile = PKI_PERSON, .common_name = founder->person_id,
                .until_ms = init->at_ms + PKI_PERSON_DAYS * PKI_DAY_MS,
        };
        X509 *certificate;

        snprintf(folder, sizeof(folder), "people/%s", founder->folder);
        snprintf(key, sizeof(key), "people/%s/key.pem", founder->folder);
        snprintf(certificate_file, sizeof(certificate_file), "people/%s/cert.pem", founder->folder);
        if (!make_folder(init, folder, 0700, why) ||
                !make_holder(init, &what, key, certificate_file, &certificate, why))
                return false;
        pki_certificate_der(certificate, &der);
        X509_free(certificate);
        *ret = (struct founding_certificate){
                .person = slice_text(founder->person_id), .der = arena_copy(&init->arena, buffer_slice(&der)),
        };
        return true;
}

static bool make_people(struct init *init, struct fault *why)
{
        if (!make_folder(init, "people", 0755, why))
                return false;
        for (size_t i = 0; i < init->founders.count; i++)
                if (!make_founder(init, &init->founders.founder[i], &init->certificates[i], why))
                        return false;
        return true;
}

static bool make_config(const struct init *init, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        buffer_add_text(&text,
                "; Made by qcr-admin init; qcrd.conf(5) has every key. Paths are relative to this file.\n");
        buffer_add_format(&text, "origin = %s\n", init->origin);
        buffer_add_text(&text, "database = ");
        buffer_add_slice(&text, buffer_slice(&init->conninfo));
        buffer_add_text(&text, "\n"
                "listen = 127.0.0.1:0\n"
                "port_file = port\n"
                "ca_file = ca/ca.pem\n"
                "tls_certificate = keys/tls.pem\n"
                "tls_key = keys/tls.key\n"
                "lookup_certificate = keys/lookup.pem\n"
                "lookup_key = keys/lookup.key\n"
                "view_directory = view\n"
                "spool_directory = spool\n"
                "evidence_directory = evidence\n");
        return make_folder(init, "view", 0755, why) && make_folder(init, "spool", 0755, why) &&
               make_folder(init, "evidence", 0700, why) &&
               put(init, "qcrd.conf", buffer_slice(&text), 0644, why);
}

static bool make_home(struct init *init, struct fault *why)
{
        int length = snprintf(init->work, sizeof(init->work), "%s.new-XXXXXX", init->home);

        if (length < 0 || (size_t)length >= sizeof(init->work) || !mkdtemp(init->work) ||
                chmod(init->work, 0755) != 0) {
                fault_set(why, FAULT_SYSTEM, "make a folder beside %.200s: %s", init->home, strerror(errno));
                init->work[0] = '\0';
                return false;
        }
        init->ca_key = pki_key_new();
        init->ca = pki_ca_new(init->ca_key, init->origin, init->at_ms);
        return make_server_keys(init, why) && make_people(init, why) && make_config(init, why);
}

/* -------------------------------------------------------------------- the founding */

static bool make_document(struct init *init, struct fault *why)
{
        struct founding *f = &init->founding;
        enum founding_flaw flaw;

        *f = (struct founding){
                .origin = slice_text(init->origin),
                .offices = init->founders.offices, .office_count = init->founders.office_count,
                .persons = init->founders.persons, .person_count = init->founders.person_count,
                .roles = init->founders.roles, .role_count = init->founders.role_count,
                .certificates = init->certificates, .certificate_count = init->founders.count,
                .rule_hashes = init->rule_hashes, .rule_count = init->rules.count,
        };
        memcpy(f->policy_hash, init->policy.hash, sizeof(f->policy_hash));
        if (RAND_bytes(f->epoch, sizeof(f->epoch)) != 1)
                abort();
        f->epoch[6] = (f->epoch[6] & 0x0f) | 0x40; /* RFC 9562 5.4: version 4, variant 10 */
        f->epoch[8] = (f->epoch[8] & 0x3f) | 0x80;
        flaw = founding_format(f, &init->document);
        if (flaw)
                return fault_set(why, FAULT_INPUT, "people: %s", founding_flaw_text(flaw));
        for (size_t i = 0; i < f->certificate_count; i++) {
                const unsigned char *der = f->certificates[i].der.data;
                X509 *certificate = d2i_X509(NULL, &der, (long)f->certificates[i].der.length);

                if (!certificate)
                        abort(); /* made a moment ago */
                init->validity[i][0] = pki_from_ms(certificate);
                init->validity[i][1] = pki_until_ms(certificate);
                X509_free(certificate);
        }
        return founding_sign(init->ca_key, buffer_slice(&init->document), init->signature, why);
}

static bool store_and_name(struct init *init, struct fault *why)
{
        const struct founding_rows rows = {
                .document = buffer_slice(&init->document),
                .signature = init->signature,
                .founding = &init->founding,
                .validity = (const int64_t(*)[2])init->validity,
                .policy_document = buffer_slice(&init->policy_document),
                .policy = &init->policy,
                .rules = init->rules.rules,
                .rule_count = init->rules.count,
        };

        if (!link_begin(init->link, why) || !link_run_text(init->link, "SET LOCAL ROLE qcr_owner", why) ||
                !founding_store(init->link, &rows, why))
                return false;
        if (rename(init->work, init->home) != 0)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", init->home, strerror(errno));
        if (link_commit(init->link, why)) {
                init->work[0] = '\0';
                return true;
        }
        if (link_is_up(init->link)) {
                snprintf(init->work, sizeof(init->work), "%s",
                        init->home); /* not founded: take the folder back */
                return false;
        }
        /* The keys may be those of a founded registry by now; they stay. */
        init->work[0] = '\0';
        return fault_set(why, FAULT_STORE,
                "the connection ended during the commit: %s is made; if `qcr-admin doctor` "
                "finds no founding in the database, remove the folder and begin again",
                init->home);
}

static bool run(struct init *init, struct fault *why)
{
        arena_init(&init->arena, FOUNDING_ARENA);
        init->at_ms = now_ms();
        if (!origin_is_valid(slice_text(init->origin)))
                return fault_set(why, FAULT_CONFIG,
                        "--origin: not a registry's name: a-z, 0-9, dots, hyphens, slashes");
        return check_home(init, why) && read_people(init, why) && read_policy(init, why) &&
               read_rules(init, why) && check_database(init, why) && make_home(init, why) &&
               make_document(init, why) && migrate_deploy(buffer_text(&init->conninfo), init->database_user, why) &&
               store_and_name(init, why);
}

static void report(const struct init *init)
{
        printf("registry %s founded in %s\n", init->origin, init->home);
        for (size_t i = 0; i < init->founders.count; i++)
                printf("person %s certificate people/%s\n", init->founders.founder[i].person_id,
                        init->founders.founder[i].folder);
        printf("policy %s@%d %s\n", init->policy.id, (int)init->policy.version,
                policy_standing_word(policy_standing(&init->policy)));
        for (size_t i = 0; i < init->rules.count; i++) {
                const struct rule *rule = &init->rules.rules[i].rule;

                printf("%s %s@%d\n", rule_kind_word(rule->kind), rule->id, (int)rule->version);
        }
        printf("next: start qcrd -c %s/qcrd.conf; keep a copy of %s/ca/ca.key offline\n", init->home,
                init->home);
}

/* ------------------------------------------------------------------------ options */

static const struct option options[] = {
        {"home", required_argument, NULL, 'H'},
        {"database", required_argument, NULL, 'd'},
        {"database-user", required_argument, NULL, 'u'},
        {"origin", required_argument, NULL, 'o'},
        {"people", required_argument, NULL, 'p'},
        {"policy", required_argument, NULL, 'P'},
        {"name", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct init *init, int argc, char **argv, const char **database)
{
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
                switch (letter) {
                case 'H': init->home_flag = optarg; break;
                case 'd': *database = optarg; break;
                case 'u': init->database_user = optarg; break;
                case 'o': init->origin = optarg; break;
                case 'p': init->people_file = optarg; break;
                case 'P': init->policy_file = optarg; break;
                case 'n':
                        if (init->name_count == PKI_NAMES_MAX || !pki_name_is_valid(optarg))
                                return admin_usage(
                                        COMMAND, "--name: not a server name, or too many: %s", optarg);
                        init->names[init->name_count++] = optarg;
                        break;
                case 'h': return -1;
                default: return admin_bad_option(COMMAND, letter, argv);
                }
        }
        if (optind < argc)
                return admin_usage(COMMAND, "%s: not expected here", argv[optind]);
        if (!init->origin)
                return admin_usage(COMMAND, "--origin NAME is needed");
        return ADMIN_DONE;
}

int admin_init(int argc, char **argv)
{
        struct init *init = must_alloc(sizeof(*init));
        const char *database = NULL;
        struct fault fault;
        int status;

        *init = (struct init){0};
        status = parse(init, argc, argv, &database);
        if (status == -1) {
                status = admin_help(help);
        } else if (status == ADMIN_DONE) {
                if (home_conninfo(database, NULL, &init->conninfo, &fault) && run(init, &fault))
                        report(init);
                else
                        status = admin_fail(COMMAND, &fault);
        }
        init_done(init);
        free(init);
        return status;
}
