# SPDX-License-Identifier: MulanPSL-2.0
"""Somebody who may do everything to the store but has nobody's key: enters ledger entries as the program would, chain
and commitment right, with whatever signatures exist; edits rows with constraints off; and puts everything back.

    forger = Forger(r)                        # remembers the store as it is
    serial = forger.enter("case-step", subject, content=call.request, act=forger.act("officer", call))
    forger.put_back()
"""
import base64
import hashlib
import hmac
import secrets
import struct

OFF = "SET session_replication_role = replica; "
# Rows the program goes on writing by itself are let be.
LEFT = {"heartbeat", "read_audit", "audit_batch", "sent_audit"}


def hexadecimal(octets):
    return f"'\\x{octets.hex()}'"


def sha256(octets):
    return hashlib.sha256(octets).digest()


class Act:
    """What somebody signed, under which certificate."""

    def __init__(self, certificate, request, signature):
        self.certificate, self.request, self.signature = certificate, request, signature

    def hash(self):
        return sha256(self.certificate + self.signature + self.request)


def zigzag_varint(value):
    value = value << 1 if value >= 0 else (-value << 1) - 1
    return varint(value)


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def packed_inputs(listings):
    """Grade inputs without records: listings of (first day, day it is over or None, effect, published), in days."""
    out = b"\x01\x00" + varint(len(listings))
    for first, over, effect, published in listings:
        out += bytes([effect & 3 | (4 if over is not None else 0) | (8 if published else 0)]) + zigzag_varint(first)
        if over is not None:
            out += varint(over - first)
    return out


class Forger:
    def __init__(self, registry):
        self.r = registry
        self.sql("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        columns = {}
        for table, column in self.sql("SELECT c.table_name, c.column_name FROM information_schema.columns c"
                                      " JOIN information_schema.tables t USING (table_schema, table_name)"
                                      " WHERE c.table_schema = 'qcr' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'"
                                      " AND c.is_identity = 'NO' ORDER BY c.table_name, c.ordinal_position"):
            columns.setdefault(table, []).append(column)
        self.columns = {table: ", ".join(names) for table, names in columns.items() if table not in LEFT}
        self.sql("".join(f"CREATE TABLE kept.{table} AS SELECT {names} FROM qcr.{table};" for table, names in self.columns.items()))

    def sql(self, text):
        return self.r.sql(text)

    def edit(self, text):
        """Statements of a superuser with constraints and triggers off, in one transaction."""
        return self.sql(OFF + text)

    def put_back(self):
        self.edit("".join(f"DELETE FROM qcr.{table}; INSERT INTO qcr.{table} ({names}) SELECT {names} FROM kept.{table};"
                          for table, names in self.columns.items()))

    def value(self, text):
        rows = self.sql(text)
        return rows[0][0] if rows else None

    def octets(self, text):
        return bytes.fromhex(self.value(text)[2:])

    def certificate(self, person):
        """The fingerprint of the key that people/PERSON holds: of one human there may be several."""
        der = self.r.home / "people" / person / "cert.pem"
        lines = der.read_text().split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
        return sha256(base64.b64decode(lines))

    def act(self, person, call):
        return Act(self.certificate(person), call.request, call.signature)

    def act_of(self, serial):
        row = self.sql(f"SELECT certificate, request, signature FROM qcr.act WHERE serial = {serial}")[0]
        return Act(*(bytes.fromhex(cell[2:]) for cell in row))

    def enter(self, kind, subject=None, content=b"", act=None, proposal=None, claim=None, also=""):
        """
        The next entry; its serial. `content` is what is hashed, or a hash of 32 octets. `claim`: the act its body names,
        if that is another than the one that stands beside it. `also`: statements in the same transaction, in which
        SERIAL stands for the entry's.
        """
        serial, ms, chain = self.sql("SELECT serial, (extract(epoch FROM greatest(at, clock_timestamp())) * 1000)::bigint, chain"
                                     " FROM qcr.ledger_head")[0]
        serial, ms, chain = int(serial) + 1, int(ms), bytes.fromhex(chain[2:])
        previous = self.value(f"SELECT max(serial) FROM qcr.ledger_body WHERE subject = '{subject}'") or "-"
        content = content if len(content) == 32 else sha256(content)
        claim = claim or act
        body = (f"qcr-ledger-body/v1\nkind {kind}\nsubject {subject or '-'}\nprevious {previous}\nproposal {proposal or '-'}\n"
                f"content {content.hex()}\nact {claim.hash().hex() if claim else '-'}\n").encode()
        salt = secrets.token_bytes(32)
        commitment = hmac.new(salt, body, hashlib.sha256).digest()
        chain = sha256(chain + struct.pack(">qq", serial, ms) + commitment)
        at = f"timestamptz 'epoch' + interval '{ms} milliseconds'"
        text = (f"INSERT INTO qcr.ledger (serial, at, commitment, chain) VALUES ({serial}, {at}, {hexadecimal(commitment)}, {hexadecimal(chain)});"
                f"INSERT INTO qcr.ledger_body (serial, kind, subject, salt, body) VALUES ({serial}, '{kind}', "
                + (f"'{subject}'" if subject else "NULL") + f", {hexadecimal(salt)}, {hexadecimal(body)});"
                f"UPDATE qcr.ledger_head SET serial = {serial}, at = {at}, chain = {hexadecimal(chain)};")
        if act:
            text += (f"INSERT INTO qcr.act (serial, certificate, request, signature) VALUES ({serial}, {hexadecimal(act.certificate)}, "
                     f"{hexadecimal(act.request)}, {hexadecimal(act.signature)});")
        self.edit(text + also.replace("SERIAL", str(serial)))
        return serial
