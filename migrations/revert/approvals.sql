-- Revert qcr:approvals
BEGIN;
DROP TABLE qcr.idempotency, qcr.approval, qcr.proposal;
COMMIT;
