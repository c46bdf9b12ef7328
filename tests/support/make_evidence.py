#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Makes the vectors of docs/EVIDENCE.md, from that page alone.

  make_evidence.py FOLDER          write them
  make_evidence.py --check FOLDER  exit 1 unless FOLDER holds exactly these

All keys are SHA-256 of a text, all serials and dates are fixed, and Ed25519 is deterministic, so the files
are the same wherever they are made. The keys sign nothing but vectors.
"""
import base64
import datetime
import hashlib
import json
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import merkle_oracle
import verify_receipt

ORIGIN = 'credit.example.cn/registry'
SIGNED = '2026-11-24T01:02:03.123Z'


def sha256(*parts):
  return hashlib.sha256(b''.join(parts)).digest()


def key(name):
  return ed25519.Ed25519PrivateKey.from_private_bytes(sha256(b'qcr evidence vector: ' + name.encode()))


def public(private):
  return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def certificate(subject, subject_key, issuer, issuer_key, serial, years, ca, usage=None):
  name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
  first = datetime.datetime(2026, 11, 20 if usage else 1)
  builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
             .public_key(subject_key.public_key()).serial_number(serial).not_valid_before(first)
             .not_valid_after(first + datetime.timedelta(days=30) if usage else first.replace(year=first.year + years))
             .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
             .add_extension(x509.KeyUsage(
               digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
               key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False),
               critical=True)
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(subject_key.public_key()), critical=False)
             .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                            critical=False))
  if usage:
    builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage)]), critical=True)
  return builder.sign(issuer_key, None)


REQUESTS = [b'request %d: any octets, \x00\xff too' % i for i in range(6)]

COMMON = {
  'kind': 'current', 'subject': '-', 'purpose': '-', 'merged-into': '-', 'registration': '-', 'name': '-', 'grade': '-',
  'score': '-', 'grade-day': '-', 'grade-until': '-', 'policy': '-', 'policy-hash': '-', 'policy-standing': '-',
  'policy-document': '-', 'listing': '-', 'listing-since': '-', 'listing-until': '-', 'listing-published': '-',
  'reasons': '-', 'coverage': 'product/market-supervision=2026-11-20; service/12315=2026-11-22', 'as-of': '2026-11-24',
  'known-at': '2026-11-24T01:02:02.900Z', 'serial': '4711', 'data-as-of': '2026-11-24T01:02:02.900Z',
  'valid-until': '2026-11-25T01:02:02.900Z', 'ledger-size': '4711', 'decision': '-',
}
FOUND = {
  'result': 'found', 'subject': '100003249', 'registration': 'active', 'grade': 'B', 'score': '80', 'grade-day': '2026-11-24',
  'grade-until': '2027-07-17', 'policy': 'quality-credit-default@1',
  'policy-hash': sha256(b'a policy document').hex(), 'policy-standing': 'trial', 'listing': 'not-listed',
}
ANSWERS = {
  'found': {**FOUND, 'code': '911000001000032490', 'name': '示例\\\\质量（北京）有限公司',
            'purpose': sha256('招标资格审查'.encode()).hex(),
            'reasons': 'penalty.fine -10 until 2027-07-17; sampling.ordinary -10 until 2027-08-01', 'decision': '4000'},
  'not-registered': {'result': 'not-registered', 'code': '91370100MA00000000', 'coverage': 'none'},
  'listed': {**FOUND, 'code': '100003249', 'registration': 'revoked', 'name': '\\x2d', 'grade': 'unrated', 'score': '-',
             'grade-until': '-', 'policy-standing': 'in-force', 'policy-document': '国市监信发〔2026〕1号',
             'listing': 'listed', 'listing-since': '2026-01-05', 'listing-until': '2029-01-05',
             'listing-published': 'yes', 'decision': '4711'},
  'merged': {'result': 'merged-into', 'code': '100003249', 'subject': '100003249', 'merged-into': '911000001000032490'},
  'withheld': {'result': 'withheld', 'code': '911000001000032490', 'kind': 'as-of', 'as-of': '2025-02-28'},
}
# A fine of 100 yuan and a failed sampling of ordinary severity, packed as docs/POLICY.md section 3 has it.
INPUTS = bytes.fromhex('01' '02' '60' '00' 'd6c202' 'da05' '0123456789abcdef' '04' '904e' '00'
                       '29' '00' 'f4c202' 'da05' 'fedcba9876543210' '00')
EXPLAINED = {**ANSWERS['found'], 'kind': 'explain', 'inputs': sha256(INPUTS).hex()}


def statement(index, answer):
  values = {**COMMON, **answer, 'request': sha256(REQUESTS[index]).hex(),
            'nonce': sha256(b'nonce %d' % index)[:16 + 4 * index].hex(), 'salt': sha256(b'salt %d' % index)[:16].hex(),
            'ledger-root': base64.b64encode(sha256(b'ledger')).decode()}
  names = verify_receipt.EXPLAIN_LINES if values['kind'] == 'explain' else verify_receipt.LINES
  lines = ['context %s/lookup-statement/v1' % ORIGIN] + ['%s %s' % (n, values[n]) for n in names]
  return ('\n'.join(lines) + '\n').encode()


def tree(leaves):
  """Root and paths, by the oracle's recursive definitions over these leaf hashes."""
  def root(start, end):
    if end - start == 1:
      return leaves[start]
    k = merkle_oracle.split(end - start)
    return sha256(b'\x01', root(start, start + k), root(start + k, end))

  def path(m, start, end):
    if end - start == 1:
      return []
    k = merkle_oracle.split(end - start)
    if m < k:
      return path(m, start, start + k) + [root(start + k, end)]
    return path(m - k, start + k, end) + [root(start, start + k)]

  return root(0, len(leaves)), [path(i, 0, len(leaves)) for i in range(len(leaves))]


def block(label, content):
  text = base64.b64encode(content).decode()
  lines = [text[i:i + 64] for i in range(0, len(text), 64)]
  return '-----BEGIN %s-----\n%s\n-----END %s-----\n' % (label, '\n'.join(lines), label)


def sign_note(text, name, private):
  key_id = sha256(name.encode(), b'\n\x01', public(private))[:4]
  line = base64.b64encode(key_id + private.sign(text.encode())).decode()
  return ('%s\n\u2014 %s %s\n' % (text, name, line)).encode()


def vectors():
  root_key, issuer_key, signer_key, person_key = (key(n) for n in ('root', 'issuer', 'signer', 'person'))
  root = certificate('Vector Root', root_key, 'Vector Root', root_key, 1, 20, True)
  issuer = certificate('Vector Issuer', issuer_key, 'Vector Root', root_key, 2, 10, True)
  signer = certificate('Vector Signer', signer_key, 'Vector Issuer', issuer_key, 3, 1, False, '2.25.231276143.1')
  ders = [c.public_bytes(Encoding.DER) for c in (signer, issuer)]
  files = {'root.pem': root.public_bytes(Encoding.PEM)}

  def sign(tree_root, size, counter):
    text = ('%s/lookup-batch/v1\nsuite ed25519-sha256\ntree %d %s\nsigned %s\ndata-as-of %s\ncert %s\n'
            'suites ed25519-sha256\nseq node1.sealer-%d\n' % (
              ORIGIN, size, base64.b64encode(tree_root).decode(), SIGNED, COMMON['data-as-of'], sha256(ders[0]).hex(), counter))
    return sign_note(text, ORIGIN + '/lookup', signer_key)

  def add(name, said, request, index, path, size, note):
    inclusion = 'index %d\nsize %d\n' % (index, size) + ''.join(base64.b64encode(p).decode() + '\n' for p in path)
    receipt = (block('QCR STATEMENT', said) + block('QCR REQUEST', request) + block('QCR INCLUSION', inclusion.encode()) +
               block('QCR HEAD', note) + ''.join(block('CERTIFICATE', der) for der in ders))
    files['receipt-%s.txt' % name] = receipt.encode()
    verdict = verify_receipt.verify(receipt.encode(), [root], origin=ORIGIN)
    files['receipt-%s.json' % name] = (
      json.dumps(verify_receipt.fields(verdict), ensure_ascii=False, indent=2) + '\n').encode()

  statements = [statement(i, answer) for i, answer in enumerate(ANSWERS.values())]
  leaves = [sha256(b'\x00', s) for s in statements]
  tree_root, paths = tree(leaves)
  note = sign(tree_root, len(leaves), 42)
  for i, name in enumerate(ANSWERS):
    add(name, statements[i], REQUESTS[i], i, paths[i], len(leaves), note)
  explained = statement(len(ANSWERS), EXPLAINED)
  add('explained', explained, REQUESTS[-1], 0, [], 1, sign(sha256(b'\x00', explained), 1, 43))

  act = person_key.sign(b'qcr-act/v1\n' + ORIGIN.encode() + b'\n' + REQUESTS[0])
  key_id = sha256((ORIGIN + '/lookup').encode(), b'\n\x01', public(signer_key))[:4]
  values = [
    ('root seed', sha256(b'qcr evidence vector: root').hex()), ('issuer seed', sha256(b'qcr evidence vector: issuer').hex()),
    ('signer seed', sha256(b'qcr evidence vector: signer').hex()), ('signer public key', public(signer_key).hex()),
    ('signer verifier key', '%s/lookup+%s+%s' % (ORIGIN, key_id.hex(), base64.b64encode(b'\x01' + public(signer_key)).decode())),
    ('signer certificate', sha256(ders[0]).hex()), *[('leaf %d' % i, leaf.hex()) for i, leaf in enumerate(leaves)],
    ('root', tree_root.hex()), ('person seed', sha256(b'qcr evidence vector: person').hex()),
    ('person public key', public(person_key).hex()), ('act request', REQUESTS[0].hex()), ('act signature', act.hex()),
    ('explained inputs', INPUTS.hex()), ('explained leaf', sha256(b'\x00', explained).hex()),
  ]
  files['values.txt'] = ''.join('%s: %s\n' % pair for pair in values).encode()
  return files


def main(args):
  check, folder = args[0] == '--check', args[-1]
  for name, content in vectors().items():
    path = os.path.join(folder, name)
    if check:
      with open(path, 'rb') as file:
        if file.read() != content:
          print('%s differs' % path)
          return 1
    else:
      with open(path, 'wb') as file:
        file.write(content)
  return 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
