"""A real mail server for tests: Debian's Dovecot (IMAP) and Exim (SMTP) on loopback, started once a session.

Every address that `MailHouse.address` gives is a mailbox of its own, with one password for all; mails to any other
address come back as undeliverable. Both run without rights, as root under another user. Where the machine has none
the tests that ask for one are skipped and say why.

Use in the conftest of a folder: ``from tests.mailboxes import mail_house as mail_house``.
"""

from __future__ import annotations

import contextlib
import imaplib
import itertools
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.sync.smtp import certificate

PASSWORD = "geheim-für-alle"
DOVECOT, EXIM = Path("/usr/sbin/dovecot"), Path("/usr/sbin/exim4")

_DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_home = {folder}/mail/%u
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_username_chars =
ssl = yes
ssl_cert = <{folder}/localhost.pem
ssl_key = <{folder}/localhost.key
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid}
}}
namespace inbox {{
  inbox = yes
  mailbox Gesendet {{
    auto = create
    special_use = \\Sent
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
"""
_EXIM = """
primary_hostname = localhost
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%slog
exim_user = {user}
exim_group = {group}
never_users =
daemon_smtp_ports = {smtp} : {smtps}
tls_on_connect_ports = {smtps}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = {folder}/localhost.pem
tls_privatekey = {folder}/localhost.key
message_size_limit = 40M
smtp_accept_max = 50
smtp_enforce_sync = true
queue_only = false
ignore_bounce_errors_after = 0s
bounce_return_size_limit = 10K
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny
    message = no such person here
    local_parts = refused
  accept
begin routers
nobody:
  driver = redirect
  local_parts = gone
  allow_fail
  data = :fail: no such mailbox here
local:
  driver = accept
  address_data = ${{lookup{{${{lc:$local_part}}@${{lc:$domain}}}}dsearch,filter=dir{{{folder}/mail}}}}
  condition = ${{lookup{{${{lc:$local_part}}@${{lc:$domain}}}}dsearch,filter=dir{{{folder}/mail}}{{yes}}{{no}}}}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail/$address_data
  maildir_format
  create_directory
  directory_mode = 0700
  mode = 0600
  delivery_date_add
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if eq{{$auth3}}{{{password}}}}}
  server_set_id = $auth2
  server_prompts = :
login:
  driver = plaintext
  public_name = LOGIN
  server_condition = ${{if eq{{$auth2}}{{{password}}}}}
  server_prompts = Username:: : Password::
  server_set_id = $auth1
"""


@dataclass(slots=True)
class MailHouse:
    """Both servers. `tls` trusts them."""

    folder: Path
    imap: int
    imaps: int
    smtp: int
    smtps: int
    tls: ssl.SSLContext
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def address(self, name: str = "tz") -> str:
        """A mailbox that nobody has used."""
        made = f"{name}-{next(self._numbers)}@example.ch"
        box = self.folder / "mail" / made
        box.mkdir(mode=0o700)
        _as_somebody(box)
        return made

    def options(self, address: str, security: str = "tls", **more: str) -> dict[str, str]:
        """The options of an account with this mailbox."""
        ports = {"tls": (self.imaps, self.smtps), "starttls": (self.imap, self.smtp), "none": (self.imap, self.smtp)}
        imap, smtp = ports[security]
        return {
            "address": address,
            "imap_host": "localhost",
            "imap_port": str(imap),
            "imap_security": security,
            "smtp_host": "localhost",
            "smtp_port": str(smtp),
            "smtp_security": security,
            **more,
        }

    def post(self, message: EmailMessage | bytes, sender: str, to: str) -> None:
        """A mail from outside, by SMTP; it lies in the mailbox when this returns."""
        before = self.count(to)
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as client:
            raw = message if isinstance(message, bytes) else message.as_bytes()
            client.sendmail(sender, [to], raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        self.until(lambda: self.count(to) > before)

    def until(self, come: Any, seconds: float = 10.0) -> None:
        """Wait until something has come."""
        end = time.monotonic() + seconds
        while not come():
            assert time.monotonic() < end, f"no mail came: {self.logs()}"
            time.sleep(0.01)

    def count(self, address: str) -> int:
        """How many mails lie in the inbox."""
        return sum(len(list((self.folder / "mail" / address / one).glob("*"))) for one in ("new", "cur"))

    def mails(self, address: str) -> list[bytes]:
        """The mails of an inbox as they were taken, oldest first."""
        found = [p for one in ("new", "cur") for p in (self.folder / "mail" / address / one).glob("*")]
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def line(self, address: str) -> imaplib.IMAP4:
        """A signed-in connection to a mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{address}\0{PASSWORD}".encode())
        return client

    @contextlib.contextmanager
    def box(self, address: str) -> Iterator[imaplib.IMAP4]:
        """Somebody else's program at the same mailbox."""
        client = self.line(address)
        try:
            client.select()
            yield client
        finally:
            client.logout()

    def logs(self) -> str:
        """What the servers say, for a test that fails."""
        told = [p.read_text("utf-8", "replace")[-2000:] for p in self.folder.glob("*log") if p.is_file()]
        return "\n".join(told)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    with contextlib.ExitStack() as held:
        found = []
        for _ in range(count):
            one = held.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            found.append(int(one.getsockname()[1]))
        return found


def _as_somebody(folder: Path) -> dict[str, Any]:
    """How to run the servers, and who owns their folder: as root nobody, else whoever runs the tests."""
    import grp  # not on Windows
    import pwd

    here = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
    group = grp.getgrgid(here.pw_gid).gr_name
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, here.pw_uid, here.pw_gid)
    return {"user": here.pw_name, "group": group, "uid": here.pw_uid, "gid": here.pw_gid}


def start_house(folder: Path) -> tuple[MailHouse, list[subprocess.Popen[bytes]]]:
    """Start both servers in `folder`."""
    _, client = certificate(folder)
    imap, imaps, smtp, smtps = free_ports(4)
    for name in ("mail", "run", "state", "spool"):
        (folder / name).mkdir()
    who = _as_somebody(folder)
    told = {"folder": folder, "imap": imap, "imaps": imaps, "smtp": smtp, "smtps": smtps, "password": PASSWORD, **who}
    (folder / "dovecot.conf").write_text(_DOVECOT.format(**told), "utf-8")
    (folder / "exim.conf").write_text(_EXIM.format(**told), "utf-8")
    _as_somebody(folder)
    nothing = subprocess.DEVNULL
    how: dict[str, Any] = {"stdout": nothing, "stderr": nothing, "stdin": nothing, "start_new_session": True}
    if os.geteuid() == 0:
        how |= {"user": who["uid"], "group": who["gid"], "extra_groups": []}
    started = [
        subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "dovecot.conf")], **how),
        subprocess.Popen([EXIM, "-C", str(folder / "exim.conf"), "-bdf"], **how),
    ]
    house = MailHouse(folder, imap, imaps, smtp, smtps, client)
    end = time.monotonic() + 15
    for port in (imap, imaps, smtp, smtps):
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            if time.monotonic() > end:
                stop_house(started)
                pytest.fail(f"the mail server of this machine does not start: {house.logs()}", pytrace=False)
            time.sleep(0.02)
    return house, started


def stop_house(started: list[subprocess.Popen[bytes]]) -> None:
    """Stop both servers, with all their processes and whoever is still connected."""
    for one in started:
        one.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            one.wait(1)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGKILL)
        one.wait(10)


@pytest.fixture(scope="session")
def mail_house() -> Iterator[MailHouse]:
    """The session's mail server; skips where the machine has none."""
    if sys.platform == "win32" or not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip("no Dovecot on this machine (Debian: apt-get install dovecot-imapd)")
    if not EXIM.exists():
        pytest.skip("no Exim on this machine (Debian: apt-get install exim4-daemon-light)")
    folder = Path(tempfile.mkdtemp(prefix="switchboard-mail-"))
    try:
        house, started = start_house(folder)
        try:
            yield house
        finally:
            stop_house(started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
