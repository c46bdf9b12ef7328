-- Deploy qcr:roles
-- One owner that never logs in, and one role a process (docs/OPERATIONS). Roles belong to the cluster,
-- so they are made only where they are missing.
BEGIN;
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['qcr_owner', 'qcr_app', 'qcr_import', 'qcr_recalc', 'qcr_follow', 'qcr_audit', 'qcr_eraser'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
                     name, CASE name WHEN 'qcr_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
    END IF;
  END LOOP;
END
$$;
CREATE SCHEMA qcr AUTHORIZATION qcr_owner;
COMMENT ON SCHEMA qcr IS 'Quality-credit registry; see docs/ARCHITECTURE';
COMMIT;
