/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin key: renewing what qcrd signs answers and speaks TLS with, and keys for people. The CA's key is
 * needed by `sign` and `person` alone, which need nothing else of the registry and so can run where the key
 * is kept. The old certificate stays in use until the new one is installed; both are good until the old one
 * ends.
 */
#include "tools/admin.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/x509v3.h>

#include "registry/core/chain.h"
#include "registry/core/founding.h"
#include "tools/home.h"
#include "tools/pki.h"

#define COMMAND "key"

static const char help[] =
        "Usage: qcr-admin key request [--for lookup|tls]\n"
        "       qcr-admin key sign REQUEST --out FILE [--for lookup|tls] [--days N] [--name DNS]...\n"
        "       qcr-admin key install FILE [--for lookup|tls]\n"
        "       qcr-admin key person NAME [--person ID] [--days N]\n"
        "\n"
        "  request   makes a new key and the request for its certificate: keys/lookup.csr (keys/tls.csr)\n"
        "  sign      signs such a request with the CA's key; needs only ca/, which may be kept offline\n"
        "  install   checks the certificate against CA, purpose, key and time, and puts key and certificate "
        "in use\n"
        "  person    makes people/NAME with a key and a certificate for the person; it counts once it is "
        "added:\n"
        "            qcr-admin person add, or person certificate\n"
        "\n"
        "  --home DIR      the registry's folder; QCR_HOME otherwise\n"
        "  --for PURPOSE   lookup (signed answers, the default) or tls\n"
        "  --days N        how long the certificate holds: 30 for lookup, 397 for tls, 730 for persons\n"
        "\n"
        "Example, the monthly renewal:\n"
        "  qcr-admin key request && qcr-admin key sign keys/lookup.csr --out new.pem &&\n"
        "  qcr-admin key install new.pem && kill -HUP $(pidof -s qcrd)\n";

struct key_options {
        const char *home, *purpose, *out, *person;
        const char *names[PKI_NAMES_MAX];
        size_t name_count;
        long days;
};

struct holder {
        enum pki_profile profile;
        long days;
        const char *key, *key_new, *certificate, *request;
};

static const struct holder lookup_holder = {
        PKI_LOOKUP,
        PKI_LOOKUP_DAYS,
        "keys/lookup.key",
        "keys/lookup.key.new",
        "keys/lookup.pem",
        "keys/lookup.csr",
};
static const struct holder tls_holder = {
        PKI_SERVER, PKI_SERVER_DAYS, "keys/tls.key", "keys/tls.key.new", "keys/tls.pem", "keys/tls.csr",
};

static bool write_key(const char *path, EVP_PKEY *key, struct fault *why)
{
        CLEANUP(buffer) struct buffer pem = BUFFER_INIT;
        bool done;

        pki_key_pem(key, &pem);
        done = file_write(path, buffer_slice(&pem), 0600, why);
        OPENSSL_cleanse(pem.data, pem.length);
        return done;
}

static bool write_certificate(const char *path, X509 *certificate, struct fault *why)
{
        CLEANUP(buffer) struct buffer pem = BUFFER_INIT;

        pki_certificate_pem(certificate, &pem);
        return file_write(path, buffer_slice(&pem), 0644, why);
}

/* ------------------------------------------------------------------------- request */

static bool key_request(const struct key_options *o, const struct holder *holder, struct fault *why)
{
        CLEANUP(buffer) struct buffer pem = BUFFER_INIT;
        CLEANUP(buffer) struct buffer origin = BUFFER_INIT;
        char key_path[HOME_PATH_MAX], request_path[HOME_PATH_MAX], name[64];
        EVP_PKEY *key;
        bool done;

        if (!home_path(o->home, holder->key_new, key_path, why) ||
                !home_path(o->home, holder->request, request_path, why) ||
                !home_setting(o->home, "origin", &origin, why))
                return false;
        snprintf(name, sizeof(name), "%.40s %s", buffer_text(&origin),
                holder->profile == PKI_LOOKUP ? "lookup signing" : "qcrd");
        key = pki_key_new();
        pki_request_new(key, name, &pem);
        done = write_key(key_path, key, why) && file_write(request_path, buffer_slice(&pem), 0644, why);
        EVP_PKEY_free(key);
        if (done)
                printf("%s: have it signed (qcr-admin key sign), then qcr-admin key install\n", request_path);
        return done;
}

/* ---------------------------------------------------------------------------- sign */

static bool read_ca(const struct key_options *o, X509 **ret, EVP_PKEY **ret_key, struct fault *why)
{
        char certificate_path[HOME_PATH_MAX], key_path[HOME_PATH_MAX];

        if (!home_path(o->home, "ca/ca.pem", certificate_path, why) ||
                !home_path(o->home, "ca/ca.key", key_path, why) ||
                !pki_certificate_read(certificate_path, ret, why))
                return false;
        if (!pki_key_read(key_path, ret_key, why)) {
                X509_free(*ret);
                return false;
        }
        if (EVP_PKEY_eq(*ret_key, X509_get0_pubkey(*ret)) == 1)
                return true;
        X509_free(*ret);
        EVP_PKEY_free(*ret_key);
        return fault_set(why, FAULT_CRYPTO, "%s is not the key of %s", key_path, certificate_path);
}

static bool issue(
        const struct key_options *o, const struct pki_certificate *what, const char *path, struct fault *why)
{
        struct pki_certificate certificate = *what;
        EVP_PKEY *ca_key;
        X509 *ca, *issued;
        bool done;

        if (!read_ca(o, &ca, &ca_key, why))
                return false;
        certificate.from_ms = now_ms() - PKI_SKEW_MS;
        certificate.until_ms = now_ms() + o->days * PKI_DAY_MS;
        done = (pki_until_ms(ca) >= certificate.until_ms || fault_set(why, FAULT_CONFIG,
                "the CA's own certificate ends before that: fewer --days, or a new CA")) &&
               pki_issue(ca, ca_key, &certificate, &issued, why);
        X509_free(ca);
        EVP_PKEY_free(ca_key);
        if (!done)
                return false;
        done = write_certificate(path, issued, why);
        X509_free(issued);
        return done;
}

static bool key_sign(
        const struct key_options *o, const struct holder *holder, const char *path, struct fault *why)
{
        struct pki_certificate what = {
                .profile = holder->profile, .names = o->names, .name_count = o->name_count};
        char name[65];
        X509_REQ *request;
        bool done;

        if (!o->out)
                return fault_set(why, FAULT_CONFIG, "where to? --out FILE");
        if (!pki_request_read(path, &request, why))
                return false;
        if (X509_NAME_get_text_by_NID(
                    X509_REQ_get_subject_name(request), NID_commonName, name, sizeof(name)) <= 0)
                snprintf(name, sizeof(name), "qcrd");
        what.common_name = name;
        what.key = X509_REQ_get0_pubkey(request);
        done = issue(o, &what, o->out, why);
        X509_REQ_free(request);
        if (done)
                printf("%s: %s for %ld days\n", o->out, name, o->days);
        return done;
}

/* ------------------------------------------------------------------------- install */

static bool check_purpose(const struct holder *holder, const struct chain *chain, struct fault *why)
{
        X509 *certificate = chain->certificates[0];

        if (holder->profile == PKI_LOOKUP ? chain_is_for(chain, USAGE_LOOKUP_SIGNING_OID)
                                          : (X509_get_extended_key_usage(certificate) & XKU_SSL_SERVER) &&
                                                    X509_get_extended_key_usage(certificate) != UINT32_MAX)
                return true;
        return fault_set(why, FAULT_CRYPTO, "the certificate is not for %s",
                holder->profile == PKI_LOOKUP ? "signing answers" : "a TLS server");
}

static bool check_new(const struct key_options *o, const struct holder *holder, X509 *certificate,
        EVP_PKEY *key, struct fault *why)
{
        CLEANUP(buffer) struct buffer der = BUFFER_INIT;
        char path[HOME_PATH_MAX];
        struct chain chain;
        struct slice slice;
        X509 *ca, *current = NULL;
        int64_t at_ms = now_ms(), left_ms = pki_until_ms(certificate) - at_ms;
        bool done;

        if (!home_path(o->home, "ca/ca.pem", path, why) || !pki_certificate_read(path, &ca, why))
                return false;
        pki_certificate_der(certificate, &der);
        slice = buffer_slice(&der);
        if (!chain_init(&chain, &slice, 1)) {
                X509_free(ca);
                return fault_set(why, FAULT_CRYPTO, "not a certificate of a CA");
        }
        if (pki_from_ms(certificate) > at_ms || left_ms <= 0)
                done = fault_set(why, FAULT_CRYPTO, "the certificate is not valid now");
        else if (!chain_leads_to(&chain, &ca, 1, at_ms))
                done = fault_set(why, FAULT_CRYPTO, "the certificate is not issued by this registry's CA");
        else if (EVP_PKEY_eq(key, X509_get0_pubkey(certificate)) != 1)
                done = fault_set(
                        why, FAULT_CRYPTO, "the certificate is of another key than the one requested");
        else
                done = check_purpose(holder, &chain, why);
        /* Renewing must gain time; a shorter one would be a mistake of the calendar. */
        if (done && home_path(o->home, holder->certificate, path, why) &&
                pki_certificate_read(path, &current, why) &&
                pki_until_ms(certificate) < pki_until_ms(current))
                done = fault_set(why, FAULT_CRYPTO, "the certificate ends before the one in use");
        chain_done(&chain);
        X509_free(current);
        X509_free(ca);
        return done;
}

static bool key_install(
        const struct key_options *o, const struct holder *holder, const char *path, struct fault *why)
{
        char key_path[HOME_PATH_MAX], new_path[HOME_PATH_MAX], certificate_path[HOME_PATH_MAX];
        EVP_PKEY *key = NULL;
        X509 *certificate = NULL;
        bool is_new, done;

        if (!home_path(o->home, holder->key, key_path, why) ||
                !home_path(o->home, holder->key_new, new_path, why) ||
                !home_path(o->home, holder->certificate, certificate_path, why))
                return false;
        /* Without a new key an install that was cut between its two renames is finished. */
        is_new = access(new_path, F_OK) == 0;
        done = pki_key_read(is_new ? new_path : key_path, &key, why) &&
               pki_certificate_read(path, &certificate, why) && check_new(o, holder, certificate, key, why);
        if (done && is_new && rename(new_path, key_path) != 0)
                done = fault_set(why, FAULT_SYSTEM, "%s: %s", key_path, strerror(errno));
        done = done && write_certificate(certificate_path, certificate, why);
        if (done)
                printf("%s is in use from the next start or SIGHUP of qcrd on, for %lld days\n",
                        certificate_path, (long long)((pki_until_ms(certificate) - now_ms()) / PKI_DAY_MS));
        X509_free(certificate);
        EVP_PKEY_free(key);
        return done;
}

/* -------------------------------------------------------------------------- person */

static bool key_person(const struct key_options *o, const char *name, struct fault *why)
{
        char folder[HOME_PATH_MAX], key_path[HOME_PATH_MAX + 16], certificate_path[HOME_PATH_MAX + 16],
                place[64];
        struct pki_certificate what = {.profile = PKI_PERSON, .common_name = o->person ? o->person : name};
        bool done;

        if (!founding_id_is_valid(slice_text(name)) || !founding_id_is_valid(slice_text(what.common_name)))
                return fault_set(why, FAULT_CONFIG, "a person's name here is 1 to 32 of a-z, 0-9 and hyphen");
        snprintf(place, sizeof(place), "people/%s", name);
        if (!home_path(o->home, place, folder, why) || !folder_make(folder, 0700, why))
                return false;
        snprintf(key_path, sizeof(key_path), "%s/key.pem", folder);
        snprintf(certificate_path, sizeof(certificate_path), "%s/cert.pem", folder);
        what.key = pki_key_new();
        done = write_key(key_path, what.key, why) && issue(o, &what, certificate_path, why);
        EVP_PKEY_free(what.key);
        if (!done) {
                folder_remove(folder);
                return false;
        }
        printf("%s: of %s; unknown to the registry until two administrators add it\n", certificate_path,
                what.common_name);
        return true;
}

/* ------------------------------------------------------------------------- options */

static const struct option options[] = {
        {"home", required_argument, NULL, 'H'},
        {"for", required_argument, NULL, 'f'},
        {"out", required_argument, NULL, 'o'},
        {"days", required_argument, NULL, 'd'},
        {"name", required_argument, NULL, 'n'},
        {"person", required_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct key_options *o, int argc, char **argv)
{
        char *end;
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
                switch (letter) {
                case 'H': o->home = optarg; break;
                case 'f': o->purpose = optarg; break;
                case 'o': o->out = optarg; break;
                case 'p': o->person = optarg; break;
                case 'd':
                        o->days = strtol(optarg, &end, 10);
                        if (*end || end == optarg || o->days < 1 || o->days > PKI_CA_DAYS)
                                return admin_usage(COMMAND, "--days %s: 1 to %d", optarg, PKI_CA_DAYS);
                        break;
                case 'n':
                        if (o->name_count == PKI_NAMES_MAX || !pki_name_is_valid(optarg))
                                return admin_usage(
                                        COMMAND, "--name %s: not a server name, or too many", optarg);
                        o->names[o->name_count++] = optarg;
                        break;
                case 'h': return -1;
                default: return admin_bad_option(COMMAND, letter, argv);
                }
        }
        return ADMIN_DONE;
}

int admin_key(int argc, char **argv)
{
        struct key_options o = {.purpose = "lookup"};
        const struct holder *holder;
        const char *action, *word;
        struct fault fault;
        int status = parse(&o, argc, argv);
        bool done;

        if (status)
                return status == -1 ? admin_help(help) : status;
        holder = strcmp(o.purpose, "lookup") == 0 ? &lookup_holder
                 : strcmp(o.purpose, "tls") == 0  ? &tls_holder
                                                  : NULL;
        if (!holder)
                return admin_usage(COMMAND, "--for %s: lookup or tls", o.purpose);
        if (optind == argc)
                return admin_usage(COMMAND, "say what: request, sign, install or person");
        action = argv[optind];
        word = optind + 1 < argc ? argv[optind + 1] : NULL;
        if (optind + 2 < argc)
                return admin_usage(COMMAND, "%s: not expected here", argv[optind + 2]);
        if (!word != (strcmp(action, "request") == 0))
                return admin_usage(
                        COMMAND, word ? "%s takes no more words" : "%s: a word is missing", action);
        if (!o.days)
                o.days = strcmp(action, "person") == 0 ? PKI_PERSON_DAYS : holder->days;
        if (!home_find(o.home, &o.home, &fault))
                return admin_fail(COMMAND, &fault);
        if (strcmp(action, "request") == 0)
                done = key_request(&o, holder, &fault);
        else if (strcmp(action, "sign") == 0)
                done = key_sign(&o, holder, word, &fault);
        else if (strcmp(action, "install") == 0)
                done = key_install(&o, holder, word, &fault);
        else if (strcmp(action, "person") == 0)
                done = key_person(&o, word, &fault);
        else
                return admin_usage(COMMAND, "%s: request, sign, install or person", action);
        return done ? ADMIN_DONE : admin_fail(COMMAND, &fault);
}
