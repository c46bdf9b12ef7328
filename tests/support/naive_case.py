# SPDX-License-Identifier: MulanPSL-2.0
"""
What a case is, written again: slow, plain, from the procedure documents of share/procedures and the law they cite,
not from the program. Days are datetime.date; a working day is found by walking; "how does it list" is asked of each
day on which that may change.

    rules = Rules()
    case = NaiveCase(rules, "samr-44")
    verdict = case.decide(step, today, proposer, second)
    if verdict["refusal"] == "granted" and not verdict["waits"]:
        case.take(step, verdict, proposer, second)
    case.state, case.listings(), case.deadlines(today), case.term_end()

A step is {"action": word, "values": [(name, value), ...], "name_differs": bool}; a person {"id", "office", "roles"}.
"""
import calendar
import copy
import datetime
import json
import pathlib
import re
import types
import unicodedata

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(1600, 1, 1), datetime.date(9999, 12, 31)


def day_of(text):
    """A day as papers must write it, or None."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= FIRST else None


def months_on(day, months):
    """The same date so many months on; the month's last day where it is shorter."""
    months = day.year * 12 + day.month - 1 + months
    year, month = divmod(months, 12)
    if year > 9999:
        return LAST
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_on(day, count):
    return LAST if (LAST - day).days < count else day + count * DAY


class Rules:
    def __init__(self, share=TOP / "share"):
        def read(folder):
            found = [json.loads(path.read_text()) for path in sorted((share / folder).glob("*.json"))]
            return {document["id"]: document for document in found}
        self.procedures, self.tables = read("procedures"), read("codes")
        self.years = {}
        for document in read("calendars").values():
            for year in document["years"]:
                self.years[year["year"]] = ({day_of(d) for d in year["holidays"]}, {day_of(d) for d in year["workdays"]})
        self.reckoned = {}

    # -- working days
    def is_working(self, day):
        holidays, workdays = self.years.get(day.year, ((), ()))
        return day in workdays or (day.weekday() < 5 and day not in holidays)

    def working_days_on(self, day, count):
        """The count-th working day after a day; and whether a year without calendar was walked through."""
        if (day, count) not in self.reckoned:
            at, left, guessed = day, count, False
            while left:
                at += DAY
                left -= self.is_working(at)
                guessed |= at.year not in self.years
            self.reckoned[day, count] = at, guessed
        return self.reckoned[day, count]

    def settled(self, day):
        """A term that would end on a holiday ends on the next working day."""
        guessed = day.year not in self.years
        while not self.is_working(day):
            day += DAY
            guessed |= day.year not in self.years
        return day, guessed

    def count(self, day, number, unit):
        """The last day of a term."""
        if unit == "working":
            return self.working_days_on(day, number)
        return self.settled(days_on(day, number) if unit == "days" else months_on(day, number))

    # -- codes
    def code_row(self, table, code, day):
        for row in self.tables[table]["rows"]:
            if row["code"] == code and day_of(row["from"]) <= day and (not row.get("to") or day <= day_of(row["to"])):
                return row
        return None


def is_visible(value):
    """Nothing in it that cannot be seen: no control but the end of a line, nothing of width zero, no change of direction."""
    return not any(unicodedata.category(c) in ("Cc", "Cf") and c != "\n" for c in value)


def is_text(value, lines=True):
    """Something can be read in it."""
    return value.strip() != "" and is_visible(value) and (lines or "\n" not in value)


def normal_number(value):
    """A document's number without the differences of its writing: width, spaces, case, kind of brackets."""
    plain = unicodedata.normalize("NFKC", value).translate(str.maketrans("〔【[〕】]", "(((" + ")))"))
    return "".join(c.upper() for c in plain if unicodedata.category(c) != "Zs")


def valid_on(rule, day):
    valid = rule.get("valid", {})
    return (not valid.get("from") or day_of(valid["from"]) <= day) and (not valid.get("to") or day <= day_of(valid["to"]))


def words(items):
    return [item["word"] for item in items]


class Refused(Exception):
    def __init__(self, word, **more):
        super().__init__(word)
        self.word, self.more = word, more


def until_the_next(method):
    """What follows from the events alone is worked out once after each."""
    def wrapped(self, *about):
        key = (method.__name__, *about)
        if key not in self.known:
            self.known[key] = method(self, *about)
        return self.known[key]
    return wrapped


class NaiveCase:
    def __init__(self, rules, procedure, office=None, number=1):
        self.rules, self.procedure, self.office, self.number = rules, rules.procedures[procedure], office, number
        self.actions = {action["action"]: action for action in self.procedure["actions"]}
        self.known_fields = {word: {f["field"]: f for f in action["fields"]} for word, action in self.actions.items()}
        self.windows = {window["window"]: window for window in self.procedure["windows"]}
        self.ends = {state["state"] for state in self.procedure["states"] if state.get("end")}
        self.events, self.known = [], {}
        self.state = None

    # ------------------------------------------------------------------ looking back
    def events_of(self, *names, after=0):
        """Events of these actions with a sequence number above `after`."""
        return [e for e in self.events[after:] if e["action"] in names]

    @until_the_next
    def last(self, *names):
        found = self.events_of(*names)
        return found[-1] if found else None

    @until_the_next
    def done_since(self, action, since):
        """Has the action happened, after the last `since` if there was one?"""
        mark = self.last(since) if since else None
        return bool(self.events_of(action, after=mark["seq"] if mark else 0))

    def holds(self, when, step_values):
        """A `when` of a field, guard, effect or deadline."""
        if not when:
            return True
        if "action" in when:
            event = self.last(when["action"])
            if not event or (when.get("in_time") and event["late"]):
                return False
            values = event["values"]
        else:
            values = step_values
        return "field" not in when or any(n == when["field"] and v in when["words"] for n, v in values)

    @staticmethod
    def value(values, field):
        """The last value of a field, or None."""
        found = [v for n, v in values if n == field]
        return found[-1] if found else None

    # ------------------------------------------------------------------ days
    @until_the_next
    def window_of(self, word):
        """(opened, last, provisional), or None before it opens."""
        window = self.windows[word]
        event = self.last(window["opens"])
        if not event:
            return None
        opened = self.received_on(window, event)
        last, guessed = self.rules.count(opened, window["days"], window["unit"])
        return opened, last, guessed

    def received_on(self, window, event):
        """When what was served counts as received: by public notice some days later."""
        deemed = "method_field" in window and self.value(event["values"], window["method_field"]) == window["deemed_word"]
        return days_on(event["day"], window["deemed_days"] if deemed else 0)

    def deadline_of(self, deadline, event):
        """The last day in time, counted from this event; or None where the deadline does not hold."""
        if not valid_on(deadline, event["day"]):
            return None
        start = event["day"]
        if "window" in deadline:
            start = self.window_of(deadline["window"])[0]
        if "day" in deadline and self.value(event["values"], deadline["day"]):
            start = day_of(self.value(event["values"], deadline["day"]))
        return self.rules.count(start, deadline["days"], deadline["unit"])

    def deadlines(self, today):
        found = {}
        for deadline in self.procedure["deadlines"]:
            event = self.last(*deadline["from"])
            if not event or not self.holds(deadline.get("when"), []):
                continue
            limit = self.deadline_of(deadline, event)
            if not limit:
                continue
            done = self.events_of(*deadline["until"], after=event["seq"])
            done_on = done[0]["day"] if done else None
            found[deadline["deadline"]] = {
                "day": limit[0], "provisional": limit[1], "done": bool(done), "done_on": done_on,
                "late": (done_on or today) > limit[0]}
        return found

    def lateness(self, action, day):
        """(late, provisional) of a step on that day: by every deadline that it answers to."""
        late = guessed = False
        for deadline in self.procedure["deadlines"]:
            event = self.last(*deadline["from"])
            if action in deadline["until"] and event and self.holds(deadline.get("when"), []):
                limit = self.deadline_of(deadline, event)
                if limit:
                    late |= day > limit[0]
                    guessed |= limit[1]
        return late, guessed

    # ------------------------------------------------------------------ how it lists
    @until_the_next
    def effects(self):
        """(effect, event) in order, of events that have one."""
        found = []
        for event in self.events:
            action = self.actions[event["action"]]
            if action.get("effect") and self.holds_at(event, action.get("effect_when")):
                found.append((action["effect"], event))
        return found

    def holds_at(self, event, when):
        """A `when` about the event's own fields."""
        return not when or self.holds(when, event["values"])

    def term_of(self, event, begins):
        """The first day after the term that begins then with this START or RESTORE; None: without end."""
        listing = self.procedure["listing"]
        ends = [months_on(begins, term["months"]) for term in listing.get("terms", []) if valid_on({"valid": term}, begins)]
        for field in ("longer_field", "until_field"):
            if field in listing:
                text = self.value(event["values"], listing[field])
                if text:
                    ends.append(days_on(day_of(text), 1))
        return max(ends) if ends else None

    @until_the_next
    def stints(self):
        """
        Times it lists by decision and term, in order: when it begins, when its term and when it itself is over (None:
        never), the first quashing recorded after it, if any, and when nothing of it is left, by its end or a quashing.
        One that ends on the day it begins lists on no day.
        """
        found, pending, decision = [], None, None
        served = self.procedure["listing"]["starts"] == "service"

        def begin(term_event, day):
            for stint in found:  # what listed before is over by then
                stint.end = min(stint.end or LAST, max(day, stint.begin))
                stint.over = min(stint.over or LAST, stint.end)
            term_end = self.term_of(term_event, day)
            end = term_end and max(term_end, day)
            found.append(types.SimpleNamespace(begin=day, term_end=term_end, end=end, quash=None, over=end))
        for effect, event in self.effects():
            decision = event if effect == "start" else decision
            if effect == "start" and served:
                pending = event
            elif effect in ("start", "restore"):
                begin(decision, event["day"])
                pending = None
            elif effect == "serve" and pending:
                received = [self.received_on(w, event) for w in self.windows.values() if w["opens"] == event["action"]]
                begin(pending, max(received, default=event["day"]))
                pending = None
            elif effect == "end":
                pending = None  # nor is what has been ended
                for stint in found[-1:]:
                    stint.end = min(event["day"], stint.end or LAST)
                    stint.over = min(event["day"], stint.over or LAST)
            elif effect == "quash":
                pending = None  # what has been annulled is not brought into force by serving it
                for stint in found:
                    stint.quash = stint.quash or event
                    stint.over = min(event["day"], stint.over or LAST)
        return found

    def suspended_on(self, day):
        """
        Is one of the stays in force on that day? Each runs from its day, or an earlier one named while it was open, to that
        of the resumption recorded after it.
        """
        stays, is_open = [], False
        for effect, event in self.effects():
            if effect == "suspend" and is_open:
                stays[-1][0] = min(stays[-1][0], event["day"])
            elif effect == "suspend":
                stays.append([event["day"], LAST])
                is_open = True
            elif effect == "resume" and is_open:
                stays[-1][1], is_open = event["day"], False
        return any(begin <= day < end for begin, end in stays)

    @until_the_next
    def unknown_from(self):
        """The day from which nobody knows whether its source still lists it: so long after it was last seen there; or None."""
        listing = self.procedure["listing"]
        seen = [day_of(self.value(e["values"], listing["seen_field"]) or str(e["day"])) for effect, e in self.effects()
                if effect in ("start", "restore", "confirm")] if listing.get("lapse_days") else []
        return days_on(max(seen), listing["lapse_days"]) if seen else None

    @until_the_next
    def published(self):
        """Visible to the public, as of the last event."""
        if self.procedure["listing"].get("public"):
            return True  # by its source, whatever happens here
        shown = False
        for effect, _ in self.effects():
            if effect == "publish":
                shown = True
            elif effect == "unpublish":
                shown = False
        return shown

    def effect_on(self, day):
        """in-force, suspended, unknown, quashed, or None where nothing is said of the day."""
        for stint in self.stints():
            if stint.begin <= day and (stint.end is None or day < stint.end):
                if not stint.quash:
                    if self.unknown_from() and self.unknown_from() <= day:
                        return "unknown"
                    return "suspended" if self.suspended_on(day) else "in-force"
                if not any(effect == "unpublish" and e["seq"] > stint.quash["seq"] for effect, e in self.effects()):
                    return "quashed"
        return None

    @until_the_next
    def listings(self):
        """[(from, to or None, effect, published)]"""
        edges = {day for stint in self.stints() for day in (stint.begin, stint.end) if day}
        edges |= {e["day"] for effect, e in self.effects()}
        edges |= {self.unknown_from()} - {None}
        edges, found = sorted(edges), []
        for here, following in zip(edges, edges[1:] + [None]):
            effect = self.effect_on(here)
            if found and found[-1][1] == here and found[-1][2] == effect:
                found[-1][1] = following  # neighbours that say the same are one
            elif effect:
                found.append([here, following, effect, self.published()])
        return [tuple(one) for one in found]

    def term_end(self):
        """When the term of the last listing is over, whatever ended it sooner."""
        return self.stints()[-1].term_end if self.stints() else None

    @until_the_next
    def is_over_on(self, day):
        """Has it listed, and is all of it over by that day, what begins after it too?"""
        return bool(self.stints()) and all(s.begin <= day and s.over is not None and s.over <= day for s in self.stints())

    def over_from(self, day):
        """The first day after that on which it is over; None: never."""
        days = {d for s in self.stints() for d in (s.begin, s.over) if d and d > day}
        return min((d for d in days if self.is_over_on(d)), default=None)

    # ------------------------------------------------------------------ may it be done
    def decide(self, step, today, proposer, second=None):
        """
        {"refusal", ...}: refusal "granted" with `waits` when a second person must still confirm; `second` whether the
        step needs one at all; `faults` all faults of fields, for which of several is said first is nobody's law.
        """
        try:
            return self.weigh(step, today, proposer, second)
        except Refused as refused:
            return {"refusal": refused.word, **refused.more}

    def weigh(self, step, today, proposer, second):
        action = self.actions.get(step["action"])
        if not action:
            raise Refused("action-unknown")
        second_roles = list(action.get("second", []))
        if step.get("name_differs") and not self.events:
            second_roles = second_roles or action.get("second_when_name_differs", [])
        needs_second = bool(second_roles)
        second = second if needs_second else None
        if not set(action["roles"]) & set(proposer["roles"]):
            raise Refused("role", roles=action["roles"])
        if second is not None and not set(second_roles) & set(second["roles"]):
            raise Refused("role", roles=second_roles)
        office = self.office if self.events else proposer["office"]
        if not action.get("any_office") and any(p["office"] != office for p in (proposer, second) if p):
            raise Refused("office")
        if (self.state is None) != (not action["from"]) or (self.state is not None and self.state not in action["from"]):
            raise Refused("state", roles=action["roles"])
        if step.get("name_differs") and not self.events and not needs_second:
            raise Refused("field-invalid", field="name")
        faults = self.field_faults(action, step["values"], today)
        if faults:
            raise Refused(faults[0][0], field=faults[0][1], faults=faults)
        day = day_of(self.value(step["values"], action["day"])) if action.get("day") else today
        if second is not None and second["id"] == proposer["id"]:
            raise Refused("self-approval")
        if second is not None and action.get("excludes_opener") and self.events and second["id"] == self.events[0]["proposer"]:
            raise Refused("person-excluded")
        ask = types.SimpleNamespace(values=step["values"], day=day, proposer=proposer, second=second, needs_second=needs_second, guessed=False)
        for guard in action.get("guards", []):
            if valid_on(guard, day) and self.holds(guard.get("when"), step["values"]):
                getattr(self, "guard_" + guard["guard"].replace("-", "_"))(guard, ask)
        self.must_be_fit_to_follow(action, step["values"], day)
        late, guessed = self.lateness(step["action"], day)
        return {"refusal": "granted", "second": needs_second, "waits": needs_second and second is None, "day": day, "late": late,
                "provisional": guessed or ask.guessed, "from": self.state, "to": action.get("to", self.state)}

    def must_be_fit_to_follow(self, action, values, day):
        """
        Whatever the guards say: what was quashed since it was decided is not restored, and there is room. Without
        `values` they are not known, and an effect that hangs on them changes something.
        """
        when = action.get("effect_when", {})
        effect, says, stayed = action.get("effect"), False, self.is_stayed()
        if effect and values is None and "field" in when and "action" not in when:
            says = True
        elif effect and self.holds(when, values or []):
            words = [word for word, _ in self.effects() if word in ("start", "quash")]
            if effect == "restore" and words and words[-1] == "quash":
                raise Refused("not-listed", article=action["article"])
            after = self.with_step(action, values or [], day)
            says = after.listings() != self.listings() or after.is_stayed() != self.is_stayed()
            stayed = after.is_stayed()
            if after.times_at_most() > 16:
                raise Refused("full", article=action["article"])
        else:
            effect = None
        # 256 events; the last 32 for what moves the case or changes what is said, the last 4 for the listing's end, and
        # one more to resume what is stayed
        paper = action.get("to", self.state) == self.state and (not says or effect == "confirm")
        if 256 - len(self.events) <= (32 if paper else 0 if effect in ("end", "quash", "unpublish") else 4 + stayed):
            raise Refused("full", article=action["article"])

    def with_step(self, action, values, day):
        """The case as it is after it."""
        after = copy.copy(self)
        after.events, after.known = self.events + [{"seq": len(self.events) + 1, "action": action["action"], "values": values, "day": day}], {}
        return after

    def times_at_most(self):
        """
        How many times it can come to when nothing but open matters goes on: as many as without the stay that is open and
        with a source that is seen every day, and those that this stay and not seeing it may add.
        """
        closed = copy.copy(self)
        closed.known = {}
        if self.is_stayed():
            resumed = max([e["seq"] for effect, e in self.effects() if effect == "resume"], default=0)
            closed.events = [e for e in self.events if e["seq"] < resumed or self.actions[e["action"]].get("effect") != "suspend"]
        lapses = self.procedure["listing"].get("lapse_days", 0) > 0
        if lapses:
            closed.procedure = {**self.procedure, "listing": {**self.procedure["listing"], "lapse_days": 0}}
        return len(closed.listings()) + 2 * self.is_stayed() + lapses

    def is_stayed(self):
        """Has a stay not been ended yet?"""
        words = [word for word, _ in self.effects() if word in ("suspend", "resume")]
        return bool(words) and words[-1] == "suspend"

    def field_faults(self, action, values, today):
        """[(refusal, field)], every one."""
        known = self.known_fields[action["action"]]
        event_day = today
        if action.get("day"):
            text = self.value(values, action["day"])
            event_day = day_of(text) if text else None
        standing, missing, codes, seen, numbers = [], [], [], set(), set()
        for name, value in values:
            if name not in known:
                standing.append(("field-unknown", name))
            elif name in seen and not known[name].get("many"):
                standing.append(("field-twice", name))
            elif word := self.value_fault(known[name], value, today):
                standing.append((word, name))
            elif known[name].get("unique") and normal_number(value) in numbers:
                standing.append(("field-twice", name))
            elif known[name]["type"] == "code" and event_day and not self.is_code_in_force(known[name], value, event_day):
                codes.append(("code-not-in-force", name))
            seen.add(name)
            if name in known and known[name].get("unique"):
                numbers.add(normal_number(value))
        for field in action["fields"]:
            if field["field"] not in seen and field.get("required") and self.holds(field.get("when"), values):
                missing.append(("field-missing", field["field"]))
        return standing + missing + codes

    def is_code_in_force(self, field, code, day):
        row = self.rules.code_row(field["table"], code, day)
        return row and ("attribute" not in field or row.get("attributes", {}).get(field["attribute"]))

    def value_fault(self, field, value, today):
        kind = field["type"]
        if kind == "text":
            good = is_text(value) and len(value.encode()) <= 4000
        elif kind == "day":
            day = day_of(value)
            if day and day > today and not field.get("future"):
                return "date-in-future"
            good = day is not None
        elif kind == "word":
            good = value in words(field["words"])
        elif kind == "code":
            good = re.fullmatch(r"[A-Za-z0-9.-]{1,39}", value)
        elif kind == "number":
            good = is_text(value, lines=False) and len(value.encode()) <= 200
        elif kind == "file":
            good = re.fullmatch(r"[0-9a-f]{64}", value)
        elif kind == "person":
            good = re.fullmatch(r"[a-z0-9-]{1,32}", value)
        elif kind == "certificate":
            good = re.fullmatch(r"[A-Za-z0-9-]{1,40}", value)
        return None if good else "field-invalid"

    # -- guards: each raises Refused or does nothing
    def guard_done(self, guard, ask):
        if not self.done_since(guard["action"], guard.get("since")):
            raise Refused("needs-step", expected=guard["action"], article=guard["article"])

    def guard_not_done(self, guard, ask):
        if self.done_since(guard["action"], guard.get("since")):
            raise Refused("done-already", expected=guard["action"], article=guard["article"])

    def guard_window(self, guard, ask):
        found = self.window_of(guard["window"])
        if not found:
            raise Refused("needs-step", expected=self.windows[guard["window"]]["opens"], article=guard["article"])
        if "waiver" in guard and self.events_of(guard["waiver"], after=self.last(self.windows[guard["window"]]["opens"])["seq"]):
            return
        if ask.day <= found[1]:
            raise Refused("not-yet", earliest=found[1] + DAY, provisional=found[2], article=guard["article"])
        ask.guessed |= found[2]

    def guard_term(self, guard, ask):
        event = self.last(guard["action"])
        if event and ask.day < months_on(event["day"], guard["months"]):
            raise Refused("not-yet", earliest=months_on(event["day"], guard["months"]), article=guard["article"])

    def guard_in_force(self, guard, ask):
        if self.effect_on(ask.day) != "in-force":
            raise Refused("not-listed", article=guard["article"])

    def guard_listed(self, guard, ask):
        if self.effect_on(ask.day) not in ("in-force", "suspended", "unknown"):
            raise Refused("not-listed", article=guard["article"])

    def guard_ended(self, guard, ask):
        if not self.stints():
            raise Refused("not-listed", article=guard["article"])
        if not self.is_over_on(ask.day):
            raise Refused("not-yet", article=guard["article"], earliest=self.over_from(ask.day))

    def guard_person(self, guard, ask):
        hands = {p["id"] for p in (ask.proposer, ask.second) if p}
        confirming = ask.second or (None if ask.needs_second else ask.proposer)
        asked = set()
        if guard["hand"] == "first":
            asked = {ask.proposer["id"]}
        elif guard["hand"] == "second":
            asked = {confirming["id"]} if confirming else set()
        elif guard["hand"] == "both":
            asked = hands
        else:
            asked = {self.value(ask.values, guard["field"])} - {None}
            if asked & hands:
                raise Refused("person-excluded", article=guard["article"])
        for event in self.events_of(*guard.get("actions", [])):
            fields = self.known_fields[event["action"]]
            named = {v for n, v in event["values"] if fields[n]["type"] == "person"}
            if asked & ({event["proposer"], event["actor"]} | named):
                raise Refused("person-excluded", article=guard["article"])

    def guard_field(self, guard, ask):
        event = self.last(guard["action"]) if "action" in guard else None
        given = (event["values"] if event else []) if "action" in guard else ask.values
        if not any(n == guard["field"] and v in guard["words"] for n, v in given):
            raise Refused("field-rule", article=guard["article"], field=guard["field"])

    def guard_code(self, guard, ask):
        event = self.last(guard["action"])
        table = self.known_fields[guard["action"]][guard["field"]]["table"]
        rows = [self.rules.code_row(table, v, event["day"]) for n, v in (event["values"] if event else []) if n == guard["field"]]
        if not any(row and row.get("attributes", {}).get(guard["attribute"]) == guard["value"] for row in rows):
            raise Refused("field-rule", article=guard["article"], field=guard["field"])

    def guard_lead(self, guard, ask):
        later, earlier = (day_of(self.value(ask.values, guard[k])) for k in ("field", "other"))
        first, guessed = self.rules.working_days_on(earlier, guard["days"]) if guard["unit"] == "working" else (
            (days_on(earlier, guard["days"]) if guard["unit"] == "days" else months_on(earlier, guard["days"])), False)
        if later < first:
            raise Refused("not-yet", article=guard["article"], earliest=first, provisional=guessed)
        ask.guessed |= guessed

    def guard_over(self, guard, ask):
        event = self.last(guard["action"])
        text = event and self.value(event["values"], guard["field"])
        if text and ask.day <= day_of(text):
            raise Refused("not-yet", article=guard["article"], earliest=days_on(day_of(text), 1))

    def guard_order(self, guard, ask):
        event = self.last(guard["action"])
        if event and ask.day < event["day"]:
            raise Refused("not-yet", article=guard["article"], earliest=event["day"])

    # ------------------------------------------------------------------ what may be done
    def options(self, today):
        """What each action of the state would be told today, whoever asks and whatever the fields say."""
        found = []
        for word, action in self.actions.items():
            if (self.state is None) != (not action["from"]) or (self.state is not None and self.state not in action["from"]):
                continue
            ask = types.SimpleNamespace(values=None, day=today, proposer=None, second=None, needs_second=False, guessed=False)
            option = {"action": word, "refusal": "granted", "expected": None, "earliest": None}
            try:
                for guard in action.get("guards", []):
                    if self.is_about_the_step(guard):
                        continue
                    if valid_on(guard, today) and self.holds(guard.get("when"), []):
                        getattr(self, "guard_" + guard["guard"].replace("-", "_"))(guard, ask)
                self.must_be_fit_to_follow(action, None, today)
            except Refused as refused:
                option.update(refusal=refused.word, expected=refused.more.get("expected"), earliest=refused.more.get("earliest"))
            found.append(option)
        return found

    @staticmethod
    def is_about_the_step(guard):
        """Does the guard ask for the step's persons or its own fields?"""
        when = guard.get("when", {})
        return guard["guard"] in ("person", "lead") or (guard["guard"] == "field" and "action" not in guard) or (
            "field" in when and "action" not in when)

    # ------------------------------------------------------------------ taking it
    def take(self, step, verdict, proposer, second=None):
        if not self.events:
            self.office = proposer["office"]
        self.events.append({"seq": len(self.events) + 1, "action": step["action"], "values": list(step["values"]), "day": verdict["day"],
                            "late": verdict["late"], "proposer": proposer["id"], "actor": (second if verdict["second"] else proposer)["id"]})
        self.state, self.known = verdict["to"], {}


# ------------------------------------------------------------------ several cases of one party
GRAVITY = ("in-force", "suspended", "unknown", "quashed")


def merged(cases):
    """The times of all cases of a party, what two say alike once."""
    return sorted({time for case in cases for time in case.listings()}, key=lambda t: (t[0], t[1] or LAST, GRAVITY.index(t[2]), t[3]))


def listing_on(times, day):
    """(since, until or None, effect, published) of a party on a day, or None: the gravest time speaks."""
    holding = [t for t in times if t[0] <= day and (t[1] is None or day < t[1])]
    if not holding:
        return None
    gravest = min(GRAVITY.index(t[2]) for t in holding)
    same = [t for t in holding if GRAVITY.index(t[2]) == gravest]
    return same[0][0], same[0][1], same[0][2], any(t[3] for t in same)
