#!/usr/bin/env bash
# An integrator's client of a gridwall feed in a shell: receive, replay, act with `gridwall feed`.
#
#   client.sh tcp://127.0.0.1:7402 [ITEM]
#
# Prints every event as one JSON line: first what is stored, then what comes. With an ITEM it files each
# proposed case under it. Needs `gridwall` and `jq`. `--keys FILE` goes to each call where the hub has CURVE.
set -euo pipefail

hub=$1
item=${2:-}

act_on() {
  local case_id version
  read -r case_id version < <(jq -r '"\(.data.case_id) \(.data.version)"' <<<"$1")
  # The version says which case we saw: whoever acts second is refused and told who was first.
  gridwall feed ask act act=file "case_id=$case_id" "version=$version" "item_code=\"$item\"" \
    actor=integrator --hub "$hub" >/dev/null || true
}

# `tail` finds losses by itself and replays them.
gridwall feed tail --from 0 --hub "$hub" --json | while IFS= read -r event; do
  printf '%s\n' "$event"
  if [[ -n $item && $(jq -r '.type // ""' <<<"$event") == gridwall.case.propose.v1 ]]; then
    act_on "$event"
  fi
done
