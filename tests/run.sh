#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
# Installs what is missing, builds, runs every test. The last line is 'N passed, N failed'.
#
#   tests/run.sh              everything
#   tests/run.sh SUITE...     only these: unit sanitized fuzz sql cli e2e
#   tests/run.sh campaign     the long forms (an hour): thousands of races, hundreds of kills
#
# Everything it makes is under var/ and in temporary folders that it removes.
set -uo pipefail

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1
export QCR_VAR=$top/var LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC
mkdir -p "$QCR_VAR/tests"

# shellcheck source=tools/packages.sh
. tools/packages.sh
packages_install "${QCR_PACKAGES_RUN[@]}" "${QCR_PACKAGES_TEST[@]}" || exit

suites=("$@")
((${#suites[@]})) || suites=(unit sanitized fuzz sql cli e2e)
wants() { [[ " ${suites[*]} " == *" $1 "* ]]; }

passed=0 failed=0
export QCR_SHARE=$top/share QCR_MIGRATIONS=$top/migrations
# Where end-to-end tests keep a founded registry to copy.
export QCR_FOUNDED=$QCR_VAR/tests/founded
rm -rf "$QCR_FOUNDED"
unset QCR_HOME QCR_SERVER QCR_CA QCR_AS QCR_DATABASE PGHOST PGUSER PGDATABASE

# fail NAME DETAIL: one failure that has no line of its own
fail() {
  failed=$((failed + 1))
  echo "not ok $1 - $2"
}

# count LOG NAME STATUS: adds the results a log holds. TAP lines and Check's summaries count; a program that
# ended badly without saying which test failed is itself a failure.
count() {
  local log=$1 name=$2 status=$3 ok not_ok checks bad before=$failed
  ok=$(grep -Ec '^[[:space:]]*ok ' "$log")
  not_ok=$(grep -Ec '^[[:space:]]*not ok ' "$log")
  checks=$(sed -nE 's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$/\1/p' "$log" | paste -sd+ | bc_sum)
  bad=$(sed -nE 's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$/\2+\3/p' "$log" | paste -sd+ | bc_sum)
  passed=$((passed + ok + checks - bad))
  failed=$((failed + not_ok + bad))
  if ((status != 0 && failed == before)); then
    fail "$name" "ended with status $status"
  elif ((ok + not_ok + checks == 0)); then
    fail "$name" "ran no test"
  fi
  if ((failed > before)); then
    echo "--- $name: the end of $log"
    grep -E '^[[:space:]]*not ok |:[FE]:' "$log" | head -n 40
    tail -n 40 "$log"
    echo "---"
  fi
}
bc_sum() {
  local sum
  read -r sum
  echo $((${sum:-0}))
}

log_of() { echo "$QCR_VAR/tests/${1//\//-}.log"; }

# run NAME COMMAND...: runs a test program and counts what it says
run() {
  local name=$1 log started=$SECONDS status=0
  shift
  log=$(log_of "$name")
  "$@" >"$log" 2>&1 </dev/null || status=$?
  count "$log" "$name" "$status"
  echo "$name: $((SECONDS - started)) s"
}

# run_beside NAME... : programs that wait more than they compute, three at a time; NAME is cli, sql or a program of tests
run_beside() {
  local name status seconds started=$SECONDS
  # shellcheck disable=SC2016
  printf '%s\n' "$@" | xargs -P 3 -I{} bash -c '
    log=$2/${1//\//-}.log command=("tests/$1")
    case $1 in
    cli) command=(bats --tap tests/cli) ;;
    sql) command=(tests/sql/run.sh) ;;
    esac
    "${command[@]}" >"$log" 2>&1 </dev/null; echo "$? $SECONDS" >"$log.status"' _ {} "$QCR_VAR/tests"
  for name in "$@"; do
    read -r status seconds <"$(log_of "$name").status"
    count "$(log_of "$name")" "$name" "$status"
    echo "$name: $seconds s"
  done
  echo "$# programs: $((SECONDS - started)) s"
}

# build FOLDER TARGETS... -- MESON OPTIONS...
build() {
  local folder=$1 targets=()
  shift
  while [[ $1 != -- ]]; do targets+=("$1"); shift; done
  shift
  if [[ ! -e $folder/build.ninja ]]; then
    meson setup "$folder" --werror "$@" >"$folder.log" 2>&1 || { tail -n 20 "$folder.log"; return 1; }
  fi
  ninja -C "$folder" "${targets[@]}" >"$folder.log" 2>&1 || { grep -E 'error|warning|FAILED' "$folder.log" | head -n 40; return 1; }
}

finish() {
  echo "$passed passed, $failed failed"
  ((failed == 0 && passed > 0))
  exit
}

build var/build all -- -Dtests=disabled || { fail build "the programs do not build"; finish; }
export QCR_BUILD=$top/var/build
export PATH=$QCR_BUILD/tools:$QCR_BUILD/registry:$PATH

if wants unit; then
  if build var/build-coverage meson-test-prereq -- -Db_coverage=true -Doptimization=1; then
    find var/build-coverage -name '*.gcda' -delete
    run unit meson test -C var/build-coverage --no-rebuild --suite unit --suite store --suite docs -v --num-processes 2
    # Refusals and rules are held to it; what talks to the outside is tested from the outside.
    if gcovr --root . --filter registry/core/ --filter proto/ --exclude '.*pb-c.*' --fail-under-line 90 \
      var/build-coverage >"$QCR_VAR/tests/coverage.log" 2>&1; then
      echo "ok coverage of core and proto is at least 90 %" >"$QCR_VAR/tests/coverage-verdict.log"
    else
      echo "not ok coverage of core and proto is at least 90 %" >"$QCR_VAR/tests/coverage-verdict.log"
    fi
    count "$QCR_VAR/tests/coverage-verdict.log" coverage 0
    grep -E '^(registry|proto|TOTAL)' "$QCR_VAR/tests/coverage.log"
  else
    fail unit "the coverage build fails"
  fi
fi

if wants sanitized || wants fuzz; then
  if CC=clang-14 build var/build-sanitized meson-test-prereq fuzz -- -Db_sanitize=address,undefined -Db_lundef=false \
    -Doptimization=1 -Dfuzz=true; then
    export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    if wants sanitized; then run sanitized meson test -C var/build-sanitized --no-rebuild --suite unit --suite store --no-suite walk -v --num-processes 2 -t 5; fi
    if wants fuzz; then run fuzz tests/fuzz/run.sh var/build-sanitized 3; fi
  else
    fail sanitized "the sanitizer build fails"
  fi
fi

beside=()
for suite in cli sql; do
  if wants "$suite"; then beside+=("$suite"); fi
done
if wants e2e; then
  # Of the tests' own programs one is run end to end.
  build var/build-coverage tests/view/view-dump -- -Db_coverage=true -Doptimization=1 || fail e2e "view-dump does not build"
  export QCR_VIEW_DUMP=$top/var/build-coverage/tests/view/view-dump
  # Those that hold answers to a time run alone.
  alone=(e2e/faults.py e2e/peers.py e2e/processes.py e2e/writes.py)
  for program in tests/e2e/*.py; do
    name=${program#tests/}
    [[ " ${alone[*]} " == *" $name "* ]] || beside+=("$name")
  done
  for name in "${alone[@]}"; do run "$name" "tests/$name"; done
fi
if ((${#beside[@]})); then run_beside "${beside[@]}"; fi
if wants campaign; then
  export QCR_LONG=1
  for program in tests/e2e/case_races.py tests/e2e/case_kills.py tests/e2e/recalc.py; do run "campaign/${program##*/}" "$program"; done
  if build var/build-coverage tests/core/grade-walk -- -Db_coverage=true -Doptimization=1; then
    run campaign/grade_walk.py /usr/bin/python3 -B tests/core/grade_walk.py var/build-coverage/tests/core/grade-walk 1000000
  else
    fail campaign/grade_walk.py "grade-walk does not build"
  fi
fi

finish
