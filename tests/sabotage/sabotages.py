"""The list of sabotages; see the package. Each area adds its own at the end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One piece of text replaced in one module, and the test that must fail then."""

    name: str
    module: str
    old: str
    new: str
    test: str
    push: bool = False
    """Whether it runs on every push."""


SABOTAGES = (
    # -- sending ---------------------------------------------------------------------------------------------------
    Sabotage(
        "the permit is not asked before the write",
        "switchboard_app/model/sending.py",
        "return now.since(begun) < under.write_within",
        "return True",
        "tests/connectors/test_http.py::test_the_moment_is_checked_again_right_before_the_first_byte",
    ),
    Sabotage(
        "a stalled sender writes after its permit",
        "switchboard_app/model/sending.py",
        "return now.since(begun) < under.write_within",
        "return True",
        "tests/simulation/test_sends.py::test_a_stall_before_the_write",
        push=True,
    ),
    Sabotage(
        "the permit trusts the wall clock alone",
        "switchboard_app/model/sending.py",
        "return max(self.wall - before.wall, self.boot - before.boot)",
        "return self.wall - before.wall",
        "tests/connectors/test_http.py::test_the_moment_is_checked_again_right_before_the_first_byte",
    ),
    Sabotage(
        "what timed out is queued again",
        "switchboard_app/model/sending.py",
        "    if not failure.certain or (final and send.repeats):",
        "    if (not failure.certain and failure.kind is not FailureKind.TIMEOUT) or (final and send.repeats):",
        "tests/simulation/test_sends.py::test_sends_under_every_fault",
        push=True,
    ),
    Sabotage(
        "what was recovered is sent again",
        "switchboard_app/model/sending.py",
        "    if send.kind == MAIL and not send.repeats:",
        "    if not send.repeats:",
        "tests/simulation/test_sends.py::test_sends_under_every_fault",
    ),
    Sabotage(
        "the epoch does not fence",
        "switchboard_app/store/outbox_rows.py",
        'WHERE id = ? AND epoch = ? AND state = ?{only_if}"',
        "WHERE id = ? AND ? >= 0 AND ? <> ''{only_if}\"",
        "tests/store/test_outbox_fence.py::test_whoever_was_faster_wins",
    ),
    Sabotage(
        "a late holder records its answer",
        "switchboard_app/store/outbox.py",
        "if before is None or (before.epoch, before.state) != (taken.epoch, DeliveryState.SENDING):",
        "if before is None:",
        "tests/store/test_outbox.py",
    ),
    Sabotage(
        "the next answer overtakes an unsettled one",
        "switchboard_app/store/outbox.py",
        "AND (p.state IN ('sending', 'uncertain') OR (p.state = 'queued'",
        "AND (p.state IN ('sending', 'nothing') OR (p.state = 'queued'",
        "tests/store/test_outbox.py::test_in_one_conversation_one_after_the_other",
    ),
    Sabotage(
        "the next answer is sent while the one before waits",
        "switchboard_app/store/outbox.py",
        'only_if=f" AND {_ITS_TURN}"',
        'only_if=""',
        "tests/store/test_outbox_fence.py::test_a_stale_list_takes_nothing_out_of_turn",
    ),
    Sabotage(
        "a poll does not know our echo",
        "switchboard_app/model/sending.py",
        "return not files and own.at >= attempt_at - SURELY_BEFORE and same_text(own.text, text)",
        "return False",
        "tests/simulation/test_echo.py::test_our_echo_is_no_new_message",
        push=True,
    ),
    Sabotage(
        "a read-back compares byte by byte",
        "switchboard_app/model/sending.py",
        "return _folded(one) == _folded(other)",
        "return one == other",
        "tests/simulation/test_sends.py::test_sends_under_every_fault",
    ),
    Sabotage(
        "nobody is ever asked",
        "switchboard_app/model/sending.py",
        "asks = doubtful or (reads >= READS_BEFORE_ASKING and now - first >= READ_OVER)",
        "asks = False",
        "tests/unit/test_sending.py::test_nothing_seen_is_asked_after_three_reads_over_ten_minutes_and_not_before",
    ),
    Sabotage(
        "the sender of a conversation is recovered too early",
        "switchboard_app/model/sending.py",
        "return holder_ended or (send.permit_until or 0) + AFTER_PERMIT < now",
        "return holder_ended or (send.attempt_at or 0) < now",
        "tests/store/test_outbox.py",
    ),
    Sabotage(
        "two poll at once",
        "switchboard_app/model/tenure.py",
        "return replace(lease, until=until) if lease.holder == holder else None",
        "return Lease(lease.name, holder, lease.epoch + 1, until)",
        "tests/unit/test_tenure.py",
    ),
    Sabotage(
        "one reply for each click",
        "switchboard_app/store/desk/replies.py",
        'if reply_id is not None and tx.value("SELECT 1 FROM outbox WHERE id = ?", reply_id) is not None:',
        "if False:",
        "tests/store/test_replies.py",
    ),
    # -- signing in ------------------------------------------------------------------------------------------------
    Sabotage(
        "the state of a sign-in is not checked",
        "switchboard_app/sync/callback.py",
        "if not state_fits or not (",
        "if not (",
        "tests/connectors/test_oauth.py::test_what_does_not_belong_to_this_attempt_is_not_taken",
        push=True,
    ),
    Sabotage(
        "a sign-in is renewed without the lease",
        "switchboard_app/sync/renewal.py",
        "                async with self._turn():\n                    return await self._in_turn(dead, ask)",
        "                if True:\n                    return await self._in_turn(dead, ask)",
        "tests/sync/test_renewal.py::test_twenty_programs_meet_a_dead_token_and_one_renews",
        push=True,
    ),
    Sabotage(
        "a renewed token is used before it is kept",
        "switchboard_app/sync/renewal.py",
        "        await _kept_or_why(self._keep(fresh))\n",
        "",
        "tests/sync/test_renewal.py::test_a_crash_at_any_step_is_recovered_or_asks_for_one_sign_in",
    ),
    # -- budgets, polling and health -------------------------------------------------------------------------------
    Sabotage(
        "a request is not charged",
        "switchboard_app/store/budgets.py",
        "_put(tx, account, name, old, rules.taken(old, tx.now))",
        "pass",
        "tests/store/test_budgets.py",
        push=True,
    ),
    Sabotage(
        "a window whose end nobody has told is not counted",
        "switchboard_app/model/budget.py",
        "return Budget(budget.limit, budget.limit - 1, Millis(now + WINDOW), guessed=True)",
        "return budget",
        "tests/unit/test_budget.py",
    ),
    Sabotage(
        "an answer gives back what others have spent",
        "switchboard_app/model/budget.py",
        "return Budget(limit, max(0, min(remaining, limit - used)), end)",
        "return Budget(limit, remaining, end)",
        "tests/unit/test_budget.py",
    ),
    Sabotage(
        "polls do not look at the budget",
        "switchboard_app/model/polling.py",
        "return Millis(now + spread(pause + jitter, budgets, now))",
        "return Millis(now + pause + jitter)",
        "tests/unit/test_polling.py",
    ),
    Sabotage(
        "every blip of the network is shown",
        "switchboard_app/model/health.py",
        "return failures >= tries or lasts",
        "return True",
        "tests/unit/test_health.py",
        push=True,
    ),
    Sabotage(
        "a network that fails hides a dead sign-in",
        "switchboard_app/model/health.py",
        "if before.health in _NEEDS_A_PERSON:",
        "if False:",
        "tests/unit/test_health.py",
    ),
    Sabotage(
        "a station that slept goes on storing",
        "switchboard_app/sync/poller.py",
        "raise LeadLost",
        "pass",
        "tests/sync/test_lead.py",
    ),
    Sabotage(
        "a proof moves the cursor of the polls",
        "switchboard_app/store/proof.py",
        "cursor=accounts.cursor(tx, account.id)",
        "cursor=batch.cursor",
        "tests/sync/test_proving.py",
    ),
    # -- Mastodon --------------------------------------------------------------------------------------------------
    Sabotage(
        "an answer names nobody",
        "switchboard_app/sync/mastodon/sending.py",
        'return " ".join([*(f"@{handle}" for handle in handles), *([text] if text else [])])',
        "return text",
        "tests/connectors/test_mastodon_sending.py::test_everybody_in_the_conversation_is_named",
        push=True,
    ),
    Sabotage(
        "an answer has another key at each attempt",
        "switchboard_app/sync/mastodon/connector.py",
        'key = f"{outgoing.id}-{number}" if number else str(outgoing.id)',
        'key = f"{outgoing.id}-{number}-{self._clock()}"',
        "tests/connectors/test_mastodon_sending.py::test_the_same_answer_again_is_the_same_post",
    ),
    Sabotage(
        "an answer may name somebody else",
        "switchboard_app/sync/mastodon/sending.py",
        "if named.lower() not in known:",
        "if not named:",
        "tests/connectors/test_mastodon_sending.py::test_words_that_would_reach_somebody_else_are_refused",
    ),
    # -- the one HTTP door, redaction, Instagram ------------------------------------------------------------------
    Sabotage(
        "redirects are followed",
        "switchboard_app/sync/http.py",
        "follow_redirects=False",
        "follow_redirects=True",
        "tests/connectors/test_http.py::test_cookies_are_not_kept_and_redirects_not_followed",
        push=True,
    ),
    Sabotage(
        "the log is not redacted",
        "switchboard_app/log.py",
        "return redact(super().format(record))",
        "return super().format(record)",
        "tests/unit/test_log.py::test_lines_are_written_redacted",
        push=True,
    ),
    Sabotage(
        "an error quotes what a citizen wrote",
        "switchboard_app/log.py",
        "lines.append(places(error))",
        'lines.append(f"{places(error)} {error}")',
        "tests/unit/test_log.py::test_an_error_is_told_by_kind_and_place_alone",
    ),
    Sabotage(
        "old TLS will do",
        "switchboard_app/sync/wire.py",
        "context.minimum_version = ssl.TLSVersion.TLSv1_2",
        "context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED",
        "tests/connectors/test_hygiene.py",
    ),
    Sabotage(
        "an upload that broke counts as a send",
        "switchboard_app/sync/instagram/connector.py",
        "raise surely(failure) from None",
        "raise",
        "tests/connectors/test_instagram.py::test_an_upload_that_broke_is_certain",
    ),
    # -- files -----------------------------------------------------------------------------------------------------
    Sabotage(
        "files come from anywhere",
        "switchboard_app/sync/addresses.py",
        'if not any(host == domain or host.endswith(f".{domain}") for domain in self.domains):',
        "if False:",
        "tests/connectors/test_addresses.py::test_addresses_off_the_list_are_never_connected_to",
        push=True,
    ),
    Sabotage(
        "a name is looked up again after the check",
        "switchboard_app/sync/http.py",
        "target = url.copy_with(host=place)",
        "target = url",
        "tests/connectors/test_fetch_canary.py::test_a_name_that_changes_after_the_check_leads_nowhere",
    ),
    Sabotage(
        "a picture is decoded in the window",
        "switchboard_app/ui/thumbnails.py",
        "return None if made is None else made.image",
        "return QImage.fromData(content)",
        "tests/ui/test_attachments.py::test_without_its_decoder_the_window_shows_no_picture",
        push=True,
    ),
    Sabotage(
        "the window believes the decoder",
        "switchboard_app/ui/decoding/decoder.py",
        "if not width or not height or len(answer.body) != width * height * 4:",
        "if not width or not height:",
        "tests/ui/test_decoder.py::test_lies_about_pixels_are_no_picture",
    ),
    Sabotage(
        "a file is shown beside the draft before it is stored",
        "switchboard_app/ui/picked_files.py",
        "made = await self._bridge.run(drafts.add_file, self._bridge.me, place, file.name, file.content)",
        'made = DraftFile("x", file.name, candidate.mime, candidate.size)',
        "tests/ui/test_composer_files.py::test_files_are_beside_the_draft_before_they_are_shown_and_gone_when_removed",
    ),
    # -- receiving -------------------------------------------------------------------------------------------------
    Sabotage(
        "the cursor moves before the rows",
        "switchboard_app/sync/poller.py",
        "        stored = await store.run(_ingest, lease, account, batch, first_sweep=first)\n",
        "        ahead = type(batch)((), (), batch.cursor, batch.complete)\n"
        "        await store.run(_ingest, lease, account, ahead, first_sweep=first)\n"
        "        stored = await store.run(_ingest, lease, account, batch, first_sweep=first)\n",
        "tests/receiving/test_streams.py::test_random_streams[0]",
        push=True,
    ),
    Sabotage(
        "nothing is read twice",
        "switchboard_app/model/sweep.py",
        "return page.oldest < state.swept - state.rules.overlap",
        "return True",
        "tests/receiving/test_streams.py::test_random_streams[0]",
        push=True,
    ),
    Sabotage(
        "a message may be stored twice",
        "switchboard_app/store/migrate.py",
        "applied = _upgrade(_runner(database), location, key)",
        "applied = _upgrade(_runner(database), location, key)\n"
        "                database.execute_sql('DROP INDEX entry_account_id_platform_id')",
        "tests/store/test_intake.py::test_the_database_itself_refuses_a_second_copy",
        push=True,
    ),
    Sabotage(
        "what cannot be read is dropped",
        "switchboard_app/store/intake.py",
        "        quarantine.keep(tx, account.id, unreadable)\n",
        "",
        "tests/store/test_quarantine.py::test_one_among_a_thousand_is_kept_apart",
        push=True,
    ),
    Sabotage(
        "quarantine is tried without end",
        "switchboard_app/store/quarantine.py",
        "AND tries < ? ORDER BY",
        "AND tries < 1000 + ? ORDER BY",
        "tests/store/test_quarantine.py::test_a_newer_version_tries_again_three_times_in_all",
    ),
    Sabotage(
        "what a poll could not fetch counts as fetched",
        "switchboard_app/sync/meta/sweep.py",
        "            if failure is not None or due:\n",
        "            if failure is not None:\n",
        "tests/receiving/test_away.py::test_a_page_that_was_busy_is_caught_up_and_says_what_is_missing",
    ),
    Sabotage(
        "a lost stretch is passed over in silence",
        "switchboard_app/model/sweep.py",
        "    if not swept or not window or swept >= start - window:\n",
        "    if True:\n",
        "tests/receiving/test_away.py::test_everything_still_served_comes_with_one_poll",
    ),
    Sabotage(
        "silence counts as a deletion",
        "switchboard_app/store/versions.py",
        "            if platform_id not in shown and not lagging:\n",
        "            if platform_id not in shown:\n",
        "tests/store/test_versions.py::test_a_read_that_lags_does_not_take_the_newest_away",
    ),
    Sabotage(
        "a deletion takes the text along",
        "switchboard_app/store/versions.py",
        'tx.many("UPDATE entry SET deleted = ? WHERE id = ?", self._flags)',
        "tx.many(\"UPDATE entry SET deleted = ?, text = '' WHERE id = ?\", self._flags)",
        "tests/store/test_versions.py::test_a_message_taken_back_keeps_its_text",
    ),
    # -- mail ------------------------------------------------------------------------------------------------------
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
