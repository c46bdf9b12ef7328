# SPDX-License-Identifier: MulanPSL-2.0
"""Packs the inputs of an explanation, as JSON has them, by docs/POLICY.md section 3 and nothing else of this project.

  pack(inputs) -> octets, whose SHA-256 stands in the statement
"""
import datetime

TYPES = ('penalty', 'sampling', 'recall', 'complaint', 'accident', 'certificate', 'award', 'commitment', 'breach', 'brand', 'permit',
         'acceptance', 'inspection', 'survey', 'assessment')
SEVERITIES = ('none', 'ordinary', 'serious')
RESULTS = (None, 'pass', 'fail')
KINDS = ('warning', 'criticism', 'fine', 'confiscation', 'suspension', 'downgrade', 'closure', 'withdrawal', 'revocation', 'restriction',
         'criminal', 'detention')
CERTIFICATES = ('none', 'iso9001', 'iso14001', 'iso45001', 'iso22000', 'haccp', 'gmp', 'gsp', 'ccc', 'production', 'green', 'organic',
                'geographic')
EFFECTS = {'in-force': 1, 'suspended': 2, 'quashed': 3, 'unknown': 0}


def varint(n):
  out = b''
  while n > 0x7f:
    out += bytes([n & 0x7f | 0x80])
    n >>= 7
  return out + bytes([n])


def signed(n):
  return varint(n << 1 if n >= 0 else (-n << 1) - 1)


def number(day):
  return (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days


def pack_record(r, before):
  type_, severity, result = TYPES.index(r['type']), SEVERITIES.index(r['severity']), RESULTS.index(r['result'])
  decided = number(r['decided_on'])
  money = bool(r['fine_fen'] or r['confiscated_fen'])
  more = bool(result or type_ >= 8)
  out = bytes([type_ % 8 | (3 if more else severity) << 3 | bool(r['publicity_end']) << 5 | money << 6 | bool(r['valid_through']) << 7])
  if more:
    out += bytes([severity | result << 2 | (type_ >= 8) << 4])
  out += varint(r['ordinal'] - before - 1) + signed(decided)
  if r['publicity_end']:
    out += signed(number(r['publicity_end']) - decided)
  out += bytes.fromhex(r['case_ref'])
  if r['type'] == 'penalty':
    out += varint(sum(1 << KINDS.index(k) for k in r['kinds']))
  if money:
    out += varint(r['fine_fen']) + varint(r['confiscated_fen'])
  if r['type'] == 'certificate':
    out += varint(CERTIFICATES.index(r['certificate']))
  if r['valid_through']:
    out += varint(number(r['valid_through']) - decided)
  return out


def pack_listing(listing):
  start = number(listing['from'])
  out = bytes([EFFECTS[listing['effect']] | bool(listing['to']) << 2 | listing['published'] << 3]) + signed(start)
  return out + (varint(number(listing['to']) - start) if listing['to'] else b'')


def pack(inputs):
  out, before = b'\x01' + varint(len(inputs['records'])), 0
  for record in inputs['records']:
    out += pack_record(record, before)
    before = record['ordinal']
  out += varint(len(inputs['listings'])) + b''.join(map(pack_listing, inputs['listings']))
  return out + (varint(inputs['ended']) if inputs['ended'] else b'')
