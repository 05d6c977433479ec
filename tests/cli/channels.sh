# channels.sh: tests that channels keep their loudspeakers, whatever order a container has them in; read by run.

# One or two channels are as they were: no mask, and the samples behind the plainest head.
one_or_two() {
    local channels
    for channels in 1 2; do
        ./wavtool convert voice.wav few.wav 16000 $channels wav-s16 && "$command" enhance -q few.wav out.wav --mix 0 &&
            cmp few.wav out.wav && "$command" enhance -q few.wav - --mix 0 >out.wav &&
            cmp <(tail -c +45 few.wav) <(tail -c +45 out.wav) && cmp <(head -c 36 few.wav | tail -c +9) \
            <(head -c 36 out.wav | tail -c +9) || return 1
    done
}

# Samples without a header come in the order of WAVE, from a file that has another.
raw_in_order() {
    python3 - <<'END' || return 1
import struct
with open("front.caf", "wb") as file:  # C L R, as its layout says
    file.write(b"caff\0\1\0\0desc" + struct.pack(">qd4sIIIII", 32, 16000, b"lpcm", 0, 6, 1, 3, 16))
    file.write(b"chan" + struct.pack(">qIII", 12, 114 << 16 | 3, 0, 0))
    file.write(b"data" + struct.pack(">qI3h", 10, 0, 3, 1, 2))
END
    "$command" enhance -q front.caf - --raw s16 --mix 0 >front.s16 && cmp front.s16 <(printf '\1\0\2\0\3\0')
}

channels() {
    local name
    check "one or two channels" one_or_two
    for name in wav plain pipe plain-pipe rf64 w64 caf plain-caf aiff plain-aiff au flac ogg opus; do
        check "loudspeakers, from $name" python3 "$here/channels.py" "$command" $name
    done
    check "loudspeakers by tags and descriptions" python3 "$here/channels.py" "$command" tags
    check "ambisonic" python3 "$here/channels.py" "$command" ambisonic
    check "ALAC" python3 "$here/channels.py" "$command" alac
    check "no loudspeakers" python3 "$here/channels.py" "$command" speakerless
    check "raw samples in the order of WAVE" raw_in_order
}
