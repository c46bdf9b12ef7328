-- Deploy qcr:ledger
-- The ledger gives every decision one gapless serial in commit order; it is the recorded time axis, the
-- change feed of the follower and, later, of the log. Entries hold salted commitments only: the bodies
-- stand in a table of their own, so that erasing one leaves every proof standing.
BEGIN;
SET LOCAL ROLE qcr_owner;

-- Which registry this database is. The epoch is random and is replaced when a backup is put into service,
-- so that no view made from another history is taken for this one's.
CREATE TABLE qcr.system (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch uuid NOT NULL,
  origin text NOT NULL CHECK (origin ~ '^[a-z0-9.-]+(/[a-z0-9.-]+)*$'),
  schema_version integer NOT NULL CHECK (schema_version > 0),
  founded_at timestamptz NOT NULL
);

-- Written each second on the primary; what a reader finds here is how fresh its copy is.
CREATE TABLE qcr.heartbeat (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  at timestamptz NOT NULL
);

-- Locked last in every writing transaction: serial order is commit order.
CREATE TABLE qcr.ledger_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  serial bigint NOT NULL CHECK (serial >= 0),
  at timestamptz NOT NULL,
  chain bytea NOT NULL CHECK (octet_length(chain) = 32)
);

CREATE TABLE qcr.ledger (
  serial bigint PRIMARY KEY CHECK (serial > 0),
  -- Chained, so that a rewound head cannot store a second history beside the first.
  prev_serial bigint GENERATED ALWAYS AS (nullif(serial - 1, 0)) STORED UNIQUE REFERENCES qcr.ledger (serial),
  at timestamptz NOT NULL,
  commitment bytea NOT NULL CHECK (octet_length(commitment) = 32), -- HMAC-SHA-256(salt, body)
  chain bytea NOT NULL CHECK (octet_length(chain) = 32)            -- SHA-256(previous chain, serial, ms, commitment)
);
CREATE INDEX ON qcr.ledger (at);

-- What an entry commits to. Erasure removes salt and body; the entry and its proofs stay.
CREATE TABLE qcr.ledger_body (
  serial bigint PRIMARY KEY REFERENCES qcr.ledger (serial),
  kind text NOT NULL CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
  subject text,
  salt bytea NOT NULL CHECK (octet_length(salt) = 32),
  body bytea NOT NULL
);
CREATE INDEX ON qcr.ledger_body (subject, serial) WHERE subject IS NOT NULL;

-- Which rows an entry touched: the follower reads a subject again until its version is there.
CREATE TABLE qcr.ledger_change (
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  subject text NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  PRIMARY KEY (serial, subject)
);

-- The person's own signature over the request bytes of an entry: filing, proposing, approving, rejecting.
-- An approval's entry has the approver's act, the proposal's entry has the proposer's. Checked before the
-- registry says anything that rests on them.
CREATE TABLE qcr.act (
  serial bigint PRIMARY KEY REFERENCES qcr.ledger (serial),
  certificate bytea NOT NULL CHECK (octet_length(certificate) = 32), -- SHA-256 of the DER
  request bytea NOT NULL,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64)      -- Ed25519 (RFC 8032), docs/EVIDENCE "act"
);

-- The first entry: offices, persons, roles, certificates and the first policy, signed with the registry CA's
-- key, since nobody is known yet who could sign.
CREATE TABLE qcr.founding (
  serial bigint PRIMARY KEY REFERENCES qcr.ledger (serial) CHECK (serial = 1),
  document bytea NOT NULL,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64)
);

-- Coverage: what a source has delivered, and up to when. The newest row of a source and domain holds.
CREATE TABLE qcr.coverage (
  source_code text NOT NULL,
  domain text NOT NULL CHECK (domain IN ('product', 'engineering', 'service', 'environment')),
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  source_name text NOT NULL,
  data_through date NOT NULL,
  PRIMARY KEY (source_code, domain, serial)
);

INSERT INTO qcr.ledger_head (serial, at, chain) VALUES (0, '-infinity', sha256('qcr-ledger/v1'::bytea));
INSERT INTO qcr.heartbeat (at) VALUES ('-infinity');
COMMIT;
