-- Revert qcr:roles
-- The roles stay: they belong to the cluster and other databases may use them.
BEGIN;
DROP SCHEMA qcr;
COMMIT;
