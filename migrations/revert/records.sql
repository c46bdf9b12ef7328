-- Revert qcr:records
BEGIN;
DROP TABLE qcr.record_body, qcr.record;
COMMIT;
