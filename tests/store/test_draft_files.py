"""Files beside a draft: kept with it, gone with the answer, back with a withdrawal; and what a channel takes."""

from __future__ import annotations

import pytest

from switchboard_app.model.attaching import Candidate, first_objection, objection, types_in_words
from switchboard_app.model.channel import CAPABILITIES, Capabilities, Channel
from switchboard_app.model.errors import Refused
from switchboard_app.store import attachments, desk, drafts
from switchboard_app.store.desk import File
from tests.store.town import Town

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
PDF = b"%PDF-1.7\n" + b"\0" * 60
PLACE = "reply:e1"
MB = 1024 * 1024


def names(town: Town, place: str = PLACE) -> list[str]:
    return [one.name for one in town.store.read(drafts.files, town.me, place)]


def blobs(town: Town) -> int:
    return int(town.rows("SELECT COUNT(*) FROM blob")[0][0])


def test_files_stay_in_their_order_with_their_bytes(town: Town) -> None:
    first = town.store.write(drafts.add_file, town.me, PLACE, "a.png", PNG)
    town.store.write(drafts.add_file, town.me, PLACE, "b.pdf", PDF)
    assert names(town) == ["a.png", "b.pdf"]
    assert names(town, "reply:e2") == []
    assert town.store.read(drafts.file_content, first.id) == PNG
    assert (first.mime, first.size) == ("image/png", len(PNG))


def test_the_bytes_go_with_the_last_one_that_names_them(town: Town) -> None:
    one = town.store.write(drafts.add_file, town.me, PLACE, "a.png", PNG)
    other = town.store.write(drafts.add_file, town.me, "reply:e2", "b.png", PNG)
    assert blobs(town) == 1
    town.store.write(drafts.drop_file, one.id)
    assert town.store.read(drafts.file_content, other.id) == PNG
    town.store.write(drafts.drop_file, other.id)
    assert blobs(town) == 0
    assert town.store.read(drafts.file_content, other.id) == b""
    town.store.write(drafts.drop_file, other.id)  # twice is once


def test_an_empty_text_keeps_the_files(town: Town) -> None:
    town.store.write(drafts.add_file, town.me, PLACE, "a.png", PNG)
    town.store.write(drafts.save, town.me, PLACE, "Text")
    town.store.write(drafts.save, town.me, PLACE, "")
    assert names(town) == ["a.png"]


def test_the_answer_takes_the_files_and_a_withdrawal_gives_them_back(town: Town) -> None:
    enquiry = town.enquiry_of()
    place = f"reply:{enquiry}"
    for name, content in (("a.png", PNG), ("b.pdf", PDF)):
        town.store.write(drafts.add_file, town.me, place, name, content)
    sent = town.replies(enquiry, "Anbei", files=[File("a.png", PNG), File("b.pdf", PDF)])
    assert names(town, place) == []
    assert blobs(town) == 2
    town.store.write(drafts.add_file, town.me, place, "c.png", PNG)
    town.store.write(desk.withdraw, sent.id, town.me)
    assert names(town, place) == ["a.png", "b.pdf", "c.png"]
    kept = town.store.read(drafts.files, town.me, place)
    assert [town.store.read(drafts.file_content, one.id) for one in kept] == [PNG, PDF, PNG]
    town.store.write(drafts.forget_files, town.me, place)
    assert blobs(town) == 0


# -- what a channel takes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "mime", "size", "words"),
    [
        (Channel.FACEBOOK, "image/png", 8 * MB, ""),
        (Channel.FACEBOOK, "image/jpeg", 8 * MB + 1, "takes 8 MB"),
        (Channel.FACEBOOK, "application/pdf", 25 * MB, ""),
        (Channel.FACEBOOK, "application/pdf", 25 * MB + 1, "takes 25 MB"),
        (Channel.FACEBOOK, "application/zip", 10, "does not take «x»"),
        (Channel.FACEBOOK, "", 10, "does not take «x»"),
        (Channel.X, "image/jpeg", 5 * MB, ""),
        (Channel.X, "image/jpeg", 5 * MB + 1, "takes 5 MB"),
        (Channel.X, "image/gif", 15 * MB, ""),
        (Channel.X, "image/gif", 15 * MB + 1, "takes 15 MB"),
        (Channel.X, "application/pdf", 10, "does not take «x»"),
        (Channel.PHONE, "image/png", 10, "takes no files"),
    ],
)
def test_limits_of_the_channels(channel: Channel, mime: str, size: int, words: str) -> None:
    found = objection(CAPABILITIES[channel], Candidate("x", mime, size))
    if not words:
        assert found is None
        return
    assert found is not None
    assert words in found.words
    assert found.next_step
    assert found.smaller is (mime == "image/jpeg")


def test_how_many_files_an_answer_takes() -> None:
    file = Candidate("x", "image/png", 10)
    assert first_objection(CAPABILITIES[Channel.FACEBOOK], [file] * 7) is None
    two = first_objection(CAPABILITIES[Channel.X], [file, file])
    assert two is not None
    assert "one file" in two.words
    four = Capabilities(text_limit=0, image_types=("image/png",), files_per_message=4)
    assert first_objection(four, [file] * 4) is None
    five = first_objection(four, [file] * 5)
    assert five is not None
    assert "4" in five.words


def test_types_are_named_shortly() -> None:
    assert types_in_words(CAPABILITIES[Channel.FACEBOOK]) == "PNG, JPEG, GIF, PDF"


def test_the_desk_refuses_before_queueing(town: Town) -> None:
    enquiry = town.enquiry_of()
    big = PDF + b"\0" * (25 * MB)
    with pytest.raises(Refused, match="25 MB"):
        town.replies(enquiry, "Anbei", files=[File("plan.pdf", big)])
    with pytest.raises(Refused, match="does not take") as caught:
        town.replies(enquiry, "Anbei", files=[File("liste.xlsx", b"PK\3\4" + b"\0" * 60)])
    assert "PNG, JPEG, GIF, PDF" in caught.value.next_step
    assert town.rows("SELECT COUNT(*) FROM outbox") == [(0,)]
    assert attachments.KEEP_LIMIT == 25 * MB
