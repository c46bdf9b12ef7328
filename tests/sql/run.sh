#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
# The schema against a private PostgreSQL: rights and refusals by pgTAP, and that it goes back as it came.
set -euo pipefail

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top"
# shellcheck source=tests/support/pg.sh
. tests/support/pg.sh

dir=$(pg_directory)
trap 'pg_stop "$dir" immediate; rm -rf "$dir"' EXIT
pg_start "$dir"
pg_database "$dir" qcr
pg_deploy "$dir" qcr
export QCR_SOURCE=$top PGHOST=$dir PGUSER=postgres PGDATABASE=qcr SQITCH_FULLNAME=test SQITCH_EMAIL=test@localhost

status=0
for file in tests/sql/*.sql; do
        psql -X -q -A -t -f "$file" >"$dir/tap" 2>&1 || status=1
        cat "$dir/tap"
        # A plan that was not kept is a test that did not run.
        if grep -q '^# Looks like you planned' "$dir/tap" || ! grep -q '^1\.\.' "$dir/tap"; then
                echo "not ok ${file##*/} ran to its end"
                status=1
        fi
done

# check NAME COMMAND...
check() {
        local name=$1
        shift
        if "$@" >"$dir/check" 2>&1; then
                echo "ok $name"
        else
                echo "not ok $name"
                sed 's/^/# /' "$dir/check"
                status=1
        fi
}
# Without comments and the random key pg_dump guards its output with.
shape() { pg_dump --schema-only --schema=qcr | grep -Ev '^(--|$|\\(un)?restrict )'; }
# In one order of names: what was deployed twice may differ in no line.
shape | sort >"$dir/shape.first"
check "the schema can be deployed again without a change" env -C migrations sqitch deploy --verify db:pg:
check "the schema is what it was verified as" env -C migrations sqitch verify db:pg:
# What persons signed under the newest change keeps it from being taken back; each is put in alone, with no other row.
# kept NAME STATEMENTS REASON
kept() {
        psql -XqAt -v ON_ERROR_STOP=1 -c "SET session_replication_role = replica; $2"
        if psql -XqAt -v ON_ERROR_STOP=1 -f migrations/revert/policies.sql >"$dir/check" 2>&1 || ! grep -q -- "$3" "$dir/check"; then
                echo "not ok the change of policies is not taken back while there is $1"
                sed 's/^/# /' "$dir/check"
                status=1
        else
                echo "ok the change of policies is not taken back while there is $1"
        fi
        psql -XqAt -c "SET session_replication_role = replica; DELETE FROM qcr.policy; DELETE FROM qcr.policy_activation; DELETE FROM qcr.run;
                DELETE FROM qcr.recalc; DELETE FROM qcr.record; DELETE FROM qcr.record_body; DELETE FROM qcr.proposal"
}
record="INSERT INTO qcr.record (subject, authority_code, document_norm, type, version, ordinal, state, domain, document, kinds, severity, fine_fen, confiscated_fen, decided_on,
        source_code, content_hash, serial, valid_through) VALUES ('12345678X', '11510823008765438X', 'd', %s, 1, 1, 'active', 'product', 'd', 0, 1, 0, 0,
        '2026-01-01', 'S', sha256('r'), 3, %s)"
kept "a policy that was added" "INSERT INTO qcr.policy VALUES (sha256('p'), 'p', 1, 'p', 'trial', 3)" "policies were added"
kept "a run of a new kind" "INSERT INTO qcr.run VALUES (repeat('ab', 16), 'report', 'ann', sha256('ann'), sha256('f'), 0, 'h',
        sha256('a') || sha256('b'), 3)" "reports were made"
# shellcheck disable=SC2059
kept "a record of a new type" "$(printf "$record" "'survey'" NULL)" 'record_type_check'
# shellcheck disable=SC2059
kept "a record that is valid for a time" "$(printf "$record" "'certificate'" "'2027-01-01'")" "records have a result"
kept "a proposal to switch" "INSERT INTO qcr.proposal (serial, item, kind, proposer, summary) VALUES (3, 0, 'policy-activate', 'ann', 's')" \
        proposal_kind_check
check "the schema goes back to nothing" env -C migrations sqitch revert -y db:pg:
check "nothing of the schema is left" test "$(psql -XqAtc "SELECT count(*) FROM pg_namespace WHERE nspname = 'qcr'")" = 0
# A registry that was founded before there were cases gets them, and grades of several policies, and keeps what it has.
check "the schema comes as it was before cases" env -C migrations sqitch deploy --verify --to rights db:pg:
psql -XqAtc "INSERT INTO qcr.system (epoch, origin, schema_version, founded_at)
  VALUES ('11111111-2222-4333-8444-555555555555', 'credit.example.cn', 1, '2026-01-01')"
check "the changes since are made to a registry that is there" env -C migrations sqitch deploy --verify db:pg:
check "the registry knows that its schema is the next" test "$(psql -XqAtc 'SELECT origin, schema_version FROM qcr.system')" = 'credit.example.cn|3'
check "the changes are taken back" env -C migrations sqitch revert -y --to rights db:pg:
check "the registry is as it was" test "$(psql -XqAtc 'SELECT origin, schema_version FROM qcr.system')" = 'credit.example.cn|1'
check "all of it goes back to nothing" env -C migrations sqitch revert -y db:pg:
check "the schema comes again" env -C migrations sqitch deploy --verify db:pg:
shape | sort >"$dir/shape.second"
check "what comes again is the same" diff "$dir/shape.first" "$dir/shape.second"
exit "$status"
