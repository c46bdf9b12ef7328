#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# qcr code check: offline.
load helper

@test "a code that is none ends with 2 and names flaw and expected character" {
  run qcr code check 915108231417776300 --json
  [ "$status" -eq 2 ]
  [ "$(member valid)" = false ]
  [ "$(member flaw)" = code_check ]
  [ "$(member expected)" = N ]
  [ "$(member position)" = 18 ]
  [ "$(member canonical)" = null ]
}

@test "one bad code among good ones ends with 2 and the others are read" {
  run qcr code check "$clear" 123 "$listed" --json
  [ "$status" -eq 2 ]
  [ "$(jq -c 'map(.valid)' <<<"$output")" = '[true,false,true]' ]
}

@test "a code is a row with input, canonical form and kind" {
  run qcr code check 14177763-0 --json
  [ "$status" -eq 0 ]
  [ "$(member input)" = 14177763-0 ]
  [ "$(member canonical)" = 141777630 ]
  [ "$(member kind)" = legacy ]
  [ "$(member flaw)" = null ]
  [ "$(member 'warnings[0]')" = normalised ]
}

@test "O for 0 is suggested, never read so" {
  run qcr code check 9151O823141777630N --json
  [ "$status" -eq 2 ]
  [ "$(member suggestion)" = "$clear" ]
  [ "$(member canonical)" = null ]
}

@test "a code for internal use is refused" {
  run qcr code check PDY000010 --json
  [ "$status" -eq 2 ]
}

@test "every code found in public sources is one" {
  grep -v '^#' "$top/tests/data/codes-real.txt" >"$BATS_TEST_TMPDIR/codes"
  run qcr code check - --jsonl <"$BATS_TEST_TMPDIR/codes"
  [ "$status" -eq 0 ]
  [ "${#lines[@]}" -eq "$(wc -l <"$BATS_TEST_TMPDIR/codes")" ]
}

@test "a stream passes over blank lines, comments, a byte order mark and CR" {
  printf '\xef\xbb\xbf%s\r\n\n# a comment\n   \n%s' "$clear" "$listed" >"$BATS_TEST_TMPDIR/codes"
  run qcr code check - --jsonl <"$BATS_TEST_TMPDIR/codes"
  [ "$status" -eq 0 ]
  [ "${#lines[@]}" -eq 2 ]
  [ "$(jq -r .input <<<"${lines[0]}")" = "$clear" ]
}

@test "an empty stream is an empty array" {
  run qcr code check - --json </dev/null
  [ "$status" -eq 0 ]
  [ "$(jq -c . <<<"$output")" = '[]' ]
}

@test "octets that are not UTF-8, NUL and endless lines are rows like others" {
  { printf '\xff\xfe\n\0\n'; head -c 100000 /dev/zero | tr '\0' A; printf '\n%s\n' "$clear"; } >"$BATS_TEST_TMPDIR/codes"
  run qcr code check - --jsonl <"$BATS_TEST_TMPDIR/codes"
  [ "$status" -eq 2 ]
  [ "${#lines[@]}" -eq 4 ]
  [ "$(jq -r .valid <<<"${lines[3]}")" = true ]
}

@test "hidden characters never reach the terminal as they are" {
  run qcr code check $'\u202e9151\x1b[2J'
  [ "$status" -eq 2 ]
  [[ $output == *'\u{202E}9151\u{001B}[2J'* ]]
  [[ $output != *$'\x1b'* ]]
}

@test "columns meet under full-width characters" {
  run qcr code check "$clear" ９１５１０８２３１４１７７７６３０Ｎ
  [ "$status" -eq 0 ]
  [[ ${lines[0]} == "$clear                  "* ]]
  [[ ${lines[1]} == "９１５１０８２３１４１７７７６３０Ｎ  "* ]]
}
