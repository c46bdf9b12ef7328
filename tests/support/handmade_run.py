# SPDX-License-Identifier: MulanPSL-2.0
"""Recalculations and activations entered by hand, each with a true signature of whoever makes it: what the program enters
by itself, and whatever else a person with a key, or a database's superuser with that person's papers, could enter.

    run = HandmadeRun(forger, people["admin"])
    run.begin(policy_hash)
    run.chunk([Outcome(subject, version, "C", 65, next_change)])
    run.end()
    activate(forger, people, policy_hash, run.serial)
"""
import datetime
import hashlib
import json
import secrets
import time

from forger import Act, hexadecimal, sha256, varint, zigzag_varint
from merkle_oracle import split

EPOCH = datetime.date(1970, 1, 1)
NEVER = -(1 << 31)


def node(hashes):
    """MTH of RFC 9162 section 2.1.1 over hashed leaves."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return sha256(b"\x01" + node(hashes[:k]) + node(hashes[k:]))


def counted(text):
    return varint(len(text.encode())) + text.encode()


class Outcome:
    """next_change is a date in text, or None."""

    def __init__(self, subject, version, grade, score, next_change):
        self.subject, self.version, self.grade, self.score, self.next_change = subject, int(version), grade, score, next_change

    def hash(self):
        change = (datetime.date.fromisoformat(self.next_change) - EPOCH).days if self.next_change else NEVER
        score = -1 if self.score is None else self.score
        return sha256(b"qcr-recalc-row/v1\n" + counted(self.subject) + varint(self.version) + counted(self.grade)
                      + zigzag_varint(score) + zigzag_varint(change))

    def row(self, run_serial, chunk):
        day = f"'{self.next_change}'" if self.next_change else "NULL"
        score = "NULL" if self.score is None else self.score
        return (f"INSERT INTO qcr.shadow_grade (subject, run_serial, version, chunk, score, next_change, grade) VALUES ('{self.subject}',"
                f" {run_serial}, {self.version}, {chunk}, {score}, {day}, '{self.grade}');")


def root(outcomes):
    return node([sha256(b"\x00" + outcome.hash()) for outcome in outcomes])


def instant(ms):
    moment = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03}Z"


def origin_of(person):
    """Once known it needs no connection: a refused registry takes none."""
    return (person if "origin" in person.greeting else person.connect()).greeting["origin"]


class HandmadeRun:
    def __init__(self, forger, person, kind="shadow"):
        self.forger, self.person, self.kind, self.origin = forger, person, kind, origin_of(person)
        self.id, self.chunks, self.serial = secrets.token_hex(16), 0, None

    def sign(self, text):
        text = text.encode()
        signature = self.person.private.sign(b"qcr-act/v1\n" + self.origin.encode() + b"\n" + text)
        return Act(self.forger.certificate(self.person.name), text, signature)

    def enter(self, kind, header, also):
        """The signature stands in the run's rows, not among the acts."""
        act = self.sign(header)
        return self.forger.enter(kind, content=act.request, claim=act, also=also(act))

    def begin(self, policy_hash, origin=None, person=None, at_ms=None):
        at_ms = at_ms or int(time.time() * 1000)
        header = (f"qcr-run/v1\norigin {origin or self.origin}\nrun {self.id}\nkind {self.kind}\nfile {policy_hash}\noctets 0\n"
                  f"person {person or self.person.name}\nat {instant(at_ms)}\n")
        day = (datetime.datetime.fromtimestamp(at_ms / 1000, datetime.timezone.utc) + datetime.timedelta(hours=8)).date()
        self.serial = self.enter("run-begin", header, lambda act: (
            f"INSERT INTO qcr.run (run_id, kind, person_id, certificate, file_hash, file_octets, header, signature, serial) VALUES ('{self.id}',"
            f" '{self.kind}', '{self.person.name}', {hexadecimal(act.certificate)}, '\\x{policy_hash}', 0, {hexadecimal(act.request)},"
            f" {hexadecimal(act.signature)}, SERIAL);"
            f"INSERT INTO qcr.recalc (serial, run_id, kind, policy_hash, day, only_due) VALUES (SERIAL, '{self.id}', '{self.kind}',"
            f" '\\x{policy_hash}', '{day}', false);"))
        return self.serial

    def chunk(self, outcomes, stored=None, number=None, rows=None, after="", last="~", through=None):
        """`stored`: the rows that stand in the table, if others than were signed. `rows`: what the chunk's row counts."""
        stored = outcomes if stored is None else stored
        if number is None:
            self.chunks += 1
            number = self.chunks
        hashed = root(outcomes)
        count = len(outcomes)
        through = through or int(self.forger.value("SELECT serial FROM qcr.ledger_head"))
        header = f"qcr-run-chunk/v1\nrun {self.id}\nchunk {number}\nrows {count}\nroot {hashed.hex()}\n"
        return self.enter("run-chunk", header, lambda act: (
            f"INSERT INTO qcr.run_chunk (run_id, chunk, rows, root, header, signature, serial) VALUES ('{self.id}', {number},"
            f" {count if rows is None else rows}, {hexadecimal(hashed)}, {hexadecimal(act.request)}, {hexadecimal(act.signature)}, SERIAL)"
            " ON CONFLICT (run_id, chunk) DO UPDATE SET serial = excluded.serial;"
            "INSERT INTO qcr.recalc_chunk (run_id, chunk, after_subject, last_subject, is_catch_up, evaluated, through) VALUES"
            f" ('{self.id}', {number}, '{after}', '{last}', false, {count}, {through}) ON CONFLICT DO NOTHING;"
            + "".join(outcome.row(self.serial, number) for outcome in stored)))

    def end(self, chunks=None, through=None, summary=None):
        """`summary`: the text in its row, if another than was signed."""
        if through is None:
            through = int(self.forger.value("SELECT serial FROM qcr.ledger_head"))
        signed = json.dumps({"changed": 0, "evaluated": 0, "through": through}, separators=(",", ":"))
        chunks = self.chunks if chunks is None else chunks
        header = f"qcr-run-end/v1\nrun {self.id}\nchunks {chunks}\nsummary {hashlib.sha256(signed.encode()).hexdigest()}\n"
        return self.enter("run-end", header, lambda act: (
            f"INSERT INTO qcr.run_end (run_id, chunks, summary, header, signature, serial) VALUES ('{self.id}', {chunks},"
            f" '{signed if summary is None else summary}', {hexadecimal(act.request)}, {hexadecimal(act.signature)}, SERIAL)"
            " ON CONFLICT (run_id) DO UPDATE SET serial = excluded.serial, header = excluded.header, signature = excluded.signature;"
            f"INSERT INTO qcr.recalc_end (serial, through, evaluated, changed) VALUES ({self.serial}, {through}, 0, 0) ON CONFLICT DO NOTHING;"))


def signed(forger, person, operation, body):
    call = person.make(operation, body)
    return call, Act(forger.certificate(person.name), call.request,
                     call.signature or person.private.sign(b"qcr-act/v1\n" + person.greeting["origin"].encode() + b"\n" + call.request))


def add_policy(forger, person, document, kind="policy-add"):
    """The document's hash, and the entry's serial."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    call, act = signed(forger, person, "policy_add", {"document": json.dumps(document, ensure_ascii=False).encode()})
    standing = "in-force" if document.get("document") else "trial"
    serial = forger.enter(kind, content=call.request, act=act, also=(
        "INSERT INTO qcr.policy (policy_hash, policy_id, policy_version, document, standing, serial) VALUES"
        f" ({hexadecimal(sha256(canonical))}, '{document.get('id', '-')}', {document.get('version', 1)}, {hexadecimal(canonical)}, '{standing}', SERIAL);"))
    return sha256(canonical).hex(), serial


def propose(forger, person, policy_hash, run_serial, dry_run=None):
    call, act = signed(forger, person, "policy_activate", {"policy_hash": bytes.fromhex(policy_hash), "run_serial": run_serial, "dry_run": dry_run})
    return forger.enter("proposal", content=call.request, act=act, also=(
        f"INSERT INTO qcr.proposal (serial, item, kind, proposer, summary) VALUES (SERIAL, 0, 'policy-activate', '{person.name}', 'by hand');"))


def approve(forger, person, proposal, policy_hash, run_serial):
    call, act = signed(forger, person, "decide", {"proposal_serial": proposal, "approve": True})
    return forger.enter("approval", content=forger.act_of(proposal).request, act=act, proposal=f"{proposal}.0", also=(
        "INSERT INTO qcr.approval (proposal_serial, proposal_item, proposer, actor, outcome, serial)"
        f" SELECT serial, item, proposer, '{person.name}', 'approved', SERIAL FROM qcr.proposal WHERE serial = {proposal} AND proposer <> '{person.name}';"
        f"INSERT INTO qcr.policy_activation (serial, policy_hash, run_serial) VALUES (SERIAL, '\\x{policy_hash}', {run_serial});"))


def activate(forger, people, policy_hash, run_serial, proposer="admin", approver="admin2"):
    """Proposed by one and approved by another; the serial from which the policy is in force."""
    proposal = propose(forger, people[proposer], policy_hash, run_serial)
    return approve(forger, people[approver], proposal, policy_hash, run_serial)
