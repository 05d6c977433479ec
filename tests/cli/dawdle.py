"""dawdle.py COMMAND CASE: enhance through pipes whose other end does not do all at once; in a folder with voice.wav and
wanted.wav, what should come of it. Exits with 1 if it is not as CASE has it, and is killed if that takes long."""
import os
import signal
import socket
import subprocess
import sys
import time

COMMAND, CASE = sys.argv[1:]
VOICE, WANTED = (open(name, "rb").read() for name in ("voice.wav", "wanted.wav"))


def start(arguments, source=subprocess.PIPE, target=subprocess.PIPE):
    return subprocess.Popen([COMMAND, "enhance", "-q", *arguments], stdin=source, stdout=target,
                            stderr=subprocess.PIPE, bufsize=0)


def late(arguments, data):
    """Nothing at first, and then all, through a pipe that says so rather than wait."""
    source, sink = os.pipe()
    os.set_blocking(source, False)
    run = start(arguments, source)
    time.sleep(0.3)
    with open(sink, "wb") as file:
        file.write(data)
    return run.communicate()[0], run.returncode


def held_open():
    """The command ends where the WAV does, though its writer waits for the answer before it closes the pipe."""
    run = start(["-", "-"])
    run.stdin.write(VOICE)
    got = b"".join(iter(lambda: run.stdout.read(65536), b""))
    return got == WANTED and run.wait() == 0


def fails_at_once():
    """At a rate that cannot be changed."""
    run = start(["-", "-"])
    run.stdin.write(VOICE[:24] + bytes([1, 0, 0, 0, 2, 0, 0, 0]) + VOICE[32:44])
    return run.wait() == 1 and b"rate of 1 Hz is too far" in run.stderr.read()


def late_writer():
    return late(["-", "-"], VOICE) == (WANTED, 0)


def late_raw_writer():
    return late(["--model", "tiny", "--raw", "s16", "-", "-"], VOICE[44:]) == (WANTED[44:], 0)


def slow_reader():
    """What does not fit into the pipe waits."""
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    run = start(["--window", "0.5", "--format", "f32", "voice.wav", "-"], subprocess.DEVNULL, sink)
    os.close(sink)
    time.sleep(0.5)
    got = b"".join(iter(lambda: os.read(source, 65536), b""))
    return len(got) == 44 + 2 * (len(VOICE) - 44) and run.wait() == 0


def reset():
    """The connection breaks in the middle: its other end had something to read and did not."""
    ours, theirs = socket.socketpair()
    ours.sendall(VOICE[:20000])
    theirs.send(b"unread")
    run = start(["-", "never.wav"], theirs)
    theirs.close()
    time.sleep(0.1)
    ours.close()
    return run.wait() == 1 and run.stderr.read() == b"mambattention: standard input: Connection reset by peer\n"


signal.alarm(120)
CASES = {case.__name__: case for case in (held_open, fails_at_once, late_writer, late_raw_writer, slow_reader, reset)}
sys.exit(0 if CASES[CASE]() else 1)
