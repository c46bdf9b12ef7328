/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a document of DOCUMENT_OCTETS_MAX can make at most is a fraction of it: an action, a field or a guard takes
 * 45 octets of JSON at least and 800 here at most.
 */
#define PROCEDURE_OCTETS (4u * 1024u * 1024u)

static void read_states(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct place states = place_array(root, "states", 1, PROCEDURE_STATES_MAX);
        size_t count = place_count(&states);

        procedure->states = reading->states = reading_room(reading, count * sizeof(*reading->states));
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&states, i);
                struct procedure_state *state = &reading->states[i];

                place_only(&at, KEYS("state", "zh", "en", "end"));
                state->word = reading_word(reading, &at, "state", '-');
                state->zh = reading_text(reading, &at, "zh");
                state->en = reading_text(reading, &at, "en");
                state->is_end = reading_flag(&at, "end");
                if (procedure_state_find(procedure, slice_text(state->word)) != PROCEDURE_NONE)
                        place_refuse(&at, "state", DOCUMENT_VALUE, "is there already");
                procedure->state_count++;
        }
}

static void read_procedure(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct rule_head head = {0};
        struct place actions = place_array(root, "actions", 1, PROCEDURE_ACTIONS_MAX);

        place_only(root, KEYS("format", "id", "version", "names", "basis", "states", "windows", "listing", "actions",
                "deadlines"));
        rule_head_read(root, PROCEDURE_FORMAT, &head);
        memcpy(procedure->id, head.id, sizeof(procedure->id));
        procedure->version = head.version;
        procedure->zh = reading_keep(reading, head.zh);
        procedure->en = reading_keep(reading, head.en);
        procedure->basis = reading_text(reading, root, "basis");
        read_states(reading, root);
        reading_actions(reading, &actions);
        reading_windows(reading, root);
        reading_deadlines(reading, root);
        reading_listing(reading, root);
        reading_conditions(reading, &actions);
        procedure_check(reading, root);
}

enum document_flaw procedure_parse(struct slice json, struct procedure **ret, struct document_error *ret_error)
{
        struct procedure *procedure = must_alloc(sizeof(*procedure));
        struct procedure_reading reading = {.procedure = procedure};
        struct document document;
        struct place root;

        arena_init(&procedure->arena, PROCEDURE_OCTETS);
        document_init(&document, json);
        root = document_root(&document);
        read_procedure(&reading, &root);
        if (document_is_sound(&document)) {
                document_hash(&document, procedure->hash);
        } else {
                procedure_free(procedure);
                procedure = NULL;
        }
        *ret = procedure;
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}
