import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.music import Music, Place
from tests.audio.engine.deck import coded


def strip(*lengths: int) -> tuple[Music, np.ndarray]:
    music = Music()
    tracks = [coded(slot, frames) for slot, frames in enumerate(lengths)]
    for slot, track in enumerate(tracks):
        music.load(slot, track)
    music.set_order(tuple(range(len(lengths))))
    return music, np.concatenate(tracks)


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=5),
    first=st.integers(-60, 300),
    count=st.integers(0, 300),
)
def test_reading_is_reading_one_endless_strip(lengths, first, count):
    music, whole = strip(*lengths)
    padded = np.zeros((60 + 700, 2), dtype=np.int16)
    padded[60 : 60 + len(whole)] = whole
    found = music.read(0, first, count)
    assert found.shape == (count, 2)
    if first < len(whole):
        assert np.array_equal(found, padded[60 + first : 60 + first + count])
    else:
        assert not found.any()


@given(lengths=st.lists(st.integers(1, 50), min_size=1, max_size=5), frame=st.integers(0, 300))
def test_a_place_beyond_a_tracks_end_is_in_a_later_one(lengths, frame):
    music, whole = strip(*lengths)
    place = music.resolve(Place(0, frame))
    if frame >= len(whole):
        assert place is None
    else:
        assert np.array_equal(music.read(place.slot, int(place.frame), 1)[0], whole[frame])
        distance = music.distance(Place(0, 0), place)
        assert distance is None or distance == frame


def test_distances_reach_across_one_boundary_in_both_directions():
    music, _ = strip(100, 50, 70)
    assert music.distance(Place(0, 90.5), Place(1, 10)) == 19.5
    assert music.distance(Place(1, 10), Place(0, 90.5)) == -19.5
    assert music.distance(Place(0, 0), Place(2, 0)) is None


def test_tracks_out_of_order_are_forgotten():
    music, _ = strip(100, 50, 70)
    music.set_order((2, 0))
    assert 1 not in music
    assert music.following(2) == 0
    assert music.following(0) is None
    assert music.following(1) is None
    assert music.last_from(2) == 0
