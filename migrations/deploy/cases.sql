-- Deploy qcr:cases
-- Rule documents, blacklist cases and deputies. What a procedure does not know cannot be stored: a case is its
-- events, chained by keys, each move a row of the transition table, each with the signature of whoever took it and
-- of whoever confirmed it. Fields of an event stand in the signed requests (qcr.act) and nowhere else.
BEGIN;
SET LOCAL ROLE qcr_owner;

-- Procedures, code tables and calendars, as two administrators signed them (or the founding named them).
CREATE TABLE qcr.rule (
  kind text NOT NULL CHECK (kind IN ('procedure', 'codes', 'calendar')),
  id text NOT NULL CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(id) <= 32),
  version integer NOT NULL CHECK (version > 0),
  rule_hash bytea NOT NULL UNIQUE CHECK (octet_length(rule_hash) = 32),
  document bytea NOT NULL CHECK (sha256(document) = rule_hash), -- canonical
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  -- the founding may begin with any version; every other one comes after the one before it
  prev_version integer GENERATED ALWAYS AS (CASE WHEN serial > 1 THEN nullif(version - 1, 0) END) STORED,
  PRIMARY KEY (kind, id, version),
  UNIQUE (kind, rule_hash),
  FOREIGN KEY (kind, id, prev_version) REFERENCES qcr.rule (kind, id, version)
);
-- The version that holds. Who decides a step locks it for share, who brings in a rule locks the table against
-- them, so that a step is decided by the rules that hold at its serial.
CREATE TABLE qcr.rule_current (
  kind text NOT NULL,
  id text NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (kind, id),
  FOREIGN KEY (kind, id, version) REFERENCES qcr.rule (kind, id, version)
);

-- What a procedure allows: core/procedure's transitions. From '' a case is opened.
CREATE TABLE qcr.procedure_transition (
  procedure_hash bytea NOT NULL,
  kind text NOT NULL DEFAULT 'procedure' CHECK (kind = 'procedure'),
  from_state text NOT NULL,
  action text NOT NULL CHECK (action <> ''),
  to_state text NOT NULL CHECK (to_state <> ''),
  needs_second boolean NOT NULL,
  excludes_opener boolean NOT NULL,
  PRIMARY KEY (procedure_hash, from_state, action, to_state, needs_second, excludes_opener),
  FOREIGN KEY (kind, procedure_hash) REFERENCES qcr.rule (kind, rule_hash)
);

ALTER TABLE qcr.proposal DROP CONSTRAINT proposal_kind_check;
ALTER TABLE qcr.proposal ADD CONSTRAINT proposal_kind_check
  CHECK (kind IN ('record-withdraw', 'record-correct', 'held-accept', 'person-add', 'role-grant', 'role-end',
                  'certificate-add', 'certificate-revoke', 'office-add', 'case-step', 'rule-add', 'deputy-set', 'deputy-end'));
-- A step that waits belongs to its case and is shown to those who work on it alone.
ALTER TABLE qcr.proposal ADD COLUMN case_no integer CHECK (case_no > 0);
ALTER TABLE qcr.proposal ADD CONSTRAINT proposal_case_check
  CHECK (CASE WHEN kind = 'case-step' THEN subject IS NOT NULL ELSE case_no IS NULL END);
-- What an event that two persons took rests on.
ALTER TABLE qcr.proposal ADD CONSTRAINT proposal_about UNIQUE (serial, item, kind, subject);
ALTER TABLE qcr.approval ADD CONSTRAINT approval_by UNIQUE (proposal_serial, proposal_item, proposer, actor, outcome, serial);

CREATE TABLE qcr.case_file (
  subject text NOT NULL REFERENCES qcr.party (subject),
  case_no integer NOT NULL CHECK (case_no > 0),
  procedure_hash bytea NOT NULL,
  kind text NOT NULL DEFAULT 'procedure' CHECK (kind = 'procedure'),
  opener text NOT NULL REFERENCES qcr.person (person_id),
  office_id text NOT NULL REFERENCES qcr.office (office_id),
  serial bigint NOT NULL,
  PRIMARY KEY (subject, case_no),
  UNIQUE (subject, case_no, procedure_hash),
  UNIQUE (subject, case_no, opener),
  -- a case has the number of the entry that opened it: that says nothing of how many others the party has
  CONSTRAINT case_number CHECK (case_no = serial),
  FOREIGN KEY (kind, procedure_hash) REFERENCES qcr.rule (kind, rule_hash)
);
CREATE INDEX ON qcr.case_file (office_id, subject, case_no);

CREATE TABLE qcr.case_event (
  subject text NOT NULL,
  case_no integer NOT NULL,
  seq integer NOT NULL CHECK (seq BETWEEN 1 AND 256),
  prev_seq integer GENERATED ALWAYS AS (nullif(seq - 1, 0)) STORED,
  procedure_hash bytea NOT NULL,
  from_state text NOT NULL,
  action text NOT NULL,
  to_state text NOT NULL,
  needs_second boolean NOT NULL,
  excludes_opener boolean NOT NULL,
  opener text NOT NULL,
  proposer text NOT NULL REFERENCES qcr.person (person_id),
  actor text NOT NULL REFERENCES qcr.person (person_id),
  event_on date NOT NULL,
  is_late boolean NOT NULL,
  lists boolean NOT NULL, -- it changed the times in which the case lists: the others need not be read for an answer
  proposal_serial bigint REFERENCES qcr.act (serial), -- the proposer's signature, where another confirmed
  serial bigint NOT NULL REFERENCES qcr.act (serial), -- the actor's
  proposal_item bigint GENERATED ALWAYS AS (CASE WHEN proposal_serial IS NOT NULL THEN 0 END) STORED,
  proposal_kind text GENERATED ALWAYS AS (CASE WHEN proposal_serial IS NOT NULL THEN 'case-step' END) STORED,
  outcome text GENERATED ALWAYS AS (CASE WHEN proposal_serial IS NOT NULL THEN 'approved' END) STORED,
  PRIMARY KEY (subject, case_no, seq),
  UNIQUE (subject, serial),
  UNIQUE (subject, proposal_serial),
  UNIQUE (subject, case_no, seq, to_state),
  -- no gap, no skip, no fork: the event before is there, and ended in the state this one begins in
  CONSTRAINT case_chain FOREIGN KEY (subject, case_no, prev_seq, from_state)
    REFERENCES qcr.case_event (subject, case_no, seq, to_state),
  CONSTRAINT case_first CHECK ((seq = 1) = (from_state = '')),
  CONSTRAINT case_move FOREIGN KEY (procedure_hash, from_state, action, to_state, needs_second, excludes_opener)
    REFERENCES qcr.procedure_transition,
  CONSTRAINT case_procedure FOREIGN KEY (subject, case_no, procedure_hash)
    REFERENCES qcr.case_file (subject, case_no, procedure_hash),
  CONSTRAINT case_opener FOREIGN KEY (subject, case_no, opener) REFERENCES qcr.case_file (subject, case_no, opener),
  CONSTRAINT opener_proposes CHECK (seq > 1 OR proposer = opener),
  -- the two-person rule counts persons, whatever certificates they use
  CONSTRAINT self_approval CHECK (needs_second = (actor <> proposer)),
  CONSTRAINT opener_excluded CHECK (NOT excludes_opener OR actor <> opener),
  CONSTRAINT two_signatures CHECK (needs_second = (proposal_serial IS NOT NULL)),
  -- and they stand in the proposal about this party and its approval, by these two and no others
  CONSTRAINT case_proposal FOREIGN KEY (proposal_serial, proposal_item, proposal_kind, subject)
    REFERENCES qcr.proposal (serial, item, kind, subject),
  CONSTRAINT case_approval FOREIGN KEY (proposal_serial, proposal_item, proposer, actor, outcome, serial)
    REFERENCES qcr.approval (proposal_serial, proposal_item, proposer, actor, outcome, serial)
);
-- Which event somebody's signature is under.
CREATE INDEX ON qcr.case_event (serial);
CREATE INDEX ON qcr.case_event (proposal_serial) WHERE proposal_serial IS NOT NULL;
-- Cases of a party that list or did.
CREATE INDEX ON qcr.case_event (subject, case_no, serial) WHERE lists;

-- Numbers of documents that may stand in one case of a party only.
CREATE TABLE qcr.case_document (
  subject text NOT NULL,
  action text NOT NULL,
  number_norm text NOT NULL CHECK (number_norm <> ''),
  case_no integer NOT NULL,
  seq integer NOT NULL,
  PRIMARY KEY (subject, action, number_norm),
  FOREIGN KEY (subject, case_no, seq) REFERENCES qcr.case_event (subject, case_no, seq)
);

-- Who acts for whom while they are away. A deputy acts under their own name.
CREATE TABLE qcr.deputy (
  person_id text NOT NULL REFERENCES qcr.person (person_id),
  deputy_id text NOT NULL REFERENCES qcr.person (person_id),
  from_day date NOT NULL,
  to_day date NOT NULL,
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  PRIMARY KEY (person_id, deputy_id, serial),
  CHECK (deputy_id <> person_id),
  CHECK (to_day BETWEEN from_day AND from_day + 365)
);
CREATE INDEX ON qcr.deputy (deputy_id);
CREATE TABLE qcr.deputy_end (
  person_id text NOT NULL,
  deputy_id text NOT NULL,
  grant_serial bigint NOT NULL,
  last_day date NOT NULL,             -- the last day the deputy could act
  serial bigint NOT NULL REFERENCES qcr.ledger (serial),
  PRIMARY KEY (person_id, deputy_id, grant_serial),
  FOREIGN KEY (person_id, deputy_id, grant_serial) REFERENCES qcr.deputy (person_id, deputy_id, serial)
);

UPDATE qcr.system SET schema_version = 2;

-- rights.txt, the rows of this change
GRANT SELECT, INSERT ON qcr.rule, qcr.procedure_transition TO qcr_app;
GRANT SELECT, INSERT, UPDATE ON qcr.rule_current TO qcr_app;
GRANT SELECT, INSERT ON qcr.case_file, qcr.case_event, qcr.case_document, qcr.deputy, qcr.deputy_end TO qcr_app;
GRANT SELECT ON qcr.rule TO qcr_follow;
GRANT SELECT ON qcr.rule, qcr.rule_current, qcr.procedure_transition, qcr.case_file, qcr.case_event,
  qcr.case_document, qcr.deputy, qcr.deputy_end TO qcr_audit;
COMMIT;
