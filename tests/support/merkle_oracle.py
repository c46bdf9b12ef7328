#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Roots and proofs of RFC 9162 section 2.1, word for word from its recursive definitions.

  merkle_oracle.py FILE          write the vectors
  merkle_oracle.py --check FILE  exit 1 unless FILE holds exactly these

The leaves of a tree of n are the hashes of the texts "leaf 0" ... "leaf n-1". A line of the
file is: n, the root, SHA-256 over all inclusion paths (leaf 0 first, each from leaf to
root), SHA-256 over all consistency proofs (old size 1 first, up to n), all in hexadecimal.
"""
import functools
import hashlib
import sys

SIZE_LIMIT = 256


def sha256(data):
  return hashlib.sha256(data).digest()


def split(n):
  k = 1
  while k * 2 < n:
    k *= 2
  return k


@functools.lru_cache(maxsize=None)
def root(start, end):
  """MTH over the leaves start .. end-1."""
  n = end - start
  if n == 0:
    return sha256(b'')
  if n == 1:
    return sha256(b'\x00' + b'leaf %d' % start)
  k = split(n)
  return sha256(b'\x01' + root(start, start + k) + root(start + k, end))


def path(m, start, end):
  """PATH(m, D_n) of section 2.1.3.1."""
  n = end - start
  if n == 1:
    return []
  k = split(n)
  if m < k:
    return path(m, start, start + k) + [root(start + k, end)]
  return path(m - k, start + k, end) + [root(start, start + k)]


def subproof(m, start, end, whole):
  """SUBPROOF(m, D_n, b) of section 2.1.4.1."""
  n = end - start
  if m == n:
    return [] if whole else [root(start, end)]
  k = split(n)
  if m <= k:
    return subproof(m, start, start + k, whole) + [root(start + k, end)]
  return subproof(m - k, start + k, end, False) + [root(start, start + k)]


def vectors():
  for n in range(1, SIZE_LIMIT + 1):
    paths = b''.join(b''.join(path(i, 0, n)) for i in range(n))
    proofs = b''.join(b''.join(subproof(m, 0, n, True)) for m in range(1, n + 1))
    yield '%d %s %s %s\n' % (n, root(0, n).hex(), sha256(paths).hex(), sha256(proofs).hex())


def main(args):
  text = ''.join(vectors())
  if args[:1] == ['--check']:
    with open(args[1], encoding='ascii') as file:
      return 0 if file.read() == text else 1
  with open(args[0], 'w', encoding='ascii') as file:
    file.write(text)
  return 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
