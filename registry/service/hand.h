/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A hand: a person in a writing's transaction, as the store has them now: office, roles, and what they may do in cases
 * for those who are away. A deputy acts under their own name, in cases of the away person's office alone.
 */
#pragma once

#include "registry/core/case_file.h"
#include "registry/core/role.h"

struct writing;

#define HAND_OFFICES_MAX 16u

struct hand {
        const char *id;
        const char *office;  /* NULL: nobody of that id */
        uint32_t roles;      /* their own */
        unsigned away_count;
        struct {
                const char *office;
                uint32_t roles;
        } away[HAND_OFFICES_MAX];
};

/*
 * Sends the queries; the answers of one hand must be in before the next is asked for. Their roles stay as they are
 * until the transaction ends. `id` and `hand` live as long as the call.
 */
void hand_load(struct writing *writing, struct hand *hand, const char *id);
/* Own roles and those of everybody they deputise for: whether there is any use in asking further. */
uint32_t hand_all_roles(const struct hand *hand);
/* The roles they have in cases of that office. */
uint32_t hand_roles_in(const struct hand *hand, const char *office);
/*
 * As the rules of a case of that office weigh them: with their roles there, as one of it; somebody who has none there
 * as who they are, with their own: what they do for others they do in those persons' offices. A step open to any office
 * is taken with every role.
 */
struct case_person hand_person(const struct hand *hand, const char *office, bool is_any_office);
