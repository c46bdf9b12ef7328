#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The follower copies what a recalculation under the next policy finds, believes it by the signed roots alone, and makes
it live in the same step as the policy that two administrators put in force; whatever else is entered refuses the store.
Everything is entered by hand with true signatures, so that each part can be wrong by itself."""
import datetime
import json
import os
import pathlib
import secrets
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import case_client  # noqa: E402
from case_client import People, today  # noqa: E402
from forger import Forger, hexadecimal  # noqa: E402
from handmade_run import HandmadeRun, Outcome, activate, add_policy, approve, propose  # noqa: E402
from registry import BUILD, SAMPLE, TOP, Registry, check, finish, wait_until  # noqa: E402

PEOPLE = TOP / "tests" / "support" / "case-people.csv"
VIEW_DUMP = os.environ.get("QCR_VIEW_DUMP", str(BUILD / "tests" / "view" / "view-dump"))
SLOTS = ("13 ", "14 ")  # registry/view/view_table.h
FOUNDING = "quality-credit-default"
case_client.ACTS.update({"policy_add", "policy_activate"})


def default_policy():
    return json.loads((TOP / "share" / "policies" / "default.json").read_text())


def stricter(version, fine, document=True, **more):
    """A fine costs so much; everything else is as in the founding's policy."""
    policy = {**default_policy(), "id": "stricter", "version": version, **more}
    policy["document"] = {"organ": "剑阁县人民政府办公室", "number": f"剑府办发〔2026〕{version}号"} if document else None
    policy["deductions"]["penalty"].update({kind: fine for kind in ("fine", "confiscation", "suspension", "downgrade", "closure")
                                            if policy["deductions"]["penalty"][kind] < fine})
    return policy


class Scene:
    """
    fined      a fine, graded under the founding's policy
    again      the same, and a second fine while the view is ahead of the recalculation
    clean      no records
    """

    def __init__(self, r, people):
        self.r, self.people = r, people
        lines = (SAMPLE / "enterprises.csv").read_text().splitlines()[:20]
        path = r.dir / "enterprises.csv"
        path.write_text("\n".join(lines) + "\n")
        r.import_file("enterprises", path)
        rows = [line.split(",") for line in lines[1:]]
        rows = [(row[0], row[2]) for row in rows if row[3] == "企业" and row[7] == "存续"][:3]
        self.parties = dict(zip(("fined", "again", "clean"), rows))
        self.fine("fined", "一")
        self.fine("again", "二")
        for name in ("admin", "admin2", "officer", "superior"):
            people[name].connect()
        self.forger = Forger(r)

    def connected(self, name):
        """The person, with a connection: to a worker that has seen that its view was replaced."""
        def connect():
            try:
                return self.people[name].connect()
            except (OSError, EOFError):
                return None
        self.people[name].close()
        return wait_until(connect, 5)

    def fine(self, which, number):
        answer = self.connected("recorder").record_file(*self.parties[which], f"剑市监处罚〔2026〕{number}号")
        if not answer["ok"]:
            raise AssertionError(answer)

    def subject(self, which):
        return self.parties[which][0][8:17]

    def outcome(self, which, grade, score):
        """Of the present version, which changes on the day on which it does under the founding's policy too."""
        version, change = self.r.sql(f"SELECT version, next_change FROM qcr.standing WHERE subject = '{self.subject(which)}'")[0]
        return Outcome(self.subject(which), version, grade, score, change or None)

    def outcomes(self, grade="C", score=60):
        rows = [self.outcome(which, grade, score) for which in ("fined", "again")]
        return sorted(rows, key=lambda row: row.subject)

    def ask(self, which):
        """The statement's lines, or None: there is no answer."""
        try:
            answer = self.people["regulator"].lookup(self.parties[which][0])
        except (OSError, EOFError):
            return None
        return answer if "grade" in answer else None

    def said(self):
        answers = {which: self.ask(which) for which in self.parties}
        return {which: answer and (answer["grade"], answer["score"], answer["policy"].split("@")[0].split(" ")[0])
                for which, answer in answers.items()}

    def offset(self):
        return len(self.r.log().encode())

    def reached(self, serial, offset):
        """The follower has gone on to the entry, or refused it."""
        def seen():
            if "event=follow.refused" in self.r.log(offset):
                return True
            answer = self.ask("clean")
            return answer and int(answer["serial"]) >= serial
        return wait_until(seen, 10)

    def followed(self, serial, offset):
        return self.reached(serial, offset) and "event=follow.refused" not in self.r.log(offset)

    def run(self, policy_hash, outcomes, person="admin"):
        run = HandmadeRun(self.forger, self.people[person])
        run.begin(policy_hash)
        for n, outcome in enumerate(outcomes):
            run.chunk([outcome], after=outcomes[n - 1].subject if n else "", last=outcome.subject if n < len(outcomes) - 1 else "~")
        run.end()
        return run

    def dump(self):
        done = subprocess.run([VIEW_DUMP, self.r.home / "view"], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.splitlines()

    def rebuild(self):
        """Has the view built anew; what came of it, and the log of it."""
        offset = self.offset()
        done = self.r.admin("view", "rebuild", "--yes")
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)

        def came():
            log = self.r.log(offset).partition("event=follow.rebuild-accepted")[2]
            return next((word for word in ("follow.current", "follow.refused") if f"event={word}" in log), None)
        return wait_until(came, 20), self.r.log(offset)


# ------------------------------------------------------------------ what is refused
def one_person(s):
    return activate(s.forger, s.people, s.strict, s.strict_run.serial, approver="admin")


def not_an_admin(s):
    return activate(s.forger, s.people, s.strict, s.strict_run.serial, approver="superior")


def proposed_by_another(s):
    return activate(s.forger, s.people, s.strict, s.strict_run.serial, proposer="officer")


def tried_only(s):
    return propose(s.forger, s.people["admin"], s.strict, s.strict_run.serial, dry_run=True)


def unknown_policy(s):
    return activate(s.forger, s.people, "ab" * 32, s.strict_run.serial)


def in_force_already(s):
    run = s.run(s.founding, [])
    return activate(s.forger, s.people, s.founding, run.serial)


def on_trial(s):
    policy, _ = add_policy(s.forger, s.people["admin"], stricter(7, 50, document=False))
    return activate(s.forger, s.people, policy, s.run(policy, []).serial)


def not_yet(s):
    tomorrow = str(today() + datetime.timedelta(days=1))
    policy, _ = add_policy(s.forger, s.people["admin"], stricter(8, 50, effective={"from": tomorrow, "to": None}))
    return activate(s.forger, s.people, policy, s.run(policy, []).serial)


def no_run(s):
    return activate(s.forger, s.people, s.strict, 1)


def another_policys_run(s):
    other, _ = add_policy(s.forger, s.people["admin"], stricter(9, 50))
    return activate(s.forger, s.people, other, s.strict_run.serial)


def unended_run(s):
    run = HandmadeRun(s.forger, s.people["admin"])
    run.begin(s.strict)
    run.chunk(s.outcomes())
    return activate(s.forger, s.people, s.strict, run.serial)


def overtaken_run(s):
    HandmadeRun(s.forger, s.people["admin"]).begin(s.strict)
    return activate(s.forger, s.people, s.strict, s.strict_run.serial)


def other_kinds_run(s):
    """An activation that names a recalculation in place."""
    run = HandmadeRun(s.forger, s.people["admin"], kind="recalc")
    run.begin(s.strict)
    run.chunk([])
    run.end()
    return activate(s.forger, s.people, s.strict, run.serial)


def begun(s):
    run = HandmadeRun(s.forger, s.people["admin"])
    run.begin(s.strict)
    return run


def altered_row(s):
    return begun(s).chunk(s.outcomes(), stored=s.outcomes("A", 95))


def row_taken_away(s):
    return begun(s).chunk(s.outcomes(), stored=s.outcomes()[:1])


def row_put_in(s):
    return begun(s).chunk(s.outcomes()[:1], stored=s.outcomes())


def rows_uncounted(s):
    return begun(s).chunk(s.outcomes(), rows=0)


def altered_row_of_an_overtaken_run(s):
    run = begun(s)
    begun(s)
    return run.chunk(s.outcomes(), stored=s.outcomes("A", 95))


def not_an_admins_run(s):
    return HandmadeRun(s.forger, s.people["officer"]).begin(s.strict)


def another_persons_header(s):
    return HandmadeRun(s.forger, s.people["admin"]).begin(s.strict, person="admin2")


def another_registrys_header(s):
    return HandmadeRun(s.forger, s.people["admin"]).begin(s.strict, origin="credit.elsewhere.example")


def chunk_twice(s):
    run = begun(s)
    run.chunk(s.outcomes())
    return run.chunk(s.outcomes(), stored=[], number=1)


def chunk_after_the_end(s):
    return s.strict_run.chunk([], number=99)


def end_twice(s):
    return s.strict_run.end()


def end_with_a_chunk_missing(s):
    run = begun(s)
    run.chunk(s.outcomes())
    return run.end(chunks=2)


def another_summary(s):
    return begun(s).end(summary='{"changed":0,"evaluated":0,"through":2}')


def end_ahead_of_itself(s):
    return begun(s).end(through=int(s.forger.value("SELECT serial FROM qcr.ledger_head")) + 9)


def end_before_its_beginning(s):
    return begun(s).end(through=2)


def no_grade(s):
    """The table takes it: its check is no regular expression."""
    return begun(s).chunk([s.outcome("fined", "A1", 60)])


def run_of_tomorrow(s, kind="shadow"):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    return HandmadeRun(s.forger, s.people["admin"], kind=kind).begin(s.strict, at_ms=int(at.timestamp() * 1000))


def recalculation_of_tomorrow(s):
    return run_of_tomorrow(s, "recalc")


def begun_by_one_with_the_certificate_of(s, person, do):
    """Another administrator goes on with it: the run's row says that it was theirs from the beginning."""
    offset, run = s.offset(), begun(s)
    s.followed(run.serial, offset)
    run.person = s.people[person]
    s.forger.edit(f"UPDATE qcr.run SET certificate = {hexadecimal(s.forger.certificate(person))} WHERE run_id = '{run.id}'")
    return do(run)


def another_admins_chunk(s):
    return begun_by_one_with_the_certificate_of(s, "admin2", lambda run: run.chunk([]))


def another_admins_end(s):
    return begun_by_one_with_the_certificate_of(s, "admin2", lambda run: run.end())


def in_place(s):
    run = HandmadeRun(s.forger, s.people["admin"], kind="recalc")
    run.begin(s.founding)
    return run


def begun_twice_in_place(s):
    offset, run = s.offset(), in_place(s)
    s.followed(run.serial, offset)
    s.forger.edit(f"DELETE FROM qcr.run WHERE run_id = '{run.id}'; DELETE FROM qcr.recalc WHERE run_id = '{run.id}'")
    return run.begin(s.founding)


def chunk_twice_in_place(s):
    run = in_place(s)
    run.chunk([])
    return run.chunk([], number=1)


def chunk_of_no_run(s):
    run = in_place(s)
    run.id, begun_as = secrets.token_hex(16), run.id
    s.forger.edit(f"INSERT INTO qcr.run SELECT '{run.id}', kind, person_id, certificate, file_hash, file_octets, header, signature, serial"
                  f" FROM qcr.run WHERE run_id = '{begun_as}'")
    return run.chunk([])


def chunk_after_the_end_in_place(s):
    run = in_place(s)
    run.end()
    return run.chunk([])


def end_twice_in_place(s):
    run = in_place(s)
    run.end()
    return run.end()


def end_with_a_chunk_missing_in_place(s):
    return in_place(s).end(chunks=1)


def not_an_admins_policy(s):
    return add_policy(s.forger, s.people["officer"], stricter(10, 50))[1]


def no_policy(s):
    return add_policy(s.forger, s.people["admin"], {**stricter(11, 50), "base": -1})[1]


def policy_as_a_proposal(s):
    return add_policy(s.forger, s.people["admin"], stricter(12, 50), kind="proposal")[1]


def proposal_as_a_policy(s):
    call = s.people["admin"].make("policy_activate", {"policy_hash": bytes.fromhex(s.strict), "run_serial": s.strict_run.serial})
    return s.forger.enter("policy-add", content=call.request, act=s.forger.act("admin", call))


REFUSED = [
    ("an activation by one person", one_person, "approved by the person who proposed it"),
    ("an activation that no administrator approved", not_an_admin, "roles do not allow the decision"),
    ("an activation that no administrator proposed", proposed_by_another, "roles do not allow what was signed"),
    ("an activation that was to be tried only", tried_only, "to be tried only"),
    ("an activation of an unknown policy", unknown_policy, "that nobody added"),
    ("an activation of the policy in force", in_force_already, "that is so already"),
    ("an activation of a policy on trial", on_trial, "that is on trial"),
    ("an activation of a policy of tomorrow", not_yet, "not for its day"),
    ("an activation without a run", no_run, "not the newest one"),
    ("an activation by another policy's run", another_policys_run, "of another policy"),
    ("an activation by a run that has not ended", unended_run, "has not ended"),
    ("an activation by a run that another overtook", overtaken_run, "not the newest one"),
    ("an activation by a recalculation in place", other_kinds_run, "not the newest one"),
    ("an outcome that was altered", altered_row, "not those that were signed"),
    ("an outcome that was taken away", row_taken_away, "not those that were signed"),
    ("an outcome that was put in", row_put_in, "not those that were signed"),
    ("outcomes that the chunk's row does not count", rows_uncounted, "not those that were signed"),
    ("an altered outcome of a run that another overtook", altered_row_of_an_overtaken_run, "not those that were signed"),
    ("a run of somebody who is no administrator", not_an_admins_run, "may not run it"),
    ("a run whose header names another person", another_persons_header, "of another registry or person"),
    ("a run whose header names another registry", another_registrys_header, "of another registry or person"),
    ("a chunk that was entered twice", chunk_twice, "has this chunk already"),
    ("a chunk behind the end", chunk_after_the_end, "its run has ended"),
    ("a second end", end_twice, "its run has ended"),
    ("an end that counts more chunks", end_with_a_chunk_missing, "another number of chunks"),
    ("an end whose summary was altered", another_summary, "not the one that was signed"),
    ("an end of entries to come", end_ahead_of_itself, "cannot have evaluated everybody"),
    ("an end of entries before the run", end_before_its_beginning, "cannot have evaluated everybody"),
    ("an outcome that is no grade", no_grade, "is none"),
    ("a run for the next day", run_of_tomorrow, "is for a day to come"),
    ("a recalculation in place for the next day", recalculation_of_tomorrow, "is for a day to come"),
    ("a chunk by another administrator", another_admins_chunk, "begun with another certificate"),
    ("an end by another administrator", another_admins_end, "begun with another certificate"),
    ("a recalculation in place that began twice", begun_twice_in_place, "its run has begun before"),
    ("a chunk of a run that nobody began", chunk_of_no_run, "its run has not begun"),
    ("a chunk in place that was entered twice", chunk_twice_in_place, "has this chunk already"),
    ("a chunk in place behind the end", chunk_after_the_end_in_place, "its run has ended"),
    ("a second end in place", end_twice_in_place, "its run has ended"),
    ("an end in place that counts more chunks", end_with_a_chunk_missing_in_place, "another number of chunks"),
    ("a policy of somebody who is no administrator", not_an_admins_policy, "roles do not allow what was signed"),
    ("a policy that is none", no_policy, "a policy that is none"),
    ("a policy entered as a proposal", policy_as_a_proposal, "what was signed is a policy"),
    ("a proposal entered as a policy", proposal_as_a_policy, "what was signed is no policy"),
]


def refusals(s):
    """Each on a registry that follows live. One policy more is known, with a whole run under it."""
    s.strict, _ = add_policy(s.forger, s.people["admin"], stricter(1, 40))
    s.strict_run = s.run(s.strict, s.outcomes())
    kept, s.forger = s.forger, Forger(s.r)
    before = s.said()
    for what, do, reason in REFUSED:
        offset = s.offset()
        serial = do(s)
        s.reached(serial, offset)
        log = s.r.log(offset)
        check(f"{what}: refused by name", "event=follow.refused" in log and reason in log, log[-600:])
        check(f"{what}: nobody is answered", wait_until(lambda: not any(s.said().values()), 3), s.said())
        s.forger.put_back()
        came, log = s.rebuild()
        if came != "follow.current" or not wait_until(lambda: s.said() == before, 5):
            raise RuntimeError(f"{what}: the registry is not what it was: {came} {s.said()} {before}\n{log[-1500:]}")
    s.forger = kept


# ------------------------------------------------------------------ what is followed
def slots(s):
    return [line for line in s.dump() if line.startswith(SLOTS)]


def the_switch(s):
    check("before the switch the founding's policy speaks", s.said()["fined"] == ("A", "90", FOUNDING), s.said())
    check("the outcomes stand in a slot already", len(slots(s)) == 2, slots(s))
    s.fine("again", "三")
    offset = s.offset()
    serial = activate(s.forger, s.people, s.strict, s.strict_run.serial)
    check("the switch is followed", s.followed(serial, offset), s.r.log(offset)[-600:])
    said = s.said()
    check("each grade is the new policy's from then on", said["fined"] == ("C", "60", "stricter"), said)
    check("who has no outcome of the run is graded by it too", said["clean"] == ("unrated", "-", "stricter"), said)
    check("and who changed after the run is, by the records of now", said["again"] == ("D", "20", "stricter"), said)
    return said


def built_anew(s, said, what):
    live = s.dump()
    came, log = s.rebuild()
    check(f"{what}: the view is built anew", came == "follow.current", log[-800:])
    anew = s.dump()
    check(f"{what}: and holds the same", anew == live, [line[:300] for line in set(anew) ^ set(live)][:6])
    check(f"{what}: and says the same", wait_until(lambda: s.said() == said, 5), (s.said(), said))


def overtaken(s):
    """Two runs begin; only what the later one finds is kept, and the earlier one's chunks are followed all the same."""
    early, late = begun(s), HandmadeRun(s.forger, s.people["admin2"])
    late.begin(s.founding)
    offset = s.offset()
    early.chunk(s.outcomes("D", 1))
    serial = early.end()
    check("a run that another overtook is followed to its end", s.followed(serial, offset), s.r.log(offset)[-600:])
    check("nothing of it is kept", len(slots(s)) == 2, slots(s))
    return late


def back_again(s, late):
    """To the founding's policy, which has no document: it was in force before. One outcome is not what the inputs give."""
    wrong = s.outcome("fined", "C", 41)
    late.chunk([wrong])
    late.end()
    offset = s.offset()
    serial = activate(s.forger, s.people, s.founding, late.serial, proposer="admin2", approver="admin")
    check("the way back is followed", s.followed(serial, offset), s.r.log(offset)[-600:])
    check("an outcome that its inputs do not give is no answer", s.ask("fined") is None, s.ask("fined"))
    check("and an alert", "event=seal.verdict" in s.r.log(offset) and "not what its inputs give" in s.r.log(offset), s.r.log(offset)[-600:])
    said = s.said()
    check("others are answered, under the policy of before", (said["clean"], said["again"]) == (("unrated", "-", FOUNDING), ("B", "80", FOUNDING)), said)
    return said


def main():
    with Registry(people=PEOPLE) as r, People(r) as people:
        s = Scene(r, people)
        s.founding = r.sql("SELECT policy_hash FROM qcr.policy WHERE serial = 1")[0][0][2:]
        refusals(s)
        said = the_switch(s)
        built_anew(s, said, "after the switch")
        late = overtaken(s)
        said = back_again(s, late)
        built_anew(s, said, "after the way back")
    finish()


if __name__ == "__main__":
    main()
