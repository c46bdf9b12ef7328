-- Deploy qcr:people
-- Offices, persons, their roles and certificates. The two-person rule counts persons, never certificates.
BEGIN;
SET LOCAL ROLE qcr_owner;

CREATE TABLE qcr.office (
  office_id text PRIMARY KEY CHECK (office_id ~ '^[a-z0-9-]{1,32}$'),
  name text NOT NULL,
  code text NOT NULL,                 -- organization code of the authority
  serial bigint NOT NULL REFERENCES qcr.ledger (serial)
);

CREATE TABLE qcr.person (
  person_id text PRIMARY KEY CHECK (person_id ~ '^[a-z0-9-]{1,32}$'),
  office_id text NOT NULL REFERENCES qcr.office (office_id),
  name text NOT NULL,
  -- Raised by every change of roles or certificates; a writer compares it in its transaction.
  version bigint NOT NULL CHECK (version > 0),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial)
);

CREATE TABLE qcr.role (
  role text PRIMARY KEY
);
INSERT INTO qcr.role VALUES ('regulator'), ('recorder'), ('officer'), ('reviewer'), ('superior'), ('publisher'), ('admin'), ('auditor');

-- A grant holds until an end row names it. Both are decisions with a serial.
CREATE TABLE qcr.person_role (
  person_id text NOT NULL REFERENCES qcr.person (person_id),
  role text NOT NULL REFERENCES qcr.role (role),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  PRIMARY KEY (person_id, role, serial)
);
CREATE TABLE qcr.person_role_end (
  person_id text NOT NULL,
  role text NOT NULL,
  grant_serial bigint NOT NULL,
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  PRIMARY KEY (person_id, role, grant_serial),
  FOREIGN KEY (person_id, role, grant_serial) REFERENCES qcr.person_role (person_id, role, serial)
);

CREATE TABLE qcr.certificate (
  fingerprint bytea PRIMARY KEY CHECK (octet_length(fingerprint) = 32),
  person_id text NOT NULL REFERENCES qcr.person (person_id),
  der bytea NOT NULL CHECK (sha256(der) = fingerprint),
  not_before timestamptz NOT NULL,
  not_after timestamptz NOT NULL CHECK (not_after > not_before),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial)
);
CREATE INDEX ON qcr.certificate (person_id);
CREATE TABLE qcr.certificate_revocation (
  fingerprint bytea PRIMARY KEY REFERENCES qcr.certificate (fingerprint),
  since timestamptz NOT NULL,         -- acts after this are for review
  reason text NOT NULL CHECK (reason <> ''),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial)
);
COMMIT;
