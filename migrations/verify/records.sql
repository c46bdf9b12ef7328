-- Verify qcr:records
BEGIN;
SELECT * FROM qcr.record WHERE false;
SELECT * FROM qcr.record_body WHERE false;
ROLLBACK;
