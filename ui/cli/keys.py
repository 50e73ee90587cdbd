"""What a person's keys mean for the output delay, from the characters that a terminal sends (pure)."""

import re
from enum import Enum
from typing import Final

FINE_MS: Final = 1.0
COARSE_MS: Final = 10.0


class Key(Enum):
    """What a key asks for: a change of the delay in ms, or something else."""

    MORE = FINE_MS
    LESS = -FINE_MS
    MUCH_MORE = COARSE_MS
    MUCH_LESS = -COARSE_MS
    RESET = "reset"
    QUIT = "quit"


_PLAIN: Final = {
    **dict.fromkeys("+=", Key.MORE),
    **dict.fromkeys("-_", Key.LESS),
    ">": Key.MUCH_MORE,
    "<": Key.MUCH_LESS,
    "0": Key.RESET,
    # Ctrl+C and Ctrl+D, where the terminal hands them on.
    **dict.fromkeys("qQ\x03\x04", Key.QUIT),
}
#: ECMA-48: ESC [ (or ESC O), parameters, a final character; xterm puts the modifier into the second parameter.
_SEQUENCE: Final = re.compile(r"\x1b(?:\[(?P<parameters>[0-9;]*)|O)(?P<final>[@-~])")
_BEGUN: Final = re.compile(r"\x1b(?:\[[0-9;]{0,10}|O)?")
_ARROWS: Final = {
    "A": (Key.MORE, Key.MUCH_MORE),
    "C": (Key.MORE, Key.MUCH_MORE),
    "B": (Key.LESS, Key.MUCH_LESS),
    "D": (Key.LESS, Key.MUCH_LESS),
}
_PAGE_UP, _PAGE_DOWN = "5", "6"


class KeyReader:
    """Turn characters into keys; a sequence may come in pieces."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[Key]:
        """Return the keys that mean something, in order."""
        text, keys = self._rest + text, []
        while text:
            sequence = _SEQUENCE.match(text)
            if sequence is not None:
                key, length = _meaning(sequence), sequence.end()
            elif _BEGUN.fullmatch(text):
                break
            else:
                key, length = _PLAIN.get(text[0]), 1
            if key is not None:
                keys.append(key)
            text = text[length:]
        self._rest = text
        return keys


def _meaning(sequence: re.Match[str]) -> Key | None:
    first, _, modifier = (sequence["parameters"] or "").partition(";")
    if sequence["final"] == "~":
        return {_PAGE_UP: Key.MUCH_MORE, _PAGE_DOWN: Key.MUCH_LESS}.get(first)
    arrow = _ARROWS.get(sequence["final"])
    return None if arrow is None else arrow[bool(modifier)]
