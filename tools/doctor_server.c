/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The doctor on the server and on the keys in the home: what makes everything else worth nothing if it is
 * wrong. */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "registry/store/identity.h"
#include "tools/doctor.h"
#include "tools/home.h"
#include "tools/pki.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

static bool check_settings(struct doctor *doctor, struct fault *why)
{
        /* A commit that is not on disk when it is acknowledged is one that may be lost. */
        static const char *const names[] = {"fsync", "full_page_writes", "synchronous_commit"};
        struct query query;
        PGresult *result;

        query_init(&query, "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
                           " current_setting('synchronous_commit'), current_setting('server_encoding'), "
                           "datcollate, datctype"
                           " FROM pg_database WHERE datname = current_database()");
        if (!link_query(doctor->link, &query, &result, why))
                return false;
        for (int i = 0; i < 3; i++)
                if (strcmp(cell_text(result, 0, i), "off") == 0)
                        doctor_warn(
                                doctor, names[i], "is off: what was acknowledged may be lost with the power");
        if (strcmp(cell_text(result, 0, 3), "UTF8") != 0)
                doctor_find(doctor, "pg_database", "encoding", "is %s, not UTF8", cell_text(result, 0, 3));
        for (int i = 4; i < 6; i++)
                if (strcmp(cell_text(result, 0, i), "C.UTF-8") != 0 &&
                        strcmp(cell_text(result, 0, i), "C.utf8") != 0)
                        doctor_warn(doctor, i == 4 ? "collate" : "ctype", "is %s, not C.UTF-8",
                                cell_text(result, 0, i));
        PQclear(result);
        return true;
}

static bool check_system(struct doctor *doctor, struct fault *why)
{
        CLEANUP(buffer) struct buffer origin = BUFFER_INIT;
        struct query query;
        struct fault ignored;
        PGresult *result;
        bool is_founded;

        query_init(&query, "SELECT origin, epoch, schema_version FROM qcr.system");
        if (!link_query(doctor->link, &query, &result, why))
                return false;
        is_founded = PQntuples(result) == 1 && uuid_parse(slice_text(cell_text(result, 0, 1)), doctor->epoch);
        if (is_founded) {
                snprintf(doctor->origin, sizeof(doctor->origin), "%s", cell_text(result, 0, 0));
                if (cell_number(result, 0, 2) != STORE_SCHEMA_VERSION)
                        doctor_find(doctor, "system", "schema_version", "is %s, this program knows %d",
                                cell_text(result, 0, 2), STORE_SCHEMA_VERSION);
        }
        PQclear(result);
        if (!is_founded)
                return fault_set(why, FAULT_CONFIG, "no registry is founded in this database");
        if (doctor->home && home_setting(doctor->home, "origin", &origin, &ignored) &&
                strcmp(buffer_text(&origin), doctor->origin) != 0)
                doctor_find(doctor, "system", "origin", "is %s, qcrd.conf says %s", doctor->origin,
                        buffer_text(&origin));
        return true;
}

/* A certificate and the key beside it. */
static void check_holder(struct doctor *doctor, const char *certificate_file, const char *key_file)
{
        char path[HOME_PATH_MAX];
        X509 *certificate = NULL;
        EVP_PKEY *key = NULL;
        struct fault why;
        int64_t left_ms, life_ms;

        if (!home_path(doctor->home, certificate_file, path, &why) ||
                !pki_certificate_read(path, &certificate, &why)) {
                doctor_warn(doctor, certificate_file, "not looked at: %s", why.text);
                return;
        }
        left_ms = pki_until_ms(certificate) - doctor->at_ms;
        life_ms = pki_until_ms(certificate) - pki_from_ms(certificate);
        if (X509_verify(certificate, X509_get0_pubkey(doctor->ca)) != 1)
                doctor_find(doctor, "keys", certificate_file, "is not issued by the registry's CA");
        if (left_ms <= 0)
                doctor_find(doctor, "keys", certificate_file, "has ended: renew it (qcr-admin key)");
        else if (left_ms < life_ms / 3)
                doctor_warn(doctor, certificate_file,
                        "ends in %lld days, a third of its life: renew it now (qcr-admin key)",
                        (long long)(left_ms / DAY_MS));
        if (home_path(doctor->home, key_file, path, &why) && pki_key_read(path, &key, &why) &&
                EVP_PKEY_eq(key, X509_get0_pubkey(certificate)) != 1)
                doctor_find(doctor, "keys", key_file, "is not the key of %s", certificate_file);
        EVP_PKEY_free(key);
        X509_free(certificate);
}

bool doctor_server(struct doctor *doctor, struct fault *why)
{
        if (!check_settings(doctor, why) || !check_system(doctor, why))
                return false;
        if (doctor->home) {
                check_holder(doctor, "keys/lookup.pem", "keys/lookup.key");
                check_holder(doctor, "keys/tls.pem", "keys/tls.key");
        }
        return true;
}
