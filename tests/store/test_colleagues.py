"""Who is offered when an enquiry is given to somebody: whoever worked here lately, not the program itself."""

from __future__ import annotations

from switchboard_app.model.ids import Operator
from switchboard_app.store import colleagues, desk
from switchboard_app.store.database import Store


def test_whoever_did_something_or_holds_something_is_known(store: Store) -> None:
    assert store.read(colleagues.seen) == []
    note = store.write(desk.take_note, desk.PhoneNote("Öffnungszeiten"), Operator("s. weber"))
    store.write(desk.reassign, note.enquiry, Operator("A. Keller"), "Ferien", Operator("M. Lüthi"))
    assert store.read(colleagues.seen) == ["A. Keller", "M. Lüthi", "s. weber"]
