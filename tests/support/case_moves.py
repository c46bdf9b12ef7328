# SPDX-License-Identifier: MulanPSL-2.0
"""
Steps somebody might ask for, sensible and not: the generator behind the walks of cases. All chance comes from the
random.Random it is given, so that a seed is a walk.
"""
import datetime

from naive_case import DAY, day_of, days_on, months_on

# Taken less often, for they lead away from where most rules are.
RARE = {"close": 0.05, "quash": 0.08, "correct": 0.2, "consent-refused": 0.15, "remove": 0.2, "statement": 0.4, "notice": 0.5,
        "decline-acceptance": 0.4, "refuse": 0.4, "decide": 4, "legal-review": 2, "discussion": 2, "consent": 2, "apply": 3, "accept": 3,
        "grant": 4, "lift": 0.7, "outcome": 2, "serve-notice": 2, "list-anew": 0.2, "end": 0.3}
ROLES = ("officer", "reviewer", "superior", "publisher", "recorder", "admin")


class Moves:
    def __init__(self, rng, rules, persons, files, fixed_today=None):
        self.rng, self.rules, self.persons, self.files, self.fixed_today = rng, rules, persons, files, fixed_today
        self.count = 0
        self.repeats = False  # may two number fields of one step have the same?
        self.codes = {name: table["rows"] for name, table in rules.tables.items()}

    def begin(self):
        """The first day of a new case."""
        if self.fixed_today:
            return self.fixed_today - self.rng.choice((20, 200, 500, 1300, 1800)) * DAY - self.rng.randrange(60) * DAY
        return datetime.date(self.rng.choice((2019, 2023, 2024, 2024, 2025, 2025, 2025, 2026, 2026, 2090)), self.rng.randint(1, 12), self.rng.randint(1, 28))

    # ------------------------------------------------------------------ days
    def days_near(self, case, begin):
        """Days at which something changes for this case."""
        if not case.events:
            return [begin]
        last = case.events[-1]["day"]
        near = [last, last, last, last, days_on(last, self.rng.choice((0, 1, 2, 3, 7, 8, 20, 40)))]
        for word in case.windows:
            found = case.window_of(word)
            if found:
                near += [found[1], days_on(found[1], 1), days_on(found[1], 1)]
        deadline = self.rng.choice(case.procedure["deadlines"])
        event = case.last(*deadline["from"])
        if event:
            limit = case.deadline_of(deadline, event)
            if limit:
                near += [limit[0], days_on(limit[0], 1)]
        start = case.last("decide", "restore", "mirror")
        if start:
            year = months_on(start["day"], 12)
            near += [year, year - DAY, days_on(year, 3)]
            end = case.term_end()
            if end and end.year < 9000 and self.rng.random() < 0.3:
                near += [end, end - DAY, days_on(end, 1)]
        if self.rng.random() < 0.1:
            near.append(self.rng.choice(case.events)["day"] - DAY)
        return near

    # ------------------------------------------------------------------ fields
    def number(self, case):
        self.count += 1
        return f"剑市监〔2026〕{self.count}号"

    def value(self, case, action, field, day):
        kind = field["type"]
        if kind == "text":
            return self.rng.choice(("事实清楚", "x", "理由充分，依据正确"))
        if kind == "day":
            if field.get("future"):
                return str(days_on(day, self.rng.choice((0, 1, 365, 366, 1095, 1500))))
            return str(self.rng.choice((day, day, day, day - DAY)))
        if kind == "word":
            return self.rng.choice([w["word"] for w in field["words"]])
        if kind == "code":
            rows = self.codes[field["table"]]
            good = [r for r in rows if day_of(r["from"]) <= day and ("attribute" not in field or r.get("attributes", {}).get(field["attribute"]))]
            return self.rng.choice(good or rows)["code"]
        if kind == "number":
            return self.number(case)
        if kind == "file":
            return self.rng.choice(self.files)
        if kind == "person":
            return self.rng.choice(self.persons)["id"]
        return f"5108230{self.rng.randrange(9)}"

    def values(self, case, action, day, fault):
        """Fields filled in for that event's day; with `fault` one of them is spoilt."""
        found = []
        for field in action["fields"]:
            asked = field.get("required") and case.holds(field.get("when"), found)
            if not asked and self.rng.random() < 0.7:
                continue
            value = str(day) if field["field"] == action.get("day") else self.value(case, action, field, day)
            if field["field"] == "recusal" and self.rng.random() < 0.9:
                value = "no-conflict"
            if field["field"] in ("opinion", "intent") and self.rng.random() < 0.7:
                value = field["words"][0]["word"]
            if field["field"] == "noticed_on" and self.rng.random() < 0.8:
                value = str(day - self.rng.choice((6, 9, 10, 11, 12, 15, 30)) * DAY)
            found.append((field["field"], value))
            if field.get("many") and self.rng.random() < 0.2:
                found.append((field["field"], self.value(case, action, field, day)))
        if self.repeats and self.rng.random() < 0.1:
            found = self.repeated(action, found)
        if fault:
            found = self.spoil(action, found, day)
        return found

    def repeated(self, action, values):
        """One number twice, written in two ways."""
        numbers = [f["field"] for f in action["fields"] if f["type"] == "number"]
        at = [n for n, (name, _) in enumerate(values) if name in numbers]
        if len(at) < 2:
            return values
        first, second = self.rng.sample(at, 2)
        text = self.rng.choice((values[first][1], values[first][1].replace("〔", "［").replace("〕", " ] ")))
        return [(name, text if n == second else value) for n, (name, value) in enumerate(values)]

    def spoil(self, action, values, day):
        chance = self.rng.randrange(7)
        at = self.rng.randrange(len(values)) if values else 0
        if chance == 0 and values:
            return values[:at] + values[at + 1:]
        if chance == 1 and values:
            return values + [values[at]]
        if chance == 2:
            return values + [(self.rng.choice(("colour", "decided_on", "number", "document")), "x")]
        if chance == 3 and values:
            return values[:at] + [(values[at][0], "4999-01-01")] + values[at + 1:]
        if values:
            bad = self.rng.choice(("", "x", "-", "2026-02-30", "2026-1-1", "0" * 63, "G" * 64, "nobody!", "é", "Z9", "1599-12-31", "9999-12-31",
                                   "y" * 4001, "y" * 4000, " ", "A" * 41, "A" * 33, str(day) + " ", " x", "x ", "a\tb", "a\nb", "\u200b", "a\u202eb", "\u3000"))
            return values[:at] + [(values[at][0], bad)] + values[at + 1:]
        return values

    # ------------------------------------------------------------------ a step
    def step(self, case, begin):
        """(step, today)."""
        names = list(case.actions)
        if self.rng.random() < 0.88:
            possible = [n for n in names if (not case.actions[n]["from"]) == (case.state is None)
                        and (case.state is None or case.state in case.actions[n]["from"])]
            # what has been done is not done so soon again, or a case would never come far
            weights = [RARE.get(n, 1) * max(0.45 ** len(case.events_of(n)), 0.01) for n in possible]
            name = self.rng.choices(possible, weights)[0] if possible else self.rng.choice(names)
        else:
            name = self.rng.choice(names + ["abolish"])
        action = case.actions.get(name, {"fields": [], "from": ["opened"]})
        day = self.rng.choice(self.days_near(case, begin))
        values = self.values(case, action, day, self.rng.random() < 0.08)
        if self.fixed_today:
            today = self.fixed_today
            if day > today:  # where days cannot lie in the future, most are not asked to
                values = [(n, str(today) if v == str(day) and self.rng.random() < 0.9 else v) for n, v in values]
        else:
            today = days_on(day, self.rng.choice((0, 0, 0, 1, 30))) if self.rng.random() < 0.97 else day - DAY
        return {"action": name, "values": values, "name_differs": not action["from"] and self.rng.random() < 0.1}, today

    def paper(self, case):
        """A step that changes nothing but the number of events: (step, today)."""
        possible = [n for n in ("correct", "confirm", "statement") if n in case.actions and case.state in case.actions[n]["from"]]
        day = case.events[-1]["day"]
        name = possible[0] if possible else "correct"
        return {"action": name, "values": self.values(case, case.actions.get(name, {"fields": []}), day, False), "name_differs": False}, day

    def stay(self, case):
        """The next stay, or the end of the one that is open, a little later: (step, today)."""
        wanted = "resume" if case.is_stayed() else "suspend"
        name = next(n for n, action in case.actions.items() if action.get("effect") == wanted)
        day = days_on(case.events[-1]["day"], self.rng.choice((0, 1, 3, 12)))
        return {"action": name, "values": self.values(case, case.actions[name], day, False), "name_differs": False}, day

    def asking(self, case, step):
        """(proposer, second or None): mostly those whose step it is."""
        action = case.actions.get(step["action"], {"roles": ["officer"]})
        office = case.office

        def one(roles):
            if self.rng.random() < 0.05:
                return self.rng.choice(self.persons)
            fitting = [p for p in self.persons if set(roles) & set(p["roles"]) and (office is None or p["office"] == office)]
            return self.rng.choice(fitting or self.persons)
        proposer = one(action["roles"])
        second = None
        roles = action.get("second") or (action.get("second_when_name_differs") if step["name_differs"] else None)
        if roles and self.rng.random() < 0.9:
            second = one(roles)
            if second["id"] == proposer["id"] and self.rng.random() < 0.8:
                second = one(roles)
        elif self.rng.random() < 0.01:
            second = one(["superior"])
        return proposer, second
