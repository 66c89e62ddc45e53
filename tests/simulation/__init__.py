"""The simulator: whole stations on one thread, in virtual time, from one seed.

What is real: the store (SQLite on a RAM disk, all verbs, all constraints), `sync.sender`, `sync.poller`, `sync.http`,
the rules in `model`. What is simulated: time (`loop`), the network (`wire`), the platform (`world`), the database's
threads and each station's clocks, its sleep and its death (`station`). Everything that happens by chance is drawn from
`Simulation.dice`; there is no other source, so one seed is one schedule. Each schedule runs twice and must leave the
same trace (`twice`): a difference is a failure of the test itself.

How to write one::

    async def scene(sim: Simulation) -> None:
        world = World(sim.now)                     # the truth, on the platform's own clock
        desk = sim.station("desk", at_once=True)   # a person's: its transactions take no time
        one, two = sim.station("one"), sim.station("two")
        account = desk.store.write(accounts.add, Channel.FACEBOOK, "Seite", Operator("ml"))
        line = Line(one.door(world.serve), one.wall)   # a small connector that speaks HTTP to the world
        one.start(work(one))                       # a coroutine that lives and dies with the station
        await sim.sleep(60)                        # seconds of virtual time

    def trial(seed: int) -> None:
        twice(seed, scene)

    def test_something() -> None:
        tiers.each("something", push=50, at_night=500, trial=trial)

What a scene can do to a station: `crash()` (its tasks end where they stand, nothing of it is written any more),
`sleep(seconds)` (all its callbacks wait, as in a suspend: its boot clock runs on, its timers fire late), `step(millis)`
(its wall clock is set). `Sim.step_database` sets the clock of the database. Faults of the network and the platform's
lag are drawn by `wire.Weather`; a scene may hand in its own.

For event streams: `World.serve` is a request handler; give `Station.door` any other handler (an ASGI application goes
through `wire.asgi`) and drive `sync.poller.poll` with the real connector. For long spans: an hour of virtual time with
a poll a minute costs about a tenth of a second; nothing sleeps. Seeds that failed go into ``tests/regressions.json``.
"""
