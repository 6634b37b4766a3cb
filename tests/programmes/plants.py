"""What goes wrong on purpose, so that every claim of check.py is seen to fail.

A plant changes either what the facts say (a later no, say, that the core never heard of, so that what was sent is
now a leak), or what was found in the bundles (a value that is missing).  It does so at one export in the second half of
a history, and says whether there was room for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator, Optional

from model import PERMITTED, PROTOCOL, Concerned, Decision, Field, Json, Replica, Value
from opened import Row, markers

World = Any                    # those of check.py, which imports this
Check = Any

NEVER = "never_agreed"
KEPT = "00000000000000ff-9"    # a record of which nobody was told


class Plant:
    """One thing that goes wrong."""

    breaks = ""                # the claim

    def __init__(self) -> None:
        self.done = False

    def go_wrong(self, world: World, check: Check) -> bool:
        """Does it, if there is room."""
        raise NotImplementedError


def sent(check: Check) -> Iterator[tuple[Row, str, Value]]:
    """Every value in the bundles that was not in earlier ones."""
    for row in check.content.rows:
        for name in row.values:
            value = check.world.values[row.record, name, row.dot]
            if value.key not in check.before:
                yield row, name, value


def told(check: Check) -> Iterator[tuple[str, Json, Decision]]:
    """Every decision in the bundles that was not in earlier ones."""
    for dot, core in check.content.cores.items():
        if dot not in check.before:
            yield dot, core, check.world.decisions[dot]


def names_nobody(world: World, row: Row, name: str) -> bool:
    """Whether whom the record concerns is still told without this value."""
    return world.programme.kinds[row.kind].fields[name].concerns is None


class AtValue(Plant):
    """Goes wrong at the first new value that has room for it."""

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        """Does it to this one, if there is room."""
        raise NotImplementedError

    def go_wrong(self, world: World, check: Check) -> bool:
        return any(self.alter(world, check, *found) for found in sent(check))


class AtDecision(Plant):
    """Goes wrong at the first new decision that has room for it."""

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        """Does it to this one, if there is room."""
        raise NotImplementedError

    def go_wrong(self, world: World, check: Check) -> bool:
        return any(self.alter(world, check, *found) for found in told(check))


def asked(check: Check, value: Value) -> Optional[tuple[Concerned, str]]:
    """Somebody who had to permit a value, and a purpose."""
    programme = check.world.programme
    for who in sorted(check.sender.concerned[value.record]):
        for purpose in sorted(programme.kinds[value.kind].fields[value.name].needs):
            if programme.decides(who, purpose):
                return who, purpose
    return None


def say(sender: Replica, subject: str, purpose: str, event: str, final: bool,
        recipients: frozenset[str] = frozenset()) -> None:
    """A decision that nobody but the facts knows."""
    sender.decide(Decision("0-1", "", sender.name, subject, purpose, event, False, final, 0, recipients, frozenset(), 0,
                           {}, 0))


def label(check: Check, record: str) -> str:
    """Keeps a record from everybody."""
    say(check.sender, record, PROTOCOL, "given", False, frozenset(["nobody"]))
    return record


class LaterNo(AtValue):
    """Somebody said no to what was sent."""

    breaks = "permitted"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        found = asked(check, value)
        if found is not None:
            say(check.sender, found[0][1], found[1], "refused", False)
            return True
        return False


class TakenBack(AtValue):
    """Somebody took back for ever what was sent."""

    breaks = "taken back"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        found = asked(check, value)
        if found is not None and found[0] in value.stated:
            say(check.sender, found[0][1], found[1], "withdrawn", True)
            return True
        return False


class AnotherNeed(AtValue):
    """A field needs one purpose more, to which nobody was ever asked."""

    breaks = "permitted"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        if any(who[0] == "person" for who in check.sender.concerned[value.record]):
            fields = world.programme.kinds[row.kind].fields
            fields[name] = replace(fields[name], needs=fields[name].needs | {NEVER})
            world.programme.notice[NEVER] = 0
            return True
        return False


class Erased(AtValue):
    """A record was erased, and sent."""

    breaks = "erased record"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        check.sender.erased.add(row.record)
        return True


class Overwritten(AtValue):
    """A value was overwritten, and sent."""

    breaks = "current"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        check.sender.write(row.record, row.kind, "0-2", {name: value.content})
        return True


class Altered(AtValue):
    """A value is another than was written."""

    breaks = "written"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        if isinstance(value.content, str):
            row.values[name] = value.content + "."
            return True
        return False


class Foreign(AtValue):
    """A laptop brings what another wrote."""

    breaks = "brought"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        if check.sender.role != "registry":
            value.at = "registry"
            return True
        return False


class Missing(AtValue):
    """A value that is permitted is not there."""

    breaks = "complete"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        if names_nobody(world, row, name) and row.statement is None and len(row.values) > 1:
            del row.values[name]
            return True
        return False


class Blanked(AtValue):
    """A value is blank that nobody took back."""

    breaks = "blank"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        if names_nobody(world, row, name):
            del row.values[name]
            row.blank.append(name)
            return True
        return False


class Unnamed(AtValue):
    """A record comes without somebody whom it concerns."""

    breaks = "concerned"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        check.sender.concerned[row.record].add(("person", "0-3"))
        if all(check.sender.answer(v, check.to) == PERMITTED for r, _, v in sent(check) if r.record == row.record):
            return True
        check.sender.concerned[row.record].discard(("person", "0-3"))
        return False


class Unstated(AtValue):
    """A write states another episode than it was written under."""

    breaks = "stated"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        for who in row.states():
            row.statement = {**row.states(), who: {**row.states()[who], "purpose_0": 77}}
            return True
        return False


class Uncovered(AtValue):
    """A write lies under more than it did."""

    breaks = "past"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        row.past.append("0-5")
        return True


class Unneeded(AtValue):
    """A column does not say what it needs."""

    breaks = "needs"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        if row.heads[name]["purposes"]:
            row.heads[name]["purposes"] = []
            return True
        return False


class Misplaced(AtDecision):
    """A decision stands in another episode."""

    breaks = "decided"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        core["episode"] += 1
        return True


class Unbased(AtDecision):
    """A decision supersedes less than it did."""

    breaks = "decided"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        if core["supersedes"]:
            core["supersedes"].pop()
            return True
        return False


class Unheard(Plant):
    """A decision about somebody concerned is not there."""

    breaks = "decisions complete"

    def go_wrong(self, world: World, check: Check) -> bool:
        concerned = {who[1] for _, _, value in sent(check) for who in check.sender.concerned[value.record]}
        # The last one of a chain, so that nothing hangs on its name.
        named = {name for core in check.content.cores.values() for name in core["supersedes"]}
        for dot, core, decision in told(check):
            details = check.sender.details_answer(decision, check.to)
            if decision.subject in concerned and core["name"] not in named and details != PERMITTED:
                del check.content.cores[dot]
                return True
        return False


class Overheard(AtDecision):
    """A detail needs one purpose more, to which nobody was ever asked."""

    breaks = "details"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        if core["mode"] and decision.details and decision.purpose not in world.programme.collective:
            name = sorted(decision.details)[0]
            what = world.programme.details.get(name, Field("text", frozenset(), False, None))
            world.programme.details = {**world.programme.details, name: replace(what, needs=what.needs | {NEVER})}
            world.programme.notice[NEVER] = 0
            return True
        return False


class Misheard(AtDecision):
    """A detail is another than was said."""

    breaks = "details"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        if core["mode"] and decision.details:
            core["details"][sorted(decision.details)[0]] += "."
            return True
        return False


class Untold(AtDecision):
    """Details that are permitted are not there."""

    breaks = "details complete"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        if core["mode"] and ("details", dot) not in check.before:
            core["mode"] = 0
            return True
        return False


class Unburied(Plant):
    """A tombstone is missing."""

    breaks = "tombstones complete"

    def go_wrong(self, world: World, check: Check) -> bool:
        for record in sorted(check.content.tombstones):
            if ("erased", record) not in check.before:
                check.content.tombstones.discard(record)
                check.content.under = {one for one in check.content.under if one[0] != record}
                return True
        return False


class Buried(Plant):
    """A tombstone for a record that nobody erased."""

    breaks = "tombstones"

    def go_wrong(self, world: World, check: Check) -> bool:
        check.content.tombstones.add("0-4")
        return True


class Leaked(Plant):
    """The bytes of a text that is withheld stand somewhere in a frame."""

    breaks = "bytes"

    def texts(self, check: Check) -> Iterator[str]:
        """Those that are withheld."""
        for value in check.sender.current():
            if isinstance(value.content, str) and check.sender.answer(value, check.to) != PERMITTED:
                yield value.content

    def go_wrong(self, world: World, check: Check) -> bool:
        for text in self.texts(check):
            for marker in markers(text):
                check.content.plain.append(b"\x01\x02" + marker + b"\x03")
                return True
        return False


class LeakedDetail(Leaked):
    """The same of a detail."""

    def texts(self, check: Check) -> Iterator[str]:
        for decision in check.sender.decisions.by_id.values():
            if check.sender.details_answer(decision, check.to) != PERMITTED:
                yield from decision.details.values()


class LeakedGrave(Leaked):
    """The same of a text of a record that was erased."""

    def texts(self, check: Check) -> Iterator[str]:
        for value in check.world.values.values():
            if value.record in check.sender.erased and isinstance(value.content, str):
                yield value.content


class Unmerged(Plant):
    """A recipient could not merge what it was sent."""

    breaks = "merged"

    def go_wrong(self, world: World, check: Check) -> bool:
        check.merged = False
        return bool(check.recipient.replies)


class Labelled(AtValue):
    """A record was labelled, and sent."""

    breaks = "unseen row"
    steps = 0                  # from the record to what is labelled

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        for one, steps in sorted(check.sender.above(row.record).items()):
            if steps == self.steps:
                label(check, one)
                return True
        return False


class LabelledAbove(Labelled):
    """What a record refers to was labelled."""

    steps = 1


class LabelledFarAbove(Labelled):
    """The same of what that refers to."""

    steps = 2


def is_alone(check: Check, record: str) -> bool:
    """Whether nothing but one entry of the bundles is about a record, and nothing of it was ever told."""
    return not check.is_known_there(record) and all(
        record not in check.sender.above(row.record) for row in check.content.rows)


class LabelledSubject(AtDecision):
    """Somebody about whom a decision was sent was labelled."""

    breaks = "unseen decision"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        return is_alone(check, decision.subject) and bool(label(check, decision.subject))


class LabelledGrave(Plant):
    """A record was labelled before it was erased, and its tombstone was sent."""

    breaks = "unseen tombstone"

    def go_wrong(self, world: World, check: Check) -> bool:
        subjects = {core["subject"] for core in check.content.cores.values()}
        for record in sorted(check.content.tombstones - subjects):
            if is_alone(check, record):
                return bool(label(check, record))
        return False


class Kept(AtValue):
    """A record is missing under a label that lets it through."""

    breaks = "complete"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        labels = check.sender.labels_of(row.record)
        if any("a label for the recipient" in check.sender.decisions.label_grounds(one, check.to) for one in labels):
            check.content.rows = [other for other in check.content.rows if other.record != row.record]
            return True
        return False


class Gapped(AtValue):
    """Beside what was sent something was written under a label."""

    breaks = "gap"

    def alter(self, world: World, check: Check, row: Row, name: str, value: Value) -> bool:
        beside = row.dot.split("-")[0] + "-0"
        world.note(check.sender.name, beside, label(check, KEPT), frozenset([KEPT]))
        return True


class Receipted(Plant):
    """A receipt is for an erasure under a label."""

    breaks = "unseen receipt"

    def go_wrong(self, world: World, check: Check) -> bool:
        world.erasures["planted"] = label(check, KEPT)
        check.sender.note_erasure("planted", KEPT)
        check.content.receipts["planted"] = ["planted"]
        return True


class Unreceipted(Plant):
    """A receipt is missing."""

    breaks = "receipts complete"

    def go_wrong(self, world: World, check: Check) -> bool:
        check.sender.receipts["planted"] = ["planted"]
        return True


class Asked(Plant):
    """An ask names a record under a label."""

    breaks = "unseen ask"

    def go_wrong(self, world: World, check: Check) -> bool:
        check.content.asks.add(label(check, KEPT))
        return True


class Timed(Plant):
    """A moment is that of a write under a label."""

    breaks = "unseen moment"

    def go_wrong(self, world: World, check: Check) -> bool:
        world.note(check.sender.name, KEPT, label(check, KEPT), frozenset([KEPT]))
        check.content.moments.add(KEPT)
        return True


class Named(Plant):
    """An incarnation is named that wrote nothing that is told."""

    breaks = "unseen name"

    def go_wrong(self, world: World, check: Check) -> bool:
        check.content.names.add("ff" * 8)
        return True


class Unheld(AtDecision):
    """Who holds something of a record under a label does not hear what was decided about it."""

    breaks = "held"

    def alter(self, world: World, check: Check, dot: str, core: Json, decision: Decision) -> bool:
        if decision.subject in check.went and check.sender.sight(decision.subject, check.to):
            del check.content.cores[dot]
            return True
        return False


class Misburied(Plant):
    """A tombstone names a label under which the record did not stand."""

    breaks = "under"

    def go_wrong(self, world: World, check: Check) -> bool:
        for record in sorted(check.content.tombstones):
            check.content.under.add((record, "0-8"))
            return True
        return False


ALL: dict[str, type[Plant]] = {plant.__name__: plant for plant in (
    LaterNo, TakenBack, AnotherNeed, Erased, Overwritten, Altered, Foreign, Missing, Blanked, Unnamed, Unstated,
    Uncovered, Unneeded, Misplaced, Unbased, Unheard, Overheard, Misheard, Untold, Unburied, Buried, Leaked,
    LeakedDetail, LeakedGrave, Unmerged, Labelled, LabelledAbove, LabelledFarAbove, LabelledSubject, LabelledGrave,
    Kept, Gapped, Receipted, Unreceipted, Asked, Timed, Named, Unheld, Misburied)}
