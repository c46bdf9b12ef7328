/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/chain.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Reads one certificate in its one DER form, with nothing behind it. */
static X509 *read_certificate(struct slice der)
{
        const unsigned char *at = der.data;
        unsigned char *again = NULL;
        X509 *certificate = NULL;
        int length;

        if (der.length && der.length <= INT32_MAX)
                certificate = d2i_X509(NULL, &at, (long)der.length);
        if (!certificate)
                return NULL;
        length = i2d_X509(certificate, &again);
        if (length < 0 || !slice_equal(slice_of(again, (size_t)length), der)) {
                X509_free(certificate);
                certificate = NULL;
        }
        OPENSSL_free(again);
        return certificate;
}

static bool is_self_issued(X509 *certificate)
{
        return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

bool chain_init(struct chain *chain, const struct slice *ders, unsigned count)
{
        bool done = count > 0 && count <= CHAIN_LIMIT;

        *chain = (struct chain){0};
        ERR_set_mark();
        while (done && chain->count < count) {
                X509 *certificate = read_certificate(ders[chain->count]);

                if (certificate)
                        chain->certificates[chain->count++] = certificate;
                done = certificate && !is_self_issued(certificate);
        }
        ERR_pop_to_mark();
        if (!done)
                chain_done(chain);
        return done;
}

void chain_done(struct chain *chain)
{
        for (unsigned i = 0; i < chain->count; i++)
                X509_free(chain->certificates[i]);
        *chain = (struct chain){0};
}

void chain_cleanup(struct chain *chain)
{
        chain_done(chain);
}

EVP_PKEY *chain_key(const struct chain *chain)
{
        EVP_PKEY *key;

        ERR_set_mark();
        key = X509_get0_pubkey(chain->certificates[0]);
        ERR_pop_to_mark();
        return key;
}

/* The path that was found must be the chain as given, and one root. */
static bool is_whole(const struct chain *chain, const STACK_OF(X509) *path)
{
        if (!path || sk_X509_num(path) != (int)chain->count + 1)
                return false;
        for (unsigned i = 0; i < chain->count; i++)
                if (X509_cmp(sk_X509_value(path, (int)i), chain->certificates[i]) != 0)
                        return false;
        return true;
}

static bool verify(const struct chain *chain, X509_STORE_CTX *context, X509_STORE *store,
        STACK_OF(X509) *between, int64_t at_ms)
{
        X509_VERIFY_PARAM *param;

        if (X509_STORE_CTX_init(context, store, chain->certificates[0], between) != 1)
                abort();
        param = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_time(param, (time_t)(at_ms / 1000));
        return X509_verify_cert(context) == 1 && is_whole(chain, X509_STORE_CTX_get0_chain(context));
}

bool chain_leads_to(const struct chain *chain, X509 *const *roots, unsigned root_count, int64_t at_ms)
{
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *context = X509_STORE_CTX_new();
        STACK_OF(X509) *between = sk_X509_new_null();
        bool right;

        if (!store || !context || !between)
                abort();
        ERR_set_mark();
        for (unsigned i = 0; i < root_count; i++)
                if (X509_STORE_add_cert(store, roots[i]) != 1)
                        abort();
        for (unsigned i = 1; i < chain->count; i++)
                if (sk_X509_push(between, chain->certificates[i]) <= 0)
                        abort();
        right = verify(chain, context, store, between, at_ms);
        ERR_pop_to_mark();
        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
        sk_X509_free(between);
        return right;
}

static bool has_only_usage(X509 *certificate, const char *usage_oid)
{
        int critical = 0;
        EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, NULL);
        char oid[64];
        bool only;

        /* NULL also when there are several; critical is then no 1. */
        only = usages && critical == 1 && sk_ASN1_OBJECT_num(usages) == 1 &&
                OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(usages, 0), 1) > 0 &&
                strcmp(oid, usage_oid) == 0;
        EXTENDED_KEY_USAGE_free(usages);
        return only;
}

/* X509_get_key_usage() has all bits set when there is no such extension; it must be there. */
static bool may_sign_data_alone(X509 *certificate)
{
        uint32_t usage = X509_get_key_usage(certificate);

        return usage != UINT32_MAX && (usage & X509v3_KU_DIGITAL_SIGNATURE) &&
                !(usage & (X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN));
}

bool chain_is_for(const struct chain *chain, const char *usage_oid)
{
        X509 *certificate = chain->certificates[0];
        bool right;

        ERR_set_mark();
        right = has_only_usage(certificate, usage_oid) && X509_check_ca(certificate) == 0 &&
                may_sign_data_alone(certificate);
        ERR_pop_to_mark();
        return right;
}
