# carried.sh: tests that enhance carries what else a recording holds, or says what it leaves; read by run.

carried() { python3 "$here/carried.py" "$@"; }

# becomes IN OUT PATTERN: one line that matches, of what is left behind; '' for none.
becomes() {
    rm -f "$2"
    "$command" enhance -q "$1" "$2" 2>stderr || { cat stderr; return 1; }
    cat stderr
    if [ -z "$3" ]; then
        [ ! -s stderr ]
    else
        [ "$(wc -l <stderr)" -eq 1 ] && grep -qE "^mambattention: warning: $2: $3\$" stderr
    fi
}

sound_stays() { # sound_stays IN PLAIN OUT: the samples of OUT are those that PLAIN, without anything else, gives
    "$command" enhance -q "$2" "plain-$3" && ./wavtool unwrap "plain-$3" wanted.f32 && ./wavtool unwrap "$3" got.f32 &&
        cmp wanted.f32 got.f32
}

wav_to_wav() { # wav_to_wav PLAIN
    carried add "$1" rich.wav bext -iXML cart -cue -adtl smpl inst -info-more -junk levl &&
        becomes rich.wav out.wav '' &&
        carried same rich.wav out.wav bext iXML cart cue LIST smpl inst && carried without out.wav JUNK levl &&
        carried whole out.wav && sound_stays rich.wav "$1" out.wav &&
        carried tags out.wav 'INAM=My interview' IART=Jane 'ICMT=a note' ICRD=2024-05-01 IENG=Joe 'ISFT=Recorder 1' &&
        carried points out.wav '0 Question, 8000 Réponse, 20000 End'
}

# The mask of a WAV stays where chunks lie ahead of its samples: ffmpeg writes one itself, and reads the result.
masks_with_chunks() {
    local layout
    for layout in '3.0:0.1|0.2|0.3' '5.1(side):0.1|0.1|0.2|0|0.2|0.3'; do
        ffmpeg -v error -y -f lavfi -i "aevalsrc=${layout#*:}:c=${layout%:*}:s=16000:d=0.2" plain.wav &&
            carried add plain.wav rich.wav bext iXML -cue && becomes rich.wav out.wav '' &&
            carried whole out.wav && carried same rich.wav out.wav bext iXML cue LIST &&
            [ "$(ffprobe -v error -show_entries stream=channel_layout -of csv=p=0 out.wav)" = "${layout%:*}" ] ||
            return 1
    done
}

through_rf64() {
    carried add voice.wav rich.wav bext iXML -cue -adtl -info && becomes rich.wav out.rf64 '' &&
        carried whole out.rf64 bext iXML && carried same rich.wav out.rf64 -bext -iXML -cue -LIST &&
        sound_stays rich.wav voice.wav out.rf64 && becomes out.rf64 again.wav '' &&
        carried whole again.wav && carried same rich.wav again.wav -bext -iXML -cue -LIST
}

in_itself() { # in_itself KIND FORMAT 'ITEM...' 'ID...'
    ./wavtool convert voice.wav "plain.$1" 16000 1 "$2" || return 1
    # shellcheck disable=SC2086
    carried add "plain.$1" "rich.$1" $3 && becomes "rich.$1" "out.$1" '' && carried whole "out.$1" $4 &&
        carried same "rich.$1" "out.$1" $4 && sound_stays "rich.$1" "plain.$1" "out.$1"
}

wav_to_aiff_and_back() {
    carried add voice.wav rich.wav -cue -adtl bext -info smpl &&
        becomes rich.wav out.aiff 'bext and smpl are not carried: AIFF cannot hold them' &&
        carried whole out.aiff && carried points out.aiff '0 Question, 8000 Réponse, 20000 End' &&
        carried tags out.aiff 'NAME=My interview' AUTH=Jane 'ANNO=a note' && sound_stays rich.wav voice.wav out.aiff &&
        becomes out.aiff back.wav '' && carried whole back.wav &&
        carried points back.wav '0 Question, 8000 Réponse, 20000 End' &&
        carried tags back.wav 'INAM=My interview' IART=Jane 'ICMT=a note'
}

# Places in a file with blocks are counted from the blocks; the result has none.
blocks_of_cues() {
    carried add "$data/ima-adpcm-8889.wav" rich.wav -cue-blocks -adtl && becomes rich.wav out.wav '' &&
        carried points out.wav '800 Question, 8000 Réponse'
}

left_of_wav() { # left_of_wav OUT CONTAINER
    carried add voice.wav rich.wav bext -iXML -cue -notes unknown &&
        becomes rich.wav "$1" "bext, iXML, 3 cue points, labels and 1 note are not carried: $2 cannot hold them; \
chunk 'LGWV' is not carried: unknown"
}

w64_left() {
    ./wavtool convert voice.wav plain.w64 16000 1 w64-s16 && carried add plain.w64 rich.w64 bext -cue unknown &&
        becomes rich.w64 out.w64 "bext and 3 cue points are not carried: libsndfile cannot carry them to W64; \
chunk 'LGWV' is not carried: unknown" && carried whole out.w64 && sound_stays rich.w64 plain.w64 out.w64 &&
        becomes rich.w64 out.flac "bext and 3 cue points are not carried: FLAC cannot hold them; \
chunk 'LGWV' is not carried: unknown"
}

one_left() { # one_left OUT ITEM PATTERN
    carried add voice.wav rich.wav "$2" && becomes rich.wav "$1" "$3" && sound_stays rich.wav voice.wav "$1"
}

damaged_left() { # damaged_left ITEM NAME PATTERN
    one_left out.wav "$1" "$3 not carried: damaged" && carried without out.wav "$2"
}

many_cues() { # more than libsndfile reads
    one_left out.wav cue-many '' && carried same rich.wav out.wav 'cue '
}

chunk_at_the_end() { # its length is beyond the end of the file
    { cat voice.wav && printf 'iXML\377\377\0\0<BWFXML>'; } >rich.wav
    "$command" enhance -q rich.wav out.wav 2>stderr || return 1
    cat stderr
    grep -qx 'mambattention: warning: out.wav: iXML is not carried: damaged' stderr && carried whole out.wav &&
        carried without out.wav iXML
}

largest() {
    carried add voice.wav rich.wav large && becomes rich.wav out.wav '' && carried same rich.wav out.wav axml &&
        carried whole out.wav && carried add voice.wav rich.wav -larger &&
        becomes rich.wav out.wav 'axml is not carried: more than 16 MB, or 64 MB together' &&
        carried add voice.wav rich.wav -large -large -large -large bext &&
        becomes rich.wav out.wav 'axml is not carried: more than 16 MB, or 64 MB together' && carried whole out.wav
}

known_tags=(TITLE=Söng ARTIST=Jane ALBUM=Takes DATE=2024-05-01 'COMMENT=a note' TRACKNUMBER=7 GENRE=Speech
    COPYRIGHT=2024 LICENSE=CC0)

tags_to() { # tags_to IN OUT PATTERN TAG...
    becomes "$1" "$2" "$3" && carried tags "$2" "${@:4}"
}

comments() { # comments PLAIN KIND
    carried tag "$1" "rich.$2" "${known_tags[@]}" ENCODER=Lavf && tags_to "rich.$2" "out.$2" '' "${known_tags[@]}" &&
        sound_stays "rich.$2" "$1" "out.$2"
}

comments_left() { # comments_left PLAIN KIND CONTAINER
    carried tag "$1" "rich.$2" TITLE=Song PERFORMER=Joe ARTIST=Jane ARTIST=Ann ISRC=X picture &&
        becomes "rich.$2" "out.$2" \
            "3 tags \(PERFORMER, ARTIST, ISRC\) and 1 picture are not carried: libsndfile cannot carry them to $3" &&
        carried tags "out.$2" TITLE=Song
}

flac_left() {
    carried tag voice-flac-s16.flac rich.flac TITLE=Song cuesheet application &&
        becomes rich.flac out.flac "chunk 'CUESHEET' and chunk 'APPLICATION' are not carried: \
libsndfile cannot carry them to FLAC" &&
        carried tags out.flac TITLE=Song
}

mp3_tags() {
    carried tag "$data/mp3-cbr-without-xing.mp3" rich.mp3 TIT2=Song TPE1=Jane TALB=Takes TYER=2024 'COMM=a note' \
        TRCK=7 TSSE=Lavf TXXX=more picture &&
        tags_to rich.mp3 out.flac \
            '1 tag \(TXXX\) and 1 picture are not carried: libsndfile cannot carry them to FLAC' \
            TITLE=Song ARTIST=Jane ALBUM=Takes DATE=2024 'COMMENT=a note' TRACKNUMBER=7 &&
        sound_stays rich.mp3 "$data/mp3-cbr-without-xing.mp3" out.flac
}

to_mp3() {
    carried tag voice-flac-s16.flac rich.flac TITLE=Song ARTIST=Jane DATE=2024-05-01 LICENSE=CC0 &&
        tags_to rich.flac out.mp3 'license is not carried: libsndfile cannot carry it to MPEG-1/2 Audio; date is not '`
            `'carried as it was: libsndfile changes it in MPEG-1/2 Audio' TIT2=Song TPE1=Jane TYER=2024
}

wav_tags() {
    carried add voice.wav rich.wav -info-more &&
        tags_to rich.wav out.flac '1 tag \(IENG\) is not carried: libsndfile cannot carry it to FLAC' \
            'TITLE=My interview' ARTIST=Jane 'COMMENT=a note' DATE=2024-05-01 &&
        tags_to out.flac back.wav '' 'INAM=My interview' IART=Jane 'ICMT=a note' ICRD=2024-05-01
}

# Into a stream nothing is carried, and from one nothing but the samples comes.
by_stream() {
    carried add voice.wav rich.wav bext cue -iXML info-more unknown || return 1
    "$command" enhance -q rich.wav - 2>stderr >out.wav || return 1
    cat stderr
    grep -qxE "mambattention: warning: standard output: bext, 3 cue points, chunk 'LGWV', iXML, title, artist, \
comment, date and 1 tag \(IENG\) are not carried: OUT is a stream" stderr || return 1
    dribble rich.wav | "$command" enhance -q - out.wav 2>stderr || return 1
    cat stderr
    grep -qxE "mambattention: warning: out.wav: bext, 3 cue points, chunk 'LGWV' and 5 tags \(INAM, IART, ICMT, ICRD, \
IENG\) are not carried: IN is a stream" stderr && carried without out.wav bext || return 1
    "$command" enhance -q - file.wav <rich.wav 2>stderr && carried same rich.wav file.wav bext cue iXML
}

nothing_said_by_stream() {
    carried add voice.wav rich.wav info-program junk levl empty || return 1
    "$command" enhance -q rich.wav - 2>stderr >out.wav && [ ! -s stderr ] &&
        dribble rich.wav | "$command" enhance -q - out.wav 2>stderr && [ ! -s stderr ]
}

no_room_for_chunks() {
    carried add voice.wav rich.wav bext -large || return 1
    local told code=0
    told=$(ulimit -f 1000 && "$command" enhance rich.wav never.wav 2>&1) || code=$?
    echo "$told"
    [ $code -eq 1 ] && [[ $told == "mambattention: never.wav: "*too\ large ]] && [ ! -e never.wav ] && no_leftovers
}

carries() {
    local item
    check "WAV to WAV: every chunk, in its place" wav_to_wav voice.wav
    ./wavtool convert voice.wav wide.wav 48000 2 wavex-s24
    check "WAV of 24 bits in two channels" wav_to_wav wide.wav
    check "the mask of a WAV with chunks" masks_with_chunks
    check "WAV to RF64 and back" through_rf64
    check "RF64 in itself" in_itself rf64 rf64-s16 '-bext -iXML -cue -adtl -info' 'bext iXML cue LIST'
    check "AIFF in itself" in_itself aiff aiff-s16 'NAME -ANNO COMT MARK -INST iXML' 'NAME ANNO COMT MARK INST iXML'
    check "AIFF of mu-law, in itself" in_itself aifc aiff-ulaw 'NAME -ANNO MARK' 'NAME ANNO MARK'
    check "CAF in itself" in_itself caf caf-s16 '-info-caf -mark-caf' 'info mark'
    check "CAF of ALAC, in itself" in_itself caf caf-alac '-info-caf -mark-caf' 'info mark'
    check "W64 in itself is named" w64_left
    check "RIFX in itself" in_itself wav rifx-s16 'iXML -large' 'iXML axml'
    check "WAV to AIFF and back: cue points, labels and tags" wav_to_aiff_and_back
    check "cue points in blocks" blocks_of_cues
    for item in flac:FLAC ogg:OGG caf:CAF au:AU; do
        check "what ${item#*:} cannot hold is named" left_of_wav "out.${item%:*}" "${item#*:}"
    done
    check "an unknown chunk is named" one_left out.wav -unknown "chunk 'LGWV' is not carried: unknown"
    for item in junk levl empty; do
        check "padding and levels go without a word: $item" one_left out.wav $item ''
    done
    check "bext cut short" damaged_left bext-short bext 'bext is'
    check "more cue points than there are" damaged_left -cue-broken 'cue ' 'cue is'
    check "3000 cue points" many_cues
    check "a broken list" damaged_left -list-broken LIST 'labels are'
    carried add voice.wav rich.wav list-endless
    check "a list that libsndfile never ends to read" fails_with 1 'chunk LIST is damaged' enhance rich.wav never.wav
    check "a chunk beyond the end" chunk_at_the_end
    check "chunks of 16 MB" largest
    check "no room for the chunks" no_room_for_chunks
    check "FLAC in itself: tags" comments voice-flac-s16.flac flac
    check "Ogg in itself: tags" comments voice.ogg ogg
    ./wavtool convert voice.wav voice.opus 16000 1 opus
    check "Opus in itself: tags" comments voice.opus opus
    check "FLAC: what libsndfile cannot carry is named" comments_left voice-flac-s16.flac flac FLAC
    check "Ogg: what libsndfile cannot carry is named" comments_left voice.ogg ogg OGG
    check "FLAC: other blocks are named" flac_left
    check "MP3 to FLAC: tags" mp3_tags
    check "FLAC to MP3: tags" to_mp3
    check "WAV to FLAC and back: tags" wav_tags
    check "by a stream" by_stream
    check "by a stream, with nothing to carry" nothing_said_by_stream
}
