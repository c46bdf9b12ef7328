# SPDX-License-Identifier: MulanPSL-2.0
# Sourced by the bats files: the programs under test, and a registry played from a script.
bats_require_minimum_version 1.5.0
top=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd)
build=${QCR_BUILD:-$top/var/build}
evidence=$top/tests/data/evidence

PATH=$build/tools:$PATH
export LC_ALL=C.UTF-8 TEXTDOMAINDIR=$build/po
# Nothing of whoever runs the tests: no home, no person, no server, no file of options.
unset QCR_HOME QCR_SERVER QCR_CA QCR_AS QCR_LANGUAGE QCR_COLOR QCR_TIMEOUT LANGUAGE NO_COLOR XDG_CONFIG_HOME
export HOME=$BATS_TEST_TMPDIR

clear=91510823141777630N
listed=9115220107837941X1
struck_off=91350100M000100Y43
unknown=121200004013590816
hostile=91110000600037341L

# play SCRIPT: starts a registry that behaves so, and points the commands at it
play() {
  local home=$BATS_TEST_TMPDIR/home port
  rm -rf "$home" "$BATS_TEST_TMPDIR/port"
  mkfifo "$BATS_TEST_TMPDIR/port"
  /usr/bin/python3 "$top/tests/support/scripted_registry.py" "$home" "$1" >"$BATS_TEST_TMPDIR/port" \
    2>"$BATS_TEST_TMPDIR/script.log" 3>&- &
  script=$!
  if ! read -r -t 20 port <"$BATS_TEST_TMPDIR/port"; then
    cat "$BATS_TEST_TMPDIR/script.log"
    return 1
  fi
  export QCR_HOME=$home QCR_SERVER=127.0.0.1:$port
}

# stop: ends what play started
stop() {
  if [[ ${script:-} ]]; then
    kill "$script" 2>/dev/null
    wait "$script" 2>/dev/null || true
    script=
  fi
}

# member NAME: of the JSON document in $output
member() {
  jq -r ".$1" <<<"$output"
}

# says_no_verdict: nothing of an answer is in $output
says_no_verdict() {
  ! grep -Eq 'listed|registered|standing|示例|"grade"|80 points' <<<"$output"
}

# on_terminal ANSWER COMMAND...: as a person at a terminal runs it, who answers the question once it stands there
on_terminal() {
  run /usr/bin/python3 "$top/tests/cli/terminal.py" "$@"
}
