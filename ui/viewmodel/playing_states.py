"""Now Playing, the player bar and the media keys, all from one set of facts (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QImage

from audio.playback_events import SoundChanged
from audio.queue import QueueItem
from client.session_state import Idle, RunBuddySessionState
from ui.desktop.errors import as_sentence
from ui.desktop.media_keys import PlayerFacts
from ui.screens.now_playing import NowPlayingState
from ui.screens.now_playing_queue import QueueTrack
from ui.shell.player_bar import PlayerBarState
from ui.viewmodel.session_states import banner, lock_reason
from ui.widgets.sync_pill import SyncPillState


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a track beyond the queue's own words."""

    album: str = ""
    cover: QImage | None = None
    cover_file: Path | None = None


@dataclass(frozen=True, slots=True)
class PlayingFacts:
    """What is played and by whom it is decided.

    `queue` is what the screens list, in order; `refused` says why a track can't be played, by playlist position.
    `can_next` and `can_previous` are the queue's own answer. `notice` is a sentence on the music.
    """

    queue_name: str = ""
    queue: tuple[QueueTrack, ...] = ()
    current: QueueItem | None = None
    playing: bool = False
    position_ms: float = 0.0
    duration_ms: float | None = None
    can_next: bool = False
    can_previous: bool = False
    volume_percent: float = 100.0
    details: Details = field(default_factory=Details)
    notice: str = ""
    notice_is_trouble: bool = False
    session: RunBuddySessionState = field(default_factory=Idle)
    sync: SyncPillState | None = None


def queue_tracks(
    items: Mapping[int, QueueItem], durations_ms: Mapping[int, int | None], refused: Mapping[int, str]
) -> tuple[QueueTrack, ...]:
    """Return the queue's rows in playlist order."""
    return tuple(
        QueueTrack(place, item.title, item.artist, durations_ms.get(place), refused.get(place, ""))
        for place, item in sorted(items.items())
    )


def preparing_notice(item: QueueItem, fraction: float | None) -> str:
    """Return the sentence on a track that is waited for; "" when it is ready."""
    if fraction == 1.0:
        return ""
    return f"Preparing {item.label}{'' if fraction is None else f' · {fraction:.0%}'}"


def sound_notice(event: SoundChanged, *, silence_wanted: bool) -> str:
    """Return what a person is told of the sound; "" while all is as it was asked for."""
    if not event.reason or (event.silent and silence_wanted):
        return ""
    return as_sentence(f"nothing is heard: {event.reason}" if event.silent else event.reason)


def now_playing_state(facts: PlayingFacts) -> NowPlayingState:
    """Return what the screen shows."""
    item = facts.current
    return NowPlayingState(
        title="" if item is None else item.title or item.file.stem,
        artist="" if item is None else item.artist,
        album=facts.details.album,
        cover=facts.details.cover,
        playing=facts.playing,
        position_ms=round(facts.position_ms),
        duration_ms=round(facts.duration_ms or 0.0),
        can_next=facts.can_next,
        can_previous=facts.can_previous,
        queue_name=facts.queue_name,
        queue=facts.queue,
        current=None if item is None else item.playlist_position,
        locked=lock_reason(facts.session),
        notice=facts.notice,
        notice_is_trouble=facts.notice_is_trouble,
        banner=banner(facts.session),
        sync=facts.sync,
    )


def player_bar_state(facts: PlayingFacts) -> PlayerBarState:
    """Return what the bar shows; its volume is always this person's own."""
    item = facts.current
    return PlayerBarState(
        title="" if item is None else item.title or item.file.stem,
        artist="" if item is None else item.artist,
        cover=facts.details.cover,
        playing=facts.playing,
        position_ms=round(facts.position_ms),
        duration_ms=round(facts.duration_ms or 0.0),
        volume_percent=round(facts.volume_percent),
        can_next=facts.can_next,
        can_previous=facts.can_previous,
        locked=lock_reason(facts.session),
        sync=facts.sync,
    )


def player_facts(facts: PlayingFacts) -> PlayerFacts:
    """Return what the desktop is told; for a follower nothing can be controlled."""
    item, details = facts.current, facts.details
    return PlayerFacts(
        track=None if item is None else item.playlist_position,
        title="" if item is None else item.title or item.file.stem,
        artists=() if item is None or not item.artist else (item.artist,),
        album=details.album,
        cover_url=None if details.cover_file is None else details.cover_file.as_uri(),
        duration_ms=facts.duration_ms,
        playing=facts.playing,
        can_control=lock_reason(facts.session) is None,
        can_go_next=facts.can_next,
        can_go_previous=facts.can_previous,
        volume=facts.volume_percent / 100,
    )
