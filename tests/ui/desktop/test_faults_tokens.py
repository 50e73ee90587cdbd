"""Spotify's tokens run out, and are taken back, while two people are signed in by them."""

import contextlib
import threading

import httpx
from PySide6.QtCore import Qt

from client.playlist.json_file import playlist_of
from client.session_state import Following, Idle
from protocol.rest import AccountsMode
from server.spotify_stand_in.faults import Fault, FaultKind
from server.spotify_stand_in.library import DEMO_PLAYLIST
from server.spotify_stand_in.running import stand_in
from server.spotify_stand_in.state import StandInState
from tests.server.harness import local_settings, running
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import Person, until
from ui.desktop.app import App, AppOptions
from ui.screens.settings.state import AccountPhase

CLIENT_ID = "0123456789abcdef0123456789abcdef"


def browse(url):
    """Open a page as a browser does: beside the app, following where it is sent."""
    threading.Thread(
        target=httpx.get, args=(url,), kwargs={"follow_redirects": True, "verify": False}, daemon=True
    ).start()
    return True


async def sign_in(person):
    spotify = person.view_model.spotify
    spotify.sign_in(CLIENT_ID)
    await until(lambda: spotify.view.phase is AccountPhase.SIGNED_IN, lambda: (spotify.view, person.toasts()))


def test_what_runs_out_is_renewed_unseen_and_what_is_taken_back_is_asked_for(in_loop, tmp_path, demo_pairing):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            spotify = stack.enter_context(stand_in(StandInState()))
            of_spotify = {"accounts": AccountsMode.SPOTIFY, "spotify_base_url": spotify.url, "spotify_cache_s": 0.0}
            settings = {"database": tmp_path / "server.db", "ntp_port": 0, "token_ttl_s": 1.0, **of_spotify}
            first = stack.enter_context(contextlib.ExitStack())
            server = first.enter_context(running(local_settings(**settings)))

            async def open_(name):
                overrides = {"server": server.base_url, "ntp_server": f"127.0.0.1:{server.ntp_port}"}
                overrides |= {"sound_device": "none", "first_run_done": True}
                app = App(AppOptions(tmp_path / name, overrides, spotify.url))
                person = Person(app, await app.open(browse))
                stack.push_async_callback(person.close)
                await until(lambda: person.view_model.context.services.has_sound)
                spotify.state.signs_in = name
                await sign_in(person)
                return person

            leader, follower = await open_("ann"), await open_("ben")
            authority, faults = spotify.state.authority, spotify.state.faults
            # While a playlist is read
            for person in (leader, follower):
                faults.add(Fault(path=f"/v1/playlists/{DEMO_PLAYLIST}", kind=FaultKind.UNAUTHORIZED))
                person.view_model.spotify.add(DEMO_PLAYLIST)
                await until(lambda person=person: person.view_model.library.summaries, person.toasts)
            for person in (leader, follower):
                await person.view_model.library.save(playlist_of(demo_pairing))
            # Before a session is created, before it is joined, and in it: the server's own token is too old, too
            authority.expire_access_tokens()
            code = await lead(leader, demo_pairing)
            authority.expire_access_tokens()
            await follow(follower, code)
            await until(lambda: follower.playback.playing)
            first.close()
            authority.expire_access_tokens()
            again = local_settings(**settings | {"port": server.port, "ntp_port": server.ntp_port})
            stack.enter_context(running(again))
            session = follower.view_model.session
            await until(lambda: session.sync.text.startswith("In lockstep"), follower.toasts)
            # Taken back: a session that runs goes on, and whatever is asked of the server next wants a person
            authority.revoke_all()
            follower.window.show_screen("spotify_playlists")
            await until(lambda: follower.app.screens.spotify_playlists._state.signed_in_as == "", follower.toasts)
            assert isinstance(follower.state, Following)
            leader.press("End session")
            for person in (leader, follower):
                person.view_model.end_runbuddy_session()
                await until(lambda person=person: isinstance(person.state, Idle), person.toasts)
            leader.view_model.create_runbuddy_session(demo_pairing.playlist_id)
            await leader.presses("Open Settings")
            await leader.shows("settings")
            assert leader.view_model.spotify.view.phase is AccountPhase.SIGNED_OUT
            follower.window.show_screen("runbuddy")
            page = follower.app.screens.billboard
            await until(lambda: page._state.trouble == "You are not signed in to Spotify", lambda: page._state)
            for name, person in (("ann", leader), ("ben", follower)):
                spotify.state.signs_in = name
                await sign_in(person)
            await lead(leader, demo_pairing)
            await follower.key(Qt.Key.Key_F5)
            await until(page._rows.rows, lambda: page._state)

    in_loop(main)
