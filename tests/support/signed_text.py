# SPDX-License-Identifier: MulanPSL-2.0
"""The text of statements, by docs/EVIDENCE.md sections 2 and 3, and the values that heads share with it."""
import base64
import datetime
import hashlib
import re

ORIGIN = r'[a-z0-9.-]+(?:/[a-z0-9.-]+)*'
UTF8_CONTROL = re.compile('[\x00\x80-\x9f]')


class Refused(Exception):
  """The word of the step that failed."""


def need(condition, word):
  if not condition:
    raise Refused(word)


def sha256(*parts):
  return hashlib.sha256(b''.join(parts)).digest()


def whole(pattern, text):
  """Python's $ also matches before a last LF; fullmatch does not, but . and \\d are wide, so: ASCII."""
  return re.fullmatch(pattern, text, re.ASCII)


def unbase64(text, word):
  try:
    data = base64.b64decode(text, validate=True)
  except ValueError:
    raise Refused(word) from None
  need(base64.b64encode(data) == (text.encode() if isinstance(text, str) else text), word)
  return data


# ------------------------------------------------------------------------------ values (section 2)

def number(text, word, limit=2**64):
  need(whole(r'0|[1-9][0-9]*', text) and int(text) < limit, word)
  return int(text)


def day(text, word):
  need(whole(r'[0-9]{4}-[0-9]{2}-[0-9]{2}', text) and text >= '1600', word)
  try:
    return datetime.date.fromisoformat(text)
  except ValueError:
    raise Refused(word) from None


def instant(text, word):
  need(whole(r'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z', text) and text >= '1600', word)
  try:
    return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ')
  except ValueError:
    raise Refused(word) from None


def hexadecimal(text, low, high, word):
  need(whole('[0-9a-f]*', text) and len(text) % 2 == 0 and low <= len(text) // 2 <= high, word)
  return bytes.fromhex(text)


def escape(text):
  if text == '':
    return '-'
  if text == '-':
    return '\\x2d'
  out = []
  for i, c in enumerate(text):
    edge = c == ' ' and i in (0, len(text) - 1)
    if c == '\\':
      out.append('\\\\')
    elif ord(c) < 0x20 or ord(c) == 0x7f or edge:
      out.append('\\x%02x' % ord(c))
    else:
      out.append(c)
  return ''.join(out)


def text_value(value, limit, word):
  if value == '-':
    return ''
  need(re.fullmatch(r'(?:[^\\]|\\\\|\\x[0-9a-f]{2})*', value, re.DOTALL), word)
  text = re.sub(r'\\(\\|x([0-9a-f]{2}))', lambda m: '\\' if m[1] == '\\' else chr(int(m[2], 16)), value)
  need(not UTF8_CONTROL.search(text) and escape(text) == value and len(text.encode()) <= limit, word)
  return text


def decode_utf8(octets, word):
  try:
    return octets.decode('utf-8')
  except UnicodeDecodeError:
    raise Refused(word) from None


def split_lines(text, word):
  need(text.endswith('\n'), word)
  return text[:-1].split('\n')


# -------------------------------------------------------------------------- statement (section 3)

LINES = ('kind request code subject nonce purpose result merged-into registration name grade score grade-day '
         'grade-until policy policy-hash policy-standing policy-document listing listing-since listing-until '
         'listing-published reasons coverage as-of known-at serial data-as-of valid-until ledger-size '
         'ledger-root decision salt').split()
EXPLAIN_LINES = LINES[:LINES.index('coverage')] + ['inputs'] + LINES[LINES.index('coverage'):]
WORDS = {
  'kind': 'current as-of explain history',
  'result': 'found not-registered withheld merged-into',
  'registration': 'active deregistered revoked -',
  'policy-standing': 'trial in-force -',
  'listing': 'not-listed listed suspended basis-quashed unknown -',
  'listing-published': 'yes no -',
}
PATTERNS = {
  'code': r'[0-9A-Z]{18}|[0-9A-Z]{9}|-',
  'merged-into': r'[0-9A-Z]{18}|[0-9A-Z]{9}|-',
  'subject': r'[0-9A-Z]{9}|-',
  'grade': r'[A-Z]{1,3}|unrated|-',
  'policy': r'-|[A-Za-z0-9._-]{1,64}@[1-9][0-9]{0,9}',
}
TEXTS = {'name': 300, 'policy-document': 120, 'reasons': 600}
VERDICT_LINES = ('grade score grade-day grade-until policy policy-hash policy-standing policy-document listing '
                 'listing-since listing-until listing-published reasons').split()


def check_coverage(value, word):
  need(len(value.encode()) <= 2048, word)
  last = ('', '')
  for item in [] if value == 'none' else value.split('; '):
    match = whole(r'([a-z-]{1,40})/([A-Za-z0-9._-]{1,40})=([0-9-]{10})', item)
    need(match, word)
    day(match[3], word)
    need(last < (match[1], match[2]), word)
    last = (match[1], match[2])


def check_values(v, word):
  for name, words in WORDS.items():
    need(v[name] in words.split(), word)
  for name, pattern in PATTERNS.items():
    need(whole(pattern, v[name]), word)
  for name, limit in TEXTS.items():
    text_value(v[name], limit, word)
  for name in ('grade-day', 'grade-until', 'listing-since', 'listing-until'):
    if v[name] != '-':
      day(v[name], word)
  for name in ('purpose', 'policy-hash', 'inputs'):
    if v.get(name, '-') != '-':
      hexadecimal(v[name], 32, 32, word)
  hexadecimal(v['request'], 32, 32, word)
  hexadecimal(v['nonce'], 16, 32, word)
  hexadecimal(v['salt'], 16, 16, word)
  for name in ('serial', 'ledger-size'):
    number(v[name], word)
  if v['score'] != '-':
    number(v['score'], word, 2**31)
  if v['decision'] != '-':
    need(number(v['decision'], word) != 0, word)
  if v['policy'] != '-':
    need(int(v['policy'].split('@')[1]) < 2**32, word)
  day(v['as-of'], word)
  instant(v['known-at'], word)
  need(len(unbase64(v['ledger-root'], word)) == 32, word)
  check_coverage(v['coverage'], word)


def check_rules(v, word):
  present = lambda *names: all(v[name] != '-' for name in names)
  absent = lambda *names: all(v[name] == '-' for name in names)
  after = lambda late, early: v[late] == '-' or v[early] == '-' or v[late] > v[early]
  need(present('code'), word)
  if v['result'] == 'found':
    need(present('subject', 'name', 'registration', 'grade', 'grade-day', 'policy', 'policy-hash', 'policy-standing',
                 'listing') and absent('merged-into'), word)
  else:
    need(absent(*VERDICT_LINES), word)
  if v['result'] == 'merged-into':
    need(present('subject', 'merged-into') and v['merged-into'] != v['code'], word)
  if v['result'] in ('not-registered', 'withheld'):
    need(absent('subject', 'merged-into', 'registration', 'name', 'decision'), word)
  if v['kind'] == 'explain':
    need(present('inputs') == (v['result'] == 'found'), word)
  need((v['score'] == '-') == (v['grade'] in ('unrated', '-')), word)
  need(after('grade-until', 'grade-day'), word)
  need(present('policy-document') == (v['policy-standing'] == 'in-force'), word)
  if v['listing'] == 'not-listed':
    need(absent('listing-since', 'listing-until', 'listing-published'), word)
  elif v['listing'] != '-':
    need(present('listing-since', 'listing-published') and after('listing-until', 'listing-since'), word)
  need(instant(v['valid-until'], word) > instant(v['data-as-of'], word), word)
  need(v['decision'] == '-' or int(v['decision']) <= int(v['serial']), word)


def parse_statement(octets):
  """The origin, and the values by the names of their lines."""
  word = 'statement-form'
  need(len(octets) <= 8192, word)
  lines = split_lines(decode_utf8(octets, word), word)
  names = ['context'] + (EXPLAIN_LINES if 'kind explain' in lines[1:2] else LINES)
  need(len(lines) == len(names), word)
  values = {}
  for name, line in zip(names, lines):
    need(line.startswith(name + ' '), word)
    value = line[len(name) + 1:]
    need(value and value[0] != ' ' and value[-1] != ' ', word)
    values[name] = value
  context = whole('(' + ORIGIN + ')/lookup-statement/v1', values.pop('context'))
  need(context and len(context[1]) <= 100, word)
  check_values(values, word)
  check_rules(values, word)
  return context[1], values
