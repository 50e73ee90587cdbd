"""MP4, Ogg Opus and FLAC files made by hand, for machines without their encoders: right by form alone."""

import struct


def atom(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def mp4(sound: bytes, samples: int, rate: int = 44_100) -> bytes:
    """Return an M4A file with one track of AAC."""
    header = atom(b"ftyp", b"M4A \x00\x00\x00\x00M4A mp42isom")
    entry = atom(
        b"mp4a", bytes(6), struct.pack(">H", 1), bytes(8), struct.pack(">HHII", 2, 16, 0, rate << 16), atom(b"free")
    )
    tables = [
        atom(b"stsd", struct.pack(">II", 0, 1), entry),
        atom(b"stts", struct.pack(">IIII", 0, 1, samples // 1024, 1024)),
        atom(b"stco", struct.pack(">III", 0, 1, 4000)),
    ]
    media = [
        atom(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, rate, samples, 0)),
        atom(b"hdlr", bytes(8), b"soun", bytes(13)),
        atom(b"minf", atom(b"stbl", *tables)),
    ]
    movie = atom(b"moov", atom(b"mvhd", bytes(100)), atom(b"trak", atom(b"mdia", *media)))
    return header + movie + atom(b"free", bytes(1000)) + atom(b"mdat", sound)


def ogg_page(packets: list[bytes], serial: int, number: int, granule: int, flags: int) -> bytes:
    lacing = b"".join(bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if crc & 0x80000000 else crc << 1
    return page[:22] + struct.pack("<I", crc) + page[26:]


def opus(packets: list[bytes], samples: int, pre_skip: int = 312, serial: int = 7) -> bytes:
    """Return an Ogg Opus file, one packet a page."""
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = [ogg_page([b"OpusHead" + struct.pack("<BBHIhB", 1, 2, pre_skip, 48_000, 0, 0)], serial, 0, 0, 2)]
    pages.append(ogg_page([tags], serial, 1, 0, 0))
    for number, packet in enumerate(packets, start=1):
        granule = pre_skip + samples * number // len(packets)
        pages.append(ogg_page([packet], serial, 1 + number, granule, 4 * (number == len(packets))))
    return b"".join(pages)


def flac(samples: bytes, *, checksum: bytes = bytes(range(16)), says_length: bool = True) -> bytes:
    """Return a FLAC file of 16-bit mono samples (big-endian), stored as they are, 4096 a frame."""
    count = len(samples) // 2
    rate_and_length = 44_100 << 44 | 15 << 36 | (count if says_length else 0)
    info = struct.pack(">HH6xQ", 4096, 4096, rate_and_length) + checksum
    frames = []
    for number in range(-(-count // 4096)):
        block = samples[8192 * number : 8192 * (number + 1)]
        head = b"\xff\xf8\x79\x08" + bytes([number]) + struct.pack(">H", len(block) // 2 - 1)
        frame = head + bytes([crc(head, 8, 0x07), 0x02]) + block
        frames.append(frame + struct.pack(">H", crc(frame, 16, 0x8005)))
    return b"fLaC" + b"\x80\x00\x00\x22" + info + b"".join(frames)


def crc(data: bytes, bits: int, polynomial: int) -> int:
    found, top, mask = 0, 1 << bits - 1, (1 << bits) - 1
    for byte in data:
        found ^= byte << bits - 8
        for _ in range(8):
            found = (found << 1 ^ polynomial) & mask if found & top else found << 1
    return found
