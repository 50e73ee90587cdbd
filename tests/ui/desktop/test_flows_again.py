"""One wish after another: the second comes while the first is still being ended, or after another session began."""

import asyncio
import time

import pytest

from client.session_state import Following, Idle, Leading
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import until
from ui.desktop.recovery import FILE_NAME, SessionNote
from ui.desktop.settings import SettingsFile
from ui.widgets.sync_pill import SyncKind


def held_up(api, name):
    """Let a call of the server wait until it is told to go on; return how."""
    original, gate = getattr(api, name), asyncio.Event()

    async def waiting(*arguments):
        await gate.wait()
        return await original(*arguments)

    setattr(api, name, waiting)
    return gate


def note_of(person, pairing, **changes):
    facts = {
        "server": person.view_model.context.settings.server, "session_id": "gone", "role": "leader",
        "playlist_id": pairing.playlist_id, "playlist_name": "Run", "join_code": "47RBXH", "noted_s": time.time(),
    }  # fmt: skip
    return SessionNote(**{**facts, **changes})


def test_who_leaves_is_not_told_that_the_connection_was_lost(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: follower.playback.playing)
        said = []
        follower.view_model.session.sync_changed.connect(said.append)
        follower.press("Leave")
        await until(lambda: isinstance(follower.state, Idle))
        assert [pill.text for pill in said if pill is not None and pill.kind is SyncKind.RECONNECTING] == []

    at_windows(scenario)


def test_who_cancels_and_joins_again_joins_after_the_goodbye(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        code = await lead(leader, demo_pairing)
        gate = held_up(await follower.view_model.context.services.api(), "leave")
        follower.view_model.join_runbuddy_session(code)
        await until(lambda: isinstance(follower.state, Following))
        follower.view_model.following.cancel()
        await until(lambda: follower.screen() == "runbuddy")
        follower.view_model.join_runbuddy_session(code)
        gate.set()
        await follower.shows("now_playing")
        assert isinstance(follower.state, Following)

    at_windows(scenario)


def test_who_cancels_and_leads_again_leads_after_the_goodbye(at_windows, demo_pairing):
    async def scenario(open_):
        leader = await open_("Ana")
        first = await lead(leader, demo_pairing)
        coordinator = leader.view_model.context.services.coordinator
        gate = held_up(coordinator._api, "end")
        leader.press("Cancel")
        await leader.shows("playlist_detail")
        leader.view_model.create_runbuddy_session(demo_pairing.playlist_id)
        gate.set()
        await until(lambda: isinstance(leader.state, Leading) and leader.state.join_code != first, leader.toasts)
        assert leader.screen() == "lead_waiting"

    at_windows(scenario)


def test_a_new_session_takes_the_place_of_the_one_to_return_to(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        leader.view_model._offer(note_of(leader, demo_pairing))
        assert leader.can_press("Return to your session")
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: leader.playback.playing)
        assert not leader.can_press("Return to your session")
        # And whoever asks for it all the same gets a word, and the music goes on.
        leader.view_model._note = note_of(leader, demo_pairing)
        leader.view_model.return_to_session()
        await until(lambda: "A session is running already." in leader.toasts(), leader.toasts)
        assert leader.playback.playing
        assert isinstance(follower.state, Following)

    at_windows(scenario)


@pytest.mark.parametrize("role", ["leader", "follower"])
def test_a_session_that_is_over_is_offered_once(at_windows, demo_pairing, role):
    async def scenario(open_):
        person = await open_("Ana")
        note = note_of(person, demo_pairing, role=role)
        recovery = person.view_model.context.recovery
        recovery.keep(**note.model_dump())
        await recovery.flush()
        person.view_model._offer(note)
        person.press("Return to your session")
        await until(lambda: recovery._wanted is None)
        await recovery.flush()
        assert not (person.view_model.context.services.data_dir / FILE_NAME).exists()
        assert isinstance(person.state, Idle)

    at_windows(scenario)


def test_a_way_back_that_fails_for_now_stays_open(at_windows, demo_pairing):
    async def scenario(open_):
        person = await open_("Ana", ntp_server="127.0.0.1:1")
        note = note_of(person, demo_pairing)
        person.view_model.context.recovery.keep(**note.model_dump())
        person.view_model._offer(note)
        person.press("Return to your session")
        await until(lambda: "Clock sync failed" in person.toasts(), person.toasts)
        assert person.can_press("Return to your session")
        # As it does where another server is in use than the session's.
        person.view_model._offer(note_of(person, demo_pairing, server="http://127.0.0.1:9"))
        person.press("Return to your session")
        await until(lambda: "That session is on another server." in person.toasts(), person.toasts)
        assert person.can_press("Return to your session")
        assert person.view_model.context.recovery._wanted is not None

    at_windows(scenario)


def test_a_volume_is_heard_at_once_and_kept_when_it_rests_or_the_window_closes(at_windows):
    async def scenario(open_):
        person = await open_("Ana")
        context, changes = person.view_model.context, []
        context.settings_changed.connect(changes.append)
        for percent in range(100):
            person.view_model.transport.set_volume(percent / 100)
        assert person.playback.output.volume_percent == 99.0
        assert changes == []
        await until(lambda: context.settings.volume_percent == 99.0)
        assert len(changes) == 1
        person.view_model.transport.set_volume(0.25)
        await person.view_model.aclose()
        assert SettingsFile(context.services.data_dir).load().settings.volume_percent == 25.0

    at_windows(scenario)
