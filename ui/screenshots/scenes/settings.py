"""Settings: usual, measuring and clicking, in trouble, in a session, long names."""

from dataclasses import replace

from PySide6.QtWidgets import QDialog, QWidget

from ui.desktop.client_id_dialog import ClientIdDialog
from ui.screens.settings.about_section import AboutSection
from ui.screens.settings.screen import SettingsScreen
from ui.screens.settings.state import (
    AboutState,
    AccountPhase,
    ClockState,
    LibraryState,
    Licence,
    RunBuddyState,
    SettingsState,
    SoundState,
    StorageState,
)
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE
from ui.screenshots.scene import Scene
from ui.screenshots.window import in_window
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section
from ui.widgets.buttons import DangerButton, PrimaryButton
from ui.widgets.question import Question
from ui.widgets.text_field import TextField

_GIB = 1024**3
_DEVICES = (("", "System default"), ("alsa.usb", "USB Headphones"), ("hdmi", "HDMI Output"))
_LICENCES = (
    Licence("httpx", "0.28.1", "BSD-3-Clause", "https://github.com/encode/httpx"),
    Licence("libVLC", "", "LGPL-2.1-or-later", "https://www.videolan.org"),
    Licence("mutagen", "1.47.0", "GPL-2.0-or-later"),
    Licence("numpy", "2.3.4", "BSD-3-Clause"),
    Licence("PySide6-Essentials", "6.11.0", "LGPL-3.0-only"),
    Licence("websockets", "15.0.1", "BSD-3-Clause"),
)
USUAL = SettingsState(
    LibraryState("/home/ana/Music", "1,204 files", account_phase=AccountPhase.SIGNED_IN, account="Ana Moreno"),
    RunBuddyState(server="https://api.lockstep.at", server_note="Takes Spotify accounts"),
    ClockState("pool.ntp.org", result="Synced to ± 0.3 ms, 2 minutes ago"),
    SoundState(_DEVICES, device_note="Plays to Built-in Audio", delay_ms=34.0),
    StorageState(2 * _GIB, "1.2 GiB in use"),
    AboutState("0.1.0", _LICENCES),
)
_BUSY = SettingsState(
    LibraryState("/home/ana/Music", scan="1,204 of 20,000 files", account_phase=AccountPhase.WAITING),
    RunBuddyState(server="http://192.168.1.20:8765", server_checking=True, asks_name=True, name="Ana"),
    ClockState("pool.ntp.org", measuring=True),
    SoundState(
        _DEVICES, "alsa.usb", delay_ms=-3.5, clicking=True, click_note="Clicking at every second · clock ± 0.3 ms"
    ),
    StorageState(3 * _GIB, debug=True),
    AboutState("0.1.0"),
)
_TROUBLE = SettingsState(
    LibraryState(
        "/media/stick/Music",
        folder_trouble="The folder is gone. Plug the drive in, or choose another folder.",
        account_trouble="Spotify has ended the sign-in. Sign in again.",
    ),
    RunBuddyState(
        server="https://lockstep.example",
        server_trouble="lockstep.example gives no answer. Check the address, or your network.",
        asks_name=True,
        name_trouble="Enter a name: others have to call you something.",
    ),
    ClockState(
        "256.1.1.1:99999",
        "“256.1.1.1:99999” is no NTP server. Enter a name or an address, as in pool.ntp.org or 192.168.1.20:11123.",
        trouble="Clock sync failed. pool.ntp.org does not answer. Check the network, or choose another NTP server.",
    ),
    SoundState(
        _DEVICES,
        "alsa.usb",
        device_trouble="USB Headphones are not plugged in. Music plays by Built-in Audio until they are.",
        delay_trouble="The delay can't be kept: the disk is full.",
        click_locked="Pause the music first",
    ),
    StorageState(2 * _GIB, "nothing in use"),
    AboutState("0.1.0", _LICENCES),
)
_IN_SESSION = SettingsState(
    USUAL.library,
    USUAL.runbuddy,
    USUAL.clock,
    replace(USUAL.sound, click_locked="There is a session running"),
    USUAL.storage,
    USUAL.about,
    "Change this when the session is over",
)
_HOSTILE = SettingsState(
    LibraryState(HOSTILE, ENDLESS, account_phase=AccountPhase.SIGNED_IN, account=ENDLESS),
    RunBuddyState(server=ENDLESS, server_note=HOSTILE, server_trouble=ENDLESS, asks_name=True, name=HOSTILE),
    ClockState(ENDLESS, HOSTILE, result=ENDLESS, trouble=HOSTILE),
    SoundState((("", HOSTILE), ("x", ENDLESS)), "x", ENDLESS, HOSTILE, clicking=True, click_note=ENDLESS),
    StorageState(1, ENDLESS),
    AboutState(HOSTILE, (Licence(HOSTILE, ENDLESS, ENDLESS),)),
)
_RTL = SettingsState(
    LibraryState("/home/ليلى/موسيقى", "1,204", account_phase=AccountPhase.SIGNED_IN, account=ARABIC[1]),
    USUAL.runbuddy,
    USUAL.clock,
    USUAL.sound,
    USUAL.storage,
    USUAL.about,
)


def _window(state: SettingsState) -> MainWindow:
    screen = SettingsScreen()
    screen.show_state(state)
    return in_window(screen, Section.SETTINGS)


def _to_the_end(widget: QWidget) -> None:
    bar = widget.findChildren(SettingsScreen)[0].page.verticalScrollBar()
    bar.setValue(bar.maximum())


def _to_the_middle(widget: QWidget) -> None:
    bar = widget.findChildren(SettingsScreen)[0].page.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)


def _licences(widget: QWidget) -> QDialog:
    return widget.findChildren(AboutSection)[0].show_licences()


def _reset(widget: QWidget) -> QDialog:
    widget.findChildren(DangerButton)[0].click()
    return widget.findChildren(Question)[0]


def _client_id(widget: QWidget) -> QDialog:
    dialog = ClientIdDialog(widget)
    dialog.open()
    return dialog


def _wrong_client_id(widget: QWidget) -> QDialog:
    dialog = _client_id(widget)
    dialog.findChildren(TextField)[0].setText("12345")
    dialog.findChildren(PrimaryButton)[0].click()
    return dialog


SCENES = (
    Scene("settings", "usual", lambda: _window(USUAL), for_docs="settings"),
    Scene("settings", "usual-middle", lambda: _window(USUAL), opened=_to_the_middle),
    Scene("settings", "usual-end", lambda: _window(USUAL), opened=_to_the_end),
    Scene("settings", "busy", lambda: _window(_BUSY)),
    Scene("settings", "busy-middle", lambda: _window(_BUSY), opened=_to_the_middle),
    Scene("settings", "trouble", lambda: _window(_TROUBLE)),
    Scene("settings", "trouble-middle", lambda: _window(_TROUBLE), opened=_to_the_middle),
    Scene("settings", "in-session", lambda: _window(_IN_SESSION)),
    Scene("settings", "in-session-middle", lambda: _window(_IN_SESSION), opened=_to_the_middle),
    Scene("settings", "opening", lambda: _window(SettingsState())),
    Scene("settings", "reset", lambda: _window(USUAL), opened=_reset),
    Scene("settings", "client-id", lambda: _window(USUAL), opened=_client_id),
    Scene("settings", "client-id-trouble", lambda: _window(USUAL), opened=_wrong_client_id),
    Scene("settings", "hostile", lambda: _window(_HOSTILE)),
    Scene("settings", "small", lambda: _window(USUAL), (1000, 640)),
    Scene("settings", "rtl", lambda: _window(_RTL), right_to_left=True),
    Scene("settings", "licences", lambda: _window(USUAL), opened=_licences),
)
