"""Posts as plain text: what somebody wrote, whole addresses, names; hostile markup is text too, soon."""

from __future__ import annotations

import random

import pytest

from switchboard_app.model.length import Counting, length, mentions
from switchboard_app.sync.json_answer import Record
from switchboard_app.sync.mastodon.html import plain_text
from switchboard_app.sync.mastodon.translate import text_in, without_addressees
from switchboard_app.training.mastodon_posts import html_of, shown
from tests import tiers
from tests.cost import within

ADA = '<span class="h-card"><a href="https://a.example/@ada" class="u-url mention">@<span>ada</span></a></span>'

SHORTENED = (
    '<p><a href="https://ex.ch/a?b=1&amp;c=2"><span class="invisible">https://</span>'
    '<span class="ellipsis">ex.ch/a</span><span class="invisible">?b=1&amp;c=2</span></a> da</p>'
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Grüezi<br />mitenand</p><p>Ende</p>", "Grüezi\nmitenand\n\nEnde"),
        ("<p>a</p>\n<p>b</p>", "a\n\nb"),
        ("<p>zwei  Leerzeichen &amp; &lt;b&gt;</p>", "zwei  Leerzeichen & <b>"),
        ("ohne Absatz", "ohne Absatz"),
        ("<p>1 < 2 und 3 <4</p>", "1 < 2 und 3 <4"),
        ("<ul><li>eins</li><li>zwei</li></ul>", "- eins\n- zwei"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        (
            SHORTENED,
            "https://ex.ch/a?b=1&c=2 da",
        ),
        ('<a href="https://ex.ch/a">ex.ch/a</a>', "https://ex.ch/a"),
        ('<a href="https://boese.example">https://bank.example</a>', "https://bank.example (https://boese.example)"),
        ('<a href="https://m.example/tags/basel" class="mention hashtag">#<span>basel</span></a>', "#basel"),
        (f"<p>{ADA} hallo</p>", "@ada@a.example hallo"),
        ("<script>alert(1)</script><p>x</p><style>p{}</style>", "x"),
        ("<p>x</p><!-- <p>y</p> -->", "x"),
        ("<iframe src=x>y</iframe>", ""),
        ('<p onmouseover="x" title=">">t</p>', "t"),
        ("<p>\u202eumgekehrt\u202c \u200b</p>", "\u202eumgekehrt\u202c \u200b"),
        ("&#x202e;&#0;&#xD800;&nbsp;", "\u202e\ufffd\ufffd\u00a0"),
        ("", ""),
    ],
)
def test_markup_as_text(markup: str, text: str) -> None:
    assert plain_text(markup, {"https://a.example/@ada": "@ada@a.example"}) == text


@pytest.mark.parametrize(
    "piece",
    ["<a ", '<a "', "<a \"'>", "<", "<p>", "&", "&#", "<!--", '<a href="x">', "<a href=x>y</a>", "<script>", "</p>",
     "\n", " \t", "<div><blockquote>", "<a x=y ", "<img alt=x>"],
)  # fmt: skip
def test_hostile_markup_takes_its_length_alone(piece: str) -> None:
    """A megabyte of anything within a second; no deep nesting, no quadratic search."""
    within(1.0, lambda: plain_text(piece * (1_000_000 // len(piece))))


def test_chance_markup_never_fails() -> None:
    seed = tiers.seed("mastodon-markup")
    dice = random.Random(seed)
    bits = [
        "<",
        ">",
        "/",
        "p",
        "a",
        " href=",
        '"',
        "'",
        "x",
        "br",
        "&",
        "#",
        ";",
        "!--",
        "script",
        "\n",
        "\0",
        "ü",
        "=",
    ]
    for _ in range(tiers.count(2_000, 20_000)):
        plain_text("".join(dice.choices(bits, k=dice.randint(0, 60))))


def test_what_mastodon_writes_is_read_back() -> None:
    for text in (
        "a\nb\n\nc",
        "https://example.ch/" + "x" * 60 + " und https://b.ch",
        "<script>",
        "1 < 2 & 3 > 2",
        "»«",
    ):
        assert plain_text(html_of(text, {})) == shown(text)


def test_the_names_on_the_envelope_are_taken_off_once() -> None:
    assert without_addressees("@BaselStadt Frage", ["BaselStadt"]) == "Frage"
    assert without_addressees("@a@x.ch @b Frage an @b", ["a@x.ch", "b"]) == "Frage an @b"
    assert without_addressees("@b @b Frage", ["b"]) == "@b Frage"
    assert without_addressees("@andere Frage", ["BaselStadt"]) == "@andere Frage"
    assert without_addressees("@ADA Frage", ["ada@x.ch"]) == "Frage"
    assert without_addressees("Frage @b", ["b"]) == "Frage @b"


def test_a_warning_and_a_poll_are_words_too() -> None:
    status: Record = {
        "content": "<p>@amt Was gilt?</p>",
        "spoiler_text": "Unfall",
        "poll": {"options": [{"title": "Ja"}, {"title": "Nein"}, {"title": None}]},
        "mentions": [{"acct": "amt", "url": "u"}],
    }
    assert text_in(status) == "CW: Unfall\n\nWas gilt?\n\n○ Ja\n○ Nein"
    assert text_in({"content": "<p>@amt</p>", "mentions": [{"acct": "amt"}]}) == "@amt"
    assert text_in({"content": "<p>@amt</p>", "mentions": [{"acct": "amt"}]}, has_files=True) == ""


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Grüezi", 6),
        ("https://example.ch/" + "x" * 200, 23),
        ("http://a.ch", 23),
        ("@ada@einsehrlangername.example Hallo", len("@ada Hallo")),
        ("info@bs.ch", len("info@bs.ch")),
        ("@ada, @berta@b.ch!", len("@ada, @berta!")),
    ],
)
def test_the_length_is_counted_as_mastodon_counts(text: str, counts: int) -> None:
    assert length(text, Counting.MASTODON) == counts


def test_whom_a_text_names() -> None:
    assert list(mentions("@@ada (@berta) .@carla https://x.ch/a,@dora")) == ["ada", "berta", "carla", "dora"]
    assert list(mentions("@ada@x.ch und @berta, nicht info@bs.ch, nicht https://x.ch/@carla")) == ["ada@x.ch", "berta"]
