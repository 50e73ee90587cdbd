"""What goes wrong on the way, at the windows of leader and follower, with a real server."""

import contextlib
import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from client.session_state import Following, Idle, Leading
from tests.server.harness import local_settings, running
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until
from ui.desktop.recovery import FILE_NAME
from ui.screens.billboard_state import Instead
from ui.screens.joining import StepMark
from ui.widgets.name_question import NameQuestion
from ui.widgets.question import Question


@pytest.fixture
def impatient(tmp_path):
    """Return a server that takes whoever is away for a second for gone, and keeps the seat."""
    with running(local_settings(tmp_path / "impatient.db", ntp_port=0, leader_grace_s=1.0)) as server:
        yield server


def joining(person):
    return person.view_model.following._state


def test_a_crashed_leader_comes_back_into_its_session_on_next_start(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: follower.playback.playing)
        leader.view_model.transport.seek(20_000)
        session_id = leader.state.session_id
        await until(lambda: follower.view_model.playing.facts.position_ms > 20_000)
        await leader.crash()
        assert json.loads((leader.view_model.context.services.data_dir / FILE_NAME).read_text())["role"] == "leader"
        again = await open_("Ana")
        await until(lambda: "Your session with Ben was interrupted" in again.toasts(), again.toasts)
        again.press("Return to your session")
        await again.shows("now_playing")
        await until(lambda: again.playback.playing)
        assert isinstance(again.state, Leading)
        assert again.state.session_id == session_id
        assert isinstance(follower.state, Following)
        await until(lambda: again.playback.place[1] > 20_000)
        again.press("End session")
        await until(lambda: isinstance(follower.state, Idle))

    at_windows(scenario)


def test_a_crashed_follower_has_its_seat_on_next_start(at_windows, demo_pairing, impatient):
    async def scenario(open_):
        leader, follower = await open_("Ana", server=impatient), await open_("Ben", server=impatient)
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: follower.playback.playing)
        await follower.crash()
        await until(lambda: any("left" in text for text in leader.toasts()), leader.toasts)
        again = await open_("Ben", server=impatient)
        await until(lambda: any("was interrupted" in text for text in again.toasts()), again.toasts)
        again.press("Return to your session")
        await again.shows("now_playing")
        await until(lambda: again.playback.playing)
        assert isinstance(again.state, Following)
        # He is back, and nobody says any more that he left.
        await until(lambda: leader.toasts() == [], leader.toasts)
        # Ended politely, there is nothing to come back to.
        again.press("Leave")
        await until(lambda: isinstance(again.state, Idle))
        await again.view_model.context.recovery.flush()
        assert again.view_model.context.recovery.found() is None

    at_windows(scenario)


def test_who_comes_second_is_told_that_someone_was_faster(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower, late = await open_("Ana"), await open_("Ben"), await open_("Cem")
        code = await lead(leader, demo_pairing)
        await follow(follower, code)
        late.view_model.join_runbuddy_session(code)
        await late.shows("joining")
        await until(lambda: joining(late).trouble)
        assert joining(late).trouble == "Someone was faster"
        assert "Choose another one" in joining(late).what_to_do
        assert isinstance(late.state, Idle)
        late.press("Back to sessions")
        await late.shows("runbuddy")

    at_windows(scenario)


def test_what_is_missing_is_named_and_its_playlist_is_one_press_away(at_windows, demo_pairing):
    tracks = tuple(replace(it, file=None) if it.playlist_position == 1 else it for it in demo_pairing.tracks)
    missing = tracks[1]

    async def scenario(open_):
        leader = await open_("Ana")
        follower = await open_("Ben", pairing=replace(demo_pairing, tracks=tracks))
        code = await lead(leader, demo_pairing)
        # Not fully paired: it can't be led, and says why.
        follower.view_model.playlist_detail.open(demo_pairing.playlist_id)
        await until(lambda: "no file yet" in follower.button("Start RunBuddy").toolTip())
        follower.view_model.join_runbuddy_session(code)
        await until(lambda: joining(follower).trouble)
        assert missing.title in joining(follower).trouble
        assert StepMark.FAILED in [line.mark for line in joining(follower).steps]
        assert isinstance(follower.state, Idle)
        follower.app.screens.joining.fix_requested.emit()
        await follower.shows("playlist_detail")

    at_windows(scenario)


def test_a_playlist_that_is_not_in_the_library_is_said(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben", pairing=None)
        follower.view_model.join_runbuddy_session(await lead(leader, demo_pairing))
        await until(lambda: joining(follower).trouble)
        assert "does not have the playlist" in joining(follower).trouble
        follower.view_model.join_runbuddy_session("346789")
        await until(lambda: joining(follower).trouble == "There is no such session", lambda: joining(follower))

    at_windows(scenario)


def test_a_wrong_code_is_said_beside_the_field_and_nothing_else_changes(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        code = await lead(leader, demo_pairing)
        follower.window.show_screen("runbuddy")
        page = follower.app.screens.billboard
        await until(page._rows.rows)
        page.code_entered.emit("346789")
        await until(lambda: page._state.code_trouble == "No open session has this code", lambda: page._state)
        assert follower.screen() == "runbuddy"
        page.code_entered.emit(code)
        await follower.shows("now_playing")
        assert page._state.code_trouble == ""

    at_windows(scenario)


def test_who_has_no_name_is_asked_for_it_where_it_is_missing(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana", display_name=""), await open_("Ben", display_name="")
        leader.view_model.playlist_detail.open(demo_pairing.playlist_id)
        await leader.presses("Start RunBuddy")
        await until(lambda: leader.can_press("Back"), leader.screen)
        QTest.keyClicks(leader.app.screens.lead_waiting.findChild(NameQuestion).findChild(QLineEdit), "Ana")
        leader.press("Continue")
        await until(lambda: isinstance(leader.state, Leading), leader.toasts)
        follower.window.show_screen("runbuddy")
        page = follower.app.screens.billboard
        await until(lambda: page._state.instead is Instead.NAME, lambda: page._state)
        assert not page._code._field.isEnabled()
        QTest.keyClicks(page.findChild(NameQuestion).findChild(QLineEdit), "Ben")
        follower.press("Continue")
        await until(page._rows.rows, lambda: page._state)
        assert "Ana" in page._rows.rows()[0].title
        await follow(follower, leader.state.join_code)
        await until(lambda: "Ben" in leader.app.screens.now_playing._banner.accessibleName())

    at_windows(scenario)


def test_what_keeps_from_joining_leads_to_where_it_is_mended(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben", pairing=None)
        code = await lead(leader, demo_pairing)
        follower.view_model.join_runbuddy_session(code)
        await follower.presses("Open the library")
        await follower.shows("library")

    at_windows(scenario)


def test_without_a_server_every_page_says_so_and_nothing_is_stuck(at_windows, demo_pairing):
    async def scenario(open_):
        person = await open_("Ana", server=None)
        person.window.show_screen("runbuddy")
        billboard = person.view_model.billboard
        await until(lambda: billboard._trouble)
        assert "can't be reached" in billboard._trouble.text
        person.view_model.join_runbuddy_session("47RBXH")
        await until(lambda: joining(person).trouble)
        assert "can't be reached" in joining(person).trouble
        person.view_model.playlist_detail.open(demo_pairing.playlist_id)
        await until(lambda: person.button("Start RunBuddy").isEnabled())
        person.press("Start RunBuddy")
        await until(lambda: person.view_model.leading._trouble is not None)
        assert "can't be reached" in person.view_model.leading._trouble.text
        person.press("Back")
        await person.shows("playlist_detail")

    at_windows(scenario)


def test_a_server_that_goes_is_waited_for_and_the_music_goes_on(in_loop, tmp_path, demo_pairing):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            settings = local_settings(tmp_path / "server.db", ntp_port=0, leader_grace_s=30.0)
            with contextlib.ExitStack() as first:
                server = first.enter_context(running(settings))
                leader = await open_window(tmp_path, "Ana", server, demo_pairing)
                stack.push_async_callback(leader.close)
                follower = await open_window(tmp_path, "Ben", server, demo_pairing)
                stack.push_async_callback(follower.close)
                await follow(follower, await lead(leader, demo_pairing))
                await until(lambda: follower.view_model.session.sync.text.startswith("In lockstep"))
            await until(lambda: follower.view_model.session.sync.text == "Reconnecting, playing on", follower.toasts)
            assert follower.playback.playing
            assert leader.playback.playing
            with running(local_settings(tmp_path / "server.db", port=server.port, ntp_port=0, leader_grace_s=30.0)):
                await until(lambda: follower.view_model.session.sync.text.startswith("In lockstep"), follower.toasts)
                assert isinstance(leader.state, Leading)
                leader.press("End session")
                await until(lambda: isinstance(follower.state, Idle))

    in_loop(main)


def test_a_live_session_is_asked_about_before_the_window_closes(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        await follow(follower, await lead(leader, demo_pairing))
        await leader.key(Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: leader.window.findChildren(Question))
        question = leader.window.findChildren(Question)[0]
        question.reject()
        await until(lambda: not leader.window.findChildren(Question))
        assert leader.window.isVisible()
        assert isinstance(follower.state, Following)
        leader.view_model.transport.quit()
        await until(lambda: leader.window.findChildren(Question))
        leader.window.findChildren(Question)[0].accept()
        await until(leader.app.closed.is_set)
        await leader.app.aclose()
        await until(lambda: isinstance(follower.state, Idle))
        await until(lambda: "The leader ended the session." in follower.toasts())

    at_windows(scenario)


def test_a_leader_that_gives_up_waiting_leaves_nothing_on_the_billboard(at_windows, demo_pairing):
    async def scenario(open_):
        leader = await open_("Ana")
        await lead(leader, demo_pairing)
        api = await leader.view_model.context.services.api()
        assert len(await api.list_sessions()) == 1
        leader.press("Cancel")
        await leader.shows("playlist_detail")
        await until(lambda: isinstance(leader.state, Idle))
        assert await api.list_sessions() == []
        # And again, at once.
        await lead(leader, demo_pairing)
        assert len(await api.list_sessions()) == 1

    at_windows(scenario)


def test_names_of_others_are_text_whatever_they_hold(at_windows, demo_pairing):
    hostile = "<b>Ann</b>\u202e & <img src=x>" + "x" * 200

    async def scenario(open_):
        leader, follower = await open_(hostile[:8].strip("<b>") + "1", display_name=hostile), await open_("Ben")
        await follow(follower, await lead(leader, demo_pairing))
        banner = follower.app.screens.now_playing._banner.accessibleName()
        assert "<b>Ann</b>" in banner
        assert "\u202e" not in banner

    at_windows(scenario)
