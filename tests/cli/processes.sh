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
    rm -f fifo.wav
    mkfifo fifo.wav || return 1
    cat voice.wav >fifo.wav &
    "$command" enhance -q fifo.wav got.wav && cmp got.wav wanted.wav && [ -p fifo.wav ] &&
        "$command" enhance -q <(cat voice.wav) got.wav && cmp got.wav wanted.wav &&
        "$command" enhance -q /dev/stdin got.wav < <(cat voice.wav) && cmp got.wav wanted.wav &&
        "$command" enhance -q /dev/stdin got.wav <voice.wav && cmp got.wav wanted.wav &&
        "$command" enhance -q /dev/fd/7 got.wav 7<voice.wav && cmp got.wav wanted.wav &&
        "$command" enhance -q --raw s16 <(raw voice.wav) >(cat >got.tmp && mv got.tmp got.raw) &&
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
