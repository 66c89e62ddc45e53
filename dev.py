#!/usr/bin/env python3
"""Everything one does with a checkout of Switchboard, each with one command.

    python3 dev.py run                start training mode in a window
    python3 dev.py run -- ARGUMENTS   start the program itself, e.g.  run -- --help
    python3 dev.py test [ARGUMENTS]   run the tests; arguments go to pytest
    python3 dev.py check              style, types, layers, house rules
    python3 dev.py bench [ARGUMENTS]  measure
    python3 dev.py screenshots        render every view into docs/pictures, without a display
    python3 dev.py translate          bring new sentences into resources/locale and compile the catalogues
    python3 dev.py lock [--upgrade]   write the lock files anew from pyproject.toml (needs uv)

Every verb sets up what it needs by itself: the libraries of the system (Debian and its relatives, as root; otherwise
it says the one line to type) and a virtual environment `.venv` made from the lock file. This script uses the standard
library only, because it runs before anything is installed, and imports nothing of the program.

Exit code: the program's own, or 2 for wrong use, or 4 where something of the machine is missing.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "installed-from.txt"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
OLDEST_PYTHON = (3, 11)

Parts = tuple[tuple[str, str], ...]

# What the system must have: how to see that it is there, and the Debian package that brings it. A name with .so is
# a library to load, a path is a file (with wildcards), "module:" a module of this Python, anything else a program.
TO_INSTALL = (
    ("/etc/ssl/certs/ca-certificates.crt", "ca-certificates"),
    ("module:ensurepip", "python3-venv"),
)
FOR_QT = (
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libGL.so.1", "libgl1"),
    ("libEGL.so.1", "libegl1"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libbrotlidec.so.1", "libbrotli1"),
    ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libwayland-cursor.so.0", "libwayland-cursor0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
)
# Without these the tests that need them are skipped and say so.
FOR_TESTS = (
    ("/usr/lib/postgresql/*/bin/initdb", "postgresql"),
    ("dbus-run-session", "dbus"),
    ("gnome-keyring-daemon", "gnome-keyring"),
    ("Xvfb", "xvfb"),
    ("xauth", "xauth"),
    ("strace", "strace"),
)
APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")


def say(text: str) -> None:
    """Speaks to the person: on stderr, so that the program's own output stays clean."""
    print(text, file=sys.stderr, flush=True)


def give_up(text: str, code: int = 4) -> NoReturn:
    """Ends with a sentence that says what to do."""
    say(text)
    raise SystemExit(code)


# The system


def is_there(sign: str) -> bool:
    """Whether a part of the system is present; see the tables above for what a sign is."""
    if sign.startswith("module:"):
        return importlib.util.find_spec(sign[len("module:") :]) is not None
    if sign.startswith("/"):
        return any(Path("/").glob(sign[1:]))
    if ".so" not in sign:
        return shutil.which(sign) is not None
    try:
        ctypes.CDLL(sign)
    except OSError:
        return False
    return True


def missing_packages(parts: Parts) -> list[str]:
    """The Debian packages of all parts that are not there, in the order of the table."""
    return [package for sign, package in parts if not is_there(sign)]


def apt_line(packages: list[str]) -> str:
    """The one line that a person without root rights asks for."""
    return "sudo apt-get update && sudo " + " ".join([*APT_INSTALL, *packages])


def apt_install(packages: list[str]) -> bool:
    """Installs packages as root; False when apt could not. Says what it does."""
    say("Installing from Debian: " + " ".join(packages))
    steps = [["apt-get", "update", "-q"]]
    if "postgresql" in packages:
        # Only the programs are wanted: no database of the system's own is made and started.
        conf = "/etc/postgresql-common/createcluster.conf"
        steps.append([*APT_INSTALL, "-q", "postgresql-common"])
        steps.append(["pg_conftool", conf, "set", "create_main_cluster", "false"])
    steps.append([*APT_INSTALL, "-q", *packages])
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    for step in steps:
        done = subprocess.run(
            step, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            say(done.stdout)
            return False
    return True


def ensure_system(needed: Parts, useful: Parts = ()) -> None:
    """Sees to what the system must have, or ends with the line that brings it; without the useful it goes on."""
    missing = missing_packages(needed + useful) if LINUX else []
    if not missing:
        return
    debian, root = shutil.which("apt-get") is not None, sys.platform != "win32" and os.geteuid() == 0
    if debian and root:
        if apt_install(missing):
            return
        how = "apt-get could not install them (see above). Is there a network?"
    elif debian:
        how = "Please type this line once:\n\n    " + apt_line(missing) + "\n"
    else:
        how = "Please install them with its package tool. Debian calls them: " + " ".join(missing)
    lacking = [sign for sign, _ in needed if not is_there(sign)]
    if lacking:
        give_up(f"This system lacks parts that are needed ({', '.join(lacking)}).\n{how}")
    say(f"This system lacks parts that only some tests need: these will be skipped. {how}")


# The virtual environment


def stamp_of(lock: Path) -> str:
    """What the stamp says when the environment was made from this lock file for this folder."""
    return f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()} {ROOT}\n"


def is_current(lock: Path) -> bool:
    """Whether the environment holds what the lock file says; the one for development holds both."""
    try:
        found = STAMP.read_text("utf-8")
        return found in (stamp_of(lock), stamp_of(DEV_LOCK)) and not fails([PYTHON, "-c", ""], quiet=True)
    except OSError:
        return False


def fails(command: list[str | Path], quiet: bool = False) -> bool:
    """Runs a command in the checkout; whether it failed."""
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=ROOT, stdout=out, stderr=out, check=False).returncode != 0


def ensure_environment(lock: Path) -> None:
    """Makes or renews `.venv` from a lock file; does nothing when it is current."""
    if is_current(lock):
        return
    say(f"Setting up .venv from {lock.name}: once, one or two minutes …")
    STAMP.unlink(missing_ok=True)
    if not PYTHON.exists() or fails([PYTHON, "-c", ""], quiet=True):
        shutil.rmtree(VENV, ignore_errors=True)
        if fails([sys.executable, "-m", "venv", VENV]):
            give_up("The virtual environment could not be made (see above).")
    if fails([PYTHON, "-m", "pip", "--version"], quiet=True):
        fails([PYTHON, "-m", "ensurepip"])
    # Wheels only: building one would fetch build tools that no hash covers.
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if fails([*pip, "--only-binary", ":all:", "--require-hashes", "-r", lock]):
        give_up("The libraries could not be installed (pip says why above). Is there a network? Then try again.")
    # The checkout is put on the path instead of being built and installed: docs/decisions/0003.
    ask = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = subprocess.run(ask, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    Path(folder, "switchboard-checkout.pth").write_text(f"{ROOT}\n", "utf-8")
    STAMP.write_text(stamp_of(lock), "utf-8")


def start(arguments: list[str], **changes: str) -> NoReturn:
    """Becomes the environment's Python with these arguments; Windows cannot, and waits for it."""
    environment = {**os.environ, **changes}
    if not any(environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        environment["LANG"] = "C.UTF-8"
    command = [str(PYTHON), *arguments]
    if WINDOWS:
        raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(command[0], command, environment)


# The verbs


def opens_window(arguments: list[str]) -> bool:
    """Whether the program, called so, would open its window: with no verb, as in `--workspace URL --training`."""
    words = [word for before, word in zip(["", *arguments], arguments, strict=False) if before != "--workspace"]
    return not any(word in ("-h", "--help", "--version") or not word.startswith("-") for word in words)


def run(arguments: list[str]) -> None:
    """Training mode; or, after `--`, the program as it is called."""
    arguments = arguments[1:] if arguments[:1] == ["--"] else arguments
    arguments = arguments or ["--training"]
    screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if LINUX and not screen and opens_window(arguments):
        give_up(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.\n"
            "The off-screen ways:\n\n"
            "    python3 dev.py screenshots               renders every view into docs/pictures\n"
            "    xvfb-run -a python3 dev.py run           runs it on an invisible display (packages xvfb and xauth)"
        )
    ensure_system(TO_INSTALL + FOR_QT)
    ensure_environment(RUN_LOCK)
    start(["-m", "switchboard_app", *arguments])


def test(arguments: list[str]) -> None:
    """All tests, in two processes for each processor, because half of a test's time is waiting for other programs; or
    those that pytest's arguments name, in one."""
    ensure_system(TO_INSTALL + FOR_QT, FOR_TESTS)
    ensure_environment(DEV_LOCK)
    os.chdir(ROOT)
    if all(argument.startswith("-") for argument in arguments):
        arguments = ["-n", str(min(2 * (os.cpu_count() or 1), 8)), "--dist", "worksteal", *arguments]
    start(["-m", "pytest", *arguments], QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen"), LANG="C.UTF-8")


def check(arguments: list[str]) -> None:
    """Every check that needs no running program, each with its verdict; 1 when one of them fails."""
    if arguments:
        give_up("check takes no arguments.", 2)
    ensure_system(TO_INSTALL + FOR_QT)
    ensure_environment(DEV_LOCK)
    os.chdir(ROOT)
    code = [folder for folder in ("switchboard_app", "tests", "bench", "dev.py") if (ROOT / folder).exists()]
    programs = PYTHON.parent
    steps: list[tuple[str, list[str | Path]]] = [
        ("style (ruff check)", [programs / "ruff", "check", "--quiet", "--output-format", "concise", "."]),
        ("format (ruff format)", [programs / "ruff", "format", "--check", "--quiet", "."]),
        ("types (mypy --strict)", [programs / "mypy", "--strict", *code]),
        ("layers (import-linter)", [programs / "lint-imports", "--no-logo"]),
        ("house rules (tests/house)", [PYTHON, "-m", "pytest", "-q", "--tb=short", "tests/house"]),
    ]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for name, command in steps:
        began = time.monotonic()
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        verdict = "FAILED" if done.returncode else "ok"
        print(f"{name:28} {verdict:6} {time.monotonic() - began:6.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout.decode("utf-8", "replace"), flush=True)
    if failed:
        give_up("Failed: " + ", ".join(failed), 1)


def bench(arguments: list[str]) -> None:
    """The measurements of docs/performance.md."""
    ensure_system(TO_INSTALL + FOR_QT, FOR_TESTS)
    ensure_environment(DEV_LOCK)
    os.chdir(ROOT)
    start(["-m", "bench", *arguments], QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen"))


def screenshots(arguments: list[str]) -> None:
    """Pictures of every view, rendered without a display."""
    ensure_system(TO_INSTALL + FOR_QT)
    ensure_environment(RUN_LOCK)
    os.chdir(ROOT)
    start(["-m", "switchboard_app.ui.screenshots", *arguments], QT_QPA_PLATFORM="offscreen")


def translate(arguments: list[str]) -> None:
    """The catalogues of the translations after the program's sentences; says which lack a translation."""
    if arguments:
        give_up("translate takes no arguments.", 2)
    ensure_environment(DEV_LOCK)
    os.chdir(ROOT)
    start(["-m", "tests.house.catalogue"])


def lock(arguments: list[str]) -> None:
    """Both lock files from pyproject.toml, with hashes for every platform and without any address."""
    if shutil.which("uv") is None:
        give_up("The lock files are written by uv, which is not here. Install it first:  python3 -m pip install uv")
    common: list[str | Path] = [
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--python-version",
        "3.11",
    ]
    common += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", *arguments]
    plans = ((DEV_LOCK, ["--extra", "dev"]), (RUN_LOCK, ["--constraint", DEV_LOCK.name]))
    for path, options in plans:
        if fails([*common, *options, "pyproject.toml", "--output-file", path.name]):
            give_up("uv could not resolve the dependencies (see above).")
        head = "# Written by `python3 dev.py lock` from pyproject.toml. Not to be edited.\n"
        path.write_text(head + path.read_text("utf-8"), "utf-8")


VERBS = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "screenshots": screenshots,
    "translate": translate,
    "lock": lock,
}


def main(arguments: list[str]) -> None:
    """Finds the verb and hands it the rest of the line."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(number) for number in sys.version_info[:3])
        give_up(f"Switchboard needs Python 3.11 or newer; this is {found}. Call this script with a newer Python.")
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__.strip())
    elif arguments and arguments[0] in VERBS:
        VERBS[arguments[0]](arguments[1:])
    else:
        give_up((__doc__ or "").strip(), 2)


if __name__ == "__main__":
    main(sys.argv[1:])
