#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A person at a terminal: runs a command on one, and types an answer once it is asked.

  terminal.py ANSWER COMMAND [WORD...]

Prints what the terminal shows and ends with the command's status. ANSWER is typed, with a line end, when the question
stands there, never before; an empty one is the end of input.
"""
import os
import pty
import sys

QUESTION = b'[y/N] '


def main(answer, *command):
  pid, terminal = pty.fork()
  if pid == 0:
    os.execvp(command[0], command)
  shown = b''
  asked = False
  while True:
    try:
      octets = os.read(terminal, 4096)
    except OSError:  # the other side is closed
      octets = b''
    if not octets:
      break
    shown += octets
    if QUESTION in shown and not asked:
      asked = True
      os.write(terminal, answer.encode() + b'\n' if answer else b'\x04')
  _, status = os.waitpid(pid, 0)
  sys.stdout.buffer.write(shown.replace(b'\r\n', b'\n'))
  sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == '__main__':
  main(*sys.argv[1:])
