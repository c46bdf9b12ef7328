#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Deputies: who acts for somebody who is away, set and ended by two administrators, under their own name and no longer."""
import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, today  # noqa: E402
from registry import TOP, Registry, check, finish  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
OTHER_CODES = "SELECT code, name FROM qcr.code JOIN qcr.party_version USING (subject) WHERE code LIKE '9151%' AND registration = 'active'" \
              f" AND code <> '{CODE}' ORDER BY code"


def after(days):
    return str(today() + datetime.timedelta(days=days))


def deputy_set(people, person, deputy, first=0, last=10, grant=True, who="admin"):
    return people[who].call("deputy_set", {"person_id": person, "deputy_id": deputy, "from": after(first), "to": after(last), "grant": grant})


def bring_in(people, *words, **more):
    proposed = deputy_set(people, *words, **more)
    if not proposed["ok"]:
        return proposed
    return people["admin2"].decide(proposed["serial"])


def refusals(r, people):
    for what, words, more, code, field in (
            ("for nobody", ("nobody", "officer3"), {}, 3010, "person_id"),
            ("who is nobody", ("superior", "nobody"), {}, 3010, "deputy_id"),
            ("of oneself", ("superior", "superior"), {}, 2007, "deputy_id"),
            ("whose time ends before it begins", ("superior", "officer3"), {"first": 3, "last": 2}, 2007, "to"),
            ("whose time is over", ("superior", "officer3"), {"first": -3, "last": -1}, 2007, "to"),
            ("for more than 366 days", ("superior", "officer3"), {"last": 366}, 2007, "to"),
            ("who never was one, ended", ("superior", "officer3"), {"grant": False}, 3010, "deputy_id"),
            ("set by who administers nothing", ("superior", "officer3"), {"who": "officer"}, 2103, None)):
        answer = deputy_set(people, *words, **more)
        check(f"a deputy {what} is refused", (answer["code"], answer.get("field")) == (code, field), answer)
    for words in (["superior", "officer3"], ["superior", "officer3", "--from", after(0)], ["superior", "--from", after(0), "--to", after(1)]):
        check(f"the command asks for what is missing after {' '.join(words[:2])}", r.admin("person", "deputy", *words).returncode == 2)
    check("an end has no days", r.admin("person", "deputy-end", "superior", "officer3", "--from", after(0)).returncode == 2)
    check("nothing of that is in the store", r.sql("SELECT count(*) FROM qcr.deputy") == [["0"]])


def case_before_decision(people, code, name):
    case = Case(people, code, name)
    case.to("notice-served")
    for action in ("legal-review", "discussion", "consent"):
        case.take(action)
    return case


def propose(people, case):
    fields = [(name, one) for name, value in case.fields("decide").items() for one in (value if isinstance(value, list) else [value])]
    return people["officer"].step(case.code, "decide", number=case.number, fields=fields)


def a_deputy_decides(r, people):
    case = case_before_decision(people, CODE, NAME)
    proposal = propose(people, case)
    refused = people["officer3"].decide(proposal["serial"])
    check("who has not the role does not decide", refused["code"] == 2103, refused)

    own = r.admin("person", "deputy", "superior", "officer3", "--from", after(0), "--to", after(365))
    check("an administrator proposes a deputy for 366 days", own.returncode == 0, own.stderr)
    serial = own.stdout.split()[2]
    check("and does not approve it", people["admin"].decide(serial)["code"] == 3001)
    check("before it is approved nothing is allowed", people["officer3"].decide(proposal["serial"])["code"] == 2103)
    check("another administrator approves it", people["admin2"].decide(serial)["ok"])
    again = deputy_set(people, "superior", "officer3")
    check("the same deputy a second time is refused", again["code"] == 3009, again)
    check("another one beside them is not", bring_in(people, "superior", "officer2", first=5, last=6)["ok"])

    early = people["officer2"].decide(proposal["serial"])
    check("a deputy whose days come later may not yet", early["code"] == 2103, early)
    other = people["drug-superior"].step(CODE, "close", number=case.number, fields=[("reason", "x"), ("decided_on", after(0))])
    check("another office's persons may not as before", other["code"] == 3013, other)
    done = people["officer3"].decide(proposal["serial"])
    check("the deputy decides", done["ok"], done)
    check("under their own name", r.sql("SELECT proposer, actor FROM qcr.case_event WHERE action = 'decide'") == [["officer", "officer3"]])
    check("and the follower believes it", people["regulator"].lookup(CODE, min_serial=done["serial"])["listing"].startswith("listed"))


def a_deputy_is_still_one_person(people, parties):
    """Whoever proposed does not confirm, whosever roles they use."""
    code, name = parties[0]
    case = case_before_decision(people, code, name)
    fields = [(name, one) for name, value in case.fields("decide").items() for one in (value if isinstance(value, list) else [value])]
    proposed = people["officer3"].step(code, "decide", number=case.number, fields=fields)
    check("a deputy may propose as the officer they are", proposed["ok"], proposed)
    own = people["officer3"].decide(proposed["serial"])
    check("and does not confirm it as the superior they stand in for", own["code"] == 3001, own)
    check("the person who is away still may", people["superior"].decide(proposed["serial"])["ok"])


def an_end(r, people, parties):
    code, name = parties[1]
    case = case_before_decision(people, code, name)
    proposal = propose(people, case)
    ended = r.admin("person", "deputy-end", "superior", "officer3")
    check("an administrator proposes the end", ended.returncode == 0, ended.stderr)
    check("another approves it", people["admin2"].decide(ended.stdout.split()[2])["ok"])
    check("from that day on they may not", people["officer3"].decide(proposal["serial"])["code"] == 2103)
    check("an end is once", deputy_set(people, "superior", "officer3", grant=False)["code"] == 3010)
    check("its last day is the day before", r.sql("SELECT last_day FROM qcr.deputy_end") == [[after(-1)]])
    check("they may become one again", bring_in(people, "superior", "officer3", first=1, last=2)["ok"])
    check("from their first day on, not before", people["officer3"].decide(proposal["serial"])["code"] == 2103)


def only_in_that_office(r, people, parties):
    """Who stands in for another office's person works on that office's cases, not on those of their own."""
    code, name = parties[2]
    case = case_before_decision(people, code, name)
    proposal = propose(people, case)
    check("a recorder becomes deputy in another office", all(bring_in(people, away, "recorder")["ok"] for away in ("drug-superior", "drug-officer")))
    refused = people["recorder"].decide(proposal["serial"])
    check("and does not decide in their own", not refused["ok"] and r.sql("SELECT count(*) FROM qcr.approval WHERE proposal_serial = "
          f"{proposal['serial']}") == [["0"]], refused)
    refused = Case(people, code, name).ask("open", by="recorder")
    check("nor opens a case there", refused["code"] == 2103, refused)
    other = Case(people, code, name, cast={"officer": "drug-officer", "second_officer": "drug-officer2"}).open()
    answer = other.ask("close", by="recorder")
    check("but takes a step where they stand in", answer["ok"], answer)
    check("the office's own superior still decides", people["superior"].decide(proposal["serial"])["ok"])


def a_rejection_is_of_its_day(r, people, parties):
    """The entry comes after midnight, the deputy's last day was before it."""
    code, name = parties[3]
    case = Case(people, code, name).open()
    proposal = case.ask("notice")
    check("a deputy for today alone", bring_in(people, "drug-officer2", "recorder", last=0)["ok"])
    check("also of the office", bring_in(people, "reviewer", "recorder", last=0)["ok"])
    at = r.sql("SELECT at FROM qcr.ledger_head")[0][0]
    r.sql("UPDATE qcr.ledger_head SET at = at + interval '1 day'")
    answer = people["recorder"].decide(proposal["serial"], approve=False, reason="不成立")
    count = r.sql(f"SELECT count(*) FROM qcr.approval WHERE proposal_serial = {proposal['serial']}")
    if count == [["0"]]:
        r.sql(f"UPDATE qcr.ledger_head SET at = '{at}'")
    check("does not reject on the day after", not answer["ok"] and count == [["0"]], answer)
    answer = people["recorder"].decide(proposal["serial"], approve=False, reason="不成立")
    check("and does on that day", answer["ok"] and people["regulator"].lookup(code, min_serial=answer["serial"])["result"], answer)


def an_overtaken_proposal(people):
    first, second = deputy_set(people, "reviewer", "officer2"), deputy_set(people, "reviewer", "officer2")
    check("one deputy is proposed twice", first["ok"] and second["ok"], (first, second))
    check("one of them is approved", people["admin2"].decide(first["serial"])["ok"])
    late = people["admin2"].decide(second["serial"])
    check("the other is overtaken", late["code"] == 3008, late)


if __name__ == "__main__":
    with Registry(people=TOP / "tests" / "support" / "case-people.csv") as r, People(r) as people:
        r.import_sample()
        parties = r.sql(OTHER_CODES + " LIMIT 4")
        refusals(r, people)
        a_deputy_decides(r, people)
        a_deputy_is_still_one_person(people, parties)
        an_end(r, people, parties)
        an_overtaken_proposal(people)
        only_in_that_office(r, people, parties)
        a_rejection_is_of_its_day(r, people, parties)
        done = r.admin("doctor")
        check("and the doctor finds nothing", done.returncode == 0 and "clean" in done.stdout, done.stdout + done.stderr)
    finish()
