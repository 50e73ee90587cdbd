"""Widgets made ready before they are seen, a few at a time: the first look at a page is then as quick as any other."""

import asyncio
import time
from typing import Final

from PySide6.QtWidgets import QWidget

#: Well below a frame, so that what the person does meanwhile is not kept waiting.
_SLICE_S: Final = 0.004


async def made_ready(window: QWidget) -> None:
    """Let every widget work out its style, which Qt would else do for a whole page when it is first seen."""
    began_s = time.perf_counter()
    for widget in window.findChildren(QWidget):
        widget.ensurePolished()
        if time.perf_counter() - began_s > _SLICE_S:
            await asyncio.sleep(0)
            began_s = time.perf_counter()
