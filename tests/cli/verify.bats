#!/usr/bin/env bats
# SPDX-License-Identifier: MulanPSL-2.0
# qcr verify: receipts, offline. The receipts are the published vectors of docs/EVIDENCE.md.
load helper

setup() {
  export QCR_CA=$evidence/root.pem
  receipt=$BATS_TEST_TMPDIR/receipt
  cp "$evidence/receipt-found.txt" "$receipt"
}

# refused: exit 7, and neither a word of praise nor anything of the content
refused() {
  [ "$status" -eq 7 ] && ! grep -Eiq 'valid|\bok\b|authentic|真实|有效' <<<"$output" && says_no_verdict
}

@test "one changed octet, wherever, is refused with 7 and nothing is shown" {
  for at in 40 400 1200 2000 2600 3000; do
    cp "$evidence/receipt-found.txt" "$receipt"
    octet=$(dd if="$receipt" bs=1 skip="$at" count=1 status=none)
    printf '%s' "$([[ $octet == A ]] && echo B || echo A)" | dd of="$receipt" bs=1 seek="$at" conv=notrunc status=none
    run qcr verify "$receipt"
    refused
    run qcr verify "$receipt" --json
    refused
    [ "$(member reason)" = verification-failed ]
  done
}

@test "a cut, doubled, prefixed or empty receipt is refused" {
  head -c 2000 "$evidence/receipt-found.txt" >"$receipt"
  run qcr verify "$receipt"
  refused
  cat "$evidence/receipt-found.txt" "$evidence/receipt-found.txt" >"$receipt"
  run qcr verify "$receipt"
  refused
  { echo 'This is authentic and valid.'; cat "$evidence/receipt-found.txt"; } >"$receipt"
  run qcr verify "$receipt"
  refused
  : >"$receipt"
  run qcr verify "$receipt"
  refused
}

@test "a receipt of another authority is refused" {
  openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -out "$BATS_TEST_TMPDIR/ca.pem" -subj '/CN=Vector Root' 2>/dev/null
  run qcr verify "$receipt" --ca "$BATS_TEST_TMPDIR/ca.pem"
  refused
}

@test "a file that is not there ends with 1" {
  run qcr verify "$BATS_TEST_TMPDIR/nothing" --json
  [ "$status" -eq 1 ]
  [ "$(member reason)" = file ]
  run qcr verify "$receipt" --ca "$BATS_TEST_TMPDIR/nothing"
  [ "$status" -eq 1 ]
}

@test "an authentic receipt says when it was stated and until when it is current" {
  for name in found listed merged not-registered withheld; do
    run qcr verify "$evidence/receipt-$name.txt"
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == 'authentic: stated at 2026-11-24T01:02:03.123Z, current until 2026-11-25T01:02:02.900Z' ]]
  done
}

@test "past its validity it is authentic, no longer current (6)" {
  run qcr verify "$receipt" --at 2026-11-25T01:02:02.900Z
  [ "$status" -eq 0 ]
  run qcr verify "$receipt" --at 2026-11-25T01:02:02.901Z
  [ "$status" -eq 6 ]
  [[ ${lines[0]} == 'authentic, no longer current: '* ]]
  run qcr verify "$receipt" --at 2026-11-26 --json
  [ "$status" -eq 6 ]
  [ "$(member exit)" = 6 ]
  [ "$(member current)" = false ]
}

@test "the members are the statement's lines, as the other verifier reads them" {
  for name in found listed merged not-registered withheld; do
    run qcr verify "$evidence/receipt-$name.txt" --json
    [ "$status" -eq 0 ]
    jq -S 'del(.exit, .authentic, .current, .verdict, .receipt, .context) | map_values(if . == "-" then null else . end)' \
      <<<"$output" >"$BATS_TEST_TMPDIR/ours"
    jq -S 'del(.origin) | map_values(if . == "-" then null else . end)' "$evidence/receipt-$name.json" \
      >"$BATS_TEST_TMPDIR/theirs"
    diff "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/theirs"
  done
}
