"""Frames that nobody should send, from a seed: broken JSON, wrong fields, odd text, and bytes that are no frame."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets import ClientConnection
from websockets.frames import Frame, Opcode

_STATE = {"correctedMs": 1_800_000_000_000, "positionMs": 1, "playlistPosition": 0, "trackId": "t"}
_EVENTS: list[dict[str, Any]] = [
    {"type": "transport", "action": "play", **_STATE},
    {"type": "position", "isPlaying": True, **_STATE},
    {"type": "snapshot", "playlistId": "p", "isPlaying": True, **_STATE},
    {"type": "session_end", "reason": "x"},
    {"type": "participant", "role": "follower", "state": "left"},
    {"type": "ping", "id": 1},
    {"type": "pong"},
    {"type": "ready"},
    {"type": "leave"},
]
_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**53, -(2**63), 2**70, 10**400, float("nan"), float("inf"), float("-inf")),
    *("", "\x00", "\x1b[31m", "\u202e", "🎵" * 50, "x" * 3000, "\ud800", "__proto__", "'; DROP TABLE", "%s%n"),
    *([], [[]], {}, {"type": "leave"}, [None] * 500),
]
_TEXTS = ["", " ", "null", "true", "0", '""', "[]", "{}", "{", "}", "[" * 4000, '{"a":' * 1300, "\x00", "\ufeff{}"]


@dataclass(frozen=True)
class Hostile:
    """Something to put on a connection: a text, bytes in a binary frame, or bytes on the wire as they are."""

    payload: str | bytes
    raw: bool = False

    async def send(self, connection: ClientConnection) -> None:
        if self.raw:
            connection.transport.write(self.payload)
        elif isinstance(self.payload, str):
            await connection.send(self.payload.encode("utf-8", "surrogatepass"), text=True)
        else:
            await connection.send(self.payload)


def harmless(rng: random.Random) -> str:
    """Return a frame that either role may send without being closed, however odd it looks."""
    odd = {rng.choice("abcxyz") * rng.randint(1, 9): rng.choice(["", "🎵", 1, None, [1, [2]], {"a": {}}])}
    kind = rng.choice(["ping", "pong", "ready", "x", "PING", "transport2", "🎵", ""])
    return json.dumps(odd | {"type": kind}, ensure_ascii=rng.random() < 0.5)


def hostile(rng: random.Random) -> Hostile:
    """Return anything at all."""
    make: Callable[[random.Random], Hostile] = rng.choice(
        [_wrong_fields, _wrong_fields, _broken_text, _text, _binary, _raw_frame, _raw_bytes]
    )
    return make(rng)


def _wrong_fields(rng: random.Random) -> Hostile:
    event = dict(rng.choice(_EVENTS))
    for _ in range(rng.randint(1, 3)):
        name = rng.choice([*event, "new", "type"])
        if rng.random() < 0.3:
            event.pop(name, None)
        else:
            event[name] = rng.choice([*_VALUES, "".join(chr(rng.randrange(0xD7FF)) for _ in range(rng.randrange(40)))])
    return Hostile(json.dumps(event, ensure_ascii=rng.random() < 0.5))


def _broken_text(rng: random.Random) -> Hostile:
    letters = list(json.dumps(rng.choice(_EVENTS)))
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(letters))
        letters[place : place + rng.randrange(4)] = rng.choice(
            ["", '"', "{", "}", ",", ":", "\\", "\\u", "9e999", "\x00"]
        )
    return Hostile("".join(letters))


def _text(rng: random.Random) -> Hostile:
    return Hostile(rng.choice([*_TEXTS, "x" * rng.randint(8000, 20_000), "\ud800" * rng.randint(1, 9)]))


def _binary(rng: random.Random) -> Hostile:
    return Hostile(rng.randbytes(rng.choice([0, 1, 100, 9000])))


def _raw_frame(rng: random.Random) -> Hostile:
    frame = Frame(
        rng.choice(list(Opcode)),
        rng.randbytes(rng.choice([0, 1, 2, 125, 126, 500])),
        fin=rng.random() < 0.7,
        rsv1=rng.random() < 0.2,
        rsv2=rng.random() < 0.1,
    )
    return Hostile(_bytes_of(frame, rng), raw=True)


def _bytes_of(frame: Frame, rng: random.Random) -> bytes:
    """Return the frame on the wire; `Frame.serialize` would refuse to make many of these."""
    flags = frame.fin << 7 | frame.rsv1 << 6 | frame.rsv2 << 5 | frame.opcode
    length = rng.choice([len(frame.data), len(frame.data), 2**16, 2**62])
    is_masked = rng.random() < 0.9
    if length < 126:
        head = bytes([flags, is_masked << 7 | length])
    elif length < 2**16:
        head = bytes([flags, is_masked << 7 | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([flags, is_masked << 7 | 127]) + length.to_bytes(8, "big")
    return head + (rng.randbytes(4) if is_masked else b"") + bytes(frame.data)


def _raw_bytes(rng: random.Random) -> Hostile:
    return Hostile(rng.randbytes(rng.randint(1, 300)), raw=True)
