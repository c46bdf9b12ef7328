# SPDX-License-Identifier: MulanPSL-2.0
# shellcheck shell=bash
# Sourced by tools/demo.sh and tests/run.sh: what the project needs of Debian 12, and how missing packages
# are installed. Nothing else is changed on the machine: installing PostgreSQL makes no cluster of its own.

QCR_PACKAGES_RUN=(gcc libc6-dev linux-libc-dev meson ninja-build pkg-config libevent-dev libssl-dev libpq-dev
  libprotobuf-c-dev protobuf-c-compiler protobuf-compiler liblmdb-dev libjansson-dev libinih-dev libutf8proc-dev
  libseccomp-dev libsystemd-dev gettext scdoc openssl postgresql-15 sqitch libdbd-pg-perl util-linux procps)
QCR_PACKAGES_TEST=(check clang-14 libclang-rt-14-dev gcovr python3 python3-cryptography postgresql-15-pgtap
  libtap-parser-sourcehandler-pgtap-perl bats mandoc jq sslscan faketime)
# Eight published flaws of the event library were fixed in this version.
QCR_LIBEVENT_AT_LEAST=2.1.12-stable-8+deb12u1

# packages_missing NAME...: prints those that are not installed, or too old
packages_missing() {
  local name version
  for name in "$@"; do
    version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2>/dev/null) || version=
    if [[ $version != installed\ * ]]; then
      echo "$name"
    elif [[ $name == libevent-dev ]] && dpkg --compare-versions "${version#* }" lt "$QCR_LIBEVENT_AT_LEAST"; then
      echo "$name"
    fi
  done
}

# packages_install NAME...: installs what is missing, as root or through sudo; otherwise prints the one line
# to run and returns 2
packages_install() {
  local missing as_root=() conf=/etc/postgresql-common/createcluster.conf made=
  mapfile -t missing < <(packages_missing "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      echo "missing Debian packages; have them installed with this line, then run this again:" >&2
      echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
      return 2
    fi
    as_root=(sudo -n)
  fi
  echo "installing Debian packages: ${missing[*]}" >&2
  # The distribution's package would make and start a cluster of its own; this is its own switch against it.
  if [[ ! -e $conf ]]; then
    made=yes
    "${as_root[@]}" mkdir -p "${conf%/*}"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$conf" >/dev/null
  fi
  local status=0
  {
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold "${missing[@]}"
  } >"$QCR_VAR/packages.log" 2>&1 </dev/null || status=1
  if [[ $made && -e $conf.dpkg-dist ]]; then
    "${as_root[@]}" mv "$conf.dpkg-dist" "$conf"
  fi
  if ((status)); then
    tail -n 20 "$QCR_VAR/packages.log" >&2
    echo "the packages could not be installed; the whole of it is in $QCR_VAR/packages.log" >&2
    return 1
  fi
}
