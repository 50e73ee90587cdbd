"""Room on the disk, and what helps when something goes wrong."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.screens.settings.state import StorageState
from ui.widgets.buttons import DangerButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.choice import Choice
from ui.widgets.form_row import FormRow
from ui.widgets.question import Question
from ui.widgets.switch import Switch

_GIB: Final = 1024**3
_SIZES: Final = tuple(
    (size, f"{size / _GIB:g} GiB") for size in (_GIB // 2, _GIB, 2 * _GIB, 5 * _GIB, 10 * _GIB, 20 * _GIB)
)


class StorageSection(Card):
    """`cache_size_requested(bytes)`; `reset_requested` comes after the person has said that it is meant."""

    cache_size_requested = Signal(object)
    clear_cache_requested = Signal()
    debug_requested = Signal(bool)
    log_folder_requested = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._size = Choice("Size of the cache")
        self._size.setMinimumWidth(128)
        self._clear = QuietButton("Empty the cache")
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._clear)
        line.addWidget(self._size)
        self._cache_row = FormRow("Cache", beside)
        self._debug = Switch()
        debug_row = FormRow("Detailed log", self._debug, "Writes what is needed to find a fault; never your tokens")
        logs = SecondaryButton("Open log folder", "open_in_new")
        logs_row = FormRow("Logs", logs, "Add the newest file when you report a fault")
        reset = DangerButton("Reset…", "restart_alt")
        reset_row = FormRow("Reset Lockstep", reset, "Everything as at the first start. Your music files stay")
        for row in (self._cache_row, debug_row, logs_row, reset_row):
            self.add(row)
        self._size.choice_requested.connect(lambda key: self.cache_size_requested.emit(int(key)))
        self._clear.clicked.connect(self.clear_cache_requested)
        self._debug.clicked.connect(self.debug_requested)
        logs.clicked.connect(self.log_folder_requested)
        reset.clicked.connect(self._ask_to_reset)

    def show_state(self, state: StorageState) -> None:
        """Show this state; a size that is none of the usual ones is offered too."""
        sizes = dict(_SIZES)
        sizes.setdefault(state.cache_bytes, f"{state.cache_bytes / _GIB:.1f} GiB")
        choices = [(str(size), words) for size, words in sorted(sizes.items())]
        self._size.show_choices(choices, str(state.cache_bytes))
        in_use = f" · {state.cache_note}" if state.cache_note else ""
        self._cache_row.show_hint(f"Decoded music: tracks start at once{in_use}")
        self._debug.setChecked(state.debug)

    def _ask_to_reset(self) -> None:
        question = Question(
            "Reset Lockstep?",
            "Your settings and sign-ins, the library with its playlists and pairings, and the output delays are "
            "forgotten. Your music files and your playlists at Spotify are not touched.",
            "Reset",
            parent=self.window(),
        )
        question.answered.connect(lambda meant: self.reset_requested.emit() if meant else None)
        question.finished.connect(question.deleteLater)
        question.open()
