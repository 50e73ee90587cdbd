"""Joining, step by step: under way, a question, each way to fail."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from client.errors import ApiError, ClockSyncError
from client.fingerprint.model import Fingerprint, RateMode
from client.pairing import PairedTrack, Pairing
from client.prejoin import JoinCheck, JoinStep, check_join
from client.spotify.errors import SignedOutError
from protocol.events import SnapshotState
from protocol.rest import QueueTrack, SessionDetail, SessionStatus, TrackFingerprint
from ui.screens.joining import Joining, JoiningState
from ui.screenshots.samples import ARABIC, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, TRACKS
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import in_shell
from ui.shell.sections import Section
from ui.viewmodel import join_states
from ui.viewmodel.troubles import trouble_of

_RATE = 44_100


def _hash(place: int) -> str:
    return f"{place:032x}"


def _detail(host: str = "Ana", playlist: str = "Sunday Kitchen") -> SessionDetail:
    queue = [
        QueueTrack(
            playlist_position=place,
            track_id=f"spotify:track:{place}",
            fingerprint=TrackFingerprint(
                audio_hash=_hash(place), samples=duration_ms * _RATE // 1000, sample_rate=_RATE
            ),
        )
        for place, (_, _, duration_ms) in enumerate(TRACKS)
    ]
    snapshot = SnapshotState(
        playlist_id="p", playlist_position=0, position_ms=0, is_playing=False, corrected_ms=1_800_000_000_000
    )
    return SessionDetail(
        session_id="s",
        host_display_name=host,
        playlist_id="p",
        playlist_name=playlist,
        paired_track_count=len(TRACKS),
        created_at=1_800_000_000_000,
        status=SessionStatus.WAITING,
        snapshot=snapshot,
        queue=queue,
    )


def _pairing(missing: Sequence[int] = (), names: Sequence[tuple[str, str]] = ()) -> Pairing:
    tracks = [(*names[place % len(names)], 0) if names else track for place, track in enumerate(TRACKS)]
    return Pairing(
        "p",
        "Sunday Kitchen",
        tuple(
            PairedTrack(
                place, f"spotify:track:{place}", title, artist, None if place in missing else Path(f"/{place}.mp3")
            )
            for place, (title, artist, _) in enumerate(tracks)
        ),
    )


def _heard(other: Sequence[int] = ()) -> dict[str, Fingerprint]:
    """Return the fingerprints of this library's files; those of `other` are another recording, three seconds longer."""
    return {
        f"/{place}.mp3": Fingerprint(
            _hash(place + 100 * (place in other)),
            (duration_ms + 3000 * (place in other)) * _RATE // 1000,
            _RATE,
            "LAME3.100",
            RateMode.VBR,
        )
        for place, (_, _, duration_ms) in enumerate(TRACKS)
    }


def _named(detail: SessionDetail) -> JoiningState:
    return join_states.named(join_states.signed_in(join_states.first_state()), detail)


def _checked(check: JoinCheck, *, comparing: bool = False) -> JoiningState:
    return join_states.checked(_named(_detail()), check, comparing=comparing)


def _comparing() -> JoiningState:
    return _checked(check_join(_pairing(), _detail()), comparing=True)


def _preparing() -> JoiningState:
    return join_states.under_way(_checked(check_join(_pairing(), _detail(), _heard())), join_states.PREPARING)


def _asking() -> JoiningState:
    return join_states.asking(_named(_detail()), check_join(_pairing(), _detail(), _heard((2, 8))))


def _missing(*places: int) -> JoiningState:
    return join_states.refused(_named(_detail()), check_join(_pairing(places), _detail()), "Sunday Kitchen")


def _taken() -> JoiningState:
    connecting = join_states.under_way(_checked(check_join(_pairing(), _detail(), _heard())), join_states.CONNECTING)
    return join_states.broken_off(connecting, trouble_of(ApiError(409, "session_full", "taken")))


def _no_clock() -> JoiningState:
    connecting = join_states.under_way(_checked(check_join(_pairing(), _detail(), _heard())), join_states.CONNECTING)
    return join_states.broken_off(connecting, trouble_of(ClockSyncError("pool.ntp.org did not answer")))


def _signed_out() -> JoiningState:
    first = join_states.first_state()
    return join_states.failed_at(first, JoinStep.SIGNED_IN, trouble_of(SignedOutError.nobody()))


def _no_playlist() -> JoiningState:
    trouble = join_states.no_playlist(_detail().playlist_name)
    return join_states.failed_at(_named(_detail()), JoinStep.SAME_PLAYLIST, trouble)


def _odd(names: Sequence[tuple[str, str]], host: str, playlist: str) -> JoiningState:
    detail = _detail(host, playlist)
    check = check_join(_pairing((1, 4, 8, 9, 11), names), detail)
    return join_states.refused(_named(detail), check, playlist)


def _window(state: JoiningState) -> QWidget:
    screen = Joining()
    screen.show_state(state)
    return in_shell(screen, Section.RUNBUDDY)


SCENES = (
    Scene("joining", "first", lambda: _window(join_states.first_state())),
    Scene("joining", "comparing", lambda: _window(_comparing())),
    Scene("joining", "preparing", lambda: _window(_preparing())),
    Scene("joining", "asking", lambda: _window(_asking())),
    Scene("joining", "missing", lambda: _window(_missing(4, 8))),
    Scene("joining", "missing-many", lambda: _window(_missing(*range(1, 12)))),
    Scene("joining", "no-playlist", lambda: _window(_no_playlist())),
    Scene("joining", "signed-out", lambda: _window(_signed_out())),
    Scene("joining", "taken", lambda: _window(_taken())),
    Scene("joining", "no-clock", lambda: _window(_no_clock())),
    Scene(
        "joining",
        "hostile",
        lambda: _window(_odd([(HOSTILE, LONG_ARTIST)], HOSTILE.replace("\x00", ""), LONG_TITLE)),
    ),
    Scene("joining", "japanese", lambda: _window(_odd([JAPANESE], JAPANESE[1], JAPANESE[0]))),
    Scene("joining", "small", lambda: _window(_missing(4, 8)), (1000, 640)),
    Scene("joining", "rtl", lambda: _window(_odd([ARABIC], ARABIC[1], ARABIC[0])), right_to_left=True),
)
