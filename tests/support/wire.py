# SPDX-License-Identifier: MulanPSL-2.0
"""The wire as docs/PROTOCOL has it, for tests that must send what the real client never would."""
import socket
import ssl
import struct


def context(home, person, minimum=ssl.TLSVersion.TLSv1_3, maximum=ssl.TLSVersion.TLSv1_3):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version, c.maximum_version = minimum, maximum
    c.check_hostname = False
    c.load_verify_locations(home / "ca" / "ca.pem")
    if person:
        c.load_cert_chain(home / "people" / person / "cert.pem", home / "people" / person / "key.pem")
    return c


def connect(port, ctx, timeout=10):
    raw = socket.create_connection(("127.0.0.1", port), timeout)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ctx.wrap_socket(raw)


def frame(kind, payload, request_id=1, version=1, zero=0, length=None):
    body = struct.pack(">BBHQ", version, kind, zero, request_id) + payload
    return struct.pack(">I", len(body) if length is None else length) + body


def read_exactly(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise EOFError(f"closed after {len(data)} of {n} octets")
        data += more
    return data


def read_frame(s):
    (length,) = struct.unpack(">I", read_exactly(s, 4))
    body = read_exactly(s, length)
    version, kind, zero, request_id = struct.unpack(">BBHQ", body[:12])
    return kind, request_id, body[12:]


def varint(data, i):
    value = shift = 0
    while True:
        octet = data[i]
        i += 1
        value |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            return value, i


def fields(message):
    """A protobuf message's fields as {number: [values]}; lengths as bytes, varints as integers."""
    found, i = {}, 0
    while i < len(message):
        key, i = varint(message, i)
        if key & 7 == 0:
            value, i = varint(message, i)
        elif key & 7 == 2:
            length, i = varint(message, i)
            value, i = message[i:i + length], i + length
        else:
            raise ValueError(f"wire type {key & 7}")
        found.setdefault(key >> 3, []).append(value)
    return found


def failure_code(payload):
    return fields(payload)[1][0]
