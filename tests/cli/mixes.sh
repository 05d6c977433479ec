# mixes.sh: tests of how much of the enhancement reaches the result, and of samples that are clipped; read by run.

floats() { ./wavtool unwrap "$1" "$2"; } # the samples of a WAV as 32-bit floats without a header

# With --mix 0 the result is the input, sample by sample, whatever lies between.
mixed_to_nothing() { # mixed_to_nothing IN OPTION...
    "$command" enhance -q "$1" mixed.wav --mix 0 "${@:2}" && floats "$1" in.f32 && floats mixed.wav mixed.f32 &&
        cmp in.f32 mixed.f32
}

# is_mix IN WET MIXED M: MIXED is what mixing the two says, to the last bit of float.
is_mix() {
    floats "$1" in.f32 && floats "$2" wet.f32 && floats "$3" mixed.f32 && python3 - "$4" <<'END'
import struct, sys

def read(name):
    with open(name, "rb") as file:
        data = file.read()
    return struct.unpack("<%df" % (len(data) // 4), data)

def as_float(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]

dry = as_float(1 - float(sys.argv[1]))
inputs, wet, mixed = read("in.f32"), read("wet.f32"), read("mixed.f32")
assert len(inputs) == len(wet) == len(mixed) > 10000
wrong = [i for i in range(len(wet)) if mixed[i] != as_float((1 - dry) * wet[i] + dry * inputs[i])]
sys.exit(f"{len(wrong)} samples are off, the first at {wrong[0]}" if wrong else 0)
END
}

mixed() { # mixed IN M OPTION...
    "$command" enhance -q "$1" wet.wav --format f32 "${@:3}" &&
        "$command" enhance -q "$1" mixed.wav --format f32 --mix "$2" "${@:3}" && is_mix "$1" wet.wav mixed.wav "$2"
}

# From a pipe to a pipe, in blocks of any size.
mixed_in_pipes() {
    "$command" enhance -q voice-44100-wav-f32.wav wanted.wav --window 0.3 --mix 0.4 || return 1
    dribble voice-44100-wav-f32.wav | "$command" enhance -q --window 0.3 --mix 0.4 - - >got.wav &&
        floats wanted.wav wanted.f32 && floats got.wav got.f32 && cmp got.f32 wanted.f32
}

mixed_in_folders() {
    rm -rf mixing mixed && mkdir mixing && cp voice.wav mixing/a.wav && cp voice-16000-wav-f32.wav mixing/b.wav &&
        "$command" enhance -q mixing mixed --jobs 2 --mix 0.5 --limit 9 || return 1
    "$command" enhance -q voice.wav a.wav --mix 0.5 --limit 9 && cmp a.wav mixed/a.wav &&
        "$command" enhance -q voice-16000-wav-f32.wav b.wav --mix 0.5 --limit 9 && cmp b.wav mixed/b.wav
}

# Two seconds of white noise, of which the model leaves nearly nothing.
make_noise() {
    python3 - <<'END'
import random, struct
random = random.Random(1)
data = struct.pack("<32000f", *(random.uniform(-0.5, 0.5) for i in range(32000)))
form = struct.pack("<IHHIIHH", 16, 3, 1, 16000, 64000, 4, 32)
with open("noise.wav", "wb") as file:
    file.write(struct.pack("<4sI8s", b"RIFF", 36 + len(data), b"WAVEfmt ") + form)
    file.write(struct.pack("<4sI", b"data", len(data)) + data)
END
}

# The level of the noise is that of the input less the limit, and less what the phases cost that the network changes:
# WANTED is by the reference, whose mask was limited likewise.
limited() { # limited DB WANTED OPTION...
    "$command" enhance -q noise.wav quieter.wav --limit "$1" "${@:3}" && floats noise.wav in.f32 &&
        floats quieter.wav out.f32 && python3 - "$2" <<'END'
import math, struct, sys

def level(name):
    with open(name, "rb") as file:
        data = file.read()
    samples = struct.unpack("<%df" % (len(data) // 4), data)
    return 10 * math.log10(sum(x * x for x in samples) / len(samples))

down = level("in.f32") - level("out.f32")
print(f"{down:.3f} dB")
sys.exit(abs(down - float(sys.argv[1])) > 0.05)
END
}

# told_as_clipped NAME OPTION...: the count of the samples of exact.wav, which the same recording gives as floats, that
# 16 bits have no room for. On standard error, in one line, and with -q too.
told_as_clipped() {
    local count
    floats exact.wav exact.f32 && count=$(python3 - <<'END'
import struct
with open("exact.f32", "rb") as file:
    data = file.read()
samples = struct.unpack("<%df" % (len(data) // 4), data)
print(sum(not -32768 <= round(x * 32768) <= 32767 for x in samples))
END
    ) || return 1
    cat stderr
    [ "$count" -ge 10 ] && [ "$(<stderr)" = "mambattention: warning: $1: $count samples clipped" ]
}

clipped_file() { "$command" enhance -q loud.wav out.wav "$@" 2>stderr && told_as_clipped out.wav; }

clipped_pipe() { "$command" enhance -q loud.wav - "$@" 2>stderr >out.wav && told_as_clipped 'standard output'; }

# Each recording has its line, and those without have none.
clipped_folder() {
    rm -rf clipping clipped && mkdir clipping && cp loud.wav clipping/loud.wav && cp voice.wav clipping/voice.wav &&
        "$command" enhance -q clipping clipped --format s16 --jobs 2 2>stderr && told_as_clipped clipped/loud.wav
}

# --mix 0 gives the input, where one sample is 1.5, and -1 and the largest that is no more than 32767 are none.
one_clipped() {
    python3 - <<'END'
import struct
data = struct.pack("<6f", 0.25, -1, 1.5, 32767 / 32768, 0, -0.5)
with open("one.f32", "wb") as file:
    file.write(data)
END
    "$command" enhance -q --raw f32 --format s16 --mix 0 - - <one.f32 >one.s16 2>stderr && cat stderr &&
        [ "$(<stderr)" = "mambattention: warning: standard output: 1 sample clipped" ] &&
        cmp one.s16 <(printf '\x00\x20\x00\x80\xff\x7f\xff\x7f\x00\x00\x00\xc0')
}

none_clipped() { # none_clipped OUT OPTION...
    "$command" enhance -q loud.wav "$@" 2>stderr
    local code=$?
    cat stderr
    [ $code -eq 0 ] && [ ! -s stderr ]
}

clips() {
    ./wavtool make loud loud.wav 16000 2 wav-f32 16000
    "$command" enhance -q loud.wav exact.wav
    check "clipped samples in 16 bits" clipped_file --format s16
    check "clipped samples in a pipe" clipped_pipe --format s16
    check "clipped samples in a folder" clipped_folder
    check "one clipped sample" one_clipped
    check "none in floats" none_clipped out.wav
    check "none in Ogg" none_clipped out.ogg
}

mixes() {
    local name
    ./wavtool convert "$voice" wide-44100.wav 44100 2 wav-s16
    check "--mix 0 is the input" mixed_to_nothing voice.wav
    check "--mix 0 in windows, at 44100 Hz, stereo" mixed_to_nothing wide-44100.wav --window 0.3
    check "--mix 0 in floats at 48000 Hz" mixed_to_nothing voice-48000-wav-f32.wav
    check "--mix 0 at 8000 Hz" mixed_to_nothing voice-8000-wav-s16.wav --window 0.5 --overlap 0
    check "--mix 0.3" mixed voice.wav 0.3
    check "--mix 0.75 in windows, at 44100 Hz, stereo" mixed wide-44100.wav 0.75 --window 0.3
    check "--mix 1 is the default" same_bytes --mix 1
    check "--mix in pipes" mixed_in_pipes
    check "--mix and --limit for folders" mixed_in_folders
    make_noise
    check "--limit 0.1" limited 0.1 0.449
    check "--limit 6" limited 6 6.344
    check "--limit 12" limited 12 12.291
    check "--limit 6 in windows" limited 6 6.344 --window 0.5
    check "--limit 200 is none" same_bytes --limit 200
    for name in -0.1 1.01 nan inf x '' 0.5x; do
        check "--mix '$name'" fails_with 2 "--mix takes 0 to 1, not '$name'" enhance --mix "$name" a b
    done
    for name in 0 -6 201 nan inf x ''; do
        check "--limit '$name'" fails_with 2 "--limit takes 0.1 to 200 dB, not '$name'" enhance --limit "$name" a b
    done
}
