/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/certificate_time.h"
#include "registry/core/person_certificate.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "registry/core/certificate_usage.h"
#include "registry/core/ed25519.h"

static bool key_is_sound(const X509 *x509)
{
        EVP_PKEY *key = X509_get0_pubkey(x509);
        uint8_t public[ED25519_PUBLIC_SIZE];

        return key && ed25519_is_key(key) && ed25519_public(key, public) && !ed25519_is_low_order(public);
}

static bool usage_is_sound(X509 *x509)
{
        ASN1_OBJECT *person = OBJ_txt2obj(USAGE_PERSON_OID, 1);
        int critical = -1;
        EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(x509, NID_ext_key_usage, &critical, NULL);
        bool has_client = false, has_person = false, has_other = false;

        for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages); i++) {
                const ASN1_OBJECT *usage = sk_ASN1_OBJECT_value(usages, i);

                if (OBJ_obj2nid(usage) == NID_client_auth)
                        has_client = true;
                else if (person && OBJ_cmp(usage, person) == 0)
                        has_person = true;
                else
                        has_other = true;
        }
        EXTENDED_KEY_USAGE_free(usages);
        ASN1_OBJECT_free(person);
        return critical == 1 && has_client && has_person && !has_other && X509_check_ca(x509) == 0;
}

static bool subject_is(const X509 *x509, const char *person_id)
{
        X509_NAME *name = X509_get_subject_name(x509);
        int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
        unsigned char *utf8 = NULL;
        bool is_same;
        int length;

        if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
                return false;
        length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        is_same = length >= 0 && (size_t)length == strlen(person_id) && !memcmp(utf8, person_id, (size_t)length);
        OPENSSL_free(utf8);
        return is_same;
}

static enum person_certificate_flaw judge(X509 *x509, const char *person_id, int64_t now_ms,
        struct person_certificate *certificate)
{
        if (!key_is_sound(x509))
                return PERSON_CERTIFICATE_KEY;
        if (!usage_is_sound(x509))
                return PERSON_CERTIFICATE_USAGE;
        if (!subject_is(x509, person_id))
                return PERSON_CERTIFICATE_SUBJECT;
        if (!certificate_time_read(X509_get0_notBefore(x509), &certificate->not_before_ms) ||
                !certificate_time_read(X509_get0_notAfter(x509), &certificate->not_after_ms) ||
                certificate->not_after_ms <= certificate->not_before_ms || certificate->not_after_ms <= now_ms)
                return PERSON_CERTIFICATE_TIME;
        return PERSON_CERTIFICATE_SOUND;
}

enum person_certificate_flaw person_certificate_read(struct slice der, const char *person_id, int64_t now_ms,
        struct person_certificate *ret)
{
        const uint8_t *end = der.data;
        struct person_certificate certificate;
        enum person_certificate_flaw flaw = PERSON_CERTIFICATE_FORM;
        X509 *x509 = d2i_X509(NULL, &end, (long)der.length);

        if (x509 && end == der.data + der.length)
                flaw = judge(x509, person_id, now_ms, &certificate);
        X509_free(x509);
        ERR_clear_error();
        if (flaw != PERSON_CERTIFICATE_SOUND)
                return flaw;
        SHA256(der.data, der.length, certificate.fingerprint);
        *ret = certificate;
        return PERSON_CERTIFICATE_SOUND;
}

const char *person_certificate_flaw_text(enum person_certificate_flaw flaw)
{
        switch (flaw) {
        case PERSON_CERTIFICATE_SOUND:
                return "sound";
        case PERSON_CERTIFICATE_FORM:
                return "not one DER certificate";
        case PERSON_CERTIFICATE_KEY:
                return "its key is not an Ed25519 key that can be trusted";
        case PERSON_CERTIFICATE_USAGE:
                return "not a certificate for persons";
        case PERSON_CERTIFICATE_SUBJECT:
                return "its common name is not the person's id";
        case PERSON_CERTIFICATE_TIME:
                return "its days are over or cannot be read";
        }
        return "unknown";
}
