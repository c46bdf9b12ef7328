/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/statement.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* xorshift64*: the run is the same each time, its seed is in the message of a failure. */
static uint64_t random_state;

static unsigned draw(unsigned below)
{
        random_state ^= random_state >> 12;
        random_state ^= random_state << 25;
        random_state ^= random_state >> 27;
        return (unsigned)((random_state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static void draw_text(char *ret, unsigned limit)
{
        static const char *const pieces[] = {"a", " ", "-", "\\", "\n", "\x7f", "\x01", "企", "業", "\xf0\xa0\x80\x80", "x41",
                "\u3000"};
        unsigned count = draw(12), length = 0;

        for (unsigned i = 0; i < count; i++) {
                const char *piece = pieces[draw(COUNT(pieces))];

                if (length + strlen(piece) > limit)
                        break;
                memcpy(ret + length, piece, strlen(piece));
                length += (unsigned)strlen(piece);
        }
        ret[length] = '\0';
}

static void draw_octets(uint8_t *ret, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                ret[i] = (uint8_t)draw(256);
}

static void draw_statement(struct statement *s)
{
        statement_init(s);
        strcpy(s->origin, "credit.example.cn");
        s->kind = (enum statement_kind)draw(4);
        draw_octets(s->request.octets, HASH_SIZE);
        strcpy(s->code, draw(2) ? "911000001000032490" : "100003249");
        strcpy(s->subject, "100003249");
        s->nonce_size = 16 + draw(17);
        draw_octets(s->nonce, s->nonce_size);
        s->result = RESULT_FOUND;
        s->registration = (enum statement_registration)(1 + draw(3));
        draw_text(s->name, STATEMENT_NAME_LIMIT);
        if (!s->name[0])
                strcpy(s->name, "-");
        strcpy(s->grade, "C");
        s->score = (int32_t)draw(101);
        s->grade_day = (struct day){(int32_t)draw(30000)};
        if (draw(2))
                s->grade_until = (struct day){s->grade_day.number + 1 + (int32_t)draw(900)};
        strcpy(s->policy_id, "p");
        s->policy_version = 1 + draw(5);
        s->has_policy_hash = true;
        draw_octets(s->policy_hash.octets, HASH_SIZE);
        draw_text(s->document, STATEMENT_DOCUMENT_LIMIT);
        s->standing = s->document[0] ? STANDING_IN_FORCE : STANDING_TRIAL;
        s->listing = LISTING_NOT_LISTED;
        if (draw(2)) {
                s->listing = (enum statement_listing)(2 + draw(4));
                s->listing_since = (struct day){(int32_t)draw(30000)};
                s->published = (enum statement_published)(1 + draw(2));
        }
        draw_text(s->reasons, STATEMENT_REASONS_LIMIT);
        s->has_inputs = s->kind == STATEMENT_EXPLAIN;
        if (s->has_inputs)
                draw_octets(s->inputs.octets, HASH_SIZE);
        s->as_of = (struct day){(int32_t)draw(30000)};
        s->known_at_ms = draw(1000000000);
        s->serial = draw(1000000);
        s->data_as_of_ms = draw(1000000000);
        s->valid_until_ms = s->data_as_of_ms + 1 + draw(100000);
        s->ledger_size = draw(1000000);
        draw_octets(s->ledger_root.octets, HASH_SIZE);
        s->decision = draw((unsigned)s->serial + 1);
        draw_octets(s->salt, STATEMENT_SALT_SIZE);
}

START_TEST(any_statement_is_read_as_it_was_meant)
{
        for (uint64_t seed = 1; seed <= 5000; seed++) {
                CLEANUP(buffer) struct buffer b = BUFFER_INIT;
                CLEANUP(buffer) struct buffer again = BUFFER_INIT;
                struct statement s, read;

                random_state = seed * 0x9e3779b97f4a7c15ull;
                draw_statement(&s);
                ck_assert_msg(statement_format(&s, &b) == STATEMENT_RIGHT, "seed %lu", (unsigned long)seed);
                ck_assert_msg(statement_parse(buffer_slice(&b), &read) == STATEMENT_RIGHT, "seed %lu\n%s",
                        (unsigned long)seed, buffer_text(&b));
                ck_assert_int_eq(statement_format(&read, &again), STATEMENT_RIGHT);
                ck_assert(slice_equal(buffer_slice(&b), buffer_slice(&again)));
                ck_assert_str_eq(read.name, s.name);
                ck_assert_str_eq(read.reasons, s.reasons);
                ck_assert_str_eq(read.document, s.document);
                ck_assert_int_eq(read.score, s.score);
                ck_assert_int_eq(read.listing, s.listing);
                ck_assert_int_eq(read.grade_until.number, s.grade_until.number);
                ck_assert_int_eq(read.known_at_ms, s.known_at_ms);
                ck_assert_uint_eq(read.decision, s.decision);
                ck_assert_mem_eq(&read.inputs, &s.inputs, sizeof(s.inputs));
                ck_assert_mem_eq(read.nonce, s.nonce, sizeof(s.nonce));
        }
}
END_TEST

START_TEST(what_may_not_be_said_is_not_formatted_and_leaves_nothing_behind)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct statement good, s;

        random_state = 1;
        draw_statement(&good);
        ck_assert_int_eq(statement_format(&good, &b), STATEMENT_RIGHT);
        buffer_clear(&b);
        buffer_add_text(&b, "before");
#define REFUSED(flaw, change) \
        do { \
                s = good; \
                change; \
                ck_assert_int_eq(statement_format(&s, &b), flaw); \
                ck_assert_uint_eq(b.length, 6); \
        } while (0)
        REFUSED(STATEMENT_VALUE, strcpy(s.name, "\xff"));
        REFUSED(STATEMENT_VALUE, strcpy(s.name, "\xc2\x85"));
        REFUSED(STATEMENT_VALUE, memset(s.name, 'x', sizeof(s.name)));
        REFUSED(STATEMENT_VALUE, strcpy(s.origin, "no origin"));
        REFUSED(STATEMENT_VALUE, strcpy(s.code, "1234"));
        REFUSED(STATEMENT_VALUE, strcpy(s.grade, "b"));
        REFUSED(STATEMENT_VALUE, strcpy(s.policy_id, "a b"));
        REFUSED(STATEMENT_VALUE, s.policy_version = 0);
        REFUSED(STATEMENT_VALUE, s.nonce_size = 15);
        REFUSED(STATEMENT_VALUE, s.nonce_size = 33);
        REFUSED(STATEMENT_VALUE, s.score = -2);
        REFUSED(STATEMENT_VALUE, s.known_at_ms = INT64_MAX);
        REFUSED(STATEMENT_VALUE, s.as_of.number = INT32_MAX);
        REFUSED(STATEMENT_VALUE, strcpy(s.coverage, "product"));
        REFUSED(STATEMENT_VALUE, s.kind = (enum statement_kind)9);
        REFUSED(STATEMENT_RESULT, s.result = RESULT_WITHHELD);
        REFUSED(STATEMENT_RESULT, s.name[0] = '\0');
        REFUSED(STATEMENT_GRADE, s.has_policy_hash = false);
        REFUSED(STATEMENT_LISTING, s.listing = LISTING_LISTED);
        REFUSED(STATEMENT_TIME, s.valid_until_ms = s.data_as_of_ms);
#undef REFUSED
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("statement_format");
        TCase *c = tcase_create("statement_format");

        tcase_add_test(c, what_may_not_be_said_is_not_formatted_and_leaves_nothing_behind);
        tcase_add_test(c, any_statement_is_read_as_it_was_meant);
        tcase_set_timeout(c, 60);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
