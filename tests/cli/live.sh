# live.sh: tests of enhance with a causal model; read by run.

# The same bits as the library gives for the whole recording, through files and pipes.
live_bits() { # live_bits OPTION...
    "$command" enhance -q --model ./live.so "$@" voice.wav live.wav --format f32 && ./wavtool unwrap live.wav got.f32 &&
        cmp got.f32 live-wanted.f32 && ./wavtool aligned voice.wav live.wav
}

live_bits_piped() {
    dribble live-in.f32 | "$command" enhance -q --model ./live.so --raw f32 - - >got.f32 && cmp got.f32 live-wanted.f32
}

# live.py's input: the voice, and beside it the voice delayed. Each channel is enhanced on its own.
prepare_live() {
    [ -x "$whole_library" ] || { echo "$whole_library is not built"; return 1; }
    ./wavtool unwrap voice.wav live-in.f32 && "$whole_library" ./live.so <live-in.f32 >live-wanted.f32 &&
        raw voice.wav >live-in.s16 && ./wavtool convert voice.wav wide.wav 16000 2 wav-s16 &&
        samples_of wide.wav >live-in-2.s16 || return 1
    python3 - "$whole_library" <<'END'
import subprocess, sys
from array import array
# Samples are rounded to 16 bits as the command says: to the nearest, halves to the even one.
def enhanced(samples):
    given = array("f", (x / 32768 for x in samples)).tobytes()
    result = array("f", subprocess.run([sys.argv[1], "./live.so"], input=given, capture_output=True, check=True).stdout)
    return array("h", (max(-32768, min(32767, round(32768 * x))) for x in result))
one, two = (array("h", open(name, "rb").read()) for name in ("live-in.s16", "live-in-2.s16"))
open("live-wanted.s16", "wb").write(enhanced(one))
for channel in range(2):
    two[channel::2] = enhanced(two[channel::2])
open("live-wanted-2.s16", "wb").write(two)
END
}

live_case() { python3 "$here/live.py" "$command" "$1"; }

# said MODEL OPTION...: what is told of samples that go through pipes.
said() {
    local pattern=$1
    cat live-in.s16 | "$command" enhance "${@:2}" - - 2>stderr >got.raw
    local code=$?
    cat stderr
    [ $code -eq 0 ] && [ "$(wc -l <stderr)" -eq 2 ] && grep -qE "^standard input: model $pattern\$" stderr
}

by_default_live() {
    said 'live \(the default for --raw through pipes\), latency 400 samples, 25\.0 ms' --raw s16 &&
        cmp got.raw live-wanted.s16
}

# No pipe with --raw on both sides.
by_default_tiny() {
    "$command" enhance -q --model tiny voice.wav wanted.wav || return 1
    "$command" enhance -q --raw s16 - - <live-in.s16 | cmp - <(raw wanted.wav) &&
        cat live-in.s16 | "$command" enhance -q --raw s16 - got.wav && cmp got.wav wanted.wav &&
        cat voice.wav | "$command" enhance -q - - | cmp - <("$command" enhance -q --model tiny voice.wav -) &&
        said 'tiny, latency 24000 samples, 1500\.0 ms: a window' --raw s16 --window 1.5 && cmp got.raw <(raw wanted.wav)
}

live_in_a_folder() {
    rm -rf lived result && mkdir lived && cp voice.wav lived/a.wav && cp voice.wav lived/b.wav || return 1
    "$command" enhance -q --model ./live.so --jobs 2 lived result && "$command" enhance -q --model ./live.so voice.wav \
        wanted.wav && cmp result/a.wav wanted.wav && cmp result/b.wav wanted.wav
}

# Some of the input, aligned to the sample; all of it is the input.
live_mixed() {
    "$command" enhance -q --model ./live.so --mix 0 voice.wav got.wav && cmp <(raw got.wav) <(raw voice.wav) &&
        cat live-in.s16 | "$command" enhance -q --model ./live.so --raw s16 --mix 0 - - | cmp - live-in.s16 || return 1
    cat live-in.f32 | "$command" enhance -q --model ./live.so --raw f32 --mix 0.5 - - >got.f32 && python3 - <<'END'
import sys
from array import array
given, wanted, got = (array("f", open(name, "rb").read()) for name in ("live-in.f32", "live-wanted.f32", "got.f32"))
furthest = max(abs(0.5 * (x + y) - z) for x, y, z in zip(given, wanted, got, strict=True))
print("furthest", furthest)
sys.exit(not furthest <= 1e-6)
END
}

# Four times as long, in the same memory.
live_memory_stays() {
    ./wavtool make voiced half.wav 16000 2 wav-s16 160000 && ./wavtool make voiced two.wav 16000 2 wav-s16 640000 &&
        python3 - "$command" <<'END'
import resource, subprocess, sys
def peak(*arguments):
    subprocess.run([sys.argv[1], "enhance", "-q", "--model", "./live.so", *arguments], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
short, long = peak("half.wav", "out.wav"), peak("two.wav", "out.wav")
print(short, "kB for 10 s,", long, "kB for 40 s")
sys.exit(not long <= 1.05 * short)
END
}

live_at_another_rate() {
    "$command" enhance -q --model ./live.so voice-44100-wav-s16.wav wanted.wav && raw voice-44100-wav-s16.wav >in.raw &&
        dribble in.raw | "$command" enhance -q --model ./live.so --raw s16 --rate 44100 - - | cmp - <(raw wanted.wav)
}

# What a high pass at 10 kHz lets through of the speech: some of it, or nothing.
high_bands() { # high_bands VOICE OPTION...
    "$command" enhance -q --format f32 "${@:2}" "$1" keep.wav &&
        "$command" enhance -q --format f32 "${@:2}" --high-band drop "$1" drop.wav &&
        ./wavtool unwrap "$1" in.f32 && ./wavtool unwrap keep.wav keep.f32 &&
        ./wavtool unwrap drop.wav drop.f32 && python3 - <<'END'
import math, sys
from array import array
HALF, CUT = 31, 10000 / 48000
def low_pass(n):
    sinc = 2 * CUT if n == 0 else math.sin(2 * math.pi * CUT * n) / (math.pi * n)
    return sinc * (0.5 + 0.5 * math.cos(math.pi * n / (HALF + 1)))
taps = [(n == 0) - low_pass(n) for n in range(-HALF, HALF + 1)]
def power(name):
    x = array("f", open(name, "rb").read())[15000:45000]
    return sum(sum(map(lambda a, b: a * b, taps, x[i:i + len(taps)])) ** 2 for i in range(len(x) - len(taps)))
given, keep, drop = power("in.f32"), power("keep.f32"), power("drop.f32")
print("of", given, "kept", keep / given, "dropped", drop / given)
sys.exit(not (0.3 < keep / given < 1.1 and drop / given < 1e-3))
END
}

# Two channels of it, in whatever pieces a pipe gives.
high_band_piped() {
    ./wavtool convert voice-48000-wav-f32.wav wide.wav 48000 2 wav-f32 && samples_of wide.wav >in.raw &&
        "$command" enhance -q --window 0.6 wide.wav wanted.wav && samples_of wanted.wav >wanted.raw &&
        dribble in.raw | "$command" enhance -q --window 0.6 --raw f32 --rate 48000 --channels 2 - - | cmp - wanted.raw
}

live_bar() {
    script -qec "$command enhance --model ./live.so voice.wav out.wav" /dev/null </dev/null >typed
    local code=$?
    cat -v typed
    [ $code -eq 0 ] && grep -q '\[#*\.*\] .* %' typed && grep -q 'real-time factor' typed
}

lives() {
    local name frames
    check "what the live cases take" prepare_live
    check "live: the library's bits" live_bits
    check "live: the library's bits, scalar, any number of threads" live_bits --isa scalar --threads 3
    check "live: the library's bits, through a pipe" live_bits_piped
    for name in hop_by_hop two_channels small_blocks many_hops_a_block split_samples told_at_once latency_at_16000 \
        latency_at_8000 latency_at_44100 latency_at_48000 latency_at_16001 latency_of_windows ended_by_int \
        ended_by_term reader_gone; do
        check "live: $name" live_case $name
    done
    ./wavtool make large large.wav 48000 2 wav-f32 1000 && ./wavtool make large large-16000.wav 16000 2 wav-f32 1000
    ./wavtool convert "$voice" odd.wav 44101 1 wav-s16
    for frames in 1 199 200 201 399 400 401 599; do
        ./wavtool make voiced short.wav 16000 2 wav-f32 $frames
        check "live: $frames frames" enhances short.wav out.wav "$frames 16000 2 wav-f32" --model ./live.so
    done
    for name in 8000 44100 48000; do
        frames=$((68545 * name / 48000))
        check "live: $name Hz" aligns voice-$name-wav-s16.wav out.wav "$frames $name 1 wav-s16" --model ./live.so
    done
    check "live: a pipe at 44100 Hz gives what a file does" live_at_another_rate
    check "live: stereo at 44100 Hz" stereo_like_mono --model ./live.so
    check "live: what is above 8 kHz" high_bands voice-48000-wav-f32.wav --model ./live.so
    check "live: what is above 8 kHz at a rate that goes through libsamplerate" high_bands odd.wav --model ./live.so
    check "tiny: what is above 8 kHz" high_bands voice-48000-wav-f32.wav
    check "tiny: what is above 8 kHz, with a limit" high_bands voice-48000-wav-f32.wav --limit 3 --window 0.5
    check "tiny: what is above 8 kHz, through a pipe" high_band_piped
    check "live: too loud at 48000 Hz" fails_with 1 \
        'large.wav: channel 2, 0.000104 s \(frame 5\): the sample is 1000000, and a causal .* at 48000 Hz at most 8$' \
        enhance --model ./live.so large.wav never.wav
    check "live: as loud at 16000 Hz" enhances large-16000.wav out.wav "1000 16000 2 wav-f32" --model ./live.so
    check "live: at 44101 Hz" aligns odd.wav out.wav "62977 44101 1 wav-s16" --model ./live.so
    check "--high-band x" fails_with 2 "--high-band takes keep or drop, not 'x'" enhance --high-band x a b
    ./wavtool convert voice.wav wide.wav 16000 6 flac-s24
    check "live: 6 channels of FLAC, each on its own" aligns wide.wav out.flac "22848 16000 6 flac-s24" \
        --model ./live.so
    ./wavtool make silence silence.wav 16000 2 wav-s16 12345
    check "live: silence stays silence" silent silence.wav out.wav "12345 16000 2 wav-s16" --model ./live.so
    check "live: a folder" live_in_a_folder
    check "live: --mix" live_mixed
    check "live: the progress bar" live_bar
    for name in --window=2 --window=paper --overlap=0.1; do
        check "live: $name" fails_with 2 "--window and --overlap are for .*'./live.so' is causal: it has none" \
            enhance --model ./live.so $name voice.wav never.wav
    done
    check "live: info" prints '^  latency +400 samples, 25\.0 ms: causal$' info --model ./live.so
    check "live: info, memory" prints '^  memory +[0-9.]+ MB for any length$' info --model ./live.so
    check "tiny: info" prints '^  latency +a window: not causal$' info
    case ";$MBT_MODELS;" in
    *";live-int8;"*)
        check "live is the default from pipe to pipe" by_default_live
        ;;
    *) ;;
    esac
    check "tiny is the default elsewhere" by_default_tiny
}
