#!/usr/bin/env bash
# Prints the manifests in the form that can be applied today.
#
#   scripts/render-manifests.sh | kubectl apply -f -
#   scripts/render-manifests.sh --podman [--port-offset N] > play.yaml
#
# A component with its real image is printed as it is committed. One with another image, a placeholder such as
# nginx:alpine, is printed without what no placeholder can meet: the probes of /health and /ready, and the security
# context of a program that is not root and writes nothing. Its container port becomes PLACEHOLDER_PORT (default 80);
# the Service follows, since it names the port.
#
# --podman prints for `podman kube play`: without probes, because podman runs curl inside the container for them, and
# our images have no curl; and with each port at the same number of this machine, or N above it.
set -euo pipefail
cd "$(dirname "$0")/../k8s"

for_podman=0
offset=0
while [ $# -gt 0 ]; do
  case $1 in
    --podman) for_podman=1 ;;
    --port-offset)
      offset=${2:?--port-offset needs a number}
      shift
      ;;
    *)
      echo "error: $1 is not an option of render-manifests.sh" >&2
      exit 2
      ;;
  esac
  shift
done

# has_placeholder COMPONENT: true when its image is not the one of the component.
has_placeholder() {
  ! grep -qE "^[ -]+image: [\"']?([^ ]*/)?demon-$1([@:]|[\"']?[[:space:]]*\$)" "$1.yaml"
}

# without KEY...: copies a manifest and leaves out these keys with everything that is indented below them.
without() {
  awk -v keys="$*" '
    BEGIN { count = split(keys, names, " "); for (i = 1; i <= count; ++i) left_out[names[i] ":"] = 1 }
    { indent = match($0, /[^ ]/) }
    skipping && (indent == 0 || indent > depth) { next }
    { skipping = $1 in left_out; depth = indent }
    !skipping
  '
}

# on_port PORT: copies a manifest with another port of the container, or with the port that it has if PORT is empty;
# for podman with a port of this machine too.
on_port() {
  awk -v port="$1" -v for_podman="$for_podman" -v offset="$offset" '
    !/^[ -]*containerPort:/ { print; next }
    {
      at = index($0, "containerPort:")
      start = substr($0, 1, at - 1)  # spaces, and the dash where it is the first key
      value = substr($0, at + length("containerPort:")) + 0
      print start "containerPort: " (port == "" ? value : port)
      gsub(/-/, " ", start)
      if (for_podman) print start "hostPort: " value + offset
    }
  '
}

for manifest in *.yaml; do
  component=${manifest%.yaml}
  left_out=()
  port=
  if [ "$for_podman" = 1 ]; then left_out+=(startupProbe livenessProbe readinessProbe); fi
  if has_placeholder "$component"; then
    left_out+=(startupProbe livenessProbe readinessProbe securityContext)
    port=${PLACEHOLDER_PORT:-80}
  fi
  echo ---
  without "${left_out[@]}" <"$manifest" | on_port "$port"
done
