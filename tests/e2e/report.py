#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Reports: every figure is what the files alone give by another road; a frozen one stays what it was, or is found out."""
import collections
import csv
import datetime
import decimal
import hashlib
import io
import itertools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import naive_codes  # noqa: E402
import naive_grade  # noqa: E402
import naive_import  # noqa: E402
from registry import BUILD, SAMPLE, TOP, Registry, check, finish, wait_until  # noqa: E402

TODAY = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()
YEAR = TODAY.year
AUTHORITY = "11510823008765438X"
PENALTIES = {"警告": "warning", "罚款": "fine", "没收违法所得、没收非法财物": "confiscation", "责令停产停业": "closure", "吊销许可证件": "revocation"}
CLASSES = {"企业": "enterprise", "个体工商户": "sole-proprietor", "农民专业合作社": "cooperative"}
LEVELS = {"国家": "national", "省": "provincial", "市": "municipal", "县": "county", "区县": "county"}
KINDS = {"grades": ("township", "kind", "industry"), "sampling": ("township", "product", "level", "class", "year"),
         "certificates": ("certificate", "township", "industry", "kind"), "food": ("township", "industry", "kind"),
         "brands": ("township", "brand", "level", "year")}


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(f)]


def end_of(year):
    return TODAY if year == YEAR else datetime.date(year, 12, 31)


class Files:
    """What the sample's files and the acts of this test come to, read without the registry."""

    def __init__(self, policy="default"):
        self.policy = json.loads((TOP / "share" / "policies" / f"{policy}.json").read_text())
        self._grades = {}
        self.parties = {naive_codes.subject(row["统一社会信用代码"]): {
            "code": row["统一社会信用代码"], "name": row["名称"], "township": row["乡镇"], "industry": row["行业"], "kind": CLASSES[row["类型"]],
            "stands": row["状态"] == "存续"} for row in rows_of(SAMPLE / "enterprises.csv")}
        self.records = collections.defaultdict(dict)  # by subject, then by document: records as naive_grade has them, and more
        self.penalties()
        self.batches()
        self.certificates()

    def penalties(self):
        regimes = json.loads((TOP / "share" / "publicity.json").read_text())["regimes"]
        for row in rows_of(SAMPLE / "penalties.csv"):
            subject = self.sound_penalty(row)
            if not subject:
                continue
            decided, kind = naive_import.day_of(row["CF_JDRQ"]), PENALTIES[row["CF_CFLB"]]
            ends = [row["CF_GSJZQ"]] if row["CF_GSJZQ"] else []
            for regime in regimes:
                if regime["from"] <= str(decided) <= (regime["to"] or "9999") and regime["months"][kind]:
                    first = decided + datetime.timedelta(regime["publication_days"])
                    ends.append(naive_grade.text(naive_grade.add_months(first.toordinal(), regime["months"][kind])))
            case = row["CF_CFJGDM"] + naive_import.fold(row["CF_WSH"])
            self.records[subject]["penalty", case] = {"type": "penalty", "kinds": [kind], "decided_on": str(decided), "case": case,
                                                      "publicity_end": min(ends) if ends else None, **{
                                                          name: int(decimal.Decimal(row[column] or 0) * 1000000)
                                                          for name, column in (("fine_fen", "CF_NR_FK"), ("confiscated_fen", "CF_NR_WFFF"))}}

    def sound_penalty(self, row):
        code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", row["CF_XDR_SHXYM"] or row["CF_XDR_ZZJG"]).upper())
        if row["CF_XDR_LB"] == "自然人" or not (row["CF_WSH"] and row["CF_CFJG"] and row["CF_JDRQ"]) or naive_codes.flaw(code) != "ok":
            return None
        try:
            if naive_import.day_of(row["CF_JDRQ"]) > TODAY or not all(re.fullmatch(r"(\d+(\.\d+)?)?", row[c]) for c in ("CF_NR_FK", "CF_NR_WFFF")):
                return None
        except naive_import.Refused:
            return None
        subject = naive_codes.subject(code)
        known = self.parties.get(subject)
        return subject if known and naive_import.name_of(known["name"]) == naive_import.name_of(row["CF_XDR_MC"]) else None

    def filed(self, kind):
        """Rows that count, the last of each document; a correction to the enterprise's favour waits for a second person."""
        filed, seen = {}, set()
        for row in rows_of(SAMPLE / f"{kind}.csv"):
            try:
                key, subject, name, cost, end, facts, content = naive_import.read(kind, row, TODAY)
            except naive_import.Refused:
                continue
            if subject in self.parties and name == naive_import.name_of(self.parties[subject]["name"]) and (key, content) not in seen and not (
                    key in filed and naive_import.held(filed[key][0], cost, end, facts, TODAY)):
                filed[key] = ((cost, end, facts), row, content)
                seen.add((key, content))
        return ((key, row, facts, content) for key, ((_, _, facts), row, content) in filed.items())

    def batches(self):
        for (subject, authority, document), row, _, content in self.filed("sampling"):
            failed, severity = content[1]
            self.records[subject]["sampling", authority + document] = {
                "type": "sampling", "result": "fail" if failed else "pass", "severity": {"一般": "ordinary", "严重": "serious"}.get(severity),
                "decided_on": str(naive_import.day_of(row["通报日期"])), "publicity_end": row["公示截止期"] or None, "case": authority + document,
                "product": row["产品名称"], "level": LEVELS[re.sub("级$", "", row["抽查级别"])]}

    def certificates(self):
        for (subject, authority, document), row, (*_, end, kind), _ in self.filed("certificates"):
            self.records[subject]["certificate", authority + document] = {
                "type": "certificate", "certificate": kind, "decided_on": str(naive_import.day_of(row["发证日期"])),
                "valid_through": str(end) if end else None, "case": authority + document}

    # ------------------------------------------------------------- figures
    def each(self, kinds=None, township=None):
        for subject, party in self.parties.items():
            if township is None or party["township"] == township:
                for record in self.records[subject].values():
                    if kinds is None or record["type"] in kinds:
                        yield party, record

    def grades(self, year):
        """By subject."""
        if year not in self._grades:
            day = str(end_of(year))
            self._grades[year] = {subject: naive_grade.grade(list(self.records[subject].values()), day, (), self.policy)[0]
                                  for subject in self.parties}
        return self._grades[year]


def is_valid(record, day):
    return record["decided_on"] <= str(day) <= (record.get("valid_through") or "9999-12-31")


def share(n, of):
    return {"n": n, "of": of, "per_mille": n * 1000 // of if of else None}


def target(config, indicator, year):
    return next((t["value"] for t in config["targets"] if (t["indicator"], t["year"]) == (indicator, year)), None)


def met(rate, wanted):
    return None if wanted is None or not rate["of"] else rate["n"] * 1000 >= wanted * rate["of"]


def expected_grades(files, config, by, year, township):
    rows, grades = collections.defaultdict(list), files.grades(year)
    for subject, party in files.parties.items():
        if township in (None, party["township"]):
            for key in (party[by], "total"):
                rows[key].append((grades[subject], party["stands"]))
    scale = [g["grade"] for band in files.policy["bands"] for g in ([g for g in files.policy["gates"] if g["of"] == band["grade"]] + [band])]
    return {key: {"total": len(of), **{g: share(sum(x == g for x, _ in of), len(of)) for g in (*scale, "unrated")},
                  "ended": sum(not stands for _, stands in of)} for key, of in rows.items()}


def expected_sampling(files, config, by, year, township):
    rows = collections.defaultdict(list, total=[])
    for party, record in files.each(["sampling"], township):
        of = int(record["decided_on"][:4])
        if of > year or (by != "year" and of != year):
            continue
        product = record["product"]
        keys = {"township": party["township"], "product": product, "level": record["level"], "year": str(of),
                "class": next((c["class"] for c in config["classes"] if any(w in product for w in c["products"])), "")}
        for key in (keys[by], "total"):
            rows[key].append(record["result"])
    out = {}
    for key, of in rows.items():
        rate = share(of.count("pass"), len(of))
        wanted = target(config, "sampling" if key == "total" or by != "class" else f"sampling.{key}", int(key) if by == "year" and key != "total" else year)
        if by == "year" and key == "total":
            wanted = None
        out[key] = {"sampled": len(of), "passed": of.count("pass"), "failed": of.count("fail"), "rate": rate, "target": wanted, "met": met(rate, wanted)}
    return out


def expected_certificates(files, config, by, year, township):
    day = end_of(year)
    soon = day + datetime.timedelta(config["ending_days"])
    of = {d["certificate"]: tuple(d["industries"]) for d in config["denominators"]}
    rows = collections.defaultdict(list)
    kinds = [*naive_import.KINDS, "other"]
    for subject, party in files.parties.items():
        if not party["stands"] or township not in (None, party["township"]):
            continue
        held = [r for r in files.records[subject].values() if r["type"] == "certificate" and is_valid(r, day)]
        rows["total"].append((held, True))
        if by != "certificate":
            rows[party[by]].append((held, True))
        for kind in kinds if by == "certificate" else ():
            rows[kind].append(([r for r in held if r["certificate"] == kind], kind not in of or party["industry"].startswith(of[kind])))
    out = {}
    for key, people in rows.items():
        rate = share(sum(1 for held, counts in people if counts and held), sum(counts for _, counts in people))
        wanted = target(config, f"certificates.{key}", year) if by == "certificate" else None
        out[key] = {"certificates": sum(len(held) for held, _ in people), "holders": sum(1 for held, _ in people if held), "coverage": rate,
                    "ending": sum(r["valid_through"] is not None and r["valid_through"] <= str(soon) for held, _ in people for r in held),
                    "target": wanted, "met": met(rate, wanted)}
    return out


def expected_food(files, config, by, year, township):
    food, day, rows = config["food"], end_of(year), collections.defaultdict(list, total=[])
    for subject, party in files.parties.items():
        records = list(files.records[subject].values())
        licensed = party["industry"].startswith(tuple(food["industries"])) or any(
            is_valid(r, day) and (r["type"] == "permit" and any(w in r["title"] for w in food["permits"]) or
                                  r["type"] == "certificate" and r["certificate"] in food["certificates"]) for r in records)
        if not party["stands"] or not licensed or township not in (None, party["township"]):
            continue
        filed = sum(r["type"] in food["file"]["types"] and r["decided_on"] <= str(day) for r in records) >= food["file"]["at_least"]
        for key in (party[by], "total"):
            rows[key].append(filed)
    wanted = target(config, "food", year)
    return {key: {"licensed": len(of), "files": share(sum(of), len(of)), "target": wanted, "met": met(share(sum(of), len(of)), wanted)}
            for key, of in rows.items()}


def honours(records, year, day):
    return {f"{kind}s{which}": sum(good(r) for r in records if r["type"] == kind) for kind in ("brand", "award")
            for which, good in (("", lambda r: is_valid(r, day)), ("_new", lambda r: r["decided_on"][:4] == str(year)))}


def expected_brands(files, config, by, year, township):
    rows = collections.defaultdict(list, total=[])
    for party, record in files.each(["brand", "award"], township):
        if record["decided_on"] > str(end_of(year)):
            continue
        keys = {"township": [party["township"]], "brand": [record.get("kind", "award")], "level": [record["level"]],
                "year": [str(y) for y in range(int(record["decided_on"][:4]), year + 1)]}
        for key in [*keys[by], "total"]:
            rows[key].append(record)
    out = {}
    for key, records in rows.items():
        of = int(key) if by == "year" and key != "total" else year
        row = honours(records, of, end_of(of))
        for kind in ("brand", "award"):
            whole = key == "total" or by == "year"
            wanted = target(config, f"{kind}s" if whole else f"{kind}s.{key}", of) if whole or by == "brand" else None
            row.update({f"{kind}s_target": wanted, f"{kind}s_met": None if wanted is None else row[f"{kind}s"] >= wanted})
            if by == "brand" and key != "total" and (key == "award") != (kind == "award"):
                row.update({f"{kind}s{w}": None for w in ("", "_new", "_target", "_met")})
        out[key] = row
    return out


EXPECTED = {"grades": expected_grades, "sampling": expected_sampling, "certificates": expected_certificates, "food": expected_food,
            "brands": expected_brands}


# ------------------------------------------------------------------- the registry

def made(r, *words):
    done = r.admin("report", *words)
    if done.returncode:
        raise RuntimeError(f"{words}: {done.returncode} {done.stdout} {done.stderr}")
    return done.stdout


def table_of(document):
    keys = [column["key"] for column in document["columns"]]
    return {row["key"]: dict(zip(keys, row["cells"])) for row in (*document["rows"], document["total"])}


def settle(r):
    """The county's own configuration: targets of this year, a file that needs two records, coverage by industry."""
    path = r.dir / "closed" / "share" / "reports.json"
    config = json.loads(path.read_text())
    config["food"].update(certificates=["production"], file={"types": ["permit", "inspection", "sampling", "penalty"], "at_least": 2})
    config["denominators"] = [{"certificate": "gmp", "industries": ["C34", "C30"]}, {"certificate": "gsp", "industries": ["F51"]}]
    config["targets"] += [dict(indicator=i, year=y, value=v, whose="某县", source="试验用") for i, y, v in (
        ("sampling", YEAR, 850), ("sampling", YEAR - 1, None), ("sampling", YEAR - 2, 880), ("sampling.food", YEAR, 700), ("food", YEAR, 750),
        ("certificates.iso9001", YEAR, 10), ("certificates.ccc", YEAR, 900), ("certificates.gsp", YEAR, 1), ("brands", YEAR, 3), ("awards", YEAR, None),
        ("brands", YEAR - 1, 2), ("brands.known-mark", YEAR, 1), ("brands.geographic", YEAR, 5))]
    path.write_text(json.dumps(config, ensure_ascii=False))
    return config


def act(r, files, party, type_, document, decided_on, through=None, flags=(), more=None, **details):
    words = ["record", "file", "--code", party["code"], "--name", party["name"], "--type", type_, "--domain", "product", "--authority-code", AUTHORITY,
             "--authority", "剑阁县市场监督管理局", "--document", document, "--decided-on", decided_on, *flags, "--yes", "--json"]
    words += [w for n, v in details.items() for w in ("--detail", f"{n}={v}")] + (["--valid-through", through] if through else [])
    done = r.qcr(*words, who="recorder")
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    files.records[naive_codes.subject(party["code"])][type_, AUTHORITY + document] = {
        "type": type_, "decided_on": decided_on, "valid_through": through, "case": AUTHORITY + document, **details, **(more or {})}


def withdraw(r, files, party, kind, document):
    done = r.qcr("record", "withdraw", "--code", party["code"], "--authority-code", AUTHORITY, "--type", kind, "--document", document,
                 "--basis-document", "剑复决〔2026〕1号", "--reason", "决定被撤销", "--yes", "--json", who="officer")
    proposal = json.loads(done.stdout)["proposal"]
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    del files.records[naive_codes.subject(party["code"])][kind, AUTHORITY + document]


def acts(r, files):
    """Permits, brands and awards in several years, of which some are over and some withdrawn; a batch that its retest overturns."""
    standing = itertools.cycle(p for p in files.parties.values() if p["stands"] and p["industry"] in ("N77", "E47"))
    for i, (kind, level, decided, through) in enumerate((
            ("known-mark", "provincial", f"{YEAR - 2}-03-01", f"{YEAR}-03-01"), ("known-mark", "national", f"{YEAR - 1}-03-01", None),
            ("famous-product", "provincial", f"{YEAR}-01-15", f"{YEAR + 3}-01-14"), ("geographic", "county", f"{YEAR}-02-01", None),
            ("regional", "county", f"{YEAR}-02-02", None))):
        act(r, files, next(standing), "brand", f"牌{i}", decided, through, title="剑门", kind=kind, level=level)
    party = next(standing)
    act(r, files, party, "brand", "牌撤", f"{YEAR}-02-03", title="剑门", kind="old-brand", level="municipal")
    withdraw(r, files, party, "brand", "牌撤")
    for i, (level, decided) in enumerate((("county", f"{YEAR - 1}-05-01"), ("municipal", f"{YEAR}-05-01"))):
        act(r, files, next(standing), "award", f"奖{i}", decided, f"{YEAR + 1}-04-30", title="县长质量奖", level=level)
    for i, (title, through) in enumerate((("食品经营许可证", f"{YEAR + 2}-01-01"), ("食品经营许可证", f"{YEAR}-01-31"), ("特种设备使用登记证", None))):
        party = next(standing)
        for n in range(2):
            act(r, files, party, "permit", f"许{i}-{n}", f"{YEAR - 1}-01-01", through, number=f"JY{i}{n}", kind="ordinary", title=title)
    sampled = {"batch": "甲", "product": "菜籽油", "place": "production", "level": "county"}
    party = next(standing)
    act(r, files, party, "sampling", "批撤", f"{YEAR}-03-01", flags=("--result", "fail"), more={"result": "fail"}, **sampled)
    withdraw(r, files, party, "sampling", "批撤")
    act(r, files, party, "certificate", "证近", f"{YEAR - 1}-03-01", str(TODAY + datetime.timedelta(90)), flags=("--certificate", "haccp"),
        more={"certificate": "haccp"}, number="1", body="华信样例认证有限公司", scope="菜籽油")
    act(r, files, party, "certificate", "证远", f"{YEAR - 1}-03-01", str(TODAY + datetime.timedelta(91)), flags=("--certificate", "haccp"),
        more={"certificate": "haccp"}, number="2", body="华信样例认证有限公司", scope="菜籽油")
    act(r, files, party, "certificate", "证今", f"{YEAR - 1}-03-01", str(TODAY), flags=("--certificate", "gmp"), more={"certificate": "gmp"},
        number="3", body="华信样例认证有限公司", scope="菜籽油")
    act(r, files, party, "certificate", "证昨", f"{YEAR - 1}-03-01", str(TODAY - datetime.timedelta(1)), flags=("--certificate", "gmp"),
        more={"certificate": "gmp"}, number="4", body="华信样例认证有限公司", scope="菜籽油")
    overturn(r, files, party)


def overturn(r, files, party):
    batch = {"抽检批次号": "复1", "被抽样单位": party["name"], "统一社会信用代码": party["code"], "产品名称": "菜籽油", "规格型号": "5L", "抽样地点类型": "生产",
             "抽查级别": "县级", "检验结论": "不合格", "不合格项目": "酸价", "严重程度": "一般", "复检结论": "", "通报日期": f"{YEAR}-04-01",
             "公示截止期": "2099-12-31", "抽查机关": "剑阁县市场监督管理局", "抽查机关代码": AUTHORITY}
    for name, row in (("failed", batch), ("retested", dict(batch, 复检结论="合格"))):
        path = r.dir / f"{name}.csv"
        with open(path, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, row)
            writer.writeheader()
            writer.writerow(row)
        r.import_file("sampling", path)
    pending = json.loads(r.qcr("pending", "--json", who="reviewer").stdout)["proposals"]
    proposal = next(p["proposal"] for p in pending if "复1" in p.get("summary", ""))
    done = r.qcr("approve", proposal, "--yes", "--json", who="reviewer")
    check("a retest that overturns a batch is approved", done.returncode == 0, done.stdout + done.stderr)
    files.records[naive_codes.subject(party["code"])]["sampling", AUTHORITY + "复1"] = {
        "type": "sampling", "result": "pass", "severity": None, "decided_on": f"{YEAR}-04-01", "publicity_end": "2099-12-31",
        "case": AUTHORITY + "复1", "product": "菜籽油", "level": "county"}


# ---------------------------------------------------------------------- checks

def refusals(r):
    for what, words, status, word, said in (
            ("a report that there is not", ("grade",), 2, "usage", "grade: there is no such report"),
            ("a dimension that a report has not", ("food", "--by", "product"), 2, "usage", "township, industry, kind"),
            ("a year that has not begun", ("grades", "--year", YEAR + 1), 2, "usage", "has not begun"),
            ("a year that is none", ("grades", "--year", "26"), 2, "usage", "a year is wanted"),
            ("a year before there are data", ("sampling", "--year", "1999"), 2, "input", "no data of that year; the first is 2024"),
            ("a township where nobody is", ("grades", "--township", "无此镇"), 2, "input", "no enterprise"),
            ("a run that is no report", ("show", r.sql("SELECT run_id FROM qcr.run LIMIT 1")[0][0]), 2, "input", "no report is frozen"),
            ("a store that cannot be reached", ("grades", "--database", "host=/nowhere dbname=qcr"), 5, "store", "nowhere"),
            ("a list of a store that cannot be reached", ("list", "--database", "host=/nowhere dbname=qcr"), 5, "store", "nowhere"),
            ("a file that cannot be written", ("grades", "--out", r.dir / "nowhere" / "x.json"), 1, "system", "nowhere"),
            ("a freeze that could not be shown", ("grades", "--freeze", "--out", r.dir / "nowhere" / "x.json"), 1, "system", "nowhere"),
            ("an option that belongs elsewhere", ("list", "--freeze"), 2, "usage", "do not go with it"),
            ("a list into a file", ("list", "--out", r.dir / "x"), 2, "usage", "standard output"),
            ("show without a run", ("show",), 2, "usage", "one run is needed"),
            ("an option that there is not", ("grades", "--json", "--every"), 2, "usage", "--every"),
            ("--again without --freeze", ("grades", "--again"), 2, "usage", "--again"),
            ("a freeze by who is no administrator", ("grades", "--freeze", "--as", "recorder"), 11, "report_signer", "role admin is needed")):
        done = r.admin("report", *words, "--format", "json")
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = {}
        check(f"{what} is refused, in one document and in words", done.returncode == status and answer.get("error") == word and said in done.stderr,
              (done.returncode, done.stdout, done.stderr))
    done = r.admin("report", "grades", "--format", "xml")
    check("a format that there is not is a usage error", done.returncode == 2 and "xml" in done.stderr, done.stderr)
    check("what was refused has left nothing", r.sql("SELECT count(*) FROM qcr.run WHERE kind = 'report'") == [["0"]])
    path = r.dir / "closed" / "share" / "reports.json"
    kept = path.read_text()
    path.write_text(kept.replace('"ending_days": 90', '"ending_days": 0'))
    done = r.admin("report", "grades", "--json")
    check("a configuration with an error is refused with its key", done.returncode == 1 and "ending_days" in done.stderr, done.stderr)
    path.write_text(kept)


def figures(r, files, config):
    for report, dimensions in KINDS.items():
        for by, year in itertools.product(dimensions, (YEAR - 1, YEAR)):
            document = json.loads(made(r, report, "--by", by, "--year", year, "--json"))
            got, wanted = table_of(document), EXPECTED[report](files, config, by, year, None)
            wrong = {key: (got.get(key), wanted.get(key)) for key in got.keys() | wanted.keys() if got.get(key) != wanted.get(key)}
            check(f"every figure of {report} by {by} of {'this year' if year == YEAR else 'last year'} is what the files give", not wrong and len(got) > 1,
                  list(wrong.items())[:3])
            check(f"and {report} by {by} says its day, rows ascending", document["day"] == str(end_of(year)) and
                  [row["key"] for row in document["rows"]] == sorted(row["key"] for row in document["rows"]))


def township(r, files, config):
    place = "普安镇"
    for report in KINDS:
        document = json.loads(made(r, report, "--township", place, "--json"))
        by = document["by"]
        wanted = EXPECTED[report](files, config, by, YEAR, place)
        check(f"{report} of one township counts nobody else", table_of(document) == wanted and document["township"] == place,
              (table_of(document), wanted))


def described(r, config):
    serial = int(r.sql("SELECT serial FROM qcr.ledger_head")[0][0])
    policy = r.sql("SELECT policy_id, policy_version, encode(policy_hash, 'hex') FROM qcr.policy JOIN qcr.policy_activation USING (policy_hash)"
                   " ORDER BY policy_activation.serial DESC LIMIT 1")[0]
    canonical = json.dumps(config, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    for report in KINDS:
        text = made(r, report, "--json")
        document = json.loads(text)
        check(f"{report} says what it was reckoned from", document["serial"] == serial and document["sources"] and
              list(map(str, document["policy"].values())) == [policy[0], policy[2], policy[1]] and
              document["configuration"] == hashlib.sha256(canonical).hexdigest(), document["policy"])
        check(f"{report} says its definitions in both languages", document["definitions"] and all(d["zh"] and d["en"] for d in document["definitions"]))
        check(f"the document of {report} is canonical", text == json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
        check(f"{report} of the same serial and day has the same octets", all(
            made(r, report, "--format", form) == made(r, report, "--format", form) for form in ("json", "csv", "svg", "table")))
        shown = made(r, report)
        check(f"people see it with day, serial, policy, sources", all(word in shown for word in (
            document["day"], f"serial {serial}", policy[2], document["sources"][0]["what"], document["definitions"][0]["en"])), shown)
    tried = json.loads(r.admin("policy", "simulate", f"{policy[0]}@{policy[1]}", "--json").stdout)
    counts = collections.Counter()
    for move in tried["matrix"]:
        counts[move["after"]] += move["count"]
    total = table_of(json.loads(made(r, "grades", "--json")))["total"]
    check("a simulation of the policy in force counts the same", {g: total[g]["n"] for g in counts} == counts and tried["total"] == total["total"], counts)
    batches = {s["what"]: s["rows"] for s in json.loads(made(r, "sampling", "--json"))["sources"]}
    check("how many were withdrawn is said and not counted", [n for what, n in batches.items() if "withdrawn, not counted" in what] == [1], batches)
    none = json.loads(made(r, "sampling", "--year", YEAR - 1, "--json"))
    check("where no number is set it is null, and said whose words that are", none["total"]["cells"][4] is None and any(
        "no number is set" in d["en"] and "试验用" in d["en"] for d in none["definitions"]), none["definitions"])
    check("and people see a stroke", re.search(r"(?m)^total .* -  +-$", made(r, "sampling", "--year", YEAR - 1)), made(r, "sampling", "--year", YEAR - 1))


def shown(r, files):
    """The other forms have the numbers of the document, and nobody's name."""
    names = {party["name"] for party in files.parties.values()} | {party["code"] for party in files.parties.values()}
    for report, dimensions in KINDS.items():
        for by in dimensions:
            document = json.loads(made(r, report, "--by", by, "--json"))
            forms = {form: made(r, report, "--by", by, "--format", form) for form in ("csv", "svg", "table")}
            check(f"{report} by {by} as CSV has the document's numbers", csv_of(forms["csv"], by) == flat(document), forms["csv"][:300])
            check(f"{report} by {by} as a plot is XML that says the document's numbers", svg_of(forms["svg"]) == plotted(document),
                  (sorted(svg_of(forms["svg"]) ^ plotted(document))[:4]))
            lines = {line.split()[0] for line in forms["table"].split("\n\n")[1].splitlines()[1:]}
            words = {(row["en"] or row["key"]).split()[0] for row in (*document["rows"], document["total"])}
            check(f"{report} by {by} for people has every row", lines == words, lines ^ words)
            check(f"{report} by {by} names nobody", not any(name in text for text in (*forms.values(), json.dumps(document, ensure_ascii=False))
                                                            for name in names))
    chinese = subprocess.run(["qcr-admin", "report", "certificates"], env=dict(r.env, LC_ALL="zh_CN.UTF-8", TEXTDOMAINDIR=str(BUILD / "po")),
                             capture_output=True, text=True)
    table = chinese.stdout.split("\n\n")[1].splitlines() if "\n\n" in chinese.stdout else []
    width = [sum(2 if ord(c) > 0x2E80 else 1 for c in line) for line in table]
    check("people who read Chinese see it in Chinese", "证书覆盖率" in chinese.stdout, chinese.stdout[:200])
    check("a table's columns meet under Han characters", len(set(width)) == 1 and len(width) == 15, chinese.stdout)


def flat(document):
    out = {}
    for key, row in table_of(document).items():
        cells = {}
        for name, cell in row.items():
            cells[name] = "" if cell is None else {True: "yes", False: "no"}[cell] if isinstance(cell, bool) else cell["n"] if isinstance(cell, dict) else cell
            if next(c["form"] for c in document["columns"] if c["key"] == name) == "share":
                cells[f"{name}_of"], cells[f"{name}_per_mille"] = cell["of"], "" if cell["per_mille"] is None else cell["per_mille"]
        out[key] = {name: str(value) for name, value in cells.items()}
    return out


def csv_of(text, by):
    out = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        key = row.pop(by)
        for name in ("report", "report_year", "day", "serial", "policy"):
            row.pop(name)
        out[key] = row
    return out


def svg_of(text):
    root = xml.etree.ElementTree.fromstring(text.encode())
    name = "{http://www.w3.org/2000/svg}"
    if root.tag != name + "svg" or {e.tag for e in root.iter()} - {name + tag for tag in ("svg", "title", "desc", "rect", "text")}:
        return set()
    return {title.text for rect in root.iter(name + "rect") for title in rect.findall(name + "title")}


def plotted(document):
    plot, out = document["plot"], set()
    for row in (*document["rows"], document["total"]):
        label = row["zh"] or row["key"]
        for i, column in enumerate(document["columns"]):
            cell = row["cells"][i]
            n = cell["n"] if isinstance(cell, dict) else cell
            if plot["form"] == "stack" and plot["first"] <= i <= plot["last"] and n and row["key"] != "total":
                out.add(f"{label} {column['zh']} {n}")
            elif plot["form"] == "rate" and i == plot["first"] and cell["of"]:
                out.add(f"{label} {column['zh']} {cell['n']}/{cell['of']} {cell['per_mille']}‰")
            elif plot["form"] == "rate" and column["form"] == "per-mille" and cell is not None:
                out.add(f"{label} {column['zh']} {cell}‰")
    return out


def frozen(r):
    return json.loads(made(r, "list", "--json"))["frozen"]


def freezing(r, files):
    live = made(r, "grades", "--json")
    out = r.dir / "grades.json"
    done = r.admin("report", "grades", "--freeze", "--json", "--out", out)
    check("a report that is frozen is the one that is shown", done.returncode == 0 and out.read_text() == live, done.stderr)
    run = frozen(r)[0]["run"]
    check("the list has it, with its year, day and who signed", [(f["report"], f["by"], f["year"], f["day"], f["person"], f["township"]) for f in frozen(r)]
          == [("grades", "township", YEAR, str(TODAY), "admin", None)], frozen(r))
    stored = r.sql(f"SELECT encode(file_hash, 'hex'), file_octets, (SELECT summary FROM qcr.run_end e WHERE e.run_id = r.run_id) FROM qcr.run r"
                   f" WHERE run_id = '{run}'")[0]
    document = live.rstrip("\n").encode()
    check("its run has the document, its hash and length", stored == [hashlib.sha256(document).hexdigest(), str(len(document)), document.decode()], stored[:2])
    done = r.admin("report", "grades", "--freeze", "--json")
    check("it is frozen once, and the second is told which", done.returncode == 11 and json.loads(done.stdout) == {"error": "report_frozen", "run": run} and
          "--again" in done.stderr, (done.stdout, done.stderr))
    for words in (("grades", "--by", "kind"), ("grades", "--year", YEAR - 1), ("grades", "--township", "普安镇"), ("sampling",)):
        check(f"another dimension, year, township or report is another: {' '.join(map(str, words))}", r.admin("report", *words, "--freeze").returncode == 0)
    check("--again freezes another beside it", r.admin("report", "grades", "--freeze", "--again").returncode == 0 and
          [f["run"] for f in frozen(r)][0] == run and len(frozen(r)) == 6)

    with r.held("SELECT FROM qcr.ledger_head FOR UPDATE"):
        both = [subprocess.Popen(["qcr-admin", "report", "food", "--freeze", "--json"], env=r.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(2)]
        waiting = wait_until(lambda: r.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'qcr_recalc' AND wait_event_type = 'Lock'") == [["2"]])
    ended = sorted(p.wait(60) for p in both)
    for p in both:
        p.stdout.close(), p.stderr.close()
    check("of two who freeze at once one does", waiting and ended == [0, 11], ended)

    r.record(next(p["code"] for p in files.parties.values() if p["stands"]), next(p["name"] for p in files.parties.values() if p["stands"]), "冻〔2026〕1号",
             kind="closure")
    check("then the registry changes", made(r, "grades", "--json") != live)
    check("and the frozen one is octet for octet what it was", made(r, "show", run, "--json") == live)
    for form in ("table", "csv", "svg"):
        check(f"also as {form}", made(r, "show", run, "--format", form) != made(r, "grades", "--format", form) and live_facts(live) in made(
            r, "show", run, "--format", form), form)
    return run, live


def live_facts(live):
    return json.loads(live)["day"]


def alive(r, files):
    doctor = r.admin("doctor")
    check("the doctor finds nothing wrong with frozen reports", doctor.returncode == 0 and "clean" in doctor.stdout, doctor.stdout[-600:])
    head = r.sql("SELECT serial FROM qcr.ledger_head")[0][0]
    code = next(p["code"] for p in files.parties.values() if p["stands"])
    check("answers go on behind them", r.lookup(code, "--min-serial", head)["exit"] in (0, 4))


def forged(r, run, live):
    summary = f"(SELECT summary FROM qcr.run_end WHERE run_id = '{run}')"
    kept = r.sql(f"SELECT encode(header, 'hex'), encode(signature, 'hex') FROM qcr.run WHERE run_id = '{run}'")[0]
    end = r.sql(f"SELECT encode(header, 'hex'), encode(signature, 'hex') FROM qcr.run_end WHERE run_id = '{run}'")[0]
    text = live.rstrip("\n")
    other = text.replace('"n":', '"n":1', 1)

    def put(summary_text, header, header_end):
        quoted = summary_text.replace("'", "''")
        r.sql(f"SET session_replication_role = replica; UPDATE qcr.run_end SET summary = '{quoted}', header = '\\x{header_end}' WHERE run_id = '{run}';"
              f" UPDATE qcr.run SET header = '\\x{header}', file_hash = sha256({summary}::bytea), file_octets = octet_length({summary})"
              f" WHERE run_id = '{run}'")

    def rewritten(header, field):
        old, new = (hashlib.sha256(t.encode()).hexdigest() for t in (text, other))
        return bytes.fromhex(header).decode().replace(f"{field} {old}", f"{field} {new}").replace(
            f"octets {len(text.encode())}", f"octets {len(other.encode())}").encode().hex()

    for what, header, header_end, said, table in (
            ("a figure that was changed", kept[0], end[0], "the document is not the one", "run_end"),
            ("one whose header was changed with it", rewritten(kept[0], "file"), end[0], "its end has", "run_end"),
            ("one whose both headers were", rewritten(kept[0], "file"), rewritten(end[0], "summary"), "a signature is not its person's", "run")):
        put(other, header, header_end)
        done = r.admin("report", "show", run, "--json")
        check(f"{what} is found when it is shown", done.returncode == 1 and json.loads(done.stdout) == {"error": "crypto"} and said in done.stderr,
              (done.returncode, done.stdout[:80], done.stderr))
        doctor = r.admin("doctor")
        check(f"{what} is found by the doctor", doctor.returncode == 1 and f"finding table={table} " in doctor.stdout, doctor.stdout[-400:])
    put(text, kept[0], end[0])
    check("put back it is what it was", made(r, "show", run, "--json") == live)


class Gated(Registry):
    """Founded with the policy whose upper grades ask for certificates."""

    def _found(self):
        shutil.copy(TOP / "share" / "policies" / "quality-credit-aaa.json", self.dir / "closed" / "share" / "policies" / "default.json")
        self._found_anew()


def gated():
    files = Files("quality-credit-aaa")
    with Gated(start=False) as r:
        r.import_sample()
        r.import_file("certificates", SAMPLE / "certificates.csv")
        for records in files.records.values():
            for key in [key for key in records if key[0] == "sampling"]:
                del records[key]
        got = table_of(json.loads(made(r, "grades", "--by", "kind", "--json")))
        check("grades above the bands have columns of their own", list(got["total"]) == ["total", "AAA", "AA", "A", "B", "C", "D", "unrated", "ended"] and
              got["total"]["AAA"]["n"] > 0, list(got["total"]))
        wanted = expected_grades(files, {}, "kind", YEAR, None)
        check("and every figure of theirs is what the files give", got == wanted, (got["total"], wanted["total"]))


def main():
    files = Files()
    with Registry() as r:
        config = settle(r)
        r.import_sample()
        for kind in ("sampling", "certificates"):
            r.import_file(kind, SAMPLE / f"{kind}.csv")
        counts = {kind: int(n) for kind, n in r.sql("SELECT type, count(DISTINCT (subject, authority_code, document_norm)) FROM qcr.record GROUP BY type")}
        check("the files are read as the importer reads them", counts == {
            kind: sum(1 for _ in files.each([kind])) for kind in ("penalty", "sampling", "certificate")}, counts)
        refusals(r)
        acts(r, files)
        figures(r, files, config)
        township(r, files, config)
        described(r, config)
        shown(r, files)
        run, live = freezing(r, files)
        alive(r, files)
        forged(r, run, live)
        alive(r, files)
    gated()
    finish()


main()
