#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Dossiers that were changed in one place each, by somebody who knows the format.

  change_dossier.py DOSSIER FOLDER

writes them into FOLDER, named by what was done. Each is a sound archive, but for those named `archive-...`.
"""
import io
import json
import pathlib
import sys
import tarfile


def read(path):
  with tarfile.open(path, 'r:') as archive:
    return [(m.name, archive.extractfile(m).read()) for m in archive]


def write(members):
  """As tools/case_archive writes it."""
  out = io.BytesIO()
  for name, octets in members:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(octets), 946684800, 0o644
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[329:345] = b'0000000\0' * 2
    total = sum(header[:148]) + 8 * 32 + sum(header[156:])
    header[148:156] = b'%06o\0 ' % total
    out.write(header + octets + bytes(-len(octets) % 512))
  return out.getvalue() + bytes(1024)


def without_step(members, action):
  """The step taken out everywhere, the ones after it numbered anew: only its absence is left to be seen."""
  kept, number = [], 0
  texts = dict(members)
  case = json.loads(texts['case.json'])
  gone = next(e['seq'] for e in case['events'] if e['action'] == action)
  case['events'] = [{**e, 'seq': e['seq'] - (e['seq'] > gone)} for e in case['events'] if e['seq'] != gone]
  texts['case.json'] = (json.dumps(case, indent=1, ensure_ascii=False) + '\n').encode()
  for name, octets in members:
    if name.startswith('events/'):
      number = int(name[7:10])
      if number == gone:
        continue
      name = 'events/%03d%s' % (number - (number > gone), name[10:])
    kept.append((name, texts.get(name, octets)))
  return kept


def main(path, folder):
  octets, members, folder = pathlib.Path(path).read_bytes(), read(path), pathlib.Path(folder)
  folder.mkdir()
  assert write(members) == octets, 'this program does not write what the client writes'

  def save(name, changed):
    (folder / name.replace('/', '+')).write_bytes(changed if isinstance(changed, bytes) else write(changed))

  for i, (name, content) in enumerate(members):
    for at in (0, len(content) // 2, len(content) - 1):
      flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
      save(f'octet-{at}-{name}', members[:i] + [(name, flipped)] + members[i + 1:])
    save(f'left-out-{name}', members[:i] + members[i + 1:])
    save(f'twice-{name}', members[:i] + [members[i]] + members[i:])
    save(f'cut-{name}', members[:i] + [(name, content[:-1])] + members[i + 1:])
    save(f'moved-{name}', members[:i] + members[i + 1:] + [members[i]] if i + 1 < len(members) else [members[i]] + members[:-1])
  texts = dict(members)
  for what, old, new in (('lateness', '"late": false', '"late": true'), ('person', '"proposer": "officer"', '"proposer": "reviewer"'),
                         ('serial', '"serial": 11', '"serial": 12'), ('number', '"number": 11', '"number": 12'), ('office', '"office": "market"', '"office": "drug"'),
                         ('state', '"state": "opened"', '"state": "decided"'), ('origin', 'credit.script', 'credit.other')):
    for count in (1, -1):
      changed = texts['case.json'].decode().replace(old, new, count).encode()
      assert changed != texts['case.json'], what
      save(f'case-{what}-{count}', [(n, changed if n == 'case.json' else o) for n, o in members])
  confirmations = [n for n in texts if n.endswith('/confirmation-request')]
  for part in ('request', 'signature', 'certificate.der'):
    swap = {n.replace('request', part): texts[o.replace('request', part)] for n, o in zip(confirmations, reversed(confirmations))}
    save(f'swapped-{part}', [(n, swap.get(n, o)) for n, o in members])
  every = {n.replace('request', part): texts[o.replace('request', part)] for part in ('request', 'signature', 'certificate.der')
           for n, o in zip(confirmations, reversed(confirmations))}
  save('swapped-whole-confirmations', [(n, every.get(n, o)) for n, o in members])
  own = {n: texts[n.replace('confirmation-', '')] for n in texts if 'confirmation-' in n}
  save('confirmed-by-oneself', [(n, own.get(n, o)) for n, o in members])
  for action in ('legal-review', 'discussion', 'consent', 'serve-notice', 'privacy-check', 'open'):
    save(f'without-{action}', without_step(members, action))
  save('another-member', members + [('notes.txt', b'x')])
  save('archive-tail', octets + bytes(512))
  save('archive-cut', octets[:-512])
  save('archive-mode', octets[:100] + b'0000755' + octets[107:])
  save('archive-padding', octets[:512 + len(members[0][1])] + b'x' + octets[512 + len(members[0][1]) + 1:])
  save('archive-empty', b'')


if __name__ == '__main__':
  main(*sys.argv[1:])
