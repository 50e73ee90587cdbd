"""The parts that the app is made of, as the installed packages themselves say."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

from ui.screens.settings.state import Licence

PROJECT: Final = "lockstep-desktop"
#: Parts that are no Python packages of their own.
_BESIDES: Final = (
    Licence("libVLC", "", "LGPL-2.1-or-later", "https://www.videolan.org/vlc/libvlc.html"),
    Licence("Qt", "", "LGPL-3.0-only", "https://www.qt.io"),
    Licence("Material Symbols", "", "Apache-2.0", "https://fonts.google.com/icons"),
    Licence("PortAudio", "", "MIT", "https://www.portaudio.com"),
)
_CLASSIFIER: Final = "License :: OSI Approved :: "
_REQUIREMENT: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)([^;]*)(;.*)?$")
_LONGEST: Final = 60


def installed_version() -> str:
    """Return the app's own version, or "" where it is not installed as a package."""
    try:
        return distribution(PROJECT).version
    except PackageNotFoundError:
        return ""


def installed_licences() -> tuple[Licence, ...]:
    """Return every package that the app needs, and what those need, by name; reads files, so not for the event loop."""
    found: dict[str, Licence] = {}
    waiting = [PROJECT]
    seen = {PROJECT}
    while waiting:
        try:
            package = distribution(waiting.pop())
        except PackageNotFoundError:
            continue
        name = _normalised(package.metadata["Name"])
        if name != PROJECT:
            found[name] = _licence(package)
        for needed in _needed(package):
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    return tuple(sorted((*found.values(), *_BESIDES), key=lambda licence: licence.name.casefold()))


def _needed(package: Distribution) -> list[str]:
    """Return what the package needs always; optional extras of other packages are not part of the app."""
    names = []
    for requirement in package.requires or []:
        match = _REQUIREMENT.match(requirement.strip())
        if match and "extra ==" not in (match[3] or ""):
            names.append(_normalised(match[1]))
    return names


def _licence(package: Distribution) -> Licence:
    metadata = package.metadata
    stated = _first(package, "License-Expression")
    if not stated:
        classes = [
            value.removeprefix(_CLASSIFIER)
            for value in metadata.get_all("Classifier") or []
            if value.startswith(_CLASSIFIER)
        ]
        free_text = _first(package, "License").strip().splitlines()
        stated = " / ".join(classes) or (free_text[0][:_LONGEST] if free_text else "") or "see the package"
    address = _first(package, "Home-page")
    for url in metadata.get_all("Project-URL") or []:
        label, _, target = url.partition(",")
        if not address and label.strip().casefold() in ("homepage", "home", "source", "repository", "source code"):
            address = target.strip()
    return Licence(metadata["Name"], package.version, stated, address)


def _first(package: Distribution, field: str) -> str:
    return next(iter(package.metadata.get_all(field) or []), "")


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
