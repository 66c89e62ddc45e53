"""The contract of the port, the same for every platform: each message once and byte-exact, each reply once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from switchboard_app.model import sending
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemoteAttachment
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import Connector, OutgoingFile, PlatformFailure, Receipt
from switchboard_app.training.faults import (
    Effect,
    dropped,
    empty,
    html,
    other_shape,
    refused,
    server_error,
    slow,
    truncated,
)
from switchboard_app.training.truth import SimulatedFile
from tests.connectors.bench import PNG, Bench

STRINGS = [
    "Grüezi mitenand",
    " \tvorn und hinten \n",
    "<b>fett</b> & <script>alert(1)</script>",
    "=1+1",
    "\u202eumgekehrt\u202c",
    "a\u0301 ≠ á",
    "👩‍👩‍👧 🇨🇭 \U0001f9d1\U0001f3fd",
    "Zeile\r\nZeile\rZeile\u2028Zeile\u2029Ende",
    "\ufeffBOM und \u00a0 NBSP \u200b",
    "null\x00byte",
    "\x01\x1f\x7f\x9f",
    "{0} %s {name} \\u0041 \\",
    "日本語テキスト",
    "العربية",
]

OTHER_POLL = MINUTE * 2


def _reads(bench: Bench) -> str:
    """How a fault names the first read of a poll."""
    return {"facebook": "GET /conversations", "instagram": "GET /conversations", "x": "GET /2/dm_events",
            "mastodon": "GET /api/v1/conversations"}[bench.kind]  # fmt: skip


def test_whoami_says_who_the_token_is(bench: Bench) -> None:
    me = bench.run(lambda connector: connector.whoami())
    assert (me.platform_id, me.name) == (bench.platform.own_id, bench.platform.own_name)
    assert me.handle == bench.platform.own_handle


def test_each_message_once_across_polls_with_overlap(bench: Bench) -> None:
    for number in range(7):
        bench.platform.say(f"p{number % 3}", f"Nachricht {number}", Millis(bench.clock() - (20 - number) * MINUTE))
    assert bench.poll()[-1].complete
    for round_ in range(4):
        bench.clock.forward(OTHER_POLL)
        bench.platform.say("p0", f"neu {round_}")
        bench.platform.say_as_page("p1", f"Antwort aus einem anderen Werkzeug {round_}")
        before = len(bench.shelf.messages)
        batches = bench.poll()
        assert batches[-1].complete
        assert len(bench.shelf.messages) == before + 2
    assert sorted(bench.shelf.texts) == sorted(message.text for message in bench.platform.truth())
    ours = {message.text for message in bench.shelf.messages.values() if message.ours}
    assert ours == {f"Antwort aus einem anderen Werkzeug {round_}" for round_ in range(4)}


def test_texts_are_byte_exact(bench: Bench) -> None:
    for number, text in enumerate(STRINGS):
        bench.platform.say("p", text, Millis(bench.clock() - (60 - number) * MINUTE))
        if number % 15 == 14:  # no more than 20 new ones in a conversation between two polls (dossier 2.2)
            bench.poll()
    bench.poll()
    assert bench.shelf.texts == [bench.shown(text) for text in STRINGS]


def test_naughty_strings_are_byte_exact(inside: Bench, shared: Path) -> None:
    strings = json.loads((shared / "corpora/third_party/blns.json").read_text("utf-8"))
    told = [text for text in strings if text]
    for number, text in enumerate(told):
        inside.platform.say(f"p{number // 15}", text, Millis(inside.clock() - (len(told) - number) * 1000))
    inside.poll()
    if inside.kind == "x":  # 100 a page, and so many reads in 15 minutes
        while len(inside.shelf.messages) < len(told):
            inside.clock.forward(15 * MINUTE)
            inside.poll()
    assert inside.shelf.texts == [inside.shown(text) for text in told]


def test_paging_is_followed_to_its_end(inside: Bench) -> None:
    for number in range(330):
        inside.platform.say(f"p{number // 4}", f"{number}", Millis(inside.clock() - (400 - number) * MINUTE))
    batches = inside.poll()
    if not batches[-1].complete:  # more than sixty requests: the next poll goes on
        assert inside.shelf.messages
        inside.clock.forward(OTHER_POLL)
        batches = inside.poll()
    assert batches[-1].complete
    assert [batch.complete for batch in batches[:-1]] == [False] * (len(batches) - 1)
    assert len(inside.shelf.messages) == 330


def test_a_crash_between_two_batches_loses_nothing(inside: Bench) -> None:
    """The cursor of every single batch is true: a poller that dies after any of them goes on without a hole."""
    for number in range(330):
        inside.platform.say(f"p{number // 4}", f"{number}", Millis(inside.clock() - (400 - number) * MINUTE))

    async def dies_after_first(connector: Connector) -> None:
        async for batch in connector.poll(inside.shelf.cursor, inside.shelf.known):
            inside.shelf.keep(batch)
            return

    for round_ in range(12):
        inside.run(dies_after_first)
        inside.clock.forward(OTHER_POLL)
        inside.platform.say("late", f"dazwischen {round_}")
        if round_ % 4 == 3:
            inside.clock.forward(15 * MINUTE)
    inside.clock.forward(15 * MINUTE)
    inside.poll()
    inside.clock.forward(15 * MINUTE)
    inside.poll()
    missing = {message.id for message in inside.platform.truth()} - set(inside.shelf.messages)
    assert not missing


def test_late_arrivals_inside_the_overlap_are_found(bench: Bench) -> None:
    for number in range(5):
        bench.platform.say("p", f"{number}", Millis(bench.clock() - (50 - number) * MINUTE))
    bench.poll()
    bench.clock.forward(15 * MINUTE)
    bench.platform.say("p", "kommt spät", Millis(bench.clock() - 60 * MINUTE))
    bench.poll()
    assert "kommt spät" in bench.shelf.texts


def test_old_messages_are_imported(bench: Bench) -> None:
    bench.platform.say("p", "alt", Millis(bench.clock() - 20 * DAY))
    bench.platform.say("q", "neu")
    bench.poll()
    assert bench.shelf.texts == ["alt", "neu"]


@pytest.mark.parametrize(
    ("effect", "kind", "health"),
    [
        (truncated(), FailureKind.MALFORMED, Health.MALFORMED),
        (html(200), FailureKind.MALFORMED, Health.MALFORMED),
        (other_shape(), FailureKind.MALFORMED, Health.MALFORMED),
        (other_shape({"data": 7}), FailureKind.MALFORMED, Health.MALFORMED),
        (other_shape("nur Text"), FailureKind.MALFORMED, Health.MALFORMED),
        (empty(200), FailureKind.MALFORMED, Health.MALFORMED),
        (html(404), FailureKind.MALFORMED, Health.MALFORMED),
        (html(502), FailureKind.SERVER, Health.UNREACHABLE),
        (server_error(500, accepted=True), FailureKind.SERVER, Health.UNREACHABLE),
        (dropped(accepted=False), FailureKind.NETWORK, Health.UNREACHABLE),
        (refused("token"), FailureKind.AUTH, Health.NEEDS_SIGN_IN),
    ],
)
def test_odd_answers_to_a_read_are_failures_with_a_next_step(
    bench: Bench, effect: Effect, kind: FailureKind, health: Health
) -> None:
    bench.platform.say("p", "da")
    bench.platform.faults.add(_reads(bench), effect, times=None)
    failure = bench.poll_failing()
    assert (failure.failure.kind, failure.health, failure.failure.certain) == (kind, health, True)
    assert not bench.shelf.messages
    bench.platform.faults.clear()
    bench.clock.forward(HOUR)
    bench.poll()
    assert bench.shelf.texts == ["da"]


@pytest.mark.parametrize(
    ("effect", "certain", "kind"),
    [
        (dropped(accepted=True), False, FailureKind.NETWORK),
        (dropped(accepted=False), False, FailureKind.NETWORK),
        (slow(30.0), False, FailureKind.TIMEOUT),
        (server_error(500, accepted=True), False, FailureKind.SERVER),
        (html(502, accepted=True), False, FailureKind.SERVER),
        (truncated(), False, FailureKind.MALFORMED),
        (empty(200), False, FailureKind.MALFORMED),
        (other_shape({}), False, FailureKind.MALFORMED),
        (other_shape(), False, FailureKind.MALFORMED),
        (refused("token"), True, FailureKind.AUTH),
        (refused("parameter"), True, FailureKind.CONTENT),
    ],
)
def test_certainty_of_a_send_that_failed(bench: Bench, effect: Effect, certain: bool, kind: FailureKind) -> None:
    bench.platform.say("p", "Frage")
    bench.deadline = 0.5
    bench.platform.faults.add(bench.posts, effect)
    failure = bench.send_failing("p").failure
    assert (failure.certain, failure.kind) == (certain, kind)
    if certain:
        assert not bench.platform.sent_by_us()


def test_nobody_listening_is_certain(bench: Bench) -> None:
    bench.platform.say("p", "Frage")
    bench.base = "http://127.0.0.1:9"
    failure = bench.send_failing("p")
    assert failure.failure.certain
    assert (failure.failure.kind, failure.health) == (FailureKind.NETWORK, Health.UNREACHABLE)
    assert failure.failure.retry_at is not None


def test_a_reply_goes_out_once_and_comes_back_as_ours(bench: Bench) -> None:
    bench.platform.say("p", "Frage")
    bench.poll()
    receipt: Receipt = bench.send("p", "Die Antwort\nmit Zeile")
    sent = bench.platform.sent_by_us()
    assert [(message.id, message.text, message.person) for message in sent] == [
        (receipt.platform_ids[0], "Die Antwort\nmit Zeile", "p")
    ]
    assert receipt.thread == bench.platform.conversation_with(bench.platform.people["p"])
    bench.clock.forward(OTHER_POLL)
    bench.poll()
    echo = bench.shelf.messages[receipt.platform_ids[0]]
    assert echo.ours
    assert echo.thread == receipt.thread


@pytest.mark.parametrize("text", STRINGS)
def test_sent_texts_are_byte_exact(inside: Bench, text: str) -> None:
    inside.platform.say("p", "Frage")
    inside.send("p", text)
    assert [message.text for message in inside.platform.sent_by_us()] == [text]


def test_text_and_images_arrive(bench: Bench) -> None:
    bench.platform.say("p", "Frage")
    files = (OutgoingFile("plan.png", "image/png", PNG), OutgoingFile("foto.png", "image/png", PNG * 2))
    receipt: Receipt = bench.send("p", "Sehen Sie hier", files=files)
    sent = bench.platform.sent_by_us()
    assert [message.id for message in sent] == list(receipt.platform_ids)
    assert [message.text for message in sent if message.text] == ["Sehen Sie hier"]
    content = [(file.mime, file.content) for message in sent for file in message.files]
    assert content == [("image/png", PNG), ("image/png", PNG * 2)]


def test_a_part_sent_and_a_part_refused_is_never_certain(bench: Bench) -> None:
    bench.platform.say("p", "Frage")
    files = tuple(OutgoingFile(f"{number}.png", "image/png", PNG) for number in range(bench.two_parts))
    bench.platform.faults.add(bench.posts, refused("parameter"), skip=1)
    failure = bench.send_failing("p", "Text", files=files).failure
    assert not failure.certain
    assert len(bench.platform.sent_by_us()) == 1


def test_read_back_shows_what_was_sent_since(bench: Bench) -> None:
    bench.platform.say("p", "alt", Millis(bench.clock() - 2 * HOUR))
    since = bench.clock()
    bench.clock.forward(MINUTE)
    receipt: Receipt = bench.send("p", "unterwegs")
    outgoing = bench.outgoing("p", "")
    found = bench.run(lambda connector: connector.read_back(outgoing.thread, outgoing.recipient, since))
    assert [(message.platform_id, message.text, message.ours) for message in found] == [
        (receipt.platform_ids[0], "unterwegs", True)
    ]


def test_attachments_are_fetched_and_capped(bench: Bench) -> None:
    bench.platform.say("p", "mit Bild", attachments=[SimulatedFile("bild.png", "image/png", PNG)])
    bench.platform.say("p", "", attachments=[SimulatedFile("film.mp4", "video/mp4", b"film" * 1000)])
    bench.poll()
    picture, film = (
        message.attachments[0] for message in sorted(bench.shelf.messages.values(), key=lambda m: m.text == "")
    )
    assert bench.run(lambda connector: connector.fetch(picture, 10_000)) == PNG
    assert bench.run(lambda connector: connector.fetch(film, 4000)) == b"film" * 1000
    assert picture.mime == "image/png"

    with pytest.raises(PlatformFailure) as caught:
        bench.run(lambda connector: connector.fetch(film, 3999))
    assert caught.value.failure.kind is FailureKind.CONTENT


def test_an_attachment_elsewhere_is_never_fetched(bench: Bench) -> None:
    elsewhere = RemoteAttachment(PlatformId("1"), "a", url="http://127.0.0.1:9/a")
    with pytest.raises(PlatformFailure) as caught:
        bench.run(lambda connector: connector.fetch(elsewhere, 100))
    assert caught.value.failure.kind is FailureKind.CONTENT


def test_no_failure_names_an_address_or_a_token(bench: Bench) -> None:
    bench.platform.say("p", "vertraulich")
    token = bench.grant().secret["access_token"]
    for effect in (html(502), truncated(), refused("token"), dropped(accepted=False)):
        bench.platform.faults.add(bench.posts, effect)
        failure = bench.send_failing("p", "geheim")
        shown = f"{failure!r} {failure} {failure.health_detail} {failure.__cause__!r} {failure.__context__!r}"
        for secret in (token, "127.0.0.1", "geheim", "vertraulich", bench.platform.own_id):
            assert secret not in shown


def test_the_token_travels_in_its_header_alone(bench: Bench) -> None:
    bench.platform.say("p", "da")
    bench.poll()
    bench.send("p", "Antwort")
    token = bench.grant().secret["access_token"]
    assert bench.platform.requests
    assert not [request for request in bench.platform.requests if token in request.path]


def test_a_limit_is_kept_until_the_platform_frees_it(bench: Bench) -> None:
    bench.platform.say("p", "da")
    bench.platform.faults.add(_reads(bench), refused("limit"))
    failure = bench.poll_failing()
    assert (failure.failure.kind, failure.health) == (FailureKind.RATE_LIMIT, Health.RATE_LIMITED)
    until = failure.failure.retry_at
    assert until is not None
    assert until > bench.clock()
    asked = len(bench.platform.requests)
    assert bench.poll_failing().failure.retry_at == until
    assert len(bench.platform.requests) == asked, "nothing may be asked before then"
    bench.clock.now = until
    bench.poll()
    assert bench.shelf.texts == ["da"]


def test_a_send_that_was_held_up_is_not_begun(bench: Bench) -> None:
    """The machine slept between taking the reply and writing it: others may have settled it meanwhile."""
    bench.platform.say("p", "Frage")

    async def slept(connector: Connector) -> None:
        outgoing = bench.outgoing("p", "spät")
        bench.clock.forward(sending.TEXT.write_within)
        await connector.send(outgoing)

    with pytest.raises(PlatformFailure) as caught:
        bench.run(slept)
    assert caught.value.failure.certain
    assert caught.value.failure.retry_at is not None
    assert not bench.platform.sent_by_us()
