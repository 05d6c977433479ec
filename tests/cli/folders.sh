# folders.sh: tests of enhance on folders; read by run.

# A tree of recordings, and of files that are none, in tree; what should come of it in wanted.
make_tree() {
    local name
    rm -rf tree wanted && mkdir -p tree/one/two tree/empty tree/.hidden wanted/one/two &&
        ./wavtool convert voice.wav tree/a.wav 16000 1 wav-s16 &&
        ./wavtool convert voice.wav tree/one/B.FLAC 48000 1 flac-s16 &&
        ./wavtool make voiced tree/one/two/c.wav 16000 2 wav-s16 8000 && cp tree/one/two/c.wav 'tree/one/d e.wav' &&
        ln -s ../a.wav tree/one/linked.wav && ln -s .. tree/one/up && cp voice.wav tree/.hidden/no.wav &&
        cp voice.wav tree/one/.no.wav && echo text >tree/notes.txt && cp voice.wav tree/one/wav || return 1
    for name in a.wav one/B.FLAC one/two/c.wav 'one/d e.wav' one/linked.wav; do
        "$command" enhance -q "tree/$name" "wanted/$name" || return 1
    done
}

# tree_done OUT: it is all there, and no more.
tree_done() { diff -r wanted "$1" && [ "$(stat -c %a "$1/a.wav")" = "$(stat -c %a wanted/a.wav)" ]; }

whole_tree() { # whole_tree OPTION...
    rm -rf result && "$command" enhance tree result/into "$@" >stdout 2>stderr || return 1
    cat stdout
    tree_done result/into && [ ! -s stderr ] && [ "$(wc -l <stdout)" -eq 6 ] &&
        grep -qxF 'result/into: 5 recordings: 5 enhanced; 2 other files passed over' stdout
}

quiet_tree() { rm -rf result && [ -z "$("$command" enhance -q --jobs 2 tree/ result/ 2>&1)" ] && tree_done result; }

# A file is done if it is there and not older than its recording.
resumes() {
    rm -rf result && "$command" enhance -q tree result || return 1
    rm result/one/B.FLAC && touch -d '1 hour ago' result/a.wav && touch -d '2 hours ago' result/one/two/c.wav &&
        touch -d '3 hours ago' tree/one/two/c.wav || return 1 # whose result is younger
    local before after
    before=$(stat -c %i result/one/two/c.wav 'result/one/d e.wav')
    "$command" enhance --resume tree result >stdout 2>stderr || return 1
    cat stdout stderr
    after=$(stat -c %i result/one/two/c.wav 'result/one/d e.wav')
    grep -qF '5 recordings: 2 enhanced, 3 done before' stdout && [ "$before" = "$after" ] && tree_done result &&
        "$command" enhance tree result >stdout && grep -qF '5 recordings: 5 enhanced;' stdout && tree_done result
}

# The result lies in the folder of the recordings: the second time it is not taken for one of them.
within() {
    rm -rf own && cp -r tree own && "$command" enhance -q own own/clean && "$command" enhance -q own own/clean/ &&
        tree_done own/clean
}

# own_stays FOLDER OUT: nothing of it is replaced, however OUT leads there.
own_stays() {
    local code=0
    cp -a "$1" untouched && "$command" enhance -q "$1" "$2" 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && grep -q 'x.wav: is itself one of the recordings' stderr && diff -r untouched "$1" &&
        rm -rf untouched && no_leftovers "$1"
}

result_above() {
    rm -rf above && mkdir -p above/b/b && cp voice.wav above/b/x.wav && cp half.wav above/b/b/x.wav &&
        own_stays above/b above
}

result_linked() {
    rm -rf own result && mkdir -p own/sub result && cp voice.wav own/x.wav && cp voice.wav own/sub/x.wav || return 1
    ln -s ../own/x.wav result/x.wav && ln -s ../own/sub result/sub && own_stays own result
}

# The failures are told in one line each, and then listed; the good ones are done.
bad_ones() {
    rm -rf bad result && mkdir -p bad/below && cp voice.wav bad/good.wav && cp voice.wav bad/zgood.wav &&
        echo text >bad/text.wav &&
        : >bad/below/empty.wav && mkfifo bad/pipe.wav && ln -s nowhere.wav bad/link.wav &&
        cp voice.wav $'bad/line\nbreak.wav' && mkdir -p result/zgood.wav || return 1
    local code=0
    "$command" enhance --jobs 2 bad result >stdout 2>stderr || code=$?
    cat stdout stderr
    [ $code -eq 1 ] && [ "$(find result -type f -printf x)" = xx ] && cmp result/good.wav wanted/a.wav &&
        cmp $'result/line\nbreak.wav' wanted/a.wav && grep -q '^result/line?break.wav: ' stdout &&
        grep -qxF 'result: 7 recordings: 2 enhanced, 5 failed' stdout &&
        tail -n 6 stderr | diff - <(printf 'mambattention: %s\n' '5 of 7 recordings failed:' \
            '  below/empty.wav' '  link.wav' '  pipe.wav' '  text.wav' '  zgood.wav') &&
        [ "$(wc -l <stderr)" -eq 11 ] && grep -q 'bad/below/empty.wav: the file is empty' stderr &&
        grep -q 'bad/link.wav: No such file' stderr && grep -q 'bad/pipe.wav: not a regular file' stderr &&
        grep -q 'bad/text.wav: not a recording' stderr && grep -q 'result/zgood.wav: a folder' stderr
}

# all_fail PATTERN ENVIRONMENT...: each of three, and nothing is left.
all_fail() {
    local pattern=$1 code=0
    shift
    rm -rf three result && mkdir three && cp voice.wav three/a.wav && cp voice.wav three/b.wav &&
        cp voice.wav three/c.wav
    env "$@" "$command" enhance three result >stdout 2>stderr || code=$?
    cat stdout stderr
    [ $code -eq 1 ] && [ "$(grep -cE "$pattern" stderr)" -eq 3 ] && [ "$(wc -l <stderr)" -eq 7 ] &&
        grep -qxF 'mambattention: 3 of 3 recordings failed:' stderr && [ -z "$(find result -type f)" ]
}

# Out of memory before a file is begun ends it all; later it is one file's failure.
each_allocation_in_folder() {
    local n count code
    rm -rf few && mkdir few && cp voice.wav few/a.wav
    rm -rf result
    MBT_FAULT=malloc:0 MBT_FAULT_LOG=calls LD_PRELOAD=./faults.so "$command" enhance -q few result || return 1
    count=$(cat calls)
    echo "$count allocations"
    for ((n = 1; n <= count; n++)); do
        rm -rf result
        code=0
        MBT_FAULT=malloc:$n LD_PRELOAD=./faults.so "$command" enhance -q few result 2>stderr || code=$?
        { [ $code -eq 1 ] && grep -q 'memory' stderr && [ -z "$(find result -type f 2>/dev/null)" ]; } ||
            { echo "allocation $n: exit code $code" && cat stderr && return 1; }
    done
}

unreadable_folder() {
    local code=0
    rm -rf guarded && mkdir -p -m 755 guarded guarded/in guarded/in/open && mkdir -m 000 guarded/in/shut &&
        mkdir -m 777 guarded/result && install -m 644 voice.wav guarded/in/open/a.wav || return 1
    unprivileged ./as-anyone enhance -q guarded/in guarded/result 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && cmp guarded/result/open/a.wav wanted/a.wav &&
        grep -q 'guarded/in/shut: Permission denied' stderr &&
        grep -q '1 folder or file could not be read' stderr || return 1
    code=0
    chmod 744 guarded/in/shut && mkdir -m 755 guarded/in/shut/below && rm -r guarded/result &&
        mkdir -m 777 guarded/result
    unprivileged ./as-anyone enhance -q guarded/in guarded/result 2>stderr || code=$?
    cat stderr
    [ $code -eq 1 ] && grep -q 'guarded/in/shut/below: Permission denied' stderr
}

# What is recorded while it is read is no result.
changed() {
    local pid code=0
    rm -rf long result && mkdir long && ./wavtool make voiced long/1.wav 16000 1 wav-s16 48000
    "$command" enhance -q --threads 1 --isa scalar long result 2>stderr &
    pid=$!
    wait_for temporaries 1 result && sleep 0.1 && cat voice.wav >>long/1.wav
    wait $pid || code=$?
    cat stderr
    [ $code -eq 1 ] && grep -q 'long/1.wav: was changed while it was read' stderr && [ -z "$(ls -A result)" ]
}

# A recording of that name takes its place: what becomes of the old one is no result of the new one.
replaced() {
    local pid code=0
    rm -rf long result && mkdir long && ./wavtool make voiced long/1.wav 16000 1 wav-s16 48000
    "$command" enhance -q --threads 1 --isa scalar long result 2>stderr &
    pid=$!
    wait_for temporaries 1 result && cp voice.wav another.wav && mv another.wav long/1.wav
    wait $pid || code=$?
    cat stderr
    [ $code -eq 1 ] && grep -q 'long/1.wav: was changed while it was read' stderr && [ -z "$(ls -A result)" ]
}

# What nobody reads fails no recording.
nobody_reads() {
    local codes
    rm -rf result
    env --default-signal=PIPE "$command" enhance --jobs 2 tree result 2>stderr | head -n 1 >stdout
    codes="${PIPESTATUS[*]}"
    cat stderr
    [ "$codes" = '141 0' ] && [ ! -s stderr ] && tree_done result || return 1
    rm -rf result
    "$command" enhance tree result >/dev/full 2>stderr
    [ $? -eq 1 ] && cat stderr && [ "$(cat stderr)" = 'mambattention: cannot write to standard output' ] &&
        tree_done result
}

long_tree() {
    rm -rf long result && mkdir long && ./wavtool make voiced long/0.wav 16000 1 wav-s16 4000 &&
        cp half.wav long/1.wav && cp half.wav long/2.wav && cp half.wav long/3.wav
}

# The first is done, two are at work: they end, leave nothing, and the third is not begun.
batch_killed() { # batch_killed 'SIGNAL...'
    local code=0 pid name
    long_tree && ulimit -S -c 0
    env --default-signal "$command" enhance -q --jobs 2 --threads 1 --isa scalar long result 2>stderr &
    pid=$!
    wait_for test -e result/0.wav && wait_for temporaries 2 result
    for name in $1; do
        kill -s "$name" $pid
    done
    wait $pid || code=$?
    cat stderr
    [ $code -eq $((128 + $(kill -l "${1%% *}"))) ] && [ "$(ls -A result)" = 0.wav ] && [ "$(wc -l <stderr)" -eq 1 ] &&
        grep -qE '^mambattention: ended by a signal \(.*\) after 1 of 4 recordings; --resume' stderr
}

# As nohup has it.
hangup_ignored() {
    local pid
    long_tree && rm long/3.wav
    env --ignore-signal=HUP "$command" enhance -q --jobs 2 long result 2>stderr &
    pid=$!
    wait_for temporaries 1 result
    kill -s HUP $pid
    wait $pid && [ "$(ls -A result | wc -l)" -eq 3 ] && [ ! -s stderr ]
}

# child_of PID: the only one.
child_of() {
    local about line
    for about in /proc/[0-9]*/stat; do
        { read -r line <"$about"; } 2>/dev/null && [[ ${line##*) } == ?\ "$1 "* ]] && echo "${line%% *}"
    done
}

# A recording whose process dies takes no other with it.
one_crashes() {
    local pid code=0
    long_tree && rm long/3.wav && cp voice.wav long/2.wav && ulimit -S -c 0
    "$command" enhance -q --threads 1 --isa scalar long result 2>stderr &
    pid=$!
    wait_for test -e result/0.wav && wait_for temporaries 1 result
    kill -s SEGV "$(child_of $pid)"
    wait $pid || code=$?
    cat stderr
    [ $code -eq 1 ] && [ -e result/2.wav ] && [ ! -e result/1.wav ] && no_leftovers result &&
        grep -qE 'mambattention: 1.wav: its process was ended by signal 11' stderr &&
        grep -qxF 'mambattention: 1 of 3 recordings failed:' stderr
}

none_there() {
    rm -rf hollow result && mkdir hollow && echo text >hollow/text && "$command" enhance hollow result 2>stderr &&
        grep -q 'warning: hollow: there are no recordings in it' stderr && [ ! -e result ]
}

# Sound that is not read is named, with the line that makes it readable, and what can be read is enhanced.
foreign_sound() {
    rm -rf phone result && mkdir -p phone/deep || return 1
    touch phone/a.m4a phone/b.WMA phone/deep/c.aac phone/deep/d.amr phone/notes.txt
    "$command" enhance -q phone result 2>stderr || return 1
    cat stderr
    local line="mambattention: warning: phone: passed over a.m4a, b.WMA, deep/c.aac and 1 more, which libsndfile does"
    line+=" not read; to have the first read: ffmpeg -i 'phone/a.m4a' 'phone/a.m4a.wav'"
    grep -qxF 'mambattention: warning: phone: there are no recordings in it' stderr && grep -qxF "$line" stderr &&
        [ "$(wc -l <stderr)" -eq 2 ] && [ ! -e result ] || return 1
    rm phone/b.WMA phone/deep/* && cp voice.wav phone/deep/e.wav && "$command" enhance -q phone result 2>stderr &&
        [ -e result/deep/e.wav ] && [ "$(wc -l <stderr)" -eq 1 ] && grep -q 'passed over a.m4a, which' stderr
}

folders() {
    local name
    check "folders: a tree to work on" make_tree
    check "folders: the tree is kept" whole_tree
    check "folders: three jobs" whole_tree --jobs 3
    check "folders: more jobs than recordings" whole_tree --jobs 256 --threads 1
    check "folders: quiet" quiet_tree
    check "folders: resume" resumes
    check "folders: the result within" within
    check "folders: bad recordings" bad_ones
    check "folders: disk full" all_fail 'No space left on device' MBT_FAULT=write:1000 LD_PRELOAD="$PWD/faults.so"
    check "folders: no more processes" all_fail 'cannot start another process: Resource' MBT_FAULT=fork:1 \
        LD_PRELOAD="$PWD/faults.so"
    check "folders: one that may not be read" unreadable_folder
    for name in TERM INT HUP QUIT 'TERM TERM' 'HUP TERM INT'; do
        check "folders: SIG$name" batch_killed "$name"
    done
    check "folders: SIGHUP ignored" hangup_ignored
    check "folders: a crash" one_crashes
    check "folders: nothing to do" none_there
    check "folders: sound that is not read" foreign_sound
    check "folders: the result above" result_above
    check "folders: the result leads back by links" result_linked
    check "folders: a recording that is being written" changed
    check "folders: a recording that is replaced" replaced
    check "folders: nobody reads the standard output" nobody_reads
    ln -sfn nowhere lost
    check "folders: OUT_DIR is a link to nothing" fails_with 1 'lost: a link that leads nowhere' enhance tree lost
    ln -sfn tree alias
    check "folders: onto itself" fails_with 1 'alias: is the folder of the recordings itself' enhance tree alias
    check "folders: OUT_DIR is a file" fails_with 1 'voice.wav: not a folder, and tree is one' enhance tree voice.wav
    check "folders: OUT_DIR below a file" fails_with 1 'Not a directory' enhance tree voice.wav/result
    check "folders: to '-'" fails_with 2 "tree is a folder, and '-' takes one recording" enhance tree -
    check "folders: none there" fails_with 1 'nowhere: No such file' enhance nowhere never --resume
    for name in --jobs=2 --resume; do
        check "$name with a file" fails_with 2 'are for folders, and voice.wav is none' \
            enhance $name voice.wav never.wav
        check "$name with '-'" fails_with 2 'are for folders, and - is none' enhance $name - -
    done
    for name in 0 257 -1 x '' 2x; do
        check "jobs '$name'" fails_with 2 "--jobs takes a number from 1 to 256, not '$name'" \
            enhance --jobs "$name" tree result
    done
}
