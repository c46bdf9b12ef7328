-- Revert qcr:ledger
BEGIN;
DROP TABLE qcr.coverage, qcr.founding, qcr.act, qcr.ledger_change, qcr.ledger_body, qcr.ledger, qcr.ledger_head, qcr.heartbeat, qcr.system;
COMMIT;
