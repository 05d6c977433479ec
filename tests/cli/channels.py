"""channels.py COMMAND FROM: tests that channels keep their loudspeakers from one kind of file to every other. Every
loudspeaker has a level of its own. ffmpeg makes what is read, but for CAF, AIFF and WAV, and reads what is written.
FROM: a key of SOURCES, or of SPECIAL below. Fails with a line for each result that is wrong.
"""
import math
import os
import struct
import subprocess
import sys

RATE, FRAMES = 16000, 3200

# By their bits in the mask of WAVE_FORMAT_EXTENSIBLE. Source: Microsoft, "Channel Mask".
SPEAKERS = "FL FR FC LFE BL BR FLC FRC BC SL SR".split()
LEVELS = dict(zip(SPEAKERS, (0.05, 0.12, 0.19, 0.26, 0.33, 0.40, 0.47, 0.54, 0.61, 0.68, 0.75)))
LAYOUTS = {
    "3.0": "FL FR FC", "2.1": "FL FR LFE", "quad": "FL FR BL BR", "4.0": "FL FR FC BC", "5.0": "FL FR FC BL BR",
    "5.0(side)": "FL FR FC SL SR", "5.1": "FL FR FC LFE BL BR", "5.1(side)": "FL FR FC LFE SL SR",
    "6.1": "FL FR FC LFE BC SL SR", "6.1(back)": "FL FR FC LFE BL BR BC", "7.1": "FL FR FC LFE BL BR SL SR",
    "7.1(wide)": "FL FR FC LFE BL BR FLC FRC",
}
LAYOUTS = {name: speakers.split() for name, speakers in LAYOUTS.items()}
FEW = ("5.1", "5.1(side)", "7.1")

# What 3 to 8 channels are without names: as ffmpeg and sox write WAV, but for 3 and 4, where ffmpeg has 2.1 and 4.0.
USUAL = {3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
# Source: Vorbis I specification, section 4.3.9.
VORBIS = {3: "FL FC FR", 4: "FL FR BL BR", 5: "FL FC FR BL BR", 6: "FL FC FR BL BR LFE", 7: "FL FC FR SL SR BC LFE",
          8: "FL FC FR SL SR BL BR LFE"}
BESIDE = {"BL": "SL", "BR": "SR", "SL": "BL", "SR": "BR"}

# By their numbers in a channel layout tag. Source: Apple, CoreAudioBaseTypes.h; Ls and Rs are the sides, as in ffmpeg.
TAGS = {
    113: "FL FR FC", 114: "FC FL FR", 133: "FL FR LFE", 150: "FL FC FR", 108: "FL FR BL BR", 115: "FL FR FC BC",
    116: "FC FL FR BC", 132: "FL FR SL SR", 136: "FL FR FC LFE", 109: "FL FR BL BR FC", 117: "FL FR FC SL SR",
    118: "FL FR SL SR FC", 119: "FL FC FR SL SR", 120: "FC FL FR SL SR", 138: "FL FR SL SR LFE",
    110: "FL FR BL BR FC BC", 121: "FL FR FC LFE SL SR", 122: "FL FR SL SR FC LFE", 123: "FL FC FR SL SR LFE",
    124: "FC FL FR SL SR LFE", 139: "FL FR SL SR FC BC", 141: "FC FL FR SL SR BC", 125: "FL FR FC LFE SL SR BC",
    142: "FC FL FR SL SR BC LFE", 143: "FC FL FR SL SR BL BR", 111: "FL FR BL BR FC BC SL SR",
    126: "FL FR FC LFE SL SR FLC FRC", 127: "FC FLC FRC FL FR SL SR LFE", 128: "FL FR FC LFE SL SR BL BR",
    129: "FL FR SL SR FC LFE FLC FRC", 144: "FC FL FR SL SR BL BR BC", 185: "FL FR BL BR", 187: "FL FR FC LFE BL BR",
    189: "FL FR FC LFE BL BR SL SR",
}

command = sys.argv[1]


def mask_of(names):
    return sum(1 << SPEAKERS.index(name) for name in names)


def names_of(mask):
    return [name for bit, name in enumerate(SPEAKERS) if mask >> bit & 1]


def in_order(names):
    return names_of(mask_of(names))


def samples(names, big_endian=False):
    """A tone in each channel. That of the low one is low: encoders may leave out what is higher."""
    def tone(name):
        pitch = 60 if name == "LFE" else 300 + 100 * SPEAKERS.index(name)
        return [round(32767 * LEVELS[name] * math.sin(2 * math.pi * pitch * i / RATE)) for i in range(FRAMES)]
    tones = [tone(name) for name in names]
    return struct.pack(f"{'>' if big_endian else '<'}{FRAMES * len(names)}h", *(x for frame in zip(*tones)
                                                                              for x in frame))


def wav(names, mask):
    """A WAV; of the plain kind if mask is None."""
    count, form = len(names), b""
    if mask is not None:
        form = struct.pack("<HHIH14s", 22, 16, mask, 1, bytes.fromhex("000000001000800000aa00389b71"))
    form = struct.pack("<HHIIHH", 0xfffe if form else 1, count, RATE, 2 * count * RATE, 2 * count, 16) + form
    data = samples(names)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name, data):
    return struct.pack(">4sq", name, len(data)) + data


def caf(names, layout):
    """A CAF; layout: the contents of the chunk that names the channels, or None."""
    desc = struct.pack(">d4sIIIII", RATE, b"lpcm", 0, 2 * len(names), 1, len(names), 16)
    return (b"caff\0\1\0\0" + chunk(b"desc", desc) + (chunk(b"chan", layout) if layout else b"") +
            chunk(b"data", bytes(4) + samples(names, True)))


def aiff(names, layout):
    def short_chunk(name, data):
        return struct.pack(">4sI", name, len(data)) + data
    rate = struct.pack(">HQ", 16383 + 13, RATE << 50)  # 80 bits: 2^13 times 1.953125
    comm = struct.pack(">HIH", len(names), FRAMES, 16) + rate
    body = (b"AIFF" + short_chunk(b"COMM", comm) + (short_chunk(b"CHAN", layout) if layout else b"") +
            short_chunk(b"SSND", bytes(8) + samples(names, True)))
    return short_chunk(b"FORM", body)


def by_mask(names):
    return struct.pack(">III", 1 << 16, mask_of(names), 0)


def by_labels(labels):
    return struct.pack(">III", 0, 0, len(labels)) + b"".join(struct.pack(">II3f", label, 0, 0, 0, 0)
                                                             for label in labels)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def ffmpeg(names, path, *options):
    write("made.wav", wav(names, mask_of(names)))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", "made.wav", *options, path], check=True)


# How each is made of a layout whose channels are in the order of WAVE.
SOURCES = {
    "wav": lambda names: write("in.wav", wav(names, mask_of(names))),
    "plain": lambda names: write("in.plain", wav(names, None)),
    "pipe": lambda names: write("in.pipe", wav(names, mask_of(names))),
    "plain-pipe": lambda names: write("in.plain-pipe", wav(names, None)),
    "rf64": lambda names: ffmpeg(names, "in.rf64", "-f", "wav", "-rf64", "always"),
    "w64": lambda names: ffmpeg(names, "in.w64"),
    "caf": lambda names: write("in.caf", caf(names, by_mask(names))),
    "plain-caf": lambda names: write("in.plain-caf", caf(names, None)),
    "aiff": lambda names: write("in.aiff", aiff(names, by_mask(names))),
    "plain-aiff": lambda names: write("in.plain-aiff", aiff(names, None)),
    "au": lambda names: ffmpeg(names, "in.au"),
    "flac": lambda names: ffmpeg(names, "in.flac"),
    "ogg": lambda names: ffmpeg(names, "in.ogg", "-c:a", "libvorbis"),
    "opus": lambda names: ffmpeg(names, "in.opus", "-c:a", "libopus", "-mapping_family", "1"),
}
NAMELESS = ("plain", "plain-pipe", "plain-caf", "plain-aiff", "au")
TARGETS = ("wav", "-", "rf64", "w64", "caf", "aiff", "au", "flac", "ogg", "opus")


def enhance(source, target):
    """What the command prints, and the result as ffmpeg decodes it: the mask, and the level of each channel."""
    out = "out." + ("wav" if target == "-" else target)
    if os.path.exists(out):
        os.remove(out)
    piped = source in ("in.pipe", "in.plain-pipe")
    with open(source, "rb") as given, subprocess.Popen(["cat"], stdin=given, stdout=subprocess.PIPE) as cat:
        done = subprocess.run([command, "enhance", "-q", "--mix", "0", "--threads", "1", "-" if piped else source,
                               "-" if target == "-" else out], stdin=cat.stdout if piped else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    if target == "-":
        write(out, done.stdout)
    return done.stderr.decode(), *decode(out)


def decoded(path):
    """As ffmpeg decodes it: the mask, if there is one, the number of channels, and the samples as 32-bit floats."""
    data = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-c:a", "pcm_f32le", "-f", "wav", "-"], check=True,
                          stdout=subprocess.PIPE).stdout
    form, begin = data.index(b"fmt ") + 8, data.index(b"data") + 8
    channels = struct.unpack_from("<H", data, form + 2)[0]
    mask = struct.unpack_from("<I", data, form + 20)[0] if data[form:form + 2] == b"\xfe\xff" else None
    return mask, channels, data[begin:]


def decode(path):
    mask, channels, data = decoded(path)
    count = len(data) // 4
    values = struct.unpack(f"<{count}f", data[:4 * count])
    levels = []
    for channel in range(channels):
        middle = values[channel::channels][FRAMES // 4:FRAMES * 3 // 4]  # whole periods of every tone
        levels.append(math.sqrt(2 * sum(x * x for x in middle) / len(middle)))
    return mask, levels


def fits(levels, names, lossy):
    return len(levels) == len(names) and all(
        abs(level - LEVELS[name]) <= (0.035 if lossy else 0.001) for level, name in zip(levels, names))


def fitted(names):
    """The loudspeakers that Vorbis has for so many, in the order of WAVE, and what is in each; None: something else."""
    places = in_order(VORBIS[len(names)].split())
    own = {place: place for place in places if place in names}
    for place in places:
        other = BESIDE.get(place)
        if place not in own and other in names and other not in places:
            own[place] = other
    return places, [own.get(place) for place in places]


def masked(path):
    """The mask that a WAV itself has; None: it is of the plain kind."""
    with open(path, "rb") as file:
        data = file.read(200)
    form = data.index(b"fmt ") + 8
    return struct.unpack_from("<I", data, form + 20)[0] if data[form:form + 2] == b"\xfe\xff" else None


def wrong(source, target, names):
    """What is wrong with a result; None: nothing. names: of the channels in the order of WAVE."""
    printed, mask, levels = enhance("in." + source, target)
    stated, lossy = source not in NAMELESS, source in ("ogg", "opus") or target in ("ogg", "opus")
    wanted, warns = names, False
    if target in ("ogg", "opus"):
        wanted, inside = fitted(names)
        warns = wanted != names
        if None in inside:  # the rest comes as it is: there is nothing to compare it with
            rest = [name for name in names if name not in inside]
            inside = [name or rest.pop(0) for name in inside]
    else:
        inside = names
    if target == "au":
        warns = stated and names != LAYOUTS[USUAL[len(names)]]
        mask = mask_of(wanted)
    if target in ("wav", "-"):
        if masked("out.wav") != (mask_of(names) if stated else None):
            return f"the mask is {masked('out.wav')}"
        mask = mask_of(names)
    if target == "w64" and not stated:
        mask = mask_of(names)
    if mask != mask_of(wanted):
        return f"loudspeakers {' '.join(names_of(mask or 0))}, not {' '.join(wanted)}"
    if not fits(levels, inside, lossy):
        return f"levels {[round(level, 3) for level in levels]}, not those of {' '.join(inside)}"
    if bool(printed) != warns or (warns and (printed.count("\n") != 1 or not printed.startswith(
            f"mambattention: warning: out.{target}: this format ") or " ".join(names) not in printed)):
        return f"printed: {printed}"
    return None


def from_source(source):
    faults = []
    for layout, names in LAYOUTS.items():
        if source in NAMELESS and layout != USUAL[len(names)]:
            continue
        if source in ("ogg", "opus") and names != fitted(names)[0]:
            continue
        SOURCES[source](names)
        for target in TARGETS:
            if layout not in FEW and source != "wav" and target != "wav":
                continue
            fault = wrong(source, target, names)
            if fault:
                faults.append(f"{source} of {layout} to {target}: {fault}")
    return faults


def tags():
    """CAF and AIFF, by every tag and by descriptions, whose orders become that of WAVE."""
    faults = []
    cases = [(struct.pack(">III", tag << 16 | len(names.split()), 0, 0), names.split(), tag)
             for tag, names in TAGS.items()]
    cases.append((by_labels([3, 1, 2, 4, 10, 11]), "FC FL FR LFE SL SR".split(), "labels"))
    cases.append((by_labels([1, 2, 3, 4, 5, 6]), "FL FR FC LFE BL BR".split(), "labels of WAVE"))
    cases.append((by_labels([1, 2, 3, 4, 5, 6, 33, 34]), "FL FR FC LFE SL SR BL BR".split(), "labels of sides"))
    for layout, names, name in cases:
        for kind, make in (("caf", caf), ("aiff", aiff)):
            write("in." + kind, make(names, layout))
            printed, _, levels = enhance("in." + kind, "wav")
            if masked("out.wav") != mask_of(names) or not fits(levels, in_order(names), False) or printed:
                faults.append(f"{kind}, {name}: {masked('out.wav')}, {levels}, {printed}")
    return faults


def speakerless():
    """Channels that are for no loudspeaker, or some of them."""
    faults, names = [], LAYOUTS["5.1"]
    discrete = struct.pack(">III", 147 << 16 | 6, 0, 0)
    for source, data in (("wav", wav(names, 0)), ("caf", caf(names, discrete)), ("aiff", aiff(names, discrete))):
        write("in." + source, data)
        for target in ("wav", "-", "caf", "aiff", "flac", "rf64", "w64", "au", "ogg"):
            printed, _, levels = enhance("in." + source, target)
            with open("out." + ("wav" if target == "-" else target), "rb") as file:
                data = file.read(8192)
            form = data.find(b"fmt ") + (24 if target == "w64" else 8)
            told = {"caf": discrete, "aiff": discrete, "flac": b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0000"}
            kept = told[target] in data if target in told else target in ("au", "ogg") or (
                data[form:form + 2] == b"\xfe\xff" and data[form + 20:form + 24] == bytes(4))
            if not kept or not fits(levels, names, target == "ogg") or bool(printed) != (target == "ogg"):
                faults.append(f"{source} to {target}: {kept}, {levels}, {printed}")
    for source, mask, wanted in (("fewer", 0x3, 0x3), ("more", 0xff, 0x3f), ("unknown", 0x8000003f, 0x3f)):
        write("in.wav", wav(names, mask))
        printed, _, levels = enhance("in.wav", "wav")
        if masked("out.wav") != wanted or not fits(levels, names, False) or printed:
            faults.append(f"{source} speakers: {masked('out.wav')}, {levels}, {printed}")
    return faults


def ambisonic():
    """WAV has a kind of its own for it, of channels that are no loudspeakers'."""
    names, kind = LAYOUTS["quad"], bytes.fromhex("010000002107d3118644c8c1ca000000")
    made = bytearray(wav(names, 0))
    made[44:60] = kind
    write("in.wav", made)
    printed, _, levels = enhance("in.wav", "wav")
    with open("out.wav", "rb") as file:
        kept = kind in file.read(100)
    return [] if kept and masked("out.wav") == 0 and fits(levels, names, False) and not printed else [
        f"{kept}, {masked('out.wav')}, {levels}, {printed}"]


def alac():
    """Apple's codec, in CAF, has an order of its own. Each channel is another one: a voice with a delay."""
    faults = []
    for channels in range(3, 9):
        subprocess.run(["./wavtool", "convert", "voice.wav", "in.caf", "16000", str(channels), "caf-alac"], check=True)
        wanted = decoded("in.caf")
        for target in ("wav", "flac", "caf"):
            printed, *_ = enhance("in.caf", target)
            if decoded("out." + target) != wanted or printed:
                faults.append(f"{channels} channels to {target}: {decoded('out.' + target)[:2]}, {printed}")
    return faults


SPECIAL = {"tags": tags, "speakerless": speakerless, "ambisonic": ambisonic, "alac": alac}
found = SPECIAL[sys.argv[2]]() if sys.argv[2] in SPECIAL else from_source(sys.argv[2])
sys.exit("\n".join(found) if found else 0)
