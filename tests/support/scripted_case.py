# SPDX-License-Identifier: MulanPSL-2.0
"""One case for the scripted registry: whole, signed, with its papers and rules, as the real one would hand it out.
Its story is that of case_client; nothing is decided here, so that the client's own judge is the only one."""
import hashlib
import json
import pathlib
import secrets
import time
import types

from case_client import ROADS, TOP, Case, encode

CODE, NAME = '91510823141777630N', '剑阁县诚盛农业开发有限公司'
NUMBER = 11  # the serial of its opening
PEOPLE = {'officer': '王志强', 'officer2': '许文静', 'officer3': '吕志远', 'reviewer': '张慧敏', 'superior': '刘永康',
          'publisher': '何春梅'}


def canonical(path):
  document = json.loads((TOP / 'share' / path).read_text())
  return json.dumps(document, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()


RULES = {('procedure', 'samr-44'): canonical('procedures/samr-44.json'),
         ('procedure', 'mirror'): canonical('procedures/mirror.json'),
         ('codes', 'grounds'): canonical('codes/grounds.json'), ('codes', 'bases'): canonical('codes/bases.json'),
         ('codes', 'measures'): canonical('codes/measures.json'),
         ('calendar', 'cn-workdays'): canonical('calendars/cn-workdays.json')}
ACTIONS = {a['action']: a for a in json.loads(RULES['procedure', 'samr-44'])['actions']}


class Papers:
  """What case_client asks of People, without a registry."""
  def __init__(self, folder):
    self.registry, self.kept = types.SimpleNamespace(home=pathlib.Path(folder)), {}

  def paper(self, who, text):
    octets = f'%PDF-1.4 {text}\n'.encode()
    digest = hashlib.sha256(octets).hexdigest()
    self.kept[digest] = octets
    return digest


class SignedCase:
  """Events as CaseShow has them in a dossier. `keys` and `certificates` (DER) by person."""
  def __init__(self, folder, origin, keys, certificates):
    self.origin, self.keys, self.certificates = origin, keys, certificates
    self.papers, self.serial, self.state, self.events = Papers(folder), NUMBER - 1, '', []
    self.at_ms = int(time.time() * 1000) - 3600_000
    self.story = Case(self.papers, CODE, NAME, decided_on='2026-05-08')
    for action in ROADS['published']:
      self.add(action)

  def sign(self, person, operation, body):
    request = encode('Request', {'nonce': secrets.token_bytes(16), 'origin': self.origin,
                                 'idempotency_key': secrets.token_bytes(16), operation: body})
    self.serial += 1
    self.at_ms += 1000
    signature = self.keys[person].sign(b'qcr-act/v1\n' + self.origin.encode() + b'\n' + request)
    return {'serial': self.serial, 'at_ms': self.at_ms, 'request': request, 'signature': signature,
            'certificate': self.certificates[person]}

  def add(self, action):
    fields = [{'name': n, 'value': v} for n, v in self.story.values(action)]
    first, second = self.story.people_for(action)
    opening = {'name': NAME, 'procedure': 'samr-44'} if action == 'open' else {'number': NUMBER}
    step = self.sign(first, 'case_step', {'code': CODE, 'action': action, 'field': fields, **opening})
    two = 'second' in ACTIONS[action]
    confirmation = self.sign(second, 'decide', {'proposal_serial': step['serial'], 'approve': True}) if two else None
    self.state = ACTIONS[action].get('to', self.state)
    last = confirmation or step
    actor = second if two else first
    self.events.append({
      'seq': len(self.events) + 1, 'serial': last['serial'], 'at_ms': last['at_ms'], 'action': action, 'state': self.state,
      'day': self.story.day(action), 'late': False, 'proposer': first, 'actor': actor, 'proposer_name': PEOPLE[first],
      'actor_name': PEOPLE[actor], 'field': fields, 'step': step, 'confirmation': confirmation})

  def documents(self):
    rows = []
    for event in self.events:
      for field in event['field']:
        if field['value'] in self.papers.kept:
          rows.append({'sha256': bytes.fromhex(field['value']), 'seq': event['seq'], 'field': field['name'], 'state': 'kept',
                       'octets': len(self.papers.kept[field['value']])})
    return rows

  def show(self, dossier, from_seq, page=4):
    """As the real one: a long case comes in pages."""
    events = self.events[from_seq - 1:][:page]
    if not dossier:
      events = [{**e, 'step': None, 'confirmation': None} for e in events]
    option = {'role': ['officer'], 'provisional': False}
    return {
      'code': CODE, 'name': NAME, 'number': NUMBER, 'procedure': RULES['procedure', 'samr-44'], 'office': 'market',
      'opener': 'officer', 'state': self.state, 'event': events,
      'option': [{'action': 'appeal', 'refusal': 'granted', **option, 'second_role': ['officer', 'reviewer', 'superior']},
                 {'action': 'apply', 'refusal': 'not-yet', **option, 'earliest': '2027-05-08', 'article': '国市监令第107号',
                  'provisional': True},
                 {'action': 'resume', 'refusal': 'needs-step', **option, 'expected': 'suspend', 'article': '行政复议法 art. 42'}],
      'deadline': [{'word': 'publish', 'day': '2026-06-05', 'provisional': False, 'done': True, 'late': False, 'done_on': '2026-05-11'},
                   {'word': 'serve-decision', 'day': '2026-05-19', 'provisional': True, 'done': False, 'late': True}],
      'listing': [{'effect': 'in-force', 'from': '2026-05-08', 'to': '2029-05-08', 'published': True}],
      'document': [d for d in self.documents() if d['seq'] in [e['seq'] for e in events]] if dossier else [],
      'proposal': [{'serial': 77, 'item': 0, 'kind': 'case-step', 'proposer': 'officer', 'summary': 'case %s-%d: appeal 申请复议或提起诉讼' % (CODE, NUMBER), 'at_ms': self.at_ms,
                    'field': [{'name': 'kind', 'value': 'litigation'}, {'name': 'organ', 'value': '剑阁县人民法院'}]}],
      'truncated': from_seq - 1 + page < len(self.events), 'term_end': '2029-05-08'}
