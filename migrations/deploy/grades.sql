-- Deploy qcr:grades
-- Policies are documents, known by their hash. Packed grade inputs and the live outcome share one row an
-- enterprise, under a version that every writer compares and sets; the history keeps every outcome.
BEGIN;
SET LOCAL ROLE qcr_owner;

CREATE TABLE qcr.policy (
  policy_hash bytea PRIMARY KEY CHECK (octet_length(policy_hash) = 32),
  policy_id text NOT NULL,
  policy_version integer NOT NULL CHECK (policy_version > 0),
  document bytea NOT NULL,
  standing text NOT NULL CHECK (standing IN ('trial', 'in-force')),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  UNIQUE (policy_id, policy_version)
);
-- The newest activation holds.
CREATE TABLE qcr.policy_activation (
  serial bigint PRIMARY KEY REFERENCES qcr.ledger (serial),
  policy_hash bytea NOT NULL REFERENCES qcr.policy (policy_hash)
);

CREATE TABLE qcr.standing (
  subject text PRIMARY KEY REFERENCES qcr.party (subject),
  version bigint NOT NULL CHECK (version > 0),
  inputs bytea NOT NULL,
  policy_hash bytea NOT NULL REFERENCES qcr.policy (policy_hash),
  grade text NOT NULL CHECK (grade ~ '^(unrated|[A-Z]{1,3})$'),
  score smallint,                                  -- null when unrated
  graded_on date NOT NULL,
  next_change date,                                -- the first day on which the outcome changes by itself
  serial bigint NOT NULL,
  CHECK ((score IS NULL) = (grade = 'unrated')),
  CHECK (next_change > graded_on)
);

CREATE TABLE qcr.grade_history (
  subject text NOT NULL REFERENCES qcr.party (subject),
  version bigint NOT NULL CHECK (version > 0),
  policy_hash bytea NOT NULL REFERENCES qcr.policy (policy_hash),
  grade text NOT NULL,
  score smallint,
  graded_on date NOT NULL,
  next_change date,
  serial bigint NOT NULL,
  PRIMARY KEY (subject, version)
);
COMMIT;
