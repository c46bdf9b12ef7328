-- Deploy qcr:records
-- A credit record is what one authority's one document says about one party. Its identity is (party,
-- authority, normalised document number, type); corrections and withdrawals are new versions of it.
-- Money is in fen, days are legal days (UTC+8), effective time stands in its dates and recorded time in
-- its serial. The penalty kinds are the bits of core/record_kind.
BEGIN;
SET LOCAL ROLE qcr_owner;

CREATE TABLE qcr.record (
  subject text NOT NULL REFERENCES qcr.party (subject),
  authority_code text NOT NULL CHECK (authority_code <> ''),
  document_norm text NOT NULL CHECK (document_norm <> ''),
  type text NOT NULL CHECK (type IN ('penalty', 'sampling', 'recall', 'complaint', 'accident', 'certificate', 'award', 'commitment')),
  version integer NOT NULL CHECK (version > 0),
  prev_version integer GENERATED ALWAYS AS (nullif(version - 1, 0)) STORED,
  ordinal integer NOT NULL CHECK (ordinal > 0),            -- the record's number within its enterprise
  state text NOT NULL CHECK (state IN ('active', 'withdrawn', 'repaired')),
  domain text NOT NULL CHECK (domain IN ('product', 'engineering', 'service', 'environment')),
  document text NOT NULL,
  kinds integer NOT NULL CHECK (kinds BETWEEN 0 AND 65535),
  severity smallint NOT NULL CHECK (severity BETWEEN 0 AND 9),
  fine_fen bigint NOT NULL CHECK (fine_fen >= 0),
  confiscated_fen bigint NOT NULL CHECK (confiscated_fen >= 0),
  decided_on date NOT NULL,
  publicity_file date,                                     -- as the file states it
  publicity_computed date,                                 -- by the regime in force at the decision
  publicity_end date GENERATED ALWAYS AS (least(publicity_file, publicity_computed)) STORED,
  source_code text NOT NULL,
  content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32), -- over all fields and the body
  run_id text,
  chunk integer,
  row_no bigint,
  serial bigint NOT NULL,
  PRIMARY KEY (subject, authority_code, document_norm, type, version),
  FOREIGN KEY (subject, authority_code, document_norm, type, prev_version)
    REFERENCES qcr.record (subject, authority_code, document_norm, type, version),
  FOREIGN KEY (run_id, chunk) REFERENCES qcr.run_chunk (run_id, chunk),
  UNIQUE (subject, ordinal, version),
  CHECK ((run_id IS NULL) = (chunk IS NULL) AND (run_id IS NULL) = (row_no IS NULL))
);
CREATE INDEX ON qcr.record (run_id, chunk) WHERE run_id IS NOT NULL;

-- The words of a record: names, facts, texts. Personal data can stand only here, so that it can be erased.
CREATE TABLE qcr.record_body (
  subject text NOT NULL,
  authority_code text NOT NULL,
  document_norm text NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  authority_name text NOT NULL,
  party_name text NOT NULL,
  conduct text NOT NULL,
  facts text NOT NULL,
  basis text NOT NULL,
  penalty text NOT NULL,
  content text NOT NULL,
  licence text NOT NULL,
  remark text NOT NULL,
  PRIMARY KEY (subject, authority_code, document_norm, type, version),
  FOREIGN KEY (subject, authority_code, document_norm, type, version)
    REFERENCES qcr.record (subject, authority_code, document_norm, type, version)
);
COMMIT;
