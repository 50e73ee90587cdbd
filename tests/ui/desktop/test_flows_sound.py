"""Clock, sound, disk and media keys in a session, at the windows of leader and follower."""

import os
import shutil
import signal
import sys

import pytest
from PySide6.QtCore import QObject, Signal

from client.session_state import Following, Idle, Leading
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import until
from ui.desktop.media_keys import PlayerFacts


def test_without_a_clock_nothing_is_led_and_nothing_joined(at_windows, demo_pairing):
    async def scenario(open_):
        leader = await open_("Ana")
        lost = await open_("Ben", ntp_server="127.0.0.1:1")
        code = await lead(leader, demo_pairing)
        lost.view_model.join_runbuddy_session(code)
        following = lost.view_model.following
        await until(lambda: following._state.trouble, lambda: following._state)
        assert following._state.trouble.startswith("Clock sync failed")
        assert "NTP server" in following._state.what_to_do
        assert isinstance(lost.state, Idle)
        assert leader.state.follower is None

    at_windows(scenario)


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
def test_a_killed_sound_process_is_back_in_lockstep(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        await follow(follower, await lead(leader, demo_pairing))
        session = follower.view_model.session
        await until(lambda: session.sync is not None and session.sync.text.startswith("In lockstep"))
        os.kill(follower.playback.engine_pid, signal.SIGKILL)
        killed = follower.playback.engine_pid
        await until(lambda: follower.playback.engine_pid not in {None, killed})
        await until(lambda: session.sync.text.startswith("In lockstep"))
        assert isinstance(follower.state, Following)

    at_windows(scenario)


def test_a_disk_that_refuses_costs_settings_and_trace_but_no_session(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        folder = follower.view_model.context.services.data_dir
        (folder / "traces").write_text("", "utf-8")
        (folder / "settings.json").mkdir()
        (folder / "session.json").mkdir()
        follower.view_model.transport.set_volume(0.25)
        await until(lambda: any("settings can't be kept" in text for text in follower.toasts()), follower.toasts)
        assert follower.playback.output.volume_percent == 25.0
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: follower.playback.playing)
        assert isinstance(leader.state, Leading)

    at_windows(scenario)


class Desktop(QObject):
    """The media keys of a system, which tell and are told."""

    pressed = Signal(str)

    def __init__(self):
        super().__init__()
        self.shown = []

    def show(self, facts: PlayerFacts):
        self.shown.append(facts)

    def seeked(self, position_ms):
        pass

    def close(self):
        pass


def test_media_keys_are_told_what_is_played_and_that_a_follower_controls_nothing(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        keys = {}
        for person in (leader, follower):
            keys[person.app] = Desktop()
            person.view_model.playing.media_changed.connect(keys[person.app].show)
        await follow(follower, await lead(leader, demo_pairing))
        first = demo_pairing.tracks[0]
        for person in (leader, follower):
            shown = keys[person.app].shown
            await until(lambda shown=shown: shown and shown[-1].playing and shown[-1].title == first.title)
        assert keys[leader.app].shown[-1].can_control
        assert not keys[follower.app].shown[-1].can_control
        leader.view_model.transport.skip_next()
        second = demo_pairing.tracks[1]
        for person in (leader, follower):
            shown = keys[person.app].shown
            await until(lambda shown=shown: shown[-1].title == second.title)
        await until(lambda: follower.playback.current.track_id == second.track_id)

    at_windows(scenario)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("dbus-daemon") is None, reason="needs a session bus"
)
def test_the_desktops_own_keys_do_nothing_to_a_follower(at_windows, demo_pairing, tmp_path):
    from PySide6.QtDBus import QDBusConnection

    from tests.ui.desktop.test_mpris import PLAYER_INTERFACE, running_bus
    from tests.ui.desktop.test_mpris import Desktop as OtherEnd
    from ui.desktop.mpris import MprisPlayer

    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        with running_bus(tmp_path) as address:
            player = MprisPlayer(QDBusConnection.connectToBus(address, "follower"), follower.view_model.transport)
            assert player.begin()
            follower.view_model.playing.media_changed.connect(player.show)
            await follow(follower, await lead(leader, demo_pairing))
            await until(lambda: player.facts.playing and not player.facts.can_control)
            end = OtherEnd(address, None)
            for method in ("Play", "Pause", "PlayPause", "Stop", "Next", "Previous"):
                asking = end.ask(PLAYER_INTERFACE, method)
                await until(asking.done)
                asking.result()
            end.close()
            player.close()
            QDBusConnection.disconnectFromBus("follower")
        assert follower.playback.playing
        assert follower.playback.current.playlist_position == 0

    at_windows(scenario)
