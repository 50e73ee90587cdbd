"""Screens and view model, joined: states down, wishes up; nothing is decided here."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.desktop.screens import Screens
from ui.shell.main_window import MainWindow
from ui.shell.shortcuts import Action
from ui.theme.tokens import Tone
from ui.viewmodel.names import BROWSER_TOAST, RECOVERY_TOAST, REMOVED_TOAST

if TYPE_CHECKING:
    from ui.viewmodel.view_model import LockstepViewModel


class Sight(QObject):
    """Whether anybody can see the window: `changed(bool)`; hidden and minimised ones cost nothing."""

    changed = Signal(bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._seen = False
        window.installEventFilter(self)

    def look_now(self) -> None:
        """Tell how it stands: the window may have been shown before this was there."""
        self._seen = self._window.isVisible()
        self.changed.emit(self._seen)

    @property
    def seen(self) -> bool:
        """Return whether the window can be seen."""
        return self._seen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whenever the window is shown, hidden or minimised."""
        if event.type() in {QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange}:
            minimised = bool(self._window.windowState() & Qt.WindowState.WindowMinimized)
            seen = event.type() != QEvent.Type.Hide and self._window.isVisible() and not minimised
            if seen != self._seen:
                self._seen = seen
                self.changed.emit(seen)
        return super().eventFilter(watched, event)


def connect(window: MainWindow, screens: Screens, view_model: "LockstepViewModel") -> Sight:
    """Join everything; return what tells whether the window is seen."""
    _connect_music(window, screens, view_model)
    _connect_library(window, screens, view_model)
    _connect_sessions(window, screens, view_model)
    _connect_settings(screens, view_model)
    _connect_first_run(window, screens, view_model)
    return _connect_window(window, view_model)


def _connect_music(window: MainWindow, screens: Screens, view_model: "LockstepViewModel") -> None:
    playing, transport, bar, page = view_model.playing, view_model.transport, window.player_bar, screens.now_playing
    playing.now_playing_changed.connect(page.show_state)
    playing.player_bar_changed.connect(bar.show_state)
    for source in (bar, page):
        source.play_pause_requested.connect(transport.toggle_pause)
        source.next_requested.connect(transport.skip_next)
        source.previous_requested.connect(transport.skip_prev)
        source.seek_requested.connect(transport.seek)
        source.sync_panel_requested.connect(lambda: window.show_screen("sync_panel"))
    bar.volume_requested.connect(lambda percent: transport.set_volume(percent / 100))
    page.track_requested.connect(transport.play_track)
    page.session_close_requested.connect(view_model.end_runbuddy_session)
    page.library_requested.connect(lambda: window.show_screen("library"))
    view_model.sync_panel_changed.connect(screens.sync_panel.show_state)
    panel, context = screens.sync_panel, view_model.context
    panel.back_requested.connect(lambda: window.show_screen("now_playing"))
    panel.saved.connect(lambda path: context.toast("saved", "Saved", path))
    panel.save_failed.connect(lambda sentence: context.toast("saved", sentence, tone=Tone.ERROR))


def _connect_library(window: MainWindow, screens: Screens, view_model: "LockstepViewModel") -> None:
    library, page = view_model.library, screens.library
    library.page_changed.connect(page.show_state)
    page.playlist_opened.connect(view_model.playlist_detail.open)
    page.import_requested.connect(library.import_file)
    page.spotify_requested.connect(lambda: window.show_screen("spotify_playlists"))
    page.folder_requested.connect(screens.choose_folder)
    screens.folder_chosen.connect(library.add_folder)
    page.scan_requested.connect(library.scan)
    page.cancel_requested.connect(library.cancel)
    page.remove_requested.connect(library.remove)
    page.retry_requested.connect(library.open)
    detail, shown = view_model.playlist_detail, screens.playlist_detail
    detail.changed.connect(shown.show_state)
    shown.back_requested.connect(lambda: window.show_screen("library"))
    shown.play_requested.connect(detail.play)
    shown.track_play_requested.connect(detail.play)
    shown.lead_requested.connect(lambda: view_model.create_runbuddy_session(detail.playlist_id))
    shown.scan_requested.connect(library.scan)
    shown.cancel_requested.connect(library.cancel)
    shown.pair_requested.connect(detail.pair)
    shown.confirm_requested.connect(detail.confirm)
    shown.confirm_all_requested.connect(detail.confirm_all)
    shown.unpair_requested.connect(detail.unpair)
    shown.export_requested.connect(detail.export)
    shown.remove_requested.connect(detail.remove)
    shown.retry_requested.connect(detail.reload)
    spotify, there = view_model.spotify, screens.spotify_playlists
    spotify.changed.connect(there.show_state)
    there.back_requested.connect(lambda: window.show_screen("library"))
    there.add_requested.connect(spotify.add)
    there.sign_in_requested.connect(spotify.sign_in)
    there.sign_in_cancel_requested.connect(spotify.cancel_sign_in)
    there.refresh_requested.connect(spotify.refresh)
    there.cancel_requested.connect(spotify.cancel_adding)
    spotify.client_id_wanted.connect(screens.ask_for_client_id)
    screens.client_id_entered.connect(spotify.sign_in)


def _connect_sessions(window: MainWindow, screens: Screens, view_model: "LockstepViewModel") -> None:
    billboard, page = view_model.billboard, screens.billboard
    billboard.changed.connect(page.show_state)
    page.join_requested.connect(view_model.join_runbuddy_session)
    page.code_entered.connect(view_model.following.join_by_code)
    page.refresh_requested.connect(view_model.list_public_sessions)
    page.settings_requested.connect(lambda: window.show_screen("settings"))
    page.library_requested.connect(lambda: window.show_screen("library"))
    page.name_entered.connect(billboard.take_name)
    page.switch_on_requested.connect(lambda: view_model.settings.set_enabled(True))
    page.now_playing_requested.connect(lambda: window.show_screen("now_playing"))
    leading, waiting = view_model.leading, screens.lead_waiting
    leading.waiting_changed.connect(waiting.show_state)
    waiting.cancel_requested.connect(leading.cancel)
    waiting.retry_requested.connect(leading.retry)
    waiting.settings_requested.connect(lambda: window.show_screen("settings"))
    waiting.name_entered.connect(leading.take_name)
    following, joining = view_model.following, screens.joining
    following.code_looked_for.connect(lambda: billboard.show_code(busy=True))
    following.code_found.connect(billboard.show_code)
    following.code_refused.connect(lambda sentence: billboard.show_code(trouble=sentence))
    following.joining_changed.connect(joining.show_state)
    joining.cancel_requested.connect(following.cancel)
    joining.go_on_requested.connect(following.go_on)
    joining.retry_requested.connect(following.retry)
    joining.fix_requested.connect(following.fix)
    view_model.sidebar_changed.connect(window.show_sidebar_state)


def _connect_settings(screens: Screens, view_model: "LockstepViewModel") -> None:
    settings, page = view_model.settings, screens.settings
    settings.changed.connect(page.show_state)
    page.folder_chosen.connect(view_model.library.add_folder)
    page.rescan_requested.connect(view_model.library.scan)
    page.sign_in_requested.connect(view_model.spotify.sign_in)
    page.sign_in_cancel_requested.connect(view_model.spotify.cancel_sign_in)
    page.sign_out_requested.connect(view_model.spotify.sign_out)
    page.enabled_requested.connect(settings.set_enabled)
    page.server_requested.connect(settings.set_server)
    page.name_requested.connect(settings.set_name)
    page.ntp_server_requested.connect(settings.set_ntp_server)
    page.measure_requested.connect(settings.measure_clock)
    page.device_requested.connect(settings.set_device)
    page.engine_requested.connect(settings.set_engine)
    page.delay_requested.connect(settings.set_delay)
    page.click_requested.connect(settings.set_clicking)
    page.cache_size_requested.connect(settings.set_cache_bytes)
    page.clear_cache_requested.connect(settings.clear_cache)
    page.debug_requested.connect(settings.set_debug)
    page.log_folder_requested.connect(settings.open_log_folder)
    page.reset_requested.connect(settings.reset_confirmed)


def _connect_first_run(window: MainWindow, screens: Screens, view_model: "LockstepViewModel") -> None:
    first_run, page = view_model.first_run, screens.first_run
    first_run.changed.connect(page.show_state)
    page.folder_chosen.connect(view_model.library.add_folder)
    page.sign_in_requested.connect(view_model.spotify.sign_in)
    page.sign_in_cancel_requested.connect(view_model.spotify.cancel_sign_in)
    page.import_chosen.connect(view_model.library.import_files)
    page.server_requested.connect(view_model.settings.set_server)
    page.name_requested.connect(view_model.settings.set_name)
    page.next_requested.connect(first_run.go_on)
    page.back_requested.connect(first_run.go_back)
    page.finished.connect(first_run.finish)

    def open_app(screen: str) -> None:
        window.set_chrome_visible(True)
        window.show_screen(screen)

    first_run.done.connect(open_app)


def _connect_window(window: MainWindow, view_model: "LockstepViewModel") -> Sight:
    context, toasts = view_model.context, window.toasts
    context.screen_requested.connect(window.show_screen)
    context.screen_held.connect(window.hold_screen)
    context.screen_over.connect(window.forget_screen)
    context.toast_requested.connect(toasts.show_toast)
    context.toast_over.connect(toasts.dismiss)
    view_model.close_question_changed.connect(window.set_close_question)
    view_model.transport.quit_requested.connect(window.close)

    def on_toast_action(key: str) -> None:
        toasts.dismiss(key)
        if key == RECOVERY_TOAST:
            view_model.return_to_session()
        elif key == BROWSER_TOAST:
            QGuiApplication.clipboard().setText(view_model.spotify.page_address)
        elif key == REMOVED_TOAST:
            view_model.library.undo_removing()

    toasts.action_requested.connect(on_toast_action)
    sight = Sight(window)

    def look() -> None:
        shown = window.current_screen() if sight.seen else ""
        view_model.playing.set_visible(sight.seen, page=shown == "now_playing")
        view_model.library.set_visible(shown == "library")
        view_model.playlist_detail.set_visible(shown == "playlist_detail")
        view_model.billboard.set_visible(shown == "runbuddy")
        view_model.settings.set_visible(shown == "settings")
        view_model.first_run.set_visible(shown == "first_run")
        view_model.set_panel_visible(shown == "sync_panel")

    def on_screen(name: str) -> None:
        look()
        if name == "spotify_playlists":
            view_model.spotify.refresh()

    def on_shortcut(action: str) -> None:
        shown = window.current_screen()
        match action:
            case Action.REFRESH.value if shown == "runbuddy":
                view_model.list_public_sessions()
            case Action.REFRESH.value if shown == "spotify_playlists":
                view_model.spotify.refresh()
            case Action.REFRESH.value if shown in {"library", "playlist_detail"}:
                view_model.library.scan()
            case Action.BACK.value if shown in {"playlist_detail", "spotify_playlists"}:
                window.show_screen("library")
            case Action.BACK.value if shown == "sync_panel":
                window.show_screen("now_playing")
            case Action.SYNC_PANEL.value:
                window.show_screen("sync_panel")

    sight.changed.connect(lambda _seen: look())
    window.screen_shown.connect(on_screen)
    window.shortcut_used.connect(on_shortcut)
    return sight
