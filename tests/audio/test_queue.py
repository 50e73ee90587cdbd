from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audio.queue import PlayQueue, QueueItem


def item(position: int, track: str | None = None) -> QueueItem:
    return QueueItem(position, track or f"track:{position}", f"Song {position}", "Band", Path(f"{position}.mp3"))


def test_positions_count_unpaired_tracks_too():
    queue = PlayQueue([item(7), item(2), item(4)])
    assert queue.playable == (2, 4, 7)
    assert queue.first() == item(2)
    assert (queue.after(2), queue.after(3), queue.after(7)) == (item(4), item(4), None)
    assert (queue.before(4), queue.before(6), queue.before(2)) == (item(2), item(4), None)
    assert queue.item(3) is None
    assert len(queue) == 3


def test_refused_tracks_are_passed_over_and_remembered():
    queue = PlayQueue([item(0), item(1), item(2)])
    queue.refuse(0, "it is empty")
    queue.refuse(1, "it is gone")
    assert queue.first() == item(2)
    assert queue.before(2) is None
    assert queue.refusal(1) == "it is gone"
    assert queue.item(1) == item(1), "still listed"
    queue.refuse(2, "it is text")
    assert queue.first() is None
    queue.accept(1)
    queue.accept(7)
    assert queue.playable == (1,)
    assert queue.refusal(1) is None


def test_another_device_names_a_track_by_position_and_id():
    queue = PlayQueue([item(0, "a"), item(1, "b"), item(2, "a")])
    assert queue.find(2, "a").playlist_position == 2
    assert queue.find(9, "b").playlist_position == 1, "the playlist was reordered there"
    assert queue.find(0, "c") is None


def test_labels_name_tracks_for_people():
    assert item(1).label == "“Song 1” by Band"
    assert QueueItem(0, "x", "Untitled", "", Path("x")).label == "“Untitled”"


@given(positions=st.sets(st.integers(0, 30)), refused=st.sets(st.integers(0, 30)), at=st.integers(-1, 31))
def test_neighbours_are_playable_and_nearest(positions, refused, at):
    queue = PlayQueue([item(position) for position in positions])
    for position in refused & positions:
        queue.refuse(position, "x")
    left = sorted(positions - refused)
    after, before = queue.after(at), queue.before(at)
    assert (after and after.playlist_position) == next((p for p in left if p > at), None)
    assert (before and before.playlist_position) == next((p for p in reversed(left) if p < at), None)
