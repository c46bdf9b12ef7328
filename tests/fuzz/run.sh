#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
# Replays the whole corpus of every fuzz target and looks a little further.
#
#   tests/fuzz/run.sh BUILD [SECONDS]     BUILD: configured with -Dfuzz=true; SECONDS a target, 5 by default
#
# What a campaign finds goes into tests/fuzz/corpus/TARGET, so that it is tried again for ever.
set -uo pipefail
top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:?usage: tests/fuzz/run.sh BUILD [SECONDS]} seconds=${2:-5}
work=$(mktemp -d /tmp/qcr-fuzz.XXXXXX)
trap 'rm -rf "$work"' EXIT

# Real documents are the best seeds; those in the tree already are not kept twice.
seeds() {
  case $1 in
  receipt) ls "$top"/tests/data/evidence/receipt-*.txt ;;
  policy) ls "$top"/share/policies/*.json ;;
  report) ls "$top"/share/reports.json ;;
  rule) ls "$top"/share/{calendars,codes,procedures}/*.json ;;
  note | statement) ls "$top"/tests/data/evidence/*.txt ;;
  csv)
    for kind in penalties sampling certificates; do
      head -c 20000 "$top/tests/data/jiange/$kind.csv" >"$work/$kind.csv" && echo "$work/$kind.csv"
    done ;;
  esac
}

# try PROGRAM: says what came of it
try() {
  local name=${1##*/fuzz-} folder found
  folder=$work/$name
  mkdir -p "$folder"
  cp -r "$top/tests/fuzz/corpus/$name/." "$folder/" 2>/dev/null
  seeds "$name" | xargs -r cp -t "$folder"
  if "$1" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=5 -max_len=70000 -print_final_stats=1 \
    -artifact_prefix="$work/found-$name-" "$folder" >"$work/$name.log" 2>&1; then
    echo "ok fuzz target $name finds nothing ($(sed -n 's/^stat::number_of_executed_units: //p' "$work/$name.log") inputs)"
    return
  fi
  echo "not ok fuzz target $name"
  tail -n 40 "$work/$name.log"
  for found in "$work/found-$name-"*; do
    [[ -e $found ]] && { echo "# the input, base64:"; base64 "$found"; }
  done
}

# Two at a time: each waits for nothing but its processor.
for program in "$build"/tests/fuzz/fuzz-*; do
  [[ -f $program && -x $program ]] || continue
  (($(jobs -pr | wc -l) < 2)) || wait -n
  try "$program" >"$work/${program##*/}.said" &
done
wait
cat "$work"/*.said
! grep -q '^not ok' "$work"/*.said
