#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Documents of cases and what is seen of cases: by whom, with which purpose, what is left behind when it is refused."""
import datetime
import hashlib
import os
import pathlib
import signal
import sys
import threading
import time

from cryptography import x509

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, Person, today  # noqa: E402
from registry import ORIGIN, TOP, Registry, check, finish, wait_until  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
OTHER_CODE, OTHER_NAME = "92510823MAR7JY3WXM", "剑阁县诚诚食品经营部"
NOBODY = "91350100M000100Y43"
PIECE = 48 * 1024
WHY = "audit-2026"
# Lines of a statement that move with every entry of the ledger or every answer, whatever it is about.
MOVING = {"request", "nonce", "known-at", "serial", "data-as-of", "valid-until", "ledger-size", "ledger-root", "salt"}


def pdf(length, mark=b""):
    return b"%PDF-1.7\n" + mark + os.urandom(length - 9 - len(mark))


def sha(octets):
    return hashlib.sha256(octets).digest()


def put(person, octets, offset=0, length=PIECE, digest=None, total=None):
    return person.call("evidence_put", {"sha256": digest or sha(octets), "total": len(octets) if total is None else total,
                                        "offset": offset, "octets": octets[offset:offset + length]})


def get(person, case, digest, offset=0, purpose=None):
    return person.call("evidence_get", {"code": case.code, "number": case.number, "sha256": digest, "offset": offset, "purpose": purpose})


def path_of(r, digest):
    return r.home / "evidence" / digest.hex()[:2] / digest.hex()[2:]


def incoming(r):
    return list((r.home / "evidence" / "incoming").iterdir())


def spool_text(r):
    """What the workers wrote of the read audit and has not been shipped yet, then what has."""
    text = "".join(p.read_text() for p in sorted((r.home / "spool").glob("*.audit")))
    rows = r.sql("select person_id, operation, coalesce(code, ''), coalesce(purpose, ''), outcome from qcr.read_audit")
    return text + "".join("person={} operation={} code={} purpose={} outcome={}\n".format(*row) for row in rows)


def lines_of(r, person, operation, outcome):
    return [line for line in spool_text(r).splitlines()
            if f"person={person} " in line and f"operation={operation} " in line and line.rstrip().endswith(f"outcome={outcome}")]


def left_one(r, person, operation, outcome, doing):
    """Exactly one more line of that kind after `doing`."""
    before = len(lines_of(r, person, operation, outcome))
    answer = doing()
    return answer, len(lines_of(r, person, operation, outcome)) - before


# ------------------------------------------------------------------ handing in
def refusals(r, people):
    officer = people["officer"]
    good = pdf(3000)
    answer, lines = left_one(r, "officer", "evidence-put", "evidence-refused", lambda: put(officer, good, digest=sha(b"other")))
    check("a document that is not what its hash says is refused", answer["code"] == 3025 and answer["field"] == "sha256", answer)
    check("and leaves one line of the read audit", lines == 1, lines)
    check("and nothing of it on the disk", not incoming(r) and not path_of(r, sha(b"other")).exists())
    for name, octets in (("a program", b"\x7fELF" + bytes(200)), ("an archive that is not ZIP", b"7z\xbc\xaf\x27\x1c" + bytes(50)),
                         ("text in GBK", "现场笔录".encode("gbk")), ("text with a NUL", b"abc\0def")):
        answer = put(officer, octets)
        check(f"{name} is refused", answer["code"] == 3025 and answer["field"] == "octets", answer)
        check(f"and {name} is not kept", not path_of(r, sha(octets)).exists() and not incoming(r))
    big = 20 * 1024 * 1024 + 1
    answer = put(officer, good, total=big)
    check("more than evidence_octets is refused before anything is taken", answer["code"] == 3025 and answer["field"] == "total", answer)
    answer = officer.call("evidence_put", {"sha256": sha(good), "total": len(good), "offset": 0, "octets": b""})
    check("a piece without octets is refused", answer["code"] == 3025, answer)
    for name, digest in (("31 octets", bytes(31)), ("a path", b"../../../../../../etc/passwd\0\0\0\0\0"), ("nothing", b"")):
        answer = officer.call("evidence_put", {"sha256": digest, "total": 3, "offset": 0, "octets": b"abc"})
        check(f"a hash of {name} is no hash", answer["code"] == 2007 and answer["field"] == "sha256", answer)
    weird = b"../../../../../../../../tmp/evil"
    answer = officer.call("evidence_put", {"sha256": weird, "total": 3, "offset": 0, "octets": b"abc"})
    check("32 octets that look like a path are a hash like any other", answer["code"] == 3025, answer)
    check("and nothing is written outside the folder", not pathlib.Path("/tmp/evil").exists() and not incoming(r))
    answer = put(officer, good, offset=2 ** 63, length=0)
    check("an offset beyond everything is refused", answer["code"] == 3025, answer)
    for who in ("regulator", "recorder", "admin", "auditor"):
        answer, lines = left_one(r, who, "evidence-put", "role-missing", lambda: put(people[who], good))
        check(f"{who} hands in nothing, and it is noted", answer["code"] == 2103 and lines == 1, (answer, lines))
    check("and it is not kept", not path_of(r, sha(good)).exists())


def order(r, people):
    officer, octets = people["officer"], pdf(3 * PIECE + 100)
    answer = put(officer, octets, PIECE)
    check("a document begins at its first octet", answer["code"] == 2007 and answer["field"] == "offset", answer)
    check("its first piece is taken", put(officer, octets)["evidence"]["kept"] == PIECE)
    answer = put(officer, octets, 2 * PIECE)
    check("the piece after the next is refused, the next is told", answer["code"] == 2007 and str(PIECE) in answer["text"], answer)
    for offset in range(PIECE, len(octets), PIECE):
        answer = put(officer, octets, offset)
    check("and the put goes on where it was", answer["ok"] and answer["evidence"]["kept"] == len(octets), answer)
    kept = path_of(r, sha(octets))
    check("the document is kept as it was", kept.read_bytes() == octets)
    check("for nobody to write to, and for nobody else to read", kept.stat().st_mode & 0o777 == 0o440
          and (r.home / "evidence").stat().st_mode & 0o007 == 0, oct(kept.stat().st_mode))
    inode = kept.stat().st_ino
    officer.evidence_put(octets)
    check("handed in again it is taken and nothing is overwritten", kept.stat().st_ino == inode and not incoming(r))


def at_once(r, people):
    octets = pdf(2 * 1024 * 1024)
    done, names = [], ["officer", "officer2", "officer3", "reviewer", "superior", "publisher"]

    def one(name):
        with Person(r.home, name, r.port) as person:
            try:
                done.append(person.evidence_put(octets))
            except (AssertionError, OSError) as error:
                done.append(error)

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("six who hand in one document at once all succeed", done == [sha(octets).hex()] * 6, done)
    check("it is kept once and whole", path_of(r, sha(octets)).read_bytes() == octets and not incoming(r), incoming(r))
    piece = people["officer"]
    calls = [piece.make("evidence_put", {"sha256": sha(octets), "total": len(octets), "offset": o, "octets": octets[o:o + PIECE]})
             for o in range(0, len(octets), PIECE)]
    answers = piece.pipeline(calls)
    check("pieces sent without waiting are taken in order", all(a["ok"] for a in answers) and answers[-1]["evidence"]["kept"] == len(octets))


def killed(r, people):
    """A worker is killed with half a document: nothing counts, and it is handed in anew."""
    officer, octets = Person(r.home, "officer", r.port), pdf(4 * PIECE)
    put(officer, octets)
    put(officer, octets, PIECE)
    before = r.processes("worker")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    check("killed workers come back", wait_until(lambda: len(r.processes("worker")) == 2 and not set(before) & set(r.processes("worker")), 20))
    check("half a document is none", not path_of(r, sha(octets)).exists() and len(incoming(r)) == 1, incoming(r))
    leftover = incoming(r)[0]
    os.utime(leftover, (time.time() - 90000,) * 2)
    for who in people.persons.values():
        who.close()
    officer.close()
    for pid in r.processes("worker"):
        os.kill(pid, signal.SIGKILL)
    check("what is left of it is removed a day later by a worker that starts", wait_until(lambda: not leftover.exists(), 20))
    digest = wait_until(lambda: try_put(r, octets), 20)
    check("handed in again it is kept", digest == sha(octets).hex() and path_of(r, sha(octets)).read_bytes() == octets)


def try_put(r, octets):
    try:
        with Person(r.home, "officer", r.port) as person:
            return person.evidence_put(octets)
    except OSError:
        return None


class Closed:
    """A folder that the workers' user cannot use for a while."""

    def __init__(self, folder, mode):
        self.folder, self.mode, self.before = folder, mode, folder.stat()

    def __enter__(self):
        if os.geteuid() == 0:
            os.chown(self.folder, 0, 0)
        self.folder.chmod(self.mode)

    def __exit__(self, *_):
        if os.geteuid() == 0:
            os.chown(self.folder, self.before.st_uid, self.before.st_gid)
        self.folder.chmod(self.before.st_mode & 0o777)


def unusable(r, people):
    """The folder refuses (as a full or failing disk does): faults and no verdicts, and the registry goes on answering."""
    with Closed(r.home / "evidence" / "incoming", 0o555):
        answer = put(people["officer"], pdf(100))
        check("where nothing can be written it is a fault and no verdict", answer["code"] == 5001 and "kept" in answer["text"], answer)
        check("and lookups go on", people["regulator"].lookup(CODE).get("code") == CODE)
    check("and when it can be again, it is", put(people["officer"], pdf(100))["ok"])
    paper = people.paper("officer", "现场检查笔录")
    case = Case(people, CODE, NAME)
    with Closed(path_of(r, bytes.fromhex(paper)).parent, 0):
        answer = case.ask("open", dry_run=True)
        check("where a document cannot be looked for, it is not said to be missing", answer["code"] == 5001, answer)
    check("and when it can, the step may be taken", case.ask("open", dry_run=True)["ok"])


# ------------------------------------------------------------------ reading back
def reading(r, people, case, other):
    octets, second = pdf(2 * 1024 * 1024, b"first"), pdf(500, b"second")
    digest, theirs = sha(octets), sha(second)
    answer = case.ask("open", evidence=[digest.hex()])
    check("a step that names a document nobody handed in is refused", answer["code"] == 3024, answer)
    people["officer"].evidence_put(octets)
    people["drug-officer"].evidence_put(second)
    case.take("open", evidence=[digest.hex()])
    other.take("open", evidence=[theirs.hex()])
    back = b""
    while len(back) < len(octets):
        answer = get(people["reviewer"], case, digest, len(back))
        if not answer["ok"] or not answer["evidence"]["octets"]:
            break
        back += answer["evidence"]["octets"]
    check("a colleague reads the document back as it was", back == octets and answer["evidence"]["total"] == len(octets), len(back))
    check("beyond its end there is nothing", get(people["reviewer"], case, digest, len(octets))["evidence"].get("octets") == b"")
    answer, lines = left_one(r, "drug-officer", "evidence-get", "case-unknown", lambda: get(people["drug-officer"], case, digest))
    check("to another office there is no such case, and it is noted", answer["code"] == 3013 and lines == 1, (answer, lines))
    check("a purpose does not help", get(people["drug-officer"], case, digest, purpose=WHY)["code"] == 3013)
    answer = get(people["officer"], case, theirs)
    check("a document of another case is not given by this one", answer["code"] == 3024, answer)
    check("a document that is kept and named by no case is given to nobody", get(people["officer"], case, sha(pdf(10)))["code"] == 3024)
    for who in ("regulator", "recorder", "admin"):
        answer = get(people[who], case, digest, purpose=WHY)
        check(f"{who} gets none", answer["code"] == 2103, answer)
    answer, lines = left_one(r, "auditor", "evidence-get", "purpose-missing", lambda: get(people["auditor"], case, digest))
    check("an auditor says why", answer["code"] == 3028 and lines == 1, (answer, lines))
    answer = get(people["auditor"], case, digest, purpose="  ")
    check("blanks are no reason", answer["code"] == 3028, answer)
    answer, lines = left_one(r, "auditor", "evidence-get", "document", lambda: get(people["auditor"], case, digest, purpose=WHY))
    check("and then reads, which is noted with the purpose", answer["ok"] and lines == 1 and WHY in
          lines_of(r, "auditor", "evidence-get", "document")[-1], lines)
    check("of a case that is not there nothing is read", get(people["officer"], Case(people, CODE, NAME, number=99), digest)["code"] == 3013)
    return octets, second


def pending_document(r, people, case):
    """Who is to confirm a step reads what it rests on first."""
    octets = pdf(400)
    people["officer"].evidence_put(octets)
    answer = case.ask("notice", document=octets and sha(octets).hex())
    check("a notice waits for a second person", answer["code"] == 1001, answer)
    check("who reads its document before confirming", get(people["officer3"], case, sha(octets))["evidence"]["octets"] == octets)
    check("which another office cannot", get(people["drug-officer"], case, sha(octets))["code"] == 3013)
    shown = people["officer3"].case_show(CODE, case.number)["case_file"]
    check("the case shows the step that waits", [str(p["serial"]) for p in shown["proposal"]] == [answer["filed"]["proposal"]], shown["proposal"])
    done = people["officer3"].decide(answer["filed"]["proposal"], approve=False, reason="先核实")
    check("rejected, its document is nobody's any more", done["ok"] and get(people["officer3"], case, sha(octets))["code"] == 3024, done)


def opening_document(r, people):
    """A case under a name the party does not have is opened by two: the second reads what it would rest on."""
    octets = pdf(300)
    digest = people["officer"].evidence_put(octets)
    case = Case(people, OTHER_CODE, "剑阁县诚诚食品商行", number=0)
    answer = case.ask("open", evidence=[digest])
    check("opening under another name waits for a second person", answer["code"] == 1001, answer)
    check("who reads its document", get(people["superior"], case, sha(octets))["evidence"]["octets"] == octets)
    check("which to another office is as if it were not there", get(people["drug-superior"], case, sha(octets))["code"] == 3024)
    check("nor is any other document given so", get(people["superior"], case, sha(pdf(20)))["code"] == 3024)
    check("and an auditor says why", [get(people["auditor"], case, sha(octets), purpose=why)["code"] for why in (None, WHY)] == [3028, 1000])
    done = people["superior"].decide(answer["filed"]["proposal"], approve=False, reason="名称不符")
    check("rejected, it is given no more", done["ok"] and get(people["superior"], case, sha(octets))["code"] == 3024)


# ------------------------------------------------------------------ showing
def true_signature(signature):
    key = x509.load_der_x509_certificate(signature["certificate"]).public_key()
    try:
        key.verify(signature["signature"], b"qcr-act/v1\n" + ORIGIN.encode() + b"\n" + signature["request"])
        return True
    except Exception:  # cryptography says InvalidSignature, anything else is as bad
        return False


def showing(r, people, case, octets):
    for who, code in (("drug-officer", 3013), ("drug-superior", 3013), ("regulator", 2103), ("admin", 2103), ("auditor", 3028)):
        answer, lines = left_one(r, who, "case-show", {3013: "case-unknown", 2103: "role-missing", 3028: "purpose-missing"}[code],
                                 lambda: people[who].case_show(CODE, case.number))
        check(f"{who} is not shown the case, and it is noted once", answer["code"] == code and lines == 1, (answer, lines))
    answers = [people[who].case_show(CODE, number) for who, number in (("officer", 99), ("drug-officer", 99), ("drug-officer", case.number))]
    check("of a number that is none the same is said as of a case of another office",
          answers[0]["code"] == 3013 and all({**a, "server": None} == {**answers[0], "server": None} for a in answers), answers)
    check("and of a code that is nobody's", people["officer"].case_show(NOBODY, 1)["code"] == 3003)
    shown = people["reviewer"].case_show(CODE, case.number)["case_file"]
    check("a colleague sees party, office and opener", (shown["code"], shown["name"], shown["office"], shown["opener"]) ==
          (CODE, NAME, "market", "officer"), shown)
    check("and where it stands", shown["state"] == "opened" and not shown["truncated"], shown["state"])
    check("and the procedure it was opened under, octet by octet", hashlib.sha256(shown["procedure"].encode()).hexdigest() ==
          r.sql("select encode(procedure_hash, 'hex') from qcr.case_file where subject = '141777630' and case_no = %d" % case.number)[0][0])
    event = shown["event"][0]
    check("its event names persons", (event["proposer"], event["proposer_name"], event["action"], event["state"]) ==
          ("officer", "王志强", "open", "opened"), event)
    fields = {f["name"]: f["value"] for f in event["field"]}
    check("and fields as they were signed", fields["evidence"] == sha(octets).hex() and fields["filed_on"] == event["day"], fields)
    check("no document and no signature unless asked for", not shown["document"] and "step" not in event)
    options = {o["action"]: o for o in shown["option"]}
    check("what may be done next stands there with whose it is", options["notice"]["refusal"] == "granted" and
          "officer" in options["notice"]["role"] and options["notice"]["second_role"], options.get("notice"))
    check("nothing is listed before the decision", not shown["listing"] and "term_end" not in shown)
    answer, lines = left_one(r, "auditor", "case-show", "found", lambda: people["auditor"].case_show(CODE, case.number, purpose=WHY))
    check("an auditor who says why sees it, and the reason is noted", answer["ok"] and lines == 1 and
          WHY in lines_of(r, "auditor", "case-show", "found")[-1])


def dossier(r, people, case, octets):
    case.to("decided")
    shown = people["officer"].case_show(CODE, case.number, dossier=True)["case_file"]
    events = shown["event"]
    check("a dossier has every event", [e["action"] for e in events] == case.done, [e["action"] for e in events])
    check("each with its signature, true under its certificate", all(true_signature(e["step"]) for e in events))
    two = [e for e in events if e["proposer"] != e["actor"]]
    check("and the second person's where there was one", two and all(true_signature(e["confirmation"]) for e in two)
          and not any("confirmation" in e for e in events if e["proposer"] == e["actor"]))
    certificates = [x509.load_der_x509_certificate(e["step"]["certificate"]).subject.rfc4514_string() for e in events]
    check("by the person the event names", all(e["proposer"] in c for e, c in zip(events, certificates)), certificates[:2])
    named = [(d["sha256"], d["field"]) for d in shown["document"]]
    check("and every document by event and field", (sha(octets), "evidence") in named and len(named) >= 5, named)
    check("all kept", {d["state"] for d in shown["document"]} == {"kept"} and all(d["octets"] > 0 for d in shown["document"]))
    check("its listing runs from the decision to the end of its term",
          [(e["effect"], e["from"], e["to"]) for e in shown["listing"]] == [("in-force", str(case.decided_on), shown["term_end"])], shown["listing"])
    check("and deadlines are said with their day", {d["word"] for d in shown["deadline"]} and all(d["day"] for d in shown["deadline"]))
    kept = path_of(r, sha(octets))
    whole = kept.read_bytes()
    kept.chmod(0o640)
    kept.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    states = {d["sha256"]: d["state"] for d in people["officer"].case_show(CODE, case.number, dossier=True)["case_file"]["document"]}
    check("one octet that changed is found", states.pop(sha(octets)) == "altered" and set(states.values()) == {"kept"}, states)
    kept.unlink()
    states = {d["sha256"]: d["state"] for d in people["officer"].case_show(CODE, case.number, dossier=True)["case_file"]["document"]}
    check("a document that is gone is found", states[sha(octets)] == "missing", states)
    check("and reading it says so", "missing" in get(people["officer"], case, sha(octets))["text"])
    people["officer"].evidence_put(whole)
    states = {d["sha256"]: d["state"] for d in people["officer"].case_show(CODE, case.number, dossier=True)["case_file"]["document"]}
    check("handed in again it is whole", states[sha(octets)] == "kept")


def large_document(r, people):
    """Twenty MiB are hashed while others are answered."""
    case, octets = Case(people, CODE, NAME).to("notice-served"), pdf(20 * 1024 * 1024)
    people["officer"].evidence_put(octets)
    case.take("statement", document=sha(octets).hex())
    waits, over = [], threading.Event()

    def ask():
        with Person(r.home, "regulator", r.port) as person:
            while not over.is_set():
                began = time.monotonic()
                person.call("ping", {})
                waits.append(time.monotonic() - began)

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for _ in range(5):
        shown = people["officer"].case_show(CODE, case.number, dossier=True)["case_file"]
    over.set()
    for thread in asking:
        thread.join()
    check("a document of 20 MiB is checked whole", [d["state"] for d in shown["document"] if d["octets"] == len(octets)] == ["kept"])
    check("and nobody waits for it", max(waits) < 0.5, max(waits))


def long_case(r, people):
    """More events than one reply carries come in pages that together are the case."""
    case = Case(people, CODE, NAME).to("notice-served")
    for n in range(210):
        case.take("statement", content=f"{n:03d}" + "陈述" * 660)
    plain = pages(people["officer"], case)
    check("a long case comes in more than one page", len(plain) > 1, len(plain))
    check("each within its frame, together every event once", [e["seq"] for page in plain for e in page["event"]] == list(range(1, case.seq + 1)))
    full = pages(people["officer"], case, dossier=True)
    check("so does its dossier, with every signature", len(full) > len(plain) and
          [e["seq"] for page in full for e in page["event"]] == list(range(1, case.seq + 1)) and
          all(true_signature(e["step"]) for page in full for e in page["event"]))
    check("and each page says where the whole stands", {page["state"] for page in full} == {"notice-served"})
    beyond = people["officer"].case_show(CODE, case.number, from_seq=1000)["case_file"]
    check("beyond its last event there is none", not beyond["event"] and not beyond["truncated"])


def pages(person, case, dossier=None):
    found, seq = [], 1
    while True:
        page = person.case_show(case.code, case.number, dossier=dossier, from_seq=seq)["case_file"]
        found.append(page)
        if not page["truncated"]:
            return found
        seq = page["event"][-1]["seq"] + 1


# ------------------------------------------------------------------ listing
def numbers(answer):
    return [(row["code"], row["number"]) for row in answer["cases"]["row"]] if answer["ok"] else answer


def listing(r, people, case, other):
    ours, theirs = people["officer"].case_list(), people["drug-officer"].case_list()
    check("an office lists its own cases alone", (CODE, case.number) in numbers(ours) and (CODE, other.number) not in numbers(ours), numbers(ours))
    check("and so does the other", numbers(theirs) == [(CODE, other.number)], numbers(theirs))
    row = [row for row in ours["cases"]["row"] if row["number"] == case.number][0]
    check("with party, procedure, state and the day it was opened", (row["name"], row["procedure"], row["state"], row["opened_on"]) ==
          (NAME, "samr-44", "decided", case.day("open")), row)
    check("newest first", numbers(ours) == sorted(numbers(ours), key=lambda n: -n[1]))
    check("a party's cases are one's office's only", (CODE, other.number) not in numbers(people["officer"].case_list(CODE)))
    second = Case(people, OTHER_CODE, OTHER_NAME).open()
    check("of a party with one case it is listed to its office", numbers(people["officer2"].case_list(OTHER_CODE)) == [(OTHER_CODE, second.number)])
    check("and by the organization code in it too", numbers(people["officer2"].case_list(OTHER_CODE[8:17])) == [(OTHER_CODE, second.number)])
    check("to another office it is as if there were none", numbers(people["drug-officer2"].case_list(OTHER_CODE)) == [])
    check("a party that is none is unknown", people["officer"].case_list(NOBODY)["code"] == 3003)
    check("an auditor says why", people["auditor"].case_list()["code"] == 3028)
    audited = numbers(people["auditor"].case_list(purpose=WHY))
    check("and lists everybody's", (CODE, case.number) in audited and (CODE, other.number) in audited, audited)
    for who in ("regulator", "recorder", "admin"):
        check(f"{who} lists none", people[who].case_list(purpose=WHY)["code"] == 2103)


def due(r, people):
    """A decision two days ago: its service is due within seven working days, its publication within twenty."""
    case = Case(people, CODE, NAME).to("decided", decided_on=str(today() - datetime.timedelta(days=2)))
    shown = people["officer"].case_show(CODE, case.number)["case_file"]
    open_ones = {d["word"]: d["day"] for d in shown["deadline"] if not d["done"]}
    next_day = min(day for day in open_ones.values() if day >= str(today()))
    days = (datetime.date.fromisoformat(next_day) - today()).days

    def due_within(count):
        mine = [row for row in people["officer"].case_list(within_days=count)["cases"]["row"] if row["number"] == case.number]
        return {d["word"]: d["day"] for row in mine for d in row["deadline"]}

    check("a deadline on the last day asked for is due, and what is past", due_within(days) == {w: d for w, d in open_ones.items() if d <= next_day},
          (open_ones, due_within(days)))
    check("the day before that it is not", days == 0 or due_within(days - 1) == {w: d for w, d in open_ones.items() if d < next_day},
          due_within(days - 1) if days else "")
    check("far enough ahead all of them are", due_within(400) == open_ones, (open_ones, due_within(400)))
    rows = people["officer"].case_list(within_days=60)["cases"]["row"]
    urgent = [min(d["day"] for d in row["deadline"]) for row in rows]
    check("the most urgent is first", urgent == sorted(urgent), urgent)
    case.take("serve-decision")
    check("what has been done is not due any more", set(due_within(400)) < set(open_ones), due_within(400))
    check("another office sees none of it", case.number not in [row["number"] for row in people["drug-officer"].case_list(within_days=3000)["cases"]["row"]])


def over(r, people):
    """A case that is over is shown to whoever says why."""
    case = Case(people, CODE, NAME).to("closed")
    number = case.number
    answer, lines = left_one(r, "officer", "case-show", "purpose-missing", lambda: people["officer"].case_show(CODE, number))
    check("a case that is over is shown to nobody without a purpose, its own office not excepted", answer["code"] == 3028 and lines == 1, answer)
    answer = people["officer"].case_show(CODE, number, purpose="答复当事人")
    check("and with one to its office", answer["ok"] and answer["case_file"]["state"] == "closed", answer)
    check("its documents alike", get(people["officer"], case, bytes.fromhex(people.paper("officer", "现场检查笔录")))["code"] == 3028)
    check("it is not in the office's list", (CODE, number) not in numbers(people["officer"].case_list()))
    check("nor among what is due", (CODE, number) not in numbers(people["officer"].case_list(within_days=3000, purpose="查")))
    check("unless a purpose is given", (CODE, number) in numbers(people["officer"].case_list(purpose="统计")))
    check("and a party's list that would leave it out says that it wants one", people["officer"].case_list(CODE)["code"] == 3028)
    removed = Case(people, CODE, NAME).to("removed", decided_on=str(today() - datetime.timedelta(days=400)))

    def due_of(number):
        return [d["word"] for row in people["publisher"].case_list(within_days=3000)["cases"]["row"] if row["number"] == number for d in row["deadline"]]

    check("of one that was removed from the list it is still due that its display be stopped, and nothing older", due_of(removed.number) == ["lift"],
          due_of(removed.number))
    removed.take("lift")
    check("until it has been", due_of(removed.number) == [])
    expired = Case(people, CODE, NAME).to("decision-served", decided_on=str(today() - datetime.timedelta(days=4 * 365)))
    check("so is one whose term is over", people["officer"].case_show(CODE, expired.number)["code"] == 3028)
    check("and shown with a purpose", people["officer"].case_show(CODE, expired.number, purpose="复查")["ok"])


# ------------------------------------------------------------------ leaks
def stable(answer):
    """An answer without what changes by itself: which server, when, how far the data goes."""
    if isinstance(answer, dict):
        return {k: stable(v) for k, v in answer.items() if k not in ("server", "data_as_of_ms", "at_ms", "serial", "visible")}
    return [stable(v) for v in answer] if isinstance(answer, list) else answer


def outside(people):
    """Everything others than the office can ask about the enterprise without being refused."""
    seen = {}
    for who in ("regulator", "recorder", "drug-officer", "drug-superior", "admin", "auditor"):
        seen[who] = [stable(people[who].find(NAME)), stable(people[who].record_list(CODE)) if who != "drug-publisher" else None,
                     stable(people[who].pending())]
    seen["list"] = stable(people["drug-officer"].case_list(CODE))
    seen["lookup"] = {k: v for k, v in people["regulator"].lookup(CODE).items() if k not in MOVING}
    return seen


def leaks(r, people):
    before = outside(people)
    case = Case(people, CODE, NAME).open()
    check("opening a case changes nothing that others are told", outside(people) == before, difference(before, outside(people)))
    proposal = case.ask("notice")["filed"]["proposal"]
    check("nor does a step that waits", outside(people) == before, difference(before, outside(people)))
    own = [str(p["serial"]) for p in people["reviewer"].pending()["proposals"]["proposal"]]
    check("which the office sees among what is pending", proposal in own, own)
    people["officer3"].decide(proposal)
    case.done.append("notice")
    case.to("notice-served")
    check("nor does serving the notice", outside(people) == before, difference(before, outside(people)))
    check("no line of the log names the enterprise or the persons' words", CODE not in r.log() and "情节严重" not in r.log())


def difference(a, b):
    return {key: (a[key], b[key]) for key in a if a[key] != b[key]}


# ------------------------------------------------------------------ review
def affected(r, people, case):
    since = case.since_ms
    asked = {"person_id": "officer", "since_ms": since, "purpose": "密钥失窃复查"}
    for who, code in (("officer", 2103), ("regulator", 2103), ("drug-superior", 3027)):
        check(f"{who} does not look through a person's acts", people[who].call("case_affected", asked)["code"] == code)
    check("without a purpose nobody does", people["admin"].call("case_affected", {**asked, "purpose": ""})["code"] == 3028)
    check("of somebody who is not there it is said", people["admin"].call("case_affected", {**asked, "person_id": "nobody"})["code"] == 3010)
    answer, lines = left_one(r, "superior", "case-affected", "listed", lambda: people["superior"].call("case_affected", asked))
    rows = answer["acts"]["row"]
    stored = r.sql("select a.serial from qcr.act a join qcr.ledger l using (serial) join qcr.certificate c on c.fingerprint = a.certificate"
                   f" where c.person_id = 'officer' and l.at >= to_timestamp({since} / 1000.0) order by 1 desc")
    check("a superior sees each act of a person of the office, newest first", [str(row["serial"]) for row in rows] == [s[0] for s in stored], len(rows))
    check("which is noted, with whom it was about", lines == 1 and "code=officer " in lines_of(r, "superior", "case-affected", "listed")[-1])
    opening = [row for row in rows if row.get("case_number") == case.number and row.get("action") == "open"]
    check("with case and action", opening and opening[0]["operation"] == "case-step" and opening[0]["subject"] == "141777630", opening)
    proposed = [row for row in rows if row.get("action") == "notice" and row["kind"] == "proposal"]
    check("proposed steps, rejected ones too, among them", proposed and all(row["operation"] == "case-step" for row in proposed))
    certificate = r.sql("select encode(fingerprint, 'hex') from qcr.certificate where person_id = 'officer'")[0][0]
    check("and by which certificate", {row["certificate_sha256"].hex() for row in rows} == {certificate})
    admins = people["admin"].call("case_affected", asked)["acts"]["row"]
    check("an administrator sees that they were made and not about whom", [row["serial"] for row in admins] == [row["serial"] for row in rows] and
          not any("subject" in row or "case_number" in row or "action" in row for row in admins if row["operation"] == "case-step"))
    later = people["superior"].call("case_affected", {**asked, "since_ms": rows[0]["at_ms"]})["acts"]["row"]
    check("since a time means since that time", [row["serial"] for row in later] == [rows[0]["serial"]], later)
    filed = people["recorder"].record_file(CODE, NAME, "剑市监处罚〔2026〕复查1号")
    rows = people["admin"].call("case_affected", {**asked, "person_id": "recorder"})["acts"]["row"]
    check("acts of other kinds are there with their enterprise", rows[0]["serial"] == filed["serial"] and rows[0]["operation"] == "record-file"
          and rows[0]["subject"] == "141777630", rows[:1])
    rows = people["admin"].call("case_affected", {**asked, "person_id": "admin", "since_ms": 0})["acts"]["row"]
    kinds = {row["operation"] for row in rows}
    check("and runs of an import, header, chunks and end", {"run-begin", "run-chunk", "run-end"} <= kinds, kinds)


# ------------------------------------------------------------------ deputies and revocation
def deputy(r, people, case):
    check("another office's officer does not see the case", people["drug-officer2"].case_show(CODE, case.number)["code"] == 3013)
    body = {"person_id": "officer2", "deputy_id": "drug-officer2", "from": str(today()), "to": str(today()), "grant": True}
    answer = people["admin"].call("deputy_set", body)
    answer = people["admin2"].decide(answer["filed"]["proposal"])
    check("a deputy is named", answer["ok"], answer)
    check("who sees the office's cases from then on", people["drug-officer2"].case_show(CODE, case.number)["ok"])
    check("and lists them", (CODE, case.number) in numbers(people["drug-officer2"].case_list()))
    body = {"person_id": "officer2", "deputy_id": "regulator", "from": str(today()), "to": str(today()), "grant": True}
    people["admin2"].decide(people["admin"].call("deputy_set", body)["filed"]["proposal"])
    check("a deputy without any case role of their own sees them too", people["regulator"].case_show(CODE, case.number)["ok"])
    check("and hands in documents", put(people["regulator"], pdf(100))["ok"])
    check("which others without a role still do not", put(people["recorder"], pdf(100))["code"] == 2103)


def ends_within_a_second(r, who, case, take_away):
    """The person keeps on working on an open connection; returns how long after the act was visible it was closed."""
    person = Person(r.home, who, r.port).connect()
    state = {"answers": 0, "ended": None, "refused": None}

    def work():
        try:
            while True:
                answer = person.step(CODE, "statement", number=case.number, dry_run=True,
                                     fields=[("received_on", str(today())), ("content", "无")])
                state["answers"] += 1
                if not answer["ok"] and not state["refused"]:
                    state["refused"] = (time.monotonic(), answer["code"])
        except (OSError, EOFError, ConnectionError):
            state["ended"] = time.monotonic()

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: state["answers"] > 3)
    answer = take_away()
    done = time.monotonic()
    thread.join(10)
    alive = thread.is_alive()
    person.close()
    thread.join()
    return answer, None if alive else state["ended"] - done, state


def revocation(r, people, case):
    def end_role():
        answer = people["admin"].call("role_change", {"person_id": "officer3", "role": "officer", "grant": False})
        return people["admin2"].decide(answer["filed"]["proposal"])

    def revoke():
        fingerprint = bytes.fromhex(r.sql("select encode(fingerprint, 'hex') from qcr.certificate where person_id = 'officer2'")[0][0])
        answer = people["admin"].call("certificate_revoke", {"fingerprint": fingerprint, "reason": "失窃", "since_ms": int(time.time() * 1000)})
        return people["admin2"].decide(answer["filed"]["proposal"])

    answer, took, state = ends_within_a_second(r, "officer2", case, revoke)
    check("a revoked certificate's open connection ends within a second, amid its steps", answer["ok"] and took is not None and took < 1, (answer, took, state))
    check("until then they were taken, afterwards refused or cut off", state["refused"] is None or state["refused"][1] == 2102, state)
    try:
        again = Person(r.home, "officer2", r.port).connect()
        again.close()
        check("and nobody comes in with it again", False, "connected")
    except (OSError, EOFError, ConnectionError) as error:
        check("and nobody comes in with it again", "2102" in str(error), error)
    answer, took, state = ends_within_a_second(r, "officer3", case, end_role)
    check("so does one of a person whose last role is taken", answer["ok"] and took is not None and took < 1, (answer, took, state))
    check("who was refused from the moment it was", state["refused"] is None or state["refused"][1] == 2103, state)


def main():
    with Registry(people=TOP / "tests" / "support" / "case-people.csv") as r:
        r.import_sample()
        with People(r) as people:
            since = int(time.time() * 1000)
            refusals(r, people)
            order(r, people)
            at_once(r, people)
            killed(r, people)
            unusable(r, people)
            leaks(r, people)
            case, other = Case(people, CODE, NAME), Case(people, CODE, NAME, cast={
                "officer": "drug-officer", "second_officer": "drug-officer2", "confirmer": "drug-officer2", "reviewer": "drug-reviewer",
                "superior": "drug-superior", "publisher": "drug-publisher"})
            case.since_ms = since
            octets, _ = reading(r, people, case, other)
            pending_document(r, people, case)
            opening_document(r, people)
            showing(r, people, case, octets)
            dossier(r, people, case, octets)
            large_document(r, people)
            listing(r, people, case, other)
            due(r, people)
            over(r, people)
            long_case(r, people)
            affected(r, people, case)
            deputy(r, people, case)
            revocation(r, people, Case(people, CODE, NAME).to("notice-served"))
    finish()


if __name__ == "__main__":
    main()
