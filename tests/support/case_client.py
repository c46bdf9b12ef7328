# SPDX-License-Identifier: MulanPSL-2.0
"""A client of the daemon for tests about cases: persistent connections, many requests at once, raw replies.

    with People(r) as people:                       # r: a running Registry
        case = Case(people, CODE, NAME)             # a story with sensible papers and days
        case.to("decided", decided_on="2026-05-08")
        case.take("publish")
        people["officer"].case_show(CODE, case.number)["case_file"]["state"]

Messages are encoded from proto/qcr.proto itself, read here line by line, so that nothing of the program's own
encoding is used. A reply is a dict with `ok`, `code` and the fields of Reply or Failure; nested messages are dicts,
repeated ones lists. Nothing here checks a receipt: that is the real client's and verify_receipt.py's matter.
"""
import datetime
import functools
import hashlib
import json
import pathlib
import re
import secrets
import select

from cryptography.hazmat.primitives import serialization

import wire

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
RAW = {"request", "signature", "certificate", "octets", "path", "sha256", "certificate_sha256", "document", "nonce",
       "idempotency_key", "fingerprint"}
ACTS = {"record_file", "record_withdraw", "decide", "office_add", "person_add", "role_change", "certificate_add",
        "certificate_revoke", "case_step", "rule_add", "deputy_set", "policy_add", "policy_activate"}


# ------------------------------------------------------------------ the messages
def read_proto(text):
    """{message: {field: (number, type, repeated)}} of the few forms qcr.proto uses."""
    messages, current = {}, None
    for line in text.splitlines():
        line = line.split("//")[0].strip()
        if found := re.match(r"message (\w+) \{(\})?$", line):
            current = messages.setdefault(found[1], {})
        elif found := re.match(r"(?:(required|optional|repeated) )?(\w+) (\w+) = (\d+);$", line):
            current[found[3]] = (int(found[4]), found[2], found[1] == "repeated")
    return messages


MESSAGES = read_proto((TOP / "proto" / "qcr.proto").read_text())


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def encode_one(number, kind, value):
    if kind in ("uint32", "uint64", "bool"):
        return varint(number << 3) + varint(int(value))
    if kind == "sint64":
        return varint(number << 3) + varint(value << 1 if value >= 0 else (-value << 1) - 1)
    octets = encode(kind, value) if kind in MESSAGES else value.encode() if isinstance(value, str) else bytes(value)
    return varint(number << 3 | 2) + varint(len(octets)) + octets


def encode(message, values):
    """Fields that are None are left out."""
    out = b""
    for name, value in values.items():
        number, kind, repeated = MESSAGES[message][name]
        for one in value if repeated else [] if value is None else [value]:
            out += encode_one(number, kind, one)
    return out


def decode_one(name, kind, value):
    if kind in MESSAGES:
        return decode(kind, value)
    if kind == "bool":
        return bool(value)
    if kind == "sint64":
        return value >> 1 ^ -(value & 1)
    return value.decode() if kind == "bytes" and name not in RAW else value


def decode(message, octets):
    """What is not there and not repeated is not in the dict."""
    found, values = wire.fields(octets), {}
    for name, (number, kind, repeated) in MESSAGES[message].items():
        if repeated:
            values[name] = [decode_one(name, kind, v) for v in found.get(number, [])]
        elif number in found:
            # `document` is octets in a rule and a policy, and the number of a document in a record
            raw = "record" if name == "document" and message not in ("Rule", "Policy") else name
            values[name] = decode_one(raw, kind, found[number][-1])
    return values


def statement_lines(statement):
    """A statement's lines as a dict, values as they stand."""
    return dict(line.split(" ", 1) for line in statement.splitlines())


# ------------------------------------------------------------------ a person
class Call:
    """A request made once: its octets may be sent any number of times."""

    def __init__(self, request, signature, key):
        self.request, self.signature, self.key = request, signature, key
        self.octets = encode("Call", {"request": request, "signature": signature})


class Person:
    """One person's connection. Not for two threads at once: each takes its own."""

    def __init__(self, home, name, port, timeout=20, origin=None):
        self.home, self.name, self.port, self.timeout = pathlib.Path(home), name, port, timeout
        key = (self.home / "people" / name / "key.pem").read_bytes()
        self.private = serialization.load_pem_private_key(key, None)
        self.socket, self.greeting, self.answers, self.open_ones, self.next_id = None, {}, {}, set(), 0
        if origin:
            self.greeting["origin"] = origin  # a request can then be made before a connection stands

    def connect(self):
        if not self.socket:
            self.socket = wire.connect(self.port, wire.context(self.home, self.name), self.timeout)
            self.answers, self.open_ones = {}, set()
            kind, _, payload = wire.read_frame(self.socket)
            if kind != 1:
                failure = decode("Failure", payload)
                self.close()
                raise ConnectionError(f"{self.name}: {failure['code']} {failure['text']}")
            self.greeting = decode("Greeting", payload)
        return self

    def close(self):
        if self.socket:
            self.socket.close()
            self.socket = None

    def __enter__(self):
        return self.connect()

    def __exit__(self, *_):
        self.close()

    # -- making, sending, waiting
    def make(self, operation, body, key=None, nonce=None, min_serial=None):
        """The request, signed when it is an act."""
        if "origin" not in self.greeting:
            self.connect()
        act = operation in ACTS
        if act and key is None:
            key = secrets.token_bytes(16)
        origin = self.greeting["origin"]
        request = encode("Request", {"nonce": nonce or secrets.token_bytes(16), "origin": origin,
                                     "idempotency_key": key if act else None, "min_serial": min_serial, operation: body})
        signature = self.private.sign(b"qcr-act/v1\n" + origin.encode() + b"\n" + request) if act else None
        return Call(request, signature, key)

    def send(self, call):
        """Sends and returns the number to wait for; the connection is closed when it breaks."""
        if self.socket and not self.open_ones and select.select([self.socket], [], [], 0)[0]:
            self.close()  # nothing is awaited, so this is the end of a connection that idled
        self.connect()
        self.next_id += 1
        try:
            self.socket.sendall(wire.frame(2, call.octets, self.next_id))
        except OSError:
            self.close()
            raise
        self.open_ones.add(self.next_id)
        return self.next_id

    def wait(self, number):
        """The reply of that number; replies of others that come first are kept for them."""
        while number not in self.answers:
            try:
                kind, found, payload = wire.read_frame(self.socket)
            except (OSError, EOFError):
                self.close()
                raise
            answer = decode("Reply" if kind == 3 else "Failure", payload)
            answer["ok"] = kind == 3
            if found == 0:
                self.close()
                raise ConnectionError(f"{self.name}: {answer}")
            self.answers[found] = answer
            self.open_ones.discard(found)
        return self.answers.pop(number)

    def call(self, operation, body, **more):
        return self.wait(self.send(self.make(operation, body, **more)))

    def pipeline(self, calls, most=1 << 16):
        """All the answers, in order, with as many open at a time as the server allows, or `most`."""
        self.connect()
        limit = min(self.greeting["in_flight_limit"], most)
        open_ones, done = [], []
        for call in calls:
            if len(open_ones) >= limit:
                done.append(self.wait(open_ones.pop(0)))
            open_ones.append(self.send(call))
        return done + [self.wait(number) for number in open_ones]

    # -- operations
    def step_call(self, code, action, number=None, procedure=None, name=None, fields=(), after=None, dry_run=False, key=None):
        return self.make("case_step", {
            "code": code, "name": name, "number": number, "procedure": procedure, "action": action,
            "field": [{"name": n, "value": v} for n, v in fields], "after": after, "dry_run": dry_run or None}, key=key)

    def step(self, code, action, **more):
        return self.wait(self.send(self.step_call(code, action, **more)))

    def decide(self, serial, approve=True, reason=None, item=None, key=None):
        return self.call("decide", {"proposal_serial": int(serial), "proposal_item": item, "approve": approve, "reason": reason}, key=key)

    def lookup_call(self, code, purpose=None, as_of=None, known_at_ms=None, nonce=None, min_serial=None):
        return self.make("lookup", {"code": code, "purpose": purpose, "as_of": as_of, "known_at_ms": known_at_ms}, nonce=nonce,
                         min_serial=min_serial)

    def lookup(self, code, **more):
        """The statement's lines; a failure as it came."""
        answer = self.wait(self.send(self.lookup_call(code, **more)))
        return statement_lines(answer["sealed"]["statement"]) if answer["ok"] else answer

    def pending(self):
        return self.call("pending", {})

    def find(self, name, purpose=None):
        return self.call("find", {"name": name, "purpose": purpose})

    def record_list(self, code, purpose=None):
        return self.call("record_list", {"code": code, "purpose": purpose})

    def case_show(self, code, number, purpose=None, dossier=None, from_seq=None):
        return self.call("case_show", {"code": code, "number": number, "purpose": purpose, "dossier": dossier, "from_seq": from_seq})

    def case_list(self, code=None, within_days=None, purpose=None):
        return self.call("case_list", {"code": code, "within_days": within_days, "purpose": purpose})

    def evidence_put(self, octets, piece=48 * 1024):
        """Hands a document in and returns its SHA-256 in hexadecimal."""
        digest = hashlib.sha256(octets)
        for offset in range(0, len(octets), piece):
            answer = self.call("evidence_put", {"sha256": digest.digest(), "total": len(octets), "offset": offset,
                                                "octets": octets[offset:offset + piece]})
            if not answer["ok"]:
                raise AssertionError(f"evidence_put: {answer}")
        return digest.hexdigest()

    def record_file(self, code, name, document, kind="fine", decided_on="2026-11-02", domain="product", dry_run=None, key=None, **more):
        record = {"code": code, "name": name, "type": "penalty", "domain": domain, "authority_code": "11510823008765438X",
                  "authority_name": "剑阁县市场监督管理局", "document": document, "kind": [kind], "decided_on": decided_on, **more}
        return self.call("record_file", {"record": record, "dry_run": dry_run}, key=key)


class People:
    """The connections of a registry's persons, opened when first used."""

    def __init__(self, registry):
        self.registry, self.persons, self.kept = registry, {}, {}

    def __getitem__(self, name):
        if name not in self.persons:
            self.persons[name] = Person(self.registry.home, name, self.registry.port)
        return self.persons[name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for person in self.persons.values():
            person.close()

    def paper(self, who, text="本案材料"):
        """A small document, handed in once; its SHA-256."""
        if text not in self.kept:
            self.kept[text] = self[who].evidence_put(f"{text}\n".encode())
        return self.kept[text]


# ------------------------------------------------------------------ rule documents
@functools.lru_cache
def rule(kind, name):
    """A rule document of share/: kind is its folder."""
    return json.loads((TOP / "share" / kind / f"{name}.json").read_text())


def a_code(table, day, attribute=None, value=None):
    """A code of the table that is in force on the day, with the attribute if one is asked for."""
    for row in rule("codes", table)["rows"]:
        if row["from"] <= day <= (row.get("to") or "9999-12-31"):
            has = row.get("attributes", {}).get(attribute, "")
            if attribute is None or (has and value in (None, has)):
                return row["code"]
    raise AssertionError(f"no code of {table} on {day} with {attribute}={value}")


# ------------------------------------------------------------------ a story
def today():
    """The legal day, in UTC+8."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()


def day_of(text):
    return datetime.date.fromisoformat(text)


# Who takes which part, among the persons of tools/demo-people.csv. There officer2 is the reviewer's second
# certificate, so the second officer named is somebody else.
DEMO_CAST = {"officer": "officer", "second_officer": "recorder", "confirmer": "superior", "reviewer": "reviewer",
             "superior": "superior", "publisher": "superior", "chair": "superior"}
# Those of tests/support/case-people.csv, where everybody has one role.
OFFICE_CAST = {"officer": "officer", "second_officer": "officer2", "confirmer": "officer3", "reviewer": "reviewer",
               "superior": "superior", "publisher": "publisher", "chair": "superior"}

# How each state is reached from the one before.
ROADS = {
    "opened": ["open"],
    "noticed": ["open", "notice"],
    "notice-served": ["open", "notice", "serve-notice"],
    "decided": ["open", "notice", "serve-notice", "legal-review", "discussion", "consent", "decide"],
}
ROADS["decision-served"] = ROADS["decided"] + ["serve-decision"]
ROADS["published"] = ROADS["decision-served"] + ["privacy-check", "publish"]
ROADS["suspended"] = ROADS["published"] + ["appeal", "suspend"]
ROADS["applied"] = ROADS["published"] + ["apply"]
ROADS["accepted"] = ROADS["applied"] + ["accept"]
ROADS["removed"] = ROADS["accepted"] + ["grant"]
ROADS["quashed"] = ROADS["published"] + ["quash"]
ROADS["closed"] = ROADS["notice-served"] + ["close"]
LATE_ROADS = {"applied", "accepted", "removed"}  # a year after the decision at the earliest

# Days from the decision; what would be after today is today.
DAYS = {"open": -80, "notice": -70, "serve-notice": -60, "statement": -59, "hearing-request": -58, "hearing-held": -30, "waiver": -58,
        "legal-review": -9, "discussion": -6, "consent": -4, "consent-refused": -4, "decide": 0, "close": 0, "serve-decision": 1,
        "privacy-check": 2, "publish": 3, "appeal": 20, "suspend": 25, "resume": 40, "outcome": 60, "quash": 70, "apply": 370, "accept": 371,
        "decline-acceptance": 371, "grant": 380, "refuse": 380, "lift": 381, "restore": 390, "correct": 391}


class Case:
    """
    A case of samr-44 taken along the usual road. `take` does one action with its fields (any of them may be given
    otherwise: `take("decide", number="...")`; a value of None leaves one out), by the proposer and, where a second
    person is needed, the confirming one; `to` does all actions to a state, or to `decision-served`, `published`,
    `suspended`.
    """
    numbers = 0

    def __init__(self, people, code, name, cast=None, decided_on=None, path="with-penalty", number=None):
        self.people, self.code, self.name, self.path, self.number = people, code, name, path, number
        everybody = OFFICE_CAST if (people.registry.home / "people" / "officer3").exists() else DEMO_CAST
        self.cast = dict(everybody, **(cast or {}))
        self.decided_on = decided_on and day_of(decided_on)
        self.done, self.serial, self.seq = [], None, 0
        Case.numbers += 1
        self.tag = f"{Case.numbers}-{secrets.token_hex(3)}"

    def ask_day(self):
        """The day of the decision, chosen now if it has not been."""
        self.decided_on = self.decided_on or today() - datetime.timedelta(days=100)
        return self.decided_on

    def day(self, action):
        return str(min(self.decided_on + datetime.timedelta(days=DAYS[action]), today()))

    def document_number(self, kind):
        return f"剑市监{kind}〔{self.decided_on.year}〕{self.tag}号"

    def fields(self, action):
        """{field: value, or a list} of an action, as a careful officer would fill it in."""
        day, paper = self.day(action), functools.partial(self.people.paper, self.cast["officer"])
        service = {"method": "direct", "received_on": day, "receipt": paper("送达回证")}
        reply = {"organ": "广元市市场监督管理局", "number": self.document_number("批"), "replied_on": day, "document": paper("批复")}
        decision = {"number": self.document_number("文"), "decided_on": day}
        path_field = {"with-penalty": {"penalty_number": self.document_number("处罚")},
                      "court-judgment": {"judgment_number": f"（{self.decided_on.year}）川0823行初{self.tag}号"},
                      "refusal-to-perform": {"refusal_finding": "催告后仍拒不履行"}}[self.path]
        return {
            "open": lambda: {
                "path": self.path, "filing_number": self.document_number("立"), "filed_on": day, "ground": [a_code("grounds", day)],
                "facts": "生产销售不合格产品", "evidence": [paper("现场检查笔录")], "officer_certificate": "51082300001",
                "second_officer": self.cast["second_officer"], "second_officer_certificate": "51082300002", "recusal": "no-conflict"},
            "notice": lambda: {
                "number": self.document_number("告"), "date": day, "facts": "生产销售不合格产品", "reasons": "情节严重",
                "basis": [a_code("bases", day)], "rights": "可以陈述、申辩，五个工作日内可以申请听证", "document": paper("拟列入告知书")},
            "serve-notice": lambda: service,
            "statement": lambda: {"received_on": day, "content": "请求从轻"},
            "hearing-request": lambda: {"received_on": day},
            "waiver": lambda: {"received_on": day, "document": paper("放弃声明")},
            "hearing-held": lambda: {
                "held_on": day, "noticed_on": str(day_of(day) - datetime.timedelta(days=20)), "chair": self.cast["chair"],
                "record_number": self.document_number("听"), "record": paper("听证笔录")},
            "legal-review": lambda: {"opinion": "agree", "reviewed_on": day},
            "discussion": lambda: {"record_number": self.document_number("议"), "held_on": day, "participants": "局长、副局长"},
            "consent": lambda: reply,
            "consent-refused": lambda: reply,
            "decide": lambda: {
                **decision, **path_field, "basis": [a_code("bases", day, "publish", "yes")], "intent": "shown",
                "removal_conditions": "列入满一年并已履行义务的，可以申请提前移出", "remedies": "可以申请行政复议或提起行政诉讼",
                "document": paper("列入决定书")},
            "close": lambda: {"reason": "违法行为轻微", "decided_on": day},
            "serve-decision": lambda: service,
            "privacy-check": lambda: {"checked_on": day, "finding": "clear"},
            "publish": lambda: {"channel": "国家企业信用信息公示系统", "published_on": day},
            "appeal": lambda: {"kind": "reconsideration", "organ": "剑阁县人民政府", "number": self.document_number("复"), "received_on": day},
            "suspend": lambda: {"organ": "剑阁县人民政府", "number": self.document_number("停"), "from_on": day},
            "resume": lambda: {"organ": "剑阁县人民政府", "number": self.document_number("恢"), "from_on": day},
            "outcome": lambda: {"result": "upheld", "number": self.document_number("复决"), "decided_on": day, "document": paper("复议决定书")},
            "apply": lambda: {"applied_on": day, "commitment": paper("守信承诺书"), "performance": paper("履行证明"), "cure": paper("纠正证明")},
            "accept": lambda: {"decided_on": day},
            "decline-acceptance": lambda: {"decided_on": day, "reason": "材料不全"},
            "grant": lambda: {"number": self.document_number("移"), "decided_on": day, "reason": "已履行义务", "document": paper("移出决定书")},
            "refuse": lambda: {"decided_on": day, "reason": "未履行义务"},
            "lift": lambda: {"lifted_on": day},
            "restore": lambda: {"number": self.document_number("恢列"), "decided_on": day, "finding": "提供虚假材料", "document": paper("恢复决定书")},
            "quash": lambda: {"organ": "广元市市场监督管理局", "number": self.document_number("撤"), "decided_on": day, "reason": "事实不清",
                              "document": paper("撤销决定书")},
            "correct": lambda: {"field": "facts", "old": "原文", "new": "更正", "reason": "笔误", "corrected_on": day},
        }[action]()

    def people_for(self, action):
        """Who proposes and who confirms, in this cast."""
        first = {"legal-review": "reviewer", "discussion": "superior", "close": "superior", "refuse": "superior", "privacy-check": "publisher",
                 "publish": "publisher", "lift": "publisher"}.get(action, "officer")
        second = {"decide": "superior", "grant": "superior", "restore": "superior", "quash": "superior",
                  "resume": "superior", "correct": "superior"}.get(action, "confirmer")
        return self.cast[first], self.cast[second]

    def ask(self, action, by=None, dry_run=False, key=None, after=None, **override):
        """Takes or proposes the action; the reply as it came."""
        self.ask_day()
        opening = {"procedure": "samr-44", "name": self.name} if action == "open" else {"number": self.number}
        person = self.people[by or self.people_for(action)[0]]
        return person.step(self.code, action, fields=self.values(action, **override), dry_run=dry_run, key=key, after=after, **opening)

    def take(self, action, by=None, confirm_by=None, **override):
        """Takes the action, confirmation included; the last reply. Raises when it is refused."""
        answer = self.ask(action, by=by, **override)
        if answer["code"] == 1001:
            second = self.people[confirm_by or self.people_for(action)[1]]
            answer = second.decide(answer["filed"]["proposal"])
        if not answer["ok"]:
            raise AssertionError(f"{action} of {self.code}-{self.number}: {answer}")
        outcome = answer["filed"]["case_outcome"]
        self.number, self.seq, self.serial = outcome["number"], outcome["seq"], answer["serial"]
        self.done.append(action)
        return answer

    def values(self, action, **override):
        """The action's fields as a list of pairs, as a step takes them."""
        return [(n, v) for n, given in {**self.fields(action), **override}.items() if given is not None
                for v in (given if isinstance(given, list) else [given])]

    def open(self, **override):
        self.take("open", **override)
        return self

    def to(self, state, decided_on=None):
        """From the beginning, or from where an earlier `to` or `take` of the same road left it."""
        if decided_on:
            self.decided_on = day_of(decided_on)
        if not self.decided_on:
            self.decided_on = today() - datetime.timedelta(days=400 if state in LATE_ROADS else 100)
        for action in ROADS[state]:
            if action not in self.done:
                self.take(action)
        return self
