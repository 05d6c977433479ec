# bench.sh: tests of the bench subcommand and of tools/bench/bench-check; sourced by run.

# bench ARGUMENT...: succeeds, prints nothing on stderr and leaves no files; its output is in the file stdout.
bench() {
    "$command" bench "$@" --quick >stdout 2>stderr || { cat stderr; return 1; }
    cat stderr
    [ ! -s stderr ] && no_leftovers
}

# json_has EXPRESSION: the Python expression is true of d, the JSON document in stdout.
json_has() {
    python3 -c 'import json, sys
d = json.load(open("stdout"))
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1" || { echo "not so: $1"; head -c 3000 stdout; return 1; }
}

# has_svg FILE TEXT...: the file is well-formed XML, and each text is in it.
has_svg() {
    python3 -c 'import sys, xml.etree.ElementTree as tree
all_text = "\n".join(tree.parse(sys.argv[1]).getroot().itertext())
missing = [text for text in sys.argv[2:] if text not in all_text]
sys.exit("not in it: %s" % missing if missing else 0)' "$@"
}

# Where the affinity mask leaves one core.
bench_of_one_core() {
    local online
    online=$(getconf _NPROCESSORS_ONLN)
    if [ "$online" -eq 1 ]; then
        return 0
    fi
    taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" "$command" bench machine --quick --json --isa scalar \
        >stdout && json_has 'd["machine"]["cores_usable"] == 1 and d["machine"]["cores"] == '"$online"
}

bench_of_machine() {
    bench machine --isa scalar && grep -q 'fp32 FMA GFLOP/s' stdout && grep -qE '^scalar +[0-9]' stdout &&
        bench machine --json && json_has 'd["bench"] == "machine"' &&
        json_has 'all(p["fma_gflops"] > 0 and p["int8_gops"] > 0 for p in d["machine"]["peaks"].values())' &&
        json_has 'all(p[l]["read_gbs"] > 0 and p[l]["copy_gbs"] > 0 for p in d["machine"]["peaks"].values()
            for l in ("l1", "l2", "memory"))' &&
        for name in $("$command" info | sed -n 's/^kernels://p' | sed 's/(chosen)//'); do
            json_has "'$name' in d['machine']['peaks']" || return 1
        done
}

# Every kernel in kernels.def has a case.
bench_of_kernels() {
    local name
    bench kernels --json --svg roof.svg && has_svg roof.svg 'memory' 'peak' 'softplus, C64' &&
        json_has 'd["bench"] == "kernels"' &&
        json_has 'all(k["median_ns"] > 0 and k["p10_ns"] <= k["median_ns"] <= k["p90_ns"] and k["gflops"] > 0 and
            k["gbs"] > 0 and k["gelements"] > 0 and 0 < k["share_of_peak"] and k["ratio_to_scalar"] > 0
            for k in d["kernels"])' &&
        for name in $(sed -n 's/^MBT_KERNEL(\([a-z0-9_]*\),.*/\1/p' "$root/simd/kernels.def"); do
            json_has "any(k['kernel'] == '$name' for k in d['kernels'])" || return 1
        done
}

bench_of_some_kernels() {
    bench kernels --filter softplus --isa scalar && grep -qE '^softplus +C16' stdout && ! grep -q '^scan' stdout &&
        bench kernels --filter C16 --isa scalar --json &&
        json_has 'all("C16" in k["shape"] and k["isa"] == "scalar" for k in d["kernels"])' &&
        bench kernels --model ./model.so --isa scalar --filter scan --json &&
        json_has '{k["kernel"] for k in d["kernels"]} == {"scan", "widen"}'
}

bench_of_network() {
    bench network --seconds 0.3,0.6 --threads 1,2 --isa scalar,auto --runs 2 --json --svg bars.svg &&
        has_svg bars.svg encoder 'block 2 frequency' 'phase decoder' scan && json_has 'd["bench"] == "network"' &&
        json_has 'len(d["runs"]) == 8 and len(d["profiles"]) == 2' &&
        json_has 'all(r["real_time_factor"] > 0 and r["gflops"] > 0 and r["share_of_peak"] > 0 and r["open_ns"] > 0 and
            r["memory_bytes"] > 0 and r["cores"] > 0 and r["samples"] == 2 for r in d["runs"])' &&
        json_has 'all(abs(sum(p["kinds"].values()) - 1) < 1e-3 for p in d["profiles"])' &&
        json_has '[p["name"] for p in d["profiles"][0]["parts"]] == ["spectrum", "encoder", "block 1 time",
            "block 1 frequency", "block 2 time", "block 2 frequency", "mask decoder", "phase decoder"]' &&
        json_has 'all(l["name"] != "other products" for p in d["profiles"] for q in p["parts"] for l in q["layers"])' &&
        bench network --seconds 0.3 --model ./model.so && grep -q 'real-time factor' stdout &&
        grep -q '^blocks, time' stdout && grep -q '^scan ' stdout
}

bench_of_inputs() {
    bench inputs --window 0.3 --threads 1,2 --isa scalar,auto --runs 2 --json && json_has 'd["bench"] == "inputs"' &&
        json_has '[r["input"] for r in d["runs"]] == 4 * ["speech", "muted", "near-silent", "denormal",
            "speech, then denormal", "impulse, else zeros", "impulse, else denormal", "decay into denormals"]' &&
        json_has 'all(r["least_ns"] > 0 and r["median_ns"] >= r["least_ns"] and r["samples"] == 2 and
            r["ratio_to_speech"] > 0 for r in d["runs"])' &&
        json_has 'all(r["ratio_to_speech"] == 1 for r in d["runs"] if r["input"] == "speech")' &&
        bench inputs --window 0.3 --model ./model.so --isa scalar &&
        grep -qE '^scalar +1 +decay into denormals +[0-9]' stdout
}

# 7.2 s in windows of 0.3 s that overlap by a quarter: 31 windows begin every 0.225 s, and one ends with the stream. The
# first, the last but one and the last are checked. In 2.484 s of windows of 0.1 s the last, window 32, is not full.
bench_of_stream() {
    bench stream --window 0.3 --hours 0.002 --threads 2 --json && json_has 'd["bench"] == "stream"' &&
        json_has 'abs(d["audio_seconds"] - 7.2) < 1e-3 and d["windows"] == 32 and d["windows_checked"] == 3' &&
        json_has 'abs(d["window_seconds"] - 0.3) < 1e-6 and abs(d["overlap_seconds"] - 0.075) < 1e-6' &&
        json_has 'd["real_time_factor"] > 0 and d["first_tenth"] > 0 and d["last_tenth"] > 0' &&
        json_has 'all(d["processor_" + of] > 0 for of in ("factor", "first_tenth", "last_tenth"))' &&
        json_has 'd["memory_bytes_at_end"] >= d["memory_bytes"] > 0 and d["threads"] == 2' &&
        bench stream --window 1 --hours 0.0001 --isa scalar --model ./f32.so --json &&
        json_has 'd["windows"] == 1 and d["windows_checked"] == 1 and d["isa"] == "scalar"' &&
        bench stream --window 0.1 --hours 0.00069 --json &&
        json_has 'd["windows"] == 33 and d["windows_checked"] == 3' &&
        bench stream --window 0.3 --minutes 0.02 && grep -q 'samples went in, and as many came out' stdout
}

# All samples are compared: 0.0032 hours are 11.52 s, whose last 1.52 s are silent. After 10 s, a window, less the
# latency of 400 samples, no more are compared with mbt_enhance; 0.1 s are compared whole.
bench_of_live_stream() {
    bench stream --model ./live.so --hours 0.0032 --json &&
        json_has '"window_seconds" not in d and "windows" not in d' &&
        json_has 'd["samples_checked"] == 184320 and d["samples_checked_at_once"] == 159600' &&
        json_has 'abs(d["silent_seconds"] - 1.52) < 1e-6 and abs(d["audio_seconds"] - 11.52) < 1e-6' &&
        json_has 'd["memory_bytes_at_end"] >= d["memory_bytes"] > 0 and d["processor_factor"] > 0' &&
        bench stream --model ./live.so --minutes 0.01 --window 0.1 --isa scalar &&
        grep -q 'were compared with' stdout && grep -q 'first 1200 with mbt_enhance' stdout
}

# A hop is 12.5 ms, a block of 32 samples 2 ms. In the order of the cases: cold, both blocks, warm, then the search.
bench_of_live() {
    bench live --model ./live.so --isa scalar,auto --block 32 --json &&
        json_has 'd["bench"] == "live" and d["hop_ns"] == 12500000' &&
        json_has 'd["memory_bytes"] > 0 and d["cold_bytes"] >= 1 << 26 and len(d["isas"]) == 2' &&
        json_has '[(c["block"], c["spread"], c["caches"], c["streams"])
            for c in d["cases"] if c["isa"] == "scalar"][:4] == [(200, False, "cold", 1),
            (32, False, "warm", 1), (32, True, "warm", 1), (200, False, "warm", 1)]' &&
        json_has 'all(c["block_ns"] == c["block"] * 62500 for c in d["cases"])' &&
        json_has 'all(c[v]["rounds"] == 10 and 0 < c[v]["median_ns"] <= c[v]["p99_ns"] <= c[v]["p999_ns"] <=
            c[v]["worst_ns"] and c[v]["mean_ns"] <= c[v]["worst_ns"]
            for c in d["cases"] for v in ("clock", "processor"))' &&
        json_has 'all(c["undisturbed"]["rounds"] <= 10 for c in d["cases"])' &&
        json_has 'all(abs(sum(i["kinds"].values()) - 1) < 0.02 and len(i["parts"]) == 8 for i in d["isas"])' &&
        json_has 'all(i["parts"]["block 2 frequency"] > 0 and i["parts"]["block 1 time"] > 0 for i in d["isas"])' &&
        bench live --streams 3 && grep -q 'bytes of memory for a stream' stdout &&
        grep -qE '^ +3 +200 +no +warm +processor +10 ' stdout && grep -q '^phase decoder' stdout
}

old_picture_stays() {
    echo old >picture.svg
    (ulimit -f 1 && "$command" bench kernels --quick --filter add --svg picture.svg >/dev/null 2>stderr)
    [ $? -eq 1 ] && [ "$(<picture.svg)" = old ] && grep -q 'picture.svg' stderr && no_leftovers
}

# bench_check CODE PATTERN ARGUMENT...: bench-check exits with CODE, and a line of its output matches PATTERN. With code
# 2 that is a line on stderr, and there is no other output.
bench_check() {
    local code=$1 pattern=$2 got=0
    shift 2
    "$root/tools/bench/bench-check" "$@" >stdout 2>stderr || got=$?
    cat stdout stderr
    [ $got -eq "$code" ] && cat stdout stderr | grep -qE -- "$pattern" || return 1
    [ "$code" -ne 2 ] || { [ ! -s stdout ] && [ "$(wc -l <stderr)" -eq 1 ]; }
}

kernels_json() { # kernels_json FILE NAME=SHARE_OF_PEAK/SHARE_OF_BANDWIDTH...
    local file=$1 item text=
    shift
    for item in "$@"; do
        text+="${text:+,}{\"kernel\": \"${item%%=*}\", \"shape\": \"C64\", \"isa\": \"avx2\", \"median_ns\": 1000"
        item=${item#*=}
        text+=", \"share_of_peak\": ${item%/*}, \"share_of_bandwidth\": ${item#*/}}"
    done
    echo "{\"bench\": \"kernels\", \"kernels\": [$text]}" >"$file"
}

network_json() { # network_json FILE SHARE_OF_PEAK NS_OF_ENCODER [MODEL]
    echo "{\"bench\": \"network\", \"model\": \"${4-tiny}\",
        \"runs\": [{\"isa\": \"avx2\", \"threads\": 1, \"seconds\": 2, \"share_of_peak\": $2}],
        \"profiles\": [{\"isa\": \"avx2\", \"threads\": 1, \"seconds\": 2, \"peak_gflops\": 100, \"parts\": [
            {\"name\": \"encoder\", \"ns\": $3, \"share\": 0.9},
            {\"name\": \"spectrum\", \"ns\": $3$3, \"share\": 0.001}]}]}" >"$1"
}

bench_checks() {
    local wrong
    kernels_json old.json scan=0.5/0.1 add=0.1/0.5
    kernels_json same.json scan=0.46/0.092 add=0.092/0.46
    kernels_json lost.json scan=0.44/0.088 add=0.1/0.5
    kernels_json won.json scan=0.6/0.12 add=0.1/0.5
    kernels_json clock.json scan=0.4/0.1 add=0.1/0.4
    kernels_json gone.json scan=0.5/0.1
    network_json net.json 0.8 1000
    network_json net-lost.json 0.8 1200
    network_json net-slow.json 0.7 1000
    network_json net-other.json 0.8 1000 full
    check "bench-check: the same file" bench_check 0 '^0 lost, 2 of 2' old.json old.json
    check "bench-check: a loss of 8 % is within 10 %" bench_check 0 '^0 lost, 2 of 2' old.json same.json
    check "bench-check: it is above 5 %" bench_check 1 '^2 lost' old.json same.json --limit 5
    check "bench-check: a loss of 12 %" bench_check 1 '^scan C64 avx2 +-12\.0 %  LOST' old.json lost.json
    check "bench-check: a gain of 20 %" bench_check 0 '^scan C64 avx2 +\+20\.0 %  faster' old.json won.json
    check "bench-check: only the peak has changed" bench_check 0 '^0 lost' old.json clock.json
    check "bench-check: a kernel is missing" bench_check 1 '^add C64 avx2 +missing +LOST' old.json gone.json
    check "bench-check: a kernel is new" bench_check 0 '^add C64 avx2 +new' gone.json old.json
    check "bench-check: network" bench_check 0 '^0 lost, 2 of 2' net.json net.json
    sed 's/0\.001/0.0105/' net.json >net-part.json
    sed 's/0\.001/0.0095/' net.json >net-smaller.json
    check "bench-check: a part whose share has fallen" bench_check 0 '^0 lost, 3 of 3' net-part.json net-smaller.json
    check "bench-check: a part whose share has risen" bench_check 0 '^0 lost, 2 of 2' net-smaller.json net-part.json
    check "bench-check: a part lost" bench_check 1 'encoder +-16\.7 %  LOST' net.json net-lost.json
    check "bench-check: a run lost" bench_check 1 '2 s +-12\.5 %  LOST' net.json net-slow.json
    check "bench-check: other models" bench_check 2 'of model tiny' net.json net-other.json
    check "bench-check: other kinds" bench_check 2 'is of bench kernels, net.json of bench network' old.json net.json
    check "bench-check: no such file" bench_check 2 'bench-check: none.json: No such file' old.json none.json
    head -c 40 old.json >cut.json
    check "bench-check: cut short" bench_check 2 'cut.json: not JSON' old.json cut.json
    echo '{"bench": "machine"}' >machine.json
    for wrong in '[]' '{}' '3' '{"bench": "machine"}' '{"bench": ["kernels"]}'; do
        echo "$wrong" >wrong.json
        check "bench-check: $wrong" bench_check 2 'wrong.json: not what bench' old.json wrong.json
    done
    for wrong in '{"bench": "kernels"}' '{"bench": "kernels", "kernels": [1]}'; do
        echo "$wrong" >wrong.json
        check "bench-check: $wrong" bench_check 2 "'kernels' is no list" old.json wrong.json
    done
    kernels_json wrong.json scan=0/0.1
    check "bench-check: a share of 0" bench_check 2 "'share_of_peak' is 0, not a number above 0" wrong.json old.json
    kernels_json wrong.json scan=NaN/0.1
    check "bench-check: a share that is no number" bench_check 2 "'share_of_peak' is NaN" wrong.json old.json
    "$command" bench kernels --quick --filter softplus --json >real.json
    check "bench-check: what bench kernels prints" bench_check 0 '^0 lost' real.json real.json
    "$command" bench network --quick --seconds 0.3 --json >real.json
    check "bench-check: what bench network prints" bench_check 0 '^0 lost' real.json real.json
}

benches() {
    local name
    check "bench machine" bench_of_machine
    check "bench machine: on one of the cores" bench_of_one_core
    check "bench kernels: every one" bench_of_kernels
    check "bench kernels: some" bench_of_some_kernels
    check "bench network" bench_of_network
    check "bench inputs" bench_of_inputs
    check "bench stream" bench_of_stream
    check "bench stream of a causal model" bench_of_live_stream
    check "bench live" bench_of_live
    check "bench live: of windows" fails_with 1 'live takes a causal model, and tiny is none' bench live --model tiny
    check "bench live: no seconds" fails_with 2 'live takes no --seconds' bench live --seconds 2
    for name in 0 1001 x '' -1 1.5; do
        check "bench: streams '$name'" fails_with 2 "--streams takes .* not '$name'" bench live --streams "$name"
    done
    for name in 0 65537 x '' -1 1.5; do
        check "bench: block '$name'" fails_with 2 "--block takes .* not '$name'" bench live --block "$name"
    done
    check "bench without what" fails_with 2 'what to measure is missing' bench --quick
    check "bench of something else" fails_with 2 "not 'disk'" bench disk
    check "bench of two" fails_with 2 "'kernels' is one argument too many" bench machine kernels
    check "bench: unknown option" fails_with 2 "'--frobnicate'" bench machine --frobnicate
    check "bench: an option of another measurement" fails_with 2 'machine takes no --seconds' bench machine --seconds 2
    check "bench: no filter in network" fails_with 2 'network takes no --filter' bench network --filter x
    for name in 0 601 x '' '1,' -1 nan 1e2; do
        check "bench: seconds '$name'" fails_with 2 "--seconds takes .* not '$name'" bench network --seconds "$name"
    done
    for name in 0 257 x '' 1,,2 -1; do
        check "bench: threads '$name'" fails_with 2 "--threads takes .* not '$name'" bench network --threads "$name"
    done
    for name in 0 1001 x '' -1 99999999999; do
        check "bench: runs '$name'" fails_with 2 "--runs takes .* not '$name'" bench network --runs "$name"
    done
    for name in 0.09 601 x '' 1,2 nan; do
        check "bench: window '$name'" fails_with 2 "--window takes .* not '$name'" bench stream --window "$name"
    done
    for name in 0 10001 x '' 1e1 -1; do
        check "bench: minutes '$name'" fails_with 2 "--minutes takes .* not '$name'" bench stream --minutes "$name"
        check "bench: hours '$name'" fails_with 2 "--hours takes .* not '$name'" bench stream --hours "$name"
    done
    check "bench: no hours in inputs" fails_with 2 'inputs takes no --hours' bench inputs --hours 1
    check "bench: one number of threads in stream" fails_with 2 'stream takes one --isa and one number of --threads' \
        bench stream --threads 1,2
    check "bench: isa list" fails_with 2 "--isa takes .* not 'scalar,mmx'" bench kernels --isa scalar,mmx
    check "bench: the same isa twice" fails_with 2 "--isa takes .* not 'scalar,scalar'" bench kernels \
        --isa scalar,scalar
    name=$([ "$(uname -m)" = x86_64 ] && echo neon || echo avx2)
    check "bench: isa of another machine" fails_with 1 "--isa $name: not available" bench kernels --isa "$name"
    check "bench: a filter that fits nothing" fails_with 1 "no kernel or shape has 'frobnicate'" bench kernels \
        --quick --filter frobnicate
    check "bench: no such model" fails_with 1 "no model 'none'" bench network --quick --model none
    check "bench: a picture in no folder" fails_with 1 'No such file' bench network --quick --svg none/never.svg
    check "bench: no room: the old picture stays" old_picture_stays
    bench_checks
}
