"""``mail password | check``, what doctor says of the mail server, and a forwarding through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Station
from tests.cli.test_contract import CSV, office_with_mail
from tests.sync.smtp import MailServer


def uses(station: Station, server: MailServer, **more: object) -> None:
    """The station's settings name the server."""
    station.settings(
        mail_host="127.0.0.1",
        mail_port=server.port,
        mail_security="none",
        mail_user="tz",
        mail_sender="Telefonzentrale <tz@example.org>",
        **more,
    )


def test_the_password_comes_by_standard_input(switchboard: Station) -> None:
    said = switchboard.refused(2, "mail", "password", stdin={"password": "canary-geheim"})
    assert "mail_user" in said
    switchboard.settings(mail_user="tz")
    for wrong in ({}, {"password": ""}, {"password": 5}, {"secret": "canary-geheim"}, {"password": "x", "user": "y"}):
        assert "canary" not in switchboard.refused(2, "mail", "password", stdin=wrong)
    switchboard.refused(2, "mail", "password", stdin=b"canary-geheim")
    assert switchboard.ok("mail", "password", stdin={"password": "canary-geheim"}) == {"mail_user": "tz"}
    assert switchboard.secrets["switchboard/mail/tz switchboard"] == "canary-geheim"
    for file in (one for one in switchboard.home.rglob("*") if one.is_file()):
        assert b"canary" not in file.read_bytes(), file


def test_checking_the_mail_server(switchboard: Station) -> None:
    assert "mail_host" in switchboard.refused(2, "mail", "check")
    with MailServer(login=("tz", "geheim")) as server:
        uses(switchboard, server)
        assert "mail password" in switchboard.refused(4, "mail", "check")
        switchboard.ok("mail", "password", stdin={"password": "falsch"})
        switchboard.refused(4, "mail", "check")
        assert switchboard("doctor").code == 4
        switchboard.ok("mail", "password", stdin={"password": "geheim"})
        assert switchboard.ok("mail", "check") == {"server": f"127.0.0.1:{server.port}"}
        assert switchboard("doctor").code == 0
        assert server.kept == [], "nothing is sent"
        assert "MAIL" not in server.seen
        switchboard.settings(**settings(switchboard) | {"mail_sender": "nobody at all"})
        assert "mail_sender" in switchboard.refused(2, "mail", "check")
        switchboard.settings(**settings(switchboard) | {"mail_sender": "tz@example.org", "mail_security": "starttls"})
        switchboard.refused(4, "mail", "check")  # it offers no encryption
    switchboard.refused(4, "mail", "check")  # it is gone
    [ill] = [one for one in switchboard("doctor", "--json").json()["findings"] if not one["ok"]]
    assert ill["what"] == "Mail to offices"
    assert ill["next_step"]


def settings(station: Station) -> dict[str, object]:
    lines = (station.home / "settings.toml").read_text(encoding="utf-8").splitlines()
    return {key: json.loads(value) for key, _, value in (line.partition(" = ") for line in lines)}


def test_a_forwarding_goes_out_with_the_next_sync(switchboard: Station) -> None:
    switchboard.ok("phone-note", "add", stdin={"concern": "Loch in der Strasse"})
    switchboard.ok("office", "import", str(CSV))
    office = office_with_mail(switchboard)
    switchboard.ok("enquiry", "forward", "1", "--office", office, "--text", "Bitte übernehmen")
    assert switchboard.ok("sync", "--once") == {"accounts": []}
    delivery = switchboard.ok("enquiry", "show", "1")["forwardings"][0]["delivery"]
    assert delivery["state"] == "queued", "no server is set: it waits"
    with MailServer() as server:
        uses(switchboard, server)
        switchboard.settings(**settings(switchboard) | {"mail_user": ""})
        switchboard.ok("sync", "--once")
        switchboard.ok("sync", "--once")
        [mail] = server.kept
    assert str(mail.message["Subject"]).endswith("[BS-000001]")
    assert switchboard.ok("enquiry", "show", "1")["forwardings"][0]["delivery"]["state"] == "sent"


def test_a_directory_with_an_address_that_is_none(switchboard: Station, tmp_path: Path) -> None:
    """Refused at the import, with line and column, before anything could be forwarded to it."""
    good = CSV.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "offices.csv"
    for address in ("a@b@example.org", "a@example.org;b@example.org", "x y@example.org", "@example.org", "amt@"):
        file.write_text("\n".join([good[0], good[1].replace("gs-pd@example.org", f'"{address}"')]), encoding="utf-8")
        said = switchboard.refused(2, "office", "import", str(file))
        assert "2" in said


@pytest.mark.parametrize("host", ["mail.example.org", "127.0.0.1.example.org"])
def test_no_password_leaves_this_machine_in_the_clear(switchboard: Station, host: str) -> None:
    switchboard.settings(mail_host=host, mail_security="none", mail_user="tz", mail_sender="tz@example.org")
    switchboard.ok("mail", "password", stdin={"password": "geheim"})
    switchboard.refused(4, "mail", "check")
