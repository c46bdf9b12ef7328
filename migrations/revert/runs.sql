-- Revert qcr:runs
BEGIN;
DROP TABLE qcr.waiting_row_end, qcr.waiting_row, qcr.run_end, qcr.run_chunk, qcr.run;
COMMIT;
