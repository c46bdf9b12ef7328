#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# The client against a registry played from a script: one that lies, breaks off, is late, or turns people away.
load helper

teardown() {
  stop
}

# ask: one lookup; what it says is one document, whatever happens
ask() {
  run --separate-stderr qcr --timeout 2 lookup "$clear" --json "$@"
  jq -e . <<<"$output" >/dev/null && [ "$(member exit)" = "$status" ]
}

@test "nobody there is 'could not answer' (5), with nothing like a verdict" {
  play honest
  stop
  ask
  [ "$status" -eq 5 ]
  [ "$(member reason)" = unreachable ]
  says_no_verdict
}

@test "a server that does not prove to be the registry is told nothing (7)" {
  for script in stranger wrong-name; do
    play "$script"
    ask
    [ "$status" -eq 7 ]
    [ "$(member reason)" = server-untrusted ]
    [ ! -e "$QCR_HOME/calls" ]
    stop
  done
}

@test "a person the registry does not let in ends with 8, in the handshake or in place of the greeting" {
  for way in closed:not-admitted not-enrolled:certificate-unknown; do
    play "${way%:*}"
    ask
    [ "$status" -eq 8 ]
    [ "$(member reason)" = "${way#*:}" ] || { echo "$way: $output"; false; }
    stop
  done
}

@test "a person without key, or with a key that others may read, ends with 8 before anybody is asked" {
  play honest
  run qcr --as nobody ping
  [ "$status" -eq 8 ]
  chmod 644 "$QCR_HOME/people/regulator/key.pem"
  run qcr ping
  [ "$status" -eq 8 ]
  [[ $output == *'chmod 600'* ]]
}

@test "an answer that does not prove itself ends with 7 and nothing of it is shown" {
  while read -r script step; do
    play "$script"
    ask
    [ "$status" -eq 7 ] || { echo "$script: $output"; false; }
    [ "$(member detail)" = "$step" ] || { echo "$script: $output"; false; }
    says_no_verdict
    run qcr lookup "$clear" --receipt "$BATS_TEST_TMPDIR/receipt"
    [ "$status" -eq 7 ]
    says_no_verdict
    [ ! -e "$BATS_TEST_TMPDIR/receipt" ]
    stop
  done <<'CASES'
forged inclusion
replayed nonce
other-code code
other-request request-hash
other-root certificate-chain
person-seals certificate-usage
unsigned unsigned
CASES
}

@test "stale data is 'could not answer', with what to do and when" {
  play stale
  ask
  [ "$status" -eq 5 ]
  [ "$(member error)" = 5003 ]
  [ "$(member reason)" = stale ]
  [ "$(member field)" = max_age_ms ]
  [ "$(member retryable)" = true ]
  [ "$(member retry_after_ms)" = 1500 ]
  [ "$(member request_id)" = 1 ]
  [ "$(member server)" = host/script-0 ]
  run qcr lookup "$clear"
  [[ $output == *'5003 stale'*'max_age_ms'*'60000'*'1500 ms'*'1 @ host/script-0'* ]]
}

@test "other octets, another request's answer or silence are 'could not answer'" {
  for script in garbage wrong-id silent lost-always; do
    play "$script"
    ask
    [ "$status" -eq 5 ] || { echo "$script: $output"; false; }
    says_no_verdict
    stop
  done
}

@test "a lookup whose connection breaks, or whose server is stopping, is asked again with the same octets" {
  for script in lost-once draining-once; do
    play "$script"
    ask
    [ "$status" -eq 0 ]
    [ "$(wc -l <"$QCR_HOME/calls")" -eq 2 ]
    [ "$(sort -u "$QCR_HOME/calls" | wc -l)" -eq 1 ]
    stop
  done
}

@test "each lookup has a nonce of its own" {
  play honest
  ask
  ask
  [ "$(sort -u "$QCR_HOME/calls" | wc -l)" -eq 2 ]
}

file_record() {
  run --separate-stderr qcr --timeout 2 --as recorder record file --code "$clear" --name 示例质量（北京）有限公司 --type penalty \
    --domain product --authority-code 11510823008765438X --authority 剑阁县市场监督管理局 --document 剑市监处罚〔2026〕1号 \
    --kind 罚款、没收违法所得 --fine 20000.5 --decided-on 2026-11-02 --json "$@"
}

@test "an act whose connection breaks is sent again with its key and done once" {
  play lost-once
  file_record
  [ "$status" -eq 0 ]
  [ "$(member serial)" = 1 ]
  [ "$(member outcome)" = filed ]
  [ "$(wc -l <"$QCR_HOME/calls")" -eq 2 ]
  [ "$(sort -u "$QCR_HOME/calls" | wc -l)" -eq 1 ]
}

@test "an act without an answer ends with 13 and prints the key; the same key asks the same octets" {
  play lost-always
  file_record
  [ "$status" -eq 13 ]
  [ "$(member error)" = 4002 ]
  key=$(member key)
  [[ $key =~ ^[0-9a-f]{32}$ ]]
  file_record --key "$key"
  [ "$status" -eq 13 ]
  [ "$(member key)" = "$key" ]
  [ "$(sort -u "$QCR_HOME/calls" | wc -l)" -eq 1 ]
}

@test "a key used with another request ends with 12" {
  play honest
  file_record --key 00112233445566778899aabbccddeeff
  [ "$status" -eq 0 ]
  file_record --key 00112233445566778899aabbccddeeff
  [ "$status" -eq 0 ]
  file_record --key 00112233445566778899aabbccddeeff --remark another
  [ "$status" -eq 12 ]
  [ "$(member error)" = 4001 ]
}

@test "an act carries the person's signature over the octets it sends" {
  play honest
  file_record
  [ "$status" -eq 0 ]
  /usr/bin/python3 - "$top/tests/support" "$QCR_HOME" <<'PYTHON'
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import wire
from cryptography import x509
home = pathlib.Path(sys.argv[2])
call = wire.fields(bytes.fromhex((home / "calls").read_text().split()[-1]))
person = x509.load_pem_x509_certificate((home / "people/recorder/cert.pem").read_bytes()).public_key()
person.verify(call[2][0], b"qcr-act/v1\ncredit.script.example\n" + call[1][0])
record = wire.fields(wire.fields(wire.fields(call[1][0])[20][0])[1][0])
assert record[10] == [2000050] and record[8] == [b"fine", b"confiscation"], record
PYTHON
}

@test "exit statuses are the verdicts" {
  play honest
  while read -r code wanted; do
    run qcr lookup "$code"
    [ "$status" -eq "$wanted" ] || { echo "$code: $output"; false; }
  done <<CASES
$clear 0
$listed 4
$struck_off 14
$unknown 3
915108231417776300 2
CASES
}

@test "a code that is none is not asked" {
  play honest
  run qcr lookup 915108231417776300 --json
  [ "$status" -eq 2 ]
  [ "$(member code)" = 915108231417776300 ]
  [ "$(member error)" = 2008 ]
  [ "$(member flaw)" = code_check ]
  [ "$(member expected)" = N ]
  [ ! -e "$QCR_HOME/calls" ]
}

@test "many are answered in the order asked, whatever order the answers come in" {
  play backwards
  printf '%s\n' "$clear" "$listed" nonsense "$unknown" "$clear" "$struck_off" "$clear" "$listed" "$unknown" >"$BATS_TEST_TMPDIR/codes"
  run --separate-stderr qcr lookup --jsonl - <"$BATS_TEST_TMPDIR/codes"
  [ "$status" -eq 10 ]
  [ "$(jq -r .code <<<"$output")" = "$(cat "$BATS_TEST_TMPDIR/codes")" ]
  [ "$(jq -r .exit <<<"$output" | tr '\n' ' ')" = '0 4 2 3 0 14 0 4 3 ' ]
}

@test "several codes under --json are one array, also when nobody answers" {
  play honest
  run --separate-stderr qcr lookup "$clear" nonsense --json
  [ "$status" -eq 10 ]
  [ "$(jq -c 'map(.exit)' <<<"$output")" = '[0,2]' ]
  run --separate-stderr qcr lookup "$clear" "$clear" --json
  [ "$status" -eq 0 ]
  stop
  run --separate-stderr qcr lookup "$clear" nonsense "$clear" --json
  [ "$status" -eq 10 ]
  [ "$(jq -c 'map(.exit)' <<<"$output")" = '[5,2,5]' ]
}

@test "a receipt of each row can be verified; rows without an answer have none" {
  play honest
  run --separate-stderr qcr lookup "$clear" nonsense "$unknown" --receipt "$BATS_TEST_TMPDIR/receipts" --json
  [ "$status" -eq 10 ]
  [ "$(jq -c 'map(.receipt == null)' <<<"$output")" = '[false,true,false]' ]
  for file in $(jq -r '.[].receipt | select(.)' <<<"$output"); do
    qcr verify "$file" >/dev/null
  done
  [ "$(ls "$BATS_TEST_TMPDIR/receipts" | wc -l)" -eq 2 ]
}

@test "a receipt may be relied on now (--fresh), or not any more (6)" {
  play honest
  qcr lookup "$clear" --receipt "$BATS_TEST_TMPDIR/receipt" >/dev/null
  run qcr verify "$BATS_TEST_TMPDIR/receipt" --fresh
  [ "$status" -eq 0 ]
  stop
  play old
  qcr lookup "$clear" --receipt "$BATS_TEST_TMPDIR/receipt" >/dev/null
  run qcr verify "$BATS_TEST_TMPDIR/receipt"
  [ "$status" -eq 0 ]
  run qcr verify "$BATS_TEST_TMPDIR/receipt" --fresh --json
  [ "$status" -eq 6 ]
  [ "$(member exit)" = 6 ]
  [ "$(member current)" = false ]
}

@test "an answer whose receipt cannot be written is not shown" {
  play honest
  run qcr lookup "$clear" --receipt "$BATS_TEST_TMPDIR/nowhere/receipt"
  [ "$status" -eq 1 ]
  says_no_verdict
}

@test "hostile names never reach the terminal as they are" {
  play honest
  run qcr lookup "$hostile"
  [ "$status" -eq 0 ]
  [[ $output == *'示例\u{202E}gpj.exe\u{001B}[2J公司'* ]]
  run --separate-stderr qcr lookup "$hostile" --json
  [ "$(member name)" = $'示例\u202egpj.exe\x1b[2J公司' ]
}

@test "colours are for terminals, or when asked for" {
  export TERM=xterm
  play honest
  run qcr lookup "$clear"
  [[ $output != *$'\x1b'* ]]
  run qcr --color always lookup "$clear"
  [[ $output == *$'\x1b[32m'* ]]
  on_terminal '' qcr lookup "$clear"
  [[ $output == *$'\x1b[32m'* ]]
  NO_COLOR=1 on_terminal '' qcr lookup "$clear"
  [[ $output != *$'\x1b'* ]]
}

@test "an act asks on a terminal, does nothing on no, and does not ask with --yes or without a terminal" {
  play honest
  on_terminal n qcr reject 12.3 --reason x
  [[ $output == *'record-withdraw'*'撤回'*'nothing was done'* ]]
  [ "$(wc -l <"$QCR_HOME/calls")" -eq 1 ]
  on_terminal n qcr reject 12.3 --reason x --yes
  [[ $output == *self_approval* ]]
  run qcr approve 12.3 </dev/null
  [ "$status" -eq 11 ]
  [[ $output == *'3001 self_approval'*'another reviewer may approve'* ]]
}

@test "whoami, ping, find, pending and their documents" {
  play honest
  run --separate-stderr qcr whoami --json
  [ "$status" -eq 0 ]
  [ "$(member person)" = regulator ]
  [ "$(member 'roles[0]')" = regulator ]
  run --separate-stderr qcr ping --json
  [ "$status" -eq 0 ]
  [ "$(member origin)" = credit.script.example ]
  [ "$(member schema)" = 1 ]
  (($(member clock_skew_ms) < 1000 && $(member clock_skew_ms) > -1000))
  run --separate-stderr qcr find 示例 --json
  [ "$(member 'codes[0].code')" = "$clear" ]
  [ "$(member 'codes[0].former')" = true ]
  run --separate-stderr qcr pending --jsonl
  [ "$(member proposal)" = 12.3 ]
}
