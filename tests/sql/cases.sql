-- SPDX-License-Identifier: MulanPSL-2.0
-- What the tables about cases, rules and deputies refuse, whoever writes: a table of forbidden statements, each tried
-- in every login role and as the superuser. Who has not the right (migrations/rights.txt) gets 42501; who has it gets
-- what the constraint says, which is named, so that nothing is refused for another reason than it should be.
\set ON_ERROR_STOP on
\set rights `cat "$QCR_SOURCE/migrations/rights.txt"`
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;

-- ---------------------------------------------------------------------------------------------------- a small registry
INSERT INTO qcr.ledger (serial, at, commitment, chain)
  SELECT n, '2026-01-01', sha256('c'), sha256(int8send(n)) FROM generate_series(1, 50) n ORDER BY n;
INSERT INTO qcr.act SELECT n, sha256('c'), 'r', sha256('a') || sha256('b') FROM generate_series(10, 45) n;
INSERT INTO qcr.office VALUES ('market', 'Market', '11510823008765438X', 1);
INSERT INTO qcr.person SELECT id, 'market', id, 1, 1 FROM unnest(ARRAY['ann', 'bob', 'cyd', 'dee']) id;
INSERT INTO qcr.party VALUES ('12345678X', 5), ('87654321X', 5);
INSERT INTO qcr.rule (kind, id, version, rule_hash, document, serial) VALUES
  ('procedure', 'p', 1, sha256('p1'), 'p1', 1), ('procedure', 'q', 1, sha256('q1'), 'q1', 1),
  ('codes', 'c', 1, sha256('c1'), 'c1', 1), ('calendar', 'd', 3, sha256('d3'), 'd3', 1);
INSERT INTO qcr.rule_current VALUES ('procedure', 'p', 1), ('codes', 'c', 1), ('calendar', 'd', 3);
INSERT INTO qcr.procedure_transition (procedure_hash, from_state, action, to_state, needs_second, excludes_opener) VALUES
  (sha256('p1'), '', 'open', 'opened', false, false), (sha256('p1'), 'opened', 'note', 'opened', false, false),
  (sha256('p1'), 'opened', 'notice', 'noticed', true, false), (sha256('p1'), 'noticed', 'decide', 'decided', true, true),
  (sha256('q1'), '', 'start', 'started', false, false), (sha256('q1'), 'started', 'stop', 'stopped', false, false),
  (sha256('q1'), 'noticed', 'decide', 'decided', true, true); -- as in p, for a case that changes its procedure

-- A proposal of a case's step and, two seconds later, what became of it.
CREATE FUNCTION pg_temp.propose(proposal bigint, proposer text, actor text, outcome text, kind text DEFAULT 'case-step',
                                subject text DEFAULT '12345678X') RETURNS void LANGUAGE sql AS $$
  INSERT INTO qcr.proposal (serial, item, kind, subject, proposer, summary) VALUES (proposal, 0, kind, subject, proposer, 's');
  INSERT INTO qcr.approval SELECT proposal, 0, proposer, actor, outcome, 'why', proposal + 1 WHERE actor IS NOT NULL $$;
DO $$ BEGIN
  PERFORM pg_temp.propose(12, 'ann', 'bob', 'approved');
  PERFORM pg_temp.propose(14, 'bob', 'cyd', 'approved');
  PERFORM pg_temp.propose(16, 'bob', 'ann', 'approved');
  PERFORM pg_temp.propose(18, 'bob', 'cyd', 'rejected');
  PERFORM pg_temp.propose(20, 'bob', 'cyd', 'approved', 'record-withdraw');
  PERFORM pg_temp.propose(22, 'bob', 'cyd', 'approved', 'case-step', '87654321X');
  PERFORM pg_temp.propose(24, 'bob', NULL, NULL);
  PERFORM pg_temp.propose(32, 'ann', 'bob', 'approved');
END $$;

CREATE FUNCTION pg_temp.case_sql(subject text DEFAULT '12345678X', case_no text DEFAULT '3', document text DEFAULT 'p1',
                                 opener text DEFAULT 'ann', office text DEFAULT 'market', serial text DEFAULT NULL,
                                 more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.case_file (subject, case_no, procedure_hash, opener, office_id, serial%s)
                 VALUES (%L, %s, sha256(%L), %L, %L, %s%s)', split_part(more, '=', 1), subject, case_no, document, opener, office,
                coalesce(serial, case_no), split_part(more, '=', 2)) $$;
-- The next step of case 1: bob proposes the decision, cyd confirms; ann, who opened it, may not. Every argument spoils it.
CREATE FUNCTION pg_temp.event(subject text DEFAULT '12345678X', case_no int DEFAULT 1, seq int DEFAULT 4, document text DEFAULT 'p1',
                              from_state text DEFAULT 'noticed', action text DEFAULT 'decide', to_state text DEFAULT 'decided',
                              needs_second bool DEFAULT true, excludes bool DEFAULT true, opener text DEFAULT 'ann',
                              proposer text DEFAULT 'bob', actor text DEFAULT 'cyd', event_on text DEFAULT '2026-01-01',
                              proposal int DEFAULT 14, serial int DEFAULT 15, lists text DEFAULT 'true', more text DEFAULT '')
  RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.case_event (subject, case_no, seq, procedure_hash, from_state, action, to_state, needs_second,
                 excludes_opener, opener, proposer, actor, event_on, is_late, lists, proposal_serial, serial%s)
                 VALUES (%L, %s, %s, sha256(%L), %L, %L, %L, %L, %L, %L, %L, %L, %L, false, %s, %L, %L%s)', split_part(more, '=', 1),
                subject, case_no, seq, document, from_state, action, to_state, needs_second, excludes, opener, proposer, actor,
                event_on, lists, proposal, serial, split_part(more, '=', 2)) $$;
-- The first step of case 2, which nobody has taken yet: ann alone opens it.
CREATE FUNCTION pg_temp.opening(case_no int DEFAULT 2, seq int DEFAULT 1, from_state text DEFAULT '', needs_second bool DEFAULT false,
                                proposer text DEFAULT 'ann', actor text DEFAULT 'ann', proposal int DEFAULT NULL, serial int DEFAULT 31)
  RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.event(case_no => case_no, seq => seq, from_state => from_state, action => 'open', to_state => 'opened',
                       needs_second => needs_second, excludes => false, proposer => proposer, actor => actor, proposal => proposal,
                       serial => serial) $$;
CREATE FUNCTION pg_temp.rule(kind text, id text, version int, document text, hashed text DEFAULT NULL, serial int DEFAULT 40) RETURNS text
  LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.rule (kind, id, version, rule_hash, document, serial) VALUES (%L, %L, %s, sha256(%L), %L, %s)',
                kind, id, version, coalesce(hashed, document), document, serial) $$;
CREATE FUNCTION pg_temp.move(document text DEFAULT 'p1', action text DEFAULT 'skip', to_state text DEFAULT 'decided', kind text DEFAULT 'procedure')
  RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.procedure_transition VALUES (sha256(%L), %L, ''opened'', %L, %L, false, false)', document, kind, action, to_state) $$;
CREATE FUNCTION pg_temp.deputy(person text DEFAULT 'ann', deputy text DEFAULT 'bob', from_day text DEFAULT '2026-02-01',
                               to_day text DEFAULT '2026-03-01', serial int DEFAULT 41) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.deputy VALUES (%L, %L, %L, %L, %s)', person, deputy, from_day, to_day, serial) $$;

DO $$ BEGIN
  EXECUTE pg_temp.case_sql(case_no => '1');
  EXECUTE pg_temp.case_sql(case_no => '2');
  EXECUTE pg_temp.case_sql('87654321X', '1', 'q1', 'bob');
  EXECUTE pg_temp.opening(case_no => 1, serial => 10);
  EXECUTE pg_temp.event(seq => 2, from_state => 'opened', action => 'note', to_state => 'opened', needs_second => false, excludes => false,
                        proposer => 'bob', actor => 'bob', proposal => NULL, serial => 11);
  EXECUTE pg_temp.event(seq => 3, from_state => 'opened', action => 'notice', to_state => 'noticed', excludes => false, proposer => 'ann',
                        actor => 'bob', proposal => 12, serial => 13);
  EXECUTE pg_temp.event('87654321X', 1, 1, 'q1', '', 'start', 'started', false, false, 'bob', 'bob', 'bob', proposal => NULL, serial => 30);
END $$;
INSERT INTO qcr.case_document VALUES ('12345678X', 'notice', '告字1号', 1, 3);
INSERT INTO qcr.deputy VALUES ('ann', 'cyd', '2026-01-01', '2026-01-31', 40), ('ann', 'dee', '2026-01-01', '2026-01-31', 40);
INSERT INTO qcr.deputy_end VALUES ('ann', 'dee', 40, '2026-01-10', 41);

-- ------------------------------------------------------------------------------------------------ forbidden statements
-- `tab` and `letter` say which right a role needs to get as far as the constraint; `state` is what it gets there. No
-- state: whoever has the right may.
CREATE TEMPORARY TABLE forbidden (n integer GENERATED ALWAYS AS IDENTITY, what text, tab text, letter text, state text, statement text);
INSERT INTO forbidden (what, tab, letter, state, statement) VALUES
-- a case is its events, without gap, skip or fork
('an event behind a gap', 'case_event', 'i', '23503 case_chain', pg_temp.event(seq => 6)),
('an event that skips the step before it', 'case_event', 'i', '23503 case_chain',
 pg_temp.event(from_state => 'opened', action => 'notice', to_state => 'noticed', excludes => false)),
('the last event taken a second time', 'case_event', 'i', '23505 case_event_pkey', pg_temp.event(seq => 3)),
('a fork in the middle of a case', 'case_event', 'i', '23505 case_event_pkey',
 pg_temp.event(seq => 2, from_state => 'opened', action => 'notice', to_state => 'noticed', excludes => false)),
('a second first event', 'case_event', 'i', '23505 case_event_pkey', pg_temp.opening(case_no => 1)),
('a case opened again after its last event', 'case_event', 'i', '23514 case_first', pg_temp.opening(case_no => 1, seq => 4)),
('a first event that begins in a state', 'case_event', 'i', '23514 case_first', pg_temp.opening(from_state => 'opened')),
('a second event without a first', 'case_event', 'i', '23503 case_chain',
 pg_temp.event(case_no => 2, seq => 2, from_state => 'opened', action => 'notice', to_state => 'noticed', excludes => false)),
('an event before the first', 'case_event', 'i', '23514 case_event_seq_check', pg_temp.event(seq => 0)),
('an event beyond the last that a case may have', 'case_event', 'i', '23514 case_event_seq_check', pg_temp.event(seq => 257)),
('an event that chooses what it follows', 'case_event', 'i', '428C9', pg_temp.event(more => ', prev_seq=, 2')),
('an event of a case that is not there', 'case_event', 'i', '23503 case_procedure', pg_temp.opening(case_no => 7)),
('an event of another party''s case', 'case_event', 'i', '23503 case_procedure',
 pg_temp.event('87654321X', 2, 1, from_state => '', action => 'open', to_state => 'opened', needs_second => false, excludes => false,
               proposer => 'ann', actor => 'ann', proposal => NULL, serial => 31)),
('an event of a party that is not registered', 'case_event', 'i', '23503 case_procedure',
 pg_temp.event('11111111X', 1, 1, from_state => '', action => 'open', to_state => 'opened', needs_second => false, excludes => false,
               proposer => 'ann', actor => 'ann', proposal => NULL, serial => 31)),
-- moves are those of its procedure
('a move no procedure knows', 'case_event', 'i', '23503 case_move', pg_temp.event(action => 'dance')),
('a known step to another state', 'case_event', 'i', '23503 case_move', pg_temp.event(to_state => 'opened')),
('a step of two persons taken as one of one', 'case_event', 'i', '23503 case_move',
 pg_temp.event(needs_second => false, actor => 'bob', proposal => NULL)),
('a step of one person taken as one of two', 'case_event', 'i', '23503 case_move',
 pg_temp.opening(needs_second => true, actor => 'bob', proposal => 32, serial => 33)),
('a step whose confirming person may be the opener after all', 'case_event', 'i', '23503 case_move', pg_temp.event(excludes => false)),
('a step under another procedure than the case''s', 'case_event', 'i', '23503 case_procedure', pg_temp.event(document => 'q1')),
-- two persons, each with their own signature
('confirming one''s own step', 'case_event', 'i', '23514 self_approval', pg_temp.event(actor => 'bob')),
('a step of one person by two', 'case_event', 'i', '23514 self_approval', pg_temp.opening(actor => 'bob')),
('a confirmed step without the proposer''s signature', 'case_event', 'i', '23514 two_signatures', pg_temp.event(proposal => NULL)),
('a step of one person with a second signature', 'case_event', 'i', '23514 two_signatures', pg_temp.opening(proposal => 32, serial => 33)),
('the opener as the one who decides', 'case_event', 'i', '23514 opener_excluded', pg_temp.event(actor => 'ann', proposal => 16, serial => 17)),
('another opener named, so that the opener may decide', 'case_event', 'i', '23503 case_opener',
 pg_temp.event(opener => 'dee', actor => 'ann', proposal => 16, serial => 17)),
('a case opened by another than its opener', 'case_event', 'i', '23514 opener_proposes', pg_temp.opening(proposer => 'bob', actor => 'bob')),
('a step that nobody signed', 'case_event', 'i', '23503 case_event_serial_fkey', pg_temp.opening(serial => 5)),
('one signature for two events', 'case_event', 'i', '23505 case_event_subject_serial_key', pg_temp.opening(serial => 10)),
('a proposal nobody has approved', 'case_event', 'i', '23503 case_approval', pg_temp.event(proposal => 24, serial => 25)),
('a proposal that was rejected', 'case_event', 'i', '23503 case_approval', pg_temp.event(proposal => 18, serial => 19)),
('a confirmation by another than who confirmed', 'case_event', 'i', '23503 case_approval', pg_temp.event(actor => 'dee')),
('a proposal by another than who proposed', 'case_event', 'i', '23503 case_approval', pg_temp.event(proposer => 'dee')),
('the confirmation of another proposal', 'case_event', 'i', '23503 case_approval', pg_temp.event(serial => 23)),
('a proposal about something else', 'case_event', 'i', '23503 case_proposal', pg_temp.event(proposal => 20, serial => 21)),
('a proposal about another party', 'case_event', 'i', '23503 case_proposal', pg_temp.event(proposal => 22, serial => 23)),
('a step that chooses what became of its proposal', 'case_event', 'i', '428C9', pg_temp.event(more => ', outcome=, ''approved''')),
('a step by nobody the registry knows', 'case_event', 'i', '23503 case_event_proposer_fkey',
 pg_temp.event('87654321X', 1, 2, 'q1', 'started', 'stop', 'stopped', false, false, 'bob', 'zed', 'zed', proposal => NULL, serial => 31)),
('a step without a person', 'case_event', 'i', '23502', pg_temp.event(actor => NULL)),
('a step without a day', 'case_event', 'i', '23502', pg_temp.event(event_on => NULL)),
('a step that does not say whether it lists', 'case_event', 'i', '23502', pg_temp.event(lists => 'NULL')),
('a step outside the ledger', 'case_event', 'i', '23502', pg_temp.event(serial => NULL)),
-- events stay
('an event''s day changed', 'case_event', 'u', NULL, 'UPDATE qcr.case_event SET event_on = ''2020-01-01'''),
('an event made one that does not list', 'case_event', 'u', NULL, 'UPDATE qcr.case_event SET lists = false'),
('an event''s person changed', 'case_event', 'u', NULL, 'UPDATE qcr.case_event SET actor = ''dee'' WHERE seq = 3'),
('an event removed', 'case_event', 'd', NULL, 'DELETE FROM qcr.case_event WHERE seq = 3'),
('an event removed from under those that follow', 'case_event', 'd', '23503 case_chain', 'DELETE FROM qcr.case_event WHERE seq = 2'),
('all events removed at once', 'case_event', '!', NULL, 'TRUNCATE qcr.case_event CASCADE'),
('events locked by who must not write', 'case_event', 'u', NULL, 'SELECT FROM qcr.case_event FOR UPDATE'),
-- cases
('a case of another number than its entry''s', 'case_file', 'i', '23514 case_number', pg_temp.case_sql(serial => '31')),
('a case of a number that is taken', 'case_file', 'i', '23505 case_file_pkey', pg_temp.case_sql(case_no => '2')),
('a case numbered 0', 'case_file', 'i', '23514 case_file_case_no_check', pg_temp.case_sql(case_no => '0')),
('a case of a party that is not registered', 'case_file', 'i', '23503 case_file_subject_fkey', pg_temp.case_sql('11111111X', '1')),
('a case under a code table', 'case_file', 'i', '23503 case_file_kind_procedure_hash_fkey', pg_temp.case_sql(document => 'c1')),
('a case under a code table called a procedure', 'case_file', 'i', '23514 case_file_kind_check', pg_temp.case_sql(document => 'c1', more => ', kind=, ''codes''')),
('a case under a procedure nobody brought in', 'case_file', 'i', '23503 case_file_kind_procedure_hash_fkey', pg_temp.case_sql(document => 'none')),
('a case opened by nobody', 'case_file', 'i', '23503 case_file_opener_fkey', pg_temp.case_sql(opener => 'zed')),
('a case of no office', 'case_file', 'i', '23503 case_file_office_id_fkey', pg_temp.case_sql(office => 'none')),
('a case handed to another office', 'case_file', 'u', NULL, 'UPDATE qcr.case_file SET office_id = ''market'''),
('a case put under another procedure', 'case_file', 'u', '23503 case_procedure', 'UPDATE qcr.case_file SET procedure_hash = sha256(''q1'') WHERE subject = ''12345678X'' AND case_no = 1'),
('a case removed', 'case_file', 'd', NULL, 'DELETE FROM qcr.case_file WHERE case_no = 2'),
('all cases removed at once', 'case_file', '!', NULL, 'TRUNCATE qcr.case_file CASCADE'),
('a document''s number used in a second case', 'case_document', 'i', '23505 case_document_pkey',
 'INSERT INTO qcr.case_document VALUES (''12345678X'', ''notice'', ''告字1号'', 1, 2)'),
('a document of an event that is not there', 'case_document', 'i', '23503 case_document_subject_case_no_seq_fkey',
 'INSERT INTO qcr.case_document VALUES (''12345678X'', ''notice'', ''告字2号'', 1, 9)'),
('a document without a number', 'case_document', 'i', '23514 case_document_number_norm_check',
 'INSERT INTO qcr.case_document VALUES (''12345678X'', ''notice'', '''', 1, 3)'),
('a document''s number freed', 'case_document', 'd', NULL, 'DELETE FROM qcr.case_document'),
('a document''s number changed', 'case_document', 'u', NULL, 'UPDATE qcr.case_document SET number_norm = ''x'''),
-- proposals of steps
('a proposal of a step about no party', 'proposal', 'i', '23514 proposal_case_check',
 'INSERT INTO qcr.proposal VALUES (44, 0, ''case-step'', NULL, ''ann'', ''s'', NULL)'),
('a proposal of something else with a case', 'proposal', 'i', '23514 proposal_case_check',
 'INSERT INTO qcr.proposal VALUES (44, 0, ''role-grant'', NULL, ''ann'', ''s'', 1)'),
('a proposal of a step of case 0', 'proposal', 'i', '23514 proposal_case_no_check',
 'INSERT INTO qcr.proposal VALUES (44, 0, ''case-step'', ''12345678X'', ''ann'', ''s'', 0)'),
-- rules
('a rule under another hash', 'rule', 'i', '23514 rule_check', pg_temp.rule('procedure', 'p', 2, 'p2', 'other')),
('a version of a rule replaced', 'rule', 'i', '23505 rule_pkey', pg_temp.rule('procedure', 'p', 1, 'p1 again')),
('one document as two rules', 'rule', 'i', '23505 rule_rule_hash_key', pg_temp.rule('codes', 'e', 1, 'p1')),
('a version of a rule behind a gap', 'rule', 'i', '23503 rule_kind_id_prev_version_fkey', pg_temp.rule('procedure', 'p', 3, 'p3')),
('a rule that begins with its second version', 'rule', 'i', '23503 rule_kind_id_prev_version_fkey', pg_temp.rule('codes', 'e', 2, 'e2')),
('a rule''s version 0', 'rule', 'i', '23514 rule_version_check', pg_temp.rule('codes', 'e', 0, 'e0')),
('a rule of no known kind', 'rule', 'i', '23514 rule_kind_check', pg_temp.rule('law', 'e', 1, 'e1')),
('a rule under what is no id', 'rule', 'i', '23514 rule_id_check', pg_temp.rule('codes', 'E_1', 1, 'e1')),
('a rule that no entry brought in', 'rule', 'i', '23503 rule_serial_fkey', pg_temp.rule('codes', 'e', 1, 'e1', NULL, 99)),
('a rule''s document changed', 'rule', 'u', NULL, 'UPDATE qcr.rule SET document = ''x'', rule_hash = sha256(''x'') WHERE id = ''d'''),
('a rule removed', 'rule', 'd', NULL, 'DELETE FROM qcr.rule WHERE id = ''q'''),
('all rules removed at once', 'rule', '!', NULL, 'TRUNCATE qcr.rule CASCADE'),
('a version that holds but is not there', 'rule_current', 'i', '23503 rule_current_kind_id_version_fkey', 'INSERT INTO qcr.rule_current VALUES (''procedure'', ''q'', 2)'),
('a second version that holds', 'rule_current', 'i', '23505 rule_current_pkey', 'INSERT INTO qcr.rule_current VALUES (''procedure'', ''p'', 1)'),
('a version made to hold that is not there', 'rule_current', 'u', '23503 rule_current_kind_id_version_fkey', 'UPDATE qcr.rule_current SET version = 9 WHERE id = ''p'''),
('a rule that holds no more', 'rule_current', 'd', NULL, 'DELETE FROM qcr.rule_current'),
('a move of what is no procedure', 'procedure_transition', 'i', '23503 procedure_transition_kind_procedure_hash_fkey', pg_temp.move('c1')),
('a move of a code table', 'procedure_transition', 'i', '23514 procedure_transition_kind_check', pg_temp.move('c1', kind => 'codes')),
('a move of a procedure nobody brought in', 'procedure_transition', 'i', '23503 procedure_transition_kind_procedure_hash_fkey', pg_temp.move('none')),
('a move without a name', 'procedure_transition', 'i', '23514 procedure_transition_action_check', pg_temp.move(action => '')),
('a move to nowhere', 'procedure_transition', 'i', '23514 procedure_transition_to_state_check', pg_temp.move(to_state => '')),
('a move stored twice', 'procedure_transition', 'i', '23505 procedure_transition_pkey', pg_temp.move(action => 'note', to_state => 'opened')),
('a move made easier', 'procedure_transition', 'u', '23503 case_move', 'UPDATE qcr.procedure_transition SET needs_second = false WHERE action = ''notice'''),
('a move removed', 'procedure_transition', 'd', NULL, 'DELETE FROM qcr.procedure_transition WHERE action = ''stop'''),
-- deputies
('one''s own deputy', 'deputy', 'i', '23514 deputy_check', pg_temp.deputy(deputy => 'ann')),
('a deputy whose time ends before it begins', 'deputy', 'i', '23514 deputy_check1', pg_temp.deputy(to_day => '2026-01-31')),
('a deputy for more than 366 days', 'deputy', 'i', '23514 deputy_check1', pg_temp.deputy(to_day => '2027-02-02')),
('a deputy nobody knows', 'deputy', 'i', '23503 deputy_deputy_id_fkey', pg_temp.deputy(deputy => 'zed')),
('a deputy for nobody', 'deputy', 'i', '23503 deputy_person_id_fkey', pg_temp.deputy(person => 'zed')),
('a deputy that no entry granted', 'deputy', 'i', '23503 deputy_serial_fkey', pg_temp.deputy(serial => 99)),
('a deputy granted twice by one entry', 'deputy', 'i', '23505 deputy_pkey', pg_temp.deputy(deputy => 'cyd', serial => 40)),
('a deputy''s time made longer', 'deputy', 'u', NULL, 'UPDATE qcr.deputy SET to_day = to_day + 1'),
('a deputy removed', 'deputy', 'd', NULL, 'DELETE FROM qcr.deputy WHERE deputy_id = ''cyd'''),
('the end of a grant that never was', 'deputy_end', 'i', '23503 deputy_end_person_id_deputy_id_grant_serial_fkey', 'INSERT INTO qcr.deputy_end VALUES (''ann'', ''cyd'', 39, ''2026-01-10'', 41)'),
('a grant ended twice', 'deputy_end', 'i', '23505 deputy_end_pkey', 'INSERT INTO qcr.deputy_end VALUES (''ann'', ''dee'', 40, ''2026-01-11'', 42)'),
('an end taken back', 'deputy_end', 'd', NULL, 'DELETE FROM qcr.deputy_end'),
-- who has nothing to do with cases does not see them
('cases read', 'case_file', 'r', NULL, 'SELECT * FROM qcr.case_file'),
('events read', 'case_event', 'r', NULL, 'SELECT * FROM qcr.case_event'),
('documents'' numbers read', 'case_document', 'r', NULL, 'SELECT * FROM qcr.case_document'),
('deputies read', 'deputy', 'r', NULL, 'SELECT * FROM qcr.deputy'),
('moves read', 'procedure_transition', 'r', NULL, 'SELECT * FROM qcr.procedure_transition');

-- ------------------------------------------------------------------------------------------------------- role by role
CREATE TEMPORARY TABLE line AS
  SELECT n, regexp_split_to_array(trim(text), '\s+') AS word FROM regexp_split_to_table(:'rights', '\n') WITH ORDINALITY AS t (text, n)
   WHERE text <> '' AND text !~ '^#';
CREATE TEMPORARY TABLE expected AS
  SELECT f.n, f.what, f.statement, 'qcr_' || head.word[k] AS role,
         -- 428C9 is found out before anybody's rights are asked
         CASE WHEN f.state = '428C9' OR body.word[k] LIKE '%' || f.letter || '%' THEN f.state ELSE '42501' END AS state
    FROM forbidden f
    JOIN (SELECT word FROM line ORDER BY n OFFSET 1) body ON body.word[1] = f.tab
    CROSS JOIN (SELECT word FROM line ORDER BY n LIMIT 1) head
    CROSS JOIN generate_series(2, 7) k
  UNION ALL
  SELECT n, what, statement, 'postgres', state FROM forbidden;
DELETE FROM expected WHERE state IS NULL;

-- What comes of a statement in a role: SQLSTATE and the constraint. Nothing it did stays.
CREATE FUNCTION pg_temp.outcome(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE named text;
BEGIN
  PERFORM set_config('role', role, true);
  EXECUTE statement;
  RAISE 'accepted' USING ERRCODE = 'QC000';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS named = CONSTRAINT_NAME;
  RETURN CASE WHEN SQLSTATE = 'QC000' THEN 'accepted' ELSE rtrim(SQLSTATE || ' ' || coalesce(named, '')) END;
END $$;

SELECT plan((SELECT count(*) FROM expected)::integer + (SELECT count(DISTINCT role) FROM expected)::integer + 9);
SELECT is(pg_temp.outcome(role, statement), state, format('%s: %s is refused', role, what)) FROM expected ORDER BY role, n;
SELECT cmp_ok(count(*), '>=', CASE role WHEN 'postgres' THEN 40 ELSE 80 END::bigint, format('%s is refused in enough ways', role))
  FROM expected GROUP BY role ORDER BY role;
SELECT diag(format('%s forbidden statements tried as %s', count(*), role)) FROM expected GROUP BY role ORDER BY role;

-- And what must be possible is: were it not, nothing above would prove anything.
SELECT is(pg_temp.outcome('qcr_app', pg_temp.event()), 'accepted', 'the decision by two others than the opener is accepted');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.opening()), 'accepted', 'opening a case alone is accepted');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.case_sql()), 'accepted', 'another case of a party is accepted');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.rule('procedure', 'p', 2, 'p2')), 'accepted', 'the next version of a rule is accepted');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.rule('calendar', 'd', 4, 'd4')), 'accepted', 'so it is where the founding began with a later version');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.move()), 'accepted', 'a move of a procedure is accepted');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.deputy()), 'accepted', 'a deputy is accepted');
SELECT is(pg_temp.outcome('qcr_app', pg_temp.deputy(to_day => '2027-02-01')), 'accepted', 'so is one for 366 days');

-- Tables about an enterprise are distributed by it: it leads every key of theirs, and every one between them.
SELECT is_empty($$
  WITH about AS (SELECT conrelid AS oid FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
                  WHERE contype = 'p' AND attname = 'subject' AND connamespace = 'qcr'::regnamespace)
  SELECT conrelid::regclass, conname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
   WHERE conrelid IN (SELECT oid FROM about) AND attname <> 'subject'
     AND (contype IN ('p', 'u') OR (contype = 'f' AND confrelid IN (SELECT oid FROM about)))$$,
  'the enterprise leads every key of the tables about it');
SELECT * FROM finish();
ROLLBACK;
