#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# `qcr explain` against a registry played from a script, one that lies about what a grade follows from.
load helper

teardown() {
  stop
}

explain() {
  run --separate-stderr qcr --timeout 2 explain "$clear" --json
  jq -e . <<<"$output" >/dev/null && [ "$(member exit)" = "$status" ]
}

@test "an explanation that does not agree with what was signed ends with 7 and nothing of it is shown" {
  while read -r script step; do
    play "explain-$script"
    explain
    [ "$status" -eq 7 ] || { echo "$script: $output"; false; }
    [ "$(member detail)" = "$step" ] || { echo "$script: $output"; false; }
    ! grep -Eq 'listed|registered|示例|"grade":|points' <<<"$output" || { echo "$script: $output"; false; }
    run --separate-stderr qcr --timeout 2 explain "$clear"
    [ "$status" -eq 7 ] && [ -z "$output" ] || { echo "$script: $output"; false; }
    stop
  done <<'LIES'
other-inputs inputs
other-policy policy
other-grade grade
foreign-record records
record-too-many records
no-inputs inputs
of-a-lookup question
LIES
}

@test "an explanation is not taken for the answer to a lookup" {
  for script in explains explains-whole; do
    play "$script"
    run --separate-stderr qcr --timeout 2 lookup "$clear" --json
    [ "$status" -eq 7 ]
    [ "$(member detail)" = question ] || { echo "$script: $output"; false; }
    says_no_verdict
    stop
  done
}

@test "an honest one is shown, and reckoned again offline" {
  play honest
  explain
  [ "$status" -eq 0 ]
  [ "$(jq -r .explanation.outcome.score <<<"$output")" = 90 ]
  [ "$(jq -r '.explanation.records[0].document' <<<"$output")" = '剑市监处罚〔2026〕1号' ]
  echo "$output" >"$BATS_TEST_TMPDIR/explained.json"
  stop
  run qcr regrade "$BATS_TEST_TMPDIR/explained.json"
  [ "$status" -eq 0 ]
  [[ $output == *'A, 90 points'*'the same as was signed' ]]
}

# higher NAME: what the higher grades still ask for in this story, a row a line
higher() {
  play "explain-$1"
  run --separate-stderr qcr --timeout 2 explain "$clear"
  stop
  asked=$(awk '/^What higher grades still ask for$/ { on = 1; next } /^$/ { on = 0 } on' <<<"$output" | tr -s ' ')
}

@test "what an enterprise without a grade is asked for is records, not a score" {
  higher unrated
  [ "$status" -eq 0 ]
  grep -q '^ AAA records enough for a grade' <<<"$asked" || { echo "$output"; false; }
  grep -q 'a valid certificate iso9001, held for 36 months' <<<"$asked"
  ! grep -q 'a score of at least' <<<"$asked" || { echo "$asked"; false; }
}

@test "what holds a grade down is named among what the higher ones ask for, with the day of its end" {
  higher held-down
  [ "$status" -eq 0 ]
  grep -q '^ AAA an end of what holds the grade down: on the blacklist met on 2099-01-01' <<<"$asked" || { echo "$output"; false; }
  grep -q '^ AA an end of what holds the grade down: on the blacklist met on 2099-01-01' <<<"$asked" || { echo "$output"; false; }
  ! grep -Eq '^ BB|a score of at least' <<<"$asked" || { echo "$asked"; false; }
}

@test "a gate of a lower band is no higher grade, and one that asks for no months says none" {
  higher first-band
  [ "$status" -eq 0 ]
  grep -q '^ AA a valid certificate iso9001, held for 36 months' <<<"$asked" || { echo "$output"; false; }
  ! grep -q 'BB' <<<"$asked" || { echo "$asked"; false; }
  higher second-band
  [ "$status" -eq 0 ]
  grep -q '^ BB a valid certificate iso9001 *$' <<<"$asked" || { echo "$output"; false; }
  grep -q '^ AA a score of at least 90' <<<"$asked" || { echo "$output"; false; }
}

@test "a record that the registry does not name is missed, whether the registry says so or not" {
  play explain-leaves-one-out
  explain
  [ "$status" -eq 0 ]
  [ "$(member explanation.records)" = null ] || { echo "$output"; false; }
  run --separate-stderr qcr --timeout 2 explain "$clear"
  [[ $output == *'剑市监处罚〔2026〕1号'*'could not name all of the documents'* ]] || { echo "$output"; false; }
  stop
  play honest
  run --separate-stderr qcr --timeout 2 explain "$clear"
  [[ $output != *'could not name'* ]]
}

@test "of many codes each has its row, and one that is none hurts no other" {
  play honest
  run --separate-stderr qcr --timeout 2 explain --jsonl "$clear" 12345 "$struck_off"
  [ "$status" -eq 10 ]
  [ "$(jq -r .exit <<<"$output" | tr '\n' ' ')" = '0 2 14 ' ]
}

@test "without a registry there is no explanation (5)" {
  play honest
  stop
  explain
  [ "$status" -eq 5 ]
  says_no_verdict
}

@test "regrade says which file cannot be read, and where it breaks (1)" {
  play honest
  run qcr regrade "$BATS_TEST_TMPDIR/none.json"
  [ "$status" -eq 1 ]
  [[ $output == *none.json* ]]
  printf '{"explanation": {}\n' >"$BATS_TEST_TMPDIR/half.json"
  run qcr regrade "$BATS_TEST_TMPDIR/half.json"
  [ "$status" -eq 1 ]
  [[ $output == *'half.json: line'* ]]
}

@test "a document without a receipt is nothing that was signed (7)" {
  play honest
  echo '{"grade": "A", "explanation": {"receipt": null}}' >"$BATS_TEST_TMPDIR/bare.json"
  run --separate-stderr qcr regrade "$BATS_TEST_TMPDIR/bare.json" --json
  [ "$status" -eq 7 ]
  [ "$(member detail)" = receipt-missing ]
}
