#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Records of all fifteen types: filed, refused, listed, graded, corrected, repaired, over."""
import datetime
import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import People  # noqa: E402
from registry import ORIGIN, PG, SAMPLE, TOP, Registry, check, finish  # noqa: E402

AUTHORITY = "11510823008765438X"
POLICY = TOP / "share" / "policies" / "quality-credit-aaa.json"
DAY = "2026-06-02"

SAMPLED = {"batch": "2026-01", "product": "菜籽油", "place": "production", "level": "county"}
CERTIFIED = {"number": "00124Q1", "body": "华信样例认证有限公司", "scope": "菜籽油的加工"}
# Each type with everything it must have: flags, details, and what the list shows beside them.
TYPES = {
    "penalty": (["--kind", "fine", "--kind", "closure", "--fine", "20000.00", "--severity", "serious"], {}),
    "sampling": (["--result", "fail", "--severity", "ordinary"], {**SAMPLED, "item": "酸价", "notified_on": "2026-06-01"}),
    "recall": (["--severity", "serious"], {"product": "菜籽油", "reason": "黄曲霉毒素超标", "mode": "ordered", "level": "1", "quantity": "1200"}),
    "complaint": (["--result", "pass"], {"matter": "短斤少两", "received_on": "2026-05-20", "settlement": "已退款"}),
    "accident": ([], {"matter": "锅炉爆炸", "occurred_on": "2026-05-01", "class": "general", "deaths": "0", "injured": "2"}),
    "certificate": (["--certificate", "iso9001", "--valid-through", "2029-06-01"], {**CERTIFIED, "standard": "GB/T 19001-2016"}),
    "award": (["--valid-through", "2029-06-01"], {"title": "县长质量奖", "level": "county", "year": "2026"}),
    "commitment": ([], {"matter": "不使用非食用物质", "mode": "voluntary", "published_on": "2026-06-02"}),
    "breach": (["--severity", "serious"], {"matter": "未按期整改", "commitment": "承诺〔2026〕1号"}),
    "brand": (["--valid-through", "2031-06-01"], {"title": "剑门", "kind": "known-mark", "level": "provincial"}),
    "permit": (["--valid-through", "2031-06-01"], {"number": "SC10251082300001", "kind": "ordinary", "title": "食品生产许可证"}),
    "acceptance": (["--result", "fail"], {"project": "剑门关隧道", "permit": "510823202600010101", "role": "construction", "first_time": "no",
                                          "defect": "渗水"}),
    "inspection": (["--result", "fail"], {"kind": "emission", "matter": "废水排放", "measured": "COD 120 mg/L", "limit": "COD 100 mg/L"}),
    "survey": ([], {"score": "92", "sample": "1000", "agency": "县统计局调查队"}),
    "assessment": (["--valid-through", "2027-06-01"], {"agency": "某信用评价有限公司", "agency_code": "91510823MA6250A19N",
                                                       "standard": "DB51/T 2401-2017", "rating": "AA", "scale": "AAA AA A B C D"}),
}
# What a serious or a failed one of each costs under the policy; the others cost nothing.
COSTS = {"penalty": 60, "sampling": 10, "recall": 20, "accident": 30, "breach": 20, "acceptance": 10, "inspection": 5}


class Graded(Registry):
    """Under the policy by which every finding costs."""

    def _found(self):
        self.pg_start()
        self._run([PG, "database", self.pg, "qcr"])
        self._run(["qcr-admin", "init", "--home", self.home, "--database", self.database, "--origin", ORIGIN, "--people", self.people,
                   "--policy", POLICY])


class Parties:
    """Enterprises nobody has recorded anything of."""

    def __init__(self, r):
        self.rows = r.sql("SELECT c.code, v.name FROM qcr.code c JOIN qcr.party_version v USING (subject) JOIN qcr.party p USING (subject)"
                          " WHERE c.code LIKE '9151%' AND v.registration = 'active' AND v.name !~ '[|]' ORDER BY c.code LIMIT 60")

    def next(self):
        return tuple(self.rows.pop(0))


def words(party, kind, document, flags=(), details=None, decided_on=DAY, authority=AUTHORITY):
    given = [w for n, v in (details or {}).items() for w in ("--detail", f"{n}={v}")]
    return ["record", "file", "--code", party[0], "--name", party[1], "--type", kind, "--domain", "product", "--authority-code", authority,
            "--authority", "剑阁县市场监督管理局", "--document", document, "--decided-on", decided_on, *flags, *given, "--yes", "--json"]


def file(r, party, kind, document, flags=(), details=None, decided_on=DAY, who="recorder", authority=AUTHORITY):
    done = r.qcr(*words(party, kind, document, flags, details, decided_on, authority), who=who)
    return done.returncode, json.loads(done.stdout or "{}")


def listed(r, party, document, who="auditor"):
    """With what has ended, for who may see it; what a regulator sees is less."""
    why = ["--purpose", "核对记录"] if who != "regulator" else []
    rows = json.loads(r.qcr("record", "list", party[0], *why, "--json", who=who).stdout)["records"]
    return next((row for row in rows if row["document"] == document), None)


def explained(r, party):
    return json.loads(r.qcr("explain", party[0], "--json").stdout)["explanation"]


def without(details, name):
    return {n: v for n, v in details.items() if n != name}


def refusals(r, party):
    """Each wants one thing too much or too little; nothing is written."""
    def both(kind, more, details=None):
        flags, own = TYPES[kind]
        return kind, [*flags, *more], own if details is None else details

    cases = [
        ("a penalty without a kind", ("penalty", [], {}), 2006, "kind"),
        ("a sampling with a kind of penalty", both("sampling", ["--kind", "fine"]), 2007, "kind"),
        ("a certificate with a severity", both("certificate", ["--severity", "ordinary"]), 2007, "severity"),
        ("a survey with a severity", both("survey", ["--severity", "serious"]), 2007, "severity"),
        ("a recall with a fine", both("recall", ["--fine", "1"]), 2007, "fine_fen"),
        ("a breach with an amount confiscated", both("breach", ["--confiscated-fen", "1"]), 2007, "confiscated_fen"),
        ("a penalty with a result", both("penalty", ["--result", "pass"]), 2007, "result"),
        ("a recall with a result", both("recall", ["--result", "fail"]), 2007, "result"),
        ("an award with a result", both("award", ["--result", "pass"]), 2007, "result"),
        ("an acceptance without a result", ("acceptance", [], TYPES["acceptance"][1]), 2006, "result"),
        ("an inspection without a result", ("inspection", [], TYPES["inspection"][1]), 2006, "result"),
        ("a certificate without its kind", ("certificate", [], CERTIFIED), 2006, "certificate"),
        ("a permit with a kind of certificate", both("permit", ["--certificate", "production"]), 2007, "certificate"),
        ("a penalty that is valid for a time", both("penalty", ["--valid-through", "2027-01-01"]), 2007, "valid_through"),
        ("a sampling that is valid for a time", both("sampling", ["--valid-through", "2027-01-01"]), 2007, "valid_through"),
        ("a commitment that is valid for a time", both("commitment", ["--valid-through", "2027-01-01"]), 2007, "valid_through"),
        ("a brand that was over before it began", ("brand", ["--valid-through", "2026-06-01"], TYPES["brand"][1]), 2007, "valid_through"),
        ("a penalty with a detail", both("penalty", [], {"batch": "1"}), 2007, "detail.batch"),
        ("a detail of another type", both("recall", [], {**TYPES["recall"][1], "place": "production"}), 2007, "detail.place"),
        ("a word that is none of the detail's", both("sampling", [], {**SAMPLED, "place": "factory"}), 2007, "detail.place"),
        ("a day that is none", both("sampling", [], {**SAMPLED, "retest_on": "2026-02-30"}), 2007, "detail.retest_on"),
        ("a score above a hundred", both("survey", [], {**TYPES["survey"][1], "score": "101"}), 2007, "detail.score"),
        ("a score that is no whole number", both("survey", [], {**TYPES["survey"][1], "score": "92.5"}), 2007, "detail.score"),
        ("an agency whose code is none", both("assessment", [], {**TYPES["assessment"][1], "agency_code": "91510823MA6250A19X"}), 2007,
         "detail.agency_code"),
    ]
    for kind, (flags, details) in TYPES.items():
        for name in details:
            if name in {"sampling": SAMPLED, "certificate": CERTIFIED}.get(kind, details) and name not in OPTIONAL.get(kind, ()):
                cases.append((f"a {kind} without its {name}", (kind, flags, without(details, name)), 2006, f"detail.{name}"))
    for what, (kind, flags, details), error, field in cases:
        status, answer = file(r, party, kind, "剑字〔2026〕0号", flags, details)
        check(f"{what} is refused by its field", (status, answer.get("error"), answer.get("field")) == (2, error, field),
              (status, answer.get("error"), answer.get("field"), answer.get("detail")))
        said = {"--severity": {"ordinary": "1", "serious": "2"}.get, "--fine": lambda yuan: yuan + "00"}
        given = [said.get(flag, lambda same: same)(value) for flag, value in zip(flags[::2], flags[1::2])]
        check(f"and {what} by its value", error != 2007 or field.startswith("detail.") or answer.get("value") in given, (given, answer))
    sealed = {"facts": "当事人身份证号51082319800101001X", "conduct": "联系电话13808120001", "remark": "51082319800101001x"}
    for name, text in sealed.items():
        status, answer = file(r, party, "penalty", "剑字〔2026〕0号", ["--kind", "fine", f"--{name}", text])
        check(f"a number of a person in {name} is refused, and not said back", (status, answer.get("error"), answer.get("field"), answer.get("value") or "")
              == (2, 2007, name, "") and text not in json.dumps(answer, ensure_ascii=False), answer)
    status, answer = file(r, party, "complaint", "剑字〔2026〕0号", [], {**TYPES["complaint"][1], "settlement": "已联系13808120001"})
    check("and in a detail", (status, answer.get("error"), answer.get("field"), answer.get("value") or "") == (2, 2007, "detail.settlement", ""), answer)
    for code in ("市监局", "1151 08/23"):
        status, answer = file(r, party, "penalty", "剑字〔2026〕0号", ["--kind", "fine"], authority=code)
        check(f"the authority {code} is refused", (status, answer.get("error"), answer.get("field"), answer.get("value"))
              == (2, 2007, "authority_code", code), answer)
    status, answer = file(r, party, "sampling", "剑字〔2026〕0号", TYPES["sampling"][0], {**SAMPLED, "place": "factory"})
    check("a refusal says the value and what it may be", answer.get("value") == "factory" and "production, circulation" in answer["detail"], answer)
    done = r.qcr(*[w for w in words(party, "recall", "剑字〔2026〕0号", [], {}) if w != "--json"], who="recorder")
    check("to people it says which details the type has", done.returncode == 2 and "product* product" in done.stderr and "mode*" in done.stderr,
          done.stderr)
    for what, flags in (("a detail that is no NAME=VALUE", ["--detail", "batch"]), ("a result that is none", ["--result", "passed"]),
                        ("a kind of certificate that is none", ["--certificate", "none"]), ("a last day that is none", ["--valid-through", "2026/1/1"])):
        done = r.qcr(*words(party, "sampling", "剑字〔2026〕0号", flags), who="recorder")
        check(f"{what} is a usage error", done.returncode == 2, (done.returncode, done.stdout, done.stderr))
    done = r.qcr(*words(party, "sampling", "剑字〔2026〕0号", ["--detail", "batch=1", "--detail", "batch=2"]), who="recorder")
    check("a detail given twice is refused", json.loads(done.stdout).get("field") == "detail.batch", done.stdout)
    status, answer = file(r, party, "recall", "剑字〔2026〕0号", [], {**TYPES["recall"][1]}, decided_on="2099-01-01")
    check("what is decided tomorrow is refused", (status, answer.get("reason")) == (11, "date-in-future"), answer)
    check("nothing of it was written", r.sql("SELECT count(*) FROM qcr.record") == [["0"]])


OPTIONAL = {"recall": ("level", "quantity"), "complaint": ("settlement",), "accident": ("class", "deaths", "injured"), "award": ("year",),
            "commitment": ("published_on",), "acceptance": ("defect",), "inspection": ("measured", "limit"), "assessment": ("scale",)}


def by_wire(r, party):
    """What the client would not send."""
    with People(r) as people:
        def tried(**more):
            record = {"code": party[0], "name": party[1], "type": "sampling", "domain": "product", "authority_code": AUTHORITY,
                      "authority_name": "剑阁县市场监督管理局", "document": "剑字〔2026〕0号", "kind": [], "decided_on": DAY, **more}
            return people["recorder"].call("record_file", {"record": record})

        answer = tried(detail=[{"name": "batch", "value": str(n)} for n in range(17)])
        check("more details than any type has are refused", (answer.get("code"), answer.get("field")) == (2007, "detail"), answer)
        answer = tried(detail=[{"name": "", "value": "1"}])
        check("a detail without a name is refused", (answer.get("code"), answer.get("field")) == (2006, "detail"), answer)
        answer = tried(detail=[{"name": "batch", "value": "x" * 301}])
        check("a value that is too long is refused", (answer.get("code"), answer.get("field")) == (2007, "detail.batch"), answer)
        answer = tried(severity=3)
        check("a severity that is none is refused", (answer.get("code"), answer.get("field"), answer.get("value")) == (2007, "severity", "3"), answer)
        answer = tried(type="penalty", fine_fen=10**15)
        check("an amount nobody pays is refused", (answer.get("code"), answer.get("field"), answer.get("value")) == (2007, "fine_fen", str(10**15)),
              answer)
        answer = tried(result="passed")
        check("a result that is none is refused", (answer.get("code"), answer.get("field"), answer.get("value")) == (2007, "result", "passed"), answer)
        answer = tried(type="certificate", certificate="none")
        check("a certificate of no kind is refused", (answer.get("code"), answer.get("field")) == (2007, "certificate"), answer)


def each_type(r, parties):
    """Every type is filed, listed as it was filed, and costs what the policy says."""
    for number, (kind, (flags, details)) in enumerate(TYPES.items(), 1):
        party, document = parties.next(), f"剑字〔2026〕{number}号"
        status, answer = file(r, party, kind, document, flags, details)
        check(f"a {kind} is filed", (status, answer.get("outcome")) == (0, "filed"), answer)
        row = listed(r, party, document) or {}
        said = {flag.lstrip("-").replace("-", "_"): value for flag, value in zip(flags[::2], flags[1::2])}
        check(f"and listed with all it has, the {kind}", row.get("type") == kind and row.get("detail") == details and row.get("ordinal") == 1 and
              all(row.get(name) == said.get(name) for name in ("severity", "result", "certificate", "valid_through")), row)
        again = file(r, party, kind, document, flags, dict(reversed(details.items())))
        check(f"sent again in another order the {kind} is unchanged", again[1].get("outcome") == "unchanged", again)
        answer = r.lookup(party[0])
        check(f"a {kind} costs what the policy says", int(answer.get("score", -1)) == 100 - COSTS.get(kind, 0), answer)
    row = listed(r, ("91510823141777630N",), "")
    check("an enterprise without records has none listed", row is None)
    shown = r.qcr("record", "list", party[0]).stdout
    check("people see the details by their names", "agency 某信用评价有限公司" in shown and "through 2027-06-01" in shown, shown)


def what_passed(r, parties):
    for kind, flags, details in (("sampling", [], SAMPLED), ("complaint", ["--severity", "serious"], TYPES["complaint"][1]),
                                 ("acceptance", [], TYPES["acceptance"][1]), ("inspection", [], TYPES["inspection"][1])):
        party = parties.next()
        status, answer = file(r, party, kind, "剑字〔2026〕30号", ["--result", "pass", *flags], details)
        answer = r.lookup(party[0])
        check(f"a {kind} that passed costs nothing", (answer["grade"], answer["score"], answer["reasons"]) == ("A", "100", "-"), answer)
    party = parties.next()
    file(r, party, "sampling", "剑字〔2026〕31号", [], SAMPLED)
    check("a sampling without a result counts as failed", r.lookup(party[0])["score"] == "90")
    status, answer = file(r, party, "sampling", "剑字〔2026〕31号", ["--result", "pass"], SAMPLED)
    check("to say that it passed waits for a second person", answer.get("outcome") == "proposed", answer)
    check("until then it counts", r.lookup(party[0])["score"] == "90")
    before = r.lookup(party[0])["serial"]
    done = r.qcr("approve", answer["proposal"], "--yes", "--json", who="reviewer")
    check("and then no more", done.returncode == 0 and r.lookup(party[0])["score"] == "100", done.stdout)
    past = r.lookup(party[0], "--known-at", before)
    check("what was known before stays what it was", past.get("score") == "90", past)
    status, answer = file(r, party, "sampling", "剑字〔2026〕31号", ["--result", "fail", "--severity", "serious"], SAMPLED)
    check("that it failed after all is corrected at once", answer.get("outcome") == "corrected" and r.lookup(party[0])["score"] == "80", answer)
    status, answer = file(r, party, "sampling", "剑字〔2026〕31号", ["--result", "fail", "--severity", "serious"], {**SAMPLED, "item": "酸价"})
    check("a correction of a detail alone is a version of its own", answer.get("outcome") == "corrected" and
          listed(r, party, "剑字〔2026〕31号")["version"] == 4, answer)


def certificates(r, parties):
    """What is valid for a time lifts for that time."""
    held, over, young = parties.next(), parties.next(), parties.next()
    file(r, held, "certificate", "证〔2021〕1号", ["--certificate", "iso9001", "--valid-through", "2030-12-31"], CERTIFIED, "2021-01-04")
    file(r, over, "certificate", "证〔2021〕2号", ["--certificate", "iso9001", "--valid-through", "2026-10-31"], CERTIFIED, "2021-01-04")
    file(r, young, "certificate", "证〔2026〕3号", ["--certificate", "iso9001", "--valid-through", "2030-12-31"], CERTIFIED, DAY)
    answer = r.lookup(held[0])
    check("a certificate held for years opens the upper grade until its last day is over", (answer["grade"], answer["grade_until"]) ==
          ("AAA", "2031-01-01"), answer)
    answer = r.lookup(over[0])
    check("one that is over does not", answer["grade"] == "A", answer)
    check("but did while it was valid", r.lookup(over[0], "--as-of", "2026-10-31")["grade"] == "AAA")
    check("and not on the day after", r.lookup(over[0], "--as-of", "2026-11-01")["grade"] == "A")
    check("nor does one that is too young", r.lookup(young[0])["grade"] == "A")
    status, answer = file(r, over, "certificate", "证〔2021〕2号", ["--certificate", "iso9001", "--valid-through", "2030-10-31"], CERTIFIED, "2021-01-04")
    check("to make it valid for longer waits for a second person", answer.get("outcome") == "proposed", answer)
    permit = parties.next()
    flags, details = TYPES["permit"]
    file(r, permit, "permit", "证〔2026〕4号", flags, details)
    status, answer = file(r, permit, "permit", "证〔2026〕4号", ["--valid-through", "2031-06-02"], details)
    check("so does a permit that no grade asks for", answer.get("outcome") == "proposed", answer)
    status, answer = file(r, permit, "permit", "证〔2026〕4号", ["--valid-through", "2031-05-31"], details)
    check("but not to make it end sooner", answer.get("outcome") == "corrected", answer)


def masked(r, parties):
    """What is lighter waits for a second person, too, where the score is at its floor and would not move."""
    party = parties.next()
    for n in range(3):
        file(r, party, "penalty", f"剑市监处罚〔2026〕80{n}号", *TYPES["penalty"])
    answer = r.lookup(party[0])
    check("three serious closures leave no point", answer["score"] == "0", answer)
    for what, flags in (("a lower fine", ["--kind", "fine", "--kind", "closure", "--fine", "19999.99", "--severity", "serious"]),
                        ("a lighter kind", ["--kind", "fine", "--kind", "suspension", "--fine", "20000.00", "--severity", "serious"]),
                        ("a lower severity", ["--kind", "fine", "--kind", "closure", "--fine", "20000.00", "--severity", "ordinary"])):
        status, answer = file(r, party, "penalty", "剑市监处罚〔2026〕800号", flags)
        check(f"{what} waits", (status, answer.get("outcome"), answer.get("grade_before")) == (0, "proposed", answer.get("grade_after")), answer)
    status, answer = file(r, party, "penalty", "剑市监处罚〔2026〕800号", [*TYPES["penalty"][0], "--publicity-end", "2027-06-02"])
    check("and an earlier end of publicity", answer.get("outcome") == "proposed", answer)
    status, answer = file(r, party, "penalty", "剑市监处罚〔2026〕800号", ["--kind", "fine", "--kind", "closure", "--fine", "20000.01", "--severity", "serious"])
    check("a heavier one does not", answer.get("outcome") == "corrected", answer)
    check("and of all that waits nothing was done", listed(r, party, "剑市监处罚〔2026〕800号")["fine_fen"] == 2000001)


def one_authority(r, parties):
    """Whichever way its code is typed."""
    party, document = parties.next(), "剑市监处罚〔2026〕700号"
    file(r, party, "penalty", document, ["--kind", "warning"])
    for typed in (AUTHORITY.lower(), f" {AUTHORITY[:8]} {AUTHORITY[8:]}", "".join(chr(ord(c) + 0xFEE0) for c in AUTHORITY)):
        status, answer = file(r, party, "penalty", document, ["--kind", "warning"], authority=typed)
        check(f"typed {typed!r} the record is unchanged", (status, answer.get("outcome")) == (0, "unchanged"), answer)
    check("it is one record", r.sql(f"SELECT authority_code FROM qcr.record WHERE document = '{document}'") == [[AUTHORITY]])
    status, answer = propose(r, party, "penalty", document, authority=AUTHORITY.lower())
    done = r.qcr("approve", answer.get("proposal", ""), "--yes", "--json", who="reviewer")
    check("and is withdrawn by any of these", done.returncode == 0 and listed(r, party, document)["state"] == "withdrawn", (answer, done.stdout))


def before_details(r, parties):
    """A sampling as it was filed before types had details."""
    party, document = parties.next(), "剑检〔2024〕600号"
    status, answer = file(r, party, "sampling", document)
    check("filed today it wants its details", (status, answer.get("error"), answer.get("field")) == (2, 2006, "detail.batch"), answer)
    status, answer = file(r, party, "certificate", document)
    check("and a certificate its kind", (status, answer.get("error"), answer.get("field")) == (2, 2006, "certificate"), answer)
    file(r, party, "sampling", document, [], SAMPLED)
    where = f"WHERE document = '{document}' AND version = 1"
    (fields,), = r.sql(f"SELECT json_build_array(subject, authority_code, document, document_norm, type, state, domain, decided_on - '1970-01-01'::date,"
                       f" source_code, authority_name, party_name, encode(content_hash, 'hex')) FROM qcr.record JOIN qcr.record_body"
                       f" USING (subject, authority_code, document_norm, type, version) {where}")
    subject, office, written, norm, kind, state, domain, day, source, name, called, now = json.loads(fields)
    none = signed(-2**31)
    then = hashlib.sha256(b"qcr-record/v1\n" + b"".join(map(counted, (subject, office, written, norm, kind, state, domain))) + varint(0) * 2 +
                          signed(0) * 2 + signed(day) + none * 2 + b"".join(map(counted, (source, name, called, *[""] * 7)))).hexdigest()

    def put(details, content_hash):
        r.sql(f"UPDATE qcr.record SET content_hash = '\\x{content_hash}' {where}")
        r.sql(f"UPDATE qcr.record_body SET details = '{details}' WHERE (subject, authority_code, document_norm, type, version) IN"
              f" (SELECT subject, authority_code, document_norm, type, version FROM qcr.record {where})")

    put("", then)
    status, answer = file(r, party, "sampling", document)
    check("what was filed before and is sent again is unchanged", (status, answer.get("outcome")) == (0, "unchanged"), answer)
    status, answer = file(r, party, "sampling", document, ["--severity", "serious"])
    check("and may be corrected as it is", (status, answer.get("outcome")) == (0, "corrected"), answer)
    status, answer = file(r, party, "sampling", document, ["--severity", "serious"], SAMPLED)
    check("or get its details", (status, answer.get("outcome")) == (0, "corrected"), answer)
    status, answer = file(r, party, "sampling", document, ["--severity", "serious", "--remark", "更正"])
    check("which it does not lose again", (status, answer.get("error"), answer.get("field")) == (2, 2006, "detail.batch"), answer)
    put("".join(f"{n} {v}\n" for n, v in SAMPLED.items()), now)


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def signed(n):
    return varint(2 * n if n >= 0 else -2 * n - 1)


def counted(text):
    octets = text.encode()
    return varint(len(octets)) + octets


def propose(r, party, kind, document, *more, who="officer", authority=AUTHORITY):
    done = r.qcr("record", "withdraw", "--code", party[0], "--authority-code", authority, "--type", kind, "--document", document,
                 "--reason", "已整改并缴清罚款", "--basis-document", "剑市监修复〔2026〕1号", "--yes", "--json", *more, who=who)
    return done.returncode, json.loads(done.stdout)


def repairs(r, parties):
    party, document = parties.next(), "剑市监处罚〔2026〕901号"
    flags, details = TYPES["penalty"]
    file(r, party, "penalty", document, flags, details)
    file(r, party, "sampling", "剑检〔2026〕902号", ["--result", "pass"], SAMPLED)
    check("before a repair the penalty costs", r.lookup(party[0])["score"] == "40")
    status, answer = propose(r, party, "sampling", "剑检〔2026〕902号", "--repaired")
    check("what passed cannot be repaired", (status, answer.get("field")) == (2, "repair"), answer)
    status, answer = propose(r, party, "recall", document, "--repaired")
    check("what is not there cannot be repaired", (status, answer.get("reason")) == (11, "record-unknown"), answer)
    status, answer = propose(r, party, "penalty", document, "--repaired", who="regulator")
    check("who may not file may not propose a repair", status == 8, answer)
    status, answer = propose(r, party, "penalty", document, "--repaired")
    check("a repair is proposed, not done", (status, answer.get("outcome")) == (0, "proposed") and r.lookup(party[0])["score"] == "40", answer)
    proposal = answer["proposal"]
    pending = [json.loads(line) for line in r.qcr("pending", "--jsonl", who="reviewer").stdout.splitlines()]
    row = next((p for p in pending if p.get("proposal") == proposal), {})
    check("the second person sees that it is a repair", row.get("kind") == "record-repair" and row.get("summary", "").startswith("repair penalty"), pending)
    check("the same human under another certificate cannot approve", r.qcr("approve", proposal, "--yes", "--json", who="officer").returncode in (8, 11))
    before = r.lookup(party[0])["serial"]
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a second person can", done.returncode == 0, done.stdout)
    answer = r.lookup(party[0])
    check("the repaired record costs nothing from then on", (answer["score"], answer["reasons"]) == ("100", "-"), answer)
    row = listed(r, party, document)
    check("and is still there, as repaired", (row["state"], row["version"]) == ("repaired", 2), row)
    check("but not for a regulator", listed(r, party, document, who="regulator") is None and
          listed(r, party, "剑检〔2026〕902号", who="regulator")["state"] == "active")
    for who in ("recorder", "officer", "reviewer", "auditor"):
        done = r.qcr("record", "list", party[0], "--json", who=who)
        check(f"{who} must say why to see it", (done.returncode, json.loads(done.stdout).get("error")) == (11, 3028), done.stdout)
        check(f"and then does, the {who}", listed(r, party, document, who=who)["state"] == "repaired")
    explanation = explained(r, party)
    check("the explanation does not tell of it", [x["document"] for x in explanation["records"]] == ["剑检〔2026〕902号"] and
          [x["ordinal"] for x in explanation["inputs"]["records"]] == [2], explanation["records"])
    check("what was known before would tell of it, and is withheld", r.lookup(party[0], "--known-at", before)["result"] == "withheld")
    past = r.lookup(party[0], "--known-at", before, "--purpose", "复核修复", who="auditor")
    check("an auditor who says why is told that it cost", past.get("score") == "40", past)
    status, answer = propose(r, party, "penalty", document, "--repaired")
    check("what is repaired cannot be repaired again", (status, answer.get("reason")) == (11, "record-ended"), answer)
    status, answer = file(r, party, "penalty", document, flags, details)
    check("sent again it stays repaired", answer.get("outcome") == "unchanged" and r.lookup(party[0])["score"] == "100", answer)
    status, answer = file(r, party, "penalty", document, ["--kind", "revocation"], details)
    check("nor can it be corrected any more", (status, answer.get("reason")) == (11, "record-ended"), answer)

    overtaken = "剑市监处罚〔2026〕903号"
    file(r, party, "penalty", overtaken, ["--kind", "fine"], {})
    proposal = propose(r, party, "penalty", overtaken, "--repaired")[1]["proposal"]
    file(r, party, "penalty", overtaken, ["--kind", "revocation"], {})
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a repair of a record that changed since is overtaken", (done.returncode, json.loads(done.stdout)["reason"]) == (11, "proposal-overtaken"),
          done.stdout)
    proposal = propose(r, party, "penalty", overtaken)[1]["proposal"]
    r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a withdrawal is no repair", listed(r, party, overtaken)["state"] == "withdrawn" and overtaken not in
          [x["document"] for x in explained(r, party)["records"]])


def endings(r, parties):
    """A record is over on the day its publicity ends, whichever type it is."""
    party, today = parties.next(), datetime.date.fromisoformat(r.lookup("91510823141777630N")["as_of"])
    tomorrow = (today + datetime.timedelta(days=1)).isoformat()
    file(r, party, "breach", "剑信〔2025〕1号", ["--severity", "serious", "--publicity-end", "2026-03-01"], TYPES["breach"][1], "2025-09-01")
    file(r, party, "inspection", "剑信〔2025〕2号", ["--result", "fail", "--severity", "serious", "--publicity-end", tomorrow], TYPES["inspection"][1],
         "2025-12-01")
    answer = r.lookup(party[0])
    check("what is over costs nothing, what is not yet over costs until its day", (answer["score"], answer["grade_until"]) == ("80", tomorrow), answer)
    check("of the day before its end nobody is told who may not know", r.lookup(party[0], "--as-of", "2026-02-28")["result"] == "withheld")
    answer = r.lookup(party[0], "--as-of", "2026-02-28", "--purpose", "复核到期", who="auditor")
    check("then it cost", answer.get("score") == "60", answer)
    check("on the day of its end no more, which anybody may know", r.lookup(party[0], "--as-of", "2026-03-01")["score"] == "80")
    explanation = explained(r, party)
    check("the explanation counts what is over and does not show it", explanation["inputs"]["ended"] == 1 and
          [x["document"] for x in explanation["records"]] == ["剑信〔2025〕2号"], explanation)
    check("the list of those who file has it still", listed(r, party, "剑信〔2025〕1号", who="recorder")["state"] == "active")
    check("a regulator's has it not, but what goes on", listed(r, party, "剑信〔2025〕1号", who="regulator") is None and
          listed(r, party, "剑信〔2025〕2号", who="regulator")["ordinal"] == 2)
    alone = parties.next()
    file(r, alone, "inspection", "剑信〔2025〕3号", ["--result", "fail", "--publicity-end", tomorrow], TYPES["inspection"][1], "2025-12-01")
    check("where nothing has ended nobody is asked why", r.qcr("record", "list", alone[0], who="auditor").returncode == 0)


def from_file(r, parties):
    party, path = parties.next(), r.dir / "record.json"
    form = {"code": party[0], "name": party[1], "type": "sampling", "domain": "product", "authority_code": AUTHORITY, "result": "pass",
            "authority": "剑阁县市场监督管理局", "document": "剑检〔2026〕77号", "decided_on": DAY, "detail": {**SAMPLED, "item": "酸价"}}

    def filed(*more, **change):
        path.write_text(json.dumps({**form, **change}, ensure_ascii=False))
        done = r.qcr("record", "file", "--json-file", path, "--yes", "--json", *more, who="recorder")
        return done.returncode, json.loads(done.stdout or "{}")

    for what, change in (("an array", ["batch=1"]), ("a text", "batch=1"), ("an object of numbers", {"batch": 1})):
        status, answer = filed(detail=change)
        check(f"details of a file that are {what} are refused", status == 2 and "detail" in answer.get("detail", ""), answer)
    status, answer = filed("--detail", "batch=2026-02", "--dry-run")
    check("a rehearsal files nothing", (status, answer.get("outcome")) == (0, "filed") and listed(r, party, form["document"]) is None, answer)
    status, answer = filed("--detail", "batch=2026-02")
    row = listed(r, party, form["document"]) or {}
    check("a file is filed, its details behind those of flags", status == 0 and row.get("detail") == {**form["detail"], "batch": "2026-02"}, (answer, row))


def all_filed(recorder, records):
    """What a busy server sends back is sent again."""
    answers = []
    for _ in range(50):
        tried = recorder.pipeline([recorder.make("record_file", {"record": record}) for record in records])
        answers += [a for a in tried if not a.get("retryable")]
        records = [record for record, a in zip(records, tried) if a.get("retryable")]
        if not records:
            break
    return records == [] and [a for a in answers if not a["ok"]] == [], [a for a in answers if not a["ok"]][:2]


def long_lists(r, parties):
    """A list is as long as a reply can carry, and says when there is more."""
    party, count = parties.next(), 512
    details = [{"name": n, "value": v} for n, v in {**SAMPLED, **{n: "字" * 100 for n in ("batch", "product", "spec", "standard", "item")}}.items()]
    with People(r) as people:
        recorder = people["recorder"]
        done, odd = all_filed(recorder, [{
            "code": party[0], "name": party[1], "type": "sampling", "domain": "product", "authority_code": AUTHORITY, "authority_name": "局" * 100,
            "document": f"{'号' * 60}{n}", "kind": [], "decided_on": DAY, "result": "pass", "detail": details} for n in range(count)])
        check("hundreds of records of one enterprise are filed", done, odd)
    answer = json.loads(r.qcr("record", "list", party[0], "--json").stdout)
    rows = answer["records"]
    check("a list that no reply can carry is cut and says so", answer["truncated"] and 300 < len(rows) < count, len(rows))
    status, more = file(r, party, "commitment", "承诺〔2026〕1号", *TYPES["commitment"])
    check("what does not stand against it fills no more than half a credit file", (status, more.get("error"), more.get("field")) == (2, 2007, "record"), more)
    status, more = file(r, party, "sampling", "号" * 60 + "0", ["--result", "fail"], {d["name"]: d["value"] for d in details})
    check("a correction takes no room", (status, more.get("outcome")) == (0, "corrected"), more)
    status, more = file(r, party, "penalty", "剑市监处罚〔2026〕500号", ["--kind", "fine"])
    check("and what does stand against it finds the other", (status, more.get("outcome")) == (0, "filed"), more)
    check("to the newest", [row["ordinal"] for row in rows] == list(range(count, count - len(rows), -1)))


def many_versions(r, parties):
    """Nobody files so many versions of a record that the next cannot be decided."""
    party, most = parties.next(), 256
    with People(r) as people:
        recorder = people["recorder"]
        record = {"code": party[0], "name": party[1], "type": "penalty", "domain": "product", "authority_code": AUTHORITY, "kind": ["fine"],
                  "authority_name": "剑阁县市场监督管理局", "document": "剑市监处罚〔2026〕400号", "decided_on": DAY,
                  **{name: "字" * 2700 for name in ("conduct", "facts", "basis", "penalty", "content", "licence")}}
        done, odd = all_filed(recorder, [{**record, "remark": f"{n:04}"} for n in range(most)])
        check("a record is corrected hundreds of times", done, odd)
        answer = recorder.call("record_file", {"record": {**record, "remark": "one more"}})
        check("but not without end", (answer.get("code"), answer.get("field")) == (2007, "record"), answer)
        answer = recorder.call("record_file", {"record": {**record, "remark": "0000"}})
        check("its first content is known still", answer["ok"] and answer["filed"]["outcome"] == "unchanged", answer)
    status, answer = propose(r, party, "penalty", record["document"])
    done = r.qcr("approve", answer.get("proposal", ""), "--yes", "--json", who="reviewer")
    check("and it can be withdrawn", done.returncode == 0, (answer, done.stdout))


def proofs(r):
    """The doctor on all of it, and on what somebody changed behind the registry's back."""
    done = r.admin("doctor")
    check("all of it proves itself", done.returncode == 0, done.stdout[-1200:])
    for what, change, back in (
            ("a detail", "UPDATE qcr.record_body SET details = replace(details, 'rating AA', 'rating AAA') WHERE type = 'assessment'",
             "UPDATE qcr.record_body SET details = replace(details, 'rating AAA', 'rating AA') WHERE type = 'assessment'"),
            ("a result", "UPDATE qcr.record SET result = 'pass' WHERE type = 'acceptance' AND result = 'fail'",
             "UPDATE qcr.record SET result = 'fail' WHERE type = 'acceptance' AND ordinal = 1 AND document = '剑字〔2026〕12号'"),
            ("a last day", "UPDATE qcr.record SET valid_through = '2040-01-01' WHERE type = 'brand'",
             "UPDATE qcr.record SET valid_through = '2031-06-01' WHERE type = 'brand'"),
            ("a certificate's kind", "UPDATE qcr.record SET certificate = 'bogus' WHERE document = '剑字〔2026〕6号'",
             "UPDATE qcr.record SET certificate = 'iso9001' WHERE document = '剑字〔2026〕6号'"),
            ("a state", "UPDATE qcr.record SET state = 'repaired' WHERE document = '剑字〔2026〕9号'",
             "UPDATE qcr.record SET state = 'active' WHERE document = '剑字〔2026〕9号'"),
            ("a repair into a withdrawal", "UPDATE qcr.record SET state = 'withdrawn' WHERE state = 'repaired'",
             "UPDATE qcr.record SET state = 'repaired' WHERE state = 'withdrawn' AND document = '剑市监处罚〔2026〕901号'")):
        r.sql(change)
        done = r.admin("doctor")
        check(f"the doctor finds {what} that was changed", done.returncode == 1 and "table=record " in done.stdout and "was changed" in done.stdout,
              done.stdout[-600:])
        r.sql(back)
    for typed, back in ((AUTHORITY.lower(), False), (AUTHORITY, True)):
        r.sql("SET session_replication_role = replica; " + "; ".join(f"UPDATE qcr.{table} SET authority_code = '{typed}' WHERE document_norm = '剑字(2026)9号'"
                                                                      for table in ("record", "record_body")))
        done = r.admin("doctor")
        check("the doctor warns of an authority's code that is kept as it was typed, until it is put back",
              (f"authority_code is written {AUTHORITY} today" in done.stdout) != back, done.stdout[-600:])
    done = r.admin("doctor")
    check("and nothing once it is put back", done.returncode == 0, done.stdout[-800:])


def main():
    with Graded() as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        parties = Parties(r)
        refusals(r, parties.rows[0])
        by_wire(r, parties.rows[0])
        for part in (each_type, what_passed, certificates, masked, one_authority, before_details, repairs, endings, from_file, many_versions,
                     long_lists):
            part(r, parties)
        proofs(r)
    finish()


main()
