/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/case_access.h"

#include <string.h>

static void add_office(struct call *call, struct case_access *access, const char *office)
{
        if (case_access_is_insider(access, office) || access->count == CASE_ACCESS_OFFICES_MAX)
                return;
        access->offices[access->count++] = call_text(call, slice_text(office));
}

void case_access_take(struct call *call, const PGresult *result, struct case_access *ret)
{
        *ret = (struct case_access){0};
        for (int i = 0; i < PQntuples(result); i++) {
                uint32_t role;

                if (!role_parse(cell_text(result, i, 1), &role))
                        continue; /* a later version's */
                if (cell_bool(result, i, 2))
                        ret->own_roles |= role;
                if (role & ROLES_OF_CASES)
                        add_office(call, ret, cell_text(result, i, 0));
        }
}

bool case_access_is_insider(const struct case_access *access, const char *office)
{
        for (unsigned i = 0; i < access->count; i++)
                if (strcmp(access->offices[i], office) == 0)
                        return true;
        return false;
}

bool case_access_is_auditor(const struct case_access *access)
{
        return access->own_roles & ROLE_AUDITOR;
}

bool case_access_is_nobody(const struct case_access *access)
{
        return access->count == 0 && !case_access_is_auditor(access);
}

void case_access_purpose(struct call *call, struct fields *fields, bool has, const ProtobufCBinaryData *purpose)
{
        const char *words = fields_optional(fields, "purpose", has, purpose, CASE_PURPOSE_OCTETS);

        call->purpose = words[strspn(words, " ")] ? words : NULL;
}

bool case_access_sees(const struct case_access *access, const char *office)
{
        return case_access_is_insider(access, office) || case_access_is_auditor(access);
}

bool case_access_check(struct call *call, const struct case_access *access, const char *office, bool is_over)
{
        bool is_insider = case_access_is_insider(access, office);

        if (case_access_is_nobody(access))
                return failure_set(&call->failure, RESULT_ROLE_MISSING, "none of your roles allows %s",
                        call->operation->word);
        if (!call->purpose && (is_over || !is_insider))
                return failure_set_field(&call->failure, RESULT_PURPOSE_MISSING, "purpose", slice_of(NULL, 0),
                        is_over ? "purpose: the case is over; whoever looks at it says why"
                                : "purpose: who looks at a case for an audit says why");
        return true;
}
