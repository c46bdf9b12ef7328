-- Deploy qcr:parties
-- An enterprise is its 9-character organization code (GB 11714), the distribution key of every table about
-- it. Nothing is overwritten: each change is a version; the newest holds, the others are its history.
BEGIN;
SET LOCAL ROLE qcr_owner;

CREATE TABLE qcr.party (
  subject text PRIMARY KEY CHECK (subject ~ '^[0-9A-Z]{8}[0-9X]$'),
  serial bigint NOT NULL
);

CREATE TABLE qcr.party_version (
  subject text NOT NULL REFERENCES qcr.party (subject),
  version integer NOT NULL CHECK (version > 0),
  prev_version integer GENERATED ALWAYS AS (nullif(version - 1, 0)) STORED,
  name text NOT NULL CHECK (name <> ''),
  name_norm text NOT NULL CHECK (name_norm <> ''),
  kind text NOT NULL CHECK (kind IN ('enterprise', 'sole-proprietor', 'cooperative', 'institution', 'social', 'other')),
  registration text NOT NULL CHECK (registration IN ('active', 'deregistered', 'revoked')),
  region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
  township text NOT NULL,
  industry text NOT NULL,
  established_on date,
  row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
  run_id text,
  chunk integer,
  row_no bigint,
  serial bigint NOT NULL,
  PRIMARY KEY (subject, version),
  FOREIGN KEY (subject, prev_version) REFERENCES qcr.party_version (subject, version),
  FOREIGN KEY (run_id, chunk) REFERENCES qcr.run_chunk (run_id, chunk),
  -- a row came with a run's file, or by a signed act; a run's row names its chunk and line
  CHECK ((run_id IS NULL) = (chunk IS NULL) AND (run_id IS NULL) = (row_no IS NULL))
);

-- Every code an enterprise ever had. Reference table: code -> subject.
CREATE TABLE qcr.code (
  code text PRIMARY KEY CHECK (code ~ '^[0-9A-Z]{9}$' OR code ~ '^[0-9A-Z]{18}$'),
  subject text NOT NULL,
  valid_from date,
  valid_to date,
  serial bigint NOT NULL,
  CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from)
);
CREATE INDEX ON qcr.code (subject);
COMMIT;
