"""The simulated platforms as a program: ``python -m switchboard_app.training.serve``.

What it is for: trying the command line or another process against a page and an account without leaving the machine.
It prints one line of JSON with the addresses and sign-ins, serves both on 127.0.0.1, and stops by itself: after
``--seconds``, on SIGTERM or Ctrl+C, or when the pipe at its standard input is closed. What it refuses to do: listening
elsewhere, and the control addresses unless ``--control`` is given.

Called by tests and by developers; the installed program never starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from switchboard_app.model.errors import ExitCode, UserError
from switchboard_app.model.times import Millis
from switchboard_app.training.cases import load_cases
from switchboard_app.training.control import with_control
from switchboard_app.training.director import Director
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.instagram import SimulatedInstagram
from switchboard_app.training.loopback import LoopbackServer
from switchboard_app.training.mailroom import SimulatedMailbox
from switchboard_app.training.mastodon import SimulatedMastodon
from switchboard_app.training.x import SimulatedX


def now() -> Millis:
    """The time of this machine."""
    return Millis(time.time_ns() // 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; answers the exit code."""
    options = _options().parse_args(arguments)
    try:
        return _serve(options)
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a program of its own
        return error.exit_code


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m switchboard_app.training.serve", description=__doc__)
    options.formatter_class = argparse.RawDescriptionHelpFormatter
    options.add_argument(
        "--port", type=int, default=0, help="port of the page; the accounts take the next (0: free ones)"
    )
    options.add_argument("--control", action="store_true", help="serve /_control/say, fault, clear and truth too")
    options.add_argument("--seconds", type=float, default=3600, help="stop by itself after so long (3600)")
    options.add_argument("--citizens", type=Path, help="let the citizens of this folder write, e.g. resources/training")
    options.add_argument("--pace", type=float, default=1.0, help="how fast the citizens live (1.0)")
    options.add_argument("--app-secret", default="", help="demand appsecret_proof with this secret on the page")
    options.add_argument("--spec", default="2.167", choices=("2.166", "2.167"), help="X's specification (2.167)")
    options.add_argument("--reads", type=int, default=15, help="X's budget of reads in 15 minutes (15)")
    return options


def _serve(options: argparse.Namespace) -> int:
    facebook = SimulatedFacebook(now, app_secret=options.app_secret)
    x = SimulatedX(now, spec=options.spec, limits={"dm-read": options.reads})
    instagram = SimulatedInstagram(now, app_secret=options.app_secret)
    mastodon = SimulatedMastodon(now)
    stages = (facebook, x, instagram, mastodon)
    director = None
    if options.citizens is not None:
        mailbox = SimulatedMailbox(now)  # for those who write mails; it is not served
        director = Director((*stages, mailbox), load_cases(options.citizens), now, pace=options.pace)
    stop = _stop_asked_for()  # before anybody is told that we are there: a signal may follow at once
    with ExitStack() as open_servers:
        bases = {}
        for place, platform in enumerate(stages):
            app = with_control(platform) if options.control else platform.app
            port = options.port + place if options.port else 0
            bases[platform.kind] = open_servers.enter_context(LoopbackServer(app, platform.faults, port)).base
        print(json.dumps({**bases, **_sign_ins(facebook, x, instagram), "mastodon_token": mastodon.token}), flush=True)  # noqa: T201
        _wait(stop, options.seconds, director)
    return ExitCode.DONE


def _sign_ins(facebook: SimulatedFacebook, x: SimulatedX, instagram: SimulatedInstagram) -> dict[str, str]:
    return {
        "facebook_page_id": facebook.own_id,
        "facebook_token": facebook.token,
        "facebook_user_token": facebook.user_token,
        "x_user_id": x.own_id,
        "x_handle": x.own_handle,
        "x_token": x.token,
        "x_refresh_token": x.tokens.refresh,
        "x_client_id": x.tokens.client_id,
        "instagram_page_id": instagram.page_id,
        "instagram_user_id": instagram.own_id,
        "instagram_token": instagram.token,
    }


def _stop_asked_for() -> threading.Event:
    """Set when a signal comes or the other end of the pipe is gone."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    # Only a pipe can be closed by whoever started us; a terminal or the null device says nothing.
    kind = os.fstat(0).st_mode
    if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
        threading.Thread(target=_until_closed, args=(stop,), daemon=True).start()
    return stop


def _wait(stop: threading.Event, seconds: float, director: Director | None) -> None:
    """Let the citizens live until we are asked to stop or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stop.wait(min(1.0, max(0.0, end - time.monotonic()))):
        if director is not None:
            director.advance()


def _until_closed(stop: threading.Event) -> None:
    # Not through sys.stdin: a buffered reader that is still reading would break the interpreter's end.
    while os.read(0, 4096):
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
