"""Whether the person has asked the system for less movement."""

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_SPI_GETCLIENTAREAANIMATION: Final = 0x1042


def system_reduces_motion() -> bool:
    """Return what the desktop's setting says; False where there is none to ask."""
    if sys.platform == "win32":
        return _windows_reduces_motion()
    if sys.platform == "darwin":
        return _macos_reduces_motion()
    from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 - D-Bus is Linux's alone

    return portal_reduces_motion(QDBusConnection.sessionBus())


def portal_reduces_motion(bus: "QDBusConnection") -> bool:
    """Ask the desktop portal, which GNOME, KDE and others answer alike; it has 200 ms to answer."""
    from PySide6.QtDBus import QDBus, QDBusMessage  # noqa: PLC0415 - D-Bus is Linux's alone

    if not bus.isConnected():
        return False
    message = QDBusMessage.createMethodCall(
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "ReadOne",
    )
    message.setArguments(["org.gnome.desktop.interface", "enable-animations"])
    reply = bus.call(message, QDBus.CallMode.Block, 200)
    if reply.type() != QDBusMessage.MessageType.ReplyMessage or not reply.arguments():
        return False
    answer: Any = reply.arguments()[0]
    value = answer.variant() if hasattr(answer, "variant") else answer
    return value is False


def _windows_reduces_motion() -> bool:
    import ctypes  # noqa: PLC0415 - Windows alone

    animated = ctypes.c_int(1)
    windll: Any = getattr(ctypes, "windll", None)
    asked = windll.user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animated), 0)
    return bool(asked) and animated.value == 0


def _macos_reduces_motion() -> bool:
    from PySide6.QtCore import QSettings  # noqa: PLC0415 - macOS alone

    return bool(QSettings("com.apple.universalaccess").value("reduceMotion", defaultValue=False, type=bool))
