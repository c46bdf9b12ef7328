#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The follower believes signatures, not tables: each kind of untrue row is refused by name when the view is built
from the store, nobody is answered from it, and the operator's word takes it back into service once it is true."""
import os
import pathlib
import shutil
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import SAMPLE, Registry, check, finish, wait_until  # noqa: E402

CODE, NAME = "91510823141777630N", "剑阁县诚盛农业开发有限公司"
FLIP = "set_byte({0}, 5, get_byte({0}, 5) # 1)"

# what is done to the store by somebody who may do everything to it, and the reason the follower gives
EDITS = [
    ("a founding that the CA did not sign", "UPDATE qcr.founding SET signature = " + FLIP.format("signature"),
     "not signed by this registry's CA"),
    ("another first policy", "UPDATE qcr.policy SET document = convert_to(replace(convert_from(document, 'UTF8'), '\"base\":100', '\"base\":99'), 'UTF8')",
     "policy is not the one stored"),
    ("a commitment", "UPDATE qcr.ledger SET commitment = " + FLIP.format("commitment") + " WHERE serial = 3", "does not continue the chain"),
    ("a body", "UPDATE qcr.ledger_body SET body = " + FLIP.format("body") + " WHERE serial = 4", "not what it commits to"),
    ("a body taken away", "DELETE FROM qcr.ledger_body WHERE serial = 4", "what it commits to is gone"),
    ("the header of an import's chunk", "UPDATE qcr.run_chunk SET header = " + FLIP.format("header") + " WHERE chunk = 1",
     "not the run header's hash"),
    ("the signature of an import's chunk", "UPDATE qcr.run_chunk SET signature = " + FLIP.format("signature") + " WHERE chunk = 1",
     "signature"),
    ("the signature of a filing", "UPDATE qcr.act SET signature = " + FLIP.format("signature"), "not the one it was entered with"),
    ("the request of a filing", "UPDATE qcr.act SET request = " + FLIP.format("request"), "not the one it was entered with"),
    ("a filing that nobody signed", "DELETE FROM qcr.act", "not the one it was entered with"),
    ("a filed record's hash", "UPDATE qcr.record SET content_hash = " + FLIP.format("content_hash"), "not the stored record's hash"),
]


def forget_view(r):
    """The view is lost; the witness of what it had shown is not."""
    for generation in (r.home / "view").glob("gen-*"):
        shutil.rmtree(generation)
    (r.home / "view" / "current").unlink(missing_ok=True)


def start_and_wait_for(r, words):
    offset = len(r.log().encode())
    r.start(wait=False)
    said = wait_until(lambda: words in r.log(offset) or "follow.current" in r.log(offset), 20)
    return bool(said), r.log(offset)


def copies(r):
    """A copy of the database as it was, to be put back after each edit."""
    r.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'qcr' AND pid <> pg_backend_pid()", database="postgres")
    r.sql("CREATE DATABASE qcr_true TEMPLATE qcr", database="postgres")


def put_back(r):
    r.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('qcr', 'qcr_true') AND pid <> pg_backend_pid()",
          database="postgres")
    r.sql("DROP DATABASE qcr", database="postgres")
    r.sql("CREATE DATABASE qcr TEMPLATE qcr_true", database="postgres")


def untrue_rows(r):
    for what, edit, reason in EDITS:
        forget_view(r)
        r.sql(f"SET session_replication_role = replica; {edit}")
        said, log = start_and_wait_for(r, "follow.refused")
        check(f"{what}: refused by name", said and "event=follow.refused" in log and reason in log, log[-1500:])
        check(f"{what}: no view is made of it", not (r.home / "view" / "current").exists())
        r.stop()
        put_back(r)


def rows_nobody_signed(r):
    """A role and a certificate that stand in their tables alone are nobody's."""
    r.sql("INSERT INTO qcr.person_role (person_id, role, serial) VALUES ('regulator', 'admin', 1)")
    forget_view(r)
    r.start()
    done = r.qcr("whoami", "--json", who="regulator")
    check("a role that stands in its table alone is nobody's", done.returncode == 0 and '"admin"' not in done.stdout, done.stdout)
    r.stop()
    put_back(r)


def lost_and_behind(r):
    """A view lost together with the newest entries of the store: the witness remembers."""
    forget_view(r)
    last = r.sql("SELECT max(serial) FROM qcr.ledger")[0][0]
    r.sql("SET session_replication_role = replica; DELETE FROM qcr.ledger_change WHERE serial = (SELECT max(serial) FROM qcr.ledger);"
          " DELETE FROM qcr.act WHERE serial = (SELECT max(serial) FROM qcr.ledger);"
          " DELETE FROM qcr.ledger_body WHERE serial = (SELECT max(serial) FROM qcr.ledger);"
          " DELETE FROM qcr.ledger WHERE serial = (SELECT max(serial) FROM qcr.ledger);"
          " UPDATE qcr.ledger_head h SET serial = l.serial, at = l.at, chain = l.chain"
          "  FROM qcr.ledger l WHERE l.serial = (SELECT max(serial) FROM qcr.ledger)")
    said, log = start_and_wait_for(r, "follow.refused")
    check("a store that is behind what was shown is refused although the view is lost",
          said and "event=follow.refused" in log and f"and {last} was shown before" in log, log[-1500:])
    r.stop()
    put_back(r)


def back_in_service(r):
    forget_view(r)
    r.start()
    check("the true store is followed again", wait_until(lambda: r.lookup(CODE)["exit"] == 0, 10))


def kills(r):
    for role in ("follower", "sealer"):
        before = r.processes(role)
        os.kill(before[0], signal.SIGKILL)
        check(f"a killed {role} is back", wait_until(lambda: r.processes(role) and r.processes(role) != before, 10))
        check("and answers with it", wait_until(lambda: r.lookup(CODE)["exit"] == 0, 10))
    offset = len(r.log().encode())
    done = r.record(CODE, NAME, "剑市监处罚〔2026〕随2号")
    check("what is filed then is followed", done.returncode == 0 and '"visible": true' in done.stdout, done.stdout + r.log(offset)[-500:])


def main():
    with Registry() as r:
        r.import_file("enterprises", SAMPLE / "enterprises.csv")
        done = r.record(CODE, NAME, "剑市监处罚〔2026〕随1号")
        check("a record is filed and visible", done.returncode == 0, done.stdout + done.stderr)
        check("in the very next lookup", r.lookup(CODE)["grade"] != "unrated")
        r.stop()
        check("the witness remembers what was shown",
              f"serial {r.sql('SELECT max(serial) FROM qcr.ledger')[0][0]}\n" in (r.home / "view" / "witness").read_text())
        copies(r)
        untrue_rows(r)
        rows_nobody_signed(r)
        lost_and_behind(r)
        back_in_service(r)
        kills(r)
    finish()


if __name__ == "__main__":
    main()
