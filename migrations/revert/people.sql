-- Revert qcr:people
BEGIN;
DROP TABLE qcr.certificate_revocation, qcr.certificate, qcr.person_role_end, qcr.person_role, qcr.role, qcr.person, qcr.office;
COMMIT;
