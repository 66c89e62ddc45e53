"""The project's own files as the house rules see them: paths, texts, syntax trees.

Reads only. Used by the tests of this folder and by nobody else.
"""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CODE = ("switchboard_app", "tests", "bench", "installer")
TEXT = {
    ".py",
    ".toml",
    ".md",
    ".lock",
    ".po",
    ".pot",
    ".csv",
    ".json",
    ".txt",
    ".svg",
    ".yml",
    ".yaml",
    ".sh",
    ".sql",
    "",
}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or could be committed; without git (an unpacked archive) every file of the known folders."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8")
        found = {ROOT / name for name in listed.split("\0") if name}
    else:
        known = [*CODE, "resources", "docs", ".ci"]
        found = {path for folder in known for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts}
        found |= set(ROOT.glob("*.*"))
    return tuple(sorted(path for path in found if path.is_file()))


def text_files() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is text."""
    for path in files():
        if path.suffix in TEXT and "fonts" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


@cache
def modules() -> tuple[tuple[str, str, ast.Module], ...]:
    """Name, text and syntax tree of every Python file of the project."""
    found = []
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and (name == "dev.py" or name.startswith(tuple(f"{folder}/" for folder in CODE))):
            text = path.read_text("utf-8")
            found.append((name, text, ast.parse(text, name)))
    return tuple(found)


def program() -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of every module of the program itself."""
    return ((name, tree) for name, _, tree in modules() if name.startswith("switchboard_app/"))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports, wherever in it: `a.b` for `import a.b`, `from a import b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def last_name(node: ast.expr) -> str:
    """`c` for the expressions `c` and `a.b.c`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
