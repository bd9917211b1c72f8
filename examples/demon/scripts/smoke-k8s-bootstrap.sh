#!/usr/bin/env bash
# Deploys k8s/ and asks every component over HTTP whether it is healthy.
#
#   scripts/smoke-k8s-bootstrap.sh             in the cluster of kubectl's context
#   scripts/smoke-k8s-bootstrap.sh --podman    on this machine, and gone in the end
#
#   --allow-placeholder   a placeholder that answers is good enough, for as long as not every image is there
#   --timeout DURATION    to become healthy (default 30s), counted when the images are pulled
#   --namespace NAME      of the cluster (default: that of the context)
#   --port-offset N       with --podman: ports N above those of the components, for when these are taken
#   --keep                with --podman: leaves them running
#
# Ends as `ocibuild probe` does, 0 when all are healthy, or as kubectl or podman did when they could not be started.
# OCIBUILD, KUBECTL and PODMAN may name other commands, as PODMAN="sudo podman".
set -euo pipefail
cd "$(dirname "$0")/.."

place=cluster
read -ra ocibuild <<<"${OCIBUILD:-ocibuild}"
read -ra kubectl <<<"${KUBECTL:-kubectl}"
read -ra podman <<<"${PODMAN:-podman}"
timeout=30s
offset=0
keep=0
probe_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --podman) place=podman ;;
    --keep) keep=1 ;;
    --allow-placeholder) probe_options+=(--allow-placeholder) ;;
    --timeout | --namespace | --port-offset)
      if [ $# = 1 ]; then
        echo "error: $1 needs a value" >&2
        exit 2
      fi
      case $1 in
        --timeout) timeout=$2 ;;
        --namespace) kubectl+=(--namespace "$2") ;;
        --port-offset) offset=$2 ;;
      esac
      case $offset in
        *[!0-9]* | '')
          echo "error: --port-offset: '$offset' is no number" >&2
          exit 2
          ;;
      esac
      shift
      ;;
    *)
      echo "error: $1 is not an option of smoke-k8s-bootstrap.sh" >&2
      exit 2
      ;;
  esac
  shift
done

scratch=$(mktemp -d)
forwards=()
components=()
for manifest in k8s/*.yaml; do
  component=${manifest##*/}
  components+=("${component%.yaml}")
done

# service_port COMPONENT: what its Service listens on.
service_port() {
  awk '$2 == "Service" { found = 1 } found && $1 == "port:" { print $2; exit }' "k8s/$1.yaml"
}

start_in_podman() {
  local component
  scripts/render-manifests.sh --podman --port-offset "$offset" >"$scratch/play.yaml"
  "${podman[@]}" play kube --replace "$scratch/play.yaml" >&2
  for component in "${components[@]}"; do
    probe_options+=(--base-url "$component=http://127.0.0.1:$(($(service_port "$component") + offset))")
  done
}

start_in_cluster() {
  local component
  scripts/render-manifests.sh | "${kubectl[@]}" apply -f - >&2
  for component in "${components[@]}"; do
    # What is wrong with a component that does not come up, the probe says for all of them.
    "${kubectl[@]}" rollout status "deployment/$component" --timeout "$timeout" >&2 || true
    forward "$component"
  done
}

# forward COMPONENT: leads a free port of this machine to its Service.
forward() {
  local log=$scratch/$1.forward address=
  "${kubectl[@]}" port-forward --address 127.0.0.1 "service/$1" ":$(service_port "$1")" >"$log" 2>&1 &
  local child=$!
  forwards+=("$child")
  local deadline=$((SECONDS + 30))
  while [ -z "$address" ] && kill -0 "$child" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
    sleep 0.1
    address=$(sed -n 's/^Forwarding from \([0-9.:]*\) .*/\1/p' "$log")
  done
  cat "$log" >&2
  probe_options+=(--base-url "$1=http://${address:-127.0.0.1:1}")
}

# podman_container COMPONENT: some versions of podman number the pods of a Deployment.
podman_container() {
  "${podman[@]}" ps -a --filter "name=^$1-pod(-0)?-$1\$" --format '{{.Names}}'
}

# What the components wrote last, for whoever reads the log of a failed run.
show_logs() {
  local component
  for component in "${components[@]}"; do
    echo "--- $component" >&2
    case $place in
      podman) "${podman[@]}" logs --tail 20 "$(podman_container "$component")" >&2 ;;
      cluster) "${kubectl[@]}" logs "deployment/$component" --tail 20 >&2 ;;
    esac || true
  done
}

# shellcheck disable=SC2317  # called by the trap
clean_up() {
  if [ ${#forwards[@]} -gt 0 ]; then kill "${forwards[@]}" 2>/dev/null || true; fi
  if [ -s "$scratch/play.yaml" ] && [ "$keep" = 0 ]; then
    "${podman[@]}" play kube --down "$scratch/play.yaml" >/dev/null 2>&1 || true
  fi
  rm -rf "$scratch"
}
trap clean_up EXIT

case $place in
  podman) start_in_podman ;;
  cluster) start_in_cluster ;;
esac
status=0
"${ocibuild[@]}" probe -f k8s/*.yaml --timeout "$timeout" "${probe_options[@]}" || status=$?
if [ "$status" != 0 ]; then show_logs; fi
exit "$status"
