"""A 64-bit number inside a D-Bus variant, which Qt for Python alone can't send.

Qt for Python makes an int32 of every Python int that fits into one, and its QDBusArgument takes ints as 16 bits. Qt's
own `QDBusArgument::operator<<(qlonglong)` is in the library that is loaded anyway; its symbol is part of the binary
interface that Qt 6 keeps, named by the Itanium C++ ABI that all Linux compilers share.
"""

import ctypes
import functools
import os
from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6.QtDBus import QDBusArgument

_LIBRARY: Final = "libQt6DBus.so.6"
_APPEND_INT64: Final = "_ZN13QDBusArgumentlsEx"


def int64(value: int) -> QDBusArgument | int:
    """Return a value that travels as int64 ("x") inside a variant; where Qt does not offer it, the plain int."""
    append = _append_int64()
    if append is None:
        return value
    argument = QDBusArgument()
    append(shiboken6.getCppPointer(argument)[0], value)
    return argument


@functools.cache
def _append_int64() -> Callable[[int, int], object] | None:
    try:
        library = ctypes.CDLL(_LIBRARY, os.RTLD_NOLOAD | os.RTLD_NOW)
        append = library[_APPEND_INT64]
    except (OSError, AttributeError):
        return None
    append.argtypes = (ctypes.c_void_p, ctypes.c_longlong)
    append.restype = ctypes.c_void_p
    return append
