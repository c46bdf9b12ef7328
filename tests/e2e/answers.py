#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The spine, from the command line: a county's data in, signed and verified answers out, receipts that stay
provable and notice every change."""
import csv
import json
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import naive_grade  # noqa: E402
import verify_receipt  # noqa: E402
from registry import SAMPLE, Registry, check, finish  # noqa: E402

# the order of the bits of qcr.record.kinds
KINDS = ("warning", "criticism", "fine", "confiscation", "suspension", "downgrade", "closure", "withdrawal",
         "revocation", "restriction", "criminal", "detention")
SUMMARY = {"rows", "accepted", "unchanged", "corrected", "held", "parked", "rejected", "reasons"}


def summary(answer):
    return {key: value for key, value in answer.items() if key in SUMMARY}


def identity_numbers():
    with open(SAMPLE / "penalties.csv", encoding="utf-8-sig", newline="") as f:
        return [row["CF_XDR_ZJHM"] for row in csv.DictReader(f) if row["CF_XDR_ZJHM"]]


def import_as_expected(r):
    expected = json.loads((SAMPLE / "penalties.expected.json").read_text())
    enterprises = r.import_file("enterprises", SAMPLE / "enterprises.csv")
    check("every enterprise of the sample is accepted", enterprises["accepted"] == 3000 and enterprises["rejected"] == 0, enterprises)
    serial = r.sql("select serial from qcr.ledger_head")
    dry = r.import_file("penalties", SAMPLE / "penalties.csv", "--dry-run")
    check("a dry run of the penalties says what is expected", summary(dry) == expected, dry)
    check("a dry run writes nothing", r.sql("select serial from qcr.ledger_head") == serial and r.sql("select count(*) from qcr.record") == [["0"]])
    rejects = r.dir / "rejects.csv"
    real = r.import_file("penalties", SAMPLE / "penalties.csv", "--rejects", rejects)
    check("importing the penalties gives what is expected", summary(real) == expected, real)
    for name, path in (("the same file", "penalties.csv"), ("the GB18030 file", "penalties.gb18030.csv")):
        again = r.import_file("penalties", SAMPLE / path)
        check(f"{name} again changes nothing and rejects the same",
              again["accepted"] == 0 and again["corrected"] == 0 and again["rejected"] == expected["rejected"], again)
    waiting = r.sql("select state, count(*) from qcr.waiting_row group by 1 order by 1")
    check("rows that wait are kept once, however often they come", waiting == [["held", "9"], ["parked", "3"]], waiting)

    everything = rejects.read_bytes() + r.log().encode()
    dump = subprocess.run(["pg_dump", "-h", str(r.pg), "-U", "postgres", "qcr"], capture_output=True, check=True, env=r.env).stdout
    numbers = identity_numbers()
    check("the sample has identity numbers to look for", len(numbers) > 10)
    check("no identity number is in the rejects, the log or the database", not any(n.encode() in everything + dump for n in numbers))
    found = subprocess.run(["grep", "-rlaF", "-e", numbers[0], "-e", numbers[-1], str(r.dir)], capture_output=True, text=True)
    check("no identity number is in any file of the registry, its database or its log", found.returncode == 1, found.stdout)
    lines = list(csv.DictReader(open(rejects, encoding="utf-8-sig", newline="")))
    check("the rejects file has a line for each rejected row, with line, column and reason", len(lines) == expected["rejected"], len(lines))


def enterprises():
    with open(SAMPLE / "enterprises.csv", encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def every_enterprise(r):
    rows = enterprises()
    status, answers = r.lookup_many([row["统一社会信用代码"] for row in rows], "--purpose", "全量核对")
    check("a batch answers every enterprise, in the order asked", [a["code"] for a in answers] == [row["统一社会信用代码"] for row in rows])
    check("a batch with struck-off enterprises ends with 10", status == 10, status)
    wrong = [a for row, a in zip(rows, answers) if (a["exit"] == 14) != (row["状态"] != "存续") or a["exit"] not in (0, 14)]
    check("struck-off enterprises, and only they, are answered with 14", not wrong, wrong[:1])
    day = answers[0]["as_of"]
    files = {}
    for subject, authority, document, kinds, decided, end in r.sql(
            "select subject, authority_code, document_norm, kinds, decided_on, publicity_end from qcr.record v"
            " where state = 'active' and version = (select max(version) from qcr.record w where (w.subject, w.authority_code,"
            " w.document_norm, w.type) = (v.subject, v.authority_code, v.document_norm, v.type))"):
        words = [word for bit, word in enumerate(KINDS) if int(kinds) >> bit & 1]
        files.setdefault(subject, []).append({"kinds": words, "decided_on": decided, "publicity_end": end or None,
                                              "case": (authority, document)})
    differ = []
    for answer in answers:
        grade, score, until = naive_grade.grade(files.get(answer["subject"], []), day)
        expected = (grade, "-" if score is None else str(score), until or "-")
        if (answer["grade"], answer["score"], answer["grade_until"]) != expected:
            differ.append((answer["code"], answer["grade"], answer["score"], answer["grade_until"], expected))
    check("an independent grader gives every enterprise the same grade, score and next change", not differ, differ[:3])
    grades = {a["grade"] for a in answers}
    check("the sample has unrated enterprises and all four grades", grades == {"unrated", "A", "B", "C", "D"}, grades)


def receipts(r):
    roots = verify_receipt.load_roots(r.home / "ca" / "ca.pem")
    folder = r.dir / "receipts"
    folder.mkdir()
    codes = [row["统一社会信用代码"] for row in enterprises()[:1000]]
    done = r.qcr("lookup", "-", "--jsonl", "--receipt", str(folder) + "/", stdin="\n".join(codes) + "\n", timeout=300)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    agreed = 0
    for answer in answers:
        fields = verify_receipt.fields(verify_receipt.verify(pathlib.Path(answer["receipt"]).read_bytes(), roots))
        agreed += all(fields[name] == answer[name] for name in ("code", "name", "grade", "as_of", "valid_until", "serial"))
    check("a verifier written from the documents alone agrees on 1,000 receipts", agreed == 1000, agreed)

    path = r.dir / "one.receipt"
    answer = r.qcr("lookup", codes[0], "--receipt", path, "--purpose", "案件办理")
    check("one lookup with a receipt ends with 0", answer.returncode == 0, answer.stderr)
    offline = {"QCR_SERVER": "127.0.0.1:1"}
    verified = r.qcr("verify", path, env=offline)
    check("the receipt is authentic with the network gone", verified.returncode == 0, verified.stdout + verified.stderr)
    late = r.qcr("verify", path, "--at", "2031-01-01T00:00:00Z", env=offline)
    check("past its validity it is authentic, no longer current (6)", late.returncode == 6, late.returncode)

    whole = path.read_bytes()
    inside = [m.span() for m in re.finditer(rb"-----BEGIN [A-Z ]+-----\n.*?-----END [A-Z ]+-----\n", whole, re.S)]
    places = [i for start, end in inside for i in range(start, end)]
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    changed, praised, python = 0, 0, 0
    for _ in range(1000):
        i = rng.choice(places)
        forged = bytearray(whole)
        forged[i] = (forged[i] + rng.randrange(1, 256)) % 256
        path.write_bytes(forged)
        done = subprocess.run(["qcr", "verify", str(path)], env=dict(r.env, **offline), capture_output=True)
        changed += done.returncode == 7
        praised += bool(re.search(rb"(?i)valid|\bok\b|authentic", done.stdout + done.stderr))
        try:
            verify_receipt.verify(bytes(forged), roots)
        except verify_receipt.Refused:
            python += 1
    check(f"each of 1,000 one-byte changes is refused with 7 (seed {seed})", changed == 1000, changed)
    check("a refused receipt is never called valid, OK or authentic", praised == 0, praised)
    check("the other verifier refuses the same 1,000 changes", python == 1000, python)


def bad_questions(r):
    code = enterprises()[0]["统一社会信用代码"]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    answer = r.lookup(wrong)
    check("a wrong check character ends with 2 and names the expected one", answer["exit"] == 2 and answer.get("expected") == code[-1], answer)
    answer = r.lookup("91350100M000100Y43")
    check("an unknown enterprise is signed not-registered and ends with 3", answer["exit"] == 3 and answer["result"] == "not-registered", answer)
    answer = r.lookup(code[8:16] + "-" + code[16])
    check("an organization code with its hyphen finds the enterprise", answer["exit"] == 0 and answer["name"] == enterprises()[0]["名称"], answer)
    status, answers = r.lookup_many([code, "12345", code.lower(), "９１350100M000100Y43", code])
    check("bad rows never hurt the rest and the order is kept", status == 10 and [a["exit"] for a in answers] == [0, 2, 0, 3, 0], [a["exit"] for a in answers])
    done = r.qcr("find", enterprises()[0]["名称"], "--json")
    check("an exact name finds its code", done.returncode == 0 and code in done.stdout, done.stdout + done.stderr)
    for words in (["lookup"], ["lookup", code, "--frobnicate"], ["verify"], ["nonsense"]):
        done = r.qcr(*words)
        check(f"usage error of 'qcr {' '.join(words)}' ends with 2", done.returncode == 2, done.returncode)


def main():
    with Registry() as r:
        import_as_expected(r)
        bad_questions(r)
        every_enterprise(r)
        receipts(r)
    finish()


main()
