-- Verify qcr:grades
BEGIN;
SELECT * FROM qcr.policy WHERE false;
SELECT * FROM qcr.policy_activation WHERE false;
SELECT * FROM qcr.standing WHERE false;
SELECT * FROM qcr.grade_history WHERE false;
ROLLBACK;
