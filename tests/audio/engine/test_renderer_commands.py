"""Whatever is commanded, in whatever order: no harm, no click, and no command lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.engine.messages import Follow, Free, Hold, SetClock, SetOrder, SetVolume
from protocol.timeline import ClockMapping, Timeline
from tests.audio.engine.deck import BLOCK, NS_PER_FRAME, RATE, START_NS, Deck, coded, decode, sine
from tests.audio.engine.rendering import CORRECTED_MS, FADE, MS, follower, playing

_position = st.floats(0, 3_000)

_slot = st.integers(0, 3)

_ahead_ns = st.integers(-200_000_000, 300_000_000)


_commands = st.one_of(
    st.tuples(st.just("free"), _slot, _position, _ahead_ns),
    st.tuples(st.just("hold"), _slot, _position, _ahead_ns),
    st.tuples(st.just("follow"), _slot, _position, _ahead_ns, st.booleans(), st.booleans()),
    st.tuples(st.just("order"), st.permutations([0, 1, 2, 3]), st.integers(0, 4)),
    st.tuples(st.just("load"), _slot),
    st.tuples(st.just("clock"), st.floats(-60, 60), st.floats(0.9998, 1.0002)),
)


def obey(deck: Deck, command: tuple, tracks: dict[int, np.ndarray]) -> None:
    match command:
        case ("free", slot, position_ms, ahead_ns):
            deck.renderer.command(Free(slot, position_ms, deck.now_ns + ahead_ns))
        case ("hold", slot, position_ms, ahead_ns):
            deck.renderer.command(Hold(slot, position_ms, deck.now_ns + ahead_ns))
        case ("follow", slot, position_ms, ahead_ns, is_playing, jump):
            corrected_ms = CORRECTED_MS + (deck.now_ns + ahead_ns - START_NS) / 1e6
            deck.renderer.command(Follow(slot, Timeline(position_ms, corrected_ms, is_playing), jump))
        case ("order", order, count):
            deck.renderer.command(SetOrder(tuple(order[:count])))
        case ("load", slot):
            deck.load({slot: tracks[slot]})
        case ("clock", step_ms, rate):
            deck.renderer.command(SetClock(ClockMapping(START_NS, CORRECTED_MS + step_ms, rate)))


@settings(max_examples=300)
@given(
    script=st.lists(st.tuples(_commands, st.lists(st.integers(1, 3000), max_size=4)), max_size=14),
    short=st.integers(1, 4000),
)
def test_no_sequence_of_commands_and_blocks_does_harm_and_what_is_reported_is_what_is_heard(script, short):
    tracks = {0: coded(0, 30_000), 1: coded(1, short), 2: coded(2, 60_000), 3: coded(3, 20_000)}
    deck = follower({slot: tracks[slot] for slot in range(3)})
    parts = [deck.block()]
    for command, blocks in script:
        obey(deck, command, tracks)
        parts += [deck.block(frames) for frames in blocks]
    out = np.concatenate(parts)
    lines = sorted({segment.dac_ns: segment for segment in deck.segments}.values(), key=lambda segment: segment.dac_ns)
    ends = [segment.dac_ns for segment in lines[1:]] + [deck.now_ns]
    for segment, end_ns in zip(lines, ends, strict=False):
        begin, end = deck.frame_of(segment.dac_ns), deck.frame_of(end_ns)
        if segment.step == 0.0:
            assert not out[begin + 2 * FADE : end].any(), f"silence was reported: {segment}"
        elif segment.step == 1.0 and end - begin > 2 * FADE + 1:
            slots, frames = decode(out[begin + 2 * FADE : end - 1])
            assert (slots == segment.slot).all(), segment
            expected = round(segment.position_ms * MS) + 2 * FADE + np.arange(len(frames))
            assert np.abs(frames - expected).max() <= 1, segment


def test_a_command_at_the_last_half_frame_of_a_block_is_not_lost():
    for offset in np.linspace(-1.5, 1.5, 13):
        deck = Deck({0: coded(0, 50_000)})
        deck.renderer.command(Free(0, 0.0, START_NS + round((BLOCK + offset) * NS_PER_FRAME)))
        out = deck.run(3 * BLOCK)
        first = np.flatnonzero(out[:, 0])[0]
        assert first == pytest.approx(BLOCK + offset, abs=0.51)
        _, frames = decode(out[first:])
        assert frames[0] <= 1
        assert (np.diff(frames) == 1).all()


@settings(max_examples=150)
@given(
    script=st.lists(st.tuples(_commands, st.lists(st.integers(1, 3000), max_size=4), st.booleans()), max_size=12),
    volume=st.lists(st.floats(0, 1), max_size=3),
)
def test_no_sequence_of_commands_clicks(script, volume):
    """Slow music: any step from sample to sample that is larger than its own comes from a cut without a fade."""
    # Whole numbers of cycles: they begin and end at zero, so that a track's own end is no step either.
    tracks = {slot: sine(60_000, (150 + 20 * slot) * RATE / 60_000, amplitude=10_000) for slot in range(4)}
    own = 10_000 * 2 * np.pi * 210 / 60_000
    deck = follower(tracks)
    deck.renderer.command(Follow(0, playing(100.0, 0.0), jump=True))
    volumes = iter(volume)
    parts = [deck.block()]
    for command, blocks, interrupted in script:
        obey(deck, command, tracks)
        if interrupted and (gain := next(volumes, None)) is not None:
            deck.renderer.command(SetVolume(gain))
        parts += [deck.block(frames) for frames in blocks]
    out = np.concatenate(parts).astype(int)
    steps = np.abs(np.diff(out, axis=0)).max(initial=0)
    # Three cuts within one fade add up.
    assert steps <= own * 4 + 4 * 10_000 / FADE + 10_000 / (0.02 * RATE)
