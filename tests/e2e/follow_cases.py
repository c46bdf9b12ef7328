#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""What the follower makes of cases does not depend on when it reads: a view that followed step by step and one that is
built from the first entry in batches hold the same, octet for octet. Deputies and rules count from their approval on."""
import datetime
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, today  # noqa: E402
from registry import BUILD, SAMPLE, TOP, Registry, check, finish, wait_until  # noqa: E402

PEOPLE = TOP / "tests" / "support" / "case-people.csv"
BATCH = 500  # entries (registry/view/follow_batch.h)
OWED = "12 "  # registry/view/view_table.h
# One program of the tests: prints all that a view holds.
VIEW_DUMP = os.environ.get("QCR_VIEW_DUMP", str(BUILD / "tests" / "view" / "view-dump"))


def enterprises(r, count):
    lines = (SAMPLE / "enterprises.csv").read_text().splitlines()[: 3 * count + 1]
    path = r.dir / "enterprises.csv"
    path.write_text("\n".join(lines) + "\n")
    r.import_file("enterprises", path)
    rows = [line.split(",") for line in lines[1:]]
    return [(row[0], row[2]) for row in rows if row[3] == "企业" and row[7] == "存续"][:count]


def dump(r):
    done = subprocess.run([VIEW_DUMP, r.home / "view"], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.splitlines()


def agreed(people, operation, body):
    """Proposed by one administrator and approved by the other."""
    answer = people["admin"].call(operation, body)
    answer = people["admin2"].decide(answer["filed"]["proposal"]) if answer["ok"] else answer
    if not answer["ok"]:
        raise AssertionError(f"{operation}: {answer}")
    return answer


def deputy(people, grant):
    agreed(people, "deputy_set", {"person_id": "superior", "deputy_id": "drug-superior", "from": str(today()),
                                  "to": str(today() + datetime.timedelta(days=3)), "grant": grant})


def next_version(kind, name):
    document = json.loads((TOP / "share" / kind / f"{name}.json").read_text())
    document["version"] += 1
    return json.dumps(document, ensure_ascii=False).encode()


def listing(people, code):
    answer = people["regulator"].lookup(code)
    return answer.get("listing"), answer.get("listing-published"), answer.get("decision")


def deputies(r, people, party):
    """Only between the approvals, and only in the away person's office."""
    case = Case(people, *party, decided_on=str(today() - datetime.timedelta(days=40)))
    for action in ("open", "notice", "serve-notice", "legal-review", "discussion", "consent"):
        case.take(action)
    proposal = case.ask("decide")["filed"]["proposal"]
    answer = people["drug-superior"].decide(proposal)
    check("another office's superior may not confirm a decision", not answer["ok"], answer)
    deputy(people, True)
    answer = people["drug-superior"].decide(proposal)
    check("as the superior's deputy they may", answer["ok"] and answer.get("visible"), answer)
    check("the follower believes it", listing(people, case.code)[0] == "listed", listing(people, case.code))
    deputy(people, False)
    return case


def rules(people):
    agreed(people, "rule_add", {"document": next_version("codes", "measures")})
    agreed(people, "rule_add", {"document": next_version("procedures", "samr-44")})


def filings(people, party, count):
    """Entries between two steps, more than a batch has."""
    recorder = people["recorder"]
    calls = [recorder.make("record_file", {"record": {
        "code": party[0], "name": party[1], "type": "penalty", "domain": "product", "authority_code": "11510823008765438X",
        "authority_name": "剑阁县市场监督管理局", "document": f"剑市监处罚〔2026〕批{n}号", "kind": ["fine"], "decided_on": "2026-11-02"}})
        for n in range(count)]
    answers = [answer for n in range(0, count, 5) for answer in recorder.pipeline(calls[n:n + 5])]
    check("records are filed between two steps", all(answer["ok"] for answer in answers), [a for a in answers if not a["ok"]][:1])


def built_anew(r):
    offset = len(r.log().encode())
    done = r.admin("view", "rebuild", "--yes")
    log = lambda: r.log(offset).partition("event=follow.rebuild-accepted")[2]  # noqa: E731
    return done.returncode == 0 and wait_until(lambda: "event=follow.current" in log() or "event=follow.refused" in log(), 30) and log()


def main():
    with Registry(people=PEOPLE) as r, People(r) as people:
        first, second, third, fourth, records = enterprises(r, 5)
        case = deputies(r, people, first)
        rules(people)
        listed = Case(people, *second)
        listed.to("decided")
        quashed = Case(people, *third)
        quashed.to("published")
        under_old = r.sql(f"SELECT procedure_hash FROM qcr.case_file WHERE subject = '{case.code[8:17]}'")
        under_new = r.sql(f"SELECT procedure_hash FROM qcr.case_file WHERE subject = '{listed.code[8:17]}'")
        check("a case keeps the procedure it was opened under", under_old != under_new)
        filings(people, records, BATCH + 10)
        listed.to("suspended")
        quashed.take("quash")
        case.done = list(listed.done[:7])
        case.take("serve-decision")
        Case(people, *fourth).to("notice-served")
        expected = {"first": ("listed", "no"), "second": ("suspended", "yes"), "third": ("basis-quashed", "yes"), "fourth": ("not-listed", "-")}
        said = {name: listing(people, party[0]) for name, party in zip(expected, (first, second, third, fourth))}
        check("each is listed as its case says", {name: lines[:2] for name, lines in said.items()} == expected, said)
        live = dump(r)
        check("a step that lists nothing leaves nothing owed", not [line for line in live if line.startswith(OWED)])
        log = built_anew(r)
        check("the view is built anew in batches", log and "event=follow.refused" not in log, log)
        anew = dump(r)
        check("and holds the same", anew == live, [line[:300] for line in set(anew) ^ set(live)][:4])
        again = wait_until(lambda: {name: listing(people, party[0]) for name, party in zip(expected, (first, second, third, fourth))} == said, 5)
        check("and says the same", again)
    finish()


if __name__ == "__main__":
    main()
