-- Verify qcr:audit
BEGIN;
SELECT * FROM qcr.read_audit WHERE false;
ROLLBACK;
