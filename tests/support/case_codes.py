# SPDX-License-Identifier: MulanPSL-2.0
"""What the wire says (proto/result.def) when a case's rules refuse with a word of naive_case."""
RESULT = {
    "role": 2103, "field-unknown": 2007, "field-invalid": 2007, "field-twice": 2007, "action-unknown": 2007, "field-missing": 2006,
    "office": 3027, "state": 3014, "full": 3014, "date-in-future": 3011, "code-not-in-force": 3022, "person-excluded": 3020,
    "self-approval": 3001, "needs-step": 3016, "done-already": 3017, "not-yet": 3018, "not-listed": 3019, "field-rule": 3021,
}
UNSEEN, UNKNOWN = 3013, 3006  # a case, a proposal of whose office somebody is not
CASE_ROLES = {"officer", "reviewer", "superior", "publisher"}
DONE = (1000, 1002)  # taken; 1002: and not yet in this node's lookups
PENDING = 1001


def sees(case, person):
    """Is somebody told that there is this case, whatever else they are told? Whoever opens one is."""
    return not case.events or (person["office"] == case.office and bool(person["roles"] & CASE_ROLES))


def expected(verdict):
    """The codes with which a step of that verdict may be answered."""
    if verdict["refusal"] != "granted":
        return (RESULT[verdict["refusal"]],)
    return (PENDING,) if verdict["waits"] else DONE
