"""What a platform changed afterwards: wording, deletions, reactions; the newest shown, the former kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from switchboard_app.model.entry import Change, EventCode
from switchboard_app.model.errors import Stale
from switchboard_app.model.ids import Operator, PlatformId
from switchboard_app.model.remote import Listed, RemoteAttachment, RemoteMessage, RemoteReaction
from switchboard_app.model.sweep import OPEN
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.store import desk, intake, search
from switchboard_app.store.database import Store
from switchboard_app.store.intake import Stored
from tests.platforms import FakeClock
from tests.store.town import Town, found, zurich


def seen(town: Town, *messages: RemoteMessage, listed: Sequence[Listed] = (), vanished: Sequence[str] = ()) -> Stored:
    """A page that was read again."""
    batch = replace(town.batch(*messages), listed=tuple(listed), vanished=tuple(PlatformId(one) for one in vanished))
    return town.store.write(intake.ingest, town.account, batch)


def test_an_edit_shows_the_newest_wording_and_keeps_the_former(town: Town) -> None:
    message = town.says("Die Lampe an der Gerbergasse brennt", known_as="m")
    town.arrives(message)
    again = replace(message, text="Die Lampe an der Freien Strasse brennt", edited_at=Millis(town.clock.now + 1))
    town.clock.forward(MINUTE)
    stored = seen(town, again)
    assert (stored.new, stored.changed) == (0, 1)
    (entry,) = town.messages(town.last_of().id)
    assert entry.text == "Die Lampe an der Freien Strasse brennt"
    assert entry.edited
    assert [(v.change, v.text, v.at, v.seen_at) for v in entry.versions] == [
        (Change.EDITED, message.text, again.edited_at, town.clock.now)
    ]
    assert town.events(town.last_of().id) == [EventCode.EDITED]
    assert [row.excerpt for row in town.queue()] == ["Die Lampe an der Freien Strasse brennt"]
    assert town.store.read(search.enquiries, "Gerbergasse") == []
    assert len(town.store.read(search.enquiries, "Freien Strasse")) == 1


def test_the_same_again_changes_nothing(town: Town) -> None:
    message = town.says("Gleich \0 \ud83d", known_as="m")
    town.arrives(message)
    version = town.last_of().version
    assert seen(town, message).changed == 0
    assert town.last_of().version == version


def test_two_edits_are_two_versions(town: Town) -> None:
    message = town.says("eins", known_as="m")
    town.arrives(message)
    for text in ("zwei", "drei"):
        town.clock.forward(MINUTE)
        seen(town, replace(message, text=text))
    (entry,) = town.messages(town.last_of().id)
    assert (entry.text, [v.text for v in entry.versions]) == ("drei", ["eins", "zwei"])


def test_who_writes_an_answer_learns_of_the_edit_first(town: Town) -> None:
    message = town.says("Bis Montag", known_as="m")
    town.arrives(message)
    head = town.last_of()
    seen(town, replace(message, text="Bis Dienstag"))
    with pytest.raises(Stale):
        town.store.write(desk.reply, head.id, "Montag, gerne", town.me, expected_version=head.version)


def test_what_was_typed_here_stays_however_the_platform_writes_it(town: Town) -> None:
    enquiry = town.enquiry_of()
    sent = town.sends(town.replies(enquiry, "Siehe https://www.bs.ch"))
    assert seen(town, town.says("Siehe https://t.co/x", known_as=sent, ours=True)).changed == 0
    assert town.messages(enquiry)[-1].text == "Siehe https://www.bs.ch"


@pytest.mark.parametrize("shell", [False, True])
def test_a_message_taken_back_keeps_its_text(town: Town, shell: bool) -> None:
    message = town.says("Ich nehme alles zurück", known_as="m")
    town.arrives(message)
    seen(town, replace(message, text="") if shell else replace(message, text="", deleted=True))
    (entry,) = town.messages(town.last_of().id)
    assert (entry.text, entry.deleted, entry.edited) == ("Ich nehme alles zurück", True, False)
    assert [v.change for v in entry.versions] == [Change.DELETED]
    assert town.events(town.last_of().id) == [EventCode.DELETED]
    assert len(town.store.read(search.enquiries, "zurück")) == 1
    assert seen(town, replace(message, text="", deleted=True)).changed == 0


def test_a_message_with_files_alone_was_never_taken_back(town: Town) -> None:
    file = RemoteAttachment(PlatformId("f"), "a.png", unavailable="nein")
    message = town.says("", known_as="m", files=[file])
    town.arrives(message)
    assert seen(town, message).changed == 0


# -- silence ---------------------------------------------------------------------------------------------------------


def three(town: Town) -> list[RemoteMessage]:
    """Three messages of an hour ago, ten minutes apart, long stored."""
    made = [town.says(f"{n}", at=town.clock.now - HOUR + n * 10 * MINUTE, known_as=f"m{n}") for n in range(3)]
    town.arrives(*made)
    town.clock.forward(HOUR)
    return made


def gone(town: Town) -> list[str]:
    """The texts of what is marked as taken back."""
    return [entry.text for entry in town.messages(town.last_of().id) if entry.deleted]


def test_what_is_not_listed_between_two_others_is_gone_and_may_come_back(town: Town) -> None:
    first, second, third = three(town)
    listed = [Listed(PlatformId(""), first.at, OPEN)]
    assert seen(town, first, third, listed=listed).changed == 1
    assert gone(town) == ["1"]
    (entry,) = (one for one in town.messages(town.last_of().id) if one.deleted)
    assert [v.change for v in entry.versions] == [Change.GONE]
    seen(town, first, second, third, listed=listed)
    assert gone(town) == []


def test_a_list_that_was_wrong_about_a_message_is_not_believed_about_it_again(town: Town) -> None:
    first, second, third = three(town)
    listed = [Listed(PlatformId(""), first.at, OPEN)]
    seen(town, first, third, listed=listed)
    seen(town, second)
    assert seen(town, first, third, listed=listed).changed == 0
    assert gone(town) == []


def test_a_message_without_a_time_of_its_own_is_not_looked_for_in_a_list(town: Town) -> None:
    before = town.says("davor", at=town.clock.now - HOUR)
    timeless = town.says("wann?", at=town.clock.now)
    town.arrives(before, timeless)
    town.clock.forward(HOUR)
    after = town.says("danach")
    seen(town, before, after, listed=[Listed(PlatformId(""), before.at, OPEN)])
    assert gone(town) == []


def test_outside_of_what_a_page_lists_nothing_is_gone(town: Town) -> None:
    first, second, third = three(town)
    seen(town, second, listed=[Listed(PlatformId(""), first.at, third.at)])
    seen(town, listed=[Listed(PlatformId("t_somebody"), Millis(0), OPEN)])
    seen(town, third)
    assert gone(town) == []


def test_of_one_conversation_only_its_own_is_gone(town: Town) -> None:
    first, second, third = three(town)
    other = town.says("anderswo", "beat", at=second.at, known_as="b")
    town.arrives(other)
    town.clock.forward(HOUR)
    seen(town, first, third, listed=[Listed(first.thread, first.at, OPEN)])
    assert gone(town) == ["1"]
    assert not town.messages(town.last_of("beat").id)[0].deleted


@pytest.mark.parametrize("counted", [False, True])
def test_a_read_that_lags_does_not_take_the_newest_away(town: Town, counted: bool) -> None:
    """Unless the platform's own count agrees."""
    first = town.says("alt", at=town.clock.now - HOUR, known_as="m0")
    newest = town.says("eben", at=town.clock.now - MINUTE, known_as="m1")
    town.arrives(first, newest)
    town.clock.forward(MINUTE)
    listed = Listed(PlatformId(""), first.at, OPEN, counted=counted)
    seen(town, first, listed=[listed])
    assert gone(town) == (["eben"] if counted else [])
    town.clock.forward(HOUR)
    seen(town, first, listed=[listed])
    assert gone(town) == ["eben"]


def test_what_was_sent_from_here_is_never_claimed_to_be_gone(town: Town) -> None:
    town.arrives(town.says("Guten Tag", at=town.clock.now - MINUTE))
    enquiry = town.last_of().id
    town.sends(town.replies(enquiry))
    town.clock.forward(HOUR)
    seen(town, listed=[Listed(PlatformId(""), Millis(0), OPEN, counted=True)])
    assert [entry.deleted for entry in town.messages(enquiry)] == [True, False]


def test_a_conversation_that_does_not_exist_any_more(town: Town) -> None:
    three(town)
    town.arrives(town.says("bleibt", "beat", known_as="b"))
    assert seen(town, vanished=["t_anna"]).changed == 3
    assert gone(town) == ["0", "1", "2"]
    assert town.events(town.last_of().id) == [EventCode.DELETED]
    assert seen(town, vanished=["t_anna", "t_nobody"]).changed == 0
    assert not town.messages(town.last_of("beat").id)[0].deleted


# -- reactions -------------------------------------------------------------------------------------------------------


def test_reactions_come_go_and_come_again(town: Town) -> None:
    heart, thumb = RemoteReaction(PlatformId("p_anna"), "❤"), RemoteReaction(PlatformId("p_anna"), "👍")
    message = replace(town.says("Danke", known_as="m"), reactions=(heart, heart))
    town.arrives(message)

    def shown() -> list[str]:
        (entry,) = town.messages(town.last_of().id)
        return [one.emoji for one in entry.reactions]

    assert shown() == ["❤"]
    assert seen(town, message).changed == 0
    town.clock.forward(MINUTE)
    assert seen(town, replace(message, reactions=(thumb,))).changed == 1
    assert shown() == ["👍"]
    assert seen(town, replace(message, reactions=None)).changed == 0
    town.clock.forward(MINUTE)
    seen(town, replace(message, reactions=(heart, thumb)))
    assert sorted(shown()) == ["❤", "👍"]
    seen(town, replace(message, reactions=()))
    assert shown() == []
    assert town.events(town.last_of().id) == []


@pytest.mark.parametrize("thread", ["", "t_anna"], ids=["of-the-account", "of-one-conversation"])
def test_a_page_read_again_costs_the_same_in_a_large_account(
    embedded_store: Store, clock: FakeClock, me: Operator, thread: str
) -> None:
    clock.now = zurich(2026, 11, 24, 9, 0)
    town = found(embedded_store, clock, me)
    begin = clock.now - 30 * HOUR
    newest = town.says("Grüezi", known_as="new")

    def history(first: int, last: int) -> None:
        town.arrives(*(town.says(f"Frage {n}", f"p{n}", at=begin + n, known_as=f"h{n}") for n in range(first, last)))

    def cost() -> int:
        """Tens of steps of SQLite's own machine."""
        counted: list[None] = []

        def count(handler: Callable[[], object] | None) -> None:
            embedded_store.write(lambda _: embedded_store._database.connection().set_progress_handler(handler, 10))

        count(lambda: counted.append(None))
        seen(town, newest, listed=[Listed(PlatformId(thread), Millis(newest.at - MINUTE), OPEN)])
        count(None)
        return len(counted)

    town.arrives(newest)
    history(0, 50)
    small = cost()
    history(50, 2000)
    assert 0 < cost() <= 2 * small
