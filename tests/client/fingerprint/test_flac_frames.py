from client.fingerprint.flac_frames import last_sample


def crc8(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 7) & 0xFF if crc & 0x80 else crc << 1
    return bytes([crc])


def head(number: int, *, samples: int | None = None, by_sample: bool = False) -> bytes:
    """Return a frame's header for 44.1 kHz, 16 bit, stereo; blocks of 4096 unless told otherwise."""
    coded = bytes([number]) if number < 0x80 else chr(number).encode()
    start = bytes([0xFF, 0xF9 if by_sample else 0xF8, 0x79 if samples else 0xC9, 0x18]) + coded
    start += b"" if samples is None else (samples - 1).to_bytes(2)
    return start + crc8(start)


FRAMES = [head(0) + bytes(300), head(1) + bytes(300), head(2, samples=1000) + bytes(300)]


def test_the_last_frame_says_where_the_music_ends():
    assert last_sample(b"".join(FRAMES), 4096, 9192) == 9192
    assert last_sample(b"".join(FRAMES), 4096, 0) == 9192
    assert last_sample(b"".join(FRAMES[:2]), 4096, 9192) == 8192
    assert last_sample(b"".join(FRAMES[1:]), 4096, 0) == 9192
    assert last_sample(bytes(1000), 4096, 9192) is None
    damaged = FRAMES[1][:5] + b"\x00" + FRAMES[1][6:]
    assert last_sample(FRAMES[0] + damaged, 4096, 9192) == 4096


def test_blocks_of_any_size_count_samples():
    frames = [head(5000, by_sample=True), head(9096, samples=904, by_sample=True)]
    assert last_sample(bytes(9).join([b"", *frames, b""]), 4096, 10_000) == 10_000


def test_what_looks_like_a_header_in_a_frame_is_not_believed():
    for lie in (head(77), head(500)):
        assert last_sample(b"".join(FRAMES) + lie + bytes(50), 4096, 9192) == 9192
        assert last_sample(b"".join(FRAMES) + lie + bytes(50), 4096, 0) == 9192
