"""The contract of the port over a mailbox: the same tests as for every platform, as far as they are not about HTTP."""

from __future__ import annotations

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.sync.connector import PlatformFailure
from tests.connectors.test_contract import (
    STRINGS,
    test_a_crash_between_two_batches_loses_nothing,
    test_a_reply_goes_out_once_and_comes_back_as_ours,
    test_an_attachment_elsewhere_is_never_fetched,
    test_attachments_are_fetched_and_capped,
    test_each_message_once_across_polls_with_overlap,
    test_late_arrivals_inside_the_overlap_are_found,
    test_nobody_listening_is_certain,
    test_old_messages_are_imported,
    test_read_back_shows_what_was_sent_since,
    test_text_and_images_arrive,
    test_whoami_says_who_the_token_is,
)
from tests.mail.mailbench import MailBench

__all__ = [
    "test_a_crash_between_two_batches_loses_nothing",
    "test_a_reply_goes_out_once_and_comes_back_as_ours",
    "test_an_attachment_elsewhere_is_never_fetched",
    "test_attachments_are_fetched_and_capped",
    "test_each_message_once_across_polls_with_overlap",
    "test_late_arrivals_inside_the_overlap_are_found",
    "test_nobody_listening_is_certain",
    "test_old_messages_are_imported",
    "test_read_back_shows_what_was_sent_since",
    "test_text_and_images_arrive",
    "test_whoami_says_who_the_token_is",
]


def as_lines(text: str) -> str:
    """A mail has lines: how they were ended is not part of it, nor is the end of the last one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def test_texts_are_exact_but_for_the_ends_of_lines(bench: MailBench) -> None:
    for number, text in enumerate(STRINGS):
        bench.platform.say("p", text, at=bench.clock() - (60 - number) * 60_000)  # type: ignore[arg-type]
    bench.poll()
    assert [as_lines(text) for text in bench.shelf.texts] == [as_lines(text) for text in STRINGS]


def test_sent_texts_are_exact_but_for_the_ends_of_lines(bench: MailBench) -> None:
    bench.platform.say("p", "Frage")
    for text in STRINGS:
        bench.send("p", text)
    sent = [as_lines(message.text) for message in bench.platform.sent_by_us()]
    assert sorted(sent) == sorted(as_lines(text) for text in STRINGS)


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_each_kind_of_protection(bench: MailBench, security: str) -> None:
    bench.security = security
    bench.platform.say("p", "da")
    bench.poll()
    assert bench.shelf.texts == ["da"]
    bench.send("p", "dort")
    assert [one.text for one in bench.platform.sent_by_us()] == ["dort"]


def test_a_wrong_password_is_said_in_words(bench: MailBench) -> None:
    bench.password = "falsch"
    failure = bench.poll_failing()
    assert (failure.failure.kind, failure.health) == (FailureKind.AUTH, Health.NEEDS_SIGN_IN)
    assert "password" in failure.health_detail
    assert "falsch" not in f"{failure!r} {failure.__cause__!r} {failure.__context__!r}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"imap_host": ""}, "imap_host"),
        ({"imap_security": "maybe"}, "imap_security"),
        ({"smtp_port": "many"}, "smtp_port"),
        ({"address": "nobody"}, "address"),
        ({"imap_security": "none", "imap_host": "imap.example.ch"}, "encryption"),
        ({"folders": "INBOX,There is none"}, "folder"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said_in_words(
    bench: MailBench, options: dict[str, str], words: str
) -> None:
    bench.options = options
    with pytest.raises(PlatformFailure) as caught:
        bench.run(lambda connector: connector.whoami())
    assert words in caught.value.health_detail
    assert caught.value.failure.certain


def test_a_server_nobody_trusts_gets_no_password(bench: MailBench) -> None:
    connector = bench.connector()
    connector._tls = None
    with pytest.raises(PlatformFailure) as caught:
        bench.run(lambda _: connector.whoami())
    assert "certificate" in caught.value.health_detail
