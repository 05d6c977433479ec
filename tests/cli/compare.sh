# compare.sh: tests of the compare subcommand; read by run.

# wav OUT RATE[:FRAMES] FORMULA...: 16 bits, a second if not said otherwise; FORMULA: a channel's sample n by x, the
# voice's at that place, which is voice[4000 + n].
wav() {
    python3 - "$@" <<'END'
import math, struct, sys, wave
with wave.open("voice.wav") as file:
    voice = struct.unpack("<%dh" % file.getnframes(), file.readframes(file.getnframes()))
out, formulas = sys.argv[1], sys.argv[3:]
rate, *frames = map(int, sys.argv[2].split(":"))
with wave.open(out, "wb") as file:
    file.setparams((len(formulas), 2, rate, 0, "NONE", ""))
    names = lambda n: {"x": voice[4000 + n], "n": n, "voice": voice, "sin": math.sin}
    samples = [int(eval(f, names(n))) for n in range(*frames or [rate]) for f in formulas]
    file.writeframes(struct.pack("<%dh" % len(samples), *samples))
END
}

compared() { # compared PATTERN... -- ARGUMENT...: exit code 0, nothing on stderr, and a line for each pattern
    local patterns=() pattern
    while [ "$1" != -- ]; do
        patterns+=("$1")
        shift
    done
    "$command" compare "${@:2}" >stdout 2>stderr || { cat stderr; return 1; }
    cat stdout stderr
    [ ! -s stderr ] || return 1
    for pattern in "${patterns[@]}"; do
        grep -qE -- "$pattern" stdout || { echo "no line matches: $pattern"; return 1; }
    done
}

compared_json() { # compared_json CODE EXPRESSION ARGUMENT...: true of `doc`, and of `at(file, comparison, measure)`
    local code=$1 expression=$2 got=0
    shift 2
    "$command" compare --json "$@" >compared.json 2>stderr || got=$?
    cat compared.json stderr
    [ "$got" -eq "$code" ] && python3 -c 'import json, sys
def no_constant(name):
    raise ValueError(name)
doc = json.loads(open("compared.json", encoding="utf-8").read(), parse_constant=no_constant)
at = lambda file, comparison, measure: next(f for f in doc["files"] if f["file"] == file)[comparison][measure]
near = lambda value, wanted: abs(value - wanted) < 1e-5
sys.exit(not eval(f"({sys.argv[1]})"))' "$expression"
}

# What is left out is told, a line each, and the rest is compared.
partners() {
    local got=0
    rm -rf left right
    mkdir -p left/deep/er right/deep/er
    cp ref.wav left/one.wav
    cp half.wav right/one.wav
    cp ref.wav left/deep/er/two.wav
    "$command" enhance -q ref.wav right/deep/er/two.flac || return 1
    cp ref.wav left/deep/alone.wav
    cp ref.wav right/other.wav
    cp ref.wav left/both.wav && cp ref.wav right/both.wav && cp half.wav right/both.aiff.wav
    echo text >left/notes.txt
    cp ref.wav left/.hidden.wav
    ln -s .. left/deep/loop
    "$command" compare left right/ >stdout 2>stderr || got=$?
    cat stdout stderr
    [ $got -eq 1 ] && [ "$(wc -l <stdout)" -eq 5 ] &&
        [ "$(sort stderr)" = "mambattention: left/deep/alone.wav: has no partner in right/
mambattention: right/both.aiff.wav: has no partner in left
mambattention: right/other.wav: has no partner in left" ] &&
        grep -qE '^one.wav +6\.02 +inf +6\.02 ' stdout && grep -qE '^both.wav +inf ' stdout &&
        grep -qE '^deep/er/two.wav ' stdout && grep -qE '^mean +inf ' stdout
}

with_clean_folder() {
    rm -rf left right spare && mkdir left right spare
    cp ref.wav left/one.wav && cp half.wav right/one.wav && cp half.wav spare/one.wav
    cp ref.wav left/two.wav && cp quarter.wav right/two.wav && cp ref.wav spare/two.wav
    cp ref.wav spare/unused.wav
    compared_json 0 'near(at("one.wav", "a_to_clean", "snr_db"), 0) and
        at("one.wav", "b_to_clean", "snr_db") is None and
        near(at("two.wav", "b_to_clean", "snr_db"), 2.498775) and
        near(doc["mean"]["b_to_a"]["snr_db"], 4.259688) and
        doc["mean"]["b_to_a"]["si_sdr_db"] is None and doc["failed"] == 0 and len(doc["files"]) == 2' \
        left right --clean spare || return 1
    rm spare/one.wav
    compared_json 1 'doc["failed"] == 1 and [f["file"] for f in doc["files"]] == ["two.wav"]' left right \
        --clean spare && grep -q '^mambattention: left/one.wav: has no partner in spare$' stderr
}

# One that cannot be compared does not keep the others.
one_of_several_fails() {
    rm -rf left right && mkdir left right
    cp ref.wav left/a.wav && cp half.wav right/a.wav && cp ref.wav left/b.wav && cp short.wav right/b.wav
    compared_json 1 'doc["failed"] == 1 and len(doc["files"]) == 1 and
        near(doc["mean"]["b_to_a"]["snr_db"], 6.0206)' left right && [ "$(wc -l <stderr)" -eq 1 ] &&
        grep -q 'right/b.wav: it has 5000 frames, and left/b.wav has 16000' stderr
}

strange_names() {
    local control=$'con\ttrol\x1b[31m.wav' invalid=$'in\xffvalid-\xc3\xa4.wav'
    cp half.wav "$control" && cp half.wav "$invalid"
    compared '^con\?trol\?\[31m\.wav ' -- ref.wav "$control" && compared '^in\?valid-ä\.wav ' -- ref.wav "$invalid" &&
        compared_json 0 'doc["files"][0]["b"] == "con\ttrol\x1b[31m.wav"' ref.wav "$control" &&
        compared_json 0 'doc["files"][0]["b"] == "in?valid-\u00e4.wav"' ref.wav "$invalid"
}

compares() {
    local number='[0-9]+\.[0-9]+'
    wav ref.wav 16000 'x // 4 * 4'
    wav half.wav 16000 'x // 4 * 2'
    wav quarter.wav 16000 'x // 4'
    wav noisy.wav 16000 'max(-32768, min(32767, x + 3000 * sin(n * n)))'
    wav quiet.wav 16000 0
    wav both.wav 16000 'x // 4 * 4' 'x // 4 * 4'
    wav uneven.wav 16000 'x // 4 * 2' 'x // 4'
    wav slow.wav 8000 x
    ./wavtool make voiced short.wav 16000 1 wav-s16 5000
    ./wavtool make voiced tiny.wav 16000 1 wav-s16 300
    ./wavtool make silence empty.wav 16000 1 wav-s16 0
    ./wavtool make nan nan.wav 16000 1 wav-f32 16000
    check "compare: a table" compared '^file +SNR dB +SI-SDR dB +segSNR dB +STOI +ESTOI +LSD dB$' \
        "^noisy\.wav( +-?$number){6}\$" -- ref.wav noisy.wav
    check "compare: half the level" compared '^half.wav +6\.02 +inf +6\.02 +1\.0000 +1\.0000 ' -- ref.wav half.wav
    check "compare: the same recording" compared '^ref.wav +inf +inf +35\.00 +1\.0000 +1\.0000 +0\.00$' -- \
        ref.wav ref.wav
    check "compare: A is the reference" compared '^ref.wav +0\.00 +inf +0\.00 ' -- half.wav ref.wav
    check "compare: with a clean recording" compared '^half.wav +B to A ' '^ +A to clean +2\.50 +inf ' \
        '^ +B to clean +6\.02 +inf ' '^ +B - A +\+3\.52 +n/a +\+3\.52 +\+0\.0000 ' \
        -- quarter.wav half.wav --clean ref.wav
    check "compare: the mean over channels" compared '^uneven.wav +4\.26 +inf +4\.26 ' -- both.wav uneven.wav
    check "compare: silence" compared '^quiet.wav +0\.00 +n/a +0\.00 +0\.0000 +0\.0000 ' -- ref.wav quiet.wav
    check "compare: a silent reference" compared '^ref.wav +n/a +n/a +-10\.00 +n/a +n/a +n/a$' -- quiet.wav ref.wav
    check "compare: too short for all but SNR" compared '^tiny.wav +inf +inf +n/a +n/a +n/a +n/a$' -- tiny.wav tiny.wav
    check "compare: JSON" compared_json 0 'near(at("half.wav", "b_to_a", "snr_db"), 6.0206) and
        at("half.wav", "b_to_a", "si_sdr_db") is None and at("half.wav", "b_to_a", "stoi") > 0.9999 and
        sorted(doc["mean"]) == ["b_to_a"] and doc["files"][0]["sample_rate"] == 16000 and
        doc["files"][0]["frames"] == 16000 and len(doc["mean"]["b_to_a"]) == 6' ref.wav half.wav
    check "compare: JSON with a clean recording" compared_json 0 '
        near(doc["mean"]["difference"]["snr_db"], 3.521825) and doc["files"][0]["clean"] == "ref.wav"' \
        quarter.wav half.wav --clean ref.wav
    check "compare: folders" partners
    check "compare: folders with a clean one" with_clean_folder
    check "compare: one of several fails" one_of_several_fails
    check "compare: strange names" strange_names
    check "compare: no B" fails_with 2 'B is missing' compare ref.wav
    check "compare: nothing" fails_with 2 'A is missing' compare
    check "compare: too many" fails_with 2 "'c' is one argument too many" compare a b c
    check "compare: --clean without its argument" fails_with 2 "'--clean' needs an argument" compare a b --clean
    check "compare: unknown option" fails_with 2 "'--frobnicate'" compare --frobnicate a b
    check "compare: no such file" fails_with 1 'none.wav: No such file' compare ref.wav none.wav
    check "compare: no such clean file" fails_with 1 'none.wav: No such file' compare ref.wav ref.wav --clean none.wav
    check "compare: a file and a folder" fails_with 1 'left is a folder, and ref.wav is not' compare ref.wav left
    check "compare: a clean file for folders" fails_with 1 'left is a folder, and ref.wav is not' compare left right \
        --clean ref.wav
    mkdir -p void
    check "compare: a folder without recordings" fails_with 1 'void: there are no recordings' compare left void
    check "compare: other rate" fails_with 1 'slow.wav: its rate is 8000 Hz, that of ref.wav 16000 Hz' compare \
        ref.wav slow.wav
    check "compare: other channels" fails_with 1 'both.wav: it has 2 channels, and ref.wav has 1' compare ref.wav \
        both.wav
    check "compare: other length" fails_with 1 'short.wav: it has 5000 frames, and ref.wav has 16000$' compare ref.wav \
        short.wav
    check "compare: other length of the clean one" fails_with 1 'short.wav: it has 5000 frames' compare --json \
        ref.wav half.wav --clean short.wav
    check "compare: no samples" fails_with 1 'empty.wav: there are no samples' compare empty.wav empty.wav
    check "compare: NaN" fails_with 1 'nan.wav: channel 1, .*not a number' compare ref.wav nan.wav
    ./wavtool make larger larger.wav 16000 1 wav-f32 16000
    check "compare: a sample beyond a million" fails_with 1 \
        'larger.wav: channel 1, 0\.000313 s .*the most is 1000000$' compare ref.wav larger.wav
    head -c 5000 "$root/weights/tiny/tiny_f32.c" >text.wav
    check "compare: not audio" fails_with 1 'text.wav: not a recording' compare text.wav ref.wav
    check "compare: full standard output" compare_to_full_disk
    lags
}

# lagging LAG TEXT A B OPTION...: that a warning says TEXT of B, and JSON says LAG; everything else is as without.
lagging() {
    "$command" compare "${@:3}" >stdout 2>stderr || return 1
    cat stdout stderr
    [ "$(<stderr)" = "mambattention: warning: $2, and measured as it is" ] && grep -qE "^$4 " stdout &&
        compared_json 0 'doc["files"][0]["lag_samples"] == '"$1"' and
            abs(doc["files"][0]["lag_seconds"] - '"$1"' / 16000) < 1e-9' "${@:3}"
}

lags() {
    wav later.wav 16000 'voice[3840 + n] // 4 * 4'
    wav first.wav 16000 'voice[3840 + n] // 4 * 4' 'voice[3840 + n] // 8'
    wav second.wav 16000 'x // 4 * 4' 'x // 8'
    check "compare: B is later" lagging 160 'later.wav: 160 samples (0.010000 s) later than ref.wav' ref.wav later.wav
    check "compare: B is earlier" lagging -160 'ref.wav: 160 samples (0.010000 s) earlier than later.wav' later.wav \
        ref.wav
    check "compare: B is later, in two channels" lagging -160 \
        'second.wav: 160 samples (0.010000 s) earlier than first.wav' first.wav second.wav
    wav by-one.wav 16000 'voice[3999 + n] // 4 * 4'
    check "compare: B is later by one" lagging 1 'by-one.wav: 1 sample (0.000063 s) later than ref.wav' ref.wav \
        by-one.wav
    check "compare: the clean one is later" lagging 0 'later.wav: 160 samples (0.010000 s) later than ref.wav' ref.wav \
        half.wav --clean later.wav
    wav longer.wav 16000:16160 'voice[3840 + n] // 4 * 4'
    local lag='160 samples \(0\.010000 s\)'
    check "compare: other length and later" fails_with 1 \
        "longer.wav: it has 16160 frames, and ref.wav has 16000; it is $lag later than that\$" compare ref.wav \
        longer.wav
    check "compare: other length and earlier" fails_with 1 \
        "ref.wav: it has 16000 frames, and longer.wav has 16160; it is $lag earlier than that\$" compare longer.wav \
        ref.wav
    "$command" enhance -q noisy.wav enhanced.wav
    check "compare: an enhanced recording has no lag" compared_json 0 'doc["files"][0]["lag_samples"] == 0 and
        doc["files"][0]["lag_seconds"] == 0' noisy.wav enhanced.wav --clean ref.wav
    check "compare: an enhanced recording has no warning" test ! -s stderr
}

compare_to_full_disk() {
    "$command" compare ref.wav half.wav >/dev/full 2>stderr
    [ $? -eq 1 ] && grep -q 'cannot write to standard output' stderr
}
