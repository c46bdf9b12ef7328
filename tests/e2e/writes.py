#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Filing and the second person: what is written is in the very next answer, and what needs two needs two."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import SAMPLE, Registry, check, finish  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
AUTHORITY = "11510823008765438X"


def proposed(done):
    """The proposal a command of qcr-admin names."""
    found = re.search(r"[0-9]+(\.[0-9]+)?", done.stdout) if done.returncode == 0 else None
    return found and found.group()


def filed(done):
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"stdout": done.stdout, "stderr": done.stderr}


def refusals(r):
    cases = [
        ("a name that is not the code's", [CODE, "剑阁县别家有限公司", "剑市监处罚〔2026〕8001号"], {}, 11, "name_mismatch"),
        ("a date after today", [CODE, NAME, "剑市监处罚〔2026〕8001号"], {"decided_on": "2999-01-01"}, 11, "date-in-future"),
        ("a date that is none", [CODE, NAME, "剑市监处罚〔2026〕8001号"], {"decided_on": "2026-02-30"}, 2, "usage"),
        ("an unknown penalty kind", [CODE, NAME, "剑市监处罚〔2026〕8001号"], {"kind": "flogging"}, 2, "usage"),
        ("a wrong check character", [CODE[:-1] + "0", NAME, "剑市监处罚〔2026〕8001号"], {}, 2, "usage"),
        ("an enterprise nobody registered", ["91350100M000100Y43", NAME, "剑市监处罚〔2026〕8001号"], {}, 3, "party-unknown"),
        ("a person without the role", [CODE, NAME, "剑市监处罚〔2026〕8001号"], {"who": "regulator"}, 8, "role-missing"),
    ]
    before = r.sql("select serial from qcr.ledger_head")
    for what, words, options, status, reason in cases:
        done = r.record(*words, **options)
        answer = filed(done)
        check(f"{what} is refused with {status}", done.returncode == status and answer.get("reason") == reason, (done.returncode, answer))
    check("everything refused left no trace", r.sql("select serial from qcr.ledger_head") == before)


def very_next(r, times):
    missed = []
    for n in range(times):
        done = r.record(CODE, NAME, f"剑市监处罚〔2026〕{n}号", kind="warning")
        answer = r.lookup(CODE)
        if done.returncode != 0 or int(answer["serial"]) < int(filed(done)["serial"]):
            missed.append((n, done.returncode, filed(done), answer.get("serial")))
    check(f"each of {times} records is in the very next lookup on another connection", not missed, missed[:2])


def repeated(r):
    key = "00112233445566778899aabbccddeeff"
    first = r.record(CODE, NAME, "剑市监处罚〔2026〕5001号", "--key", key)
    again = r.record(CODE, NAME, "剑市监处罚〔2026〕5001号", "--key", key)
    check("a first filing under a key is done", first.returncode == 0, first.stderr)
    check("another body under a used key is refused with 12", r.record(CODE, NAME, "剑市监处罚〔2026〕5002号", "--key", key).returncode == 12)
    count = r.sql("select count(*) from qcr.record where document = '剑市监处罚〔2026〕5001号'")
    check("the same request under its key is done again, and stands once", again.returncode == 0 and count == [["1"]], count)
    same = filed(r.record(CODE, NAME, "剑市监处罚〔2026〕5001号"))
    check("the same content again is unchanged", same.get("outcome") == "unchanged", same)


def two_persons(r):
    document = "剑市监处罚〔2026〕6001号"
    r.record(CODE, NAME, document, kind="closure")
    before = r.lookup(CODE)
    done = r.record(CODE, NAME, document, kind="warning")
    answer = filed(done)
    check("a correction that lifts the grade waits for a second person", done.returncode == 0 and answer.get("outcome") == "proposed", answer)
    check("until then the answer is what it was", r.lookup(CODE)["score"] == before["score"])
    proposal = answer.get("proposal")
    done = r.qcr("approve", proposal, "--yes", "--json", who="recorder")
    check("the proposer, who is no reviewer, cannot approve", done.returncode == 8, done.returncode)
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a reviewer can", done.returncode == 0, done.stdout + done.stderr)
    check("then the grade is lifted in the very next answer", int(r.lookup(CODE)["score"]) > int(before["score"]))
    done = r.qcr("approve", proposal, "--yes", "--json", who="superior")
    check("a proposal is decided once", done.returncode == 11 and filed(done).get("reason") == "proposal-decided", filed(done))

    withdraw = ["record", "withdraw", "--code", CODE, "--authority-code", AUTHORITY, "--type", "penalty", "--document", document,
                "--reason", "复议撤销", "--basis-document", "剑府复决〔2026〕3号", "--yes", "--json"]
    done = r.qcr(*withdraw, who="officer")
    proposal = filed(done).get("proposal")
    check("a withdrawal is proposed, not done", done.returncode == 0 and proposal, filed(done))
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a withdrawal by one and another is done", done.returncode == 0, done.stdout + done.stderr)
    listed = json.loads(r.qcr("record", "list", CODE, "--purpose", "复核撤回", "--json", who="officer").stdout)
    rows = listed["records"] if isinstance(listed, dict) else listed
    check("a withdrawn record is still there, as withdrawn", any(row["document"] == document and row["state"] == "withdrawn" for row in rows))
    done = r.qcr(*withdraw, who="officer")
    check("what is withdrawn cannot be withdrawn again", done.returncode == 11 and filed(done).get("reason") == "record-ended", filed(done))


def self_approval(r):
    """A person with both roles, and the second certificate of the same human."""
    done = r.admin("person", "grant", "reviewer", "recorder")
    proposal = proposed(done)
    check("an administrator proposes a role", proposal, done.stdout + done.stderr)
    check("the same administrator cannot approve it", r.qcr("approve", proposal, "--yes", who="admin").returncode == 11)
    check("another administrator can", r.qcr("approve", proposal, "--yes", who="admin2").returncode == 0)
    document = "剑市监处罚〔2026〕7001号"
    r.record(CODE, NAME, document)
    done = r.qcr("record", "withdraw", "--code", CODE, "--authority-code", AUTHORITY, "--type", "penalty", "--document", document,
                 "--reason", "复议撤销", "--basis-document", "剑府复决〔2026〕4号", "--yes", "--json", who="officer2")
    proposal = filed(done).get("proposal")
    check("the human of two certificates proposes under one", done.returncode == 0, filed(done))
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("and cannot approve under the other", done.returncode == 11 and filed(done).get("reason") == "self_approval", filed(done))
    check("somebody else can", r.qcr("approve", proposal, "--yes", who="superior").returncode == 0)


def held_rows(r):
    pending = json.loads(r.qcr("pending", "--json", who="reviewer").stdout)
    held = [p for p in pending["proposals"] if p["kind"] == "held-accept"]
    check("rows an import holds are pending", len(held) == 9, len(held))
    one = held[0]
    done = r.qcr("approve", one["proposal"], "--yes", "--json", who="reviewer")
    check("a held row can be accepted by a reviewer", done.returncode == 0, done.stdout + done.stderr)
    done = r.qcr("reject", held[1]["proposal"], "--yes", "--json", "--reason", "名称与代码不符", who="reviewer")
    check("or rejected with a reason", done.returncode == 0, done.stdout + done.stderr)
    left = json.loads(r.qcr("pending", "--json", who="reviewer").stdout)["proposals"]
    check("and is not pending any more", len([p for p in left if p["kind"] == "held-accept"]) == 7)


def main():
    with Registry() as r:
        r.import_sample()
        refusals(r)
        repeated(r)
        held_rows(r)
        two_persons(r)
        self_approval(r)
        very_next(r, 1000)
        done = r.admin("doctor")
        check("after all this everything still proves itself", done.returncode == 0, done.stdout[-800:])
    finish()


main()
