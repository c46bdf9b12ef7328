/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "registry/core/certificate_usage.h"
#include "registry/core/publicity.h"
#include "registry/net/tls.h"

/* A chain of three certificates takes less than 8 KiB. */
#define FILE_LIMIT 16384u

static bool read_file(struct buffer *to, const char *path, struct fault *why)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        ssize_t n = -1;

        if (fd < 0)
                return fault_set(why, FAULT_CONFIG, "%s: %s", path, strerror(errno));
        while (to->length <= FILE_LIMIT && (n = read(fd, buffer_reserve(to, 4096), 4096)) > 0)
                to->length += (size_t)n;
        if (n < 0)
                (void)fault_set(why, FAULT_CONFIG, "%s: %s", path, strerror(errno));
        close(fd);
        if (n >= 0 && to->length > FILE_LIMIT)
                return fault_set(why, FAULT_CONFIG, "%s: longer than %u octets", path, FILE_LIMIT);
        return n >= 0;
}

static bool is_for_lookups(X509 *certificate)
{
        EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
        bool yes = false;
        char text[80];

        for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages); i++) {
                OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(usages, i), 1);
                yes = yes || strcmp(text, USAGE_LOOKUP_SIGNING_OID) == 0;
        }
        EXTENDED_KEY_USAGE_free(usages);
        return yes;
}

static int no_passphrase(char *room, int size, int writing, void *closure)
{
        (void)room, (void)size, (void)writing, (void)closure;
        return 0;
}

static bool check_lookup(const struct credentials *credentials, const struct config *config, struct fault *why)
{
        BIO *certificate_bio =
                BIO_new_mem_buf(credentials->lookup_certificate.data, (int)credentials->lookup_certificate.length);
        BIO *key_bio = BIO_new_mem_buf(credentials->lookup_key.data, (int)credentials->lookup_key.length);
        X509 *certificate = PEM_read_bio_X509(certificate_bio, NULL, no_passphrase, NULL);
        EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, no_passphrase, NULL);
        bool fine = false;

        if (!certificate)
                (void)fault_set(why, FAULT_CONFIG, "%s: no certificate in it", config->lookup_certificate);
        else if (!key)
                (void)fault_set(why, FAULT_CONFIG, "%s: no private key in it", config->lookup_key);
        else if (X509_check_private_key(certificate, key) != 1)
                (void)fault_set(why, FAULT_CONFIG, "%s: not the key of %s", config->lookup_key,
                        config->lookup_certificate);
        else if (!is_for_lookups(certificate))
                (void)fault_set(why, FAULT_CONFIG, "%s: not a lookup-signing certificate",
                        config->lookup_certificate);
        else
                fine = true;
        EVP_PKEY_free(key);
        X509_free(certificate);
        BIO_free(key_bio);
        BIO_free(certificate_bio);
        ERR_clear_error();
        return fine;
}

static bool check_tls(const struct credentials *credentials, const struct config *config, struct fault *why)
{
        struct fault inner;
        struct tls *tls;

        if (!tls_new(&tls, buffer_slice(&credentials->ca), buffer_slice(&credentials->tls_certificate),
                    secret_slice(&credentials->tls_key), &inner))
                return fault_set(why, FAULT_CONFIG, "%.120s, %.120s, %.120s: %.80s", config->ca_file,
                        config->tls_certificate, config->tls_key, inner.text);
        tls_free(tls);
        return true;
}

/* Terms are data that comes with the programs; QCR_SHARE says where, if not where they were installed. */
static bool read_publicity(struct buffer *to, struct fault *why)
{
        const char *share = getenv("QCR_SHARE");
        struct document_error error;
        struct publicity publicity;
        char path[PATH_MAX];

        if (snprintf(path, sizeof(path), "%s/publicity.json", share && *share ? share : QCR_DATA_FOLDER) >=
            (int)sizeof(path))
                return fault_set(why, FAULT_CONFIG, "QCR_SHARE: too long");
        if (!read_file(to, path, why))
                return false;
        if (!publicity_parse(buffer_slice(to), &publicity, &error))
                return fault_set(why, FAULT_CONFIG, "%.200s: %.80s: %.120s", path, error.path, error.reason);
        return true;
}

bool credentials_read(struct credentials *ret, const struct config *config, struct fault *why)
{
        *ret = (struct credentials){0};
        if (read_file(&ret->ca, config->ca_file, why) && read_file(&ret->tls_certificate, config->tls_certificate, why) &&
            read_file(&ret->lookup_certificate, config->lookup_certificate, why) && read_publicity(&ret->publicity, why) &&
            secret_read(&ret->tls_key, config->tls_key, why) &&
            secret_read(&ret->lookup_key, config->lookup_key, why) && check_tls(ret, config, why) &&
            check_lookup(ret, config, why))
                return true;
        credentials_done(ret);
        return false;
}

void credentials_done(struct credentials *credentials)
{
        buffer_done(&credentials->ca);
        buffer_done(&credentials->tls_certificate);
        buffer_done(&credentials->lookup_certificate);
        buffer_done(&credentials->publicity);
        secret_done(&credentials->tls_key);
        secret_done(&credentials->lookup_key);
}
