/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/base/fault.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *why, enum fault_code code, const char *format, ...)
{
        va_list args;

        why->code = code;
        why->peer_code = 0;
        va_start(args, format);
        vsnprintf(why->text, sizeof(why->text), format, args);
        va_end(args);

        /* libpq and OpenSSL end their messages with newlines; a fault is one line. */
        for (char *c = why->text; *c; c++)
                if (*c == '\n' || *c == '\r')
                        *c = c[1] ? ' ' : '\0';
        return false;
}

const char *fault_word(enum fault_code code)
{
        switch (code) {
        case FAULT_NONE:
                return "none";
        case FAULT_SYSTEM:
                return "system";
        case FAULT_CONFIG:
                return "config";
        case FAULT_INPUT:
                return "input";
        case FAULT_LIMIT:
                return "limit";
        case FAULT_CRYPTO:
                return "crypto";
        case FAULT_STORE:
                return "store";
        case FAULT_CONFLICT:
                return "conflict";
        case FAULT_MISMATCH:
                return "mismatch";
        case FAULT_VIEW:
                return "view";
        case FAULT_STALE:
                return "stale";
        case FAULT_SEALER:
                return "sealer";
        case FAULT_PEER:
                return "peer";
        }
        return "unknown";
}
