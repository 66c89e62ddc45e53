"""House rules for code that neither the linter nor the type checker nor the layers can see.

Each test collects every offence and names file and line, so that one run shows them all.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement

from tests.house.sources import PYPROJECT, imported, last_name, modules, program

LONGEST = 400
BANNED = {"Manager", "Helper", "Util", "Utils", "Common", "Controller", "Service", "Handler", "Data", "Info"}
BROAD = {"Exception", "BaseException"}


def words(name: str) -> set[str]:
    """The words of a CamelCase or snake_case name, each with a capital."""
    return {word.capitalize() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def test_no_module_outgrows_its_reader() -> None:
    long = [f"{name}: {count} lines" for name, text, _ in modules() if (count := len(text.splitlines())) > LONGEST]
    assert not long, f"split by noun before {LONGEST} lines: {long}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, _, tree in modules() if not (ast.get_docstring(tree) or "").strip()]
    assert not silent, f"no docstring: {silent}"


def test_names_say_what_a_thing_is() -> None:
    vague = []
    for name, _, tree in modules():
        parts = name.removesuffix(".py").split("/") if name.startswith("switchboard_app/") else []
        vague += [f"{name}: module {part}" for part in parts if words(part) & BANNED]
        vague += [
            f"{name}:{node.lineno}: class {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and words(node.name) & BANNED
        ]
    assert not vague, f"banned words in names ({', '.join(sorted(BANNED))}): {vague}"


def says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement does nothing with the error: pass, `...`, a bare string, continue."""
    return isinstance(statement, ast.Pass | ast.Continue) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def names_of(nodes: Iterable[ast.expr]) -> set[str]:
    """The last names of expressions."""
    return {last_name(node) for node in nodes}


def caught(node: ast.expr | None) -> set[str]:
    """The names of what an `except` catches; a bare one catches everything."""
    if node is None:
        return {"BaseException"}
    return names_of(node.elts if isinstance(node, ast.Tuple) else [node])


def swallowed(text: str, tree: ast.Module) -> Iterator[int]:
    """Lines of handlers that make an error vanish.

    A broad one may never be silent. A narrow one may when it goes on with the next of a row, or says why in a comment.
    """
    lines = text.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and all(says_nothing(statement) for statement in node.body):
            explained = any("#" in line for line in lines[node.lineno - 1 : node.end_lineno])
            goes_on = isinstance(node.body[-1], ast.Continue)
            if caught(node.type) & BROAD or not (explained or goes_on):
                yield node.lineno
        elif isinstance(node, ast.Call) and last_name(node.func) == "suppress" and names_of(node.args) & BROAD:
            yield node.lineno


def test_no_error_vanishes() -> None:
    silent = [f"{name}:{line}" for name, text, tree in modules() for line in swallowed(text, tree)]
    assert not silent, f"handlers that swallow an error: {silent}"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("try:\n    f()\nexcept Exception:\n    pass  # why\n", [3]),
        ("try:\n    f()\nexcept:\n    ...\n", [3]),
        ("for _ in a:\n  try:\n    f()\n  except (OSError, BaseException):\n    continue\n", [4]),
        ("try:\n    f()\nexcept OSError:\n    pass\n", [3]),
        ("try:\n    f()\nexcept OSError:\n    # The file is one of many.\n    pass\n", []),
        ("for _ in a:\n  try:\n    f()\n  except OSError:\n    continue\n", []),
        ("try:\n    f()\nexcept Exception as error:\n    report(error)\n", []),
        ("with contextlib.suppress(Exception):\n    f()\n", [1]),
    ],
)
def test_the_rule_against_vanishing_errors_bites(source: str, lines: list[int]) -> None:
    assert list(swallowed(source, ast.parse(source))) == lines


def test_the_model_is_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "switchboard_app"}
    foreign = [
        f"{name}:{line}: {what}"
        for name, tree in program()
        if name.startswith("switchboard_app/model/")
        for line, what in imported(tree)
        if what.split(".")[0] not in allowed
    ]
    assert not foreign, f"model knows the standard library and nothing else: {foreign}"


# Imported only where it is there: a tool of development that training mode can serve its platforms with.
OPTIONAL = {"uvicorn"}


def test_what_is_imported_is_a_dependency_by_name() -> None:
    declared = {Requirement(line).name.lower() for line in PYPROJECT["project"]["dependencies"]}
    known = {*sys.stdlib_module_names, *OPTIONAL, "switchboard_app"}
    for package, distributions in packages_distributions().items():
        if any(name.lower().replace("_", "-") in declared for name in distributions):
            known.add(package)
    foreign = {
        top: name for name, tree in program() for _, what in imported(tree) if (top := what.split(".")[0]) not in known
    }
    assert not foreign, f"not among the dependencies of pyproject.toml: {foreign}"


# One door each: what may be imported, and the modules that may. A door may be a module or a package.
DOORS = {
    # The door, the wire under it, and the bolt: it reads addresses with the parser that will use them. `engine` only
    # names the transport that may stand in the network's place, `inside` is that of training.
    "httpx": tuple(f"switchboard_app/sync/{room}" for room in ("http", "wire", "addresses", "engine", "inside")),
    "httpcore": ("switchboard_app/sync/wire",),
    "aiosmtplib": ("switchboard_app/sync/mail", "switchboard_app/sync/smtp"),
    "webbrowser": ("switchboard_app/ui/links", "switchboard_app/cli/browser"),
    "PySide6.QtGui.QDesktopServices": ("switchboard_app/ui/links",),
    # What decodes files of strangers runs in the decoder process; what plays gets samples only.
    "PySide6.QtGui.QImageReader": ("switchboard_app/ui/decoding/pictures",),
    "PySide6.QtGui.QMovie": ("nowhere",),
    "av": ("switchboard_app/ui/decoding/sounds",),
    "miniaudio": ("switchboard_app/ui/speaker",),
}


def test_what_has_one_door_goes_through_it() -> None:
    beside = []
    for name, tree in program():
        for line, what in imported(tree):
            for thing, doors in DOORS.items():
                if f"{what}.".startswith(f"{thing}.") and not name.startswith(doors):
                    beside.append(f"{name}:{line}: {what} only in {' or '.join(doors)}")
    assert not beside, beside


DECODING_CALLS = {"fromData", "loadFromData", "get_file_info", "decode_file", "stream_file", "stream_any"}


def test_the_window_decodes_no_file() -> None:
    """Whatever would make pixels or samples of bytes belongs into `ui/decoding`, which runs in its own process."""
    offences = [
        f"{name}:{node.lineno}: {last_name(node.func)}"
        for name, tree in program()
        if not name.startswith("switchboard_app/ui/decoding/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and last_name(node.func) in DECODING_CALLS
    ]
    assert not offences, offences


# Where Qt would take text for markup, and `ui/plain.py` does not: made or subclassed there only.
MARKUP_CLASSES = {"QLabel", "QMessageBox", "QErrorMessage", "QInputDialog", "QTextBrowser", "QProgressDialog"}
MARKUP_CALLS = {"setToolTip", "setWhatsThis", "setHtml", "insertHtml", "appendHtml", "setMarkdown", "insertMarkdown"}
MARKUP_CALLS |= {"setOpenExternalLinks", "setOpenLinks"}


def _interprets(node: ast.AST) -> str:
    """The name by which a node lets Qt interpret text; empty when it does not."""
    if isinstance(node, ast.ClassDef):
        return next((last_name(base) for base in node.bases if last_name(base) in MARKUP_CLASSES), "")
    if not isinstance(node, ast.Call):
        return ""
    name = last_name(node.func)
    owner = last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if name in MARKUP_CLASSES or name in MARKUP_CALLS:
        return name
    if owner in {"QMessageBox", "QInputDialog", "QToolTip"}:
        return f"{owner}.{name}"
    if name == "setWindowTitle" and not (
        node.args and isinstance(node.args[0], ast.Call) and last_name(node.args[0].func) == "plain_title"
    ):
        return "setWindowTitle without plain_title"
    return ""


def test_text_of_citizens_is_never_markup() -> None:
    allowed = ("switchboard_app/ui/plain", "switchboard_app/ui/links")
    offences = [
        f"{name}:{getattr(node, 'lineno', 0)}: {what}"
        for name, tree in program()
        if not name.startswith(allowed)
        for node in ast.walk(tree)
        if (what := _interprets(node))
    ]
    assert not offences, f"only ui/plain.py and ui/links.py may let Qt show text: {offences}"


@pytest.mark.parametrize(
    "source",
    [
        "QLabel('x')",
        "QtWidgets.QLabel()",
        "class A(QLabel): ...",
        "a.setToolTip(t)",
        "QMessageBox.warning(a, b, c)",
        "QToolTip.showText(p, t)",
        "edit.setHtml(t)",
        "w.setWindowTitle(t)",
    ],
)
def test_the_rule_against_markup_bites(source: str) -> None:
    assert any(_interprets(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize("source", ["w.setWindowTitle(plain_title(t))", "box.icon() == QMessageBox.Icon.Warning"])
def test_the_rule_against_markup_lets_good_code_pass(source: str) -> None:
    assert not any(_interprets(node) for node in ast.walk(ast.parse(source)))
