"""The library page with a real library behind it: what is known at once, covers, and what can go wrong."""

import shutil

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel

from client.pairing import PairedTrack, Pairing
from tests.client.music_files import write_mp3
from tests.ui.desktop.conftest import DEMO
from tests.ui.desktop.windows import open_window, until

PLAIN = {ord("\u2068"): None, ord("\u2069"): None}


def png(colour: str) -> bytes:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def texts(person) -> list[str]:
    """Return what the labels of the screen in sight say."""
    page = person.window.screen_named(person.screen())
    return [label.text().translate(PLAIN) for label in page.findChildren(QLabel) if label.isVisible()]


def test_how_many_files_there_are_is_said_after_a_restart_without_another_scan(in_loop, tmp_path):
    async def scenario():
        person = await open_window(tmp_path, "Ann", None)
        person.view_model.library.add_folder(str(DEMO))
        await until(lambda: "3 music files in demo" in texts(person), lambda: texts(person))
        await person.close()
        again = await open_window(tmp_path, "Ann", None)
        await until(lambda: "3 music files in demo" in texts(again), lambda: texts(again))
        again.window.show_screen("settings")
        await until(lambda: any("3 files" in text for text in texts(again)), lambda: texts(again))
        await again.close()

    in_loop(scenario)


def test_another_folder_can_be_chosen_while_the_first_is_looked_through(in_loop, tmp_path):
    shutil.copytree(DEMO, tmp_path / "second")
    write_mp3(tmp_path / "first" / "only.mp3", "Only", duration_ms=1000)

    async def scenario():
        person = await open_window(tmp_path, "Ann", None)
        library = person.view_model.library
        library.add_folder(str(tmp_path / "first"))
        library.add_folder(str(tmp_path / "second"))
        await until(lambda: "3 music files in second" in texts(person), lambda: (library.folders, texts(person)))
        assert library.folders == (tmp_path / "second",)
        await person.close()

    in_loop(scenario)


def test_a_playlist_has_the_covers_of_its_files(in_loop, tmp_path):
    colours = ("#ff0000", "#00ff00", "#0000ff", "#ffff00")
    tracks = tuple(
        PairedTrack(
            place,
            f"spotify:track:{place}",
            f"Song {place}",
            "Ann",
            write_mp3(tmp_path / f"{place}.mp3", f"Song {place}", "Ann", f"Album {place}", cover=png(colour)),
        )
        for place, colour in enumerate(colours)
    )

    async def scenario():
        person = await open_window(tmp_path, "Ann", None, Pairing("p", "Four colours", tracks))
        library = person.view_model.library
        await until(lambda: library.covers.get("p") is not None, person.toasts)
        cover = library.covers.get("p")
        quarter = cover.width() // 4
        places = [(x, y) for y in (quarter, 3 * quarter) for x in (quarter, 3 * quarter)]
        assert [cover.pixelColor(*place).name() for place in places] == list(colours)
        assert person.app.screens.library._state.playlists[0].cover == cover
        person.app.screens.library.playlist_opened.emit("p")
        await until(lambda: person.app.screens.playlist_detail._state.cover == cover, person.toasts)
        await until(lambda: person.app.screens.playlist_detail._state.tracks, person.toasts)
        # With one file fewer the first cover stands alone.
        person.view_model.playlist_detail.unpair(3)
        await until(lambda: library.covers.get("p").pixelColor(*places[3]).name() == colours[0], person.toasts)
        await person.close()

    in_loop(scenario)


def test_a_library_that_can_not_be_opened_says_so_and_can_be_tried_again(in_loop, tmp_path):
    (tmp_path / "Ann" / "library.db").mkdir(parents=True)

    async def scenario():
        person = await open_window(tmp_path, "Ann", None)
        await until(lambda: person.can_press("Try again"), lambda: texts(person))
        assert not person.can_press("Look for music")
        (tmp_path / "Ann" / "library.db").rmdir()
        person.press("Try again")
        await until(lambda: person.can_press("Choose music folder"), lambda: texts(person))
        await person.close()

    in_loop(scenario)
