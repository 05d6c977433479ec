#!/bin/sh
# port.sh COMPILER SOURCE_DIR [FLAG...]: other people's flags. Those that would change the bits stop the build with a
# line that says so, or are without effect; and the sources build for a system without malloc, getenv and a
# floating-point mode. FLAG...: what the compiler needs to compute float as float. Without them the build stops with a
# line that names them.
set -u
compiler=$1
root=$2
shift 2
needed=$*
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT
failed=0

# build FILE OUT FLAG...
# shellcheck disable=SC2086 # words on purpose
build() {
    file=$1 object=$2
    shift 2
    "$compiler" -std=c11 -O2 $needed -DMBT_SLEEF=0 -I"$root" -I"$root/runtime/include" -I"$root/simd/scalar" \
        -c "$root/$file" -o "$object" "$@" >"$out/log" 2>&1
}

complain() {
    echo "$*"
    cat "$out/log"
    failed=1
}

for file in simd/norm.c runtime/signal/fft.c runtime/signal/level.c runtime/signal/window.c runtime/decoder.c; do
    for flag in -ffast-math -Ofast -ffinite-math-only; do
        if build $file "$out/a.o" $flag || ! grep -q "flags change the bits" "$out/log"; then
            complain "$file: $flag does not stop the build with our line"
        fi
    done
done

if [ -n "$needed" ]; then
    line=$needed needed=
    if build simd/norm.c "$out/a.o" || ! grep -q -- "#error.*add $line" "$out/log"; then
        complain "the build without $line does not stop with our line"
    fi
    needed=$line
elif build simd/cpu.c "$out/a.o" -mfpmath=387; then # gcc for x86-64
    if build simd/norm.c "$out/a.o" -mfpmath=387 || ! grep -q "#error.*x87" "$out/log"; then
        complain "-mfpmath=387 does not stop the build with our line"
    fi
fi

# gcc says so of the parts of -ffast-math too; and it obeys the source's word against contraction. clang does only if
# its flags leave contraction at what it is by default; by_hand.sh tries the other case.
contract=
if "$compiler" -dM -E - </dev/null | grep -q __clang__; then
    contract=-ffp-contract=on
else
    contract=-ffp-contract=fast
    if build simd/norm.c "$out/a.o" -funsafe-math-optimizations || ! grep -q "flags change the bits" "$out/log"; then
        complain "-funsafe-math-optimizations does not stop the build with our line"
    fi
fi
fused=
for flag in -mfma -mfpu=neon-vfpv4; do
    if build simd/cpu.c "$out/a.o" $flag; then
        fused=$flag
        break
    fi
done
for file in simd/norm.c simd/scan.c simd/spectral.c runtime/signal/fft.c runtime/signal/window.c runtime/decoder.c; do
    build $file "$out/off.o" $fused -ffp-contract=off || complain "$file: does not build"
    build $file "$out/fast.o" $fused $contract || complain "$file: does not build with $contract"
    cmp -s "$out/off.o" "$out/fast.o" || complain "$file: $fused $contract changes the code"
done

for file in runtime/system/memory.c simd/dispatch.c runtime/enhancer.c runtime/signal/pcm.c; do
    build $file "$out/a.o" -Wall -Werror -DMBT_HAVE_X86=0 -DMBT_HAVE_NEON=0 -DMBT_HAS_MALLOC=0 -DMBT_HAS_GETENV=0 \
        -DMBT_HAS_FLOAT_MODE=0 || complain "$file: does not build for a system without anything"
done
build runtime/system/cores.c "$out/a.o" -Wall -Werror -DMBT_THREADS=1 -DMBT_HAS_LINUX_CORES=0 ||
    complain "runtime/system/cores.c: does not build for a system without masks and quotas"
exit $failed
