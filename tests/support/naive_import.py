#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""What becomes of a file of sampling batches or certificates, by another road than registry/service/import.

Written from docs/OPERATIONS.md. Works on text alone: the file, the enterprises that are registered, and the default
policy, under which a finding costs 10 points (20 if serious) until its publicity ends, or for a year.

    naive_import.py sampling|certificates FILE [ENTERPRISES]     the summary as `qcr-admin import --json` has it, without the run
"""
import calendar
import csv
import datetime
import json
import pathlib
import re
import sys
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import naive_codes  # noqa: E402

SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "data" / "jiange"
CLASSES = ("法人及非法人组织", "法人", "非法人组织", "个体工商户", "农民专业合作社")
PLACES = {"生产": "production", "流通": "circulation"}
LEVELS = ("国家", "省", "市", "县", "区县")
KINDS = {
    "iso9001": ("质量管理体系认证", "ISO9001:2015", "GB/T19001-2016"), "iso14001": ("环境管理体系认证",),
    "iso45001": ("职业健康安全管理体系认证(ISO45001)",), "iso22000": ("食品安全管理体系",), "haccp": ("HACCP认证",), "gmp": ("药品GMP证书",),
    "gsp": ("药品GSP证书",), "ccc": ("强制性产品认证", "3C"), "production": ("食品生产许可证", "全国工业产品生产许可证"), "green": ("绿色食品",),
    "organic": ("有机产品认证",), "geographic": ("农产品地理标志",),
}
REQUIRED = {
    "sampling": ("抽检批次号", "被抽样单位", "产品名称", "抽样地点类型", "抽查级别", "检验结论", "通报日期", "抽查机关", "抽查机关代码"),
    "certificates": ("证书编号", "证书类型", "获证组织", "发证机构", "发证机构代码", "认证范围", "发证日期", "证书状态"),
}
NOUNS = {"sampling": ("抽检批次号", "被抽样单位", "通报日期", "抽查机关代码"), "certificates": ("证书编号", "获证组织", "发证日期", "发证机构代码")}


class Refused(Exception):
    pass


def fold(text):
    folded = unicodedata.normalize("NFKC", text).upper()
    folded = "".join(c for c in folded if not c.isspace())
    return re.sub("[〕】\\]]", ")", re.sub("[〔【\\[]", "(", folded))


def name_of(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if not c.isspace())


def day_of(text):
    try:
        return datetime.date(*(int(part) for part in re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text).groups()))
    except (AttributeError, ValueError):
        raise Refused("date")


def past(text, today):
    day = day_of(text)
    if day > today:
        raise Refused("date")
    return day


def is_identity_number(text):
    if not re.fullmatch(r"\d{6}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", text):
        return False
    return (sum(int(c) * pow(2, 17 - i) for i, c in enumerate(text[:17])) + (10 if text[17] == "X" else int(text[17]))) % 11 == 1


def refuse_unless(good, reason="word"):
    if not good:
        raise Refused(reason)


def subject_of(row):
    code, inner = row["统一社会信用代码"], row.get("组织机构代码", "").replace("-", "")
    if not code and not inner:
        raise Refused("missing")
    flaw = naive_codes.flaw(code or inner)
    refuse_unless(flaw == "ok", flaw)
    refuse_unless(not is_identity_number(code), "personal_number")
    return naive_codes.subject(code or inner)


def optional_day(row, column):
    return day_of(row[column]) if row.get(column) else None


def read_batch(row, decided):
    end = optional_day(row, "公示截止期")
    refuse_unless(not end or end >= decided, "date")
    refuse_unless(row["检验结论"] in ("合格", "不合格"))
    failed = row["检验结论"] == "不合格"
    if row["复检结论"]:
        refuse_unless(row["复检结论"] in ("合格", "不合格", "复检中"))
        refuse_unless(failed, "retest")
        failed = row["复检结论"] != "合格"
    refuse_unless(row["严重程度"] in ("", "一般", "严重"))
    refuse_unless(re.sub("(环节|领域)$", "", row["抽样地点类型"]) in PLACES)
    refuse_unless(re.sub("级$", "", row["抽查级别"]) in LEVELS)
    for column in ("结果送达日期", "复检日期"):
        optional_day(row, column)
    refuse_unless("\u200b" not in row["产品名称"] and len(row["规格型号"].encode()) <= 300, "text")
    cost = 0 if not failed else 20 if row["严重程度"] == "严重" else 10
    facts = (failed, ("", "一般", "严重").index(row["严重程度"]) if failed else 0, end, None, "")
    if not end:
        year, month = decided.year + 1, decided.month
        end = datetime.date(year, month, min(decided.day, calendar.monthrange(year, month)[1]))
    return cost, end, facts, (failed, row["严重程度"] if failed else "")


def read_certificate(row, decided, today):
    kind = next((kind for kind, words in KINDS.items() if fold(row["证书类型"]) in words), None)
    refuse_unless(kind, "certificate_kind")
    end, since = optional_day(row, "有效期至"), row["状态日期"]
    refuse_unless(not end or end >= decided, "date")
    status = row["证书状态"]
    refuse_unless(status in ("有效", "暂停", "撤销", "注销", "过期", "过期失效", "失效"))
    if status in ("过期", "过期失效") or status == "失效" and (not since or end and day_of(since) > end):
        refuse_unless(end, "missing")
        refuse_unless(end < today, "status")
        return 0, end, (False, 0, None, end, kind), end
    refuse_unless(since or status == "有效", "missing")
    valid = end
    if since:
        since = past(since, today)
    if status != "有效":
        refuse_unless(since >= decided, "date")
        last = max(decided, since - datetime.timedelta(1))
        valid = min(end, last) if end else last
    return 0, end, (False, 0, None, valid, kind), (end, status if since else "有效", since)


def read(kind, row, today):
    """(identity, subject, name, cost, end, facts, content) of a sound row."""
    document, name, decided, authority = NOUNS[kind]
    refuse_unless(row["单位类别"] != "自然人", "natural_person")
    refuse_unless(row["单位类别"] in ("",) + CLASSES, "party_class")
    refuse_unless(all(row[column] for column in REQUIRED[kind]), "missing")
    subject = subject_of(row)
    refuse_unless(re.fullmatch("[0-9A-Za-z._-]+", row[authority]), "office_code")
    day = past(row[decided], today)
    cost, end, facts, content = read_batch(row, day) if kind == "sampling" else read_certificate(row, day, today)
    # What is compared: everything the file says, but for how the document, the name and days are spelt.
    left_out = ("序号", "单位类别", "组织机构代码", "统一社会信用代码", "证件号码", "法定代表人", "检验结论", "严重程度", "证书状态", "状态日期", document, name)
    rest = tuple(re.sub("[-/]", "-", v) for k, v in row.items() if k not in left_out)
    return (subject, row[authority], fold(row[document])), subject, name_of(row[name]), cost, end, (day,) + facts, (name_of(row[name]), content, rest)


def lifts(old, new, today):
    """Is there a day from today on with fewer points taken off?"""
    days = {today} | {end for _, end in (old, new) if end and end > today}

    def points(record, day):
        return record[0] if not record[1] or day < record[1] else 0
    return any(points(new, day) < points(old, day) for day in days)


def is_lighter(old, new):
    """Does the enterprise stand better by this record alone, whatever the policy? A day that is not there is the last."""
    (was_day, was_failed, was_severity, was_public, was_valid, was_kind), (day, failed, severity, public, valid, kind) = old, new

    def number(d):
        return d or datetime.date.max
    if was_failed != failed:
        return was_failed
    if day < was_day:
        return True
    if failed:
        return severity < was_severity or number(public) < number(was_public)
    return number(valid) > number(was_valid) or kind != was_kind or number(public) > number(was_public)


def held(was, cost, end, facts, today):
    """Why a correction of what `was` filed waits for a person; None if it does not."""
    if was[2][-1] != facts[-1]:
        return "other_certificate"
    return "favourable_correction" if is_lighter(was[2], facts) or lifts(was[:2], (cost, end), today) else None


def summarise(kind, path, enterprises, today=None):
    today = today or (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()
    names = {naive_codes.subject(row["统一社会信用代码"]): name_of(row["名称"]) for row in enterprises}
    filed, seen, reasons = {}, set(), {}
    counts = dict.fromkeys(("rows", "accepted", "unchanged", "corrected", "held", "parked", "rejected"), 0)

    def count(outcome, reason=None):
        counts["rows"] += 1
        counts[outcome] += 1
        if reason:
            reasons[reason] = reasons.get(reason, 0) + 1

    with open(path, encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f):
            row = {k: v.strip() for k, v in row.items()}
            try:
                key, subject, name, cost, end, facts, content = read(kind, row, today)
            except Refused as refused:
                count("rejected", str(refused))
                continue
            if subject not in names:
                count("parked", "not_registered")
            elif (key, content) in seen:
                count("unchanged")
            elif name != names[subject]:
                count("held", "name_mismatch")
            elif key in filed and held(filed[key], cost, end, facts, today):
                count("held", held(filed[key], cost, end, facts, today))
            else:
                count("corrected" if key in filed else "accepted")
                filed[key] = (cost, end, facts)
                seen.add((key, content))
    return dict(counts, reasons=reasons)


def main():
    kind, path = sys.argv[1:3]
    with open(sys.argv[3] if len(sys.argv) > 3 else SAMPLE / "enterprises.csv", encoding="utf-8", newline="") as f:
        print(json.dumps(summarise(kind, path, list(csv.DictReader(f))), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
