"""Every colour, size and duration of the app, in one place (pure).

One neutral ramp, a little warm; one accent for leading, another for following; amber and red for trouble and nothing
else. Lengths are logical pixels on a grid of four.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Final

GRID: Final = 4
RADIUS: Final = 8
RADIUS_SMALL: Final = 4
SIDEBAR_WIDTH: Final = 220
SIDEBAR_NARROW_WIDTH: Final = 72
PLAYER_BAR_HEIGHT: Final = 72
PAGE_MARGIN: Final = 32
CONTROL_HEIGHT: Final = 36
ROW_HEIGHT: Final = 56
ICON: Final = 20
FOCUS_WIDTH: Final = 2
MOTION_MS: Final = 150
#: How much of its text's colour lies over a button under the pointer, and under a press.
HOVER_SHARE: Final = 0.08
PRESS_SHARE: Final = 0.12
#: Two of them stand side by side on a screen of 1920.
MINIMUM_WINDOW: Final = (960, 640)

_NEUTRAL: Final = {
    0: "#ffffff",
    50: "#faf8f5",
    100: "#f3f0eb",
    200: "#e6e1d9",
    300: "#d2cbc1",
    400: "#b0a89e",
    500: "#938b81",
    600: "#645d56",
    700: "#4a443e",
    800: "#2f2b27",
    850: "#25221f",
    900: "#1a1816",
    950: "#121110",
}


class TextRole(StrEnum):
    """The five sizes of text."""

    CAPTION = "caption"
    BODY = "body"
    TITLE = "title"
    HEADING = "heading"
    DISPLAY = "display"


#: Size in pixels and weight of each role.
FONTS: Final[dict[TextRole, tuple[int, int]]] = {
    TextRole.CAPTION: (12, 400),
    TextRole.BODY: (14, 400),
    TextRole.TITLE: (16, 600),
    TextRole.HEADING: (22, 700),
    TextRole.DISPLAY: (32, 700),
}


class Tone(StrEnum):
    """What a coloured thing is about."""

    NEUTRAL = "neutral"
    LEADING = "leading"
    FOLLOWING = "following"
    WARNING = "warning"
    ERROR = "error"


@cache
def _mixed(over: str, under: str, share: float) -> str:
    """Return the colour of which so much is `over`."""
    parts = zip(bytes.fromhex(over[1:]), bytes.fromhex(under[1:]), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in parts)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, each "#rrggbb".

    `chrome` is behind sidebar and player bar, `background` behind content, `surface` is a card, `raised` what is
    hovered, selected or floats. Each tone has a colour for text and icons, a `_soft` one behind such text, and `on_` a
    text that stands on the full colour.
    """

    dark: bool
    chrome: str
    background: str
    surface: str
    raised: str
    pressed: str
    border: str
    control_edge: str
    text: str
    text_secondary: str
    text_muted: str
    inverse: str
    on_inverse: str
    focus: str
    shadow: str
    leading: str
    leading_soft: str
    on_leading: str
    following: str
    following_soft: str
    on_following: str
    warning: str
    warning_soft: str
    on_warning: str
    error: str
    error_soft: str
    on_error: str

    def tone(self, tone: Tone) -> str:
        """Return the colour of text and icons of this tone."""
        return self.text_secondary if tone is Tone.NEUTRAL else str(getattr(self, tone.value))

    def soft(self, tone: Tone) -> str:
        """Return what is behind text of this tone."""
        return self.raised if tone is Tone.NEUTRAL else str(getattr(self, f"{tone.value}_soft"))

    def soft_edge(self, tone: Tone) -> str:
        """Return the line around the soft colour: a quarter of the tone's own over it."""
        return _mixed(self.tone(tone), self.soft(tone), 1 / 4)

    def fill(self, tone: Tone) -> str:
        """Return the full colour of a button of this tone."""
        return self.inverse if tone is Tone.NEUTRAL else str(getattr(self, tone.value))

    def on_fill(self, tone: Tone) -> str:
        """Return the text on the full colour."""
        return self.on_inverse if tone is Tone.NEUTRAL else str(getattr(self, f"on_{tone.value}"))

    def text_pairs(self) -> list[tuple[str, str, str]]:
        """Return (name, text, background) of every pair that the app draws text with."""
        planes = {name: getattr(self, name) for name in ("chrome", "background", "surface", "raised")}
        texts = ("text", "text_secondary", "text_muted", "leading", "following", "warning", "error")
        pairs = [
            (f"{text} on {name}", str(getattr(self, text)), plane) for name, plane in planes.items() for text in texts
        ]
        for tone in Tone:
            pairs.append((f"{tone} on its soft colour", self.tone(tone), self.soft(tone)))
            pairs.append((f"text on soft {tone}", self.text, self.soft(tone)))
            pairs.append((f"text on full {tone}", self.on_fill(tone), self.fill(tone)))
        pairs.append(("text on pressed", self.text, self.pressed))
        pairs.append(("selected text", self.on_inverse, self.inverse))
        pairs.extend(self._under_the_pointer())
        return pairs

    def _under_the_pointer(self) -> list[tuple[str, str, str]]:
        """Return the pairs of buttons and of the sync pill while they are pointed at or pressed."""
        buttons = [(f"full {tone}", self.on_fill(tone), self.fill(tone)) for tone in Tone]
        buttons.append(("danger", self.error, self.error_soft))
        for plane in ("chrome", "background", "surface"):
            buttons += [(f"button on {plane}", text, getattr(self, plane)) for text in (self.text, self.text_secondary)]
        pairs = [
            (f"{name} under {share:.0%} of its text", text, _mixed(text, back, share))
            for name, text, back in buttons
            for share in (HOVER_SHARE, PRESS_SHARE)
        ]
        pills = [(f"{tone} pill", self.tone(tone), _mixed(self.text, self.soft(tone), HOVER_SHARE)) for tone in Tone]
        return pairs + pills

    def shape_pairs(self) -> list[tuple[str, str, str]]:
        """Return (name, shape, background) of every edge that has to be seen to use a control."""
        planes = {name: getattr(self, name) for name in ("chrome", "background", "surface")}
        pairs = [
            (f"{edge} on {name}", str(getattr(self, edge)), plane)
            for name, plane in planes.items()
            for edge in ("control_edge", "focus", "error")
        ]
        pairs.append(("focus on raised", self.focus, self.raised))
        for tone in Tone:
            pairs.append((f"focus on soft {tone}", self.focus, self.soft(tone)))
            pairs.append((f"gap of the ring on full {tone}", self.background, self.fill(tone)))
        # Of sliders, rings, bars and spinners, what is done on what is not.
        pairs += [("done", done, self.pressed) for done in (self.text, self.text_secondary)]
        pairs.append(("knob of a switch", self.on_inverse, self.inverse))
        return pairs

    def colours(self) -> dict[str, str]:
        """Return every colour by its name."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self) if field.name != "dark"}


DARK: Final = Palette(
    dark=True,
    chrome=_NEUTRAL[950],
    background=_NEUTRAL[900],
    surface=_NEUTRAL[850],
    raised=_NEUTRAL[800],
    pressed="#3b3631",
    border="#322e2a",
    control_edge="#7d756c",
    text=_NEUTRAL[100],
    text_secondary=_NEUTRAL[400],
    text_muted="#a0978d",
    inverse=_NEUTRAL[100],
    on_inverse=_NEUTRAL[900],
    focus=_NEUTRAL[50],
    shadow="#000000",
    leading="#4fd1a1",
    leading_soft="#173329",
    on_leading="#06281c",
    following="#b3a6ff",
    following_soft="#29243f",
    on_following="#1a1240",
    warning="#f5b14c",
    warning_soft="#38290f",
    on_warning="#2b1a00",
    error="#ff8a7a",
    error_soft="#3f1d19",
    on_error="#2c0a06",
)

LIGHT: Final = Palette(
    dark=False,
    chrome=_NEUTRAL[100],
    background=_NEUTRAL[50],
    surface=_NEUTRAL[0],
    raised="#ebe6df",
    pressed="#dcd5cb",
    border=_NEUTRAL[200],
    control_edge="#887f75",
    text=_NEUTRAL[900],
    text_secondary="#5c564f",
    text_muted=_NEUTRAL[600],
    inverse=_NEUTRAL[900],
    on_inverse=_NEUTRAL[50],
    focus=_NEUTRAL[900],
    shadow="#3a3028",
    leading="#0a6b4b",
    leading_soft="#dcf0e7",
    on_leading="#ffffff",
    following="#5a45c4",
    following_soft="#e9e4fb",
    on_following="#ffffff",
    warning="#845200",
    warning_soft="#fbeccf",
    on_warning="#ffffff",
    error="#b0241c",
    error_soft="#fbe3e0",
    on_error="#ffffff",
)
