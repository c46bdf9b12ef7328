#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Policies from the file to the day they are in force and back: who may do what, what is refused and why, and that nobody
who asks meanwhile is ever answered by two of them, whatever writes at the same moment."""
import collections
import copy
import datetime
import json
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import naive_grade  # noqa: E402
from case_client import People, Person, statement_lines, today  # noqa: E402
from forger import OFF, Forger  # noqa: E402
from handmade_run import HandmadeRun  # noqa: E402
from registry import TOP, Registry, check, finish, wait_until  # noqa: E402

DEFAULT = json.loads((TOP / "share" / "policies" / "default.json").read_text())
FOUNDING = f"{DEFAULT['id']}@{DEFAULT['version']}"
ORGAN = {"organ": "剑阁县人民政府办公室", "number": "剑府办发〔2026〕3号"}
COLUMNS = "type, kinds, severity, result, certificate, decided_on, publicity_end, valid_through, fine_fen, confiscated_fen"


def policy(version, **more):
    """The county's own: fines weigh more, and what was the least for an A is not enough. Every enterprise with a fine moves."""
    document = {**copy.deepcopy(DEFAULT), "id": "county", "version": version, "document": ORGAN, **more}
    document["deductions"]["penalty"].update({kind: 35 for kind, points in document["deductions"]["penalty"].items() if points < 35})
    document["bands"][0]["min"] = 95
    return document


COUNTY, TRIAL = policy(1), policy(2, document=None)
NEXT_YEAR = policy(3, effective={"from": str(today() + datetime.timedelta(days=365)), "to": None})
LAST_YEAR = policy(4, effective={"from": "2014-11-05", "to": str(today() - datetime.timedelta(days=1))})
OTHER = policy(5, base=99)


def name(document):
    return f"{document['id']}@{document['version']}"


class Scene:
    def __init__(self, r, people):
        self.r, self.people, self.hashes, self.documents = r, people, {}, {}
        self.codes = [row[0] for row in r.sql("SELECT DISTINCT ON (subject) code FROM qcr.code ORDER BY subject, length(code) DESC")]
        self.learn(FOUNDING, DEFAULT)

    def write(self, document):
        path = self.r.dir / f"{document['id']}-{document['version']}.json"
        path.write_text(json.dumps(document, ensure_ascii=False))
        return path

    def learn(self, word, document):
        hashed = self.r.sql(f"SELECT encode(policy_hash, 'hex') FROM qcr.policy WHERE policy_id || '@' || policy_version = '{word}'")[0][0]
        self.hashes[word], self.documents[hashed] = hashed, document
        return hashed

    def add(self, document, *words):
        return self.r.admin("policy", "add", self.write(document), *words)

    def listed(self):
        return {row["policy"]: row for row in json.loads(self.r.admin("policy", "list", "--json").stdout)}

    def head(self):
        return int(self.r.sql("SELECT serial FROM qcr.ledger_head")[0][0])

    def in_force(self):
        return self.r.sql("SELECT encode(policy_hash, 'hex') FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1")[0][0]

    def rehearse(self, hashed, who="admin"):
        return self.people[who].call("policy_activate", {"policy_hash": bytes.fromhex(hashed), "run_serial": 0, "dry_run": True})

    def propose(self, hashed, run, who="admin"):
        return self.people[who].call("policy_activate", {"policy_hash": bytes.fromhex(hashed), "run_serial": run})

    def activate(self, *words):
        """What `qcr-admin policy activate` or `rollback` proposed."""
        done = self.r.admin("policy", *words, "--json", timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout)

    def naive(self):
        """What a grader of its own makes of everybody's records: hash of a policy -> {code: (grade, score, until)}."""
        rows = collections.defaultdict(list)
        for row in self.r.sql(f"SELECT DISTINCT ON (subject, ordinal) subject, state, authority_code || ' ' || document_norm, {COLUMNS} FROM qcr.record"
                              " ORDER BY subject, ordinal, version DESC"):
            subject, state, case, kind, kinds, severity, result, certificate, decided, publicity, valid, fine, confiscated = row
            if state == "active":
                rows[subject].append({
                    "type": kind, "kinds": [word for bit, word in enumerate(naive_grade.KINDS) if int(kinds) >> bit & 1],
                    "severity": {"1": "ordinary", "2": "serious"}.get(severity), "result": result or None, "certificate": certificate or None,
                    "decided_on": decided, "publicity_end": publicity or None, "valid_through": valid or None, "case": case,
                    "fine_fen": int(fine), "confiscated_fen": int(confiscated)})
        return {hashed: {code: naive_grade.grade(rows[code[8:17] if len(code) == 18 else code], str(today()), (), document) for code in self.codes}
                for hashed, document in self.documents.items()}


def said(answer, until="grade-until"):
    """Grade, score, until, of a statement's lines or the client's answer; in the words of the naive grader."""
    score, last = (None if word in ("-", None) else word for word in (answer["score"], answer[until]))
    return answer["grade"], None if score is None else int(score), last


# --------------------------------------------------------------------------------------------------------- bringing in
def bringing_in(s):
    r, admin = s.r, s.people["admin"]
    head = s.head()
    for what, document, key in (
            ("a key that is none", {**COUNTY, "colour": "red"}, "colour"), ("negative points", policy(1, base=-1), "base"),
            ("a document without its number", policy(1, document={"organ": "x"}), "document.number"),
            ("a kind of penalty that is none", policy(1, deductions={"penalty": {**COUNTY["deductions"]["penalty"], "whipping": 3},
                                                                     "sampling": COUNTY["deductions"]["sampling"]}), "deductions.penalty.whipping"),
            ("a missing key", {k: v for k, v in COUNTY.items() if k != "window"}, "window")):
        answer = admin.call("policy_add", {"document": json.dumps(document).encode()})
        check(f"a policy with {what} is refused, by its key", (answer["code"], answer.get("field")) == (3026, key) and answer["text"].startswith(key), answer)
        done = s.add(document)
        check(f"so is the file with {what}, with 2", done.returncode == 2 and key in done.stderr, (done.returncode, done.stderr))
    for what, octets in (("no JSON", b"{"), ("a member twice", b'{"id":"x","id":"y"}'), ("a list", b"[]"), ("nothing", b"")):
        check(f"{what} is refused", admin.call("policy_add", {"document": octets})["code"] == 3026)
    done = s.add({**COUNTY, "scope": "x" * 65536})
    check("so is a file of more octets than a policy may have", done.returncode == 2 and "county-1.json" in done.stderr, done.stderr)
    check("nobody but an administrator brings policies in",
          [s.people[who].call("policy_add", {"document": json.dumps(COUNTY).encode()})["code"] for who in ("regulator", "reviewer", "auditor")] == [2103] * 3)
    missing = r.admin("policy", "add", r.dir / "nothing.json")
    check("a file that is not there is no policy", missing.returncode == 1 and "nothing.json" in missing.stderr, missing.stderr)
    check("nothing of all that is in the ledger", s.head() == head)

    done = s.add(COUNTY)
    check("an administrator brings a policy in", (done.returncode, done.stdout) == (0, f"added county@1 as entry {head + 1}\n"), done)
    hashed = s.learn("county@1", COUNTY)
    entry = r.sql(f"SELECT b.kind, encode(sha256(a.request), 'hex') FROM qcr.ledger_body b JOIN qcr.act a USING (serial) WHERE serial = {head + 1}")[0]
    body = r.sql(f"SELECT convert_from(body, 'UTF8') FROM qcr.ledger_body WHERE serial = {head + 1}")
    check("its entry is of its own kind and about what was signed", entry[0] == "policy-add" and [f"content {entry[1]}"] in body, (entry, body))
    again = s.add(COUNTY)
    check("the same again is refused", again.returncode == 11 and "3009" in again.stderr and "county@1" in again.stderr, again.stderr)
    spaced = admin.call("policy_add", {"document": json.dumps(COUNTY, indent=3).encode()})
    check("so is the same written otherwise", (spaced["code"], spaced["field"]) == (3009, "document"), spaced)
    other = s.add({**COUNTY, "scope": "食品"})
    check("another document under its id and version is refused, naming what is there", other.returncode == 11 and "3009" in other.stderr
          and hashed in other.stderr, other.stderr)
    for document in (TRIAL, NEXT_YEAR, LAST_YEAR, OTHER):
        done = s.add(document, "--json")
        check(f"{name(document)} is brought in", done.returncode == 0 and json.loads(done.stdout)["policy"] == name(document), done.stderr)
        s.learn(name(document), document)


def showing(s):
    r = s.r
    rows = s.listed()
    check("all are listed", sorted(rows) == sorted([FOUNDING, "county@1", "county@2", "county@3", "county@4", "county@5"]), rows)
    check("the founding's is in force, the others never were", [(w, row["active_since"]) for w, row in rows.items() if row["active_since"]] == [(FOUNDING, 1)]
          and not any(row["active_until"] or row["run"] for row in rows.values()), rows)
    check("which are on trial is said", {w: row["standing"] for w, row in rows.items()} ==
          {w: "trial" if w in (FOUNDING, "county@2") else "in-force" for w in rows}, rows)
    table = r.admin("policy", "list").stdout.splitlines()
    check("the table says it in a line each", len(table) == 7 and "never in force" in table[1] and "in force since 1" in table[6], table)
    for word in ("county@1", s.hashes["county@1"]):
        shown = r.admin("policy", "show", word, "--json", "--as", "regulator")
        check("one is shown by name and by hash, with its document", shown.returncode == 0 and json.loads(shown.stdout)["document"] == COUNTY
              and json.loads(shown.stdout)["sha256"] == s.hashes["county@1"], shown)
    file = r.admin("policy", "show", "county@1", "--document")
    check("its document alone can be a file again", json.loads(file.stdout) == COUNTY)
    text = r.admin("policy", "show", "county@2").stdout
    check("for people it is a line and the document", text.splitlines()[1].startswith("county@2  trial") and json.loads(text.split("\n\n")[1]) == TRIAL)
    for word, status, code in (("county@9", 11, "3010"), ("ab" * 32, 11, "3010"), ("county", 2, "2007"), ("county@", 2, "2007"), ("@1", 2, "2007"),
                               ("county@1x", 2, "2007"), ("county@1234567890", 2, "2007"), ("AB" * 32, 2, "2007")):
        done = r.admin("policy", "show", word)
        check(f"{word} is not shown", done.returncode == status and code in done.stderr, (done.returncode, done.stderr))
    for words in (["add"], ["show"], ["activate"], ["list", "x"], ["rollback", "x"], ["list", "--colour"]):
        check(f"policy {' '.join(words)} is usage", r.admin("policy", *words).returncode == 2)


# ------------------------------------------------------------------------------------------------- what may not be switched
def refusals(s):
    r, head = s.r, s.head()
    for word, code, what in (("county@2", "3029", "a policy on trial"), ("county@4", "3030", "a policy of last year"),
                             (FOUNDING, "3031", "the policy in force"), ("county@9", "3010", "a policy nobody knows")):
        done = r.admin("policy", "activate", word)
        check(f"{what} is not put in force, before any work", done.returncode == 11 and code in done.stderr, (done.returncode, done.stderr))
    done = r.admin("policy", "rollback")
    check("there is no way back from the first policy", done.returncode == 11 and "no other policy" in done.stderr, done)
    county = s.hashes["county@1"]
    check("a rehearsal says it may be, whatever the run", s.rehearse(county)["code"] == 1001)
    check("so may a policy of next year be proposed ahead of its day", s.rehearse(s.hashes["county@3"])["code"] == 1001)
    for hashed, code in ((s.hashes["county@2"], 3029), (s.hashes["county@4"], 3030), (s.hashes[FOUNDING], 3031), ("00" * 32, 3010), ("00" * 31, 2007)):
        check(f"and says {code} of what may not", s.rehearse(hashed)["code"] == code)
    check("rehearsing needs the role, too", s.rehearse(county, "reviewer")["code"] == 2103)
    for what, run in (("none", 0), ("the serial of what is no run", 1), ("an import", int(r.sql("SELECT min(serial) FROM qcr.run")[0][0])),
                      ("one to come", head + 100), ("the greatest number", (1 << 63) - 1)):
        answer = s.propose(county, run)
        check(f"a switch without its shadow run is refused: {what}", (answer["code"], answer["field"]) == (3032, "run_serial"), answer)
    check("a number that is no serial is a field's fault", s.propose(county, 1 << 63)["code"] == 2007)
    check("nothing of all that is in the ledger", s.head() == head and r.sql("SELECT count(*) FROM qcr.policy_activation") == [["1"]])


def long_ones(s):
    """A document is told that it is too long by itself, not by the frame that it would have travelled in."""
    measure = {"zh": "措" * 32, "en": "m" * 96, "basis": "据" * 32, "item": "项" * 21}
    gate = {"zh": "优", "en": "good", "certificates": ["gmp"], "held_months": 12, "measures": [measure] * 8}
    document = policy(6, gates=[{**gate, "grade": grade * 2, "of": grade} for grade in "ABCDEFG"])
    document["bands"] = [{**document["bands"][0], "grade": grade, "min": 100 - 5 * n if n < 7 else 0, "measures": [measure] * 8}
                         for n, grade in enumerate("ABCDEFGH")]
    document["unrated"] = {**document["unrated"], "measures": [measure] * 8}
    document["deductions"]["penalty"]["warning"] = 5  # every band is reached
    document["veto"] = {**document["veto"], "active_listing": "H"}

    def of_octets(octets):
        long = json.loads(json.dumps(document))  # no list in it is shared
        over = len(json.dumps(long, ensure_ascii=False, separators=(",", ":")).encode()) - octets
        for place in [row["measures"] for row in long["gates"] + long["bands"]]:
            while over > 0 and len(place) > 1:
                over -= len(json.dumps(place.pop(), ensure_ascii=False, separators=(",", ":")).encode()) + 1
        for n in range(2):
            key, much = ("scope", "issued_by")[n], min(-over, 200)
            long[key], over = "x" * (much + len(long[key].encode())), over + much
        assert over == 0, over
        return long

    longest, too_long = of_octets(49152), of_octets(49153)
    done = s.r.admin("policy", "check", s.write(too_long), "--json")
    error = json.loads(done.stdout)["error"]
    check("a document that no request carries is none, whole, by its size", done.returncode == 2 and (error["key"], error["flaw"], error["value"]) ==
          (None, "size", "49153") and "49152" in error["reason"], error)
    done = s.add(too_long)
    check("nor is it sent", done.returncode == 2 and "more than 49152 octets in canonical form: 49153" in done.stderr, done.stderr)
    answer = s.people["admin"].call("policy_add", {"document": json.dumps(too_long, ensure_ascii=False, separators=(",", ":")).encode()})
    check("who sends it is told the same", (answer["code"], answer["field"], answer["value"]) == (3026, "document", "49153"), answer)
    done = s.r.admin("policy", "check", s.write(longest))
    check("one octet less is sound", done.returncode == 0, done.stderr)
    done = s.add(longest)
    check("and is brought in", done.returncode == 0, done.stderr)
    shown = s.r.admin("policy", "show", "county@6", "--json")
    check("and shown as it is", json.loads(shown.stdout)["document"] == longest)


def ahead(s):
    """What follows on a policy that ends is proposed before it has ended."""
    r, day, hashed = s.r, NEXT_YEAR["effective"]["from"], s.hashes["county@3"]
    rehearsed = s.rehearse(hashed)
    check("a rehearsal says from when on it may be approved", rehearsed["code"] == 1001 and rehearsed["filed"]["effective_from"] == day, rehearsed)
    check("and says no day of what may be today", not s.rehearse(s.hashes["county@1"])["filed"].get("effective_from"))
    done = r.admin("policy", "activate", "county@3", "--json", timeout=120)
    proposed = json.loads(done.stdout)
    check("a policy of next year is proposed, with its day", done.returncode == 0 and proposed["effective_from"] == day, (proposed, done.stderr))
    check("which is said before the work", f"qcr-admin policy activate: county@3 can be approved from {day} on\n" in done.stderr, done.stderr)
    pending = [p["summary"] for p in s.people["admin2"].pending()["proposals"]["proposal"] if p["kind"] == "policy-activate"]
    check("who is to approve it reads the day", pending == [f"policy-activate county@3, {hashed}, run {proposed['run']}, to be approved from {day} on"], pending)
    answer = s.people["admin2"].decide(proposed["proposal"])
    check("before its day it is not approved", answer["code"] == 3030 and f"county@3 is for days from {day} on" in answer["text"], answer)
    check("and nothing is switched", s.in_force() == s.hashes[FOUNDING])
    check("it can be taken back", s.people["admin2"].decide(proposed["proposal"], approve=False, reason="再议")["ok"])
    text = r.admin("policy", "activate", "county@3", timeout=120)
    check("people read the day, too", text.returncode == 0 and f"another administrator approves it, from {day} on: " in text.stdout, text.stdout)


# ------------------------------------------------------------------------------------------------------------ the switch
class Poller(threading.Thread):
    """One connection that asks for everybody again and again; keeps what it was told, in order."""

    def __init__(self, s, codes):
        super().__init__(daemon=True)
        self.s, self.codes, self.statements, self.trouble = s, codes, [], []
        self.over, self.rounds = threading.Event(), 0

    def run(self):
        with Person(self.s.r.home, "regulator", self.s.r.port) as person:
            while not self.over.is_set():
                # all of them may be one worker's, whose queue is not to be full for the others
                for code, answer in zip(self.codes, person.pipeline([person.lookup_call(code) for code in self.codes], most=100)):
                    if answer["ok"]:
                        self.statements.append((code, statement_lines(answer["sealed"]["statement"])))
                    else:
                        self.trouble.append(answer)
                self.rounds += 1

    def after(self, rounds):
        """Waits for so many rounds more."""
        wanted = self.rounds + rounds
        return wait_until(lambda: self.rounds >= wanted or not self.is_alive(), 60)

    def end(self):
        self.over.set()
        self.join()

    def changes(self):
        """The policies it was answered by, each as often as it came anew."""
        seen = []
        for _, statement in self.statements:
            if not seen or seen[-1] != statement["policy-hash"]:
                seen.append(statement["policy-hash"])
        return seen


def switch(s, words, wanted, pollers):
    """Proposes, is refused to the proposer, approves; the approval's serial."""
    proposed = s.activate(*words)
    before = s.in_force()
    check(f"{' '.join(words)} proposes {wanted} with its run and says how it is approved",
          (proposed["policy"], proposed["sha256"], str(proposed["proposal"]) in proposed["approve"]) == (wanted, s.hashes[wanted], True)
          and s.listed()[wanted]["run"] == proposed["run"], proposed)
    pending = [p["summary"] for p in s.people["admin2"].pending()["proposals"]["proposal"] if p["kind"] == "policy-activate"]
    check("it waits with policy, hash and run", f"policy-activate {wanted}, {s.hashes[wanted]}, run {proposed['run']}" in pending, pending)
    own = s.r.qcr("approve", proposed["proposal"], "--yes", who="admin")
    check("its proposer does not approve it", own.returncode == 11 and "self_approval" in own.stdout + own.stderr, own.stderr)
    check("nor does who is no administrator", s.people["superior"].decide(proposed["proposal"])["code"] == 2103)
    check("until then nothing has changed", s.in_force() == before)
    for poller in pollers:
        poller.after(1)
    approved = s.r.qcr("approve", proposed["proposal"], "--yes", "--json", who="admin2")
    check("another administrator approves it", approved.returncode == 0, approved.stdout + approved.stderr)
    serial = json.loads(approved.stdout)["serial"]
    check("its entry is the switch, with the run", s.r.sql(f"SELECT encode(policy_hash, 'hex'), run_serial FROM qcr.policy_activation WHERE serial = {serial}") ==
          [[s.hashes[wanted], str(proposed["run"])]])
    for poller in pollers:
        poller.after(2)
    return serial


def everybody(s, wanted, serial):
    """All enterprises by the real client, which checks every proof; and by the grader of its own."""
    status, answers = s.r.lookup_many(s.codes)
    check("everybody is answered", len(answers) == len(s.codes) and all("grade" in answer for answer in answers),
          (status, len(answers), [answer for answer in answers if "grade" not in answer][:2]))
    check(f"all of {wanted}", {answer["policy_hash"] for answer in answers} == {s.hashes[wanted]}, collections.Counter(a["policy_hash"] for a in answers))
    naive = s.naive()[s.hashes[wanted]]
    odd = [(code, answer["grade"], answer["score"], naive[code]) for code, answer in zip(s.codes, answers)
           if said(answer, "grade_until") != naive[code]]
    check("each grade, score and day of change is what the naive grader makes of the records", not odd, (len(odd), odd[:3]))
    (live,) = s.r.sql("SELECT count(*) FILTER (WHERE policy_hash = " + POLICY_IN_FORCE + "), count(*) FROM qcr.live_grade")
    check("so is what is stored", live[0] == live[1] and {(row[0], row[1], row[2]) for row in s.r.sql(
        "SELECT subject, grade, coalesce(score::text, '') FROM qcr.live_grade")} ==
          {(code[8:17] if len(code) == 18 else code, g, "" if score is None else str(score)) for code, (g, score, _) in naive.items()}, live)
    return collections.Counter(answer["grade"] for answer in answers)


POLICY_IN_FORCE = "(SELECT policy_hash FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1)"


def there_and_back(s):
    before = everybody(s, FOUNDING, 1)
    pollers = [Poller(s, s.codes[n::9]) for n in range(3)]
    for poller in pollers:
        poller.start()
    there = switch(s, ["activate", "county@1"], "county@1", pollers)
    after = everybody(s, "county@1", there)
    check("the new policy moved some", before != after, (before, after))
    row = s.listed()
    check("the list says since when, and until when the other was", (row["county@1"]["active_since"], row[FOUNDING]["active_since"], row[FOUNDING]["active_until"]) ==
          (there, None, there), row)
    again = s.r.admin("policy", "activate", "county@1")
    check("what is in force is not put in force again", again.returncode == 11 and "3031" in again.stderr, again.stderr)
    back = switch(s, ["rollback"], FOUNDING, pollers)
    check("the way back gives everybody the grade of before", everybody(s, FOUNDING, back) == before)
    for poller in pollers:
        poller.end()
    naive = s.naive()
    wanted = [s.hashes[FOUNDING], s.hashes["county@1"], s.hashes[FOUNDING]]
    for poller in pollers:
        check("one connection is answered by one policy, then by the other, then by the first, and never by both", poller.changes() == wanted, poller.changes())
        check("it was answered all the time", not poller.trouble and poller.rounds > 3, (poller.rounds, poller.trouble[:1]))
        mixed = [(code, statement) for code, statement in poller.statements if said(statement) != naive[statement["policy-hash"]][code]]
        check("each answer is that of the policy it names", not mixed, (len(mixed), mixed[:1]))
        wrong = [statement["serial"] for _, statement in poller.statements
                 if (there <= int(statement["serial"]) < back) != (statement["policy-hash"] == s.hashes["county@1"])]
        check("and it names the policy of its serial", not wrong, wrong[:3])
    return sum(len(poller.statements) for poller in pollers)


# ---------------------------------------------------------------------------------------------------------- at one moment
def waiting(s, user, count):
    return wait_until(lambda: len(s.r.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = '" + user + "'")) >= count, 10)


def in_thread(results, key, what):
    def call():
        results[key] = what()
    thread = threading.Thread(target=call)
    thread.start()
    return thread


def writers_in_between(s):
    """
    A record is filed and a file imported, both decided under the old policy and both behind the switch in the queue for
    the ledger's head: each must decide again.
    """
    r, results = s.r, {}
    officers = [row[0:2] for row in r.sql(
        "SELECT DISTINCT ON (c.subject) c.code, v.name FROM qcr.code c JOIN qcr.party_version v USING (subject)"
        " WHERE length(c.code) = 18 AND registration = 'active' AND kind = 'enterprise'"
        " AND NOT EXISTS (SELECT FROM qcr.record r WHERE r.subject = c.subject) ORDER BY c.subject LIMIT 2")]
    lines = (TOP / "tests" / "data" / "jiange" / "penalties.csv").read_text().splitlines()
    path = r.dir / "again.csv"
    changed = next(row for row in r.sql("SELECT document, subject FROM qcr.record WHERE type = 'penalty' AND version = 1 ORDER BY document"
                                        ) if sum(row[0] in line for line in lines) == 1)
    line = next(line for line in lines if changed[0] in line)
    path.write_text(lines[0] + "\n" + line.replace(changed[0], changed[0].replace("号", "1号")) + "\n")
    proposed = s.activate("activate", "county@1")
    people = [Person(r.home, who, r.port).connect() for who in ("admin2", "recorder", "officer")]
    with r.held("SELECT FROM qcr.ledger_head FOR UPDATE"):
        threads = [in_thread(results, "approval", lambda: people[0].decide(proposed["proposal"]))]
        waiting(s, "qcr_app", 1)
        for n, person in enumerate(people[1:]):
            threads.append(in_thread(results, n, lambda n=n, person=person: person.record_file(*officers[n], f"剑市监处罚〔2026〕800{n}号")))
            waiting(s, "qcr_app", 2 + n)
        threads.append(in_thread(results, "import", lambda: r.admin("import", "penalties", path, "--json")))
        held = waiting(s, "qcr_import", 1)
        check("the switch, two officers and an import wait for the ledger's head", held and not results, results)
    for thread in threads:
        thread.join()
    for person in people:
        person.close()
    check("all of them come through", results["approval"]["ok"] and results[0]["ok"] and results[1]["ok"] and results["import"].returncode == 0, results)
    serial = results["approval"]["serial"]
    subjects = [code[8:17] for code, _ in officers] + [changed[1]]
    written = r.sql(f"SELECT subject, encode(policy_hash, 'hex'), serial > {serial} FROM qcr.standing WHERE subject = ANY ('{{{','.join(subjects)}}}')")
    check("what was decided under the old policy was decided again under the new one", sorted(written) ==
          sorted([subject, s.hashes["county@1"], "t"] for subject in subjects), (serial, written))
    check("and the reply says the grade of the new one", {results[n]["filed"]["grade_after"] for n in (0, 1)} == {"C"}, results[0])
    everybody(s, "county@1", serial)


def two_switches(s):
    """Two administrators propose; both are approved at once; the second is overtaken."""
    r, results = s.r, {}
    first = s.activate("rollback")
    hashed, run = s.hashes[FOUNDING], first["run"]
    second = s.propose(hashed, run, "admin2")
    check("another administrator may propose the same", second["code"] == 1001, second)
    with Person(r.home, "admin2", r.port) as one, Person(r.home, "admin", r.port) as other:
        with r.held("SELECT FROM qcr.ledger_head FOR UPDATE"):
            threads = [in_thread(results, 0, lambda: one.decide(first["proposal"]))]
            waiting(s, "qcr_app", 1)
            threads.append(in_thread(results, 1, lambda: other.decide(second["serial"])))
            check("both approvals wait for the ledger's head", waiting(s, "qcr_app", 2) and not results, results)
        for thread in threads:
            thread.join()
    check("the first is the switch, the second is overtaken", (results[0]["code"], results[1]["code"]) == (1000, 3008) and "in force already" in results[1]["text"],
          results)
    check("there was one switch", r.sql(f"SELECT encode(policy_hash, 'hex') FROM qcr.policy_activation ORDER BY serial DESC LIMIT 2") ==
          [[hashed], [s.hashes["county@1"]]])
    check("the overtaken one can be taken back", s.people["admin2"].decide(second["serial"], approve=False, reason="已生效")["ok"])


def run_in_between(s):
    """A later shadow run begins while the approval waits: its slot is the one that was to become live."""
    r, results = s.r, {}
    proposed = s.activate("activate", "county@5")
    s.people["admin"].connect()
    run = HandmadeRun(Forger(r), s.people["admin"])
    before = s.in_force()
    with Person(r.home, "admin2", r.port) as person:
        with r.held("SELECT FROM qcr.ledger_head FOR UPDATE"):
            threads = [in_thread(results, "run", lambda: run.begin(s.hashes["county@1"]))]
            check("a run that begins waits for the ledger's head", waiting(s, "postgres", 1))
            threads.append(in_thread(results, "approval", lambda: person.decide(proposed["proposal"])))
            check("the approval waits behind it", waiting(s, "qcr_app", 1) and not results, results)
        for thread in threads:
            thread.join()
    check("the approval is overtaken by the run", results["approval"]["code"] == 3008 and "a later one has begun" in results["approval"]["text"], results)
    check("nothing was switched", s.in_force() == before)
    check("proposing it again needs a run again", s.propose(s.hashes["county@5"], proposed["run"])["code"] == 3032)
    done = r.admin("policy", "activate", "county@5", "--json")
    error = json.loads(done.stdout)
    check("which is refused while one was cut off, in one document", done.returncode == 11 and "--abandon" in done.stderr and
          (error["exit"], error["error"], error["reason"]) == (11, 3034, "run-unfinished"), (done.returncode, error, done.stderr))


# ----------------------------------------------------------------------------------------------------------- a superuser
EDITS = [
    ("a policy is inserted", "INSERT INTO qcr.policy VALUES (sha256('{}'), 'p', 1, '{}', 'trial', 3)", ("policy", "", "was inserted")),
    ("a policy is removed", "DELETE FROM qcr.policy WHERE policy_id = 'county' AND policy_version = 2", ("policy", "{trial}", "is missing")),
    ("a policy on trial is called one in force", "UPDATE qcr.policy SET standing = 'in-force' WHERE policy_version = 2", ("policy", "{trial}", "standing is not the document's")),
    ("a policy is laid to another entry", "UPDATE qcr.policy SET serial = serial - 1 WHERE policy_id = 'county' AND policy_version = 2", ("policy", "{trial}", "was changed")),
    ("a switch is inserted", "INSERT INTO qcr.policy_activation VALUES ({head}, '\\x{county}', {run})", ("policy_activation", "{head}", "was inserted")),
    ("a switch is removed", "DELETE FROM qcr.policy_activation WHERE serial = {switch}", ("policy_activation", "{switch}", "is missing")),
    ("a switch is turned to another policy", "UPDATE qcr.policy_activation SET policy_hash = '\\x{trial}' WHERE serial = {switch}", ("policy_activation", "{switch}", "was changed")),
    ("a switch is given another run", "UPDATE qcr.policy_activation SET run_serial = {run} WHERE serial = {switch}", ("policy_activation", "{switch}", "was changed")),
    ("the run of a switch loses its end", "DELETE FROM qcr.recalc_end WHERE serial = (SELECT run_serial FROM qcr.policy_activation WHERE serial = {switch})",
     ("policy_activation", "{switch}", "not the newest complete shadow run")),
    ("what brought a policy in is another request", "UPDATE qcr.act SET request = request || '\\x00' WHERE serial = {added}", ("act", "{added}", "signature is not the person's")),
]


def superuser(s):
    """Each edit on a copy of the store, found by table and key."""
    r = s.r
    switches = r.sql("SELECT serial, run_serial FROM qcr.policy_activation WHERE serial > 1 ORDER BY serial")
    places = {"trial": s.hashes["county@2"], "county": s.hashes["county@1"], "head": str(s.head()), "switch": switches[0][0], "run": switches[-1][1],
              "added": r.sql("SELECT serial FROM qcr.policy WHERE policy_id = 'county' AND policy_version = 2")[0][0]}
    r.stop()
    for number, (what, statement, wanted) in enumerate(EDITS):
        database = f"copy{number}"
        r.sql(f"CREATE DATABASE {database} TEMPLATE qcr", database="postgres")
        for word, value in places.items():
            statement = statement.replace("{" + word + "}", value)
        r.sql(OFF + statement, database=database)
        done = subprocess.run(["qcr-admin", "doctor", "--json", "--database", f"host={r.pg} dbname={database}"], env=r.env, capture_output=True, text=True)
        table, key, reason = (part.format(**places) for part in wanted)
        found = json.loads(done.stdout)["findings"]
        check(f"{what}: found", done.returncode == 1 and any(f["table"] == table and key in f["key"] and reason in f["reason"] for f in found), found[:4])
        r.sql(f"DROP DATABASE {database}", database="postgres")
    r.start()


def clean(s, when):
    done = s.r.admin("doctor")
    check(f"the doctor finds nothing {when}", done.returncode == 0 and "clean" in done.stdout, done.stdout + done.stderr)


def main():
    with Registry(config={"lookups_per_day": 100000000}) as r, People(r) as people:
        r.import_sample()
        s = Scene(r, people)
        bringing_in(s)
        showing(s)
        refusals(s)
        long_ones(s)
        ahead(s)
        print(f"# {there_and_back(s)} answers around two switches", flush=True)
        clean(s, "after a switch and the way back")
        writers_in_between(s)
        two_switches(s)
        clean(s, "after writers and switches at once")
        people.__exit__()
        people.persons.clear()
        superuser(s)
        run_in_between(s)
    finish()


if __name__ == "__main__":
    main()
