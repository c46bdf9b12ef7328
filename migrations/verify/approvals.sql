-- Verify qcr:approvals
BEGIN;
SELECT * FROM qcr.proposal WHERE false;
SELECT * FROM qcr.approval WHERE false;
SELECT * FROM qcr.idempotency WHERE false;
ROLLBACK;
