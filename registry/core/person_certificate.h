/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A person's certificate as it is enrolled: an Ed25519 key for acts and connections, the extended key usage of
 * persons, the person's id as common name. Whether the registry's CA issued it is checked where somebody uses it
 * (TLS, and whoever verifies an act); what stands here is what two administrators agree to.
 */
#pragma once

#include "registry/base/bytes.h"

enum person_certificate_flaw {
        PERSON_CERTIFICATE_SOUND = 0,
        PERSON_CERTIFICATE_FORM,    /* not one DER certificate and nothing else */
        PERSON_CERTIFICATE_KEY,     /* not Ed25519, or a key anybody can sign under */
        PERSON_CERTIFICATE_USAGE,   /* not for persons: clientAuth and the registry's own, critical, no CA */
        PERSON_CERTIFICATE_SUBJECT, /* the common name is not the person's id */
        PERSON_CERTIFICATE_TIME,    /* its days cannot be read or are over */
};

struct person_certificate {
        uint8_t fingerprint[32]; /* SHA-256 of the DER */
        int64_t not_before_ms;
        int64_t not_after_ms;
};

/* `ret` is set if the answer is SOUND. */
enum person_certificate_flaw person_certificate_read(struct slice der, const char *person_id, int64_t now_ms,
        struct person_certificate *ret) __attribute__((warn_unused_result));
/* For people. */
const char *person_certificate_flaw_text(enum person_certificate_flaw flaw);
