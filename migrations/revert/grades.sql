-- Revert qcr:grades
BEGIN;
DROP TABLE qcr.grade_history, qcr.standing, qcr.policy_activation, qcr.policy;
COMMIT;
