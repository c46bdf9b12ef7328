#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A policy is tried on the whole population before anybody is graded by it: nothing is written, and every enterprise is counted."""
import copy
import csv
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import TOP, Registry, check, finish  # noqa: E402

TODAY = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date().isoformat()


def codes_of(r):
    return [row[0] for row in r.sql("SELECT DISTINCT ON (subject) code FROM qcr.code ORDER BY subject, length(code) DESC, code")]


with Registry() as r:
    r.import_sample()
    default = json.loads((TOP / "share" / "policies" / "default.json").read_text())
    strict = copy.deepcopy(default)
    strict.update(id="strict", version=1)
    strict["deductions"]["penalty"]["fine"] = 35
    strict["bands"][0]["min"], strict["bands"][1]["min"] = 95, 66
    path = r.dir / "strict.json"
    path.write_text(json.dumps(strict, ensure_ascii=False, indent=1))
    state = ("SELECT serial FROM qcr.ledger_head", "SELECT count(*), max(version), md5(string_agg(s::text, ',' ORDER BY subject)) FROM qcr.standing s",
             "SELECT count(*) FROM qcr.policy", "SELECT count(*) FROM qcr.run")
    before = [r.sql(q) for q in state]

    # ---------------------------------------------------------------- refusals
    bad = dict(strict, base=-1)
    (r.dir / "bad.json").write_text(json.dumps(bad))
    done = r.admin("policy", "simulate", r.dir / "bad.json")
    check("a policy that cannot be read is refused, with its key", done.returncode == 2 and "base" in done.stderr, done.stderr)
    done = r.admin("policy", "simulate", "nothing@7")
    check("a policy the registry does not have is refused", done.returncode == 2 and "nothing@7" in done.stderr, done.stderr)
    done = r.admin("policy", "simulate", path, "--day", "2026-13-01")
    check("a day that is none is refused", done.returncode == 2 and "2026-13-01" in done.stderr, done.stderr)
    done = r.admin("policy", "simulate", path, "--csv", r.dir / "nowhere" / "m.csv")
    check("a list that cannot be written is an error", done.returncode == 1, done.stderr)
    done = r.admin("policy", "simulate", path, "--json", "--database", "host=/nowhere dbname=qcr")
    check("a store that cannot be reached is exit 5 and one JSON document", done.returncode == 5 and
          json.loads(done.stdout)["error"] == "store" and json.loads(done.stdout)["reason"] in done.stderr, done.stdout + done.stderr)

    # ------------------------------------------------------------------ result
    movers = r.dir / "movers.csv"
    done = r.admin("policy", "simulate", path, "--json", "--csv", movers)
    result = json.loads(done.stdout)
    check("the list is its owner's alone to read", movers.stat().st_mode & 0o777 == 0o600, oct(movers.stat().st_mode))
    population = int(r.sql("SELECT count(*) FROM qcr.standing")[0][0])
    check("the total is the population", done.returncode == 0 and result["total"] == population > 1000, result["total"])
    check("the matrix adds up to it", sum(m["count"] for m in result["matrix"]) == population)
    check("so does every grouping", all(sum(g["total"] for g in groups) == population and sum(sum(g["after"].values()) for g in groups) == population
                                        for groups in result["by"].values()))
    check("nothing was written, and the ledger's serial is what it was", [r.sql(q) for q in state] == before and str(result["serial"]) == before[0][0][0])
    check("both policies are named with their hashes", result["in_force"]["policy"] == f"{default['id']}@{default['version']}" and
          result["tried"]["policy"] == "strict@1" and len(result["tried"]["sha256"]) == 64)

    codes = codes_of(r)
    _, answers = r.lookup_many(codes)
    rows = list(csv.DictReader(movers.open(encoding="utf-8", newline="")))
    moving = {row["subject"]: row for row in rows}
    check("the list has every mover once", len(rows) == len(moving) == result["up"] + result["down"] + result["other"] > 0)
    grades = {}
    for answer in answers:
        grades[answer["grade"]] = grades.get(answer["grade"], 0) + 1
    of_matrix = {}
    for m in result["matrix"]:
        if m["count"]:
            of_matrix[m["before"]] = of_matrix.get(m["before"], 0) + m["count"]
    check("what it says of today is what lookups answer", of_matrix == {g: n for g, n in grades.items() if g and g != "-"}, (of_matrix, grades))
    now = {answer["subject"]: answer for answer in answers}
    check("so is each mover's present grade and score", all((now[s]["grade"], "" if now[s]["score"] is None else str(now[s]["score"])) ==
          (row["grade_before"], row["score_before"]) for s, row in moving.items()))
    check("who moves down does so by the fines or the bands", {row["rule"] for row in rows if row["direction"] == "down"} <= {"penalty.fine", "bands"},
          {row["rule"] for row in rows})

    # ------------------------------------------- no change, and other days
    done = r.admin("policy", "simulate", f"{default['id']}@{default['version']}", "--json")
    same = json.loads(done.stdout)
    check("the policy in force moves nobody", same["stays"] == population and same["up"] == same["down"] == same["other"] == 0)
    done = r.admin("policy", "simulate", path, "--json", "--day", "2040-01-01")
    later = json.loads(done.stdout)
    check("on a day when every record has ended nobody has a deduction", later["day"] == "2040-01-01" and
          {m["after"] for m in later["matrix"] if m["count"]} <= {"A", "unrated"}, later["matrix"])

    # ------------------------------------------------------------ for people
    done = r.admin("policy", "simulate", path)
    check("people see the matrix with its totals", done.returncode == 0 and f"{population}\n" in done.stdout and "would move" in done.stdout, done.stdout)
    check("and the townships with most movers", "by township" in done.stdout and "by industry" in done.stdout and "by kind" in done.stdout)
finish()
