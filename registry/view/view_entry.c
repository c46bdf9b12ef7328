/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_entry.h"

#include <assert.h>
#include <string.h>

#include "registry/core/role.h"
#include "registry/core/verdict.h"

static void take_octets(struct reader *r, void *ret, size_t length)
{
        struct slice octets = reader_take(r, length);

        if (!r->failed)
                memcpy(ret, octets.data, length);
}

/* Text into a field of `size` octets with its NUL; none may be in it. */
static void take_text(struct reader *r, char *ret, size_t size)
{
        struct slice text = reader_counted(r);

        if (r->failed || text.length >= size || memchr(text.data, '\0', text.length)) {
                r->failed = true;
                return;
        }
        memcpy(ret, text.data, text.length);
        ret[text.length] = '\0';
}

static struct day take_day(struct reader *r)
{
        int64_t number = reader_signed_varint(r);

        if (number < INT32_MIN || number > INT32_MAX) {
                r->failed = true;
                return DAY_NONE;
        }
        return (struct day){(int32_t)number};
}

static bool code_is_valid(struct slice code)
{
        if (code.length != 9 && code.length != 18)
                return false;
        for (size_t i = 0; i < code.length; i++)
                if (!((code.data[i] >= '0' && code.data[i] <= '9') || (code.data[i] >= 'A' && code.data[i] <= 'Z')))
                        return false;
        return true;
}

/* ------------------------------------------------------------------- party */

/* A grade with its score, or neither. */
static bool outcome_is_valid(const char *grade, int32_t score)
{
        for (const char *c = grade; *c; c++)
                if (*c < 'A' || *c > 'Z')
                        return false;
        return *grade ? score >= 0 : score == -1;
}

bool view_party_is_valid(const struct view_party *party)
{
        return party->kind >= PARTY_ENTERPRISE && party->kind <= PARTY_OTHER &&
               party->registration >= REGISTRATION_ACTIVE && party->registration <= REGISTRATION_REVOKED &&
               code_is_valid(party->code) && party->name.length > 0 && party->name.length <= STATEMENT_NAME_LIMIT &&
               (party->merged_into.length == 0 || code_is_valid(party->merged_into)) && party->version > 0 &&
               outcome_is_valid(party->grade, party->score) && day_is_valid(party->graded_on) &&
               (day_is_none(party->next_change) ||
                       (day_is_valid(party->next_change) && day_is_before(party->graded_on, party->next_change)));
}

void view_party_encode(struct buffer *to, const struct view_party *party)
{
        assert(view_party_is_valid(party));
        buffer_add_u8(to, party->kind);
        buffer_add_u8(to, party->registration);
        buffer_add_counted(to, party->code);
        buffer_add_counted(to, party->name);
        buffer_add_counted(to, party->merged_into);
        buffer_add_varint(to, party->version);
        buffer_add_counted(to, slice_text(party->grade));
        buffer_add_signed_varint(to, party->score);
        buffer_add_signed_varint(to, party->graded_on.number);
        buffer_add_signed_varint(to, party->next_change.number);
        buffer_add(to, party->policy_hash, sizeof(party->policy_hash));
        buffer_add_varint(to, party->decision);
        buffer_add_counted(to, party->inputs);
}

bool view_party_decode(struct slice value, struct view_party *ret)
{
        struct reader r = reader_of(value);
        struct view_party party = *ret;
        int64_t score;

        party.kind = reader_u8(&r);
        party.registration = reader_u8(&r);
        party.code = reader_counted(&r);
        party.name = reader_counted(&r);
        party.merged_into = reader_counted(&r);
        party.version = reader_varint(&r);
        take_text(&r, party.grade, sizeof(party.grade));
        score = reader_signed_varint(&r);
        party.graded_on = take_day(&r);
        party.next_change = take_day(&r);
        take_octets(&r, party.policy_hash, sizeof(party.policy_hash));
        party.decision = reader_varint(&r);
        party.inputs = reader_counted(&r);
        if (!reader_is_done(&r) || score < -1 || score > INT32_MAX)
                return false;
        party.score = (int32_t)score;
        if (!view_party_is_valid(&party))
                return false;
        *ret = party;
        return true;
}

/* ------------------------------------------------------------------- grade */

bool view_grade_is_valid(const struct view_grade *grade)
{
        return grade->version > 0 && outcome_is_valid(grade->grade, grade->score) &&
               (day_is_none(grade->next_change) || day_is_valid(grade->next_change));
}

void view_grade_encode(struct buffer *to, const struct view_grade *grade)
{
        assert(view_grade_is_valid(grade));
        buffer_add_varint(to, grade->version);
        buffer_add_counted(to, slice_text(grade->grade));
        buffer_add_signed_varint(to, grade->score);
        buffer_add_signed_varint(to, grade->next_change.number);
}

bool view_grade_decode(struct slice value, struct view_grade *ret)
{
        struct reader r = reader_of(value);
        struct view_grade grade = {0};
        int64_t score;

        grade.version = reader_varint(&r);
        take_text(&r, grade.grade, sizeof(grade.grade));
        score = reader_signed_varint(&r);
        grade.next_change = take_day(&r);
        if (!reader_is_done(&r) || score < -1 || score > INT32_MAX)
                return false;
        grade.score = (int32_t)score;
        if (!view_grade_is_valid(&grade))
                return false;
        *ret = grade;
        return true;
}

/* ------------------------------------------------------- certificate, person */

void view_certificate_encode(struct buffer *to, const struct view_certificate *certificate)
{
        buffer_add_counted(to, certificate->person_id);
        buffer_add(to, certificate->public_key, sizeof(certificate->public_key));
        buffer_add_u64(to, (uint64_t)certificate->not_before_ms);
        buffer_add_u64(to, (uint64_t)certificate->not_after_ms);
        buffer_add_u8(to, certificate->revoked);
}

bool view_certificate_decode(struct slice value, struct view_certificate *ret)
{
        struct reader r = reader_of(value);
        struct view_certificate certificate = {0};
        uint8_t revoked;

        certificate.person_id = reader_counted(&r);
        take_octets(&r, certificate.public_key, sizeof(certificate.public_key));
        certificate.not_before_ms = (int64_t)reader_u64(&r);
        certificate.not_after_ms = (int64_t)reader_u64(&r);
        revoked = reader_u8(&r);
        certificate.revoked = revoked == 1;
        if (!reader_is_done(&r) || revoked > 1 || certificate.person_id.length == 0 ||
                certificate.not_after_ms <= certificate.not_before_ms)
                return false;
        *ret = certificate;
        return true;
}

void view_person_encode(struct buffer *to, const struct view_person *person)
{
        buffer_add_counted(to, person->name);
        buffer_add_counted(to, person->office_id);
        buffer_add_u32(to, person->roles);
        buffer_add_varint(to, person->version);
}

bool view_person_decode(struct slice value, struct view_person *ret)
{
        struct reader r = reader_of(value);
        struct view_person person = *ret;

        person.name = reader_counted(&r);
        person.office_id = reader_counted(&r);
        person.roles = reader_u32(&r);
        person.version = reader_varint(&r);
        if (!reader_is_done(&r) || person.name.length == 0 || person.office_id.length == 0 ||
                person.roles >= 1u << ROLE_COUNT || person.version == 0)
                return false;
        *ret = person;
        return true;
}

/* ---------------------------------------------------------------- coverage */

static bool is_domain_character(char c)
{
        return (c >= 'a' && c <= 'z') || c == '-';
}

static bool is_source_character(char c)
{
        return is_domain_character(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

static bool is_word(const char *text, bool (*is_one)(char c))
{
        if (!*text)
                return false;
        for (; *text; text++)
                if (!is_one(*text))
                        return false;
        return true;
}

bool view_coverage_is_valid(const struct view_coverage *coverage)
{
        return is_word(coverage->domain, is_domain_character) && is_word(coverage->source, is_source_character) &&
               day_is_valid(coverage->through);
}

void view_coverage_key(struct buffer *to, const struct view_coverage *coverage)
{
        buffer_add_text(to, coverage->domain);
        buffer_add_u8(to, 0);
        buffer_add_text(to, coverage->source);
}

void view_coverage_encode(struct buffer *to, const struct view_coverage *coverage)
{
        assert(view_coverage_is_valid(coverage));
        buffer_add_signed_varint(to, coverage->through.number);
}

static bool take_word(struct slice text, char ret[STATEMENT_WORD_LIMIT + 1])
{
        if (text.length > STATEMENT_WORD_LIMIT)
                return false;
        memcpy(ret, text.data, text.length);
        ret[text.length] = '\0';
        return true;
}

bool view_coverage_decode(struct slice key, struct slice value, struct view_coverage *ret)
{
        struct reader r = reader_of(value);
        const uint8_t *end = memchr(key.data, '\0', key.length);
        struct view_coverage coverage;
        size_t domain;

        coverage.through = take_day(&r);
        if (!reader_is_done(&r) || !end)
                return false;
        domain = (size_t)(end - key.data);
        if (!take_word(slice_of(key.data, domain), coverage.domain) ||
                !take_word(slice_of(end + 1, key.length - domain - 1), coverage.source) ||
                strlen(coverage.domain) + strlen(coverage.source) + 1 != key.length ||
                !view_coverage_is_valid(&coverage))
                return false;
        *ret = coverage;
        return true;
}

/* -------------------------------------------------------------------- meta */

static bool slot_is_valid(const struct view_slot *slot)
{
        return !slot->run_serial || (day_is_valid(slot->day) && (!slot->through || slot->through >= slot->run_serial));
}

bool view_meta_is_valid(const struct view_meta *meta)
{
        const struct view_slot *live = NULL;

        if (meta->live > VIEW_SLOTS)
                return false;
        if (meta->live)
                live = &meta->slots[meta->live - 1];
        for (unsigned i = 0; i < VIEW_SLOTS; i++)
                if (!slot_is_valid(&meta->slots[i]))
                        return false;
        return !live || (live->run_serial && live->through &&
                                memcmp(live->policy_hash, meta->policy_hash, sizeof(live->policy_hash)) == 0);
}

static void encode_slot(struct buffer *to, const struct view_slot *slot)
{
        buffer_add_varint(to, slot->run_serial);
        if (!slot->run_serial)
                return;
        buffer_add(to, slot->run, sizeof(slot->run));
        buffer_add(to, slot->policy_hash, sizeof(slot->policy_hash));
        buffer_add_signed_varint(to, slot->day.number);
        buffer_add_varint(to, slot->through);
}

static void take_slot(struct reader *r, struct view_slot *ret)
{
        ret->run_serial = reader_varint(r);
        if (!ret->run_serial)
                return;
        take_octets(r, ret->run, sizeof(ret->run));
        take_octets(r, ret->policy_hash, sizeof(ret->policy_hash));
        ret->day = take_day(r);
        ret->through = reader_varint(r);
}

/*
 * u32 format, u64 system identifier, u32 timeline, 16 epoch, counted origin, u32 schema, 16 boot id, u64 serial,
 * u64 serial's time, 32 chain, 32 root, u64 heartbeat, u64 heartbeat seen, 32 policy hash, two slots, u8 live,
 * u8 refused, counted refusal. A slot is varint run serial and, unless that is 0, 16 run, 32 policy hash, signed
 * varint day, varint through. The format stands first for ever.
 */
void view_meta_encode(struct buffer *to, const struct view_meta *meta)
{
        assert(view_meta_is_valid(meta));
        buffer_add_u32(to, meta->format);
        buffer_add_u64(to, meta->system_identifier);
        buffer_add_u32(to, meta->timeline);
        buffer_add(to, meta->epoch, sizeof(meta->epoch));
        buffer_add_counted(to, slice_text(meta->origin));
        buffer_add_u32(to, meta->schema_version);
        buffer_add(to, meta->boot_id, sizeof(meta->boot_id));
        buffer_add_u64(to, meta->serial);
        buffer_add_u64(to, (uint64_t)meta->serial_at_ms);
        buffer_add(to, meta->chain, sizeof(meta->chain));
        buffer_add(to, meta->root, sizeof(meta->root));
        buffer_add_u64(to, (uint64_t)meta->heartbeat_ms);
        buffer_add_u64(to, (uint64_t)meta->heartbeat_seen_ms);
        buffer_add(to, meta->policy_hash, sizeof(meta->policy_hash));
        for (unsigned i = 0; i < VIEW_SLOTS; i++)
                encode_slot(to, &meta->slots[i]);
        buffer_add_u8(to, meta->live);
        buffer_add_u8(to, meta->refused);
        buffer_add_counted(to, slice_text(meta->refusal));
}

bool view_meta_decode(struct slice value, struct view_meta *ret)
{
        struct reader r = reader_of(value);
        struct view_meta meta = {0};
        uint8_t refused;

        meta.format = reader_u32(&r);
        if (r.failed || meta.format != VIEW_FORMAT)
                return false;
        meta.system_identifier = reader_u64(&r);
        meta.timeline = reader_u32(&r);
        take_octets(&r, meta.epoch, sizeof(meta.epoch));
        take_text(&r, meta.origin, sizeof(meta.origin));
        meta.schema_version = reader_u32(&r);
        take_octets(&r, meta.boot_id, sizeof(meta.boot_id));
        meta.serial = reader_u64(&r);
        meta.serial_at_ms = (int64_t)reader_u64(&r);
        take_octets(&r, meta.chain, sizeof(meta.chain));
        take_octets(&r, meta.root, sizeof(meta.root));
        meta.heartbeat_ms = (int64_t)reader_u64(&r);
        meta.heartbeat_seen_ms = (int64_t)reader_u64(&r);
        take_octets(&r, meta.policy_hash, sizeof(meta.policy_hash));
        for (unsigned i = 0; i < VIEW_SLOTS; i++)
                take_slot(&r, &meta.slots[i]);
        meta.live = reader_u8(&r);
        refused = reader_u8(&r);
        meta.refused = refused == 1;
        take_text(&r, meta.refusal, sizeof(meta.refusal));
        if (!reader_is_done(&r) || refused > 1 || !view_meta_is_valid(&meta))
                return false;
        *ret = meta;
        return true;
}
