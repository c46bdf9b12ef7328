-- Deploy qcr:audit
-- Who asked about whom, why and when. Workers spool these lines to disk before a reply leaves and ship them
-- here later; the key makes shipping idempotent.
BEGIN;
SET LOCAL ROLE qcr_owner;
CREATE TABLE qcr.read_audit (
  spool text NOT NULL,                -- the spool file's name: node, worker, time it was begun
  line bigint NOT NULL CHECK (line > 0),
  at timestamptz NOT NULL,
  person_id text NOT NULL,
  operation text NOT NULL,
  code text,
  purpose text,
  outcome text NOT NULL,
  PRIMARY KEY (spool, line)
);
CREATE INDEX ON qcr.read_audit (person_id, at);
CREATE INDEX ON qcr.read_audit (code, at);
COMMIT;
