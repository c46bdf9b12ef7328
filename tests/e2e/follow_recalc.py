#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A policy put in force by the program's own commands: the follower's view, the database's live outcomes and what doctor
reckons from the records are one and the same, built anew too; and doctor names each row of a recalculation that somebody
with all rights to the database altered, took away or put in."""
import copy
import datetime
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import People  # noqa: E402
from forger import OFF, Forger  # noqa: E402
from handmade_run import HandmadeRun  # noqa: E402
from registry import TOP, Registry, check, finish, wait_until  # noqa: E402

PEOPLE = TOP / "tests" / "support" / "case-people.csv"
DEFAULT = json.loads((TOP / "share" / "policies" / "default.json").read_text())
SHADOW = "(SELECT max(serial) FROM qcr.recalc WHERE kind = 'shadow')"
ONE = f"(SELECT subject FROM qcr.shadow_grade WHERE run_serial = {SHADOW} ORDER BY subject LIMIT 1)"
INPLACE = "(SELECT max(serial) FROM qcr.recalc WHERE kind = 'recalc')"

# what is done, and the table and words of what doctor finds
EDITS = [
    ("an outcome of the live run", f"UPDATE qcr.shadow_grade SET score = score - 1 WHERE subject = {ONE} AND run_serial = {SHADOW}",
     ("run_chunk", "an outcome was changed"), ("shadow_grade", "grade was changed")),
    ("an outcome taken away", f"DELETE FROM qcr.shadow_grade WHERE subject = {ONE} AND run_serial = {SHADOW}",
     ("run_chunk", "outcomes were removed or inserted")),
    ("an outcome put in", "INSERT INTO qcr.shadow_grade (subject, run_serial, version, chunk, score, grade)"
     f" SELECT subject, {SHADOW}, version, 1, 1, 'D' FROM qcr.standing s WHERE NOT EXISTS (SELECT FROM qcr.shadow_grade g"
     f"  WHERE g.subject = s.subject AND g.run_serial = {SHADOW}) ORDER BY subject LIMIT 1", ("run_chunk", "outcomes were removed or inserted")),
    ("an outcome of no chunk", f"UPDATE qcr.shadow_grade SET chunk = 99 WHERE subject = {ONE} AND run_serial = {SHADOW}",
     ("shadow_grade", "was inserted: no such chunk")),
    ("a run's policy", f"UPDATE qcr.recalc SET policy_hash = (SELECT policy_hash FROM qcr.policy WHERE serial = 1) WHERE serial = {SHADOW}",
     ("recalc", "policy_hash or day was changed")),
    ("a run's day", f"UPDATE qcr.recalc SET day = day - 1 WHERE serial = {SHADOW}", ("recalc", "policy_hash or day was changed")),
    ("a run of no header", "INSERT INTO qcr.recalc (serial, run_id, kind, policy_hash, day, only_due)"
     " SELECT 3, md5('x'), kind, policy_hash, day, only_due FROM qcr.recalc LIMIT 1", ("recalc", "was inserted")),
    ("a run taken away", f"DELETE FROM qcr.recalc WHERE serial = {INPLACE}", ("recalc", "is missing")),
    ("a chunk's range", "UPDATE qcr.recalc_chunk SET last_subject = after_subject || '0' WHERE chunk = 1"
     f" AND run_id = (SELECT run_id FROM qcr.recalc WHERE serial = {SHADOW})", ("recalc_chunk", "its ranges leave enterprises out")),
    ("a chunk's evaluation", f"UPDATE qcr.recalc_chunk SET through = 1 WHERE run_id = (SELECT run_id FROM qcr.recalc WHERE serial = {SHADOW})",
     ("recalc_chunk", "evaluated or through was changed")),
    ("a chunk's evaluation taken away", "DELETE FROM qcr.recalc_chunk WHERE chunk = 1"
     f" AND run_id = (SELECT run_id FROM qcr.recalc WHERE serial = {SHADOW})", ("recalc_chunk", "is missing")),
    ("a run's end", f"UPDATE qcr.recalc_end SET through = through + 1 WHERE serial = {SHADOW}", ("recalc_end", "was changed")),
    ("a run's end taken away", f"DELETE FROM qcr.recalc_end WHERE serial = {SHADOW}", ("recalc_end", "is missing")),
    ("a grade of the past", "UPDATE qcr.grade_history SET score = score - 1 WHERE serial IN (SELECT c.serial FROM qcr.run_chunk c"
     " JOIN qcr.recalc r USING (run_id) WHERE r.kind = 'recalc')", ("run_chunk", "an outcome was changed")),
    ("a policy of the past", "UPDATE qcr.grade_history SET policy_hash = (SELECT policy_hash FROM qcr.policy WHERE serial > 1 LIMIT 1)"
     " WHERE version = 1 AND subject = (SELECT min(subject) FROM qcr.standing)", ("grade_history", "not in force then")),
]
KEPT = ("shadow_grade", "recalc", "recalc_chunk", "recalc_end", "grade_history")


def stricter():
    policy = {**copy.deepcopy(DEFAULT), "id": "stricter", "version": 1, "document": {"organ": "剑阁县人民政府办公室", "number": "剑府办发〔2026〕9号"}}
    policy["deductions"]["penalty"].update({kind: 35 for kind, points in policy["deductions"]["penalty"].items() if points < 35})
    return policy


def doctor(r):
    done = r.admin("doctor", "--json")
    return [finding for finding in json.loads(done.stdout)["findings"] if finding["level"] != "warning"]


def clean(r, what):
    found = doctor(r)
    check(f"{what}: doctor finds nothing", found == [], found[:4])


def switch(r, people, meanwhile, *words):
    """`meanwhile` is done when all is computed, before it is approved."""
    done = r.admin("policy", *words, "--json")
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    meanwhile()
    answer = people["admin2"].decide(json.loads(done.stdout)["proposal"])
    if not answer["ok"]:
        raise AssertionError(answer)


def fine(r, people):
    """Of somebody who had no record: evaluated under the policy of before."""
    code, name = r.sql("SELECT c.code, v.name FROM qcr.code c JOIN qcr.party_version v USING (subject) JOIN qcr.standing s USING (subject)"
                       " WHERE s.grade = 'unrated' AND length(c.code) = 18 AND v.kind = 'enterprise' AND v.registration = 'active'"
                       " ORDER BY c.code LIMIT 1")[0]
    answer = people["recorder"].record_file(code, name, "剑市监处罚〔2026〕之间1号")
    if not answer["ok"]:
        raise AssertionError(answer)


def answers(people, codes):
    """What the sealer says, which compares the view's live outcome with the inputs each time."""
    said = [people["regulator"].lookup(code) for code in codes]
    return [(answer.get("grade"), answer.get("score"), answer.get("policy")) for answer in said]


def built_anew(r):
    offset = len(r.log().encode())
    done = r.admin("view", "rebuild", "--yes")
    log = lambda: r.log(offset).partition("event=follow.rebuild-accepted")[2]  # noqa: E731
    return done.returncode == 0 and wait_until(lambda: "event=follow.current" in log() or "event=follow.refused" in log(), 30) and log()


def edits(r):
    r.sql("CREATE SCHEMA kept; " + "".join(f"CREATE TABLE kept.{table} AS SELECT * FROM qcr.{table};" for table in KEPT))
    for what, edit, *wanted in EDITS:
        r.sql(OFF + edit)
        found = doctor(r)
        for table, words in wanted:
            check(f"{what}: doctor names {table}", [f for f in found if f["table"] == table and words in f["reason"]], found[:4])
        r.sql(OFF + "".join(f"DELETE FROM qcr.{table}; INSERT INTO qcr.{table} SELECT * FROM kept.{table};" for table in KEPT))
    clean(r, "when all is put back")


def add(r, policy):
    path = r.dir / "policy.json"
    path.write_text(json.dumps(policy, ensure_ascii=False))
    if (done := r.admin("policy", "add", path)).returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)


def sorted_by_words():
    """A registry that was restored into a database with another order of texts: there '~' stands before every subject."""
    with Registry() as r:
        r.import_sample()
        r.stop()
        r.sql("CREATE DATABASE worded ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8' TEMPLATE template0", database="postgres")
        copied = subprocess.run(["bash", "-c", "set -o pipefail; pg_dump qcr | psql -Xq -v ON_ERROR_STOP=1 -d worded"], env=r.env, capture_output=True, text=True)
        if copied.returncode != 0:
            raise RuntimeError(copied.stderr)
        r.sql("ALTER DATABASE qcr RENAME TO octets", database="postgres")
        r.sql("ALTER DATABASE worded RENAME TO qcr", database="postgres")
        check("the database sorts by words", r.sql("SELECT 'A' < '~'") == [["f"]])
        r.start()
        add(r, stricter())
        done = r.admin("recalc", "--policy", "stricter@1", "--json")
        check("a recalculation in it ends", done.returncode == 0, done.stdout + done.stderr)
        done = r.admin("policy", "activate", "stricter@1", "--json")
        approved = r.qcr("approve", json.loads(done.stdout)["proposal"], "--yes", who="admin2")
        check("its policy is put in force", approved.returncode == 0, approved.stdout + approved.stderr)
        code = r.sql("SELECT max(code) FROM qcr.code JOIN qcr.shadow_grade USING (subject)")[0][0]
        check("the follower takes all of it, and answers are by it",
              wait_until(lambda: r.lookup(code).get("policy", "").startswith("stricter@1"), 10), r.log()[-600:])
        clean(r, "in a database that sorts by words")


def of_tomorrow(r, people):
    """What no program enters, but a person with a key could."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    people["admin"].connect()
    HandmadeRun(Forger(r), people["admin"], kind="recalc").begin(r.sql("SELECT policy_hash FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1")[0][0][2:],
                                                                 at_ms=int(at.timestamp() * 1000))
    found = doctor(r)
    check("a run for the next day: doctor names it", [f for f in found if f["table"] == "recalc" and "for a day behind its entry's" in f["reason"]], found[:4])


def main():
    sorted_by_words()
    with Registry(people=PEOPLE) as r, People(r) as people:
        r.import_sample()
        add(r, stricter())
        clean(r, "with a policy that nobody put in force")
        switch(r, people, lambda: fine(r, people), "activate", "stricter@1")
        codes = [row[0] for row in r.sql("SELECT max(code) FROM qcr.code JOIN qcr.shadow_grade g USING (subject) GROUP BY subject ORDER BY subject LIMIT 20")]
        clean(r, "after the switch")
        before = answers(people, codes)
        check("those who move are graded by the new policy", len(before) == 20 and {row[2].split()[0] for row in before} == {"stricter@1"}, before[:3])
        log = built_anew(r)
        check("a view built anew follows it all", log and "event=follow.refused" not in log, log)
        check("and says the same", wait_until(lambda: answers(people, codes) == before, 5), answers(people, codes)[:3])
        clean(r, "built anew")
        done = r.admin("recalc")
        stored = r.sql("SELECT count(*) FROM qcr.grade_history h JOIN qcr.run_chunk c USING (serial) JOIN qcr.recalc k USING (run_id) WHERE k.kind = 'recalc'")
        check("a recalculation in place stores the grade of who changed meanwhile", done.returncode == 0 and stored == [["1"]], (stored, done.stderr))
        clean(r, "after a recalculation in place")
        edits(r)
        of_tomorrow(r, people)
    finish()


if __name__ == "__main__":
    main()
