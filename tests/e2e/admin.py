#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""qcr-admin's edges: what init refuses and leaves behind, keys renewed while answers go on, a restored backup."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import PG, SAMPLE, Registry, check, finish, wait_until  # noqa: E402

CODE = "91510823141777630N"


def init(r, home, database, *words):
    return r.admin("init", "--home", home, "--database", f"host={r.pg} dbname={database}", "--origin", "credit.other.example", *words)


def leaves_nothing(r, home):
    return not home.exists() and not list(home.parent.glob(home.name + ".new-*"))


def founding(r):
    home = r.dir / "other"
    r._run([PG, "database", r.pg, "other"])
    people = r.dir / "people.csv"
    head = "person,name,office,office_name,office_code,roles,human\n"
    row = "{},{},registry,Registry office,PDY00001X,{},{}\n"
    cases = [
        ("one administrator", row.format("ann", "Ann", "admin", ""), "two different persons"),
        ("two certificates of one administrator", row.format("ann", "Ann", "admin", "") + row.format("ann2", "Ann", "admin", "ann"), "two different persons"),
        ("a role that is none", row.format("ann", "Ann", "king", ""), "roles: not a role"),
        ("a human who is not in the file", row.format("ann", "Ann", "admin", "bob"), "human: no such person"),
        ("a person twice", row.format("ann", "Ann", "admin", "") * 2, "person: stands twice"),
        ("an office under two names", row.format("ann", "Ann", "admin", "") + row.format("bob", "Bob", "admin", "").replace("Registry office", "Else"), "office_name"),
        ("an office code with a wrong check character", row.format("ann", "Ann", "admin", "").replace("PDY00001X", "PDY000011"), "office_code: code_check"),
        ("a hidden character in a name", row.format("ann", "An\u200bn", "admin", ""), "name: not a name"),
        ("a missing column", "ann,Ann\n", "columns"),
    ]
    for what, rows, reason in cases:
        people.write_text(head + rows)
        done = init(r, home, "other", "--people", people)
        check(f"{what} founds no registry", done.returncode == 1 and reason in done.stderr and leaves_nothing(r, home), (done.returncode, done.stderr))
    policy = r.dir / "policy.json"
    policy.write_text("{}")
    done = init(r, home, "other", "--policy", policy)
    check("a policy that cannot be read founds no registry", done.returncode == 1 and leaves_nothing(r, home), done.stderr)
    done = r.admin("init", "--home", home, "--database", "host=/nonexistent", "--origin", "a")
    check("without a database nothing is made and 5 says so", done.returncode == 5 and leaves_nothing(r, home), done.stderr)
    check("a founded database is refused", "founded in this database already" in init(r, home, "qcr").stderr and leaves_nothing(r, home))
    check("a home that is not empty is refused", "not empty" in init(r, r.home, "other").stderr)
    r.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", database="postgres")
    check("a database that is not UTF-8 is refused", "not in UTF-8" in init(r, home, "latin").stderr)
    done = init(r, home, "other")
    check("without a people file admin and admin2 found it", done.returncode == 0 and "admin2" in done.stdout, done.stderr)
    check("keys are their owner's alone", all(p.stat().st_mode & 0o077 == 0 for p in [home / "ca/ca.key", home / "keys/lookup.key", home / "keys/tls.key", home / "people/admin"]))


def renewal(r):
    before = r.lookup(CODE)
    wrong = r.admin("key", "install", r.home / "keys" / "tls.pem")
    check("a certificate of another key is not installed", wrong.returncode == 1)
    r.admin("key", "request")
    done = r.admin("key", "sign", r.home / "keys" / "lookup.csr", "--out", r.dir / "short.pem", "--days", "1")
    check("a certificate that ends earlier is not installed", done.returncode == 0 and r.admin("key", "install", r.dir / "short.pem").returncode == 1, done.stderr)
    foreign = subprocess.run(["qcr-admin", "key", "sign", str(r.home / "keys" / "lookup.csr"), "--home", str(r.dir / "other"), "--out", str(r.dir / "foreign.pem")],
                             env=r.env, capture_output=True, text=True)
    check("a certificate of another CA is not installed", foreign.returncode == 0 and r.admin("key", "install", r.dir / "foreign.pem").returncode == 1, foreign.stderr)
    r.admin("key", "sign", r.home / "keys" / "lookup.csr", "--out", r.dir / "new.pem")
    old = (r.home / "keys" / "lookup.pem").read_bytes()
    done = r.admin("key", "install", r.dir / "new.pem")
    check("a renewed certificate is installed", done.returncode == 0 and (r.home / "keys" / "lookup.pem").read_bytes() != old, done.stderr)
    check("installing it again changes nothing", r.admin("key", "install", r.dir / "new.pem").returncode == 0)
    offset = r.log_path.stat().st_size
    r.daemon.send_signal(1)
    ready = wait_until(lambda: "seal.ready" in r.log(offset), 20)
    after = r.lookup(CODE)
    check("after SIGHUP answers are signed with the new key", bool(ready) and after["exit"] == before["exit"], (r.log(offset)[-800:], after))


def restored(r):
    """An old backup in the database's place: refused, until the operator accepts it."""
    r.stop()
    r.sql("CREATE DATABASE backup TEMPLATE qcr", database="postgres")
    r.start()
    r.import_file("enterprises", SAMPLE / "enterprises.csv")
    wait_until(lambda: int(r.lookup(CODE).get("serial") or 0) > 1, 20)
    r.stop()
    r.sql("ALTER DATABASE qcr RENAME TO lost", database="postgres")
    r.sql("ALTER DATABASE backup RENAME TO qcr", database="postgres")
    r.start()
    answer = wait_until(lambda: (a := r.lookup(CODE))["exit"] == 5 and a, 20)
    check("a restored backup is not answered from", bool(answer), r.log()[-600:])
    check("the doctor says what is missing", r.admin("doctor").returncode == 1)
    refused = subprocess.run(["qcr-admin", "view", "rebuild"], env=r.env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check("nobody being there to ask, nothing is accepted", refused.returncode == 2 and not (r.home / "view" / "rebuild").exists())
    done = r.admin("view", "rebuild", "--yes")
    check("accepting it says what is lost", done.returncode == 0 and "Lost: entries 2 to" in done.stdout, done.stdout + done.stderr)
    answer = wait_until(lambda: (a := r.lookup(CODE))["exit"] == 3 and a, 20)
    check("once accepted it is answered from", bool(answer), r.log()[-600:])
    check("the acceptance is used up", bool(wait_until(lambda: not (r.home / "view" / "rebuild").exists(), 10)))


def main():
    with Registry() as r:
        founding(r)
        renewal(r)
        restored(r)
    finish()


main()
