-- Verify qcr:cases
BEGIN;
SELECT * FROM qcr.rule WHERE false;
SELECT * FROM qcr.rule_current WHERE false;
SELECT * FROM qcr.procedure_transition WHERE false;
SELECT * FROM qcr.case_file WHERE false;
SELECT * FROM qcr.case_event WHERE false;
SELECT * FROM qcr.case_document WHERE false;
SELECT * FROM qcr.deputy WHERE false;
SELECT * FROM qcr.deputy_end WHERE false;
SELECT case_no FROM qcr.proposal WHERE false;
SELECT 1 / (has_table_privilege('qcr_app', 'qcr.case_event', 'INSERT')
       AND NOT has_table_privilege('qcr_app', 'qcr.case_event', 'UPDATE')
       AND NOT has_table_privilege('qcr_follow', 'qcr.case_event', 'SELECT'))::integer;
SELECT 1 / (NOT EXISTS (SELECT FROM qcr.system WHERE schema_version < 2))::integer;
ROLLBACK;
