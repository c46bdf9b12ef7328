#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A grade changes on its day without any job: the clock is set just before a record's last midnight."""
import datetime
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from fake_clock import REAL_NOW, faked  # noqa: E402
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def main():
    # legal midnight is 16:00 UTC; every process of the test, PostgreSQL too, lives on the shifted clock
    end = datetime.datetime(2027, 3, 10, 16, 0, 0)
    seconds = 40
    os.environ.update(faked("%+ds" % ((end - datetime.datetime.utcfromtimestamp(REAL_NOW)).total_seconds() - seconds)))
    with Registry(workers=1) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        done = r.record(CODE, NAME, "剑市监处罚〔2026〕1号", kind="closure", decided_on="2026-03-01", )
        done = r.record(CODE, NAME, "剑市监处罚〔2026〕2号", "--publicity-end", "2027-03-11", kind="closure", decided_on="2026-04-01")
        check("a record that ends at the next midnight is filed", done.returncode == 0, done.stdout + done.stderr)
        before = r.lookup(CODE)
        check("the day before it counts", before["exit"] == 0 and before["grade_until"] == "2027-03-11", before)
        check("valid-until does not cross the midnight", instant(before["valid_until"]) <= end, before["valid_until"])
        serial = r.sql("select serial from qcr.ledger_head")
        after = wait_until(lambda: (lambda a: a if a.get("as_of") == "2027-03-11" else None)(r.lookup(CODE)), seconds + 30, 0.5)
        check("after midnight the next answer has the other grade, by itself", after and int(after["score"]) > int(before["score"]), (before, after))
        check("nothing was written for it", r.sql("select serial from qcr.ledger_head") == serial)
    finish()


main()
