/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/admin.h"
#include "tools/admin_recalc.h"

int admin_recalc(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("recalc", "not yet");
}

bool recalc_shadow(const struct recalc_signer *signer, const uint8_t policy_hash[32], uint64_t *ret_serial,
        struct fault *why)
{
        (void)signer;
        (void)policy_hash;
        (void)ret_serial;
        return fault_set(why, FAULT_CONFIG, "not yet");
}
