#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A policy has a last day: no answer is valid past it, the end is announced, and behind it nobody is graded by it."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from fake_clock import go_on, renew_key, set_day  # noqa: E402
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402

CODE = "91510823141777630N"
LAST = "2027-03-10"
MIDNIGHT = "2027-03-10T15:59:59.999Z"  # its last millisecond, in UTC


class Ending(Registry):
    """Founded with a policy that ends."""

    def _found(self):
        path = pathlib.Path(self.env["QCR_SHARE"]) / "policies" / "default.json"
        policy = json.loads(path.read_text())
        policy["effective"]["to"] = LAST
        path.write_text(json.dumps(policy, ensure_ascii=False))
        super()._found()


def doctor(r):
    done = r.admin("doctor", "--json")
    return done.returncode, [f["reason"] for f in json.loads(done.stdout)["findings"] if "last day" in f["reason"]]


def proposed(r):
    """What waits to be approved where a county's own policy, which ends too, is proposed."""
    policy = json.loads((pathlib.Path(r.env["QCR_SHARE"]) / "policies" / "default.json").read_text())
    policy.update(id="county", version=1, document={"organ": "剑阁县人民政府办公室", "number": "剑府办发〔2026〕3号"}, effective={"from": "2027-01-01", "to": "2028-02-29"})
    path = r.dir / "county.json"
    path.write_text(json.dumps(policy, ensure_ascii=False))
    for words in (("add", path), ("activate", "county@1")):
        done = r.admin("policy", *words)
        if done.returncode:
            raise RuntimeError(done.stderr)
    return r.sql("SELECT summary FROM qcr.proposal WHERE kind = 'policy-activate'")[0][0]


def main():
    set_day(None, "2027-02-07")
    with Ending(workers=1) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        check("more than thirty days before it nobody speaks of the end", "policy.ends" not in r.log() and doctor(r) == (0, []), doctor(r))
        check("and answers are valid for a day", r.lookup(CODE)["valid_until"].startswith("2027-02-08"), r.lookup(CODE)["valid_until"])

        log = go_on(r, "2027-02-09")
        check("thirty days before it the log says so", wait_until(lambda: "policy.ends" in log()), log())
        check("with the last day", f"last-day={LAST}" in log(), log())
        check("once a day", log().count("policy.ends") == 1, log())
        status, warned = doctor(r)
        check("and so does the doctor, who finds nothing wrong", status == 0 and len(warned) == 1 and LAST in warned[0], warned)

        summary = proposed(r)
        check("who puts another in force is told of its end in the same way", ", no answers after its last day 2028-02-29" in summary, summary)

        renew_key(r)
        go_on(r, LAST)
        answer = r.lookup(CODE)
        check("on its last day no answer is valid past midnight", answer["valid_until"] == MIDNIGHT, answer)

        renew_key(r)
        log = go_on(r, "2027-03-11")
        answer = r.lookup(CODE)
        check("behind it nobody is graded", answer["exit"] == 5 and "grade" not in answer, answer)
        check("and is told why", "the active policy is not for this day" in answer["detail"], answer)
        check("the log says so as an alarm, once a day and not of each question", wait_until(lambda: "policy.ends" in log())
              and log().count("policy.ends") == 1 and re.search(r"<1>process=sealer event=policy.ends", log()) and "seal.verdict" not in log(), log())
    finish()


main()
