"""Now Playing: alone, leading, following, in every state of the sync, and with names of every kind."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from audio.errors import TrackError
from audio.playback_events import SoundChanged
from client.session_state import Following
from client.socket import SocketState
from ui.screens.now_playing import NowPlaying
from ui.screenshots.samples import ARABIC, ENDLESS, HEBREW, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, TRACKS
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import FOLLOWING, LEADING, WAITING, in_session, in_shell, music, pill
from ui.shell.sections import Section
from ui.viewmodel.playing_states import PlayingFacts, now_playing_state, preparing_notice, sound_notice
from ui.widgets.sync_pill import SyncPillState

_MUSIC = music()
_FOLLOWING = in_session(_MUSIC, FOLLOWING)
_NO_DEVICE = SoundChanged("none", silent=True, reason="USB headphones is unplugged", restarted=True)


def _window(facts: PlayingFacts) -> QWidget:
    screen = NowPlaying()
    screen.show_state(now_playing_state(facts))
    return in_shell(screen, Section.NOW_PLAYING, facts)


def _following(sync: SyncPillState | None) -> QWidget:
    return _window(in_session(_MUSIC, FOLLOWING, sync))


def _leads(**changes: object) -> QWidget:
    return _window(replace(in_session(_MUSIC, LEADING), **changes))  # type: ignore[arg-type]


def _refused() -> QWidget:
    item = replace(_MUSIC.current, playlist_position=1) if _MUSIC.current is not None else None
    error = TrackError("“Half Past Seven” by The Night Ferry", "the file is cut short: 61 s of 187 s are there")
    queue = tuple(
        replace(track, trouble=str(error)) if item is not None and track.playlist_position == 1 else track
        for track in _MUSIC.queue
    )
    return _window(replace(_MUSIC, queue=queue, notice=f"{error}.", notice_is_trouble=True))


def _silent() -> QWidget:
    facts = in_session(_MUSIC, LEADING, pill(LEADING, silent=True, error=_NO_DEVICE.reason))
    return _window(replace(facts, notice=sound_notice(_NO_DEVICE, silence_wanted=False), notice_is_trouble=True))


def _preparing() -> QWidget:
    notice = "" if _MUSIC.current is None else preparing_notice(_MUSIC.current, 0.43)
    return _leads(playing=False, position_ms=0.0, notice=notice)


def _named(names: Sequence[tuple[str, str]], host: str = "Ana") -> QWidget:
    tracks = [(*names[place % len(names)], duration_ms) for place, (_, _, duration_ms) in enumerate(TRACKS[:8])]
    return _window(in_session(music(tracks, names[0][0]), Following("session", host)))


SCENES = (
    Scene("now-playing", "empty", lambda: _window(PlayingFacts())),
    Scene("now-playing", "alone", lambda: _window(_MUSIC)),
    Scene("now-playing", "paused", lambda: _window(replace(_MUSIC, playing=False))),
    Scene("now-playing", "last-track", lambda: _window(replace(_MUSIC, can_next=False))),
    Scene("now-playing", "leading", _leads, for_docs="now-playing-leading"),
    Scene("now-playing", "leading-alone", lambda: _window(in_session(_MUSIC, WAITING))),
    Scene("now-playing", "following", lambda: _window(_FOLLOWING), for_docs="now-playing-following"),
    Scene("now-playing", "waiting", lambda: _following(pill(FOLLOWING, is_playing=False, drift_ms=None))),
    Scene("now-playing", "catching-up", lambda: _following(pill(FOLLOWING, drift_ms=45.0))),
    Scene("now-playing", "reconnecting", lambda: _following(pill(FOLLOWING, SocketState.RECONNECTING))),
    Scene("now-playing", "clock-lost", lambda: _following(pill(FOLLOWING, clock_uncertainty_ms=None))),
    Scene("now-playing", "preparing", _preparing),
    Scene("now-playing", "silent", _silent),
    Scene("now-playing", "refused", _refused),
    Scene("now-playing", "small", lambda: _window(_FOLLOWING), (1000, 640)),
    Scene("now-playing", "long-names", lambda: _named([(LONG_TITLE, LONG_ARTIST)], LONG_ARTIST), (1000, 640)),
    Scene("now-playing", "hostile", lambda: _named([(HOSTILE, ENDLESS)], HOSTILE)),
    Scene("now-playing", "japanese", lambda: _named([JAPANESE], JAPANESE[1])),
    Scene("now-playing", "rtl", lambda: _named([ARABIC, HEBREW], ARABIC[1]), right_to_left=True),
)
