"""The data directory is on a disk that is full: a real one, and small."""

import contextlib
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from client.session_state import Following
from tests.ui.desktop.conftest import DEMO
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.test_process import WAIT_S, environment
from tests.ui.desktop.windows import open_window, until
from ui.desktop.settings import SettingsFile
from ui.widgets.toast import Toast

MUSIC = DEMO / "morning-mile.mp3"
FULL = "The disk is full"


@dataclass
class SmallDisk:
    """A disk of 40 MB: room for a library, and for two decoded tracks."""

    folder: Path

    def fill(self):
        """Take every byte that is left."""
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError), (self.folder / "filler").open("ab", buffering=0) as file:
                while True:
                    file.write(bytes(size))

    def make_room(self):
        (self.folder / "filler").unlink()


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here: this wants Linux, and its root")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def says(person, words, advice=""):
    """Return whether a toast, or the library's page, says so."""
    page = person.app.screens.library._state
    told = [(toast.state.text, toast.state.what_to_do) for toast in person.window.findChildren(Toast)]
    return any(words in text and advice in to_do for text, to_do in [*told, (page.trouble, page.what_to_do)])


def test_the_app_opens_and_ends_without_a_word_on_the_terminal(disk, tmp_path):
    disk.fill()
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli.app", "--data-dir", str(disk.folder / "data"), "--audio", "none"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        until_s = time.monotonic() + WAIT_S
        while not (disk.folder / "data" / "pcm").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until_s
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=WAIT_S)
    finally:
        process.kill()
    assert (process.returncode, out, said) == (0, "", "")


def test_what_finds_no_room_is_said_and_done_when_there_is_some_and_nothing_is_lost(in_loop, disk):
    async def main():
        disk.fill()
        person = await open_window(disk.folder, "Ana", None)
        library, detail = person.view_model.library, person.view_model.playlist_detail
        advice = "Make room on the disk"
        # Opening
        await until(lambda: says(person, FULL, advice), person.toasts)
        disk.make_room()
        await person.presses("Try again")
        await until(lambda: not person.app.screens.library._state.trouble)
        # Scanning
        library.add_folder(str(DEMO))
        await until(lambda: library.files_note, person.toasts)
        person.window.toasts.dismiss("disk_full")
        disk.fill()
        library.import_file(str(DEMO / "pairing.json"))
        await until(lambda: says(person, FULL, advice), person.toasts)
        assert library.summaries == ()
        disk.make_room()
        library.import_file(str(DEMO / "pairing.json"))
        await until(lambda: library.summaries and library.summaries[0].paired == 3)
        # Pairing
        detail.open(library.summaries[0].playlist_id)
        await until(lambda: detail._matches)
        detail.unpair(0)
        await until(lambda: library.summaries[0].paired == 2, person.toasts)
        person.window.toasts.dismiss("disk_full")
        disk.fill()
        detail.pair(0, str(MUSIC))
        await until(lambda: says(person, FULL, advice), person.toasts)
        assert library.summaries[0].paired == 2
        # Settings
        person.view_model.transport.set_volume(0.25)
        await until(lambda: says(person, "Your settings can't be kept", "They hold until you quit"), person.toasts)
        # The pairing as a file
        person.app.screens.playlist_detail.export_requested.emit(str(disk.folder / "pairing.json"))
        await until(lambda: says(person, "pairing.json: can't be written", "make room"), person.toasts)
        assert not (disk.folder / "pairing.json").exists()
        disk.make_room()
        detail.pair(0, str(MUSIC))
        await until(lambda: library.summaries[0].paired == 3, person.toasts)
        person.view_model.transport.set_volume(0.5)
        await until(lambda: SettingsFile(disk.folder / "Ana").load().settings.volume_percent == 50.0)
        await person.close()
        again = await open_window(disk.folder, "Ana", None)
        await until(lambda: again.view_model.library.summaries)
        assert again.view_model.library.summaries == library.summaries
        assert again.view_model.library.folders == (DEMO,)
        assert again.toasts() == []
        await again.close()

    in_loop(main)


def test_a_session_goes_on_and_its_pictures_and_tables_are_whole_or_not_there(
    in_loop, disk, tmp_path, server, demo_pairing
):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            leader = await open_window(tmp_path, "Ana", server, demo_pairing)
            stack.push_async_callback(leader.close)
            follower = await open_window(disk.folder, "Ben", server, demo_pairing)
            stack.push_async_callback(follower.close)
            await follow(follower, await lead(leader, demo_pairing))
            session = follower.view_model.session
            in_lockstep = lambda: session.sync.text.startswith("In lockstep")  # noqa: E731 - waited for twice
            await until(lambda: in_lockstep() and follower.playback.track_duration_ms(0), lambda: session.sync)
            disk.fill()
            follower.window.show_screen("sync_panel")
            panel = follower.app.screens.sync_panel
            await until(lambda: panel._state.points and "can't be stored" in follower.view_model.playing.facts.notice)
            for save, name in ((panel.save_picture, "sync.png"), (panel.save_table, "sync.csv")):
                # A track that found no room has given back what it had taken.
                disk.fill()
                save(disk.folder / name)
                words = f"{name} can't be written (No space left on device)."
                await until(lambda words=words: says(follower, words), follower.toasts)
                assert not (disk.folder / name).exists()
            # There is no room for the trace, nor for another track: this one plays on.
            heard_ms = follower.playback.place[1]
            await until(lambda: follower.playback.place[1] > heard_ms + 500)
            assert isinstance(follower.state, Following)
            disk.make_room()
            panel.save_picture(disk.folder / "sync.png")
            panel.save_table(disk.folder / "sync.csv")
            assert not QImage(str(disk.folder / "sync.png")).isNull()
            assert (disk.folder / "sync.csv").read_text("utf-8").startswith("seconds,corrected_ms,")
            # And tracks that there was no room for are played again.
            leader.view_model.transport.play_track(1)
            await until(lambda: session.report.playlist_position == 1 and in_lockstep(), lambda: session.report)

    in_loop(main)
