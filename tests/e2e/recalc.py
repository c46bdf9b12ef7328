#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Grades recalculated in bulk on the sample: what is refused, what a shadow run leaves alone, what it comes to however often
it is killed, and what is due on a day to come.

The program is killed with -9 at random points; QCR_LONG=1 kills twenty times of each instead of five. The seed is printed,
and taken from QCR_SEED if it is there.
"""
import copy
import datetime
import hashlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import naive_grade  # noqa: E402
from fake_clock import faked  # noqa: E402
from registry import SAMPLE, TOP, Registry, check, finish, wait_until  # noqa: E402

KILLS = 20 if os.environ.get("QCR_LONG") else 5
SEED = int(os.environ.get("QCR_SEED") or time.time_ns() % 10**9)
DEFAULT = json.loads((TOP / "share" / "policies" / "default.json").read_text())
ROWS = ("SELECT DISTINCT ON (subject, ordinal) subject, state, type, kinds, severity, result, certificate, decided_on, publicity_end,"
        " valid_through, fine_fen, confiscated_fen, authority_code || ' ' || document_norm FROM qcr.record"
        " ORDER BY subject, ordinal, version DESC")
LIVE = "SELECT subject, coalesce(grade, ''), coalesce(score::text, ''), coalesce(next_change::text, '') FROM qcr.live_grade ORDER BY 1"


def policy(version, base):
    """The default's next: whoever is rated scores less."""
    return {**copy.deepcopy(DEFAULT), "id": "county", "version": version, "base": base}


class Scene:
    def __init__(self, r):
        self.r = r
        self.random = random.Random(SEED)
        self.env = r.env
        self.days = 0

    def clock(self, days):
        """The database's clock, which decides a run's day."""
        if days != self.days:
            self.r.pg_stop("fast")
            settings = faked(f"+{days}d") if days else {}
            self.r.env.update(settings)
            self.r.pg_start()
            for name in settings:
                del self.r.env[name]
            self.days = days

    def words(self, *words, database=None, days=0, ahead=0):
        """`days` ahead is the database, `ahead` of it this machine alone."""
        self.clock(days)
        env = dict(self.r.env)
        if database:
            env["QCR_DATABASE"] = f"host={self.r.pg} dbname={database}"
        if ahead:
            env.update(faked(f"{ahead:+}d"))
        return ["qcr-admin", "recalc", "--json", *[str(word) for word in words]], env

    def recalc(self, *words, preexec=None, **where):
        command, env = self.words(*words, **where)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, preexec_fn=preexec)
        try:
            done.json = json.loads(done.stdout)
        except ValueError:
            done.json = None
        return done

    def start(self, *words, database=None, days=0):
        """A program of its own, with its jobs in its process group's reach."""
        command, env = self.words(*words, database=database, days=days)
        return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def add(self, document):
        path = self.r.dir / f"policy-{document['version']}.json"
        path.write_text(json.dumps(document, ensure_ascii=False))
        done = self.r.admin("policy", "add", path)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return f"{document['id']}@{document['version']}"

    def naive(self, document, day, database="qcr"):
        """{subject: (grade, score, next change)} of every enterprise, from its records' rows."""
        rows = {subject[0]: [] for subject in self.r.sql("SELECT subject FROM qcr.standing", database=database)}
        for subject, state, kind, kinds, severity, result, certificate, decided, end, valid, fine, confiscated, case in self.r.sql(ROWS, database=database):
            if state == "active":
                rows[subject].append({
                    "type": kind, "kinds": [word for bit, word in enumerate(naive_grade.KINDS) if int(kinds) >> bit & 1],
                    "severity": {"1": "ordinary", "2": "serious"}.get(severity), "result": result or None, "certificate": certificate or None,
                    "decided_on": decided, "publicity_end": end or None, "valid_through": valid or None, "case": case,
                    "fine_fen": int(fine), "confiscated_fen": int(confiscated)})
        graded = {}
        for subject, files in rows.items():
            grade, score, until = naive_grade.grade(files, day, (), document)
            graded[subject] = (grade, "" if score is None else str(score), until or "")
        return graded

    def live(self, database="qcr"):
        return {row[0]: tuple(row[1:]) for row in self.r.sql(LIVE, database=database)}

    def live_hash(self, database="qcr"):
        return hashlib.sha256(json.dumps(sorted(self.live(database).items())).encode()).hexdigest()

    def would_be(self, serial):
        """What would hold if that shadow run were activated now."""
        rows = self.r.sql(
            "SELECT s.subject, coalesce(g.grade, s.grade), coalesce(CASE WHEN g.subject IS NULL THEN s.score ELSE g.score END::text, ''),"
            " coalesce(CASE WHEN g.subject IS NULL THEN s.next_change ELSE g.next_change END::text, '') FROM qcr.standing s"
            f" LEFT JOIN qcr.shadow_grade g ON g.run_serial = {serial} AND g.subject = s.subject AND g.version = s.version ORDER BY 1")
        return {row[0]: tuple(row[1:]) for row in rows}

    def hash_of(self, outcomes):
        return hashlib.sha256(json.dumps(sorted(outcomes.items())).encode()).hexdigest()

    def newest(self, database="qcr"):
        return self.r.sql("SELECT c.run_id, c.serial, EXISTS (SELECT FROM qcr.run_end e WHERE e.run_id = c.run_id),"
                          " (SELECT count(*) FROM qcr.run_chunk k WHERE k.run_id = c.run_id) FROM qcr.recalc c ORDER BY c.serial DESC LIMIT 1",
                          database=database)[0]

    def chunks(self, database="qcr"):
        return int(self.r.sql("SELECT count(*) FROM qcr.recalc_chunk", database=database)[0][0])

    def copy_of(self, name):
        self.r.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", database="postgres")
        self.r.sql(f"CREATE DATABASE {name} TEMPLATE qcr", database="postgres")
        return name


def today():
    return (datetime.datetime.utcnow() + datetime.timedelta(hours=8)).date()


def on(days):
    return str(today() + datetime.timedelta(days=days))


# ------------------------------------------------------------------------------------------------------------- refusals
def refused(s, name):
    for what, words, status, said in (
            ("a policy that nobody has added", ("--policy", "nothing@1"), 11, "nothing@1: there is no such policy"),
            ("the hash of one that nobody has added", ("--policy", "ab" * 32), 11, f"{'ab' * 32}: there is no such policy"),
            ("a word that names no policy", ("--policy", "county"), 1, "county: neither ID@VERSION nor a hash"),
            ("the policy in force", ("--policy", f"{DEFAULT['id']}@{DEFAULT['version']}"), 11, "is the one in force"),
            ("what is due under another policy", ("--policy", name, "--due"), 2, "--due is under the policy in force"),
            ("going on with what was not begun", ("--resume",), 1, "no recalculation is unfinished: there has been none"),
            ("going on with another", ("--resume", "--policy", name), 2, "--resume goes on with a run as it was begun"),
            ("no jobs", ("--jobs", "0"), 2, "0: not a number"),
            ("more than the whole time", ("--pace", "101"), 2, "101: not a number"),
            ("an officer's key", ("--as", "officer"), 8, "may not recalculate: role admin is needed"),
            ("a key that is not there", ("--as", "nobody"), 1, "nobody")):
        done = s.recalc(*words)
        check(f"{what} is refused with {status} and said why", done.returncode == status and said in done.stderr, (done.returncode, done.stderr))
    for words, said in ((("--policy", "nothing@1"), ("not-there", 3010, "policy", "nothing@1")),
                        (("--policy", f"{DEFAULT['id']}@{DEFAULT['version']}"), ("policy-active", 3031, "policy", f"{DEFAULT['id']}@{DEFAULT['version']}")),
                        (("--as", "officer"), ("role-missing", 2103, None, None)), (("--as", "nobody"), ("system", None, None, None))):
        done = s.recalc(*words)
        check(f"a program is told of {said[0]} by word, code, field, value, and the reason people read",
              done.json and tuple(done.json[key] for key in ("error", "code", "field", "value")) == said and done.json["reason"]
              and done.json["reason"] in done.stderr, (done.stdout, done.stderr))
    check("nothing refused has left a trace", s.r.sql("SELECT count(*) FROM qcr.recalc") == [["0"]])


# ---------------------------------------------------------------------------------------------------------- wrong clocks
def wrong_clock(s):
    """Whoever runs it may have any clock: what is stored for a day to come would stay until that day."""
    before = s.live_hash()
    for ahead in (60, -2):
        for words in ([], ["--due"]):
            done = s.recalc(*words, "--pace", 100, ahead=ahead)
            check(f"a clock {ahead} days off recalculates {' '.join(words) or 'everybody'} for the database's today", done.returncode == 0
                  and done.json["day"] == str(today()) and done.json["changed"] == 0 and s.live_hash() == before, (done.stdout, done.stderr))
    apart = s.r.sql("SELECT extract(epoch FROM l.at - substring(convert_from(r.header, 'UTF8') FROM E'\\\\mat (\\\\S+)')::timestamptz) FROM qcr.run r"
                    " JOIN qcr.ledger l USING (serial) WHERE r.kind = 'recalc'")
    check("and is signed as begun when its entry was made", len(apart) == 2 and all(0 <= float(row[0]) < 10 for row in apart), apart)


def ignored_children(s):
    """Who ignores the end of children hands that down to whom it starts."""
    done = s.recalc("--pace", 100, "--jobs", 2, preexec=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    check("a run whose starter ignores the ends of children comes to its end", done.returncode == 0 and done.json["changed"] == 0, done.stderr)


# --------------------------------------------------------------------------------------------------------------- shadow
def shadow(s, name, document):
    before, head = s.live_hash(), int(s.r.sql("SELECT serial FROM qcr.ledger_head")[0][0])
    standings = s.r.sql("SELECT md5(string_agg(s::text, ',' ORDER BY subject)) FROM qcr.standing s")
    done = s.recalc("--policy", name, "--chunk", 100, "--jobs", 3, "--pace", 100)
    check("a shadow run ends", done.returncode == 0, done.stderr)
    out, expected = done.json, s.naive(document, out_day(done))
    changed = sum(expected[subject] != outcome for subject, outcome in s.live().items())
    check("it has evaluated everybody and found who differs", (out["evaluated"], out["changed"]) == (len(expected), changed), out)
    check("its count of grades is everybody", sum(out["grades"].values()) == len(expected), out["grades"])
    check("no outcome that holds has changed", s.live_hash() == before)
    check("nor any standing", s.r.sql("SELECT md5(string_agg(s::text, ',' ORDER BY subject)) FROM qcr.standing s") == standings)
    check("what it would put in force is what an independent grader says", s.would_be(out["serial"]) == expected,
          [(k, v, expected[k]) for k, v in s.would_be(out["serial"]).items() if v != expected[k]][:3])
    due = s.r.sql(f"SELECT next_change, unnest(subjects) FROM qcr.shadow_due WHERE run_serial = {out['serial']} ORDER BY 1, 2")
    rows = s.r.sql(f"SELECT next_change, subject FROM qcr.shadow_grade WHERE run_serial = {out['serial']} AND next_change IS NOT NULL ORDER BY 1, 2")
    check("its lists by day are its outcomes'", due == rows and due != [], (len(due), len(rows)))
    numbers = [int(row[0]) for row in s.r.sql(f"SELECT chunk FROM qcr.run_chunk WHERE run_id = '{out['run']}' ORDER BY 1")]
    check("chunks of three jobs have numbers of their own, without gaps", numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 25, numbers)
    summary = s.r.sql(f"SELECT summary, chunks FROM qcr.run_end WHERE run_id = '{out['run']}'")[0]
    check("the signed summary says the same, canonically",
          summary[0] == json.dumps({"changed": changed, "evaluated": len(expected), "through": out["through"]}, separators=(",", ":"), sort_keys=True)
          and int(summary[1]) == len(numbers) and out["through"] > head, summary)
    return out


def out_day(done):
    return done.json["day"]


def gated(s):
    """Of a policy with gates the upper grades stand above the bands they lift from."""
    document = json.loads((TOP / "share" / "policies" / "quality-credit-aaa.json").read_text())
    done = s.recalc("--policy", s.add(document), "--pace", 100)
    check("grades are told from the best to the worst", done.returncode == 0 and list(done.json["grades"]) == ["AAA", "AA", "A", "B", "C", "D", "unrated"], done.stdout)
    expected = s.naive(document, out_day(done))
    counts = {grade: sum(outcome[0] == grade for outcome in expected.values()) for grade in done.json["grades"]}
    check("with as many of each as the naive grader finds", done.json["grades"] == counts and counts["AAA"] > 0, (done.json["grades"], counts))


def told(s, name):
    done = s.recalc("--policy", name, "--chunk", 20, "--pace", 8, "--jobs", 1)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    check("off a terminal progress is a JSON document a line", done.returncode == 0 and lines
          and all(set(line) == {"run", "evaluated", "of", "changed", "rate", "seconds_left"} and line["run"] == done.json["run"] for line in lines), done.stderr)
    check("it goes forward", [line["evaluated"] for line in lines] == sorted(line["evaluated"] for line in lines), lines)


# ------------------------------------------------------------------------------------------------------ two runs, killed
def await_chunks(s, more, process, database="qcr", before=None):
    before = s.chunks(database) if before is None else before
    return wait_until(lambda: s.chunks(database) >= before + more or process.poll() is not None, 60) and process.poll() is None


def second(s, name):
    before = s.chunks()
    first = s.start("--policy", name, "--chunk", 20, "--pace", 5, "--jobs", 1)
    going = await_chunks(s, 2, first, before=before)
    run = s.newest()[0]
    done = s.recalc("--due")
    check("a second run is refused and names the first, whose it is and how far it is", going and done.returncode == 11
          and (done.json["error"], done.json["code"], done.json["field"], done.json["value"]) == ("run-going-on", 3033, "run", run) and f"run {run} of admin is going on since" in done.stderr
          and "of about 3000 enterprises are evaluated" in done.stderr, done.stderr)
    first.kill()
    first.wait()
    first.stderr.close()
    done = s.recalc("--policy", name)
    check("a run before that was cut off is named, with what can be done", done.returncode == 11
          and (done.json["error"], done.json["code"], done.json["field"], done.json["value"]) == ("run-unfinished", 3034, "run", run)
          and f"run {run}, begun by admin" in done.stderr and "qcr-admin recalc --resume" in done.stderr and "--abandon" in done.stderr, done.stderr)
    chunks = s.chunks()
    done = s.recalc("--resume", "--as", "admin2")
    check("who did not begin it cannot go on with it: all of it is signed with one certificate", done.returncode == 11 and s.chunks() == chunks
          and (done.json["error"], done.json["code"], done.json["field"], done.json["value"]) == ("run-unfinished", 3034, "run", run)
          and f"run {run} was begun by admin with the certificate" in done.stderr and "--abandon" in done.stderr, done.stderr)
    done = s.recalc("--policy", name, "--abandon", "--pace", 100)
    check("another may begin when it is left as it is", done.returncode == 0 and done.json["run"] != run, done.stderr)
    check("and the one that was left has no end", s.r.sql(f"SELECT count(*) FROM qcr.run_end WHERE run_id = '{run}'") == [["0"]])
    newest, serial = s.newest()[:2]
    done = s.recalc("--resume")
    check("nothing is left to go on with, and it is said that the newest has ended", done.returncode == 1
          and f"the newest, run {newest} of serial {serial}, has ended" in done.stderr and done.json["value"] == newest, done.stderr)


def due_anew(s, days, wanted):
    """The timer needs nobody: what was cut off of what is due is due still."""
    database = s.copy_of("anew")
    before = s.chunks(database)
    process = s.start("--due", "--chunk", 20, "--pace", 10, database=database, days=days)
    going = await_chunks(s, 2, process, database=database, before=before)
    process.kill()
    process.wait()
    process.stderr.close()
    left = s.newest(database)
    done = s.recalc("--due", "--pace", 100, database=database, days=days)
    check("what is due is begun anew after a run over it was cut off", going and left[2] == "f" and done.returncode == 0
          and not done.json["resumed"] and s.live_hash(database) == wanted, (left, done.stderr))


def kill_and_resume(s, words, database, days, delay):
    """Kills the run after `delay` seconds of its work, then each run that goes on with it, until one ends. How many were killed."""
    killed = 0
    words = list(words)
    while True:
        known = s.r.sql("SELECT count(*) FROM qcr.recalc", database=database)[0][0]
        process = s.start(*words, "--chunk", 40, "--pace", 30, "--jobs", s.random.choice((1, 2, 3)), database=database, days=days)
        wait_until(lambda: process.poll() is not None or "--resume" in words
                   or s.r.sql("SELECT count(*) FROM qcr.recalc", database=database)[0][0] != known, 60)
        try:
            process.wait(s.random.uniform(0, delay))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        text = process.stderr.read()
        process.stderr.close()
        ended = s.newest(database)[2] == "t"
        if ended or process.returncode not in (0, -signal.SIGKILL):
            return killed, process.returncode, text
        words = ["--resume"]
        # Now and then the rest goes through: otherwise a run of many chunks would be killed for ever.
        delay *= 1.3


def killed_shadow(s, name, wanted):
    kills, wrong = 0, []
    while kills < KILLS:
        more, status, text = kill_and_resume(s, ["--policy", name], "qcr", 0, 0.4)
        kills += more
        serial = s.newest()[1]
        if s.hash_of(s.would_be(serial)) != wanted:
            wrong.append((serial, status, text))
        numbers = [int(row[0]) for row in s.r.sql(f"SELECT chunk FROM qcr.run_chunk WHERE run_id = '{s.newest()[0]}' ORDER BY 1")]
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append((serial, numbers))
    check(f"shadow runs killed {kills} times and gone on with export what the unkilled one does", not wrong, wrong[:2])


def killed_in_place(s, days, wanted):
    kills, wrong = 0, []
    while kills < KILLS:
        for words in ([], ["--due"]):
            database = s.copy_of("killed")
            more, status, text = kill_and_resume(s, words, database, days, 0.3)
            kills += more
            if s.live_hash(database) != wanted:
                wrong.append((words, status, text))
            odd = s.r.sql("SELECT count(*) FROM qcr.standing s LEFT JOIN qcr.grade_history h USING (subject, version)"
                          " WHERE (h.grade, h.score, h.next_change) IS DISTINCT FROM (s.grade, s.score, s.next_change) AND s.version > 1"
                          " AND s.serial > (SELECT min(serial) FROM qcr.recalc)", database=database)
            if odd != [["0"]]:
                wrong.append((words, odd))
    check(f"recalculations in place killed {kills} times and gone on with end as the unkilled one", not wrong, wrong[:2])


# ------------------------------------------------------------------------------------------------------------------ due
def due(s, days):
    """On a day to come, in copies: what is due, everything, and the day after what was due."""
    expected = s.naive(DEFAULT, on(days))
    database = s.copy_of("due")
    stale = sum(bool(until) and until <= on(days) for _, _, until in s.live(database).values())
    done = s.recalc("--due", "--pace", 100, database=database, days=days)
    check("what is due is evaluated, and nothing else", done.returncode == 0 and stale > 100
          and (done.json["evaluated"], done.json["changed"]) == (stale, stale), (done.json, stale, done.stderr))
    check("then every outcome is the day's", s.live(database) == expected)
    left = s.r.sql("SELECT count(*) FROM qcr.ledger_change c JOIN qcr.standing s USING (subject, version) JOIN qcr.grade_history h USING (subject, version)"
                   f" WHERE c.serial > {done.json['serial']} AND s.graded_on = '{on(days)}' AND h.serial = c.serial", database=database)
    check("each is in the feed and in the history", left == [[str(stale)]], left)
    head = s.r.sql("SELECT serial FROM qcr.ledger_head", database=database)
    again = s.recalc("--due", database=database, days=days)
    check("once more there is nothing due, and no run", again.returncode == 0 and again.json["run"] is None
          and s.r.sql("SELECT serial FROM qcr.ledger_head", database=database) == head, again.stdout)
    full = s.recalc("--pace", 100, database=database, days=days)
    check("evaluating everybody finds nothing else", full.returncode == 0 and (full.json["evaluated"], full.json["changed"]) == (len(expected), 0), full.json)
    wanted = s.live_hash(database)
    database = s.copy_of("due")
    full = s.recalc("--pace", 100, "--jobs", 2, database=database, days=days)
    check("evaluating everybody without the one before comes to the same", full.json["changed"] == stale and s.live_hash(database) == wanted, full.json)
    return wanted


def bounded(s):
    """Where little changes pages grow; then everything changes."""
    database = s.copy_of("bounded")
    wanted = s.live_hash(database)
    middle = s.r.sql("SELECT subject FROM qcr.standing ORDER BY 1 OFFSET 1500 LIMIT 1", database=database)[0][0]
    s.r.sql(f"UPDATE qcr.standing SET grade = 'ZZZ', score = 1 WHERE subject > '{middle}'", database=database)
    done = s.recalc("--chunk", 20, "--pace", 100, "--jobs", 1, database=database)
    rows = [int(row[0]) for row in s.r.sql(f"SELECT rows FROM qcr.run_chunk WHERE run_id = '{done.json['run']}' ORDER BY chunk", database=database)]
    read = s.r.sql(f"SELECT max(evaluated) FROM qcr.recalc_chunk WHERE run_id = '{done.json['run']}'", database=database)
    check("no transaction in place writes more rows than a chunk has, though it may read more", done.returncode == 0 and max(rows) == 20
          and int(read[0][0]) > 100 and sum(rows) == done.json["changed"] > 1400, (max(rows), read, done.json))
    check("and what was cut off a page is evaluated by the next", s.live_hash(database) == wanted and done.json["evaluated"] == 3000, done.json)


def looked_for_once(s, days):
    """Reading what is due again for every page would take the square of what is due."""
    database = s.copy_of("once")
    looks = ("SELECT coalesce(sum(idx_scan), 0) + (SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'standing') FROM pg_stat_user_indexes"
             " WHERE indexrelname = 'standing_due'")
    s.clock(days)
    s.r.sql("ANALYZE qcr.standing", database=database)
    before = int(s.r.sql(looks, database=database)[0][0])
    done = s.recalc("--due", "--chunk", 5, "--pace", 100, database=database, days=days)
    pages = int(s.newest(database)[3])
    more = int(wait_until(lambda: int(s.r.sql(looks, database=database)[0][0]) - before, 10) or 0)
    check("what is due is looked for once, however many pages it has", done.returncode == 0 and pages > 20 and 0 < more < pages / 4, (pages, more, done.stderr))


def switched(s, out, document, days):
    """In a copy where the shadow run holds: what is due is found in its lists, and what changed after it is of its policy then."""
    database = s.copy_of("switched")
    s.r.sql(f"INSERT INTO qcr.policy_activation SELECT h.serial, r.policy_hash, r.serial FROM qcr.ledger_head h, qcr.recalc r"
            f" WHERE r.serial = {out['serial']}", database=database)
    check("what holds is the run's", s.live(database) == s.naive(document, out["day"]))
    done = s.recalc("--pace", 100, database=database)
    check("under the policy in force nothing differs from it", done.returncode == 0 and done.json["changed"] == 0, (done.json, done.stderr))
    done = s.recalc("--due", "--pace", 100, database=database, days=days)
    check("what is due of it on a day to come is found", done.returncode == 0 and done.json["changed"] > 100, (done.json, done.stderr))
    expected = s.naive(document, on(days))
    check("and every outcome is the day's under that policy", s.live(database) == expected,
          [(k, v, expected[k]) for k, v in s.live(database).items() if v != expected[k]][:3])
    done = s.recalc("--due", "--pace", 100, database=database, days=days + 60)
    expected = s.naive(document, on(days + 60))
    check("two months on again, though only days behind the last are looked at", done.returncode == 0 and s.live(database) == expected,
          [(k, v, expected[k]) for k, v in s.live(database).items() if v != expected[k]][:3])


# --------------------------------------------------------------------------------------------------- filings in between
def overtaken(s, name, document):
    before = s.chunks()
    process = s.start("--policy", name, "--chunk", 100, "--pace", 6, "--jobs", 1)
    await_chunks(s, 3, process, before=before)
    run = s.newest()[0]
    reached = s.r.sql(f"SELECT min(last_subject) FROM qcr.recalc_chunk WHERE run_id = '{run}'")[0][0]
    code, party = s.r.sql(f"SELECT c.code, v.name FROM qcr.code c JOIN qcr.party_version v USING (subject) WHERE subject <= '{reached}'"
                          " AND v.version = 1 AND length(c.code) = 18 ORDER BY subject LIMIT 1")[0]
    filed = s.r.record(code, party, "剑市监处罚〔2026〕9001号", kind="closure", decided_on=str(today()))
    running = process.poll() is None
    process.wait()
    process.stderr.close()
    check("a record is filed while its enterprise's chunk lies behind", filed.returncode == 0 and running, filed.stderr)
    serial = s.newest()[1]
    caught = s.r.sql(f"SELECT count(*), coalesce(sum(evaluated), 0) FROM qcr.recalc_chunk WHERE run_id = '{run}' AND is_catch_up")[0]
    check("it is caught up before the run ends", caught[0] == "1" and int(caught[1]) >= 1, caught)
    check("and the run has all as it is now", s.would_be(serial) == s.naive(document, str(today())))


# ------------------------------------------------------------------------------------------------------- what goes wrong
def database_killed(s, name, wanted):
    before = s.chunks()
    process = s.start("--policy", name, "--chunk", 40, "--pace", 10, "--jobs", 2)
    await_chunks(s, 4, process, before=before)
    s.r.pg_stop("immediate")
    text = process.communicate(timeout=60)[1]
    check("when the database is killed the run ends with 5, says where it stands and how it goes on",
          process.returncode == 5 and "stands at" in text and "--resume goes on" in text, (process.returncode, text))
    check("and that what holds is untouched", "The grades that hold are untouched" in text, text)
    s.r.pg_start()
    done = s.recalc("--resume", "--pace", 100)
    check("it is gone on with to the same end", done.returncode == 0 and done.json["resumed"] and s.hash_of(s.would_be(done.json["serial"])) == wanted, done.stderr)


def disk_full(s, name, wanted):
    """What the server says when its disk is full comes after some chunks."""
    s.r.sql("CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT count(*) FROM qcr.recalc_chunk) >"
            f" {s.chunks() + 5} THEN RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file: No space left on device'; END IF;"
            " RETURN NEW; END $$")
    s.r.sql("CREATE TRIGGER full_disk BEFORE INSERT ON qcr.run_chunk FOR EACH ROW EXECUTE FUNCTION public.full_disk()")
    before = s.live_hash()
    done = s.recalc("--policy", name, "--chunk", 100, "--jobs", 2, "--pace", 100)
    check("a full disk ends the run with 5, the server's words, and where it stands", done.returncode == 5 and "No space left on device" in done.stderr
          and "(53100)" in done.stderr and "stands at" in done.stderr and "--resume goes on" in done.stderr, done.stderr)
    check("the outcomes that hold are untouched", s.live_hash() == before)
    s.r.sql("DROP TRIGGER full_disk ON qcr.run_chunk")
    s.r.sql("DROP FUNCTION public.full_disk()")
    done = s.recalc("--resume", "--pace", 100)
    check("with room again it is gone on with to the same end", done.returncode == 0 and s.hash_of(s.would_be(done.json["serial"])) == wanted, done.stderr)


def main():
    print(f"# seed {SEED}", flush=True)
    with Registry(workers=1) as r:
        s = Scene(r)
        r.import_sample()
        r.import_file("certificates", SAMPLE / "certificates.csv")
        document = policy(1, 90)
        name = s.add(document)
        refused(s, name)
        wrong_clock(s)
        ignored_children(s)
        out = shadow(s, name, document)
        wanted = s.hash_of(s.would_be(out["serial"]))
        gated(s)
        told(s, name)
        second(s, name)
        killed_shadow(s, name, wanted)
        database_killed(s, name, wanted)
        disk_full(s, name, wanted)
        # Copies need a database that nobody is connected to.
        r.stop()
        days = 200
        due_hash = due(s, days)
        due_anew(s, days, due_hash)
        killed_in_place(s, days, due_hash)
        looked_for_once(s, days)
        bounded(s)
        switched(s, shadow_again(s, name), document, days)
        s.clock(0)
        r.start()
        overtaken(s, name, document)
        found = r.admin("doctor")
        check("the doctor finds nothing", found.returncode == 0, found.stdout[-2000:] + found.stderr[-500:])
    finish()


def shadow_again(s, name):
    return s.recalc("--policy", name, "--pace", 100).json


main()
