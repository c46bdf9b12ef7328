-- Revert qcr:cases
-- Refused while proposals of cases, rules or deputies are there: what persons signed is not taken back.
BEGIN;
DROP TABLE qcr.deputy_end, qcr.deputy, qcr.case_document, qcr.case_event, qcr.case_file, qcr.procedure_transition,
  qcr.rule_current, qcr.rule;
ALTER TABLE qcr.approval DROP CONSTRAINT approval_by;
ALTER TABLE qcr.proposal DROP CONSTRAINT proposal_about, DROP CONSTRAINT proposal_case_check,
  DROP COLUMN case_no, DROP CONSTRAINT proposal_kind_check;
ALTER TABLE qcr.proposal ADD CONSTRAINT proposal_kind_check
  CHECK (kind IN ('record-withdraw', 'record-correct', 'held-accept', 'person-add', 'role-grant',
                  'role-end', 'certificate-add', 'certificate-revoke', 'office-add'));
UPDATE qcr.system SET schema_version = 1;
COMMIT;
