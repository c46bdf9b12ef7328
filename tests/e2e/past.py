#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Two time axes: how it stood on a day, by what was known at a time; what is over is told to nobody who may not know."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People  # noqa: E402
from fake_clock import go_on, set_day  # noqa: E402
from registry import SAMPLE, TOP, Registry, check, finish  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
LISTED_CODE, LISTED_NAME = "91510823625851788F", "剑阁县旭顺建材有限公司"
LISTED = 4
WITHHELD = 14


def known(answer):
    return {k: answer[k] for k in ("result", "name", "registration", "grade", "score", "listing", "listing_since", "listing_until", "listing_published",
                                   "reasons", "serial", "as_of", "coverage", "decision")}


def records(r):
    receipts = r.dir / "receipts"
    receipts.mkdir()
    saved = []

    def ask(*words, who=None):
        return r.lookup(CODE, *words, who=who)

    def save():
        answer = ask("--receipt", receipts / f"{len(saved)}")
        saved.append(answer)
        return answer

    save()
    done = r.qcr("record", "file", "--code", LISTED_CODE, "--name", LISTED_NAME, "--type", "sampling", "--domain", "product", "--authority-code", "11510823008765438X",
                 "--authority", "剑阁县市场监督管理局", "--document", "剑市监抽〔2025〕1号", "--decided-on", "2025-03-15", "--result", "fail", "--detail", "batch=1",
                 "--detail", "product=砖", "--detail", "place=production", "--detail", "level=county", "--yes", who="recorder")
    check("a failed sampling, which has no publicity and counts for twelve months, is filed", done.returncode == 0, done.stderr)
    r.record(CODE, NAME, "剑市监处罚〔2026〕1号", "--publicity-end", "2026-03-20", decided_on="2026-02-20")
    save()
    go_on(r, "2026-03-05")
    r.record(CODE, NAME, "剑市监处罚〔2026〕2号", kind="closure", decided_on="2026-03-01")
    now = save()
    sampled = r.lookup(LISTED_CODE, "--as-of", "2026-03-02")
    check("while the policy counts it, it is told of", sampled["exit"] == 0 and "sampling" in sampled["reasons"], sampled)
    case = list_one(r)

    check("a day to come is refused", ask("--as-of", "2026-03-06")["exit"] == 11)
    check("knowledge to come is refused", ask("--known-at", "2026-03-06T00:00:00Z")["exit"] == 11)
    check("what is no day is a usage error", r.qcr("lookup", CODE, "--as-of", "yesterday").returncode == 2)
    check("before the registry there is no knowledge", ask("--known-at", "2026-02-01")["reason"] == "not-there")
    check("a serial the ledger has not is refused", ask("--known-at", "1000000000")["exit"] == 11)

    then = ask("--as-of", "2026-03-02", "--known-at", "2026-03-03")
    later = ask("--as-of", "2026-03-02")
    check("a penalty of 1 March filed on 5 March was not known on 3 March", then["kind"] == "as-of" and then["score"] == saved[1]["score"], then)
    check("it is known now for the same day", int(later["score"]) < int(then["score"]) and later["as_of"] == "2026-03-02", later)
    check("the day before it was decided it did not count", ask("--as-of", "2026-02-28")["score"] == saved[1]["score"])
    check("the statement says the knowledge it rests on", then["serial"] == saved[1]["serial"] and then["known_at"] == "2026-03-03T15:59:59.999Z", then)

    for i, answer in enumerate(saved):
        replay = ask("--as-of", answer["as_of"], "--known-at", answer["serial"])
        check(f"receipt {i} is not contradicted by the answer to its own moment", known(replay) == known(answer), (known(replay), known(answer)))
        check(f"receipt {i} still verifies", r.qcr("verify", receipts / f"{i}").returncode == 0)
    check("a receipt of the past verifies too", r.lookup(CODE, "--as-of", "2026-03-02", "--receipt", receipts / "past")["exit"] == 0 and
          r.qcr("verify", receipts / "past").returncode == 0)
    absent = r.lookup("91110000600037341L", "--as-of", "2026-03-02")
    check("a code nobody had was not registered", absent["exit"] == 3 and absent["kind"] == "as-of", absent)

    go_on(r, "2026-03-21")
    hidden = ask("--as-of", "2026-03-02")
    check("a record whose time is over is withheld from a regulator", hidden["exit"] == WITHHELD and hidden["result"] == "withheld" and
          hidden["grade"] == "-" and hidden["reasons"] == "-", hidden)
    check("an auditor who does not say why is refused", ask("--as-of", "2026-03-02", who="auditor")["reason"] == "purpose-missing")
    told = ask("--as-of", "2026-03-02", "--purpose", "信访复核", who="auditor")
    check("an auditor who says why is told", told["result"] == "found" and known(told) == known(later), told)
    check("the present is told to everybody", ask()["result"] == "found")
    over = r.lookup(LISTED_CODE, "--as-of", "2026-02-28")
    check("a record that the policy does not count any more is withheld as well", over["exit"] == WITHHELD and over["reasons"] == "-", over)
    told = r.lookup(LISTED_CODE, "--as-of", "2026-02-28", "--purpose", "信访复核", who="auditor")
    check("but from an auditor who says why", "sampling" in told["reasons"], told)
    unlist_one(r, case)
    switched(r)


def proposal_of(done):
    check("it is proposed", done.returncode == 0, done.stderr)
    return json.loads(done.stdout)["proposal"]


def switched(r):
    """A policy for days from tomorrow on: what it leaves of the days before it, and of the histories."""
    policy = json.loads((TOP / "share" / "policies" / "default.json").read_text())
    policy.update(id="county", version=1, effective={"from": "2026-03-22", "to": None}, document={"organ": "剑阁县人民政府办公室", "number": "剑府办发〔2026〕3号"})
    (r.dir / "county.json").write_text(json.dumps(policy, ensure_ascii=False))
    check("a policy for tomorrow is brought in", r.admin("policy", "add", r.dir / "county.json").returncode == 0)
    proposal = proposal_of(r.admin("policy", "activate", "county@1", "--json", timeout=120))
    early = r.qcr("approve", proposal, "--yes", who="admin2")
    check("today it is not approved", early.returncode == 11 and "2026-03-22" in early.stderr, early)
    before = r.lookup(CODE)
    go_on(r, "2026-03-22")
    approved = r.qcr("approve", proposal, "--yes", "--json", who="admin2")
    check("on its first day it is", approved.returncode == 0, approved.stdout + approved.stderr)
    serial = json.loads(approved.stdout)["serial"]
    now = r.lookup(CODE, "--min-serial", serial)
    check("and answers are of it", now["exit"] == 0 and now["policy_hash"] != before["policy_hash"], now)
    gap = r.lookup(CODE, "--as-of", "2026-03-21")
    check("a day it is not for has no grade by it: who asks is told which policy that was, and how to ask the one before",
          (gap["exit"], gap["error"], gap["reason"]) == (11, 3030, "policy-not-effective") and "county@1 " in gap["detail"] and
          "from 2026-03-22 on" in gap["detail"] and "--known-at" in gap["detail"], gap)
    then = r.lookup(CODE, "--as-of", "2026-03-21", "--known-at", "2026-03-21")
    check("there is one by what was known on that day", then["exit"] == 0 and (then["grade"], then["score"]) == (before["grade"], before["score"]), then)
    proposal = proposal_of(r.admin("policy", "rollback", "--json", timeout=120))
    check("the way back is approved", r.qcr("approve", proposal, "--yes", who="admin2").returncode == 0)
    live = r.sql(f"SELECT s.grade, s.score, l.grade, l.score FROM qcr.standing s JOIN qcr.live_grade l USING (subject) WHERE subject = '{CODE[8:17]}'")[0]
    check("what is live is another outcome than the standing's own, of the same policy", live[:2] != live[2:], live)
    filed = r.record(CODE, NAME, "剑市监处罚〔2026〕3号", decided_on="2026-02-21")
    check("a record that makes the outcome what it had been is filed", filed.returncode == 0, filed.stderr)
    history = r.sql(f"SELECT h.grade, h.score FROM qcr.grade_history h JOIN qcr.standing s USING (subject, version) WHERE subject = '{CODE[8:17]}'")
    check("which is a change of the live outcome, and in the history", history == [live[:2]], (history, live))
    done = r.admin("doctor")
    check("the doctor finds nothing", done.returncode == 0, done.stdout)


def list_one(r):
    """Listed from 1 March on by a decision that came into the registry on 5 March."""
    with People(r) as people:
        case = Case(people, LISTED_CODE, LISTED_NAME, decided_on="2026-03-01").to("decided")
    now = r.lookup(LISTED_CODE, "--receipt", r.dir / "listed")
    check("a listing is in the next answer", now["exit"] == LISTED and now["listing_since"] == "2026-03-01", now)
    for known_at, status, word in (("2026-03-03", 0, "not-listed"), ("2026-03-05T01:00:00Z", 0, "not-listed"), (now["serial"], LISTED, "listed")):
        answer = r.lookup(LISTED_CODE, "--as-of", "2026-03-02", "--known-at", known_at, "--receipt", r.dir / "receipt")
        check(f"on 2 March, as known at {known_at}: {word}", answer["exit"] == status and answer["listing"] == word, answer)
        check("with a receipt that verifies", r.qcr("verify", r.dir / "receipt").returncode == 0)
    before = r.lookup(LISTED_CODE, "--as-of", "2026-02-28")
    check("the day before the decision it did not list", before["listing"] == "not-listed", before)
    return case


def unlist_one(r, case):
    with People(r) as people:
        case.people = people
        case.take("quash", decided_on="2026-03-20")
        quashed = r.lookup(LISTED_CODE)
        check("from the recording of the quash the basis is said to be gone", quashed["listing"] == "basis-quashed", quashed)
        case.take("lift", lifted_on="2026-03-21")
    check("once the display has stopped nothing is said any more", r.lookup(LISTED_CODE)["listing"] == "not-listed")
    hidden = r.lookup(LISTED_CODE, "--as-of", "2026-03-02", "--known-at", "2026-03-05")
    check("nor by asking for what was known then", hidden["exit"] == WITHHELD, hidden)
    with People(r) as people:
        Case(people, LISTED_CODE, LISTED_NAME, decided_on="2026-03-02").to("decided")
    check("another case lists the party now", r.lookup(LISTED_CODE)["listing_since"] == "2026-03-02")
    hidden = r.lookup(LISTED_CODE, "--as-of", "2026-03-02", "--known-at", "2026-03-05")
    check("which is no reason to tell of the one that is over", hidden["exit"] == WITHHELD, hidden)
    told = r.lookup(LISTED_CODE, "--as-of", "2026-03-02", "--known-at", "2026-03-05", "--purpose", "信访复核", who="auditor")
    check("an auditor who says why is told what the registry said then", told["listing"] == "listed", told)
    check("the receipt of then is authentic", r.qcr("verify", r.dir / "listed").returncode == 0)


def main():
    set_day(None, "2026-03-02")
    with Registry(workers=1) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        records(r)
    finish()


main()
