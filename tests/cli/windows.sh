# windows.sh: tests of enhance on recordings that are longer than a window; read by run.

# The 32-bit samples that come of 16-bit samples at 16 kHz, from standard input to standard output.
enhanced() { # enhanced OPTION...
    cat >raw.s16
    ./wavtool wrap raw.s16 raw.wav 16000 && "$command" enhance -q raw.wav raw-out.wav --format f32 "$@" &&
        ./wavtool unwrap raw-out.wav raw.f32 && cat raw.f32
}

# In pieces of 0.5 s the first piece is what a recording of 0.5 s gives, and the last one what the last 0.5 s give.
pieces() {
    local tail=$((4 * (22848 - 16000)))
    tail -c +45 voice.wav >voice.s16
    enhanced --window 0.5 --overlap 0 <voice.s16 >all.f32 || return 1
    head -c 16000 voice.s16 | enhanced >first.f32 && tail -c 16000 voice.s16 | enhanced >last.f32 || return 1
    cmp <(head -c 32000 all.f32) first.f32 && cmp <(tail -c $tail all.f32) <(tail -c $tail last.f32)
}

windows() {
    local name
    check "windows of 0.5 s" aligns voice.wav out.wav "22848 16000 1 wav-s16" --window 0.5 --overlap 0.1
    check "windows at 44100 Hz" aligns voice-44100-wav-s16.wav out.wav "62975 44100 1 wav-s16" --window 0.5
    check "pieces without overlap" pieces
    check "a short recording whole: a window of 2 s" same_bytes --window 2
    check "a short recording whole: the paper's" same_bytes --window paper
    check "a short recording whole: of two options the last counts" same_bytes --window 0.5 --window paper
    for name in 0 0.001 -1 nan inf 1e9 x '' 1x papers; do
        check "window '$name'" fails_with 2 "--window takes 0.01 to 86400 seconds or 'paper', not '$name'" \
            enhance --window "$name" a b
    done
    for name in -1 nan inf 1e9 x ''; do
        check "overlap '$name'" fails_with 2 "--overlap takes 0 to 86400 seconds, not '$name'" \
            enhance --overlap "$name" a b
    done
    check "the paper's has no overlap" fails_with 2 'paper' enhance --window paper --overlap 1 a b
    check "more overlap than half a window" fails_with 2 'half of the window' enhance voice.wav never.wav \
        --window 1 --overlap 0.6
    check "half a window of overlap" aligns voice.wav out.wav "22848 16000 1 wav-s16" --window 1 --overlap 0.5
    check "more overlap than half the default window" fails_with 2 'half of the window' enhance voice.wav never.wav \
        --overlap 6
    rm -rf overlapped && mkdir overlapped && cp voice.wav overlapped/a.wav && cp voice.wav overlapped/b.wav
    check "more overlap than half a window, once for a folder" fails_with 2 'half of the window' \
        enhance overlapped never.folder --overlap 6
}

# A window that the machine has room for, but not for 256 of them: 1.5 times the share of a job. 3 MB for a second is
# less than the smallest model takes.
too_many_jobs() {
    local seconds code=0 n
    seconds=$(awk '/^MemTotal:/ { print int(1.5 * $2 * 1024 / 256 / 3e6) + 1 }' /proc/meminfo)
    rm -rf many result && mkdir many && ./wavtool make silence many/0.wav 16000 1 wav-s16 $((16000 * seconds)) &&
        for ((n = 1; n < 256; n++)); do
            ln many/0.wav many/$n.wav || return 1
        done
    "$command" enhance -q --threads 1 --jobs 256 --window "$seconds" many result 2>stderr || code=$?
    head -n 1 stderr
    rm -rf many
    [ $code -eq 1 ] && [ -z "$(find result -type f)" ] && [ "$(grep -cE \
        '^mambattention: .*: a window of [0-9.]+ s needs [0-9.]+ GB of memory, 256 jobs need [0-9.]+ GB, and this' \
        stderr)" -eq 256 ]
}

# Whichever allocation fails.
without_library_terms() { # without_library_terms OPTION...
    local n count
    MBT_FAULT=malloc:0 MBT_FAULT_LOG=calls LD_PRELOAD=./faults.so "$command" enhance -q voice.wav out.wav "$@" ||
        return 1
    count=$(cat calls)
    for ((n = 1; n <= count; n++)); do
        MBT_FAULT=malloc:$n LD_PRELOAD=./faults.so "$command" enhance -q voice.wav out.wav "$@" || true
    done 2>stderr
    cat stderr
    [ "$(grep -c 'voice.wav: out of memory$' stderr)" -ge 1 ] && grep -q 'out of memory for 1 channel$' stderr &&
        ! grep -q 'block of memory' stderr
}

# What a program writes that does not know how long its stream will be, 2 GiB or so, is no end: 2.25 GiB of silence.
beyond_2_gib() {
    python3 - <<'END' | "$command" enhance -q --format s16 - - | wc -c >bytes
import os, struct
form = struct.pack("<IHHIIHH", 16, 3, 1, 16000, 128000, 8, 64)
os.write(1, struct.pack("<4sI8s", b"RIFF", 0x7ffff024, b"WAVEfmt ") + form + struct.pack("<4sI", b"data", 0x7ffff000))
block, left = bytes(65536), 9 << 28
while left:
    left -= os.write(1, block[:left])
END
    [ "$(<bytes)" -eq $((44 + (9 << 28) / 4)) ]
}

shortage() {
    check "a stream beyond 2 GiB" beyond_2_gib
    check "memory does not grow" memory_stays
    check "memory does not grow with a causal model" live_memory_stays
    check "more jobs than there is memory for" too_many_jobs
    check "no memory, in the terms of the command" without_library_terms
    check "no memory, with --mix" without_library_terms --mix 0.5
}
