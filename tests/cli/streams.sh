# streams.sh: tests of enhance on standard input and output; read by run.

raw() { tail -c +45 "$1"; } # the samples of a WAV with the plainest header

# The samples that come out at '-' are those of the file that the same samples give.
same_as_file() { # same_as_file IN RAW OPTION...
    ./wavtool convert "$1" file.wav 16000 1 "wav-$2" && "$command" enhance -q file.wav file-out.wav "${@:3}" &&
        ./wavtool unwrap file.wav in.f32 && ./wavtool unwrap file-out.wav out.f32 || return 1
    if [ "$2" = f32 ]; then
        "$command" enhance -q --raw f32 "${@:3}" - - <in.f32 >got.raw && cmp got.raw out.f32
    else
        raw file.wav | "$command" enhance -q --model tiny --raw s16 "${@:3}" - - >got.raw &&
            cmp got.raw <(raw file-out.wav)
    fi
}

samples_of() { # of a WAV with any head
    python3 - "$1" <<'END'
import sys
with open(sys.argv[1], "rb") as file:
    data = file.read()
at = data.index(b"data") + 8
sys.stdout.buffer.write(data[at:at + int.from_bytes(data[at - 4:at], "little")])
END
}

# Two channels, in and out, against the same samples in a WAV, which libsndfile reads and writes.
raw_as_wav() { # raw_as_wav RAW
    ./wavtool convert voice.wav wide.wav 16000 2 "wav-$1" && "$command" enhance -q wide.wav wanted.wav || return 1
    samples_of wide.wav >wide.raw && samples_of wanted.wav >wanted.raw || return 1
    "$command" enhance -q --raw "$1" --channels 2 - got.wav <wide.raw && cmp got.wav wanted.wav &&
        dribble wide.raw | "$command" enhance -q --model tiny --raw "$1" --channels 2 - - >got.raw || return 1
    case $1 in
    alaw | ulaw) [ "$(stat -c %s got.raw)" -eq "$(stat -c %s wanted.raw)" ] ;; # libsndfile rounds once more
    *) cmp got.raw wanted.raw ;;
    esac
}

# As arecord writes it unless it is told "-t raw": the head would be a click, and nothing is written.
header_in_raw() { # header_in_raw FORMAT
    if [ "$1" = wav ]; then cp voice.wav headed.in; else ./wavtool convert voice.wav headed.in 16000 1 "$1"; fi
    cat headed.in | stdin_fails 'standard input: begins with the header of a sound file.*drop --raw.*arecord -t raw' \
        --raw s16
}

at_another_rate() {
    local in=voice-44100-wav-s16.wav
    "$command" enhance -q $in wanted.wav --window 1 && raw $in >in.s16 &&
        "$command" enhance -q --raw s16 --rate 44100 --window 1 - got.wav <in.s16 && cmp got.wav wanted.wav &&
        "$command" enhance -q --raw s16 --rate 44100 --window 1 - - <in.s16 | cmp - <(raw wanted.wav)
}

# WAV in and out, from a file and through a pipe, in blocks of any size.
wav_both_ways() {
    "$command" enhance -q voice.wav wanted.wav --window 0.5 || return 1
    "$command" enhance -q - - --window 0.5 <voice.wav >from-file.wav &&
        dribble voice.wav | "$command" enhance -q - - --window 0.5 >from-pipe.wav &&
        cmp from-file.wav from-pipe.wav && cmp <(raw from-pipe.wav) <(raw wanted.wav) &&
        [ "$(./wavtool describe from-pipe.wav)" = "22848 16000 1 wav-s16" ] &&
        dribble voice.wav | "$command" enhance -q - got.wav --window 0.5 && cmp got.wav wanted.wav &&
        "$command" enhance -q voice.wav - --window 0.5 >got.wav && cmp got.wav from-pipe.wav
}

dribble() { # a file in pieces of 1 to 997 bytes
    python3 - "$1" <<'END'
import os, random, sys
with open(sys.argv[1], "rb") as file:
    data = file.read()
at, random = 0, random.Random(1)
while at < len(data):
    at += os.write(1, data[at:at + random.randrange(1, 998)])
END
}

stereo_in_24_bits() {
    ./wavtool convert voice.wav wide.wav 16000 2 wav-s24 && "$command" enhance -q wide.wav wide-out.wav &&
        dribble wide.wav | "$command" enhance -q - - >got.wav &&
        ./wavtool convert wide-out.wav a.wav 16000 1 wav-f32 && ./wavtool convert got.wav b.wav 16000 1 wav-f32 &&
        cmp a.wav b.wav && [ "$(./wavtool describe got.wav)" = "22848 16000 2 wav-s24" ]
}

# In small pieces.
like_a_file() { # like_a_file FORMAT
    ./wavtool make voiced piped.in 16000 3 "$1" 8000 && "$command" enhance -q piped.in wanted.wav --format f32 &&
        dribble piped.in | "$command" enhance -q - got.wav --format f32 &&
        ./wavtool convert wanted.wav wanted-f32.wav 16000 3 wav-f32 &&
        ./wavtool convert got.wav got-f32.wav 16000 3 wav-f32 && cmp got-f32.wav wanted-f32.wav
}

stdin_done() { "$command" enhance -q - got.wav && ./wavtool finite got.wav; }

# from_pipe: the result of voice.wav, and no warning.
from_pipe() {
    "$command" enhance -q - got.wav 2>stderr && cat stderr && [ ! -s stderr ] && cmp got.wav wanted.wav
}

# One before them, of an odd length, and one after.
with_chunks_around() { # with_chunks_around NAME
    head -c 36 voice.wav
    printf '%s\3\0\0\0abc\0' "$1"
    tail -c +37 voice.wav
    printf 'LIST\4\0\0\0INFO'
}

# One that holds something is named, padding is not.
chunks_around() {
    "$command" enhance -q voice.wav wanted.wav && with_chunks_around JUNK | from_pipe || return 1
    with_chunks_around note | "$command" enhance -q - got.wav 2>stderr && cat stderr && cmp got.wav wanted.wav &&
        [ "$(<stderr)" = "mambattention: warning: got.wav: chunk 'note' is not carried: IN is a stream" ]
}

# As arecord, sox and ffmpeg write it to a pipe.
without_length() { # without_length LENGTH, as bytes for printf
    "$command" enhance -q voice.wav wanted.wav || return 1
    {
        head -c 40 voice.wav
        printf '%b' "$1"
        raw voice.wav
    } | from_pipe
}

# Of an odd length, after which some programs have a byte of padding. In 24 bits, one channel: 500 samples and one byte.
padded_without_length() {
    {
        head -c 24 voice.wav
        printf '\x80\x3e\0\0\x80\xbb\0\0\3\0\x18\0data\0\xf0\xff\x7f'
        head -c 1545 voice.wav | tail -c 1501
    } | "$command" enhance -q - got.wav 2>stderr && [ ! -s stderr ] &&
        [ "$(./wavtool describe got.wav)" = "500 16000 1 wav-s24" ]
}

# Less than a frame, and a chunk.
part_of_a_frame() {
    {
        head -c 40 voice.wav
        printf '\1\0\0\0a\0LIST\4\0\0\0INFO'
    } | "$command" enhance -q - got.wav 2>stderr &&
        [ "$(<stderr)" = "mambattention: warning: standard input: there are no samples in it" ]
}

# 20 of 24 bits are the upper ones.
in_20_bits() {
    ./wavtool convert voice.wav wide.wav 16000 1 wav-s24 && "$command" enhance -q wide.wav wanted.wav || return 1
    {
        head -c 34 wide.wav
        printf '\x14'
        tail -c +36 wide.wav
    } | from_pipe
}

cut_in_pipe() {
    head -c 30001 voice.wav | "$command" enhance -q - got.wav 2>stderr
    local code=$?
    cat stderr
    [ $code -eq 0 ] && [ "$(./wavtool describe got.wav)" = "14978 16000 1 wav-s16" ] && [ "$(<stderr)" = \
        "mambattention: warning: standard input: damaged or cut short; the first 14978 frames were read" ]
}

cut_at_first() {
    local code=0
    rm -f never.wav
    head -c 45 voice.wav | "$command" enhance -q - never.wav 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && [ ! -e never.wav ] && no_leftovers &&
        [ "$(<stderr)" = "mambattention: standard input: no samples can be read: it is cut short" ]
}

not_for_pipes() { # not_for_pipes FORMAT
    ./wavtool convert voice.wav piped.in 16000 1 "$1" && "$command" enhance -q - - <piped.in >file-out.wav &&
        ./wavtool finite file-out.wav && stdin_fails 'standard input: not a WAV; a pipe takes' < <(cat piped.in)
}

# MIDI's Sample Dump Standard, 16 bits, 16 kHz: the head of 21 bytes, and a block of 127.
make_sds() { printf '\xf0\x7e\0\x01\0\0\x10\x24\x74\x03\x50\x01\0\0\0\0\0\0\0\0\xf7\xf0\x7e' && head -c 125 /dev/zero; }

chunk_after_none_piped() {
    ./wavtool make silence chunk.wav 16000 1 wav-s16 0 && printf 'LIST\4\0\0\0INFO' >>chunk.wav || return 1
    cat chunk.wav | "$command" enhance -q - - 2>stderr >got.wav
    [ "${PIPESTATUS[1]}" -eq 0 ] && [ "$(stat -c %s got.wav)" -eq 44 ] &&
        [ "$(<stderr)" = "mambattention: warning: standard input: there are no samples in it" ]
}

# A case of dawdle.py, which ends itself after two minutes.
dawdles() { "$command" enhance -q voice.wav - >wanted.wav && python3 "$here/dawdle.py" "$command" "$1"; }

# Windows of 0.5 s end to end: the first is there when half a second has gone in, while the input is still open.
as_windows_complete() {
    python3 - "$command" <<'END'
import signal, subprocess, sys
signal.alarm(120)
run = subprocess.Popen([sys.argv[1], "enhance", "-q", "--raw", "s16", "--window", "0.5", "--overlap", "0", "-", "-"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
got = 0
for window in range(3):
    run.stdin.write(bytes(range(200)) * 80)
    while got < 16000 * (window + 1):
        block = run.stdout.read(16000)
        if not block:
            sys.exit("the output ended")
        got += len(block)
run.stdin.write(b"\1\0" * 100)
run.stdin.close()
rest = len(run.stdout.read())
print(got, rest, run.wait())
sys.exit(not (got == 48000 and rest == 200 and run.returncode == 0))
END
}

broken_pipe() {
    ./wavtool make voiced long.wav 16000 1 wav-s16 160000 && raw long.wav >long.s16 || return 1
    local how
    for how in --default-signal=PIPE --ignore-signal=PIPE; do
        env $how "$command" enhance --raw s16 --window 1 - - <long.s16 2>stderr | head -c 10 >/dev/null
        [ "${PIPESTATUS[0]}" -eq 1 ] &&
            [ "$(<stderr)" = "mambattention: standard output: cannot write: Broken pipe" ] || return 1
    done
}

# A limit on the size of files.
stdout_too_large() {
    local code=0
    (ulimit -f 1 && exec "$command" enhance -q voice.wav - >large.wav 2>stderr) || code=$?
    cat stderr
    [ $code -eq 1 ] && [ "$(<stderr)" = "mambattention: standard output: cannot write: File too large" ]
}

# '-' is the standard input, whatever there is of that name.
folder_named_dash() {
    mkdir -p ./- && same_as_file voice.wav s16 && rmdir ./-
}

# stdin_fails PATTERN OPTION...: exit code 1, one line on stderr that matches, nothing on stdout.
stdin_fails() {
    local pattern=$1 code=0
    "$command" enhance -q "${@:2}" - - >stdout 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && [ ! -s stdout ] && [ "$(wc -l <stderr)" -eq 1 ] && grep -qE -- "^mambattention: $pattern" stderr
}

odd_bytes() { # odd_bytes RAW BYTES: of 2003 bytes so many are whole samples
    head -c 2003 /dev/zero | "$command" enhance -q --raw "$1" - - >stdout 2>stderr || return 1
    cat stderr
    [ "$(stat -c %s stdout)" -eq "$2" ] && [ "$(wc -l <stderr)" -eq 1 ] &&
        grep -q 'warning: standard input: .*cut short' stderr
}

nothing_in() {
    "$command" enhance -q --raw s16 - - </dev/null >stdout 2>stderr && [ ! -s stdout ] &&
        [ "$(<stderr)" = "mambattention: warning: standard input: there are no samples in it" ]
}

# The header of a stream says that there are none, and there are.
no_length() {
    {
        head -c 40 voice.wav
        printf '\0\0\0\0'
        raw voice.wav
    } | "$command" enhance -q - got.wav 2>stderr && "$command" enhance -q voice.wav wanted.wav &&
        took_the_rest 'standard input' 22848 && cmp got.wav wanted.wav
}

stdin_to_full() {
    local code=0
    raw voice.wav | "$command" enhance -q --raw s16 - - 2>stderr >/dev/full || code=$?
    [ $code -eq 1 ] && [ "$(<stderr)" = "mambattention: standard output: cannot write: No space left on device" ]
}

# without_descriptors CODE REDIRECTION...: with these closed, the result is as ever, and the exit code that.
without_descriptors() {
    local wanted=$1 code=0 before
    shift
    before=$(find . -type f | wc -l)
    rm -f cut-out.wav
    bash -c '"$@" '"$*" - "$command" enhance cut-voice.wav cut-out.wav || code=$?
    echo "exit code $code, not $wanted"
    [ $code -eq "$wanted" ] && cmp cut-out.wav cut-wanted.wav && [ "$(find . -type f | wc -l)" -eq "$before" ]
}

# A recording cut short has a warning, which must not go into the result. The factor cannot be told if 1 is closed.
closed_descriptors() {
    local closed
    head -c 30001 voice.wav >cut-voice.wav
    "$command" enhance -q cut-voice.wav cut-wanted.wav 2>/dev/null
    cp cut-wanted.wav cut-out.wav
    for closed in '<&-' '2>&-' '<&- 2>&-'; do
        check "closed: $closed" without_descriptors 0 "$closed"
    done
    for closed in '>&-' '<&- >&-' '>&- 2>&-' '<&- >&- 2>&-'; do
        check "closed: $closed" without_descriptors 1 "$closed"
    done
}

# Not the samples that it writes.
raw_from_closed() {
    local code=0
    rm -f never.*
    "$command" enhance --raw s16 - never.wav <&- >stdout 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && [ "$(<stderr)" = "mambattention: standard input: Bad file descriptor" ] && [ ! -e never.wav ] &&
        no_leftovers
}

# Four times as long, in the same memory.
memory_stays() {
    ./wavtool make voiced half.wav 16000 1 wav-s16 480000 && ./wavtool make voiced two.wav 16000 1 wav-s16 1920000 &&
        python3 - "$command" <<'END'
import resource, subprocess, sys
def peak(*arguments):
    subprocess.run([sys.argv[1], "enhance", "-q", "--threads", "1", "--window", "2", *arguments], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
short, long = peak("half.wav", "out.wav"), peak("two.wav", "out.wav")
print(short, "kB for 30 s,", long, "kB for 120 s")
sys.exit(not long <= 1.05 * short)
END
}

streams() {
    local name
    check "raw s16" same_as_file voice.wav s16
    check "raw s16 in windows" same_as_file voice.wav s16 --window 0.5 --overlap 0.2
    check "raw f32" same_as_file voice.wav f32 --window 0.5
    check "raw at 44100 Hz, to a file" at_another_rate
    check "WAV through pipes" wav_both_ways
    check "stereo WAV in 24 bits" stereo_in_24_bits
    check "output as windows complete" as_windows_complete
    check "a broken pipe" broken_pipe
    check "no room" stdin_to_full
    check "a limit on the size of files" stdout_too_large
    check "a folder named '-'" folder_named_dash
    for name in wav-u8 wav-s24 wav-s32 wav-f32 wav-f64 wavex-s24 rifx-s16 rifx-f64; do
        check "$name through a pipe" like_a_file $name
    done
    for name in flac-s16 ogg aiff-s16 au-s16 w64-s16 rf64-s16; do
        check "$name, which takes a file" not_for_pipes $name
    done
    for name in held_open fails_at_once late_writer late_raw_writer slow_reader reset; do
        check "a peer that dawdles: $name" dawdles $name
    done
    check "a chunk after 0 samples, through a pipe" chunk_after_none_piped
    check "chunks around the samples, through a pipe" chunks_around
    for name in '\xff\xff\xff\xff' '\x00\xf0\xff\x7f' '\x00\x00\x00\x80' '\xd3\xff\xff\xff'; do
        check "no warning for a stream through a pipe: $name" without_length "$name"
    done
    check "padding after a stream" padded_without_length
    check "less than a frame, through a pipe" part_of_a_frame
    check "20 bits through a pipe" in_20_bits
    check "a WAV cut in its samples, through a pipe" cut_in_pipe
    check "a WAV cut before its samples" stdin_fails 'standard input: cut short before its samples' \
        < <(head -c 43 voice.wav)
    check "a WAV cut at its first sample" cut_at_first
    check "a WAV without a format" stdin_fails 'standard input: its samples come before their format' \
        < <(head -c 12 voice.wav && tail -c +37 voice.wav)
    check "a WAV with a short format" stdin_fails 'standard input: its head is damaged' \
        < <(head -c 16 voice.wav && printf '\4\0\0\0\1\0\1\0' && tail -c +37 voice.wav)
    check "a WAV without channels" stdin_fails 'standard input: the header has no channels' \
        < <(head -c 22 voice.wav && printf '\0\0' && tail -c +25 voice.wav)
    check "a WAV without a rate" stdin_fails 'standard input: the header has no channels or no sample rate' \
        < <(head -c 24 voice.wav && printf '\0\0\0\0' && tail -c +29 voice.wav)
    ./wavtool convert voice.wav alaw.wav 16000 1 wav-alaw
    check "a WAV in A-law, from a file" stdin_done <alaw.wav
    check "a WAV in A-law" stdin_fails 'standard input: its kind of samples is not read from a pipe' < <(cat alaw.wav)
    make_sds >dump.sds
    check "SDS, which libsndfile would read for ever" stdin_fails 'standard input: not a WAV' < <(cat dump.sds)
    check "SDS, from a file" stdin_fails 'standard input: not a recording' <dump.sds
    check "SDS, as a file" fails_with 1 'dump.sds: a MIDI sample dump' enhance dump.sds never.wav
    check "a WAV with a chunk of 4 GB" stdin_fails "standard input: cut short before its samples" \
        < <(cat "$root/tests/fuzz/seeds/audio/long-pad.wav")
    check "what is no recording, with the head of a WAV" stdin_fails 'standard input: more than 1000 chunks' \
        < <(printf 'RIFF\x24\0\0\0WAVE' && head -c 10000 /dev/zero)
    check "half a sample at the end, s16" odd_bytes s16 2002
    check "half a sample at the end, f32" odd_bytes f32 2000
    check "nothing on standard input" nothing_in
    check "a header without a length" no_length
    check "text on standard input" stdin_fails 'standard input: not a WAV' \
        <<<"no sound, but enough letters for a header of a sound"
    check "nothing for a WAV" stdin_fails 'standard input: empty, without even a header' </dev/null
    check "nothing for a WAV, from a file" stdin_fails 'standard input: empty, without even a header' <nothing.wav
    check "NaN on standard input" stdin_fails 'standard input: channel 1, 0.000313 s \(frame 5\): .*not a number' \
        --raw f32 < <(head -c 20 /dev/zero && printf '\0\0\xc0\x7f')
    closed_descriptors
    check "no standard input, to a file" raw_from_closed
    check "no standard input" stdin_fails 'standard input: ' --raw s16 <&-
    for name in s12 '' x; do
        check "raw '$name'" fails_with 2 "--raw takes s16, s24, s32, f32, f64, u8, alaw or ulaw, not '$name'" \
            enhance --raw "$name" - -
    done
    for name in 0 -1 x '' 1.5 1025; do
        check "channels '$name'" fails_with 2 "--channels takes a number from 1 to 1024, not '$name'" \
            enhance --raw s16 --channels "$name" - -
    done
    check "channels without raw" fails_with 2 'for samples without a header' enhance --channels 2 - -
    check "channels without '-' as IN" fails_with 2 'for samples without a header' enhance --raw s16 --channels 2 a -
    for name in s16 s24 s32 f32 f64 u8 alaw ulaw; do
        check "raw $name in two channels" raw_as_wav $name
    done
    for name in wav rifx-s16 aiff-s16 flac-s16 ogg au-s16 rf64-s16 caf-s16 w64-s16; do
        check "raw samples that are a sound file: $name" header_in_raw $name
    done
    for name in 0 -1 x '' 16000.5 1000001; do
        check "rate '$name'" fails_with 2 "--rate takes a number from 1 to 1000000, not '$name'" \
            enhance --raw s16 --rate "$name" - -
    done
    check "a rate beyond what can be changed" fails_with 1 'rate of 1 Hz is too far' \
        enhance --raw s16 --rate 1 - never.wav
    check "raw without '-'" fails_with 2 "neither IN nor OUT is '-'" enhance --raw s16 a b
    check "rate without raw" fails_with 2 'for samples without a header' enhance --rate 8000 - -
    check "rate without '-' as IN" fails_with 2 'for samples without a header' enhance --raw s16 --rate 8000 a -
}
