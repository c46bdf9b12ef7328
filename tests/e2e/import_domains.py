#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Sampling batches and certificates come in by the way penalties do, and count for what they are."""
import csv
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import make_samples  # noqa: E402
import naive_grade  # noqa: E402
import naive_import  # noqa: E402
from registry import SAMPLE, TOP, Registry, check, finish  # noqa: E402

COUNTS = ("rows", "accepted", "unchanged", "corrected", "held", "parked", "rejected", "reasons")
KINDS = ("sampling", "certificates")
NEW, NAME = "91510823MA6250A19N", "剑阁县新来有限公司"
SUBJECT = "MA6250A19"
PARTIES = "统一社会信用代码,组织机构代码,名称,类型,行政区划,乡镇,行业,状态,成立日期\n"
BATCH = {"抽检批次号": "", "被抽样单位": NAME, "统一社会信用代码": NEW, "产品名称": "菜籽油", "规格型号": "5L", "抽样地点类型": "生产", "抽查级别": "县级",
         "检验结论": "不合格", "不合格项目": "酸价", "严重程度": "严重", "复检结论": "", "通报日期": "2026-06-01", "公示截止期": "2099-12-31",
         "抽查机关": "剑阁县市场监督管理局", "抽查机关代码": "11510823008765438X"}
CERTIFICATE = {"证书编号": "", "证书类型": "ISO 9001:2015", "获证组织": NAME, "统一社会信用代码": NEW, "发证机构": "华信样例认证有限公司",
               "发证机构代码": "CNCA-R-2099-001", "认证范围": "菜籽油的生产", "发证日期": "2024-05-01", "有效期至": "2099-04-30", "证书状态": "有效", "状态日期": ""}


def psql(r, text):
    return "\n".join("|".join(row) for row in r.sql(text))


def take(r, kind, path, *words):
    done = r.admin("import", kind, path, "--json", *words)
    if done.returncode:
        raise RuntimeError(f"{done.returncode} {done.stdout} {done.stderr}")
    return json.loads(done.stdout)


def counts(summary):
    return {k: summary[k] for k in COUNTS}


def write(r, name, rows):
    path = r.dir / name
    with open(path, "w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def state_of(r):
    tables = psql(r, "SELECT tablename FROM pg_tables WHERE schemaname = 'qcr' AND tablename <> 'heartbeat' ORDER BY 1").split()
    return {t: psql(r, f"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM qcr.{t} t") for t in tables}


def samples(expected):
    enterprises = rows_of(SAMPLE / "enterprises.csv")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, make_samples.__file__, folder], check=True)
        for kind in KINDS:
            check(f"the sample of {kind} is what its script makes",
                  (pathlib.Path(folder) / f"{kind}.csv").read_bytes() == (SAMPLE / f"{kind}.csv").read_bytes())
    for kind in KINDS:
        worked_out = naive_import.summarise(kind, SAMPLE / f"{kind}.csv", enterprises)
        check(f"what the sample of {kind} becomes is worked out without the importer", worked_out == expected[kind], worked_out)


def refusals(r):
    before = state_of(r)
    for kind, row, column in (("sampling", BATCH, "抽查级别"), ("certificates", CERTIFICATE, "证书状态")):
        lacking = {k: v for k, v in row.items() if k != column}
        done = r.admin("import", kind, write(r, "bad.csv", [lacking]))
        check(f"a file of {kind} without a required column is refused and says which",
              done.returncode == 1 and f"column {column} is missing" in done.stderr, done.stderr)
        done = r.admin("import", kind, SAMPLE / "penalties.csv")
        check(f"a file of penalties is none of {kind}", done.returncode == 1 and "is missing" in done.stderr, done.stderr)
    check("refused files leave nothing behind", state_of(r) == before)


def sample(r, kind, expected):
    path, rejects, before = SAMPLE / f"{kind}.csv", r.dir / f"{kind}-rejects.csv", state_of(r)
    dry = take(r, kind, path, "--dry-run", "--rejects", rejects)
    check(f"a dry run of {kind} has the expected result", counts(dry) == expected and "run" not in dry, dry)
    check(f"a dry run of {kind} stores nothing", state_of(r) == before)
    real = take(r, kind, path, "--rejects", rejects)
    check(f"the import of {kind} has the result of the dry run", counts(real) == expected, real)
    before = state_of(r)
    done = expected["accepted"] + expected["unchanged"] + expected["corrected"]
    other = r.dir / f"{kind}.gb18030.csv"
    other.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    for name, file in (("", path), (" in GB18030", other)):
        again = take(r, kind, file)
        check(f"{kind} sent again{name} are unchanged", counts(again) == dict(expected, accepted=0, corrected=0, unchanged=done), again)
    after = state_of(r)
    check(f"{kind} sent again leave their run in the ledger and nothing else",
          {t for t in before if before[t] != after[t]} == {"run", "run_end", "ledger", "ledger_body", "ledger_head"},
          {t for t in before if before[t] != after[t]})
    return rejects


def privacy(r, kind, expected, rejects):
    text = rejects.read_text()
    rows = rows_of(rejects)
    numbers = [row["证件号码"] for row in rows_of(SAMPLE / f"{kind}.csv") if row["证件号码"]]
    remarks = [row["备注"][-18:] for row in rows_of(SAMPLE / f"{kind}.csv") if row["备注"]]
    dump = subprocess.run(["pg_dump", "-n", "qcr", "qcr"], env=r.env, capture_output=True, text=True, check=True).stdout
    check(f"no identity number of {kind} is in rejects or database",
          len(numbers) == 3 and len(remarks) == 3 and not any(n in text or n in dump for n in numbers + remarks) and
          "张某某" not in text and "张某某" not in dump)
    check(f"each rejected row of {kind} has a line and a reason", len(rows) == expected["rejected"] and
          all(row["line"].isdigit() and row["reason"] in expected["reasons"] for row in rows))
    check(f"natural persons of {kind} are known by their paper alone",
          [(row["column"], row["value"]) for row in rows if row["reason"] == "natural_person"] == [("单位类别", "自然人")] * 3)


def corrected_rejects(r, rejects):
    rows = [row for row in rows_of(rejects) if row["reason"] == "certificate_kind"]
    check("a kind of certificate that is not known is named", {row["value"] for row in rows} == {
        "食品经营许可证", "质量管理体系、环境管理体系", "ISO50001"} and {row["column"] for row in rows} == {"证书类型"}, rows)
    for row in rows:
        row["证书类型"] = "质量管理体系认证"
    summary = take(r, "certificates", write(r, "corrected.csv", rows))
    check("a corrected rejects file is taken", summary["accepted"] == len(rows) == summary["rows"], summary)


def unknown_columns(r):
    done = r.admin("import", "sampling", write(r, "more.csv", [dict(BATCH, 抽检批次号="列1", 序号="1", 抽样人="某")]), "--dry-run")
    check("columns without a meaning are told, and those that are known and not read are not",
          "column 序号 has no meaning here" in done.stderr and "column 抽样人 has no meaning" in done.stderr and
          "证件号码" not in r.admin("import", "sampling", SAMPLE / "sampling.csv", "--dry-run").stderr, done.stderr)


def graded(r):
    """Every enterprise that has a batch or a certificate, by the naive grader from plain rows."""
    day = psql(r, "SELECT max(graded_on) FROM qcr.standing")
    files = {}
    for line in psql(r, "SELECT DISTINCT ON (subject, ordinal) subject, type, severity, result, decided_on, publicity_end, authority_code || document_norm"
                        " FROM qcr.record ORDER BY subject, ordinal, version DESC").splitlines():
        subject, kind, severity, result, decided, end, case = line.split("|")
        row = {"type": kind, "decided_on": decided, "publicity_end": end or None, "case": case, "result": result,
               "severity": ("", "ordinary", "serious")[int(severity)]}
        files.setdefault(subject, []).append(row)
    wrong = []
    for subject, grade, score, change in r.sql("SELECT subject, grade, coalesce(score::text, ''), coalesce(next_change::text, '') FROM qcr.standing"):
        naive = naive_grade.grade(files.get(subject, []), day)
        if (grade, score, change) != (naive[0], str(naive[1]) if naive[1] is not None else "", naive[2] or ""):
            wrong.append((subject, grade, score, change, naive))
    check("every grade is the naive grader's", len(files) > 400 and not wrong, wrong[:3])


def stored(r):
    body = "JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
    words = psql(r, f"SELECT r.result, r.severity, r.domain, replace(b.details, E'\\n', ';') FROM qcr.record r {body}"
                    f" WHERE r.subject = '{SUBJECT}' AND r.type = 'sampling'")
    check("a batch is stored with what it is about", words ==
          "fail|2|product|batch 甲(2026)1号;product 菜籽油;spec 5L;place production;level county;item 酸价;", words)
    words = psql(r, f"SELECT r.certificate, r.valid_through, r.domain, replace(b.details, E'\\n', ';') FROM qcr.record r {body}"
                    f" WHERE r.subject = '{SUBJECT}' AND r.type = 'certificate'")
    check("and a certificate", words ==
          "iso9001|2099-04-30|product|number Q-1;body 华信样例认证有限公司;scope 菜籽油的生产;", words)
    check("passing batches are records too", int(psql(r, "SELECT count(*) FROM qcr.record WHERE type = 'sampling' AND result = 'pass'")) > 250)
    long = psql(r, "SELECT bool_and(octet_length(b.content) > 300 AND b.details ~ '第1类.*…') FROM qcr.record_body b WHERE b.content LIKE '第1类%'")
    check("a scope that is a long list has its beginning as detail and is whole as content", long == "t", long)


def waiting(r):
    early = take(r, "sampling", write(r, "early.csv", [dict(BATCH, 抽检批次号="甲〔2026〕1号")]))
    also = take(r, "certificates", write(r, "early2.csv", [dict(CERTIFICATE, 证书编号="q-1"), dict(CERTIFICATE, 证书编号="Q-1", 证书类型="GMP")]))
    check("records of an unknown enterprise are parked", (early["parked"], also["parked"]) == (1, 2), (early, also))
    path = r.dir / "party.csv"
    path.write_text(PARTIES + f"{NEW},,{NAME},企业,510823,公兴镇,A01,存续,2020-01-01\n")
    take(r, "enterprises", path)
    check("when it arrives it has them, and its grade",
          psql(r, f"SELECT string_agg(type, ' ' ORDER BY type) FROM qcr.record WHERE subject = '{SUBJECT}'") == "certificate sampling" and
          psql(r, f"SELECT grade || score FROM qcr.standing WHERE subject = '{SUBJECT}'") == "B80")
    check("of two kinds of certificate under one number the second waits for a person", psql(
        r, f"SELECT reason FROM qcr.waiting_row WHERE subject = '{SUBJECT}' AND state = 'held'") == "other_certificate")


def overturned(r):
    passed = dict(BATCH, 抽检批次号="甲〔2026〕1号", 复检结论="合格")
    summary = take(r, "sampling", write(r, "retest.csv", [passed]))
    check("a retest that overturns a failed batch waits for a second person", summary["reasons"] == {"favourable_correction": 1}, summary)
    held = [p for p in json.loads(r.qcr("pending", "--json", who="reviewer").stdout)["proposals"] if "甲" in p.get("summary", "")]
    done = r.qcr("approve", held[0]["proposal"], "--yes", "--json", who="reviewer")
    check("who approves it lifts the grade", done.returncode == 0 and
          psql(r, f"SELECT grade || score FROM qcr.standing WHERE subject = '{SUBJECT}'") == "A100", (held, done.stdout, done.stderr))
    check("the batch stays, as one that passed", psql(
        r, f"SELECT result || severity FROM qcr.record WHERE subject = '{SUBJECT}' AND type = 'sampling' ORDER BY version DESC LIMIT 1") == "pass0")
    check("sent once more it is unchanged", take(r, "sampling", r.dir / "retest.csv")["unchanged"] == 1)
    check("what was there before the retest is unchanged too", take(r, "sampling", r.dir / "early.csv")["unchanged"] == 1)


def ended(r):
    def last():
        return psql(r, f"SELECT valid_through, version FROM qcr.record WHERE subject = '{SUBJECT}' AND document_norm = 'Q-2' ORDER BY version DESC LIMIT 1")

    def send(**more):
        return take(r, "certificates", write(r, "status.csv", [dict(CERTIFICATE, 证书编号="Q-2", **more)]))

    send()
    check("a suspension is a correction that one may make", send(证书状态="暂停", 状态日期="2026-11-01")["corrected"] == 1 and last() == "2026-10-31|2", last())
    check("that it was valid before changes nothing any more", send()["unchanged"] == 1 and last() == "2026-10-31|2", last())
    older = send(状态日期="2026-10-01")
    check("nor does an older file that says since when it held", older["reasons"] == {"favourable_correction": 1} and last() == "2026-10-31|2", older)
    again = send(状态日期="2026-11-10", 备注="整改完成")
    check("that it is valid again waits for a second person, whatever the policy gives for it",
          again["reasons"] == {"favourable_correction": 1} and last() == "2026-10-31|2", again)
    proposals = json.loads(r.qcr("pending", "--json", who="reviewer").stdout)["proposals"]
    newest = max((p for p in proposals if "Q-2" in p.get("summary", "")), key=lambda p: [int(n) for n in p["proposal"].split(".")])["proposal"]
    done = r.qcr("approve", newest, "--yes", "--json", who="reviewer")
    check("who gives it back", done.returncode == 0 and last() == "2099-04-30|3", (proposals, done.stdout, done.stderr, last()))
    other = send(证书类型="环境管理体系认证")
    check("another kind of certificate under its number takes nobody's place",
          other["reasons"] == {"other_certificate": 1} and last() == "2099-04-30|3", other)
    waits = psql(r, "SELECT count(*) FROM qcr.waiting_row")
    check("and is asked once", send(证书类型="环境管理体系认证")["held"] == 1 and psql(r, "SELECT count(*) FROM qcr.waiting_row") == waits)
    check("a withdrawn one ended on the day before", send(证书状态="撤销", 状态日期="2026-11-20")["corrected"] == 1 and last() == "2026-11-19|4", last())
    now = datetime.datetime.now(datetime.timezone.utc).date()
    check("no status is of a day to come", send(证书状态="注销", 状态日期=str(now + datetime.timedelta(3)))["reasons"] == {"date": 1})


def coverage(r):
    check("batches and certificates do not say up to when a source has delivered penalties", psql(r, "SELECT count(*) FROM qcr.coverage") == "0")


class Gated(Registry):
    """Founded with the policy whose upper grades ask for a certificate."""

    def _found(self):
        shutil.copy(TOP / "share" / "policies" / "quality-credit-aaa.json", self.dir / "closed" / "share" / "policies" / "default.json")
        self._found_anew()


def gated():
    """A certificate lifts by a gate; what takes it out of one is no favour, what puts it back is."""
    with Gated() as r:
        def send(**more):
            path = write(r, "status.csv", [dict(CERTIFICATE, 证书编号="Q-1", 发证日期="2021-05-01", **more)])
            return counts(take(r, "certificates", path))["reasons"], psql(r, f"SELECT grade FROM qcr.standing WHERE subject = '{SUBJECT}'")

        (r.dir / "party.csv").write_text(PARTIES + f"{NEW},,{NAME},企业,510823,公兴镇,A01,存续,2020-01-01\n")
        take(r, "enterprises", r.dir / "party.csv")
        check("a certificate held for years lifts to AAA", send() == ({}, "AAA"))
        check("its suspension takes that away at once", send(证书状态="暂停", 状态日期="2026-11-01") == ({}, "A"))
        again = send(状态日期="2026-11-10")
        check("that it holds again waits for a second person", again == ({"favourable_correction": 1}, "A"), again)
        proposal = json.loads(r.qcr("pending", "--json", who="reviewer").stdout)["proposals"][0]["proposal"]
        done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
        check("who gives it back", done.returncode == 0 and psql(r, f"SELECT grade FROM qcr.standing WHERE subject = '{SUBJECT}'") == "AAA",
              done.stdout + done.stderr)
        summary = take(r, "sampling", write(r, "batches.csv", [dict(BATCH, 抽检批次号=f"乙{n}", 严重程度="一般") for n in range(3)]))
        check("three failed batches are D, whatever certificates say",
              summary["accepted"] == 3 and psql(r, f"SELECT grade FROM qcr.standing WHERE subject = '{SUBJECT}'") == "D")
        head = psql(r, "SELECT serial FROM qcr.ledger_head")
        answer = r.lookup(NEW, "--min-serial", head)
        check("and the answer says so", (answer["exit"], answer["grade"]) == (0, "D"), answer)
        doctor = r.admin("doctor")
        check("the doctor finds nothing wrong with gates", doctor.returncode == 0, doctor.stdout[-600:])


def main():
    expected = {kind: json.loads((SAMPLE / f"{kind}.expected.json").read_text()) for kind in KINDS}
    samples(expected)
    with Registry(start=False) as r:
        take(r, "enterprises", SAMPLE / "enterprises.csv")
        refusals(r)
        for kind in KINDS:
            rejects = sample(r, kind, expected[kind])
            privacy(r, kind, expected[kind], rejects)
        corrected_rejects(r, rejects)
        unknown_columns(r)
        graded(r)
        waiting(r)
        stored(r)
        r.start()
        overturned(r)
        ended(r)
        coverage(r)
        doctor = r.admin("doctor")
        check("the doctor finds nothing after all this", doctor.returncode == 0, doctor.stdout[-600:])
        head = psql(r, "SELECT serial FROM qcr.ledger_head")
        check("and answers go on", r.lookup(NEW, "--min-serial", head)["exit"] == 0)
    gated()
    finish()


main()
