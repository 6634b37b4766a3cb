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
from typing import Any, Iterable, Optional

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import plants                  # noqa: E402
from model import (ERASED, IN_MOURNING, PERMITTED, REGISTRY, ROLES, SUSPENDED, Decision, Json,  # noqa: E402
                   Programme, Recipient, Replica, Value, Weighed, decision_of)
from opened import MARKER, Content, Row, Unopened, markers, open_all, tombstone_name      # noqa: E402


class Broken(Exception):
    """A claim that does not hold."""

    def __init__(self, claim: str, why: str) -> None:
        super().__init__(why)
        self.claim = claim


@dataclass(frozen=True)
class Written:
    """Under which labels something was written, as its writer knew, and what it is about."""

    at: str
    record: str
    labels: frozenset[str]
    decided: bool


@dataclass
class World:
    """A history as far as it was replayed."""

    folder: str
    programme: Programme
    replicas: dict[str, Replica] = field(default_factory=dict)
    values: dict[tuple[str, str, str], Value] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)       # by dot
    erasures: dict[str, str] = field(default_factory=dict)          # names in receipts, and what they are about
    heard: dict[str, set[str]] = field(default_factory=dict)        # every dot that a recipient was told, by anybody
    highest: dict[str, Counter[str]] = field(default_factory=dict)  # and up to which counter, by incarnation
    day: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, at: str, dot: str, record: str, labels: frozenset[str], decided: bool = False) -> None:
        """Something was written, or decided."""
        self.written[dot] = Written(at, record, labels, decided)
        self.erasures[tombstone_name(record)] = record

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
        self.to = Recipient(recipient.words, max(world.day, sender.date), sender.date)
        self.before = sender.told.setdefault(recipient.name, set()) if recipient.replies else set()
        self.went = sender.went.setdefault(recipient.name, set())
        self.named = sender.named.setdefault(recipient.name, set())
        self.hidden: dict[str, set[str]] = {}
        self.known: dict[str, bool] = {}
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
        self.no_row_of_what_is_unseen()
        self.no_decision_about_what_is_unseen()
        self.no_tombstone_of_what_is_unseen()
        self.nothing_else_about_what_is_unseen()
        self.no_name_of_what_wrote_nothing_else()
        self.no_gap_where_records_were_labelled_as_they_were_made()
        self.nothing_but_permitted_values()
        self.every_permitted_value()
        self.decisions_as_they_were_made()
        self.details_only_where_permitted()
        self.every_decision_about_whoever_is_concerned()
        self.tombstones_of_what_was_erased()
        self.what_is_left_to_who_holds_something()
        self.every_receipt()
        self.no_byte_of_what_is_withheld()
        if self.recipient.replies and not self.merged:
            raise Broken("merged", "the recipient could not take them in")
        self.count("exports")
        self.count("bundles", self.content.bundles)

    # -- labels

    def unseen(self, record: str) -> set[str]:
        """What labels put in the recipient's way."""
        if record not in self.hidden:
            self.hidden[record] = self.sender.sight(record, self.to)
        return self.hidden[record]

    def is_known_there(self, record: str) -> bool:
        """Whether something of a record, or of what derives from it, went to the recipient or came from there."""
        if record not in self.known:
            self.known[record] = record in self.named or any(record in self.sender.above(one) for one in self.went)
        return self.known[record]

    def no_row_of_what_is_unseen(self) -> None:
        """Of no record under a label that leaves the recipient out is there a row."""
        for row in self.content.rows:
            if self.unseen(row.record):
                raise Broken("unseen row", f"{row.kind} {row.record}: {sorted(self.unseen(row.record))}")
        records = self.sender.created | self.sender.erased | set(self.sender.concerned)
        unseen = {record for record in records if self.unseen(record)}
        self.count("unseen records", len(unseen))
        for record in unseen:
            above = self.sender.above(record)
            steps = min(above[one] for one in above if self.sender.decisions.label_obstacles(one, self.to))
            self.world.counts["unseen", f"over {min(steps, 3)} steps"] += 1
            self.world.counts["unseen", "people and communities"] += any(
                who[1] == record for who in self.sender.concerned.get(record, ()))
            self.world.counts["unseen", "erased"] += record in self.sender.erased
            self.world.counts["unseen", "known there"] += record in self.went
            for why in self.unseen(record):
                self.world.counts["unseen", why] += 1

    def no_decision_about_what_is_unseen(self) -> None:
        """No decision is about a record that is not seen, unless something of it went there or came from there, and
        then it has no details."""
        for dot, core in self.content.cores.items():
            subject = core["subject"]
            if self.unseen(subject) and (not self.is_known_there(subject) or core["mode"]):
                raise Broken("unseen decision", f"{dot} about {subject}: {core['purpose']}")

    def no_tombstone_of_what_is_unseen(self) -> None:
        """No tombstone is of a record that is not seen, unless something of it went there or came from there.  It says
        under which labels the record stood, to who may hear of these."""
        for record in self.content.tombstones:
            if self.unseen(record) and not self.is_known_there(record):
                raise Broken("unseen tombstone", record)
        for record, label in self.content.under:
            if self.unseen(label) and not self.is_known_there(label):
                raise Broken("unseen tombstone", f"{record} stood under {label}")
            if record not in self.content.tombstones or label not in self.sender.under.get(record, ()):
                raise Broken("under", f"{record} did not stand under {label}")
        for record in self.content.tombstones:
            for label in self.sender.surely_under.get(record, ()):
                self.count("tombstones under labels")
                if not self.unseen(label) and (record, label) not in self.content.under:
                    raise Broken("under", f"{record} stood under {label}")

    def nothing_else_about_what_is_unseen(self) -> None:
        """No receipt is for the erasure of a record that is not seen, or of something about it, no ask names it and no
        moment its writes."""
        for statement, names in self.content.receipts.items():
            for name in names:
                if self.is_unseen_erasure(name):
                    raise Broken("unseen receipt", f"{statement} for {self.world.erasures[name]}")
        for record in self.content.asks:
            self.count("asks")
            if self.unseen(record) and not self.is_known_there(record):
                raise Broken("unseen ask", record)
        for dot in self.content.moments:
            written = self.world.written.get(dot)
            if written is not None and self.unseen(written.record) and self.is_kept_by(written.labels) and \
                    not written.labels & self.let_out().get(parted(dot)[0], set()):
                raise Broken("unseen moment", f"{dot} of {written.record}")

    def let_out(self) -> dict[str, set[str]]:
        """Incarnations under which something was written under labels that was let out since, and those labels."""
        heard = self.world.heard.setdefault(self.recipient.name, set()) | self.dots()
        found: dict[str, set[str]] = {}
        for dot in heard:
            if dot in self.world.written and not self.world.written[dot].decided:
                found.setdefault(parted(dot)[0], set()).update(self.world.written[dot].labels)
        return found

    def is_kept_by(self, labels: Iterable[str]) -> bool:
        """Whether one of these labels leaves the recipient out now."""
        return any(self.sender.decisions.label_obstacles(label, self.to) for label in labels)

    def is_unseen_erasure(self, name: str) -> bool:
        """Whether something was erased that the recipient does not see, and stood under a label then already: nothing
        can be taken out of a receipt that was signed before."""
        record = self.world.erasures.get(name)
        return (record is not None and bool(self.unseen(record) and self.sender.erased_under.get(name))
                and not self.is_known_there(record))

    def dots(self) -> set[str]:
        """Every dot that these bundles tell for a reason of its own."""
        found = self.content.tombstones | self.content.asks | set(self.content.cores)
        found |= {label for _, label in self.content.under} | {core["subject"] for core in self.content.cores.values()}
        for row in self.content.rows:
            found |= {row.record, row.dot, *row.past, *row.refers()} | {who[1] for who in row.everybody()}
        return {dot for dot in found if "-" in dot}

    def no_name_of_what_wrote_nothing_else(self) -> None:
        """No incarnation is named but for what is told."""
        names = {dot.split("-")[0] for dot in self.dots() | self.content.moments} | self.content.present
        heard = self.sender.heard.setdefault(self.recipient.name, set())
        for name in self.content.names - names - heard:
            raise Broken("unseen name", name)
        self.count("incarnations", len(self.content.names))

    def no_gap_where_records_were_labelled_as_they_were_made(self) -> None:
        """The recipient hears of no counter that something has which was written under a label that keeps it from the
        recipient.  It may hear of those of a record about which it is told, and of those beside a write that was let
        out since."""
        heard = self.world.heard.setdefault(self.recipient.name, set()) | self.dots()
        highest = self.world.highest.setdefault(self.recipient.name, Counter())
        for name, counter in [*self.content.highest.items(), *map(parted, self.dots())]:
            highest[name] = max(counter, highest[name])
        beside = self.let_out()
        known = set().union(*(r.named.get(self.recipient.name, ()) for r in self.world.replicas.values()))
        for dot, written in self.world.written.items():
            name, counter = parted(dot)
            if dot in heard or counter > highest[name] or written.at == self.recipient.name:
                continue
            if not self.unseen(written.record) or self.is_known_there(written.record) or written.record in known:
                continue
            self.count("gaps looked at")
            if self.is_kept_by(written.labels) and not written.labels & beside.get(name, set()):
                raise Broken("gap", f"{dot} of {written.record} under {sorted(written.labels)}")

    def was_moved_out(self, record: str) -> bool:
        """Whether a write took a record out from under a label that kept it from the recipient.  What was decided about
        it before is not sent then (README.md, What the core does not do)."""
        return bool(self.sender.kept.get(self.recipient.name, {}).get(record, set()) - set(self.sender.above(record)))

    def what_is_left_to_who_holds_something(self) -> None:
        """Who has something of a record, or brought it, hears what is decided about it, seen or not."""
        for decision in self.sender.decisions.by_id.values():
            if self.unseen(decision.subject):
                self.count("decisions unseen")
                if decision.subject in self.went and self.brings(decision.at):
                    self.count("decisions held")
                    if self.due(decision.id):
                        raise Broken("held", f"{decision.id} about {decision.subject}: {decision.purpose}")

    def every_receipt(self) -> None:
        """Every receipt goes to whoever sees all that it is for."""
        self.now |= {("receipt", statement) for statement in self.content.receipts}
        for statement, names in {**self.sender.receipts, **self.content.receipts}.items():
            unseen = any(name in self.world.erasures and self.unseen(self.world.erasures[name]) for name in names)
            self.count("receipts unseen" if unseen else "receipts")
            moved = any(self.was_moved_out(self.world.erasures[name]) for name in names if name in self.world.erasures)
            if not unseen and not moved and self.due(("receipt", statement)):
                raise Broken("receipts complete", statement)

    def is_over(self) -> None:
        """Writes down what the recipient was told now."""
        rows = {row.record for row in self.content.rows}
        subjects = {core["subject"] for core in self.content.cores.values()}
        self.went |= rows
        self.named |= rows | subjects | self.content.tombstones
        for row in self.content.rows:
            self.named |= row.refers() | {who[1] for who in row.everybody()}
        self.sender.heard.setdefault(self.recipient.name, set()).update(self.content.names)
        self.sender.receipts.update(self.content.receipts)
        self.world.heard.setdefault(self.recipient.name, set()).update(self.dots())
        kept = self.sender.kept.setdefault(self.recipient.name, {})
        for record in self.sender.created | set(self.sender.concerned):
            labels = {one for one in self.sender.above(record) if self.sender.decisions.label_obstacles(one, self.to)}
            if labels:
                kept.setdefault(record, set()).update(labels)

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
            raise Broken("concerned", f"{row.kind} {row.record}: {sorted(told)} and not "
                                      f"{sorted(self.sender.concerned.get(row.record, ()))}")
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
            self.count_value(value.record, weighed)
            if weighed.answer != PERMITTED:
                continue
            self.allow(value.content)
            if self.brings(value.at) and self.due(value.key):
                raise Broken("complete", f"{value.kind} {value.record}, {value.name} of {value.dot} is missing")

    def count_value(self, record: str, weighed: Weighed) -> None:
        """A value by its answer, by what it rests on, and by what alone stands in its way."""
        self.count("values")
        self.count(weighed.answer)
        for ground in weighed.grounds if weighed.answer == PERMITTED else ():
            self.world.counts["permitted", ground] += 1
        if weighed.answer == PERMITTED:
            for label in self.sender.labels_of(record):
                for ground in self.sender.decisions.label_grounds(label, self.to):
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
        names = {decision.name: dot for dot, decision in self.world.decisions.items()}
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
                "stated": stated, "name": decision.name}
            for member, value in wanted.items():
                if core[member] != value:
                    raise Broken("decided", f"{dot}: {member} is {core[member]!r} and not {value!r}")
            if {names.get(name) for name in core["supersedes"]} != decision.supersedes:
                raise Broken("decided", f"{dot} supersedes {core['supersedes']}")
            self.now.add(dot)

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
            if self.was_moved_out(decision.subject):
                self.count("decisions of what was moved out")
                continue
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
                if near and not self.was_moved_out(decision.subject):
                    raise Broken("decisions complete", f"{decision.id} about {decision.subject}")
                self.count("decisions beside, left out")

    # -- erasures and bytes

    def tombstones_of_what_was_erased(self) -> None:
        """Everybody who sees it, or has something of it, is told of every record that was erased, and of no other."""
        for record in self.content.tombstones:
            if record not in self.sender.erased:
                raise Broken("tombstones", f"{record} was not erased")
            self.now.add(("erased", record))
        for record in self.sender.erased:
            if self.unseen(record) and record not in self.went:
                self.count("tombstones unseen")
                continue
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


def parted(dot: str) -> tuple[str, int]:
    """Incarnation and counter."""
    name, counter = dot.split("-")
    return name, int(counter)


def greatest(dots: frozenset[str]) -> set[str]:
    """Of the dots of each incarnation the greatest, which stands for those below."""
    latest: dict[str, int] = {}
    for name, counter in map(parted, dots):
        latest[name] = max(counter, latest.get(name, 0))
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
    # Labels that come with an erasure are not known yet when it is carried out.
    for dot in content.cores:
        if world.decisions[dot].final:
            recipient.note_erasure(world.decisions[dot].name[:32], world.decisions[dot].subject)
    # What is above a label, as far as it is known here, is above what stood under it.
    for record, label in content.under:
        recipient.under.setdefault(record, set()).add(label)
    for record in content.tombstones:
        recipient.note_erasure(tombstone_name(record), record)
        recipient.surely_under.setdefault(record, set(recipient.labels_of(record)))
    for dot, core in content.cores.items():
        recipient.decisions.add(world.decisions[dot])
        if core["mode"]:
            recipient.details.add(dot)
    for record in content.tombstones:
        recipient.erase(record)
        recipient.surely_under[record] |= {label for of, label in content.under if of == record}
    sender.told.setdefault(recipient.name, set()).update(check.now)
    told = recipient.told.setdefault(sender.name, set())
    told |= check.now
    for record in content.asks:
        told -= {key for key in told if isinstance(key, tuple) and key[0] == record}
    came = recipient.went.setdefault(sender.name, set())
    recipient.named.setdefault(sender.name, set()).update(check.named)
    recipient.receipts.update(content.receipts)
    by_record: dict[str, list[Row]] = {}
    for row in content.rows:
        by_record.setdefault(row.record, []).append(row)
    for record, rows in by_record.items():
        if take_record(world, recipient, record, rows):
            came.add(record)


def take_record(world: World, recipient: Replica, record: str, rows: list[Row]) -> bool:
    """What the recipient makes of one record: nothing when a label keeps it from the recipient itself."""
    values = [world.values[record, name, row.dot] for row in rows for name in [*row.values, *row.blank]]
    who = {one for row in rows for one in row.everybody()}
    if record not in recipient.erased and all(v in recipient.values.get(v.key[:2], ()) for v in values):
        recipient.names(record, who)        # there is nothing to decline
    if record in recipient.erased:
        return False
    if recipient.is_kept_from_here(record, values, who):
        world.counts["unseen", "declined"] += 1
        if record in recipient.created:
            recipient.names(record, who)    # which may only hide more of what is here
        return False
    if any(row.dot == record or "-" not in record for row in rows):
        recipient.created.add(record)
    recipient.names(record, who)
    recipient.admit(values)
    return True


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
    check.is_over()
    if recipient.replies:
        take(world, sender, recipient, content, check)


def replay(world: World, events: list[Json], plant: Optional[plants.Plant]) -> None:
    """Does everything again, in the model."""
    for i, event in enumerate(events):
        if event["do"] == "write":
            former = world.replicas[event["at"]].labels_of(event["record"])
            for value in world.replicas[event["at"]].write(event["record"], event["kind"], event["dot"],
                                                           event["fields"]):
                world.values[value.key] = value
            labels = former | ({event["record"]} if event["labelled"] else set())
            world.note(event["at"], event["dot"], event["record"],
                       world.replicas[event["at"]].labels_of(event["record"]) | labels)
        elif event["do"] == "erase":
            world.replicas[event["at"]].erase(event["record"])
            world.replicas[event["at"]].note_erasure(tombstone_name(event["record"]), event["record"])
        elif event["do"] == "decide":
            for fact in event["decisions"]:
                decision = decision_of(fact, event["at"])
                world.decisions[decision.id] = decision
                world.replicas[event["at"]].decide(decision)
                labels = world.replicas[event["at"]].labels_of(decision.subject)
                world.note(event["at"], decision.id, decision.subject, labels, True)
                world.erasures[decision.name[:32]] = decision.subject
                if decision.final:
                    world.replicas[event["at"]].note_erasure(decision.name[:32], decision.subject)
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
    "details erased": 110, "decisions concerned": 1000, "tombstones": 50, "texts allowed": 1100, "unseen records": 180,
    "decisions unseen": 400, "tombstones unseen": 18, "tombstones under labels": 3, "receipts unseen": 30,
    "decisions held": 4, "gaps looked at": 40}
# ... of yeses, by what they rest on, of what is withheld, by what alone stands in its way, and of unseen records.
FLOORS_OF_ALL: dict[str, dict[str, float]] = {
    "permitted": {
        "a person's yes": 2700, "a community's yes": 1400, "a guardian's yes": 80, "a later yes": 70,
        "several yeses": 150, "a yes with an end": 200, "a yes to a role": 90, "a yes to an audience": 40,
        "a yes that leaves others out": 80, "a yes under a new notice": 1000, "a label for the recipient": 1000,
        "a label for everybody": 150, "a label that ended": 1300, "an embargo that ended": 350, "several labels": 10},
    "withheld": {
        "not asked": 1200, "said no": 300, "time over": 45, "other recipients": 120, "withheld from": 25,
        "old notice": 5, "guardian": 50, "come of age": 4, "mourned": 65, "not stated": 1,
        "community not asked": 400, "community said no": 190, "community time over": 20,
        "community other recipients": 60, "community withheld from": 15, "labelled": 1500, "labelled until a day": 400,
        "not copied": 150, "not copied until a day": 60},
    "unseen": {
        "over 0 steps": 900, "over 1 steps": 450, "over 2 steps": 160, "over 3 steps": 35, "erased": 150,
        "people and communities": 1000, "known there": 300, "declined": 3, "labelled": 1000,
        "labelled until a day": 300, "not copied": 250, "not copied until a day": 50},
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
