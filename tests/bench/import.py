#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""How fast files come in, against PostgreSQL's COPY of the very same rows.

    QCR_BUILD=BUILD tests/bench/import.py [ENTERPRISES] [PENALTIES]     20000 and 60000 by default

Makes a registry of its own, imports, takes out what the import stored, and copies that into the same tables (with their
keys, checks and triggers) of a second database that was founded alike; three rounds, each both ways, the medians are
told. COPY is the floor: it reads no CSV of a department, checks no code, finds no duplicate, decides and grades nothing,
updates no standing and signs nothing.
"""
import csv
import json
import pathlib
import random
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import naive_codes  # noqa: E402
from registry import Registry  # noqa: E402

ROUNDS = 3
# In the order that foreign keys want. What an import updates instead (standing) is not among penalties' tables.
LEDGER = ("ledger", "ledger_body", "run", "run_chunk", "run_end")
TABLES = {"enterprises": LEDGER + ("party", "party_version", "code", "standing", "grade_history", "ledger_change"),
          "penalties": LEDGER + ("record", "record_body", "coverage", "grade_history", "ledger_change")}


def make_enterprises(path, source, count):
    codes = []
    with open(path, "w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow("统一社会信用代码,组织机构代码,名称,类型,行政区划,乡镇,行业,状态,成立日期".split(","))
        for i in range(count):
            codes.append(naive_codes.make(source))
            writer.writerow((codes[-1], "", f"剑阁县第{i}实业有限公司", "企业", "510823", "公兴镇", "C13", "存续", "2015-03-01"))
    return codes


def make_penalties(path, source, codes, count):
    kinds = ("警告", "罚款", "罚款", "罚款、没收违法所得", "责令停产停业")
    with open(path, "w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow("CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM".split(","))
        for i in range(count):
            at = source.randrange(len(codes))
            kind = kinds[i % len(kinds)]
            writer.writerow((f"剑阁县第{at}实业有限公司", "法人及非法人组织", codes[at], f"剑市监处罚〔2026〕{i}号", "生产不合格产品", "当事人生产不合格产品，证据确凿",
                             "《中华人民共和国产品质量法》第四十九条", kind, kind, "0.9", f"2026-{1 + i % 10:02}-{1 + i % 28:02}", "",
                             "剑阁县市场监督管理局", "11510823008765438X"))


def psql(r, text, database="postgres", stdout=None):
    return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text], env=r.env, check=True, stdout=stdout)


def timed(what):
    start = time.monotonic()
    what()
    return time.monotonic() - start


def bring_in(r, kind, path):
    def run():
        done = r.admin("import", kind, path, "--json", "--quiet", timeout=3600)
        if done.returncode or json.loads(done.stdout)["accepted"] != json.loads(done.stdout)["rows"]:
            raise RuntimeError(done.stdout + done.stderr)
    return timed(run)


def serial(r):
    return int(r.sql("SELECT serial FROM qcr.ledger_head")[0][0])


def take_out(r, kind, after):
    """The rows that the last import stored, a file a table."""
    for table in TABLES[kind]:
        with open(r.dir / f"{kind}-{table}", "wb") as f:
            where = "" if table == "record_body" else " WHERE serial > %d" % after
            columns = r.sql("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid ="
                            f" 'qcr.{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''")[0][0]
            psql(r, f"COPY (SELECT {columns} FROM qcr.{table}{where}) TO STDOUT", "qcr", stdout=f)
            (r.dir / f"{kind}-{table}.columns").write_text(columns)


def copy_in(r, kind):
    """One session, as an import is one."""
    script = r.dir / f"{kind}.sql"
    script.write_text("".join(f"\\copy qcr.{table} ({(r.dir / f'{kind}-{table}.columns').read_text()}) from '{r.dir}/{kind}-{table}'\n"
                              for table in TABLES[kind]))
    return timed(lambda: subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "floor", "-1", "-f", script], env=r.env, check=True))


def anew(r, name):
    psql(r, f"DROP DATABASE IF EXISTS {name}")
    psql(r, f"CREATE DATABASE {name} TEMPLATE founded")


def main():
    counts = {"enterprises": int(sys.argv[1]) if len(sys.argv) > 1 else 20000, "penalties": int(sys.argv[2]) if len(sys.argv) > 2 else 60000}
    source = random.Random(1)
    taken, floor = {"enterprises": [], "penalties": []}, {"enterprises": [], "penalties": []}
    with Registry(start=False) as r:
        r.env["PGOPTIONS"] = "-c client_min_messages=warning"
        files = {kind: r.dir / f"{kind}.csv" for kind in counts}
        make_penalties(files["penalties"], source, make_enterprises(files["enterprises"], source, counts["enterprises"]), counts["penalties"])
        psql(r, "ALTER DATABASE qcr RENAME TO founded")
        for _ in range(ROUNDS):
            anew(r, "qcr")
            anew(r, "floor")
            for kind in counts:
                after = serial(r)
                taken[kind].append(bring_in(r, kind, files[kind]))
                take_out(r, kind, after)
                floor[kind].append(copy_in(r, kind))
    for kind, rows in counts.items():
        seconds, copied = statistics.median(taken[kind]), statistics.median(floor[kind])
        print(json.dumps({"kind": kind, "rows": rows, "import_s": round(seconds, 2), "import_rows_s": round(rows / seconds),
                          "copy_s": round(copied, 2), "copy_rows_s": round(rows / copied), "ratio": round(seconds / copied, 2)}))


if __name__ == "__main__":
    main()
