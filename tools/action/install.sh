#!/usr/bin/env bash
# Installs ocibuild for the action: a release whose checksum is right, else what this checkout builds.
#
#   install.sh --into DIR [--version X.Y.Z|source] [--repository OWNER/NAME] [--download-url URL] [--sha256 HEX]
#
# Afterwards DIR has ocibuild and cargo-ocibuild. A release is downloaded from URL/ocibuild-X.Y.Z-linux-ARCH.tar.gz, URL
# being the release of the repository on GitHub unless it is given, and held against --sha256, else against
# URL/SHA256SUMS. One that is not there is built from source, and said so; one with another checksum ends the script,
# and DIR stays as it was.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# annotate LEVEL TITLE TEXT: tells the runner; the text stays one command, whatever an input has put into it.
annotate() {
  local text=$3
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  say "::$1 title=$2::${text//'##['/# #[}"
}

fail() {
  annotate error "ocibuild cannot be installed" "$*"
  exit 1
}

into=
version=
repository=
url=
checksum=
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || fail "$1 needs a value"
  case $1 in
    --into) into=$2 ;;
    --version) version=$2 ;;
    --repository) repository=$2 ;;
    --download-url) url=${2%/} ;;
    --sha256) checksum=$2 ;;
    *) fail "$1 is not an option of install.sh" ;;
  esac
  shift 2
done
[ -n "$into" ] || fail "--into is missing"
[ -n "$version" ] || version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$root/meson.build")

case $version in
  source) ;;
  *[!0-9A-Za-z.+-]* | '') fail "'$version' is no version, expected one such as 0.1.0, or source" ;;
esac

if [ -z "$url" ] && [ -n "$repository" ]; then
  url=${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download/v$version
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The architecture as images name it.
architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# fetch NAME: downloads a file of the release. False when the release does not have it.
fetch() {
  local status
  status=$(curl -sSL --retry 4 --retry-connrefused --connect-timeout 30 --max-time 600 --proto-redir =https \
    -o "$scratch/$1" -w '%{http_code}' "$url/$1") || fail "$url/$1 cannot be downloaded"
  case $status in
    200) ;;
    404) return 1 ;;
    *) fail "$url/$1: the server answered $status" ;;
  esac
}

# Prints what the checksum of an archive must be.
expected_checksum() {
  if [ -n "$checksum" ]; then
    echo "$checksum"
    return
  fi
  fetch SHA256SUMS || fail "$url has no SHA256SUMS"
  awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$scratch/SHA256SUMS"
}

# Leaves the program of the release in $scratch. False when there is no such release. Asked as a condition, so that
# `set -e` does not hold in it.
download() {
  local archive expected
  archive=ocibuild-$version-linux-$(architecture).tar.gz
  fetch "$archive" || return 1
  expected=$(expected_checksum "$archive") || exit 1
  [[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "there is no checksum of $archive"
  echo "$expected  $scratch/$archive" | sha256sum --check --strict --quiet >&2 || fail "$archive has another checksum than $expected"
  mkdir "$scratch/release"
  tar -xzf "$scratch/$archive" -C "$scratch/release" --no-same-owner || fail "$archive cannot be unpacked"
  find "$scratch/release" -type f -name ocibuild -exec mv {} "$scratch/ocibuild" \;
  [ -x "$scratch/ocibuild" ] || fail "$archive contains no program ocibuild"
}

build() {
  # shellcheck source=tools/setup.sh
  . "$root/tools/setup.sh"
  install_packages "${build_packages[@]}"
  [ -f "$root/build/build.ninja" ] || meson setup "$root/build" "$root" -Dtests=false >&2
  ninja -C "$root/build" tools/ocibuild/ocibuild >&2
  cp "$root/build/tools/ocibuild/ocibuild" "$scratch/ocibuild"
}

if [ "$version" = source ] || [ -z "$url" ]; then
  build
elif ! download; then
  annotate notice "ocibuild is built from source" "$url has no release of $version for linux/$(architecture)"
  build
fi

"$scratch/ocibuild" version >&2 || fail "ocibuild does not run here"
mkdir -p "$into"
mv -f "$scratch/ocibuild" "$into/ocibuild"
ln -sf ocibuild "$into/cargo-ocibuild"
