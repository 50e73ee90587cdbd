"""The score of the demo music: sections, chords and who plays how much."""

from dataclasses import dataclass
from typing import Final

MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
MINOR: Final = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class Section:
    """Some bars in one mood; every part's weight is 0 (silent) to 1 (full).

    `muffled` is a filter half closed: little treble, no width. It also costs an encoder few bits, so that a VBR file
    has few there and many elsewhere.
    """

    bars: int
    chords: tuple[int, ...]
    drums: float
    bass: float
    strings: float
    keys: float
    pad: float
    melody: float
    opens_with_crash: bool = False
    muffled: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One track; `root` is a MIDI note, `swing` the length of the first of two sixteenths in halves of their sum."""

    number: int
    title: str
    file: str
    lame: tuple[str, ...]
    beats_per_minute: float
    root: int
    scale: tuple[int, ...]
    swing: float
    sections: tuple[Section, ...]
    echo_s: float = 0.9

    def hertz(self, degree: int) -> float:
        """Return the pitch of a degree of the scale, 0 being the root."""
        octave, step = divmod(degree, len(self.scale))
        return float(440 * 2 ** ((self.root + 12 * octave + self.scale[step] - 69) / 12))


PIECES: Final = (
    Piece(
        number=1,
        title="Morning Mile",
        file="morning-mile.mp3",
        lame=("--cbr", "-b", "128"),
        beats_per_minute=104.0,
        root=50,
        scale=MAJOR,
        swing=1.18,
        sections=(
            Section(4, (0, 4, 5, 3), drums=0.5, bass=0.0, strings=0.9, keys=0.3, pad=0.3, melody=0.0),
            Section(8, (0, 4, 5, 3), drums=0.8, bass=0.8, strings=0.8, keys=0.4, pad=0.4, melody=0.5),
            Section(
                8, (5, 3, 0, 4), drums=1.0, bass=0.9, strings=0.6, keys=0.7, pad=0.5, melody=0.9, opens_with_crash=True
            ),
            Section(4, (1, 4, 2, 5), drums=0.5, bass=0.6, strings=1.0, keys=0.3, pad=0.6, melody=0.3),
            Section(
                8, (3, 0, 4, 5), drums=1.0, bass=1.0, strings=0.8, keys=0.8, pad=0.5, melody=1.0, opens_with_crash=True
            ),
        ),
    ),
    Piece(
        number=2,
        title="Long Way Round",
        file="long-way-round.mp3",
        lame=("--vbr-new", "-V", "4"),
        beats_per_minute=92.0,
        root=45,
        scale=MINOR,
        swing=1.3,
        echo_s=1.4,
        sections=(
            Section(4, (0, 5), drums=0.2, bass=0.0, strings=0.4, keys=0.5, pad=0.0, melody=0.0, muffled=True),
            Section(6, (0, 5, 2, 6), drums=0.8, bass=0.8, strings=0.4, keys=0.7, pad=0.3, melody=0.4),
            Section(
                6, (3, 6, 2, 5), drums=1.0, bass=1.0, strings=0.9, keys=0.9, pad=0.9, melody=1.0, opens_with_crash=True
            ),
            Section(4, (0, 3), drums=0.15, bass=0.0, strings=0.0, keys=0.4, pad=0.0, melody=0.3, muffled=True),
            Section(6, (0, 3, 5, 4), drums=0.6, bass=0.8, strings=0.9, keys=0.3, pad=0.2, melody=0.5),
            Section(
                8, (5, 6, 0, 4), drums=1.0, bass=1.0, strings=1.0, keys=0.8, pad=1.0, melody=0.9, opens_with_crash=True
            ),
            Section(4, (3, 4), drums=0.2, bass=0.3, strings=0.5, keys=0.0, pad=0.2, melody=0.0, muffled=True),
            Section(
                10,
                (0, 5, 2, 6, 3),
                drums=1.0,
                bass=1.0,
                strings=0.9,
                keys=1.0,
                pad=0.8,
                melody=1.0,
                opens_with_crash=True,
            ),
            Section(2, (0, 0), drums=0.2, bass=0.2, strings=0.5, keys=0.6, pad=0.2, melody=0.2, muffled=True),
        ),
    ),
    Piece(
        number=3,
        title="Last Lap",
        file="last-lap.mp3",
        lame=("--cbr", "-b", "192"),
        beats_per_minute=126.0,
        root=52,
        scale=MINOR,
        swing=1.05,
        echo_s=0.7,
        sections=(
            Section(
                4, (0, 5, 2, 6), drums=0.8, bass=0.9, strings=0.5, keys=0.3, pad=0.4, melody=0.0, opens_with_crash=True
            ),
            Section(8, (0, 5, 2, 6), drums=1.0, bass=1.0, strings=0.8, keys=0.7, pad=0.4, melody=0.9),
            Section(
                7, (3, 0, 5, 4), drums=1.0, bass=1.0, strings=1.0, keys=0.9, pad=0.6, melody=1.0, opens_with_crash=True
            ),
        ),
    ),
)
