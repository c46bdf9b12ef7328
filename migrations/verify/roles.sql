-- Verify qcr:roles
BEGIN;
SELECT 1 / count(*) FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
 WHERE n.nspname = 'qcr' AND r.rolname = 'qcr_owner' AND NOT r.rolcanlogin;
ROLLBACK;
