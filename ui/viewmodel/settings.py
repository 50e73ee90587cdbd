"""SettingsModel: what Settings shows, and what is done about it."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from audio.engine.device_choice import Device
from audio.engine.devices import output_devices
from audio.playback_events import PlaybackEvent, PlayingChanged, SoundChanged
from client.session_state import Idle, RunBuddySessionState
from ui.desktop.services import PCM_FOLDER
from ui.desktop.settings import Settings
from ui.screens.settings.licences import installed_licences, installed_version
from ui.screens.settings.state import AboutState, LibraryState, SettingsState
from ui.theme.tokens import Tone
from ui.viewmodel.click import Click
from ui.viewmodel.clock_choice import ClockChoice
from ui.viewmodel.context import Context
from ui.viewmodel.library import LibraryModel
from ui.viewmodel.server_check import ServerView
from ui.viewmodel.server_choice import ServerChoice
from ui.viewmodel.settings_states import device_choices, device_note, folders_words, size_words
from ui.viewmodel.spotify import SpotifyModel
from ui.viewmodel.troubles import trouble_of

_NO_DEVICE: Final = "Nothing sounds here, so nothing sounds late"
_IN_SESSION: Final = "Change this when the session is over"


class SettingsModel(QObject):
    """`changed(SettingsState)` for the page; `reset_confirmed` when everything is to begin anew."""

    changed = Signal(object)
    server_changed = Signal()
    reset_confirmed = Signal()

    def __init__(self, context: Context, library: LibraryModel, spotify: SpotifyModel) -> None:
        super().__init__()
        self._context = context
        self._library = library
        self._spotify = spotify
        self._state = SettingsState(about=AboutState(installed_version()))
        self._server = ServerChoice(context)
        self._server.changed.connect(self.server_changed)
        self._clock = ClockChoice(context)
        self._click = Click(context)
        for part in (self._server, self._clock, self._click):
            part.changed.connect(self._show_all)
        self._name_trouble = ""
        self._devices: tuple[Device, ...] = ()
        self._devices_trouble = ""
        self._heard: SoundChanged | None = None
        self._visible = False
        context.services.subscribe_playback(self._hear)
        context.settings_changed.connect(lambda _settings: self._show_all())
        library.changed.connect(self._show_all)
        spotify.account_changed.connect(lambda _view: self._show_all())

    @property
    def server(self) -> ServerView:
        """Return what is known of the server."""
        return self._server.view

    @property
    def name_trouble(self) -> str:
        """Return what is wrong with the name, "" when nothing is."""
        return self._name_trouble

    def show_first(self) -> None:
        """Show what is known before the page is seen, so that its lines are there when they are needed."""
        self._emit_all()

    def set_visible(self, visible: bool) -> None:
        """Look at devices, cache and server when the page is opened."""
        self._visible = visible
        if visible:
            self._show_all()
            self._context.start(self._look_around(), "look around")
        else:
            self._click.stop()

    def show_session(self, state: RunBuddySessionState) -> None:
        """Take in how the session stands: what it lives by can't be changed now."""
        in_session = not isinstance(state, Idle)
        if in_session:
            self._click.stop()
        self._state = replace(self._state, locked=_IN_SESSION if in_session else None)
        self._show_all()

    def set_enabled(self, enabled: bool) -> None:
        """Switch RunBuddy on or off."""
        self._change(enable_runbuddy=enabled)

    def set_server(self, address: str) -> None:
        """Use another session server, if there is one at that address."""
        self._server.set(address)

    def set_name(self, name: str) -> None:
        """Be called this by others, on servers that ask for a name."""
        self._name_trouble = "" if name.strip() else "Enter a name: others have to call you something."
        if name.strip():
            self._change(display_name=name.strip())
        self._show_all()

    def set_ntp_server(self, address: str) -> None:
        """Take the time from another server."""
        self._clock.set_server(address)

    def measure_clock(self) -> None:
        """Measure the clock again."""
        self._clock.measure()

    def set_device(self, name: str) -> None:
        """Play to another device; "" for the system's default."""
        self._change(sound_device=name or None)

    def set_engine(self, engine: str) -> None:
        """Play by another engine."""
        self._change(engine=engine)

    def set_delay(self, delay_ms: float) -> None:
        """Set how much later than it says the device is heard."""
        self._context.tasks.start(self._set_delay(delay_ms), "delay")

    def set_clicking(self, clicking: bool) -> None:
        """Click at every second, or stop."""
        self._click.start() if clicking else self._click.stop()

    def set_cache_bytes(self, size_bytes: int) -> None:
        """Keep so much decoded music."""
        self._change(cache_bytes=size_bytes)

    def clear_cache(self) -> None:
        """Delete the decoded music."""
        self._context.start(self._clear_cache(), "clear cache")

    def set_debug(self, debug: bool) -> None:
        """Write more into the log, or less."""
        self._change(debug=debug)

    def open_log_folder(self) -> None:
        """Show the log folder in the system's file manager; where there is none, say where it is."""
        folder = self._context.services.data_dir
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._context.toast(
                "log folder", "No program opens folders here", f"The log is in {folder}.", tone=Tone.WARNING
            )

    def _change(self, **changes: object) -> None:
        self._context.tasks.start(self._context.change(**changes), "settings", finishes=True)

    async def _set_delay(self, delay_ms: float) -> None:
        trouble = ""
        try:
            await self._context.services.playback.output.set_output_delay(delay_ms)
        except Exception as error:  # noqa: BLE001 - the form says it
            self._context.log_unexpected(error)
            trouble = trouble_of(error).text
        self._state = replace(self._state, sound=replace(self._state.sound, delay_trouble=trouble))
        self._show_all()

    def _hear(self, event: PlaybackEvent) -> None:
        """Take in what the player tells: what is played to, and that music and click exclude one another."""
        match event:
            case SoundChanged():
                self._heard = event
                self._click.take_player()
                self._show_all()
            case PlayingChanged():
                if event.playing:
                    self._click.stop()
                self._show_all()

    async def _clear_cache(self) -> None:
        await self._context.services.clear_cache()
        await self._weigh_cache()

    async def _look_around(self) -> None:
        try:
            self._devices, self._devices_trouble = tuple(await output_devices()), ""
        except Exception as error:  # noqa: BLE001 - the form says it
            self._context.log_unexpected(error)
            self._devices, self._devices_trouble = (), trouble_of(error).text
        self._show_all()
        if not self._state.about.licences:
            licences = await asyncio.to_thread(installed_licences)
            self._state = replace(self._state, about=replace(self._state.about, licences=licences))
        await self._weigh_cache()
        await self._server.look()

    async def _weigh_cache(self) -> None:
        size_bytes = await asyncio.to_thread(_size_of, self._context.services.data_dir / PCM_FOLDER)
        self._state = replace(self._state, storage=replace(self._state.storage, cache_note=size_words(size_bytes)))
        self._show_all()

    def _show_all(self) -> None:
        if self._visible:
            self._emit_all()

    def _emit_all(self) -> None:
        settings, view, server = self._context.settings, self._spotify.view, self._server.view
        progress = self._library.progress
        self._state = replace(
            self._state,
            library=LibraryState(
                folder=folders_words(self._library.folders) if self._library.is_open else None,
                files=self._library.files_note,
                scan="" if progress is None else progress.detail or progress.text,
                account_phase=view.phase,
                account=view.name,
                account_trouble=view.trouble,
            ),
            runbuddy=replace(
                self._state.runbuddy,
                enabled=settings.enable_runbuddy,
                server=server.address,
                server_checking=server.checking,
                server_note=server.note,
                server_trouble=server.trouble,
                # Whoever has a name has needed it; until the server has answered it does again.
                asks_name=server.asks_name or (not server.note and not server.trouble and bool(settings.display_name)),
                name=settings.display_name,
                name_trouble=self._name_trouble,
            ),
            clock=self._clock.state(),
            storage=replace(self._state.storage, cache_bytes=settings.cache_bytes, debug=settings.debug),
        )
        self._show_sound(settings)
        self.changed.emit(self._state)

    def _show_sound(self, settings: Settings) -> None:
        services = self._context.services
        profile = services.playback.output.profile if services.has_sound else None
        note, trouble = device_note(self._heard)
        sound = replace(
            self._state.sound,
            devices=device_choices(self._devices, settings.sound_device, known=bool(self._devices)),
            device=settings.sound_device or "",
            device_note=note,
            device_trouble=self._devices_trouble or trouble,
            engine=settings.engine,
            delay_locked=None if profile is not None else _NO_DEVICE if services.has_sound else "One moment",
            delay_ms=0.0 if profile is None else profile.output_delay_ms,
            clicking=self._click.running,
            click_note=self._click.note,
            click_locked=self._click.why_locked(in_session=self._state.locked is not None),
        )
        self._state = replace(self._state, sound=sound)


def _size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder have."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        return total
    return total
