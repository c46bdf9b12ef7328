#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Grades explained: reckoned again from the explanation of every enterprise of the sample, and seen to differ when anything that
was signed is changed; what is over or was taken back is told to nobody."""
import copy
import csv
import datetime
import hashlib
import json
import pathlib
import random
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import naive_grade  # noqa: E402
import packed_inputs  # noqa: E402
import verify_receipt  # noqa: E402
from case_client import Case, People  # noqa: E402
from registry import SAMPLE, TOP, Registry, check, finish, wait_until  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
LISTED_CODE, LISTED_NAME = "91510823625851788F", "剑阁县旭顺建材有限公司"
AUTHORITY = "11510823008765438X"
OFFLINE = {"QCR_SERVER": "127.0.0.1:1"}
PAST, AHEAD = "2020-01-01", "2099-12-31"


def explain(r, code, *words, who=None):
    done = r.qcr("explain", code, "--json", *words, who=who)
    try:
        return dict(json.loads(done.stdout), exit=done.returncode)
    except ValueError:
        raise RuntimeError(f"explain {code}: {done.returncode} {done.stdout!r} {done.stderr!r}")


def explain_many(r, codes):
    done = r.qcr("explain", "-", "--jsonl", stdin="\n".join(codes) + "\n", timeout=300)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def regrade(r, *documents):
    """Offline; each document's verdict."""
    text = "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents)
    done = r.qcr("regrade", "-", "--jsonl", stdin=text, env=OFFLINE, timeout=300)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def file_record(r, document, kind, *words, decided_on="2026-06-01", code=CODE, name=NAME):
    done = r.qcr("record", "file", "--code", code, "--name", name, "--type", kind, "--domain", "product", "--authority-code", AUTHORITY,
                 "--authority", "剑阁县市场监督管理局", "--document", document, "--decided-on", decided_on, "--yes", "--json", *words,
                 who="recorder")
    if done.returncode:
        raise RuntimeError(f"{document}: {done.returncode} {done.stdout} {done.stderr}")


def make_file(r):
    """One enterprise with a record of each sort that an explanation tells apart, and one that is listed."""
    file_record(r, "剑市监处罚〔2026〕91号", "penalty", "--kind", "fine", "--fine", "5000", "--publicity-end", AHEAD)
    file_record(r, "剑市监处罚〔2026〕92号", "penalty", "--kind", "warning", "--publicity-end", AHEAD)
    file_record(r, "剑市监处罚〔2026〕93号", "penalty", "--kind", "closure", "--publicity-end", AHEAD)
    file_record(r, "剑市监处罚〔2019〕94号", "penalty", "--kind", "fine", "--publicity-end", PAST, decided_on="2019-01-01")
    batch = [x for detail in ("product=菜籽油", "place=production", "level=county") for x in ("--detail", detail)]
    file_record(r, "剑市监抽〔2026〕1号", "sampling", "--result", "pass", "--publicity-end", AHEAD, "--detail", "batch=1", *batch)
    file_record(r, "剑市监抽〔2026〕2号", "sampling", "--result", "fail", "--severity", "serious", "--publicity-end", AHEAD, "--detail", "batch=2", *batch)
    # Its publicity has no end that is known: the policy says when it is over.
    file_record(r, "剑市监抽〔2020〕4号", "sampling", "--result", "fail", "--severity", "serious", "--detail", "batch=4", *batch, decided_on="2020-01-01")
    # Of the same case as the fine: one of the two counts.
    file_record(r, "剑市监处罚〔2026〕91号", "sampling", "--result", "fail", "--severity", "ordinary", "--publicity-end", AHEAD, "--detail", "batch=3", *batch)
    file_record(r, "QMS-2026-1", "certificate", "--certificate", "iso9001", "--valid-through", AHEAD, "--detail", "number=QMS-2026-1",
                "--detail", "body=华信样例认证有限公司", "--detail", "scope=菜籽油的生产")
    done = r.qcr("record", "withdraw", "--code", CODE, "--authority-code", AUTHORITY, "--type", "penalty", "--document",
                 "剑市监处罚〔2026〕93号", "--reason", "复议撤销", "--basis-document", "剑府复决〔2026〕3号", "--yes", "--json", who="officer")
    approved = r.qcr("approve", json.loads(done.stdout)["proposal"], "--yes", "--json", who="reviewer")
    if approved.returncode:
        raise RuntimeError(approved.stdout)
    with People(r) as people:
        Case(people, LISTED_CODE, LISTED_NAME, decided_on="2026-09-01").to("decided")


# ---------------------------------------------------------------------------------------- one enterprise

def no_grade(r):
    answer = explain(r, "91350100M000100Y43")
    check("an unknown enterprise has nothing to explain, signed (3)", (answer["exit"], answer["kind"], answer["inputs"]) == (3, "explain", "-")
          and answer["explanation"]["inputs"] is None and answer["explanation"]["records"] == [], answer)
    status, verdicts = regrade(r, answer)
    check("which regrade says too", status == 0 and verdicts[0]["same"] and verdicts[0]["outcome"] is None, verdicts)
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    answer = explain(r, wrong)
    check("a code that is none ends with 2", answer["exit"] == 2 and answer["explanation"] is None, answer)
    status, verdicts = regrade(r, answer)
    check("and is nothing that was signed (7)", status == 7, verdicts)
    for text, what in (("", "nothing"), ("{", "half a document"), ("[]", "an empty list"), ("1", "no object")):
        check(f"regrade of {what} is an error (1)", r.qcr("regrade", "-", stdin=text).returncode == 1)


def is_told(answer, number):
    return number in json.dumps(answer["explanation"]["records"], ensure_ascii=False)


def one_file(r):
    answer = explain(r, CODE, "--purpose", "约谈前准备")
    explanation = answer["explanation"]
    check("an explanation says what a lookup says", {k: answer[k] for k in ("grade", "score", "reasons", "listing", "grade_until")} ==
          {k: r.lookup(CODE)[k] for k in ("grade", "score", "reasons", "listing", "grade_until")}, answer)
    check("with the purpose hashed into it", answer["purpose"] == hashlib.sha256("约谈前准备".encode()).hexdigest())
    case_of = {record["ordinal"]: record["case_ref"] for record in explanation["inputs"]["records"]}
    cases = {}
    for reason in explanation["outcome"]["reasons"]:
        cases.setdefault(case_of[reason["ordinal"]], []).append(reason["effect"])
    check("of one case one record counts and the other is said to be superseded", sorted(e for c in cases.values() for e in c if len(c) > 1) ==
          ["counted", "superseded"], cases)
    check("a record that was taken back is not in it", not is_told(answer, "〔2026〕93号"), explanation["records"])
    check("nor one that is over by law", not is_told(answer, "〔2019〕94号"), explanation["records"])
    check("nor one that is over as the policy has it", not is_told(answer, "〔2020〕4号") and
          not any(record["decided_on"] == "2020-01-01" for record in explanation["inputs"]["records"]) and
          not any(reason["effect"] == "expired" for reason in explanation["outcome"]["reasons"]), explanation)
    check("how many those are is told no further than the policy asks", explanation["inputs"]["ended"] ==
          explanation["policy"]["minimum"]["records_ever"] == 1, explanation["inputs"]["ended"])
    check("what counts has its document", all(is_told(answer, n) for n in ("〔2026〕91号", "〔2026〕92号", "剑市监抽〔2026〕2号", "QMS-2026-1")))
    check("every record shown is one of the inputs", {x["ordinal"] for x in explanation["records"]} ==
          {x["ordinal"] for x in explanation["inputs"]["records"]}, explanation["records"])
    for who in ("regulator", "recorder", "auditor", "officer"):
        other = explain(r, CODE, who=who)
        check(f"so it is for the {who}", other["explanation"]["inputs"] == explanation["inputs"] and not is_told(other, "〔2019〕94号") and
              not is_told(other, "〔2020〕4号"))
    lines = [line for f in (r.home / "spool").glob("*.audit") for line in f.read_text().splitlines()]
    shipped = r.sql("select code from qcr.read_audit where operation = 'explain' and outcome = 'done'")
    told = [line for line in lines if "explain" in line and CODE in line] or [row for row in shipped if row[0] == CODE]
    check("who asked about whom is in the read audit", told, (lines[-3:], shipped[-3:]))
    return answer


def for_people(r):
    done = r.qcr("explain", CODE)
    text = done.stdout
    explanation = explain(r, CODE)["explanation"]
    sums = [line.split() for line in text.splitlines() if line.startswith("  -") or line.startswith("  +")]
    total = [line.split() for line in text.splitlines() if line.startswith("  = ")]
    check("for people the score is a sum that adds up", sum(int(s[0]) for s in sums) == int(total[0][1]) == explanation["outcome"]["score"]
          and len(sums) > 2, text)
    check("each deduction with its document and until when", "剑市监处罚〔2026〕91号" in text and f"until {AHEAD}" in text, text)
    check("what does not count says why", all(words in text for words in ("another record of the same case counts", "passed: takes nothing off",
                                                                          "are over, by law or by this policy")), text)
    check("what was taken back or is over is not named", not any(n in text for n in ("93号", "94号", "〔2020〕4号")), text)
    check("when it changes by itself is said", "if nothing new is recorded" in text, text)
    measures = next(b for b in explanation["policy"]["bands"] if b["grade"] == explanation["outcome"]["grade"])["measures"]
    check("and what follows from the grade, with its basis", measures and all(m["en"] in text and m["basis"] in text for m in measures), text)
    nobody = r.sql("select code from qcr.code c where length(code) = 18 and not exists (select from qcr.record r where r.subject = c.subject)"
                   " order by code limit 1")[0][0]
    unrated = r.qcr("explain", nobody)
    check("an enterprise without records is told why it has no grade", "The policy wants 1 records for a grade; there are 0" in unrated.stdout,
          unrated.stdout)
    listed = r.qcr("explain", LISTED_CODE)
    check("a listing that holds the grade down is named (4)", listed.returncode == 4 and "on the blacklist" in listed.stdout, listed.stdout)


# -------------------------------------------------------------------------------------------- every one

def hidden_rows(r):
    """Documents that nobody is to be told of, by enterprise."""
    rows = r.sql("select subject, document, state, publicity_end, type, result, decided_on from qcr.record v where version = (select max(version) from qcr.record w"
                 " where (w.subject, w.authority_code, w.document_norm, w.type) = (v.subject, v.authority_code, v.document_norm, v.type))")
    shown, hidden, ended = set(), {}, {}
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date().isoformat()
    for subject, document, state, end, kind, result, decided_on in rows:
        record = naive_grade.Record({"type": kind, "result": result or None, "decided_on": decided_on, "publicity_end": end or None,
                                     "kinds": ["fine"], "severity": "ordinary", "case": document}, naive_grade.default_policy())
        over = decided_on <= today and naive_grade.number(today) >= (record.end if record.is_negative else record.publicity_end)
        if state == "active" and over:
            ended[subject] = ended.get(subject, 0) + 1
        if state != "active" or over:
            hidden.setdefault(subject, set()).add(document)
        else:
            shown.add((subject, document))
    return {s: {d for d in documents if (s, d) not in shown} for s, documents in hidden.items()}, ended


def every_enterprise(r):
    codes = [row[0] for row in r.sql("select code from qcr.code where length(code) = 18 order by code")]
    done, answers = explain_many(r, codes)
    check("every enterprise of the sample is explained, in the order asked", [a["code"] for a in answers] == codes and len(codes) == 3000)
    again = r.qcr("regrade", "-", stdin=done.stdout, env=OFFLINE, timeout=300)
    lines = again.stdout.splitlines()
    check("and reckoned again it is the same grade for all of them", again.returncode == 0 and len(lines) == 3000 and
          all(line.endswith("the same as was signed") for line in lines), [line for line in lines if "DIFFERS" in line][:3] or again.stderr)
    _, looked_up = r.lookup_many(codes)
    names = ("grade", "score", "grade_until", "reasons", "listing", "policy_hash")
    differ = [a["code"] for a, b in zip(answers, looked_up) if [a[n] for n in names] != [b[n] for n in names]]
    check("as lookups say it", not differ, differ[:3])
    differ = [a["code"] for a in answers
              if hashlib.sha256(packed_inputs.pack(a["explanation"]["inputs"])).hexdigest() != a["inputs"]]
    check("packed by another program, from the document alone, the inputs have the hash that was signed", not differ, differ[:3])
    hidden, ended = hidden_rows(r)
    told = [(a["code"], d) for a in answers for d in hidden.get(a["subject"], ())
            if any(record["document"] == d for record in a["explanation"]["records"])]
    check("none tells of a record that is over or was taken back", not told and sum(map(len, hidden.values())) > 100, told[:3])
    differ = [(a["code"], a["explanation"]["inputs"]["ended"], ended.get(a["subject"], 0)) for a in answers
              if a["explanation"]["inputs"]["ended"] != min(ended.get(a["subject"], 0), 1)]
    check("but each says that there are such, no further than the policy asks", not differ and max(ended.values()) > 1, differ[:3])
    unnamed = [a["code"] for a in answers if len(a["explanation"]["records"]) != len(a["explanation"]["inputs"]["records"])]
    check("every record that counts has its document", not unnamed, unnamed[:3])
    return answers


# ------------------------------------------------------------------------------------------------ changes

WORDS = {"type": packed_inputs.TYPES, "severity": packed_inputs.SEVERITIES, "result": packed_inputs.RESULTS,
         "certificate": (None, *packed_inputs.CERTIFICATES), "effect": tuple(packed_inputs.EFFECTS),
         "published": (True, False)}
DAYS = ("decided_on", "publicity_end", "valid_through", "from", "to", "next_change", "until")
# What the registry says beside the signature: names of organs and where a record stands in its files.
UNSIGNED = ("authority_name", "domain", "version", "serial")


def other_values(key, value):
    if key in WORDS and (value in WORDS[key] or value is None):
        return [w for w in WORDS[key] if w != value]
    if key in DAYS:
        if not value:
            return ["2027-01-01"]
        day = datetime.date.fromisoformat(value)
        return [None] + [(day + datetime.timedelta(days=n)).isoformat() for n in (1, -1) if day.year < 9999]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value * 2 + 7] + ([value - 1, 0] if value > 0 else [])
    if isinstance(value, str):
        last = "0" if value[-1:] != "0" else "1"
        return [value[:-1] + last, value + "x"]
    return ["x", 1]


def changes(value, key=None, is_set=False):
    """Each value that differs from this one in one place; of a set some may be missing."""
    if isinstance(value, dict):
        for name in value:
            if name in UNSIGNED:
                continue
            for other in changes(value[name], name):
                yield {**value, name: other}
            yield {n: v for n, v in value.items() if n != name}
        yield {**value, "another": 1}
    elif isinstance(value, list):
        for i, item in enumerate(value):
            for other in changes(item, key):
                yield value[:i] + [other] + value[i + 1:]
            yield value[:i] + [item, item] + value[i + 1:]
            if not is_set:
                yield value[:i] + value[i + 1:]
        for i in range(len(value) - 1):
            if value[i] != value[i + 1] and not is_set:
                yield value[:i] + [value[i + 1], value[i]] + value[i + 2:]
    else:
        yield from other_values(key, value)


def changed(answer, member):
    for other in changes(answer["explanation"][member], is_set=member == "records"):
        if other != answer["explanation"][member] or type(other) is not type(answer["explanation"][member]):
            yield {**answer, "explanation": {**answer["explanation"], member: other}}


def noticed(r, documents):
    """How many of the documents there are, and those that were taken for what was signed."""
    count, missed = 0, []
    while batch := [d for _, d in zip(range(4000), documents)]:
        _, verdicts = regrade(r, *batch)
        missed += [d for d, v in zip(batch, verdicts) if v["exit"] not in (1, 7)] if len(verdicts) == len(batch) else [len(verdicts)]
        count += len(batch)
    return count, missed


def kinds_changed(answer):
    """The sets of penalties and other members that are more than one value."""
    for i, record in enumerate(answer["explanation"]["inputs"]["records"]):
        for kind in packed_inputs.KINDS:
            other = copy.deepcopy(answer)
            kinds = set(record["kinds"]) ^ {kind}
            other["explanation"]["inputs"]["records"][i]["kinds"] = [k for k in packed_inputs.KINDS if k in kinds]
            yield other


def every_change(r, answers):
    some = sorted(answers, key=lambda a: -len(a["explanation"]["inputs"]["records"]))[:8]
    some += [a for a in answers if a["code"] in (CODE, LISTED_CODE)]
    some += [next(a for a in answers if a["grade"] == "unrated")]
    check("one of them is listed, and one has records of several types", any(a["explanation"]["inputs"]["listings"] for a in some) and
          any(len({x["type"] for x in a["explanation"]["inputs"]["records"]}) > 2 for a in some))
    for member, what in (("inputs", "facts"), ("records", "documents"), ("outcome", "outcome")):
        count, missed = noticed(r, (d for a in some for d in changed(a, member)))
        check(f"each of {count} single changes of the {what} is noticed", not missed and count > 300,
              [m if isinstance(m, int) else (m["code"], m["explanation"][member]) for m in missed[:1]])
    count, missed = noticed(r, (d for a in some for d in kinds_changed(a)))
    check(f"so is each of {count} kinds of penalty added or left out", not missed and count > 300, len(missed))
    one = next(a for a in some if a["code"] == CODE)
    count, missed = noticed(r, changed(one, "policy"))
    check(f"and each of {count} single changes of the policy", not missed and count > 100,
          [m["explanation"]["policy"] for m in missed[:1]])
    signed_lines = [n for n in one if n not in ("input", "request_id", "server", "receipt", "explanation")]
    count, missed = noticed(r, ({**one, n: v} for n in signed_lines for v in other_values(None, one[n])))
    check(f"and each of {count} changed lines of the answer", not missed and count > 60, missed[:1])

    swapped = {**one, "explanation": {**one["explanation"], "inputs": some[0]["explanation"]["inputs"]}}
    policy = json.loads((TOP / "share" / "policies" / "quality-credit-aaa.json").read_text())
    replaced = {**one, "explanation": {**one["explanation"], "policy": policy}}
    _, verdicts = regrade(r, swapped, replaced)
    check("another enterprise's facts differ, and so does another policy", [v["differs"][:1] for v in verdicts] == [["inputs"], ["policy"]],
          verdicts)
    path = r.dir / "forged.json"
    path.write_text(json.dumps(replaced))
    done = r.qcr("regrade", path, env=OFFLINE)
    check("for people it says DIFFERS and what (1)", done.returncode == 1 and "DIFFERS: policy" in done.stdout, done.stdout)
    path.write_text(json.dumps([one, replaced]))
    done = r.qcr("regrade", path, "--json", env=OFFLINE)
    check("of several one that differs is enough (10)", done.returncode == 10 and [v["same"] for v in json.loads(done.stdout)] == [True, False],
          done.stdout)


# ---------------------------------------------------------------------------------------------- receipts

def receipts(r, answers):
    roots = verify_receipt.load_roots(r.home / "ca" / "ca.pem")
    texts = [a["explanation"]["receipt"].encode() for a in answers[:300]]
    agreed = sum(verify_receipt.fields(verify_receipt.verify(text, roots))["inputs"] == a["inputs"] for text, a in zip(texts, answers))
    check("the other verifier agrees on the receipts of explanations", agreed == len(texts), agreed)
    path = r.dir / "explained.receipt"
    answer = explain(r, CODE, "--receipt", path)
    check("a receipt can be kept", path.read_text() == answer["explanation"]["receipt"] and answer["receipt"] == str(path), answer["receipt"])
    done = r.qcr("verify", path, env=OFFLINE)
    check("it verifies, and is called an explanation", done.returncode == 0 and "an explanation of a grade" in done.stdout, done.stdout)
    whole = path.read_bytes()
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    refused, python, again = 0, 0, []
    for _ in range(200):
        at = rng.randrange(len(whole))
        forged = bytearray(whole)
        forged[at] ^= 1 << rng.randrange(5)  # never NUL, which no JSON here may hold
        path.write_bytes(forged)
        refused += r.qcr("verify", path, env=OFFLINE).returncode == 7
        try:
            verify_receipt.verify(bytes(forged), roots)
        except verify_receipt.Refused:
            python += 1
        again.append({**answer, "explanation": {**answer["explanation"], "receipt": forged.decode()}})
    _, verdicts = regrade(r, *again)
    check(f"each of 200 one-bit changes is refused with 7 (seed {seed})", refused == 200, refused)
    check("by the other verifier as well", python == 200, python)
    check("and by regrade, which then reckons nothing", [v["exit"] for v in verdicts] == [7] * 200 and not any("outcome" in v for v in verdicts))

    r.lookup(CODE, "--receipt", path)
    passed_off = {**answer, "explanation": {**answer["explanation"], "receipt": path.read_text()}}
    _, verdicts = regrade(r, passed_off)
    check("a lookup's receipt is no explanation's", "kind" in verdicts[0]["differs"], verdicts)
    other = {**answer, "explanation": {**answer["explanation"], "receipt": answers[0]["explanation"]["receipt"]}}
    _, verdicts = regrade(r, other)
    check("nor is another enterprise's", verdicts[0]["exit"] == 1 and "inputs" in verdicts[0]["differs"], verdicts)


# --------------------------------------------------------------------------------------------------- gates

class Gated(Registry):
    """Founded under the policy with grades that points alone do not give."""
    def _found(self):
        policies = self.dir / "closed" / "share" / "policies"
        (policies / "default.json").write_bytes((policies / "quality-credit-aaa.json").read_bytes())
        self._found_anew()


def certificate(r, number, decided_on, valid_through):
    file_record(r, number, "certificate", "--certificate", "iso9001", "--valid-through", valid_through, "--detail", f"number={number}", "--detail",
                "body=华信样例认证有限公司", "--detail", "scope=菜籽油的生产", decided_on=decided_on)


def rows_of(text, title):
    """The rows of one section."""
    lines = text.split("\n" + title + "\n")
    return [line.strip() for line in lines[1].split("\n\n")[0].splitlines()] if len(lines) == 2 else []


def gates():
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    lately = today.replace(day=min(today.day, 28))
    years_on = lambda n: lately.replace(year=lately.year + n)
    with Gated() as r:
        lines = (SAMPLE / "enterprises.csv").read_text().splitlines()
        (r.dir / "one.csv").write_text("\n".join([lines[0]] + [line for line in lines if CODE in line]) + "\n")
        r.import_file("enterprises", r.dir / "one.csv")
        file_record(r, "剑市监处罚〔2026〕1号", "penalty", "--kind", "warning", "--publicity-end", AHEAD, decided_on=str(lately))
        asked = rows_of(r.qcr("explain", CODE).stdout, "What higher grades still ask for")
        check("a higher grade says which certificate it wants", [line for line in asked if line == "a valid certificate iso9001, held for 36 months"],
              asked)
        check("and how long there must be no deduction, with the day", [line for line in asked if "no deduction for 24 months" in line and
                                                                        f"met on {years_on(2)}" in line], asked)
        certificate(r, "QMS-1", str(years_on(-2)), str(years_on(-1)))
        certificate(r, "QMS-2", str(years_on(-1)), AHEAD)
        answer = explain(r, CODE)
        text = r.qcr("explain", CODE).stdout
        asked = rows_of(text, "What higher grades still ask for")
        held = years_on(1)
        check("certificates that follow on each other are held since the first", [line for line in asked if "iso9001" in line and
                                                                                  f"met on {held}" in line], asked)
        days = rows_of(text, "What changes by itself, if nothing new is recorded")
        lifted = [line.split()[:2] for line in days]
        check("the days to come say when each grade is reached, as the registry will grade then", answer["grade"] == "A" and
              [grade for _, grade in lifted][:2] == ["AA", "AAA"] and lifted[0][0] == answer["grade_until"], (answer["grade"], days))
        check("the grade that is reached first is met on the day its gate says", lifted[0][0] == str(held), (lifted, asked))
        status, _ = regrade(r, answer)
        check("under this policy too it is reckoned again as it was signed", status == 0)


# ------------------------------------------------------------------------------------------------ troubles

def many_named(r):
    """As many records as an enterprise can have, nearly, with numbers and authorities about as long as they may be."""
    name, code = r.sql("select v.name, c.code from qcr.code c join qcr.party_version v using (subject) where c.code like '91%' and not exists"
                       " (select from qcr.record x where x.subject = c.subject) order by c.code limit 1")[0]
    with open(SAMPLE / "penalties.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    every_kind = "警告、通报批评、罚款、没收违法所得、没收非法财物、暂扣许可证件、降低资质等级、责令停产停业、责令关闭、吊销许可证件、限制从业、行政拘留"
    like = next(row for row in rows if row["CF_XDR_LB"] == "法人及非法人组织" and row["CF_CFLB"] == "罚款")
    with open(r.dir / "many.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, like.keys())
        out.writeheader()
        for n in range(1000):
            number = f"剑市监处罚〔2026〕{10000 + n}号"
            out.writerow({**like, "CF_XDR_MC": name, "CF_XDR_SHXYM": code, "CF_XDR_ZZJG": "", "CF_WSH": "长" * (72 - len(number)) + number,
                          "CF_JDRQ": "2026-06-01", "CF_GSJZQ": "2099-06-01", "CF_CFJG": "剑阁县市场监督管理局" * 6 + "剑门关分局", "CF_CFLB": every_kind,
                          "CF_NR_WFFF": "1"})
    counts = r.import_file("penalties", r.dir / "many.csv")
    wait_until(lambda: len(explain(r, code)["explanation"]["inputs"]["records"]) == 1000, 20)
    answer = explain(r, code)
    explanation = answer["explanation"]
    check("of a thousand records with long names each is named", len(explanation["inputs"]["records"]) == 1000 and
          len(explanation["records"] or []) == 1000, (counts, len(explanation["inputs"]["records"]), len(explanation["records"] or [])))
    status, _ = regrade(r, answer)
    check("and their grade is reckoned again", status == 0)
    return code


def one_missing(r, code):
    """The store has one record less than the view: as after damage, or a moment before the view is told of a withdrawal."""
    r.sql("set session_replication_role = replica; update qcr.record set document_norm = document_norm || 'X' where ordinal = 7 and subject ="
          f" (select subject from qcr.code where code = '{code}')")
    answer = explain(r, code)
    check("where one is missing none is passed off as all of them", answer["exit"] == 0 and answer["explanation"]["records"] is None and
          len(answer["explanation"]["inputs"]["records"]) == 1000, answer["explanation"]["records"])
    done = r.qcr("explain", code)
    check("people are told that numbers are missing, and see the others", "could not name all of the documents" in done.stdout and
          "〕10006号" not in done.stdout and "〕10007号" in done.stdout, done.stdout[-300:])
    status, _ = regrade(r, answer)
    check("which is enough to reckon it again, too", status == 0)

def while_it_changes(r):
    """Explanations of a file that is being written: the sealer's view and the worker's may be two."""
    stop, told = threading.Event(), []

    def ask():
        while not stop.is_set():
            told.append(r.qcr("explain", CODE, "--json"))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for n in range(25):
        file_record(r, f"剑市监处罚〔2026〕{500 + n}号", "penalty", "--kind", "warning", "--publicity-end", AHEAD)
    stop.set()
    for asker in askers:
        asker.join()
    statuses = {done.returncode for done in told}
    answers = [json.loads(done.stdout) for done in told if done.returncode == 0]
    check("while a file changes it is explained as it stands, or not at all", statuses <= {0, 5} and 0 in statuses, statuses)
    sizes = {len(a["explanation"]["inputs"]["records"]) for a in answers}
    _, verdicts = regrade(r, *answers)
    check(f"each of {len(answers)} explanations in between agrees with itself", len(sizes) > 3 and all(v["same"] for v in verdicts), sizes)


def without_store(r):
    r.pg_stop()
    answer = explain(r, CODE)
    check("without the store the grade is explained all the same, and the documents are missing",
          answer["exit"] == 0 and answer["explanation"]["records"] is None and answer["explanation"]["inputs"]["records"], answer)
    status, _ = regrade(r, answer)
    check("which is enough to reckon it again", status == 0)
    check("and the log says why they are missing", "request.without" in r.log(), r.log()[-500:])
    done = r.qcr("explain", CODE)
    check("people are told what is missing", "could not name all of the documents" in done.stdout, done.stdout)
    r.pg_start()


def main():
    with Registry(config={"lookups_per_day": 1000000}) as r:
        r.import_sample()
        make_file(r)
        no_grade(r)
        one_file(r)
        for_people(r)
        answers = every_enterprise(r)
        every_change(r, answers)
        receipts(r, answers)
        while_it_changes(r)
        one_missing(r, many_named(r))
        without_store(r)
    gates()
    finish()


main()
