"""Accounts, leases, settings, directory, drafts of nobody: what all stations of a workspace share."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import NotThere, WrongUse
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId, AttachmentId, OfficeId, PlatformId
from switchboard_app.model.office import Office, Topic
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store import accounts, attachments, directory, health, leases, settings
from switchboard_app.store.database import Store
from switchboard_app.store.leases import Lease
from tests.store.town import OFFICES, ROADS, Town, minutes
from tests.workspaces import Workspace

# -- accounts --------------------------------------------------------------------------------------------------------


def test_an_account_is_added_once(town: Town) -> None:
    assert (town.account.kind, town.account.health) == (Channel.FACEBOOK, Health.CATCHING_UP)
    with pytest.raises(WrongUse, match="exists already"):
        town.store.write(accounts.add, Channel.X, " Konto facebook ", town.me)
    with pytest.raises(WrongUse, match="no name"):
        town.store.write(accounts.add, Channel.X, "  ", town.me)
    other = town.store.write(accounts.add, Channel.X, "Ärzte", town.me, api_base="http://x", options={"a": "ß"})
    assert [one.name for one in town.store.read(accounts.listed)] == sorted([town.account.name, "Ärzte"])
    assert town.store.read(accounts.named, "Ärzte") == town.store.read(accounts.named, other.id) == other
    assert (other.api_base, other.options) == ("http://x", {"a": "ß"})
    assert town.journal()[-1] == "account_added"


def test_a_removed_account_keeps_its_history_and_frees_its_name(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(accounts.remove, town.account.id, town.me)
    assert town.store.read(accounts.listed) == []
    assert town.store.read(accounts.one, town.account.id).removed
    with pytest.raises(NotThere):
        town.store.read(accounts.named, town.account.name)
    with pytest.raises(NotThere):
        town.store.read(accounts.one, AccountId("none"))
    assert town.head(enquiry).account_name == town.account.name
    assert town.store.write(accounts.add, Channel.FACEBOOK, town.account.name, town.me).id != town.account.id


def test_health_says_since_when(town: Town) -> None:
    began = town.clock.forward(minutes(1))
    town.store.write(health.put, town.account.id, Health.RATE_LIMITED, "bis 10:15", Millis(began + 900))
    town.clock.forward(minutes(1))
    town.store.write(health.put, town.account.id, Health.RATE_LIMITED, "bis 10:30", None)
    now = town.store.read(accounts.one, town.account.id)
    assert (now.health, now.health_since, now.health_detail) == (Health.RATE_LIMITED, began, "bis 10:30")
    assert (now.last_ok_at, now.next_poll_at) == (None, None)
    assert town.journal().count("account_health") == 1
    town.store.write(health.put, town.account.id, Health.OK)
    assert town.store.read(accounts.one, town.account.id).last_ok_at == town.clock.now
    town.store.write(health.put, AccountId("none"), Health.OK)  # removed meanwhile: nothing to say


def test_what_a_connector_learns_is_kept(town: Town) -> None:
    town.store.write(accounts.set_platform_user, town.account.id, PlatformId("77"), {"fields": "id,text"})
    now = town.store.read(accounts.one, town.account.id)
    assert (now.platform_user, now.options) == ("77", {"fields": "id,text"})
    assert town.store.read(accounts.cursor, town.account.id) == {}


# -- leases ----------------------------------------------------------------------------------------------------------


def test_a_lease_is_one_stations_until_it_lapses(town: Town) -> None:
    def take(holder: str) -> Lease | None:
        return town.store.write(leases.take, "poll:1", holder, 90 * SECOND)

    first = take("a")
    assert first is not None
    assert (first.epoch, first.until) == (1, town.clock.now + 90 * SECOND)
    assert take("b") is None
    town.clock.forward(60 * SECOND)
    renewed = take("a")
    assert renewed is not None
    assert (renewed.epoch, renewed.until) == (1, town.clock.now + 90 * SECOND)
    town.clock.forward(90 * SECOND)
    second = take("b")
    assert second is not None
    assert second.epoch == 2
    assert take("a") is None
    town.store.write(leases.release, renewed)  # not a's any more: changes nothing
    assert take("a") is None
    town.store.write(leases.release, second)
    third = take("a")
    assert third is not None
    assert third.epoch == 3


def test_whoever_lost_a_lease_comes_back_with_a_new_epoch(town: Town) -> None:
    first = town.store.write(leases.take, "send:1", "a", 10)
    town.clock.forward(10)
    again = town.store.write(leases.take, "send:1", "a", 10)
    assert first is not None
    assert again is not None
    assert (first.epoch, again.epoch) == (1, 2)


def test_of_many_stations_one_gets_the_lease(town: Town, workspace: Workspace) -> None:
    stations = [workspace.open() for _ in range(4)]
    start, got = threading.Barrier(4), []

    def work(store: Store) -> None:
        start.wait()
        lease = store.write(leases.take, "poll:1", store.station, 1000)
        if lease is not None:
            got.append(lease.holder)

    threads = [threading.Thread(target=work, args=(station,)) for station in stations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_the_lease_of_a_process_that_is_gone_need_not_lapse(town: Town) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone, alive = f"{ended.pid}-abc", f"{os.getpid()}-abc"
    assert leases.process_ended(gone) is (sys.platform != "win32")
    assert not any(map(leases.process_ended, (alive, "", "x-1", "99999999999999999999-a")))
    town.store.write(leases.take, "poll:1", gone, 90 * SECOND)
    assert town.store.read(leases.holder, "poll:1") == gone
    town.store.write(leases.lapse, "poll:1", alive)  # somebody else's: changes nothing
    assert town.store.write(leases.take, "poll:1", alive, 1000) is None
    town.store.write(leases.lapse, "poll:1", gone)
    assert town.store.read(leases.holder, "poll:1") == ""
    taken = town.store.write(leases.take, "poll:1", alive, 1000)
    assert taken is not None
    assert taken.epoch == 2


# -- settings --------------------------------------------------------------------------------------------------------


def test_settings_of_the_workspace(store: Store) -> None:
    assert store.read(settings.get, "x", "leer") == "leer"
    for value in ("1", "2\r\n", ""):
        store.write(settings.put, "x", value)
        assert store.read(settings.get, "x", "leer") == value
    assert store.read(settings.targets) == settings.Targets()
    store.write(settings.put, "target.office_minutes", "60")
    store.write(settings.put, "targetXoffice_minutes", "99")
    assert store.read(settings.targets).office_minutes == 60
    store.write(settings.put, "target.reopen_days", "3")
    assert store.read(settings.targets).reopen_days == 3


# -- directory -------------------------------------------------------------------------------------------------------


def test_a_directory_replaces_the_old_one_as_a_whole(town: Town) -> None:
    assert town.store.read(directory.version) == ""
    assert town.store.write(directory.replace, OFFICES, town.me) == (3, 0)
    version = town.store.read(directory.version)
    assert town.store.read(directory.listed) == OFFICES
    changed = Office(
        ROADS,
        "BVD",
        "Tiefbauamt",
        "Strassen",
        (Topic("Ärger", ("ß", "«x»")), Topic("Leer")),
        "061 000 00 00",
        "neu@bs.test",
        "Mo-Fr 08:00-12:00",
        "Dufourstrasse 40",
        "https://bs.test",
        OfficeId("x"),
        outside=True,
        outside_kind="Gemeinde",
        note="zuerst fragen",
        checked="2026-11-21",
        sample=True,
    )
    assert town.store.write(directory.replace, (changed,), town.me) == (1, 2)
    assert town.store.read(directory.listed) == (changed,)
    assert town.store.read(directory.version) != version
    assert town.store.read(directory.one, ROADS) == changed
    retired = town.store.read(directory.find, OFFICES[1].id)
    assert retired == OFFICES[1]  # forwardings still name it
    assert town.store.read(directory.find, OfficeId("none")) is None
    with pytest.raises(NotThere):
        town.store.read(directory.one, OfficeId("none"))
    assert town.store.write(directory.replace, (), town.me) == (0, 1)
    assert town.store.read(directory.listed) == ()


# -- blobs -----------------------------------------------------------------------------------------------------------


def test_bytes_are_kept_once_and_come_back_as_they_were(store: Store) -> None:
    content = bytes(range(256)) * 4096
    first = store.write(attachments.put_blob, content)
    assert store.write(attachments.put_blob, content) == first
    assert store.read(lambda tx: tx.value("SELECT COUNT(*) FROM blob")) == 1
    assert bytes(store.read(lambda tx: tx.value("SELECT content FROM blob"))) == content
    with pytest.raises(NotThere):
        store.read(attachments.content, AttachmentId("none"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"<svg/>", ""),
        (b"", ""),
    ],
)
def test_a_kind_is_what_the_bytes_show(content: bytes, kind: str) -> None:
    assert attachments.kind_of(content) == kind
