from PySide6.QtCore import Qt

from client.spotify.loopback import LoopbackListener
from ui.desktop.client_id_dialog import REDIRECT_URI, ClientIdDialog
from ui.widgets.label import Label
from ui.widgets.text_field import TextField

CLIENT_ID = "0123456789abcdef0123456789abcdef"


def texts(dialog):
    return [label.text() for label in dialog.findChildren(Label) if label.isVisible()]


def test_what_is_no_client_id_is_said_and_can_be_mended(theme, qtbot):
    dialog = ClientIdDialog()
    qtbot.addWidget(dialog)
    dialog.open()
    field = dialog.findChild(TextField)
    with qtbot.assertNotEmitted(dialog.entered):
        qtbot.keyClicks(field, "short")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert any("no Spotify client id" in text for text in texts(dialog))
    field.clear()
    qtbot.keyClicks(field, CLIENT_ID)
    with qtbot.waitSignal(dialog.entered) as entered:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert entered.args == [CLIENT_ID]
    assert not dialog.isVisible()


def test_the_redirect_uri_is_the_one_that_is_used_but_for_the_port(theme, qtbot, in_loop):
    async def used():
        async with LoopbackListener() as listener:
            return listener.redirect_uri

    scheme, host, rest = in_loop(used).split(":")
    assert f"{scheme}:{host}/{rest.partition('/')[2]}" == REDIRECT_URI
    dialog = ClientIdDialog()
    qtbot.addWidget(dialog)
    dialog.open()
    assert any(REDIRECT_URI in text for text in texts(dialog))
