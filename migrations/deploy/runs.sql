-- Deploy qcr:runs
-- A bulk run is signed by the person who starts it; each chunk carries the Merkle root over its rows, their
-- signature over it, and one ledger entry. Imported rows refer to their chunk.
BEGIN;
SET LOCAL ROLE qcr_owner;

CREATE TABLE qcr.run (
  run_id text PRIMARY KEY CHECK (run_id ~ '^[0-9a-f]{32}$'),
  kind text NOT NULL CHECK (kind IN ('enterprises', 'penalties', 'sampling', 'certificates')),
  person_id text NOT NULL REFERENCES qcr.person (person_id),
  certificate bytea NOT NULL REFERENCES qcr.certificate (fingerprint),
  file_hash bytea NOT NULL CHECK (octet_length(file_hash) = 32),
  file_octets bigint NOT NULL CHECK (file_octets >= 0),
  header bytea NOT NULL,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial)
);
CREATE TABLE qcr.run_chunk (
  run_id text NOT NULL REFERENCES qcr.run (run_id),
  chunk integer NOT NULL CHECK (chunk > 0),
  rows integer NOT NULL CHECK (rows >= 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  header bytea NOT NULL,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64),
  serial bigint NOT NULL UNIQUE REFERENCES qcr.ledger (serial),
  PRIMARY KEY (run_id, chunk)
);
CREATE TABLE qcr.run_end (
  run_id text PRIMARY KEY REFERENCES qcr.run (run_id),
  chunks integer NOT NULL CHECK (chunks >= 0),
  summary text NOT NULL,
  header bytea NOT NULL,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial)
);

-- Rows that wait: held for a person's decision, or parked until their enterprise arrives. No identity
-- numbers: the row is kept as the fields that would be stored, never as the file's line.
CREATE TABLE qcr.waiting_row (
  run_id text NOT NULL,
  row_no bigint NOT NULL CHECK (row_no > 0),
  chunk integer NOT NULL,
  subject text NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'parked')),
  reason text NOT NULL,
  fields bytea NOT NULL,
  row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
  PRIMARY KEY (subject, run_id, row_no),
  FOREIGN KEY (run_id, chunk) REFERENCES qcr.run_chunk (run_id, chunk)
);
CREATE TABLE qcr.waiting_row_end (
  subject text NOT NULL,
  run_id text NOT NULL,
  row_no bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('attached', 'accepted', 'rejected')),
  serial bigint NOT NULL,
  PRIMARY KEY (subject, run_id, row_no),
  FOREIGN KEY (subject, run_id, row_no) REFERENCES qcr.waiting_row (subject, run_id, row_no)
);
COMMIT;
