# files.sh: tests that enhance writes its file whole or not at all; read by run.

# unprivileged COMMAND...: as a user who is not root, whom permissions do not bind.
unprivileged() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

# refused PATTERN COMMAND...: exit code 1 and one line that matches; in the folder `faulty` is what was there before.
refused() {
    local pattern=$1 code=0
    shift
    "$@" >stdout 2>stderr || code=$?
    cat stderr
    ls -A faulty
    [ "$code" -eq 1 ] && [ "$(wc -l <stderr)" -eq 1 ] && grep -qE "^mambattention: .*$pattern" stderr &&
        diff <(ls -A before) <(ls -A faulty) && cmp before/old.wav faulty/old.wav
}

# To a new file, over an old one, and over the recording itself.
fault() { # fault FAULT PATTERN
    local out
    for out in faulty/new.wav faulty/old.wav; do
        refused "$out: .*$2" env MBT_FAULT="$1" LD_PRELOAD=./faults.so "$command" enhance -q voice.wav $out || return 1
    done
    refused "faulty/old.wav: .*$2" env MBT_FAULT="$1" LD_PRELOAD=./faults.so \
        "$command" enhance -q faulty/old.wav faulty/old.wav
}

# The first allocation fails, then the second, and so on.
each_allocation() { # each_allocation IN OUT
    local n count
    MBT_FAULT=malloc:0 MBT_FAULT_LOG=calls LD_PRELOAD=./faults.so "$command" enhance -q --threads 2 "$1" "$2" ||
        return 1
    rm "$2"
    count=$(cat calls)
    echo "$count allocations"
    [ "$count" -ge 10 ] || return 1
    for ((n = 1; n <= count; n++)); do
        refused '(memory|Malloc failed|system refused to start a thread)' \
            env MBT_FAULT=malloc:$n LD_PRELOAD=./faults.so "$command" enhance -q --threads 2 "$1" "$2" ||
            { echo "allocation $n"; return 1; }
    done
}

no_permission() { # no_permission PATTERN IN OUT
    refused "$1" unprivileged ./as-anyone enhance -q "$2" "$3"
}

no_room() { # a limit on the size of files
    local told code=0
    told=$(ulimit -f 1 && "$command" enhance voice-48000-wav-s16.wav "never.$1" 2>&1) || code=$?
    echo "$told"
    [ $code -eq 1 ] && [[ $told == "mambattention: never.$1: "*too\ large ]] && [ ! -e "never.$1" ] && no_leftovers
}

# wait_for COMMAND...: until it succeeds, at most 20 s.
wait_for() {
    local tries=0
    until "$@"; do
        sleep 0.01
        tries=$((tries + 1))
        [ $tries -lt 2000 ] || return 1
    done
}

temporaries() { # temporaries COUNT FOLDER: so many are there
    [ "$(find "$2" -name '.mambattention-*' | wc -l)" -eq "$1" ]
}

signal_line='mambattention: ended by a signal; the result is not written'

# Half a minute of voice; the signal comes as soon as the temporary file is there. OUT: a new file, or the recording.
killed() { # killed 'SIGNAL...' OUT
    local name
    rm -rf signal && mkdir signal && cp half.wav signal/long.wav || return 1
    ulimit -S -c 0
    env --default-signal "$command" enhance --threads 1 --isa scalar signal/long.wav "signal/$2" 2>stderr &
    local pid=$! code=0
    wait_for temporaries 1 signal
    for name in $1; do
        kill -s "$name" $pid
    done
    wait $pid || code=$?
    cat stderr
    [ $code -eq $((128 + $(kill -l "${1%% *}"))) ] && [ "$(ls -A signal)" = long.wav ] &&
        cmp half.wav signal/long.wav && [ "$(<stderr)" = "$signal_line" ]
}

# What a library prints on standard output is not in the result.
stdout_is_kept() {
    "$command" enhance -q voice.wav - >wanted.wav 2>stderr && [ ! -s stderr ] &&
        MBT_FAULT=print:0 LD_PRELOAD=./faults.so "$command" enhance -q voice.wav - >got.wav 2>stderr &&
        cmp got.wav wanted.wav && [ "$(<stderr)" = "a library's line" ]
}

files() {
    local at
    rm -rf before faulty && mkdir before && cp voice.wav before/old.wav && cp -r before faulty
    ./wavtool make voiced half.wav 16000 1 wav-s16 480000
    for at in 0 100 30000; do
        check "disk full after $at bytes" fault write:$at 'No space left on device'
    done
    check "a file that cannot be brought to the disk" fault fsync:1 'Input/output error'
    check "a file that cannot be closed" fault close:1 'Disk quota exceeded'
    check "a file that cannot get its name" fault rename:1 'Permission denied'
    check "no memory, at every allocation" each_allocation voice.wav faulty/new.wav
    ./wavtool convert voice.wav stereo.wav 44100 2 wav-s16
    check "no memory, at every allocation: 44100 Hz, stereo" each_allocation stereo.wav faulty/new.wav
    check "no memory, at every allocation: a folder" each_allocation_in_folder
    check "standard output is for samples alone" stdout_is_kept
    for at in wav flac ogg; do
        check "no room for $at" no_room $at
    done
    chmod 711 . # so that anyone comes through; $command may be where nobody but its owner does
    cp "$command" as-anyone
    chmod 755 faulty before
    check "a folder that may not be written to" no_permission 'new.wav: .*Permission denied' voice.wav faulty/new.wav
    check "a file that may not be replaced" no_permission 'old.wav: cannot be replaced: Permission denied' \
        voice.wav faulty/old.wav
    install -m 000 voice.wav locked.wav
    check "a recording that may not be read" no_permission 'locked.wav: Permission denied' locked.wav faulty/new.wav
    for at in TERM INT HUP QUIT PIPE; do
        check "SIG$at removes the temporary file" killed $at never.wav
    done
    check "two signals" killed 'TERM TERM' never.wav
    check "the recording stays after a signal" killed TERM long.wav
}
