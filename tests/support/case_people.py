# SPDX-License-Identifier: MulanPSL-2.0
"""The persons of case-people.csv as a registry knows them, and enterprises of the sample."""
import pathlib
import threading

SUPPORT = pathlib.Path(__file__).resolve().parent
PEOPLE = SUPPORT / "case-people.csv"


def read_people(path=PEOPLE):
    """{certificate: person}; several certificates of one human are one person with the roles of all."""
    found = {}
    for line in path.read_text().splitlines()[1:]:
        name, _, office, _, _, roles, human = line.split(",")
        person = found.setdefault(human or name, {"id": human or name, "office": office, "roles": set()})
        person["roles"] |= set(roles.split(";"))
        found[name] = person
    return found


class Enterprises:
    """Enterprises of the sample, standing ones that are no sole proprietors; each is given once, whoever asks."""

    def __init__(self):
        text = (SUPPORT.parent / "data" / "jiange" / "enterprises.csv").read_text()
        rows = [line.split(",") for line in text.splitlines()[1:]]
        self.rows = iter([(row[0], row[2]) for row in rows if row[3] == "企业" and row[7] == "存续"])
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            return next(self.rows)
