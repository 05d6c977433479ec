#!/usr/bin/python3
"""Puts into sound files what they can hold besides samples, and reads it again, by the formats' own specifications.

    carried.py add IN OUT ITEM...     WAV, AIFF, W64 or CAF: chunks of that name (ITEMS below); "-" ahead of a name:
                                      behind the samples
    carried.py tag IN OUT TAG...      FLAC, Ogg, MP3: KEY=VALUE; "picture"; of FLAC "cuesheet", "application"
    carried.py same A B ID...         fails unless A and B have the same chunks of these four characters, and on the
                                      same side of the samples; "-" ahead of it: on any side
    carried.py whole FILE [ID...]     fails unless the lengths in it add up to its size, and it has these chunks
    carried.py without FILE ID...     fails if it has one of these chunks
    carried.py points FILE TEXT       fails unless the places with names are TEXT: "FRAME NAME, FRAME NAME"
    carried.py tags FILE KEY=VALUE... fails unless it has these tags, in the words of its own format
"""
import struct
import sys

TIME_REFERENCE = 5 * 2**32 + 595680000


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def text(words, length):
    return words.encode().ljust(length, b"\0")


def bext():
    """EBU Tech 3285, version 1, with a history of an odd length and no 0 at its end."""
    return (text("Interview take 3", 256) + text("ZOOM F8", 32) + text("REF123", 32) + b"2024-05-0110:20:30"
            + struct.pack("<QH", TIME_REFERENCE, 1) + bytes(range(64)) + bytes(190) + b"A=PCM,F=16000,W=16,M=mono\r\n")


def pad(data, to=2):
    return data + bytes(-len(data) % to)


def cues(frames, block=0):
    """The last number is the frame, or where samples are stored in blocks that from the block's beginning."""
    points = b"".join(struct.pack("<II4sIII", i + 1, frame, b"data", 0, block, frame if block == 0 else 3)
                      for i, frame in enumerate(frames))
    return struct.pack("<I", len(frames)) + points


def sub(name, data):
    return pad(name + struct.pack("<I", len(data)) + data)


LABELS = b"adtl" + b"".join(sub(b"labl", struct.pack("<I", i + 1) + words + b"\0")
                            for i, words in enumerate((b"Question", "Réponse".encode(), b"End")))
INFO = b"INFO" + sub(b"INAM", b"My interview\0") + sub(b"IART", b"Jane\0") + sub(b"ICMT", b"a note")
ITEMS = {
    "bext": (b"bext", bext()),
    "bext-short": (b"bext", bext()[:600]),
    "cart": (b"cart", b"0101" + bytes(2044) + b"text"),
    "iXML": (b"iXML", b"<?xml version=\"1.0\"?><BWFXML><SCENE>7</SCENE></BWFXML>"),
    "cue": (b"cue ", cues((0, 8000, 20000))),
    "cue-blocks": (b"cue ", cues((800, 8000), block=400)),
    "cue-broken": (b"cue ", struct.pack("<I", 2**31 + 3) + cues((0, 8000))[4:]),
    "cue-many": (b"cue ", cues(range(3000))),
    "adtl": (b"LIST", LABELS),
    "notes": (b"LIST", LABELS + sub(b"note", b"\1\0\0\0why\0")),
    "list-broken": (b"LIST", LABELS[:4] + b"labl\xff\xff\xff\x7f" + bytes(20)),
    "list-endless": (b"LIST", b"INFOABCD\4\0\0\0abcdEFGH\xe8\xff\xff\xff" + bytes(8)),
    "info": (b"LIST", INFO),
    "info-more": (b"LIST", INFO + sub(b"ICRD", b"2024-05-01\0") + sub(b"IENG", b"Joe\0")
                  + sub(b"ISFT", b"Recorder 1\0")),
    "info-program": (b"LIST", b"INFO" + sub(b"ISFT", b"Recorder 1\0")),
    "smpl": (b"smpl", struct.pack("<9I", 0, 0, 62500, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 1, 0, 100, 2000, 0, 0)),
    "inst": (b"inst", bytes((60, 0, 0, 0, 127, 0, 127))),
    "unknown": (b"LGWV", b"0123456789"),
    "empty": (b"LGWV", b""),
    "junk": (b"JUNK", bytes(1000)),
    "levl": (b"levl", bytes(200)),
    "large": (b"axml", b"x" * (2**24 - 1)),
    "larger": (b"axml", b"x" * (2**24 + 1)),
    # AIFF
    "NAME": (b"NAME", b"My interview"),
    "ANNO": (b"ANNO", b"a note"),
    "COMT": (b"COMT", struct.pack(">HIHH", 1, 3000000000, 0, 4) + b"word"),
    "MARK": (b"MARK", struct.pack(">H", 2) + struct.pack(">HIB", 5, 8000, 8) + b"Question\0"
             + struct.pack(">HIB", 9, 20000, 3) + b"End"),
    "MARK-broken": (b"MARK", struct.pack(">H", 40) + struct.pack(">HIB", 5, 8000, 200) + b"Question\0"),
    "INST": (b"INST", bytes(20)),
    # CAF
    "info-caf": (b"info", struct.pack(">I", 2) + b"title\0My interview\0composer\0Jane\0"),
    "mark-caf": (b"mark", struct.pack(">II", 0, 0)),
}
WAVE64 = bytes.fromhex("f3acd3118cd100c04f8edb8a")


class Form:
    """How a file stores chunks."""

    def __init__(self, data):
        self.magic = data[:4]
        self.big = self.magic in (b"FORM", b"RIFX", b"caff")
        self.first = {b"caff": 8, b"riff": 40}.get(self.magic, 12)
        self.samples = b"SSND" if self.magic == b"FORM" else b"data"

    def number(self, data):
        return int.from_bytes(data, "big" if self.big else "little")

    def chunk(self, name, data):
        order = ">" if self.big else "<"
        if self.magic == b"riff":
            return pad(name + WAVE64 + struct.pack("<Q", 24 + len(data)) + data, 8)
        if self.magic == b"caff":
            return name + struct.pack(">Q", len(data)) + data
        return pad(name + struct.pack(order + "I", len(data)) + data)


def chunks(data):
    """Name, contents, and place: of RIFF, RF64, AIFF, W64 and CAF. Fails where the lengths do not add up."""
    form, found, long = Form(data), [], None
    at = form.first
    while at < len(data):
        name = data[at:at + 4]
        if form.magic == b"riff":
            size, at, to = form.number(data[at + 16:at + 24]) - 24, at + 24, 8
        elif form.magic == b"caff":
            size, at, to = form.number(data[at + 4:at + 12]), at + 12, 1
        else:
            size, at, to = form.number(data[at + 4:at + 8]), at + 8, 2
        if name == b"ds64":
            long = form.number(data[at + 8:at + 16])
        if name == b"data" and size == 0xffffffff:
            size = long
        assert at + size <= len(data), (name, at, size, len(data))
        found.append((name, data[at:at + size], at))
        at += size + -size % to
    assert at == len(data), (at, len(data))
    return found


def set_size(form, data):
    data = bytearray(data)
    if form.magic == b"riff":
        data[16:24] = struct.pack("<Q", len(data))
    elif form.magic == b"RF64":
        data[20:28] = struct.pack("<Q", len(data) - 8)
    elif form.magic != b"caff":
        data[4:8] = struct.pack(">I" if form.big else "<I", len(data) - 8)
    return bytes(data)


def add(source, out, *items):
    data = read(source)
    form = Form(data)
    data = pad(data, {b"riff": 8, b"caff": 1}.get(form.magic, 2))
    made = [(item[0] == "-", form.chunk(*ITEMS[item.lstrip("-")])) for item in items]
    first = form.first
    if form.magic in (b"RF64", b"caff"):  # ds64 and desc come first
        first = chunks(data)[1][2] - (8 if form.magic == b"RF64" else 12)
    ahead = b"".join(chunk for behind, chunk in made if not behind)
    behind = b"".join(chunk for behind, chunk in made if behind)
    write(out, set_size(form, data[:first] + ahead + data[first:] + behind))


def placed(data, name):
    found = chunks(data)
    samples = next(at for id_, _, at in found if id_ == Form(data).samples)
    return [(contents, at > samples) for id_, contents, at in found if id_ == name]


def same(a, b, *names):
    for name in names:
        any_side = name[0] == "-"
        name = name[1:].encode().ljust(4) if any_side else name.encode().ljust(4)
        one, two = placed(read(a), name), placed(read(b), name)
        if any_side:
            one, two = [c for c, _ in one], [c for c, _ in two]
        assert one and one == two, (name, one, two)


def whole(path, *names):
    data = read(path)
    form, found = Form(data), [name for name, _, _ in chunks(data)]
    assert set_size(form, data) == data, "the length in the head is not that of the file"
    for name in names:
        assert name.encode().ljust(4) in found, (name, found)


def without(path, *names):
    found = [name for name, _, _ in chunks(read(path))]
    for name in names:
        assert name.encode().ljust(4) not in found, (name, found)


def points(path, wanted):
    data = read(path)
    found = {name: contents for name, contents, _ in chunks(data) if contents[:4] != b"INFO"}
    places = []
    if b"MARK" in found:
        at, mark = 2, found[b"MARK"]
        for _ in range(struct.unpack(">H", mark[:2])[0]):
            _, frame, length = struct.unpack(">HIB", mark[at:at + 7])
            places.append(f"{frame} {mark[at + 7:at + 7 + length].decode()}")
            at += 7 + length + (7 + length) % 2
        assert at == len(mark)
    else:
        order = ">" if data[:4] == b"RIFX" else "<"
        cue, names, at = found[b"cue "], {}, 4
        adtl = found.get(b"LIST", b"adtl")
        while at < len(adtl):
            size = struct.unpack(order + "I", adtl[at + 4:at + 8])[0]
            number = struct.unpack(order + "I", adtl[at + 8:at + 12])[0]
            assert adtl[at:at + 4] == b"labl" and adtl[at + 8 + size - 1] == 0
            names[number] = adtl[at + 12:at + 8 + size - 1].decode()
            at += 8 + size + size % 2
        count = struct.unpack(order + "I", cue[:4])[0]
        assert len(cue) == 4 + 24 * count
        for i in range(count):
            number, position, id_, chunk, block, frame = struct.unpack(order + "II4sIII", cue[4 + 24 * i:28 + 24 * i])
            assert id_ == b"data" and chunk == 0 and block == 0 and position == frame
            places.append(f"{frame} {names.get(number, '')}".rstrip())
    assert ", ".join(places) == wanted, places


def comments(values, vendor=b"test"):
    packed = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(values))
    return packed + b"".join(struct.pack("<I", len(v)) + v for v in values)


def split_comments(data):
    at = 4 + struct.unpack("<I", data[:4])[0]
    count, at, values = struct.unpack("<I", data[at:at + 4])[0], at + 4, []
    for _ in range(count):
        size = struct.unpack("<I", data[at:at + 4])[0]
        values.append(data[at + 4:at + 4 + size].decode())
        at += 4 + size
    return values


def flac_blocks(data):
    """RFC 9639, section 8: kind, contents; and where the frames begin."""
    assert data[:4] == b"fLaC"
    at, blocks, last = 4, [], False
    while not last:
        last, kind, size = data[at] >> 7, data[at] & 127, int.from_bytes(data[at + 1:at + 4], "big")
        blocks.append((kind, data[at + 4:at + 4 + size]))
        at += 4 + size
    return blocks, at


def picture():
    image = b"\x89PNG\r\n\x1a\n" + bytes(50000)
    return struct.pack(">II", 3, 9) + b"image/png" + bytes(20) + struct.pack(">I", len(image)) + image


def tag_flac(data, values, others):
    blocks, frames = flac_blocks(data)
    more = {"picture": (6, picture()), "cuesheet": (5, bytes(396)), "application": (2, b"riff" + bytes(8))}
    kept = [blocks[0], (4, comments(values))] + [more[name] for name in others]
    head = b"fLaC"
    for i, (kind, contents) in enumerate(kept):
        head += bytes(((i == len(kept) - 1) << 7 | kind,)) + len(contents).to_bytes(3, "big") + contents
    return head + data[frames:]


def page_sum(page):
    """RFC 3533, section 6: a CRC of the polynomial 0x04c11db7."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04c11db7 if value & 1 << 31 else 0)) & 0xffffffff
    return value


def pages(data):
    """RFC 3533: head without its sum, pieces, contents."""
    at = 0
    while at < len(data):
        count = data[at + 26]
        pieces = data[at + 27:at + 27 + count]
        begin = at + 27 + count
        yield data[at:at + 27], pieces, data[begin:begin + sum(pieces)]
        at = begin + sum(pieces)


def make_page(head, number, pieces, contents, kind):
    head = head[:5] + bytes((kind,)) + head[6:18] + struct.pack("<I", number) + bytes(4) + bytes((len(pieces),))
    page = head + bytes(pieces) + contents
    return page[:22] + struct.pack("<I", page_sum(page)) + page[26:]


def ogg_packets(data):
    """The packets of the head of Vorbis, or of Opus, and the pages behind them."""
    all_pages, packets, part = list(pages(data)), [], b""
    wanted = 2 if b"OpusHead" in data[:60] else 3
    for used, (_, pieces, contents) in enumerate(all_pages):
        at = 0
        for piece in pieces:
            part += contents[at:at + piece]
            at += piece
            if piece < 255:
                packets.append(part)
                part = b""
        if len(packets) >= wanted:
            return packets, all_pages, used + 1
    raise AssertionError("no head")


def tag_ogg(data, values, others):
    packets, all_pages, used = ogg_packets(data)
    if others:
        values = values + [b"METADATA_BLOCK_PICTURE=" + b"A" * 90000]
    is_opus = packets[1][:8] == b"OpusTags"
    packets[1] = packets[1][:8] + comments(values) if is_opus else b"\3vorbis" + comments(values) + b"\1"
    out = make_page(all_pages[0][0], 0, all_pages[0][1], packets[0], 2)
    pieces, contents, number = [], b"".join(packets[1:]), 1
    for packet in packets[1:]:
        pieces += [255] * (len(packet) // 255) + [len(packet) % 255]
    head = all_pages[0][0][:6] + bytes(8) + all_pages[0][0][14:]
    ended = True
    while pieces:
        taken, pieces = pieces[:255], pieces[255:]
        size = sum(taken)
        out += make_page(head, number, taken, contents[:size], 0 if ended else 1)
        ended, contents, number = taken[-1] < 255, contents[size:], number + 1
    for head, taken, body in all_pages[used:]:
        out += make_page(head, number, taken, body, head[5])
        number += 1
    return out


def tag_mp3(data, values, others):
    """ID3v2.3, with text in Latin-1, in place of a tag that is there."""
    if data[:3] == b"ID3":
        data = data[10 + sum((data[6 + i] & 127) << 7 * (3 - i) for i in range(4)):]
    frames = b""
    for value in values:
        key, words = value.split(b"=", 1)
        body = b"\0" + {b"COMM": b"eng\0", b"TXXX": b"words\0"}.get(key, b"") + words
        frames += key + struct.pack(">IH", len(body), 0) + body
    if others:
        body = b"\0image/png\0\3\0" + bytes(20000)
        frames += b"APIC" + struct.pack(">IH", len(body), 0) + body
    size = len(frames)
    seven = bytes((size >> shift) & 127 for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + seven + frames + data


def tag(source, out, *wanted):
    data = read(source)
    values = [w.encode() for w in wanted if "=" in w]
    others = [w for w in wanted if "=" not in w]
    kind = {b"fLaC": tag_flac, b"OggS": tag_ogg}.get(data[:4], tag_mp3)
    write(out, kind(data, values, others))


def tags_of(data):
    if data[:4] == b"fLaC":
        return split_comments(next(contents for kind, contents in flac_blocks(data)[0] if kind == 4))
    if data[:4] == b"OggS":
        packet = ogg_packets(data)[0][1]
        return split_comments(packet[8 if packet[:8] == b"OpusTags" else 7:])
    found = []
    if data[:3] == b"ID3":
        end, at = 10 + sum((data[6 + i] & 127) << 7 * (3 - i) for i in range(4)), 10
        while at + 10 <= end and data[at:at + 1].isalpha():
            size = int.from_bytes(data[at + 4:at + 8], "big")
            body = data[at + 11:at + 10 + size]
            body = body[4:] if data[at:at + 4] == b"COMM" else body
            found.append(f"{data[at:at + 4].decode()}={body.decode('latin-1')}".rstrip("\0"))
            at += 10 + size
        return found
    if data[0] == 0xff:  # ID3v1: the last 128 bytes
        assert data[-128:-125] == b"TAG"
        places = {"TIT2": (3, 33), "TPE1": (33, 63), "TALB": (63, 93), "TYER": (93, 97)}
        return [f"{key}={data[-128 + a:-128 + b].decode('latin-1')}".rstrip("\0 ") for key, (a, b) in places.items()]
    for name, contents, _ in chunks(data):
        if name == b"LIST" and contents[:4] == b"INFO":
            at = 4
            while at < len(contents):
                size = struct.unpack("<I", contents[at + 4:at + 8])[0]
                words = contents[at + 8:at + 8 + size].split(b"\0")[0]
                found.append(f"{contents[at:at + 4].decode()}={words.decode()}")
                at += 8 + size + size % 2
        elif name == b"info":
            words = contents[4:].split(b"\0")
            found += [f"{key.decode()}={value.decode()}" for key, value in zip(words[::2], words[1::2])]
        elif name in (b"NAME", b"AUTH", b"ANNO", b"(c) "):
            found.append(f"{name.decode()}={contents.decode()}")
    return found


def tags(path, *wanted):
    found = [value.split("=", 1) for value in tags_of(read(path))]
    found = [f"{key.upper()}={words}" for key, words in found]  # keys in capitals or not
    for value in wanted:
        assert value.split("=")[0].upper() + value[value.index("="):] in found, (value, found)


COMMANDS = {"add": add, "tag": tag, "same": same, "whole": whole, "without": without, "points": points, "tags": tags}
COMMANDS[sys.argv[1]](*sys.argv[2:])
