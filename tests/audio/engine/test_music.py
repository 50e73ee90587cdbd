import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.messages import Free, SetOrder
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


# A track that is still being decoded


def growing(there: int, *, whole: int = 3000) -> tuple[Music, np.ndarray]:
    """Return music whose first track is there in part, with another after it."""
    music, track = Music(), coded(0, whole)
    music.load(0, track[:there], complete=False)
    music.load(1, coded(1, 50))
    music.set_order((0, 1))
    return music, track


def test_beyond_what_is_decoded_is_silence_and_not_the_next_track():
    music, track = growing(1000)
    found = music.read(0, 990, 100)
    assert np.array_equal(found[:10], track[990:1000])
    assert not found[10:].any()
    assert music.resolve(Place(0, 2500.0)) == Place(0, 2500.0)
    assert music.following(0) is None
    assert music.last_from(0) == 0
    assert music.distance(Place(0, 10), Place(1, 0)) is None
    assert music.frames(0) > 1e12


def test_a_track_that_is_whole_at_last_ends_where_it_ends():
    music, track = growing(1000)
    music.load(0, track)
    assert music.frames(0) == 3000
    assert music.resolve(Place(0, 3010.0)) == Place(1, 10.0)
    assert np.array_equal(music.read(0, 2990, 20)[:10], track[2990:])


def test_music_that_was_not_waited_for_is_bit_exact():
    music, track = growing(1000)
    assert np.array_equal(music.read(0, 900, 100), track[900:1000])
    music.load(0, track[:2000], complete=False)
    assert np.array_equal(music.read(0, 1000, 100), track[1000:1100])


def test_music_comes_in_softly_where_there_was_silence_and_is_exact_soon():
    music, track = growing(1000)
    assert not music.read(0, 1000, 100).any()
    music.load(0, track[:2000], complete=False)
    entry = np.concatenate([music.read(0, frame, 50) for frame in range(1100, 1500, 50)])
    assert not entry[0].any()
    assert 0 < entry[128, 0] < track[1228, 0]
    assert np.array_equal(entry[256:], track[1356:1500])
    assert np.array_equal(music.read(0, 1100, 300), track[1100:1400]), "heard later once more it is as it is"


def test_a_renderer_is_silent_until_more_is_decoded_and_then_in_place():
    from tests.audio.engine.deck import Deck, decode

    deck = Deck({})
    track = coded(0, 20_000)
    deck.renderer.music.load(0, track[:5000], complete=False)
    deck.renderer.command(SetOrder((0,)))
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    slots, frames = decode(deck.run(8192))
    assert np.array_equal(frames[:5000], np.arange(5000))
    assert (slots[5000:] == -1).all()
    assert not deck.ended
    deck.renderer.music.load(0, track)
    deck.run(1024)
    _, frames = decode(deck.run(4096))
    assert np.array_equal(frames, np.arange(9216, 13_312))
    deck.run(10_000)
    assert [ended.slot for ended in deck.ended] == [0]
