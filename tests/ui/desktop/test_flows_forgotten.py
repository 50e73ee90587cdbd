"""The server's database is made anew while two people are at their windows: nobody has to sign in by hand."""

import contextlib

from client.session_state import Idle
from tests.server.harness import local_settings, running
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until

GONE = "The server does not know this session any more. Start or join another one."


def test_a_session_that_is_forgotten_is_said_and_the_next_one_begins_at_once(in_loop, tmp_path, demo_pairing):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            with running(local_settings(tmp_path / "first.db", ntp_port=0)) as server:
                leader = await open_window(tmp_path, "Ana", server, demo_pairing)
                stack.push_async_callback(leader.close)
                follower = await open_window(tmp_path, "Ben", server, demo_pairing)
                stack.push_async_callback(follower.close)
                await follow(follower, await lead(leader, demo_pairing))
                await until(lambda: follower.playback.playing)
            with running(local_settings(tmp_path / "second.db", port=server.port, ntp_port=server.ntp_port)):
                for person in (leader, follower):
                    await until(lambda person=person: isinstance(person.state, Idle), person.toasts)
                    await until(lambda person=person: GONE in person.toasts(), person.toasts)
                # The billboard, a new session and joining it, under the same names.
                await lead(leader, demo_pairing)
                follower.window.show_screen("runbuddy")
                await until(follower.app.screens.billboard._rows.rows)
                follower.app.screens.billboard.join_requested.emit(leader.state.session_id)
                await follower.shows("now_playing")
                await until(lambda: follower.playback.playing)
                assert follower.state.host_display_name == "Ana"
                assert leader.state.follower.display_name == "Ben"

    in_loop(main)
