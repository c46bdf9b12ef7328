#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Workers, the whole daemon, PostgreSQL's backends and its postmaster are killed while eight persons work on cases.
Each notes what it asks before it asks and what it was told after, on disk; the notes are then held against the store.

QCR_LONG=1 kills fifty of each instead of five.
"""
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Call, Case, People, Person  # noqa: E402
from case_people import PEOPLE, Enterprises  # noqa: E402
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402

KILLS = 50 if os.environ.get("QCR_LONG") else 5
WRITERS = 8
STATEMENTS = 40  # of one case
DONE, PENDING = (1000, 1002), 1001


class History:
    """Lines on disk, each there before anything else happens."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "x")

    def note(self, **line):
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def read(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]


class Writer(threading.Thread):
    """One officer at work, with somebody to confirm: opens a case, gives notice, takes statements, and again."""

    def __init__(self, r, people, enterprises, n, stopping):
        super().__init__()
        self.r, self.people, self.enterprises, self.stopping = r, people, enterprises, stopping
        self.history = History(r.dir / f"history-{n}")
        self.persons = {name: Person(r.home, name, r.port, origin="credit.jiange.example") for name in ("officer", "officer3")}
        self.acknowledged, self.odd, self.error = 0, [], None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.work()
        except Exception as e:  # said by the main thread
            self.error = repr(e)
        finally:
            for person in self.persons.values():
                person.close()

    def work(self):
        case = Case(self.people, *self.enterprises.take(), decided_on=None)
        case.ask_day()
        for action in ["open", "notice", "serve-notice"] + ["statement"] * STATEMENTS:
            answer = None if self.stopping.is_set() else self.step(case, action)
            if answer is None:
                return
            if answer["code"] == PENDING:
                answer = self.act("officer3", "decide", {"proposal_serial": int(answer["filed"]["proposal"]), "approve": True})
                if answer is None:
                    return
            if answer["code"] not in DONE:
                self.odd.append((action, answer))
                return
            case.number = answer["filed"]["case_outcome"]["number"]

    def step(self, case, action):
        opening = {"procedure": "samr-44", "name": case.name} if action == "open" else {"number": case.number}
        return self.act("officer", "case_step", {"code": case.code, "action": action, "field": [{"name": n, "value": v} for n, v in case.values(action)],
                                                 **opening})

    def act(self, who, operation, body):
        """Asks until there is an answer that says what happened; None when it is time to stop first."""
        call = self.persons[who].make(operation, body)
        self.history.note(event="asked", who=who, key=call.key.hex(), request=call.request.hex(), signature=call.signature.hex())

        def once():
            answer = ask(self.r, self.persons[who], call)
            if answer and answer["code"] < 4000:
                return answer
            self.history.note(event="unknown", key=call.key.hex(), code=answer["code"] if answer else None)
            return {} if self.stopping.is_set() else None
        answer = wait_until(once, 60, 0.05)
        if not answer:
            return None
        self.history.note(event="told", key=call.key.hex(), code=answer["code"], serial=answer.get("serial"))
        self.acknowledged += answer["ok"]
        return answer


def ask(r, person, call):
    """The answer, or None when the connection broke."""
    try:
        person.port = r.port
        return person.wait(person.send(call))
    except (OSError, EOFError):
        person.close()
        return None


# ------------------------------------------------------------------ kills
def comes_up(r):
    """Starts PostgreSQL; false while what was killed still holds its memory."""
    try:
        r.pg_start()
        return True
    except RuntimeError:
        return False


def kill_worker(r):
    victims = r.processes("worker")
    os.kill(random.choice(victims), signal.SIGKILL)


def kill_daemon(r):
    r.daemon.kill()
    r.daemon.wait()
    r.start()


def kill_backend(r):
    """A server process of the workers; the postmaster then ends all the others."""
    def one():
        try:
            return r.sql("select pid from pg_stat_activity where usename = 'qcr_app' order by random() limit 1")
        except RuntimeError:
            return None
    found = wait_until(one, 20)
    try:
        os.kill(int(found[0][0]), signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_postmaster(r):
    os.kill(r.postmaster(), signal.SIGKILL)
    if not wait_until(lambda: comes_up(r), 30, 0.05):
        raise RuntimeError("PostgreSQL does not come up")


def total(writers):
    return sum(w.acknowledged for w in writers)


def kills(r, writers):
    """Each kill comes when all have been at work again; how often service did not come back."""
    silent = []
    for n in range(KILLS):
        for kill in (kill_worker, kill_daemon, kill_backend, kill_postmaster):
            have = total(writers)
            if not wait_until(lambda: total(writers) >= have + 2 * WRITERS or any(w.error for w in writers), 30):
                silent.append((n, kill.__name__))
            time_of_chance = random.random() * 0.02
            wait_until(lambda end=time.monotonic() + time_of_chance: time.monotonic() > end)
            kill(r)
    have = total(writers)
    if not wait_until(lambda: total(writers) >= have + 2 * WRITERS, 30):
        silent.append("at the end")
    return silent


# ------------------------------------------------------------------ what the notes say against the store
def resolve(r, writers):
    """What nobody knows is asked again under its key; {request: (code, serial)} of everything."""
    known, left, unresolved, in_between = {}, 0, [], set()
    for writer in writers:
        asked, told = {}, {}
        for line in writer.history.read():
            if line["event"] == "asked":
                asked[line["key"]] = line
            elif line["event"] == "told":
                told[line["key"]] = (line["code"], line["serial"])
            else:
                in_between.add(line["key"])
        for key, line in asked.items():
            if key not in told:
                left += 1
                with Person(r.home, line["who"], r.port) as person:
                    call = Call(bytes.fromhex(line["request"]), bytes.fromhex(line["signature"]), bytes.fromhex(key))
                    answer = wait_until(lambda: (lambda a: a if a and a["code"] < 4000 else None)(ask(r, person, call)), 20)
                if not answer:
                    unresolved.append(line["key"])
                    continue
                told[key] = (answer["code"], answer.get("serial"))
            known[line["request"]] = told[key]
    return known, len(in_between), left, unresolved


def judge(r, writers):
    known, in_between, left, unresolved = resolve(r, writers)
    print(f"# {len(known)} acts, {in_between} were asked again until their outcome was known, {left} of them at the end")
    check("the kills hit acts on their way", in_between >= KILLS, in_between)
    check("every act of unknown outcome is known when asked again under its key", not unresolved, unresolved[:3])
    rows = r.sql("select encode(a.request, 'hex'), a.serial, e.serial is not null, p.serial is not null from qcr.act a"
                 " left join qcr.case_event e on e.serial = a.serial left join qcr.proposal p on p.serial = a.serial")
    stored = {}
    for request, serial, event, proposal in rows:
        stored.setdefault(request, []).append((int(serial), event == "t", proposal == "t"))
    wrong = []
    for request, (code, serial) in known.items():
        found = stored.get(request, [])
        want = [(serial, code in DONE, code == PENDING)] if code in DONE or code == PENDING else []
        if found != want:
            wrong.append((code, serial, found))
    check(f"each of {len(known)} acts stands once, under the serial that was told, as the event or proposal it was told to be",
          not wrong, wrong[:3])
    twice = r.sql("select count(*) from (select request from qcr.act group by 1 having count(*) > 1) t")
    check("no act is there twice", twice == [["0"]], twice)
    strange = [request for request, found in stored.items() if request not in known and any(e or p for _, e, p in found)]
    check("nothing is there that nobody asked for", not strange, len(strange))
    gaps = r.sql("select count(*) from (select subject, case_no, count(*) n, max(seq) m from qcr.case_event group by 1, 2) t where n <> m")
    check("no case has a gap", gaps == [["0"]], gaps)


def main():
    with Registry(people=PEOPLE) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        stopping = threading.Event()
        with People(r) as people:
            warm = Case(people, "", "")
            warm.ask_day()
            for action in ("open", "notice", "serve-notice"):
                warm.fields(action)  # the papers are handed in before the trouble begins
            enterprises = Enterprises()
            writers = [Writer(r, people, enterprises, n, stopping) for n in range(WRITERS)]
            for writer in writers:
                writer.start()
            try:
                silent = kills(r, writers)
            finally:
                stopping.set()
                for writer in writers:
                    writer.join()
        check(f"after each of {4 * KILLS} kills the work goes on", not silent, silent)
        check("nobody was told anything but what they asked for, or that it could not be answered",
              not any(w.odd or w.error for w in writers), [(w.odd[:1], w.error) for w in writers if w.odd or w.error][:2])
        judge(r, writers)
        done = r.admin("doctor")
        check("everything still proves itself", done.returncode == 0, done.stdout[-600:])
    finish()


main()
