"""The guess of a text's language: right for what people here write, and silent rather than wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.tongue import guess_language
from tests.cost import within


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guten Tag, vor unserer Haustür ist ein grosses Schlagloch. Wem kann ich das melden?", "de"),
        ("Grüezi, wo chann ich mi Abfall entsorge? Isch das uff em Gmeindhuus?", "de"),
        ("Wann ist die Einwohnerkontrolle offen und was muss ich mitnehmen?", "de"),
        ("Bonjour, où puis-je acheter une vignette pour mon vélo? Merci pour votre aide.", "fr"),
        ("Je cherche le service qui s'occupe des passeports dans la ville.", "fr"),
        ("Buongiorno, dove posso trovare il modulo per la dichiarazione? Grazie.", "it"),
        ("Non ho ricevuto la scheda per votare, come posso fare?", "it"),
        ("Hello, how can I register a new address? Thank you for your help.", "en"),
        ("Where do I have to pay the parking fine and is it possible online?", "en"),
    ],
)
def test_what_people_here_write(text: str, language: str) -> None:
    assert guess_language(text) == language
    assert guess_language(text.upper()) == language


@pytest.mark.parametrize(
    "text", ["", "Merci vilmol", "ok", "???", "Schlagloch", "🙈🙈", "061 267 81 81", "Привет мир", "你好"]
)
def test_nothing_rather_than_wrong(text: str) -> None:
    assert guess_language(text) == ""


@given(st.text(max_size=500))
def test_any_text_has_an_answer(text: str) -> None:
    assert guess_language(text) in ("", "de", "fr", "it", "en")


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert within(0.5, lambda: guess_language("Guten Tag und danke für die Hilfe. " * 200_000)) == "de"
