import json
from dataclasses import fields

import pytest

from audio.engine import messages
from audio.engine.messages import (
    Follow,
    Free,
    Hold,
    Load,
    QueueEnded,
    Report,
    Segment,
    SetClock,
    SetOrder,
    Started,
    from_message,
    to_message,
)
from audio.engine.rate_record import RateRecord
from protocol.timeline import ClockMapping, Timeline

EXAMPLES = [
    Load(
        3, messages.PcmFile("/music/späße \udce9.wav", 44, 123_456, 44_100, complete=False), "/music/späße \udce9.mp3"
    ),
    messages.SetVolume(0.25),
    messages.SetProfile(messages.DeviceProfile("Kopfhörer", 180.5, -42.0)),
    messages.Click(2**62),
    SetOrder((2, 0, 1)),
    SetOrder(()),
    SetClock(ClockMapping(2**62, 1_700_000_000_000.123, 1.000_001)),
    SetClock(ClockMapping(2**62, 1_700_000_000_000.123, 1.000_001, 2**62 + 5, 0.999_999)),
    Free(0, 1.5, 2**62 + 1),
    Hold(1, 0.0, -5),
    Follow(2, Timeline(1.25, 1_700_000_000_000.5, True, 0.999_99), True),
    Started(44_100, 92.5, "pulse (left)", True, None),
    Segment(1, 0.1 + 0.2, 2**62 + 1, 1.000_1, True),
    QueueEnded(4, 2**62 + 1),
    Report("glide", -0.01, 1, 2, 100.5, -3.25, RateRecord(44_100, 512, 0.1, 1e-9)),
]


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_every_message_survives_the_pipe_unchanged(message):
    assert from_message(json.loads(json.dumps(to_message(message)))) == message


def test_every_kind_of_message_is_tried():
    assert {type(message) for message in EXAMPLES} == set(messages._TYPES.values())
    assert all(fields(kind) for kind in messages._TYPES.values())
