-- SPDX-License-Identifier: MulanPSL-2.0
-- What the tables say of records of all types, whoever writes: the words that may stand there, and what an older row has.
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;

INSERT INTO qcr.ledger (serial, at, commitment, chain) VALUES (1, '2026-01-01', sha256('c'), sha256('h'));
INSERT INTO qcr.office VALUES ('market', 'Market', '11510823008765438X', 1);
INSERT INTO qcr.person VALUES ('ann', 'market', 'Ann', 1, 1);
INSERT INTO qcr.party VALUES ('12345678X', 1);
-- A record whose columns are as every version of the programs wrote them, and whatever more.
CREATE FUNCTION pg_temp.record(type text, names text DEFAULT '', more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state, domain, document, kinds,
                 severity, fine_fen, confiscated_fen, decided_on, source_code, content_hash, serial%s)
                 VALUES (''12345678X'', ''a'', ''d'', %L, 1, 1, ''active'', ''product'', ''d'', 0, 0, 0, 0, ''2026-01-01'', ''s'', sha256(''r''), 1%s)',
                names, type, more) $$;
CREATE FUNCTION pg_temp.propose(kind text) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.proposal VALUES (1, 0, %L, ''12345678X'', ''ann'', ''summary'')', kind) $$;
-- Does it, and takes it back.
CREATE FUNCTION pg_temp.may(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RAISE EXCEPTION SQLSTATE 'QQ001';
EXCEPTION WHEN SQLSTATE 'QQ001' THEN RETURN true;
END $$;

SELECT * FROM no_plan();
SELECT throws_ok(statement, state::char(5), NULL, name) FROM (VALUES
  ('a record of no known type', pg_temp.record('warning'), '23514'),
  ('a result that is no word', pg_temp.record('sampling', ', result', ', ''passed'''), '23514'),
  ('no result at all, rather than none', pg_temp.record('sampling', ', result', ', NULL'), '23502'),
  ('a kind of certificate of what is none', pg_temp.record('permit', ', certificate', ', ''production'''), '23514'),
  ('a record that ended in a way there is none', replace(pg_temp.record('sampling'), '''active''', '''expired'''), '23514'),
  ('a proposal of no known kind', pg_temp.propose('record-expire'), '23514')
) refused (name, statement, state);
SELECT ok(pg_temp.may(pg_temp.record(type)), type || ' is a type, written as older programs did') FROM unnest(string_to_array(
  'penalty sampling recall complaint accident certificate award commitment breach brand permit acceptance inspection survey assessment', ' ')) type;
SELECT ok(pg_temp.may(pg_temp.record('certificate', ', certificate, valid_through', ', ''iso9001'', ''2029-01-01''')), 'a certificate has a kind and a last day');
SELECT ok(pg_temp.may(replace(pg_temp.record('sampling', ', result', ', ''fail'''), '''active''', '''repaired''')), 'what failed may be repaired');
SELECT ok(pg_temp.may(pg_temp.propose('record-repair')), 'a repair may be proposed');
DO $$ BEGIN EXECUTE pg_temp.record('sampling'); END $$;
SELECT is((SELECT result || '|' || certificate || '|' || coalesce(valid_through::text, '-') FROM qcr.record), '||-',
          'an older row has neither result nor certificate nor last day');
SELECT throws_ok($$ INSERT INTO qcr.record_body VALUES ('12345678X', 'a', 'd', 'sampling', 1, 'A', 'B', '', '', '', '', '', '', '', NULL) $$, '23502',
                 'null value in column "details" of relation "record_body" violates not-null constraint', 'details that are nothing, rather than none');
SELECT finish();
ROLLBACK;
