"""Now Playing: alone, leading, following, in every state of the sync, and with names of every kind."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ui.screens.now_playing import NowPlaying, NowPlayingState
from ui.screens.now_playing_queue import QueueTrack
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, TRACKS
from ui.screenshots.scene import Scene
from ui.screenshots.window import FOLLOWING, IN_LOCKSTEP, LEADING, PLAYING, in_window
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import Tone
from ui.widgets.role_banner import RoleBannerState
from ui.widgets.sync_pill import SyncKind, SyncPillState

_QUEUE = tuple(QueueTrack(place, *track) for place, track in enumerate(TRACKS))
_MUSIC = NowPlayingState(
    title=TRACKS[0][0],
    artist=TRACKS[0][1],
    album="Harbour Lights",
    playing=True,
    position_ms=73_000,
    duration_ms=TRACKS[0][2],
    can_previous=False,
    queue_name="Sunday Kitchen",
    queue=_QUEUE,
    current=0,
)
_LEADING = replace(
    _MUSIC,
    banner=RoleBannerState(Tone.LEADING, "Leading RunBuddy with Ben", "End session"),
    sync=SyncPillState(SyncKind.LEADING, "Leading · Ben is ready", "Clock synced to ±3 ms · connected"),
)
_FOLLOWING = replace(
    _MUSIC,
    locked="Ana leads and has the controls",
    banner=RoleBannerState(Tone.FOLLOWING, "Following Ana", "Leave"),
    sync=IN_LOCKSTEP,
)


def _window(state: NowPlayingState, sidebar: SidebarState | None = None) -> QWidget:
    screen = NowPlaying()
    screen.show_state(state)
    player = PlayerBarState()
    if state.title:
        player = replace(
            PLAYING, title=state.title, artist=state.artist, playing=state.playing, locked=state.locked, sync=state.sync
        )
    return in_window(screen, Section.NOW_PLAYING, player=player, sidebar=sidebar)


def _following(kind: SyncKind, text: str, notice: str = "") -> QWidget:
    sync = SyncPillState(kind, text)
    return _window(replace(_FOLLOWING, sync=sync, notice=notice, notice_is_trouble=bool(notice)), FOLLOWING)


def _named(title: str, artist: str) -> NowPlayingState:
    named = tuple(replace(track, title=title, artist=artist) for track in _QUEUE[:5])
    return replace(_FOLLOWING, title=title, artist=artist, queue_name=title, queue=named)


SCENES = (
    Scene("now-playing", "empty", lambda: _window(NowPlayingState())),
    Scene("now-playing", "alone", lambda: _window(_MUSIC)),
    Scene("now-playing", "paused", lambda: _window(replace(_MUSIC, playing=False))),
    Scene("now-playing", "leading", lambda: _window(_LEADING, LEADING), for_docs="now-playing-leading"),
    Scene("now-playing", "following", lambda: _window(_FOLLOWING, FOLLOWING), for_docs="now-playing-following"),
    Scene("now-playing", "catching-up", lambda: _following(SyncKind.CATCHING_UP, "Catching up · 45 ms")),
    Scene("now-playing", "reconnecting", lambda: _following(SyncKind.RECONNECTING, "Reconnecting, playing on")),
    Scene(
        "now-playing",
        "clock-lost",
        lambda: _following(
            SyncKind.CLOCK_LOST,
            "Clock lost",
            "The time server does not answer. The music goes on by the last known time; check the network.",
        ),
    ),
    Scene(
        "now-playing",
        "preparing",
        lambda: _window(replace(_LEADING, playing=False, notice="Getting “Half Past Seven” ready: 43 %"), LEADING),
    ),
    Scene(
        "now-playing",
        "refused",
        lambda: _window(
            replace(
                _MUSIC,
                queue=(_QUEUE[0], replace(_QUEUE[1], trouble="The file is cut short; pair it again"), *_QUEUE[2:]),
                notice="“Half Past Seven” can't be played: the file is cut short. Pair it again in the library.",
                notice_is_trouble=True,
            )
        ),
    ),
    Scene("now-playing", "small", lambda: _window(_FOLLOWING, FOLLOWING), (1000, 640)),
    Scene("now-playing", "long-names", lambda: _window(_named(LONG_TITLE, LONG_ARTIST), FOLLOWING), (1000, 640)),
    Scene("now-playing", "hostile", lambda: _window(_named(HOSTILE, ENDLESS), FOLLOWING)),
    Scene("now-playing", "japanese", lambda: _window(_named(*JAPANESE), FOLLOWING)),
    Scene("now-playing", "rtl", lambda: _window(_named(*ARABIC), FOLLOWING), right_to_left=True),
)
