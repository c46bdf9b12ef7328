# SPDX-License-Identifier: MulanPSL-2.0
"""An explanation for the scripted registry: one enterprise with a fine and a passed sampling under the default policy, by
docs/POLICY.md and docs/EVIDENCE.md, and how a registry could lie about it."""
import datetime
import hashlib
import json
import os
import unicodedata

import naive_grade
import packed_inputs
from case_client import encode

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
AUTHORITY, DOCUMENT, BATCH = '11510823008765438X', '剑市监处罚〔2026〕1号', '剑市监抽〔2026〕1号'


def case_ref(document):
  """The first eight octets of SHA-256 over authority and normalised number, each behind its length (docs/EVIDENCE.md, section 3)."""
  folded = unicodedata.normalize('NFKC', document).upper().replace('〔', '(').replace('〕', ')')
  parts = [packed_inputs.varint(len(part.encode())) + part.encode() for part in (AUTHORITY, folded)]
  return hashlib.sha256(b''.join(parts)).hexdigest()[:16]


def record(ordinal, document, **more):
  return {'ordinal': ordinal, 'type': 'penalty', 'severity': 'none', 'result': None, 'kinds': [], 'certificate': None,
          'case_ref': case_ref(document), 'decided_on': '2026-06-01', 'publicity_end': '2099-12-31', 'valid_through': None, 'fine_fen': 0,
          'confiscated_fen': 0, **more}


INPUTS = {'records': [record(1, DOCUMENT, kinds=['fine'], fine_fen=500000), record(2, BATCH, type='sampling', result='pass')],
          'listings': [], 'ended': 1}


def policy():
  with open(os.path.join(TOP, 'share', 'policies', 'default.json'), encoding='utf-8') as file:
    return json.load(file)


def canonical(document):
  return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(',', ':')).encode()


def row(ordinal, document, type_='penalty'):
  return encode('RecordRow', {
    'type': type_, 'authority_code': AUTHORITY, 'authority_name': '剑阁县市场监督管理局', 'document': document, 'domain': 'product',
    'fine_fen': 0, 'confiscated_fen': 0, 'decided_on': '2026-06-01', 'state': 'active', 'version': 1, 'serial': 7, 'ordinal': ordinal})


class Explained:
  """What is sealed, and what comes beside it."""

  def __init__(self):
    self.inputs = packed_inputs.pack(INPUTS)
    self.policy = canonical(policy())
    self.rows = [row(1, DOCUMENT), row(2, BATCH, 'sampling')]
    self.sealed = {
      'kind': 'explain', 'grade': 'A', 'score': '90', 'grade-until': '2099-12-31',
      'reasons': 'penalty.fine -10 until 2099-12-31', 'policy': 'quality-credit-default@%d' % policy()['version'],
      'policy-hash': hashlib.sha256(self.policy).hexdigest(), 'inputs': hashlib.sha256(self.inputs).hexdigest()}


def other_inputs(explained):
  fewer = {**INPUTS, 'records': INPUTS['records'][1:]}
  explained.inputs = packed_inputs.pack(fewer)


def other_policy(explained):
  changed = policy()
  changed['bands'][0]['min'] += 1
  explained.policy = canonical(changed)


def other_grade(explained):
  """Sealed, but not what follows from the inputs."""
  explained.sealed.update({'grade': 'B', 'score': '80'})


def foreign_record(explained):
  explained.rows[0] = row(1, '剑市监处罚〔2026〕2号')


def record_too_many(explained):
  explained.rows.append(row(3, '剑市监处罚〔2019〕9号'))


def no_inputs(explained):
  explained.inputs = explained.policy = b''


def of_a_lookup(explained):
  explained.sealed['kind'] = 'current'


def leaves_one_out(explained):
  """Nothing untrue, but one record less than there are, without a word about it."""
  explained.rows.pop()


# ------------------------------------------------------------- stories under a policy with gates of two bands

LISTING = {'from': '2026-01-05', 'to': '2099-01-01', 'effect': 'in-force', 'published': True}


def gated():
  with open(os.path.join(TOP, 'share', 'policies', 'quality-credit-aaa.json'), encoding='utf-8') as file:
    document = json.load(file)
  lower = {**document['gates'][1], 'grade': 'BB', 'of': 'B', 'months_without_deduction': 12, 'held_months': 0}
  return {**document, 'gates': document['gates'] + [lower]}


def told(explained, records, listings=()):
  """An honest explanation of other facts, graded by the naive grader."""
  document, today = gated(), datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d')
  rows = [{**r, 'case': r['case_ref'], 'severity': None if r['severity'] == 'none' else r['severity']} for r in records]
  grade, score, until, reasons = naive_grade.explain(rows, today, [(x['from'], x['to']) for x in listings], document)
  words = [rule + (' -%d' % points if points else '') + (' until ' + end if end else '') for rule, points, end in reasons]
  explained.policy = canonical(document)
  explained.inputs = packed_inputs.pack({'records': records, 'listings': list(listings), 'ended': 0})
  explained.rows = [row(r['ordinal'], DOCUMENT, r['type']) for r in records]
  explained.sealed.update({
    'grade': grade, 'score': '-' if score is None else str(score), 'grade-until': until or '-', 'reasons': '; '.join(words) or '-',
    'policy': '%s@%d' % (document['id'], document['version']), 'policy-hash': hashlib.sha256(explained.policy).hexdigest(),
    'inputs': hashlib.sha256(explained.inputs).hexdigest()})


def fined(count):
  """Each in a case of its own, and long ago for any repeat rule."""
  return [{**record(n, DOCUMENT, kinds=['fine'], decided_on='2020-0%d-01' % n), 'case_ref': '%016x' % n} for n in range(1, count + 1)]


def named(explained, records, listings=()):
  told(explained, records, listings)
  explained.rows = []


STORIES = {
  'leaves-one-out': leaves_one_out,
  'unrated': lambda explained: told(explained, []),
  # 100 points, but listed: D.
  'held-down': lambda explained: told(explained, [record(1, DOCUMENT, type='survey')], [LISTING]),
  # 80 points: B, which the gate BB lifts from.
  'second-band': lambda explained: named(explained, fined(2)),
  # 100 points: A, which is better than the gate of B.
  'first-band': lambda explained: told(explained, [record(1, DOCUMENT, type='survey')]),
}

LIES = {'other-inputs': other_inputs, 'other-policy': other_policy, 'other-grade': other_grade, 'foreign-record': foreign_record,
        'record-too-many': record_too_many, 'no-inputs': no_inputs, 'of-a-lookup': of_a_lookup}
