/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/inputs.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/policy.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define NO_DAY {INT32_MIN} /* DAY_NONE in a table */
#define DAY_2024_01_31 ((struct day){19753})

static struct grade_inputs *inputs;
static struct grade_inputs *decoded;

static void set_up(void)
{
        inputs = must_alloc(sizeof(*inputs));
        decoded = must_alloc(sizeof(*decoded));
}

static void tear_down(void)
{
        free(inputs);
        free(decoded);
}

static struct grade_record fine(uint32_t ordinal)
{
        return (struct grade_record){
                .type = RECORD_PENALTY,
                .kinds = PENALTY_BIT(PENALTY_FINE),
                .ordinal = ordinal,
                .case_ref = 0x0102030405060708,
                .decided_on = DAY_2024_01_31,
                .publicity_end = {DAY_2024_01_31.number + 366},
                .valid_through = DAY_NONE,
                .fine_fen = 200000,
        };
}

static struct grade_record certificate(uint32_t ordinal)
{
        return (struct grade_record){
                .type = RECORD_CERTIFICATE,
                .certificate = CERTIFICATE_ISO9001,
                .ordinal = ordinal,
                .decided_on = DAY_2024_01_31,
                .publicity_end = DAY_NONE,
                .valid_through = {DAY_2024_01_31.number + 1095},
        };
}

static struct grade_record finding(uint32_t ordinal, enum record_type type, enum record_result result)
{
        return (struct grade_record){
                .type = type,
                .severity = SEVERITY_SERIOUS,
                .result = result,
                .ordinal = ordinal,
                .decided_on = DAY_2024_01_31,
                .publicity_end = DAY_NONE,
                .valid_through = DAY_NONE,
        };
}

static bool is_same(const struct grade_inputs *a, const struct grade_inputs *b)
{
        bool same = a->count == b->count && a->listings_count == b->listings_count &&
                    a->ended == b->ended;

        for (uint32_t i = 0; same && i < a->count; i++) {
                const struct grade_record *x = &a->records[i];
                const struct grade_record *y = &b->records[i];

                same = x->type == y->type && x->severity == y->severity && x->result == y->result &&
                       x->certificate == y->certificate && x->kinds == y->kinds &&
                       x->ordinal == y->ordinal && x->case_ref == y->case_ref &&
                       x->decided_on.number == y->decided_on.number &&
                       x->publicity_end.number == y->publicity_end.number &&
                       x->valid_through.number == y->valid_through.number && x->fine_fen == y->fine_fen &&
                       x->confiscated_fen == y->confiscated_fen;
        }
        for (uint32_t i = 0; same && i < a->listings_count; i++)
                same = a->listings[i].from.number == b->listings[i].from.number &&
                       a->listings[i].to.number == b->listings[i].to.number &&
                       a->listings[i].effect == b->listings[i].effect &&
                       a->listings[i].is_published == b->listings[i].is_published;
        return same;
}

/* ---------------------------------------------------------------- refusals */

static const char *const broken[] = {
        "type 0", "type 16", "ordinal 0", "no day of decision", "severity 3", "no kind", "unknown kind",
        "kind of a finding", "money of a finding", "negative fine", "negative confiscation",
        "certificate of a penalty", "end of a penalty's certificate", "severity of an award",
        "unknown certificate", "certificate ended before it began", "publicity past the calendar",
        "unknown result", "result of a penalty", "result of a breach", "severity of a survey", "end of a survey",
        "an award over before it was given", "an end past the calendar",
};

static void break_record(struct grade_record *r, int way)
{
        switch (way) {
        case 0:
                r->type = (enum record_type)0;
                break;
        case 1:
                r->type = (enum record_type)(RECORD_TYPE_LAST + 1);
                break;
        case 2:
                r->ordinal = 0;
                break;
        case 3:
                r->decided_on = DAY_NONE;
                break;
        case 4:
                r->severity = (enum severity)(SEVERITY_LAST + 1);
                break;
        case 5:
                r->kinds = 0;
                break;
        case 6:
                r->kinds = PENALTY_ALL + 1;
                break;
        case 7:
                r->type = RECORD_SAMPLING;
                r->fine_fen = 0;
                break;
        case 8:
                r->type = RECORD_SAMPLING;
                r->kinds = 0;
                break;
        case 9:
                r->fine_fen = -1;
                break;
        case 10:
                r->confiscated_fen = -1;
                break;
        case 11:
                r->certificate = CERTIFICATE_GMP;
                break;
        case 12:
                r->valid_through = r->decided_on;
                break;
        case 13:
                *r = certificate(r->ordinal);
                r->severity = SEVERITY_SERIOUS;
                break;
        case 14:
                *r = certificate(r->ordinal);
                r->certificate = (enum certificate_kind)(CERTIFICATE_LAST + 1);
                break;
        case 15:
                *r = certificate(r->ordinal);
                r->valid_through.number = r->decided_on.number - 1;
                break;
        case 16:
                r->publicity_end.number = DAY_LAST.number + 1;
                break;
        case 17:
                *r = finding(r->ordinal, RECORD_SAMPLING, (enum record_result)(RECORD_RESULT_LAST + 1));
                break;
        case 18:
                r->result = RECORD_RESULT_FAIL;
                break;
        case 19:
                *r = finding(r->ordinal, RECORD_BREACH, RECORD_RESULT_PASS);
                break;
        case 20:
                *r = finding(r->ordinal, RECORD_SURVEY, RECORD_RESULT_NONE);
                break;
        case 21:
                *r = certificate(r->ordinal);
                r->type = RECORD_SURVEY;
                r->certificate = CERTIFICATE_NONE;
                break;
        case 22:
                *r = certificate(r->ordinal);
                r->type = RECORD_AWARD;
                r->certificate = CERTIFICATE_NONE;
                r->valid_through.number = r->decided_on.number - 1;
                break;
        default:
                *r = certificate(r->ordinal);
                r->valid_through.number = DAY_LAST.number + 1;
                break;
        }
}

START_TEST(a_record_with_a_field_out_of_place_is_not_encoded)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        inputs->records[inputs->count++] = fine(1);
        inputs->records[inputs->count++] = fine(7);
        ck_assert(inputs_encode(inputs, &bytes));
        buffer_clear(&bytes);
        break_record(&inputs->records[1], _i);
        ck_assert_msg(!inputs_encode(inputs, &bytes), "%s", broken[_i]);
        ck_assert_uint_eq(bytes.length, 0);
}
END_TEST

START_TEST(records_out_of_order_or_with_one_ordinal_twice_are_not_encoded)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        inputs->records[0] = fine(2);
        inputs->records[1] = fine(2);
        inputs->count = 2;
        ck_assert(!inputs_encode(inputs, &bytes));
        inputs->records[1].ordinal = 1;
        ck_assert(!inputs_encode(inputs, &bytes));
        inputs_sort(inputs);
        ck_assert_uint_eq(inputs->records[0].ordinal, 1);
        ck_assert_uint_eq(inputs->records[1].ordinal, 2);
        inputs->records[1].ordinal = 3;
        ck_assert(inputs_encode(inputs, &bytes));
        inputs->count = GRADE_RECORDS_MAX + 1;
        ck_assert(!inputs_encode(inputs, &bytes));
}
END_TEST

static const struct {
        struct grade_listing first;
        struct grade_listing second;
        bool valid;
} listings[] = {
        {{{100}, {200}, LISTING_IN_FORCE, false}, {{200}, NO_DAY, LISTING_IN_FORCE, true}, true},
        {{{100}, {200}, LISTING_IN_FORCE, true}, {{100}, NO_DAY, LISTING_IN_FORCE, false}, true},
        {{{100}, {200}, LISTING_IN_FORCE, true}, {{100}, {200}, LISTING_QUASHED, false}, true},
        {{{100}, {200}, LISTING_QUASHED, false}, {{100}, {200}, LISTING_UNKNOWN, false}, true},
        {{{100}, {200}, LISTING_IN_FORCE, false}, {{100}, {200}, LISTING_IN_FORCE, true}, true},
        {{{100}, {200}, LISTING_IN_FORCE, true}, {{100}, {200}, LISTING_IN_FORCE, false}, false},
        {{{100}, {200}, LISTING_IN_FORCE, false}, {{100}, {200}, LISTING_IN_FORCE, false}, false},
        {{{100}, {200}, LISTING_IN_FORCE, true}, {{100}, {200}, LISTING_IN_FORCE, true}, false},
        {{{100}, {200}, LISTING_UNKNOWN, false}, {{100}, {200}, LISTING_QUASHED, true}, false},
        {{{100}, {200}, LISTING_IN_FORCE, false}, {{99}, {300}, LISTING_IN_FORCE, false}, false},
        {{{100}, NO_DAY, LISTING_IN_FORCE, false}, {{100}, {300}, LISTING_IN_FORCE, false}, false},
        {{{100}, {100}, LISTING_IN_FORCE, false}, {{200}, {300}, LISTING_IN_FORCE, false}, false},
        {{{100}, {99}, LISTING_IN_FORCE, false}, {{200}, {300}, LISTING_IN_FORCE, false}, false},
        {{NO_DAY, {99}, LISTING_IN_FORCE, false}, {{200}, {300}, LISTING_IN_FORCE, false}, false},
        {{{100}, {200}, (enum listing_effect)0, false}, {{200}, {300}, LISTING_IN_FORCE, false}, false},
        {{{100}, {200}, (enum listing_effect)5, false}, {{200}, {300}, LISTING_IN_FORCE, false}, false},
};

START_TEST(listings_have_an_order_an_effect_and_a_first_day_before_the_last)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        inputs->listings[0] = listings[_i].first;
        inputs->listings[1] = listings[_i].second;
        inputs->listings_count = 2;
        ck_assert(inputs_encode(inputs, &bytes) == listings[_i].valid);
        if (!listings[_i].valid)
                return;
        ck_assert(inputs_decode(buffer_slice(&bytes), decoded));
        ck_assert_int_eq(decoded->listings[0].effect, listings[_i].first.effect);
        ck_assert_int_eq(decoded->listings[0].is_published, listings[_i].first.is_published);
        ck_assert_int_eq(decoded->listings[1].effect, listings[_i].second.effect);
        ck_assert_int_eq(decoded->listings[1].is_published, listings[_i].second.is_published);
}
END_TEST

static const struct {
        const char *hex;
        const char *why;
} refused_bytes[] = {
        {"", "nothing"},
        {"01", "no counts"},
        {"0100", "no listings"},
        {"000000", "version 0"},
        {"020000", "version 2"},
        {"010000" "00", "none that ended, written"},
        {"010000" "01" "00", "one octet too many"},
        {"01800000", "a padded count"},
        {"01810800", "more records than there may be"},
        {"010021", "more listings than there may be"},
        {"0101" "00" "00" "00" "0000000000000000" "00" "00", "a penalty of no kind"},
        {"0101" "00" "00" "00" "0000000000000000" "8020" "00", "a penalty of an unknown kind"},
        {"0101" "00" "00" "00" "0000000000000000" "8400" "00", "padded kinds"},
        {"0101" "40" "00" "00" "0000000000000000" "04" "0000" "00", "money that is none"},
        {"0101" "41" "00" "00" "0000000000000000" "0100" "00", "money of a finding"},
        {"0101" "18" "03" "00" "00" "0000000000000000" "04" "00", "severity 3"},
        {"0101" "18" "00" "00" "00" "0000000000000000" "04" "00", "an octet more than the head needs"},
        {"0101" "08" "01" "00" "00" "0000000000000000" "04" "00", "an octet more without its sign in the head"},
        {"0101" "19" "23" "00" "00" "0000000000000000" "00", "unknown bits behind the head"},
        {"0101" "19" "0d" "00" "00" "0000000000000000" "00", "an unknown result"},
        {"0101" "19" "07" "00" "00" "0000000000000000" "00", "severity 3 with a result"},
        {"0101" "18" "04" "00" "00" "0000000000000000" "04" "00", "the result of a penalty"},
        {"0101" "18" "14" "00" "00" "0000000000000000" "00", "the result of a breach"},
        {"0101" "1f" "10" "00" "00" "0000000000000000" "00", "type 16"},
        {"0101" "1d" "11" "00" "00" "0000000000000000" "00", "severity of a survey"},
        {"0101" "9d" "10" "00" "00" "0000000000000000" "00" "00", "an end of a survey"},
        {"0101" "59" "10" "00" "00" "0000000000000000" "0100" "00", "money of a brand"},
        {"0101" "18", "nothing behind the head"},
        {"010000" "8108", "more ended than there may be"},
        {"010000" "8000", "a padded count of ended"},
        {"0101" "06" "00" "00" "0000000000000000" "00" "8008", "more records and ended ones than there may be"},
        {"0101" "0e" "00" "00" "0000000000000000" "00", "severity of an award"},
        {"0101" "80" "00" "00" "0000000000000000" "04" "00" "00", "a certificate's end of a penalty"},
        {"0101" "05" "00" "00" "0000000000000000" "0d" "00", "an unknown certificate"},
        {"0101" "06" "ffffffff0f" "00" "0000000000000000" "00", "an ordinal past the last"},
        {"0102" "06" "feffffff0f" "00" "0000000000000000" "06" "00" "00" "0000000000000000" "00",
                "a record behind the last ordinal"},
        {"0102" "06" "00" "00" "0000000000000000" "06" "ffffffff0f" "00" "0000000000000000" "00",
                "an ordinal that comes round"},
        {"0101" "06" "8080808010" "00" "0000000000000000" "00", "an ordinal of more than 32 bits"},
        {"0101" "06" "00" "8080808020" "0000000000000000" "00", "a day of more than 32 bits"},
        {"0101" "06" "00" "c9bf10" "0000000000000000" "00", "a decision before the calendar"},
        {"0101" "06" "00" "c282e602" "0000000000000000" "00", "a decision past the calendar"},
        {"0101" "26" "00" "00" "c282e602" "0000000000000000" "00", "a publicity past the calendar"},
        {"0100" "01" "05" "00" "00", "a listing that ends on its first day"},
        {"0100" "01" "11" "00", "unknown bits of a listing"},
        {"0100" "01" "81" "00", "the highest bit of a listing"},
        {"0100" "02" "01" "00" "01" "00", "one listing twice"},
        {"0100" "02" "09" "00" "01" "00", "a published listing before the same unpublished one"},
        {"0100" "02" "00" "00" "03" "00", "an unknown listing before a quashed one"},
};

START_TEST(bytes_that_encode_would_not_write_are_refused)
{
        uint8_t bytes[64];
        size_t length = strlen(refused_bytes[_i].hex) / 2;

        ck_assert(hex_decode(refused_bytes[_i].hex, 2 * length, bytes, length));
        ck_assert_msg(!inputs_decode(slice_of(bytes, length), decoded), "%s", refused_bytes[_i].why);
}
END_TEST

/* -------------------------------------------------------------- acceptance */

START_TEST(the_encoding_is_the_one_that_is_written_down)
{
        static const char expected[] =
                "01" "02"
                "60" "00" "d2b402" "dc05" "0102030405060708" "04" "c09a0c" "00"
                "85" "04" "d2b402" "0000000000000000" "01" "c708"
                "03" "05" "c801" "64" "0f" "c801" "64" "08" "d001";
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        char hex[256];

        inputs->records[0] = fine(1);
        inputs->records[1] = certificate(6);
        inputs->count = 2;
        inputs->listings[0] = (struct grade_listing){{100}, {200}, LISTING_IN_FORCE, false};
        inputs->listings[1] = (struct grade_listing){{100}, {200}, LISTING_QUASHED, true};
        inputs->listings[2] = (struct grade_listing){{104}, DAY_NONE, LISTING_UNKNOWN, true};
        inputs->listings_count = 3;
        ck_assert(inputs_encode(inputs, &bytes));
        hex_encode(bytes.data, bytes.length, hex);
        ck_assert_str_eq(hex, expected);
        ck_assert(inputs_decode(buffer_slice(&bytes), decoded));
        ck_assert_uint_eq(decoded->count, 2);
        ck_assert_int_eq(decoded->records[0].fine_fen, 200000);
        ck_assert_int_eq(decoded->records[1].valid_through.number, DAY_2024_01_31.number + 1095);
        ck_assert_int_eq(decoded->listings[0].to.number, 200);
        ck_assert_int_eq(decoded->listings[2].effect, LISTING_UNKNOWN);
}
END_TEST

/* Packed by the registry when it knew neither results nor more than eight types. */
static const char *const packed_before[] = {
        "01000205a2f301c2030aeaf801",
        "0103260094fd019e0f4147cef603069dca680088a8018301c455ed48242de97d97088080b0e0e4e80d0009a8b001f822a1773364777ca5b40106bad901aa06",
        "01030901a88b028952cc5c7fc1d5732501f6d001f02b656d530c4be317860c0001de34ce3d97b474215d31b201010ece8801db01",
        "0102a501a6ad01705c9c92547720612100d20b3100eaf901ae1894c07986681fc29600",
        "010427ddd80fc223c20ab8be9c525a3570478501821e8d6b263c13bb8a6f0096120a009e9102036b4a4e58b0e76e0601ced3010df6b44e47cf9c79020fb4a501bf08048aaf019a02",
        "01032b00a84dee1eba409484498cf2fa07c2e135aa6ec90de292026eefca0401e89c0208a6f18a6602616b0107c8b501f002",
        "01022a01fa9101b8078f9c5890771455ad0401cca001848b4ce25db00a1b0205ba9f01d5070ce2a101b401",
        "010226009845b2015b422f3c478545680901e2b901c951e95e240bae6c0207dab901a4010794bd01a90d",
        "01050b8dc91282f20148d7e3ce283e86d63200bc2fe40be342078e3a30a1b7260194f401e80779bc232c117241b90001f07b0f0ecd22298599a6d81d07d2b71df09901f4e450be163ba53c020dce8f02c80b0f9293028406",
        "010429d0d338aa36b00593b17a8e69ff31012600949c02e41b6a2ae5323031b7a214e2f13f9418d1b88a2a592454032100d8a002a61b88cb29ec054a2c350202dcaa010cccaf01b206",
};

START_TEST(what_was_packed_before_there_were_results_stays_what_it_was)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        uint8_t bytes[256];
        size_t length = strlen(packed_before[_i]) / 2;

        ck_assert(hex_decode(packed_before[_i], 2 * length, bytes, length));
        ck_assert(inputs_decode(slice_of(bytes, length), decoded));
        ck_assert(inputs_encode(decoded, &again));
        ck_assert(slice_equal(buffer_slice(&again), slice_of(bytes, length)));
        ck_assert_uint_eq(decoded->ended, 0);
        for (uint32_t i = 0; i < decoded->count; i++) {
                ck_assert_int_le(decoded->records[i].type, RECORD_COMMITMENT);
                ck_assert_int_eq(decoded->records[i].result, RECORD_RESULT_NONE);
        }
}
END_TEST

static const struct {
        struct {
                enum record_type type;
                enum severity severity;
                enum record_result result;
                int32_t days_valid; /* 0: without end */
        } record;
        const char *hex;
} more_records[] = {
        {{RECORD_SAMPLING, SEVERITY_SERIOUS, RECORD_RESULT_NONE, 0}, "11" "00" "00" "0000000000000000"},
        {{RECORD_SAMPLING, SEVERITY_SERIOUS, RECORD_RESULT_FAIL, 0}, "19" "0a" "00" "00" "0000000000000000"},
        {{RECORD_COMPLAINT, SEVERITY_NONE, RECORD_RESULT_PASS, 0}, "1b" "04" "00" "00" "0000000000000000"},
        {{RECORD_AWARD, SEVERITY_NONE, RECORD_RESULT_NONE, 7}, "86" "00" "00" "0000000000000000" "07"},
        {{RECORD_BREACH, SEVERITY_ORDINARY, RECORD_RESULT_NONE, 0}, "18" "11" "00" "00" "0000000000000000"},
        {{RECORD_BRAND, SEVERITY_NONE, RECORD_RESULT_NONE, 300}, "99" "10" "00" "00" "0000000000000000" "ac02"},
        {{RECORD_PERMIT, SEVERITY_NONE, RECORD_RESULT_NONE, 0}, "1a" "10" "00" "00" "0000000000000000"},
        {{RECORD_ACCEPTANCE, SEVERITY_NONE, RECORD_RESULT_PASS, 0}, "1b" "14" "00" "00" "0000000000000000"},
        {{RECORD_INSPECTION, SEVERITY_SERIOUS, RECORD_RESULT_FAIL, 0}, "1c" "1a" "00" "00" "0000000000000000"},
        {{RECORD_SURVEY, SEVERITY_NONE, RECORD_RESULT_NONE, 0}, "1d" "10" "00" "00" "0000000000000000"},
        {{RECORD_ASSESSMENT, SEVERITY_NONE, RECORD_RESULT_NONE, 1}, "9e" "10" "00" "00" "0000000000000000" "01"},
};

START_TEST(results_and_later_types_stand_in_an_octet_of_their_own)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct grade_record *r = &inputs->records[0];
        char hex[256], expected[256];

        *r = (struct grade_record){.type = more_records[_i].record.type, .severity = more_records[_i].record.severity,
                .result = more_records[_i].record.result, .ordinal = 1, .publicity_end = DAY_NONE,
                .valid_through = DAY_NONE};
        if (more_records[_i].record.days_valid)
                r->valid_through.number = more_records[_i].record.days_valid;
        inputs->count = 1;
        inputs->ended = 3;
        ck_assert(inputs_encode(inputs, &bytes));
        hex_encode(bytes.data, bytes.length, hex);
        snprintf(expected, sizeof(expected), "0101%s0003", more_records[_i].hex);
        ck_assert_str_eq(hex, expected);
        ck_assert(inputs_decode(buffer_slice(&bytes), decoded));
        ck_assert(is_same(inputs, decoded));
}
END_TEST

START_TEST(reducing_leaves_out_what_is_over_and_counts_it)
{
        static const struct policy policy = {.window = POLICY_PUBLICITY, .window_months = 36, .records_ever = 1024};

        inputs->records[0] = fine(1);
        inputs->records[1] = certificate(2);
        inputs->records[2] = fine(3);
        inputs->records[2].publicity_end.number++;
        inputs->records[3] = fine(9); /* to come, and shown until before it */
        inputs->records[3].decided_on.number = inputs->records[0].publicity_end.number + 1;
        inputs->count = 4;
        inputs->listings[0] = (struct grade_listing){{100}, {200}, LISTING_IN_FORCE, true};
        inputs->listings[1] = (struct grade_listing){{100}, DAY_NONE, LISTING_QUASHED, true};
        inputs->listings[2] = (struct grade_listing){{110}, DAY_NONE, LISTING_SUSPENDED, true};
        inputs->listings_count = 3;
        inputs->ended = 5;
        inputs_reduce(inputs, &policy, inputs->records[0].publicity_end, decoded);
        ck_assert(inputs_is_valid(decoded));
        ck_assert_uint_eq(decoded->ended, 6);
        ck_assert_uint_eq(decoded->count, 3);
        ck_assert_uint_eq(decoded->records[0].ordinal, 2);
        ck_assert_uint_eq(decoded->records[1].ordinal, 3);
        ck_assert_uint_eq(decoded->records[2].ordinal, 9);
        ck_assert_uint_eq(decoded->listings_count, 1);
        ck_assert_int_eq(decoded->listings[0].effect, LISTING_SUSPENDED);
        inputs_reduce(inputs, &policy, inputs->records[0].publicity_end, inputs);
        ck_assert(is_same(inputs, decoded));
        inputs_reduce(inputs, &policy, DAY_LAST, inputs);
        ck_assert_uint_eq(inputs->count, 1);
        ck_assert_uint_eq(inputs->ended, 8);
}
END_TEST

START_TEST(a_negative_record_without_publicity_is_over_when_the_window_of_the_policy_is)
{
        struct policy policy = {.window = POLICY_PUBLICITY, .window_months = 36, .records_ever = 1024};
        struct day end = day_add_months(DAY_2024_01_31, 36);

        inputs->records[0] = fine(1);
        inputs->records[0].publicity_end = DAY_NONE;
        inputs->records[1] = finding(2, RECORD_SAMPLING, RECORD_RESULT_PASS); /* takes nothing off, and has no end */
        inputs->records[1].publicity_end = DAY_NONE;
        inputs->count = 2;
        inputs->listings_count = 0;
        inputs->ended = 0;
        inputs_reduce(inputs, &policy, day_add(end, -1), decoded);
        ck_assert_uint_eq(decoded->count, 2);
        inputs_reduce(inputs, &policy, end, decoded);
        ck_assert_uint_eq(decoded->count, 1);
        ck_assert_uint_eq(decoded->records[0].ordinal, 2);
        ck_assert_uint_eq(decoded->ended, 1);

        policy.window = POLICY_MONTHS;
        policy.window_months = 6;
        inputs->records[0] = fine(1); /* shown for a year, used for half of it */
        end = day_add_months(DAY_2024_01_31, 6);
        inputs_reduce(inputs, &policy, day_add(end, -1), decoded);
        ck_assert_uint_eq(decoded->count, 2);
        inputs_reduce(inputs, &policy, end, decoded);
        ck_assert_uint_eq(decoded->count, 1);
}
END_TEST

START_TEST(reducing_counts_no_further_than_the_policy_asks)
{
        struct policy policy = {.window = POLICY_PUBLICITY, .window_months = 36};

        for (uint32_t i = 0; i < 5; i++)
                inputs->records[i] = fine(i + 1);
        inputs->count = 5;
        inputs->listings_count = 0;
        inputs->ended = 0;
        inputs_reduce(inputs, &policy, DAY_LAST, decoded);
        ck_assert_uint_eq(decoded->count, 0);
        ck_assert_uint_eq(decoded->ended, 0);
        policy.records_ever = 3;
        inputs_reduce(inputs, &policy, DAY_LAST, decoded);
        ck_assert_uint_eq(decoded->ended, 3);
        policy.records_ever = 6;
        inputs_reduce(inputs, &policy, DAY_LAST, decoded);
        ck_assert_uint_eq(decoded->ended, 5);
}
END_TEST

START_TEST(a_usual_record_takes_at_most_28_octets)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        for (uint32_t i = 0; i < GRADE_RECORDS_MAX; i++) {
                inputs->records[i] = fine(i + 1);
                inputs->records[i].kinds |= PENALTY_BIT(PENALTY_CONFISCATION);
                inputs->records[i].kinds |= PENALTY_BIT(PENALTY_REVOCATION);
                inputs->records[i].fine_fen = 10000000;
                inputs->records[i].confiscated_fen = 10000000;
        }
        inputs->count = GRADE_RECORDS_MAX;
        ck_assert(inputs_encode(inputs, &bytes));
        ck_assert_uint_le(bytes.length, 28u * GRADE_RECORDS_MAX + 4);
        ck_assert(inputs_decode(buffer_slice(&bytes), decoded));
}
END_TEST

/* -------------------------------------------------------------- properties */

static uint64_t state;

static uint32_t below(uint32_t limit)
{
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (uint32_t)(state >> 33) % limit;
}

static struct grade_record random_record(uint32_t ordinal)
{
        struct grade_record r = {
                .type = (enum record_type)(1 + below(RECORD_TYPE_LAST)),
                .ordinal = ordinal,
                .case_ref = below(1000) * 4294967u,
                .decided_on = {(int32_t)below(30000)},
                .publicity_end = DAY_NONE,
                .valid_through = DAY_NONE,
        };

        if (below(2))
                r.publicity_end.number = r.decided_on.number + (int32_t)below(3000) - 100;
        if (r.type == RECORD_PENALTY || record_type_is_finding(r.type))
                r.severity = (enum severity)below(SEVERITY_LAST + 1);
        if (record_type_has_result(r.type))
                r.result = (enum record_result)below(RECORD_RESULT_LAST + 1);
        if (record_type_has_validity(r.type) && below(2))
                r.valid_through.number = r.decided_on.number + (int32_t)below(3000);
        if (r.type == RECORD_PENALTY) {
                r.kinds = (uint16_t)(1 + below(PENALTY_ALL));
                r.fine_fen = below(2) ? (int64_t)below(1u << 30) << below(32) : 0;
                r.confiscated_fen = below(4) ? 0 : (int64_t)below(1000000);
        }
        if (r.type == RECORD_CERTIFICATE)
                r.certificate = (enum certificate_kind)below(CERTIFICATE_LAST + 1);
        return r;
}

static void random_inputs(void)
{
        uint32_t ordinal = 0;
        int32_t day = (int32_t)below(100);

        inputs->count = below(12);
        for (uint32_t i = 0; i < inputs->count; i++) {
                ordinal += 1 + below(below(3) ? 2 : 1u << 20);
                inputs->records[i] = random_record(ordinal);
        }
        inputs->ended = below(2) ? 0 : below(GRADE_RECORDS_MAX - inputs->count + 1);
        inputs->listings_count = below(3);
        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                day += 1 + (int32_t)below(1000);
                inputs->listings[i] = (struct grade_listing){{day}, DAY_NONE, LISTING_IN_FORCE, below(2) > 0};
                inputs->listings[i].effect = (enum listing_effect)(1 + below(4));
                if (below(3))
                        inputs->listings[i].to.number = day + 1 + (int32_t)below(2000);
        }
}

START_TEST(decoding_an_encoding_gives_the_same_inputs_and_no_part_of_it_decodes)
{
        state = 20141105;
        for (int round = 0; round < 5000; round++) {
                CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

                random_inputs();
                ck_assert(inputs_encode(inputs, &bytes));
                ck_assert(inputs_decode(buffer_slice(&bytes), decoded));
                ck_assert(is_same(inputs, decoded));
                /* But where what is left are the same inputs with none that ended. */
                for (size_t length = 0; length < bytes.length; length++)
                        ck_assert(!inputs_decode(slice_of(bytes.data, length), decoded) ||
                                (inputs->ended > 0 && decoded->ended == 0 && length + 2 >= bytes.length));
        }
}
END_TEST

START_TEST(what_decodes_after_a_change_encodes_to_the_changed_bytes)
{
        int still_sound = 0;

        state = 51082300;
        for (int round = 0; round < 20000; round++) {
                CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
                CLEANUP(buffer) struct buffer again = BUFFER_INIT;

                random_inputs();
                ck_assert(inputs_encode(inputs, &bytes));
                for (uint32_t changes = 1 + below(3); changes > 0; changes--)
                        bytes.data[below((uint32_t)bytes.length)] ^= (uint8_t)(1u << below(8));
                if (!inputs_decode(buffer_slice(&bytes), decoded))
                        continue;
                still_sound++;
                ck_assert(inputs_encode(decoded, &again));
                ck_assert(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));
        }
        ck_assert_int_gt(still_sound, 1000);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("inputs");
        TCase *cases = tcase_create("cases");

        tcase_set_timeout(cases, 60);
        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_add_loop_test(cases, a_record_with_a_field_out_of_place_is_not_encoded, 0, COUNT(broken));
        tcase_add_test(cases, records_out_of_order_or_with_one_ordinal_twice_are_not_encoded);
        tcase_add_loop_test(cases, listings_have_an_order_an_effect_and_a_first_day_before_the_last, 0,
                COUNT(listings));
        tcase_add_loop_test(cases, bytes_that_encode_would_not_write_are_refused, 0, COUNT(refused_bytes));
        tcase_add_test(cases, the_encoding_is_the_one_that_is_written_down);
        tcase_add_loop_test(cases, what_was_packed_before_there_were_results_stays_what_it_was, 0, COUNT(packed_before));
        tcase_add_loop_test(cases, results_and_later_types_stand_in_an_octet_of_their_own, 0, COUNT(more_records));
        tcase_add_test(cases, reducing_leaves_out_what_is_over_and_counts_it);
        tcase_add_test(cases, a_negative_record_without_publicity_is_over_when_the_window_of_the_policy_is);
        tcase_add_test(cases, reducing_counts_no_further_than_the_policy_asks);
        tcase_add_test(cases, a_usual_record_takes_at_most_28_octets);
        tcase_add_test(cases, decoding_an_encoding_gives_the_same_inputs_and_no_part_of_it_decodes);
        tcase_add_test(cases, what_decodes_after_a_change_encodes_to_the_changed_bytes);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
