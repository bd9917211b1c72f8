#!/bin/sh
# Makes the ELF samples in corpus/elf again. They are committed, because their bytes depend on compiler versions; the
# unit tests of read_elf use them too. Needs gcc, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross.
set -eu
cd "$(dirname "$0")/corpus/elf"
small='-Os -s -Wl,-z,noseparate-code -Wl,-z,max-page-size=4096 -Wl,-z,norelro'
source=$(mktemp -d)
trap 'rm -r "$source"' EXIT
cat > "$source/libc.c" <<'C'
#include <stdio.h>
int main(void) { return puts("hello") < 0; }
C
cat > "$source/bare.c" <<'C'
void _start(void) { for (;;) {} }
C
cat > "$source/provider.c" <<'C'
int first(void) { return 1; }
int second(void) { return 2; }
C
echo 'GLIBC_2.2.5 { global: first; local: *; }; GLIBC_2.36 { global: second; } GLIBC_2.2.5; GLIBC_PRIVATE { } GLIBC_2.36;' > "$source/versions"
gcc $small -Wl,-rpath,'$ORIGIN/../lib:/opt/lib' -o dynamic-amd64 "$source/libc.c"
aarch64-linux-gnu-gcc $small -Wl,--build-id=none -o dynamic-arm64 "$source/libc.c"
gcc $small -nostdlib -static -Wl,--build-id=none -o static-amd64 "$source/bare.c"
cat > "$source/abi.c" <<'C'
__attribute__((section(".note.ABI-tag"), aligned(4), used)) static const int tag[] = {4, 16, 1, 0x554e47, 0, 3, 2, 0};
void _start(void) { for (;;) {} }
C
gcc $small -nostdlib -static -Wl,--build-id=none -o static-gnu-amd64 "$source/abi.c"
gcc $small -nostdlib -static-pie -o static-pie-amd64 "$source/bare.c"
gcc $small -nostdlib -shared -fPIC -Wl,-soname,libc.so.6 -Wl,--version-script="$source/versions" -o provider-amd64.so "$source/provider.c"
gcc -m32 -Os -nostdlib -static -no-pie -fno-pie -Wl,--build-id=none -Wl,-z,noseparate-code -o unstripped-386 "$source/bare.c"
gcc -c -Os -o object-amd64.o "$source/bare.c"
