"""Leader and follower, each at a window, on a real server: the plan's flows from the first press to the last."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from client.session_state import Idle, Leading
from tests.ui.desktop.windows import until
from ui.shell.sections import Section
from ui.widgets.jump_slider import JumpSlider


async def lead(leader, demo_pairing):
    leader.view_model.playlist_detail.open(demo_pairing.playlist_id)
    await until(lambda: leader.button("Start RunBuddy").isEnabled(), lambda: leader.button("Start RunBuddy").toolTip())
    leader.press("Start RunBuddy")
    await leader.shows("lead_waiting")
    waiting = leader.view_model.leading
    await until(lambda: isinstance(leader.state, Leading), lambda: (waiting._trouble, leader.toasts()))
    return leader.state.join_code


async def follow(follower, code):
    follower.view_model.join_runbuddy_session(code)
    await follower.shows("now_playing")


def test_two_people_go_from_a_playlist_to_one_music_and_back(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        code = await lead(leader, demo_pairing)
        # The follower finds the session on the billboard.
        follower.window.show_screen("runbuddy")
        await until(follower.app.screens.billboard._rows.rows)
        follower.app.screens.billboard.join_requested.emit(leader.state.session_id)
        await follower.shows("joining")
        await follower.shows("now_playing")
        await leader.shows("now_playing")
        await until(lambda: leader.playback.playing and follower.playback.playing)
        banners = [it.app.screens.now_playing._banner.accessibleName() for it in (leader, follower)]
        assert "Leading RunBuddy with" in banners[0]
        assert "Ben" in banners[0]
        assert "Following" in banners[1]
        assert "Ana" in banners[1]
        await until(lambda: follower.view_model.session.sync.text.startswith("In lockstep"), follower.toasts)
        assert code
        # What led there is over: RunBuddy leads to the sessions again.
        for person in (leader, follower):
            person.window.show_section(Section.RUNBUDDY)
            await person.shows("runbuddy")
            person.window.show_section(Section.NOW_PLAYING)
        leader.press("End session")
        await until(lambda: isinstance(leader.state, Idle) and isinstance(follower.state, Idle))
        await until(lambda: "The leader ended the session." in follower.toasts(), follower.toasts)
        assert "The leader ended the session." not in leader.toasts()
        await until(lambda: not follower.playback.playing)

    at_windows(scenario)


def test_a_follower_sees_where_the_leader_goes_while_the_music_is_paused(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        code = await lead(leader, demo_pairing)
        # Whoever waits finds the code again, wherever they come from.
        for section in (Section.RUNBUDDY, Section.LIBRARY, Section.RUNBUDDY):
            leader.window.show_section(section)
        assert leader.screen() == "lead_waiting"
        await follow(follower, code)
        await until(lambda: follower.playback.playing)
        leader.view_model.transport.pause()
        await until(lambda: not follower.playback.playing)
        jumped = []
        follower.view_model.playing.position_jumped.connect(jumped.append)
        leader.view_model.transport.seek(20_000)
        await until(lambda: abs(follower.view_model.playing.facts.position_ms - 20_000) < 100)
        assert jumped
        seek = follower.app.screens.now_playing._seek
        await until(lambda: abs(seek.findChild(JumpSlider).value() - 20_000) < 100)

    at_windows(scenario)


def test_a_followers_every_control_is_locked_and_says_why(at_windows, demo_pairing):
    async def scenario(open_):
        leader, follower = await open_("Ana"), await open_("Ben")
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: follower.playback.playing)
        asked, refused = [], []
        transport = follower.view_model.transport
        transport.refused.connect(refused.append)
        follower.view_model.transport.moved.connect(lambda: asked.append("moved"))
        page, bar = follower.app.screens.now_playing, follower.window.player_bar
        for owner in (page, bar):
            for button in (owner._play, owner._next, owner._previous):
                assert not button.isEnabled()
                assert "leads" in button.toolTip()
                button.click()
            for slider in owner._seek.findChildren(JumpSlider):
                assert slider.read_only
                QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
                for key in (Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End):
                    QTest.keyClick(slider, key)
        assert "leads" in page._queue._rows.toolTip()
        page._queue._rows.row_activated.emit("1")
        for key, modifier in (
            (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier),
            (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier),
        ):
            await follower.key(key, modifier)
        # None of it even came through to be refused. And whatever comes past the screens, as media keys do:
        assert refused == []
        for source in (page, bar):
            source.play_pause_requested.emit()
            source.next_requested.emit()
            source.previous_requested.emit()
            source.seek_requested.emit(1000)
        page.track_requested.emit(1)
        for act in (transport.play, transport.pause, transport.toggle_pause, transport.skip_next, transport.skip_prev):
            act()
        transport.seek(1000.0)
        transport.play_track(1)
        assert len(refused) == 4 + 4 + 1 + 5 + 2
        assert all("leads" in reason for reason in refused)
        assert asked == []
        assert follower.playback.playing
        assert follower.playback.current.playlist_position == leader.playback.current.playlist_position
        # And the player itself would refuse, too.
        assert not any((follower.playback.pause(), follower.playback.skip_next(), follower.playback.seek(1000)))
        # Its own volume, and leaving, are the follower's.
        transport.set_volume(0.5)
        await until(lambda: follower.playback.output.volume_percent == 50.0)
        follower.press("Leave")
        await until(lambda: isinstance(follower.state, Idle))
        await until(page._play.isEnabled)
        await until(lambda: leader.state.follower is None)
        await until(lambda: any("left" in text for text in leader.toasts()), leader.toasts)

    at_windows(scenario)
