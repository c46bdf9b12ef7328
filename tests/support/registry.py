# SPDX-License-Identifier: MulanPSL-2.0
"""A whole registry for one end-to-end test: private PostgreSQL, founding, qcrd, and the client's commands.

    from registry import Registry, check, finish
    with Registry() as r:
        r.import_sample()
        check("an enterprise without records is unrated", r.lookup(code)["grade"] == "unrated")
    finish()

Nothing here sleeps for a fixed time; waits are for events, with a limit. One event is midnight: who imports this just before it waits for it.
"""
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("QCR_BUILD", TOP / "var" / "build"))
SAMPLE = TOP / "tests" / "data" / "jiange"
PG = TOP / "tests" / "support" / "pg.sh"
ORIGIN = "credit.jiange.example"
LONGEST = 300  # seconds that an end-to-end program takes at most

_failed = 0
_number = 0


def check(name, good, detail=""):
    """One line a check, as the runner counts them."""
    global _failed, _number
    _number += 1
    if good:
        print(f"ok {name}", flush=True)
    else:
        _failed += 1
        print(f"not ok {name}" + (f" - {detail}" if detail != "" else ""), flush=True)
    return good


def finish():
    sys.exit(1 if _failed or not _number else 0)


def wait_until(what, seconds=10.0, every=0.005):
    """Waits for an event that only polling can see; returns its value, or None when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            return None
        time.sleep(every)


def _begin_on_one_day():
    """What is expected is reckoned for one legal day (UTC+8): who would run across its midnight begins behind it."""
    left = 86400 - (time.time() + 8 * 3600) % 86400
    if left < LONGEST:
        time.sleep(left + 1)


_begin_on_one_day()


class Registry:
    def __init__(self, people=TOP / "tools" / "demo-people.csv", config=(), workers=2, wrap=(), start=True):
        self.people, self.workers, self.wrap = people, workers, list(wrap)
        self.config = dict(config)
        self.want_start = start
        self.daemon = None

    # ------------------------------------------------------------------ life
    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="qcr-test.", dir="/tmp"))
        os.chmod(self.dir, 0o711)
        self.pg = self.dir / "pg"
        self.pg.mkdir()
        # A registry in a folder that its own processes' accounts cannot enter.
        closed = self.dir / "closed"
        closed.mkdir(0o700)
        self.home = closed / "home"
        shutil.copytree(TOP / "share", closed / "share")
        self.database = f"host={self.pg} dbname=qcr"
        self.env = dict(os.environ, QCR_HOME=str(self.home), QCR_DATABASE=self.database, PGHOST=str(self.pg),
                        PGUSER="postgres", PGDATABASE="qcr", QCR_SHARE=str(closed / "share"),
                        QCR_MIGRATIONS=str(TOP / "migrations"), LC_ALL="C.UTF-8",
                        PATH=f"{BUILD}/tools:{BUILD}/registry:{os.environ['PATH']}")
        try:
            self._found()
            text = (self.home / "qcrd.conf").read_text()
            settings = {"workers": self.workers, **self.config}
            if os.geteuid() == 0:
                settings = {"user_worker": "61101:61100", "user_sealer": "61102:61100", "user_follower": "61103:61100", **settings}
            for key, value in settings.items():
                text = re.sub(rf"(?m)^\s*{key}\s*=.*\n", "", text)
                text += f"{key} = {value}\n"
            (self.home / "qcrd.conf").write_text(text)
            if self.want_start:
                self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def _found(self):
        """
        A registry of its own for each test; founding one takes seconds, so where QCR_FOUNDED names a folder one founded
        by the same programs, rules and persons is kept there, stopped, and copied. On a clock of its own a test founds
        its own: certificates begin at the founding.
        """
        kept = os.environ.get("QCR_FOUNDED")
        if not kept or "FAKETIME" in self.env:
            self._found_anew()
            return
        key = hashlib.sha256()
        for path in [BUILD / "tools" / "qcr-admin", self.people, *sorted(p for d in ("share", "migrations") for p in (TOP / d).rglob("*"))]:
            key.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
        folder = pathlib.Path(kept) / key.hexdigest()[:16]
        folder.parent.mkdir(parents=True, exist_ok=True)
        with open(folder.parent / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                self._found_anew()
                self.pg_stop("fast")
                new = folder.with_name("new")
                shutil.rmtree(new, ignore_errors=True)
                new.mkdir()
                self._run(["cp", "-a", self.pg, new / "pg"])
                self._run(["cp", "-a", self.home, new / "home"])
                new.rename(folder)
            else:
                self.pg.rmdir()
                self._run(["cp", "-a", folder / "pg", self.pg])
                self._run(["cp", "-a", folder / "home", self.home])
        for path, line in ((self.pg / "data" / "postgresql.conf", f"unix_socket_directories = '{self.pg}'"),
                           (self.home / "qcrd.conf", f"database = {self.database}")):
            name = line.split(" = ")[0]
            path.write_text(re.sub(rf"(?m)^{name} = .*$", line, path.read_text()))
        self.pg_start()

    def _found_anew(self):
        self.pg_start()
        self._run([PG, "database", self.pg, "qcr"])
        self._run(["qcr-admin", "init", "--home", self.home, "--database", self.database, "--origin", ORIGIN, "--people", self.people])

    def __exit__(self, kind, *_):
        if kind is not None and kind is not SystemExit:
            self.show_log()
        if self.daemon and self.daemon.poll() is None:
            self.stop()
        subprocess.run([PG, "stop", self.pg, "immediate"], env=self.env, capture_output=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    def _run(self, words, **more):
        done = subprocess.run([str(w) for w in words], env=self.env, capture_output=True, text=True, timeout=300, **more)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def pg_start(self):
        return self._run([PG, "start", self.pg])

    def pg_stop(self, mode="immediate"):
        self._run([PG, "stop", self.pg, mode])

    def postmaster(self):
        return int((self.pg / "data" / "postmaster.pid").read_text().split()[0])

    def start(self, wait=True):
        self.log_path = self.dir / "qcrd.log"
        with open(self.log_path, "ab") as log:
            offset = log.tell()
            self.daemon = subprocess.Popen(self.wrap + [str(BUILD / "registry" / "qcrd"), "-c", str(self.home / "qcrd.conf")],
                                           env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        if wait:
            ready = wait_until(lambda: re.search(r"event=ready[^\n]*port=(\d+)", self.log(offset)) or self.daemon.poll() is not None, 30)
            if not ready or ready is True:
                raise RuntimeError("qcrd did not become ready:\n" + self.log(offset))
            self.port = int(ready.group(1))
            self.env["QCR_SERVER"] = f"127.0.0.1:{self.port}"

    def stop(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        try:
            self.daemon.wait(20)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            raise RuntimeError("qcrd did not stop")

    def log(self, offset=0):
        with open(self.log_path, "rb") as f:
            f.seek(offset)
            return f.read().decode("utf-8", "replace")

    def show_log(self):
        try:
            print("# the daemon's log ends:\n# " + "\n# ".join(self.log().splitlines()[-30:]), flush=True)
        except (OSError, AttributeError):
            pass

    def processes(self, role=None):
        """Pids of the daemon's children by role word as it stands in their title or arguments."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat") as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
                if parent != self.daemon.pid:
                    continue
                with open(f"/proc/{entry}/cmdline", "rb") as f:
                    words = f.read().decode().split("\0")
            except (OSError, ValueError):
                continue
            if "--role" in words:
                found.setdefault(words[words.index("--role") + 1], []).append(int(entry))
        return found if role is None else found.get(role, [])

    # --------------------------------------------------------------- commands
    def qcr(self, *words, who=None, stdin=None, env=None, timeout=60):
        command = ["qcr"] + (["--as", who] if who else []) + [str(w) for w in words]
        return subprocess.run(command, env=dict(self.env, **(env or {})), input=stdin, capture_output=True, text=True, timeout=timeout)

    def admin(self, *words, timeout=300):
        return subprocess.run(["qcr-admin"] + [str(w) for w in words], env=self.env, capture_output=True, text=True, timeout=timeout)

    def lookup(self, code, *words, who=None):
        """The answer as a dict; `exit` is in it."""
        done = self.qcr("lookup", code, "--json", *words, who=who)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            raise RuntimeError(f"lookup {code}: {done.returncode} {done.stdout!r} {done.stderr!r}")
        answer["exit"] = done.returncode
        return answer

    def lookup_many(self, codes, *words):
        done = self.qcr("lookup", "-", "--jsonl", *words, stdin="\n".join(codes) + "\n", timeout=300)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def import_file(self, kind, path, *words):
        done = self.admin("import", kind, path, "--json", *words)
        if done.returncode not in (0, 10):
            raise RuntimeError(f"import {kind} {path}: {done.returncode} {done.stdout} {done.stderr}")
        return json.loads(done.stdout)

    def import_sample(self):
        self.import_file("enterprises", SAMPLE / "enterprises.csv")
        return self.import_file("penalties", SAMPLE / "penalties.csv")

    def sql(self, text, user="postgres", database="qcr"):
        """Rows as lists of text, in the way of psql -At."""
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.pg), "-U", user, "-d", database, "-c", text],
                              env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return [line.split("|") for line in done.stdout.splitlines()]

    @contextlib.contextmanager
    def held(self, query):
        """What `query` locks is kept from everybody until the block ends."""
        holder = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", str(self.pg), "-U", "postgres", "-d", "qcr"],
                                  env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            holder.stdin.write(f"BEGIN;\n{query};\n\\echo held\n")
            holder.stdin.flush()
            while (line := holder.stdout.readline()) != "held\n":
                if not line:
                    raise RuntimeError(f"nothing is held by {query}")
            yield
        finally:
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()

    def waits_for_lock(self, user):
        """Whether somebody of this database role waits for what another holds."""
        return self.sql(f"SELECT 1 FROM pg_stat_activity WHERE usename = '{user}' AND wait_event_type = 'Lock'") != []

    def record(self, code, name, document, *words, who="recorder", kind="fine", decided_on="2026-11-02", json_out=True, env=None):
        command = ["record", "file", "--code", code, "--name", name, "--type", "penalty", "--domain", "product",
                   "--authority-code", "11510823008765438X", "--authority", "剑阁县市场监督管理局", "--document", document,
                   "--kind", kind, "--decided-on", decided_on, "--yes"]
        if json_out:
            command.append("--json")
        return self.qcr(*command, *words, who=who, env=env)
