-- Verify qcr:rights
BEGIN;
SELECT 1 / (has_table_privilege('qcr_app', 'qcr.ledger', 'INSERT')
       AND NOT has_table_privilege('qcr_app', 'qcr.ledger', 'UPDATE')
       AND NOT has_table_privilege('qcr_follow', 'qcr.ledger', 'INSERT'))::integer;
ROLLBACK;
