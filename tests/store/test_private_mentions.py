"""Answers where the platform puts names in front and the text itself says who gets it: limits and names, before
anything is queued."""

from __future__ import annotations

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Refused
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import accounts, intake, outbox
from tests.store.town import Town


@pytest.fixture
def instance(town: Town) -> Town:
    """The town has moved to Mastodon; its instance allows 600 characters."""
    town.account = town.store.write(
        accounts.add, Channel.MASTODON, "Kanton", town.me, api_base="https://m.example", options={"text_limit": "600"}
    )
    return town


def _asked(town: Town, *handles: str) -> EnquiryId:
    """Somebody, or several together, write to us."""
    thread = PlatformId("+".join(handles))
    person = RemotePerson(thread, ", ".join(handles).title(), " @".join(f"{one}@x.example" for one in handles))
    sender = RemotePerson(PlatformId(handles[0]), handles[0].title(), f"{handles[0]}@x.example")
    message = RemoteMessage(PlatformId("m1"), thread, sender, ours=False, text="Frage", at=town.clock.now)
    batch = Batch((RemoteThread(thread, person),), (message,), {}, complete=True)
    town.store.write(intake.ingest, town.account, batch)
    (row,) = town.queue()
    return row.id


def test_the_limit_is_the_instances_less_the_names(instance: Town) -> None:
    enquiry = _asked(instance, "ada", "berta")
    limit = 600 - len("@ada @berta ")
    assert instance.head(enquiry).text_limit == limit
    with pytest.raises(Refused, match=f"this channel takes {limit}"):
        instance.replies(enquiry, "x" * (limit + 1))
    assert instance.store.read(outbox.waiting) == 0
    instance.replies(enquiry, f"https://example.ch/{'x' * 300} " + "x" * (limit - 24))


def test_an_answer_names_nobody_who_is_not_in_the_conversation(instance: Town) -> None:
    enquiry = _asked(instance, "ada")
    with pytest.raises(Refused, match=r"names @fachstelle@bs\.example, who would receive it") as refused:
        instance.replies(enquiry, "Fragen Sie @fachstelle@bs.example")
    assert refused.value.next_step == "Write the name without the @."
    with pytest.raises(Refused, match="names @ada,"):  # the one on our own server
        instance.replies(enquiry, "Guten Tag @ada")
    assert instance.store.read(outbox.waiting) == 0
    instance.replies(enquiry, "@ada@x.example: info@bs.example hilft")


def test_where_no_names_go_in_front_an_at_sign_is_a_sign(town: Town) -> None:
    enquiry = town.enquiry_of()
    assert town.head(enquiry).text_limit is None
    town.replies(enquiry, "Fragen Sie @fachstelle")
