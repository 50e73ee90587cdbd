"""All widgets on two pages, to see them side by side."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from client.socket import SocketState
from ui.screenshots.samples import HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, TRACKS
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import FOLLOWING, LEADING, pill
from ui.theme.tokens import TextRole, Tone
from ui.viewmodel.session_states import banner as banner_of
from ui.widgets.badge import Badge
from ui.widgets.buttons import DangerButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.choice import Choice
from ui.widgets.code_display import CodeDisplay
from ui.widgets.cover import Cover
from ui.widgets.durations import clock_time
from ui.widgets.form_row import FormRow
from ui.widgets.icon_button import IconButton
from ui.widgets.key_cap import KeyCap
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.pairing_ring import PairingRing
from ui.widgets.progress_row import ProgressRow
from ui.widgets.role_banner import RoleBanner
from ui.widgets.row_list import RowList
from ui.widgets.rows import Row, RowBadge
from ui.widgets.scroll_page import ScrollPage
from ui.widgets.search_field import SearchField
from ui.widgets.section_header import SectionHeader
from ui.widgets.seek_slider import SeekSlider
from ui.widgets.spinner import Spinner
from ui.widgets.switch import Switch
from ui.widgets.sync_pill import SyncPill, SyncPillState
from ui.widgets.volume_slider import VolumeSlider


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(12)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return line


def _pill(state: SyncPillState | None) -> SyncPill:
    pill = SyncPill()
    pill.show_state(state)
    return pill


def controls() -> QWidget:
    """Return the page of texts, buttons, badges and fields."""
    page = ScrollPage()
    page.setObjectName("page")
    content: QVBoxLayout = page.content
    content.setSpacing(16)
    content.addWidget(SectionHeader("Good evening", "The five sizes of text, and everything small", TextRole.DISPLAY))
    content.addLayout(_line(*(Label(str(role).capitalize(), role) for role in TextRole)))
    content.addLayout(
        _line(
            PrimaryButton("Play", "play_arrow-fill"),
            PrimaryButton("Start RunBuddy", "sensors", tone=Tone.LEADING),
            PrimaryButton("Join", "headphones", tone=Tone.FOLLOWING),
            SecondaryButton("Choose folder…", "folder_open"),
            QuietButton("Skip"),
            DangerButton("End session"),
        )
    )
    locked = PrimaryButton("Start RunBuddy", "sensors", tone=Tone.LEADING)
    locked.set_locked("2 tracks have no file")
    locked_edge = SecondaryButton("Choose folder…", "folder_open")
    locked_edge.setEnabled(False)
    icon = IconButton("skip_next-fill", "Next track")
    icon.set_locked("Ana leads")
    content.addLayout(
        _line(locked, locked_edge, IconButton("play_arrow-fill", "Play", side=48, icon_side=28, filled=True), icon)
    )
    content.addLayout(
        _line(
            Badge("You have all tracks", Tone.FOLLOWING, "check"),
            Badge("Live", Tone.LEADING, "sensors"),
            Badge("12 of 14"),
            Badge("No file", Tone.WARNING, "link_off"),
            Badge("Damaged", Tone.ERROR, "error"),
        )
    )
    content.addLayout(
        _line(
            _pill(pill(FOLLOWING)),
            _pill(pill(LEADING)),
            _pill(pill(FOLLOWING, drift_ms=45.0)),
            _pill(pill(FOLLOWING, SocketState.RECONNECTING)),
            _pill(pill(FOLLOWING, clock_uncertainty_ms=None)),
            _pill(pill(FOLLOWING, is_playing=False)),
        )
    )
    for state in (LEADING, FOLLOWING):
        banner = RoleBanner()
        banner.show_state(banner_of(state))
        content.addWidget(banner)
    code = CodeDisplay()
    code.show_code("K7QM2X")
    content.addWidget(code)
    content.addStretch(1)
    return page


def fields() -> QWidget:
    """Return the page of fields, sliders, progress, covers and rows."""
    page = ScrollPage()
    page.setObjectName("page")
    content = page.content
    content.setSpacing(12)
    search = SearchField("Filter playlists")
    typed = SearchField("Filter playlists")
    typed.setText("Sunday")
    for field in (search, typed):
        field.setFixedWidth(280)
    choice = Choice("Sound device")
    choice.show_choices([("default", "System default"), ("usb", "USB headphones")], "default")
    content.addLayout(_line(search, typed, choice, Switch("On"), _switched_on(), Spinner()))
    rings = [PairingRing(24) for _ in range(3)]
    for ring, paired in zip(rings, (0, 12, 14), strict=True):
        ring.show_pairing(paired, 14)
    content.addLayout(_line(*rings, KeyCap("Ctrl"), KeyCap("F"), KeyCap("Space")))
    seek, locked, volume = SeekSlider(), SeekSlider(), VolumeSlider()
    seek.show_position(73_000, 214_000)
    locked.show_position(3_700_000, 7_214_000)
    locked.set_locked("Ana leads")
    volume.show_volume(60)
    for slider in (seek, locked):
        slider.setFixedWidth(380)
    content.addLayout(_line(seek, locked, volume))
    progress = ProgressRow(cancellable=True)
    progress.show_progress("Looking through Music", "1,204 of 20,000 files", 0.06)
    content.addWidget(progress)
    row = FormRow("Session server", SecondaryButton("Change…"), "Where sessions are found: api.lockstep.at")
    row.show_trouble("That address gives no answer. Check it, or the network.")
    content.addWidget(row)
    content.addWidget(ElidedLabel(LONG_TITLE))
    covers = []
    for title, artist, _duration in TRACKS[:7]:
        cover = Cover(128)
        cover.show_cover(None, title, artist)
        covers.append(cover)
    content.addLayout(_line(*covers))
    content.addWidget(_rows(), 1)
    return page


def _switched_on() -> Switch:
    switch = Switch("Enable RunBuddy")
    switch.setChecked(True)
    return switch


def _rows() -> RowList:
    rows = RowList("Tracks")
    title, artist, duration = TRACKS[0]
    rows.show_rows(
        [
            Row("1", title, artist, number="1", trailing=clock_time(duration), current=True),
            Row(
                "2",
                LONG_TITLE,
                LONG_ARTIST,
                number="2",
                trailing="5:02",
                badge=RowBadge("No file", Tone.WARNING, "link_off"),
                dimmed=True,
            ),
            Row("3", *JAPANESE, number="3", trailing="3:05", badge=RowBadge("98 %", Tone.NEUTRAL, "check")),
            Row("4", HOSTILE, HOSTILE, number="4", trailing="1:02:05", pairing=(12, 14)),
        ]
    )
    rows.setMinimumHeight(4 * 56)
    return rows


def _focus_first(widget: QWidget) -> None:
    widget.focusNextChild()


SCENES = (
    Scene("widgets", "controls", controls, (1100, 760), opened=_focus_first),
    Scene("widgets", "controls-rtl", controls, (1100, 760), right_to_left=True),
    Scene("widgets", "fields", fields, (1100, 860)),
    Scene("widgets", "fields-rtl", fields, (1100, 860), right_to_left=True),
)
