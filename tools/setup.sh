# Sourced by tools/quickstart and tools/test: installs what they need on Debian 12 and Ubuntu 24.04, and chooses a
# Rust toolchain. Does nothing, and asks for no rights, when everything is there.
# shellcheck shell=bash disable=SC1091,SC2034

# What a build of ocibuild and a run on both architectures need.
build_packages=(
  ca-certificates git g++ meson ninja-build pkg-config
  libarchive-dev libcli11-dev libcurl4-openssl-dev libdeflate-dev libfmt-dev libssl-dev libyaml-dev libzstd-dev nlohmann-json3-dev zlib1g-dev
  gcc-aarch64-linux-gnu libc6-dev-arm64-cross
)

# What the tests need on top: a test framework, the programs that judge our output, and an arm64 world.
test_packages=(
  doctest-dev g++-aarch64-linux-gnu
  libarchive-dev:arm64 libcurl4-openssl-dev:arm64 libfmt-dev:arm64 libssl-dev:arm64 libyaml-dev:arm64 libzstd-dev:arm64 zlib1g-dev:arm64
  catatonit containernetworking-plugins fuse-overlayfs iptables podman qemu-user-static runc skopeo slirp4netns uidmap umoci
  apache2-utils attr binutils curl docker-registry libarchive-tools libcap2-bin nginx-light openssl pigz python3 python3-jsonschema python3-yaml strace
  fish zsh
)

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "error: $1 needs root, and there is no sudo"
    return 1
  fi
}

# Prints those of its arguments that are not installed.
missing_packages() {
  local native installed package
  native=$(dpkg --print-architecture)
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}:${Architecture}\n' | sed -n 's/^ii *//p')
  for package in "$@"; do
    case $package in
      *:*) grep -qxF "$package" <<<"$installed" ;;
      *) grep -qxF -e "$package:$native" -e "$package:all" <<<"$installed" ;;
    esac || printf '%s\n' "$package"
  done
}

distribution() { (. /etc/os-release && echo "$ID"); }

# Lets apt find arm64 packages. Debian has them on every mirror; Ubuntu has them on ports.ubuntu.com only, so its
# other sources are told to stay with amd64.
enable_arm64() {
  dpkg --print-foreign-architectures | grep -qx arm64 || as_root dpkg --add-architecture arm64
  if [ "$(distribution)" = ubuntu ] && ! grep -rqs ports.ubuntu.com /etc/apt/sources.list /etc/apt/sources.list.d; then
    local codename
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    if [ -f /etc/apt/sources.list.d/ubuntu.sources ]; then
      as_root sed -i -e '/^Architectures:/d' -e 's/^Types:.*/&\nArchitectures: amd64/' /etc/apt/sources.list.d/ubuntu.sources
    fi
    if [ -f /etc/apt/sources.list ]; then
      as_root sed -i -E 's/^deb (https?:)/deb [arch=amd64] \1/' /etc/apt/sources.list
    fi
    as_root tee /etc/apt/sources.list.d/ubuntu-ports.sources >/dev/null <<EOF
Types: deb
Architectures: arm64
URIs: http://ports.ubuntu.com/ubuntu-ports
Suites: $codename $codename-updates $codename-security
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
EOF
  fi
}

# Installs its arguments, which may name arm64 packages.
install_packages() {
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "installing: ${missing//$'\n'/ }"
  if [ "$(dpkg --print-architecture)" != amd64 ]; then
    say "error: these packages can be installed on amd64 only; on another architecture install what is needed by hand"
    return 1
  fi
  if grep -q ':arm64$' <<<"$missing"; then enable_arm64; fi
  # A source that has nothing to do with us may be broken; if one of ours is, the next command says so.
  as_root apt-get update -q >&2 || say "note: apt-get update failed for some source, going on"
  # shellcheck disable=SC2086  # one word per package
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-remove --no-install-recommends $missing >&2
}

# True when rustup has, or could add, what both architectures need. Ubuntu packages rustup; Debian 12 does not.
rustup_serves() {
  if [ -x "$HOME/.cargo/bin/rustup" ]; then PATH="$HOME/.cargo/bin:$PATH"; fi
  if ! command -v rustup >/dev/null; then
    [ "$(distribution)" = ubuntu ] && install_packages rustup || return 1
  fi
  PATH="$(dirname "$(command -v rustup)"):$PATH"
  rustup which rustc >/dev/null 2>&1 || rustup toolchain install stable --profile minimal >&2 || return 1
  rustup which rustc >/dev/null 2>&1 || rustup default stable >&2 || return 1
  local target
  for target in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu; do
    rustup target list --installed | grep -qx "$target" || rustup target add "$target" >&2 || return 1
  done
}

# The newest Rust that Ubuntu packages under a versioned name, as in `1.91`.
newest_versioned_rust() {
  apt-cache search --names-only '^rustc-1\.[0-9]+$' | sed -n 's/^rustc-\(1\.[0-9]*\) .*/\1/p' | sort -V | tail -n 1
}

# Makes cargo build for both architectures: with rustup where it can, else with the distribution's packages, and then
# CARGO and RUSTC both name them, since a cargo of rustup in front of PATH would pick its own rustc.
choose_rust() {
  if [ -n "${CARGO:-}" ] && [ -n "${RUSTC:-}" ]; then return 0; fi
  if rustup_serves; then
    unset CARGO RUSTC
    return 0
  fi
  if [ "$(distribution)" = ubuntu ]; then
    local version
    version=$(newest_versioned_rust)
    install_packages "cargo-$version" "rustc-$version" "libstd-rust-$version-dev" "libstd-rust-$version-dev:arm64"
    export CARGO="/usr/lib/rust-$version/bin/cargo" RUSTC="/usr/lib/rust-$version/bin/rustc"
  else
    install_packages cargo-web rustc-web libstd-rust-web-dev libstd-rust-web-dev:arm64
    export CARGO=/usr/bin/cargo RUSTC=/usr/bin/rustc
  fi
}
