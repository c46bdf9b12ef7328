#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Recalculations and switches of the policy that meet: a run begun behind one, a run cut by one, and what is due while another
run is unfinished. Nothing of it may keep the daily recalculation from what is due."""
import configparser
import copy
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import TOP, Registry, check, finish, wait_until  # noqa: E402

DEFAULT = json.loads((TOP / "share" / "policies" / "default.json").read_text())
FOUNDING = f"{DEFAULT['id']}@{DEFAULT['version']}"
ORGAN = {"organ": "剑阁县人民政府办公室", "number": "剑府办发〔2026〕3号"}
TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
IN_FORCE = "(SELECT policy_hash FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1)"


class Scene:
    def __init__(self, r):
        self.r = r
        self.hashes = {}
        for version in (1, 2, 3):
            self.add({**copy.deepcopy(DEFAULT), "id": "county", "version": version, "base": 100 - version, "document": ORGAN})
        self.hashes[FOUNDING] = self.r.sql("SELECT encode(policy_hash, 'hex') FROM qcr.policy_activation")[0][0]

    def add(self, document):
        path = self.r.dir / f"policy-{document['version']}.json"
        path.write_text(json.dumps(document, ensure_ascii=False))
        name = f"{document['id']}@{document['version']}"
        done = self.r.admin("policy", "add", path)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        self.hashes[name] = self.r.sql("SELECT encode(policy_hash, 'hex') FROM qcr.policy ORDER BY serial DESC LIMIT 1")[0][0]

    def propose(self, *words):
        done = self.r.admin("policy", *words, "--json")
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return json.loads(done.stdout)["proposal"]

    def recalc(self, *words):
        done = self.r.admin("recalc", "--json", "--pace", 100, *words)
        done.json = json.loads(done.stdout)
        return done

    def start(self, *words):
        return subprocess.Popen(["qcr-admin", "recalc", "--json", *[str(word) for word in words]], env=self.r.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def approve(self, proposal):
        return subprocess.Popen(["qcr", "--as", "admin2", "approve", str(proposal), "--yes"], env=self.r.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def newest(self):
        return self.r.sql("SELECT serial, run_id, encode(policy_hash, 'hex'), (SELECT count(*) FROM qcr.recalc_chunk k WHERE k.run_id = c.run_id),"
                          " EXISTS (SELECT FROM qcr.run_end e WHERE e.run_id = c.run_id) FROM qcr.recalc c ORDER BY serial DESC LIMIT 1")[0]

    def await_chunks(self, process, known):
        """Two chunks of a run that was not `known`."""
        return wait_until(lambda: process.poll() is not None or (self.newest()[0] != known and int(self.newest()[3]) >= 2), 60)


# --------------------------------------------------------------------------------------------------------- behind a switch
def begun_behind(s, words, proposal, expected, said):
    """Planned under the policy before, and its beginning waits for the head behind the switch."""
    with s.r.held("SELECT FROM qcr.ledger_head FOR UPDATE"):
        switch = s.approve(proposal)
        wait_until(lambda: s.r.waits_for_lock("qcr_app"))
        run = s.start(*words, "--pace", 100)
        waited = wait_until(lambda: s.r.waits_for_lock("qcr_recalc"))
    switched, text = switch.wait(), run.communicate(timeout=120)
    switch.communicate()
    out = json.loads(text[0])
    check(f"recalc {' '.join(words) or 'in place'} that begins behind a switch {said}", waited and switched == 0
          and run.returncode == expected[0] and out.get("policy", out.get("error")) == expected[1], (switched, text))


def behind(s):
    begun_behind(s, [], s.propose("activate", "county@1"), (0, "county@1"), "is planned again, under the one in force")
    check("no run in place is of a policy that was not in force at its beginning",
          s.r.sql("SELECT count(*) FROM qcr.recalc c WHERE kind = 'recalc' AND policy_hash <> (SELECT policy_hash FROM qcr.policy_activation a"
                  " WHERE a.serial < c.serial ORDER BY a.serial DESC LIMIT 1)") == [["0"]])
    begun_behind(s, ["--policy", "county@2"], s.propose("activate", "county@2"), (11, "policy-active"), "is refused if it is of the one in force")


def poisoned(s):
    """A run under another policy says nothing of what has been dealt with under the one in force."""
    done = s.recalc()
    s.r.sql(f"SET session_replication_role = replica; UPDATE qcr.recalc SET day = day + 400, policy_hash = '\\x{s.hashes[FOUNDING]}'"
            f" WHERE serial = {done.json['serial']}")
    count = make_due(s, "after a later day")
    due = s.recalc("--due")
    check("what is due is found though a later day was evaluated under another policy", done.returncode == due.returncode == 0
          and due.json["evaluated"] == count > 0, (count, due.stdout, due.stderr))


def make_due(s, seed):
    """Of twenty enterprises an outcome of yesterday that ends today."""
    s.r.sql("BEGIN; SET LOCAL session_replication_role = replica; UPDATE qcr.standing SET version = version + 1, policy_hash ="
            f" {IN_FORCE}, graded_on = {TODAY} - 1, next_change = {TODAY} WHERE subject IN"
            f" (SELECT subject FROM qcr.standing ORDER BY md5(subject || '{seed}') LIMIT 20); COMMIT")
    return int(s.r.sql(f"SELECT count(*) FROM qcr.live_grade WHERE next_change <= {TODAY} OR policy_hash <> {IN_FORCE}")[0][0])


# ----------------------------------------------------------------------------------------------------- while one is unfinished
def passed(s, words, kind):
    known = s.newest()[0]
    run = s.start(*words, "--chunk", 50, "--pace", 3, "--jobs", 1)
    going = s.await_chunks(run, known)
    unfinished = s.newest()
    second = s.recalc("--due")
    check(f"while a run of kind {kind} is going on, what is due is refused", going and second.returncode == 11 and second.json["code"] == 3033
          and second.json["value"] == unfinished[1], second.stderr)
    run.kill()
    run.communicate()
    count = make_due(s, kind)
    due = s.recalc("--due")
    check("once it was killed, what is due passes over it", due.returncode == 0 and due.json["evaluated"] == count > 0
          and due.json["run"] != unfinished[1], (count, due.stdout, due.stderr))
    other = s.recalc("--policy", "county@3")
    check("any other is refused still", other.returncode == 11 and other.json["code"] == 3034 and other.json["value"] == unfinished[1], other.stderr)
    done = s.recalc("--resume")
    check("and the killed one is gone on with", done.returncode == 0 and (done.json["run"], done.json["kind"]) == (unfinished[1], kind), done.stderr)
    summary = json.loads(s.r.sql(f"SELECT summary FROM qcr.run_end WHERE run_id = '{unfinished[1]}'")[0][0])
    counted = s.r.sql(f"SELECT (SELECT sum(rows) FROM qcr.run_chunk WHERE run_id = '{unfinished[1]}'), sum(evaluated) FROM qcr.recalc_chunk"
                      f" WHERE run_id = '{unfinished[1]}'")[0]
    check("to an end that counts its own chunks", [str(summary["changed"]), str(summary["evaluated"])] == counted and int(counted[1]) >= 3000,
          (summary, counted))
    done = s.recalc("--resume")
    check("which leaves nothing to go on with", done.returncode == 1 and done.json["value"] == s.newest()[1], done.stderr)


def just_ended(s):
    """The server knows for a moment longer of who has ended."""
    command = ["psql", "-XqAt", "-h", str(s.r.pg), "-U", "postgres", "-d", "qcr", "-c", "SELECT pg_advisory_lock(x'716372000001'::bigint), pg_sleep(0.4)"]
    with subprocess.Popen(command, env=s.r.env, stdout=subprocess.DEVNULL):
        held = wait_until(lambda: s.r.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == [["1"]])
        done = s.recalc("--due")
    check("whose lock is gone in a moment keeps nobody out", held and done.returncode == 0, done.stderr)


def unit():
    """The unit comes again where waiting helps, and not where nothing will be different."""
    unit = configparser.RawConfigParser(strict=False)
    unit.read(TOP / "share" / "qcr-recalc.service")
    service = dict(unit["Service"])
    check("the daily unit comes again after a run that was in its way", service["restart"] == "on-failure" and service["restartsec"] == "10min"
          and "11" not in service["restartpreventexitstatus"].split(), service)


# --------------------------------------------------------------------------------------------------------- cut by a switch
def cut(s):
    proposal = s.propose("activate", "county@1")
    s.r.sql("BEGIN; SET LOCAL session_replication_role = replica; UPDATE qcr.standing SET version = version + 1, grade = 'ZZZ', score = 1; COMMIT")
    known = s.newest()[0]
    run = s.start("--chunk", 20, "--pace", 5, "--jobs", 1)
    going = s.await_chunks(run, known)
    switch = s.approve(proposal)
    switched = switch.wait()
    switch.communicate()
    out, text = run.communicate(timeout=120)
    out = json.loads(out)
    check("a run in place that is cut by a switch is refused as overtaken, once, and says what to do", going and switched == 0
          and run.returncode == 11 and (out["error"], out["code"]) == ("proposal-overtaken", 3008) and "qcr-admin recalc --due" in text
          and "--resume" not in text, (run.returncode, out, text))
    done = s.recalc("--resume")
    check("it is not gone on with, and what to do is said again", done.returncode == 11 and done.json["code"] == 3008
          and done.json["value"] == s.newest()[1] and "qcr-admin recalc --due" in done.stderr, done.stderr)
    count = make_due(s, "cut")
    due = s.recalc("--due")
    check("what is left is stored under the one in force", due.returncode == 0 and due.json["evaluated"] == count > 0, (count, due.stdout, due.stderr))
    done = s.recalc()
    check("and nobody needs to abandon anything", done.returncode == 0 and done.json["policy"] == "county@1", done.stderr)


def main():
    with Registry() as r:
        r.import_sample()
        s = Scene(r)
        behind(s)
        poisoned(s)
        passed(s, ["--policy", "county@3"], "shadow")
        passed(s, [], "recalc")
        just_ended(s)
        unit()
        cut(s)
    finish()


main()
