"""The outside's verbs: every message once, each where it belongs, the cursor never ahead of the rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from peewee import IntegrityError

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import EnquiryState, Outcome, View
from switchboard_app.model.entry import AttachmentState, Direction
from switchboard_app.model.ids import Operator, PlatformId
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, HOUR, SECOND, Millis
from switchboard_app.store import accounts, attachments, desk, intake, people, search, settings
from switchboard_app.store.database import Store
from tests.platforms import FakeClock
from tests.store.town import Town, found, minutes


def texts(town: Town, who: str = "anna") -> list[str]:
    """The texts of a citizen's last enquiry in order."""
    return [entry.text for entry in town.messages(town.last_of(who).id)]


def test_overlapping_batches_store_each_message_once(town: Town) -> None:
    made = [town.says(f"Nr. {n}", at=town.clock.now + n) for n in range(30)]
    town.clock.forward(minutes(1))
    counts = [town.arrives(*made[start : start + 12]).new for start in range(0, 25, 4)]
    assert counts == [12, 4, 4, 4, 4, 2, 0]
    assert texts(town) == [f"Nr. {n}" for n in range(30)]
    version = town.last_of().version
    again = town.arrives(*made)
    assert (again.fetched, again.new) == (30, 0)
    assert town.last_of().version == version


def test_a_duplicate_in_one_batch_is_one(town: Town) -> None:
    message = town.says("Doppelt")
    assert town.arrives(message, message, message).new == 1
    assert texts(town) == ["Doppelt"]


def test_the_same_id_on_another_account_is_another_message(town: Town) -> None:
    other = found(town.store, town.clock, town.me, Channel.X)
    town.arrives(town.says("Hier", known_as="1"))
    other.arrives(other.says("Dort", known_as="1"))
    assert len(town.queue()) == 2
    assert town.store.read(intake.known, town.account.id, [PlatformId("1"), PlatformId("2")]) == {"1"}


def test_the_database_itself_refuses_a_second_copy(town: Town) -> None:
    town.arrives(town.says("Einmal", known_as="m"))
    columns = (
        "thread_id, account_id, platform_id, kind, direction, author, text, at, received_at, elsewhere, late, raw,"
        " detail, deleted, edited"
    )
    with pytest.raises(IntegrityError):
        town.store.write(
            lambda tx: tx.change(
                f"INSERT INTO entry (id, place, enquiry_id, {columns}) SELECT 'other', place + 1, enquiry_id, {columns}"
                " FROM entry WHERE platform_id = 'm'"
            )
        )


def test_messages_of_one_second_keep_the_platforms_order(town: Town) -> None:
    def page(*numbers: int) -> list[RemoteMessage]:
        return [town.says(f"Nr. {n}", at=town.clock.now, known_as=f"n{n}") for n in numbers]

    town.arrives(*page(3, 2, 1))  # newest first, as platforms serve them
    town.arrives(*page(5, 4, 3))
    assert texts(town) == ["Nr. 1", "Nr. 2", "Nr. 3", "Nr. 4", "Nr. 5"]


def test_a_batch_served_oldest_first_keeps_its_order_too(town: Town) -> None:
    town.arrives(
        town.says("a", at=town.clock.now - 2), town.says("b", at=town.clock.now - 2), town.says("c", at=town.clock.now)
    )
    assert texts(town) == ["a", "b", "c"]


def test_an_earlier_message_that_comes_later_stands_in_its_place(town: Town) -> None:
    town.arrives(town.says("Zweite", at=town.clock.now))
    town.arrives(town.says("Erste", at=town.clock.now - HOUR))
    assert texts(town) == ["Erste", "Zweite"]
    (row,) = town.queue()
    assert row.excerpt == "Zweite"


@pytest.mark.parametrize(("age", "late"), [(HOUR - 1, False), (HOUR + 1, True)])
def test_what_arrives_long_after_it_was_written_says_so(town: Town, age: int, late: bool) -> None:
    town.arrives(town.says("Verspätet", at=town.clock.now - age))
    assert [entry.late for entry in town.messages(town.last_of().id)] == [late]


def test_a_first_sweep_is_late_about_nothing(town: Town) -> None:
    town.arrives(town.says("Alt", at=town.clock.now - DAY), first_sweep=True)
    assert [entry.late for entry in town.messages(town.last_of().id)] == [False]


# -- where it belongs ------------------------------------------------------------------------------------------------


def closed(town: Town) -> None:
    """An answered and closed enquiry of Anna."""
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry))
    town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)
    town.clock.forward(HOUR)


def test_an_echo_and_a_message_in_one_batch_after_closing_reopen(town: Town) -> None:
    closed(town)
    town.arrives(
        town.says("Noch vom Handy", ours=True, at=town.clock.now - 2), town.says("Danke, aber", at=town.clock.now - 1)
    )
    (head,) = town.all_of()
    assert (head.state, head.closed_at) == (EnquiryState.OPEN, None)
    assert [row.id for row in town.queue(View.INBOX)] == [head.id]


def test_a_conversation_begun_elsewhere_is_no_new_item_until_the_citizen_writes(town: Town) -> None:
    town.arrives(town.says("Wir melden uns bei Ihnen", ours=True))
    assert town.queue() == []
    (head,) = town.all_of()
    assert (head.state, head.outcome, head.unread) == (EnquiryState.DONE, Outcome.ANSWERED, 0)
    town.clock.forward(HOUR)
    town.arrives(town.says("Danke, gern"))
    (head,) = town.all_of()
    assert (head.state, texts(town)) == (EnquiryState.NEW, ["Wir melden uns bei Ihnen", "Danke, gern"])


def test_a_reply_made_elsewhere_does_not_open_what_is_closed(town: Town) -> None:
    closed(town)
    town.arrives(town.says("Noch vom Handy", ours=True))
    (head,) = town.all_of()
    assert (head.state, town.messages(head.id)[-1].elsewhere) == (EnquiryState.DONE, True)


def test_one_batch_may_reopen_and_another_thread_open(town: Town) -> None:
    closed(town)
    town.clock.forward(8 * DAY)
    stored = town.arrives(town.says("Neues"), town.says("Ganz neu", "beat"), town.says("Und noch", "beat"))
    assert stored.new == 3
    assert [one.state for one in town.all_of()] == [EnquiryState.DONE, EnquiryState.NEW]
    assert [row.number for row in town.queue()] == [2, 3]


def test_a_message_written_before_closing_but_seen_after_it_reopens(town: Town) -> None:
    closed(town)
    town.arrives(town.says("Lag beim Anbieter", at=town.clock.now - HOUR - minutes(5)))
    assert town.last_of().state is EnquiryState.OPEN


def test_an_answer_from_elsewhere_before_the_message_does_not_answer_it(town: Town) -> None:
    town.arrives(
        town.says("Automatisch", ours=True, at=town.clock.now - HOUR),
        town.says("Frage", at=town.clock.now - minutes(1)),
    )
    assert town.last_of().due_at is not None


# -- first sweep -----------------------------------------------------------------------------------------------------


def test_a_first_sweep_closes_what_was_answered_long_ago(town: Town) -> None:
    now = town.clock.now
    town.arrives(
        town.says("Alt", "old", at=now - 60 * DAY),
        town.says("Beantwortet", "old", ours=True, at=now - 59 * DAY),
        town.says("Alt und offen", "open", at=now - 60 * DAY),
        town.says("Neu", "new", at=now - HOUR),
        first_sweep=True,
    )
    old = town.last_of("old")
    assert (old.state, old.outcome, old.closed_at) == (EnquiryState.DONE, Outcome.ANSWERED, now - 59 * DAY)
    assert old.unread == 0
    assert [row.person_name for row in town.queue(View.INBOX)] == ["Open", "New"]


def test_older_pages_of_a_first_sweep_leave_it_closed(town: Town) -> None:
    now = town.clock.now
    town.arrives(
        town.says("Danke", "old", at=now - 60 * DAY),
        town.says("Gern geschehen", "old", ours=True, at=now - 60 * DAY + minutes(1)),
        first_sweep=True,
    )
    town.arrives(
        town.says("Die Frage", "old", at=now - 61 * DAY),
        town.says("Die Antwort", "old", ours=True, at=now - 61 * DAY + minutes(1)),
        first_sweep=True,
    )
    (head,) = town.all_of("old")
    assert (head.state, head.unread, head.due_at) == (EnquiryState.DONE, 0, None)
    assert texts(town, "old") == ["Die Frage", "Die Antwort", "Danke", "Gern geschehen"]
    town.arrives(town.says("Jahre später", "old"))
    assert [one.state for one in town.all_of("old")] == [EnquiryState.DONE, EnquiryState.NEW]


# -- what cannot be read, and what is hostile ------------------------------------------------------------------------


def test_one_unreadable_message_blocks_nothing(town: Town) -> None:
    poison = town.says("", known_as="gift", unreadable="unknown kind")
    stored = town.arrives(*[town.says(f"Nr. {n}", f"c{n}") for n in range(9)], poison)
    assert (stored.new, stored.quarantined) == (9, 1)
    assert town.store.read(accounts.quarantined, town.account.id) == 1
    again = town.arrives(replace(poison, raw='{"again": true}'))
    assert (again.quarantined, town.store.read(accounts.quarantined, town.account.id)) == (0, 1)
    assert town.rows("SELECT reason, raw FROM quarantine") == [("unknown kind", "{}")]
    assert town.store.read(intake.known, town.account.id, [PlatformId("gift")]) == {"gift"}


def test_wild_values_of_a_platform_are_stored_as_they_can_be(town: Town) -> None:
    wild = [
        town.says("Vor der Zeit", "a", at=-(1 << 70)),
        town.says("Nach der Zeit", "b", at=1 << 70),
        town.says("Halbes Zeichen \ud83d", "c", name="\udfff\0"),
        replace(town.says("", "d"), thread=PlatformId("\ud800"), platform_id=PlatformId("\ud800")),
        replace(
            town.says("", "h"),
            thread=PlatformId("t" * 9000),
            platform_id=PlatformId("m" * 9000),
            sender=RemotePerson(PlatformId("p" * 9000), "n" * 9000, "h" * 9000),
        ),
        town.says("x" * 400_000, "e"),
        town.says("Riesig", "f", files=[RemoteAttachment(PlatformId("1"), "\0\ud800", "x", 1 << 80)]),
        town.says("Negativ", "g", files=[RemoteAttachment(PlatformId("1"), "a", "x", -4)]),
    ]
    assert town.arrives(*wild).new == len(wild)
    assert texts(town, "c") == ["Halbes Zeichen \ufffd"]
    (first, *_, last) = [row[0] for row in town.rows("SELECT text FROM entry ORDER BY place")]
    assert (first, last) == ("Vor der Zeit", "Nach der Zeit")
    assert town.arrives(*wild).new == 0
    town.store.write(desk.wake_due)


def test_a_thread_that_only_a_message_names_is_made(town: Town) -> None:
    message = town.says("Ohne Thread")
    town.store.write(intake.ingest, town.account, Batch((), (message,), {"at": "1"}, complete=True))
    assert town.last_of().person_name == "Anna"
    ours = town.says("Wir schrieben zuerst", "zoe", ours=True)
    town.store.write(intake.ingest, town.account, Batch((), (ours,), {"at": "2"}, complete=True))
    assert town.last_of("zoe").person_name == ""
    town.arrives(town.says("Hallo", "zoe"))
    assert town.last_of("zoe").person_name == "Zoe"
    assert [hit.name for hit in town.store.read(search.people, "zoe")] == ["Zoe"]


def test_two_threads_of_one_citizen_are_one_person(town: Town) -> None:
    anna = RemotePerson(PlatformId("p_anna"), "Anna")
    batch = Batch(
        tuple(RemoteThread(PlatformId(name), anna) for name in ("one", "two")),
        tuple(
            replace(town.says(name), thread=PlatformId(name), sender=anna, platform_id=PlatformId(name))
            for name in ("one", "two")
        ),
        {},
        complete=True,
    )
    town.store.write(intake.ingest, town.account, batch)
    assert len({row.person for row in town.queue()}) == 1
    assert len(town.queue()) == 2


def test_a_handle_and_a_name_are_shown_as_on_x(store: Store, clock: FakeClock, me: Operator) -> None:
    town = found(store, clock, me, Channel.X)
    sender = RemotePerson(PlatformId("17"), "Sandra B", "sandrab")
    message = replace(town.says("Hallo"), sender=sender)
    town.store.write(intake.ingest, town.account, Batch((), (message,), {}, complete=True))
    (row,) = town.queue()
    assert row.person_name == "@sandrab · Sandra B"
    assert row.person is not None
    (identity,) = town.store.read(people.card, row.person).identities
    assert (identity.value, identity.label) == ("17", "@sandrab")


# -- cursor and gaps -------------------------------------------------------------------------------------------------


def test_the_cursor_moves_with_the_rows_or_not_at_all(town: Town) -> None:
    town.store.write(intake.ingest, town.account, town.batch(town.says("Eins"), cursor="5"))
    assert town.store.read(accounts.cursor, town.account.id) == {"at": "5"}

    def fails(tx: object) -> None:
        intake.ingest(tx, town.account, town.batch(town.says("Zwei"), cursor="6"))  # type: ignore[arg-type]
        raise LookupError

    with pytest.raises(LookupError):
        town.store.write(fails)
    assert town.store.read(accounts.cursor, town.account.id) == {"at": "5"}
    assert texts(town) == ["Eins"]


def test_a_gap_that_cannot_be_closed_is_noted(town: Town) -> None:
    batch = replace(town.batch(), gap=(Millis(5), Millis(9)))
    town.store.write(intake.ingest, town.account, batch)
    assert town.rows("SELECT account_id, from_at, to_at FROM gap") == [(town.account.id, 5, 9)]


# -- attachments -----------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def picture(known_as: str = "f1", **more: str) -> RemoteAttachment:
    """A picture that a citizen sends."""
    return RemoteAttachment(PlatformId(known_as), "foto.jpg", "image/jpeg", 100, "https://cdn.test/x", **more)


def test_attachments_are_fetched_now_and_kept_once(town: Town) -> None:
    stored = town.arrives(town.says("", files=[picture("f1"), picture("f2")]))
    assert [one.remote.url for one in stored.to_fetch] == ["https://cdn.test/x"] * 2
    assert town.queue()[0].excerpt == "foto.jpg, foto.jpg"
    for one in stored.to_fetch:
        town.store.write(attachments.keep, one.id, PNG, one.enquiry)
    (entry,) = town.messages(town.last_of().id)
    assert [(a.mime, a.size, a.state) for a in entry.attachments] == [("image/png", 48, AttachmentState.KEPT)] * 2
    assert town.store.read(attachments.content, entry.attachments[1].id) == PNG
    assert town.rows("SELECT COUNT(*) FROM blob") == [(1,)]
    assert "cdn.test" not in str(town.rows("SELECT * FROM attachment"))


def test_what_the_platform_does_not_give_says_why(town: Town) -> None:
    stored = town.arrives(town.says("", files=[picture(unavailable="nicht in Europa")]))
    assert stored.to_fetch == []
    (entry,) = town.messages(town.last_of().id)
    assert (entry.attachments[0].state, entry.attachments[0].reason) == (
        AttachmentState.UNAVAILABLE,
        "nicht in Europa",
    )


def test_what_could_not_be_fetched_is_tried_again_with_growing_pauses_and_then_left_with_its_reason(town: Town) -> None:
    (one,) = town.arrives(town.says("", files=[picture()], known_as="m1")).to_fetch
    for pause in (0, *attachments.PAUSES):
        town.clock.now = Millis(town.clock.now + pause)
        (left,) = town.store.read(attachments.pending, town.account.id)
        assert (left.id, left.message_id, left.thread_id) == (one.id, "m1", "t_anna")
        town.store.write(attachments.refuse, one.id, AttachmentState.PENDING, "Netz", one.enquiry)
        assert town.store.read(attachments.pending, town.account.id) == [], "not again at once"
    (entry,) = town.messages(town.last_of().id)
    assert entry.attachments[0].state is AttachmentState.UNAVAILABLE
    assert "Netz" in entry.attachments[0].reason
    assert str(attachments.MAX_TRIES) in entry.attachments[0].reason


# -- size ------------------------------------------------------------------------------------------------------------


def test_a_batch_of_five_thousand_messages(town: Town) -> None:
    town.store.write(settings.put, "target.first_answer_minutes", "30")
    made = [
        town.says(f"Nachricht {n} über Schlaglöcher", f"c{n % 700}", at=town.clock.now - 5000 * SECOND + n * SECOND)
        for n in range(5000)
    ]
    stored = town.arrives(*made)
    assert stored.new == 5000
    assert town.rows("SELECT COUNT(*), COUNT(DISTINCT place) FROM entry") == [(5000, 5000)]
    assert town.rows("SELECT COUNT(*) FROM enquiry WHERE state = 'new'") == [(700,)]
    assert town.rows("SELECT SUM(unread), MIN(unread), MAX(unread) FROM enquiry") == [(5000, 7, 8)]
    assert town.arrives(*made).new == 0
    assert len(town.store.read(search.enquiries, "schlaglöcher")) == 50
    (entry,) = town.messages(town.last_of("c699").id)[-1:]
    assert entry.direction is Direction.IN
