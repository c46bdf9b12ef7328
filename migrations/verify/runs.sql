-- Verify qcr:runs
BEGIN;
SELECT * FROM qcr.run WHERE false;
SELECT * FROM qcr.run_chunk WHERE false;
SELECT * FROM qcr.run_end WHERE false;
SELECT * FROM qcr.waiting_row WHERE false;
SELECT * FROM qcr.waiting_row_end WHERE false;
ROLLBACK;
