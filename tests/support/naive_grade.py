#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The grade from plain rows under any policy document, to check the registry with.

Written from docs/POLICY.md alone, knows neither packed inputs nor C. A row is a dict, in the order of filing:

    type             a word; `penalty` if absent
    kinds            list of penalty words (`fine`, `closure`, ...), of penalties
    fine_fen, confiscated_fen    amounts, of penalties; absent is 0
    severity         `ordinary`, `serious` or absent, of penalties and findings
    result           `pass`, `fail` or absent, of findings
    certificate      `iso9001`, ..., of certificates
    decided_on       `2026-01-31`
    publicity_end    `2027-01-31`, the first day it is not used any more; or None
    valid_through    `2027-01-31`, the last day, of certificates; or None
    case             anything equal for records of one case

    grade(rows, day, listings, policy) -> (grade, score or None, next change or None), days as text
    explain(rows, day, listings, policy) -> these three and the reasons in effect, as (rule, points or None, until or None)

`listings` are pairs of the first day in force and the first day no longer, or None. Without a policy it is the default.

As a program: reads {"day": ..., "rows": [...], "listings": [[from, to], ...]} a line on standard input, writes the
three as a JSON list a line.

    naive_grade.py [POLICY]
"""

import calendar
import datetime
import functools
import json
import pathlib
import sys

DEFAULT = pathlib.Path(__file__).resolve().parents[2] / "share" / "policies" / "default.json"
FINDINGS = ("sampling", "recall", "complaint", "accident", "breach", "acceptance", "inspection")
# In the order of the table: of equally heavy kinds the last is named.
KINDS = ("warning", "criticism", "fine", "confiscation", "suspension", "downgrade", "closure", "withdrawal", "revocation",
         "restriction", "criminal", "detention")
AMOUNTS = {"fine": "fine_fen", "confiscation": "confiscated_fen"}
LAST = datetime.date.max.toordinal()
NEVER = LAST + 1  # no day is this late


@functools.cache
def default_policy():
    return json.loads(DEFAULT.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=1 << 17)
def add_months(day, months):
    date = datetime.date.fromordinal(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if year > 9999:
        return LAST
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1])).toordinal()


@functools.lru_cache(maxsize=1 << 17)
def number(text):
    return datetime.date.fromisoformat(text).toordinal()


def text(day):
    return None if day is None or day == NEVER else datetime.date.fromordinal(day).isoformat()


# ---------------------------------------------------------------- one record

def kind_cost(row, kind, deductions):
    """Points of one kind of a penalty, and the word of the rule."""
    points = deductions["penalty"][kind]
    for tier in deductions.get("amounts", {}).get(kind, ()):
        if row.get(AMOUNTS[kind], 0) >= tier["from_yuan"] * 100:
            points = max(points, tier["points"])
    serious = deductions.get("serious_penalty", {}).get(kind, 0) if row.get("severity") == "serious" else 0
    return (serious, f"penalty.{kind}.serious") if serious > points else (points, f"penalty.{kind}")


def cost(row, policy):
    """Points of a record, and the word of the rule; 0 if it costs nothing."""
    deductions, word = policy["deductions"], row.get("type", "penalty")
    if word == "penalty":
        costs = [kind_cost(row, kind, deductions) for kind in KINDS if kind in row["kinds"]]
        return [c for c in costs if c[0] == max(points for points, _ in costs)][-1]
    if word in FINDINGS and row.get("result") != "pass" and word in deductions:
        severity = row.get("severity") or "ordinary"
        return deductions[word][severity], f"{word}.{severity}"
    return 0, ""


class Record:
    """A row as the rules see it, with days as numbers."""

    def __init__(self, row, policy):
        window = policy["window"]
        self.type = row.get("type", "penalty")
        self.case = row["case"]
        self.is_serious = row.get("severity") == "serious"
        self.is_negative = self.type == "penalty" or (self.type in FINDINGS and row.get("result") != "pass")
        self.start = number(row["decided_on"])
        self.publicity_end = number(row["publicity_end"]) if row.get("publicity_end") else NEVER
        months = window.get("by_type", {}).get(self.type) or window.get("months")
        if months:
            self.end = min(add_months(self.start, months), self.publicity_end)
        elif self.publicity_end == NEVER:
            self.end = add_months(self.start, window["fallback_months"])
        else:
            self.end = self.publicity_end
        self.points, self.rule = cost(row, policy)
        self.certificate = row.get("certificate") if self.type == "certificate" else None
        self.through = number(row["valid_through"]) if row.get("valid_through") else LAST

    def counts(self, day):
        return self.is_negative and self.start <= day < self.end


# ---------------------------------------------------------------- rules

def repeats(rule, records, day):
    """Does a repeat rule hold?"""
    return len({r.case for r in records
                if r.counts(day) and r.type in rule["types"] and day < add_months(r.start, rule["months"])
                and (rule["severity"] is None or r.is_serious)}) >= rule["count"]


def held_since(kind, records, day):
    """The first day of the time without a gap in which a kind of certificate is held; None if it is not held."""
    held = [r for r in records if r.certificate == kind and day < r.publicity_end]
    since = day + 1
    while earlier := [r.start for r in held if r.start < since <= r.through + 1]:
        since = min(earlier)
    return since if since <= day else None


def gate_holds(gate, records, day):
    for kind in gate.get("certificates", ()):
        since = held_since(kind, records, day)
        if since is None or day < add_months(since, gate["held_months"]):
            return False
    months = gate.get("months_without_deduction")
    return not months or not any(r.points and r.counts(day) and day < add_months(r.start, months) for r in records)


class File:
    def __init__(self, rows, listings, policy, ended):
        self.policy, self.ended = policy, ended
        self.records = [Record(row, policy) for row in rows]
        self.listings = [(number(begin), number(end) if end else NEVER) for begin, end in listings]
        self.repeats = policy["veto"].get("repeats", ())

    def listed(self, day):
        if self.policy["veto"]["active_listing"] is None:
            return []
        return sorted((end for begin, end in self.listings if begin <= day < end), key=lambda end: -1 if end == NEVER else end, reverse=True)

    def taken_off(self, day):
        """The records whose points are taken off, the heaviest first."""
        heaviest, taken = set(), []
        for r in sorted((r for r in self.records if r.points and r.counts(day)), key=lambda r: (-r.points, -r.end)):
            if not self.policy["heaviest_per_case"] or r.case not in heaviest:
                taken.append(r)
            heaviest.add(r.case)
        return taken

    def state(self, day):
        """Everything in the outcome but how long it lasts: what makes a day differ from another."""
        policy = self.policy
        grades = [band["grade"] for band in policy["bands"]]
        score = max(0, policy["base"] - sum(r.points for r in self.taken_off(day)))
        band = next(i for i, b in enumerate(policy["bands"]) if score >= b["min"])
        listed = self.listed(day)
        holding = [rule for rule in self.repeats if repeats(rule, self.records, day)]
        # Each record that costs points on any day: not yet, counting, or over.
        records = [(r.points and r.start <= day and r.start < r.end) and (1 if r.counts(day) else 2) for r in self.records]
        vetoes = [rule["grade"] for rule in holding] + ([policy["veto"]["active_listing"]] if listed else [])
        gate = None
        if vetoes:
            grade = grades[max([band] + [grades.index(g) for g in vetoes])]
        elif self.ended + sum(r.start <= day for r in self.records) < policy["minimum"]["records_ever"]:
            grade, score = "unrated", None
        else:
            gate = next((g["grade"] for g in policy["gates"] if g["of"] == grades[band] and gate_holds(g, self.records, day)), None)
            grade = gate or grades[band]
        return grade, score, gate, listed, [rule["id"] for rule in holding], records

    def days(self):
        """Every day on which anything could begin or end."""
        months = {g["months_without_deduction"] for g in self.policy["gates"] if "months_without_deduction" in g}
        months |= {rule["months"] for rule in self.repeats}
        held = {g.get("held_months", 0) for g in self.policy["gates"]}
        days = {day for pair in self.listings for day in pair}
        for r in self.records:
            days |= {r.start, r.end, r.publicity_end, r.through + 1}
            days |= {add_months(r.start, m) for m in (held if r.certificate else months)}
        return sorted(day for day in days if day <= LAST)

    def next_change(self, day):
        now = self.state(day)
        return next((later for later in self.days() if later > day and self.state(later) != now), None)

    def reasons(self, day):
        grade, _, gate, listed, holding, _ = self.state(day)
        told = [("listing", None, end) for end in listed]
        for rule in self.repeats:
            if rule["id"] in holding:
                told.append((f"repeat.{rule['id']}", None, next(d for d in self.days() if d > day and not repeats(rule, self.records, d))))
        if gate:
            told.append((f"gate {grade}", None, None))
        told += [(r.rule, r.points, r.end) for r in self.taken_off(day)]
        return [(rule, points, text(until)) for rule, points, until in told]


def explain(rows, day, listings=(), policy=None, ended=0):
    file, today = File(rows, listings, policy or default_policy(), ended), number(day)
    grade_now, score = file.state(today)[:2]
    return grade_now, score, text(file.next_change(today)), file.reasons(today)


def grade(rows, day, listings=(), policy=None):
    return explain(rows, day, listings, policy)[:3]


def main():
    policy = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")) if len(sys.argv) > 1 else None
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(grade(question["rows"], question["day"], question.get("listings", ()), policy)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
