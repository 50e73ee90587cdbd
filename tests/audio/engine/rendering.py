"""Clocks and timelines for a renderer on its deck."""

import numpy as np

from audio.engine.fader import Fader
from audio.engine.messages import SetClock, SetOrder
from protocol.timeline import ClockMapping, Timeline
from tests.audio.engine.deck import RATE, START_NS, Deck

FADE = Fader(RATE).frames

CORRECTED_MS = 1_700_000_000_000.0

CLOCK = SetClock(ClockMapping(START_NS, CORRECTED_MS))

MS = RATE / 1000


def playing(position_ms: float, after_ms: float, *, rate: float = 1.0) -> Timeline:
    """Return a line on which `position_ms` is at the DAC `after_ms` after the deck's start."""
    return Timeline(position_ms, CORRECTED_MS + after_ms, True, rate)


def paused(position_ms: float, after_ms: float) -> Timeline:
    return Timeline(position_ms, CORRECTED_MS + after_ms, False)


def follower(tracks: dict[int, np.ndarray], **options) -> Deck:
    deck = Deck(tracks, **options)
    deck.renderer.command(SetOrder(tuple(tracks)))
    deck.renderer.command(CLOCK)
    return deck
