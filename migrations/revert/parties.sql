-- Revert qcr:parties
BEGIN;
DROP TABLE qcr.code, qcr.party_version, qcr.party;
COMMIT;
