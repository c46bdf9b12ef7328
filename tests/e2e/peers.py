#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Who may speak to the registry, and what happens to those who do not speak its language."""
import json
import pathlib
import random
import re
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import wire  # noqa: E402
from registry import Registry, check, finish, wait_until  # noqa: E402

CODE = "91510823141777630N"


def handshake_refused(port, ctx):
    """Whether nothing but a failure or the end comes from the server; TLS 1.3 tells so at the first read."""
    try:
        s = wire.connect(port, ctx)
        kind, _, payload = wire.read_frame(s)
        return ("failure", wire.failure_code(payload)) if kind == 4 else ("frame", kind)
    except (ssl.SSLError, ConnectionError, EOFError, OSError) as e:
        return ("refused", str(e))


def make_certificate(folder, name, ca=None, days=30, eku="clientAuth", oid=None, start=None):
    """A person folder with a key and a certificate of the test's own making."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519
    import datetime
    target = folder / name
    target.mkdir(parents=True)
    key = ed25519.Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer_key, issuer = key, subject
    if ca:
        issuer_key = serialization.load_pem_private_key((ca / "ca.key").read_bytes(), None)
        issuer = x509.load_pem_x509_certificate((ca / "ca.pem").read_bytes()).subject
    start = start or datetime.datetime.utcnow() - datetime.timedelta(days=1)
    usages = [x509.ExtendedKeyUsageOID.CLIENT_AUTH if eku == "clientAuth" else x509.ExtendedKeyUsageOID.SERVER_AUTH]
    if oid:
        usages.append(x509.ObjectIdentifier(oid))
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(start)
               .not_valid_after(start + datetime.timedelta(days=days))
               .add_extension(x509.ExtendedKeyUsage(usages), False))
    certificate = builder.sign(issuer_key, None)
    (target / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (target / "key.pem").chmod(0o600)
    (target / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def person_oid(r):
    header = (pathlib.Path(__file__).resolve().parent.parent.parent / "registry/core/certificate_usage.h").read_text()
    return re.search(r'PERSON\w*\s+"([0-9.]+)"', header).group(1)


def strangers(r):
    import datetime
    people = r.home / "people"
    oid = person_oid(r)
    make_certificate(people, "stranger", oid=oid)
    make_certificate(people, "forged", ca=None, oid=oid)
    make_certificate(people, "unknown", ca=r.home / "ca", oid=oid)
    make_certificate(people, "expired", ca=r.home / "ca", oid=oid, start=datetime.datetime.utcnow() - datetime.timedelta(days=60))
    make_certificate(people, "early", ca=r.home / "ca", oid=oid, start=datetime.datetime.utcnow() + datetime.timedelta(days=2))
    make_certificate(people, "server", ca=r.home / "ca", eku="serverAuth", oid=oid)
    make_certificate(people, "plain", ca=r.home / "ca")
    for who in ("stranger", "unknown", "expired", "early", "server", "plain"):
        done = r.qcr("lookup", CODE, "--json", who=who)
        check(f"a certificate that is {who} is refused with 8 before any operation", done.returncode == 8 and '"grade"' not in done.stdout, (done.returncode, done.stdout, done.stderr))
    result = handshake_refused(r.port, wire.context(r.home, None))
    check("no certificate is refused", result[0] == "refused", result)
    result = handshake_refused(r.port, wire.context(r.home, "regulator", ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2))
    check("TLS 1.2 is refused", result[0] == "refused", result)
    done = r.qcr("whoami", "--json")
    me = json.loads(done.stdout)
    check("a known person is told who they are", done.returncode == 0 and me["person"] == "regulator", done.stdout)
    check("and until when their certificate holds", me["certificate_until"] > "2026-11", me)


def revoked(r):
    """Revoking ends a live connection within a second."""
    s = wire.connect(r.port, wire.context(r.home, "officer"))
    check("an officer is greeted", wire.read_frame(s)[0] == 1)
    done = r.admin("person", "revoke", r.home / "people/officer/cert.pem", "--reason", "证书遗失")
    check("an administrator proposes the revocation", done.returncode == 0, done.stdout + done.stderr)
    proposal = re.search(r"[0-9]+", done.stdout).group()
    done = r.qcr("approve", proposal, "--yes", who="admin2")
    check("another one approves", done.returncode == 0, done.stdout + done.stderr)
    at = time.monotonic()
    s.settimeout(5)
    try:
        while s.recv(4096):
            pass
        ended = True
    except (ssl.SSLError, ConnectionError):
        ended = True
    except socket.timeout:
        ended = False
    check("the live connection ends within a second", ended and time.monotonic() - at < 1.3, time.monotonic() - at)
    check("and a new one is refused with 8", r.qcr("whoami", who="officer").returncode == 8)


def garbled(r):
    ctx = wire.context(r.home, "regulator")
    cases = [
        ("a frame too large", wire.frame(2, b"", length=1 << 30), 2002),
        ("a length below the header", wire.frame(2, b"", length=3), 2001),
        ("another version", wire.frame(2, b"", version=9), 2001),
        ("an unknown kind", wire.frame(77, b""), 2001),
        ("a greeting from a client", wire.frame(1, b""), 2001),
        ("the reserved field set", wire.frame(2, b"", zero=1), 2001),
        ("a call that is no message", wire.frame(2, b"\x0a\xff"), 2003),
        ("an empty call", wire.frame(2, b""), 2003),
        ("a call whose request is no message", wire.frame(2, b"\x0a\x02\x0a\xff"), 2003),
        ("a call of sixty thousand empty fields", wire.frame(2, b"\x0a\x80\xd0\x03" + b"\x92\x01\x00" * 19797 + b"\x00"), None),
    ]
    for what, octets, code in cases:
        s = wire.connect(r.port, ctx)
        wire.read_frame(s)
        s.sendall(octets)
        try:
            kind, _, payload = wire.read_frame(s)
            result = (kind, wire.failure_code(payload))
        except (EOFError, ConnectionError, ssl.SSLError) as e:
            result = ("closed", str(e))
        good = result == (4, code) if code else result[0] in (4, "closed")
        check(f"{what} gets a typed error", good, result)
        s.close()
    s = wire.connect(r.port, ctx)
    wire.read_frame(s)
    s.sendall(wire.frame(2, b"abc")[:9])
    s.close()
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    workers = sorted(r.processes("worker"))
    for _ in range(60):
        s = wire.connect(r.port, ctx)
        wire.read_frame(s)
        try:
            for _ in range(40):
                s.sendall(wire.frame(2, rng.randbytes(rng.randrange(0, 300)), request_id=rng.randrange(1 << 64)))
            s.sendall(rng.randbytes(2000))
        except (ConnectionError, ssl.SSLError):
            pass
        s.close()
    for _ in range(100):
        raw = socket.create_connection(("127.0.0.1", r.port), 5)
        raw.sendall(rng.randbytes(rng.randrange(1, 500)))
        raw.close()
    done = r.qcr("lookup", CODE, "--json")
    check(f"after garbage on 160 connections the same workers answer (seed {seed})", done.returncode == 3 and sorted(r.processes("worker")) == workers, (done.returncode, workers, r.processes("worker")))


def slow_peers(r):
    start = time.monotonic()
    halves = [socket.create_connection(("127.0.0.1", r.port), 5) for _ in range(40)]
    for s in halves:
        s.sendall(b"\x16\x03\x01")
    silent = wire.connect(r.port, wire.context(r.home, "regulator"))
    wire.read_frame(silent)
    silent.sendall(wire.frame(2, b"x" * 100)[:20])
    done = r.qcr("ping", "--json")
    check("while forty peers stall in their handshake others are served", done.returncode == 0, done.stderr)
    for s in halves + [silent]:
        s.settimeout(15)
        try:
            while s.recv(4096):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        except socket.timeout:
            check("stalled peers are closed at their deadline", False)
            return
    check("stalled peers are closed at their deadline", time.monotonic() - start < 6, time.monotonic() - start)


def scanned(r):
    done = subprocess.run(["sslscan", "--no-colour", "--show-certificate", f"127.0.0.1:{r.port}"], capture_output=True, text=True, timeout=120)
    text = done.stdout
    enabled = re.findall(r"^(SSLv2|SSLv3|TLSv1\.\d)\s+enabled", text, re.M)
    check("sslscan finds TLS 1.3 and nothing else", enabled == ["TLSv1.3"], enabled)
    s = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{r.port}", "-tls1_3", "-CAfile", str(r.home / "ca/ca.pem"),
                        "-cert", str(r.home / "people/regulator/cert.pem"), "-key", str(r.home / "people/regulator/key.pem")],
                       input="", capture_output=True, text=True, errors="replace", timeout=20)
    check("no session ticket is issued", "New Session Ticket" not in s.stdout and "session ticket hint" not in s.stdout.lower() , s.stdout[-500:])
    check("no early data is offered", "Max Early Data: 0" in s.stdout or "Early data was not sent" in s.stdout and "Max Early Data" not in s.stdout)


def main():
    with Registry(config={"handshake_ms": 2000, "frame_ms": 2000}) as r:
        wait_until(lambda: r.qcr("ping").returncode == 0, 10)
        strangers(r)
        garbled(r)
        slow_peers(r)
        scanned(r)
        revoked(r)
    finish()


main()
