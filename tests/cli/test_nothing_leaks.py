"""A working day with canaries in everything that is nobody's business: they are in the workspace and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.cli.conftest import Station, add
from tests.cli.test_contract import CSV, office_with_mail
from tests.cli.test_killed import start, started, until
from tests.platforms import Served
from tests.sync.smtp import MailServer

__all__ = ["started"]

CANARIES = (
    "Kanarienvogel-Frage",
    "Kanarienvogel-Antwort",
    "Kanarienvogel-Notiz",
    "Kanarienvogel-Anliegen",
    "Kanarienvogel-Zusammenfassung",
    "Kanaria Musterfrau",
    "061 555 77 77",
    "0615557777",
    "756.9217.0769.85",
    "7569217076985",
    "canary-app-secret",
    "canary-mail-password",
)
OPERATOR = "Telefonistin Kanaria"
"""The verbs may say who owns an enquiry; files and bundle may not."""


def unpacked(bundle: Path) -> dict[str, str]:
    """The pieces of a support bundle by name."""
    with zipfile.ZipFile(bundle) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name).decode("utf-8") for name in opened.namelist()}


def where(folder: Path, *texts: str) -> list[str]:
    """Which files of a folder hold one of the texts, plain or as UTF-16."""
    forms = [form for text in texts for form in (text.encode(), text.encode("utf-16-le"))]
    files = [one for one in folder.rglob("*") if one.is_file()]
    return [str(one) for one in files if any(form in one.read_bytes() for form in forms)]


def test_a_working_day(
    switchboard: Station, facebook_server: Served[SimulatedFacebook], x_server: Served[SimulatedX]
) -> None:
    temporary = switchboard.home / "temporary"
    temporary.mkdir()
    switchboard.extra |= {"TMPDIR": str(temporary)}
    switchboard.operator = OPERATOR
    facebook, x = facebook_server.platform, x_server.platform
    tokens = (facebook.token, x.token)
    add(switchboard, "facebook", "Rathaus Basel", facebook_server)
    add(switchboard, "x", "Kanton", x_server)
    switchboard.ok("account", "sign-in", "Rathaus Basel", stdin={"access_token": facebook.token})
    facebook.add_person("p", "Kanaria Musterfrau")
    facebook.say("p", "Kanarienvogel-Frage 061 555 77 77, AHV 756.9217.0769.85")
    x.say("q", "Kanarienvogel-Frage auf X")
    said = [switchboard("sync", "--once")]
    switchboard.ok("office", "import", str(CSV))
    note = {"concern": "Kanarienvogel-Anliegen", "caller_name": "Kanaria Musterfrau", "caller_number": "061 555 77 77"}
    said.append(switchboard("phone-note", "add", stdin=note))
    said.append(switchboard("enquiry", "note", "1", "--text", "Kanarienvogel-Notiz"))
    for number, effect in enumerate((faults.truncated(), faults.dropped(accepted=True), faults.refused("token")), 1):
        facebook.faults.add("POST /messages", effect)
        x.faults.add("POST /messages", effect)
        said.append(switchboard("enquiry", "reply", "1", "--text", f"Kanarienvogel-Antwort {number}"))
        said.append(switchboard("sync", "--once"))
    with MailServer(answers={"RCPT": "550 no Kanarienvogel here"}, login=("tz", "canary-mail-password")) as server:
        switchboard.settings(
            mail_host="127.0.0.1",
            mail_port=server.port,
            mail_security="none",
            mail_user="tz",
            mail_sender="tz@example.org",
        )
        said.append(switchboard("mail", "password", stdin={"password": "canary-mail-password"}))
        arguments = ("--office", office_with_mail(switchboard), "--text", "Kanarienvogel-Zusammenfassung")
        said.append(switchboard("enquiry", "forward", "3", *arguments))
        said.append(switchboard("sync", "--once"))
    facebook.faults.add("GET /", faults.other_shape({"data": [{"text": "Kanarienvogel-Frage"}]}), times=None)
    said.append(switchboard("sync", "--once"))
    said.append(switchboard("doctor", "--bundle", str(switchboard.home / "bundle.zip")))
    pieces = unpacked(switchboard.home / "bundle.zip")
    assert set(pieces) == {f"{one}.json" for one in ("versions", "findings", "settings", "workspace", "health")} | {
        "log.txt"
    }
    assert "malformed, certain=False" in pieces["log.txt"]
    assert json.loads(pieces["workspace.json"])["rows"]["entry"] > 4
    assert "needs_sign_in" in {line["health"] for line in json.loads(pieces["health.json"])}
    leaked = {name: one for name, text in pieces.items() for one in (*CANARIES, *tokens, OPERATOR) if one in text}
    assert leaked == {}
    for name in ("Rathaus Basel", "Kanton", str(switchboard.home)):
        assert name not in "".join(pieces.values())
    assert (switchboard.home / "log" / "switchboard.log").stat().st_size > 0
    assert where(switchboard.home, *CANARIES, *tokens, OPERATOR) == []
    for done in said:
        assert not [one for one in (*CANARIES, *tokens) if one in done.out + done.err], done
    for server_ in (facebook, x):
        assert not [one.path for one in server_.requests if "token" in one.path.lower() and "oauth" not in one.path]


def test_no_list_of_processes_shows_a_secret(
    page: Station, facebook: SimulatedFacebook, started: list[subprocess.Popen[bytes]]
) -> None:
    facebook.faults.add("GET /", faults.slow(20))
    running = start(page, started, "sync", "--once")
    until(lambda: facebook.faults.left == 0)
    folder = Path(f"/proc/{running.pid}")
    if not folder.exists():
        pytest.skip("no /proc on this system")
    for name in ("cmdline", "environ"):
        assert facebook.token.encode() not in (folder / name).read_bytes()
    facebook.faults.closed = True  # the answer that was held back is let go
    running.communicate(timeout=40)


def test_a_crash_report_quotes_nobody(bare: Station, tmp_path: Path) -> None:
    """A bug in the middle of a citizen's words: the report names places in the code alone."""
    program = (
        "import sys\n"
        "from switchboard_app.cli import main\n"
        "from switchboard_app.cli.frame import Frame\n"
        "def bug(self): raise ValueError('Kanarienvogel-Frage EAAcanary000000000000')\n"
        "Frame.store = bug\n"
        "sys.exit(main(['enquiry', 'list']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=bare.environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    [report] = (bare.home / "crash").iterdir()
    text = report.read_text(encoding="utf-8")
    assert str(report) in done.stderr.decode()
    assert "ValueError" in text
    assert where(bare.home, "Kanarienvogel", "EAAcanary") == []
    assert b"Kanarienvogel" not in done.stdout + done.stderr
    assert report.stat().st_mode & 0o077 == 0
