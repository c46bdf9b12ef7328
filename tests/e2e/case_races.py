#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Two at once on one case, an answer right after a step, and what a pending case must not betray.

QCR_LONG=1 runs ten times as many.
"""
import datetime
import os
import pathlib
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, statement_lines  # noqa: E402
from case_people import PEOPLE, Enterprises  # noqa: E402
from registry import SAMPLE, Registry, check, finish  # noqa: E402

LONG = bool(os.environ.get("QCR_LONG"))
RACES = 2000 if LONG else 200
PAIRS = 10000 if LONG else 500
LEAKS = 100
DONE, PENDING, MOVED_ON, OVERTAKEN, DECIDED, STATE = (1000, 1002), 1001, 3015, 3008, 3007, 3014
# What may differ between two answers about one enterprise when nothing about it changed.
FREE = {"request", "known-at", "serial", "data-as-of", "valid-until", "ledger-size", "ledger-root", "salt"}


def events(r, case):
    """The case's events as the store has them."""
    return r.sql(f"select seq, action, proposer, actor, serial from qcr.case_event where subject = '{case.code[8:17]}'"
                 f" and case_no = {case.number} order by seq")


def both(people, first, second):
    """Two calls sent before either is answered, each on its person's own connection."""
    (a, call_a), (b, call_b) = first, second
    number_a, number_b = people[a].send(call_a), people[b].send(call_b)
    return people[a].wait(number_a), people[b].wait(number_b)


# ------------------------------------------------------------------ races
def steps_race(people, case, n):
    """Two officers take a step each that saw the same last event: one is taken, one is told that the case moved on."""
    calls = [(who, people[who].step_call(case.code, "statement", number=case.number, after=case.seq,
                                         fields=case.values("statement", content=f"第{n}次 {who}")))
             for who in ("officer", "officer2")]
    answers = both(people, *calls)
    taken = [a for a in answers if a["code"] in DONE]
    refused = [a for a in answers if a["code"] == MOVED_ON]
    if len(taken) != 1 or len(refused) != 1 or taken[0]["filed"]["case_outcome"]["seq"] != case.seq + 1:
        return answers
    case.seq += 1
    case.told.append((case.seq, taken[0]["serial"]))
    return None


def confirmations_race(people, case, n):
    """Two confirm one proposal: one does, the other is told it is decided."""
    answer = case.ask("correct")
    if answer["code"] != PENDING:
        return answer
    calls = [(who, people[who].make("decide", {"proposal_serial": int(answer["filed"]["proposal"]), "approve": True}))
             for who in ("reviewer", "superior")]
    answers = both(people, *calls)
    taken = [a for a in answers if a["code"] in DONE]
    refused = [a for a in answers if a["code"] == DECIDED]
    if len(taken) != 1 or len(refused) != 1 or taken[0]["filed"]["case_outcome"]["seq"] != case.seq + 1:
        return answers
    case.seq += 1
    case.told.append((case.seq, taken[0]["serial"]))
    return None


def decision_or_close(r, people, enterprises):
    """The superior closes the case while the decision to list is confirmed by another: one of both, never both."""
    case = Case(people, *enterprises.take()).to("notice-served")
    for action in ("legal-review", "discussion", "consent"):
        case.take(action)
    answer = case.ask("decide")
    if answer["code"] != PENDING:
        return answer
    calls = [("superior", people["superior"].make("decide", {"proposal_serial": int(answer["filed"]["proposal"]), "approve": True})),
             ("chief", people["chief"].step_call(case.code, "close", number=case.number, fields=case.values("close")))]
    answers = both(people, *calls)
    taken = [a for a in answers if a["code"] in DONE]
    last = [row[1] for row in events(r, case)][-1]
    listed = people["regulator"].lookup(case.code)["listing"]
    refused = [a for a in answers if a["code"] in (OVERTAKEN, STATE)]
    if len(taken) != 1 or len(refused) != 1 or (last, listed) not in (("decide", "listed"), ("close", "not-listed")):
        return answers, last, listed
    return None


def run_races(r, people, enterprises, race):
    """Many of one kind, in as many cases as they need; what went wrong, and how the store differs from what was told."""
    wrong, cases = [], []
    for n in range(RACES):
        if not cases or cases[-1].seq > 190:
            case = Case(people, *enterprises.take()).to("notice-served")
            case.told = []
            cases.append(case)
        wrong += [w for w in [race(people, cases[-1], n)] if w]
    for case in cases:
        rows = [(int(row[0]), int(row[4])) for row in events(r, case)]
        if [seq for seq, _ in rows] != list(range(1, len(rows) + 1)) or rows[-len(case.told):] != case.told:
            wrong.append((case.code, rows[-5:], case.told[-5:]))
    return wrong


def races(r, people, enterprises):
    wrong = run_races(r, people, enterprises, steps_race)
    check(f"of two steps at once that saw the same file one is taken and stands in the store, {RACES} times", not wrong, wrong[:2])
    wrong = run_races(r, people, enterprises, confirmations_race)
    check(f"of two confirmations at once one counts and stands in the store, {RACES} times", not wrong, wrong[:2])
    twice = r.sql("select count(*) from (select proposal_serial from qcr.case_event where proposal_serial is not null group by 1 having count(*) > 1) t")
    check("no proposal became two events", twice == [["0"]], twice)
    wrong = [w for w in (decision_or_close(r, people, enterprises) for _ in range(RACES // 10)) if w]
    check(f"a case is decided or closed, never both, {RACES // 10} times", not wrong, wrong[:2])
    ledger = r.sql("select count(*) from qcr.ledger_body l join qcr.case_event e on e.serial = l.serial"
                   " where l.kind not in ('case-step', 'approval')")
    check("each event stands under an entry of its own kind", ledger == [["0"]], ledger)


# ------------------------------------------------------------------ the very next answer
def very_next(r, people, enterprises):
    """A step that changes what is said, then a lookup on another connection."""
    older, pairs = [], 0
    while pairs < PAIRS:
        case = Case(people, *enterprises.take())
        case.to("decided")
        said = people["regulator"].lookup(case.code)
        older += [said] if said["listing"] != "listed" or said["listing-published"] != "no" else []
        case.to("published")
        said = people["regulator"].lookup(case.code)
        older += [said] if said["listing-published"] != "yes" else []
        pairs += 2
        for n in range(12):  # stays and their ends
            action = "suspend" if n % 2 == 0 else "resume"
            case.take(action, from_on=str(case.decided_on + datetime.timedelta(days=25 + n)))
            said = people["regulator"].lookup(case.code)
            older += [said] if said["listing"] != ("suspended" if action == "suspend" else "listed") else []
            pairs += 1
    check(f"a lookup after a step never says the older state, {pairs} times", not older, older[:2])


# ------------------------------------------------------------------ what a pending case betrays
def seen_by_others(people, code, name, nonce):
    """Everything an outsider can ask about the enterprise."""
    call = people["drug-regulator"].lookup_call(code, nonce=nonce)
    answer = people["drug-regulator"].wait(people["drug-regulator"].send(call))
    lines = statement_lines(answer["sealed"]["statement"])
    for key in FREE:
        lines.pop(key)

    def plain(answer):
        answer.pop("server")
        if "codes" in answer:
            answer["codes"].pop("data_as_of_ms")
        return answer
    return {"statement": lines, "records": plain(people["drug-officer"].record_list(code)),
            "find": plain(people["drug-regulator"].find(name)),
            "pending": [plain(people[who].pending()) for who in ("regulator", "recorder", "drug-officer", "drug-superior", "admin", "auditor")]}


def leaks(r, people, enterprises):
    differences = []
    for _ in range(LEAKS):
        code, name = enterprises.take()
        nonce = secrets.token_bytes(16)
        before = seen_by_others(people, code, name, nonce)
        case = Case(people, code, name)
        case.to("noticed")
        during = seen_by_others(people, code, name, nonce)
        case.to("notice-served")
        for action in ("legal-review", "discussion", "consent"):
            case.take(action)
        waiting = case.ask("decide")
        after = seen_by_others(people, code, name, nonce)
        if waiting["code"] != PENDING or not before == during == after:
            differences.append((waiting, before, during, after))
    check(f"before the decision answers, records, names and what is pending are to others what they were, {LEAKS} times",
          not differences, differences[:1])
    moved = r.sql("select count(*) from qcr.ledger_change c join qcr.case_event e on e.serial = c.serial where e.action in"
                  " ('open', 'notice', 'serve-notice', 'legal-review', 'discussion', 'consent')")
    check("and the ledger names no enterprise for a step that changes nothing said of it", moved == [["0"]], moved)


def on_a_registry(*parts):
    """Each part takes enterprises of the sample as it needs them."""
    with Registry(people=PEOPLE) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        with People(r) as people:
            enterprises = Enterprises()
            for part in parts:
                part(r, people, enterprises)
        done = r.admin("doctor")
        check("after all this everything still proves itself", done.returncode == 0, done.stdout[-800:])


def main():
    if LONG:  # the sample has not enough enterprises for both
        on_a_registry(very_next)
        on_a_registry(leaks, races)
    else:
        on_a_registry(leaks, races, very_next)
    finish()


main()
