-- Verify qcr:policies
BEGIN;
SELECT * FROM qcr.recalc WHERE false;
SELECT * FROM qcr.recalc_chunk WHERE false;
SELECT * FROM qcr.recalc_end WHERE false;
SELECT * FROM qcr.shadow_grade WHERE false;
SELECT * FROM qcr.shadow_due WHERE false;
SELECT * FROM qcr.live_grade WHERE false;
SELECT run_serial FROM qcr.policy_activation WHERE false;
SELECT result, certificate, valid_through FROM qcr.record WHERE false;
SELECT details FROM qcr.record_body WHERE false;
SELECT 1 / (has_table_privilege('qcr_recalc', 'qcr.shadow_grade', 'INSERT')
       AND NOT has_table_privilege('qcr_recalc', 'qcr.policy_activation', 'INSERT')
       AND NOT has_table_privilege('qcr_app', 'qcr.shadow_grade', 'INSERT'))::integer;
SELECT 1 / (has_column_privilege('qcr_recalc', 'qcr.standing', 'grade', 'UPDATE')
       AND NOT has_column_privilege('qcr_recalc', 'qcr.standing', 'inputs', 'UPDATE'))::integer;
SELECT 1 / (NOT EXISTS (SELECT FROM qcr.system WHERE schema_version < 3))::integer;
ROLLBACK;
