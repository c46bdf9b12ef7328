/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/signer.h"

#include <stdio.h>
#include <string.h>

#include "tools/home.h"
#include "tools/pki.h"

bool signer_load(struct signer *ret, const char *home, const char *name, struct fault *why)
{
        char file[HOME_PATH_MAX], path[HOME_PATH_MAX];

        *ret = (struct signer){0};
        if (!*name || *name == '.' || strchr(name, '/'))
                return fault_set(why, FAULT_CONFIG, "%.60s: not the name of a person", name);
        snprintf(file, sizeof(file), "people/%.60s/key.pem", name);
        if (!home_path(home, file, path, why) || !pki_key_read(path, &ret->key, why))
                return false;
        snprintf(file, sizeof(file), "people/%.60s/cert.pem", name);
        if (!home_path(home, file, path, why) || !pki_certificate_read(path, &ret->certificate, why))
                return false;
        if (X509_check_private_key(ret->certificate, ret->key) != 1)
                return fault_set(why, FAULT_CRYPTO, "%.60s: key.pem is not the key of cert.pem", name);
        pki_fingerprint(ret->certificate, ret->fingerprint);
        return true;
}

void signer_done(struct signer *signer)
{
        EVP_PKEY_free(signer->key);
        X509_free(signer->certificate);
}
