"""What other people call themselves, their playlists and their tracks, at the windows that show it."""

import contextlib
import re
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from tests.server.harness import http
from tests.ui.desktop.test_flows import lead
from tests.ui.desktop.windows import open_window, until

MARKUP = "<b>bold</b> <img src='file:///etc/hostname'> <a href='x'>click</a> &amp; "
TAKEN = (
    MARKUP,
    "\u202eevil\u202c \u2066x\u2069 \u200f\u200e \u2068",
    "%s %d {0} {name} \\n $HOME ../../etc/passwd",
    "e" + "\u0301" * 299,
    "👩‍👩‍👧‍👦" * 40,
    "x" * 300,
)
#: The server takes none of these from anybody; a playlist's own file may hold them.
REFUSED = ("null \x00 bell \x07 escape \x1b[31m line\nfeed", "x" * 10_000)
#: Controls, and what turns text around or hides it; isolates are the app's own.
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066\u2067]")


def assert_plain(person):
    """Show that whatever is in sight is text: no markup that Qt would obey, no control that would steer it."""
    for label in person.window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label.text()
        assert not STEERING.search(label.text()), ascii(label.text())
    for widget in (*person.window.findChildren(QLabel), *person.window.findChildren(QAbstractButton)):
        for words in (widget.accessibleName(), widget.accessibleDescription()):
            assert not STEERING.search(words), ascii(words)
        # Qt takes a tooltip for markup; ours is one, with everything of others escaped.
        assert "<b>" not in widget.toolTip()
        assert "<img" not in widget.toolTip()
    assert not person.window.grab().isNull()


def test_names_of_others_are_text_on_every_page_that_shows_them(in_loop, tmp_path, server, demo_pairing):
    names = (*TAKEN, *REFUSED)
    tracks = tuple(
        replace(track, title=name, artist=name[::-1])
        for track, name in zip(demo_pairing.tracks, (MARKUP, *REFUSED), strict=True)
    )
    pairing = replace(demo_pairing, playlist_name=MARKUP, tracks=tracks)

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            leader = await open_window(tmp_path, "Ana", server, pairing, display_name=TAKEN[1] + MARKUP)
            stack.push_async_callback(leader.close)
            follower = await open_window(tmp_path, "Ben", server, pairing, display_name=MARKUP)
            stack.push_async_callback(follower.close)
            for name in names:
                account = {"displayName": name}
                answer = http("POST", f"{server.base_url}/local/accounts", json=account)
                assert (answer.status_code == 201) is (name in TAKEN), ascii(name)
                if name in TAKEN:
                    server.person(name).create(playlistName=name[::-1])
            for person in (leader, follower):
                # No name fits the files: each has to be confirmed.
                detail = person.view_model.playlist_detail
                detail.open(pairing.playlist_id)
                await until(lambda detail=detail: len(detail._lines or ()) == len(tracks))
                detail.confirm_all()
                library = person.view_model.library
                await until(lambda library=library: library.summaries[0].paired == len(tracks), person.toasts)
                assert_plain(person)
            await lead(leader, pairing)
            assert_plain(leader)
            follower.window.show_screen("runbuddy")
            page = follower.app.screens.billboard
            await until(lambda: len(page._rows.rows()) == len(TAKEN) + 1, lambda: page._state)
            assert_plain(follower)
            page.join_requested.emit(leader.state.session_id)
            await follower.shows("now_playing")
            await until(lambda: follower.playback.playing)
            for place in range(len(tracks)):
                leader.view_model.transport.play_track(place)
                await until(lambda place=place: follower.playback.current.playlist_position == place, follower.toasts)
                for person in (leader, follower):
                    await until(lambda person=person: person.view_model.playing.facts.playing)
                    assert_plain(person)
            assert "<b>bold</b>" in follower.app.screens.now_playing._banner.accessibleName()

    in_loop(main)
