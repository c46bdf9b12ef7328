-- Verify qcr:people
BEGIN;
SELECT * FROM qcr.office WHERE false;
SELECT * FROM qcr.person WHERE false;
SELECT * FROM qcr.role WHERE false;
SELECT * FROM qcr.person_role WHERE false;
SELECT * FROM qcr.person_role_end WHERE false;
SELECT * FROM qcr.certificate WHERE false;
SELECT * FROM qcr.certificate_revocation WHERE false;
ROLLBACK;
