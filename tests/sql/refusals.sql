-- SPDX-License-Identifier: MulanPSL-2.0
-- What the tables themselves refuse, whoever writes: each line is a statement, the role that tries it and the
-- SQLSTATE it must get. 23502 null, 23503 foreign key, 23505 unique, 23514 check, 42501 right, 428C9 generated.
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;

-- A small registry: entries 1..9, two offices' persons, one enterprise with one record, one run.
CREATE FUNCTION pg_temp.entry(serial bigint) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.ledger (serial, at, commitment, chain) VALUES (%s, ''2026-01-01'', sha256(''c%s''), sha256(''h%s''))',
                serial, serial, serial) $$;
DO $$ BEGIN FOR n IN 1..9 LOOP EXECUTE pg_temp.entry(n); END LOOP; END $$;
INSERT INTO qcr.system (epoch, origin, schema_version, founded_at)
  VALUES ('11111111-2222-4333-8444-555555555555', 'credit.example.cn', 3, '2026-01-01');
INSERT INTO qcr.founding VALUES (1, 'document', sha256('a') || sha256('b'));
INSERT INTO qcr.office VALUES ('market', 'Market', '11510823008765438X', 1);
INSERT INTO qcr.person VALUES ('ann', 'market', 'Ann', 1, 1), ('bob', 'market', 'Bob', 1, 1);
INSERT INTO qcr.person_role VALUES ('ann', 'admin', 1), ('bob', 'admin', 1);
INSERT INTO qcr.certificate VALUES (sha256('ann'), 'ann', 'ann', '2026-01-01', '2028-01-01', 1);
INSERT INTO qcr.proposal VALUES (2, 0, 'record-withdraw', '12345678X', 'ann', 'withdraw'), (2, 1, 'role-grant', NULL, 'ann', 'grant'),
                                (2, 2, 'role-end', NULL, 'ann', 'end');
INSERT INTO qcr.approval VALUES (2, 1, 'ann', 'bob', 'approved', NULL, 3);
INSERT INTO qcr.run VALUES (repeat('ab', 16), 'penalties', 'ann', sha256('ann'), sha256('file'), 10, 'header', sha256('a') || sha256('b'), 4);
INSERT INTO qcr.run_chunk VALUES (repeat('ab', 16), 1, 1, sha256('root'), 'header', sha256('a') || sha256('b'), 5);
INSERT INTO qcr.waiting_row VALUES (repeat('ab', 16), 7, 1, '12345678X', 'held', 'name_mismatch', 'fields', sha256('row'));
INSERT INTO qcr.party VALUES ('12345678X', 5), ('87654321X', 5);
INSERT INTO qcr.party_version (subject, version, name, name_norm, kind, registration, region, township, industry, row_hash, serial)
  VALUES ('12345678X', 1, 'A', 'a', 'enterprise', 'active', '510823', 't', 'A01', sha256('p'), 5);
CREATE FUNCTION pg_temp.record(subject text, version integer, ordinal integer, document text, more text) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state, domain, document, kinds,
                 severity, fine_fen, confiscated_fen, decided_on, source_code, content_hash, serial, publicity_file, publicity_computed%s)
                 SELECT %L, ''11510823008765438X'', %L, ''penalty'', %s, %s, ''active'', ''product'', ''d'', 1, 0, 0, 0, ''2026-01-01'', ''s'',
                        sha256(''r''), 5, ''2027-01-02'', ''2027-01-01''%s',
                coalesce(substring(more from '^[^=]*'), ''), subject, document, version, ordinal, coalesce(substring(more from '=(.*)$'), '')) $$;
DO $$ BEGIN EXECUTE pg_temp.record('12345678X', 1, 1, 'doc', ''); END $$;
INSERT INTO qcr.policy VALUES (sha256('policy'), 'p', 1, 'policy', 'trial', 1);
INSERT INTO qcr.standing VALUES ('12345678X', 1, 'inputs', sha256('policy'), 'A', 95, '2026-01-01', '2027-01-01', 5);
INSERT INTO qcr.idempotency VALUES ('ann', substring(sha256('k') for 16), sha256('r'), 'reply', 2, '2026-01-01');

-- Runs a statement as another role; the exception of a refusal takes the role back with it.
CREATE FUNCTION pg_temp.try_as(role text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('role', role, true);
  EXECUTE statement;
  PERFORM set_config('role', 'none', true);
END $$;

CREATE TEMPORARY TABLE refusal (n integer GENERATED ALWAYS AS IDENTITY, what text, role text, statement text, state text);
INSERT INTO refusal (what, role, statement, state) VALUES
-- the ledger is one line without gaps
('an entry behind a gap', 'qcr_app', pg_temp.entry(11), '23503'),
('a second history beside the first', 'qcr_app', pg_temp.entry(9), '23505'),
('a second first entry', 'qcr_app', pg_temp.entry(1), '23505'),
('an entry before the first', 'qcr_app', pg_temp.entry(0), '23514'),
('an entry that chooses what it follows', 'qcr_app',
 'INSERT INTO qcr.ledger (serial, prev_serial, at, commitment, chain) VALUES (10, 8, now(), sha256(''c''), sha256(''h''))', '428C9'),
('a commitment of 31 octets', 'qcr_app',
 'INSERT INTO qcr.ledger (serial, at, commitment, chain) VALUES (10, now(), substring(sha256(''c'') for 31), sha256(''h''))', '23514'),
('an entry changed by a worker', 'qcr_app', 'UPDATE qcr.ledger SET at = now()', '42501'),
('an entry removed by a worker', 'qcr_app', 'DELETE FROM qcr.ledger', '42501'),
('an entry removed by the eraser', 'qcr_eraser', 'DELETE FROM qcr.ledger', '42501'),
('an entry removed from under those that follow, by anybody', 'postgres', 'DELETE FROM qcr.ledger WHERE serial = 8', '23503'),
('the ledger emptied by the importer', 'qcr_import', 'TRUNCATE qcr.ledger CASCADE', '42501'),
('a body changed by a worker', 'qcr_app', 'UPDATE qcr.ledger_body SET body = ''x''', '42501'),
('a body removed by a worker', 'qcr_app', 'DELETE FROM qcr.ledger_body', '42501'),
('a body of no entry', 'qcr_app', 'INSERT INTO qcr.ledger_body VALUES (10, ''proposal'', NULL, sha256(''s''), ''b'')', '23503'),
('a salt of 31 octets', 'qcr_app', 'INSERT INTO qcr.ledger_body VALUES (9, ''proposal'', NULL, substring(sha256(''s'') for 31), ''b'')', '23514'),
('an act of no entry', 'qcr_app', 'INSERT INTO qcr.act VALUES (10, sha256(''c''), ''r'', sha256(''a'') || sha256(''b''))', '23503'),
('an act with half a signature', 'qcr_app', 'INSERT INTO qcr.act VALUES (9, sha256(''c''), ''r'', sha256(''a''))', '23514'),
('an act by the importer, who signs runs', 'qcr_import', 'INSERT INTO qcr.act VALUES (9, sha256(''c''), ''r'', sha256(''a'') || sha256(''b''))', '42501'),
('a second ledger head', 'postgres', 'INSERT INTO qcr.ledger_head VALUES (true, 1, now(), sha256(''x''))', '23505'),
('a ledger head beside the one', 'postgres', 'INSERT INTO qcr.ledger_head VALUES (false, 1, now(), sha256(''x''))', '23514'),
('a second identity of the database', 'postgres',
 'INSERT INTO qcr.system VALUES (true, ''11111111-2222-4333-8444-555555555555'', ''x'', 1, now())', '23505'),
('another epoch by a worker', 'qcr_app', 'UPDATE qcr.system SET epoch = ''11111111-2222-4333-8444-666666666666''', '42501'),
('a second founding', 'postgres', 'INSERT INTO qcr.founding VALUES (2, ''d'', sha256(''a'') || sha256(''b''))', '23514'),
('the founding written again', 'postgres', 'INSERT INTO qcr.founding VALUES (1, ''d'', sha256(''a'') || sha256(''b''))', '23505'),
('a founding by a worker', 'qcr_app', 'INSERT INTO qcr.founding VALUES (1, ''d'', sha256(''a'') || sha256(''b''))', '42501'),
('coverage by a worker', 'qcr_app', 'INSERT INTO qcr.coverage VALUES (''s'', ''product'', 5, ''S'', ''2026-01-01'')', '42501'),
-- persons, roles, certificates
('a certificate under another fingerprint', 'qcr_app',
 'INSERT INTO qcr.certificate VALUES (sha256(''x''), ''bob'', ''y'', ''2026-01-01'', ''2028-01-01'', 3)', '23514'),
('one certificate for two persons', 'qcr_app',
 'INSERT INTO qcr.certificate VALUES (sha256(''ann''), ''bob'', ''ann'', ''2026-01-01'', ''2028-01-01'', 3)', '23505'),
('a certificate that ends before it begins', 'qcr_app',
 'INSERT INTO qcr.certificate VALUES (sha256(''x''), ''bob'', ''x'', ''2028-01-01'', ''2026-01-01'', 3)', '23514'),
('a certificate given to another', 'qcr_app', 'UPDATE qcr.certificate SET person_id = ''bob''', '42501'),
('a revocation taken back', 'qcr_app', 'DELETE FROM qcr.certificate_revocation', '42501'),
('a revocation without a reason', 'qcr_app', 'INSERT INTO qcr.certificate_revocation VALUES (sha256(''ann''), now(), '''', 3)', '23514'),
('a role that is none', 'qcr_app', 'INSERT INTO qcr.person_role VALUES (''ann'', ''king'', 3)', '23503'),
('a role for nobody', 'qcr_app', 'INSERT INTO qcr.person_role VALUES (''cyd'', ''admin'', 3)', '23503'),
('a role that no entry granted', 'qcr_app', 'INSERT INTO qcr.person_role VALUES (''ann'', ''officer'', 99)', '23503'),
('the end of a grant that never was', 'qcr_app', 'INSERT INTO qcr.person_role_end VALUES (''ann'', ''admin'', 2, 3)', '23503'),
('a grant removed', 'qcr_app', 'DELETE FROM qcr.person_role', '42501'),
('a grant by the importer', 'qcr_import', 'INSERT INTO qcr.person_role VALUES (''ann'', ''officer'', 3)', '42501'),
-- two persons
('approving one''s own proposal', 'qcr_app', 'INSERT INTO qcr.approval VALUES (2, 0, ''ann'', ''ann'', ''approved'', NULL, 6)', '23514'),
('approving one''s own proposal as somebody else''s', 'qcr_app',
 'INSERT INTO qcr.approval VALUES (2, 0, ''bob'', ''ann'', ''approved'', NULL, 6)', '23503'),
('approving what nobody proposed', 'qcr_app', 'INSERT INTO qcr.approval VALUES (2, 9, ''ann'', ''bob'', ''approved'', NULL, 6)', '23503'),
('a second outcome of one proposal', 'qcr_app', 'INSERT INTO qcr.approval VALUES (2, 1, ''ann'', ''bob'', ''rejected'', ''no'', 6)', '23505'),
('two outcomes in one entry', 'qcr_app', 'INSERT INTO qcr.approval VALUES (2, 0, ''ann'', ''bob'', ''approved'', NULL, 3)', '23505'),
('a rejection without a reason', 'qcr_app', 'INSERT INTO qcr.approval VALUES (2, 0, ''ann'', ''bob'', ''rejected'', '''', 6)', '23514'),
('an outcome by nobody', 'qcr_app', 'INSERT INTO qcr.approval VALUES (2, 0, ''ann'', ''cyd'', ''approved'', NULL, 6)', '23503'),
('a decided outcome changed', 'qcr_app', 'UPDATE qcr.approval SET outcome = ''rejected'', reason = ''x''', '42501'),
('a decided outcome removed', 'qcr_app', 'DELETE FROM qcr.approval', '42501'),
('a proposal given another proposer', 'qcr_app', 'UPDATE qcr.proposal SET proposer = ''bob''', '42501'),
('a proposal of no known kind', 'qcr_app', 'INSERT INTO qcr.proposal VALUES (6, 0, ''anything'', NULL, ''ann'', ''s'')', '23514'),
('an approval by the importer', 'qcr_import', 'INSERT INTO qcr.approval VALUES (2, 0, ''ann'', ''bob'', ''approved'', NULL, 6)', '42501'),
('a key used twice by one person', 'qcr_app',
 'INSERT INTO qcr.idempotency VALUES (''ann'', substring(sha256(''k'') for 16), sha256(''other''), ''reply'', 3, now())', '23505'),
('a key of 15 octets', 'qcr_app',
 'INSERT INTO qcr.idempotency VALUES (''ann'', substring(sha256(''k'') for 15), sha256(''r''), ''reply'', 3, now())', '23514'),
-- runs
('a chunk of a run that nobody began', 'qcr_import',
 'INSERT INTO qcr.run_chunk VALUES (repeat(''cd'', 16), 1, 1, sha256(''x''), ''h'', sha256(''a'') || sha256(''b''), 6)', '23503'),
('a chunk stored twice', 'qcr_import',
 'INSERT INTO qcr.run_chunk VALUES (repeat(''ab'', 16), 1, 1, sha256(''x''), ''h'', sha256(''a'') || sha256(''b''), 6)', '23505'),
('two chunks in one entry', 'qcr_import',
 'INSERT INTO qcr.run_chunk VALUES (repeat(''ab'', 16), 2, 1, sha256(''x''), ''h'', sha256(''a'') || sha256(''b''), 5)', '23505'),
('a chunk with half a signature', 'qcr_import',
 'INSERT INTO qcr.run_chunk VALUES (repeat(''ab'', 16), 2, 1, sha256(''x''), ''h'', sha256(''a''), 6)', '23514'),
('a run under a certificate nobody has', 'qcr_import',
 'INSERT INTO qcr.run VALUES (repeat(''cd'', 16), ''penalties'', ''ann'', sha256(''none''), sha256(''f''), 1, ''h'', sha256(''a'') || sha256(''b''), 6)', '23503'),
('a run begun by a worker', 'qcr_app',
 'INSERT INTO qcr.run VALUES (repeat(''cd'', 16), ''penalties'', ''ann'', sha256(''ann''), sha256(''f''), 1, ''h'', sha256(''a'') || sha256(''b''), 6)', '42501'),
('a run changed', 'qcr_import', 'UPDATE qcr.run SET person_id = ''bob''', '42501'),
('a waiting row of no chunk', 'qcr_import',
 'INSERT INTO qcr.waiting_row VALUES (repeat(''ab'', 16), 8, 2, ''12345678X'', ''held'', ''r'', ''f'', sha256(''x''))', '23503'),
('a waiting row changed', 'qcr_import', 'UPDATE qcr.waiting_row SET fields = ''x''', '42501'),
('the end of a row that does not wait', 'qcr_app', 'INSERT INTO qcr.waiting_row_end VALUES (''12345678X'', repeat(''ab'', 16), 9, ''accepted'', 6)', '23503'),
-- enterprises
('an enterprise under what is no organization code', 'qcr_import', 'INSERT INTO qcr.party VALUES (''123'', 6)', '23514'),
('an enterprise removed', 'qcr_import', 'DELETE FROM qcr.party', '42501'),
('a version behind a gap', 'qcr_import', $$INSERT INTO qcr.party_version (subject, version, name, name_norm, kind, registration, region, township,
  industry, row_hash, serial) VALUES ('12345678X', 3, 'A', 'a', 'enterprise', 'active', '510823', 't', 'A01', sha256('p'), 6)$$, '23503'),
('a version written over', 'qcr_import', $$INSERT INTO qcr.party_version (subject, version, name, name_norm, kind, registration, region, township,
  industry, row_hash, serial) VALUES ('12345678X', 1, 'B', 'b', 'enterprise', 'active', '510823', 't', 'A01', sha256('p'), 6)$$, '23505'),
('a version of an enterprise that is not there', 'qcr_import', $$INSERT INTO qcr.party_version (subject, version, name, name_norm, kind, registration,
  region, township, industry, row_hash, serial) VALUES ('11111111X', 1, 'A', 'a', 'enterprise', 'active', '510823', 't', 'A01', sha256('p'), 6)$$, '23503'),
('a version of a run without its chunk', 'qcr_import', $$INSERT INTO qcr.party_version (subject, version, name, name_norm, kind, registration, region,
  township, industry, row_hash, serial, run_id) VALUES ('12345678X', 2, 'A', 'a', 'enterprise', 'active', '510823', 't', 'A01', sha256('p'), 6, repeat('ab', 16))$$, '23514'),
('a name changed in place', 'qcr_import', 'UPDATE qcr.party_version SET name = ''B''', '42501'),
('a code moved to another enterprise', 'qcr_import', 'UPDATE qcr.code SET subject = ''87654321X''', '42501'),
-- records
('a record''s version behind a gap', 'qcr_app', pg_temp.record('12345678X', 3, 1, 'doc', ''), '23503'),
('a correction on another enterprise''s record', 'qcr_app', pg_temp.record('87654321X', 2, 1, 'doc', ''), '23503'),
('a record of an enterprise that is not there', 'qcr_app', pg_temp.record('11111111X', 1, 1, 'doc', ''), '23503'),
('two concurrent corrections', 'qcr_app', pg_temp.record('12345678X', 1, 1, 'doc', ''), '23505'),
('two records under one number', 'qcr_app', pg_temp.record('12345678X', 1, 1, 'other', ''), '23505'),
('a publicity end that is not the earlier one', 'qcr_app', pg_temp.record('12345678X', 2, 1, 'doc', ', publicity_end=, ''2030-01-01''::date'), '428C9'),
('an imported record of no chunk', 'qcr_import',
 pg_temp.record('12345678X', 2, 1, 'doc', ', run_id, chunk, row_no=, repeat(''ab'', 16), 2, 1'), '23503'),
('an imported record without its line', 'qcr_import', pg_temp.record('12345678X', 2, 1, 'doc', ', run_id, chunk=, repeat(''ab'', 16), 1'), '23514'),
('a record changed in place', 'qcr_app', 'UPDATE qcr.record SET fine_fen = 0', '42501'),
('a record removed', 'qcr_app', 'DELETE FROM qcr.record', '42501'),
('a body of a version that is not there', 'qcr_app', $$INSERT INTO qcr.record_body VALUES ('12345678X', '11510823008765438X', 'doc', 'penalty', 2,
  '', '', '', '', '', '', '', '', '')$$, '23503'),
('a record''s words changed', 'qcr_app', 'UPDATE qcr.record_body SET facts = ''x''', '42501'),
('a record''s words removed by a worker', 'qcr_app', 'DELETE FROM qcr.record_body', '42501'),
-- grades
('a grade without a score', 'qcr_app', 'UPDATE qcr.standing SET score = NULL', '23514'),
('a score without a grade', 'qcr_app', 'UPDATE qcr.standing SET grade = ''unrated''', '23514'),
('a grade that is no word of grades', 'qcr_app', 'UPDATE qcr.standing SET grade = ''good''', '23514'),
('a grade that changed before it was made', 'qcr_app', 'UPDATE qcr.standing SET next_change = graded_on', '23514'),
('a grade under an unknown policy', 'qcr_app', 'UPDATE qcr.standing SET policy_hash = sha256(''other'')', '23503'),
('a standing removed', 'qcr_app', 'DELETE FROM qcr.standing', '42501'),
('what an enterprise is graded by, changed by the recalculation', 'qcr_recalc', 'UPDATE qcr.standing SET inputs = ''\x010000''', '42501'),
('whose standing it is, changed by the recalculation', 'qcr_recalc', 'UPDATE qcr.standing SET subject = ''12345678X''', '42501'),
('a standing begun by the recalculation', 'qcr_recalc',
 'INSERT INTO qcr.standing VALUES (''87654321X'', 1, ''i'', sha256(''policy''), ''A'', 95, ''2026-01-01'', NULL, 5)', '42501'),
('a policy''s document under the version of another', 'qcr_app', 'INSERT INTO qcr.policy VALUES (sha256(''q''), ''p'', 1, ''q'', ''trial'', 6)', '23505'),
('a policy changed', 'qcr_app', 'UPDATE qcr.policy SET document = ''x''', '42501'),
('an activation of a policy nobody knows', 'qcr_app', 'INSERT INTO qcr.policy_activation VALUES (6, sha256(''q''), 4)', '23503'),
('a grade''s history changed', 'qcr_recalc', 'UPDATE qcr.grade_history SET grade = ''A''', '42501'),
-- audit
('a read taken out of the audit', 'qcr_app', 'DELETE FROM qcr.read_audit', '42501'),
('the audit read by a worker''s neighbour', 'qcr_follow', 'SELECT * FROM qcr.read_audit', '42501'),
('anything written by who only reads', 'qcr_audit', 'UPDATE qcr.ledger_head SET serial = 0', '42501'),
('anything written by the follower', 'qcr_follow', 'UPDATE qcr.ledger_head SET serial = 0', '42501');

SELECT plan((SELECT count(*) FROM refusal)::integer + 10);
SELECT throws_ok(format('SELECT pg_temp.try_as(%L, %L)', role, statement), state, NULL, what || ' is refused') FROM refusal ORDER BY n;

-- And what must be possible is.
SELECT lives_ok(format('SELECT pg_temp.try_as(''qcr_app'', %L)', pg_temp.entry(10)), 'the next entry is accepted');
SELECT lives_ok($$SELECT pg_temp.try_as('qcr_app', 'INSERT INTO qcr.approval VALUES (2, 0, ''ann'', ''bob'', ''approved'', NULL, 6)')$$,
                'another person may approve');
SELECT lives_ok($$SELECT pg_temp.try_as('qcr_app', 'INSERT INTO qcr.approval VALUES (2, 2, ''ann'', ''ann'', ''rejected'', ''withdrawn'', 7)')$$,
                'a proposer may take a proposal back');
SELECT lives_ok(format('SELECT pg_temp.try_as(''qcr_app'', %L)', pg_temp.record('12345678X', 2, 1, 'doc', '')), 'a correction is a new version');
SELECT is((SELECT publicity_end FROM qcr.record WHERE version = 2), '2027-01-01', 'of two publicity ends the earlier one holds');
SELECT lives_ok($$SELECT pg_temp.try_as('qcr_app', 'INSERT INTO qcr.waiting_row_end VALUES (''12345678X'', repeat(''ab'', 16), 7, ''accepted'', 6)')$$,
                'a waiting row may end');
SELECT throws_ok($$SELECT pg_temp.try_as('qcr_app', 'INSERT INTO qcr.waiting_row_end VALUES (''12345678X'', repeat(''ab'', 16), 7, ''rejected'', 7)')$$,
                 '23505', NULL, 'a waiting row ends once');
SELECT lives_ok($$SELECT pg_temp.try_as('qcr_app', 'INSERT INTO qcr.certificate_revocation VALUES (sha256(''ann''), now(), ''lost'', 7)')$$,
                'a certificate may be revoked');
SELECT throws_ok($$SELECT pg_temp.try_as('qcr_app', 'INSERT INTO qcr.certificate_revocation VALUES (sha256(''ann''), now(), ''again'', 7)')$$,
                 '23505', NULL, 'a certificate is revoked once');
SELECT lives_ok($$SELECT pg_temp.try_as('qcr_eraser', 'DELETE FROM qcr.ledger_body WHERE serial = 9')$$, 'the eraser may erase a body');
SELECT * FROM finish();
ROLLBACK;
