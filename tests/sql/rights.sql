-- SPDX-License-Identifier: MulanPSL-2.0
-- migrations/rights.txt is the whole of what anybody may do: every table x role x right is compared with it.
\set ON_ERROR_STOP on
\set rights `cat "$QCR_SOURCE/migrations/rights.txt"`
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;

CREATE TEMPORARY TABLE line AS
  SELECT n, regexp_split_to_array(trim(text), '\s+') AS word
    FROM regexp_split_to_table(:'rights', '\n') WITH ORDINALITY AS t (text, n)
   WHERE text <> '' AND text !~ '^#';
CREATE TEMPORARY TABLE written AS
  SELECT body.word[1] AS name, 'qcr_' || head.word[column_no] AS role, body.word[column_no] AS rights
    FROM (SELECT word FROM line ORDER BY n LIMIT 1) head,
         (SELECT word FROM line ORDER BY n OFFSET 1) body,
         generate_series(2, 7) column_no;
CREATE TEMPORARY TABLE wanted AS SELECT * FROM written WHERE name NOT LIKE '%(%';
CREATE TEMPORARY TABLE wanted_columns AS
  SELECT split_part(name, '(', 1) AS name, column_name, role, letter
    FROM written, regexp_split_to_table(rtrim(split_part(name, '(', 2), ')'), ',') column_name,
         regexp_split_to_table(rights, '') letter
   WHERE name LIKE '%(%' AND rights <> '-';
CREATE TEMPORARY TABLE given AS
  SELECT relname::text AS name, oid, relowner FROM pg_class WHERE relnamespace = 'qcr'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S');
CREATE TEMPORARY TABLE compared AS
  SELECT given.name, role, right_name,
         has_table_privilege(role, given.oid, right_name) AS has,
         coalesce(position(letter IN wanted.rights) > 0 AND wanted.rights <> '-', false) AS should
    FROM given
    CROSS JOIN unnest(ARRAY['qcr_app', 'qcr_import', 'qcr_recalc', 'qcr_follow', 'qcr_audit', 'qcr_eraser', 'public']) AS role
    CROSS JOIN (VALUES ('SELECT', 'r'), ('INSERT', 'i'), ('UPDATE', 'u'), ('DELETE', 'd'), ('TRUNCATE', '!'),
                       ('REFERENCES', '!'), ('TRIGGER', '!')) AS r (right_name, letter)
    LEFT JOIN wanted USING (name, role);

SELECT plan((SELECT count(*) FROM compared)::integer + 9);

SELECT is(has, should, format('%s %s %s on %s', role, CASE WHEN should THEN 'has' ELSE 'has not' END, right_name, name))
  FROM compared ORDER BY name, role, right_name;

SELECT set_eq('SELECT name FROM given', 'SELECT DISTINCT name FROM wanted', 'the file names every table and no other');
SELECT is_empty('SELECT name FROM given WHERE relowner <> ''qcr_owner''::regrole', 'everything belongs to qcr_owner');
SELECT is((SELECT rolcanlogin FROM pg_roles WHERE rolname = 'qcr_owner'), false, 'the owner cannot log in');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'qcr\_%' AND (rolsuper OR rolcreaterole OR rolcreatedb
                   OR rolreplication OR rolbypassrls)$$, 'no role has a power of the cluster');
SELECT is_empty($$SELECT roleid::regrole, member::regrole FROM pg_auth_members
                   WHERE roleid::regrole::text LIKE 'qcr\_%' OR member::regrole::text LIKE 'qcr\_%'$$,
                'no role is a member of another');
SELECT set_eq($$SELECT given.name, attname::text, coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), a.privilege_type
                  FROM pg_attribute JOIN given ON oid = attrelid, aclexplode(attacl) a$$,
              $$SELECT name, column_name, role, CASE letter WHEN 'r' THEN 'SELECT' WHEN 'i' THEN 'INSERT' WHEN 'u' THEN 'UPDATE' END
                  FROM wanted_columns$$,
              'columns have the rights of their own that the file names, and no others');
SELECT is_empty($$SELECT role FROM unnest(ARRAY['qcr_app', 'qcr_import', 'qcr_recalc', 'qcr_follow', 'qcr_audit', 'qcr_eraser']) role
                   WHERE has_schema_privilege(role, 'qcr', 'CREATE') OR NOT has_schema_privilege(role, 'qcr', 'USAGE')$$,
                'every role may use the schema and none may add to it');
SELECT is(has_schema_privilege('public', 'qcr', 'USAGE'), false, 'nobody else may use the schema');
SELECT is_empty($$SELECT tgrelid::regclass FROM pg_trigger JOIN given ON given.oid = tgrelid WHERE NOT tgisinternal$$,
                'nothing rests on a trigger');
SELECT * FROM finish();
ROLLBACK;
