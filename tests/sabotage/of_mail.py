"""The sabotages of mail; see the package."""

from __future__ import annotations

from tests.sabotage.kind import Sabotage

SABOTAGES = (
    Sabotage(
        "an absence notice reopens what was done",
        "switchboard_app/store/sorting_in.py",
        "        machine = automatic(message) and not message.ours",
        "        machine = False and not message.ours",
        "tests/store/test_letters.py::test_a_machine_reopens_nothing_and_starts_no_clock",
        push=True,
    ),
    Sabotage(
        "a mail joins whatever conversation it names",
        "switchboard_app/store/letters.py",
        "            if thread and (recipient == person or letter.automatic is Automatic.FAILURE):",
        "            if thread:",
        "tests/store/test_letters.py::test_a_strangers_mail_does_not_join_by_naming_an_id",
    ),
    Sabotage(
        "the mark of a folder moves before its mails are stored",
        "switchboard_app/sync/email/reading.py",
        "        left = mark.left(listed.uids)",
        "        left = mark.left(listed.uids)\n        mark = mark.with_stored(left)",
        "tests/mail/test_mail_contract.py::test_a_crash_between_two_batches_loses_nothing",
    ),
)
