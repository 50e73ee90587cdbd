from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QWidget

from ui.screens.first_run.screen import FirstRunScreen
from ui.screens.first_run.state import FirstRunState, FolderState, PlaylistsState, ServerState, Step
from ui.screens.first_run.steps import SERVE_COMMAND
from ui.screens.settings.state import AccountPhase
from ui.widgets.buttons import PrimaryButton
from ui.widgets.label import Label
from ui.widgets.text_field import TextField
from ui.widgets.trouble import Trouble

SIGNALS = [
    "folder_chosen",
    "sign_in_requested",
    "sign_in_cancel_requested",
    "import_chosen",
    "server_requested",
    "name_requested",
    "next_requested",
    "back_requested",
    "finished",
]
SERVER = ServerState(note="Takes Spotify accounts")


@pytest.fixture
def screen(theme, qtbot):
    made = FirstRunScreen()
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.show()
    return made


@pytest.fixture
def wishes(screen):
    heard = []
    for name in SIGNALS:
        getattr(screen, name).connect(lambda *what, name=name: heard.append((name, *what)))
    return heard


def seen(screen):
    return [
        made.words() for made in screen.findChildren(QAbstractButton) if made.isVisible() and hasattr(made, "words")
    ]


def press(screen, qtbot, words):
    button = next(
        made
        for made in screen.findChildren(QAbstractButton)
        if made.isVisible() and hasattr(made, "words") and made.words() == words
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("step", [Step.FOLDER, Step.PLAYLISTS, Step.SERVER])
def test_each_step_can_be_skipped(screen, qtbot, wishes, step):
    screen.show_state(FirstRunState(step))
    press(screen, qtbot, "Skip")
    assert wishes == [("next_requested",)]


@pytest.mark.parametrize(
    "state",
    [
        FirstRunState(folder=FolderState("/home/ana/Music")),
        FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(AccountPhase.SIGNED_IN, "Ana")),
        FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(count=1)),
        FirstRunState(Step.SERVER, server=SERVER),
        FirstRunState(Step.SERVER, server=replace(SERVER, asks_name=True, name="Ana")),
    ],
)
def test_what_is_done_goes_on(screen, qtbot, wishes, state):
    screen.show_state(state)
    assert "Skip" not in seen(screen)
    press(screen, qtbot, "Continue")
    assert wishes == [("next_requested",)]


@pytest.mark.parametrize(
    "state",
    [
        FirstRunState(folder=FolderState("/root", trouble="It can't be read.")),
        FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(AccountPhase.WAITING)),
        FirstRunState(Step.SERVER, server=replace(SERVER, checking=True)),
        FirstRunState(Step.SERVER, server=replace(SERVER, trouble="No answer.")),
        FirstRunState(Step.SERVER, server=replace(SERVER, asks_name=True)),
        FirstRunState(Step.SERVER, server=replace(SERVER, asks_name=True, name="x", name_trouble="Too short.")),
    ],
)
def test_what_is_not_done_can_only_be_skipped(screen, state):
    screen.show_state(state)
    assert "Continue" not in seen(screen)
    assert "Skip" in seen(screen)


def test_the_end_opens_the_app(screen, qtbot, wishes):
    screen.show_state(FirstRunState(Step.DONE))
    assert "Skip" not in seen(screen)
    press(screen, qtbot, "Open Lockstep")
    press(screen, qtbot, "Back")
    assert wishes == [("finished",), ("back_requested",)]


def test_there_is_no_way_back_from_the_first_step(screen):
    assert "Back" not in seen(screen)


def test_the_folder_is_chosen_suggested_or_dropped(screen, qtbot, wishes, tmp_path):
    music = tmp_path / "Music"
    music.mkdir()
    screen.show_state(FirstRunState(folder=FolderState(suggestion=str(music))))
    press(screen, qtbot, "Use my “Music” folder")
    press(screen, qtbot, "Choose folder…")
    dialog = screen.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    drop(screen, [music])
    assert wishes == [("folder_chosen", str(music)), ("folder_chosen", str(tmp_path)), ("folder_chosen", str(music))]


def test_what_is_no_folder_is_not_taken(screen, wishes, tmp_path):
    (tmp_path / "song.mp3").write_bytes(b"")
    drop(screen, [tmp_path / "song.mp3"])
    drop(screen, [tmp_path, tmp_path])
    drop(screen, [tmp_path / "gone"])
    assert wishes == []


def drop(screen, paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, none)
    QApplication.sendEvent(screen.folder, enter)
    QApplication.sendEvent(screen.folder, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, button, none))


def test_playlists_are_signed_in_for_or_imported(screen, qtbot, wishes, tmp_path):
    screen.show_state(FirstRunState(Step.PLAYLISTS))
    press(screen, qtbot, "Sign in to Spotify")
    press(screen, qtbot, "Import a playlist…")
    dialog = screen.findChild(QFileDialog)
    dialog.filesSelected.emit([str(tmp_path / "a.m3u"), str(tmp_path / "b.csv")])
    dialog.reject()
    screen.show_state(FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(AccountPhase.WAITING)))
    press(screen, qtbot, "Cancel")
    assert wishes == [
        ("sign_in_requested",),
        ("import_chosen", [str(tmp_path / "a.m3u"), str(tmp_path / "b.csv")]),
        ("sign_in_cancel_requested",),
    ]


def test_a_server_is_typed_and_a_name_asked_where_it_wants_one(screen, qtbot, wishes):
    screen.show_state(FirstRunState(Step.SERVER, server=ServerState(address="http://there.example", asks_name=True)))
    for field in screen.server.findChildren(TextField):
        field.setText("Ana")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    press(screen, qtbot, "Use api.lockstep.at")
    assert wishes == [
        ("server_requested", "Ana"),
        ("name_requested", "Ana"),
        ("server_requested", "https://api.lockstep.at"),
    ]
    screen.show_state(FirstRunState(Step.SERVER))
    assert [field.isVisible() for field in screen.server.findChildren(TextField)] == [True, False]


def test_a_name_can_be_gone_on_with_while_it_is_being_typed(screen, qtbot, wishes):
    asks = FirstRunState(Step.SERVER, server=replace(SERVER, asks_name=True))
    screen.show_state(asks)
    field = screen.server.findChildren(TextField)[1]
    qtbot.keyClicks(field, "  ")
    assert "Continue" not in seen(screen)
    qtbot.keyClicks(field, "Ana")
    assert "Skip" not in seen(screen)
    screen.activateWindow()
    field.setFocus()
    press(screen, qtbot, "Continue")
    assert wishes == [("name_requested", "Ana"), ("next_requested",)]


def test_a_name_that_is_asked_for_gets_the_focus_and_enter_in_it_goes_on(screen, qtbot, wishes):
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.show_state(FirstRunState(Step.SERVER, server=replace(SERVER, checking=True)))
    address, name = screen.server.findChildren(TextField)
    address.setFocus()
    screen.show_state(FirstRunState(Step.SERVER, server=replace(SERVER, asks_name=True)))
    assert screen.focusWidget() is name
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.keyClicks(name, "Ana")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert wishes == [("name_requested", ""), ("name_requested", "Ana"), ("next_requested",)]


def test_the_command_of_a_server_of_ones_own_can_be_copied(screen, qtbot):
    screen.show_state(FirstRunState(Step.SERVER))
    copy = next(made for made in screen.findChildren(QAbstractButton) if made.accessibleName() == "Copy the command")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == SERVE_COMMAND
    assert {"--host", "--accounts", "--ntp-port"} <= set(SERVE_COMMAND.split())


def test_the_address_has_the_focus_when_its_step_comes(screen, qtbot):
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.show_state(FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(count=1)))
    next(made for made in screen.findChildren(QAbstractButton) if made.text() == "Continue").setFocus()
    screen.show_state(FirstRunState(Step.SERVER))
    assert screen.focusWidget() is screen.server.findChildren(TextField)[0]
    assert screen.focusWidget().selectedText() == "https://api.lockstep.at"


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        (FirstRunState(), FirstRunState(folder=FolderState("/home/ana/Music")), "Choose folder…"),
        (
            FirstRunState(Step.PLAYLISTS),
            FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(count=1)),
            "Import a playlist…",
        ),
    ],
)
def test_what_was_asked_is_gone_on_with_by_enter(screen, qtbot, before, after, asked):
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.show_state(before)
    next(one for one in screen.findChildren(QAbstractButton) if one.text() == asked and one.isVisible()).setFocus()
    screen.show_state(after)
    assert screen.focusWidget().words() == "Continue"


def test_the_focus_goes_from_skip_to_the_way_on_and_not_back(screen, qtbot):
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.show_state(FirstRunState(Step.SERVER))
    skip = next(made for made in screen.findChildren(QAbstractButton) if made.text() == "Skip")
    skip.setFocus()
    screen.show_state(FirstRunState(Step.DONE))
    assert screen.focusWidget().words() == "Open Lockstep"


def test_an_address_that_is_shown_whole_leaves_the_cursor_where_it_is_typed(screen, qtbot):
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.show_state(FirstRunState(Step.SERVER))
    address = screen.server.findChildren(TextField)[0]
    address.setFocus()
    address.clear()
    qtbot.keyClicks(address, "there.example")
    qtbot.keyClick(address, Qt.Key.Key_Return)
    screen.show_state(FirstRunState(Step.SERVER, server=ServerState(address="https://there.example", trouble="No.")))
    assert address.cursorPosition() == len("https://there.example")


def test_the_end_says_what_there_is_and_what_was_skipped(screen):
    there = FirstRunState(
        Step.DONE,
        FolderState("/home/ana/Music", found="1,204 files"),
        PlaylistsState(AccountPhase.SIGNED_IN, "Ana", 2),
        replace(SERVER, address="http://there.example", asks_name=True, name="Ana"),
    )
    screen.show_state(there)
    said = [label.text().translate({0x2068: None, 0x2069: None}) for label in screen.findChildren(Label)]
    assert {
        "/home/ana/Music · 1,204 files",
        "Signed in as Ana · 2 playlists in your library",
        "http://there.example · as Ana",
    } <= set(said)
    screen.show_state(FirstRunState(Step.DONE))
    assert sum("yet" in label.text() for label in screen.findChildren(Label) if label.isVisible()) == 3


def test_trouble_has_an_icon_and_words(screen):
    screen.show_state(FirstRunState(folder=FolderState("/root", trouble="It can't be read.")))
    trouble = next(made for made in screen.findChildren(Trouble) if made.isVisible())
    assert trouble.text() == "It can't be read."
    assert all(child.isVisible() and child.width() > 0 for child in trouble.findChildren(QWidget))
    assert len(trouble.findChildren(QWidget)) == 2
    screen.show_state(FirstRunState(folder=FolderState("/home/ana/Music")))
    assert not trouble.isVisible()


def test_a_new_step_and_what_is_wrong_are_told(screen, announced):
    screen.show_state(FirstRunState(Step.PLAYLISTS))
    screen.show_state(FirstRunState(Step.PLAYLISTS, playlists=PlaylistsState(trouble="Spotify refused. Try again.")))
    assert announced == ["Step 2 of 4. Bring your playlists", "Spotify refused. Try again."]
    assert "Spotify refused. Try again." in [label.text() for label in screen.findChildren(Label) if label.isVisible()]


def test_the_first_button_is_reached_by_keyboard(screen, qtbot, wishes):
    screen.show_state(FirstRunState(folder=FolderState(suggestion="/home/ana/Music")))
    screen.activateWindow()
    primary = next(made for made in screen.findChildren(PrimaryButton) if made.isVisible())
    assert primary.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(primary, Qt.Key.Key_Space)
    assert screen.findChild(QFileDialog) is not None
    screen.findChild(QFileDialog).reject()
