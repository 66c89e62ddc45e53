"""Trouble played on the simulated platforms, as a client of theirs meets it."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from switchboard_app.model.times import Millis
from switchboard_app.model.trouble import Trouble
from switchboard_app.sync.inside import OnlyInside
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.rehearsal import Place, Rehearsal
from switchboard_app.training.x import SimulatedX

BASE = "https://page.training.invalid"
NOON = Millis(1_795_262_400_000)


@pytest.fixture
def page() -> SimulatedFacebook:
    made = SimulatedFacebook(lambda: NOON)
    made.say("anna", "Grüezi")
    return made


def rehearsal(page: SimulatedFacebook) -> tuple[Rehearsal, httpx.AsyncClient]:
    inside = OnlyInside({BASE: page.app})
    place = Place(page, lambda away: inside.cut_off(BASE, away))
    return Rehearsal({"Rathaus": place}), httpx.AsyncClient(transport=inside, base_url=BASE)


def ask(client: httpx.AsyncClient, page: SimulatedFacebook) -> httpx.Response:
    return asyncio.run(client.get("/me", headers={"Authorization": f"Bearer {page.token}"}))


def test_down_means_no_connection_until_it_is_mended(page: SimulatedFacebook) -> None:
    played, client = rehearsal(page)
    played.play("Rathaus", Trouble.DOWN)
    with pytest.raises(httpx.ConnectError):
        ask(client, page)
    played.play("Rathaus", Trouble.NONE)
    assert ask(client, page).status_code == 200


def test_signed_out_and_limited_are_the_platforms_own_refusals(page: SimulatedFacebook) -> None:
    played, client = rehearsal(page)
    played.play("Rathaus", Trouble.SIGNED_OUT)
    assert ask(client, page).json()["error"]["code"] == 190
    played.play("Rathaus", Trouble.LIMITED)
    assert ask(client, page).json()["error"]["code"] == 4
    assert played.now("Rathaus") is Trouble.LIMITED


@pytest.mark.parametrize(("trouble", "arrived"), [(Trouble.ANSWER_LOST, 1), (Trouble.NEVER_ARRIVES, 0)])
def test_a_lost_answer_looks_the_same_whether_it_arrived_or_not(
    page: SimulatedFacebook, trouble: Trouble, arrived: int
) -> None:
    played, client = rehearsal(page)
    played.play("Rathaus", trouble)
    body = {"recipient": {"id": page.people["anna"].id}, "message": {"text": "Antwort"}, "messaging_type": "RESPONSE"}
    with pytest.raises(httpx.ReadError):
        asyncio.run(client.post("/me/messages", json=body, headers={"Authorization": f"Bearer {page.token}"}))
    assert len(page.sent_by_us()) == arrived


def test_credits_can_lack_only_where_there_are_some(page: SimulatedFacebook) -> None:
    inside = OnlyInside({})
    account = SimulatedX(lambda: NOON)
    played = Rehearsal(
        {"page": Place(page, lambda away: inside.cut_off(BASE, away)), "x": Place(account, lambda _away: None)}
    )
    assert Trouble.NO_CREDITS not in played.offers("page")
    assert Trouble.NO_CREDITS in played.offers("x")
