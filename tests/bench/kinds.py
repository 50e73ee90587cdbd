"""The kinds of players that are measured, in the table's order."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from audio.measure.rig import PulseRig
from tests.bench.lockstep_pair import LIBVLC, LockstepPair, missing_engine
from tests.bench.plan_pair import PlanPair
from tests.bench.players import Pair
from tests.bench.rows import OURS, Lack
from tests.bench.runs import Tracks
from tests.bench.snapcast_pair import SnapcastPair
from tests.bench.syncplay_pair import SyncplayPair


class KindName(StrEnum):
    """How a kind is named on the command line."""

    LOCKSTEP = "lockstep"
    LIBVLC = "libvlc"
    PLAN = "plan"
    SNAPCAST = "snapcast"
    SYNCPLAY = "syncplay"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of player: how a pair of it is made, what it lacks, and why it can't be measured here (None: it can).

    `open` takes the rig, the tracks, a pairing that lasts long enough, and a folder.
    """

    name: KindName
    title: str
    open: Callable[[PulseRig, Tracks, Path, Path], Pair]
    missing: Callable[[], str | None]
    lacks: dict[str, str] = field(default_factory=dict)
    under_load: bool = False


NOT_UNDER_LOAD = "Only lockstep is run under load."
KINDS = (
    Kind(
        KindName.LOCKSTEP,
        OURS,
        lambda rig, _tracks, long, room: LockstepPair(rig, long, room, name=OURS),
        lambda: None,
        under_load=True,
    ),
    Kind(
        KindName.LIBVLC,
        f"lockstep --engine {LIBVLC}",
        lambda rig, _tracks, long, room: LockstepPair(rig, long, room, LIBVLC, f"lockstep --engine {LIBVLC}"),
        lambda: missing_engine(LIBVLC),
        {Lack.LOAD: NOT_UNDER_LOAD},
    ),
    Kind(
        KindName.PLAN,
        PlanPair.name,
        lambda rig, tracks, _long, room: PlanPair(rig, tracks.pairing, room),
        lambda: None,
        {
            Lack.LOAD: NOT_UNDER_LOAD,
            Lack.SERVER: "The two players under the plan's rule speak by a socket of their own: no server is between.",
        },
    ),
    Kind(
        KindName.SNAPCAST,
        SnapcastPair.name,
        lambda rig, tracks, _long, room: SnapcastPair(rig, tracks.music, room),
        lambda: _not_installed(SnapcastPair.programs),
        {
            Lack.SEEK: "Snapcast streams: it knows neither files nor places in them, so nothing can be sought.",
            Lack.SKIP: "Snapcast streams: it knows no tracks, and a stream that goes on is the steady run.",
            Lack.TOLD: "Snapcast tells no place in the music.",
            Lack.DRIFT: "Snapcast and Syncplay show no drift that could be held against what is heard.",
            Lack.LOAD: NOT_UNDER_LOAD,
        },
    ),
    Kind(
        KindName.SYNCPLAY,
        SyncplayPair.name,
        lambda rig, tracks, _long, room: SyncplayPair(rig, tracks.pairing, room),
        lambda: _not_installed(SyncplayPair.programs),
        {
            Lack.SKIP: "Syncplay is measured on one file at a time, which both sides open themselves.",
            Lack.DRIFT: "Snapcast and Syncplay show no drift that could be held against what is heard.",
            Lack.LOAD: NOT_UNDER_LOAD,
        },
    ),
)


def _not_installed(programs: tuple[str, ...]) -> str | None:
    missing = [program for program in programs if shutil.which(program) is None]
    return f"{' and '.join(missing)} not found here" if missing else None
