-- Deploy qcr:policies
-- Policies that two administrators put in force, recalculations, and the records of all four domains.
--
-- A policy is stored by one administrator's act and means nothing until two activate it. A recalculation is a run
-- (qcr.run): of kind `shadow` it evaluates every enterprise under a policy that is not in force yet and keeps what
-- would differ beside the standing; an activation names it, and from that serial on its outcomes are the live ones.
-- Of kind `recalc` it brings standings up to their day under the policy in force. Of kind `report` it freezes a report.
BEGIN;
SET LOCAL ROLE qcr_owner;

ALTER TABLE qcr.run DROP CONSTRAINT run_kind_check;
ALTER TABLE qcr.run ADD CONSTRAINT run_kind_check
  CHECK (kind IN ('enterprises', 'penalties', 'sampling', 'certificates', 'shadow', 'recalc', 'report'));
ALTER TABLE qcr.run ADD CONSTRAINT run_begun UNIQUE (run_id, serial, kind);

-- What a recalculation computes. Known by the serial of its run's beginning.
CREATE TABLE qcr.recalc (
  serial bigint PRIMARY KEY,
  run_id text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('shadow', 'recalc')),
  policy_hash bytea NOT NULL REFERENCES qcr.policy (policy_hash),
  day date NOT NULL,                                       -- the legal day all of it is graded for
  only_due boolean NOT NULL CHECK (NOT only_due OR kind = 'recalc'),
  UNIQUE (serial, policy_hash, kind),
  FOREIGN KEY (run_id, serial, kind) REFERENCES qcr.run (run_id, serial, kind)
);
-- What has been evaluated: every enterprise behind `after_subject` up to `last_subject`, as of the ledger's serial
-- `through`. Ranges of a run that cover '' to '~' are the whole population; what changed behind `through` is caught up
-- by chunks with `is_catch_up`, whose range is only that of their rows.
CREATE TABLE qcr.recalc_chunk (
  run_id text NOT NULL REFERENCES qcr.recalc (run_id),
  chunk integer NOT NULL,
  after_subject text NOT NULL,
  last_subject text NOT NULL,                              -- '~': the last there is; it stands behind them by its octets alone
  is_catch_up boolean NOT NULL,
  evaluated integer NOT NULL CHECK (evaluated >= 0),
  through bigint NOT NULL,
  PRIMARY KEY (run_id, chunk),
  FOREIGN KEY (run_id, chunk) REFERENCES qcr.run_chunk (run_id, chunk),
  CHECK (is_catch_up OR after_subject COLLATE "C" < last_subject COLLATE "C")
);
-- A shadow run that has evaluated everybody as of `through`.
CREATE TABLE qcr.recalc_end (
  serial bigint PRIMARY KEY REFERENCES qcr.recalc (serial),
  through bigint NOT NULL,
  evaluated bigint NOT NULL CHECK (evaluated >= 0),
  changed bigint NOT NULL CHECK (changed >= 0)
);
-- Outcomes of shadow runs that differ from the standing's own of that version (grade, score or next change). A run's rows
-- lie together: they are written, copied ahead and joined in the order of subjects. The grade's form is no regular
-- expression here, which would cost more than the rest of the row.
CREATE TABLE qcr.shadow_grade (
  subject text NOT NULL,
  run_serial bigint NOT NULL,
  version bigint NOT NULL CHECK (version > 0),             -- of the standing it was computed from
  chunk integer NOT NULL,
  score smallint,
  next_change date,
  grade text NOT NULL
    CHECK (grade = 'unrated' OR (octet_length(grade) <= 3 AND grade COLLATE "C" BETWEEN 'A' AND 'ZZZ')),
  PRIMARY KEY (run_serial, subject, version),
  CHECK ((score IS NULL) = (grade = 'unrated'))
);
-- Whose outcome of a shadow run changes on which day: what an index over all its rows would say, at a tenth of its cost,
-- for recalculations of what is due.
CREATE TABLE qcr.shadow_due (
  run_serial bigint NOT NULL,
  next_change date NOT NULL,
  chunk integer NOT NULL,
  subjects text[] NOT NULL,
  PRIMARY KEY (run_serial, next_change, chunk)
);
CREATE INDEX standing_due ON qcr.standing (next_change) WHERE next_change IS NOT NULL;

-- The newest activation holds; the founding's has no run.
ALTER TABLE qcr.policy_activation ADD COLUMN run_serial bigint,
  ADD COLUMN run_kind text GENERATED ALWAYS AS (CASE WHEN run_serial IS NOT NULL THEN 'shadow' END) STORED,
  ADD CONSTRAINT activation_run FOREIGN KEY (run_serial, policy_hash, run_kind)
    REFERENCES qcr.recalc (serial, policy_hash, kind),
  ADD CONSTRAINT activation_complete FOREIGN KEY (run_serial) REFERENCES qcr.recalc_end (serial),
  ADD CONSTRAINT founding_has_no_run CHECK ((serial = 1) = (run_serial IS NULL));

-- The outcome that holds, as stored. `policy_hash` differs from the policy in force where nobody has evaluated the
-- enterprise under it yet: an answer is evaluated when it is asked for, and the next recalculation stores it.
CREATE VIEW qcr.live_grade AS
  WITH held AS MATERIALIZED (
    SELECT a.policy_hash, a.run_serial, r.day, e.through FROM qcr.policy_activation a
      LEFT JOIN qcr.recalc r ON r.serial = a.run_serial LEFT JOIN qcr.recalc_end e ON e.serial = a.run_serial
     ORDER BY a.serial DESC LIMIT 1)
  SELECT s.subject, s.version, s.inputs,
         CASE WHEN g.subject IS NULL THEN s.grade ELSE g.grade END AS grade,
         CASE WHEN g.subject IS NULL THEN s.score ELSE g.score END AS score,
         CASE WHEN g.subject IS NULL AND (s.policy_hash = h.policy_hash OR h.through IS NULL OR s.serial > h.through)
              THEN s.graded_on ELSE h.day END AS graded_on,
         CASE WHEN g.subject IS NULL THEN s.next_change ELSE g.next_change END AS next_change,
         CASE WHEN g.subject IS NULL AND (h.through IS NULL OR s.serial > h.through)
              THEN s.policy_hash ELSE h.policy_hash END AS policy_hash
    FROM qcr.standing s CROSS JOIN held h
    LEFT JOIN qcr.shadow_grade g ON g.subject = s.subject AND g.run_serial = h.run_serial AND g.version = s.version;

ALTER TABLE qcr.proposal DROP CONSTRAINT proposal_kind_check;
ALTER TABLE qcr.proposal ADD CONSTRAINT proposal_kind_check
  CHECK (kind IN ('record-withdraw', 'record-correct', 'record-repair', 'held-accept', 'person-add', 'role-grant',
                  'role-end', 'certificate-add', 'certificate-revoke', 'office-add', 'case-step', 'rule-add', 'deputy-set',
                  'deputy-end', 'policy-activate'));

-- Records of all four domains (core/record_kind).
ALTER TABLE qcr.record DROP CONSTRAINT record_type_check;
ALTER TABLE qcr.record ADD CONSTRAINT record_type_check
  CHECK (type IN ('penalty', 'sampling', 'recall', 'complaint', 'accident', 'certificate', 'award', 'commitment', 'breach',
                  'brand', 'permit', 'acceptance', 'inspection', 'survey', 'assessment'));
ALTER TABLE qcr.record
  ADD COLUMN result text NOT NULL DEFAULT '' CHECK (result IN ('', 'pass', 'fail')),
  ADD COLUMN certificate text NOT NULL DEFAULT '' CHECK (certificate = '' OR type = 'certificate'),
  ADD COLUMN valid_through date;                           -- of what is valid for a time: the last day
-- What the type has beside: lines `name value`, in the order core/record_detail has them.
ALTER TABLE qcr.record_body ADD COLUMN details text NOT NULL DEFAULT '';

UPDATE qcr.system SET schema_version = 3;

-- rights.txt, the rows of this change
GRANT SELECT ON qcr.recalc, qcr.recalc_chunk, qcr.recalc_end, qcr.shadow_grade TO qcr_app, qcr_follow, qcr_audit;
GRANT SELECT, INSERT ON qcr.recalc, qcr.recalc_chunk, qcr.recalc_end, qcr.shadow_grade, qcr.shadow_due TO qcr_recalc;
GRANT SELECT ON qcr.shadow_due TO qcr_audit;
GRANT SELECT ON qcr.recalc, qcr.recalc_chunk, qcr.recalc_end, qcr.shadow_grade, qcr.live_grade TO qcr_import;
GRANT SELECT ON qcr.live_grade TO qcr_app, qcr_recalc, qcr_audit;
GRANT INSERT ON qcr.run, qcr.run_chunk, qcr.run_end TO qcr_recalc;
GRANT SELECT ON qcr.record_body, qcr.person, qcr.person_role, qcr.person_role_end, qcr.certificate,
  qcr.certificate_revocation TO qcr_recalc;
-- One administrator stands behind a recalculation: what an enterprise is graded by is not theirs to write.
REVOKE UPDATE ON qcr.standing FROM qcr_recalc;
GRANT UPDATE (version, policy_hash, grade, score, graded_on, next_change, serial) ON qcr.standing TO qcr_recalc;
COMMIT;
