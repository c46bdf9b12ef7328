# SPDX-License-Identifier: MulanPSL-2.0
"""A person's certificate that ends in seconds: qcr-admin issues for days."""
import datetime
import re

from cryptography import x509
from cryptography.hazmat.primitives import serialization


def approved(r, proposed, who="admin2"):
    """A change of persons that qcr-admin has proposed comes into force."""
    if proposed.returncode:
        raise RuntimeError(proposed.stderr)
    done = r.qcr("approve", re.search(r"[0-9]+", proposed.stdout).group(), "--yes", who=who)
    if done.returncode:
        raise RuntimeError(done.stderr)


def add_certificate(r, name, person, end=None):
    """One more key of `person`, in the folder people/`name`, with a certificate that the registry knows until `end`."""
    made = r.admin("key", "person", name, "--person", person)
    if made.returncode:
        raise RuntimeError(made.stderr)
    path = r.home / "people" / name / "cert.pem"
    if end:
        path.write_bytes(_ending(r, x509.load_pem_x509_certificate(path.read_bytes()), end))
    approved(r, r.admin("person", "certificate", person, path))
    return path


def _ending(r, whole, end):
    ca_key = serialization.load_pem_private_key((r.home / "ca" / "ca.key").read_bytes(), None)
    builder = (x509.CertificateBuilder().subject_name(whole.subject).issuer_name(whole.issuer).public_key(whole.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(whole.not_valid_before).not_valid_after(end))
    for extension in whole.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(ca_key, None).public_bytes(serialization.Encoding.PEM)


def seconds_from_now(seconds):
    """A whole second in UTC, as certificates have it, that many seconds ahead at least."""
    return datetime.datetime.utcnow().replace(microsecond=0) + datetime.timedelta(seconds=seconds + 1)


def seconds_left(end):
    return (end - datetime.datetime.utcnow()).total_seconds()
