#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
# From nothing to a signed, verified answer: installs what is missing, builds, starts a private PostgreSQL and
# qcrd, loads a county's sample data and does the regulator's, the recorder's, the officer's and the administrator's job.
#
#   tools/demo.sh                  runs and cleans up
#   tools/demo.sh --keep           leaves everything running: . var/demo/env.sh
#   tools/demo.sh --keep --empty   the same without the sample data
#   tools/demo.sh --stop           ends what --keep left
#
# Exit status: 0 done, 2 packages are missing and cannot be installed from here, 1 anything else.
set -euo pipefail

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
export QCR_VAR=$top/var TZ=UTC LC_ALL=C.UTF-8
demo=${QCR_DEMO:-$QCR_VAR/demo}
sample=$top/tests/data/jiange

# shellcheck source=tests/support/pg.sh
. tests/support/pg.sh
# shellcheck source=tools/packages.sh
. tools/packages.sh

keep='' empty='' stop=''
for word in "$@"; do
  case $word in
  --keep) keep=yes ;;
  --empty) empty=yes ;;
  --stop) stop=yes ;;
  -h | --help) sed -n '3,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "demo.sh: unknown option: $word" >&2; exit 2 ;;
  esac
done

say() { printf '\n== %s\n' "$*"; }
# show COMMAND...: the command as a person would type it, then what it prints; its exit status is kept in `status`
show() {
  printf '\n$ %s\n' "$(printf '%q ' "$@")"
  status=0
  "$@" || status=$?
}
# show_line LINE: the same of what a shell puts together
show_line() {
  printf '\n$ %s\n' "$1"
  status=0
  eval "$1" || status=$?
}
# expect STATUS: the last command must have ended so
expect() {
  if ((status != $1)); then
    echo "demo.sh: expected exit status $1, got $status" >&2
    exit 1
  fi
  echo "[exit status $status]"
}

# started PID: when the process began, in clock ticks since boot; with its pid it names one process for good. (The
# daemon lets nobody look at its executable or its memory.)
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# Ends only what this demo started.
stop_demo() {
  local pid began
  if [[ -s $demo/qcrd.pid ]]; then
    read -r pid began <"$demo/qcrd.pid"
    if [[ $(started "$pid") == "$began" ]]; then
      kill -TERM "$pid" || true
      timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" || true
    fi
  fi
  if [[ -s $demo/pg.dir ]]; then
    pid=$(<"$demo/pg.dir")
    if [[ -d $pid ]]; then
      pg_stop "$pid" || true
      rm -rf "$pid"
    fi
  fi
  rm -rf "$demo"
}

# Where the server's account can enter and the socket's path is short enough; else a folder under /tmp,
# removed with the demo.
pg_place() {
  local dir=$demo/pg
  mkdir -p "$dir"
  if ((${#dir} < 85)) && pg_as test -x "$dir" 2>/dev/null; then
    echo "$dir"
  else
    rmdir "$dir"
    pg_directory
  fi
}

if [[ $stop ]]; then
  stop_demo
  exit 0
fi

mkdir -p "$QCR_VAR"
packages_install "${QCR_PACKAGES_RUN[@]}" || exit

say "build"
if [[ ! -e $QCR_VAR/build/build.ninja ]]; then
  meson setup "$QCR_VAR/build" -Dtests=disabled >"$QCR_VAR/build.log" 2>&1 || { tail -n 30 "$QCR_VAR/build.log" >&2; exit 1; }
fi
ninja -C "$QCR_VAR/build" >"$QCR_VAR/build.log" 2>&1 || { grep -E 'error|FAILED' "$QCR_VAR/build.log" >&2; exit 1; }
echo "in var/build"

stop_demo
mkdir -p "$demo"
trap 'stop_demo' EXIT
trap 'exit 130' INT TERM

say "a private PostgreSQL (Unix socket only) and a registry of its own"
pg=$(pg_place)
echo "$pg" >"$demo/pg.dir"
pg_start "$pg" fsync=on
pg_database "$pg" qcr
cat >"$demo/env.sh" <<ENV
export PATH="$QCR_VAR/build/tools:$QCR_VAR/build/registry:\$PATH"
export QCR_HOME="$demo/home"
export QCR_SHARE="$top/share"
export QCR_MIGRATIONS="$top/migrations"
export QCR_DATABASE="host=$pg dbname=qcr"
export TEXTDOMAINDIR="$QCR_VAR/build/po"
export PGHOST="$pg" PGUSER=postgres PGDATABASE=qcr
ENV
# shellcheck disable=SC1091
. "$demo/env.sh"
show qcr-admin init --home "$QCR_HOME" --database "$QCR_DATABASE" --origin credit.jiange.example --people tools/demo-people.csv
expect 0

# What only root can do is shown as root: every process under an account of its own.
if ((EUID == 0)); then
  printf '%s\n' 'user_worker = 61101:61100' 'user_sealer = 61102:61100' 'user_follower = 61103:61100' >>"$QCR_HOME/qcrd.conf"
fi
: >"$demo/qcrd.log"
qcrd -c "$QCR_HOME/qcrd.conf" >>"$demo/qcrd.log" 2>&1 </dev/null &
echo "$! $(started $!)" >"$demo/qcrd.pid"
port=$(timeout 30 tail -f -n +1 --pid=$! "$demo/qcrd.log" | sed -n '/event=ready/{s/.*port=\([0-9]*\).*/\1/p;q}') || true
if [[ ! $port ]]; then
  tail -n 30 "$demo/qcrd.log" >&2
  echo "demo.sh: qcrd did not start" >&2
  exit 1
fi
echo "export QCR_SERVER=\"127.0.0.1:$port\"" >>"$demo/env.sh"
export QCR_SERVER=127.0.0.1:$port
show qcr ping
expect 0

if [[ ! $empty ]]; then
  say "the administrator: a county's enterprises, penalties, sampling and certificates"
  show qcr-admin import enterprises "$sample/enterprises.csv"
  expect 0
  show qcr-admin import penalties "$sample/penalties.csv" --dry-run
  expect 0
  show qcr-admin import penalties "$sample/penalties.csv" --rejects "$demo/rejects.csv"
  expect 0
  show qcr-admin import sampling "$sample/sampling.csv"
  expect 0
  show qcr-admin import certificates "$sample/certificates.csv"
  expect 0

  say "the regulator: what is known about an enterprise, proved"
  code=91510823141777630N name=剑阁县诚盛农业开发有限公司
  show qcr code check 915108231417776300
  expect 2
  show qcr lookup "$code" --purpose "日常监督检查" --receipt "$demo/receipt"
  expect 0
  show env LC_ALL=zh_CN.UTF-8 qcr lookup "$code"
  expect 0
  show env QCR_SERVER=127.0.0.1:1 qcr verify "$demo/receipt"
  expect 0
  sed '3s/A/B/;3t;3s/[B-Z]/A/' "$demo/receipt" >"$demo/forged"
  show qcr verify "$demo/forged"
  expect 7
  show qcr find "$name"
  expect 0

  say "the enterprise: why this grade, and the same reckoned at home"
  show qcr explain "$code"
  expect 0
  show env LC_ALL=zh_CN.UTF-8 qcr explain "$code"
  expect 0
  show_line "qcr explain $code --json | env QCR_SERVER=127.0.0.1:1 qcr regrade -"
  expect 0
  show_line "qcr explain $code --json | sed 's/\"decided_on\": *\"20/&9/' | qcr regrade -"
  expect 1

  say "the recorder: a penalty, in the very next answer"
  show qcr --as recorder record file --code "$code" --name "$name" --type penalty --domain product \
    --authority-code 11510823008765438X --authority 剑阁县市场监督管理局 --document '剑市监处罚〔2026〕9001号' \
    --kind fine --fine 20000.00 --decided-on 2026-11-02 --publicity-end 2027-11-02 --conduct 生产不合格产品 --yes
  expect 0
  show qcr lookup "$code"
  expect 0

  say "the same taken back: not by one person alone"
  show qcr --as recorder record withdraw --code "$code" --authority-code 11510823008765438X --type penalty \
    --document '剑市监处罚〔2026〕9001号' --reason 复议撤销 --basis-document '剑府复决〔2026〕3号' --yes
  expect 0
  proposal=$(qcr --as reviewer pending --jsonl | sed -n 's/.*"proposal": *"\([0-9.]*\)".*"kind": *"record-withdraw".*/\1/p' | head -n 1)
  show qcr --as recorder approve "$proposal" --yes
  expect 8
  show qcr --as reviewer approve "$proposal" --yes
  expect 0
  show qcr lookup "$code"
  expect 0

  say "the officer: an entry on the blacklist, through due process"
  # Papers come late: their dates count. The decision is of fourteen months ago, so that the removal can be shown too.
  day() { date -u -d "-14 months $1 days" +%F; }
  # propose COMMAND...: a step that waits for a second person; its number is kept in `proposal`
  propose() {
    show "$@" --yes
    expect 0
    proposal=$(qcr --as superior pending --jsonl | sed -n 's/.*"proposal": *"\([0-9.]*\)".*"kind": *"case-step".*/\1/p' | tail -n 1)
  }
  number="〔$(day 0 | cut -c1-4)〕7号" papers=$demo/papers
  mkdir -p "$papers"
  for paper in 现场检查笔录 告知书 送达回证 批复 列入决定书 守信承诺书 履行证明 整改报告 移出决定书; do
    echo "$paper：演示用材料" >"$papers/$paper.txt"
  done
  show qcr --as officer case open --procedure samr-44 --code "$code" --name "$name" --path with-penalty \
    --filing-number "剑市监立$number" --filed-on "$(day -60)" --ground 44-7-2 --facts '生产不符合保障健康安全国家标准的产品' \
    --evidence "@$papers/现场检查笔录.txt" --officer-certificate 51082300001 --second-officer investigator \
    --second-officer-certificate 51082300002 --recusal no-conflict --yes
  expect 0
  case=$(qcr --as officer case list "$code" --jsonl | sed -n 's/.*"case": *"\([^"]*\)".*/\1/p' | head -n 1)
  propose qcr --as officer case notice "$case" --number "剑市监告$number" --date "$(day -50)" \
    --facts '生产不符合保障健康安全国家标准的产品' --reasons '情节严重' --basis samr-44 \
    --rights '有权陈述、申辩，五个工作日内可以书面申请听证' --document "@$papers/告知书.txt"
  show qcr --as officer approve "$proposal" --yes
  expect 11
  show qcr --as investigator approve "$proposal" --yes
  expect 0
  show qcr --as officer case serve-notice "$case" --method direct --received-on "$(day -48)" --receipt "@$papers/送达回证.txt" --yes
  expect 0
  decision=(--number "剑市监列$number" --penalty-number "剑市监处罚$number" --basis samr-44 --measure key-supervision
    --intent shown --removal-conditions '列入满一年，已履行义务、纠正违法行为' --remedies '六十日内可以申请行政复议，六个月内可以提起行政诉讼'
    --document "@$papers/列入决定书.txt")
  show qcr --as officer case decide "$case" --decided-on "$(day -46)" "${decision[@]}" --yes
  expect 11
  show qcr --as reviewer case legal-review "$case" --opinion agree --reviewed-on "$(day -9)" --yes
  expect 0
  show qcr --as superior case discussion "$case" --record-number "剑市监议$number" --held-on "$(day -6)" --participants '局长、副局长' --yes
  expect 0
  propose qcr --as officer case consent "$case" --organ 广元市市场监督管理局 --number "广市监批$number" --replied-on "$(day -4)" \
    --document "@$papers/批复.txt"
  show qcr --as superior approve "$proposal" --yes
  expect 0
  show qcr lookup "$code"
  expect 0

  say "the decision: by another person, and at once in the answers"
  propose qcr --as officer case decide "$case" --decided-on "$(day 0)" "${decision[@]}"
  show qcr --as reviewer approve "$proposal" --yes
  expect 8
  show qcr --as superior approve "$proposal" --yes
  expect 0
  show qcr lookup "$code"
  expect 4
  show qcr --as officer case serve-decision "$case" --method direct --received-on "$(day 2)" --receipt "@$papers/送达回证.txt" --yes
  expect 0
  show qcr --as superior case publish "$case" --channel 国家企业信用信息公示系统 --published-on "$(day 10)" --yes
  expect 11
  show qcr --as reviewer case privacy-check "$case" --checked-on "$(day 9)" --finding clear --yes
  expect 0
  show qcr --as superior case publish "$case" --channel 国家企业信用信息公示系统 --published-on "$(day 10)" --yes
  expect 0
  show qcr --as officer case history "$case"
  expect 0
  show qcr --as officer case next "$case"
  expect 0

  say "the court: the whole case in one file that proves itself"
  show qcr --as officer case dossier "$case" "$demo/dossier.tar"
  expect 0
  show tar -xOf "$demo/dossier.tar" index.txt
  expect 0
  show env QCR_SERVER=127.0.0.1:1 qcr case check-evidence "$demo/dossier.tar"
  expect 0
  sed 's/no-conflict/NO-conflict/' "$demo/dossier.tar" >"$demo/forged.tar"
  show qcr case check-evidence "$demo/forged.tar"
  expect 7

  say "a year later: removal by two persons, and nothing more is said of it"
  show qcr --as officer case apply "$case" --applied-on "$(day 366)" --commitment "@$papers/守信承诺书.txt" \
    --performance "@$papers/履行证明.txt" --cure "@$papers/整改报告.txt" --yes
  expect 0
  show qcr --as officer case accept "$case" --decided-on "$(day 367)" --yes
  expect 0
  propose qcr --as officer case grant "$case" --number "剑市监移$number" --decided-on "$(day 375)" --reason '已履行义务并整改' \
    --document "@$papers/移出决定书.txt"
  show qcr --as superior approve "$proposal" --yes
  expect 0
  show qcr lookup "$code"
  expect 0

  say "the administrator: another policy, tried before it bites"
  aaa=share/policies/quality-credit-aaa.json
  sed 's/"min": 70/"min": 95/' "$aaa" >"$demo/wrong.json"
  show qcr-admin policy check "$demo/wrong.json"
  expect 2
  show qcr-admin policy simulate "$aaa" --csv "$demo/movers.csv"
  expect 0
  show grep -m 3 -e direction -e up "$demo/movers.csv"
  expect 0
  mover=$(sed -n '/,up,/{s/,.*//p;q}' "$demo/movers.csv")

  say "in force: by an organ's document and by two persons, from one moment on"
  show qcr-admin policy add "$aaa"
  expect 0
  show qcr-admin policy activate quality-credit-aaa@1
  expect 11
  sed -e 's/"id": "quality-credit-aaa"/"id": "jiange-credit"/' \
    -e 's/"document": null/"document": {"organ": "剑阁县质量强县工作领导小组", "number": "剑质强组〔2026〕3号"}/' "$aaa" >"$demo/policy.json"
  show qcr-admin policy add "$demo/policy.json"
  expect 0
  # propose_switch POLICY-COMMAND...: its number is kept in `proposal`
  propose_switch() {
    show qcr-admin policy "$@"
    expect 0
    proposal=$(qcr --as admin2 pending --jsonl | sed -n 's/.*"proposal": *"\([0-9.]*\)".*"kind": *"policy-activate".*/\1/p' | tail -n 1)
  }
  propose_switch activate jiange-credit@1
  show qcr --as admin approve "$proposal" --yes
  expect 11
  show qcr lookup "$mover"
  expect 0
  sampling=(--code "$code" --type sampling --authority-code 11510823008765438X --document '剑市监抽〔2026〕9001号')
  show qcr --as recorder record file "${sampling[@]}" --name "$name" --domain product --authority 剑阁县市场监督管理局 \
    --result fail --severity ordinary --decided-on 2026-11-02 --publicity-end 2027-11-02 --detail batch=2026-11 \
    --detail product=菜籽油 --detail place=production --detail level=county --detail item=酸价 --yes
  expect 0
  show qcr --as admin2 approve "$proposal" --yes
  expect 0
  show qcr lookup "$mover"
  expect 0
  show env LC_ALL=zh_CN.UTF-8 qcr explain "$code"
  expect 0
  show qcr-admin recalc --due
  expect 0

  say "what was put right: credit repair, by two persons"
  show qcr --as recorder record withdraw --repaired "${sampling[@]}" --reason 已整改、复查合格 --basis-document '剑市监修复〔2026〕2号' --yes
  expect 0
  proposal=$(qcr --as reviewer pending --jsonl | sed -n 's/.*"proposal": *"\([0-9.]*\)".*"kind": *"record-repair".*/\1/p' | tail -n 1)
  show qcr --as reviewer approve "$proposal" --yes
  expect 0
  show qcr lookup "$code"
  expect 0

  say "reports: as a table, as a plot, and one kept for good"
  show qcr-admin report grades --by kind
  expect 0
  show qcr-admin report sampling --format svg --out "$demo/sampling.svg"
  expect 0
  show qcr-admin report certificates --freeze
  expect 0

  say "and back: the same switch, with two persons again"
  propose_switch rollback
  show qcr --as admin2 approve "$proposal" --yes
  expect 0
  show qcr lookup "$mover"
  expect 0
  show qcr-admin policy list
  expect 0

  say "the auditor: does everything still prove itself?"
  show qcr-admin doctor
  expect 0
fi

if [[ $keep ]]; then
  trap - EXIT
  say "left running"
  echo ". var/demo/env.sh    then: qcr lookup CODE, qcr --as NAME ..., qcr-admin ..."
  echo "tools/demo.sh --stop ends it"
else
  stop_demo
  trap - EXIT
  say "done, and nothing is left running"
fi
