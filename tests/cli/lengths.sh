# lengths.sh: tests that recordings come out whole, and as long as they went in; read by run.

data=$here/data

# as_long IN OUT FRAMES: without a word.
as_long() {
    local got
    rm -f "$2"
    "$command" enhance -q "$1" "$2" 2>stderr || { cat stderr; return 1; }
    cat stderr
    got=$(./wavtool describe "$2")
    echo "$got"
    [ ! -s stderr ] && [ "${got%% *}" -eq "$3" ]
}

# 5003 frames, written by libsndfile. Where it does not note that in the file, the last block counts whole, as
# libsndfile itself reads it.
format_as_long() { # format_as_long FORMAT
    local frames=5003
    ./wavtool make voiced stored.in 8000 1 "$1" 5003 || return 1
    case $1 in
    wav-ms | wav-gsm | wav-g721 | wav-nms) ;;
    *)
        frames=$(./wavtool describe stored.in)
        frames=${frames%% *}
        ;;
    esac
    as_long stored.in stored.out "$frames"
}

# twice FORMAT FRAMES: the same recording once more behind the first, in one file, is read as well.
twice() {
    ./wavtool convert voice.wav once.in 16000 1 "$1" && cat once.in once.in >twice.in &&
        as_long once.in once.out 22848 &&
        as_long twice.in twice.out 45696
}

# warned_of IN OUT FRAMES PATTERN: so many frames, and one line, a warning that matches.
warned_of() {
    local got
    rm -f "$2"
    "$command" enhance -q "$1" "$2" 2>stderr || { cat stderr; return 1; }
    cat stderr
    got=$(./wavtool describe "$2")
    echo "$got"
    [ "$(wc -l <stderr)" -eq 1 ] && grep -qE "^mambattention: warning: $1: .*$4" stderr && [ "${got%% *}" -eq "$3" ]
}

left_out() { # left_out IN OUT FRAMES BYTES
    warned_of "$1" "$2" "$3" "$4 bytes of it that are no part of the sound were left out\$"
}

another_left_out() { # another_left_out IN OUT FRAMES
    warned_of "$1" "$2" "$3" 'a further recording in it with another rate or number of channels is left out$'
}

# with_tail FILE COMMAND...: what the command prints comes behind it, as tail.in.
with_tail() {
    local file=$1
    shift
    { cat "$file" && "$@"; } >tail.in
}

noise() { python3 -c "import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes($1))"; }

id3v1() { printf 'TAG' && head -c 125 /dev/zero; }

noise_behind() { # noise_behind FORMAT
    ./wavtool convert voice.wav plain.in 16000 1 "$1" && with_tail plain.in noise 7000 || return 1
    left_out tail.in out.wav 22848 '(6998|7000|7001)' # what pads the samples before is not counted
}

cut_behind() { # cut_behind FORMAT: the second half is missing
    local frames
    ./wavtool convert voice.wav plain.in 16000 1 "$1" && head -c $(($(stat -c %s plain.in) / 2)) plain.in >half.in &&
        "$command" enhance -q half.in out.wav 2>stderr || { cat stderr; return 1; }
    frames=$(./wavtool describe out.wav)
    echo "$frames"
    warned half.in && [ "${frames%% *}" -gt 8000 ] && [ "${frames%% *}" -lt 13000 ]
}

# The head of a FLAC claims other lengths: bytes 21 to 25 have 36 bits of it.
false_flac() { # false_flac CLAIMED
    python3 - voice-flac-s16.flac false.flac "$1" <<'END'
import sys
with open(sys.argv[1], "rb") as file:
    data = bytearray(file.read())
data[21] &= 0xf0
data[22:26] = int(sys.argv[3]).to_bytes(4, "big")
with open(sys.argv[2], "wb") as file:
    file.write(data)
END
}

# A few bytes in the middle are others.
damage() { # damage IN OUT
    python3 - "$1" "$2" <<'END'
import sys
with open(sys.argv[1], "rb") as file:
    data = bytearray(file.read())
at = len(data) // 2
data[at:at + 40] = b"\x55" * 40
with open(sys.argv[2], "wb") as file:
    file.write(data)
END
}

damaged_in() { # damaged_in IN
    damage "$1" damaged.in && "$command" enhance -q damaged.in out.wav 2>stderr && warned damaged.in
}

# At 48 kHz, of 24 bits in two channels, from a recorder that crashed: 30,000 bytes behind the head.
after_crash() {
    warned_of "$data/wav-data-size-0-stereo-24.wav" out.wav 5000 'after a crash; .*: 5000 frames$' &&
        [ "$(./wavtool describe out.wav)" = "5000 48000 2 wavex-s24" ]
}

# More than 4 GiB, in a file with a hole: the head has 32 bits of the length. Reading all takes minutes: it is enough
# that more comes than those say.
wrapped() {
    ./wavtool make silence wrapped.wav 8000 1 wav-s16 4000 && truncate -s 4294975340 wrapped.wav || return 1
    "$command" enhance --window 1 --threads 1 wrapped.wav - 2>/dev/null | head -c 100000 >got.wav
    [ "$(stat -c %s got.wav)" -eq 100000 ]
    local code=$?
    rm wrapped.wav
    return $code
}

parts() {
    local name
    check "MP3 of variable rate, without Xing" as_long "$data/mp3-vbr-without-xing-5s.mp3" out.wav 241920
    check "MP3 of constant rate, without Xing" as_long "$data/mp3-cbr-without-xing.mp3" out.wav 241920
    check "two MP3 in one file" as_long "$data/mp3-concatenated.mp3" out.wav 64000
    check "MP3 in a WAV" as_long "$data/mp3-in-wav.wav" out.wav 24192
    with_tail "$data/mp3-cbr-without-xing.mp3" head -c 20000 /dev/zero
    check "zeros behind an MP3" left_out tail.in out.wav 241920 20000
    with_tail "$data/mp3-cbr-without-xing.mp3" noise 20000
    check "noise behind an MP3" left_out tail.in out.wav 241920 20000
    with_tail "$data/mp3-cbr-without-xing.mp3" id3v1
    check "a tag behind an MP3" as_long tail.in out.wav 241920
    with_tail "$data/mp3-concatenated.mp3" cat "$data/mp3-cbr-without-xing.mp3"
    check "an MP3 of another rate behind one" another_left_out tail.in out.wav 64000
    head -c 30001 "$data/mp3-cbr-without-xing.mp3" >cut.in
    check "MP3 without Xing, cut" warned_of cut.in out.wav 179712 'damaged or cut short; the first 179712 frames were'
    head -c 6001 "$data/mp3-concatenated.mp3" >cut.in
    check "MP3 with Xing, cut" warned_of cut.in out.wav 21920 'damaged or cut short; the first 21920 frames were read'
    check "MP3 without Xing, damaged" damaged_mp3
    for name in flac-s16 ogg wav-s16 wav-f32 wavex-s24; do
        check "two of $name in one file" twice $name
    done
    for name in wav-s16 rifx-s16 wav-f32 wavex-s24 rf64-s16 w64-s16 aiff-s16 au-s16 caf-s16 sph-s16 voc-s16 svx-s16 \
        avr-s16 caf-alac; do
        check "noise behind $name" noise_behind $name
    done
    for name in wav-s16 rifx-s16 wav-f32 wavex-s24 rf64-s16 w64-s16 aiff-s16 au-s16 caf-s16 sph-s16 voc-s16 svx-s16 \
        avr-s16 flac-s16; do
        check "half of $name" cut_behind $name
    done
    for name in wav-s16 flac-s16 aiff-s16; do
        ./wavtool convert voice.wav plain.in 16000 1 $name && with_tail plain.in id3v1
        check "a tag behind $name" as_long tail.in out.wav 22848
    done
    false_flac 10000
    check "FLAC that claims less" as_long false.flac out.wav 22848
    false_flac 50000
    check "FLAC that claims more" warned_of false.flac out.wav 22848 'cut short; the first 22848 frames were read'
    check "FLAC, damaged" damaged_in voice-flac-s16.flac
    check "Ogg, damaged" damaged_in voice.ogg
    check "a WAV of a recorder that crashed" after_crash
    check "a WAV of more than 4 GiB" wrapped
}

# What is behind the damage is read as well: all but a few of 210 frames of 1152.
damaged_mp3() {
    local frames
    damage "$data/mp3-cbr-without-xing.mp3" damaged.in && "$command" enhance -q damaged.in out.wav || return 1
    frames=$(./wavtool describe out.wav)
    echo "$frames"
    [ "${frames%% *}" -ge 236000 ]
}

# tail_behind FILE WARNING...: the samples are those of the file alone, and the warning is of so many bytes, if any.
tail_behind() {
    local file=$1 bytes=$2
    shift 2
    with_tail "$file" "$@" && "$command" enhance -q "$file" wanted.wav && rm -f out.wav &&
        "$command" enhance -q tail.in out.wav 2>stderr || { cat stderr; return 1; }
    cat stderr
    cmp out.wav wanted.wav || return 1
    if [ "$bytes" -eq 0 ]; then
        [ ! -s stderr ]
    else
        [ "$(<stderr)" = "mambattention: warning: tail.in: $bytes bytes of it that are no part of the sound were left \
out" ]
    fi
}

# behind_all FILE: zeros and noise, much and little of it, tags, and zeros that fill up a sector.
behind_all() {
    local bytes
    for bytes in 5000 300000; do
        check "$bytes zeros behind $1" tail_behind "$1" $bytes head -c $bytes /dev/zero
        check "$bytes bytes of noise behind $1" tail_behind "$1" $bytes noise $bytes
    done
    check "7 bytes behind $1" tail_behind "$1" 7 printf 'rubbish'
    check "4000 zeros behind $1, which is padding" tail_behind "$1" 0 head -c 4000 /dev/zero
    check "a tag behind $1" tail_behind "$1" 0 id3v1
}

# by_ffmpeg FILE OPTION...: the recording in another container.
by_ffmpeg() { ffmpeg -v error -y -i voice.wav "${@:2}" "$1"; }

# other_behind FORMAT: of two channels, then of another rate, then both.
other_behind() {
    ./wavtool convert voice.wav one.in 16000 1 "$1" && ./wavtool convert voice.wav wide.in 16000 2 "$1" &&
        ./wavtool convert voice.wav fast.in 44100 1 "$1" || return 1
    with_tail one.in cat wide.in && another_left_out tail.in out.wav 22848 || return 1
    with_tail one.in cat fast.in && another_left_out tail.in out.wav 22848 || return 1
    with_tail one.in cat fast.in wide.in one.in &&
        warned_of tail.in out.wav 45696 '2 further recordings in it with another rate or .* channels are left out$'
}

noise_between() { # of two, the first ended
    { cat vorbis.ogg && noise 6000 && cat vorbis.ogg; } >joined.in && left_out joined.in out.wav 45696 6000
}

cut_and_noise() { # what is missing counts for more than what is behind it
    by_ffmpeg paged.ogg -c:a libvorbis -page_duration 100000 &&
        { head -c $(($(stat -c %s paged.ogg) / 2)) paged.ogg && noise 6000; } >cut.in &&
        "$command" enhance -q cut.in out.wav 2>stderr || { cat stderr; return 1; }
    warned cut.in
}

tails() {
    local name
    by_ffmpeg vorbis.ogg -c:a libvorbis
    by_ffmpeg opus.ogg -c:a libopus
    by_ffmpeg ffmpeg.flac
    by_ffmpeg 24.flac -ac 2 -ar 44100 -sample_fmt s32 -compression_level 12
    sox voice.wav sox.ogg
    sox voice.wav -C 8 sox.flac
    for name in vorbis.ogg opus.ogg sox.ogg ffmpeg.flac 24.flac sox.flac; do
        behind_all $name
    done
    for name in flac-s16 ogg wav-s16; do
        check "others behind $name" other_behind $name
    done
    check "noise between two of Ogg" noise_between
    check "half of an Ogg, and noise" cut_and_noise
}

lengths() {
    local name
    parts
    check "IMA ADPCM by sox: as long as its head says" as_long "$data/ima-adpcm-8889.wav" out.wav 8889
    check "GSM 6.10 by sox: as long as its head says" as_long "$data/gsm-8889.wav" out.wav 8889
    check "IMA ADPCM by ffmpeg" as_long "$data/ima-adpcm-32656.wav" out.wav 32656
    for name in wav-ima wav-ms wav-gsm wav-g721 wav-nms w64-ima w64-ms au-g721 au-g723 aiff-ima aiff-s8 aiff-ulaw; do
        check "$name, as long as it was" format_as_long $name
    done
    for name in m4a MP4 aac wma mp2 amr; do
        check "OUT.$name" fails_with 1 "never.$name: .$name cannot be written; .*ffmpeg -i OUT.wav OUT.$name" \
            enhance voice.wav "never.$name"
    done
    head -c 3000 /dev/urandom >phone.m4a
    check "IN.m4a" fails_with 1 "phone.m4a: not a .*[^.]; to have it read: ffmpeg -i 'phone.m4a' 'phone.m4a.wav'" \
        enhance phone.m4a never.wav
    check "OUT.voc" bash -c "'$command' enhance -q voice.wav out.voc && head -c 19 out.voc |
        grep -qxF 'Creative Voice File'"
}
