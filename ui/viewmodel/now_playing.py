"""PlayingModel: what is played, for Now Playing, the player bar and the media keys."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from audio.playback_events import (
    PlaybackEvent,
    PlayingChanged,
    QueueFinished,
    SoundChanged,
    TrackAccepted,
    TrackDamaged,
    TrackPreparing,
    TrackRefused,
    TrackStarted,
)
from audio.queue import QueueItem
from client.session_state import RunBuddySessionState
from ui.desktop.media_keys import PlayerFacts
from ui.screens.now_playing_queue import QueueTrack
from ui.theme.tokens import Tone
from ui.viewmodel.context import Context
from ui.viewmodel.covers import Covers
from ui.viewmodel.playing_states import (
    Details,
    PlayingFacts,
    now_playing_state,
    player_bar_state,
    player_facts,
    preparing_notice,
    queue_tracks,
    sound_notice,
)
from ui.widgets.sync_pill import SyncPillState

#: How often the position is drawn while it moves and somebody can see it.
POSITION_INTERVAL_MS: Final = 200


class PlayingModel(QObject):
    """Turn playback events into states.

    `now_playing_changed(NowPlayingState)`, `player_bar_changed(PlayerBarState)`; `media_changed(PlayerFacts)` without
    the position, which media keys ask for themselves; `finished` when the queue is over.
    """

    now_playing_changed = Signal(object)
    player_bar_changed = Signal(object)
    media_changed = Signal(object)
    position_jumped = Signal(float)
    finished = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._covers = Covers(context.services.data_dir)
        self._items: dict[int, QueueItem] = {}
        self._durations_ms: dict[int, int | None] = {}
        self._refused: dict[int, str] = {}
        self._facts = PlayingFacts(volume_percent=context.settings.volume_percent)
        self._visible = self._page_visible = False
        self._ticker = QTimer(self, interval=POSITION_INTERVAL_MS)
        self._ticker.timeout.connect(self._tick)
        # However many events come at once, the screens get one state.
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._tell_now)
        self._media_told: PlayerFacts | None = None
        #: What is wrong with the sound, as long as it is: it takes the place of every notice that has had its time.
        self._sound_trouble = ""
        context.services.subscribe_playback(self._hear)

    @property
    def facts(self) -> PlayingFacts:
        """Return all that is known."""
        return self._facts

    @property
    def media(self) -> PlayerFacts:
        """Return what the desktop is told."""
        return player_facts(self._facts)

    def load(self, name: str, items: Sequence[QueueItem], durations_ms: Mapping[int, int | None]) -> None:
        """Replace the queue; the music stops. Errors: NotNowError while the sound is not open."""
        self._context.services.set_queue(items)
        self._items = {item.playlist_position: item for item in items}
        self._durations_ms, self._refused = dict(durations_ms), {}
        self._facts = replace(
            self._without_notice(PlayingFacts(volume_percent=self._facts.volume_percent)),
            queue_name=name,
            queue=self._rows(),
            session=self._facts.session,
            sync=self._facts.sync,
        )
        self._tell()

    def set_visible(self, visible: bool, *, page: bool) -> None:
        """Say whether anybody can see the player bar, and the page: a hidden window costs nothing."""
        page_appears = visible and page and not self._page_visible
        self._visible, self._page_visible = visible, visible and page
        self._tick_if_needed()
        if page_appears:
            # At once: it would else be drawn as it was when somebody last looked.
            self._read_player()
            self._tell_now()
        elif visible:
            self._tick()

    def show_ahead(self) -> None:
        """Bring the page up to date before it is seen: both in one turn of the event loop would stop it."""
        self._read_player()
        self.now_playing_changed.emit(now_playing_state(self._facts))

    def show_session(self, state: RunBuddySessionState) -> None:
        """Take in how the session stands."""
        self._change(session=state)

    def show_sync(self, pill: SyncPillState | None) -> None:
        """Take in how the lockstep stands."""
        self._change(sync=pill)

    def show_volume(self, percent: float) -> None:
        """Take in the volume."""
        self._change(volume_percent=percent)

    def refresh(self) -> None:
        """Read from the player what it does not tell: the place after a seek."""
        self._read_player()
        self._tell()
        self.position_jumped.emit(self._facts.position_ms)

    def look_again(self) -> None:
        """Read where the music stands: a leader may move it while it is paused, of which no event tells."""
        if self._facts.playing:
            return
        before = self._facts
        self._read_player()
        if self._facts != before:
            self._tell()
            if self._facts.position_ms != before.position_ms:
                self.position_jumped.emit(self._facts.position_ms)

    def _hear(self, event: PlaybackEvent) -> None:
        match event:
            case TrackStarted(item):
                self._on_track(item)
            case PlayingChanged(playing):
                if playing or not self._facts.notice_is_trouble:
                    # A queue that comes to a halt at what can't be played says so for as long as it stands.
                    self._facts = self._without_notice(self._facts)
                self._read_player()
                self._tell()
            case TrackRefused(item, message):
                self._refused[item.playlist_position] = message
                self._change(queue=self._rows(), notice=f"{message}.", notice_is_trouble=True)
            case TrackAccepted(item):
                self._refused.pop(item.playlist_position, None)
                self._facts = replace(self._facts, queue=self._rows())
                self._show_notice("")
            case TrackDamaged(_, message):
                self._change(notice=f"{message}.", notice_is_trouble=True)
            case TrackPreparing(item, fraction):
                self._show_notice(preparing_notice(item, fraction))
            case SoundChanged():
                self._on_sound(event)
            case QueueFinished():
                self._read_player()
                self._tell()
                self.finished.emit()

    def _on_track(self, item: QueueItem) -> None:
        same_file = self._facts.current is not None and self._facts.current.file == item.file
        details = self._facts.details if same_file else Details()
        self._facts = self._without_notice(replace(self._facts, current=item, details=details))
        self._read_player()
        self._tell()
        if not same_file:
            self._context.tasks.start(self._load_details(item), "cover")

    async def _load_details(self, item: QueueItem) -> None:
        details = await self._covers.details(item.file)
        if self._facts.current is not None and self._facts.current.file == item.file:
            self._change(details=details)

    def _on_sound(self, event: SoundChanged) -> None:
        before = self._sound_trouble
        self._sound_trouble = sound_notice(event, silence_wanted=self._context.settings.sound_device == "none")
        if self._sound_trouble or self._facts.notice_is_trouble:
            self._show_notice("")
        if self._sound_trouble and self._sound_trouble != before and not self._page_visible:
            # Whoever looks at another page hears that the music is gone, and not why.
            self._context.toast("sound", self._sound_trouble, tone=Tone.WARNING)

    def _show_notice(self, notice: str) -> None:
        if notice:
            self._change(notice=notice, notice_is_trouble=False)
        else:
            self._facts = self._without_notice(self._facts)
            self._tell()

    def _without_notice(self, facts: PlayingFacts) -> PlayingFacts:
        return replace(facts, notice=self._sound_trouble, notice_is_trouble=bool(self._sound_trouble))

    def _read_player(self) -> None:
        services = self._context.services
        if not services.has_sound:
            return
        playback = services.playback
        item, place, queue = playback.current, playback.place, playback.queue
        position_ms = 0.0
        if place is not None and item is not None:
            # For a moment the next track is heard, and not yet told.
            position_ms = place[1] if place[0] == item.playlist_position else self._facts.position_ms
        exact_ms = None if item is None else playback.track_duration_ms(item.playlist_position)
        listed_ms = None if item is None else self._durations_ms.get(item.playlist_position)
        duration_ms = listed_ms if exact_ms is None else exact_ms
        at = item or queue.first()
        self._facts = replace(
            self._facts,
            current=item,
            playing=playback.playing,
            position_ms=position_ms if duration_ms is None else min(position_ms, duration_ms),
            duration_ms=duration_ms,
            can_next=at is not None and queue.after(at.playlist_position) is not None,
            can_previous=item is not None,
        )

    def _rows(self) -> tuple[QueueTrack, ...]:
        return queue_tracks(self._items, self._durations_ms, self._refused)

    def _change(self, **changes: object) -> None:
        self._facts = replace(self._facts, **changes)  # type: ignore[arg-type]
        self._tell()

    def _tick(self) -> None:
        self._read_player()
        self._tell()

    def _tick_if_needed(self) -> None:
        wanted = self._visible and self._facts.playing
        if wanted != self._ticker.isActive():
            self._ticker.start() if wanted else self._ticker.stop()

    def _tell(self) -> None:
        self._tick_if_needed()
        self._soon.start()

    def _tell_now(self) -> None:
        if self._visible:
            self.player_bar_changed.emit(player_bar_state(self._facts))
        if self._page_visible:
            self.now_playing_changed.emit(now_playing_state(self._facts))
        media = player_facts(self._facts)
        if media != self._media_told:
            self._media_told = media
            self.media_changed.emit(media)
