"""Which file is the chosen one, decided without reading more than has to be."""

from pathlib import Path

import pytest

from client.library.choice import MAX_READ_FOR_ONE, Choice, chosen, settled, whereabouts, with_choice
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.playlist.model import PlaylistTrack
from client.scan.local_file import LocalFile


def file(name, size=100, duration_ms=60_000):
    return LocalFile(Path("/m") / name, 1, size, duration_ms=duration_ms)


def by_path(*files):
    return {str(it.path): it for it in files}


class Disk:
    """The music of each file; counts how often it is read."""

    def __init__(self, **music):
        self.music = music
        self.reads = []

    def __call__(self, path):
        self.reads.append(path.name)
        return self.music.get(path.stem)


CHOICE = Choice("t", Path("/m/a.mp3"), 100, 60_000, "A")


def test_a_file_that_is_where_it_was_is_not_looked_for():
    disk = Disk()
    assert settled(CHOICE, by_path(file("a.mp3")), {"/m/a.mp3": "A"}, disk) == CHOICE
    assert disk.reads == []


def test_what_can_not_be_read_now_stays_chosen():
    assert settled(CHOICE, by_path(file("a.mp3")), {}, Disk()) == CHOICE


def test_the_first_reading_is_remembered():
    new = Choice("t", Path("/m/a.mp3"), 100, 60_000)
    assert settled(new, by_path(file("a.mp3")), {}, Disk(a="A")) == CHOICE


def test_a_moved_file_is_known_by_size_and_music():
    disk = Disk(b="B", c="A")
    files = by_path(file("b.mp3"), file("c.mp3"), file("d.mp3", size=99, duration_ms=1))
    assert settled(CHOICE, files, {}, disk) == Choice("t", Path("/m/c.mp3"), 100, 60_000, "A")
    assert disk.reads == ["b.mp3", "c.mp3"]


def test_a_retagged_file_is_known_by_length_and_music():
    found = settled(CHOICE, by_path(file("b.mp3", size=500, duration_ms=60_050)), {}, Disk(b="A"))
    assert (found.path, found.size) == (Path("/m/b.mp3"), 500)


def test_known_music_is_not_read_again():
    disk = Disk()
    files = by_path(file("b.mp3"), file("c.mp3", size=1, duration_ms=None))
    assert settled(CHOICE, files, {"/m/b.mp3": "B", "/m/c.mp3": "A"}, disk).path == Path("/m/c.mp3")
    assert disk.reads == []


def test_nowhere_is_waited_for():
    assert settled(CHOICE, by_path(file("b.mp3")), {}, Disk(b="B")) == CHOICE
    assert settled(Choice("t", None), {}, {}, Disk()) == Choice("t", None)
    assert settled(Choice("t", Path("/m/a.mp3")), by_path(file("b.mp3")), {}, Disk()).path == Path("/m/a.mp3")


def test_a_folder_of_equal_lengths_is_not_read_whole():
    files = by_path(*(file(f"{number}.mp3") for number in range(500)))
    assert len(whereabouts(CHOICE, files, {})) == MAX_READ_FOR_ONE


def match(best, confidence=Confidence.CHECK):
    candidate = Candidate(file(best), MatchReason.FUZZY, 80.0, "title 80")
    other = Candidate(file("other.mp3"), MatchReason.FUZZY, 70.0, "title 70")
    return TrackMatch(PlaylistTrack(0, "t", "T"), confidence, candidate, (other,))


@pytest.mark.parametrize("name", ["best.mp3", "other.mp3", "new.mp3"])
def test_a_choice_takes_the_place_of_what_was_found(name):
    found = with_choice(match("best.mp3"), file(name))
    assert (found.confidence, found.best.reason, found.best.file) == (Confidence.SURE, MatchReason.MANUAL, file(name))
    assert [it.file.path.name for it in found.alternatives] == [it for it in ("best.mp3", "other.mp3") if it != name]


def test_none_of_these_leaves_them_at_hand():
    found = with_choice(match("best.mp3"), None)
    assert (found.confidence, found.best, len(found.alternatives)) == (Confidence.MISSING, None, 2)


def test_a_choice_is_what_its_file_is():
    assert chosen("t", file("a.mp3"), "A") == CHOICE
