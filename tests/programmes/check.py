#!/usr/bin/python3
"""Bundles hold what consent permits, all of it and nothing else: random programmes and histories.

    check.py MAKE-HISTORIES [--seeds FIRST COUNT] [--jobs N] [--bug N] [--keep FOLDER]
             [--planted [NAME]] [--no-floors] [--to-the-letter]

MAKE-HISTORIES makes a programme, a history and the bundles of it from each seed.  They are opened with
tests/vectors/decode.py and held against model.py; neither was made from the C code.  What is checked of each export
is in class Check below, claim by claim.

With --planted each of plants.py goes wrong on purpose, and has to be found, as the claim that it breaks.  With --bug
a driver that has bugs planted in core makes the histories, and one of the seeds has to fail.  With --to-the-letter
nobody is heeded about what is not theirs to decide (README.md, Readings).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Optional

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import plants                  # noqa: E402
from model import (ERASED, IN_MOURNING, PERMITTED, REGISTRY, ROLES, SUSPENDED, Decision, Json, Programme,  # noqa: E402
                   Recipient, Replica, Value, Weighed, decision_of)
from opened import MARKER, Content, Row, Unopened, markers, open_all      # noqa: E402


class Broken(Exception):
    """A claim that does not hold."""

    def __init__(self, claim: str, why: str) -> None:
        super().__init__(why)
        self.claim = claim


@dataclass
class World:
    """A history as far as it was replayed."""

    folder: str
    programme: Programme
    replicas: dict[str, Replica] = field(default_factory=dict)
    values: dict[tuple[str, str, str], Value] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    day: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def senders(self) -> list[tuple[bytes, bytes]]:
        """The keys of all devices."""
        return [r.keys[:2] for r in self.replicas.values()]


# ---------------------------------------------------------------------------
# One export


class Check:
    """What is claimed of the bundles of one export.

    A recipient that sends receipts is not sent again what it was sent before, or brought itself, so for that one all
    bundles up to this count.  A laptop brings only what was written and decided on it; the registry brings all.
    """

    def __init__(self, world: World, sender: Replica, recipient: Replica, content: Content) -> None:
        self.world, self.sender, self.recipient, self.content = world, sender, recipient, content
        self.to = Recipient(recipient.words, max(world.day, sender.date))
        self.before = sender.told.setdefault(recipient.name, set()) if recipient.replies else set()
        self.now: set[Any] = set()
        self.merged = True
        self.allowed: set[bytes] = set()

    def count(self, what: str, number: int = 1) -> None:
        """For the figures, by the role of the recipient."""
        self.world.counts[self.recipient.role, what] += number

    def brings(self, author: str) -> bool:
        """Whether the sender may bring what somebody wrote."""
        return self.sender.role == REGISTRY or author == self.sender.name

    def due(self, key: Any) -> bool:
        """Whether something has to be in these bundles and is not."""
        return key not in self.now and key not in self.before

    def run(self) -> None:
        """All claims."""
        self.nothing_but_permitted_values()
        self.every_permitted_value()
        self.decisions_as_they_were_made()
        self.details_only_where_permitted()
        self.every_decision_about_whoever_is_concerned()
        self.tombstones_of_what_was_erased()
        self.no_byte_of_what_is_withheld()
        if self.recipient.replies and not self.merged:
            raise Broken("merged", "the recipient could not take them in")
        self.count("exports")
        self.count("bundles", self.content.bundles)

    # -- values

    def nothing_but_permitted_values(self) -> None:
        """Every value in a frame was written so, is current, of a record that is not erased, and permitted."""
        for row in self.content.rows:
            for name, content in row.values.items():
                value = self.world.values.get((row.record, name, row.dot))
                where = f"{row.kind} {row.record}, {name} of {row.dot}"
                if value is None or value.kind != row.kind or not same(value.content, content):
                    raise Broken("written", f"{where} was never written so")
                self.as_it_stands(value, where)
                self.count("in frames")
                self.now.add(value.key)
            for name in row.blank:
                value = self.world.values.get((row.record, name, row.dot))
                if value is None or self.sender.answer(value, self.to) != ERASED:
                    raise Broken("blank", f"{row.kind} {row.record}, {name}: nobody took it back")
            self.says_whom_it_concerns(row)

    def as_it_stands(self, value: Value, where: str) -> None:
        """One value in a frame may be there."""
        if value.record in self.sender.erased:
            raise Broken("erased record", where)
        if value not in self.sender.values.get((value.record, value.name), ()):
            raise Broken("current", f"{where} was overwritten, or is not known to the sender")
        answer = self.sender.answer(value, self.to)
        if answer == ERASED:
            raise Broken("taken back", where)
        if answer != PERMITTED:
            raise Broken("permitted", where)
        if not self.brings(value.at):
            raise Broken("brought", where)

    def says_whom_it_concerns(self, row: Row) -> None:
        """A record travels with everybody whom it concerns, and a write with what it states and what it needs."""
        if row.record in self.sender.erased:
            return
        told = {who for r in self.content.rows if r.record == row.record for who in r.everybody()}
        if (row.values or row.blank) and told != self.sender.concerned.get(row.record):
            raise Broken("concerned", f"{row.kind} {row.record}: {sorted(told)}")
        for name in [*row.values, *row.blank]:
            value = self.world.values[row.record, name, row.dot]
            if set(row.past) != greatest(value.past):
                raise Broken("past", f"{row.kind} {row.record}, {name} of {row.dot}: {row.past}")
            if row.states() != value.stated:
                raise Broken("stated", f"{row.kind} {row.record}, {name} of {row.dot}: {row.states()}")
            what = self.world.programme.kinds[row.kind].fields[name]
            if set(row.heads[name]["purposes"]) != what.needs | ({IN_MOURNING} if what.mourned else set()):
                raise Broken("needs", f"{row.kind}, {name}")

    def every_permitted_value(self) -> None:
        """Every value that is current at the sender, permitted and the sender's to bring is in a frame."""
        for value in self.sender.current():
            weighed = self.sender.weigh_value(value, self.to)
            self.count_value(weighed)
            if weighed.answer != PERMITTED:
                continue
            self.allow(value.content)
            if self.brings(value.at) and self.due(value.key):
                raise Broken("complete", f"{value.kind} {value.record}, {value.name} of {value.dot} is missing")

    def count_value(self, weighed: Weighed) -> None:
        """A value by its answer, by what it rests on, and by what alone stands in its way."""
        self.count("values")
        self.count(weighed.answer)
        for ground in weighed.grounds if weighed.answer == PERMITTED else ():
            self.world.counts["permitted", ground] += 1
        if len(weighed.obstacles) == 1:
            self.world.counts["withheld", min(weighed.obstacles)] += 1

    def allow(self, content: Any) -> None:
        """Markers of this text may be seen."""
        if isinstance(content, str):
            self.allowed |= markers(content)

    # -- decisions

    def decisions_as_they_were_made(self) -> None:
        """Every core says what was decided, with the episode, the stated episodes and the superseded decisions that
        follow from the history."""
        names = {core["name"]: dot for dot, core in self.content.cores.items()}
        names.update({k[1]: k[2] for k in self.before | self.world_names() if k[0] == "name"})
        for dot, core in self.content.cores.items():
            decision = self.world.decisions.get(dot)
            if decision is None or not self.brings(decision.at):
                raise Broken("decided", f"{dot} was never decided, or is another's")
            stated = " ".join(f"{p}={e}" for p, e in sorted(decision.stated.items()))
            wanted: Json = {
                "subject": decision.subject, "purpose": decision.purpose, "event_name": decision.event,
                "flags": decision.final + 2 * decision.guardian, "episode": decision.episode, "until": decision.until,
                "recipients": " ".join(sorted(decision.recipients)),
                "withheld_from": " ".join(sorted(decision.withheld_from)), "notice": decision.notice,
                "stated": stated}
            for member, value in wanted.items():
                if core[member] != value:
                    raise Broken("decided", f"{dot}: {member} is {core[member]!r} and not {value!r}")
            if {names.get(name) for name in core["supersedes"]} != decision.supersedes:
                raise Broken("decided", f"{dot} supersedes {core['supersedes']}")
            self.now |= {dot, ("name", core["name"], dot)}

    def world_names(self) -> set[Any]:
        """Names of decisions that anybody was told."""
        return {key for r in self.world.replicas.values() for told in r.told.values()
                for key in told if isinstance(key, tuple) and key[0] == "name"}

    def details_only_where_permitted(self) -> None:
        """Details go where the subject permits each of them, as they were said, and go there always."""
        for dot, core in self.content.cores.items():
            decision = self.world.decisions[dot]
            if not core["mode"]:
                continue
            answer = self.sender.details_answer(decision, self.to)
            if answer != PERMITTED or dot not in self.sender.details:
                raise Broken("details", f"those of {dot} are {answer}")
            said = {name: text for name, text in core["details"].items() if text != ""}
            if said != {**decision.details, "claimed_time": decision.claimed_time}:
                raise Broken("details", f"those of {dot} are not as they were said")
            self.now.add(("details", dot))
        for decision in self.sender.decisions.by_id.values():
            answer = self.sender.details_answer(decision, self.to)
            self.count(f"details {answer}")
            if answer != PERMITTED or decision.id not in self.sender.details:
                continue
            for text in decision.details.values():
                self.allow(text)
            if self.brings(decision.at) and self.due(("details", decision.id)):
                raise Broken("details complete", f"those of {decision.id} are missing")

    def every_decision_about_whoever_is_concerned(self) -> None:
        """Every decision about whoever a value concerns that the recipient may have is there."""
        subjects = {who[1] for v in self.sender.current() if self.sender.answer(v, self.to) == PERMITTED
                    for who in self.sender.concerned[v.record]}
        for decision in self.sender.decisions.by_id.values():
            if not self.brings(decision.at):
                continue
            near = decision.subject in subjects
            self.count("decisions concerned" if near else "decisions beside")
            if self.due(decision.id):
                if near:
                    raise Broken("decisions complete", f"{decision.id} about {decision.subject}")
                self.count("decisions beside, left out")

    # -- erasures and bytes

    def tombstones_of_what_was_erased(self) -> None:
        """Everybody is told of every record that was erased, and of no other."""
        for record in self.content.tombstones:
            if record not in self.sender.erased:
                raise Broken("tombstones", f"{record} was not erased")
            self.now.add(("erased", record))
        for record in self.sender.erased:
            self.count("tombstones")
            if self.due(("erased", record)):
                raise Broken("tombstones complete", record)

    def no_byte_of_what_is_withheld(self) -> None:
        """Of no text that the recipient may not have are the bytes anywhere in what its keys open."""
        for plain in self.content.plain:
            self.count("bytes searched", len(plain))
            for found in MARKER.findall(plain):
                if found not in self.allowed:
                    raise Broken("bytes", f"{found.decode()} stands in a frame")
        self.count("texts allowed", len(self.allowed))


def greatest(dots: frozenset[str]) -> set[str]:
    """Of the dots of each incarnation the greatest, which stands for those below."""
    latest: dict[str, int] = {}
    for dot in dots:
        name, counter = dot.split("-")
        latest[name] = max(int(counter), latest.get(name, 0))
    return {f"{name}-{counter}" for name, counter in latest.items()}


def same(one: Any, other: Any) -> bool:
    """Whether two contents are the same, type and all (true is no 1)."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


# ---------------------------------------------------------------------------
# A history


def replica_of(device: Json, programme: Programme) -> Replica:
    """A replica that has heard nothing yet."""
    keys = bytes.fromhex(device["sign"]), bytes.fromhex(device["seal"]), bytes.fromhex(device["seal_secret"])
    return Replica(device["name"], device["role"], frozenset([device["role"], *device["audiences"].split()]),
                   device["replies"] or device["role"] == REGISTRY, keys, programme)


def take(world: World, sender: Replica, recipient: Replica, content: Content, check: Check) -> None:
    """What the recipient has heard when it has merged the bundles."""
    recipient.date = max([recipient.date, *content.dates])
    recipient.erased |= content.tombstones
    for dot, core in content.cores.items():
        recipient.decisions.add(world.decisions[dot])
        if core["mode"]:
            recipient.details.add(dot)
    arrived = []
    for row in content.rows:
        if row.dot == row.record or "-" not in row.record:
            recipient.created.add(row.record)
        recipient.names(row.record, row.everybody())
        arrived += [world.values[row.record, name, row.dot] for name in [*row.values, *row.blank]]
    recipient.admit(arrived)
    sender.told.setdefault(recipient.name, set()).update(check.now)
    recipient.told.setdefault(sender.name, set()).update(check.now)


def replay_export(world: World, event: Json, late: bool, plant: Optional[plants.Plant]) -> None:
    """Opens the bundles of an export and checks them; a plant goes wrong first."""
    sender, recipient = world.replicas[event["from"]], world.replicas[event["to"]]
    registry = world.replicas[REGISTRY].keys[:2]
    paths = [os.path.join(world.folder, name) for name in event["files"]]
    try:
        content = open_all(paths, recipient.keys, world.senders(), registry)
    except Unopened as unopened:
        raise Broken("opened", str(unopened)) from None
    check = Check(world, sender, recipient, content)
    check.merged = event["merged"]
    if plant is not None and late and not plant.done:
        plant.done = plant.go_wrong(world, check)
    try:
        check.run()
    except Broken as broken:
        files = " to ".join(sorted({event["files"][0], event["files"][-1]}))
        raise Broken(broken.claim, f"{files}, {sender.name} to {recipient.name}: {broken}") from None
    if recipient.replies:
        take(world, sender, recipient, content, check)


def replay(world: World, events: list[Json], plant: Optional[plants.Plant]) -> None:
    """Does everything again, in the model."""
    for i, event in enumerate(events):
        if event["do"] == "write":
            for value in world.replicas[event["at"]].write(event["record"], event["kind"], event["dot"],
                                                           event["fields"]):
                world.values[value.key] = value
        elif event["do"] == "erase":
            world.replicas[event["at"]].erased.add(event["record"])
        elif event["do"] == "decide":
            for fact in event["decisions"]:
                decision = decision_of(fact, event["at"])
                world.decisions[decision.id] = decision
                world.replicas[event["at"]].decide(decision)
        elif event["do"] == "day":
            world.day = event["day"]
        elif event["do"] == "date":
            world.replicas[REGISTRY].date = max(world.replicas[REGISTRY].date, event["day"])
        else:
            replay_export(world, event, 2 * i > len(events), plant)


def check_history(folder: str, to_the_letter: bool, plant: Optional[plants.Plant]) -> Counter[tuple[str, str]]:
    """Checks every export of a history; raises Broken."""
    with open(os.path.join(folder, "programme.json"), encoding="utf-8") as source:
        programme = Programme(json.load(source), to_the_letter)
    with open(os.path.join(folder, "facts.json"), encoding="utf-8") as source:
        facts = json.load(source)
    world = World(folder, programme)
    for device in facts["devices"]:
        world.replicas[device["name"]] = replica_of(device, programme)
    replay(world, facts["events"], plant)
    return world.counts


# ---------------------------------------------------------------------------
# Seeds


@dataclass(frozen=True)
class Job:
    """One seed."""

    make: str
    seed: int
    bug: int = 0
    plant: str = ""
    keep: str = ""
    to_the_letter: bool = False


@dataclass(frozen=True)
class Answer:
    """What came of a seed."""

    job: Job
    counts: Counter[tuple[str, str]]
    claim: str = ""                         # that is broken
    why: str = ""
    planted: bool = False


def run(job: Job) -> Answer:
    """Makes the history of a seed and checks it."""
    room = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="satchel-programmes-", dir=room)
    plant = plants.ALL[job.plant]() if job.plant else None
    try:
        subprocess.run([job.make, folder, str(job.seed)] + ([str(job.bug)] if job.bug else []), check=True)
        claim, why = "", ""
        counts: Counter[tuple[str, str]] = Counter()
        try:
            counts = check_history(folder, job.to_the_letter, plant)
        except Broken as broken:
            claim, why = broken.claim, f"{broken.claim}: {broken}"
        return Answer(job, counts, claim, why, plant is not None and plant.done)
    finally:
        if job.keep:
            shutil.copytree(folder, os.path.join(job.keep, str(job.seed)), dirs_exist_ok=True)
        shutil.rmtree(folder)


def figures(counts: Counter[tuple[str, str]]) -> list[str]:
    """A line for each role."""
    lines = []
    for role in sorted({role for role, _ in counts}):
        of = {what: number for (r, what), number in sorted(counts.items()) if r == role}
        lines.append(f"{role}: " + ", ".join(f"{number} {what}" for what, number in of.items()))
    return lines


# Of a hundred programmes, how much of what has to be seen at least: by each role that is told, ...
FLOORS: dict[str, float] = {
    "bundles": 130, PERMITTED: 1400, SUSPENDED: 350, ERASED: 25, "details permitted": 1000, "details suspended": 90,
    "details erased": 110, "decisions concerned": 1000, "tombstones": 50, "texts allowed": 1100}
# ... of yeses, by what they rest on, and of what is withheld, by what alone stands in its way.
FLOORS_OF_ALL: dict[str, dict[str, float]] = {
    "permitted": {
        "a person's yes": 2700, "a community's yes": 1400, "a guardian's yes": 80, "a later yes": 70,
        "several yeses": 150, "a yes with an end": 200, "a yes to a role": 90, "a yes to an audience": 40,
        "a yes that leaves others out": 80, "a yes under a new notice": 1000},
    "withheld": {
        "not asked": 1200, "said no": 300, "time over": 45, "other recipients": 120, "withheld from": 25,
        "old notice": 5, "guardian": 50, "come of age": 4, "mourned": 65, "not stated": 1,
        "community not asked": 400, "community said no": 190, "community time over": 20,
        "community other recipients": 60, "community withheld from": 15},
}


def under_floors(counts: Counter[tuple[str, str]], programmes: int) -> list[str]:
    """What was hardly exercised."""
    floors = {**{role: FLOORS for role in sorted(ROLES)}, **FLOORS_OF_ALL}
    return [f"{who}: only {counts[who, what]} {what}" for who, of in floors.items() for what, floor in of.items()
            if counts[who, what] < floor * programmes / 100]


def check_seeds(options: argparse.Namespace) -> int:
    """Every claim for every seed."""
    first, number = options.seeds
    jobs = [Job(options.make, seed, options.bug, "", options.keep, options.to_the_letter)
            for seed in range(first, first + number)]
    # A planted bug ends the run when it is found, but never while others are at work.
    stride = options.jobs if options.bug else number
    counts: Counter[tuple[str, str]] = Counter()
    failed = 0
    with multiprocessing.Pool(options.jobs) as pool:
        for at in range(0, number, stride):
            for answer in pool.imap(run, jobs[at:at + stride]):
                counts.update(answer.counts)
                if answer.claim:
                    failed += 1
                    print(f"seed {answer.job.seed}: {answer.why}", flush=True)
            if failed and options.bug:
                print(f"planted bug {options.bug} is found")
                return 0
    print("\n".join([f"{number} programmes from seed {first}, {failed} failed"] + figures(counts)))
    low = [] if options.no_floors else under_floors(counts, number)
    print("\n".join(low), end="\n" if low else "")
    return 1 if failed or low or options.bug else 0


def check_plant(options: argparse.Namespace, name: str) -> bool:
    """Whether a plant is found, as the claim that it breaks, in the first seed that has room for it."""
    for seed in range(options.seeds[0], options.seeds[0] + options.seeds[1]):
        answer = run(Job(options.make, seed, plant=name))
        if answer.planted:
            found = answer.claim == plants.ALL[name].breaks
            print(f"{name}: {'found' if found else 'NOT FOUND'} at seed {seed}: {answer.why or 'nothing'}", flush=True)
            return found
    print(f"{name}: no seed has room for it")
    return False


def main() -> int:
    """Prints figures; 0 when everything holds."""
    parser = argparse.ArgumentParser(description="Check bundles against the consent of random histories.")
    parser.add_argument("make")
    parser.add_argument("--seeds", type=int, nargs=2, default=[1, 300], metavar=("FIRST", "COUNT"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--bug", type=int, default=0)
    parser.add_argument("--planted", nargs="?", const="all")
    parser.add_argument("--keep", default="")
    parser.add_argument("--no-floors", action="store_true")
    parser.add_argument("--to-the-letter", action="store_true")
    options = parser.parse_args()
    if options.planted is None:
        return check_seeds(options)
    names = list(plants.ALL) if options.planted == "all" else [options.planted]
    return 0 if all([check_plant(options, name) for name in names]) else 1


if __name__ == "__main__":
    sys.exit(main())
