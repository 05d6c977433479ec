# processes.sh: tests of enhance and mambac with pipes, devices and descriptors that have names; read by run.

# What '-' writes, and its samples in a file.
prepare_wanted() {
    "$command" enhance -q voice.wav wanted.wav && "$command" enhance -q voice.wav - >wanted.piped &&
        cmp <(raw wanted.wav) <(raw wanted.piped)
}

# What stands in the file already stays, and the result follows it.
appended() { # appended NAME...
    local name
    for name; do
        printf 'kept' >keep.wav
        "$command" enhance -q voice.wav "$name" >>keep.wav 5>>keep.wav &&
            cmp keep.wav <(printf 'kept' && cat wanted.piped) || { echo "$name"; return 1; }
    done
    no_leftovers
}

# From where the descriptor stands, and not over the file's start.
from_where_it_stands() {
    {
        printf 'head'
        "$command" enhance -q voice.wav /dev/fd/6
        printf 'tail'
    } >placed.wav 6>&1 && cmp placed.wav <(printf 'head' && cat wanted.piped && printf 'tail')
}

to_fifo() {
    rm -f fifo.wav got.wav
    mkfifo fifo.wav && ln -sf fifo.wav fifo-link.wav || return 1
    local out
    for out in fifo.wav fifo-link.wav; do
        cat fifo.wav >got.wav &
        "$command" enhance voice.wav $out >stdout 2>stderr && wait $! && cmp got.wav wanted.piped && [ ! -s stdout ] &&
            [ -p fifo.wav ] && grep -q 'real-time factor' stderr || return 1
    done
}

to_substitution() {
    rm -f substituted.wav
    "$command" enhance -q voice.wav >(cat >substituted.tmp && mv substituted.tmp substituted.wav) &&
        wait_for test -e substituted.wav && cmp substituted.wav wanted.piped
}

to_device() {
    local kind
    kind=$(stat -c '%F %t %T' /dev/null)
    "$command" enhance -q voice.wav /dev/null && [ "$(stat -c '%F %t %T' /dev/null)" = "$kind" ]
}

# What a library prints on standard output is not in the result.
stdout_by_name_is_kept() {
    MBT_FAULT=print:0 LD_PRELOAD=./faults.so "$command" enhance -q voice.wav /dev/stdout >got.wav 2>stderr &&
        cmp got.wav wanted.piped && [ "$(<stderr)" = "a library's line" ]
}

from_names() {
    rm -f fifo.wav got.raw
    mkfifo fifo.wav || return 1
    cat voice.wav >fifo.wav &
    "$command" enhance -q fifo.wav got.wav && cmp got.wav wanted.wav && [ -p fifo.wav ] &&
        "$command" enhance -q <(cat voice.wav) got.wav && cmp got.wav wanted.wav &&
        "$command" enhance -q /dev/stdin got.wav < <(cat voice.wav) && cmp got.wav wanted.wav &&
        "$command" enhance -q /dev/stdin got.wav <voice.wav && cmp got.wav wanted.wav &&
        "$command" enhance -q /dev/fd/7 got.wav 7<voice.wav && cmp got.wav wanted.wav &&
        "$command" enhance -q --model tiny --raw s16 <(raw voice.wav) >(cat >got.tmp && mv got.tmp got.raw) &&
        wait_for test -e got.raw && cmp got.raw <(raw wanted.wav)
}

# Any format can be read where the descriptor is a file.
from_descriptor_of_flac() {
    "$command" enhance -q voice-flac-s16.flac wanted-flac.flac &&
        "$command" enhance -q /dev/stdin got.flac <voice-flac-s16.flac && cmp got.flac wanted-flac.flac
}

# In a folder recordings are files: neither a pipe's reader nor a descriptor is waited for or written to.
folder_has_files() {
    rm -rf piped piped-out && mkdir -p piped piped-out && cp voice.wav piped/a.wav && cp voice.wav piped/b.wav &&
        mkfifo piped-out/a.wav && ln -s /dev/stdout piped-out/b.wav || return 1
    local code=0
    "$command" enhance piped piped-out >stdout 2>stderr || code=$?
    cat stdout stderr
    [ $code -eq 1 ] && [ -p piped-out/a.wav ] && [ -L piped-out/b.wav ] &&
        grep -q 'piped-out/a.wav: not a regular file' stderr && grep -q 'piped-out/b.wav: ' stderr &&
        [ "$(<stdout)" = 'piped-out: 2 recordings: 0 enhanced, 2 failed' ]
}

# The model in the tree is what mambac makes of the same names.
mambac_by_name() {
    local tiny=$root/weights/tiny mambac=${command%/*}/mambac
    local arguments=(tiny.pth --config tiny.yaml --precision f32 --name tiny_f32 -o)
    printf 'kept' >keep.c
    (cd "$tiny" && "$mambac" "${arguments[@]}" /dev/stdout) >>keep.c 2>stderr &&
        cmp keep.c <(printf 'kept' && cat "$tiny/tiny_f32.c") && grep -q total stderr || return 1
    rm -f fifo.c && mkfifo fifo.c || return 1
    cat fifo.c >got.c &
    (cd "$tiny" && "$mambac" "${arguments[@]}" "$work/fifo.c") >stdout 2>stderr && wait $! &&
        cmp got.c "$tiny/tiny_f32.c" && [ -p fifo.c ] && [ ! -s stdout ] || return 1
    (cd "$tiny" && "$mambac" -q "${arguments[@]}" /dev/null) && [ -c /dev/null ] &&
        ! compgen -G "$tiny/.mambac-*" && ! compgen -G '/dev/.mambac-*'
}

without_permissions() { # without_permissions ERROR: of fchmod
    rm -f got.wav
    MBT_FAULT=fchmod:$1 LD_PRELOAD=./faults.so "$command" enhance -q voice.wav got.wav && cmp got.wav wanted.wav &&
        no_leftovers
}

# live [--ignore-signal=NAME] -- OPTION... IN OUT: begins a live input: enhance reads what is written to descriptor 8.
live() {
    local how=()
    while [ "$1" != -- ]; do
        how+=("$1")
        shift
    done
    rm -f live.pipe got.wav
    mkfifo live.pipe || return 1
    env --default-signal "${how[@]}" "$command" enhance -q "${@:2}" 2>stderr 8>&- <live.pipe &
    pid=$!
    exec 8>live.pipe
}

# ended CODE: enhance ends with it, while the input is still open.
ended() {
    local code=0
    wait "$pid" || code=$?
    exec 8>&-
    cat stderr
    [ $code -eq "$1" ] && no_leftovers
}

# What was written before the signal is the recording, also what enhance has not read yet.
signal_ends_raw() { # signal_ends_raw SIGNAL PAUSE
    raw voice.wav >voice.s16
    "$command" enhance -q --raw s16 --window 0.5 - wanted-raw.wav <voice.s16 &&
        live -- --raw s16 --window 0.5 - got.wav && wait_for temporaries 1 . || return 1
    cat voice.s16 >&8
    sleep "$2"
    kill -s "$1" $pid
    ended 0 && [ ! -s stderr ] && cmp got.wav wanted-raw.wav
}

# As arecord, sox and ffmpeg write it to a pipe.
signal_ends_wav() {
    live -- - got.wav || return 1
    {
        head -c 40 voice.wav
        printf '\x00\xf0\xff\x7f'
        raw voice.wav
    } >&8
    wait_for temporaries 1 .
    kill -s INT $pid
    ended 0 && [ ! -s stderr ] && cmp got.wav wanted.wav
}

signal_ends_to_pipe() {
    rm -f got.raw
    live -- --raw s16 --window 0.5 - - > >(cat >got.tmp && mv got.tmp got.raw) && cat voice.s16 >&8 || return 1
    sleep 0.3
    kill -s TERM $pid
    ended 0 && wait_for test -e got.raw && cmp got.raw <(raw wanted-raw.wav)
}

signal_ends_by_name() {
    rm -f got.wav
    env --default-signal "$command" enhance -q --raw s16 --window 0.5 <(cat voice.s16 && exec sleep 60) got.wav &
    pid=$!
    wait_for temporaries 1 . && sleep 0.3
    kill -s INT $pid
    wait $pid && cmp got.wav wanted-raw.wav
}

# One that never stops does not hold up the end: a minute of silence at most is what the pipe can have held.
signal_ends_a_flood() {
    rm -f got.wav
    env --default-signal "$command" enhance -q --raw s16 --window 0.5 <(exec cat /dev/zero) got.wav &
    pid=$!
    wait_for temporaries 1 .
    kill -s INT $pid
    wait_for test -e got.wav || kill -s KILL $pid
    wait $pid && ./wavtool finite got.wav && no_leftovers
}

signal_before_samples() {
    live -- --raw s16 - got.wav && wait_for temporaries 1 . || return 1
    kill -s INT $pid
    ended 0 && [ "$(<stderr)" = 'mambattention: warning: standard input: there are no samples in it' ] &&
        [ "$(./wavtool describe got.wav)" = '0 16000 1 wav-s16' ]
}

# What noise the pipe may have held, half a minute, takes longer than the pause.
second_signal_stops() { # second_signal_stops FIRST SECOND
    rm -f got.wav
    env --default-signal "$command" enhance -q --raw s16 --threads 1 --isa scalar <(exec cat /dev/urandom) got.wav \
        2>stderr &
    pid=$!
    wait_for temporaries 1 .
    kill -s "$1" $pid
    sleep 0.2
    kill -s "$2" $pid
    ended $((128 + $(kill -l "$2"))) && [ ! -e got.wav ] && [ "$(<stderr)" = "$signal_line" ]
}

# Of those that stop at once one is enough.
other_signal_stops() { # other_signal_stops SIGNAL
    live -- --raw s16 - got.wav && wait_for temporaries 1 . || return 1
    cat voice.s16 >&8
    kill -s "$1" $pid
    ended $((128 + $(kill -l "$1"))) && [ ! -e got.wav ] && [ "$(<stderr)" = "$signal_line" ]
}

# As in a shell's background, or under nohup.
ignored_signal_ends_nothing() {
    live --ignore-signal=INT -- --raw s16 --window 0.5 - got.wav && wait_for temporaries 1 . || return 1
    head -c 20000 voice.s16 >&8
    kill -s INT $pid
    sleep 0.2
    tail -c +20001 voice.s16 >&8
    sleep 0.2
    kill -s TERM $pid
    ended 0 && cmp got.wav wanted-raw.wav
}

# A file that the shell has opened is no live input.
signal_stops_a_file() {
    rm -f got.wav
    env --default-signal "$command" enhance -q --threads 1 --isa scalar - got.wav <half.wav 2>stderr &
    pid=$!
    wait_for temporaries 1 .
    kill -s INT $pid
    ended 130 && [ ! -e got.wav ] && [ "$(<stderr)" = "$signal_line" ]
}

interrupts() {
    local name
    ulimit -S -c 0
    ./wavtool make voiced half.wav 16000 1 wav-s16 480000
    "$command" enhance -q voice.wav wanted.wav
    for name in INT TERM; do
        check "SIG$name ends a live input" signal_ends_raw $name 0.3
        check "SIG$name ends a live input that was not read yet" signal_ends_raw $name 0
        check "SIG$name once more stops" second_signal_stops $name $name
    done
    check "SIGTERM after SIGINT stops" second_signal_stops INT TERM
    check "SIGINT ends a WAV of unknown length" signal_ends_wav
    check "SIGTERM ends a live input, to a pipe" signal_ends_to_pipe
    check "SIGINT ends a process substitution" signal_ends_by_name
    check "SIGINT ends a flood" signal_ends_a_flood
    check "SIGINT before the first sample" signal_before_samples
    check "SIGHUP stops a live input" other_signal_stops HUP
    check "SIGQUIT stops a live input" other_signal_stops QUIT
    check "a signal that is ignored ends nothing" ignored_signal_ends_nothing
    check "SIGINT stops what reads a file" signal_stops_a_file
}

processes() {
    local name
    check "what the names take" prepare_wanted
    check "standard output by its names" appended /dev/stdout /dev/fd/1 /proc/self/fd/1 /dev/fd/5 /proc/thread-self/fd/5
    check "a descriptor that stands behind the start" from_where_it_stands
    check "a FIFO as OUT" to_fifo
    check "a process substitution as OUT" to_substitution
    check "/dev/null as OUT" to_device
    check "standard output by name is for samples alone" stdout_by_name_is_kept
    check "pipes and descriptors as IN" from_names
    check "a descriptor of a FLAC as IN" from_descriptor_of_flac
    check "pipes and descriptors in a folder" folder_has_files
    check "mambac into pipes and descriptors" mambac_by_name
    check "a closed descriptor as OUT" fails_with 1 '/dev/fd/9: Bad file descriptor' enhance voice.wav /dev/fd/9
    check "a closed descriptor as IN" fails_with 1 '/dev/fd/9: Bad file descriptor' enhance /dev/fd/9 never.wav
    check "a descriptor for reading as OUT" fails_with 1 '/dev/stdin: cannot write: Bad file descriptor' \
        enhance voice.wav /dev/stdin
    check "/dev/null as IN" fails_with 1 '/dev/null: empty, without even a header' enhance /dev/null never.wav
    for name in ENOSYS ENOTSUP EPERM; do
        check "a file system without permissions: $name" without_permissions $name
    done
    check "permissions that cannot be set" fails_with_fchmod_eio
}

fails_with_fchmod_eio() {
    local code=0
    rm -f never.wav
    MBT_FAULT=fchmod:EIO LD_PRELOAD=./faults.so "$command" enhance -q voice.wav never.wav 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && [ ! -e never.wav ] && no_leftovers &&
        [ "$(<stderr)" = "mambattention: never.wav: cannot set its permissions: Input/output error" ]
}
