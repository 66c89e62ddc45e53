"""Secrets that are replaced, in a real keyring: a program killed in the middle, two programs that renew at once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from switchboard_app.credentials import Credentials, system_keyring
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.training.loopback import LoopbackServer
from switchboard_app.training.x import SimulatedX
from tests import tiers
from tests.keyring.conftest import Desktop
from tests.keyring.test_command_line import Switchboard, forks, recovery, switchboard

__all__ = ["forks", "recovery", "switchboard"]

pytestmark = pytest.mark.keyring

ROOT = Path(__file__).resolve().parents[2]
REPLACING = """
import sys
from switchboard_app.credentials import Credentials
credentials, number = Credentials(), int(sys.argv[1])
print("ready", flush=True)
while True:
    number += 1
    credentials.keep_account_secret("a", {"access_token": str(number), "refresh_token": "r" * 200})
    print(number, flush=True)
"""


def test_the_two_slots_in_a_real_keyring(unlocked: Desktop) -> None:
    credentials, ring = Credentials(), system_keyring()
    for number in range(3):
        credentials.keep_account_secret("a", {"access_token": str(number)})
    assert Credentials().account_secret("a") == {"access_token": "2"}
    assert Credentials().former_secret("a") == {"access_token": "1"}
    credentials.take_back_secret("a")
    assert Credentials().account_secret("a") == {"access_token": "1"}
    credentials.secret_proved("a")
    assert Credentials().former_secret("a") is None
    credentials.forget_account("a")
    assert [ring.get_password(f"switchboard/account/a{slot}", "switchboard") for slot in ("", "/second")] == [None] * 2


def test_a_program_that_is_killed_leaves_a_whole_secret(unlocked: Desktop) -> None:
    chance = random.Random(tiers.seed("kills while a secret is replaced"))
    number = 0
    Credentials().keep_account_secret("a", {"access_token": "0", "refresh_token": "r" * 200})
    for _ in range(tiers.count(4, 40)):
        program = subprocess.Popen(
            [sys.executable, "-c", REPLACING, str(number)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=unlocked.environment,
        )
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.05, 0.6))
        program.kill()
        told = program.stdout.read().split()
        program.stdout.close()
        program.wait(10)
        acknowledged = int(told[-1]) if told else number
        kept = Credentials().account_secret("a")
        assert kept is not None
        assert kept["refresh_token"] == "r" * 200
        assert acknowledged <= int(kept["access_token"]) <= acknowledged + 1
        number = int(kept["access_token"])


def test_two_programs_of_one_station_renew_once(
    switchboard: Switchboard,
    recovery: str,
) -> None:
    """The real program twice, at the same moment, with the same keyring and a refresh token that works once."""
    x = SimulatedX(wall_clock)
    x.tokens.revoke_on_reuse = True
    secret = {"access_token": x.token, "refresh_token": x.tokens.refresh, "client_id": x.tokens.client_id}
    with LoopbackServer(x.app, x.faults) as server:
        switchboard.ok("account", "add", "x", "--name", "Kanton", "--api-base", server.base, stdin=secret)
        x.tokens.expire()
        programs = [
            subprocess.Popen(
                [sys.executable, "-m", "switchboard_app", "account", "check", "Kanton"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=switchboard.environment,
                cwd=ROOT,
            )
            for _ in range(2)
        ]
        ended = [(program.communicate(timeout=60)[1], program.returncode) for program in programs]
        assert [code for _, code in ended] == [0, 0], ended
    assert sum(one.path.endswith("/oauth2/token") for one in x.requests) == 1
    account = switchboard.ok("account", "list")["accounts"][0]["id"]
    kept = Credentials().account_secret(account)
    assert kept is not None
    assert (kept["access_token"], kept["refresh_token"]) == (x.token, x.tokens.refresh)
    assert Credentials().former_secret(account) is None, "the new one has proved itself"
