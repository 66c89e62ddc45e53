"""The scene of sends: stations that send, settle and recover over a bad network; people who write, and who decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.ids import EnquiryId, Operator, OutboxId, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.sending import Decision
from switchboard_app.model.times import HOUR, MINUTE
from switchboard_app.store import accounts, desk, intake, outbox, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.poller import poll
from switchboard_app.sync.sender import send_due, settle
from tests.simulation.line import Line
from tests.simulation.loop import BEGIN
from tests.simulation.run import Simulation
from tests.simulation.station import Station
from tests.simulation.world import World

ME = Operator("ml")
WORDS = ("Grüezi, gerne.", "Das Amt meldet sich bei Ihnen.", "Öffnungszeiten: Mo–Fr 8–12 Uhr", "Danke für die Idée")
_DONE = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.WITHDRAWN)


@dataclass(slots=True)
class Outcome:
    """What a schedule came to."""

    sends: int = 0
    unclear: int = 0
    """Answers that arrived although nobody knew at first."""
    asked_in_vain: int = 0
    """Those of them for which a person was asked."""
    asked: int = 0
    order: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Town:
    """Citizens who have written, and what was answered."""

    sim: Simulation
    world: World
    desk: Store
    account: Account
    enquiries: dict[str, EnquiryId]
    written: dict[OutboxId, tuple[str, str]] = field(default_factory=dict)
    asked: set[OutboxId] = field(default_factory=set)
    steps: int = 0
    """How often somebody still sets the database's clock."""
    polls: bool = False
    """Whether the stations also poll, so that our own messages come back to them."""

    def reply(self, person: str) -> None:
        """Somebody answers; every text is another one, as it mostly is."""
        number = len(self.written)
        text = f"{self.sim.dice.choice(WORDS)} ({number})"
        made = self.desk.write(desk.reply, self.enquiries[person], text, ME, reply_id=OutboxId(f"r{number:04d}"))
        self.written[made.id] = (person, text)

    def look(self) -> bool:
        """A person looks at what is unclear, and decides what only a person can; whether everything is settled."""
        rows = self.desk.read(lambda tx: tx.rows("SELECT id, state, asked_at FROM outbox"))
        for known_as, _, asked_at in rows:
            if asked_at is not None:
                self.asked.add(known_as)
                arrived = self.world.copies()[known_as]
                self.desk.write(desk.decide, known_as, Decision.WAS_SENT if arrived else Decision.DROP, ME)
        return all(state in _DONE for _, state, _ in rows)


def town(sim: Simulation, world: World, people: int) -> Town:
    """A workspace in which so many citizens wait for an answer."""
    desk_ = sim.station("desk", at_once=True)
    account = desk_.store.write(accounts.add, Channel.FACEBOOK, "Seite", ME)
    names = [f"a{number}" for number in range(people)]
    people_ = {name: RemotePerson(PlatformId(f"p{name}")) for name in names}
    said = tuple(
        RemoteMessage(PlatformId(f"q{name}"), PlatformId(name), one, False, "Frage", BEGIN)
        for name, one in people_.items()
    )
    threads = tuple(RemoteThread(m.thread, m.sender) for m in said)
    desk_.store.write(intake.ingest, account, Batch(threads, said, {"at": "0"}, complete=True), first_sweep=False)
    found: dict[str, EnquiryId] = dict(desk_.store.read(_enquiries))
    return Town(sim, world, desk_.store, account, found)


def _enquiries(tx: Transaction) -> list[tuple[str, EnquiryId]]:
    return [
        (row[0], row[1])
        for row in tx.rows("SELECT t.platform_id, q.id FROM enquiry q JOIN thread t ON t.id = q.thread_id")
    ]


async def tend(station: Station, where: Town, *, polls: bool = False) -> None:
    """What the engine does for an account, round after round."""
    line = Line(station.door(where.world.serve), station.wall)
    while True:
        busy = await station.store.run(outbox.recover)
        done = await send_due(station.store, where.account, line)
        if polls:
            await poll(station.store, where.account, line)
        busy += await settle(station.store, where.account, line) + done.sent + done.requeued + done.uncertain
        await station.sim.sleep(station.sim.dice.uniform(2, 10) if busy else station.sim.dice.uniform(10, 60))


async def mishaps(sim: Simulation, where: Town, stations: int) -> None:
    """Stations that die and are started again, sleep, and have their clocks set."""
    names = [f"s{number}" for number in range(stations)]
    running = {name: _started(sim, where, name) for name in names}
    while True:
        await sim.sleep(sim.dice.uniform(5, 60))
        name = sim.dice.choice(names)
        one = running[name]
        if one.dead:
            running[name] = _started(sim, where, name)
            continue
        match sim.dice.randrange(10):
            case 0 | 1 | 2:
                one.crash()
            case 3 | 4 | 5:
                one.sleep(sim.dice.choice((8, 20, 50, 120, 1200)))
            case 6:
                one.step(sim.dice.choice((-HOUR, HOUR, -2 * MINUTE, 40_000)))
            case 7 if where.steps > 0:
                where.steps -= 1
                sim.step_database(sim.dice.choice((-HOUR, HOUR, 2 * MINUTE)))


def _started(sim: Simulation, where: Town, name: str) -> Station:
    """A station; every other one dies at a step of its own choosing."""
    made = sim.station(name)
    made.skew = sim.dice.choice((0, 0, 3000, -3000, 2 * HOUR, -2 * HOUR))
    if sim.dice.randrange(2):
        made.dies_at = sim.dice.randrange(4, 120)
    made.start(tend(made, where, polls=where.polls))
    return made


async def sends(
    sim: Simulation,
    *,
    people: int = 8,
    replies: int = 25,
    stations: int = 3,
    calm: bool = False,
    right_clock: bool = True,
    polls: bool = False,
) -> Outcome:
    """Replies are written over a while; the stations send them through everything that can happen. Checks that nothing
    was sent twice, that everything came to an end, and that nothing is called sent that the platform does not have.

    Without `right_clock` somebody sets the database's clock meanwhile.
    """
    world = World(sim.now, sim.dice, refuses=4)
    where = town(sim, world, people)
    where.steps, where.polls = 0 if right_clock else 2, polls
    troubles = sim.loop.create_task(mishaps(sim, where, stations)) if not calm else None
    if calm:
        for number in range(stations):
            one = sim.station(f"s{number}")
            one.start(tend(one, where, polls=polls))
    for _ in range(replies):
        where.reply(sim.dice.choice(sorted(where.enquiries)))
        await sim.sleep(sim.dice.uniform(0, 20))
    # by a wrong clock a limit may be waited for two hours longer, several times over: then ten hours instead of five
    for turn in range(1200 if right_clock else 2400):
        await sim.sleep(15)
        if where.look() and turn > 4:
            break
        if turn > 80:
            sim.weather.calm = True  # in the end the weather is good, so that everything comes to its end
    else:
        raise AssertionError("not everything came to an end")
    await sim.sleep(90)  # what is still on its way
    if troubles is not None:
        troubles.cancel()
    return _judged(where)


def _judged(where: Town) -> Outcome:
    copies = where.world.copies()
    assert not [known_as for known_as, count in copies.items() if count > 1], "nothing is sent twice"
    outcome = Outcome(len(where.written))
    tried = "SELECT outbox_id FROM outbox_attempt WHERE ended_at IS NULL OR result LIKE 'uncertain:%'"
    unclear = {row[0] for row in where.desk.read(lambda tx: tx.rows(tried))}
    for known_as in where.written:
        delivery = where.desk.read(timeline.delivery, known_as) if not _forgotten(where, known_as) else None
        state = delivery.state if delivery is not None else DeliveryState.WITHDRAWN
        assert state in _DONE
        if state is DeliveryState.SENT:
            assert copies[known_as] == 1, "nothing is called sent that did not arrive"
        elif state is DeliveryState.FAILED:
            assert copies[known_as] == 0, "nothing is called not sent that arrived"
        if known_as in unclear and copies[known_as]:
            outcome.unclear += 1
            outcome.asked_in_vain += known_as in where.asked
    outcome.asked = len(where.asked)
    for one in where.world.said:
        if one.tag:
            outcome.order.setdefault(one.person, []).append(one.tag)
    for tags in outcome.order.values():
        assert tags == sorted(tags), "in the order in which they were written"
    if where.polls:
        elsewhere = "SELECT COUNT(*) FROM entry WHERE direction = 'out' AND elsewhere = 1"
        assert where.desk.read(lambda tx: tx.value(elsewhere)) == 0, "our echo is no message from another tool"
        assert where.desk.read(lambda tx: tx.value("SELECT COUNT(*) FROM enquiry")) == len(where.enquiries)
        mine = "SELECT COUNT(*) FROM entry WHERE direction = 'out' AND platform_id IS NOT NULL"
        shown = sum(1 for one in where.world.said if one.ours)
        assert where.desk.read(lambda tx: tx.value(mine)) == shown, "every message of ours is in the conversation, once"
    return outcome


def _forgotten(where: Town, known_as: OutboxId) -> bool:
    return not where.desk.read(lambda tx: tx.rows("SELECT 1 FROM outbox WHERE id = ?", known_as))
