#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Who may do what: every role of either office asks for every action in every state, and tries to confirm every step
that needs two, through the real daemon. What is expected is read from the procedure documents as they stand."""
import itertools
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, today  # noqa: E402
from case_codes import CASE_ROLES, DONE, PENDING, RESULT, UNKNOWN, UNSEEN, expected, sees  # noqa: E402
from case_people import PEOPLE, Enterprises, read_people  # noqa: E402
from naive_case import NaiveCase, Rules  # noqa: E402
from registry import SAMPLE, Registry, check, finish  # noqa: E402

# The operations' own gates (registry/service/operation.def): who has none of CASE_ROLES takes no step of any case, who has
# none of these decides nothing.
DECIDE_ROLES = CASE_ROLES | {"recorder", "admin"}


class Told:
    """A case in the daemon and the same one in the naive model."""

    def __init__(self, people, rules, persons, enterprises, state, decided_on):
        code, name = enterprises.take()
        self.case = Case(people, code, name, decided_on=decided_on)
        self.model = NaiveCase(rules, "samr-44")
        self.persons = persons
        self.state = state
        for action in ROAD_TO[state]:
            self.take(action)

    def take(self, action, by=None, confirm_by=None):
        first, second = self.case.people_for(action)
        first, second = self.persons[by or first], self.persons[confirm_by or second]
        step = {"action": action, "values": self.case.values(action), "name_differs": False}
        verdict = self.model.decide(step, today(), first)
        if verdict["refusal"] != "granted":
            raise AssertionError(f"the model refuses {action}: {verdict}")
        second = second if verdict["waits"] else None
        if second:
            verdict = self.model.decide(step, today(), first, second)
        self.case.take(action, by=by, confirm_by=confirm_by)
        self.model.take(step, verdict, first, second)


SERVED = ["open", "notice", "serve-notice"]
DECIDED = SERVED + ["legal-review", "discussion", "consent", "decide"]
ROAD_TO = {
    None: [], "opened": ["open"], "noticed": ["open", "notice"], "notice-served": SERVED, "decided": DECIDED,
    "applied": DECIDED + ["apply"], "accepted": DECIDED + ["apply", "accept"], "removed": DECIDED + ["apply", "accept", "grant"],
    "quashed": DECIDED + ["quash"], "closed": SERVED + ["close"],
}


class Mirrored:
    """The same of a listing mirrored from another organ, for which there is no story."""
    ROAD_TO = {None: [], "mirrored": ["mirror"], "gone": ["mirror", "remove"]}

    def __init__(self, people, rules, persons, enterprises, state, day):
        (self.code, self.name), self.number, self.day = enterprises.take(), None, day
        self.people, self.paper = people, people.paper("officer", "来源页面")
        self.model, self.case, self.state = NaiveCase(rules, "mirror"), self, state
        for action in self.ROAD_TO[state]:
            step = {"action": action, "values": self.values(action)}
            opening = {"number": self.number} if self.number else {"procedure": "mirror", "name": self.name}
            answer = people["officer"].step(self.code, action, fields=step["values"], **opening)
            answer = people["superior"].decide(answer["filed"]["proposal"])
            self.number = answer["filed"]["case_outcome"]["number"]
            first, second = persons["officer"], persons["superior"]
            self.model.take(step, self.model.decide(step, today(), first, second), first, second)

    def values(self, action):
        given = {
            "mirror": {"source": "国家税务总局", "source_number": f"税〔2026〕{self.code}号", "listed_on": self.day, "ground": "欠税",
                       "fetched_on": self.day, "document": self.paper},
            "confirm": {"fetched_on": self.day, "document": self.paper},
            "remove": {"removed_on": self.day, "fetched_on": self.day, "document": self.paper},
            "quash": {"decided_on": self.day, "number": "税撤〔2026〕1号", "document": self.paper}, "lift": {"lifted_on": self.day}}
        return list(given[action].items())


def authority(procedure, state, office, action, person):
    """The refusal for want of authority or of the state, read from the document; None where neither is wanting."""
    if not set(action["roles"]) & person["roles"]:
        return "role"
    if state is not None and person["office"] != office and not action.get("any_office"):
        return "office"
    if (state is None) != (action["from"] == []) or (state is not None and state not in action["from"]):
        return "state"
    return None


class Matrix:
    def __init__(self, r, people):
        self.r, self.people = r, people
        self.rules, self.persons, self.enterprises = Rules(), read_people(), Enterprises()
        self.long_ago = str(today().replace(day=1).replace(year=today().year - 2))
        self.cells, self.differences = {}, []

    def note(self, kind, cell, want, answer):
        self.cells[kind] = self.cells.get(kind, 0) + 1
        if answer["code"] not in want:
            self.differences.append((kind, cell, want, answer["code"], answer.get("text"), answer.get("allowed")))

    # ------------------------------------------------------------------ one person
    def asked(self, told, kind):
        """Every action by every person as a dry run."""
        calls = {}
        for word, action in told.model.actions.items():
            fields = told.case.values(word)
            step = {"action": word, "values": fields, "name_differs": False}
            opening = {"procedure": told.model.procedure["id"], "name": told.case.name} if told.case.number is None else {"number": told.case.number}
            for name, person in self.persons.items():
                refusal = authority(told.model.procedure, told.model.state, told.model.office, action, person)
                verdict = told.model.decide(step, today(), person)
                if refusal or verdict["refusal"] in ("role", "office", "state"):
                    if refusal != verdict["refusal"]:
                        raise AssertionError(f"two readings of one document differ: {refusal} and {verdict} for {word} by {name}")
                want = expected(verdict) if sees(told.model, person) or not person["roles"] & CASE_ROLES else (UNSEEN,)
                call = self.people[name].step_call(told.case.code, word, fields=fields, dry_run=True, **opening)
                calls.setdefault(name, []).append(((told.state, word, name), want, call))
        for name, asked in calls.items():
            for (cell, want, _), answer in zip(asked, self.people[name].pipeline([c for _, _, c in asked])):
                self.note(kind, cell, want, answer)

    # ------------------------------------------------------------------ two persons
    def confirmed(self, told, word):
        """A proposal of that action which everybody tries to confirm: who may not first, then one who may."""
        action = told.model.actions[word]
        step = {"action": word, "values": told.case.values(word), "name_differs": False}
        by = next(n for n in ("officer", "chief") if set(action["roles"]) & self.persons[n]["roles"])
        proposer = self.persons[by]
        answer = told.case.ask(word, by=by)
        if answer["code"] != PENDING:
            self.note("proposals", (told.state, word, by), (PENDING,), answer)
            return None
        serial = answer["filed"]["proposal"]
        may = []
        for name, person in self.persons.items():
            verdict = told.model.decide(step, today(), proposer, person)
            if verdict["refusal"] == "granted":
                may.append((name, verdict))
            elif person is proposer:  # told so before anything else: they may take it back
                self.note("confirmations", (told.state, word, name), (RESULT["self-approval"],), self.people[name].decide(serial))
            elif not person["roles"] & DECIDE_ROLES:
                self.note("confirmations", (told.state, word, name), (RESULT["role"],), self.people[name].decide(serial))
            elif not sees(told.model, person):
                self.note("confirmations", (told.state, word, name), (UNKNOWN,), self.people[name].decide(serial))
            else:
                self.note("confirmations", (told.state, word, name), expected(verdict), self.people[name].decide(serial))
        return serial, step, proposer, may

    def own(self, told, word):
        """Who has both roles still cannot do both, not under a second certificate either."""
        if not set(told.model.actions[word]["roles"]) & self.persons["chief"]["roles"]:
            return
        answer = told.case.ask(word, by="chief")
        if answer["code"] != PENDING:
            self.note("proposals", (told.state, word, "chief"), (PENDING,), answer)
            return
        for name in ("chief", "chief-2"):
            self.note("own confirmations", (told.state, word, name), (RESULT["self-approval"],), self.people[name].decide(answer["filed"]["proposal"]))
        self.people["chief"].decide(answer["filed"]["proposal"], approve=False, reason="收回")


def main():
    with Registry(people=PEOPLE) as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        with People(r) as people:
            m = Matrix(r, people)
            for state in ROAD_TO:
                m.asked(Told(people, m.rules, m.persons, m.enterprises, state, m.long_ago), "steps")
            for state in Mirrored.ROAD_TO:
                m.asked(Mirrored(people, m.rules, m.persons, m.enterprises, state, m.long_ago), "steps of a mirrored listing")
            check("every step by every role of either office in every state is answered as its procedure says", not m.differences,
                  m.differences[:5])
            before = len(m.differences)
            procedure = m.rules.procedures["samr-44"]
            for state, action in itertools.product(ROAD_TO, procedure["actions"]):
                if not action.get("second") or state not in action["from"]:
                    continue
                told = Told(people, m.rules, m.persons, m.enterprises, state, m.long_ago)
                if told.model.decide({"action": action["action"], "values": told.case.values(action["action"])}, today(),
                                     m.persons["officer"])["refusal"] != "granted":
                    continue
                m.own(told, action["action"])
                found = m.confirmed(told, action["action"])
                for name, verdict in found[3] if found else []:
                    serial = found[0]
                    if name != found[3][0][0]:  # each who may does it once, on a case of its own
                        told = Told(people, m.rules, m.persons, m.enterprises, state, m.long_ago)
                        serial = told.case.ask(action["action"])["filed"]["proposal"]
                    answer = people[name].decide(serial)
                    m.note("granted confirmations", (state, action["action"], name), DONE, answer)
                    if answer["ok"]:
                        after = answer["filed"]["case_outcome"]["state_after"]
                        check_state = after == verdict["to"]
                        if not check_state:
                            m.differences.append(("state", state, action["action"], name, after, verdict["to"]))
            check("every confirmation by every role of either office is answered as its procedure says", len(m.differences) == before,
                  m.differences[before:before + 5])
            total = sum(m.cells.values())
            print(f"# {total} cells: " + ", ".join(f"{n} {kind}" for kind, n in m.cells.items()))
            check("at least 1,500 cells of the matrix were tried", total >= 1500, total)
            check("all of them as expected", not m.differences, len(m.differences))
    finish()


main()
