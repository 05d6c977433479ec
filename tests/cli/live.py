"""live.py COMMAND CASE: enhance with a causal model through pipes, in a folder with live.so, the samples live-in.s16
and live-wanted.s16, and two channels of them, live-in-2.s16 and live-wanted-2.s16. What counts is the order in which
samples go in and come out, not the time. Exits with 1 if it is not as CASE has it, and is killed if that takes
long."""
import select
import signal
import subprocess
import sys
import time

COMMAND, CASE = sys.argv[1:]
HOP, LATENCY = 200, 400


def start(*arguments):
    return subprocess.Popen([COMMAND, "enhance", "--model", "./live.so", "--raw", "s16", *arguments, "-", "-"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def samples(channels):
    return (open(f"live-{name}{'' if channels == 1 else '-2'}.s16", "rb").read() for name in ("in", "wanted"))


def read(run, count):
    """Waits for so many bytes, and takes more if there are."""
    got = b""
    while len(got) < count:
        block = run.stdout.read(65536)
        if not block:
            sys.exit(f"the output ended {count - len(got)} bytes early")
        got += block
    return got


def in_blocks(frames, channels):
    """After each block of so many frames exactly what the hops so far allow comes out, before the next block goes in,
    and never later than the latency that is told."""
    given, wanted = samples(channels)
    run = start("--channels", str(channels))
    width, fed, got = 2 * channels, 0, b""
    while fed < len(given):
        fed += run.stdin.write(given[fed:fed + frames * width])
        hops = fed // width // HOP
        promised = max(hops - 1, 0) * HOP * width
        if promised < fed - LATENCY * width:
            sys.exit("the hops allow less than the latency promises")
        if promised > len(got):
            got += read(run, promised - len(got))
        if len(got) != promised:
            sys.exit(f"{len(got)} bytes after {fed}, not {promised}")
    run.stdin.close()
    got += run.stdout.read()
    return got == wanted and run.wait() == 0


def hop_by_hop():
    return in_blocks(HOP, 1)


def two_channels():
    return in_blocks(HOP, 2)


def small_blocks():
    return in_blocks(37, 1)


def many_hops_a_block():
    return in_blocks(1000, 1)


def split_samples():
    """The last byte of a hop comes by itself."""
    given, wanted = samples(1)
    run = start("-q")
    got = b""
    for at in range(0, 20 * 2 * HOP, 2 * HOP):
        run.stdin.write(given[at:at + 2 * HOP - 1])
        run.stdin.write(given[at + 2 * HOP - 1:at + 2 * HOP])
        if at > 0:
            got += read(run, 2 * HOP)
    run.stdin.close()
    got += run.stdout.read()
    return got[:-2 * LATENCY] == wanted[:20 * 2 * HOP - 2 * LATENCY] and len(got) == 20 * 2 * HOP and run.wait() == 0


def told_at_once():
    """Before anything goes in."""
    run = start()
    line = run.stderr.readline()
    run.stdin.close()
    return line == b"standard input: model ./live.so, latency 400 samples, 25.0 ms\n" and run.wait() == 0


def latency_holds(frames, step, *arguments):
    """What the command says of its latency is true: a sample of the result is there as soon as so many more have gone
    in. After half a second's rest it is not much less either: what comes at a time are so many frames as `step`."""
    given, _ = samples(1)
    run = start(*arguments)
    latency = int(run.stderr.readline().split(b"latency ")[1].split()[0])
    fed, got, seen = 0, 0, None
    while fed < len(given):
        fed += run.stdin.write(given[fed:fed + 2 * frames])
        if fed // 2 - latency > got // 2:
            got += len(read(run, 2 * (fed // 2 - latency) - got))
        if seen is None and fed > len(given) // 2:
            time.sleep(0.5)
            while select.select([run.stdout], [], [], 0)[0]:
                got += len(read(run, 1))
            seen = (fed - got) // 2
    run.stdin.close()
    got += len(run.stdout.read())
    print(f"latency {latency} told, {seen} seen")
    return got == len(given) and run.wait() == 0 and latency - step - 10 <= seen <= latency


def latency_at_16000():
    return latency_holds(37, 200)


def latency_at_8000():
    return latency_holds(37, 0, "--rate", "8000")


def latency_at_44100():
    return latency_holds(37, 0, "--rate", "44100")


def latency_at_48000():
    return latency_holds(37, 0, "--rate", "48000")


def latency_at_16001():
    """A ratio that only libsamplerate can make."""
    return latency_holds(37, 200, "--rate", "16001")


def latency_of_windows():
    return latency_holds(500, 3528, "--model", "tiny", "--rate", "44100", "--window", "0.1", "--overlap", "0.02")


def ended_by(number):
    """A signal is the end of the input: as many samples come out as went in."""
    given, wanted = samples(1)
    run = start("-q")
    run.stdin.write(given[:2 * 5 * HOP])
    got = read(run, 2 * 4 * HOP)
    run.stdin.write(given[2 * 5 * HOP:2 * (5 * HOP + 77)])
    run.send_signal(number)
    got += run.stdout.read()
    return len(got) == 2 * (5 * HOP + 77) and got[:2 * 4 * HOP] == wanted[:2 * 4 * HOP] and run.wait() == 0


def ended_by_int():
    return ended_by(signal.SIGINT)


def ended_by_term():
    return ended_by(signal.SIGTERM)


def reader_gone():
    given, _ = samples(1)
    run = start("-q")
    run.stdin.write(given[:2 * 2 * HOP])
    read(run, 2 * HOP)
    run.stdout.close()
    run.stdin.write(given[2 * 2 * HOP:2 * 3 * HOP])
    return run.stderr.read() == b"mambattention: standard output: cannot write: Broken pipe\n" and run.wait() == 1


signal.alarm(120)
for one in (signal.SIGINT, signal.SIGTERM):  # a shell's background job, which this may be, has INT ignored
    signal.signal(one, signal.SIG_DFL)
CASES = {case.__name__: case for case in (hop_by_hop, two_channels, small_blocks, many_hops_a_block, split_samples,
                                          told_at_once, latency_at_16000, latency_at_8000, latency_at_44100,
                                          latency_at_48000, latency_at_16001, latency_of_windows, ended_by_int,
                                          ended_by_term, reader_gone)}
sys.exit(0 if CASES[CASE]() else f"{CASE}: not as it should be")
