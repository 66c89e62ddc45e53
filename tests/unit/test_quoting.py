"""Where a mail begins to repeat: the usual mail programs, four languages, answers that must not be folded away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from switchboard_app.model.quoting import split
from tests.cost import within

NEW = "Guten Tag\n\nDas Loch ist noch immer da.\n\nFreundliche Grüsse\nAnna Muster"

QUOTES = {
    "outlook-de": "Von: Telefonzentrale <tz@example.ch>\nGesendet: Samstag, 21. November 2026 14:05\n"
    "An: anna@example.net\nBetreff: AW: Loch in der Strasse\n\nGuten Tag Frau Muster\nWir fragen nach.",
    "outlook-fr": "De : Centrale <tz@example.ch>\nEnvoyé : samedi 21 novembre 2026 14:05\nÀ : anna@example.net\n"
    "Objet : RE: Trou dans la rue\n\nBonjour Madame",
    "outlook-it": "Da: Centrale <tz@example.ch>\nInviato: sabato 21 novembre 2026 14:05\nA: anna@example.net\n"
    "Oggetto: R: Buca nella strada\n\nBuongiorno",
    "outlook-en": "________________________________\nFrom: Switchboard <tz@example.ch>\n"
    "Sent: Saturday, November 21, 2026\nTo: anna@example.net\nSubject: RE: Hole in the street\n\nDear Ms Muster",
    "outlook-separator": "-----Ursprüngliche Nachricht-----\nVon: Telefonzentrale\nGesendet: gestern\n\nGuten Tag",
    "outlook-original": "-----Original Message-----\nFrom: x\n\nHello",
    "outlook-mobile": "Outlook für iOS herunterladen\n________________________________\nVon: TZ <tz@example.ch>\n"
    "Gesendet: Samstag, 21. November 2026\nAn: anna@example.net\nBetreff: Loch\n\nGuten Tag",
    "apple-de": "> Am 21.11.2026 um 14:05 schrieb Telefonzentrale <tz@example.ch>:\n> \n> Guten Tag Frau Muster",
    "apple-fr": "Le 21 nov. 2026 à 14:05, Centrale <tz@example.ch> a écrit :\n\n> Bonjour Madame\n> ",
    "apple-it": "Il giorno 21 nov 2026, alle ore 14:05, Centrale <tz@example.ch> ha scritto:\n\n> Buongiorno",
    "apple-en": "On 21 Nov 2026, at 14:05, Switchboard <tz@example.ch> wrote:\n\n> Dear Ms Muster\n> Thank you.",
    "gmail-de": "Am Sa., 21. Nov. 2026 um 14:05 Uhr schrieb Telefonzentrale <\n"
    "telefonzentrale@example.ch>:\n\n> Guten Tag",
    "gmail-fr": "Le sam. 21 nov. 2026 à 14:05, Centrale <tz@example.ch> a\nécrit :\n\n> Bonjour",
    "gmail-it": "Il giorno sab 21 nov 2026 alle ore 14:05 Centrale <tz@example.ch> ha\nscritto:\n\n> Buongiorno",
    "gmail-en": "On Sat, Nov 21, 2026 at 2:05 PM Switchboard <tz@example.ch> wrote:\n\n> Dear Ms Muster\n>\n> Hello",
    "thunderbird-de": "Am 21.11.26 um 14:05 schrieb Telefonzentrale:\n> Guten Tag Frau Muster\n>> noch älter",
    "thunderbird-fr": "Le 21/11/2026 à 14:05, Centrale a écrit :\n> Bonjour",
    "thunderbird-it": "Il 21/11/2026 14:05, Centrale ha scritto:\n> Buongiorno",
    "thunderbird-en": "On 21/11/2026 14:05, Switchboard wrote:\n> Dear Ms Muster",
    "forwarded-gmail": "---------- Forwarded message ---------\nFrom: x <x@example.ch>\nDate: heute\n\nText",
    "forwarded-apple": "Anfang der weitergeleiteten Nachricht:\n\n> Von: x\n> Text",
    "bare": "> Guten Tag Frau Muster\n> Wir fragen nach.",
    "french-original": "-------- Message d'origine --------\nDe : Centrale\nDate : 21.11.2026\n\nBonjour",
    "italian-original": "-----Messaggio originale-----\nDa: Centrale\nInviato: ieri\n\nBuongiorno",
}


@pytest.mark.parametrize("name", QUOTES)
def test_what_a_mail_program_quotes_is_folded(name: str) -> None:
    text = f"{NEW}\n\n{QUOTES[name]}\n"
    found = split(text)
    assert found.quoted
    kept = text[: found.at].rstrip()
    assert kept == NEW or (name == "outlook-mobile" and kept.startswith(NEW))


@pytest.mark.parametrize("name", QUOTES)
def test_the_same_with_the_line_ends_of_a_mail(name: str) -> None:
    text = f"{NEW}\n\n{QUOTES[name]}\n".replace("\n", "\r\n")
    assert text[: split(text).at].replace("\r\n", "\n").rstrip().startswith(NEW)
    assert split(text).quoted


@pytest.mark.parametrize(
    "text",
    [
        NEW,
        "Er schrieb: kommen Sie morgen.\nIch kam.",
        "Von: der Strasse her riecht es.\nWas tun?",
        "Am 21.11.2026 hat der Nachbar mir geschrieben, dass es stinkt.\nBitte kommen Sie.",
        "Betreff: Loch\nEs ist gross.",
        "> nur ein Zitat\n> und sonst nichts",
        "a --\nb",
        "",
        "\n\n",
    ],
)
def test_what_is_no_quote_stays(text: str) -> None:
    assert split(text).at == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Am 21.11.26 um 14:05 schrieb TZ:\n> Wo ist das Loch?\n\nVor Nummer 12.\n",
        "> Wo ist das Loch?\nVor Nummer 12.\n> Seit wann?\nSeit gestern.\n",
        "Guten Tag\n\nOn 21/11/2026 14:05, TZ wrote:\n> Where?\n\nIn front of number 12.\n> Since when?\n\nYesterday.",
    ],
)
def test_an_answer_below_or_between_is_never_folded(text: str) -> None:
    assert split(text).at == len(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Danke\n\n-- \nAnna Muster\nGerbergasse 1", "Danke"),
        ("Danke\n\nVon meinem iPhone gesendet", "Danke"),
        ("Merci\n\nEnvoyé de mon iPhone\n", "Merci"),
        ("Grazie\nInviato da iPhone", "Grazie"),
        ("Thanks\n\nSent from my Galaxy", "Thanks"),
        ("Danke\n-- \nAnna\n\nAm 21.11.26 um 14:05 schrieb TZ:\n> alt\n", "Danke"),
    ],
)
def test_signatures_are_folded_too(text: str, kept: str) -> None:
    assert text[: split(text).at].rstrip() == kept


@given(some.text(alphabet=some.sampled_from("> \n\r-_:AaVon schrieb21.Fromwrote"), max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_character_is_lost(text: str) -> None:
    found = split(text)
    assert 0 <= found.at <= len(text)
    assert text[: found.at] + text[found.at :] == text
    if found.at < len(text):
        assert text[: found.at].strip(), "something is always left to be read"


@pytest.mark.parametrize(
    "text",
    ["> a\n" * 50_000, "Am 1\n" * 50_000, "Von: x\n" * 30_000, "schrieb:\n" * 30_000, "x" * 2_000_000, "a:" * 500_000],
)
def test_time_is_linear(text: str) -> None:
    within(2, lambda: split("neu\n" + text))
