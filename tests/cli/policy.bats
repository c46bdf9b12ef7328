#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# qcr-admin policy check: offline.
load helper

default=$top/share/policies/default.json

# edited SED...: the default policy, changed, as $file
edited() {
  file=$BATS_TEST_TMPDIR/policy.json
  sed "$@" "$default" >"$file"
  ! cmp -s "$file" "$default"
}

# line_of TEXT: the first line of $file that has it
line_of() {
  grep -n -m1 -F -- "$1" "$file" | cut -d: -f1
}

# is_refused_at KEY TEXT REASON VALUE: the check ends with 2 and says so, with the line that has TEXT
is_refused_at() {
  local line
  line=$(line_of "$2")
  run qcr-admin policy check "$file"
  [ "$status" -eq 2 ]
  [ "$output" = "$file:$line: $1: $3${4:+ ($4)}" ] || { echo "$output"; echo "expected line $line"; false; }
}

@test "bands that overlap are refused by line, key, reason and value" {
  edited 's/"min": 70/"min": 95/'
  is_refused_at 'bands[1].min' '"min": 95' 'must be less than that of the band before' 95
}

@test "scores without a band are a gap" {
  edited 's/"min": 0/"min": 10/'
  is_refused_at 'bands[3].min' '"min": 10' 'the last band begins at 0' 10
}

@test "a grade that no score reaches is refused" {
  edited 's/"min": 70/"min": 88/'
  is_refused_at 'bands[1].min' '"min": 88' \
    'no sum of deductions leads to a score of this band, and no veto to its grade' 88
}

@test "negative points are refused" {
  edited 's/"closure": 30/"closure": -30/'
  is_refused_at deductions.penalty.closure '"closure"' '0 to 1000 is wanted' -30
}

@test "points that are no whole number are refused" {
  edited 's/"closure": 30/"closure": 30.5/'
  is_refused_at deductions.penalty.closure '"closure"' 'a whole number is wanted' 30.5
}

@test "a kind of penalty that is none is refused" {
  edited 's/"closure": 30/"closure": 30, "shaming": 5/'
  is_refused_at deductions.penalty.shaming '"shaming"' 'no such key' 5
}

@test "a kind that is missing is refused where it is missing from" {
  edited '/"closure": 30/d'
  is_refused_at deductions.penalty.closure '"penalty"' 'must be there'
}

@test "a gate that another always goes before is refused" {
  local gate='"zh": "甲", "en": "a", "of": "A", "months_without_deduction"'
  edited "s/\"gates\": \[\]/\"gates\": [{\"grade\": \"AA\", $gate: 12},\n{\"grade\": \"AAA\", $gate: 24}]/"
  is_refused_at 'gates[1].grade' '"AAA"' 'where it holds, the gate of AA before it does' '"AAA"'
}

@test "a repeat rule over a type that never counts is refused" {
  local rest='"severity": null, "count": 2, "months": 12, "grade": "D"'
  edited "s/\"active_listing\": \"D\"/&, \"repeats\": [{\"id\": \"two\", \"types\": [\n\"award\"], $rest}]/"
  is_refused_at 'veto.repeats[0].types[0]' '"award"' 'records of this type never stand against an enterprise' '"award"'
}

@test "what is no JSON is refused with the line where it ceases to be" {
  edited '7s/,$//'
  run qcr-admin policy check "$file"
  [ "$status" -eq 2 ]
  [[ $output == "$file:"[78]": syntax: line "* ]] || { echo "$output"; false; }
}

@test "a key or value that could move the cursor does not" {
  for change in '"base": "\\u202e\\u001b[2J"' '"base": 100, "\\u001b[2J\\u202e": 1'; do
    edited "s/\"base\": 100/$change/"
    run qcr-admin policy check "$file"
    [ "$status" -eq 2 ]
    [[ $output == *2J* && $output != *$'\e'* && $output != *$'\u202e'* ]] || { echo "$output"; false; }
  done
}

@test "a file that is not there or no file ends with 1 and names it" {
  run qcr-admin policy check "$BATS_TEST_TMPDIR/none.json"
  [ "$status" -eq 1 ]
  [[ $output == *none.json* ]]
  run qcr-admin policy check "$BATS_TEST_TMPDIR"
  [ "$status" -eq 1 ]
}

@test "no file and an unknown option end with 2" {
  run qcr-admin policy check
  [ "$status" -eq 2 ]
  [[ $output == *file* ]]
  run qcr-admin policy check --frob "$default"
  [ "$status" -eq 2 ]
  [[ $output == *--frob* ]]
}

@test "under --json a wrong command line is a document as well, wherever the word stands" {
  for words in '--json' '--frob --json default.json' '--json --frob'; do
    run --separate-stderr qcr-admin policy check $words
    [ "$status" -eq 2 ]
    [ "$(jq -r .error <<<"$output")" = usage ]
    [ -n "$(jq -r .reason <<<"$output")" ]
    [[ $stderr == *"$(jq -r .reason <<<"$output")"* ]]
  done
  for words in '--json' '--json p@1 --day never' 'p@1 --frob --json'; do
    run --separate-stderr qcr-admin policy simulate $words
    [ "$status" -eq 2 ]
    [ "$(jq -r .error <<<"$output")" = usage ]
    [[ $stderr == *"$(jq -r .reason <<<"$output")"* ]]
  done
}

@test "the number of a document that no answer could carry is refused" {
  local number
  number=$(printf '1%.0s' {1..121})
  edited "s/\"document\": null/\"document\": {\"organ\": \"o\", \"number\": \"$number\"}/"
  run qcr-admin policy check "$file"
  [ "$status" -eq 2 ]
  [[ $output == *"document.number: the text is too long"* ]]
  edited "s/\"document\": null/\"document\": {\"organ\": \"o\", \"number\": \"${number:1}\"}/"
  run qcr-admin policy check "$file"
  [ "$status" -eq 0 ]
}

@test "of several files each is looked at, and one that is wrong decides" {
  edited 's/"min": 70/"min": 95/'
  run --separate-stderr qcr-admin policy check "$default" "$file" "$BATS_TEST_TMPDIR/none" "$default"
  [ "$status" -eq 2 ]
  [ "${#lines[@]}" -eq 2 ]
  [[ $stderr == *"$file:"*none* ]]
}

@test "under --json several files are one array, whatever is wrong with them" {
  edited 's/"min": 70/"min": 95/'
  run --separate-stderr qcr-admin policy check --json "$default" "$file" "$BATS_TEST_TMPDIR/none"
  [ "$status" -eq 2 ]
  [ -z "$stderr" ]
  [ "$(jq -c 'map(.sound)' <<<"$output")" = '[true,false,false]' ]
  [ "$(jq -c '.[1].error' <<<"$output")" = "{\"line\":$(line_of '"min": 95'),\"key\":\"bands[1].min\",\
\"flaw\":\"value\",\"reason\":\"must be less than that of the band before\",\"value\":\"95\"}" ]
  [ "$(jq -c '.[2].error | [.line, .flaw]' <<<"$output")" = '[null,"unreadable"]' ]
}

@test "every policy that is shipped is sound, on trial, and has the hash that the documentation says" {
  for file in "$top"/share/policies/*.json; do
    run --separate-stderr qcr-admin policy check "$file" --json
    [ "$status" -eq 0 ]
    [ "$(member sound)" = true ]
    [ "$(member error)" = null ]
    [ "$(member standing)" = trial ]
    [ "$(member sha256)" = "$(jq -cSj . "$file" | sha256sum | cut -d' ' -f1)" ]
    name=$(member policy) hash=$(member sha256)
    grep -qF "| \`$name\` | \`$hash\` |" "$top/docs/POLICY.md"
    run qcr-admin policy check "$file"
    [ "$status" -eq 0 ]
    [ "$output" = "$file: sound, $name, $hash, trial" ]
  done
}

@test "an organ's document puts a policy in force" {
  edited 's/"document": null/"document": {"organ": "剑阁县人民政府", "number": "剑府发〔2026〕1号"}/'
  run qcr-admin policy check "$file"
  [ "$status" -eq 0 ]
  [[ $output == *", in-force" ]]
}
