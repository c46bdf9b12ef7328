#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Rules are data: a procedure no program knows is brought in by two administrators and a case taken to its end under it."""
import copy
import json
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import People, rule  # noqa: E402
from registry import Registry, check, finish, wait_until  # noqa: E402

FIRST, SECOND = "91510823141777630N", "91510823625851788F"

# A county's own list: a notice, five working days for objections, then two persons put the party on it.
WATCH = {
    "format": "qcr-procedure/1", "id": "county-watch", "version": 1, "basis": "剑市监发〔2025〕1号",
    "names": {"zh": "县级重点关注名单", "en": "The county's watch list"},
    "states": [{"state": "noticed", "zh": "已告知", "en": "noticed"}, {"state": "watched", "zh": "关注中", "en": "watched"},
               {"state": "released", "zh": "已解除", "en": "released", "end": True}],
    "windows": [{"window": "objection", "zh": "异议期", "en": "days for objections", "article": "第三条", "opens": "notice", "days": 5,
                 "unit": "working"}],
    "listing": {"starts": "decision", "terms": [{"months": 36}]},
    "actions": [
        {"action": "notice", "zh": "告知", "en": "notice", "article": "第二条", "from": [], "to": "noticed", "roles": ["officer"], "day": "noticed_on",
         "fields": [{"field": "noticed_on", "zh": "告知日期", "en": "day", "type": "day", "required": True}]},
        {"action": "watch", "zh": "列入", "en": "put on the list", "article": "第四条", "from": ["noticed"], "to": "watched", "roles": ["officer"],
         "second": ["reviewer", "superior"], "effect": "start", "day": "decided_on",
         "fields": [{"field": "number", "zh": "文号", "en": "number", "type": "number", "required": True, "unique": True},
                    {"field": "decided_on", "zh": "日期", "en": "day", "type": "day", "required": True}],
         "guards": [{"guard": "window", "article": "第三条", "zh": "异议期未满", "en": "the days for objections are not over", "window": "objection"}]},
        {"action": "release", "zh": "解除", "en": "release", "article": "第五条", "from": ["watched"], "to": "released", "roles": ["officer"],
         "second": ["superior"], "effect": "end", "day": "released_on",
         "fields": [{"field": "released_on", "zh": "日期", "en": "day", "type": "day", "required": True}]},
    ],
    "deadlines": [],
}
NOTICED_ON, FIFTH_DAY_OVER = "2025-11-03", "2025-11-11"  # 4, 5, 6, 7 and 10 November are working days


class Rules:
    def __init__(self, r, people):
        self.r, self.people = r, people

    def write(self, document):
        path = self.r.dir / f"{document['id']}-{document['version']}.json"
        path.write_text(json.dumps(document, ensure_ascii=False))
        return path

    def propose(self, kind, document, who="admin"):
        """Exit status and serial of the proposal."""
        done = self.r.admin(kind, "add", self.write(document), "--as", who)
        words = done.stdout.split()
        return done, words[2] if words[:2] == ["proposed", "as"] else None

    def approve(self, serial, who="admin2"):
        return self.people[who].decide(serial)

    def bring_in(self, kind, document):
        done, serial = self.propose(kind, document)
        return serial and self.approve(serial)["ok"]


def refusals(rules):
    r, people = rules.r, rules.people
    admin = people["admin"]

    unknown = copy.deepcopy(WATCH)
    unknown["actions"][1]["guards"][0]["window"] = "recess"
    checked = r.admin("procedure", "check", rules.write(unknown))
    check("checking a procedure says which key is wrong, what stands there and why, with 2",
          checked.returncode == 2 and "actions[1].guards[0].window" in checked.stderr and "recess" in checked.stderr, checked.stderr)
    answer = admin.call("rule_add", {"document": json.dumps(unknown).encode()})
    check("the registry refuses it the same way", (answer["code"], answer["field"], "recess" in answer["value"]) ==
          (3026, "actions[1].guards[0].window", True), answer)
    for what, document in (("no JSON", b"{"), ("a format nobody reads", json.dumps({**WATCH, "format": "qcr-law/1"}).encode()),
                           ("a member twice", b'{"format":"qcr-codes/1","format":"qcr-codes/1"}')):
        check(f"{what} is refused", admin.call("rule_add", {"document": document})["code"] == 3026)
    check("a code table is no procedure", r.admin("procedure", "check", r.dir / "closed" / "share" / "codes" / "grounds.json").returncode == 2)

    done, _ = rules.propose("procedure", {**WATCH, "version": 2})
    check("a new rule begins with version 1", done.returncode == 11 and "3026" in done.stderr and "version" in done.stderr, done.stderr)
    done, _ = rules.propose("procedure", {**rule("procedures", "mirror"), "version": 3})
    check("a version after the next is refused", done.returncode == 11 and "version: the next one of procedure mirror is 2" in done.stderr, done.stderr)
    done, _ = rules.propose("procedure", rule("procedures", "mirror"))
    check("what is there already is refused", done.returncode == 11 and "3009" in done.stderr, done.stderr)
    done, _ = rules.propose("calendar", {**rule("calendars", "cn-workdays"), "id": "our-workdays"})
    check("a second calendar is refused", done.returncode == 11 and "there is one calendar" in done.stderr, done.stderr)
    check("nobody but an administrator proposes rules", people["officer"].call("rule_add", {"document": json.dumps(WATCH).encode()})["code"] == 2103)
    check("nothing of all that is in the store", r.sql("SELECT count(*) FROM qcr.proposal WHERE kind = 'rule-add'") == [["0"]])
    check("a rule nobody has is not shown", people["regulator"].call("rule_show", {"kind": "procedure", "id": WATCH["id"]})["code"] == 3010)
    check("a kind of rules there is not is refused", people["regulator"].call("rule_show", {"kind": "law"})["code"] == 2007)


def two_administrators(rules):
    r, people = rules.r, rules.people
    done, first = rules.propose("procedure", WATCH)
    check("an administrator proposes a procedure", done.returncode == 0 and first, done.stderr)
    done, second = rules.propose("procedure", {**WATCH, "basis": "剑市监发〔2025〕2号"}, who="admin2")
    check("another may propose the same version with other words", done.returncode == 0 and second, done.stderr)
    own = r.qcr("approve", first, "--yes", who="admin")
    check("nobody approves their own", own.returncode == 11 and "self_approval" in own.stdout + own.stderr, (own.stdout, own.stderr))
    check("nor does an officer approve it", rules.approve(first, "officer")["code"] == 2103)
    answer = people["officer"].step(FIRST, "notice", procedure=WATCH["id"], name="x", fields=[("noticed_on", NOTICED_ON)])
    check("no case is opened under what waits", answer["code"] == 2007, answer)
    pending = people["admin2"].pending()["proposals"]["proposal"]
    check("both wait, by kind, id, version and hash", [p["summary"].split(",")[0] for p in pending if p["kind"] == "rule-add"] ==
          ["rule-add procedure county-watch@1"] * 2, pending)
    check("another administrator approves it", rules.approve(first)["ok"])
    check("the other one is overtaken", people["admin"].decide(second)["code"] == 3008)
    check("its proposer takes it back", people["admin2"].decide(second, approve=False, reason="已有")["ok"])

    listed = r.admin("procedure", "list")
    check("it is listed beside those of the founding", [line.split()[1] for line in listed.stdout.splitlines()] ==
          ["county-watch@1", "mirror@1", "samr-44@1"], listed)
    shown = r.admin("procedure", "show", WATCH["id"], "--as", "regulator")
    check("what is shown is what was signed", json.loads(shown.stdout) == WATCH, shown.stderr)
    (row,) = people["regulator"].call("rule_show", {"kind": "procedure", "id": WATCH["id"]})["rules"]["rule"]
    check("its hash is that of the document shown", r.sql(f"SELECT encode(sha256('\\x{row['document'].hex()}'), 'hex')") == [[row["sha256"].hex()]])
    check("the table of moves has its three and no more", r.sql(
        f"SELECT from_state, action, to_state, needs_second FROM qcr.procedure_transition WHERE procedure_hash = '\\x{row['sha256'].hex()}'"
        " ORDER BY from_state") == [["", "notice", "noticed", "f"], ["noticed", "watch", "watched", "t"], ["watched", "release", "released", "t"]])
    for what in ("diagram", "matrix"):
        drawn, offline = r.admin("procedure", what, WATCH["id"]), r.admin("procedure", what, rules.write(WATCH))
        check(f"the {what} of the registry's is that of the file", drawn.returncode == 0 and drawn.stdout == offline.stdout and "watch" in drawn.stdout, drawn.stderr)


def notice(rules, code):
    name = rules.r.sql(f"SELECT v.name FROM qcr.party_version v JOIN qcr.code USING (subject) WHERE code = '{code}' ORDER BY version DESC LIMIT 1")[0][0]
    return rules.people["officer"].step(code, "notice", procedure=WATCH["id"], name=name, fields=[("noticed_on", NOTICED_ON)])


def open_case(rules, code):
    answer = notice(rules, code)
    check("a case is opened under the new procedure", answer["ok"], answer)


def number_of(rules, code):
    """Of the party's only case."""
    return int(rules.r.sql(f"SELECT case_no FROM qcr.case_file WHERE subject = '{code[8:17]}'")[0][0])


def watch(rules, code, day, number):
    return rules.people["officer"].step(code, "watch", number=number_of(rules, code), fields=[("number", number), ("decided_on", day)])


def to_its_end(rules):
    people = rules.people
    open_case(rules, FIRST)
    early = watch(rules, FIRST, "2025-11-10", "剑关〔2025〕1号")
    check("its window is asked for in its article's words", (early["code"], early.get("article")) == (3018, "第三条"), early)
    proposed = watch(rules, FIRST, FIFTH_DAY_OVER, "剑关〔2025〕1号")
    check("its decision is proposed once the window is over", proposed["ok"], proposed)
    check("until it is confirmed nothing is said of it", people["regulator"].lookup(FIRST)["listing"] == "not-listed")
    done = people["superior"].decide(proposed["serial"])
    check("and is confirmed by another", done["ok"], done)
    check("the party is listed under it", people["regulator"].lookup(FIRST, min_serial=done["serial"])["listing"].startswith("listed"))


def release(rules):
    people = rules.people
    proposed = people["officer"].step(FIRST, "release", number=number_of(rules, FIRST), fields=[("released_on", "2025-12-01")])
    done = people["superior"].decide(proposed["serial"])
    check("it is taken to its end", done["ok"], done)
    check("and the party is listed no more", people["regulator"].lookup(FIRST, min_serial=done["serial"])["listing"] == "not-listed")
    after = people["officer"].step(FIRST, "release", number=number_of(rules, FIRST), fields=[("released_on", "2025-12-02")])
    check("after its end nothing can be done", after["code"] == 3014, after)


def calendar(rules):
    r, people = rules.r, rules.people
    open_case(rules, SECOND)
    waiting = watch(rules, SECOND, FIFTH_DAY_OVER, "剑关〔2025〕2号")
    check("the same day is right for another party", waiting["ok"], waiting)
    changed = copy.deepcopy(rule("calendars", "cn-workdays"))
    changed["version"] = 2
    (year,) = (y for y in changed["years"] if y["year"] == 2025)
    year["holidays"].append("2025-11-06")
    year["holidays"].sort()
    check("a calendar with one more holiday is brought in", rules.bring_in("calendar", changed))
    late = people["superior"].decide(waiting["serial"])
    check("a decision that waits is decided by the calendar that holds now", late["code"] == 3008 or late["code"] == 3018, late)
    again = watch(rules, SECOND, FIFTH_DAY_OVER, "剑关〔2025〕2号")
    check("so is the next one, which says from when it may be", again["code"] == 3018 and "2025-11-12" in again.get("allowed", ""), again)
    proposed = watch(rules, SECOND, "2025-11-12", "剑关〔2025〕2号")
    check("a working day later it may", proposed["ok"] and people["superior"].decide(proposed["serial"])["ok"], proposed)
    check("what was decided before stays decided", people["regulator"].lookup(FIRST)["listing"].startswith("listed"))
    check("two versions of the calendar are kept, the second holds", r.sql("SELECT version FROM qcr.rule WHERE id = 'cn-workdays' ORDER BY 1") == [["1"], ["2"]] and
          r.sql("SELECT version FROM qcr.rule_current WHERE id = 'cn-workdays'") == [["2"]])


def procedure_kept(rules):
    """A second version takes the window away: cases opened before keep theirs."""
    people = rules.people
    second = copy.deepcopy(WATCH)
    second["version"], second["windows"] = 2, []
    second["actions"][1]["guards"] = []
    check("a procedure's second version is brought in", rules.bring_in("procedure", second))
    state = people["officer"].case_show(FIRST, number_of(rules, FIRST))
    check("a case opened before keeps the version it was opened under", state["ok"] and json.loads(state["case_file"]["procedure"])["version"] == 1, state)


def a_race(rules):
    """Decisions are confirmed while the calendar changes to and fro: each by the one that holds at its serial."""
    r, people = rules.r, rules.people
    codes = [row[0] for row in r.sql("SELECT code FROM qcr.code JOIN qcr.party_version USING (subject) WHERE code LIKE '9151%'"
                                     f" AND registration = 'active' AND code NOT IN ('{FIRST}', '{SECOND}') ORDER BY code LIMIT 24")]
    with_holiday = copy.deepcopy(rule("calendars", "cn-workdays"))
    next(y for y in with_holiday["years"] if y["year"] == 2025)["holidays"] = sorted(
        next(y for y in with_holiday["years"] if y["year"] == 2025)["holidays"] + ["2025-11-07"])
    check("a calendar without the holiday is brought in", rules.bring_in("calendar", {**rule("calendars", "cn-workdays"), "version": 3}))
    waiting = []
    for code in codes:
        notice(rules, code)
        waiting.append(watch(rules, code, FIFTH_DAY_OVER, f"剑关〔2025〕竞{len(waiting)}号"))
    check("two dozen decisions wait", all(w["ok"] for w in waiting), [w for w in waiting if not w["ok"]][:1])
    outcomes, done, over = [], [], threading.Event()

    def confirm():
        with People(r) as own:
            left, is_last = [w["serial"] for w in waiting], False
            while left and not is_last:
                is_last = over.is_set()
                answers = [(serial, own["superior"].decide(serial)) for serial in left]
                outcomes.extend(answer["code"] for _, answer in answers)
                done.extend(answer["serial"] for _, answer in answers if answer["ok"])
                left = [serial for serial, answer in answers if not answer["ok"]]

    def change():
        with People(r) as own:
            for version in range(4, 16):
                document = {**(with_holiday if version % 2 == 0 else rule("calendars", "cn-workdays")), "version": version}
                proposed = own["admin"].call("rule_add", {"document": json.dumps(document).encode()})
                outcomes.append(own["admin2"].decide(proposed["serial"])["code"])
        over.set()

    threads = [threading.Thread(target=change), threading.Thread(target=confirm)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("each is confirmed, overtaken, or there is too much going on", set(outcomes) <= {1000, 1002, 3008, 5010} and over.is_set(), sorted(set(outcomes)))
    check("those that are right by the last calendar are confirmed in the end", len(done) == len(codes), (len(done), len(codes)))
    check("the follower believes all of them", people["regulator"].lookup(codes[0], min_serial=max(done))["listing"].startswith("listed"))


def view_made_again(rules):
    """What the follower believes is what it can check: a view made from nothing says the same."""
    r, people = rules.r, rules.people
    before = [people["regulator"].lookup(code)["listing"] for code in (FIRST, SECOND)]
    r.stop()
    for path in (r.home / "view").iterdir():
        subprocess.run(["rm", "-rf", path], check=True)
    r.start()
    people.__exit__()
    people.persons.clear()
    after = wait_until(lambda: [people["regulator"].lookup(code).get("listing") for code in (FIRST, SECOND)] == before, 20)
    check("a view made anew from the signed entries says the same of both", after)


if __name__ == "__main__":
    with Registry() as r, People(r) as people:
        r.import_sample()
        rules = Rules(r, people)
        refusals(rules)
        two_administrators(rules)
        to_its_end(rules)
        calendar(rules)
        a_race(rules)
        procedure_kept(rules)
        release(rules)
        view_made_again(rules)
        done = r.admin("doctor")
        check("and the doctor finds nothing", done.returncode == 0 and "clean" in done.stdout, done.stdout + done.stderr)
    finish()
