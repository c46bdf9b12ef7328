#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The independent verifier refuses what docs/EVIDENCE.md has it refuse, by the word of the step that fails."""
import json
import os
import random
import sys
import unittest

import make_evidence
import verify_receipt as v
from cryptography.hazmat.primitives.serialization import Encoding

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data', 'evidence')
NAMES = tuple(make_evidence.ANSWERS) + ('explained',)


def read(name):
  with open(os.path.join(DATA, name), 'rb') as file:
    return file.read()


def outcome(octets, roots, **trust):
  try:
    v.verify(octets, roots, **trust)
    return 'authentic'
  except v.Refused as refusal:
    return str(refusal)


class Receipts(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    cls.roots = v.load_roots(os.path.join(DATA, 'root.pem'))
    cls.parts = {n: v.parse_receipt(read('receipt-%s.txt' % n)) for n in NAMES}

  def judge(self, statement=None, request=None, inclusion=None, note=None, ders=None, roots=None, **trust):
    s, r, i, n, d = self.parts['found']
    try:
      v.verify_parts(statement or s, request or r, inclusion or i, note or n, ders or d, roots or self.roots, **trust)
      return 'authentic'
    except v.Refused as refusal:
      return str(refusal)

  def test_every_published_receipt_is_authentic_and_says_what_is_published(self):
    for name in NAMES:
      verdict = v.verify(read('receipt-%s.txt' % name), self.roots, origin=make_evidence.ORIGIN)
      self.assertEqual(v.fields(verdict), json.loads(read('receipt-%s.json' % name)))
      self.assertTrue(v.is_current(verdict, '2026-11-25T01:02:02.900Z'))
      self.assertFalse(v.is_current(verdict, '2026-11-25T01:02:02.901Z'))

  def test_a_thousand_changes_of_one_character_are_each_refused(self):
    chance = random.Random(7)
    for _ in range(1000):
      octets = bytearray(read('receipt-%s.txt' % chance.choice(NAMES)))
      octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
      self.assertNotEqual(outcome(bytes(octets), self.roots), 'authentic')

  def test_each_step_refuses_with_its_word(self):
    s, r, (index, size, path), note, ders = self.parts['found']
    other = make_evidence.key('somebody else')
    text = v.parse_note(note)[0]
    root = self.roots[0].public_bytes(Encoding.DER)
    name = make_evidence.ORIGIN + '/lookup'
    person = make_evidence.certificate('Vector Signer', make_evidence.key('signer'), 'Vector Issuer',
                                       make_evidence.key('issuer'), 3, 1, False, '2.25.231276143.2')
    person_der = person.public_bytes(Encoding.DER)
    person_note = make_evidence.sign_note(text.replace(v.sha256(ders[0]).hex(), v.sha256(person_der).hex()), name,
                                          make_evidence.key('signer'))
    cases = (
      ('head-note', dict(note=note[:-1])),
      ('head-note', dict(note=note + note.split(b'\n\n')[1])),
      ('head-body', dict(note=make_evidence.sign_note('a\n5\nAAAA\n', name, other))),
      ('suite-not-accepted', dict(suites=())),
      ('certificate-form', dict(ders=[ders[0] + b'\0', ders[1]])),
      ('certificate-form', dict(ders=ders + [root])),
      ('certificate-hash', dict(ders=ders[::-1])),
      ('head-signature', dict(note=make_evidence.sign_note(text, name, other))),
      ('head-signature', dict(note=make_evidence.sign_note(text, make_evidence.ORIGIN, make_evidence.key('signer')))),
      ('certificate-chain', dict(ders=ders[:1])),
      ('certificate-chain', dict(ders=[ders[0], ders[1], ders[1]])),
      ('certificate-usage', dict(ders=[person_der, ders[1]], note=person_note)),
      ('inclusion', dict(inclusion=(index + 1, size, path))),
      ('inclusion', dict(inclusion=(index, size - 1, path))),
      ('inclusion', dict(inclusion=(index, size, path[:-1]))),
      ('inclusion', dict(inclusion=(index, size, path + path[:1]))),
      ('inclusion', dict(statement=s + b'\n')),
      ('inclusion', dict(statement=self.parts['listed'][0])),
      ('origin', dict(origin='credit.example.com')),
      ('request-hash', dict(request=r + b'x')),
      ('code', dict(code='100003249')),
      ('nonce', dict(nonce=bytes(16))),
      ('authentic', {}),
    )
    for word, change in cases:
      with self.subTest(word=word, change=list(change)):
        self.assertEqual(self.judge(**change), word)

  def test_a_statement_with_a_line_missing_doubled_or_moved_is_none(self):
    lines = self.parts['found'][0].splitlines(keepends=True)
    for i in range(len(lines)):
      for changed in (lines[:i] + lines[i + 1:], lines[:i + 1] + lines[i:], lines[i:i + 1] + lines[:i] + lines[i + 1:]):
        if changed != lines:
          with self.assertRaises(v.Refused):
            v.parse_statement(b''.join(changed))

  def test_a_listing_has_one_of_five_words_and_a_listed_one_its_days(self):
    found = self.parts['found'][0].decode()
    self.assertIn('listing not-listed\n', found)
    for word in ('listed', 'suspended', 'basis-quashed', 'unknown'):
      text = found.replace('listing not-listed\n', 'listing %s\n' % word)
      with self.assertRaises(v.Refused):
        v.parse_statement(text.encode())
      text = text.replace('listing-since -\n', 'listing-since 2026-01-05\n').replace('listing-published -\n', 'listing-published no\n')
      self.assertEqual(v.parse_statement(text.encode())[1]['listing'], word)
    with self.assertRaises(v.Refused):
      v.parse_statement(found.replace('listing not-listed\n', 'listing lapsed\n').encode())

  def test_a_key_of_low_order_is_known(self):
    for text in ('01' + '00' * 31, '00' * 32, 'ec' + 'ff' * 30 + '7f', '00' * 31 + '80',
                 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'):
      self.assertTrue(v.low_order(bytes.fromhex(text)), text)
    self.assertFalse(v.low_order(make_evidence.public(make_evidence.key('signer'))))


if __name__ == '__main__':
  sys.dont_write_bytecode = True
  unittest.main()
