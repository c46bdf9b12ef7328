#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The doctor finds what a superuser edits: each edit on a copy of a clean database, each by table and key."""
import copy
import csv
import datetime
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, rule, today  # noqa: E402
from fake_clock import faked  # noqa: E402
from registry import SAMPLE, TOP, Registry, check, finish  # noqa: E402

# Foreign keys and checks do not hold a superuser: replication mode turns the keys off.
FREE = "SET session_replication_role = replica;"
SOME = 400  # enterprises of the registries that are edited
# A record of the file, and the enterprise it is about; `one` is used by several edits.
ONE = "SELECT * FROM qcr.record ORDER BY subject, document_norm LIMIT 1"
CORRECTED = "SELECT subject, authority_code, document_norm, type FROM qcr.record WHERE version = 2 ORDER BY 1, 3 LIMIT 1"
KEY = "(subject, authority_code, document_norm, type)"

# what was done, the statements, and the (table, part of key, part of reason) that must be named
EDITS = [
    ("a record's fine is lowered",
     f"UPDATE qcr.record SET fine_fen = fine_fen + 1 WHERE {KEY} IN (SELECT subject, authority_code, document_norm, type FROM ({ONE}) o)",
     [("record", "{subject}", "was changed")]),
    ("a record's fine and its hash are changed together",
     f"UPDATE qcr.record SET fine_fen = 77, content_hash = sha256('x') WHERE {KEY} IN (SELECT subject, authority_code, document_norm, type FROM ({ONE}) o)",
     [("record", "{subject}", "was changed"), ("run_chunk", "", "a row was changed")]),
    ("a record's words are changed",
     f"UPDATE qcr.record_body SET facts = 'nothing happened' WHERE {KEY} IN (SELECT subject, authority_code, document_norm, type FROM ({ONE}) o)",
     [("record", "{subject}", "was changed")]),
    ("a record's words are removed",
     f"DELETE FROM qcr.record_body WHERE {KEY} IN (SELECT subject, authority_code, document_norm, type FROM ({ONE}) o)",
     [("record_body", "{subject}", "is missing")]),
    ("a record is inserted",
     f"""INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state, domain, document, kinds, severity,
         fine_fen, confiscated_fen, decided_on, source_code, content_hash, serial)
         SELECT subject, authority_code, 'X1', type, 1, 900, state, domain, 'X1', kinds, severity, 0, 0, decided_on, source_code, content_hash, 5 FROM ({ONE}) o""",
     [("record", "{subject}", "was inserted"), ("standing", "{subject}", "inputs were changed")]),
    ("a record is inserted into a run's chunk",
     f"""INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state, domain, document, kinds, severity,
         fine_fen, confiscated_fen, decided_on, source_code, content_hash, serial, run_id, chunk, row_no)
         SELECT subject, authority_code, 'X1', type, 1, 900, state, domain, 'X1', kinds, severity, 0, 0, decided_on, source_code, content_hash,
         serial, run_id, chunk, 999999 FROM ({ONE}) o""",
     [("run_chunk", "", "removed or inserted"), ("record_body", "{subject} ", "is missing")]),
    ("the newest version of a record is deleted",
     f"""CREATE TEMPORARY TABLE k AS {CORRECTED};
         DELETE FROM qcr.record_body WHERE version = 2 AND {KEY} IN (SELECT * FROM k);
         DELETE FROM qcr.record WHERE version = 2 AND {KEY} IN (SELECT * FROM k)""",
     [("run_chunk", "", "removed or inserted")]),
    ("a whole record is deleted",
     f"""CREATE TEMPORARY TABLE k AS SELECT subject, authority_code, document_norm, type FROM ({ONE}) o;
         DELETE FROM qcr.record_body WHERE {KEY} IN (SELECT * FROM k); DELETE FROM qcr.record WHERE {KEY} IN (SELECT * FROM k)""",
     [("run_chunk", "", "removed or inserted"), ("standing", "{subject}", "inputs were changed")]),
    ("the packed inputs are edited",
     "UPDATE qcr.standing SET inputs = '\\x010000' WHERE subject = '{subject}'",
     [("standing", "{subject}", "inputs were changed")]),
    ("a grade is edited",
     "UPDATE qcr.standing SET grade = 'A', score = 100 WHERE subject = '{bad}'",
     [("standing", "{bad}", "grade was changed")]),
    ("a grade is edited with its history",
     "UPDATE qcr.standing SET grade = 'A', score = 100 WHERE subject = '{bad}'; UPDATE qcr.grade_history SET grade = 'A', score = 100 WHERE subject = '{bad}'",
     [("standing", "{bad}", "grade was changed")]),
    ("a grade's history is dated later than the grade",
     "UPDATE qcr.grade_history SET graded_on = graded_on + 1 WHERE subject = '{bad}'",
     [("grade_history", "{bad}", "its newest outcome is not the standing's")]),
    ("the day a grade changes is put off",
     "UPDATE qcr.standing SET next_change = '2099-01-01' WHERE subject = '{bad}'",
     [("standing", "{bad}", "next_change")]),
    ("an entry's time is changed", "UPDATE qcr.ledger SET at = at - interval '1 day' WHERE serial = 4", [("ledger", "4", "was changed")]),
    ("an entry's commitment is changed", "UPDATE qcr.ledger SET commitment = sha256('x') WHERE serial = 4",
     [("ledger", "4", "was changed"), ("ledger_body", "4", "was changed")]),
    ("an entry's body is changed", "UPDATE qcr.ledger_body SET body = body || 'x' WHERE serial = 4", [("ledger_body", "4", "was changed")]),
    ("an entry's body is removed", "DELETE FROM qcr.ledger_body WHERE serial = 4", [("ledger_body", "4", "is missing")]),
    ("an entry in the middle is removed", "DELETE FROM qcr.ledger WHERE serial = 4", [("ledger", "4", "is missing")]),
    ("two entries are swapped",
     "UPDATE qcr.ledger a SET commitment = b.commitment FROM qcr.ledger b WHERE (a.serial, b.serial) IN ((4, 5), (5, 4))",
     [("ledger", "4", "was changed"), ("ledger", "5", "was changed")]),
    ("the ledger's tail is cut", "DELETE FROM qcr.ledger WHERE serial > {head} - 2", [("ledger", "", "tail was cut")]),
    ("the ledger's tail is cut and its head set back",
     """DELETE FROM qcr.ledger WHERE serial > {head} - 2; DELETE FROM qcr.ledger_body WHERE serial > {head} - 2;
        UPDATE qcr.ledger_head h SET serial = l.serial, at = l.at, chain = l.chain FROM qcr.ledger l WHERE l.serial = {head} - 2""",
     [("run_chunk", "", "was inserted: entry")]),
    ("the head is set back", "UPDATE qcr.ledger_head SET serial = serial - 1", [("ledger_head", "head", "was set back")]),
    ("the change feed loses a change", "DELETE FROM qcr.ledger_change WHERE subject = '{subject}' AND version = 1",
     [("ledger_change", "{subject}", "changes up to")]),
    ("a role is inserted", "INSERT INTO qcr.person_role VALUES ('regulator', 'admin', 1)", [("person_role", "regulator admin", "was inserted")]),
    ("a role is removed", "DELETE FROM qcr.person_role WHERE person_id = 'admin2'", [("person_role", "admin2 admin", "is missing")]),
    ("a role is ended by nobody", "INSERT INTO qcr.person_role_end VALUES ('admin2', 'admin', 1, 3)", [("person_role_end", "admin2 admin", "was inserted")]),
    ("a person is inserted", "INSERT INTO qcr.person VALUES ('mallory', 'market', 'M', 1, 1)", [("person", "mallory", "was inserted")]),
    ("a person is renamed", "UPDATE qcr.person SET name = 'M' WHERE person_id = 'admin'", [("person", "admin", "was changed")]),
    ("a certificate is inserted",
     "INSERT INTO qcr.certificate VALUES (sha256('mine'), 'admin', 'mine', '2026-01-01', '2030-01-01', 1)", [("certificate", "", "was inserted")]),
    ("a certificate is given to another", "UPDATE qcr.certificate SET person_id = 'auditor' WHERE person_id = 'admin'", [("certificate", "", "was changed")]),
    ("a certificate is revoked by nobody",
     "INSERT INTO qcr.certificate_revocation SELECT fingerprint, now(), 'x', 1 FROM qcr.certificate WHERE person_id = 'admin2'",
     [("certificate_revocation", "", "was inserted")]),
    ("the policy's document is edited", "UPDATE qcr.policy SET document = convert_to(replace(convert_from(document, 'UTF8'), '100', '101'), 'UTF8')",
     [("policy", "", "was changed")]),
    ("a policy is inserted and activated",
     "INSERT INTO qcr.policy VALUES (sha256('{}'), 'p', 1, '{}', 'trial', 3); INSERT INTO qcr.policy_activation VALUES (3, sha256('{}'), 2)",
     [("policy", "", "was inserted"), ("policy_activation", "3", "was inserted")]),
    ("an enterprise is renamed", "UPDATE qcr.party_version SET name = '剑阁县另一有限公司' WHERE subject = '{subject}'",
     [("party_version", "{subject}", "was changed")]),
    ("an enterprise is struck off", "UPDATE qcr.party_version SET registration = 'revoked' WHERE subject = '{subject}'",
     [("party_version", "{subject}", "was changed")]),
    ("an enterprise is inserted", "INSERT INTO qcr.party VALUES ('PDY00001X', 3)", [("party", "PDY00001X", "was inserted"), ("standing", "PDY00001X", "is missing")]),
    ("a code is led to another enterprise", "UPDATE qcr.code SET subject = '{bad}' WHERE subject = '{subject}'", [("code", "", "not its enterprise")]),
    ("a code is inserted", "INSERT INTO qcr.code VALUES ('91510823000000000X', '{subject}', NULL, NULL, 3)", [("code", "91510823000000000X", "was inserted")]),
    ("the founding document is edited", "UPDATE qcr.founding SET document = convert_to(replace(convert_from(document, 'UTF8'), '赵文博', '赵文搏'), 'UTF8')",
     [("founding", "1", "not signed")]),
    ("the registry is given another name", "UPDATE qcr.system SET origin = 'credit.other.example'", [("system", "origin", "was changed")]),
    ("a run's file is another", "UPDATE qcr.run SET file_hash = sha256('x')", [("run", "", "was changed")]),
    ("a run's person is another", "UPDATE qcr.run SET person_id = 'admin2'", [("run", "", "was changed")]),
    ("a chunk's root is another", "UPDATE qcr.run_chunk SET root = sha256('x') WHERE chunk = 1", [("run_chunk", "", "was changed")]),
    ("a chunk's signature is another", "UPDATE qcr.run_chunk SET signature = sha256('x') || sha256('y') WHERE chunk = 1", [("run", "", "signature")]),
    ("a run's summary is embellished", "UPDATE qcr.run_end SET summary = regexp_replace(summary, '[0-9]+', '123456')", [("run_end", "", "was changed")]),
    ("a waiting row is edited", "UPDATE qcr.waiting_row SET fields = fields || 'x' WHERE state = 'held'", [("waiting_row", "", "were changed")]),
    ("a waiting row is removed", "DELETE FROM qcr.proposal WHERE kind = 'held-accept'; DELETE FROM qcr.waiting_row WHERE state = 'parked'",
     [("run_chunk", "", "removed or inserted")]),
    ("a waiting row is ended by nobody", "INSERT INTO qcr.waiting_row_end SELECT subject, run_id, row_no, 'accepted', 3 FROM qcr.waiting_row WHERE state = 'held'",
     [("waiting_row_end", "", "was inserted")]),
    ("an approval is inserted",
     """INSERT INTO qcr.approval SELECT serial, item, proposer, 'reviewer', 'approved', NULL, 3 FROM qcr.proposal ORDER BY serial, item LIMIT 1""",
     [("approval", "", "was inserted")]),
    ("an act is inserted", "INSERT INTO qcr.act SELECT 3, fingerprint, 'r', sha256('x') || sha256('y') FROM qcr.certificate LIMIT 1", [("act", "3", "")]),
    ("coverage is made up", "INSERT INTO qcr.coverage VALUES ('x', 'product', 1, 'X', '2026-01-01')", [("coverage", "x product", "was inserted")]),
]

# What rests on acts; places: filed, corrected, withdrawn are documents, approval the entry of the correction.
ACT_EDITS = [
    ("a filed record is lowered with its hash", "UPDATE qcr.record SET fine_fen = 1, content_hash = sha256('x') WHERE document = '{filed}'",
     [("record", "{filed}", "its entry filed something else"), ("ledger_body", "", "its line `content`")]),
    ("a filed record is deleted", "DELETE FROM qcr.record_body WHERE document_norm LIKE '%6001%'; DELETE FROM qcr.record WHERE document = '{filed}'",
     [("record", "", "is missing"), ("standing", "{subject}", "inputs were changed")]),
    ("an approved correction is made more favourable", "UPDATE qcr.record SET fine_fen = 1, content_hash = sha256('x') WHERE document = '{corrected}' AND version = 2",
     [("record", "{corrected}", "is not the correction that was approved")]),
    ("an approved correction is deleted",
     "DELETE FROM qcr.record_body WHERE document_norm LIKE '%6002%' AND version = 2; DELETE FROM qcr.record WHERE document = '{corrected}' AND version = 2",
     [("record", "{subject}", "is missing: entry {approval} approved")]),
    ("a withdrawal is undone", "UPDATE qcr.record SET state = 'active' WHERE document = '{withdrawn}' AND version = 2", [("record", "{withdrawn}", "was changed")]),
    ("a second withdrawal hangs on the approval of the first",
     """INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state, domain, document, kinds, severity, fine_fen,
        confiscated_fen, decided_on, publicity_file, publicity_computed, source_code, content_hash, serial)
        SELECT subject, authority_code, document_norm, type, 2, ordinal, 'withdrawn', domain, document, kinds, severity, fine_fen, confiscated_fen, decided_on,
        publicity_file, publicity_computed, source_code, sha256('x'), (SELECT serial FROM qcr.record WHERE document = '{withdrawn}' AND version = 2)
        FROM qcr.record WHERE document = '{filed}'""",
     [("record", "{filed}", "is not the withdrawal that was approved")]),
    ("an approval is laid to another person", "UPDATE qcr.approval SET actor = 'auditor' WHERE serial = {approval}", [("approval", "{approval}", "actor was changed")]),
    ("a proposal is laid to another person", "UPDATE qcr.approval SET proposer = 'officer' WHERE serial = {approval}", [("approval", "{approval}", "proposer was changed")]),
    ("an approval is removed", "DELETE FROM qcr.approval WHERE serial = {approval}", [("approval", "{approval}", "is missing"), ("record", "{corrected}", "was inserted")]),
    ("a rejection is turned into an approval", "UPDATE qcr.approval SET outcome = 'approved', reason = NULL WHERE outcome = 'rejected'",
     [("approval", "", "outcome was changed"), ("record", "{subject}", "is missing")]),
    ("a signed request is changed", "UPDATE qcr.act SET request = request || 'x' WHERE serial = {approval}",
     [("act", "{approval}", "signature"), ("ledger_body", "{approval}", "its line `act`")]),
    ("an act is laid to another certificate",
     "UPDATE qcr.act SET certificate = (SELECT fingerprint FROM qcr.certificate WHERE person_id = 'auditor') WHERE serial = {approval}",
     [("act", "{approval}", "signature")]),
    ("an act is removed", "DELETE FROM qcr.act WHERE serial = {approval}", [("act", "{approval}", "is missing")]),
    ("a person let in by two is removed", "DELETE FROM qcr.person_role WHERE person_id = 'eve'; DELETE FROM qcr.certificate WHERE person_id = 'eve'",
     [("person_role", "eve recorder", "is missing"), ("certificate", "", "is missing")]),
    ("a role that two persons ended comes back", "DELETE FROM qcr.person_role_end", [("person_role_end", "eve regulator", "is missing")]),
    ("a revocation by two persons is taken back", "DELETE FROM qcr.certificate_revocation", [("certificate_revocation", "", "is missing")]),
    ("an inserted administrator approves alone",
     "UPDATE qcr.act SET certificate = (SELECT certificate FROM qcr.act a WHERE a.serial = {person}) WHERE serial = {letin}",
     [("approval", "{letin}", "signature")]),
    ("the database has another grade than the view", """UPDATE qcr.standing SET grade = 'A', score = 100 WHERE subject = '{subject}';
     UPDATE qcr.grade_history SET grade = 'A', score = 100 WHERE subject = '{subject}'""", [("view", "{subject}", "is not the database's"), ("standing", "{subject}", "grade was changed")]),
    ("a backup from before is put in its place", "", [("ledger", "", "tail was cut: the view has seen"), ("ledger", "", "tail was cut: answers were given")]),
]

# What rests on signed steps, rules and deputies: one party with a published listing and a case that waits, another
# listed by a deputy.
DECIDED = "subject = '{subject}' AND case_no = {one} AND action = 'decide'"
CASE_EDITS = [
    ("a decision is dated back", f"UPDATE qcr.case_event SET event_on = event_on - 400 WHERE {DECIDED}", [("case_event", "{subject}-{one} {seq}", "was changed")]),
    ("a late step is made one in time", "UPDATE qcr.case_event SET is_late = NOT is_late WHERE subject = '{subject}' AND case_no = {one} AND seq = 2",
     [("case_event", "{subject}-{one} 2", "was changed")]),
    ("a decision is laid to another person", f"UPDATE qcr.case_event SET actor = 'chief' WHERE {DECIDED}", [("case_event", "{subject}-{one} {seq}", "was changed")]),
    ("a decision is made a step that lists nothing", f"UPDATE qcr.case_event SET lists = NOT lists WHERE {DECIDED}",
     [("case_event", "{subject}-{one} {seq}", "was changed")]),
    ("a confirmed step becomes one person's", f"UPDATE qcr.case_event SET needs_second = false, excludes_opener = false, proposal_serial = NULL, actor = proposer WHERE {DECIDED}",
     [("case_event", "{subject}-{one} {seq}", "was changed")]),
    ("a case's last event is removed", "DELETE FROM qcr.case_event WHERE subject = '{subject}' AND case_no = {one} AND action = 'publish'",
     [("case_event", "{subject}-{one}", "is missing: a signed entry")]),
    ("an event is inserted", """INSERT INTO qcr.case_event (subject, case_no, seq, procedure_hash, from_state, action, to_state, needs_second, excludes_opener,
        opener, proposer, actor, event_on, is_late, lists, proposal_serial, serial)
        SELECT subject, case_no, 90, procedure_hash, from_state, action, to_state, needs_second, excludes_opener, opener, proposer, actor, event_on, is_late,
        lists, NULL, 1 FROM qcr.case_event WHERE subject = '{subject}' AND case_no = {one} AND action = 'serve-notice'""", [("case_event", "{subject}-{one} 90", "was inserted")]),
    ("a whole case is removed", """DELETE FROM qcr.case_document WHERE subject = '{deputised}'; DELETE FROM qcr.case_event WHERE subject = '{deputised}';
        DELETE FROM qcr.case_file WHERE subject = '{deputised}'""",
     [("case_file", "{deputised}-{third}", "is missing"), ("case_event", "{deputised}-{third} 1", "is missing"), ("case_document", "{deputised}", "is missing")]),
    ("a case is inserted", """INSERT INTO qcr.case_file (subject, case_no, procedure_hash, opener, office_id, serial)
        SELECT subject, 9, procedure_hash, opener, office_id, 9 FROM qcr.case_file WHERE subject = '{subject}' AND case_no = {one}""",
     [("case_file", "{subject}-9", "was inserted")]),
    ("a case is given to another office", "UPDATE qcr.case_file SET office_id = 'drug' WHERE subject = '{subject}' AND case_no = {one}",
     [("case_file", "{subject}-{one}", "was changed")]),
    ("a case is laid to another opener", "UPDATE qcr.case_file SET opener = 'chief' WHERE subject = '{subject}' AND case_no = {two}",
     [("case_file", "{subject}-{two}", "was changed")]),
    ("a case is put under another procedure",
     "UPDATE qcr.case_file SET procedure_hash = (SELECT rule_hash FROM qcr.rule WHERE id = 'mirror') WHERE subject = '{subject}' AND case_no = {one}",
     [("case_file", "{subject}-{one}", "was changed")]),
    ("a document's number is freed", "DELETE FROM qcr.case_document WHERE subject = '{subject}' AND action = 'decide'", [("case_document", "{subject} decide", "is missing")]),
    ("a document is put into another event", "UPDATE qcr.case_document SET case_no = {two}, seq = 1 WHERE subject = '{subject}' AND action = 'decide'",
     [("case_document", "{subject} decide", "was changed")]),
    ("a step that waits is put into another case", "UPDATE qcr.proposal SET case_no = {one} WHERE subject = '{subject}' AND case_no = {two}",
     [("proposal", "", "case_no was changed: signed was {two}")]),
    ("a listing is taken out of what grades are made from", "UPDATE qcr.standing SET inputs = '\\x010000' WHERE subject = '{subject}'",
     [("standing", "{subject}", "inputs were changed")]),
    ("a signed step is replaced by another of the same person",
     "UPDATE qcr.act a SET request = b.request, signature = b.signature, certificate = b.certificate FROM qcr.act b WHERE a.serial = {second} AND b.serial = {first}",
     [("ledger_body", "{second}", "its line"), ("case_document", "{subject} open", "was inserted")]),
    ("a step's signature is taken away", "DELETE FROM qcr.act WHERE serial = {first}", [("act", "{first}", "is missing"), ("case_file", "{subject}-{one}", "")]),
    ("the approval of a step is removed", "DELETE FROM qcr.approval WHERE serial = {approval}",
     [("approval", "{approval}", "is missing"), ("case_event", "{subject}-{one}", "was inserted")]),
    ("a procedure's document is edited",
     """ALTER TABLE qcr.rule DROP CONSTRAINT rule_check;
        UPDATE qcr.rule SET document = convert_to(replace(convert_from(document, 'UTF8'), '"months":36', '"months":12'), 'UTF8') WHERE id = 'samr-44'""",
     [("rule", "of another document", "was inserted"), ("rule", "", "is missing: a signed entry put it there (the founding names it)")]),
    ("a code table nobody approved is inserted and made to hold",
     """INSERT INTO qcr.rule (kind, id, version, rule_hash, document, serial) VALUES ('codes', 'measures', 3, sha256('{}'), '{}', 3);
        UPDATE qcr.rule_current SET version = 3 WHERE id = 'measures'""", [("rule", "", "was inserted"), ("rule_current", "codes measures", "was changed: is 3, signed was 2")]),
    ("an approved rule is removed", "DELETE FROM qcr.rule_current WHERE id = 'measures'; DELETE FROM qcr.rule WHERE id = 'measures' AND version = 2",
     [("rule", "", "is missing"), ("rule_current", "codes measures", "is missing")]),
    ("an old version of a rule is made to hold again", "UPDATE qcr.rule_current SET version = 1 WHERE id = 'measures'",
     [("rule_current", "codes measures", "was changed: is 1, signed was 2")]),
    ("a rule is laid to another entry", "UPDATE qcr.rule SET serial = 2 WHERE id = 'bases'", [("rule", "", "was changed")]),
    ("a move is added to a procedure",
     "INSERT INTO qcr.procedure_transition SELECT procedure_hash, kind, 'opened', 'decide', 'decided', false, false FROM qcr.procedure_transition WHERE action = 'decide' LIMIT 1",
     [("procedure_transition", "opened decide decided 0 0", "was inserted")]),
    ("a decision is allowed to one person", "UPDATE qcr.procedure_transition SET needs_second = false WHERE action = 'decide'",
     [("procedure_transition", "decide decided 0", "was inserted"), ("procedure_transition", "decide decided 1", "is missing")]),
    ("a move is removed", "DELETE FROM qcr.procedure_transition WHERE action = 'quash'", [("procedure_transition", "quash", "is missing")]),
    ("a deputy is inserted", "INSERT INTO qcr.deputy VALUES ('superior', 'officer2', '2026-01-01', '2026-02-01', 3)", [("deputy", "superior officer2 3", "was inserted")]),
    ("a deputy's time is made longer", "UPDATE qcr.deputy SET to_day = to_day + 300 WHERE deputy_id = 'officer3'", [("deputy", "superior officer3", "was changed")]),
    ("a deputy is removed", "DELETE FROM qcr.deputy WHERE deputy_id = 'officer3'", [("deputy", "superior officer3", "is missing")]),
    ("a deputy who was ended acts on", "DELETE FROM qcr.deputy_end", [("deputy_end", "publisher chief", "is missing")]),
    ("a deputy is ended by nobody", "INSERT INTO qcr.deputy_end SELECT person_id, deputy_id, serial, from_day, 3 FROM qcr.deputy WHERE deputy_id = 'officer3'",
     [("deputy_end", "superior officer3", "was inserted")]),
]


def doctor(r, database):
    done = subprocess.run(["qcr-admin", "doctor", "--json", "--database", f"host={r.pg} dbname={database}"], env=r.env,
                          capture_output=True, text=True, timeout=300)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, {"findings": [], "stdout": done.stdout, "stderr": done.stderr}


def named(report, table, key, reason):
    return any(f["level"] == "finding" and f["table"] == table and key in f["key"] and reason in f["reason"] for f in report["findings"])


def edits(r, places, cases, template="qcr"):
    for number, (what, statements, wanted) in enumerate(cases):
        database = f"copy{number}"
        r.sql(f"CREATE DATABASE {database} TEMPLATE {template}", database="postgres")
        for word, value in places.items():
            statements = statements.replace("{" + word + "}", value)
        edited = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(r.pg), "-U", "postgres", "-d", database, "-1"],
                                env=r.env, input=FREE + statements, capture_output=True, text=True)
        status, report = doctor(r, database)
        missing = [w for w in wanted if not named(report, w[0], w[1].format(**places), w[2].format(**places))]
        check(f"{what}: found", edited.returncode == 0 and status == 1 and not missing,
              (edited.stderr, status, missing, report if "stdout" in report else report["findings"][:4]))
        r.sql(f"DROP DATABASE {database}", database="postgres")


def decide(r, done, *who):
    """Approves what `done` proposed; its serial and the approval's."""
    text = done.stdout
    serial = json.loads(text)["serial"] if text.startswith("{") else int(text.split()[2])
    for name in who[:-1]:
        refused = r.qcr("approve", serial, "--yes", who=name)
        check(f"{name} cannot approve what they proposed, whichever certificate they use", refused.returncode == 11, refused.stdout + refused.stderr)
    approved = r.qcr("approve", serial, "--yes", "--json", who=who[-1])
    if approved.returncode != 0:
        raise RuntimeError(approved.stdout + approved.stderr)
    return serial, json.loads(approved.stdout)["serial"]


def acts(r):
    """Filed, corrected and withdrawn records, a rejection, and a person's whole life; then every edit of them."""
    code, name = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
    filed, corrected, withdrawn = (f"剑市监处罚〔2026〕600{n}号" for n in (1, 2, 3))
    r.stop()
    r.sql("CREATE DATABASE before TEMPLATE qcr", database="postgres")
    r.start()
    r.record(code, name, filed)
    r.record(code, name, corrected, kind="closure")
    _, approval = decide(r, r.record(code, name, corrected, kind="warning", who="officer2"), "reviewer", "superior")
    r.record(code, name, withdrawn)
    withdraw = ["record", "withdraw", "--code", code, "--type", "penalty", "--authority-code", "11510823008765438X", "--document", withdrawn,
                "--reason", "撤销", "--basis-document", "剑府复决〔2026〕3号", "--yes", "--json"]
    decide(r, r.qcr(*withdraw, who="recorder"), "reviewer")
    withdraw[withdraw.index("--document") + 1] = filed
    rejected = r.qcr("reject", json.loads(r.qcr(*withdraw, who="recorder").stdout)["serial"], "--reason", "不成立", "--yes", who="superior")
    check("a proposal is rejected by another person", rejected.returncode == 0, rejected.stderr)

    made = r.admin("key", "person", "eve")
    check("a key for a person is made", made.returncode == 0, made.stderr)
    eve = r.home / "people" / "eve" / "cert.pem"
    add = ["person", "add", "eve", "--office", "market", "--name", "Eve", "--role", "recorder", "--role", "regulator", "--certificate", eve]
    person, letin = decide(r, r.admin(*add), "admin", "admin2")
    check("who two administrators let in may ask", r.qcr("whoami", who="eve").returncode == 0)
    decide(r, r.admin("person", "end", "eve", "regulator"), "admin2")
    decide(r, r.admin("office", "add", "quality", "--name", "质量监督所", "--code", "11510823008765438X"), "admin2")
    decide(r, r.admin("person", "grant", "eve", "officer"), "admin2")
    r.admin("key", "person", "eve2", "--person", "eve")
    decide(r, r.admin("person", "certificate", "eve", r.home / "people" / "eve2" / "cert.pem"), "admin2")
    decide(r, r.admin("person", "revoke", eve, "--reason", "key lost"), "admin2")
    check("a revoked certificate is not admitted", r.qcr("whoami", who="eve").returncode == 8)
    check("another certificate of the same person is", r.qcr("whoami", who="eve2").returncode == 0)
    r.stop()
    status, report = doctor(r, "qcr")
    check("a registry that was worked with is clean", status == 0 and report.get("clean") is True, report)
    places = {"subject": code[8:17], "filed": filed.replace("〔", "(").replace("〕", ")"), "corrected": corrected.replace("〔", "(").replace("〕", ")"),
              "withdrawn": withdrawn.replace("〔", "(").replace("〕", ")"), "approval": str(approval), "person": str(person), "letin": str(letin)}
    for what, statements, wanted in ACT_EDITS:
        for word, document in (("filed", filed), ("corrected", corrected), ("withdrawn", withdrawn)):
            statements = statements.replace(f"'{{{word}}}'", f"'{document}'")
        edits(r, places, [(what, statements, wanted)], template="before" if not statements else "qcr")


def cases(r):
    """Two parties' cases, a rule and deputies that two administrators set; then every edit of them."""
    subjects = ("91510823141777630N", "剑阁县诚盛农业开发有限公司"), tuple(r.sql(
        "SELECT code, name FROM qcr.code JOIN qcr.party_version USING (subject) WHERE code LIKE '9151%' AND registration = 'active'"
        " AND code <> '91510823141777630N' ORDER BY code LIMIT 1")[0])
    table = copy.deepcopy(rule("codes", "measures"))
    table["version"] = 2
    path = r.dir / "measures-2.json"
    path.write_text(json.dumps(table))
    decide(r, r.admin("codes", "add", path), "admin", "admin2")
    day = today()
    decide(r, r.admin("person", "deputy", "superior", "officer3", "--from", day, "--to", day + datetime.timedelta(days=20)), "admin2")
    decide(r, r.admin("person", "deputy", "publisher", "chief", "--from", day, "--to", day + datetime.timedelta(days=20)), "admin2")
    decide(r, r.admin("person", "deputy-end", "publisher", "chief"), "admin2")
    with People(r) as people:
        listed = Case(people, *subjects[0])
        listed.to("published")
        waiting = Case(people, *subjects[0])
        waiting.to("opened")
        waits = people["officer"].step(subjects[0][0], "notice", number=waiting.number, fields=[
            (name, one) for name, value in waiting.fields("notice").items() for one in (value if isinstance(value, list) else [value])])
        check("a step waits for its second person", waits["ok"], waits)
        deputised = Case(people, *subjects[1], cast={"superior": "officer3", "confirmer": "officer3"})
        deputised.to("decided")
        acted = r.sql(f"SELECT actor FROM qcr.case_event WHERE subject = '{subjects[1][0][8:17]}' AND action = 'decide'")
        check("a deputy decides under their own name", acted == [["officer3"]], acted)
    r.stop()
    status, report = doctor(r, "qcr")
    check("a registry with cases, rules and deputies is clean", status == 0 and report.get("clean") is True, report)
    subject = subjects[0][0][8:17]
    number = r.sql(f"SELECT seq, serial FROM qcr.case_event WHERE subject = '{subject}' AND case_no = {listed.number} AND action = 'decide'")[0]
    opened = r.sql(f"SELECT serial FROM qcr.case_file WHERE subject = '{subject}' ORDER BY case_no")
    edits(r, {"subject": subject, "deputised": subjects[1][0][8:17], "seq": number[0], "approval": number[1], "first": opened[0][0],
              "second": opened[1][0], "one": str(listed.number), "two": str(waiting.number), "third": str(deputised.number)}, CASE_EDITS)


def import_some(r):
    """The first of a county's enterprises with their penalties: each edit is made in a copy of its own, and looked for in all of it."""
    known, kept = set(), set()
    for kind, column in (("enterprises", "统一社会信用代码"), ("penalties", "CF_XDR_SHXYM")):
        with open(SAMPLE / f"{kind}.csv", encoding="utf-8-sig", newline="") as f:
            rows = list(csv.DictReader(f))
        known = known or {row[column] for row in rows}
        kept = kept or {row[column] for row in rows[:SOME]}
        with open(r.dir / f"{kind}.csv", "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, list(rows[0]))
            writer.writeheader()
            # those of nobody too, which wait for their enterprise
            writer.writerows(row for row in rows if row[column] in kept or row[column] not in known)
        r.import_file(kind, r.dir / f"{kind}.csv", "--chunk", "100")


def two_days():
    """What is graded again on another day and comes out the same moves only the standing's day."""
    clock = faked("-2d")
    os.environ.update(clock)
    r = Registry(start=False)
    with r:
        r.import_sample()
        r.pg_stop("fast")
        for name in clock:
            del os.environ[name], r.env[name]
        r.pg_start()
        r.import_file("certificates", SAMPLE / "certificates.csv")
        moved = r.sql("SELECT count(*) FROM qcr.standing s WHERE s.graded_on > (SELECT max(h.graded_on) FROM qcr.grade_history h WHERE h.subject = s.subject)")
        check("some were graded again on a later day and came out the same", int(moved[0][0]) > 0, moved)
        status, report = doctor(r, "qcr")
        check("a registry of a whole county and several days is clean", status == 0 and report.get("clean") is True and report["enterprises"] == 3000, str(report)[:600])


def main():
    two_days()
    with Registry(people=TOP / "tests" / "support" / "case-people.csv") as r:
        import_some(r)
        cases(r)
    with Registry() as r:
        import_some(r)
        acts(r)
    with Registry(start=False) as r:
        status, report = doctor(r, "qcr")
        check("a registry just founded is clean", status == 0 and report.get("clean") is True, report)
        import_some(r)
        status, report = doctor(r, "qcr")
        check("a registry with a county's files is clean", status == 0 and report.get("clean") is True, report)
        check("it looked at everything", report.get("enterprises") == SOME and report.get("entries", 0) > 10, report)
        places = {
            "subject": r.sql(f"SELECT subject FROM ({ONE}) o")[0][0],
            "bad": r.sql("SELECT subject FROM qcr.standing WHERE grade = 'D' ORDER BY 1 LIMIT 1")[0][0],
            "head": r.sql("SELECT serial FROM qcr.ledger_head")[0][0],
        }
        edits(r, places, EDITS)
        plain = subprocess.run(["qcr-admin", "doctor"], env=r.env, capture_output=True, text=True)
        check("as text a clean database is called clean", plain.returncode == 0 and plain.stdout.endswith("clean\n"), plain)
        other = subprocess.run(["qcr-admin", "doctor", "--json", "--ca", str(r.home / "keys" / "tls.pem")], env=r.env, capture_output=True, text=True)
        check("under another CA nobody is believed", other.returncode == 1 and named(json.loads(other.stdout), "founding", "1", "not signed"))
        away = subprocess.run(["qcr-admin", "doctor", "--json", "--database", "host=/nonexistent dbname=qcr"], env=r.env, capture_output=True, text=True)
        check("a database that is away is no finding", away.returncode == 5 and json.loads(away.stdout)["clean"] is False and "error" in json.loads(away.stdout),
              (away.returncode, away.stdout))
    finish()


main()
