"""Whether the person has asked the system for less movement."""

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_SPI_GETCLIENTAREAANIMATION: Final = 0x1042
_NOBODY: Final = object()


def system_reduces_motion() -> bool:
    """Return what the desktop's setting says; False where there is none to ask."""
    if sys.platform == "win32":
        return _windows_reduces_motion()
    if sys.platform == "darwin":
        return _macos_reduces_motion()
    from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 - D-Bus is Linux's alone

    return portal_reduces_motion(QDBusConnection.sessionBus())


def portal_reduces_motion(bus: "QDBusConnection") -> bool:
    """Ask the desktop portal, which GNOME, KDE and others answer alike; it has 200 ms for an answer.

    Most desktops switch all animations off; some know less movement as a wish of its own (XDG portal, Settings).
    """
    if not bus.isConnected():
        return False
    animated = _portal_setting(bus, "org.gnome.desktop.interface", "enable-animations")
    if animated is _NOBODY:
        return False
    return animated is False or _portal_setting(bus, "org.freedesktop.appearance", "reduced-motion") == 1


def _portal_setting(bus: "QDBusConnection", namespace: str, key: str) -> Any:
    """Return the value of a setting, None where it is not known, or _NOBODY where there is no portal to ask."""
    from PySide6.QtDBus import QDBus, QDBusMessage  # noqa: PLC0415 - D-Bus is Linux's alone

    message = QDBusMessage.createMethodCall(
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "ReadOne",
    )
    message.setArguments([namespace, key])
    reply = bus.call(message, QDBus.CallMode.Block, 200)
    if reply.type() != QDBusMessage.MessageType.ReplyMessage or not reply.arguments():
        return _NOBODY if reply.errorName().startswith("org.freedesktop.DBus.Error.") else None
    answer: Any = reply.arguments()[0]
    return answer.variant() if hasattr(answer, "variant") else answer


def _windows_reduces_motion() -> bool:
    import ctypes  # noqa: PLC0415 - Windows alone

    animated = ctypes.c_int(1)
    windll: Any = getattr(ctypes, "windll", None)
    asked = windll.user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animated), 0)
    return bool(asked) and animated.value == 0


def _macos_reduces_motion() -> bool:
    from PySide6.QtCore import QSettings  # noqa: PLC0415 - macOS alone

    return bool(QSettings("com.apple.universalaccess").value("reduceMotion", defaultValue=False, type=bool))
