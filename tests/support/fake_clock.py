# SPDX-License-Identifier: MulanPSL-2.0
"""Another time for what a test starts; the machine's clock stays."""
import datetime
import os
import pathlib
import subprocess
import time

from registry import wait_until

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
SHARED = pathlib.Path("/dev/shm")
REAL_NOW = time.time()
_holders = []


def _hold(settings):
    """Whoever is first on a faked clock makes a semaphore and a memory named by its pid, and leaves them behind when it is killed, in
    the way of another account's process of that pid. So a process that does nothing else makes them for all, and takes them away
    when its input ends, as it does however the test does. The database may be another account's."""
    env = {**os.environ, **settings}
    env.pop("FAKETIME_SHARED", None)
    for _ in range(8):
        holder = subprocess.Popen(["cat"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        names = f"faketime_sem_{holder.pid}", f"faketime_shm_{holder.pid}"
        try:
            holder.stdin.write(b"\n")
            holder.stdin.flush()
        except BrokenPipeError:
            pass
        if holder.stdout.read(1) == b"\n":
            for path in (SHARED / f"sem.{names[0]}", SHARED / names[1]):
                path.chmod(0o666)
            _holders.append(holder)
            return "/%s /%s" % names
        holder.communicate()
    raise RuntimeError("libfaketime cannot be used")


def faked(offset, **more):
    """The environment for a clock so far off (libfaketime's words: '-2d', '+40s')."""
    settings = {"LD_PRELOAD": LIBRARY, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", **more}
    return {**settings, "FAKETIME_SHARED": _hold(settings)}


def set_day(r, day):
    """Every process of the test lives on that day from now on, from ten in the morning."""
    at = datetime.datetime.fromisoformat(day + "T02:00:00+00:00").timestamp()
    settings = faked("%+ds" % (at - REAL_NOW))
    for env in (os.environ, r.env if r else {}):
        env.update(settings)


def go_on(r, day):
    """The registry is stopped and goes on on another day; what it logs from then on."""
    r.stop()
    r.pg_stop("fast")
    set_day(r, day)
    r.pg_start()
    from_here = r.log_path.stat().st_size
    r.start()
    # whoever saw its last beat on the day before takes the data for days old
    wait_until(lambda: r.sql(f"SELECT at >= '{day}' FROM qcr.heartbeat") == [["t"]])
    wait_until(lambda: r.qcr("ping").returncode == 0)
    return lambda: r.log(from_here)


def renew_key(r):
    """What signs answers holds for thirty days."""
    r.admin("key", "request")
    r.admin("key", "sign", r.home / "keys" / "lookup.csr", "--out", r.dir / "new.pem")
    done = r.admin("key", "install", r.dir / "new.pem")
    if done.returncode:
        raise RuntimeError(done.stderr)
