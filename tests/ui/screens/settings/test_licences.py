import tomllib
from pathlib import Path

from ui.screens.settings.licences import installed_licences, installed_version

ROOT = Path(__file__).parents[4]


def test_every_dependency_is_listed_with_its_terms():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = {licence.name.lower().replace("_", "-"): licence for licence in installed_licences()}
    for requirement in project["dependencies"]:
        name = requirement.split("[")[0].split(">")[0].split("=")[0].lower()
        assert listed[name].licence
        assert listed[name].licence != "see the package"
        assert listed[name].version


def test_what_the_dependencies_need_is_listed_too_and_the_app_itself_not():
    names = [licence.name.lower() for licence in installed_licences()]
    assert "httpcore" in names
    assert "libvlc" in names
    assert "lockstep-desktop" not in names
    assert names == sorted(names)
    assert len(names) == len(set(names))


def test_the_version_is_the_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert installed_version() == project["version"]
