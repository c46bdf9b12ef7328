#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# Bulk recalculation against the same rule in SQL, on a private PostgreSQL that is gone afterwards.
#
#     tests/bench/recalc.sh [qcr-bench recalc's options]       1 M enterprises take about 15 minutes and 6 GB of disk
#
# QCR_BUILD is the build's folder (var/build otherwise). The server has 1 GB of buffers and writes its log without
# waiting for the disk (fsync off), for both sides alike.
set -euo pipefail

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
build=${QCR_BUILD:-$top/var/build}
# shellcheck source=tests/support/pg.sh
. "$top/tests/support/pg.sh"

dir=$(pg_directory)
trap 'pg_stop "$dir" immediate; rm -rf "$dir"' EXIT
pg_start "$dir" shared_buffers=1GB max_wal_size=8GB
pg_database "$dir" qcr
export PATH=$build/tools:$PATH PGUSER=postgres QCR_HOME=$dir/home QCR_DATABASE="host=$dir dbname=qcr" QCR_SHARE=$top/share
export QCR_MIGRATIONS=$top/migrations
qcr-admin init --home "$QCR_HOME" --database "$QCR_DATABASE" --origin bench.example --people "$top/tools/demo-people.csv" >"$dir/init.out"
qcr-bench recalc --baseline "$top/tests/bench/recalc_baseline.sql" "$@"
