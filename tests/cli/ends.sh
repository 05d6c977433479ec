# ends.sh: tests that recordings end without a click, whatever their length; read by run.

# ends KIND RATE RESIDUE...: of 0.3 s and so many samples at 16 kHz, each a recording of its own, no sample of the last
# 25 ms, two hops of tiny, is more than 1.2 times the loudest of the input there.
ends() {
    local kind=$1 rate=$2 lengths=() residue
    shift 2
    for residue in "$@"; do
        lengths+=($(((4800 + residue) * rate / 16000)))
    done
    case $kind in
    speech) ./wavtool convert "$voice" whole.in "$rate" 1 wav-f32 ;;
    *) ./wavtool make "$kind" whole.in "$rate" 1 wav-f32 "$rate" ;;
    esac &&
        rm -rf cuts ended && mkdir cuts && ./wavtool cuts whole.in cuts "${lengths[@]}" &&
        "$command" enhance -q --threads 1 cuts ended && ./wavtool ends cuts ended $((rate / 40)) "${lengths[@]}"
}

# The residues at 16 kHz: at 8 kHz all that there are, and at the other rates each sixth and the last ten. The API's
# tests take all.
ends_at() { # ends_at RATE
    local kind residues
    case $1 in
    8000) mapfile -t residues < <(seq 0 2 198) ;;
    *) mapfile -t residues < <(seq 0 6 186 && seq 190 199) ;;
    esac
    for kind in speech noise tone; do
        check "no click at the end of $kind at $1 Hz" ends $kind "$1" "${residues[@]}"
    done
}

# A stream is cut by other code than a file. 193 is the residue of the recording.
end_of_a_known_one() {
    rm -rf one ended && mkdir one ended && cp "$data/end-click-16k-8193.wav" one/8193.wav &&
        "$command" enhance -q one/8193.wav ended/8193.wav && ./wavtool ends one ended 400 8193 &&
        "$command" enhance -q - - <one/8193.wav >ended/8193.wav && ./wavtool ends one ended 400 8193
}

ends_of_recordings() {
    local rate
    for rate in 8000 16000 44100 48000; do
        ends_at $rate
    done
    check "a recording that ended in a click" end_of_a_known_one
}
