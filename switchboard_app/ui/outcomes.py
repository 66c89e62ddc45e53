"""How an enquiry may have ended, in the order in which it happens, for every place that closes one."""

from __future__ import annotations

from switchboard_app.model.enquiry import Outcome, outcome_name

OFFERED = (
    Outcome.ANSWERED,
    Outcome.FORWARDED_SETTLED,
    Outcome.FORWARDED_SILENT,
    Outcome.REFERRED,
    Outcome.CHANNEL_CHANGE,
    Outcome.NO_CONCERN,
    Outcome.SPAM,
    Outcome.UNREACHABLE,
)
"""Everything but merged, which only merging gives."""


def outcome_choices() -> list[tuple[str, str, object]]:
    """For a `ChoiceList`: 1 to 8."""
    return [(outcome_name(outcome), "", outcome) for outcome in OFFERED]
