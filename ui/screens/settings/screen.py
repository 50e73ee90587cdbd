"""The settings screen: its sections under one another."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.screens.settings.about_section import AboutSection
from ui.screens.settings.library_section import LibrarySection
from ui.screens.settings.runbuddy_section import ClockSection, RunBuddySection
from ui.screens.settings.sound_section import SoundSection
from ui.screens.settings.state import SettingsState
from ui.screens.settings.storage_section import StorageSection
from ui.theme.tokens import TextRole
from ui.widgets.label import Label
from ui.widgets.scroll_page import ScrollPage

_WIDEST = 760


class SettingsScreen(QWidget):
    """Shows a SettingsState; every wish is a signal, and nothing is changed until the next state says so."""

    folder_chosen = Signal(str)
    rescan_requested = Signal()
    sign_in_requested = Signal()
    sign_in_cancel_requested = Signal()
    sign_out_requested = Signal()
    enabled_requested = Signal(bool)
    server_requested = Signal(str)
    name_requested = Signal(str)
    ntp_server_requested = Signal(str)
    measure_requested = Signal()
    device_requested = Signal(str)
    engine_requested = Signal(str)
    delay_requested = Signal(float)
    click_requested = Signal(bool)
    cache_size_requested = Signal(object)
    clear_cache_requested = Signal()
    debug_requested = Signal(bool)
    log_folder_requested = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: SettingsState | None = None
        self.library = LibrarySection()
        self.runbuddy = RunBuddySection()
        self.clock = ClockSection()
        self.sound = SoundSection()
        self.storage = StorageSection()
        self.about = AboutSection()
        page = ScrollPage(_WIDEST, self)
        page.content.addWidget(Label("Settings", TextRole.HEADING))
        for title, section in (
            ("Music", self.library),
            ("RunBuddy", self.runbuddy),
            ("Clock", self.clock),
            ("Sound", self.sound),
            ("Storage and help", self.storage),
            ("About", self.about),
        ):
            page.content.addSpacing(16)
            section.setAccessibleName(title)
            page.content.addWidget(Label(title, TextRole.TITLE, heading=True))
            page.content.addWidget(section)
        page.content.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        self.page = page
        self._pass_on()
        # Nothing turns and nothing is asked for while it is not known yet.
        self.show_state(SettingsState())

    def show_state(self, state: SettingsState) -> None:
        """Show this state."""
        if state == self._state:
            return
        self._state = state
        self.library.show_state(state.library)
        self.runbuddy.show_state(state.runbuddy, state.locked)
        self.clock.show_state(state.clock, state.locked)
        self.sound.show_state(state.sound, state.locked)
        self.storage.show_state(state.storage)
        self.about.show_state(state.about)

    def _pass_on(self) -> None:
        """Let each section's wishes be the screen's."""
        self.library.folder_chosen.connect(self.folder_chosen)
        self.library.rescan_requested.connect(self.rescan_requested)
        self.library.sign_in_requested.connect(self.sign_in_requested)
        self.library.sign_in_cancel_requested.connect(self.sign_in_cancel_requested)
        self.library.sign_out_requested.connect(self.sign_out_requested)
        self.runbuddy.enabled_requested.connect(self.enabled_requested)
        self.runbuddy.server_requested.connect(self.server_requested)
        self.runbuddy.name_requested.connect(self.name_requested)
        self.clock.ntp_server_requested.connect(self.ntp_server_requested)
        self.clock.measure_requested.connect(self.measure_requested)
        self.sound.device_requested.connect(self.device_requested)
        self.sound.engine_requested.connect(self.engine_requested)
        self.sound.delay_requested.connect(self.delay_requested)
        self.sound.click_requested.connect(self.click_requested)
        self.storage.cache_size_requested.connect(self.cache_size_requested)
        self.storage.clear_cache_requested.connect(self.clear_cache_requested)
        self.storage.debug_requested.connect(self.debug_requested)
        self.storage.log_folder_requested.connect(self.log_folder_requested)
        self.storage.reset_requested.connect(self.reset_requested)
