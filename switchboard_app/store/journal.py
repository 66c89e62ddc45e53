"""The journal: who did what when, in the same transaction as what it describes. Ids and codes, never content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from switchboard_app.model.ids import EnquiryId
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Journal
from switchboard_app.store.transaction import Transaction


def write(
    tx: Transaction,
    who: str,
    action: str,
    enquiry: EnquiryId | None = None,
    object_id: str = "",
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Note that `who` did `action`; returns the id of the line."""
    line = new_id()
    tx.insert(
        Journal,
        id=line,
        at=tx.now,
        who=who,
        action=action,
        enquiry_id=enquiry,
        object_id=object_id,
        detail=json.dumps(detail or {}, separators=(",", ":"), ensure_ascii=False),
    )
    return line
