"""The first start, step by step, with a real server and a stand-in for Spotify; and the settings behind it."""

import asyncio
import socket
import threading

import httpx
import pytest
from PySide6.QtGui import QDesktopServices

from server.spotify_stand_in.running import stand_in
from server.spotify_stand_in.state import StandInState
from tests.ui.desktop.conftest import DEMO
from tests.ui.desktop.windows import Person, open_window, until
from ui.desktop import app as app_module
from ui.desktop.app import PLACE_FILE, App, AppOptions
from ui.desktop.client_id_dialog import ClientIdDialog
from ui.desktop.settings import SettingsFile
from ui.desktop.single_instance import SingleInstance
from ui.screens.first_run.state import Step
from ui.screens.settings.state import AccountPhase
from ui.shell.window_place import WindowPlace, save_place

CLIENT_ID = "0123456789abcdef0123456789abcdef"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def spotify():
    with stand_in(StandInState(signs_in="ann")) as running:
        yield running


@pytest.fixture
def browser():
    """Opens a page as a browser does: in a time of its own, following where it is sent."""
    threads = []

    def browse(url):
        thread = threading.Thread(target=httpx.get, args=(url,), kwargs={"follow_redirects": True, "verify": False})
        thread.start()
        threads.append(thread)
        return True

    yield browse
    for thread in threads:
        thread.join(10)


def test_from_nothing_to_a_library_an_account_and_a_server(in_loop, tmp_path, server, spotify, browser):
    async def scenario():
        overrides = {"sound_device": "none"}
        app = App(AppOptions(tmp_path, overrides, spotify.url))
        person = Person(app, await app.open(browser))
        first_run, page = person.view_model.first_run, app.screens.first_run
        assert person.screen() == "first_run"
        assert not person.window.sidebar.isVisible()
        page.folder_chosen.emit(str(DEMO))
        await until(lambda: person.view_model.library.files_note == "3 files", person.toasts)
        await person.presses("Continue")
        # Spotify wants a client id of the person's own.
        page.sign_in_requested.emit()
        await until(lambda: person.window.findChildren(ClientIdDialog))
        dialog = person.window.findChildren(ClientIdDialog)[0]
        dialog._field.setText(CLIENT_ID)
        dialog._go_on()
        await until(lambda: person.view_model.spotify.view.phase is AccountPhase.SIGNED_IN, person.toasts)
        page.import_chosen.emit([str(DEMO / "pairing.json")])
        await until(lambda: person.view_model.library.summaries, person.toasts)
        await person.presses("Continue")
        assert first_run._step is Step.SERVER
        page.server_requested.emit(server.base_url)
        await until(lambda: person.view_model.settings.server.asks_name, lambda: person.view_model.settings.server)
        page.name_requested.emit("Ann")
        await person.presses("Continue")
        await person.presses("Open Lockstep")
        await person.shows("library")
        assert person.window.sidebar.isVisible()
        await until(lambda: not person.view_model.context.tasks.running("first run"))
        await person.close()
        kept = SettingsFile(tmp_path).load().settings
        assert (kept.server, kept.display_name, kept.first_run_done) == (server.base_url, "Ann", True)
        assert kept.sound_device is None, "what the command line said was for that start"

    in_loop(scenario)


def test_a_name_of_the_command_line_that_was_gone_on_with_is_kept(in_loop, tmp_path, server):
    async def scenario():
        app = App(AppOptions(tmp_path, {"sound_device": "none", "server": server.base_url, "display_name": "Ann"}))
        person = Person(app, await app.open())
        for _ in range(2):
            await person.presses("Skip")
        await until(lambda: person.view_model.settings.server.asks_name, lambda: person.view_model.settings.server)
        await person.presses("Continue")
        await person.presses("Open Lockstep")
        await until(lambda: not person.view_model.context.tasks.running("settings"))
        await until(lambda: not person.view_model.context.tasks.running("first run"))
        await person.close()
        kept = SettingsFile(tmp_path).load().settings
        assert (kept.server, kept.display_name) == (server.base_url, "Ann")
        assert kept.sound_device is None, "what was not shown was for that start"

    in_loop(scenario)


def test_whoever_has_signed_in_and_chosen_none_chooses_among_the_playlists_there(in_loop, tmp_path, spotify, browser):
    async def scenario():
        app = App(AppOptions(tmp_path, {"sound_device": "none", "server": "http://127.0.0.1:1"}, spotify.url))
        person = Person(app, await app.open(browser))
        await person.presses("Skip")
        person.view_model.spotify.sign_in(CLIENT_ID)
        await until(lambda: person.view_model.spotify.view.phase is AccountPhase.SIGNED_IN, person.toasts)
        await person.presses("Continue")
        await person.presses("Skip")
        await person.presses("Open Lockstep")
        await person.shows("spotify_playlists")
        await person.close()

    in_loop(scenario)


def test_every_step_can_be_skipped_and_what_is_missing_is_asked_for_where_it_is_missed(in_loop, tmp_path):
    async def scenario():
        app = App(AppOptions(tmp_path, {"sound_device": "none", "server": "http://127.0.0.1:1"}))
        person = Person(app, await app.open())
        for _ in range(3):
            await person.presses("Skip")
        await person.presses("Open Lockstep")
        await person.shows("library")
        await until(lambda: person.can_press("Choose music folder"))
        await person.close()

    in_loop(scenario)


def test_the_section_that_was_left_is_the_first_that_is_seen(in_loop, tmp_path):
    save_place(tmp_path / PLACE_FILE, WindowPlace("", "settings"))

    async def scenario():
        app = App(AppOptions(tmp_path, {"sound_device": "none", "first_run_done": True, "server": NOBODY}))
        shown = [app.window.current_screen()]
        app.window.screen_shown.connect(shown.append)
        person = Person(app, await app.open())
        assert shown == ["settings"]
        await person.close()

    in_loop(scenario)


def test_a_first_run_that_was_left_is_the_first_that_is_seen_again(in_loop, tmp_path):
    async def scenario():
        for _ in range(2):
            app = App(AppOptions(tmp_path, {"sound_device": "none", "server": NOBODY}))
            person = Person(app, await app.open())
            assert person.screen() == "first_run"
            await person.close()

    in_loop(scenario)


def test_settings_are_in_force_at_once_and_kept(in_loop, tmp_path, server):
    async def scenario():
        app = App(AppOptions(tmp_path, {"sound_device": "none", "first_run_done": True}))
        person = Person(app, await app.open())
        page, model = app.screens.settings, person.view_model.settings
        await until(lambda: person.view_model.context.services.has_sound)
        person.window.show_screen("settings")
        page.server_requested.emit("no address")
        await until(lambda: model.server.trouble)
        assert "must look like http" in model.server.trouble
        page.server_requested.emit(f"{server.base_url}/")
        await until(lambda: model.server.note)
        page.ntp_server_requested.emit(f"127.0.0.1:{server.ntp_port}")
        await until(lambda: "Synced to" in model._state.clock.result, lambda: model._state.clock)
        page.name_requested.emit("  ")
        assert model.name_trouble
        page.name_requested.emit("Ann")
        page.enabled_requested.emit(False)
        page.cache_size_requested.emit(1024**3)
        page.debug_requested.emit(True)
        await until(lambda: person.view_model.context.settings.debug)
        await until(lambda: not person.view_model.context.tasks.running("settings"))
        assert person.view_model.context.services.settings.cache_bytes == 1024**3
        # Switched off, RunBuddy says so instead of asking anybody.
        person.window.show_screen("runbuddy")
        await until(lambda: "switched off" in person.app.screens.billboard._state.locked)
        page.debug_requested.emit(False)
        await until(lambda: not person.view_model.context.settings.debug)
        await until(lambda: not person.view_model.context.tasks.running("settings"))
        await person.close()
        kept = SettingsFile(tmp_path).load().settings
        assert (kept.display_name, kept.enable_runbuddy, kept.cache_bytes) == ("Ann", False, 1024**3)
        assert kept.ntp_server == f"127.0.0.1:{server.ntp_port}"

    in_loop(scenario)


def test_another_time_server_is_asked_at_once_while_the_former_is_silent(in_loop, tmp_path, server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))

        async def scenario():
            given = {"sound_device": "none", "first_run_done": True, "server": NOBODY}
            app = App(AppOptions(tmp_path, given | {"ntp_server": f"127.0.0.1:{silent.getsockname()[1]}"}))
            person = Person(app, await app.open())
            person.window.show_screen("settings")
            model, page = person.view_model.settings, app.screens.settings
            page.measure_requested.emit()
            await until(lambda: model._state.clock.measuring)
            page.ntp_server_requested.emit("256.1.1.1:99999")
            await until(lambda: model._state.clock.ntp_trouble, lambda: model._state.clock)
            assert model._state.clock.ntp_server == "256.1.1.1:99999", "it stays to be mended"
            page.ntp_server_requested.emit(f"127.0.0.1:{server.ntp_port}")
            await until(lambda: "Synced to" in model._state.clock.result, lambda: model._state.clock)
            assert not model._state.clock.ntp_trouble
            await person.close()

        in_loop(scenario)


def test_the_click_goes_on_with_another_player_and_makes_way_for_music(in_loop, tmp_path, server, demo_pairing):
    async def scenario():
        person = await open_window(tmp_path, "Ann", server, demo_pairing)
        person.window.show_screen("settings")
        model, page = person.view_model.settings, person.app.screens.settings
        page.click_requested.emit(True)
        await until(lambda: "Clicking" in model._state.sound.click_note, lambda: model._state.sound)
        before = person.playback
        page.engine_requested.emit("libvlc")
        await until(lambda: person.view_model.context.services.has_sound and person.playback is not before)
        await until(lambda: model._click._player is person.playback and "Clicking" in model._state.sound.click_note)
        person.view_model.playlist_detail.open(demo_pairing.playlist_id)
        await until(lambda: person.view_model.playlist_detail._lines)
        person.view_model.playlist_detail.play()
        await until(lambda: person.playback.playing, person.toasts)
        assert not model._click.running
        person.window.show_screen("settings")
        await until(lambda: model._state.sound.click_locked == "Pause the music first")
        person.view_model.transport.toggle_pause()
        await until(lambda: model._state.sound.click_locked is None, lambda: model._state.sound)
        await person.close()

    in_loop(scenario)


def test_where_no_program_opens_folders_it_is_said_where_the_log_is(in_loop, tmp_path, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)

    async def scenario():
        app = App(AppOptions(tmp_path, {"sound_device": "none", "first_run_done": True, "server": NOBODY}))
        person = Person(app, await app.open())
        app.screens.settings.log_folder_requested.emit()
        await until(lambda: "No program opens folders here" in person.toasts())
        await person.close()

    in_loop(scenario)


def test_after_a_reset_it_opens_as_at_the_first_start(in_loop, qapp, tmp_path, monkeypatch):
    SettingsFile(tmp_path).save(SettingsFile(tmp_path).load().settings.changed(first_run_done=True, display_name="Ann"))
    opened = []

    class Watched(App):
        async def open(self, browse=None):
            view_model = await super().open(browse)
            opened.append(self.window.current_screen())
            self.screens.settings.reset_requested.emit()
            return view_model

    monkeypatch.setattr(app_module, "App", Watched)

    async def scenario():
        instance = SingleInstance(tmp_path)
        assert instance.claim()
        code = await app_module._main(qapp, AppOptions(tmp_path, {"sound_device": "none"}), instance)
        instance.release()
        return code

    async def main():
        return await asyncio.wait_for(scenario(), 40)

    assert in_loop(main) == app_module.BEGIN_ANEW
    assert opened == ["library"]
