-- Revert qcr:policies
-- Refused while anything is there that this change brought: policies behind the founding's, recalculations, frozen reports,
-- proposals of the new kinds, records of the new types or with what only these have. What persons signed is not taken back.
BEGIN;
DO $$
BEGIN
  IF EXISTS (SELECT FROM qcr.policy WHERE serial > 1) OR EXISTS (SELECT FROM qcr.policy_activation WHERE serial > 1) THEN
    RAISE EXCEPTION 'policies were added since the founding: this change cannot be taken back';
  END IF;
  IF EXISTS (SELECT FROM qcr.run WHERE kind IN ('shadow', 'recalc', 'report')) OR EXISTS (SELECT FROM qcr.recalc) THEN
    RAISE EXCEPTION 'recalculations or reports were made: this change cannot be taken back';
  END IF;
  IF EXISTS (SELECT FROM qcr.record WHERE result <> '' OR certificate <> '' OR valid_through IS NOT NULL)
      OR EXISTS (SELECT FROM qcr.record_body WHERE details <> '') THEN
    RAISE EXCEPTION 'records have a result, a certificate or details: this change cannot be taken back';
  END IF;
END $$;
DROP VIEW qcr.live_grade;
ALTER TABLE qcr.policy_activation DROP COLUMN run_kind, DROP COLUMN run_serial, DROP CONSTRAINT IF EXISTS founding_has_no_run;
DROP TABLE qcr.shadow_due, qcr.shadow_grade, qcr.recalc_end, qcr.recalc_chunk, qcr.recalc;
DROP INDEX qcr.standing_due;
ALTER TABLE qcr.run DROP CONSTRAINT run_begun, DROP CONSTRAINT run_kind_check;
ALTER TABLE qcr.run ADD CONSTRAINT run_kind_check
  CHECK (kind IN ('enterprises', 'penalties', 'sampling', 'certificates'));
ALTER TABLE qcr.proposal DROP CONSTRAINT proposal_kind_check;
ALTER TABLE qcr.proposal ADD CONSTRAINT proposal_kind_check
  CHECK (kind IN ('record-withdraw', 'record-correct', 'held-accept', 'person-add', 'role-grant', 'role-end',
                  'certificate-add', 'certificate-revoke', 'office-add', 'case-step', 'rule-add', 'deputy-set', 'deputy-end'));
ALTER TABLE qcr.record DROP CONSTRAINT record_type_check;
ALTER TABLE qcr.record ADD CONSTRAINT record_type_check
  CHECK (type IN ('penalty', 'sampling', 'recall', 'complaint', 'accident', 'certificate', 'award', 'commitment'));
ALTER TABLE qcr.record DROP COLUMN result, DROP COLUMN certificate, DROP COLUMN valid_through;
ALTER TABLE qcr.record_body DROP COLUMN details;
REVOKE INSERT ON qcr.run, qcr.run_chunk, qcr.run_end FROM qcr_recalc;
REVOKE SELECT ON qcr.record_body, qcr.person, qcr.person_role, qcr.person_role_end, qcr.certificate,
  qcr.certificate_revocation FROM qcr_recalc;
REVOKE UPDATE (version, policy_hash, grade, score, graded_on, next_change, serial) ON qcr.standing FROM qcr_recalc;
GRANT UPDATE ON qcr.standing TO qcr_recalc;
UPDATE qcr.system SET schema_version = 2;
COMMIT;
