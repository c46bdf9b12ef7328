-- Verify qcr:ledger
BEGIN;
SELECT * FROM qcr.system WHERE false;
SELECT * FROM qcr.heartbeat WHERE false;
SELECT * FROM qcr.ledger_head WHERE false;
SELECT * FROM qcr.ledger WHERE false;
SELECT * FROM qcr.ledger_body WHERE false;
SELECT * FROM qcr.ledger_change WHERE false;
SELECT * FROM qcr.act WHERE false;
SELECT * FROM qcr.coverage WHERE false;
SELECT * FROM qcr.founding WHERE false;
ROLLBACK;
