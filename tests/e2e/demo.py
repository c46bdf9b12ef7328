#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The demo, as a newcomer runs it: it ends well, can be kept and stopped, and leaves nothing behind."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from registry import TOP, check, finish  # noqa: E402

FOLDER = TOP / "var" / "tests" / "demo"
ENV = dict({k: v for k, v in os.environ.items() if not k.startswith(("QCR_", "PG"))}, QCR_DEMO=str(FOLDER))


def demo(*words):
    return subprocess.run([TOP / "tools" / "demo.sh", *words], cwd="/", env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400)


def running():
    """Command lines that name the demo's folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:
            continue
        if str(FOLDER).encode() in words and entry.parent.name != str(os.getpid()):
            found.append(words.replace(b"\0", b" ").decode())
    return found


def main():
    before = set(os.listdir("/tmp"))
    for time in ("once", "twice"):
        done = demo()
        check(f"the demo ends well, run {time}", done.returncode == 0, done.stdout[-600:] + done.stderr[-600:])
        told = [words for words in ("DIFFERS: inputs", "policy         jiange-credit, version 1, in force", "grade          AAA, 100 points",
                                    "  changed   1\n", "frozen as run ", "\nclean\n") if words not in done.stdout + done.stderr]
        check(f"it shows every job to its end, run {time}", not told, told)
        check(f"and leaves nothing running, run {time}", not running(), running())
    check("nor any file", not FOLDER.exists() and not [n for n in set(os.listdir("/tmp")) - before if n.startswith("qcr-pg.")])

    done = demo("--keep", "--empty")
    check("the demo can be kept, empty", done.returncode == 0, done.stdout[-600:] + done.stderr[-600:])
    script = (f". {FOLDER}/env.sh && qcr ping && qcr-admin import enterprises {TOP}/tests/data/jiange/enterprises.csv --json"
              f" && qcr --as recorder whoami && psql -Atc 'select count(*) from qcr.party'")
    kept = subprocess.run(["bash", "-c", script], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    check("and used through its env.sh", kept.returncode == 0 and kept.stdout.endswith("3000\n"), kept.stdout[-400:] + kept.stderr[-400:])
    done = demo("--stop")
    check("and stopped", done.returncode == 0 and not running() and not FOLDER.exists(), (done.stderr, running()))
    done = demo("--stop")
    check("stopping what does not run is no error", done.returncode == 0)
    done = demo("--frobnicate")
    check("an unknown option ends with 2", done.returncode == 2)
    shutil.rmtree(FOLDER, ignore_errors=True)
    finish()


main()
