#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Outages, kills and restored backups: the outcome is "cannot answer", never a wrong verdict, nothing
acknowledged is lost, nothing happens twice, and service is back as soon as its process is."""
import json
import os
import pathlib
import random
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
KILLS = int(os.environ.get("QCR_KILLS", "30"))


class Traffic:
    """Readers and writers that note every outcome; a writer asks again under its key until it knows."""

    def __init__(self, r):
        self.r, self.stopping = r, threading.Event()
        self.lookups, self.filed, self.odd = {}, [], []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.read) for _ in range(2)] + [threading.Thread(target=self.write, args=(n,)) for n in range(2)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for t in self.threads:
            t.join()

    def read(self):
        while not self.stopping.is_set():
            done = self.r.qcr("lookup", CODE, "--json")
            with self.lock:
                self.lookups[done.returncode] = self.lookups.get(done.returncode, 0) + 1
                if done.returncode not in (0, 5):
                    self.odd.append((done.returncode, done.stdout[:300], done.stderr[:300]))
                if done.returncode == 5 and '"grade"' in done.stdout:
                    self.odd.append(("a grade in a cannot-answer", done.stdout[:300]))

    def write(self, n):
        count = 0
        while not self.stopping.is_set():
            count += 1
            document, key = f"剑市监处罚〔2026〕{n}-{count}号", secrets.token_hex(16)
            while not self.stopping.is_set():
                done = self.r.record(CODE, NAME, document, "--key", key, kind="warning")
                if done.returncode == 0:
                    with self.lock:
                        self.filed.append(document)
                    break
                if done.returncode not in (5, 13):
                    with self.lock:
                        self.odd.append((done.returncode, done.stdout[:300], done.stderr[:300]))
                    break


def answered(r):
    return r.qcr("lookup", CODE, "--json").returncode == 0


def comes_up(r):
    """Starts PostgreSQL; false while what was killed still holds its memory."""
    try:
        r.pg_start()
        return True
    except RuntimeError:
        return False


def kills(r):
    targets = ["worker", "sealer", "follower", "postgres"]
    slow = []
    with Traffic(r) as traffic:
        for n in range(KILLS):
            target = targets[n % 4]
            have = len(traffic.filed)
            wait_until(lambda: len(traffic.filed) > have, 30)
            if target == "postgres":
                os.kill(r.postmaster(), signal.SIGKILL)
                wait_until(lambda: comes_up(r), 30, 0.05)
            else:
                victims = r.processes(target)
                os.kill(random.choice(victims), signal.SIGKILL)
                wait_until(lambda: len(r.processes(target)) == len(victims), 5)
            back = time.monotonic()
            if not wait_until(lambda: answered(r), 20):
                slow.append((target, "never"))
            elif time.monotonic() - back > 1.5:  # one second, and the client's own start
                slow.append((target, round(time.monotonic() - back, 2)))
    check(f"after each of {KILLS} kills service is back within a second of its process", not slow, slow)
    check("only 'cannot answer' in between", not traffic.odd, traffic.odd[:3])
    check("lookups went on meanwhile", traffic.lookups.get(0, 0) > KILLS, traffic.lookups)
    rows = r.sql("select document, count(*) from qcr.record where version = 1 group by 1")
    counts = {document: int(n) for document, n in rows}
    lost = [d for d in traffic.filed if counts.get(d) != 1]
    check(f"each of {len(traffic.filed)} acknowledged filings is there once", not lost, lost[:5])
    check("no filing is there twice", all(n == 1 for n in counts.values()))
    done = r.admin("doctor")
    check("everything still proves itself", done.returncode == 0, done.stdout[-600:])


def unaccepted(r):
    """Connections made while every worker is stopped are served by the workers that replace them."""
    workers = r.processes("worker")
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    waiting = [subprocess.Popen(["qcr", "lookup", CODE, "--json"], env=r.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    def queued():
        table = pathlib.Path("/proc/net/tcp").read_text()
        return table.count(f":{r.port:04X} 0100007F:") >= 1 or table.count(f"0100007F:{r.port:04X} ") >= 8
    wait_until(queued, 5)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    codes = [p.wait(30) for p in waiting]
    check("connections not yet accepted survive their workers' death", codes == [0] * 8, (codes, [p.stderr.read() for p in waiting]))


def outage(r):
    before = r.lookup(CODE)
    r.pg_stop("fast")
    answer = r.lookup(CODE)
    check("with PostgreSQL stopped lookups and logins go on from the view", answer["exit"] == 0 and answer["grade"] == before["grade"], answer)
    check("and say as of when", answer["data_as_of"] >= before["data_as_of"], (before["data_as_of"], answer["data_as_of"]))
    done = r.record(CODE, NAME, "剑市监处罚〔2026〕停1号")
    check("a filing cannot be answered (5)", done.returncode == 5, (done.returncode, done.stdout))
    stale = wait_until(lambda: (lambda a: a if a["exit"] != 0 else None)(r.lookup(CODE)), 30, 0.2)
    check("past the bound the answer is 'cannot answer: stale', without a grade",
          stale and stale["exit"] == 5 and stale.get("reason") == "stale" and "grade" not in stale and stale.get("retry_after_ms", 0) > 0, stale)
    r.pg_start()
    check("with PostgreSQL back answers come back", wait_until(lambda: answered(r), 10))
    check("and the filing that was not answered is not there", r.sql("select count(*) from qcr.record where document like '%停1号%'") == [["0"]])

    sealer = r.processes("sealer")[0]
    os.kill(sealer, signal.SIGSTOP)
    answer = r.lookup(CODE)
    check("with the sealer silent the answer is 'cannot answer', without a grade", answer["exit"] == 5 and answer.get("reason") == "sealer_unavailable" and "grade" not in answer, answer)
    os.kill(sealer, signal.SIGCONT)
    check("with the sealer back answers come back", wait_until(lambda: answered(r), 5))


def drain_and_reload(r):
    children = r.processes("worker")
    r.daemon.send_signal(signal.SIGHUP)
    check("SIGHUP is taken", wait_until(lambda: "reload" in r.log(), 5))
    check("and workers live on", wait_until(lambda: r.processes("worker") == children and answered(r), 5))
    conf = r.home / "qcrd.conf"
    good = conf.read_text()
    conf.write_text(good + "stale_ms = soon\n")
    offset = len(r.log().encode())
    r.daemon.send_signal(signal.SIGHUP)
    check("a configuration that cannot be used is refused naming the key", wait_until(lambda: "stale_ms" in r.log(offset), 5), r.log(offset)[-300:])
    check("and the old one stays in force", answered(r))
    conf.write_text(good)
    bad = []
    stopping = threading.Event()
    def ask():
        while not stopping.is_set():
            done = r.qcr("lookup", CODE, "--json")
            if done.returncode not in (0, 5):
                bad.append((done.returncode, done.stdout, done.stderr))
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for t in threads:
        t.start()
    time_before = time.monotonic()
    r.stop()
    took = time.monotonic() - time_before
    stopping.set()
    for t in threads:
        t.join()
    check("SIGTERM drains: every answer is whole or 'cannot answer'", not bad, bad[:2])
    check("within ten seconds", took < 10, took)
    check("and nothing is left running", not [p for p in r.processes().values() if p])
    r.start()
    check("a new start serves again", wait_until(lambda: answered(r), 10))


def restored_backup(r):
    """Yesterday's database under a running daemon."""
    r.pg_stop("fast")
    backup = r.dir / "backup"
    shutil.copytree(r.pg / "data", backup, copy_function=shutil.copy2)
    for root, dirs, names in os.walk(backup):
        for entry in [root] + [os.path.join(root, n) for n in names]:
            s = os.stat(r.pg / "data")
            os.chown(entry, s.st_uid, s.st_gid)
    os.chmod(backup, 0o700)
    r.pg_start()
    wait_until(lambda: answered(r), 10)
    done = r.record(CODE, NAME, "剑市监处罚〔2026〕备1号", kind="closure")
    check("a record is filed after the backup", done.returncode == 0, done.stdout)
    newest = r.lookup(CODE)
    r.pg_stop("fast")
    shutil.rmtree(r.pg / "data")
    backup.rename(r.pg / "data")
    offset = len(r.log().encode())
    r.pg_start()
    answer = wait_until(lambda: (lambda a: a if a.get("reason") == "store_mismatch" else None)(r.lookup(CODE)), 15, 0.1)
    check("a restored backup is detected and nothing is answered from it", answer and answer["exit"] == 5 and "grade" not in answer, r.lookup(CODE))
    check("with an alarm in the log", "<1>" in r.log(offset), r.log(offset)[-500:])
    done = r.record(CODE, NAME, "剑市监处罚〔2026〕备2号")
    check("nothing is written to it either", done.returncode == 5, (done.returncode, done.stdout))
    r.stop()
    r.start()
    answer = r.lookup(CODE)
    check("a restart does not forget it", answer["exit"] == 5, answer)
    done = r.admin("view", "rebuild", "--yes")
    check("the operator's command takes the restored history into service", done.returncode == 0, done.stdout + done.stderr)
    answer = wait_until(lambda: (lambda a: a if a["exit"] == 0 else None)(r.lookup(CODE)), 15, 0.1)
    check("then answers come from what the store has", answer and int(answer["serial"]) < int(newest["serial"]), (answer, newest["serial"]))


def main():
    with Registry(config={"stale_ms": 8000}) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        check("the registry answers", wait_until(lambda: answered(r), 10))
        running = {role: len(pids) for role, pids in r.processes().items()}
        check("a follower, a sealer and two workers run", running == {"follower": 1, "sealer": 1, "worker": 2}, running)
        unaccepted(r)
        outage(r)
        kills(r)
        drain_and_reload(r)
        restored_backup(r)
    finish()


main()
