/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/certificate_time.h"

#include <time.h>

#include <openssl/asn1.h>

bool certificate_time_read(const ASN1_TIME *time, int64_t *ret_ms)
{
        struct tm tm;

        if (!time || !ASN1_TIME_to_tm(time, &tm))
                return false;
        *ret_ms = (int64_t)timegm(&tm) * 1000;
        return true;
}
