"""A playlist's page with everything behind it: what plays, what doesn't, and what is left when the playlist goes."""

import shutil
from dataclasses import replace
from pathlib import Path

from client.playlist.json_file import playlist_of
from tests.client.music_files import write_mp3
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until

OTHER = "spotify:playlist:other0000000000000000"


def said(person, words):
    return any(words in text for text in person.toasts())


async def open_page(person, playlist_id, rows):
    person.view_model.playlist_detail.open(playlist_id)
    page = person.app.screens.playlist_detail
    await until(lambda: len(page._rows.rows()) == rows, person.toasts)
    return page


def test_a_leader_plays_no_other_playlist_and_goes_on_with_its_own_after_a_choice(
    in_loop, tmp_path, server, demo_pairing
):
    other = replace(demo_pairing, playlist_id=OTHER, playlist_name="Other", tracks=demo_pairing.tracks[:2])

    async def scenario():
        leader = await open_window(tmp_path, "Ana", server, demo_pairing)
        follower = await open_window(tmp_path, "Ben", server, demo_pairing)
        await leader.view_model.library.save(playlist_of(other))
        await follow(follower, await lead(leader, demo_pairing))
        await until(lambda: leader.playback.playing and follower.playback.playing)
        queue = leader.playback.queue
        page = await open_page(leader, OTHER, 2)
        page.track_play_requested.emit(1)
        await until(lambda: said(leader, "End the session to play another playlist"), leader.toasts)
        assert leader.playback.queue == queue
        # A choice in the session's own playlist leaves the queue as it was announced, and the playlist the session's.
        page = await open_page(leader, demo_pairing.playlist_id, len(demo_pairing.tracks))
        leader.view_model.playlist_detail.pair(1, str(demo_pairing.tracks[1].file))
        await until(lambda: leader.view_model.music.is_outdated, leader.toasts)
        assert page._state.play_locked is None
        page.track_play_requested.emit(1)
        await leader.shows("now_playing")
        assert leader.playback.queue == queue
        await follower.close()
        await leader.close()

    in_loop(scenario)


def test_a_track_without_a_file_is_said_and_not_played(in_loop, tmp_path, demo_pairing):
    tracks = tuple(replace(it, file=None) if it.playlist_position == 1 else it for it in demo_pairing.tracks)

    async def scenario():
        person = await open_window(tmp_path, "Ana", None, replace(demo_pairing, tracks=tracks))
        page = await open_page(person, demo_pairing.playlist_id, len(tracks))
        page.track_play_requested.emit(1)
        await until(lambda: said(person, "has no file yet"), person.toasts)
        assert (person.screen(), len(person.playback.queue)) == ("playlist_detail", 0)
        await person.close()

    in_loop(scenario)


def test_a_playlist_that_was_removed_is_forgotten_by_its_page(in_loop, tmp_path, demo_pairing):
    async def scenario():
        person = await open_window(tmp_path, "Ana", None, demo_pairing)
        library = person.view_model.library
        await open_page(person, demo_pairing.playlist_id, len(demo_pairing.tracks))
        library.remove(demo_pairing.playlist_id)
        await person.shows("library")
        await person.presses("Undo")
        await until(lambda: [it.playlist_id for it in library.summaries] == [demo_pairing.playlist_id], person.toasts)
        await open_page(person, demo_pairing.playlist_id, len(demo_pairing.tracks))
        person.view_model.playlist_detail.remove()
        await person.shows("library")
        await until(lambda: not library.summaries, person.toasts)
        scanned = []
        library.scanned.connect(scanned.append)
        (tmp_path / "music").mkdir()
        library.add_folder(str(tmp_path / "music"))
        await until(lambda: scanned and not person.view_model.context.tasks.running("library"), person.toasts)
        assert not said(person, "no playlist")
        await person.close()

    in_loop(scenario)


def test_a_file_of_another_length_that_was_chosen_by_hand_says_so(in_loop, tmp_path, demo_pairing):
    short = write_mp3(tmp_path / "short.mp3", "Short", duration_ms=4_200, frames=165)

    async def scenario():
        person = await open_window(tmp_path, "Ana", None, demo_pairing)
        playlist = playlist_of(demo_pairing)
        tracks = tuple(replace(track, duration_ms=40_000) for track in playlist.tracks)
        await person.view_model.library.save(replace(playlist, tracks=tracks))
        page = await open_page(person, demo_pairing.playlist_id, len(tracks))
        person.view_model.playlist_detail.pair(0, str(short))
        await until(lambda: page._state.tracks[0].file.name == "short.mp3", person.toasts)
        track = page._state.tracks[0]
        assert (track.reason, track.score) == ("Chosen by you", None)
        assert track.file.why == "0:04, 36 s shorter than the track"
        readme = tmp_path / "readme.txt"
        readme.write_text("no music")
        person.view_model.playlist_detail.pair(0, str(readme))
        await until(lambda: said(person, "can't be paired"), person.toasts)
        await person.close()

    in_loop(scenario)


def test_a_file_that_is_deleted_is_missed_before_a_session_is_opened(in_loop, tmp_path, server, demo_pairing):
    music = tmp_path / "music"
    music.mkdir()
    tracks = tuple(replace(it, file=Path(shutil.copy(it.file, music))) for it in demo_pairing.tracks)

    async def scenario():
        person = await open_window(tmp_path, "Ana", server, replace(demo_pairing, tracks=tracks))
        page = await open_page(person, demo_pairing.playlist_id, len(tracks))
        await until(lambda: person.can_press("Start RunBuddy"), person.toasts)
        away = tracks[1].file.rename(tmp_path / "away.mp3")
        shown = []
        person.view_model.leading.waiting_changed.connect(shown.append)
        person.press("Start RunBuddy")
        await until(lambda: shown and shown[-1].trouble, person.toasts)
        assert shown[-1].trouble == "1 track has no file yet."
        person.window.show_screen("playlist_detail")
        await until(lambda: page._state.paired == len(tracks) - 1, person.toasts)
        assert not person.can_press("Start RunBuddy")
        away.rename(tracks[1].file)
        person.window.show_screen("library")
        person.window.show_screen("playlist_detail")
        await until(lambda: person.can_press("Start RunBuddy"), person.toasts)
        await person.close()

    in_loop(scenario)
