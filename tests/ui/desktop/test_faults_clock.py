"""The time server that both windows measure against goes away in mid-session, and comes back."""

import contextlib

from client.session_state import Following, Idle, Leading
from tests.server.harness import local_settings, running
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until
from ui.viewmodel.sync_words import IN_LOCKSTEP_MS


def test_a_time_server_that_stops_is_said_and_the_music_goes_on_until_it_is_back(
    in_loop, tmp_path, server, demo_pairing
):
    def telling_the_time(port=0):
        return running(local_settings(tmp_path / "hours.db", ntp_port=port))

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            people = []
            with telling_the_time() as hours:
                asked = f"127.0.0.1:{hours.ntp_port}"
                for name in ("Ana", "Ben"):
                    person = await open_window(tmp_path, name, server, demo_pairing, ntp_server=asked)
                    stack.push_async_callback(person.close)
                    people.append(person)
                leader, follower = people
                await follow(follower, await lead(leader, demo_pairing))
                await until(lambda: pill(follower).startswith("In lockstep"), lambda: pill(follower))
                assert pill(leader).startswith("Leading · clock ±")
            for person in people:
                await until(lambda person=person: pill(person) == "Clock lost", lambda person=person: pill(person))
                detail = person.view_model.session.sync.detail
                assert "going on by its last reading ±" in detail
                assert f"the NTP server at 127.0.0.1 port {hours.ntp_port} can't be reached" in detail
                heard_ms = person.playback.place[1]
                await until(lambda person=person, heard_ms=heard_ms: person.playback.place[1] > heard_ms + 200)
            assert isinstance(leader.state, Leading)
            assert isinstance(follower.state, Following)
            # They know the time as well as ever, and nobody hears a difference.
            session = follower.view_model.session
            await until(lambda: abs(session.report.drift_ms) < IN_LOCKSTEP_MS, lambda: session.report)
            # But nobody comes into a session without having asked: who is not in one yet is refused.
            follower.press("Leave")
            await until(lambda: isinstance(follower.state, Idle))
            follower.view_model.join_runbuddy_session(leader.state.join_code)
            joining = follower.view_model.following
            await until(lambda: joining._state.trouble, lambda: joining._state)
            assert joining._state.trouble == "Clock sync failed"
            with telling_the_time(hours.ntp_port):
                await follower.presses("Try again")
                await follower.shows("now_playing")
                await until(lambda: pill(follower).startswith("In lockstep"), lambda: pill(follower))
                await until(lambda: pill(leader).startswith("Leading · clock ±"), lambda: pill(leader))

    in_loop(main)


def pill(person):
    """Return what the window's pill says."""
    return person.app.screens.now_playing._pill.accessibleName().removeprefix("Sync: ")
