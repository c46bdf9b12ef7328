#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A registry's outside, played from a script, to see what the client does when the other side lies, breaks off,
is slow, or turns it away. Frames by docs/PROTOCOL.md, answers by docs/EVIDENCE.md; the real daemon is tested
with the real client in tests/e2e.

  scripted_registry.py HOME SCRIPT

makes HOME as `qcr-admin init` would (ca/ca.pem, people/regulator), prints its port, then plays until it is ended. Every Call that arrives goes to HOME/calls as a line of hexadecimal. Scripts are the keys of SCRIPTS.
"""
import base64
import datetime
import hashlib
import os
import pathlib
import socket
import ssl
import struct
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import make_evidence
import scripted_case
import scripted_explain
import verify_receipt
import wire
from case_client import decode, encode

ORIGIN = 'credit.script.example'
GREETING, CALL, REPLY, FAILURE = 1, 2, 3, 4
LOOKUP_OID, PERSON_OID = '2.25.231276143.1', '2.25.231276143.2'
FIELD_OPERATION = {16: 'lookup', 17: 'find', 18: 'whoami', 19: 'ping', 20: 'record_file', 21: 'record_withdraw',
                   22: 'record_list', 23: 'pending', 24: 'decide', 30: 'case_step', 31: 'case_show', 32: 'case_list',
                   33: 'case_affected', 34: 'evidence_put', 35: 'evidence_get', 37: 'rule_show', 39: 'explain'}
CLEAR, LISTED, STRUCK_OFF, UNKNOWN, HOSTILE = (
  '91510823141777630N', '9115220107837941X1', '91350100M000100Y43', '121200004013590816', '91110000600037341L')


# ------------------------------------------------------------------------------------- octets

def varint(value):
  out = b''
  while value > 0x7f:
    out += bytes([value & 0x7f | 0x80])
    value >>= 7
  return out + bytes([value])


def message(**named):
  """Fields f<number>: integers, octets, text, or lists of them."""
  out = b''
  for name, values in named.items():
    for value in values if isinstance(values, list) else [values]:
      number = int(name[1:])
      if isinstance(value, int):
        out += varint(number << 3) + varint(value)
      else:
        data = value if isinstance(value, bytes) else value.encode()
        out += varint(number << 3 | 2) + varint(len(data)) + data
  return out


def zigzag(value):
  return value << 1 if value >= 0 else (-value << 1) - 1


def now():
  return datetime.datetime.now(datetime.timezone.utc)


def instant(when):
  return when.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (when.microsecond // 1000)


# ------------------------------------------------------------------------------- certificates

class Authority:
  def __init__(self, name):
    self.name, self.key, self.serial = name, ed25519.Ed25519PrivateKey.generate(), 1
    self.certificate = self.issue(name, self.key, ca=True)

  def issue(self, subject, key, ca=False, usages=(), names=(), critical=True):
    name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
    start = now() - datetime.timedelta(days=5)
    self.serial += 1
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(self.name))
               .public_key(key.public_key()).serial_number(self.serial).not_valid_before(start)
               .not_valid_after(start + datetime.timedelta(days=30))
               .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
               .add_extension(x509.KeyUsage(
                 digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
                 key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False), True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False))
    if usages:
      builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(u) for u in usages]), critical)
    if names:
      builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    return builder.sign(self.key, None)


def write_pair(folder, key, certificate):
  folder.mkdir(parents=True, exist_ok=True)
  (folder / 'cert.pem').write_bytes(certificate.public_bytes(Encoding.PEM))
  (folder / 'key.pem').write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
  (folder / 'key.pem').chmod(0o600)


class Home:
  def __init__(self, folder):
    self.folder = pathlib.Path(folder)
    (self.folder / 'ca').mkdir(parents=True)
    self.authority = Authority('Script Root')
    (self.folder / 'ca' / 'ca.pem').write_bytes(self.authority.certificate.public_bytes(Encoding.PEM))
    self.keys, self.certificates = {}, {}
    for person in ('regulator', 'recorder', *scripted_case.PEOPLE):
      key = ed25519.Ed25519PrivateKey.generate()
      issued = self.authority.issue(person, key, usages=['1.3.6.1.5.5.7.3.2', PERSON_OID])
      write_pair(self.folder / 'people' / person, key, issued)
      self.keys[person], self.certificates[person] = key, issued.public_bytes(Encoding.DER)

  def server(self, authority=None, name='127.0.0.1'):
    import ipaddress
    authority = authority or self.authority
    key = ed25519.Ed25519PrivateKey.generate()
    names = [x509.IPAddress(ipaddress.ip_address(name))] if name[0].isdigit() else [x509.DNSName(name)]
    write_pair(self.folder / 'server', key, authority.issue('server', key, usages=['1.3.6.1.5.5.7.3.1'], names=names))
    return self.folder / 'server'


# ------------------------------------------------------------------------------------ answers

FOUND = {'result': 'found', 'registration': 'active', 'grade': 'B', 'score': '80', 'grade-until': '2099-07-17',
         'policy': 'quality-credit-default@1', 'policy-hash': hashlib.sha256(b'policy').hexdigest(),
         'policy-standing': 'trial', 'listing': 'not-listed', 'name': '示例质量（北京）有限公司'}
ANSWERS = {
  CLEAR: FOUND,
  LISTED: {**FOUND, 'listing': 'listed', 'listing-since': '2026-01-05', 'listing-published': 'yes', 'decision': '7'},
  STRUCK_OFF: {**FOUND, 'registration': 'deregistered'},
  UNKNOWN: {'result': 'not-registered'},
  HOSTILE: {**FOUND, 'name': '示例\u202egpj.exe\\x1b[2J公司'},
}


class Sealer:
  def __init__(self, home, authority=None, usage=LOOKUP_OID):
    self.key = ed25519.Ed25519PrivateKey.generate()
    issued = (authority or home.authority).issue('sealer', self.key, usages=[usage])
    self.certificate = issued.public_bytes(Encoding.DER)

  def statement(self, request, fields, changes):
    asked = wire.fields((fields.get(16) or fields[39])[0])
    code = asked[1][0].decode()
    answer = ANSWERS.get(code, ANSWERS[UNKNOWN])
    values = dict.fromkeys(verify_receipt.LINES, '-')
    purpose = asked.get(2)
    if answer['result'] == 'found':
      values.update({'subject': code[8:17], 'grade-day': now().strftime('%Y-%m-%d')})
    values.update({
      'kind': 'current', 'request': hashlib.sha256(request).hexdigest(), 'code': code, 'nonce': fields[1][0].hex(),
      'purpose': hashlib.sha256(purpose[0]).hexdigest() if purpose else '-', 'coverage': 'none',
      'as-of': now().strftime('%Y-%m-%d'), 'known-at': instant(now()), 'serial': '9', 'data-as-of': instant(now()),
      'valid-until': instant(now() + datetime.timedelta(hours=24)), 'ledger-size': '9',
      'ledger-root': base64.b64encode(hashlib.sha256(b'ledger').digest()).decode(), 'salt': os.urandom(16).hex(),
      **answer, **changes})
    names = verify_receipt.EXPLAIN_LINES if values['kind'] == 'explain' else verify_receipt.LINES
    lines = ['context %s/lookup-statement/v1' % ORIGIN] + ['%s %s' % (n, values[n]) for n in names]
    return ('\n'.join(lines) + '\n').encode()

  def seal(self, request, fields, changes=None, after=lambda statement: statement, signed=None):
    signed = signed or now()
    statement = self.statement(request, fields, changes or {})
    other = hashlib.sha256(b'\x00neighbour').digest()
    root, paths = make_evidence.tree([hashlib.sha256(b'\x00' + statement).digest(), other])
    # The head's data-as-of is the oldest of its batch, so never younger than the statement's.
    text = ('%s/lookup-batch/v1\nsuite ed25519-sha256\ntree 2 %s\nsigned %s\ndata-as-of %s\ncert %s\n'
            'suites ed25519-sha256\nseq script-1\n' % (
              ORIGIN, base64.b64encode(root).decode(), instant(signed),
              instant(signed - datetime.timedelta(seconds=5)), hashlib.sha256(self.certificate).hexdigest()))
    note = make_evidence.sign_note(text, ORIGIN + '/lookup', self.key)
    return message(f1=after(statement), f2=0, f3=b''.join(paths[0]), f4=note, f5=self.certificate)


def reply(body, number, code=1000, **more):
  return REPLY, message(f1=code, f2='host/script-0', **more, **{'f%d' % number: body})


def failure(code, reason, text, **more):
  return FAILURE, message(f1=code, f2=reason, f3='host/script-0', f4=text, **{'f7': 0, **more})


class Registry:
  """Answers as a registry does; scripts override what they lie about."""
  in_flight = 4

  def __init__(self, home):
    self.home, self.sealer = home, self.make_sealer(home)
    self.connections, self.filed, self.handed_in = 0, {}, {}
    self.case = scripted_case.SignedCase(home.folder, ORIGIN, home.keys, home.certificates)

  def make_sealer(self, home):
    return Sealer(home)

  def server_pair(self):
    return self.home.server()

  def client_ca(self):
    return self.home.folder / 'ca' / 'ca.pem'

  def greeting(self):
    return GREETING, message(
      f1=1, f2=ORIGIN, f3='host/script-0', f4='0.0-script', f5=zigzag(int(now().timestamp() * 1000)), f6=65536,
      f7=self.in_flight, f8=100000, f9=99999, f10='regulator', f11=['regulator'], f12='market', f13=['ed25519-sha256'],
      f14=zigzag(int((now() + datetime.timedelta(days=20)).timestamp() * 1000)))

  def lookup(self, request, fields):
    return reply(self.sealer.seal(request, fields), 16)

  def explain(self, request, fields, lie=lambda explained: None):
    explained = scripted_explain.Explained()
    lie(explained)
    sealed = self.sealer.seal(request, fields, explained.sealed)
    parts = {'f2': explained.inputs, 'f3': explained.policy} if explained.inputs else {}
    return reply(message(f1=sealed, **parts, f4=explained.rows), 28)

  def answer(self, payload):
    request = wire.fields(payload)[1][0]
    fields = wire.fields(request)
    operation = next(FIELD_OPERATION[n] for n in fields if n in FIELD_OPERATION)
    return getattr(self, operation)(request, fields)

  def find(self, request, fields):
    party = message(f1=CLEAR, f2='示例质量（北京）有限公司', f3=1)
    return reply(message(f1=[party], f2=zigzag(int(now().timestamp() * 1000))), 17)

  def whoami(self, request, fields):
    return reply(message(f1='regulator', f2='陈晓燕', f3='market', f4=['regulator'], f5=bytes(32), f6=0), 18)

  def ping(self, request, fields):
    at = zigzag(int(now().timestamp() * 1000))
    return reply(message(f1=at, f2=at, f3=9, f4='0.0-script', f5=1), 19)

  def record_file(self, request, fields):
    """Once a key, as the real one: the same request again gets the same reply, another is refused."""
    key = fields[3][0]
    before = self.filed.setdefault(key, request)
    if before != request:
      return failure(4001, 'key-reused', 'the key was used with another request')
    return reply(message(f1='filed', f3='A', f4='B'), 20, f3=len(self.filed), f4=1)

  def pending(self, request, fields):
    row = message(f1=12, f2=3, f3='record-withdraw', f4='recorder', f5='撤回', f7=zigzag(0))
    return reply(message(f1=[row], f2=0), 22)

  def decide(self, request, fields):
    return failure(3001, 'self_approval', 'the proposer cannot approve', f10='another reviewer may approve')

  # ---- cases
  def case_step(self, request, fields):
    step = decode('CaseStep', fields[30][0])
    given = {f['name']: f['value'] for f in step['field']}
    if 'flavour' in given:
      return failure(2007, 'field-invalid', 'flavour: the step has no such field', f5='flavour', f6=given['flavour'])
    if step['action'] == 'grant':
      return failure(3018, 'too-early', 'a time that must pass first is not over', f9='国市监令第107号',
                     f10='grant from 2027-05-08 by officer, confirmed by superior')
    if step['action'] == 'decide':
      return failure(3018, 'too-early', 'the time to state, defend and ask for a hearing is not over', f9='行政处罚法 art. 44, 64',
                     f10='from 2026-03-17')
    if step['action'] == 'resume':
      return failure(3016, 'step-missing', 'suspend: it is not stayed', f9='行政复议法 art. 42', f10='may be done now: appeal by officer')
    if given.get('recusal') == 'conflict':
      return failure(3021, 'field-forbidden', 'recusal: an officer with a reason to recuse may not take the case', f5='recusal',
                     f6='conflict', f9='行政处罚法 art. 43')
    outcome = {'number': step.get('number', 2), 'action': step['action'], 'state_before': 'opened', 'state_after': 'noticed',
               'day': given.get('date', '2026-11-02'), 'late': 'late' in given, 'listing_before': 'not-listed',
               'listing_after': 'not-listed'}
    if step.get('dry_run'):
      outcome['second_role'] = ['reviewer', 'superior']
      return reply(encode('Filed', {'outcome': 'proposed', 'case_outcome': outcome}), 20)
    before = self.filed.setdefault(fields[3][0], request)
    if before != request:
      return failure(4001, 'key-reused', 'the key was used with another request')
    if step['action'] == 'notice':
      outcome['second_role'] = ['reviewer', 'superior']
      return reply(encode('Filed', {'outcome': 'proposed', 'proposal': '42', 'case_outcome': outcome}), 20, code=1001, f3=42, f4=1)
    outcome['seq'] = 7
    return reply(encode('Filed', {'outcome': 'taken', 'grade_before': 'B', 'grade_after': 'D', 'case_outcome': outcome}), 20,
                 f3=43, f4=1)

  def case_show(self, request, fields):
    show = decode('CaseShow', fields[31][0])
    if show['number'] != scripted_case.NUMBER:
      return failure(3013, 'case-unknown', 'the party has no case of that number')
    return reply(encode('Case', self.shown_case(show.get('dossier'), show.get('from_seq', 1))), 23)

  def shown_case(self, dossier, from_seq):
    return self.case.show(dossier, from_seq)

  def case_list(self, request, fields):
    asked = decode('CaseList', fields[32][0])
    shown = self.case.show(False, 1)
    row = {n: shown[n] for n in ('code', 'name', 'number', 'state')}
    row.update(procedure='samr-44', opened_on='2026-02-17', deadline=shown['deadline'][1:] if 'within_days' in asked else [])
    return reply(encode('Cases', {'row': [row], 'truncated': False}), 24)

  def case_affected(self, request, fields):
    asked = decode('CaseAffected', fields[33][0])
    row = {'serial': 11, 'at_ms': asked['since_ms'] + 1, 'kind': 'case-step', 'operation': 'case-step', 'subject': CLEAR,
           'case_number': scripted_case.NUMBER, 'action': 'open', 'certificate_sha256': bytes(32)}
    return reply(encode('Acts', {'row': [row], 'truncated': False}), 26)

  def evidence_put(self, request, fields):
    put = decode('EvidencePut', fields[34][0])
    kept = self.handed_in.get(put['sha256'], b'')
    if put['offset'] not in (0, len(kept)):
      return failure(2007, 'field-invalid', 'offset: the next octet is %d' % len(kept), f5='offset')
    self.handed_in[put['sha256']] = kept[:put['offset']] + put['octets']
    return reply(encode('EvidencePart', {'total': put['total'], 'kept': put['offset'] + len(put['octets'])}), 25)

  def evidence_get(self, request, fields):
    get = decode('EvidenceGet', fields[35][0])
    octets = self.case.papers.kept.get(get['sha256'].hex())
    if octets is None:
      return failure(3024, 'evidence-missing', 'no step of the case names such a document')
    return reply(encode('EvidencePart', {'total': len(octets), 'kept': len(octets), 'octets': octets[get['offset']:][:20]}), 25)

  def rule_show(self, request, fields):
    asked = decode('RuleShow', fields[37][0])
    rules = [{'kind': kind, 'id': name, 'version': 1, 'sha256': hashlib.sha256(octets).digest(), 'serial': 1,
              'document': octets if asked.get('id') else None}
             for (kind, name), octets in scripted_case.RULES.items()
             if kind == asked['kind'] and asked.get('id') in (None, name)]
    return reply(encode('Rules', {'rule': rules}), 27)

  # One connection, until it ends.
  def serve(self, connection):
    self.connections += 1
    kind, payload = self.greeting()
    connection.sendall(wire.frame(kind, payload, 0))
    while True:
      kind, request_id, payload = wire.read_frame(connection)
      with open(self.home.folder / 'calls', 'a', encoding='ascii') as calls:
        calls.write(payload.hex() + '\n')
      if not self.take(connection, request_id, payload):
        return

  def take(self, connection, request_id, payload):
    kind, payload = self.answer(payload)
    connection.sendall(wire.frame(kind, payload, request_id))
    return True


# ------------------------------------------------------------------------------------ scripts

class Stranger(Registry):
  """A server whose certificate is another authority's."""
  def server_pair(self):
    return self.home.server(Authority('Somebody Else'))


class WrongName(Registry):
  def server_pair(self):
    return self.home.server(name='elsewhere.example')


class Closed(Registry):
  """Accepts persons of another authority only."""
  def client_ca(self):
    path = self.home.folder / 'other.pem'
    path.write_bytes(Authority('Other Persons').certificate.public_bytes(Encoding.PEM))
    return path


class NotEnrolled(Registry):
  def greeting(self):
    return failure(2101, 'certificate-unknown', 'the certificate belongs to nobody')


class Garbage(Registry):
  def take(self, connection, request_id, payload):
    connection.sendall(b'HTTP/1.1 400 Bad Request\r\n\r\n')
    return True


class Forged(Registry):
  """A better grade, put in behind the signature's back."""
  def lookup(self, request, fields):
    return reply(self.sealer.seal(request, fields, after=lambda s: s.replace(b'\ngrade B\n', b'\ngrade A\n')), 16)


class Replayed(Registry):
  """An authentic answer to another nonce."""
  def lookup(self, request, fields):
    return reply(self.sealer.seal(request, fields, {'nonce': '00' * 32}), 16)


class OtherCode(Registry):
  def lookup(self, request, fields):
    return reply(self.sealer.seal(request, fields, {'code': STRUCK_OFF}), 16)


class OtherRequest(Registry):
  def lookup(self, request, fields):
    return reply(self.sealer.seal(request, fields, {'request': '00' * 32}), 16)


class OtherRoot(Registry):
  def make_sealer(self, home):
    return Sealer(home, Authority('Somebody Else'))


class PersonSeals(Registry):
  """Signed with a certificate of the right authority for something else."""
  def make_sealer(self, home):
    return Sealer(home, usage=PERSON_OID)


class Unsigned(Registry):
  def lookup(self, request, fields):
    return self.whoami(request, fields)


class Old(Registry):
  """Signed three days ago and current for one: a clock that is far behind."""
  def lookup(self, request, fields):
    then = now() - datetime.timedelta(days=3)
    return reply(self.sealer.seal(request, fields, {
      'data-as-of': instant(then), 'known-at': instant(then),
      'valid-until': instant(then + datetime.timedelta(days=1))}, signed=then), 16)


class Stale(Registry):
  def lookup(self, request, fields):
    return failure(5003, 'stale', 'the newest data is 300 s old', f5='max_age_ms', f6='60000', f7=1, f8=1500)


class LosesPlace(Registry):
  """Forgets once what it had of a document, as another worker would."""
  def evidence_put(self, request, fields):
    if len(self.handed_in) == 1 and not hasattr(self, 'forgot'):
      self.forgot = True
      self.handed_in.clear()
    return super().evidence_put(request, fields)


class Waiting(Registry):
  """A step of the case waits for a second person."""
  def pending(self, request, fields):
    row = {'serial': 77, 'item': 0, 'kind': 'case-step', 'proposer': 'officer', 'subject': CLEAR[8:17], 'at_ms': 0,
           'summary': 'case %s-%d: appeal 申请复议或提起诉讼, number 剑府复〔2026〕3号' % (scripted_case.CODE, scripted_case.NUMBER)}
    return reply(encode('Proposals', {'proposal': [row], 'truncated': False}), 22)


class Lossy(Registry):
  """Has lost one document of its case, and another was changed on its disk."""
  def shown_case(self, dossier, from_seq):
    shown = super().shown_case(dossier, from_seq)
    for document in shown['document']:
      if document['field'] == 'evidence':
        document['state'], document['octets'] = 'missing', 0
      if document['field'] == 'receipt':
        document['state'] = 'altered'
    return shown


class SkipsSteps(Registry):
  """Leaves a step out."""
  def shown_case(self, dossier, from_seq):
    shown = super().shown_case(dossier, from_seq)
    shown['event'] = [e for e in shown['event'] if e['seq'] != 3]
    return shown


class LostOnce(Registry):
  """Breaks off instead of the first answer; what was asked has been done all the same."""
  def take(self, connection, request_id, payload):
    self.answer(payload)
    return self.connections > 1 and super().take(connection, request_id, payload)


class LostAlways(Registry):
  def take(self, connection, request_id, payload):
    return False


class DrainingOnce(Registry):
  def take(self, connection, request_id, payload):
    if self.connections > 1:
      return super().take(connection, request_id, payload)
    kind, body = failure(5005, 'draining', 'this server is stopping', f7=1)
    connection.sendall(wire.frame(kind, body, request_id))
    return False


class Silent(Registry):
  def take(self, connection, request_id, payload):
    return True


class Backwards(Registry):
  """Answers as many calls as it allows at once, the last one first."""
  def __init__(self, home):
    super().__init__(home)
    self.held = []

  def take(self, connection, request_id, payload):
    self.held.append((request_id, payload))
    if len(self.held) == self.in_flight:
      for held_id, held in reversed(self.held):
        super().take(connection, held_id, held)
      self.held = []
    return True


class WrongId(Registry):
  def take(self, connection, request_id, payload):
    return super().take(connection, request_id + 1000, payload)


class Explains(Registry):
  """Asked for a lookup it answers with an explanation, which says the same."""
  def lookup(self, request, fields):
    return reply(self.sealer.seal(request, fields, scripted_explain.Explained().sealed), 16)


class ExplainsWhole(Explains):
  def lookup(self, request, fields):
    return self.explain(request, fields)


def lying(lie):
  class Lying(Registry):
    def explain(self, request, fields):
      return super().explain(request, fields, lie)
  return Lying


SCRIPTS = {
  'honest': Registry, 'stranger': Stranger, 'wrong-name': WrongName, 'closed': Closed, 'not-enrolled': NotEnrolled,
  'garbage': Garbage, 'forged': Forged, 'replayed': Replayed, 'other-code': OtherCode, 'other-request': OtherRequest,
  'other-root': OtherRoot, 'person-seals': PersonSeals, 'unsigned': Unsigned, 'old': Old, 'stale': Stale, 'lost-once': LostOnce,
  'lost-always': LostAlways, 'draining-once': DrainingOnce, 'silent': Silent, 'backwards': Backwards,
  'explains': Explains, 'explains-whole': ExplainsWhole, **{'explain-' + n: lying(lie) for n, lie in
                                                               (scripted_explain.LIES | scripted_explain.STORIES).items()},
  'wrong-id': WrongId, 'loses-place': LosesPlace, 'waiting': Waiting, 'lossy': Lossy, 'skips-steps': SkipsSteps,
}


def handle(registry, context, raw):
  try:
    with context.wrap_socket(raw, server_side=True) as connection:
      registry.serve(connection)
  except (OSError, EOFError, struct.error):
    pass  # the client went away, or was turned away


def main(folder, script):
  registry = SCRIPTS[script](Home(folder))
  pair = registry.server_pair()
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
  context.minimum_version = ssl.TLSVersion.TLSv1_3
  context.verify_mode = ssl.CERT_REQUIRED
  context.load_cert_chain(pair / 'cert.pem', pair / 'key.pem')
  context.load_verify_locations(registry.client_ca())
  listener = socket.create_server(('127.0.0.1', 0))
  print(listener.getsockname()[1], flush=True)
  while True:
    raw, _ = listener.accept()
    threading.Thread(target=handle, args=(registry, context, raw), daemon=True).start()


if __name__ == '__main__':
  main(*sys.argv[1:])
