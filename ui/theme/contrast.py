"""WCAG contrast: how well a text stands out from what is behind it (pure)."""

from typing import Final

#: WCAG 2.2, 1.4.3: text of any size.
TEXT_MINIMUM: Final = 4.5
#: WCAG 2.2, 1.4.11: edges of controls, focus rings, meaningful shapes.
SHAPE_MINIMUM: Final = 3.0


def relative_luminance(colour: str) -> float:
    """Return WCAG's relative luminance, 0.0 to 1.0, of an sRGB colour "#rrggbb"."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast of two colours, 1.0 (the same) to 21.0 (black and white)."""
    darker, lighter = sorted((relative_luminance(one), relative_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
