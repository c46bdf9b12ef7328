#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Random steps of many cases at once through the real daemon, held against the naive model: what is refused and with
which code, what a dry run foretells, the state after each step, and what the very next lookup says of the listing.

    case_walk.py [STEPS [SEED]]
"""
import hashlib
import pathlib
import random
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import People, today  # noqa: E402
from case_codes import CASE_ROLES, PENDING, RESULT, UNKNOWN, UNSEEN, expected, sees  # noqa: E402
from case_moves import Moves  # noqa: E402
from case_people import PEOPLE, Enterprises, read_people  # noqa: E402
from naive_case import NaiveCase, Rules, day_of, is_visible, listing_on, merged  # noqa: E402
from registry import SAMPLE, Registry, check, finish  # noqa: E402

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbelow(1 << 32)
PARTIES = 40
FIXED = ("officer", "officer2", "officer3", "reviewer", "superior", "publisher", "recorder", "chief", "drug-officer", "drug-superior",
         "drug-publisher", "auditor")
LISTING = {"in-force": "listed", "suspended": "suspended", "quashed": "basis-quashed", "unknown": "unknown"}


class Party:
    """One enterprise, its cases in the model, and the move that is on its way."""

    def __init__(self, code, name):
        self.code, self.name, self.cases, self.day = code, name, [], None
        self.case = self.step = self.proposer = self.second = None

    def next_case(self, rng, rules, moves):
        """One of its cases, or a new one."""
        lively = [c for c in self.cases if c.state not in c.ends or rng.random() < 0.1]
        if self.case and self.case.events and self.case not in self.cases:
            self.cases.append(self.case)
        if lively and (len(lively) > 1 or rng.random() < 0.95):
            self.case = rng.choice(lively)
        else:
            self.case = NaiveCase(rules, "samr-44" if rng.random() < 0.8 else "mirror", number=len(self.cases) + 1)
            self.case.begin = moves.begin()


class Walk:
    def __init__(self, people, rng):
        self.people, self.rng, self.rules = people, rng, Rules()
        everybody = read_people()
        self.known = {person["id"] for person in everybody.values()}
        self.persons = [everybody[name] for name in FIXED]
        papers = [people["officer"].evidence_put(f"第{n}份材料\n".encode()) for n in range(4)]
        self.unknown = hashlib.sha256(b"nobody handed this in").hexdigest()
        self.moves = Moves(rng, self.rules, self.persons, papers, fixed_today=today())
        enterprises = Enterprises()
        self.parties = [Party(*enterprises.take()) for _ in range(PARTIES)]
        self.steps = self.applied = 0
        self.seen, self.differences = {}, []

    def differ(self, *what):
        self.differences.append(what)

    # ------------------------------------------------------------------ one round: a step of every party at once
    def round(self):
        for party in self.parties:
            party.next_case(self.rng, self.rules, self.moves)
            party.step, _ = self.moves.step(party.case, party.case.begin)
            party.proposer, party.second = self.moves.asking(party.case, party.step)
            party.dry = self.rng.random() < 0.2
        self.steps += len(self.parties)
        answers = self.together([(p.proposer["id"], self.call(p)) for p in self.parties])
        waiting = [p for p, answer in zip(self.parties, answers) if self.told(p, answer)]
        answers = self.together([(p.second["id"], self.people[p.second["id"]].make(
            "decide", {"proposal_serial": int(p.proposal), "approve": True})) for p in waiting])
        for party, answer in zip(waiting, answers):
            self.confirmed(party, answer)
        self.look([p for p in self.parties if p.taken])

    def together(self, calls):
        """All sent before any is waited for, each on its person's connection; the answers in order."""
        numbers = [(who, self.people[who].send(call)) for who, call in calls]
        return [self.people[who].wait(number) for who, number in numbers]

    def call(self, party):
        case = party.case
        opening = case.state is None
        name = "别家有限公司" if party.step["name_differs"] else party.name
        after = len(case.events) if not opening and self.rng.random() < 0.3 else None
        return self.people[party.proposer["id"]].step_call(
            party.code, party.step["action"], number=None if opening else case.number, procedure=case.procedure["id"] if opening else None,
            name=name if opening else None, fields=party.step["values"], after=after, dry_run=party.dry)

    def told(self, party, answer):
        """Notes what the daemon said of the step; true when it waits for a second person and one will come."""
        party.taken = False
        verdict = party.case.decide(party.step, today(), party.proposer)
        self.seen[verdict["refusal"]] = self.seen.get(verdict["refusal"], 0) + 1
        if answer["code"] not in allowed(verdict, party, self.known):
            self.differ("step", party.case.state, party.step, party.proposer["id"], verdict, answer)
            return False
        if not answer["ok"]:
            return False
        self.compare(party, verdict, answer)
        if party.dry:
            return False
        if answer["code"] == PENDING:
            party.proposal = answer["filed"]["proposal"]
            return party.second is not None
        self.take(party, verdict, None)
        return False

    def confirmed(self, party, answer):
        verdict = party.case.decide(party.step, today(), party.proposer, party.second)
        self.seen[verdict["refusal"]] = self.seen.get(verdict["refusal"], 0) + 1
        if answer["code"] not in confirmed_with(verdict, party, self.known):
            self.differ("confirmation", party.case.state, party.step, party.proposer["id"], party.second["id"], verdict, answer)
        elif answer["ok"]:
            self.compare(party, verdict, answer)
            self.take(party, verdict, party.second)

    def compare(self, party, verdict, answer):
        told = answer["filed"]["case_outcome"]
        party.case.number = told["number"] or party.case.number
        want = {"state_before": verdict["from"] or "", "state_after": verdict["to"], "day": str(verdict["day"]), "late": verdict["late"]}
        if {k: told[k] for k in want} != want:
            self.differ("outcome", party.step, want, told)

    def take(self, party, verdict, second):
        party.case.take(party.step, verdict, party.proposer, second)
        party.taken = True
        if party.case not in party.cases:
            party.cases.append(party.case)
        self.applied += 1

    # ------------------------------------------------------------------ what is then said
    def look(self, parties):
        if not parties:
            return
        shows = self.together([(p.proposer["id"], self.people[p.proposer["id"]].make(
            "case_show", {"code": p.code, "number": p.case.number, "purpose": "核对"})) for p in parties])
        lookups = self.people["regulator"].pipeline([self.people["regulator"].lookup_call(p.code) for p in parties])
        for party, show, said in zip(parties, shows, lookups):
            self.compare_case(party, show)
            self.compare_lookup(party, said)

    def compare_case(self, party, show):
        if not show["ok"]:
            self.differ("show", party.case.state, show)
            return
        case, told = party.case, show["case_file"]
        want = {"state": case.state, "events": [(e["seq"], e["action"], str(e["day"]), e["late"], e["proposer"], e["actor"]) for e in case.events],
                "listing": case.listings(), "term_end": case.term_end(),
                "deadlines": {w: (str(d["day"]), d["provisional"], d["done"], d["late"]) for w, d in case.deadlines(today()).items()}}
        got = {"state": told["state"],
               "events": [(e["seq"], e["action"], e["day"], e["late"], e["proposer"], e["actor"]) for e in told["event"]],
               "listing": [(day(x["from"]), day(x.get("to")), x["effect"], x["published"]) for x in told["listing"]],
               "term_end": day(told.get("term_end")),
               "deadlines": {d["word"]: (d["day"], d["provisional"], d["done"], d["late"]) for d in told["deadline"]}}
        if told["truncated"]:
            want.pop("events"), got.pop("events")
        if want != got:
            self.differ("case", party.step["action"], {k: (want[k], got[k]) for k in want if want[k] != got[k]})

    def compare_lookup(self, party, said):
        lines = said["ok"] and dict(line.split(" ", 1) for line in said["sealed"]["statement"].splitlines())
        state = listing_on(merged(party.cases), today())
        want = ("not-listed", "-", "-", "-") if not state else (
            LISTING[state[2]], str(state[0]), str(state[1] or "-"), "yes" if state[3] else "no")
        got = lines and tuple(lines[k] for k in ("listing", "listing-since", "listing-until", "listing-published"))
        if want != got:
            self.differ("lookup", party.code, party.step["action"], want, got or said)


def day(text):
    return day_of(text) if text else None


def allowed(verdict, party, known):
    """Codes the daemon may answer with to who proposes."""
    codes = expected(verdict)
    if not sees(party.case, party.proposer):
        codes = (UNSEEN,)
    if not party.proposer["roles"] & CASE_ROLES:
        codes = (RESULT["role"],)  # told so before the case is looked at
    if any(not is_visible(v) or len(v.encode()) > 4000 for _, v in party.step["values"]):
        codes += (RESULT["field-invalid"],)  # before anything is looked at, who asks too
    fields = party.case.known_fields.get(party.step["action"], {})
    if verdict["refusal"] == "granted" and any(fields[n]["type"] == "person" and v not in known for n, v in party.step["values"]):
        codes = (RESULT["field-invalid"],)  # nobody of that name
    return codes


def confirmed_with(verdict, party, known):
    """The same to who confirms; opening a case has the office of who proposes it."""
    second, office = party.second, party.case.office if party.case.events else party.proposer["office"]
    if second["id"] == party.proposer["id"]:
        return (RESULT["self-approval"],)  # told so before anything else: they may take it back
    if second["roles"] & (CASE_ROLES | {"recorder", "admin"}) and not (
            second["office"] == office and second["roles"] & CASE_ROLES):
        return (UNKNOWN,)
    return allowed(verdict, party, known)


def main():
    print(f"# {STEPS} steps, seed {SEED}")
    rng = random.Random(SEED)
    with Registry(people=PEOPLE) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        with People(r) as people:
            walk = Walk(people, rng)
            while walk.steps < STEPS and len(walk.differences) < 20:
                walk.round()
        print(f"# {walk.applied} taken; " + ", ".join(f"{word} {n}" for word, n in sorted(walk.seen.items())))
        for difference in walk.differences[:5]:
            print("#", *difference, sep="\n#   ")
        check(f"{walk.steps} random steps end as the naive model says", not walk.differences, f"seed {SEED}: {len(walk.differences)} differ")
        check("a tenth of them at least was taken, and every kind of refusal met", walk.applied > walk.steps / 10 and len(walk.seen) >= 15,
              walk.seen)
        done = r.admin("doctor")
        check("everything still proves itself", done.returncode == 0, done.stdout[-800:])
    finish()


main()
