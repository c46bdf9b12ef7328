/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/hand.h"

#include <string.h>

#include "registry/service/writing.h"
#include "registry/store/cases.h"
#include "registry/store/persons.h"

static void on_person(struct writing *writing, const PGresult *result)
{
        if (PQntuples(result) == 1)
                writing->asked_hand->office = call_text(writing->call, slice_text(cell_text(result, 0, 1)));
}

static void on_roles(struct writing *writing, const PGresult *result)
{
        for (int i = 0; i < PQntuples(result); i++) {
                uint32_t role;

                if (role_parse(cell_text(result, i, 0), &role))
                        writing->asked_hand->roles |= role;
        }
}

/* The rows of an office stand together. */
static void on_away(struct writing *writing, const PGresult *result)
{
        struct hand *hand = writing->asked_hand;

        for (int i = 0; i < PQntuples(result); i++) {
                const char *office = cell_text(result, i, 0);
                uint32_t role;

                if (!role_parse(cell_text(result, i, 1), &role))
                        continue;
                if (hand->away_count == 0 || strcmp(hand->away[hand->away_count - 1].office, office) != 0) {
                        if (hand->away_count == HAND_OFFICES_MAX)
                                return;
                        hand->away[hand->away_count++].office = call_text(writing->call, slice_text(office));
                }
                hand->away[hand->away_count - 1].roles |= role;
        }
}

void hand_load(struct writing *writing, struct hand *hand, const char *id)
{
        struct query query;

        *hand = (struct hand){.id = id};
        writing->asked_hand = hand;
        persons_lock_query(&query, id, false);
        writing_send(writing, &query, on_person);
        persons_roles_query(&query, id);
        writing_send(writing, &query, on_roles);
        cases_away_lock_query(&query, id);
        writing_send(writing, &query, NULL);
        cases_away_roles_query(&query, id);
        writing_send(writing, &query, on_away);
}

uint32_t hand_all_roles(const struct hand *hand)
{
        uint32_t roles = hand->roles;

        for (unsigned i = 0; i < hand->away_count; i++)
                roles |= hand->away[i].roles;
        return roles;
}

uint32_t hand_roles_in(const struct hand *hand, const char *office)
{
        uint32_t roles = 0;

        if (hand->office && strcmp(hand->office, office) == 0)
                roles |= hand->roles & ROLES_OF_CASES;
        for (unsigned i = 0; i < hand->away_count; i++)
                if (strcmp(hand->away[i].office, office) == 0)
                        roles |= hand->away[i].roles;
        return roles;
}

struct case_person hand_person(const struct hand *hand, const char *office, bool is_any_office)
{
        struct case_person person = {.id = hand->id, .office = office, .roles = hand_roles_in(hand, office)};

        if (is_any_office || person.roles == 0) {
                person.office = hand->office ? hand->office : "";
                person.roles = is_any_office ? hand_all_roles(hand) : hand->roles;
        }
        return person;
}
