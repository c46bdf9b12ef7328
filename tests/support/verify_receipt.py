#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Verifies a receipt. Written from docs/EVIDENCE.md, and from nothing else of this project.

  verify_receipt.py --ca ROOT.pem [--origin ORIGIN] [--at INSTANT] RECEIPT

Prints AUTHENTIC and the answer as JSON (exit 0), or REFUSED and the reason (exit 7). With --at
the JSON says whether the answer may still be relied on at that instant.
"""
import argparse
import base64
import datetime
import json
import re
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signed_text import (EXPLAIN_LINES, LINES, ORIGIN, TEXTS, Refused, decode_utf8, hexadecimal, instant, need,
                         number, parse_statement, sha256, split_lines, text_value, unbase64, whole)

SUITES = ('ed25519-sha256', 'sm2-sm3')
LOOKUP_SIGNING = x509.ObjectIdentifier('2.25.231276143.1')
SKEW = datetime.timedelta(minutes=5)
P25519 = 2**255 - 19


# ------------------------------------------------------------------------------- tree (section 5)

def inclusion_root(index, size, leaf, path):
  need(index < size, 'inclusion')
  fn, sn, r = index, size - 1, leaf
  for p in path:
    need(sn != 0, 'inclusion')
    if fn % 2 == 1 or fn == sn:
      r = sha256(b'\x01', p, r)
      while fn % 2 == 0 and fn != 0:
        fn, sn = fn // 2, sn // 2
    else:
      r = sha256(b'\x01', r, p)
    fn, sn = fn // 2, sn // 2
  need(sn == 0, 'inclusion')
  return r


# ------------------------------------------------------------------- note and head (sections 6, 7)

def parse_note(octets):
  """The text, and (name, key id, signature) of each line."""
  word = 'head-note'
  need(len(octets) <= 65536, word)
  text = decode_utf8(octets, word)
  need(not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f]', text), word)
  cut = text.rfind('\n\n')
  need(cut >= 0, word)
  body, rest = text[:cut + 1], text[cut + 2:]
  need(2 <= len(body.encode()) <= 4096, word)
  signatures = []
  for line in split_lines(rest, word):
    match = re.fullmatch('\u2014 ([!-*,-~]{1,128}) ([^ ]+)', line)
    need(match, word)
    data = unbase64(match[2], word)
    need(len(data) > 4, word)
    need(all(seen[:2] != (match[1], data[:4]) for seen in signatures), word)
    signatures.append((match[1], data[:4], data[4:]))
  need(1 <= len(signatures) <= 16, word)
  return body, signatures


def parse_head(text):
  word = 'head-body'
  lines = split_lines(text, word)
  need(len(lines) == 8, word)
  patterns = (
    '(?P<origin>' + ORIGIN + ')/lookup-batch/v1',
    'suite (?P<suite>.*)',
    r'tree (?P<size>\d+) (?P<root>.*)',
    'signed (?P<signed>.*)',
    'data-as-of (?P<data_as_of>.*)',
    'cert (?P<cert>.*)',
    'suites (?P<suites>.*)',
    r'seq (?P<instance>[a-z0-9.]{1,32})-(?P<counter>\d+)')
  head = {}
  for pattern, line in zip(patterns, lines):
    match = whole(pattern, line)
    need(match, word)
    head.update(match.groupdict())
  suites = head['suites'].split(' ')
  need(len(head['origin']) <= 100, word)
  need(head['suite'] in SUITES and suites == [s for s in SUITES if s in suites] and head['suite'] in suites, word)
  size = number(head['size'], word, 513)
  need(size >= 1, word)
  need(len(unbase64(head['root'], word)) == 32, word)
  instant(head['signed'], word)
  instant(head['data_as_of'], word)
  hexadecimal(head['cert'], 32, 32, word)
  number(head['counter'], word)
  return head


def low_order(public):
  """Eight times the point is the neutral element, by the doubling of RFC 8032 on y alone."""
  y = (int.from_bytes(public, 'little') & (2**255 - 1)) % P25519
  d = -121665 * pow(121666, -1, P25519)
  for _ in range(3):
    # x^2 = (y^2 - 1) / (d y^2 + 1);  y of the double = (y^2 + x^2) / (1 - d x^2 y^2)
    x2 = (y * y - 1) * pow(d * y * y + 1, P25519 - 2, P25519) % P25519
    y = (y * y + x2) * pow(1 - d * x2 * y * y, P25519 - 2, P25519) % P25519
  return y == 1


def check_signature(text, signatures, origin, public):
  name = origin + '/lookup'
  key_id = sha256(name.encode(), b'\n\x01', public)[:4]
  for signature in [s for n, i, s in signatures if (n, i) == (name, key_id)]:
    try:
      ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
      return
    except InvalidSignature:
      break
  raise Refused('head-signature')


# ----------------------------------------------------------------------- certificates (section 8)

def read_certificates(ders):
  certificates = []
  for der in ders:
    try:
      certificate = x509.load_der_x509_certificate(der)
      certificate.extensions
      need(certificate.public_bytes(Encoding.DER) == der, 'certificate-form')
      need(certificate.subject != certificate.issuer, 'certificate-form')
    except Refused:
      raise
    except Exception:  # the library answers hostile octets with many kinds
      raise Refused('certificate-form') from None
    certificates.append(certificate)
  return certificates


def der_parts(octets):
  """The elements inside a DER SEQUENCE."""
  parts = []

  def header(at):
    length, size = octets[at + 1], 2
    if length >= 0x80:
      size += length - 0x80
      length = int.from_bytes(octets[at + 2:at + size], 'big')
    return at + size, at + size + length

  at, end = header(0)
  while at < end:
    parts.append(octets[at:header(at)[1]])
    at = header(at)[1]
  return parts


def names_one_algorithm(certificate):
  """The algorithm beside the signature is not signed: it must be the one that is (RFC 5280 section 4.1.1.2)."""
  signed, beside, _ = der_parts(certificate.public_bytes(Encoding.DER))
  return der_parts(signed)[2] == beside


def is_issued_by(certificate, issuer):
  if certificate.issuer != issuer.subject or not names_one_algorithm(certificate):
    return False
  try:
    key = issuer.public_key()
    if isinstance(key, ed25519.Ed25519PublicKey):
      key.verify(certificate.signature, certificate.tbs_certificate_bytes)
    elif isinstance(key, ec.EllipticCurvePublicKey):
      key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(certificate.signature_hash_algorithm))
    else:
      return False
  except (InvalidSignature, UnsupportedAlgorithm, ValueError):
    return False
  return True


def extension(certificate, kind):
  try:
    return certificate.extensions.get_extension_for_class(kind)
  except x509.ExtensionNotFound:
    return None


def may_issue(certificate, below):
  """`below` is the number of CA certificates between this one and the signing certificate."""
  basic = extension(certificate, x509.BasicConstraints)
  usage = extension(certificate, x509.KeyUsage)
  return (basic and basic.value.ca and (basic.value.path_length is None or basic.value.path_length >= below)
          and (usage is None or usage.value.key_cert_sign))


def check_chain(certificates, roots, at):
  known = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)
  for root in roots:
    path = certificates + [root]
    if all(is_issued_by(path[i], path[i + 1]) and may_issue(path[i + 1], i) for i in range(len(certificates))):
      for certificate in path:
        need(certificate.not_valid_before <= at <= certificate.not_valid_after, 'certificate-chain')
        need(all(isinstance(e.value, known) for e in certificate.extensions if e.critical), 'certificate-chain')
      return
  raise Refused('certificate-chain')


def check_usage(certificate):
  extended = extension(certificate, x509.ExtendedKeyUsage)
  usage = extension(certificate, x509.KeyUsage)
  basic = extension(certificate, x509.BasicConstraints)
  need(extended and extended.critical and list(extended.value) == [LOOKUP_SIGNING], 'certificate-usage')
  need(usage and usage.value.digital_signature and not usage.value.key_cert_sign and not usage.value.crl_sign,
       'certificate-usage')
  need(basic is None or not basic.value.ca, 'certificate-usage')


# ---------------------------------------------------------------------------- receipt (section 9)

BLOCKS = (('QCR STATEMENT', 8192), ('QCR REQUEST', 65536), ('QCR INCLUSION', 1024), ('QCR HEAD', 65536))


def parse_inclusion(octets):
  word = 'receipt-inclusion'
  lines = split_lines(decode_utf8(octets, word), word)
  need(len(lines) >= 2 and lines[0].startswith('index ') and lines[1].startswith('size '), word)
  index, size = number(lines[0][6:], word), number(lines[1][5:], word, 513)
  path = [unbase64(line, word) for line in lines[2:]]
  need(index < size and len(path) <= 9 and all(len(p) == 32 for p in path), word)
  return index, size, path


def parse_receipt(octets):
  need(len(octets) <= 131072, 'receipt-size')
  try:
    text = octets.decode('ascii')
  except UnicodeDecodeError:
    raise Refused('receipt-block') from None
  blocks = []
  rest = text
  while rest:
    label, limit = BLOCKS[len(blocks)] if len(blocks) < 4 else ('CERTIFICATE', 8192)
    begin, end = '-----BEGIN %s-----\n' % label, '-----END %s-----\n' % label
    need(rest.startswith(begin), 'receipt-block')
    content, found, rest = rest[len(begin):].partition(end)
    need(found, 'receipt-block')
    lines = split_lines(content, 'receipt-base64')
    need(all(len(line) == 64 for line in lines[:-1]) and 1 <= len(lines[-1]) <= 64, 'receipt-base64')
    data = unbase64(''.join(lines), 'receipt-base64')
    need(len(data) <= limit, 'receipt-size')
    blocks.append(data)
  need(len(blocks) >= 5, 'receipt-block')
  need(len(blocks) <= 8, 'receipt-size')
  return blocks[0], blocks[1], parse_inclusion(blocks[2]), blocks[3], blocks[4:]


# ----------------------------------------------------------------------- verification (section 10)

def verify_parts(statement, request, inclusion, note, ders, roots, origin=None, suites=('ed25519-sha256',),
                 code=None, nonce=None):
  """What section 10 proves: {'head': ..., 'statement': ...}; raises Refused with the step's word."""
  text, signatures = parse_note(note)
  head = parse_head(text)
  need(head['suite'] in suites and head['suite'] == 'ed25519-sha256', 'suite-not-accepted')
  certificates = read_certificates(ders)
  need(certificates and len(certificates) <= 4, 'certificate-form')
  need(sha256(ders[0]).hex() == head['cert'], 'certificate-hash')
  try:
    key = certificates[0].public_key()
  except (UnsupportedAlgorithm, ValueError):
    raise Refused('certificate-key') from None
  need(isinstance(key, ed25519.Ed25519PublicKey), 'certificate-key')
  public = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
  need(not low_order(public), 'certificate-key')
  check_signature(text, signatures, head['origin'], public)
  signed = instant(head['signed'], 'head-body')
  check_chain(certificates, roots, signed.replace(microsecond=0))
  check_usage(certificates[0])
  index, size, path = inclusion
  need(size == int(head['size']), 'inclusion')
  root = inclusion_root(index, size, sha256(b'\x00', statement), path)
  need(root == base64.b64decode(head['root']), 'inclusion')
  said_origin, values = parse_statement(statement)
  need(said_origin == head['origin'] and origin in (None, said_origin), 'origin')
  need(sha256(request).hex() == values['request'], 'request-hash')
  need(code in (None, values['code']), 'code')
  need(nonce in (None, bytes.fromhex(values['nonce'])), 'nonce')
  data_as_of = instant(values['data-as-of'], 'time')
  need(data_as_of <= signed + SKEW and signed <= instant(values['valid-until'], 'time'), 'time')
  need(data_as_of >= instant(head['data_as_of'], 'time'), 'time')
  return {'head': head, 'statement': {'origin': said_origin, **values}}


def verify(octets, roots, **trust):
  statement, request, inclusion, note, ders = parse_receipt(octets)
  return verify_parts(statement, request, inclusion, note, ders, roots, **trust)


def fields(verdict):
  """The answer as `qcr lookup --json` names it: lines under their names, `_` for `-`; texts as meant, absent null."""
  out = {}
  for name, value in verdict['statement'].items():
    meant = text_value(value, 2**20, '') if name in TEXTS else value
    out[name.replace('-', '_')] = None if value == '-' else meant
  out['signed'] = verdict['head']['signed']
  return out


def is_current(verdict, at):
  return instant(at, 'time') <= instant(verdict['statement']['valid-until'], 'time')


def load_roots(path):
  with open(path, 'rb') as file:
    pem = file.read()
  parts = re.findall(b'-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?', pem, re.DOTALL)
  return [x509.load_pem_x509_certificate(part) for part in parts]


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--ca', required=True, help='trusted root certificates, PEM')
  parser.add_argument('--origin', help='the registry that must have spoken')
  parser.add_argument('--at', help='instant to judge freshness at, like 2026-11-24T01:02:03.000Z')
  parser.add_argument('receipt')
  args = parser.parse_args()
  with open(args.receipt, 'rb') as file:
    octets = file.read()
  try:
    verdict = verify(octets, load_roots(args.ca), origin=args.origin)
  except Refused as refusal:
    print('REFUSED %s' % refusal)
    return 7
  answer = fields(verdict)
  if args.at:
    answer['current'] = is_current(verdict, args.at)
  print('AUTHENTIC')
  print(json.dumps(answer, ensure_ascii=False, indent=2))
  return 0


if __name__ == '__main__':
  sys.exit(main())
