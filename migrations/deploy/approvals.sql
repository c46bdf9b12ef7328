-- Deploy qcr:approvals
-- One proposal and one approval table for everything that needs two persons, and the idempotency keys.
BEGIN;
SET LOCAL ROLE qcr_owner;

-- A proposal is known by the serial it was filed under, and an item where one entry files several (the rows
-- an import holds: their line). Shown as SERIAL or SERIAL.ITEM.
CREATE TABLE qcr.proposal (
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  item bigint NOT NULL CHECK (item >= 0),
  kind text NOT NULL CHECK (kind IN ('record-withdraw', 'record-correct', 'held-accept', 'person-add', 'role-grant',
                                     'role-end', 'certificate-add', 'certificate-revoke', 'office-add')),
  subject text,
  proposer text NOT NULL REFERENCES qcr.person (person_id),
  summary text NOT NULL,
  PRIMARY KEY (serial, item),
  UNIQUE (serial, item, proposer)
);
CREATE INDEX ON qcr.proposal (subject) WHERE subject IS NOT NULL;

-- At most one outcome a proposal; nobody approves what they proposed, whichever certificate they use.
CREATE TABLE qcr.approval (
  proposal_serial bigint NOT NULL,
  proposal_item bigint NOT NULL,
  proposer text NOT NULL,
  actor text NOT NULL REFERENCES qcr.person (person_id),
  outcome text NOT NULL CHECK (outcome IN ('approved', 'rejected')),
  reason text,
  serial bigint NOT NULL UNIQUE REFERENCES qcr.ledger (serial),
  PRIMARY KEY (proposal_serial, proposal_item),
  FOREIGN KEY (proposal_serial, proposal_item, proposer) REFERENCES qcr.proposal (serial, item, proposer),
  CONSTRAINT self_approval CHECK (outcome = 'rejected' OR actor <> proposer),
  CHECK (outcome = 'approved' OR reason <> '')
);

-- The same key with the same request gets the same reply; with another request it is refused.
CREATE TABLE qcr.idempotency (
  person_id text NOT NULL REFERENCES qcr.person (person_id),
  key bytea NOT NULL CHECK (octet_length(key) = 16),
  request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
  reply bytea NOT NULL,
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (person_id, key)
);
CREATE INDEX ON qcr.idempotency (created_at);
COMMIT;
