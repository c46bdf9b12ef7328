-- Verify qcr:parties
BEGIN;
SELECT * FROM qcr.party WHERE false;
SELECT * FROM qcr.party_version WHERE false;
SELECT * FROM qcr.code WHERE false;
ROLLBACK;
