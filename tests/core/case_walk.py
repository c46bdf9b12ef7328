#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A random walk through cases: every step is put to the program (case_walk.c) and to the naive model, and all that
they say must be the same.

    case_walk.py PROGRAM STEPS [SEED...]      each seed walks so many steps; without one a new seed is drawn
"""
import collections
import datetime
import itertools
import json
import pathlib
import random
import secrets
import subprocess
import sys
import tempfile
import threading

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests" / "support"))
from case_moves import Moves  # noqa: E402
from naive_case import NaiveCase, Rules  # noqa: E402

SHOWN = 5     # differences told in full
BATCH = 400   # steps sent before their answers are read


def persons():
    single = [{"id": f"{office}-{role}{n}", "office": office, "roles": [role]} for office in ("market", "drug")
              for n, role in enumerate(("officer", "officer", "officer", "reviewer", "reviewer", "superior", "superior", "publisher", "recorder"))]
    return single + [{"id": "chief", "office": "market", "roles": ["officer", "reviewer", "superior", "publisher"]},
                     {"id": "auditor", "office": "market", "roles": ["auditor", "admin", "regulator"]}]


class Program:
    """case_walk: lines in, lines out; what it says is read on the side so that neither waits for the other."""

    def __init__(self, path, rules):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines, self.more = collections.deque(), threading.Semaphore(0)
        threading.Thread(target=self.read, daemon=True).start()
        share = TOP / "share"
        self.tell({"tables": [str(share / "codes" / f"{name}.json") for name in sorted(rules.tables)],
                   "calendar": str(share / "calendars" / "cn-workdays.json")})
        self.told()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            self.more.release()
        self.lines.append(None)
        self.more.release()

    def tell(self, *orders):
        self.process.stdin.write("".join(json.dumps(order) + "\n" for order in orders))
        self.process.stdin.flush()

    def told(self):
        self.more.acquire()
        line = self.lines.popleft()
        if line is None:
            raise SystemExit(f"not ok the program ended with status {self.process.wait()}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def text(day):
    return None if day is None else str(day)


def said(case, verdict, today, whole):
    """What the model says, in the program's form; a verdict's parts only where they mean something."""
    words = {"refusal": verdict["refusal"], "state": case.state or ""}
    if whole:
        words.update(
            term_end=text(case.term_end()),
            listings=[[effect, text(begin), text(end), published] for begin, end, effect, published in case.listings()],
            deadlines=[[word, text(d["day"]), d["done"], d["late"]] for word, d in case.deadlines(today).items()],
            options=[[o["action"], o["refusal"], o["expected"], text(o["earliest"])] for o in case.options(today)])
    if verdict["refusal"] == "granted":
        words.update(needs_second=verdict["second"], day=text(verdict["day"]), late=verdict["late"], provisional=verdict["provisional"])
    else:
        words.update({key: text(verdict[key]) for key in ("field", "expected", "earliest", "article") if key in verdict})
    return words


def another_regime(procedure):
    """samr-44 with what the shipped procedures do not use: every such key of a document is walked through too."""
    other = json.loads(json.dumps(procedure))
    other.update(id="another-regime", version=7)
    other["listing"].update(starts="service", terms=[{"to": "2025-06-30", "months": 12}, {"from": "2025-07-01", "months": 36}])
    other["windows"][0].update(unit="days", days=9)
    other["windows"].append({**other["windows"][0], "window": "remedies", "opens": "serve-decision", "unit": "months", "days": 2})
    actions = {action["action"]: action for action in other["actions"]}
    actions["statement"]["any_office"] = True
    actions["grant"]["excludes_opener"] = True
    for field in actions["decide"]["fields"]:
        if field["field"] in ("penalty_number", "judgment_number"):
            field["unique"] = True  # beside the decision's own number
    del actions["waiver"]["day"]  # its day is that of its recording
    words = {"article": "art. 1", "zh": "条", "en": "rule"}
    actions["suspend"]["guards"].insert(0, {"guard": "in-force", **words})
    actions["statement"]["guards"].append({"guard": "window", "window": "hearing", **words, "valid": {"from": "2025-01-01", "to": "2025-09-30"}})
    actions["appeal"]["guards"].append({"guard": "person", "hand": "first", "actions": ["decide"], **words})
    for guard in actions["decide"]["guards"]:
        if guard.get("action") == "consent":
            guard["valid"] = {"from": "2021-09-01", "to": "2025-03-31"}
    for guard in actions["hearing-held"]["guards"]:
        if guard["guard"] == "lead":
            guard.update(unit="months", days=1)
    for deadline in other["deadlines"]:
        if deadline["deadline"] == "publish":
            deadline.update(unit="months", days=1, valid={"from": "2025-01-01"})
        if deadline["deadline"] == "decide-case":
            deadline["when"] = {"action": "open", "field": "path", "words": ["with-penalty"]}
    return other


def plain_regime():
    """A small regime without any guard: papers of any day in any order, stays, gaps and quashings until no more fit."""
    def action(word, source, effect, to=None, roles=("officer",), **more):
        found = {"action": word, "zh": "步", "en": word, "article": "art. 1", "from": source, "roles": list(roles), "effect": effect, "day": "day",
                 "fields": [{"field": "day", "zh": "日", "en": "day", "type": "day", "required": True}], **more}
        return {**found, "to": to} if to else found
    start = [{"field": "day", "zh": "日", "en": "day", "type": "day", "required": True},
             {"field": "seen", "zh": "见", "en": "seen", "type": "day", "required": True},
             {"field": "longer", "zh": "至", "en": "longer", "type": "day", "future": True}]
    return {"format": "qcr-procedure/1", "id": "plain-regime", "version": 1, "names": {"zh": "简", "en": "plain"}, "basis": "-",
            "states": [{"state": "listed", "zh": "列", "en": "listed"}, {"state": "out", "zh": "出", "en": "out", "end": True}],
            "windows": [], "listing": {"starts": "decision", "terms": [{"months": 12}], "longer_field": "longer", "seen_field": "seen", "lapse_days": 200},
            "actions": [
                action("list", [], "start", "listed", fields=start), action("list-anew", ["out"], "start", "listed", fields=start),
                action("see", ["listed"], "confirm", fields=start[:2]), action("stay", ["listed", "out"], "suspend"),
                action("go-on", ["listed", "out"], "resume"), action("end", ["listed"], "end", "out"), action("restore", ["out"], "restore", "listed"),
                action("quash", ["listed", "out"], "quash"), action("show", ["listed"], "publish", roles=["publisher"]),
                action("hide", ["listed", "out"], "unpublish", roles=["publisher"], guards=[
                    {"guard": "ended", "article": "art. 2", "zh": "未", "en": "not over"}])],
            "deadlines": [{"deadline": "see", "zh": "看", "en": "see", "article": "art. 3", "from": ["list", "see"], "until": ["see"], "days": 20, "unit": "days"}]}


class Walk:
    def __init__(self, program, rules, seed):
        self.program, self.rules, self.rng = program, rules, random.Random(seed)
        self.paths = {word: str(TOP / "share" / "procedures" / f"{word}.json") for word in rules.procedures}
        self.regimes, self.files = Rules(), []
        for regime in (another_regime(rules.procedures["samr-44"]), plain_regime()):
            self.files.append(tempfile.NamedTemporaryFile("w", suffix=".json"))
            json.dump(regime, self.files[-1])
            self.files[-1].flush()
            self.paths[regime["id"]], self.regimes.procedures[regime["id"]] = self.files[-1].name, regime
        self.moves = Moves(self.rng, rules, persons(), [f"{n:064x}" for n in range(5)])
        self.moves.repeats = True
        self.refusals, self.actions, self.depth = collections.Counter(), collections.Counter(), collections.Counter()
        self.differences, self.steps = [], 0

    def case(self):
        """The steps of one case as (order, what the model says)."""
        word = self.rng.choices(("samr-44", "mirror", "another-regime", "plain-regime"), (65, 15, 20, 3))[0]
        case, begin = NaiveCase(self.regimes, word), self.moves.begin()
        yield {"procedure": self.paths[word]}, None
        yield {"reset": {"subject": "141777630", "number": 1, "office": "market"}}, None
        full = self.rng.random() < 0.004  # a file that is filled up
        left, after_end = (700, 700) if full else (60, 60) if word == "plain-regime" else (self.rng.choice((20, 60, 100, 140)), 10)
        while left and after_end:
            if full and self.rng.random() < 0.9 and case.events:
                step, today = self.moves.paper(case)
            elif word == "plain-regime" and self.rng.random() < 0.6 and case.events:
                step, today = self.moves.stay(case)
            else:
                step, today = self.moves.step(case, begin)
            proposer, second = self.moves.asking(case, step)
            verdict = case.decide(step, today, proposer, second)
            applied = verdict["refusal"] == "granted" and not verdict["waits"]
            apply = applied and self.rng.random() < 0.98
            if apply:
                case.take(step, verdict, proposer, second)
                self.actions[step["action"]] += 1
            self.refusals[verdict["refusal"]] += 1
            self.depth[case.state] += 1
            recorded = (today - datetime.date(1970, 1, 1)).days * 86400000 + 4 * 3600000
            yield {"step": {**step, "proposer": proposer, "second": second, "today": str(today), "recorded_ms": recorded,
                            "apply": apply}}, said(case, verdict, today, apply or self.rng.random() < 0.1)
            left -= 1
            after_end -= case.state in case.ends

    def run(self, steps):
        while self.steps < steps and len(self.differences) < SHOWN:
            moves = self.case()
            history, same = [], True
            while batch := list(itertools.islice(moves, BATCH)):
                self.program.tell(*(order for order, _ in batch))
                for order, want in batch:
                    got = self.program.told()
                    if want is None:
                        continue
                    self.steps += 1
                    differ = {key: (want[key], got[key]) for key in want if want[key] != got[key]} if same else {}
                    if differ:
                        same = False
                        self.differences.append((order, differ, history[-40:]))
                    if order["step"]["apply"]:
                        history.append((order["step"]["action"], [v for v in order["step"]["values"] if v[1][:2] in ("19", "20", "99")]))


def main():
    program_path, steps, seeds = sys.argv[1], int(sys.argv[2]), [int(s) for s in sys.argv[3:]] or [secrets.randbelow(1 << 32)]
    rules = Rules()
    good = True
    for seed in seeds:
        program = Program(program_path, rules)
        walk = Walk(program, rules, seed)
        walk.run(steps)
        status = program.close()
        for order, differ, history in walk.differences:
            print("#", json.dumps(order, ensure_ascii=False, default=str), "\n#    came after", *history, sep="\n#      ")
            for key, (want, got) in differ.items():
                if isinstance(want, list):  # of two long lists what only one of them has
                    want, got = [x for x in want if x not in got], [x for x in got if x not in want]
                print(f"#    {key}: the model {want}\n#    {' ' * len(key)}  the program {got}")
        print(f"# seed {seed}: {walk.steps} steps; " + ", ".join(f"{w} {n}" for w, n in walk.refusals.most_common()))
        print("# in " + ", ".join(f"{w} {n}" for w, n in walk.depth.most_common()))
        print("# taken " + ", ".join(f"{w} {n}" for w, n in walk.actions.most_common()))
        fine = not walk.differences and status == 0
        good &= fine
        print(f"{'ok' if fine else 'not ok'} {walk.steps} steps of seed {seed} are the same in program and model")
        missed = {r for r in EVERY if not walk.refusals[r]} | {a for p in rules.procedures.values() for a in (x["action"] for x in p["actions"])
                                                             if not walk.actions[a]}
        if steps >= 20000 and fine:
            good &= not missed
            print(f"{'not ok' if missed else 'ok'} it met every refusal and took every action" + (f" - {missed}" if missed else ""))
    sys.exit(not good)


EVERY = ("granted", "action-unknown", "role", "office", "state", "full", "field-unknown", "field-missing", "field-invalid", "field-twice",
         "date-in-future", "code-not-in-force", "person-excluded", "self-approval", "needs-step", "done-already", "not-yet", "not-listed",
         "field-rule")

if __name__ == "__main__":
    main()
