#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""qcr-admin's edges: what init refuses and leaves behind, keys renewed while answers go on, a restored backup."""
import json
import pathlib
import shutil
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
    r.sql("CREATE DATABASE worded ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8' TEMPLATE template0", database="postgres")
    said = init(r, home, "worded").stderr
    check("a database that sorts by words is refused, with what to do", "does not sort by octets" in said and "LOCALE 'C.UTF-8'" in said, said)
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


def rules(r):
    """A registry is founded with the rules of the share folder, all of them or none."""
    share, home = pathlib.Path(r.env["QCR_SHARE"]), r.dir / "ruled"
    r._run([PG, "database", r.pg, "ruled"])
    founded = r.sql("SELECT kind, id, version FROM qcr.rule ORDER BY kind, id")
    shipped = sorted([{"procedures": "procedure", "codes": "codes", "calendars": "calendar"}[folder], text["id"], str(text["version"])]
                     for folder in ("procedures", "codes", "calendars") for text in (json.loads(p.read_text()) for p in (share / folder).glob("*.json")))
    check("the founding brings in every rule that is shipped", founded == shipped and len(founded) >= 6, (founded, shipped))
    check("and names each by its hash", r.sql("SELECT count(*) FROM qcr.rule, qcr.founding"
          " WHERE convert_from(founding.document, 'UTF8') LIKE '%rule ' || encode(rule_hash, 'hex') || E'\\n%'") == [[str(len(shipped))]])
    calendar = share / "calendars" / "cn-workdays.json"
    text = json.loads(calendar.read_text())
    wrong = share / "procedures" / "wrong.json"
    for what, path, content, reason in (
            ("a procedure that cannot be read", wrong, "{}", "wrong.json: format"),
            ("a second calendar", share / "calendars" / "other.json", json.dumps({**text, "id": "other"}), "another file is calendar"),
            ("one procedure in two files", wrong, (share / "procedures" / "mirror.json").read_text(), "another file is procedure mirror")):
        path.write_text(content)
        done = init(r, home, "ruled")
        check(f"{what} founds no registry", done.returncode == 1 and reason in done.stderr and leaves_nothing(r, home), done.stderr)
        path.unlink()
    for folder in ("procedures", "codes", "calendars"):
        shutil.move(share / folder, r.dir / folder)
    done = init(r, home, "ruled")
    check("without rules one is founded too", done.returncode == 0 and r.sql("SELECT count(*) FROM qcr.rule", database="ruled") == [["0"]], done.stderr)
    for folder in ("procedures", "codes", "calendars"):
        shutil.move(r.dir / folder, share / folder)


def schema(r):
    """A program serves the schema it was built for and the one after it, and says so of any other."""
    version = int(r.sql("SELECT schema_version FROM qcr.system")[0][0])
    for newer, serves in ((version + 1, True), (version - 1, False), (version + 2, False)):
        r.stop()
        r.sql(f"UPDATE qcr.system SET schema_version = {newer}")
        shutil.rmtree(r.home / "view")
        r.start(wait=serves)
        if serves:
            check("the next schema is served", wait_until(lambda: r.lookup(CODE)["exit"] == 3, 20))
        else:
            said = wait_until(lambda: f"the schema is version {newer}, this program serves {version} and {version + 1}" in r.log(), 20)
            check(f"schema {newer - version:+} is not served, and the log says what is", said, r.log()[-600:])
    r.stop()
    r.sql(f"UPDATE qcr.system SET schema_version = {version}")
    done = r.admin("doctor")
    check("the doctor knows its schema", done.returncode == 0, done.stdout)
    r.sql(f"UPDATE qcr.system SET schema_version = {version - 1}")
    check("and says when it is another", "schema_version" in r.admin("doctor").stdout)
    r.sql(f"UPDATE qcr.system SET schema_version = {version}")
    r.start()


def main():
    with Registry() as r:
        rules(r)
        schema(r)
        founding(r)
        renewal(r)
        restored(r)
    finish()


main()
