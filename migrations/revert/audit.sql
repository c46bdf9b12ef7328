-- Revert qcr:audit
BEGIN;
DROP TABLE qcr.read_audit;
COMMIT;
