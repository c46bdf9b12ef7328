#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""An officer's work with the real commands: a case from filing to removal, what each person may see and confirm, and the
dossier, verified offline and after every kind of loss on the server."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import BUILD, TOP, Registry, check, finish  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
TERMINAL = TOP / "tests" / "cli" / "terminal.py"


class Work:
    """The steps of one case, by demo persons; papers are files of a folder."""

    def __init__(self, r):
        self.r, self.folder, self.case = r, r.dir / "papers", None
        self.folder.mkdir()

    def paper(self, name):
        path = self.folder / f"{name}.txt"
        path.write_text(f"{name}：测试材料\n")
        return f"@{path}"

    def take(self, who, action, *words):
        done = self.r.qcr("case", action, *words, "--yes", "--json", who=who)
        return dict(json.loads(done.stdout), exit=done.returncode)

    def confirm(self, who, proposal):
        done = self.r.qcr("approve", proposal, "--yes", "--json", who=who)
        return dict(json.loads(done.stdout), exit=done.returncode)

    def read(self, *words, who="officer"):
        done = self.r.qcr("case", *words, "--json", who=who)
        return dict(json.loads(done.stdout), exit=done.returncode)


def notice_words(w):
    return [w.case, "--number", "剑市监告〔2025〕1号", "--date", "2025-07-10", "--facts", "生产不合格产品", "--reasons", "情节严重", "--basis", "samr-44",
            "--rights", "可以陈述、申辩和申请听证", "--document", w.paper("告知书")]


def decision_words(w, day):
    return [w.case, "--number", "剑市监列〔2025〕1号", "--decided-on", day, "--basis", "samr-44", "--penalty-number", "剑市监处罚〔2025〕1号",
            "--intent", "shown", "--removal-conditions", "满一年", "--remedies", "可以复议", "--document", w.paper("决定书")]


def to_decision(r, w):
    opened = w.take("officer", "open", "--procedure", "samr-44", "--code", CODE, "--name", NAME, "--path", "with-penalty", "--filing-number",
                    "剑市监立〔2025〕1号", "--filed-on", "2025-07-01", "--ground", "44-7-2", "--facts", "生产不合格产品", "--evidence", w.paper("笔录"),
                    "--officer-certificate", "51082300001", "--second-officer", "investigator", "--second-officer-certificate", "51082300002",
                    "--recusal", "no-conflict")
    check("a case is opened by words alone, and says which it is", opened["exit"] == 0 and opened["case"]["case"].startswith(f"{CODE}-"), opened)
    w.case = opened["case"]["case"]
    dry = w.take("officer", "notice", *notice_words(w), "--dry-run")
    check("a dry run says where the step leads and changes nothing",
          dry["case"]["state_after"] == "noticed" and w.read("show", w.case)["proposals"] == [], dry)
    proposal = w.take("officer", "notice", *notice_words(w))["proposal"]
    shown = w.read("show", w.case)["proposals"][0]
    check("whoever is to confirm sees every field of the step that waits",
          {f["field"]: f["value"] for f in shown["fields"]}["reasons"] == "情节严重" and shown["proposal"] == proposal, shown)
    asked = subprocess.run(["/usr/bin/python3", TERMINAL, "n", "qcr", "--as", "superior", "approve", proposal], env=r.env, capture_output=True, text=True, timeout=60)
    check("at a terminal, too, before the question", "情节严重" in asked.stdout and asked.returncode == 1, asked)
    kept = next(f["value"] for f in shown["fields"] if f["field"] == "document")
    fetched = r.qcr("case", "document", w.case, kept, str(w.folder / "fetched"), who="superior")
    check("and reads the paper that waits with it",
          fetched.returncode == 0 and (w.folder / "fetched").read_text() == "告知书：测试材料\n", fetched)
    check("who proposed does not confirm", w.confirm("officer", proposal)["error"] == 3001)
    check("another person does", w.confirm("investigator", proposal)["case"]["seq"] == 2)
    served = [w.case, "--method", "direct", "--received-on", "2025-07-12", "--receipt", w.paper("回证")]
    check("service is recorded by one", w.take("officer", "serve-notice", *served)["exit"] == 0)
    early = w.take("officer", "decide", *decision_words(w, "2025-07-15"))
    check("a decision within the hearing window is refused by its article, with the first day",
          early["exit"] == 11 and early["article"] == "行政处罚法 art. 44, 64" and early["allowed"] == "from 2025-07-19", early)
    chinese = r.qcr("--lang", "zh", "case", "decide", *decision_words(w, "2025-07-15"), "--yes", who="officer",
                    env={"TEXTDOMAINDIR": str(BUILD / "po")})
    check("and in Chinese by the procedure's own words", "陈述申辩和听证申请期限未满" in chinese.stderr and "2025-07-19 起" in chinese.stderr, chinese.stderr)
    w.take("reviewer", "legal-review", w.case, "--opinion", "agree", "--reviewed-on", "2025-08-01")
    w.take("superior", "discussion", w.case, "--record-number", "剑市监议〔2025〕1号", "--held-on", "2025-08-02", "--participants", "局长")
    consent = w.take("officer", "consent", w.case, "--organ", "广元市市场监督管理局", "--number", "广市监批〔2025〕1号", "--replied-on", "2025-08-05",
                     "--document", w.paper("批复"))
    w.confirm("superior", consent["proposal"])
    nxt = {a["action"]: a for a in w.read("next", w.case)["actions"]}
    check("what is next says that the decision may be taken", nxt["decide"]["now"] and nxt["decide"]["second_roles"] == ["superior"], nxt.get("decide"))
    check("before the decision no answer shows the case", r.lookup(CODE)["listing"] == "not-listed")


def to_publication(r, w):
    proposal = w.take("officer", "decide", *decision_words(w, "2025-08-08"))["proposal"]
    refused = w.confirm("reviewer", proposal)
    check("the decision is not any second person's", refused["exit"] == 8, refused)
    decided = w.confirm("superior", proposal)
    check("it is the superior's, and says what it does", decided["case"]["listing_after"] == "listed" and decided["grade_after"] == "D", decided)
    answer = r.lookup(CODE)
    check("the very next answer is 'listed', and not published", answer["exit"] == 4 and answer["listing_published"] == "no", answer)
    w.take("officer", "serve-decision", w.case, "--method", "direct", "--received-on", "2025-08-10", "--receipt", w.paper("回证"))
    missing = w.take("superior", "publish", w.case, "--channel", "国家企业信用信息公示系统", "--published-on", "2025-08-20")
    check("publication without the privacy check is refused", missing["error"] == 3016 and "privacy-check" in missing["detail"], missing)
    w.take("reviewer", "privacy-check", w.case, "--checked-on", "2025-08-18", "--finding", "clear")
    w.take("superior", "publish", w.case, "--channel", "国家企业信用信息公示系统", "--published-on", "2025-08-20")
    check("then it is published", r.lookup(CODE)["listing_published"] == "yes")


def dossiers(r, w):
    first, second = w.folder / "first.tar", w.folder / "second.tar"
    made = w.read("dossier", w.case, first)
    w.read("dossier", w.case, second, who="superior")
    check("a dossier has every step and paper", made["exit"] == 0 and made["steps"] == 10 and made["missing"] == [], made)
    check("the same case gives the same octets, whoever makes it", first.read_bytes() == second.read_bytes())
    offline = dict(r.env, QCR_SERVER="127.0.0.1:1")
    good = r.qcr("case", "check-evidence", first, env=offline)
    check("it proves itself without the registry", good.returncode == 0, good)
    (w.folder / "changed.tar").write_bytes(first.read_bytes().replace("情节严重".encode(), "情节轻微".encode()))
    changed = r.qcr("case", "check-evidence", w.folder / "changed.tar", env=offline)
    check("a word changed in it ends with 7", changed.returncode == 7, changed)
    rows = w.read("check-evidence", w.case)["documents"]
    check("the registry has all documents as they were", {d["state"] for d in rows} == {"kept"}, rows)
    digest = rows[0]["sha256"]
    path = r.home / "evidence" / digest[:2] / digest[2:]
    octets = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(octets[:-1] + b"!")
    check("one that was changed on the disk is found (7)", w.read("check-evidence", w.case)["exit"] == 7)
    path.unlink()
    lost = w.read("dossier", w.case, second)
    check("one that was lost is named, and the dossier says so (10)", lost["exit"] == 10 and lost["missing"][0]["sha256"] == digest, lost)
    check("what is left still proves itself", r.qcr("case", "check-evidence", second, env=offline).returncode == 0)
    again = w.take("officer", "correct", w.case, "--field", "facts", "--old", "甲", "--new", "乙", "--reason", "笔误", "--corrected-on", "2025-09-01",
                   "--document", w.paper("笔录"))
    check("handed in again it is there again", again["exit"] == 0 and w.read("check-evidence", w.case)["exit"] == 0, again)


def removal(r, w):
    early = w.take("officer", "apply", w.case, "--applied-on", "2026-08-07", "--commitment", w.paper("承诺"), "--performance", w.paper("履行"), "--cure", w.paper("整改"))
    check("removal is not asked for within a year", early["error"] == 3018 and early["allowed"] == "from 2026-08-08", early)
    w.take("officer", "apply", w.case, "--applied-on", "2026-08-10", "--commitment", w.paper("承诺"), "--performance", w.paper("履行"), "--cure", w.paper("整改"))
    w.take("officer", "accept", w.case, "--decided-on", "2026-08-11")
    granted = w.take("officer", "grant", w.case, "--number", "剑市监移〔2026〕1号", "--decided-on", "2026-08-20", "--reason", "已履行", "--document", w.paper("移出"))
    check("a grant waits for the superior", granted["case"]["second_roles"] == ["superior"] and r.lookup(CODE)["exit"] == 4, granted)
    w.confirm("superior", granted["proposal"])
    answer = r.lookup(CODE)
    check("after it the answer is clear and silent about the past",
          answer["exit"] == 0 and (answer["listing"], answer["listing_since"], answer["grade"]) == ("not-listed", "-", "unrated"), answer)
    check("an ended case is not looked at without a purpose", w.read("show", w.case)["error"] == 3028)
    check("with one it is", w.read("show", w.case, "--purpose", "归档")["state"] == "removed")
    check("nor by persons without a part in cases", w.read("show", w.case, "--purpose", "好奇", who="recorder")["exit"] == 8)
    draft = r.qcr("case", "draft", "decision", w.case, "--purpose", "归档", who="officer")
    check("a draft is filled from the case", "2025年8月8日" in draft.stdout and "office" in draft.stderr, draft)
    affected = w.read("affected", "--person", "officer", "--since", "2026-01-01", "--purpose", "复核", who="auditor")
    check("an auditor sees what one person signed", {a["action"] for a in affected["acts"]} >= {"open", "decide", "grant"}, affected)


def main():
    with Registry() as r:
        path = r.dir / "enterprises.csv"
        lines = (TOP / "tests" / "data" / "jiange" / "enterprises.csv").read_text().splitlines()
        path.write_text("\n".join([lines[0]] + [line for line in lines if CODE in line]) + "\n")
        r.import_file("enterprises", path)
        w = Work(r)
        to_decision(r, w)
        to_publication(r, w)
        dossiers(r, w)
        removal(r, w)
        done = r.admin("doctor", "--json")
        check("and everything rests on signed entries", done.returncode == 0, done.stdout)
    finish()


main()
