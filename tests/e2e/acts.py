#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Acts when others get in between: twins under one key, two who decide at once, connections cut in the middle."""
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402
from short_certificate import add_certificate, seconds_from_now, seconds_left  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
AUTHORITY = "11510823008765438X"
CUT = int(os.environ.get("QCR_ACTS_CUT", "40"))


def filing(document, key, code=CODE, name=NAME):
    return ["record", "file", "--code", code, "--name", name, "--type", "penalty", "--domain", "product",
            "--authority-code", AUTHORITY, "--authority", "剑阁县市场监督管理局", "--document", document,
            "--kind", "fine", "--decided-on", "2026-11-02", "--yes", "--json", "--key", key]


def start(r, words, who):
    return subprocess.Popen(["qcr", "--as", who] + words, env=r.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def together(r, calls):
    running = [start(r, words, who) for words, who in calls]
    texts = [p.communicate() for p in running]
    return [(p.returncode, *text) for p, text in zip(running, texts)]


def count(r, table, where):
    return int(r.sql(f"select count(*) from qcr.{table} where {where}")[0][0])


def twins(r):
    key = "a1" * 16
    done = together(r, [(filing("剑市监处罚〔2026〕甲1号", key), "recorder")] * 8)
    serials = {json.loads(out)["serial"] for status, out, _ in done if status == 0}
    check("eight twins under one key all get the one reply", [d[0] for d in done] == [0] * 8 and len(serials) == 1, done[:2])
    check("and the act happened once", count(r, "record", "document = '剑市监处罚〔2026〕甲1号'") == 1)
    done = together(r, [(filing(f"剑市监处罚〔2026〕乙{n}号", f"{n:032x}"), "recorder") for n in range(1, 11)])
    check("ten at once about one enterprise are all done", [d[0] for d in done] == [0] * 10, [d for d in done if d[0]][:2])
    versions = r.sql("select count(*), count(distinct ordinal), max(ordinal) from qcr.record where subject = '141777630'")
    check("each under a number of its own", versions and len(set(versions[0])) == 1, versions)


def propose(r, document):
    r.record(CODE, NAME, document)
    done = r.qcr("record", "withdraw", "--code", CODE, "--authority-code", AUTHORITY, "--type", "penalty", "--document", document,
                 "--reason", "复议撤销", "--basis-document", "剑府复决〔2026〕3号", "--yes", "--json", who="officer")
    return json.loads(done.stdout)["proposal"]


def deciders(r):
    for n in range(5):
        proposal = propose(r, f"剑市监处罚〔2026〕丙{n}号")
        approve = ["approve", proposal, "--yes", "--json"]
        reject = ["reject", proposal, "--reason", "不成立", "--yes", "--json"]
        done = together(r, [(approve, "reviewer"), (approve, "superior"), (reject, "reviewer"), (reject, "superior")])
        status = sorted(d[0] for d in done)
        check("of four who decide at once one does, the others are told it is decided", status == [0, 11, 11, 11], done)
        check("and there is one outcome", count(r, "approval", f"proposal_serial = {proposal.split('.')[0]}") == 1)


def taking_back(r):
    proposal = propose(r, "剑市监处罚〔2026〕丁1号")
    done = r.qcr("reject", proposal, "--reason", "提错", "--yes", "--json", who="officer")
    check("who proposed may take it back", done.returncode == 0, done.stdout)
    proposal = propose(r, "剑市监处罚〔2026〕丁2号")
    r.record(CODE, NAME, "剑市监处罚〔2026〕丁2号", kind="revocation")
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a proposal about a record that changed since is overtaken",
          done.returncode == 11 and json.loads(done.stdout)["reason"] == "proposal-overtaken", done.stdout)


def certificate_end(r):
    """A certificate ends while acts are under way: an entry of a later time would be believed by nobody."""
    code, name = r.sql("SELECT code, name FROM qcr.code JOIN qcr.party_version USING (subject) WHERE code LIKE '9151%'"
                       f" AND code <> '{CODE}' ORDER BY code LIMIT 1")[0]
    end = seconds_from_now(4)
    add_certificate(r, "short", "recorder", end)
    stream = []

    def file_across_the_end(row):
        number = 0
        while seconds_left(end) > -0.3:
            number += 1
            stream.append(r.qcr(*filing(f"剑市监处罚〔2026〕庚{row}{number:03}号", f"{row}{number:031x}", code, name), who="short"))

    # Admitted before the end, it gets its entry after it: until then another holds the enterprise.
    with r.held("SELECT FROM qcr.standing WHERE subject = '141777630' FOR UPDATE"):
        wait_until(lambda: seconds_left(end) < 1.5, 30)
        threads = [threading.Thread(target=file_across_the_end, args=(row,)) for row in "12"]
        for thread in threads:
            thread.start()
        late = start(r, filing("剑市监处罚〔2026〕庚1号", "c0" * 16), "short")
        waits = wait_until(lambda: r.waits_for_lock("qcr_app"), 5)
        in_time = seconds_left(end) > 0
        wait_until(lambda: seconds_left(end) < 0, 30)
    out, err = late.communicate()
    for thread in threads:
        thread.join()
    check("an act is under way when its certificate ends", waits and in_time, seconds_left(end))
    check("it is refused for that, and nothing is written", (late.returncode, json.loads(out).get("error")) == (8, 2106) and
          count(r, "record", "document = '剑市监处罚〔2026〕庚1号'") == 0, (late.returncode, out, err))
    statuses = [done.returncode for done in stream]
    check("acts sent across the end are done until then and refused from then on", set(statuses) == {0, 8},
          [(done.returncode, done.stdout, done.stderr) for done in stream if done.returncode not in (0, 8)] or statuses)
    check("no entry is later than its certificate", count(r, "act a JOIN qcr.ledger l USING (serial) JOIN qcr.certificate c"
          " ON c.fingerprint = a.certificate", "l.at > c.not_after") == 0)
    done = r.record(code, name, "剑市监处罚〔2026〕庚2号")
    filed = json.loads(done.stdout)
    check("and what others file afterwards is answered from", done.returncode == 0 and
          int(r.lookup(code, "--min-serial", filed["serial"]).get("serial", 0)) >= int(filed["serial"]), filed)


def last_admins(r):
    proposal = json.loads(r.admin("person", "grant", "superior", "admin", "--json").stdout or "{}").get("proposal")
    if not proposal:
        found = re.search(r"\b(\d+)\b", r.admin("person", "grant", "superior", "admin").stdout)
        proposal = found.group(1) if found else ""
    check("a third administrator is proposed and approved", r.qcr("approve", proposal, "--yes", who="admin2").returncode == 0, proposal)
    ends = []
    for who in ("superior", "admin2"):
        done = r.admin("person", "end", who, "admin")
        ends.append(re.search(r"\b(\d+)\b", done.stdout).group(1))
    done = together(r, [(["approve", ends[0], "--yes", "--json"], "admin2"), (["approve", ends[1], "--yes", "--json"], "superior")])
    held = r.sql("select count(*) from qcr.person_role r where role = 'admin' and not exists (select from qcr.person_role_end e"
                 " where e.person_id = r.person_id and e.role = r.role and e.grant_serial = r.serial)")
    check("of two endings at once that would leave one administrator one is refused", sorted(d[0] for d in done) in ([0, 8], [0, 11])
          and held == [["2"]], (done, held))


def cut(r):
    """Server processes are ended at random while acts commit; each act is asked for again under its key."""
    over = threading.Event()

    def end_them():
        while not over.is_set():
            r.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'qcr_app' and state <> 'idle'")

    killer = threading.Thread(target=end_them)
    killer.start()
    keys = {f"剑市监处罚〔2026〕戊{n}号": f"{n + 4096:032x}" for n in range(CUT)}
    try:
        first = [(d, r.qcr(*filing(d, k), who="recorder").returncode) for d, k in keys.items()]
    finally:
        over.set()
        killer.join()
    odd = [(d, status) for d, status in first if status not in (0, 5, 13)]
    check("with connections cut an act is done, cannot be answered, or its outcome is unknown", not odd, odd)
    again = [r.qcr(*filing(d, k), who="recorder").returncode for d, k in keys.items()]
    check("asked for again under its key each is done", again == [0] * CUT, again)
    rows = r.sql("select document, count(*) from qcr.record where document like '%戊%' group by 1")
    check("and happened once", len(rows) == CUT and all(n == "1" for _, n in rows), rows[:3])


def main():
    with Registry() as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        for part in (twins, deciders, taking_back, certificate_end, last_admins, cut):
            part(r)
        done = r.admin("doctor")
        check("after all this everything still proves itself", done.returncode == 0, done.stdout[-800:])
    finish()


main()
