"""What becomes of a session between its check and the moment in which a person says yes to it."""

import contextlib
from dataclasses import replace

import pytest

from client.session_state import Idle
from tests.ui.desktop.test_faults_server import GONE, GoesAndComes
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until

FRAME, FRAME_BYTES = b"\xff\xfb", 417


@pytest.fixture
def doubtful(demo_pairing, tmp_path):
    """Return a pairing whose first file is half a second shorter than the leader's: joining asks before it goes on."""
    first, *others = demo_pairing.tracks
    music = first.file.read_bytes()
    begin = music.index(FRAME, len(music) // 2)
    end = music.index(FRAME, begin + 20 * FRAME_BYTES)
    other = tmp_path / first.file.name
    other.write_bytes(music[:begin] + music[end:])
    return replace(demo_pairing, tracks=(replace(first, file=other), *others))


def test_taken_ended_gone_or_expired_it_is_said_and_nobody_is_left_half_way(in_loop, tmp_path, demo_pairing, doubtful):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            place = GoesAndComes(tmp_path)
            stack.callback(place.goes)
            place.comes()

            async def open_(name, pairing=demo_pairing):
                person = await open_window(tmp_path, name, place.server, pairing)
                stack.push_async_callback(person.close)
                return person

            leader, quick, late = await open_("Ana"), await open_("Cem"), await open_("Ben", doubtful)
            joining = late.view_model.following

            async def asked(code):
                late.view_model.join_runbuddy_session(code)
                await until(lambda: late.can_press("Join all the same"), lambda: joining._state)

            async def says_yes_and_hears(sentence):
                late.press("Join all the same")
                await until(lambda: joining._state.trouble, lambda: joining._state)
                assert sentence in joining._state.trouble
                assert joining._state.what_to_do
                assert late.screen() == "joining"
                assert isinstance(late.state, Idle)
                assert late.toasts() == []

            code = await lead(leader, demo_pairing)
            await asked(code)
            await follow(quick, code)
            await says_yes_and_hears("Someone was faster")
            quick.press("Leave")
            await until(lambda: leader.state.follower is None)
            await asked(code)
            place.goes()
            await says_yes_and_hears(GONE)
            place.comes()
            await late.presses("Try again")
            await late.presses("Join all the same")
            await late.shows("now_playing")
            late.press("Leave")
            await until(lambda: isinstance(late.state, Idle))
            await asked(code)
            leader.press("End session")
            await until(lambda: isinstance(leader.state, Idle))
            await says_yes_and_hears("This session is over")
            await asked(await lead(leader, demo_pairing))
            place.goes()
            place.comes(idle_ttl_s=1.0)
            over = "The session is over: nothing happened in it for too long."
            await until(lambda: over in leader.toasts(), leader.toasts)
            assert isinstance(leader.state, Idle)
            await says_yes_and_hears("This session is over")

    in_loop(main)
