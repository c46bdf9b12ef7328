#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Steps of cases through the real daemon: what is refused and said of it, who confirms, what a decision changes."""
import copy
import datetime
import json
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Call, Case, People, Person, rule, today  # noqa: E402
from case_people import PEOPLE, Enterprises  # noqa: E402
from registry import SAMPLE, Registry, check, finish  # noqa: E402

DONE = (1000, 1002)
TABLES = ("case_file", "case_event", "case_document", "proposal", "approval", "standing", "grade_history", "ledger", "ledger_change",
          "act", "idempotency")


def subject(case):
    return case.code[8:17]


def state(r):
    """How many rows there are: what leaves nothing behind changes none of these."""
    return r.sql("select " + ", ".join(f"(select count(*) from qcr.{t})" for t in TABLES))[0]


def standing(r, case):
    return r.sql(f"select version, encode(inputs, 'hex'), grade, score, next_change, serial from qcr.standing where subject = '{subject(case)}'")


def look(r, who, code):
    """An answer on a connection of its own."""
    with Person(r.home, who, r.port) as person:
        return person.lookup(code)


def audited(r, person, outcome, operation="case-step"):
    """Codes of the lines the read audit has of a person's calls with that outcome: in the spool, or shipped from it."""
    lines = [line for f in (r.home / "spool").glob("*.audit") for line in f.read_text().splitlines()]
    found = [re.search(r" code=(\S+)", line) for line in lines
             if f"person={person} " in line and f"operation={operation} " in line and line.endswith(f"outcome={outcome}")]
    shipped = r.sql(f"select code from qcr.read_audit where person_id = '{person}' and operation = '{operation}' and outcome = '{outcome}'")
    return [f and f.group(1) for f in found] + [row[0] for row in shipped]


# ------------------------------------------------------------------ refusals
def unaudited(r, people, enterprises):
    """Before the first line: the spool's folder is gone."""
    case = Case(people, *enterprises.take())
    case.ask_day()
    fields = [("path", "with-penalty")]
    (r.home / "spool").rename(r.home / "elsewhere")
    answer = people["regulator"].step(case.code, "open", procedure="samr-44", name=case.name, fields=fields)
    check("a denial that cannot be audited is not even told as one", answer["code"] == 5006, answer)
    (r.home / "elsewhere").rename(r.home / "spool")
    answer = people["regulator"].step(case.code, "open", procedure="samr-44", name=case.name, fields=fields)
    check("once it can it is", answer["code"] == 2103, answer)


def refusals(r, people, enterprises):
    case = Case(people, *enterprises.take())
    future = str(today() + datetime.timedelta(days=1))
    stranger, malformed = Case(people, "91510823MA6252AQ9W", "无此企业"), Case(people, "91510823MA6252AQ62", "无此企业")
    before = state(r)
    refused = [
        ("by a person without the role", case.ask("open", by="regulator"), 2103, None),
        ("by another role than the step's", case.ask("open", by="superior"), 2103, None),
        ("of a code that is none", malformed.ask("open"), 2008, "code"),
        ("of a code no enterprise has", stranger.ask("open"), 3003, "code"),
        ("without a field", case.ask("open", facts=None), 2006, "facts"),
        ("with a field there is not", case.ask("open", weather="fine"), 2007, "weather"),
        ("with a field twice", case.ask("open", facts=["甲", "乙"]), 2007, "facts"),
        ("dated after today", case.ask("open", filed_on=future), 3011, "filed_on"),
        ("with a ground that is none", case.ask("open", ground=["G-NONE"]), 3022, "ground"),
        ("with a document that was not handed in", case.ask("open", evidence=["00" * 32]), 3024, "evidence"),
        ("naming a person who is none", case.ask("open", second_officer="nobody"), 2007, "second_officer"),
        ("naming oneself as the other officer", case.ask("open", second_officer="officer"), 3020, None),
        ("against the law", case.ask("open", recusal="conflict"), 3021, "recusal"),
        ("with an action there is not", people["officer"].step(case.code, "bless", procedure="samr-44", name=case.name), 2007, "action"),
        ("under a procedure there is not", people["officer"].step(case.code, "open", procedure="none", name=case.name), 2007, "procedure"),
        ("of a case there is not", people["officer"].step(case.code, "notice", number=7, fields=case.values("notice")), 3013, None),
        ("to open one that has a number", people["officer"].step(case.code, "open", number=1, name=case.name), 2007, "name"),
        ("to open one without a name", people["officer"].step(case.code, "open", procedure="samr-44"), 2006, "name"),
    ]
    for name, answer, code, field in refused:
        check(f"a step {name} is refused", answer["code"] == code and (field is None or answer.get("field") == field), answer)
    check("and none of them wrote anything", state(r) == before, (before, state(r)))
    words = [(answer["reason"], "regulator" if "without the role" in name else "superior" if "another role" in name else "officer")
             for name, answer, _, _ in refused if answer["code"] // 100 == 21 or answer["code"] // 1000 == 3]
    words.append(("role-missing", "regulator"))  # from before
    wanted = {pair: words.count(pair) for pair in words}
    found = {(word, who): audited(r, who, word) for word, who in wanted}
    check("each denial left one line in the read audit", {pair: len(codes) for pair, codes in found.items()} == wanted, found)
    check("with the code it was about", found["evidence-missing", "officer"] == [case.code], found)


def allowed(people, enterprises):
    """A refusal says by which article, and what may be done instead, by whom and when."""
    case = Case(people, *enterprises.take(), decided_on=str(today())).to("noticed")
    answer = case.ask("statement")
    check("a step the state does not allow names the state", answer["code"] == 3014 and "noticed" in answer["text"], answer)
    check("and says what may be done now and by whom", "may be done now" in answer["allowed"]
          and "serve-notice by officer" in answer["allowed"] and "notice by officer, confirmed by officer, reviewer or superior" in answer["allowed"],
          answer)
    answer = case.ask("decide")
    check("a decision without service is refused with its article and the missing step",
          answer["code"] == 3016 and "serve-notice" in answer["text"] and "art." in answer["article"], answer)
    case.take("serve-notice", received_on=str(today()))
    answer = case.ask("decide")
    check("a decision within the hearing window is refused with the day it is over",
          answer["code"] == 3018 and answer["allowed"].startswith("from 20"), answer)


# ------------------------------------------------------------------ two persons
def confirmations(r, people, enterprises):
    case = Case(people, *enterprises.take()).to("notice-served")
    for action in ("legal-review", "discussion", "consent"):
        case.take(action)
    answer = case.ask("decide", by="chief")
    serial = answer["filed"]["proposal"]
    check("a step that needs two persons is a proposal", answer["code"] == 1001 and answer["filed"]["outcome"] == "proposed", answer)
    outcome = answer["filed"]["case_outcome"]
    check("it says who may confirm and what would be", outcome["second_role"] == ["superior"] and outcome["listing_after"] == "listed"
          and "seq" not in outcome, outcome)
    before = standing(r, case)
    for name, who, code in (("by the person who proposed", "chief", 3001), ("under the same human's other certificate", "chief-2", 3001),
                            ("by a person who works on no cases", "recorder", 3006), ("by another role than the procedure's", "officer2", 2103),
                            ("by another office's", "drug-superior", 3006)):
        answer = people[who].decide(serial)
        check(f"confirmed {name} it is refused", answer["code"] == code, answer)
    line = audited(r, "chief", "self_approval", "decide")
    check("which is audited by the code it was about", line == [subject(case)] * 2, line)
    unknown = [people["drug-superior"].decide(n, approve=approve, reason="不同意") for n in (serial, 999999) for approve in (True, False)]
    check("to another office's it is as if there were none", unknown[0]["code"] == 3006 and all(a == unknown[0] for a in unknown), unknown)
    check("and nothing has changed by all that", standing(r, case) == before and len(case_events(r, case)) == 6)
    answer = people["superior"].decide(serial)
    check("confirmed by whose step it is it is taken", answer["code"] in DONE and answer["filed"]["case_outcome"]["state_after"] == "decided", answer)
    row = case_events(r, case)[-1]
    check("by both under the confirmation's entry", row[2:] == ["chief", "superior", serial, str(answer["serial"])], row)
    check("a second confirmation finds it decided", people["superior"].decide(serial)["code"] == 3007)
    check("which to another office's it never was", people["drug-superior"].decide(serial) == unknown[0])

    other = Case(people, *enterprises.take(), cast={"officer": "chief", "second_officer": "officer2"}).to("notice-served")
    for action in ("legal-review", "discussion", "consent"):
        other.take(action)
    answer = other.ask("decide", by="officer")
    answer = people["chief"].decide(answer["filed"]["proposal"])
    check("who opened the case does not confirm the decision", answer["code"] == 3020, answer)

    answer = case.ask("correct")
    check("an insider may reject", people["reviewer"].decide(answer["filed"]["proposal"], approve=False, reason="不成立")["code"] in DONE)
    answer = case.ask("correct")
    check("who proposed may take it back", people["officer"].decide(answer["filed"]["proposal"], approve=False, reason="提错")["code"] in DONE)
    check("and neither left an event", len(case_events(r, case)) == 7)


def case_events(r, case):
    return r.sql(f"select seq, action, proposer, actor, proposal_serial, serial from qcr.case_event where subject = '{subject(case)}'"
                 f" and case_no = {case.number} order by seq")


def overtaken(r, people, enterprises):
    case = Case(people, *enterprises.take()).to("opened")
    proposal = case.ask("notice")["filed"]["proposal"]
    case.take("close")
    answer = people["superior"].decide(proposal)
    check("a proposal its case has moved away from is overtaken, and says why",
          answer["code"] == 3008 and "closed" in answer["text"], answer)
    check("it can still be rejected", people["superior"].decide(proposal, approve=False, reason="已不予列入")["code"] in DONE)

    case = Case(people, *enterprises.take()).to("notice-served")
    seen = case.seq
    proposal = case.ask("consent", after=seen)["filed"]["proposal"]
    case.take("statement")
    answer = people["superior"].decide(proposal)
    check("one that was to follow what its proposer saw is overtaken by any step", answer["code"] == 3008, answer)
    answer = case.ask("statement", after=seen)
    check("a step after what is no longer the newest is refused", answer["code"] == 3015, answer)
    check("and after the newest it is taken", case.ask("statement", after=case.seq)["code"] in DONE)


# ------------------------------------------------------------------ the life
def life(r, people, enterprises):
    case = Case(people, *enterprises.take(), decided_on=str(today() - datetime.timedelta(days=400)))
    first, unlisted = standing(r, case), look(r, "regulator", case.code)
    case.take("open")
    replay = case.people["officer"].step_call(case.code, "correct", number=case.number, fields=case.values("correct"))
    one, two = (people["officer"].wait(people["officer"].send(replay)) for _ in range(2))
    check("the same signed step again gets the same reply", one["code"] == 1001 and one == two, (one, two))
    other = people["officer"].step_call(case.code, "correct", number=case.number, fields=case.values("correct", reason="别的"), key=replay.key)
    answer = people["officer"].wait(people["officer"].send(other))
    check("another step under its key is refused", answer["code"] == 4001, answer)
    people["officer"].decide(one["filed"]["proposal"], approve=False, reason="提错")
    for action in ("notice", "serve-notice", "statement", "hearing-request", "hearing-held", "legal-review", "discussion", "consent"):
        case.take(action)
    check("before the decision the enterprise's standing is as it was", standing(r, case) == first)
    changes = r.sql(f"select count(*) from qcr.ledger_change where subject = '{subject(case)}' and serial > {first[0][5]}")
    check("no change of it was announced", changes == [["0"]], changes)
    now = look(r, "regulator", case.code)
    moving = {"request", "known-at", "serial", "data-as-of", "valid-until", "ledger-size", "ledger-root", "salt", "nonce"}
    check("and an answer says what it said before", {k: v for k, v in now.items() if k not in moving}
          == {k: v for k, v in unlisted.items() if k not in moving}, (unlisted, now))

    before = state(r)
    answer = case.ask("decide", dry_run=True)
    check("a dry run says what would be", answer["code"] in DONE + (1001,) and answer["filed"]["case_outcome"]["listing_after"] == "listed"
          and answer["filed"]["grade_after"] != answer["filed"]["grade_before"] and "serial" not in answer, answer)
    check("and leaves nothing", state(r) == before)

    answer = case.take("decide")
    outcome = answer["filed"]["case_outcome"]
    check("the decision lists and lowers the grade", (outcome["listing_before"], outcome["listing_after"]) == ("not-listed", "listed")
          and answer["filed"]["grade_after"] == "D", answer)
    after = look(r, "regulator", case.code)
    check("the next answer on another connection says so", after["listing"].startswith("listed") and after["grade"] == "D", after)
    row = standing(r, case)[0]
    check("the standing is of the decision's entry", row[5] == str(answer["serial"]) and int(row[0]) == int(first[0][0]) + 1, row)
    changes = r.sql(f"select version from qcr.ledger_change where serial = {answer['serial']}")
    check("which announces the change", changes == [[row[0]]], changes)

    for action in ("serve-decision", "privacy-check", "publish"):
        case.take(action)
    record = people["recorder"].record_file(case.code, case.name, f"剑市监处罚〔2026〕{case.tag}号")
    check("a record filed meanwhile leaves the listing", record["code"] in DONE
          and look(r, "regulator", case.code)["listing"].startswith("listed"), record)
    case.take("appeal")
    case.take("suspend")
    check("a stay is said", not look(r, "regulator", case.code)["listing"].startswith("listed"))
    case.take("resume", confirm_by="superior")
    check("and its end", look(r, "regulator", case.code)["listing"].startswith("listed"))
    case.take("outcome")
    for action in ("apply", "accept"):
        case.take(action)
    answer = case.take("grant")
    check("removal gives the grade back", answer["filed"]["grade_before"] == "D" and answer["filed"]["grade_after"] != "D"
          and answer["filed"]["case_outcome"]["listing_after"] == "not-listed", answer)
    case.take("lift")
    check("after it nothing is said", look(r, "regulator", case.code)["listing"].startswith("not-listed"))
    answer = case.take("restore")
    check("restored it lists again", answer["filed"]["case_outcome"]["listing_after"] == "listed", answer)


def quashed(r, people, enterprises):
    case = Case(people, *enterprises.take())
    before = look(r, "regulator", case.code)
    case.to("published")
    check("published and listed", look(r, "regulator", case.code)["listing"].startswith("listed"))
    answer = case.take("quash")
    check("a quashed decision restores the grade at once", answer["filed"]["grade_after"] == before["grade"], answer)
    now = look(r, "regulator", case.code)
    check("while it is said that its basis is gone", now["grade"] == before["grade"] and not now["listing"].startswith(("listed", "not-listed")), now)
    case.take("lift")
    now = look(r, "regulator", case.code)
    check("and once display has stopped nothing is", now["listing"] == before["listing"], now)


def two_cases(r, people, enterprises):
    code, name = enterprises.take()
    one, other = Case(people, code, name).to("decided"), Case(people, code, name)
    answer = other.ask("open", filing_number=one.fields("open")["filing_number"])
    check("a number another case of the party has is refused", answer["code"] == 3023 and answer["field"] == "filing_number", answer)
    check("to who may see that case it is said which", f"case {one.number} " in answer["text"], answer)
    theirs = Case(people, code, name, cast={"officer": "drug-officer", "second_officer": "drug-officer2"})
    check("a trial of opening one says no number", theirs.ask("open", dry_run=True)["filed"]["case_outcome"]["number"] == 0)
    answer = theirs.ask("open", filing_number=one.fields("open")["filing_number"])
    check("to others that there is one", answer["code"] == 3023 and "another case of the party" in answer["text"], answer)
    elsewhere = Case(people, *enterprises.take())
    answer = elsewhere.ask("open", filing_number=one.fields("open")["filing_number"])
    check("another party's may have it", answer["code"] in DONE, answer)
    other.to("decided")
    opened = r.sql(f"select case_no, serial from qcr.case_event where subject = '{subject(one)}' and seq = 1 order by serial")
    check("a case has the number of the entry that opened it", opened == [[str(c.number)] * 2 for c in (one, other)] and one.number > 2, opened)
    one.take("quash")
    check("with one quashed the other still lists", look(r, "regulator", code)["listing"].startswith("listed"))
    other.take("quash")
    check("with both nothing does", not look(r, "regulator", code)["listing"].startswith("listed"))


def unburdened(r, people, enterprises):
    """Cases of the party that never listed it are not read for what it is listed by, however many they are."""
    code, name = enterprises.take()
    idle, case = Case(people, code, name).open(), Case(people, code, name).to("notice-served")
    for action in ("legal-review", "discussion", "consent"):
        case.take(action)
    request = r.sql(f"select encode(request, 'hex') from qcr.act where serial = {idle.serial}")[0][0]
    r.sql(f"update qcr.act set request = 'unreadable' where serial = {idle.serial}")
    answer = people["officer"].case_show(code, idle.number)
    check("a case whose step cannot be read is not shown", not answer["ok"], answer)
    answer = case.ask("decide")
    answer = people["superior"].decide(answer["filed"]["proposal"]) if answer["ok"] else answer
    check("and is not asked for when another one is decided", answer["code"] in DONE, answer)
    past = people["regulator"].lookup(code, as_of=str(today()), min_serial=answer.get("serial"))
    check("nor when it is asked what was said", past.get("listing", "").startswith("listed"), past)
    r.sql(f"update qcr.act set request = decode('{request}', 'hex') where serial = {idle.serial}")


def last_number(r, people, enterprises):
    """A case's number is a serial, and has 31 bits."""
    case = Case(people, *enterprises.take())
    check("before the last number a case may be opened", case.ask("open", dry_run=True)["ok"])
    follower, serial = r.processes("follower")[0], r.sql("select serial from qcr.ledger_head")[0][0]
    os.kill(follower, signal.SIGSTOP)
    r.sql(f"update qcr.ledger_head set serial = {2 ** 31 - 1}")
    answer = case.ask("open", dry_run=True)
    r.sql(f"update qcr.ledger_head set serial = {serial}")
    os.kill(follower, signal.SIGCONT)
    check("behind it none is", answer["code"] == 5001 and "number" in answer["text"], answer)


def names(r, people, enterprises):
    code, name = enterprises.take()
    case = Case(people, code, name + "第二分公司")
    answer = case.ask("open")
    check("opening under a name the party does not have needs another person", answer["code"] == 1001, answer)
    check("and opens nothing by itself", r.sql(f"select count(*) from qcr.case_file where subject = '{code[8:17]}'") == [["0"]])
    summary = r.sql(f"select summary, case_no is null from qcr.proposal where serial = {answer['filed']['proposal']}")[0]
    check("its summary names the party's code, the step and its document", summary[0].startswith(f"case {code}: open") and summary[1] == "t", summary)
    check("nor has it a number by then", answer["filed"]["case_outcome"]["number"] == 0, answer)
    answer = people["reviewer"].decide(answer["filed"]["proposal"])
    check("confirmed it is opened", answer["code"] in DONE and answer["filed"]["case_outcome"]["number"] == answer["serial"], answer)
    row = r.sql(f"select opener, office_id from qcr.case_file where subject = '{code[8:17]}'")
    check("by who proposed, in their office", row == [["officer", "market"]], row)


def mirrored(r, people, enterprises):
    """A procedure whose opening needs two persons and lists at once."""
    code, name = enterprises.take()
    day = str(today() - datetime.timedelta(days=3))
    fields = [("source", "国家市场监督管理总局"), ("source_number", "国市监信〔2026〕7号"), ("listed_on", day), ("ground", "严重违法"),
              ("fetched_on", day), ("document", people.paper("officer"))]
    answer = people["officer"].step(code, "mirror", procedure="mirror", name=name, fields=fields)
    check("a listing of another organ is proposed", answer["code"] == 1001 and look(r, "regulator", code)["listing"].startswith("not-listed"), answer)
    answer = people["superior"].decide(answer["filed"]["proposal"])
    check("and lists when it is confirmed", answer["code"] in DONE and answer["filed"]["case_outcome"]["listing_after"] == "listed"
          and look(r, "regulator", code)["listing"].startswith("listed"), answer)
    own = Case(people, code, name).to("decided")
    check("beside a decision of one's own", own.number > 2 and look(r, "regulator", code)["listing"].startswith("listed"))


def newer_procedure(r, people, enterprises):
    old = Case(people, *enterprises.take()).to("opened")
    changed = copy.deepcopy(rule("procedures", "samr-44"))
    changed["version"] += 1
    number = next(f for a in changed["actions"] if a["action"] == "close" for f in a["fields"] if f["field"] == "number")
    number.update(required=True, unique=True, many=True)
    answer = people["admin"].call("rule_add", {"document": json.dumps(changed, ensure_ascii=False).encode()})
    answer = people["admin2"].decide(answer["filed"]["proposal"])
    check("a newer version of the procedure is brought in", answer["code"] in DONE, answer)
    new = Case(people, *enterprises.take()).to("opened")
    answer = new.ask("close")
    check("a case opened since goes by it", answer["code"] == 2006 and answer["field"] == "number", answer)
    check("one from before goes on by its own", old.ask("close")["code"] in DONE)
    numbers = [f"剑市监不列〔2026〕{i}号" for i in range(9)]
    answer = new.ask("close", number=numbers)
    check("more numbers than can be kept apart are refused", answer["code"] == 2007 and answer["field"] == "number" and "8" in answer["text"], answer)
    answer = new.ask("close", number=numbers[:8])
    kept = r.sql(f"select count(*) from qcr.case_document where subject = '{subject(new)}' and action = 'close'")
    check("as many as can are kept", answer["code"] in DONE and kept == [["8"]], (answer, kept))


# ------------------------------------------------------------------ who sees, who stands in
def unseen(people, enterprises):
    """To another office a case is as if it were not there, whatever is asked of it."""
    case = Case(people, *enterprises.take()).to("opened")
    outsider = people["drug-officer"]
    for action, more in (("notice", {}), ("notice", {"after": 1}), ("notice", {"dry_run": True}), ("bless", {}), ("open", {}), ("decide", {})):
        answers = [outsider.step(case.code, action, number=number, **more) for number in (case.number, case.number + 1)]
        check(f"{action} {more or ''} by another office's is refused as of a case that is not there",
              answers[0]["code"] == 3013 and answers[0] == answers[1], answers)


def pending(people, enterprises):
    case = Case(people, *enterprises.take()).to("opened")
    serial = int(case.ask("notice")["filed"]["proposal"])
    seen = {who: serial in [p["serial"] for p in people[who].pending()["proposals"]["proposal"]]
            for who in ("officer2", "reviewer", "superior", "publisher", "regulator", "recorder", "drug-officer", "drug-superior", "admin", "auditor")}
    check("a step that waits is shown to those who work on their office's cases, and to nobody else",
          {who for who, sees in seen.items() if sees} == {"officer2", "reviewer", "superior", "publisher"}, seen)


def set_deputy(people, away, deputy, first, last, grant=True):
    answer = people["admin"].call("deputy_set", {"person_id": away, "deputy_id": deputy, "from": str(first), "to": str(last), "grant": grant})
    if answer["code"] != 1001:
        raise AssertionError(answer)
    answer = people["admin2"].decide(answer["filed"]["proposal"])
    if answer["code"] not in DONE:
        raise AssertionError(answer)


def deputies(r, people, enterprises):
    case = Case(people, *enterprises.take()).to("notice-served")
    answer = case.ask("legal-review", by="drug-reviewer")
    check("another office's reviewer does not review", answer["code"] == 3013, answer)
    day = today()
    set_deputy(people, "reviewer", "drug-reviewer", day + datetime.timedelta(days=1), day + datetime.timedelta(days=2))
    check("nor as a deputy whose days have not come", case.ask("legal-review", by="drug-reviewer")["code"] == 3013)
    set_deputy(people, "reviewer", "drug-reviewer", day + datetime.timedelta(days=1), day + datetime.timedelta(days=2), grant=False)
    set_deputy(people, "reviewer", "drug-reviewer", day, day + datetime.timedelta(days=3))
    answer = case.ask("discussion", by="drug-reviewer")
    check("a deputy has the roles of whom they stand in for and no others", answer["code"] == 2103, answer)
    waits = int(case.ask("consent")["filed"]["proposal"])
    check("sees what waits there", waits in [p["serial"] for p in people["drug-reviewer"].pending()["proposals"]["proposal"]])
    people["officer"].decide(waits, approve=False, reason="提错")
    answer = case.ask("legal-review", by="drug-reviewer")
    check("a deputy takes the step, under their own name", answer["code"] in DONE and case_events(r, case)[-1][2] == "drug-reviewer", answer)
    answer = case.ask("discussion", by="recorder")
    check("who has no role in cases takes no step", answer["code"] == 2103, answer)
    check("and sees none", people["recorder"].case_show(case.code, case.number)["code"] == 2103)
    check("which leaves a line, too", audited(r, "recorder", "role-missing", "case-show") == [case.code], audited(r, "recorder", "role-missing", "case-show"))
    set_deputy(people, "superior", "recorder", day, day)
    shown = people["recorder"].case_show(case.code, case.number)
    check("but sees the case as a deputy", shown["ok"] and shown["case_file"]["state"] == "notice-served", shown)
    check("hands in its documents", people["recorder"].evidence_put("代签材料\n".encode()))
    answer = case.ask("discussion", by="recorder")
    check("takes its steps", answer["code"] in DONE, answer)
    case.done += ["legal-review", "discussion"]
    case.take("consent")
    answer = people["recorder"].decide(case.ask("decide")["filed"]["proposal"])
    check("and confirms as one", answer["code"] in DONE, answer)
    set_deputy(people, "superior", "recorder", day, day, grant=False)
    answer = case.ask("close", by="recorder")
    check("until it is ended", answer["code"] == 2103, answer)


def same_octets(r, people, enterprises):
    """What one person signed another may sign, too: a step is one person's once."""
    case = Case(people, *enterprises.take()).to("notice-served")
    call = people["officer"].step_call(case.code, "statement", number=case.number, fields=case.values("statement"))
    signature = people["officer2"].private.sign(b"qcr-act/v1\n" + people["officer"].greeting["origin"].encode() + b"\n" + call.request)
    answers = [people[who].wait(people[who].send(one)) for who, one in
               (("officer", call), ("officer2", Call(call.request, signature, call.key)))]
    check("two persons may sign the same octets, each for themselves", all(a["code"] in DONE for a in answers), answers)
    check("and the follower believes both", people["regulator"].lookup(case.code, min_serial=answers[1]["serial"]).get("result")
          and "follow.refused" not in r.log(), answers)


def at_once(r, people, enterprises):
    case = Case(people, *enterprises.take()).to("opened")
    calls = [(who, people[who].step_call(case.code, "close", number=case.number, fields=case.values("close"))) for who in ("superior", "chief")]
    numbers = [(who, people[who].send(call)) for who, call in calls]
    codes = sorted(people[who].wait(number)["code"] for who, number in numbers)
    check("of two who close a case at once one does, the other hears that it is closed", codes[0] in DONE and codes[1] == 3014, codes)
    check("and there is one event of it", [row[1] for row in case_events(r, case)] == ["open", "close"])


def main():
    with Registry(people=PEOPLE) as r, People(r) as people:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        enterprises = Enterprises()
        unaudited(r, people, enterprises)
        refusals(r, people, enterprises)
        allowed(people, enterprises)
        confirmations(r, people, enterprises)
        overtaken(r, people, enterprises)
        life(r, people, enterprises)
        quashed(r, people, enterprises)
        two_cases(r, people, enterprises)
        unburdened(r, people, enterprises)
        last_number(r, people, enterprises)
        names(r, people, enterprises)
        mirrored(r, people, enterprises)
        unseen(people, enterprises)
        pending(people, enterprises)
        at_once(r, people, enterprises)
        same_octets(r, people, enterprises)
        deputies(r, people, enterprises)
        newer_procedure(r, people, enterprises)
        done = r.admin("doctor")
        check("after all this everything still proves itself", done.returncode == 0, done.stdout[-800:])
    finish()


main()
