"""What the detailed log holds: enough to find a fault, and no token."""

import json
import logging
from pathlib import Path

import pytest

from audio.playback_events import (
    PlayingChanged,
    QueueFinished,
    SoundChanged,
    TrackAccepted,
    TrackDamaged,
    TrackPreparing,
    TrackRefused,
    TrackStarted,
)
from audio.queue import QueueItem
from client.reports import BadEvent, ConnectionChanged, FollowerChanged, StateChanged
from client.session_state import Buddy, Ended, Following, Idle, Leading
from client.socket import SocketState
from protocol.events import Participant, ParticipantState, Role
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until
from ui.desktop.detailed_log import playback_words, session_words

ITEM = QueueItem(4, "spotify:track:1", "Salt", "Ola", Path("/music/salt.mp3"))


@pytest.fixture(autouse=True)
def _level():
    root = logging.getLogger()
    before = root.level
    yield
    root.setLevel(before)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (TrackStarted(ITEM), f"track 5: {ITEM.label}"),
        (PlayingChanged(playing=True), "playing"),
        (TrackRefused(ITEM, "Salt can't be played: it is empty"), "Salt can't be played: it is empty"),
        (TrackDamaged(ITEM, "Salt is damaged: it ends early"), "Salt is damaged: it ends early"),
        (TrackAccepted(ITEM), f"{ITEM.label} can be played after all"),
        (TrackPreparing(ITEM, 0.25), f"preparing {ITEM.label}, 25%"),
        (QueueFinished(), "the queue is over"),
        (SoundChanged("hdmi", silent=False, reason=None, restarted=False), "sound device hdmi opened, heard"),
        (
            SoundChanged("none", silent=True, reason="usb is gone", restarted=True),
            "sound device none opened again, silent: usb is gone",
        ),
    ],
)
def test_the_player_in_words(event, words):
    assert playback_words(event) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (StateChanged(Leading("s", "4F7K3M")), "session: leading s, with nobody yet"),
        (
            StateChanged(Leading("s", "4F7K3M", Buddy(ParticipantState.READY, "Ben"))),
            "session: leading s, with Ben (ready)",
        ),
        (StateChanged(Following("s", "Ana")), "session: following Ana in s"),
        (StateChanged(Idle(Ended("s", "expired", "It is over."))), "session: s is over (expired): It is over."),
        (ConnectionChanged(SocketState.RECONNECTING, "no route"), "socket reconnecting: no route"),
        (
            FollowerChanged(Participant(role=Role.FOLLOWER, state=ParticipantState.LEFT, display_name="Ben")),
            "buddy Ben: left",
        ),
        (BadEvent("positionMs", "is below 0", 2), "bad event, the 2. of this session: positionMs is below 0"),
    ],
)
def test_the_session_in_words(event, words):
    assert session_words(event) == words


def test_it_tells_a_session_from_the_first_page_to_the_end_and_no_token(
    in_loop, tmp_path, server, demo_pairing, caplog
):
    async def scenario():
        leader = await open_window(tmp_path, "Ana", server, demo_pairing, debug=True)
        follower = await open_window(tmp_path, "Ben", server, demo_pairing, debug=True)
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: follower.playback.playing)
        leader.view_model.transport.seek(20_000)
        follower.view_model.transport.pause()
        follower.view_model.transport.set_volume(0.5)
        leader.view_model.context.toast("note", "one\n2026 ERROR two")
        await until(lambda: follower.playback.output.volume_percent == 50.0)
        leader.press("End session")
        await until(lambda: isinstance(follower.state, Idle))
        for person in (leader, follower):
            await person.close()

    in_loop(scenario)
    said = [record.getMessage() for record in caplog.records if record.name == "ui.desktop.detailed_log"]
    for wanted in (
        "screen lead_waiting",
        "screen joining",
        "screen now_playing",
        "socket connected",
        "playing",
        "the person moved the music",
        "setting volume_percent: 50.0",
        "neutral toast note: one 2026 ERROR two",
    ):
        assert wanted in said
    assert any(line.startswith("session: leading ") and "Ben" in line for line in said)
    assert any(line.startswith("refused: ") for line in said)
    secrets = [text for folder in ("Ana", "Ben") for text in tokens(tmp_path / folder / "local-accounts.json")]
    assert len(secrets) == 2
    assert not any(secret in record.getMessage() for secret in secrets for record in caplog.records)


def test_as_long_as_it_is_not_wanted_nothing_is_written(in_loop, tmp_path, caplog):
    async def scenario():
        person = await open_window(tmp_path, "Ana", None)
        person.window.show_screen("settings")
        await person.close()

    in_loop(scenario)
    assert not [record for record in caplog.records if record.levelno < logging.INFO]


def tokens(file):
    return list(json.loads(file.read_text("utf-8")).values())
