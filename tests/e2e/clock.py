#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A clock that jumps freezes everything that counts days: nothing is decided and nothing signed until it is back or somebody has looked."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People  # noqa: E402
from fake_clock import faked  # noqa: E402
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
CLOCK_STEPPED = 5012


def refusal(r):
    answer = r.lookup(CODE)
    return answer if answer.get("error") == CLOCK_STEPPED else None


def jump(r, offset, what, number):
    """Each process of the daemon has a steady clock for some seconds, then one that has jumped, then the first again."""
    plain = dict(r.env)
    r.env.update(faked(offset, FAKETIME_START_AFTER_SECONDS="4", FAKETIME_STOP_AFTER_SECONDS="12"))
    r.start()
    r.env = dict(plain, QCR_SERVER=r.env["QCR_SERVER"])
    begun = len(r.log())
    check(f"while the clock is steady answers are given, before it jumps {what}", wait_until(lambda: r.lookup(CODE)["exit"] == 0, 3))
    answer = wait_until(lambda: refusal(r), 10, 0.05)
    check(f"after a jump {what} nothing is signed", answer is not None and answer["exit"] == 5 and answer["retryable"], answer)
    serial = r.sql("select serial from qcr.ledger_head")
    done = r.record(CODE, NAME, f"剑市监处罚〔2026〕{number}号")
    check(f"after a jump {what} nothing is decided", done.returncode == 5 and str(CLOCK_STEPPED) in done.stdout, done.stdout + done.stderr)
    check("and nothing was written", r.sql("select serial from qcr.ledger_head") == serial)
    alarms = [line for line in r.log(begun).splitlines() if "event=clock.stepped" in line]
    check("worker and sealer raise an alarm, each once", len(alarms) == 2 and all(line.startswith("<1>") for line in alarms), alarms)
    check("when the clock is back answers are given again", wait_until(lambda: r.lookup(CODE)["exit"] == 0, 20, 0.05), r.lookup(CODE))
    done = r.record(CODE, NAME, f"剑市监处罚〔2026〕{number}号")
    check("and what was refused can be filed", done.returncode == 0, done.stdout + done.stderr)
    check("which the log says too", "event=clock.back" in r.log(begun))
    r.stop()


def database(r, offset):
    """The database alone on a clock that is so far off."""
    plain = dict(r.env)
    r.pg_stop("fast")
    r.env.update(faked(offset))
    r.pg_start()
    r.env = plain


def tried(case):
    """Opening it, once the worker has the database again."""
    def answer():
        said = case.ask("open", dry_run=True)
        return None if said["code"] == 5001 else said
    return wait_until(answer, 20, 0.1)


def apart(r):
    """A case's days are the database's: a worker that lives on others takes no step."""
    r.start()
    begun = len(r.log())
    with People(r) as people:
        case = Case(people, CODE, NAME)
        check("on one clock a case may be opened", tried(case)["ok"])
        database(r, "+20")
        answer = tried(case)
        check("with the database some seconds ahead it may, too", answer and answer["ok"], answer)
        for offset, what in (("+3h", "ahead"), ("-3h", "behind")):
            database(r, offset)
            answers = [tried(case), tried(case)]
            check(f"with the database hours {what} it is not", [a and a["code"] for a in answers] == [CLOCK_STEPPED] * 2, answers)
            if what == "ahead":
                alarms = [line for line in r.log(begun).splitlines() if "event=clock.apart" in line]
                check("which is an alarm, once", len(alarms) == 1 and alarms[0].startswith("<1>"), alarms)
        database(r, "+0")
        answer = tried(case)
        check("and together again it is", answer and answer["ok"] and "event=clock.together" in r.log(begun), answer)


def main():
    with Registry(workers=1) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        r.stop()
        jump(r, "+40d", "ahead", 1)
        jump(r, "-120", "back", 2)  # certificates are younger than a day
        apart(r)
    finish()


main()
