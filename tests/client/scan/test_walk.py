"""The walk: each music file once, and nothing that stands in its way ends it."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from client.scan.outcome import ScanProblem
from client.scan.walk import FoundFile, UnreadableFolder, Walk

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and permissions are POSIX's here")


@pytest.fixture
def unprivileged():
    """Return a folder of somebody who may not read everything, and be that somebody for the test."""
    folder = Path(tempfile.mkdtemp(prefix="lockstep-walk-"))
    is_root = os.name == "posix" and os.geteuid() == 0
    if is_root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    shutil.rmtree(folder)


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"music")
    return path


def walked(*roots: Path):
    items = list(Walk([str(root) for root in roots]))
    files = [item.path for item in items if isinstance(item, FoundFile)]
    return files, [item for item in items if not isinstance(item, FoundFile)]


def test_music_is_found_below_folders_in_order_and_hidden_things_are_not(tmp_path):
    wanted = [touch(tmp_path / name) for name in ("b.MP3", "a/1.flac", "a/deep/er/2.m4a", "c/3.opus")]
    for name in ("cover.jpg", ".hidden.mp3", ".trash/x.mp3", "a/._2.m4a", "noext"):
        touch(tmp_path / name)
    (tmp_path / "folder.mp3").mkdir()
    assert walked(tmp_path) == (list(map(str, wanted)), [])


def test_a_file_says_its_size_and_time(tmp_path):
    status = touch(tmp_path / "a.mp3").stat()
    (found,) = Walk([str(tmp_path)])
    assert found == FoundFile(str(tmp_path / "a.mp3"), status.st_mtime_ns, 5)


def test_a_hidden_folder_that_is_named_is_walked(tmp_path):
    file = touch(tmp_path / ".music" / "a.mp3")
    assert walked(tmp_path / ".music") == ([str(file)], [])


def test_single_files_are_found_once_and_one_that_is_gone_is_no_trouble(tmp_path):
    inside, other = touch(tmp_path / "music" / "a.mp3"), touch(tmp_path / "b.mp3")
    found = list(Walk([str(tmp_path / "music")], [str(inside), str(other), str(tmp_path / "gone.mp3")]))
    assert [item.path for item in found] == [str(inside), str(other)]


@pytest.mark.parametrize("name", ["a.mp3", "/dev/zero"])
def test_what_stands_in_place_of_a_folder_is_told(tmp_path, name):
    touch(tmp_path / "a.mp3")
    files, (problem,) = walked(tmp_path / name)
    assert (files, problem.path) == ([], str(tmp_path / name))
    assert problem.problem.message == "this is no folder: choose the one that holds your music"


@posix
def test_links_that_go_round_in_circles_end(tmp_path):
    file = touch(tmp_path / "a" / "b" / "1.mp3")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(".")
    (tmp_path / "a" / "loop.mp3").symlink_to("loop.mp3")
    (tmp_path / "nowhere.mp3").symlink_to("gone.mp3")
    files, problems = walked(tmp_path)
    assert files == [str(file)]
    assert [problem.path.name for problem in problems] == ["loop.mp3"]


@posix
def test_what_several_ways_lead_to_is_found_once_by_its_own_path(tmp_path):
    file = touch(tmp_path / "z" / "1.mp3")
    (tmp_path / "z" / "0-link.mp3").symlink_to("1.mp3")
    (tmp_path / "z" / "2-hard.mp3").hardlink_to(file)
    elsewhere = touch(tmp_path / "outside" / "3.mp3")
    (tmp_path / "z" / "link").symlink_to(tmp_path / "outside")
    files, problems = walked(tmp_path / "z", tmp_path / "z", tmp_path)
    assert files == [str(file), str(tmp_path / "z" / "link" / elsewhere.name)]
    assert problems == []


@posix
def test_pipes_and_devices_are_no_music(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "device.mp3").symlink_to("/dev/zero")
    assert walked(tmp_path) == ([], [])


def test_a_folder_that_is_gone_is_told_and_the_rest_is_walked(tmp_path):
    file = touch(tmp_path / "here" / "a.mp3")
    files, (problem,) = walked(tmp_path / "gone", tmp_path / "here")
    assert files == [str(file)]
    assert isinstance(problem, UnreadableFolder)
    assert problem.problem.path == tmp_path / "gone"
    assert "there is no such folder: connect the disk" in problem.problem.message


@posix
def test_a_folder_that_may_not_be_read_is_told_and_the_rest_is_walked(unprivileged):
    file, _ = touch(unprivileged / "open" / "a.mp3"), touch(unprivileged / "closed" / "b.mp3")
    (unprivileged / "closed").chmod(0)
    try:
        files, (problem,) = walked(unprivileged)
    finally:
        (unprivileged / "closed").chmod(0o700)
    assert files == [str(file)]
    assert problem == UnreadableFolder(
        str(unprivileged / "closed"),
        ScanProblem(unprivileged / "closed", "it may not be read: check its permissions"),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_in_no_encoding_is_told(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp3")).write_bytes(b"music")
    files, (problem,) = walked(tmp_path)
    assert files == []
    assert problem.path.name == "caf�.mp3"
    assert "rename the file" in problem.message


def test_very_deep_folders_are_no_trouble(tmp_path):
    file = touch(tmp_path.joinpath(*["d"] * 600) / "a.mp3")
    assert walked(tmp_path) == ([str(file)], [])
