/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/party_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/name.h"

void party_file_init(struct party_file *file, const char *subject)
{
        *file = (struct party_file){0};
        assert(strlen(subject) == sizeof(file->subject) - 1);
        memcpy(file->subject, subject, sizeof(file->subject));
}

void party_file_done(struct party_file *file)
{
        free(file->names);
        free(file->records);
        free(file->versions);
}

/* The array with room for one more. */
static void *grown(void *array, size_t count, size_t *room, size_t size)
{
        if (count < *room)
                return array;
        *room = *room ? 2 * *room : 4;
        return must_resize(array, *room * size);
}

void party_file_add_name(struct party_file *file, const char *name)
{
        file->names = grown(file->names, file->names_count, &file->names_room, sizeof(*file->names));
        file->names[file->names_count++] = name;
}

void party_file_add_record(struct party_file *file, const struct party_file_record *record)
{
        assert(!file->records_count ||
               file->records[file->records_count - 1].facts.ordinal < record->facts.ordinal);
        file->records =
                grown(file->records, file->records_count, &file->records_room, sizeof(*file->records));
        file->records[file->records_count++] = *record;
}

void party_file_add_version(struct party_file *file, const struct party_file_version *version)
{
        file->versions =
                grown(file->versions, file->versions_count, &file->versions_room, sizeof(*file->versions));
        file->versions[file->versions_count++] = *version;
}

struct party_file_record *party_file_find(const struct party_file *file, const char *authority_code,
        const char *document_norm, enum record_type type)
{
        for (size_t i = 0; i < file->records_count; i++) {
                struct party_file_record *record = &file->records[i];

                if (record->type == type && !strcmp(record->document_norm, document_norm) &&
                        !strcmp(record->authority_code, authority_code))
                        return record;
        }
        return NULL;
}

bool party_file_has_name(const struct party_file *file, const char *name)
{
        for (size_t i = 0; i < file->names_count; i++)
                if (name_is_same(slice_text(file->names[i]), slice_text(name)))
                        return true;
        return false;
}

struct grade_record party_file_facts(const struct record *record)
{
        bool is_penalty = record->type == RECORD_PENALTY;
        struct day end = record->publicity_file;

        /* The earlier of the two, as the database's generated column has it. */
        if (day_is_none(end) || (!day_is_none(record->publicity_computed) &&
                                        day_is_before(record->publicity_computed, end)))
                end = record->publicity_computed;
        return (struct grade_record){
                .type = record->type,
                .severity = (enum severity)record->severity,
                .result = record_type_has_result(record->type) ? record->result : RECORD_RESULT_NONE,
                .certificate = record->type == RECORD_CERTIFICATE ? record->certificate : CERTIFICATE_NONE,
                .kinds = is_penalty ? record->kinds : 0,
                .case_ref = record_case_ref(record->authority_code, record->document_norm),
                .decided_on = record->decided_on,
                .publicity_end = end,
                .valid_through = record_type_has_validity(record->type) ? record->valid_through : DAY_NONE,
                .fine_fen = is_penalty ? record->fine_fen : 0,
                .confiscated_fen = is_penalty ? record->confiscated_fen : 0,
        };
}

void party_file_inputs(const struct party_file *file, struct grade_inputs *ret)
{
        ret->count = 0;
        for (size_t i = 0; i < file->records_count && ret->count < GRADE_RECORDS_MAX; i++)
                if (file->records[i].is_active)
                        ret->records[ret->count++] = file->records[i].facts;
        ret->ended = 0;
        ret->listings_count = file->listings_count;
        memcpy(ret->listings, file->listings, sizeof(ret->listings));
}

/* ---------------------------------------------------------------- room */

#define OTHER_MAX (GRADE_RECORDS_MAX / 2)

void party_file_load_add(struct party_file_load *load, const struct grade_record *record)
{
        if (record_is_negative(record->type, record->result))
                load->against++;
        else
                load->other++;
}

bool party_file_load_has_room(const struct party_file_load *load, const struct grade_record *record)
{
        return load->against + load->other < GRADE_RECORDS_MAX &&
               (record_is_negative(record->type, record->result) || load->other < OTHER_MAX);
}

/* ---------------------------------------------------------------- two versions */

/* Kinds of penalty, the heaviest first. */
static const enum penalty_kind by_weight[] = {
        PENALTY_CRIMINAL, PENALTY_DETENTION, PENALTY_REVOCATION, PENALTY_RESTRICTION,
        PENALTY_WITHDRAWAL, PENALTY_CLOSURE, PENALTY_DOWNGRADE, PENALTY_SUSPENSION,
        PENALTY_CONFISCATION, PENALTY_FINE, PENALTY_CRITICISM, PENALTY_WARNING,
};
static_assert(sizeof(by_weight) / sizeof(by_weight[0]) == PENALTY_KINDS, "each kind has a weight");

/* Of the kinds that only one of them has, is the heaviest the former's? */
static bool has_lighter_kinds(uint16_t before, uint16_t after)
{
        for (unsigned i = 0; i < PENALTY_KINDS; i++)
                if ((before ^ after) & PENALTY_BIT(by_weight[i]))
                        return before & PENALTY_BIT(by_weight[i]);
        return false;
}

/* No end is the latest. */
static bool ends_before(struct day end, struct day other)
{
        return !day_is_none(end) && (day_is_none(other) || day_is_before(end, other));
}

bool party_file_is_lighter(const struct grade_record *before, const struct grade_record *after)
{
        bool was_negative = record_is_negative(before->type, before->result);

        if (was_negative != record_is_negative(after->type, after->result))
                return was_negative;
        if (day_is_before(after->decided_on, before->decided_on))
                return true;
        if (was_negative)
                return after->severity < before->severity || has_lighter_kinds(before->kinds, after->kinds) ||
                       after->fine_fen < before->fine_fen || after->confiscated_fen < before->confiscated_fen ||
                       ends_before(after->publicity_end, before->publicity_end);
        return after->certificate != before->certificate || ends_before(before->valid_through, after->valid_through) ||
               ends_before(before->publicity_end, after->publicity_end);
}

/* ---------------------------------------------------------------- deciding */

/* What comparing two courses of a grade takes; too large for a stack. */
struct comparison {
        struct grade_inputs before, after;
};

static struct day earlier_change(struct day a, struct day b)
{
        if (day_is_none(a) || day_is_none(b))
                return day_is_none(a) ? b : a;
        return day_is_before(a, b) ? a : b;
}

/*
 * A correction that ends a record's publicity sooner lifts nothing today and is as favourable; so both courses are
 * walked from change to change. Each record changes an outcome at its decision and its end, so there are few.
 */
bool party_file_lifts(const struct policy *policy, const struct grade_inputs *before,
        const struct grade_inputs *after, struct day today)
{
        struct grade_outcome was, is;
        struct policy_scale scale; /* `unrated` is the last of it: a correction that gives a grade waits for a person, too */
        struct day day = today;

        policy_scale(policy, &scale);
        do {
                grade_evaluate(policy, before, day, &was);
                grade_evaluate(policy, after, day, &is);
                if (is.score > was.score ||
                        policy_scale_place(&scale, is.grade) < policy_scale_place(&scale, was.grade))
                        return true;
                day = earlier_change(was.next_change, is.next_change);
        } while (!day_is_none(day));
        return false;
}

static bool is_favourable(const struct party_file *file, const struct party_file_record *old,
        const struct record *record, const struct policy *policy, struct day today)
{
        struct grade_record facts = party_file_facts(record);
        struct comparison *c;
        bool lifted;

        if (party_file_is_lighter(&old->facts, &facts))
                return true;
        c = must_alloc(sizeof(*c));
        facts.ordinal = old->facts.ordinal;
        party_file_inputs(file, &c->before);
        c->after = c->before;
        for (uint32_t i = 0; i < c->after.count; i++)
                if (c->after.records[i].ordinal == facts.ordinal)
                        c->after.records[i] = facts;
        lifted = party_file_lifts(policy, &c->before, &c->after, today);
        free(c);
        return lifted;
}

static bool is_seen(const struct party_file *file, const struct party_file_record *old,
        const struct record *record)
{
        for (size_t i = 0; i < file->versions_count; i++) {
                const struct party_file_version *version = &file->versions[i];

                if (&file->records[version->record] == old &&
                        record_has_content(record, &version->guise, version->content_hash))
                        return true;
        }
        return false;
}

static bool has_room(const struct party_file *file, const struct record *record)
{
        struct grade_record facts = party_file_facts(record);
        struct party_file_load load = {0};

        for (size_t i = 0; i < file->records_count; i++)
                if (file->records[i].is_active)
                        party_file_load_add(&load, &file->records[i].facts);
        return party_file_load_has_room(&load, &facts);
}

enum party_file_outcome party_file_decide(const struct party_file *file, const struct record *record,
        const struct policy *policy, struct day today)
{
        const struct party_file_record *old;

        if (!file->is_registered)
                return PARTY_FILE_NOT_REGISTERED;
        old = party_file_find(file, record->authority_code, record->document_norm, record->type);
        if (old && is_seen(file, old, record))
                return PARTY_FILE_UNCHANGED;
        if (!party_file_has_name(file, record->party_name))
                return PARTY_FILE_NAME_MISMATCH;
        if (!old)
                return has_room(file, record) ? PARTY_FILE_FILED : PARTY_FILE_FULL;
        if (!old->is_active)
                return PARTY_FILE_WITHDRAWN;
        if (old->version >= RECORD_VERSIONS_MAX)
                return PARTY_FILE_FULL;
        return is_favourable(file, old, record, policy, today) ? PARTY_FILE_FAVOURABLE : PARTY_FILE_CORRECTED;
}

const struct party_file_record *party_file_add(struct party_file *file, const struct record *record)
{
        struct party_file_record *old =
                party_file_find(file, record->authority_code, record->document_norm, record->type);
        struct party_file_version version = {
                .guise = {record->document, record->party_name, record->domain, record->publicity_computed},
        };
        struct grade_record facts = party_file_facts(record);

        if (old) {
                facts.ordinal = old->facts.ordinal;
                old->facts = facts;
                old->version++;
        } else {
                size_t count = file->records_count;

                facts.ordinal = count ? file->records[count - 1].facts.ordinal + 1 : 1;
                party_file_add_record(file,
                        &(struct party_file_record){record->authority_code, record->document_norm, record->type, 1,
                                true, facts});
                old = &file->records[count];
        }
        version.record = (uint32_t)(old - file->records);
        version.version = old->version;
        record_hash(record, version.content_hash);
        party_file_add_version(file, &version);
        return old;
}

const char *party_file_outcome_reason(enum party_file_outcome outcome)
{
        switch (outcome) {
        case PARTY_FILE_FILED:
        case PARTY_FILE_CORRECTED:
        case PARTY_FILE_UNCHANGED:
                return NULL;
        case PARTY_FILE_NOT_REGISTERED: return "not_registered";
        case PARTY_FILE_NAME_MISMATCH: return "name_mismatch";
        case PARTY_FILE_FAVOURABLE: return "favourable_correction";
        case PARTY_FILE_WITHDRAWN: return "withdrawn";
        case PARTY_FILE_FULL: return "records_limit";
        }
        return NULL;
}
