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

lengths() {
    local name
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
    check "IN.m4a" fails_with 1 "phone.m4a: not a .*ffmpeg -i 'phone.m4a' 'phone.m4a.wav'" enhance phone.m4a never.wav
    check "OUT.voc" bash -c "'$command' enhance -q voice.wav out.voc && head -c 19 out.voc |
        grep -qxF 'Creative Voice File'"
}
