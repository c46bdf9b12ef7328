-- SPDX-License-Identifier: MulanPSL-2.0
-- What the tables about policies and recalculations refuse, whoever writes, as tests/sql/cases.sql has it of cases; and
-- what the view of live outcomes makes of every kind of row there can be, against a model that goes row by row.
\set ON_ERROR_STOP on
\set rights `cat "$QCR_SOURCE/migrations/rights.txt"`
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;

-- ---------------------------------------------------------------------------------------------------- a small registry
-- Policies p@1 (the founding's), p@2, q@1. Runs by the serial of their beginning: 10 shadow p@2, complete; 20 shadow q@1,
-- not complete; 30 recalculation in place under p@1, somebody says complete; 40 an import; 50 shadow p@1, complete.
INSERT INTO qcr.ledger (serial, at, commitment, chain)
  SELECT n, '2026-01-01', sha256('c'), sha256(int8send(n)) FROM generate_series(1, 90) n ORDER BY n;
INSERT INTO qcr.office VALUES ('market', 'Market', '11510823008765438X', 1);
INSERT INTO qcr.person VALUES ('ann', 'market', 'Ann', 1, 1);
INSERT INTO qcr.certificate VALUES (sha256('ann'), 'ann', 'ann', '2026-01-01', '2028-01-01', 1);
INSERT INTO qcr.policy VALUES (sha256('p1'), 'p', 1, 'p1', 'trial', 1), (sha256('p2'), 'p', 2, 'p2', 'in-force', 3),
                              (sha256('q1'), 'q', 1, 'q1', 'in-force', 4);
INSERT INTO qcr.policy_activation VALUES (1, sha256('p1'));

CREATE FUNCTION pg_temp.run_id(serial bigint) RETURNS text LANGUAGE sql AS $$ SELECT lpad(serial::text, 32, '0') $$;
CREATE FUNCTION pg_temp.run(serial bigint, kind text) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.run VALUES (%L, %L, ''ann'', sha256(''ann''), sha256(''f''), 0, ''h'', sha256(''a'') || sha256(''b''), %s)',
                pg_temp.run_id(serial), kind, serial) $$;
CREATE FUNCTION pg_temp.recalc(serial bigint, kind text DEFAULT 'shadow', document text DEFAULT 'p2', only_due boolean DEFAULT false, day text DEFAULT '2026-05-01',
                               run bigint DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.recalc VALUES (%s, %L, %L, sha256(%L), %L, %L)', serial, pg_temp.run_id(coalesce(run, serial)), kind, document, day, only_due) $$;
CREATE FUNCTION pg_temp.chunk(serial bigint, chunk integer, after_subject text DEFAULT '', last_subject text DEFAULT '~', is_catch_up boolean DEFAULT false,
                              evaluated integer DEFAULT 1) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.recalc_chunk VALUES (%L, %s, %L, %L, %L, %s, 5)', pg_temp.run_id(serial), chunk, after_subject, last_subject, is_catch_up,
                evaluated) $$;
CREATE FUNCTION pg_temp.grade(run bigint DEFAULT 10, subject text DEFAULT '12345678X', version integer DEFAULT 9, grade text DEFAULT 'B', score text DEFAULT '80')
  RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.shadow_grade (subject, run_serial, version, chunk, score, next_change, grade) VALUES (%L, %s, %s, 1, %s, NULL, %L)', subject, run,
                version, score, grade) $$;
-- An activation whose every part can be spoiled.
CREATE FUNCTION pg_temp.activate(serial bigint DEFAULT 80, document text DEFAULT 'p2', run text DEFAULT '10', more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO qcr.policy_activation (serial, policy_hash, run_serial%s) VALUES (%s, sha256(%L), %s%s)', split_part(more, '=', 1), serial, document, run,
                split_part(more, '=', 2)) $$;

DO $$ BEGIN
  EXECUTE pg_temp.run(10, 'shadow');
  EXECUTE pg_temp.run(20, 'shadow');
  EXECUTE pg_temp.run(30, 'recalc');
  EXECUTE pg_temp.run(40, 'penalties');
  EXECUTE pg_temp.run(50, 'shadow');
  EXECUTE pg_temp.run(60, 'shadow');
  EXECUTE pg_temp.recalc(10);
  EXECUTE pg_temp.recalc(20, document => 'q1');
  EXECUTE pg_temp.recalc(30, 'recalc', 'p1');
  EXECUTE pg_temp.recalc(50, document => 'p1', day => '2026-06-01');
END $$;
INSERT INTO qcr.run_chunk SELECT pg_temp.run_id(r), n, 1, sha256('x'), 'h', sha256('a') || sha256('b'), r + n FROM (VALUES (10), (20), (40)) v (r), generate_series(1, 3) n;
INSERT INTO qcr.recalc_end VALUES (10, 15, 9, 1), (30, 35, 9, 1), (50, 55, 9, 1);
DO $$ BEGIN
  EXECUTE pg_temp.chunk(10, 1);
  EXECUTE pg_temp.grade();
END $$;

-- ------------------------------------------------------------------------------------------------ forbidden statements
CREATE TEMPORARY TABLE forbidden (n integer GENERATED ALWAYS AS IDENTITY, what text, tab text, letter text, state text, statement text);
INSERT INTO forbidden (what, tab, letter, state, statement) VALUES
-- a policy
('a policy''s document under the id and version of another', 'policy', 'i', '23505 policy_policy_id_policy_version_key',
 'INSERT INTO qcr.policy VALUES (sha256(''p3''), ''p'', 2, ''p3'', ''trial'', 5)'),
('a policy brought in twice', 'policy', 'i', '23505 policy_pkey', 'INSERT INTO qcr.policy VALUES (sha256(''p2''), ''r'', 1, ''p2'', ''trial'', 5)'),
('a policy''s version 0', 'policy', 'i', '23514 policy_policy_version_check', 'INSERT INTO qcr.policy VALUES (sha256(''r''), ''r'', 0, ''r'', ''trial'', 5)'),
('a policy that stands otherwise', 'policy', 'i', '23514 policy_standing_check', 'INSERT INTO qcr.policy VALUES (sha256(''r''), ''r'', 1, ''r'', ''draft'', 5)'),
('a policy under half a hash', 'policy', 'i', '23514 policy_policy_hash_check', 'INSERT INTO qcr.policy VALUES (''r'', ''r'', 1, ''r'', ''trial'', 5)'),
('a policy that no entry brought in', 'policy', 'i', '23503 policy_serial_fkey', 'INSERT INTO qcr.policy VALUES (sha256(''r''), ''r'', 1, ''r'', ''trial'', 99)'),
('a policy made more lenient', 'policy', 'u', NULL, 'UPDATE qcr.policy SET document = ''x'''),
('a policy on trial called one in force', 'policy', 'u', NULL, 'UPDATE qcr.policy SET standing = ''in-force'' WHERE policy_version = 1'),
('a policy removed', 'policy', 'd', NULL, 'DELETE FROM qcr.policy WHERE policy_id = ''q'''),
('all policies removed at once', 'policy', '!', NULL, 'TRUNCATE qcr.policy CASCADE'),
-- an activation
('an activation without a run', 'policy_activation', 'i', '23514 founding_has_no_run', pg_temp.activate(run => 'NULL')),
('an activation of a run that is not complete', 'policy_activation', 'i', '23503 activation_complete', pg_temp.activate(document => 'q1', run => '20')),
('an activation of another policy''s run', 'policy_activation', 'i', '23503 activation_run', pg_temp.activate(document => 'q1')),
('an activation of a recalculation in place', 'policy_activation', 'i', '23503 activation_run', pg_temp.activate(document => 'p1', run => '30')),
('an activation that says its run is of another kind', 'policy_activation', 'i', '428C9',
 pg_temp.activate(document => 'p1', run => '30', more => ', run_kind=, ''recalc''')),
('an activation of an import', 'policy_activation', 'i', '23503 activation_run', pg_temp.activate(run => '40')),
('an activation of a run that nobody began', 'policy_activation', 'i', '23503 activation_run', pg_temp.activate(run => '77')),
('an activation of a policy nobody knows', 'policy_activation', 'i', '23503 policy_activation_policy_hash_fkey', pg_temp.activate(document => 'none')),
('an activation that no entry made', 'policy_activation', 'i', '23503 policy_activation_serial_fkey', pg_temp.activate(99)),
('two activations in one entry', 'policy_activation', 'i', '23505 policy_activation_pkey', pg_temp.activate(1, 'p1', 'NULL')),
('the founding''s policy with a run', 'policy_activation', 'i', '23514 founding_has_no_run', pg_temp.activate(1)),
('an activation turned to another policy', 'policy_activation', 'u', NULL, 'UPDATE qcr.policy_activation SET policy_hash = sha256(''p2'')'),
('an activation removed', 'policy_activation', 'd', NULL, 'DELETE FROM qcr.policy_activation'),
-- a recalculation
('a recalculation without a run', 'recalc', 'i', '23503 recalc_run_id_serial_kind_fkey', pg_temp.recalc(70)),
('a recalculation that calls an import its run', 'recalc', 'i', '23503 recalc_run_id_serial_kind_fkey', pg_temp.recalc(40)),
('a recalculation of another serial than its run''s', 'recalc', 'i', '23503 recalc_run_id_serial_kind_fkey', pg_temp.recalc(61, run => 60)),
('a recalculation in place whose run was signed as a shadow', 'recalc', 'i', '23503 recalc_run_id_serial_kind_fkey', pg_temp.recalc(60, 'recalc')),
('a run with two recalculations', 'recalc', 'i', '23505 recalc_run_id_key', pg_temp.recalc(61, run => 10)),
('a recalculation begun twice', 'recalc', 'i', '23505 recalc_pkey', pg_temp.recalc(10)),
('a recalculation of no known kind', 'recalc', 'i', '23514 recalc_kind_check', pg_temp.recalc(60, 'report')),
('a recalculation under a policy nobody knows', 'recalc', 'i', '23503 recalc_policy_hash_fkey', pg_temp.recalc(60, document => 'none')),
('a shadow run of those due alone', 'recalc', 'i', '23514 recalc_check', pg_temp.recalc(60, only_due => true)),
('a recalculation''s policy changed', 'recalc', 'u', NULL, 'UPDATE qcr.recalc SET policy_hash = sha256(''p1'')'),
('a recalculation removed', 'recalc', 'd', NULL, 'DELETE FROM qcr.recalc WHERE serial = 20'),
('all recalculations removed at once', 'recalc', '!', NULL, 'TRUNCATE qcr.recalc CASCADE'),
('what was evaluated of no recalculation', 'recalc_chunk', 'i', '23503 recalc_chunk_run_id_fkey', pg_temp.chunk(40, 1)),
('what was evaluated without a signed chunk', 'recalc_chunk', 'i', '23503 recalc_chunk_run_id_chunk_fkey', pg_temp.chunk(10, 9)),
('what was evaluated said twice', 'recalc_chunk', 'i', '23505 recalc_chunk_pkey', pg_temp.chunk(10, 1)),
('a range that goes backwards', 'recalc_chunk', 'i', '23514 recalc_chunk_check', pg_temp.chunk(10, 2, 'B', 'A')),
('a range that holds nobody', 'recalc_chunk', 'i', '23514 recalc_chunk_check', pg_temp.chunk(10, 2, 'A', 'A')),
('fewer than none evaluated', 'recalc_chunk', 'i', '23514 recalc_chunk_evaluated_check', pg_temp.chunk(10, 2, evaluated => -1)),
('a range made larger', 'recalc_chunk', 'u', NULL, 'UPDATE qcr.recalc_chunk SET last_subject = ''~'''),
('a range removed', 'recalc_chunk', 'd', NULL, 'DELETE FROM qcr.recalc_chunk'),
('the end of what is no recalculation', 'recalc_end', 'i', '23503 recalc_end_serial_fkey', 'INSERT INTO qcr.recalc_end VALUES (40, 45, 1, 1)'),
('a second end', 'recalc_end', 'i', '23505 recalc_end_pkey', 'INSERT INTO qcr.recalc_end VALUES (10, 45, 1, 1)'),
('an end put off', 'recalc_end', 'u', NULL, 'UPDATE qcr.recalc_end SET through = 60'),
('an end taken back', 'recalc_end', 'd', NULL, 'DELETE FROM qcr.recalc_end WHERE serial = 30'),
-- outcomes of shadow runs
('two outcomes of one version', 'shadow_grade', 'i', '23505 shadow_grade_pkey', pg_temp.grade(grade => 'C')),
('a grade without a score', 'shadow_grade', 'i', '23514 shadow_grade_check', pg_temp.grade(version => 2, score => 'NULL')),
('a score without a grade', 'shadow_grade', 'i', '23514 shadow_grade_check', pg_temp.grade(version => 2, grade => 'unrated')),
('a grade that is no word of grades', 'shadow_grade', 'i', '23514 shadow_grade_grade_check', pg_temp.grade(version => 2, grade => 'good')),
('a grade of more than three letters', 'shadow_grade', 'i', '23514 shadow_grade_grade_check', pg_temp.grade(version => 2, grade => 'AAAA')),
('no grade at all', 'shadow_grade', 'i', '23514 shadow_grade_grade_check', pg_temp.grade(version => 2, grade => '')),
('an outcome of version 0', 'shadow_grade', 'i', '23514 shadow_grade_version_check', pg_temp.grade(version => 0)),
('a shadow run''s outcome changed', 'shadow_grade', 'u', NULL, 'UPDATE qcr.shadow_grade SET grade = ''A'''),
('a shadow run''s outcome removed', 'shadow_grade', 'd', NULL, 'DELETE FROM qcr.shadow_grade'),
('all outcomes of shadow runs removed at once', 'shadow_grade', '!', NULL, 'TRUNCATE qcr.shadow_grade'),
('live outcomes read by who has nothing to do with them', 'live_grade', 'r', NULL, 'SELECT FROM qcr.live_grade'),
-- runs and proposals
('a run of no known kind', 'run', 'i', '23514 run_kind_check', pg_temp.run(70, 'shade')),
('a proposal of no known kind', 'proposal', 'i', '23514 proposal_kind_check', 'INSERT INTO qcr.proposal VALUES (70, 0, ''policy-add'', NULL, ''ann'', ''s'')');

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

SELECT plan((SELECT count(*) FROM expected)::integer + (SELECT count(DISTINCT role) FROM expected)::integer + 7 + 8);
SELECT is(pg_temp.outcome(role, statement), state, format('%s: %s is refused', role, what)) FROM expected ORDER BY role, n;
SELECT cmp_ok(count(*), '>=', CASE role WHEN 'postgres' THEN 40 ELSE 50 END::bigint, format('%s is refused in enough ways', role))
  FROM expected GROUP BY role ORDER BY role;

-- And what must be possible is: were it not, nothing above would prove anything.
SELECT is(pg_temp.outcome('qcr_app', pg_temp.activate()), 'accepted', 'an activation with its complete shadow run is accepted');
SELECT is(pg_temp.outcome('qcr_app', 'INSERT INTO qcr.policy VALUES (sha256(''r''), ''r'', 1, ''r'', ''trial'', 5)'), 'accepted', 'a policy is accepted');
SELECT is(pg_temp.outcome('qcr_app', 'INSERT INTO qcr.proposal VALUES (70, 0, ''policy-activate'', NULL, ''ann'', ''s'')'), 'accepted', 'so is a proposal to put it in force');
SELECT is(pg_temp.outcome('qcr_recalc', pg_temp.run(70, 'shadow')), 'accepted', 'a shadow run may begin');
SELECT is(pg_temp.outcome('qcr_recalc', pg_temp.recalc(60)), 'accepted', 'and say what it computes');
SELECT is(pg_temp.outcome('qcr_recalc', pg_temp.chunk(10, 2, 'B', 'B', true)), 'accepted', 'what is caught up may be one enterprise');
SELECT is(pg_temp.outcome('qcr_recalc', pg_temp.grade(version => 2, grade => 'unrated', score => 'NULL')), 'accepted', 'an outcome may be that there is none');

-- ---------------------------------------------------------------------------------------------------- what is live
-- One enterprise for everything that can be said of it: its own policy, an entry before, at and behind what run 10 and
-- run 50 went through (15, 55), and outcomes of either run for its version, an older one, or none.
DELETE FROM qcr.shadow_grade;
CREATE TEMPORARY TABLE made AS
  SELECT row_number() OVER () AS n, own, serial, of_10, of_50
    FROM unnest(ARRAY['p1', 'p2', 'q1']) own, unnest(ARRAY[5, 15, 16, 55, 56]) serial, unnest(ARRAY[NULL, 2, 3]) of_10, unnest(ARRAY[NULL, 2, 3]) of_50;
INSERT INTO qcr.party SELECT lpad(n::text, 9, '0'), 5 FROM made;
INSERT INTO qcr.standing
  SELECT lpad(n::text, 9, '0'), 3, int8send(n), sha256(own::bytea), 'A', 50 + n % 50, '2026-02-01', CASE WHEN n % 2 = 0 THEN DATE '2027-01-01' + n::integer END, serial FROM made;
INSERT INTO qcr.shadow_grade (subject, run_serial, version, chunk, score, next_change, grade)
  SELECT lpad(n::text, 9, '0'), 10, of_10, 1, CASE WHEN n % 3 > 0 THEN n % 50 END, CASE WHEN n % 5 = 0 THEN DATE '2026-07-01' + n::integer END, CASE WHEN n % 3 > 0 THEN 'B' ELSE 'unrated' END
    FROM made WHERE of_10 IS NOT NULL
  UNION ALL SELECT lpad(n::text, 9, '0'), 50, of_50, 1, n % 40, NULL, 'C' FROM made WHERE of_50 IS NOT NULL;

-- The model, in the words of the law: step by step for one enterprise.
CREATE FUNCTION pg_temp.model(wanted text) RETURNS TABLE (subject text, version bigint, inputs bytea, grade text, score smallint, graded_on date, next_change date, policy_hash bytea)
  LANGUAGE plpgsql AS $$
DECLARE
  own qcr.standing%ROWTYPE;
  switch qcr.policy_activation%ROWTYPE;
  run qcr.recalc%ROWTYPE;
  ended qcr.recalc_end%ROWTYPE;
  other qcr.shadow_grade%ROWTYPE;
BEGIN
  SELECT * INTO own FROM qcr.standing s WHERE s.subject = wanted;
  FOR switch IN SELECT * FROM qcr.policy_activation a ORDER BY a.serial LOOP
  END LOOP; -- the last one stays
  subject := own.subject; version := own.version; inputs := own.inputs;
  grade := own.grade; score := own.score; graded_on := own.graded_on; next_change := own.next_change; policy_hash := own.policy_hash;
  IF switch.run_serial IS NULL THEN
    RETURN NEXT; -- nobody has switched: what is stored is what holds
    RETURN;
  END IF;
  SELECT * INTO run FROM qcr.recalc r WHERE r.serial = switch.run_serial;
  SELECT * INTO ended FROM qcr.recalc_end e WHERE e.serial = switch.run_serial;
  SELECT * INTO other FROM qcr.shadow_grade g WHERE g.subject = wanted AND g.run_serial = run.serial AND g.version = own.version;
  IF FOUND THEN
    -- the run found something else than stood there
    grade := other.grade; score := other.score; next_change := other.next_change; graded_on := run.day; policy_hash := run.policy_hash;
  ELSIF own.serial <= ended.through THEN
    -- the run saw this version and found the same; if it is of that policy already, its day is its own
    policy_hash := run.policy_hash;
    IF own.policy_hash <> run.policy_hash THEN
      graded_on := run.day;
    END IF;
  END IF; -- else it has changed since the run: it stands as whoever changed it evaluated it
  RETURN NEXT;
END $$;

-- After each switch, for everybody; and that the rows do fall into every case, so that agreeing says something.
CREATE FUNCTION pg_temp.differences() RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM qcr.live_grade l FULL JOIN (SELECT m.* FROM qcr.standing s, pg_temp.model(s.subject) m) m USING (subject)
   WHERE (l.version, l.inputs, l.grade, l.score, l.graded_on, l.next_change, l.policy_hash) IS DISTINCT FROM
         (m.version, m.inputs, m.grade, m.score, m.graded_on, m.next_change, m.policy_hash) $$;
CREATE FUNCTION pg_temp.live(own text, serial integer, of_10 integer, of_50 integer) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s %s %s', l.grade, l.graded_on, (SELECT policy_id || policy_version FROM qcr.policy p WHERE p.policy_hash = l.policy_hash))
    FROM made m JOIN qcr.live_grade l ON l.subject = lpad(m.n::text, 9, '0')
   WHERE m.own = live.own AND m.serial = live.serial AND m.of_10 IS NOT DISTINCT FROM live.of_10 AND m.of_50 IS NOT DISTINCT FROM live.of_50 $$;

SELECT is(pg_temp.differences(), 0::bigint, 'before any switch every enterprise has its own outcome');
SELECT is(pg_temp.live('p1', 5, 3, 3), 'A 2026-02-01 p1', 'shadow runs are nobody''s outcome before they are named');
DO $$ BEGIN EXECUTE pg_temp.activate(70); END $$;
SELECT is(pg_temp.differences(), 0::bigint, 'after the switch to run 10 the view says of everybody what the model says');
SELECT is(pg_temp.live('p1', 15, NULL, 3), 'A 2026-05-01 p2', 'what the run found unchanged is of the new policy');
SELECT is(pg_temp.live('p1', 16, 2, NULL), 'A 2026-02-01 p1', 'what changed behind the run is as it was evaluated, under the policy of then');
DO $$ BEGIN EXECUTE pg_temp.activate(71, 'p1', '50'); END $$;
SELECT is(pg_temp.differences(), 0::bigint, 'after the switch back to run 50 it does so again');
SELECT is(pg_temp.live('p2', 55, 3, 3), 'C 2026-06-01 p1', 'the outcomes of the run before are nobody''s any more');
SELECT is((SELECT count(DISTINCT (grade, graded_on, policy_hash)) FROM qcr.live_grade), 5::bigint, 'and the rows are of every kind there is');
SELECT * FROM finish();
ROLLBACK;
