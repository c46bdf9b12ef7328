/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The two instants of a certificate's validity (RFC 5280 4.1.2.5), which have whole seconds, as instants of the
 * calendar.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

/* False, `ret_ms` untouched, where there is none or it cannot be read. (OpenSSL itself reads none as now.) */
bool certificate_time_read(const ASN1_TIME *time, int64_t *ret_ms) __attribute__((warn_unused_result));
