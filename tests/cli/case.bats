#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# Cases: what the client sends, shows and proves, against the scripted registry; what the law says is tried end to end.
load helper

case=$clear-11
export QCR_SHARE=$top/share

teardown() {
  stop
}

# calls: how many requests have arrived
calls() {
  if [ -e "$QCR_HOME/calls" ]; then wc -l <"$QCR_HOME/calls"; else echo 0; fi
}

# last_step EXPRESSION: a Python expression over `step`, the last step that arrived, as it was signed
last_step() {
  /usr/bin/python3 - "$top/tests/support" "$QCR_HOME/calls" "$1" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
import wire
from case_client import decode
request = wire.fields(wire.fields(bytes.fromhex(open(sys.argv[2]).read().split()[-1]))[1][0])
step = decode("CaseStep", request[30][0])
fields = [(f["name"], f["value"]) for f in step["field"]]
print(eval(sys.argv[3]))
PYTHON
}

step() {
  run --separate-stderr qcr --timeout 2 --as officer case "$@" --json
  jq -e . <<<"$output" >/dev/null && [ "$(member exit)" = "$status" ]
}

@test "what cannot be a step ends with 2, names the word, and nobody is asked" {
  play honest
  while IFS='|' read -r words named; do
    # shellcheck disable=SC2086
    step $words
    [ "$status" -eq 2 ] && [[ $(member detail) == *"$named"* || $(member value) == *"$named"* ]] || { echo "$words: $output"; false; }
  done <<CASES
notice|CASE is missing
open --procedure samr-44 --code $clear|CASE is missing
notice $clear|'$clear'
notice $clear-0|'$clear-0'
notice $clear-x|'$clear-x'
notice 915108231417776300-1|915108231417776300
notice $case --facts|--facts needs a value
notice $case --facts --rights x|--facts needs a value
notice $case --Facts x|--Facts
notice $case --after 0|--after '0'
notice $case --document @/nowhere/paper.pdf|/nowhere/paper.pdf
notice $case --document @$BATS_TEST_TMPDIR|$BATS_TEST_TMPDIR
show x|'x'
due --within 5x|'5x'
due --within 400|'400'
affected --person officer --since yesterday --purpose x|'yesterday'
affected --person officer|--purpose
procedure --diagram|--diagram
draft ../notice $case|'../notice'
document $case abc file|'abc'
CASES
  [ "$(calls)" -eq 0 ]
}

@test "more fields than a step may have are refused before anybody is asked" {
  play honest
  words=()
  for i in {1..65}; do words+=(--evidence "$i"); done
  step notice "$case" "${words[@]}"
  [ "$status" -eq 2 ]
  [ "$(calls)" -eq 0 ]
}

@test "actions and fields are the procedure's: any word is sent, and the registry names the one it does not know" {
  play honest
  step frobnicate "$case" --any-thing x --any-thing=--y --other_thing '@@home'
  [ "$status" -eq 0 ]
  [ "$(last_step 'step["action"], fields')" = "('frobnicate', [('any_thing', 'x'), ('any_thing', '--y'), ('other_thing', '@home')])" ]
  step notice "$case" --flavour sweet
  [ "$status" -eq 2 ]
  [ "$(member error)" = 2007 ]
  [ "$(member field)" = flavour ]
  [ "$(member value)" = sweet ]
}

@test "the words of other commands are actions behind 'case step'" {
  play honest
  step step list "$case" --x 1
  [ "$status" -eq 0 ]
  [ "$(last_step 'step["action"]')" = list ]
}

@test "a case is opened by code, name and procedure; behind a CASE these are fields like others" {
  play honest
  step open --procedure samr-44 --code 91510823-141777630N --name 甲 --path with-penalty
  [ "$status" -eq 2 ]
  step open --procedure samr-44 --code "$clear" --name 甲 --path with-penalty
  [ "$status" -eq 0 ]
  [ "$(last_step 'step["code"], step["name"], step["procedure"], "number" in step, fields')" = \
    "('$clear', '甲', 'samr-44', False, [('path', 'with-penalty')])" ]
  step correct "$case" --name 乙 --field facts
  [ "$(last_step '"name" in step, fields')" = "(False, [('name', '乙'), ('field', 'facts')])" ]
}

@test "a refusal says the article and what may be done" {
  play honest
  step grant "$case"
  [ "$status" -eq 11 ]
  [ "$(member error)" = 3018 ]
  [ "$(member article)" = 国市监令第107号 ]
  [[ $(member allowed) == *2027-05-08* ]]
  run qcr --as officer case grant "$case"
  [ "$status" -eq 11 ]
  [[ $output == *国市监令第107号*'grant from 2027-05-08 by officer, confirmed by superior'* ]]
}

@test "a refusal is explained in the reader's language, by the procedure's own words; in JSON it stays as it came" {
  play honest
  run qcr --lang zh --as officer case decide "$case"
  [ "$status" -eq 11 ]
  [[ $output == *陈述申辩和听证申请期限未满*'2026-03-17 起'* ]]
  [[ $output != *'time to state'* ]]
  run qcr --lang zh --as officer case resume "$case"
  [ "$status" -eq 11 ]
  [[ $output != *'not stayed'* && $output == *'appeal 申请复议或提起诉讼'*'2027-05-08 起（暂定）：apply 申请提前移出'* ]]
  run qcr --lang zh --as officer case open --procedure samr-44 --code "$clear" --name 甲 --recusal conflict
  [ "$status" -eq 11 ]
  [[ $output == *回避情形的执法人员不得办理* ]]
  run qcr --lang zh --as officer case decide "$clear-9"
  [ "$status" -eq 11 ]
  [[ $output == *'time to state'* ]]
  step decide "$case" --lang zh
  [ "$(member detail)" = 'the time to state, defend and ask for a hearing is not over' ]
  [ "$(member allowed)" = 'from 2026-03-17' ]
}

@test "a document is handed in in pieces and named by its hash, also when the registry loses its place" {
  head -c 200000 /dev/urandom >"$BATS_TEST_TMPDIR/paper"
  for script in honest loses-place; do
    play "$script"
    step publish "$case" --document "@$BATS_TEST_TMPDIR/paper"
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    [ "$(last_step 'dict(fields)["document"]')" = "$(sha256sum <"$BATS_TEST_TMPDIR/paper" | cut -d' ' -f1)" ]
    [ "$(calls)" -ge 6 ]
    stop
  done
}

@test "a dry run says what would be done and does nothing" {
  play honest
  step notice "$case" --date 2026-11-02 --dry-run
  [ "$status" -eq 0 ]
  [ "$(member dry_run)" = true ]
  [ "$(member case.state_before)" = opened ]
  [ "$(member case.state_after)" = noticed ]
  [ "$(member 'case.second_roles[1]')" = superior ]
  [ "$(member proposal)" = null ]
  [ "$(last_step 'step["dry_run"]')" = True ]
  run qcr --as officer case notice "$case" --dry-run
  [[ $output == *'nothing was done'*'reviewer, superior'*'opened -> noticed'* ]]
}

@test "a step of two persons prints the proposal, one of one person its number in the case" {
  play honest
  step notice "$case" --date 2026-11-02
  [ "$(member proposal)" = 42 ]
  [ "$(member result)" = 1001 ]
  step publish "$case" --late x
  [ "$(member outcome)" = taken ]
  [ "$(member case.seq)" = 7 ]
  [ "$(member case.late)" = true ]
  [ "$(member case.day)" = 2026-11-02 ]
  [ "$(member grade_after)" = D ]
}

@test "on a terminal it shows what will change, asks, and does nothing on no; --yes does not ask" {
  play honest
  on_terminal n qcr --as officer case notice "$case" --rights 听证
  [ "$status" -eq 1 ]
  [[ $output == *"$case"*'听证'*'reviewer, superior'*'opened -> noticed'*'nothing was done'* ]]
  [ "$(calls)" -eq 1 ]
  [ "$(last_step 'step["dry_run"]')" = True ]
  on_terminal '' qcr --as officer case notice "$case"
  [ "$status" -eq 1 ]
  on_terminal y qcr --as officer case notice "$case"
  [ "$status" -eq 0 ]
  [[ $output == *'42'* ]]
  [ "$(last_step '"dry_run" in step')" = False ]
  on_terminal y qcr --as officer case grant "$case"
  [ "$status" -eq 11 ]
  [[ $output == *国市监令第107号* && $output != *'Do it?'* ]]
  before=$(calls)
  on_terminal n qcr --as officer case notice "$case" --yes
  [ "$status" -eq 0 ]
  [ "$(calls)" -eq $((before + 1)) ]
}

@test "who confirms a step at a terminal sees all of it before the question" {
  play waiting
  on_terminal n qcr --lang zh --as reviewer approve 77
  [ "$status" -eq 1 ]
  [[ $output == *"$case"*剑阁县诚盛农业开发有限公司*'litigation  行政诉讼'*剑阁县人民法院*'确认执行？'* ]] || { echo "$output"; false; }
  step show "$case"
  [ "$(member 'proposals[0].fields[1].value')" = 剑阁县人民法院 ]
}

@test "a step without an answer ends with 13 and prints the key; the same key asks the same octets" {
  play lost-always
  step publish "$case" --channel x
  [ "$status" -eq 13 ]
  key=$(member key)
  [[ $key =~ ^[0-9a-f]{32}$ ]]
  step publish "$case" --channel x --key "$key"
  [ "$status" -eq 13 ]
  [ "$(sort -u "$QCR_HOME/calls" | wc -l)" -eq 1 ]
}

@test "a step whose connection breaks is done once; a key used with another step ends with 12" {
  play lost-once
  step publish "$case" --channel x --key 00112233445566778899aabbccddeeff
  [ "$status" -eq 0 ]
  [ "$(calls)" -eq 2 ]
  [ "$(sort -u "$QCR_HOME/calls" | wc -l)" -eq 1 ]
  step publish "$case" --channel y --key 00112233445566778899aabbccddeeff
  [ "$status" -eq 12 ]
}

@test "show, history, next, list, due and affected have their members" {
  play honest
  step show "$case"
  [ "$(member case)" = "$case" ]
  [ "$(member procedure)" = samr-44 ]
  [ "$(jq '.events | length' <<<"$output")" = 10 ]
  [ "$(member 'listings[0].to')" = 2029-05-08 ]
  [ "$(member 'proposals[0].proposal')" = 77 ]
  [ "$(member 'deadlines[1].late')" = true ]
  step history "$case"
  [ "$(jq -c '[.events[].seq]' <<<"$output")" = '[1,2,3,4,5,6,7,8,9,10]' ]
  [ "$(member 'events[1].actor')" = officer3 ]
  [ "$(member 'events[3].fields[0].value')" = agree ]
  step next "$case"
  [ "$(jq -c '[.actions[] | [.action, .now, .earliest, .expected, .provisional]]' <<<"$output")" = \
    '[["appeal",true,null,null,false],["apply",false,"2027-05-08",null,true],["resume",false,null,"suspend",false]]' ]
  step list
  [ "$(member 'cases[0].case')" = "$case" ]
  step due --within 2w
  [ "$(member 'cases[0].deadlines[0].deadline')" = serve-decision ]
  step affected --person officer --since 2026-11-20 --purpose 复核
  [ "$(member 'acts[0].at')" = 2026-11-19T16:00:00.001Z ]
  step procedure samr-44
  [ "$(member document.id)" = samr-44 ]
  step show "$clear-9"
  [ "$status" -eq 11 ]
  [ "$(member error)" = 3013 ]
}

@test "what a case shows stands in the reader's language, its words as they are typed" {
  play honest
  run qcr --as officer case next "$case"
  [[ $output == *appeal*confirmed*'Not yet'*apply*2027-05-08*provisional*国市监令第107号*suspend* ]]
  run qcr --lang zh --as officer case next "$case"
  [[ $output == *'decided  已列入'*appeal*申请复议或提起诉讼*尚不能办理*apply*2027-05-08* ]]
  run qcr --lang zh --as officer case history "$case"
  [[ $output == *送达方式*'direct  直接送达'* ]]
}

@test "a case with a step missing in between is no answer" {
  play skips-steps
  step history "$case"
  [ "$status" -eq 5 ]
}

@test "a procedure's diagram and matrix are drawn, and one there is not ends with 2" {
  play honest
  run qcr case procedure samr-44 --diagram
  [[ $output == stateDiagram-v2*decide* ]]
  run qcr case procedure samr-44 --matrix
  [[ $output == *decide*officer*superior* ]]
  run qcr case procedure samr-45
  [ "$status" -eq 2 ]
  run qcr case codes measures
  [[ $output == *licensing*2021-09-01* ]]
}

make_dossier() {
  run --separate-stderr qcr --as officer case dossier "$case" "$BATS_TEST_TMPDIR/dossier" --json
}

@test "a dossier proves itself offline, and the same case gives the same octets" {
  play honest
  make_dossier
  [ "$status" -eq 0 ]
  [ "$(member steps)" = 10 ]
  mv "$BATS_TEST_TMPDIR/dossier" "$BATS_TEST_TMPDIR/first"
  make_dossier
  cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/dossier"
  stop
  QCR_SERVER=127.0.0.1:1 run --separate-stderr qcr case check-evidence "$BATS_TEST_TMPDIR/dossier" --json
  [ "$status" -eq 0 ]
  [ "$(member state)" = decided ]
  [ "$(jq '.missing | length' <<<"$output")" = 0 ]
  tar xOf "$BATS_TEST_TMPDIR/dossier" index.txt | grep -q '送达方式: direct 直接送达'
  tar xOf "$BATS_TEST_TMPDIR/dossier" README.txt | grep -q 'check-evidence'
}

@test "a dossier's signatures can be verified by its README without this program" {
  play honest
  make_dossier
  /usr/bin/python3 - "$BATS_TEST_TMPDIR/dossier" <<'PYTHON'
import json, sys, tarfile
from cryptography import x509
with tarfile.open(sys.argv[1]) as archive:
    files = {m.name: archive.extractfile(m).read() for m in archive}
origin = json.loads(files["case.json"])["origin"].encode()
checked = 0
for name in files:
    if name.endswith("request"):
        certificate = x509.load_der_x509_certificate(files[name.replace("request", "certificate.der")])
        certificate.public_key().verify(files[name.replace("request", "signature")], b"qcr-act/v1\n" + origin + b"\n" + files[name])
        checked += 1
assert checked == 13, checked
PYTHON
}

@test "a dossier that was changed anywhere ends with 7, and nothing of it is shown" {
  play honest
  make_dossier
  stop
  /usr/bin/python3 "$top/tests/cli/change_dossier.py" "$BATS_TEST_TMPDIR/dossier" "$BATS_TEST_TMPDIR/changed"
  [ "$(ls "$BATS_TEST_TMPDIR/changed" | wc -l)" -gt 300 ]
  for file in "$BATS_TEST_TMPDIR"/changed/*; do
    run qcr case check-evidence "$file"
    [ "$status" -eq 7 ] || { echo "$file: $status $output"; false; }
    [[ $output != *'proves itself'$'\n'* && $output != *剑阁* ]] || { echo "$file: $output"; false; }
  done
}

@test "a dossier says at which check it failed, and where" {
  play honest
  make_dossier
  stop
  /usr/bin/python3 "$top/tests/cli/change_dossier.py" "$BATS_TEST_TMPDIR/dossier" "$BATS_TEST_TMPDIR/changed"
  while IFS='|' read -r file word member; do
    run --separate-stderr qcr case check-evidence "$BATS_TEST_TMPDIR/changed/$file" --json
    [ "$(member detail)" = "$word" ] && [ "$(member field)" = "$member" ] || { echo "$file: $output"; false; }
  done <<'CASES'
octet-0-events+001-open+signature|signature|events/001-open/
octet-0-events+002-notice+confirmation-certificate.der|certificate|events/002-notice/
swapped-whole-confirmations|certificate|events/002-notice/
confirmed-by-oneself|certificate|events/002-notice/
without-legal-review|replay|events/006-decide/
without-consent|replay|events/006-decide/
without-serve-notice|replay|events/003-legal-review/
without-open|request|events/001-notice/
octet-0-index.txt|index|index.txt
octet-0-README.txt|readme|README.txt
left-out-case.json|member|case.json
another-member|member|notes.txt
archive-cut|archive|null
CASES
}

@test "a dossier under another CA, or by persons' keys of another registry, ends with 7" {
  play honest
  make_dossier
  cp "$QCR_HOME/ca/ca.pem" "$BATS_TEST_TMPDIR/first-ca.pem"
  stop
  play honest
  run qcr case check-evidence "$BATS_TEST_TMPDIR/dossier"
  [ "$status" -eq 7 ]
  run qcr case check-evidence "$BATS_TEST_TMPDIR/dossier" --ca "$BATS_TEST_TMPDIR/first-ca.pem"
  [ "$status" -eq 0 ]
}

@test "documents that the registry lost or that were changed are named, in the dossier and by the registry (7)" {
  play lossy
  make_dossier
  [ "$status" -eq 10 ]
  [ "$(jq -c '[.missing[].state]' <<<"$output")" = '["missing","altered"]' ]
  tar xOf "$BATS_TEST_TMPDIR/dossier" index.txt | grep -q '未保存 MISSING'
  tar xOf "$BATS_TEST_TMPDIR/dossier" index.txt | grep -q '与哈希不符 ALTERED'
  run qcr case check-evidence "$BATS_TEST_TMPDIR/dossier"
  [ "$status" -eq 0 ]
  [[ $output == *missing*altered* ]]
  run --separate-stderr qcr --as officer case check-evidence "$case" --json
  [ "$status" -eq 7 ]
  [ "$(jq -r '.documents[0].state' <<<"$output")" = missing ]
  stop
  play honest
  run qcr --as officer case check-evidence "$case"
  [ "$status" -eq 0 ]
}

@test "a dossier that cannot be written leaves the one before" {
  play honest
  echo before >"$BATS_TEST_TMPDIR/dossier"
  run qcr --as officer case dossier "$clear-9" "$BATS_TEST_TMPDIR/dossier"
  [ "$status" -eq 11 ]
  [ "$(cat "$BATS_TEST_TMPDIR/dossier")" = before ]
  run qcr --as officer case dossier "$case" "$BATS_TEST_TMPDIR/nowhere/dossier"
  [ "$status" -eq 1 ]
}

@test "a document of the case is fetched whole, and never written over a file" {
  play honest
  qcr --as officer case dossier "$case" "$BATS_TEST_TMPDIR/dossier"
  hash=$(jq -r '.documents[0].sha256' < <(tar xOf "$BATS_TEST_TMPDIR/dossier" case.json))
  run qcr --as reviewer case document "$case" "$hash" "$BATS_TEST_TMPDIR/paper"
  [ "$status" -eq 0 ]
  [ "$(sha256sum <"$BATS_TEST_TMPDIR/paper" | cut -d' ' -f1)" = "$hash" ]
  run qcr --as reviewer case document "$case" "$hash" "$BATS_TEST_TMPDIR/paper"
  [ "$status" -eq 1 ]
}

@test "a draft is filled from the case; what is missing is marked, listed and may be given" {
  play honest
  run --separate-stderr qcr --as officer case draft notice "$case"
  [ "$status" -eq 0 ]
  [[ $output == *剑阁县诚盛农业开发有限公司*2026年2月17日*未依法取得食品生产经营许可* ]]
  [[ $output == *'（待填写：机关名称）'* ]]
  [[ $stderr == *'office'*'机关名称'* ]]
  for template in notice decision receipt; do
    run --separate-stderr qcr --as officer case draft "$template" "$case" --json
    [ "$status" -eq 0 ]
    [ "$(member template)" = "$template" ]
    [[ $(member text) != *'{{'* ]]
  done
  [ "$(jq -c '.missing' <<<"$output" | grep -c office)" = 1 ]
  run --separate-stderr qcr --as officer case draft receipt "$case" --office 剑阁县市场监督管理局 --document.title 告知书 \
    --document.number 一 --document.method 直接送达 --document.place 剑阁 "$BATS_TEST_TMPDIR/draft"
  [ "$status" -eq 0 ]
  [ -z "$stderr" ]
  grep -q 剑阁县市场监督管理局 "$BATS_TEST_TMPDIR/draft"
  run qcr --as officer case draft receipt "$case" "$BATS_TEST_TMPDIR/draft"
  [ "$status" -eq 1 ]
  run qcr --as officer case draft letter "$case"
  [ "$status" -eq 1 ]
}
