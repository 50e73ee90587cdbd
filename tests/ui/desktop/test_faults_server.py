"""The server is gone at each step on the way, and back: a person is told, waits or tries again, and gets on."""

import contextlib

from PySide6.QtCore import Qt

from client.playlist.json_file import playlist_of
from client.session_state import Idle, Leading
from tests.server.harness import local_settings, running
from tests.ui.desktop.test_flows import lead
from tests.ui.desktop.windows import Person, open_window, until
from ui.desktop.app import App, AppOptions

GONE = "can't be reached"


class GoesAndComes:
    """A server at one address, with one database: stopped and started like a machine that is carried around."""

    def __init__(self, folder):
        self._settings = {"database": folder / "server.db", "ntp_port": 0, "leader_grace_s": 30.0}
        self._running = contextlib.ExitStack()
        self.server = None

    def comes(self, **changes):
        self.server = self._running.enter_context(running(local_settings(**(self._settings | changes))))
        self._settings |= {"port": self.server.port, "ntp_port": self.server.ntp_port}

    def goes(self):
        self._running.close()


async def first_run(folder, place, pairing):
    """Go through a first run whose last step finds no server at first; return the window."""
    overrides = {"sound_device": "none", "ntp_server": f"127.0.0.1:{place.server.ntp_port}"}
    app = App(AppOptions(folder, overrides))
    person = Person(app, await app.open())
    await person.view_model.library.save(playlist_of(pairing))
    await person.presses("Skip")
    await person.presses("Continue")
    page, server = app.screens.first_run, lambda: person.view_model.settings.server
    page.server_requested.emit(place.server.base_url)
    await until(lambda: GONE in server().trouble, server)
    place.comes()
    page.server_requested.emit(place.server.base_url)
    await until(lambda: server().asks_name and not server().trouble, server)
    page.name_requested.emit("Ben")
    await person.presses("Continue")
    await person.presses("Open Lockstep")
    await person.shows("library")
    return person


def test_from_the_first_run_to_the_music_and_after_it(in_loop, tmp_path, demo_pairing):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            place = GoesAndComes(tmp_path)
            stack.callback(place.goes)
            place.comes()
            leader = await open_window(tmp_path, "Ana", place.server, demo_pairing)
            stack.push_async_callback(leader.close)
            place.goes()
            follower = await first_run(tmp_path / "Ben", place, demo_pairing)
            stack.push_async_callback(follower.close)
            await lead(leader, demo_pairing)
            follower.window.show_screen("runbuddy")
            billboard, joining = follower.app.screens.billboard, follower.view_model.following
            await until(billboard._rows.rows)
            place.goes()
            # On the billboard what was known stands there, and that it is out of date.
            await follower.key(Qt.Key.Key_F5)
            await until(lambda: GONE in billboard._state.trouble, lambda: billboard._state)
            assert billboard._rows.rows()
            # A leader that waits
            await until(lambda: leader.view_model.session.sync.text == "Reconnecting")
            assert leader.screen() == "lead_waiting"
            # Joining
            billboard.join_requested.emit(leader.state.session_id)
            await until(lambda: GONE in joining._state.trouble, lambda: joining._state)
            place.comes()
            await until(lambda: leader.view_model.session.sync.text.startswith("Leading"), leader.toasts)
            await follower.presses("Try again")
            await follower.shows("now_playing")
            # In the session
            await until(lambda: follower.playback.playing)
            place.goes()
            await until(lambda: follower.view_model.session.sync.text == "Reconnecting, playing on", follower.toasts)
            # Ended and left on both sides, though nobody can be told
            leader.press("End session")
            follower.press("Leave")
            for person in (leader, follower):
                await until(lambda person=person: isinstance(person.state, Idle), person.toasts)
            # Leading
            leader.view_model.create_runbuddy_session(demo_pairing.playlist_id)
            waiting = leader.view_model.leading
            await until(
                lambda: waiting._trouble is not None and GONE in waiting._trouble.text + waiting._trouble.what_to_do
            )
            place.comes()
            await leader.presses("Try again")
            await until(lambda: isinstance(leader.state, Leading), leader.toasts)

    in_loop(main)
