#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The default policy's grade from plain rows, to check the registry end to end.

Written from docs/POLICY.md alone, knows neither packed inputs nor C. A row is a
dict:

    type           a word; `penalty` if absent
    kinds          list of penalty words (`fine`, `closure`, ...), of penalties
    severity       `ordinary`, `serious` or absent, of findings
    decided_on     `2026-01-31`
    publicity_end  `2027-01-31`, the first day it no longer counts; or None
    case           anything equal for records of one case

    grade(rows, day) -> (grade, score or None, next change or None), days as text

As a program: reads {"day": ..., "rows": [...], "listings": [[from, to], ...]} a
line on standard input, writes the three as a JSON list a line.
"""

import calendar
import datetime
import json
import sys

PENALTY = {
    "warning": 5, "criticism": 5, "fine": 10, "confiscation": 20, "suspension": 30, "downgrade": 30,
    "closure": 30, "withdrawal": 60, "revocation": 100, "restriction": 100, "criminal": 100, "detention": 100,
}
SAMPLING = {"ordinary": 10, "serious": 20}
FALLBACK_MONTHS = 12


def add_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9999:
        return datetime.date.max
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def points(row):
    kind = row.get("type", "penalty")
    if kind == "penalty":
        return max(PENALTY[k] for k in row["kinds"])
    if kind == "sampling":
        return SAMPLING[row.get("severity") or "ordinary"]
    return 0


def span(row):
    """From the first day it counts to the first it does not."""
    start = datetime.date.fromisoformat(row["decided_on"])
    if row.get("publicity_end"):
        return start, datetime.date.fromisoformat(row["publicity_end"])
    return start, add_months(start, FALLBACK_MONTHS)


def is_listed(listings, day):
    return any(start <= day and (end is None or day < end) for start, end in listings)


def state(row, day):
    """What a record is on a day, as a reason of the grade."""
    start, end = span(row)
    if points(row) == 0 or day < start:
        return "nothing"
    return "counting" if day < end else "expired"


def outcome(rows, listings, day):
    """Grade, score, and the state of every record and listing."""
    heaviest = {}
    states = []
    for row in rows:
        if state(row, day) == "counting":
            heaviest[row["case"]] = max(heaviest.get(row["case"], 0), points(row))
        states.append(state(row, day))
    score = max(0, 100 - sum(heaviest.values()))
    states += [is_listed([period], day) for period in listings]
    if is_listed(listings, day):
        return "D", score, states
    if not any(span(row)[0] <= day for row in rows):
        return "unrated", None, states
    return ("A" if score >= 90 else "B" if score >= 70 else "C" if score >= 40 else "D"), score, states


def grade(rows, day, listings=()):
    """`listings` are pairs of the first day in force and the first day no longer, or None."""
    today = datetime.date.fromisoformat(day)
    periods = [tuple(d and datetime.date.fromisoformat(d) for d in pair) for pair in listings]
    days = {d for row in rows for d in span(row)} | {d for pair in periods for d in pair if d}
    now = outcome(rows, periods, today)
    change = next((d for d in sorted(days) if d > today and outcome(rows, periods, d) != now), None)
    return now[0], now[1], change and change.isoformat()


def main():
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(grade(question["rows"], question["day"], question.get("listings", ()))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
