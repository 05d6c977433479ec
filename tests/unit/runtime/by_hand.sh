#!/bin/sh
# by_hand.sh COMPILER SOURCE_DIR: the library compiled as somebody else would, without our CMake files and with flags
# that invite the compiler to fuse multiplications and additions. gcc obeys the sources, and the bits are right. clang
# told =fast does not: mbt_open refuses.
set -u
compiler=$1
root=$2
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT
failed=0

cat >"$out/program.c" <<END
#include <stdio.h>
#include "mambattention/mambattention.h"
int main(void)
{
    mbt_enhancer *enhancer;
    const mbt_status status = mbt_open(mbt_model_default(), NULL, &enhancer);
    if (status == MBT_OK)
        mbt_close(enhancer);
    printf("%d %d\n", status, mbt_self_test(NULL));
    return 0;
}
END

# expect WANTED FLAG...: what mbt_open and mbt_self_test give in a build with these flags.
expect() {
    wanted=$1
    shift
    found=$(cd "$root" && "$compiler" -O1 -DMBT_SLEEF=0 -DMBT_DEFAULT_MODEL=mbt_model_tiny_int8 "$@" \
        -I. -Iruntime/include -Isimd/scalar simd/*.c simd/scalar/*.c runtime/*.c runtime/*/*.c \
        weights/default.c weights/tiny/tiny_int8.c "$out/program.c" -lm -o "$out/program" && "$out/program")
    if [ "$found" != "$wanted" ]; then
        echo "$*: mbt_open and mbt_self_test give $found, not $wanted"
        failed=1
    fi
}

fused=
if grep -qw fma /proc/cpuinfo; then
    fused=-mfma
fi
if "$compiler" -dM -E - </dev/null | grep -q __clang__; then
    if "$compiler" $fused -dM -E - </dev/null | grep -qE '__FMA__|__aarch64__'; then
        expect "-10 -10" $fused -std=c11 -ffp-contract=fast
    fi
    expect "0 0" $fused -std=gnu11
else
    expect "0 0" $fused -std=gnu11 -ffp-contract=fast
fi
exit $failed
