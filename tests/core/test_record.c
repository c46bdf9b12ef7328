/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record.h"

#include <check.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct record sample(void)
{
        return (struct record){
                .subject = "MA6250A19",
                .authority_code = "11510823008765438X",
                .document = "剑市监处罚〔2024〕1号",
                .document_norm = "剑市监处罚(2024)1号",
                .type = RECORD_PENALTY,
                .state = "active",
                .domain = "product",
                .kinds = PENALTY_BIT(PENALTY_FINE),
                .fine_fen = 200000,
                .confiscated_fen = 1,
                .decided_on = {19000},
                .publicity_file = DAY_NONE,
                .publicity_computed = {20000},
                .source_code = "11510823008765438X",
                .authority_name = "剑阁县市场监督管理局",
                .party_name = "剑阁县（试验）有限公司",
                .conduct = "c", .facts = "f\nf", .basis = "b", .penalty = "罚款",
                .content = "", .licence = "", .remark = "r",
        };
}

static const struct {
        const char *text;
        const char *norm; /* NULL: refused */
} documents[] = {
        {"", NULL},
        {" \xe3\x80\x80 ", NULL},
        {"\xff", NULL},
        {"剑市监处罚〔2024〕1号", "剑市监处罚(2024)1号"},
        {"剑市监处罚【2024】1号", "剑市监处罚(2024)1号"},
        {"剑市监处罚[2024]1号", "剑市监处罚(2024)1号"},
        {"剑市监处罚［２０２４］１号", "剑市监处罚(2024)1号"},
        {"剑市监处罚（2024）1号", "剑市监处罚(2024)1号"},
        {" 剑市监 处罚\t〔2024〕 1号\n", "剑市监处罚(2024)1号"},
        {"abc-1", "ABC-1"},
};

START_TEST(a_document_has_one_number_however_its_brackets_and_width_are_written)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;

        ck_assert_int_eq(record_document_normalise(slice_text(documents[_i].text), &norm), !!documents[_i].norm);
        if (documents[_i].norm)
                ck_assert_str_eq(buffer_text(&norm), documents[_i].norm);
}
END_TEST

START_TEST(an_encoded_record_decodes_to_the_same_octets)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct record record = sample(), decoded;

        record_encode(&bytes, &record);
        ck_assert(record_decode(buffer_slice(&bytes), &text, &decoded));
        ck_assert_str_eq(decoded.party_name, record.party_name);
        ck_assert_str_eq(decoded.remark, "r");
        ck_assert(day_is_none(decoded.publicity_file));
        record_encode(&again, &decoded);
        ck_assert(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));
}
END_TEST

START_TEST(an_encoding_that_is_cut_or_has_an_octet_changed_is_never_another_records)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct record record = sample(), decoded;

        record_encode(&bytes, &record);
        for (size_t i = 0; i < bytes.length; i++) {
                CLEANUP(buffer) struct buffer text = BUFFER_INIT;

                ck_assert(!record_decode(slice_of(bytes.data, i), &text, &decoded));
        }
        for (size_t i = 0; i < bytes.length; i++)
                for (unsigned flip = 1; flip < 256; flip++) {
                        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
                        CLEANUP(buffer) struct buffer again = BUFFER_INIT;

                        bytes.data[i] ^= (uint8_t)flip;
                        if (record_decode(buffer_slice(&bytes), &text, &decoded)) {
                                record_encode(&again, &decoded);
                                ck_assert(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));
                        }
                        bytes.data[i] ^= (uint8_t)flip;
                }
}
END_TEST

/* Each changes one field. */
static void change(struct record *record, int field)
{
        switch (field) {
        case 0: record->subject = "MA6250A1X"; break;
        case 1: record->authority_code = "x"; break;
        case 2: record->document = "x"; break;
        case 3: record->document_norm = "x"; break;
        case 4: record->type = RECORD_SAMPLING; break;
        case 5: record->state = "withdrawn"; break;
        case 6: record->domain = "service"; break;
        case 7: record->kinds = PENALTY_BIT(PENALTY_WARNING); break;
        case 8: record->severity = 1; break;
        case 9: record->fine_fen++; break;
        case 10: record->confiscated_fen++; break;
        case 11: record->decided_on.number++; break;
        case 12: record->publicity_file.number = 20001; break;
        case 13: record->publicity_computed = DAY_NONE; break;
        case 14: record->source_code = "x"; break;
        case 15: record->authority_name = "x"; break;
        case 16: record->party_name = "x"; break;
        case 17: record->conduct = "cf"; record->facts = "\nf"; break; /* the same octets, cut elsewhere */
        case 18: record->facts = "x"; break;
        case 19: record->basis = "x"; break;
        case 20: record->penalty = "x"; break;
        case 21: record->content = "x"; break;
        case 22: record->licence = "x"; break;
        case 23: record->remark = ""; break;
        default: ck_abort();
        }
}

START_TEST(every_field_counts_for_the_hash)
{
        struct record record = sample();
        uint8_t before[32], after[32];

        record_hash(&record, before);
        change(&record, _i);
        record_hash(&record, after);
        ck_assert_mem_ne(before, after, 32);
}
END_TEST

static const struct {
        int field;          /* changed in the row that comes again; -1: a spelling alone */
        const char *document;
        const char *name;
        bool same;
} again[] = {
        {-1, "剑市监处罚〔2024〕1号", "剑阁县（试验）有限公司", true},
        {-1, "剑市监处罚【2024】1号", "剑阁县(试验)有限公司", true},
        {-1, "剑市监处罚〔2024〕1号", "剑阁县 （试验） 有限公司", true},
        {-1, "剑市监处罚〔2024〕1号", "剑阁县别的有限公司", false},
        {6, NULL, NULL, true},   /* the tables may have changed meanwhile */
        {13, NULL, NULL, true},
        {9, NULL, NULL, false},
        {12, NULL, NULL, false},
        {23, NULL, NULL, false},
};

START_TEST(spelling_and_tables_are_no_content)
{
        struct record stored = sample(), row = sample();
        struct record_guise guise = {stored.document, stored.party_name, stored.domain, stored.publicity_computed};
        uint8_t hash[32];

        record_hash(&stored, hash);
        if (again[_i].field >= 0) {
                change(&row, again[_i].field);
        } else {
                row.document = again[_i].document;
                row.party_name = again[_i].name;
        }
        ck_assert_int_eq(record_has_content(&row, &guise, hash), again[_i].same);
}
END_TEST

START_TEST(a_party_round_trips_and_each_field_counts)
{
        struct party party = {"MA6250A19", "91510823MA6250A19N", "剑阁县", "enterprise", "active", "510823", "公兴镇",
                "A01", {11000}}, decoded;
        const char **fields[] = {&party.subject, &party.code, &party.name, &party.kind, &party.registration,
                &party.region, &party.township, &party.industry};
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        CLEANUP(buffer) struct buffer other = BUFFER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        uint8_t before[32], after[32];

        party_encode(&bytes, &party);
        ck_assert(party_decode(buffer_slice(&bytes), &text, &decoded));
        party_encode(&other, &decoded);
        ck_assert(slice_equal(buffer_slice(&bytes), buffer_slice(&other)));
        party_hash(&party, before);
        for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
                const char *kept = *fields[i];

                *fields[i] = "?";
                party_hash(&party, after);
                ck_assert_mem_ne(before, after, 32);
                *fields[i] = kept;
        }
        party.established_on = DAY_NONE;
        party_hash(&party, after);
        ck_assert_mem_ne(before, after, 32);
}
END_TEST

START_TEST(records_of_one_case_share_its_reference)
{
        ck_assert_uint_eq(record_case_ref("a", "(2024)1号"), record_case_ref("a", "(2024)1号"));
        ck_assert_uint_ne(record_case_ref("a", "(2024)1号"), record_case_ref("b", "(2024)1号"));
        ck_assert_uint_ne(record_case_ref("a", "b1"), record_case_ref("ab", "1"));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("record");
        TCase *tcase = tcase_create("record");

        tcase_add_loop_test(tcase, a_document_has_one_number_however_its_brackets_and_width_are_written, 0,
                COUNT(documents));
        tcase_add_test(tcase, an_encoded_record_decodes_to_the_same_octets);
        tcase_add_test(tcase, an_encoding_that_is_cut_or_has_an_octet_changed_is_never_another_records);
        tcase_add_loop_test(tcase, every_field_counts_for_the_hash, 0, 24);
        tcase_add_loop_test(tcase, spelling_and_tables_are_no_content, 0, COUNT(again));
        tcase_add_test(tcase, a_party_round_trips_and_each_field_counts);
        tcase_add_test(tcase, records_of_one_case_share_its_reference);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
