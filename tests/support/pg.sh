#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# A private PostgreSQL for one test: its own cluster and socket in a folder under /tmp, no TCP, gone when
# stopped. Sourced by shell tests, run by others:
#
#     . tests/support/pg.sh                       pg.sh start DIR [SETTING=VALUE]...
#     dir=$(pg_directory); trap 'pg_stop "$dir"; rm -rf "$dir"' EXIT
#     pg_start "$dir"                             pg.sh database DIR NAME [TEMPLATE]
#     pg_database "$dir" qcr                      pg.sh deploy DIR NAME
#     pg_deploy "$dir" qcr                        pg.sh stop DIR
#
# The superuser is `postgres`, everybody is trusted (the folder is the door). Started as root it runs as the
# account `postgres`, for the server refuses to be root. DIR/log is the server's log; pg_show_log shows its end.

# The server's programs are not on PATH everywhere: take the newest installed.
pg_bin() {
        local found

        found=$(find /usr/lib/postgresql -maxdepth 3 -name initdb -path '*/bin/*' 2>/dev/null | sort -V | tail -n 1)
        [ -n "$found" ] || found=$(command -v initdb) || { echo "pg.sh: no initdb found" >&2; return 1; }
        dirname "$(readlink -f "$found")"
}

# As the account that may run a server.
pg_as() {
        if [ "$(id -u)" -eq 0 ]; then
                setpriv --reuid=postgres --regid=postgres --init-groups -- env -u PGUSER HOME=/tmp "$@"
        else
                "$@"
        fi
}

# A new folder whose socket path is short enough (sockaddr_un has 108 octets).
pg_directory() {
        mktemp -d /tmp/qcr-pg.XXXXXX
}

pg_start() {
        local dir=$1 bin setting
        shift
        bin=$(pg_bin) || return 1
        if [ "$(id -u)" -eq 0 ]; then
                chown postgres "$dir" || return 1
        fi
        # Daemons under test may run as other accounts: they enter, they do not list.
        chmod 0711 "$dir" || return 1
        if [ ! -d "$dir/data" ]; then
                (cd "$dir" && pg_as "$bin/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 \
                        --no-sync --no-instructions) >"$dir/initdb.out" 2>&1 || { cat "$dir/initdb.out" >&2; return 1; }
                {
                        echo "listen_addresses = ''"
                        echo "unix_socket_directories = '$dir'"
                        echo "fsync = off"
                        echo "log_line_prefix = '%m [%p] %u@%d %a '"
                        echo "max_connections = 60"
                } | pg_as tee -a "$dir/data/postgresql.conf" >/dev/null || return 1
        fi
        for setting in "$@"; do
                echo "${setting%%=*} = '${setting#*=}'" | pg_as tee -a "$dir/data/postgresql.conf" >/dev/null || return 1
        done
        # The server must not hold the caller's pipes open, or who waits for their end waits for the server's.
        (cd "$dir" && pg_as "$bin/pg_ctl" -w -t 60 -D "$dir/data" -l "$dir/log" start) </dev/null >"$dir/start.out" 2>&1 ||
                { cat "$dir/start.out" >&2; pg_show_log "$dir"; return 1; }
}

pg_stop() {
        local dir=$1 mode=${2:-fast} bin
        bin=$(pg_bin) || return 1
        [ -f "$dir/data/postmaster.pid" ] || return 0
        (cd "$dir" && pg_as "$bin/pg_ctl" -w -t 60 -m "$mode" -D "$dir/data" stop) </dev/null >"$dir/stop.out" 2>&1 ||
                { cat "$dir/stop.out" >&2; return 1; }
}

# Makes a database, empty or as a copy of another one that nobody is using.
pg_database() {
        local dir=$1 name=$2 template=${3:-template0}
        psql -X -q -v ON_ERROR_STOP=1 -h "$dir" -U postgres -d postgres \
                -c "CREATE DATABASE \"$name\" TEMPLATE \"$template\""
}

# Deploys the schema into a database.
pg_deploy() {
        local dir=$1 name=$2 top
        top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || return 1
        (cd "$top/migrations" && env PGHOST="$dir" PGUSER=postgres PGDATABASE="$name" SQITCH_FULLNAME=test \
                SQITCH_EMAIL=test@localhost sqitch deploy --verify db:pg:) </dev/null >"$dir/deploy.out" 2>&1 ||
                { cat "$dir/deploy.out" >&2; return 1; }
}

pg_show_log() {
        tail -n 50 "$1/log" >&2 2>/dev/null || true
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
        set -eu
        command=${1:-}
        [ $# -ge 2 ] || { sed -n '4,14s/^# \{0,1\}//p' "$0" >&2; exit 2; }
        shift
        case $command in
        start) pg_start "$@" ;;
        stop) pg_stop "$@" ;;
        database) pg_database "$@" ;;
        deploy) pg_deploy "$@" ;;
        *) echo "pg.sh: unknown command: $command" >&2; exit 2 ;;
        esac
fi
