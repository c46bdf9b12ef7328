#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Lookups while grades are recalculated: their latencies beside those of the same lookups without.

    tests/bench/recalc_lookups.py [ENTERPRISES [ROUNDS]]      100,000 and 3 otherwise; about 5 minutes

A registry of its own with so many enterprises and as many penalties, brought in by the real import, follower and all. Each
round measures lookups alone, then lookups beside shadow runs one after the other at the command's own pace, which the
follower copies. One JSON document: medians of the rounds, and their ratio. QCR_BUILD is the build's folder.
"""
import csv
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import BUILD, SAMPLE, TOP, Registry  # noqa: E402

ENTERPRISES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
SECONDS, CONNECTIONS = 10, 2
VALUES = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(number):
    """A unified social credit code, GB 32100-2015, around an organization code, GB 11714-1997."""
    body = f"{number:08d}"
    check = 11 - sum(int(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    text = "91510823" + body + {10: "X", 11: "0"}.get(check, str(check))
    total = sum(VALUES.index(c) * pow(3, i, 31) for i, c in enumerate(text))
    return text + VALUES[(31 - total % 31) % 31]


def write(path, sample, rows):
    """Rows like the sample's first, but for what is given."""
    with open(sample, encoding="utf-8-sig", newline="") as f:
        first = next(csv.DictReader(f))
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(first))
        out.writeheader()
        for row in rows:
            out.writerow({**first, **row})


def populate(r, codes):
    write(r.dir / "e.csv", SAMPLE / "enterprises.csv",
          ({"统一社会信用代码": c, "组织机构代码": "", "名称": f"基准企业{i}号"} for i, c in enumerate(codes)))
    write(r.dir / "p.csv", SAMPLE / "penalties.csv",
          ({"CF_XDR_SHXYM": c, "CF_XDR_ZZJG": "", "CF_XDR_MC": f"基准企业{i}号", "CF_WSH": f"剑市监处罚〔2026〕{i}号"} for i, c in enumerate(codes)))
    imported = [r.import_file("enterprises", r.dir / "e.csv"), r.import_file("penalties", r.dir / "p.csv")]
    if [i["accepted"] for i in imported] != [len(codes)] * 2:
        raise RuntimeError(imported)


def lookups(r, codes):
    done = subprocess.run([str(BUILD / "tools" / "qcr-bench"), "lookup", "--json", "--connections", str(CONNECTIONS), "--seconds", str(SECONDS), "-"],
                          env=r.env, input="\n".join(codes), capture_output=True, text=True, timeout=60 + SECONDS)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def beside_runs(r, codes):
    """Lookups while one shadow run follows the other."""
    stop, runs = threading.Event(), []

    def recalculate():
        while not stop.is_set():
            done = r.admin("recalc", "--policy", "quality-credit-aaa@1", "--json")
            if done.returncode:
                raise RuntimeError(done.stderr)
            runs.append(json.loads(done.stdout))

    thread = threading.Thread(target=recalculate)
    thread.start()
    measured = lookups(r, codes)
    stop.set()
    thread.join()
    return measured, runs


with Registry(config={"lookups_per_day": 100_000_000}) as r:
    codes = [code(10_000_000 + i) for i in range(ENTERPRISES)]
    populate(r, codes)
    done = r.admin("policy", "add", TOP / "share" / "policies" / "quality-credit-aaa.json")
    if done.returncode:
        raise RuntimeError(done.stderr)
    random.seed(42)
    sample = random.sample(codes, min(20_000, len(codes)))
    alone, beside, runs = [], [], []
    for _ in range(ROUNDS):
        alone.append(lookups(r, sample))
        measured, some = beside_runs(r, sample)
        beside.append(measured)
        runs += some
    median = lambda results, member: statistics.median(m[member] for m in results)  # noqa: E731
    print(json.dumps({
        "enterprises": ENTERPRISES, "rounds": ROUNDS, "connections": CONNECTIONS,
        "runs": len(runs), "evaluated": sum(run["evaluated"] for run in runs), "failures": sum(m["failures"] for m in alone + beside),
        **{f"{member}_{name}": median(results, member) for name, results in (("alone", alone), ("beside", beside))
           for member in ("per_second", "p50_us", "p99_us", "p999_us")},
        "p99_ratio": round(median(beside, "p99_us") / median(alone, "p99_us"), 2)}))
