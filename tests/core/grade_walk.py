#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Random files under random policies on random days: each is put to the program (grade_walk.c) and to the naive
grader, and grade, score, next change and reasons must be the same.

    grade_walk.py PROGRAM FILES [SEED]      without a seed a new one is drawn

The policies that are shipped take their turn among the random ones.
"""
import collections
import datetime
import json
import pathlib
import random
import secrets
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import naive_grade  # noqa: E402

FILES_OF_A_POLICY = 100
SHOWN = 5  # differences told in full
EPOCH = datetime.date(2026, 11, 24).toordinal()
OTHERS = ("award", "commitment", "brand", "permit", "survey", "assessment")
CERTIFICATES = ("iso9001", "iso14001", "haccp", "gmp")
LASTING = ("certificate", "brand", "award", "permit", "assessment")


def day(number):
    return datetime.date.fromordinal(number).isoformat()


class Draw(random.Random):
    """What is drawn, with few values, so that things meet."""

    def often(self, share):
        return self.random() < share

    def points(self):
        return self.choice((0, 2, 5, 10, 10, 15, 20, 30, 60, 100))


# ---------------------------------------------------------------- policies

def findings(draw):
    ordinary = draw.points()
    return {"ordinary": ordinary, "serious": min(1000, ordinary + draw.choice((0, 0, 5, 20)))}


def deductions(draw):
    penalty = {kind: draw.points() for kind in naive_grade.KINDS}
    found = {"penalty": penalty, "sampling": findings(draw)}
    if draw.often(0.6):
        kinds = draw.sample(naive_grade.KINDS, draw.randint(1, 12))
        found["serious_penalty"] = {kind: penalty[kind] + draw.choice((0, 5, 20)) for kind in kinds}
    if draw.often(0.6):
        found["amounts"] = {}
        for kind in draw.sample(("fine", "confiscation"), draw.randint(1, 2)):
            points, yuan, tiers = max(1, penalty[kind]), 0, []
            for _ in range(draw.randint(1, 4)):
                yuan += draw.choice((1, 499, 5000, 20000))
                points += draw.choice((1, 5, 10))
                tiers.append({"from_yuan": yuan, "points": points})
            found["amounts"][kind] = tiers
    for word in naive_grade.FINDINGS[1:]:
        if draw.often(0.7):
            found[word] = findings(draw)
    return found


def window(draw):
    found = {"rule": "publicity", "fallback_months": draw.choice((1, 3, 12, 60))}
    if draw.often(0.4):
        found = {"rule": "months", "months": draw.choice((1, 3, 12, 36))}
    if draw.often(0.5):
        negative = ("penalty",) + naive_grade.FINDINGS
        found["by_type"] = {word: draw.choice((1, 2, 12, 24)) for word in draw.sample(negative, draw.randint(1, 4))}
    return found


def repeat(draw, number, grades):
    negative = ("penalty",) + naive_grade.FINDINGS
    return {"id": f"rule-{number}", "types": draw.sample(negative, draw.choice((1, 1, 2, 8))), "severity": draw.choice((None, None, "serious")),
            "count": draw.choice((1, 2, 2, 3)), "months": draw.choice((1, 3, 12, 36)), "grade": draw.choice(grades[1:] or grades)}


def gates(draw, grades):
    found = []
    for name in ("AAA", "AA", "AX", "AY")[:draw.choice((0, 1, 2, 2, 3, 4))]:
        gate = {"grade": name, "zh": "优", "en": name, "of": draw.choice(grades[:2]) if draw.often(0.3) else grades[0]}
        if draw.often(0.7):
            gate["months_without_deduction"] = draw.choice((1, 2, 6, 12, 24))
        if draw.often(0.7) or "months_without_deduction" not in gate:
            gate["certificates"] = draw.sample(CERTIFICATES, draw.choice((1, 1, 2)))
            gate["held_months"] = draw.choice((0, 1, 6, 12, 36))
        found.append(gate)
    return found


def policy(draw):
    base, count = draw.choice((100, 100, 120, 1000)), draw.randint(1, 5)
    leasts = sorted(draw.sample(range(1, base + 1), count - 1), reverse=True) + [0]
    grades = ["A", "B", "C", "D", "E"][:count]
    veto = {"active_listing": draw.choice(grades + [None])}
    if draw.often(0.6):
        veto["repeats"] = [repeat(draw, i, grades) for i in range(draw.randint(0, 3))]
    return {
        "id": "walked", "version": 1, "names": {"zh": "走", "en": "walked"}, "scope": "-", "issued_by": "-", "document": None,
        "effective": {"from": "2014-11-05", "to": None}, "base": base, "unrated": {"zh": "未评价", "en": "unrated"},
        "bands": [{"grade": grade, "zh": grade, "en": grade, "min": least} for grade, least in zip(grades, leasts)],
        "deductions": deductions(draw), "heaviest_per_case": draw.often(0.7), "window": window(draw), "veto": veto,
        "minimum": {"records_ever": draw.choice((0, 1, 1, 2, 4))}, "gates": gates(draw, grades)}


# ---------------------------------------------------------------- files

def row(draw):
    word = draw.choices(("penalty", "finding", "certificate", "other"), (40, 30, 20, 10))[0]
    if word == "finding":
        word = draw.choice(naive_grade.FINDINGS)
    elif word == "other":
        word = draw.choice(OTHERS)
    start = EPOCH - draw.choice((draw.randint(-40, 60), draw.randint(0, 400), draw.randint(0, 1500)))
    if draw.often(0.1):
        start = datetime.date(2024, draw.choice((1, 2, 3, 8)), 29).toordinal()
    found = {"type": word, "case": draw.randint(1, 4) * 0x1111111111111111 % (1 << 62), "decided_on": day(start)}
    if draw.often(0.1 if word == "certificate" else 0.75):
        found["publicity_end"] = day(start + draw.choice((-3, 90, 365, 1095, draw.randint(0, 1500))))
    if word == "penalty":
        found["kinds"] = draw.sample(naive_grade.KINDS, draw.choice((1, 1, 2, 3)))
        for amount in ("fine_fen", "confiscated_fen"):
            if draw.often(0.5):
                found[amount] = draw.choice((1, 99, 49900, 50000, 500000, 2000000, 99999999, draw.randint(1, 3000000)))
    if word == "penalty" or word in naive_grade.FINDINGS:
        if draw.often(0.6):
            found["severity"] = draw.choice(("ordinary", "serious"))
    if word in ("sampling", "complaint", "acceptance", "inspection"):
        if draw.often(0.7) or word in ("acceptance", "inspection"):
            found["result"] = draw.choice(("pass", "fail", "fail"))
    if word == "certificate":
        found["certificate"] = draw.choice(CERTIFICATES)
    if word in LASTING and draw.often(0.7):
        found["valid_through"] = day(start + draw.choice((0, 364, 1094, draw.randint(0, 1500))))
    return found


def renewals(draw, rows):
    """Certificates that take over from others: with a gap, without, before their time."""
    for held in [r for r in rows if r["type"] == "certificate" and "valid_through" in r]:
        if draw.often(0.5):
            start = datetime.date.fromisoformat(held["valid_through"]).toordinal() + draw.choice((-30, 0, 1, 1, 1, 2))
            if day(start) >= held["decided_on"]:
                rows.append({**held, "decided_on": day(start), "valid_through": day(start + draw.choice((364, 1094)))})
    draw.shuffle(rows)
    return rows


def listings(draw):
    found = set()
    for _ in range(draw.choice((0, 0, 0, 0, 1, 1, 2, 3))):
        start = EPOCH - draw.randint(-60, 400)
        effect = draw.choice(("in-force", "in-force", "suspended", "quashed", "unknown"))
        found.add((day(start), day(start + draw.choice((1, 30, 365, draw.randint(1, 700)))) if draw.often(0.8) else None, effect))
    # In their order; of one period those of a lower effect first.
    effects = ("in-force", "suspended", "quashed", "unknown")
    return sorted(found, key=lambda one: (one[0], one[1] or "9", effects.index(one[2])))


def file(draw):
    rows = renewals(draw, [row(draw) for _ in range(draw.choice((0, 1, 2, 3, 3, 4, 5, 7, 12)))])
    return {"day": day(EPOCH + draw.choice((0, 0, draw.randint(-60, 60), draw.randint(-800, 800)))), "rows": rows,
            "listings": listings(draw), "ended": draw.choice((0, 0, 0, 1, 3))}


# ---------------------------------------------------------------- the walk

def expected(policy_now, asked):
    in_force = [(begin, end) for begin, end, effect in asked["listings"] if effect == "in-force"]
    return naive_grade.explain(asked["rows"], asked["day"], in_force, policy_now, asked["ended"])


class Walk:
    def __init__(self, program, seed):
        self.draw = Draw(seed)
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 20)
        self.files, self.policies, self.refused = 0, 0, 0
        self.differences, self.seen = [], collections.Counter()
        self.shipped = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((TOP / "share" / "policies").glob("*.json"))]

    def ask(self, orders):
        """One batch out and its answers in: it is smaller than what a pipe and the program hold."""
        orders[-1] = {**orders[-1], "flush": True}
        for order in orders:
            self.process.stdin.write(json.dumps(order, separators=(",", ":")) + "\n")
        self.process.stdin.flush()
        answers = [self.process.stdout.readline() for _ in orders]
        if not answers[-1]:
            raise SystemExit(f"not ok the program ended with status {self.process.wait()}")
        return [json.loads(answer) for answer in answers]

    def next_policy(self):
        while True:
            shipped = self.draw.often(0.1)
            found = self.draw.choice(self.shipped) if shipped else policy(self.draw)
            said = self.ask([{"policy": found}])[0]
            if said is True:
                self.policies += 1
                return found
            if shipped:
                raise SystemExit(f"not ok a policy that is shipped is refused: {said}")
            self.refused += 1

    def note(self, answer):
        grade, score, change, reasons = answer
        self.seen.update({"unrated": score is None, "for ever": change is None, "vetoed": any(rule == "listing" for rule, _, _ in reasons),
                          "repeated": any(rule.startswith("repeat.") for rule, _, _ in reasons),
                          "lifted": any(rule.startswith("gate ") for rule, _, _ in reasons),
                          "deducted": any(points for _, points, _ in reasons)})

    def run(self, count):
        while self.files < count and len(self.differences) < SHOWN:
            now = self.next_policy()
            for _ in range(FILES_OF_A_POLICY // 10):
                batch = [file(self.draw) for _ in range(10)]
                for asked, got in zip(batch, self.ask(batch)):
                    want = json.loads(json.dumps(expected(now, asked)))
                    self.files += 1
                    self.note(want)
                    if want != got and len(self.differences) < SHOWN:
                        self.differences.append((now, asked, want, got))

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def main():
    program, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else secrets.randbelow(1 << 32)
    walk = Walk(program, seed)
    walk.run(count)
    status = walk.close()
    for now, asked, want, got in walk.differences:
        print("# under", json.dumps(now, ensure_ascii=False), "\n#   ", json.dumps(asked, ensure_ascii=False))
        print(f"#     the naive grader {want}\n#     the program      {got}")
    print(f"# seed {seed}: {walk.files} files under {walk.policies} policies ({walk.refused} more were refused); "
          + ", ".join(f"{word} {n}" for word, n in walk.seen.most_common()))
    fine = not walk.differences and status == 0
    print(f"{'ok' if fine else 'not ok'} {walk.files} files of seed {seed} get the same from the program and the naive grader")
    missed = [word for word in ("unrated", "for ever", "vetoed", "repeated", "lifted", "deducted") if walk.seen[word] * 1000 < walk.files]
    if fine:
        print(f"{'not ok' if missed else 'ok'} each kind of outcome is met in one file of a thousand" + (f" - {missed}" if missed else ""))
    sys.exit(not fine or bool(missed))


if __name__ == "__main__":
    main()
