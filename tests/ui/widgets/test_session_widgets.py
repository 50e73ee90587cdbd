import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from ui.screenshots.samples import ENDLESS, HOSTILE
from ui.theme.tokens import Tone
from ui.widgets.badge import Badge
from ui.widgets.buttons import SecondaryButton
from ui.widgets.code_display import CodeDisplay
from ui.widgets.pairing_ring import PairingRing
from ui.widgets.plain import isolated
from ui.widgets.role_banner import RoleBanner, RoleBannerState
from ui.widgets.sync_pill import SyncKind, SyncPill, SyncPillState


def test_the_pill_says_a_change_of_state_and_not_each_number(theme, qtbot, announced):
    pill = SyncPill()
    qtbot.addWidget(pill)
    pill.show_state(SyncPillState(SyncKind.IN_LOCKSTEP, "In lockstep · 0.2 ms"))
    pill.show_state(SyncPillState(SyncKind.IN_LOCKSTEP, "In lockstep · 0.3 ms"))
    pill.show_state(SyncPillState(SyncKind.RECONNECTING, "Reconnecting, playing on"))
    assert announced == ["In lockstep · 0.2 ms", "Reconnecting, playing on"]
    assert pill.accessibleName() == "Sync: Reconnecting, playing on"


def test_the_pill_stands_still_while_its_number_changes(theme, qtbot):
    pill = SyncPill()
    qtbot.addWidget(pill)
    widths = set()
    for drift in ("0.1", "1.7", "8.8"):
        pill.show_state(SyncPillState(SyncKind.IN_LOCKSTEP, f"In lockstep · {drift} ms"))
        widths.add(pill.sizeHint().width())
    assert len(widths) == 1


def test_words_of_the_same_length_get_the_room_that_they_need(theme, qtbot):
    pill = SyncPill()
    qtbot.addWidget(pill)
    room = QWidget()
    qtbot.addWidget(room)
    layout = QHBoxLayout(room)
    layout.addWidget(pill)
    layout.addStretch(1)
    pill.show_state(SyncPillState(SyncKind.LEADING, "iiiiiiii iiiiii i ± 0.5 ms"))
    room.resize(600, 60)
    room.show()
    pill.show_state(SyncPillState(SyncKind.RECONNECTING, "Reconnecting, playing on.."))
    QApplication.processEvents()
    assert pill.width() >= pill.sizeHint().width()


@pytest.mark.parametrize("kind", list(SyncKind))
def test_every_state_has_its_picture(theme, qtbot, kind):
    pill = SyncPill()
    qtbot.addWidget(pill)
    pill.show_state(SyncPillState(kind, ENDLESS, HOSTILE))
    pill.resize(200, 32)
    assert not pill.isHidden()
    assert not pill.grab().isNull()
    pill.show_state(None)
    assert pill.isHidden()


def test_states_differ_in_more_than_colour(theme, qtbot):
    pill = SyncPill()
    qtbot.addWidget(pill)
    pill.resize(200, 32)
    pictures = []
    for kind in SyncKind:
        pill.show_state(SyncPillState(kind, "same", tone=Tone.NEUTRAL))
        pictures.append(pill.grab().toImage())
    assert all(a != b for place, a in enumerate(pictures) for b in pictures[:place])


def test_the_pill_opens_the_panel_by_keyboard(theme, qtbot):
    pill = SyncPill()
    qtbot.addWidget(pill)
    pill.show_state(SyncPillState(SyncKind.LEADING, "Leading"))
    with qtbot.waitSignal(pill.clicked):
        qtbot.keyClick(pill, Qt.Key.Key_Space)


def test_the_banner_says_who_leads_once(theme, qtbot, announced):
    banner = RoleBanner()
    qtbot.addWidget(banner)
    state = RoleBannerState(Tone.FOLLOWING, f"Following {isolated(HOSTILE)}", "Leave")
    banner.show_state(state)
    banner.show_state(state)
    assert len(announced) == 1
    assert banner.accessibleName().startswith("Following <b>Bold</b>")
    with qtbot.waitSignal(banner.action_requested):
        qtbot.mouseClick(banner.findChild(SecondaryButton), Qt.MouseButton.LeftButton)
    banner.show_state(None)
    assert banner.isHidden()


def test_the_code_is_copied(theme, qtbot, announced):
    code = CodeDisplay()
    qtbot.addWidget(code)
    code.show()
    code.show_code("K7QM2X")
    button = code.findChild(SecondaryButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "K7QM2X"
    assert button.words() == "Copied"
    assert announced == ["Join code copied"]
    code.show_code(ENDLESS)
    assert code.sizeHint().width() < 1000


def test_a_ring_is_told_in_words(theme, qtbot):
    ring = PairingRing()
    qtbot.addWidget(ring)
    for paired, total, words in ((12, 14, "12 of 14 paired"), (0, 0, "No tracks"), (14, 14, "14 of 14 paired")):
        ring.show_pairing(paired, total)
        assert ring.accessibleName() == words
        assert not ring.grab().isNull()


def test_a_badge_is_seen_on_a_plane_of_its_own_colour(theme, qtbot):
    badge = Badge("Same ISRC", Tone.NEUTRAL, "check")
    qtbot.addWidget(badge)
    badge.resize(120, 24)
    picture = badge.grab().toImage()
    assert picture.pixelColor(60, 0).name() == theme.palette.soft_edge(Tone.NEUTRAL)
    assert picture.pixelColor(60, 3).name() == theme.palette.raised


def test_a_badge_is_no_longer_than_its_room(theme, qtbot):
    badge = Badge(ENDLESS, Tone.ERROR, "error")
    qtbot.addWidget(badge)
    badge.resize(100, 24)
    assert badge.minimumSizeHint().width() == 64
    assert not badge.grab().isNull()
