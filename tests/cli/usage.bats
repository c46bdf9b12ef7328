#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# What the commands say when they are not understood, and where they take their options from.
load helper

@test "an unknown option, command, word too many or missing ends with 2 and names the word" {
  while IFS='|' read -r words named; do
    # shellcheck disable=SC2086
    run qcr $words
    [ "$status" -eq 2 ]
    [[ $output == *"$named"* ]] || { echo "qcr $words: $output"; false; }
  done <<'CASES'
|no command
frob|'frob'
code|'code check'
record fiel|'record fiel'
lookup|CODE
lookup X --frobnicate|'--frobnicate'
explain|CODE
explain a b --receipt proofs|--receipt
regrade|FILE
regrade a b|'b' is one word too many
--frobnicate lookup X|'--frobnicate'
lookup X --purpose|--purpose needs a value
verify a b|'b' is one word too many
verify a --at noon|'noon'
lookup X --max-age 0|'0'
lookup X --suite rot13|'rot13'
--color pink ping|'pink'
--lang tlh ping|'tlh'
reject 5|--reason
approve 0|'0'
approve 5.x|'5.x'
record file|--code is missing
case|ACTION
case show|CASE
CASES
}

@test "under --json an error of usage is one document too" {
  run --separate-stderr qcr lookup "$clear" --frobnicate --json
  [ "$status" -eq 2 ]
  [ "$(member exit)" = 2 ]
  [ "$(member reason)" = usage ]
  [ -z "$stderr" ]
}

@test "without a server, a person's folder or a CA it says which is missing" {
  run qcr lookup "$clear"
  [ "$status" -eq 2 ]
  [[ $output == *--server* ]]
  run qcr --server 127.0.0.1:1 lookup "$clear"
  [ "$status" -eq 2 ]
  [[ $output == *--home* ]]
  run qcr verify "$evidence/receipt-found.txt"
  [ "$status" -eq 2 ]
  [[ $output == *--ca* ]]
}

@test "a person's name cannot lead out of the folder" {
  run qcr --server 127.0.0.1:1 --home "$BATS_TEST_TMPDIR" --as ../../etc ping
  [ "$status" -eq 2 ]
  [[ $output == *"'../../etc'"* ]]
}

@test "each option comes from the first place that has it: flag, variable, --config, user's file" {
  mkdir -p "$HOME/.config/qcr"
  echo 'language = zh' >"$HOME/.config/qcr/qcr.conf"
  run qcr verify nothing
  [[ $output == *无法识别命令* ]]
  echo 'language = en' >"$BATS_TEST_TMPDIR/other.conf"
  run qcr --config "$BATS_TEST_TMPDIR/other.conf" verify nothing
  [[ $output == *'cannot be read'* ]]
  QCR_LANGUAGE=zh run qcr --config "$BATS_TEST_TMPDIR/other.conf" verify nothing
  [[ $output == *无法识别命令* ]]
  QCR_LANGUAGE=zh run qcr --lang en verify nothing
  [[ $output == *'cannot be read'* ]]
}

@test "an option that is none in a file is named with file and line" {
  printf 'server = 127.0.0.1:1\nsevrer = 127.0.0.1:2\n' >"$BATS_TEST_TMPDIR/bad.conf"
  run qcr --config "$BATS_TEST_TMPDIR/bad.conf" verify nothing
  [ "$status" -eq 2 ]
  [[ $output == *"bad.conf, line 2"*"'sevrer'"* ]]
}

commands=(lookup verify explain regrade find 'code check' 'record file' 'record withdraw' 'record list' pending approve reject whoami ping
  'case show' 'case history' 'case next' 'case list' 'case due' 'case affected' 'case dossier' 'case check-evidence'
  'case draft' 'case document' 'case procedure' 'case codes' 'case step' case)

@test "every command has help with an example" {
  for words in "${commands[@]}"; do
    # shellcheck disable=SC2086
    run qcr $words --help
    [ "$status" -eq 0 ]
    [[ $output == *"  qcr "*"${words% step}"* ]] || { echo "$words: $output"; false; }
  done
}

@test "messages are Chinese by locale, also where the machine has not generated it, and words and JSON are not" {
  LC_ALL=zh_CN.UTF-8 run qcr verify "$evidence/receipt-found.txt" --ca "$evidence/root.pem"
  [ "$status" -eq 0 ]
  [[ $output == *真实*已登记* ]]
  LC_ALL=zh_CN.UTF-8 run qcr lookup --json
  chinese=$output
  LC_ALL=C.UTF-8 run qcr lookup --json
  [ "$chinese" = "$output" ]
}

@test "every message has its Chinese" {
  cd "$top"
  grep -v '^#' po/POTFILES | xgettext -f - -o "$BATS_TEST_TMPDIR/qcr.pot" --from-code=UTF-8 --language=C --keyword=_ \
    --keyword=N_ --keyword=RESULT:6 --keyword=qcr_usage:2
  msgmerge -q -N po/zh_CN.po "$BATS_TEST_TMPDIR/qcr.pot" -o "$BATS_TEST_TMPDIR/now.po"
  msgfmt -c -o /dev/null po/zh_CN.po
  [ -z "$(msgattrib --untranslated --no-obsolete "$BATS_TEST_TMPDIR/now.po")" ]
  [ -z "$(msgattrib --only-obsolete "$BATS_TEST_TMPDIR/now.po")" ]
  grep -lE '\bN?_\("' tools/*.[ch] | grep -v language.h | sort >"$BATS_TEST_TMPDIR/with"
  grep '^tools/' po/POTFILES | sort | comm -13 - "$BATS_TEST_TMPDIR/with" >"$BATS_TEST_TMPDIR/left"
  [ ! -s "$BATS_TEST_TMPDIR/left" ]
}

record_of() {
  run qcr --server 127.0.0.1:1 --home "$BATS_TEST_TMPDIR" record file --code "$clear" --name 甲 --type penalty --domain product \
    --authority-code 11510823008765438X --authority 乙 --document 丙 --decided-on 2026-11-02 "$@"
}

@test "a record's amount, day, kind or code that cannot be read is named, and nobody is asked" {
  while IFS='|' read -r option value; do
    record_of "--$option" "$value"
    [ "$status" -eq 2 ] && [[ $output == *"--$option '$value'"* ]] || { echo "$option $value: $output"; false; }
  done <<'CASES'
fine|
fine|-5
fine|1.234
fine|1e3
fine|1,000
fine|.5
fine|5.
fine|01
fine|99999999999999999999
fine-fen|1.5
confiscated|十
decided-on|2026/11/02
decided-on|2026-02-30
publicity-end|tomorrow
kind|flogging
severity|mild
type|rumour
code|915108231417776300
CASES
  record_of --kind 罚款、鞭刑
  [ "$status" -eq 2 ]
  [[ $output == *"--kind '鞭刑'"* ]]
  record_of --fine 1 --fine-fen 100
  [ "$status" -eq 2 ]
  record_of --fine 0.01
  [ "$status" -eq 8 ]
}

@test "a record's JSON file with a member that is none, twice, or of another kind is refused; flags go before it" {
  while IFS= read -r json; do
    echo "$json" >"$BATS_TEST_TMPDIR/record.json"
    record_of --json-file "$BATS_TEST_TMPDIR/record.json"
    [ "$status" -eq 2 ] || { echo "$json: $output"; false; }
  done <<'CASES'
{"fnie": "1"}
{"fine": 1}
{"fine": "1", "fine": "2"}
{"kind": "fine"}
{"kind": [1]}
{"json_file": "x"}
[]
{
CASES
  echo '{"fine": "1.234", "kind": ["fine"], "publicity_end": "2027-11-02"}' >"$BATS_TEST_TMPDIR/record.json"
  record_of --json-file "$BATS_TEST_TMPDIR/record.json" --fine 1.23
  [ "$status" -eq 8 ]
}

# options_of TEXT...: the long options named in a text, one a line
options_of() {
  grep -oE '(^|[^a-z-])--[a-z][a-z-]+' | grep -oE '[a-z][a-z-]+' | sort -u
}

@test "the manual names every option and command that help names, and no other" {
  {
    qcr --help
    for words in "${commands[@]}"; do
      # shellcheck disable=SC2086
      qcr $words --help
    done
  } | options_of >"$BATS_TEST_TMPDIR/help"
  options_of <"$top/docs/man/qcr.1.scd" >"$BATS_TEST_TMPDIR/manual"
  diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/manual"
  qcr --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]* *[a-z-]*\) .*/\1/p' | sed -E 's/ +$//; s/  .*//' | while read -r words; do
    grep -qF "*$words*" "$top/docs/man/qcr.1.scd" || { echo "$words"; false; }
  done
}

@test "the manuals of qcr-admin and qcr-bench name every option and command that help names, and no other" {
  for page in qcr-admin.8 qcr-bench.1; do
    program=${page%.*}
    {
      "$program" -h | sed -nE 's/^  ([a-z]+) .*/\1/p' | while read -r word; do
        "$program" "$word" -h
        grep -qE "^(\*[a-z]+\*\|)*\*$word(\*| )" "$top/docs/man/$page.scd" || echo "--not-in-$page-$word"
      done
      if [[ $program == qcr-admin ]]; then
        for word in check simulate add list show activate rollback; do
          "$program" policy "$word" -h
          grep -qE "\*policy $word\*" "$top/docs/man/$page.scd" || echo "--not-in-$page-policy-$word"
        done
      fi
    } | options_of >"$BATS_TEST_TMPDIR/help"
    [ -s "$BATS_TEST_TMPDIR/help" ]
    options_of <"$top/docs/man/$page.scd" >"$BATS_TEST_TMPDIR/manual"
    diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/manual"
  done
}

@test "the glossary has every action, state and deadline of the shipped procedures, in Chinese" {
  jq -r '.states[] | "\(.state) \(.zh)"' "$top"/share/procedures/*.json >"$BATS_TEST_TMPDIR/words"
  jq -r '.deadlines[] | "\(.deadline) \(.zh)"' "$top"/share/procedures/*.json >>"$BATS_TEST_TMPDIR/words"
  jq -r '.actions[] | "| \(.action) | \(.zh) | \(.en) |"' "$top"/share/procedures/*.json >>"$BATS_TEST_TMPDIR/words"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/words")" -gt 40 ]
  while IFS= read -r line; do
    grep -qF "$line" "$top/docs/GLOSSARY.md" || { echo "$line"; false; }
  done <"$BATS_TEST_TMPDIR/words"
}

@test "the glossary has every type, kind, result and severity of records, in Chinese" {
  grep -ohE '\[(RECORD|PENALTY|CERTIFICATE|SEVERITY)_[A-Z0-9_]+\] = "[a-z0-9]+"' "$top"/registry/core/record_kind.c |
    sed -E 's/.*"(.*)"/\1/' | grep -vx none | sort -u >"$BATS_TEST_TMPDIR/words"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/words")" -gt 30 ]
  while IFS= read -r word; do
    grep -qP "(^| )$word \\p{Han}" "$top/docs/GLOSSARY.md" || { echo "$word"; false; }
  done <"$BATS_TEST_TMPDIR/words"
}

@test "the protocol's table of result codes is the program's" {
  sed -nE 's/^RESULT\(([0-9]+), [A-Z_]+, "([^"]+)", ([0-9]+), (true|false), "([^"]+)"\)$/| \1 | `\2` | \3 | \4 | \5 |/p' \
    "$top/proto/result.def" | sed 's/| true |/| yes |/; s/| false |/| no |/' >"$BATS_TEST_TMPDIR/codes"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/codes")" -eq "$(grep -c '^RESULT(' "$top/proto/result.def")" ]
  grep -E '^\| [0-9]{4} \|' "$top/docs/PROTOCOL.md" | diff "$BATS_TEST_TMPDIR/codes" -
}
