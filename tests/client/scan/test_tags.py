"""What is read of one file, whole or damaged."""

import base64
import os
import shutil
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import COMM, TIT2

from client.scan.outcome import ScannedFile, ScanProblem
from client.scan.tag_fields import clean, normalised_isrcs
from client.scan.tags import embedded_cover, read_file
from tests.client.music_files import PNG, id3_tags, mp3_frames, write_mp3

DEMO = Path(__file__).parents[3] / "assets" / "demo"
#: STREAMINFO of one second at 44.1 kHz, mono, 16 bits, and no frames.
FLAC_HEADER = b"fLaC" + bytes.fromhex("80000022100010000000000000000ac440f00000ac44") + bytes(16)


def read(path: Path) -> ScannedFile:
    scanned = read_file(str(path))
    assert isinstance(scanned, ScannedFile), scanned
    return scanned


def test_all_tags_of_an_mp3_are_read(tmp_path):
    path = write_mp3(
        tmp_path / "a.mp3",
        "Grüße ☕",
        ["Ann", "Ben"],
        "First",
        album_artist="Various",
        isrc=["us-rc1-76-07839", "GBAYE0601498"],
        cover=PNG,
        duration_ms=187_000,
    )
    status, scanned = path.stat(), read(path)
    file = scanned.file
    assert scanned.problem is None
    assert (file.path, file.mtime_ns, file.size) == (path, status.st_mtime_ns, status.st_size)
    assert (file.title, file.artist, file.album, file.album_artist) == ("Grüße ☕", "Ann, Ben", "First", "Various")
    assert file.isrcs == ("USRC17607839", "GBAYE0601498")
    assert file.duration_ms == pytest.approx(187_000, abs=30)
    assert file.has_cover


def test_a_file_without_tags_has_its_length(tmp_path):
    file = read(write_mp3(tmp_path / "a.mp3", duration_ms=5000)).file
    assert (file.title, file.artist, file.isrcs, file.has_cover) == ("", "", (), False)
    assert file.duration_ms == pytest.approx(5000, abs=30)


def test_the_demo_music_is_read_as_it_is():
    file = read(DEMO / "morning-mile.mp3").file
    assert file.duration_ms > 10_000


def flac(path: Path, **fields: str) -> FLAC:
    path.write_bytes(FLAC_HEADER)
    tags = FLAC(path)
    tags.update(fields)
    return tags


def test_flac_and_its_pictures(tmp_path):
    tags = flac(tmp_path / "a.flac", title="T", artist="A", albumartist="AA", album="L", isrc="USRC17607839")
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", PNG
    tags.add_picture(picture)
    tags.save()
    file = read(tmp_path / "a.flac").file
    assert (file.title, file.artist, file.album_artist, file.album) == ("T", "A", "AA", "L")
    assert (file.isrcs, file.duration_ms, file.has_cover) == (("USRC17607839",), 1000, True)
    assert embedded_cover(tmp_path / "a.flac").data == PNG


def test_a_picture_in_a_comment(tmp_path):
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", PNG
    tags = flac(tmp_path / "a.flac", title="T", metadata_block_picture=base64.b64encode(picture.write()).decode())
    tags.save()
    assert read(tmp_path / "a.flac").file.has_cover


def test_a_wav_has_id3_tags_or_none(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(16_000))
    assert read(tmp_path / "a.wav").file.duration_ms == 1000


def test_an_mp3_with_an_ape_tag_alone_is_known_by_its_length(tmp_path):
    path = write_mp3(tmp_path / "a.mp3")
    tags = APEv2()
    tags["Title"] = "Ape"
    tags.save(path)
    assert read(path).problem is None


def test_broken_tags_leave_the_name_and_the_length(tmp_path):
    path = write_mp3(tmp_path / "Ann - First.mp3", "x", duration_ms=60_000)
    data = bytearray(path.read_bytes())
    # ID3 of a version that there is none of, with flags that mean nothing.
    data[3:6] = bytes((9, 9, 0xFF))
    path.write_bytes(data)
    scanned = read(path)
    assert scanned.file.title == ""
    assert scanned.file.duration_ms == pytest.approx(60_000, abs=30)
    assert scanned.problem is not None
    assert "by its file name only" in scanned.problem


def test_a_tag_that_claims_to_be_endless_is_not_read(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + mp3_frames())
    assert "remove the pictures" in (read(path).problem or "")
    assert embedded_cover(path) is None


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("a.mp3", b"", "is empty"), ("a.mp3", b"<html>no music</html>" * 50, "no music"), ("a.ogg", b"?" * 99, None)],
)
def test_what_is_no_music_is_told(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    found = read_file(str(tmp_path / name))
    assert isinstance(found, ScanProblem if said else ScannedFile | ScanProblem)
    assert (said or "copy") in (found.message if isinstance(found, ScanProblem) else found.problem or "")


def test_a_file_that_vanished_is_none(tmp_path):
    assert read_file(str(tmp_path / "gone.mp3")) is None
    assert embedded_cover(tmp_path / "gone.mp3") is None


@pytest.mark.skipif(os.name != "posix", reason="pipes and /proc are POSIX's here")
def test_a_pipe_or_a_folder_in_its_place_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp3")
    assert read_file(str(tmp_path / "pipe.mp3")) is None
    assert embedded_cover(tmp_path / "pipe.mp3") is None
    (tmp_path / "folder.mp3").mkdir()
    assert isinstance(read_file(str(tmp_path / "folder.mp3")), ScanProblem | None)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file whose every read fails is Linux's")
def test_a_disk_that_fails_is_told():
    found = read_file("/proc/self/mem")
    assert isinstance(found, ScanProblem)


def test_the_front_cover_is_chosen_and_a_huge_one_is_not(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", "x")
    tags = id3_tags("x", cover=PNG)
    back = id3_tags(cover=b"back")["APIC:front"]
    back.type, back.desc = 4, "back"
    tags.add(back)
    tags.save(path)
    cover = embedded_cover(path)
    assert (cover.mime_type, cover.data) == ("image/png", PNG)
    assert embedded_cover(path, max_bytes=10).data == b"back"
    assert embedded_cover(path, max_bytes=3) is None
    assert embedded_cover(write_mp3(tmp_path / "b.mp3", "x")) is None


def test_nothing_is_written_to_a_file(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", "x", cover=PNG)
    before = path.read_bytes(), path.stat().st_mtime_ns
    read(path)
    embedded_cover(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@given(st.binary(max_size=400), st.integers(0, 300))
def test_no_damage_is_too_much(tmp_path_factory, damage, at):
    path = tmp_path_factory.getbasetemp() / "damaged.mp3"
    tags = id3_tags("Title", "Artist", "Album", isrc="USRC17607839", cover=PNG)
    tags.add(COMM(encoding=3, lang="eng", desc="", text=["x" * 100]))
    shutil.copy(write_mp3(path.with_name("whole.mp3")), path)
    tags.save(path)
    data = bytearray(path.read_bytes())
    data[at : at + len(damage)] = damage
    path.write_bytes(data)
    found = read_file(str(path))
    assert isinstance(found, ScannedFile | ScanProblem)
    if isinstance(found, ScannedFile):
        found.file.title.encode()
    embedded_cover(path)


@given(st.lists(st.text(st.characters(codec=None))))
def test_what_a_tag_says_becomes_one_valid_line(values):
    line = clean(", ", values)
    line.encode()
    assert line.isprintable()
    assert len(line) <= 1000


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["us-rc1-76-07839"], ("USRC17607839",)),
        (["US RC1 76 07839 "], ("USRC17607839",)),
        (["ISRC USRC17607839"], ("USRC17607839",)),
        (["USRC17607839;GBAYE0601498/USRC17607839"], ("USRC17607839", "GBAYE0601498")),
        (["USRC17607839\x00GBAYE0601498"], ("USRC17607839", "GBAYE0601498")),
        (["no isrc", "", "USRC1760783", "USRC176078390"], ()),
    ],
)
def test_isrcs_are_normalised(values, found):
    assert normalised_isrcs(values) == found


def test_an_isrc_in_a_frame_of_text_is_text(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", "x")
    tags = id3_tags("x", isrc="USRC17607839")
    tags.add(TIT2(encoding=1, text=["a\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace")]))
    tags.save(path)
    assert read(path).file.isrcs == ("USRC17607839",)


def test_a_damaged_size_that_leads_a_parser_in_circles_ends(tmp_path):
    path = tmp_path / "a.mpc"
    # A packet of Musepack that says it is shorter than its own header.
    path.write_bytes(b"MPCKID\x00" + bytes(1000))
    found = read_file(str(path))
    assert isinstance(found, ScannedFile)
    assert found.problem.startswith("its tags can't be read")
    assert embedded_cover(path) is None
