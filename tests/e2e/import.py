#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Departments' files come in once, whole, and nothing of a person with them."""
import csv
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402
from short_certificate import add_certificate, approved, seconds_from_now, seconds_left  # noqa: E402

COUNTS = ("rows", "accepted", "unchanged", "corrected", "held", "parked", "rejected", "reasons")
HEADER = "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_CFLB,CF_NR_FK,CF_JDRQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,BZ\n"
PARTIES = "统一社会信用代码,组织机构代码,名称,类型,行政区划,乡镇,行业,状态,成立日期\n"
NEW = "91510823MA6250A19N"


def psql(r, sql):
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql], env=r.env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def take(r, kind, path, *words):
    done = r.admin("import", kind, path, "--json", *words)
    if done.returncode:
        raise RuntimeError(f"{done.returncode} {done.stdout} {done.stderr}")
    return json.loads(done.stdout)


def counts(summary):
    return {k: summary[k] for k in COUNTS}


def write(r, name, text, encoding="utf-8"):
    path = r.dir / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def penalty(code, document, *, name="剑阁县新来有限公司", kinds="罚款", fine="1", day="2026-06-01", end="", remark=""):
    return f"{name},法人及非法人组织,{code},{document},生产不合格产品,事实,{kinds},{fine},{day},{end},剑阁县市场监督管理局,11510823008765438X,{remark}\n"


def party(code, name, state="存续"):
    return f"{code},,{name},企业,510823,公兴镇,A01,{state},2020-01-01\n"


def state_of(r):
    """Everything an import could have written."""
    tables = psql(r, "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'qcr'"
                     " AND tablename <> 'heartbeat'").split()
    return {t: psql(r, f"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM qcr.{t} t")
            for t in tables}


def refusals(r):
    before = state_of(r)
    for name, what, words in (
            ("a file without a required column", b"CF_XDR_MC,CF_XDR_LB\na,b\n", "CF_XDR_SHXYM"),
            ("an empty file", b"", "empty"),
            ("a file in neither encoding", HEADER.encode() + b"\xff\xff\n", f"octet {len(HEADER)}"),
            ("UTF-8 that breaks", HEADER.encode() + "剑阁县市场监督管理局处罚决定文书号".encode() + b"\xff\n", "damaged UTF-8"),
            ("a header with a NUL", b"CF_XDR_MC\0,a\n", "csv_nul")):
        done = r.admin("import", "penalties", write(r, "bad.csv", what))
        check(f"{name} is refused and says where", done.returncode == 1 and words in done.stderr, done.stderr)
    done = r.admin("import", "penalties", SAMPLE / "penalties.csv", "--as", "regulator")
    check("who is no administrator may not import", done.returncode == 8 and "role admin" in done.stderr, done.stderr)
    check("what cannot be imported is a usage error", r.admin("import", "weather", "x").returncode == 2)
    check("refused files leave nothing behind", state_of(r) == before)


def sample(r):
    expected = json.loads((SAMPLE / "penalties.expected.json").read_text())
    before = state_of(r)
    dry = take(r, "enterprises", SAMPLE / "enterprises.csv", "--dry-run")
    check("a dry run of enterprises counts what would arrive", dry["accepted"] == 3000 and "run" not in dry, dry)
    check("a dry run stores nothing", state_of(r) == before)
    take(r, "enterprises", SAMPLE / "enterprises.csv")
    before = state_of(r)
    rejects = r.dir / "rejects.csv"
    dry = take(r, "penalties", SAMPLE / "penalties.csv", "--dry-run", "--rejects", rejects)
    check("a dry run of the county's penalties has the expected result", counts(dry) == expected, dry)
    check("a dry run of penalties stores nothing", state_of(r) == before)
    real = take(r, "penalties", SAMPLE / "penalties.csv", "--rejects", rejects)
    check("the import has the result of the dry run", counts(real) == expected, real)
    again = dict(expected, accepted=0, corrected=0, unchanged=expected["accepted"] + expected["unchanged"] + expected["corrected"])
    before = state_of(r)
    for name in ("penalties.csv", "penalties.gb18030.csv"):
        check(f"{name} sent again is unchanged", counts(take(r, "penalties", SAMPLE / name)) == again)
    after = state_of(r)
    check("a file sent again leaves its run in the ledger and nothing else",
          {t for t in before if before[t] != after[t]} == {"run", "run_end", "ledger", "ledger_body", "ledger_head"},
          {t for t in before if before[t] != after[t]})
    check("rows that wait are asked once", psql(r, "SELECT count(*) FROM qcr.waiting_row") == "12" and
          psql(r, "SELECT count(*) FROM qcr.proposal") == "9")
    check("coverage says up to when each source delivered",
          psql(r, "SELECT count(*) FROM qcr.coverage") == "4" and
          psql(r, "SELECT data_through FROM qcr.coverage WHERE domain = 'environment'") == "2026-10-28")
    return expected, rejects


def privacy(r, expected, rejects):
    persons = [row["CF_XDR_ZJHM"] for row in csv.DictReader(open(SAMPLE / "penalties.csv", encoding="utf-8-sig")) if row["CF_XDR_ZJHM"]]
    text = rejects.read_text()
    rows = list(csv.DictReader(open(rejects, newline="")))
    dump = subprocess.run(["pg_dump", "-n", "qcr", "qcr"], env=r.env, capture_output=True, text=True, check=True).stdout
    log = (r.pg / "log").read_text(errors="replace")
    check("the sample has natural persons to leave out", len(persons) == 14)
    check("no natural person's number or name is in rejects, database or log",
          not any(p in text or p in dump or p in log for p in persons) and "张某某" not in text and "张某某" not in dump)
    check("the rejects file has a line, a column and a reason for each rejected row",
          len(rows) == expected["rejected"] and all(row["line"].isdigit() and row["reason"] in expected["reasons"] for row in rows))
    lines = [int(row["line"]) for row in rows]
    check("rejected rows stand in the file's order", lines == sorted(set(lines)))


def corrected_rejects(r, rejects):
    rows = list(csv.DictReader(open(rejects, newline="")))
    bad = [row for row in rows if row["reason"] == "amount"]
    for row in bad:
        row["CF_NR_FK"] = "1"
    path = r.dir / "corrected.csv"
    with open(path, "w", newline="") as f:
        writer = csv.DictWriter(f, rows[0].keys())
        writer.writeheader()
        writer.writerows(bad)
    summary = take(r, "penalties", path)
    check("a corrected rejects file is taken", summary["accepted"] == len(bad) == summary["rows"], summary)


def waiting(r):
    take(r, "penalties", write(r, "early.csv", HEADER + penalty(NEW, "早〔2026〕1号") + penalty(NEW, "早〔2026〕2号", name="别人有限公司")))
    check("records of an unknown enterprise are parked",
          psql(r, "SELECT count(*) FROM qcr.waiting_row WHERE subject = 'MA6250A19' AND state = 'parked'") == "2")
    take(r, "enterprises", write(r, "party.csv", PARTIES + party(NEW, "剑阁县新来有限公司")))
    check("when it arrives, its records are found and another's name is held",
          psql(r, "SELECT document_norm FROM qcr.record WHERE subject = 'MA6250A19'") == "早(2026)1号" and
          psql(r, "SELECT reason FROM qcr.waiting_row WHERE subject = 'MA6250A19' AND state = 'held'") == "name_mismatch" and
          psql(r, "SELECT count(*) FROM qcr.waiting_row_end WHERE subject = 'MA6250A19' AND outcome = 'attached'") == "2")
    check("it is graded with them at once",
          psql(r, "SELECT grade || score || ' ' || version FROM qcr.standing WHERE subject = 'MA6250A19'") == "A90 1")


def limit(r):
    """What waits for a code that nobody registers is bounded, in the store and in what each chunk asks for."""
    code = "91510823MA6250A437"
    path = write(r, "unknown.csv", HEADER + "".join(penalty(code, f"限〔2026〕{i}号") for i in range(2200)) + penalty(code, "限〔2026〕2199号"))

    def stored():
        return psql(r, "SELECT count(*) || ' ' || max(row_no) FROM qcr.waiting_row WHERE subject = 'MA6250A43'")

    rejects = r.dir / "limit.csv"
    summary = take(r, "penalties", path, "--chunk", "300", "--rejects", rejects)
    check("more rows of an unknown enterprise than it could have records are refused",
          (summary["parked"], summary["rejected"]) == (1024, 1177) and summary["reasons"]["waiting_limit"] == 1177, summary)
    check("the first of the file are those that wait", stored() == "1024 1025", stored())
    check("those refused can be sent again from the rejects", len(list(csv.DictReader(open(rejects, newline="")))) == 1177)
    again = take(r, "penalties", path, "--chunk", "300")
    check("sent again nothing more waits", counts(again) == counts(summary) and stored() == "1024 1025", again)


def corrections(r):
    first = penalty(NEW, "改〔2026〕1号", kinds="吊销许可证件", end="2028-01-01")
    take(r, "penalties", write(r, "c1.csv", HEADER + first))
    before = psql(r, "SELECT grade, score, inputs FROM qcr.standing WHERE subject = 'MA6250A19'")
    summary = take(r, "penalties", write(r, "c2.csv", HEADER + penalty(NEW, "改〔2026〕1号", kinds="警告", end="2028-01-01")))
    check("a correction that lifts the grade is held for a second person", summary["reasons"] == {"favourable_correction": 1}, summary)
    summary = take(r, "penalties", write(r, "c3.csv", HEADER + penalty(NEW, "改【2026】1号", kinds="吊销许可证件", end="2027-01-01")))
    check("one that only lets it rise sooner is held too", summary["reasons"] == {"favourable_correction": 1}, summary)
    check("what is held changes no grade", psql(r, "SELECT grade, score, inputs FROM qcr.standing WHERE subject = 'MA6250A19'") == before)
    worse = penalty(NEW, "改〔2026〕1号", kinds="吊销许可证件", end="2028-01-01", remark="x")
    check("an unfavourable correction is a new version", take(r, "penalties", write(r, "c4.csv", HEADER + worse))["corrected"] == 1)
    check("content that was there before is unchanged, however old", take(r, "penalties", write(r, "c1.csv", HEADER + first))["unchanged"] == 1)


def names(r):
    take(r, "enterprises", write(r, "renamed.csv", PARTIES + party(NEW, "剑阁县改名有限公司", "注销")))
    check("a changed name is a new version and a change of the view",
          psql(r, "SELECT max(version) FROM qcr.party_version WHERE subject = 'MA6250A19'") == "2" and
          psql(r, "SELECT max(c.version) = max(s.version) FROM qcr.ledger_change c JOIN qcr.standing s USING (subject) WHERE subject = 'MA6250A19'") == "t")
    both = penalty(NEW, "名〔2026〕1号") + penalty(NEW, "名〔2026〕2号", name="剑阁县改名有限公司")
    check("present and former names match the code", take(r, "penalties", write(r, "n.csv", HEADER + both))["accepted"] == 2)


def hostile(r):
    rows = (penalty(NEW, "敌〔2026〕1号").encode() +
            b'"unclosed ' + b"x" * 9000 + b'\n' + penalty(NEW, "敌〔2026〕9号").encode() + b'",b\n' +
            b"a,b\0c\n" + b"," * 100 + b"\n" + b'x"y\n' + penalty(NEW, "敌〔2026〕2号").encode() +
            penalty(NEW, "敌〔2026〕3号", remark="身份证11010519491231002X").encode())
    summary = take(r, "penalties", write(r, "hostile.csv", HEADER.encode() + rows))
    check("flawed rows stop no other and never become one",
          summary["accepted"] == 3 and summary["rejected"] == 4 and
          psql(r, "SELECT count(*) FROM qcr.record WHERE document_norm = '敌(2026)9号'") == "0", summary)
    check("an identity number in a remark is masked before it is stored",
          psql(r, "SELECT remark FROM qcr.record_body WHERE document_norm = '敌(2026)3号'") == "身份证1***************2X")


def killed(expected):
    """An import is killed with chunks stored and rows left; the second one finishes what the first began."""
    with Registry(start=False) as r:
        take(r, "enterprises", SAMPLE / "enterprises.csv")
        process = subprocess.Popen(["qcr-admin", "import", "penalties", SAMPLE / "penalties.csv", "--chunk", "20", "--quiet"],
                                   env=r.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: int(psql(r, "SELECT count(*) FROM qcr.run_chunk c JOIN qcr.run USING (run_id) WHERE kind = 'penalties'")) > 5, 30)
        # Who holds the ledger's head stops it within a chunk for certain, however fast the machine is.
        with r.held("SELECT FROM qcr.ledger_head FOR UPDATE"):
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until(lambda: psql(r, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'qcr_import'") == "0", 30)
        stored = int(psql(r, "SELECT count(*) FROM qcr.record"))
        check("a killed import leaves whole chunks", 0 < stored < 5843 and
              psql(r, "SELECT count(*) FROM qcr.record r LEFT JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
                      " WHERE b.subject IS NULL") == "0", stored)
        summary = take(r, "penalties", SAMPLE / "penalties.csv")
        check("run again it brings the rest, and nothing twice",
              psql(r, "SELECT count(*) FROM qcr.record") == str(expected["accepted"] + expected["corrected"]) and
              summary["rejected"] == expected["rejected"] and summary["held"] == expected["held"], summary)


def two_at_once(r):
    """Two imports of the same file beside each other: what one stores the other finds, and nothing is stored twice."""
    text = HEADER + "".join(penalty(NEW, f"同〔2026〕{i}号", fine="0.1", kinds="警告") for i in range(300))
    path = write(r, "both.csv", text)
    both = [subprocess.Popen(["qcr-admin", "import", "penalties", path, "--json", "--quiet", "--chunk", "20"], env=r.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    out = [p.communicate(timeout=120) for p in both]
    sums = [json.loads(o) for o, _ in out]
    check("two imports of one file share its rows between them",
          all(p.returncode == 0 for p in both) and sum(s["accepted"] for s in sums) == 300 and
          sum(s["unchanged"] for s in sums) == 300, out)
    check("ordinals stay one a record",
          psql(r, "SELECT count(DISTINCT ordinal) = count(*) FROM qcr.record WHERE subject = 'MA6250A19' AND version = 1") == "t")


FIRST, OTHER = "91510823MA6250A27H", "91510823MA6250A35C"


def rows(document, code, name, count):
    return "".join(penalty(code, f"{document}〔2026〕{i}号", name=name, fine="0.1", kinds="警告") for i in range(count))


def interrupted(r, who, path, event):
    """An import as `who`, with `event` at the moment it asks for the second enterprise: nothing is held then that `event` needs."""
    with r.held("SELECT FROM qcr.standing WHERE subject = 'MA6250A35' FOR UPDATE"):
        process = subprocess.Popen(["qcr-admin", "import", "penalties", path, "--json", "--chunk", "20", "--as", who], env=r.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        waits = wait_until(lambda: r.waits_for_lock("qcr_import"), 30)
        event()
    out, err = process.communicate(timeout=60)
    return waits and (process.returncode, json.loads(out), err)


def chunks_of_last(r):
    return psql(r, "SELECT count(c.serial) || ' ' || count(e.serial) FROM qcr.run r LEFT JOIN qcr.run_chunk c USING (run_id)"
                   " LEFT JOIN qcr.run_end e USING (run_id) WHERE r.serial = (SELECT max(serial) FROM qcr.run)")


def answers(r):
    """Everything in the ledger is believed and answered from."""
    head = int(psql(r, "SELECT serial FROM qcr.ledger_head"))
    answer = r.lookup(FIRST, "--min-serial", str(head))
    return answer["exit"] == 0 and int(answer["serial"]) >= head or answer


def revoked(r):
    path = write(r, "revoked.csv", HEADER + rows("吊", FIRST, "剑阁县先到有限公司", 40) + rows("吊", OTHER, "剑阁县后来有限公司", 20))
    certificate = add_certificate(r, "stolen", "admin")
    proposed = r.admin("person", "revoke", certificate, "--reason", "密钥被盗")
    done = interrupted(r, "stolen", path, lambda: approved(r, proposed))
    check("a run whose certificate is revoked between its chunks stops there with 8",
          done and done[:2] == (8, {"error": "certificate-revoked"}) and "has been revoked" in done[2], done)
    check("it says what stands and how to go on", done and "40 rows are done and stand; have another administrator import" in done[2], done)
    check("what it had committed stands, and nothing after it", chunks_of_last(r) == "2 0", chunks_of_last(r))
    check("the registry goes on answering", answers(r) is True, answers(r))
    summary = take(r, "penalties", path, "--as", "admin2")
    check("another administrator finishes it", (summary["unchanged"], summary["accepted"]) == (40, 20), summary)
    check("and the revoked certificate begins no other", r.admin("import", "penalties", path, "--as", "stolen").returncode == 8)


def role_ended(r):
    approved(r, r.admin("person", "grant", "superior", "admin"))
    path = write(r, "role.csv", HEADER + rows("职", FIRST, "剑阁县先到有限公司", 20) + rows("吊", OTHER, "剑阁县后来有限公司", 20))
    proposed = r.admin("person", "end", "superior", "admin")
    done = interrupted(r, "superior", path, lambda: approved(r, proposed))
    check("a run whose person's role ends before its own end stops there with 8",
          done and done[:2] == (8, {"error": "role-missing"}) and "role admin is needed" in done[2], done)
    check("it has no end", chunks_of_last(r) == "1 0", chunks_of_last(r))
    check("the registry goes on answering", answers(r) is True, answers(r))


def expired(r):
    end = seconds_from_now(4)
    add_certificate(r, "short", "admin", end)
    before = psql(r, "SELECT count(*) FROM qcr.run")
    path = write(r, "expired.csv", HEADER + rows("期", OTHER, "剑阁县后来有限公司", 20))
    done = interrupted(r, "short", path, lambda: wait_until(lambda: seconds_left(end) < 0, 30))
    check("a run whose certificate ends before its first entry stops there with 8",
          done and done[:2] == (8, {"error": "certificate-expired"}) and "out of its time" in done[2], done)
    check("it leaves nothing behind", psql(r, "SELECT count(*) FROM qcr.run") == before)
    check("the registry goes on answering", answers(r) is True, answers(r))


def no_longer_allowed(r):
    """Who runs an import may lose the right to while it runs: the follower would refuse what came after, and all answers with it."""
    take(r, "enterprises", write(r, "two.csv", PARTIES + party(FIRST, "剑阁县先到有限公司") + party(OTHER, "剑阁县后来有限公司")))
    r.start()
    for part in (revoked, role_ended, expired):
        part(r)


def main():
    with Registry(start=False) as r:
        refusals(r)
        expected, rejects = sample(r)
        privacy(r, expected, rejects)
        corrected_rejects(r, rejects)
        waiting(r)
        limit(r)
        corrections(r)
        names(r)
        hostile(r)
        two_at_once(r)
        no_longer_allowed(r)
        doctor = r.admin("doctor")
        check("the doctor finds nothing after all this", doctor.returncode == 0, doctor.stdout[-600:])
    killed(expected)
    finish()


main()
