#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""What each process may do, and what becomes of it: rights, keys, deaths, the read audit's way to the database."""
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import Registry, check, finish, wait_until  # noqa: E402

CODE = "91510823141777630N"
ROLES = ("worker", "sealer", "follower")


def status(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(re.findall(r"^(\w+):\s*(.*)$", text, re.M))


def is_gone(pid):
    try:
        return status(pid)["State"].startswith("Z")
    except OSError:
        return True


def memory_has(pid, needle):
    """Whether a process's memory holds these octets; None when nobody may look."""
    try:
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
        with open(f"/proc/{pid}/mem", "rb") as memory:
            for line in maps.splitlines():
                span, rights = line.split()[:2]
                if "r" not in rights or "[v" in line:
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                memory.seek(start)
                try:
                    if needle in memory.read(end - start):
                        return True
                except OSError:
                    pass
    except OSError:
        return None
    return False


def key_octets(path):
    """The 32 octets of an Ed25519 key, and its file's text."""
    import base64
    text = path.read_text()
    der = base64.b64decode("".join(text.splitlines()[1:-1]))
    return der[-32:], text.splitlines()[1].encode()


def rights(r):
    for role in ROLES:
        for pid in r.processes(role):
            s = status(pid)
            check(f"a {role} has no new privileges and a system-call list", s["NoNewPrivs"] == "1" and s["Seccomp"] == "2", s)
            check(f"a {role} has no capability", int(s["CapEff"], 16) == 0 or os.geteuid() != 0, s["CapEff"])
            limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
            check(f"a {role} leaves no core", re.search(r"Max core file size\s+0\s+0", limits) is not None)
    if os.geteuid() == 0:
        users = {role: status(r.processes(role)[0])["Uid"].split()[0] for role in ROLES}
        check("worker, sealer and follower are three users and none is root", len(set(users.values())) == 3 and "0" not in users.values(), users)
        check("the parent keeps few capabilities", bin(int(status(r.daemon.pid)["CapEff"], 16)).count("1") <= 4, status(r.daemon.pid)["CapEff"])
    sealer = r.processes("sealer")[0]
    sockets = [os.readlink(f"/proc/{sealer}/fd/{fd}") for fd in os.listdir(f"/proc/{sealer}/fd")] if os.geteuid() == 0 else []
    inet = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
    inodes = re.findall(r"socket:\[(\d+)\]", " ".join(sockets))
    check("the sealer has no network socket", not [i for i in inodes if re.search(rf"\s{i}\s", inet)])


def keys(r):
    if os.geteuid() != 0:
        return
    octets, text = key_octets(r.home / "keys" / "lookup.key")
    tls, _ = key_octets(r.home / "keys" / "tls.key")
    check("the sealer has the lookup-signing key", memory_has(r.processes("sealer")[0], octets) is True)
    for role in ("worker", "follower"):
        for pid in r.processes(role):
            check(f"a {role} has no octet of the lookup-signing key", memory_has(pid, octets) is False and memory_has(pid, text) is False)
    check("the sealer has no octet of the TLS key", memory_has(r.processes("sealer")[0], tls) is False)
    check("the follower has no octet of the TLS key", memory_has(r.processes("follower")[0], tls) is False)


def audit(r):
    r.qcr("lookup", CODE, "--purpose", "审计 \"引号\"", timeout=20)
    files = list((r.home / "spool").glob("*.audit"))
    check("a lookup is in the spool when its answer is there", any("operation=lookup" in f.read_text() for f in files), files)
    for pid in r.processes("worker"):
        os.kill(pid, signal.SIGKILL)
    ours = "from qcr.read_audit where operation = 'lookup' and purpose is not null"
    rows = wait_until(lambda: r.sql(f"select person_id, code, purpose {ours}"), 15)
    check("what a killed worker left in the spool reaches the database", rows == [["regulator", CODE, "审计 \"引号\""]], rows)
    check("and its file is removed", wait_until(lambda: not any(f.exists() for f in files), 5), files)
    check("each line once", r.sql(f"select count(*) {ours}") == [["1"]])


def deaths(r):
    for role in ROLES:
        before = r.processes(role)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        check(f"a killed {role} is started again", wait_until(lambda: len(r.processes(role)) == len(before) and not set(before) & set(r.processes(role)), 5))
    check("then the registry answers as before", wait_until(lambda: r.qcr("lookup", CODE).returncode == 3, 10))
    children = [pid for role in ROLES for pid in r.processes(role)]
    r.daemon.send_signal(signal.SIGKILL)
    r.daemon.wait()
    check("without their parent all end", wait_until(lambda: all(is_gone(pid) for pid in children), 13), children)


with Registry(workers=2) as registry:
    wait_until(lambda: registry.qcr("lookup", CODE).returncode == 3, 10)
    rights(registry)
    keys(registry)
    audit(registry)
    deaths(registry)
    registry.start()
    check("a new start serves again", registry.qcr("lookup", CODE).returncode == 3)
finish()
