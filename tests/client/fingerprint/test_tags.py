"""The same music with other tags has the same fingerprint, whatever wrote them."""

import struct
from importlib.resources import files
from pathlib import Path

import mutagen
import pytest
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TIT2
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from client.fingerprint.fingerprint import fingerprint
from tests.audio.decode.sounds import need, run
from tests.client.fingerprint.conftest import HEADER, frame
from tests.client.fingerprint.containers import flac, mp4, opus

MUSIC = Path(str(files("assets").joinpath("demo", "last-lap.mp3"))).read_bytes()
#: A picture that looks like frames.
COVER = b"".join(frame(number) for number in range(40))


def syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(body: bytes, *, footer: bool = False, plain_size: bool = False) -> bytes:
    size = len(body).to_bytes(4) if plain_size else syncsafe(len(body))
    head = b"ID3\x04\x00" + (b"\x10" if footer else b"\x00") + size
    return head + body + (b"3DI" + head[3:] if footer else b"")


def ape(body: bytes, *, header: bool) -> bytes:
    flags = 1 << 31 if header else 0
    footer = b"APETAGEX" + struct.pack("<IIII8x", 2000, len(body) + 32, 1, flags)
    return (
        (b"APETAGEX" + struct.pack("<IIII8x", 2000, len(body) + 32, 1, flags | 1 << 29) if header else b"")
        + body
        + footer
    )


ID3V1 = b"TAG" + b"x" * 125
LYRICS3V2 = b"LYRICSBEGIN" + COVER[:900]
LYRICS3V2 += f"{len(LYRICS3V2):06}".encode() + b"LYRICS200"
WRAPPINGS = {
    "id3v2": (id3(COVER), b""),
    "id3v2 with a footer": (id3(COVER, footer=True), b""),
    "id3v2 with a size that is not synchsafe": (
        id3(COVER + bytes(0xC0), plain_size=True),
        b"",
    ),
    "three id3v2": (id3(COVER) + id3(b"") + id3(bytes(3000)), b""),
    "id3v2 and padding outside of it": (id3(COVER) + bytes(5000), b""),
    "ape first": (ape(COVER, header=True), b""),
    "id3v1": (b"", ID3V1),
    "id3v1 enhanced": (b"", b"TAG+" + bytes(223) + ID3V1),
    "ape": (b"", ape(COVER, header=True)),
    "ape without a header": (b"", ape(COVER, header=False)),
    "ape and id3v1": (b"", ape(COVER, header=True) + ID3V1),
    "lyrics3 v1": (b"", b"LYRICSBEGIN" + COVER[:900] + b"LYRICSEND" + ID3V1),
    "lyrics3 v2": (b"", LYRICS3V2 + ID3V1),
    "id3v2 at the end": (b"", id3(COVER, footer=True)),
    "all of them": (
        id3(COVER) + ape(COVER, header=True),
        id3(b"", footer=True) + ape(COVER, header=True) + LYRICS3V2 + ID3V1,
    ),
    "padding": (b"", bytes(10_000)),
    "junk": (b"\r\n" * 300, b"junk" * 1000),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=str)
@pytest.mark.parametrize("frames_only", [False, True])
def test_tags_around_the_music_change_nothing(write, wrapping, frames_only):
    music = MUSIC[MUSIC.index(HEADER[:2]) :]
    if frames_only:
        music = b"".join(frame(number) for number in range(50))
    before, after = WRAPPINGS[wrapping]
    assert fingerprint(write(before + music + after)) == fingerprint(write(music, "plain.mp3"))


def test_retagging_with_mutagen_changes_nothing(write):
    path = write(MUSIC)
    plain = fingerprint(path)
    tags = ID3()
    tags.add(TIT2(encoding=3, text="Another title"))
    tags.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="", data=COVER))
    tags.save(path, v1=2)
    assert fingerprint(path) == plain
    tags.save(path, v2_version=3, padding=lambda _: 7777)
    assert fingerprint(path) == plain
    tags = APEv2()
    tags["Title"] = "Yet another"
    tags.save(path)
    assert fingerprint(path) == plain
    MP3(path).delete()
    APEv2(path).delete()
    assert fingerprint(path) == plain


def test_other_music_is_told_apart(write):
    swapped = bytearray(MUSIC)
    swapped[len(MUSIC) // 2] ^= 1
    assert fingerprint(write(bytes(swapped), "b.mp3")).audio_hash != fingerprint(write(MUSIC)).audio_hash


def test_the_name_and_the_date_of_a_file_say_nothing(write):
    assert fingerprint(write(MUSIC, "a.ogg")) == fingerprint(write(MUSIC, "b"))
    for made in (
        flac(bytes(9000)),
        mp4(bytes(9000), 10_240),
        opus([bytes(90)] * 9, 9600),
        id3(COVER) + flac(bytes(9000)),
    ):
        plain = fingerprint(write(made, "a"))
        assert [fingerprint(write(made, name)) for name in ("a.mp3", "a.ogg", "a.flac", "a.m4a")] == [plain] * 4


def test_a_repaired_info_header_is_the_same_music_and_a_removed_one_is_not(write):
    plain = fingerprint(write(MUSIC))
    at = MUSIC.index(b"Info")
    table = at + 16
    repaired = MUSIC[:table] + bytes(100) + MUSIC[table + 100 :]
    assert fingerprint(write(repaired)) == plain
    start = MUSIC.index(HEADER[:2])
    removed = MUSIC[MUSIC.index(MUSIC[start : start + 2], at) :]
    # The encoder's delay is heard then: the music is 25 ms late.
    assert fingerprint(write(removed)).audio_hash != plain.audio_hash


def test_another_encoder_delay_is_other_music(write):
    delay = MUSIC.index(b"LAME", MUSIC.index(b"Info")) + 21
    moved = MUSIC[:delay] + b"\x00" + MUSIC[delay + 1 :]
    assert fingerprint(write(moved, "b.mp3")).audio_hash != fingerprint(write(MUSIC)).audio_hash


def test_the_same_frames_as_long_but_later_are_other_music(write):
    at = MUSIC.index(b"LAME", MUSIC.index(b"Info")) + 21
    # 12 bits of delay, 12 of padding: what one gains the other loses.
    later = (int.from_bytes(MUSIC[at : at + 3]) + (16 << 12) - 16).to_bytes(3)
    moved, plain = fingerprint(write(MUSIC[:at] + later + MUSIC[at + 3 :], "b.mp3")), fingerprint(write(MUSIC))
    assert moved.samples == plain.samples
    assert moved.audio_hash != plain.audio_hash


@pytest.mark.parametrize("checksum", [bytes(range(16)), bytes(16)], ids=["with a checksum", "without"])
@pytest.mark.parametrize("says_length", [True, False])
def test_flac_keeps_its_own_when_it_is_tagged(write, checksum, says_length):
    samples = bytes(range(256)) * 160
    path = write(flac(samples, checksum=checksum, says_length=says_length), "a.flac")
    plain = fingerprint(path)
    assert (plain.samples, plain.sample_rate) == (20_480, 44_100)
    tags = FLAC(path)
    tags["title"] = "x" * 100_000
    tags.save()
    path.write_bytes(id3(COVER) + path.read_bytes() + ID3V1)
    assert fingerprint(path) == plain
    other = flac(samples[::-1], checksum=checksum[::-1], says_length=says_length)
    assert fingerprint(write(other, "b.flac")).audio_hash != plain.audio_hash


def test_flac_is_known_by_its_samples_and_not_by_its_compression_or_tags(tmp_path):
    need("sox")
    run("sox", "-n", "-r", "44100", "-b", "16", tmp_path / "a.wav", "synth", "2", "sine", "300-3000")
    for compression in ("0", "8"):
        run("sox", "-D", tmp_path / "a.wav", "-C", compression, tmp_path / f"{compression}.flac")
    plain = fingerprint(tmp_path / "0.flac")
    picture = Picture()
    picture.data = COVER
    tags = FLAC(tmp_path / "8.flac")
    tags["title"] = "Another"
    tags.add_picture(picture)
    tags.save()
    assert fingerprint(tmp_path / "8.flac") == plain


def test_flac_without_a_checksum_and_a_length_is_known_by_its_frames(tmp_path, write):
    need("sox")
    run("sox", "-n", "-r", "44100", "-b", "16", tmp_path / "a.flac", "synth", "2", "sine", "300-3000")
    data = (tmp_path / "a.flac").read_bytes()
    # STREAMINFO begins after 8 bytes; 36 bits of length stand before 128 bits of checksum.
    bare = data[:21] + bytes([data[21] & 0xF0]) + bytes(20) + data[42:]
    found = fingerprint(write(bare, "bare.flac"))
    assert found.samples == 88_200
    tags = FLAC(tmp_path / "bare.flac")
    tags["title"] = "x" * 100_000
    tags.save()
    assert fingerprint(tmp_path / "bare.flac") == found


def test_ogg_wav_and_aiff_keep_theirs_when_they_are_tagged(tmp_path):
    need("sox")
    for name in ("a.ogg", "a.wav", "a.aiff"):
        path = tmp_path / name
        run("sox", "-n", "-r", "44100", path, "synth", "1", "sine", "440")
        plain = fingerprint(path)
        tags = mutagen.File(path)
        if isinstance(tags, OggVorbis):
            tags["title"] = "x" * 200_000
        else:
            tags.add_tags()
            tags.tags.add(TIT2(encoding=3, text="x" * 200_000))
        tags.save()
        assert fingerprint(path) == plain


def test_mp4_keeps_its_own_when_it_is_tagged(write):
    path = write(mp4(bytes(range(256)) * 100, 102_400), "a.m4a")
    plain = fingerprint(path)
    assert (plain.samples, plain.sample_rate) == (102_400, 44_100)
    tags = MP4(path)
    tags["\xa9nam"] = "x" * 200_000
    tags.save()
    assert fingerprint(path) == plain
    other = fingerprint(write(mp4(bytes(range(255)) * 100, 102_400), "b.m4a"))
    assert other.audio_hash != plain.audio_hash


def test_opus_keeps_its_own_when_it_is_tagged(write):
    packets = [bytes([number]) * (300 + number) for number in range(20)]
    path = write(opus(packets, 19_200), "a.opus")
    plain = fingerprint(path)
    assert (plain.samples, plain.sample_rate) == (19_200, 48_000)
    tags = OggOpus(path)
    tags["title"] = "x" * 200_000
    tags.save()
    assert fingerprint(path) == plain
    assert fingerprint(write(opus(packets, 19_200, serial=8), "b.opus")) == plain
    assert fingerprint(write(opus(packets[::-1], 19_200), "c.opus")).audio_hash != plain.audio_hash
