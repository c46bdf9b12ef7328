#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Sample files of sampling batches and certificates about the enterprises of tests/data/jiange, bad rows among them.

    make_samples.py FOLDER     writes FOLDER/sampling.csv and FOLDER/certificates.csv

The same files every time. What becomes of each row is not written here: tests/support/naive_import.py works it out of
the files alone. Nothing in them depends on the day they are read on: whether a correction lifts a grade is decided by
an end of publicity that is far away.
"""
import csv
import datetime
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import naive_codes  # noqa: E402

SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "data" / "jiange"
FAR = "2099-12-31"

ORGANS = (("剑阁县市场监督管理局", "11510823008765438X", "县级"), ("广元市市场监督管理局", "GY-SCJG", "市"),
          ("四川省市场监督管理局", "SC-SCJG", "省级"))
PRODUCTS = (("菜籽油", "5L/桶", "酸价"), ("挂面", "900g/袋", "水分"), ("复混肥料", "40kg/袋", "总养分"), ("电线电缆", "BV 2.5mm²", "导体电阻"),
            ("豆制品", "散装", "苯甲酸"), ("烟花爆竹", "C级", "药量"), ("水泥", "P·O 42.5", "安定性"), ("校服", "160/84A", "纤维含量"))
SAMPLING = ("序号", "抽检批次号", "被抽样单位", "单位类别", "统一社会信用代码", "组织机构代码", "产品名称", "规格型号", "抽样地点类型", "抽查级别", "检验依据",
            "检验结论", "不合格项目", "严重程度", "结果送达日期", "复检结论", "复检日期", "通报日期", "公示截止期", "抽查机关", "抽查机关代码", "证件号码", "备注")

BODIES = (("华信样例认证有限公司", "CNCA-R-2099-001"), ("川北样例认证中心", "CNCA-R-2099-002"))
KINDS = ("质量管理体系认证", "ISO 9001:2015", "GB/T 19001-2016", "环境管理体系认证", "职业健康安全管理体系认证（ISO45001）", "食品安全管理体系",
         "HACCP认证", "药品GMP证书", "药品GSP证书", "强制性产品认证", "3C", "食品生产许可证", "全国工业产品生产许可证", "绿色食品", "有机产品认证", "农产品地理标志")
CERTIFICATES = ("证书编号", "证书类型", "获证组织", "单位类别", "统一社会信用代码", "组织机构代码", "发证机构", "发证机构代码", "认证范围", "依据标准", "发证日期", "有效期至",
                "证书状态", "状态日期", "法定代表人", "证件号码", "备注")


def enterprises():
    with open(SAMPLE / "enterprises.csv", encoding="utf-8", newline="") as f:
        return [row for row in csv.DictReader(f) if row["状态"] == "存续"]


def day(source, first, last):
    first, last = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return (first + datetime.timedelta(days=source.randrange((last - first).days + 1))).isoformat()


def identity_number(source):
    """Of nobody yet."""
    body = "510823" + str(source.randrange(2060, 2099)) + f"{source.randrange(1, 13):02}{source.randrange(1, 29):02}{source.randrange(1000):03}"
    total = sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(body))
    return body + "10X98765432"[total % 11]


def bad_check(code):
    return code[:17] + next(c for c in naive_codes.USCC_LETTERS if c != code[17])


# --------------------------------------------------------------------------- sampling

def batch(source, number, party):
    organ, code, level = source.choice(ORGANS)
    product, spec, item = source.choice(PRODUCTS)
    noticed = day(source, "2024-01-01", "2026-10-30")
    row = dict.fromkeys(SAMPLING, "")
    row.update({"序号": str(number), "抽检批次号": f"剑抽〔{noticed[:4]}〕{number}号", "被抽样单位": party["名称"], "统一社会信用代码": party["统一社会信用代码"],
                "产品名称": product, "规格型号": spec, "抽样地点类型": source.choice(("生产", "流通", "生产环节", "流通领域")), "抽查级别": level,
                "检验结论": "合格", "通报日期": noticed, "抽查机关": organ, "抽查机关代码": code})
    if number % 3 == 0:
        row["组织机构代码"] = party["组织机构代码"]
    if number % 7 == 0:
        row["单位类别"] = "法人及非法人组织"
    if source.random() < 0.12:
        row.update({"检验结论": "不合格", "不合格项目": item, "严重程度": source.choice(("一般", "一般", "严重", "")), "检验依据": "GB/T 2828.1-2012"})
    return row


def failed(row, **more):
    return dict(row, **{"检验结论": "不合格", "不合格项目": "标签", "严重程度": "一般", "公示截止期": FAR, **more})


def sampling(source, parties):
    rows = [batch(source, n + 1, source.choice(parties)) for n in range(320)]
    # The same again: as it was, with other brackets, with the name in full width.
    rows += [dict(rows[5]), dict(rows[17], 抽检批次号=rows[17]["抽检批次号"].replace("〔", "【").replace("〕", "】")),
             dict(rows[40], 被抽样单位=rows[40]["被抽样单位"].replace("公司", " 公司")), dict(rows[41], 通报日期=rows[41]["通报日期"].replace("-", "/"))]
    number = 1000
    for make in (lambda r: [failed(r), failed(r, 复检结论="合格", 复检日期="2026-11-01")],         # overturned: waits for a person
                 lambda r: [failed(r, 严重程度="严重"), failed(r, 严重程度="一般")],              # milder: waits
                 lambda r: [failed(r), failed(r, 公示截止期="2099-06-30")],                      # over sooner: waits
                 lambda r: [failed(r), failed(r, 严重程度="严重")],                              # worse: corrected
                 lambda r: [failed(r), failed(r, 复检结论="复检中"), failed(r, 复检结论="不合格")],  # upheld: corrected twice
                 lambda r: [r, failed(r), failed(r)],                                          # failed after all, and once more
                 lambda r: [dict(r, 被抽样单位="剑阁县别家有限公司")],
                 lambda r: [dict(r, 备注="经办人身份证" + identity_number(source))],
                 lambda r: [dict(r, 统一社会信用代码="", 组织机构代码=naive_codes.subject(r["统一社会信用代码"]))],
                 lambda r: [dict(r, 单位类别="自然人", 被抽样单位="张某某", 统一社会信用代码="", 证件号码=identity_number(source))],
                 lambda r: [dict(r, 统一社会信用代码=identity_number(source))],
                 lambda r: [dict(r, 统一社会信用代码=bad_check(r["统一社会信用代码"]))],
                 lambda r: [dict(r, 抽检批次号="")], lambda r: [dict(r, 产品名称=" ")], lambda r: [dict(r, 抽查机关代码="")],
                 lambda r: [dict(r, 通报日期="2026-02-30")], lambda r: [dict(r, 通报日期="2999-01-01")],
                 lambda r: [failed(r, 公示截止期="2020-01-01")], lambda r: [failed(r, 结果送达日期="不详")],
                 lambda r: [dict(r, 检验结论="基本合格")], lambda r: [failed(r, 严重程度="特别严重")], lambda r: [dict(r, 抽样地点类型="餐饮")],
                 lambda r: [dict(r, 抽查级别="乡级")], lambda r: [dict(r, 复检结论="合格")], lambda r: [failed(r, 复检结论="不服")],
                 lambda r: [dict(r, 单位类别="外星人")], lambda r: [dict(r, 产品名称="零\u200b宽")], lambda r: [dict(r, 规格型号="长" * 120)]):
        for _ in range(3):
            number += 1
            rows += make(dict(batch(source, number, source.choice(parties)), 检验结论="合格", 不合格项目="", 严重程度=""))
    for _ in range(4):
        number += 1
        rows.append(dict(batch(source, number, parties[0]), 统一社会信用代码=naive_codes.make(source), 被抽样单位="剑阁县未到有限公司", 组织机构代码=""))
    return rows


# --------------------------------------------------------------------------- certificates

def certificate(source, number, party):
    body, code = source.choice(BODIES)
    issued = day(source, "2021-01-01", "2026-10-30")
    row = dict.fromkeys(CERTIFICATES, "")
    row.update({"证书编号": f"{code[-3:]}-{issued[:4]}-{number:05}", "证书类型": source.choice(KINDS), "获证组织": party["名称"],
                "统一社会信用代码": party["统一社会信用代码"], "发证机构": body, "发证机构代码": code, "认证范围": "菜籽油的生产和销售", "发证日期": issued,
                "有效期至": f"{int(issued[:4]) + 9}-01-01", "证书状态": "有效"})
    if number % 5 == 0:
        row["依据标准"] = "GB/T 19001-2016/ISO 9001:2015"
    if number % 11 == 0:
        row["有效期至"] = ""
    return row


def certificates(source, parties):
    rows = [certificate(source, n + 1, source.choice(parties)) for n in range(160)]
    rows += [dict(rows[3]), dict(rows[8], 证书编号=rows[8]["证书编号"].lower().replace("-", "－"))]
    number = 1000
    for make in (lambda r: [r, dict(r, 证书状态="撤销", 状态日期="2026-11-01")],
                 lambda r: [r, dict(r, 证书状态="暂停", 状态日期="2026-11-01"), dict(r, 状态日期="2026-11-20")],  # holds again since
                 lambda r: [r, dict(r, 证书状态="暂停", 状态日期="2026-11-01"), r],                             # and that it held is known
                 lambda r: [dict(r, 证书状态="注销", 状态日期="2026-11-02")],
                 lambda r: [dict(r, 有效期至=r["发证日期"], 证书状态="过期失效")],
                 lambda r: [dict(r, 认证范围="、".join(f"第{i}类产品的设计、生产和服务" for i in range(1, 30)))],
                 lambda r: [dict(r, 获证组织="剑阁县别家有限公司")], lambda r: [dict(r, 备注="联系人" + identity_number(source))],
                 lambda r: [dict(r, 单位类别="自然人", 获证组织="张某某", 统一社会信用代码="", 证件号码=identity_number(source), 法定代表人="张某某")],
                 lambda r: [dict(r, 统一社会信用代码=bad_check(r["统一社会信用代码"]))],
                 lambda r: [dict(r, 证书类型="食品经营许可证")], lambda r: [dict(r, 证书类型="质量管理体系、环境管理体系")],
                 lambda r: [dict(r, 证书类型="ISO50001")], lambda r: [dict(r, 证书状态="异常")], lambda r: [dict(r, 证书状态="撤销")],
                 lambda r: [dict(r, 有效期至="", 证书状态="过期")], lambda r: [dict(r, 有效期至="2998-01-01", 证书状态="过期")],
                 lambda r: [dict(r, 有效期至="2000-01-01")], lambda r: [dict(r, 状态日期="2999-01-01")], lambda r: [dict(r, 发证日期="")],
                 lambda r: [dict(r, 认证范围="")], lambda r: [dict(r, 发证机构代码="a b")]):
        for _ in range(3):
            number += 1
            rows += make(dict(certificate(source, number, source.choice(parties)), 有效期至="2099-01-01"))
    for _ in range(4):
        number += 1
        rows.append(dict(certificate(source, number, parties[0]), 统一社会信用代码=naive_codes.make(source), 获证组织="剑阁县未到有限公司"))
    for make in (lambda r: [r, dict(r, 证书状态="暂停", 状态日期="2026-11-01"), dict(r, 状态日期="2026-10-31")],  # an older file's: waits
                 lambda r: [dict(r, 证书类型="绿色食品"), dict(r, 证书类型="有机产品认证")],                     # two under one number: waits
                 lambda r: [r, dict(r, 有效期至="2099-06-30")], lambda r: [r, dict(r, 有效期至="2098-12-31")],
                 lambda r: [dict(r, 证书状态="失效", 状态日期="2026-11-03")],                                 # long before its time
                 lambda r: [dict(r, 证书状态="撤销", 状态日期="2020-12-31")]):                                # before it was issued
        for _ in range(3):
            number += 1
            rows += make(dict(certificate(source, number, source.choice(parties)), 有效期至="2099-01-01"))
    return rows


def write(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, columns, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    folder = pathlib.Path(sys.argv[1])
    source = random.Random(20261126)
    parties = enterprises()
    write(folder / "sampling.csv", SAMPLING, sampling(source, parties))
    write(folder / "certificates.csv", CERTIFICATES, certificates(source, parties))


if __name__ == "__main__":
    main()
