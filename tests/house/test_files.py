"""House rules for files: German spelling, no traces of a machine, lock files that lock, a wheel that is complete."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.house.sources import PYPROJECT, ROOT, text_files

LOCKS = ("requirements.lock", "requirements-dev.lock")
# Put together, so that this file does not hold what it looks for.
MACHINE = ("/" + "work/", "/" + "root/", "/" + "home/", "/" + "Users/", "C:" + "\\Users", "file:" + "///" + "opt")
INDEXES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npmjs" + ".org",
    "deb.debian" + ".org",
    "--index" + "-url",
)


def test_swiss_german_has_no_sharp_s() -> None:
    german = [
        f"{name}:{number}"
        for name, text in text_files()
        if name.startswith("resources/") or name.endswith(".po")
        for number, line in enumerate(text.splitlines(), 1)
        if "ß" in line
    ]
    assert not german, f"write ss: {german}"


def test_files_know_no_machine_and_no_package_index() -> None:
    traces = [
        f"{name}:{number}: {trace}"
        for name, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        for trace in MACHINE + INDEXES
        if trace in line
    ]
    assert not traces, traces


def locked(name: str) -> dict[str, Version]:
    """Every library of a lock file with its version; fails when one has no hash or the file names an address."""
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())
    found = {}
    for entry in entries:
        match = re.match(r"([a-z0-9.-]+)==(\S+)", entry)
        assert match, f"{name}: not a pinned library: {entry[:60]}"
        assert "--hash=sha256:" in entry, f"{name}: no hash: {match[0]}"
        found[match[1]] = Version(match[2])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_is_pinned_by_version_and_hash(name: str) -> None:
    assert len(locked(name)) > 20


def test_lock_files_agree_with_each_other_and_with_the_project() -> None:
    runtime, everything = (locked(name) for name in LOCKS)
    assert runtime.items() <= everything.items()
    project = PYPROJECT["project"]
    for wanted, lock in (
        (project["dependencies"], runtime),
        (project["optional-dependencies"]["dev"], everything),
    ):
        for line in wanted:
            requirement = Requirement(line)
            version = lock.get(requirement.name.lower())
            assert version is not None, f"{line} is not locked: python3 dev.py lock"
            assert requirement.specifier.contains(version), f"{line}, but {version} is locked: python3 dev.py lock"


def test_every_library_has_its_reason() -> None:
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf-8")
    project = PYPROJECT["project"]
    names = [Requirement(line).name for line in project["dependencies"] + project["optional-dependencies"]["dev"]]
    unexplained = [name for name in names if f"| {name} |" not in reasons]
    assert not unexplained, f"docs/decisions/0002-dependencies.md does not say why: {unexplained}"


def test_readme_opens_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text("utf-8")[:600]
    assert "python3 dev.py run" in opening
    assert "python3 dev.py test" in opening


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for name, text in text_files():
        if name.endswith(".md"):
            targets = re.findall(r"\]\(([^)#\s]+)", text)
            folder = (ROOT / name).parent
            broken += [f"{name}: {to}" for to in targets if ":" not in to and not (folder / to).exists()]
    assert not broken, broken


def test_wheel_holds_the_program_its_resources_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    tops = {name.split("/")[0] for name in names}
    assert tops == {"switchboard_app", f"switchboard-{PYPROJECT['project']['version']}.dist-info"}
    resources = {path.relative_to(ROOT / "resources").as_posix() for path in (ROOT / "resources").rglob("*.svg")}
    assert resources
    assert {f"switchboard_app/_resources/{name}" for name in resources} <= names
