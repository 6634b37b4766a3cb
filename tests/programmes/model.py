"""What consent makes of a history: a model that is simple, slow, and knows no C.

Written from README.md, the headers permission.h, gate.h, protocol.h, apart.h, details.h, programme.h, merge.h and dot.h
in core/, and sync/FORMAT.md.  It knows replicas as sets of what each has heard; values lie in a record side by side
until one is written by somebody who knew the other.

The life cycle (which event may follow which) is not in it: a decision out of turn is refused where it is recorded, by
whoever holds all that it follows, so none of those in a history is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Optional

Json = dict[str, Any]
Concerned = tuple[str, str]                 # "person" or "community", and the record
Stated = Mapping[Concerned, Mapping[str, int]]

PERMITTED, SUSPENDED, ERASED = "permitted", "suspended", "erased"
HAS_GUARDIAN, IN_MOURNING, PROTOCOL = "has_guardian", "in_mourning", "protocol"
STATES = (HAS_GUARDIAN, IN_MOURNING, PROTOCOL)
DO_NOT_COPY = "do_not_copy"
YES = ("given", "renewed")
REGISTRY = "registry"
ROLES = frozenset([REGISTRY, "facilitator", "community", "auditor"])


# ---------------------------------------------------------------------------
# Programmes


@dataclass(frozen=True)
class Field:
    """A field, or a detail of decisions."""

    type: str
    needs: frozenset[str]
    mourned: bool
    concerns: Optional[str]                 # as what whom it names is concerned


@dataclass(frozen=True)
class Kind:
    """A kind of records."""

    name: str
    what: Optional[str]                     # person, community or nobody
    fields: Mapping[str, Field]


class Programme:
    """A programme as programme.h describes it."""

    def __init__(self, document: Json, to_the_letter: bool = False) -> None:
        self.to_the_letter = to_the_letter
        self.notice = {p["name"]: p.get("notice", 0) for p in document["purposes"]}
        self.collective = {p["name"] for p in document["purposes"] if p.get("collective")}
        whats = {k["name"]: "person" if k.get("person") else "community" if k.get("community") else None
                 for k in document["kinds"]}
        self.kinds: dict[str, Kind] = {}
        self.details: Mapping[str, Field] = {}
        for kind in document["kinds"]:
            fields = {f["name"]: Field(f["type"], frozenset(f.get("needs", ())), bool(f.get("mourned")),
                                       whats.get(f.get("of")) if f.get("concerns", True) else None)
                      for f in kind["fields"]}
            if kind.get("decisions"):
                self.details = fields
            else:
                self.kinds[kind["name"]] = Kind(kind["name"], whats[kind["name"]], fields)

    def decides(self, who: Concerned, purpose: str) -> bool:
        """Whether somebody is asked about a purpose: communities about collective ones, persons about others."""
        return (who[0] == "community") == (purpose in self.collective)

    def asks(self, who: Concerned, purpose: str, known: Decisions) -> bool:
        """Whether what somebody said about a purpose counts.  The documents ask a person for no purpose of communities
        and the reverse.  A word that was said all the same is heeded here, which may only hide more, unless they are
        to be taken to the letter."""
        return self.decides(who, purpose) or (not self.to_the_letter and bool(known.of(who[1], purpose)))

    def named(self, kind: str, values: Mapping[str, Any]) -> set[Concerned]:
        """Whom the values of some fields concern, by naming them."""
        found: set[Concerned] = set()
        for name, value in values.items():
            what = self.kinds[kind].fields[name].concerns
            if what is not None and value is not None:
                found |= {(what, one) for one in (value if isinstance(value, list) else [value])}
        return found

    def itself(self, kind: str, record: str) -> set[Concerned]:
        """A record of people or of communities concerns itself."""
        what = self.kinds[kind].what
        return set() if what is None else {(what, record)}

    def refers(self, value: Value) -> set[str]:
        """What a value refers to, whether that is concerned or not."""
        if value.content is None or not self.kinds[value.kind].fields[value.name].type.startswith("reference"):
            return set()
        return set(value.content) if isinstance(value.content, list) else {value.content}


# ---------------------------------------------------------------------------
# What was written and said


@dataclass(eq=False)
class Value:
    """One write to one field.  Content None: the field was cleared."""

    record: str
    kind: str
    name: str
    dot: str
    at: str
    content: Any
    past: frozenset[str] = frozenset()
    stated: Stated = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return self.record, self.name, self.dot


@dataclass(eq=False)
class Decision:
    """One event; episode, supersedes and stated are what the model says that they have to be."""

    id: str
    name: str
    at: str
    subject: str
    purpose: str
    event: str
    guardian: bool
    final: bool
    until: int
    recipients: frozenset[str]
    withheld_from: frozenset[str]
    notice: int
    details: Mapping[str, str]
    claimed_time: int
    episode: int = 0
    supersedes: frozenset[str] = frozenset()
    stated: Mapping[str, int] = field(default_factory=dict)


def decision_of(fact: Json, at: str) -> Decision:
    """A decision from the list of facts."""
    return Decision(fact["id"], fact["name"], at, fact["subject"], fact["purpose"], fact["event"].replace("_", " "),
                    fact["guardian"], fact["final"], fact["until"], frozenset(fact["recipients"].split()),
                    frozenset(fact["withheld_from"].split()), fact["notice"], fact["details"], fact["claimed_time"])


@dataclass(frozen=True)
class Recipient:
    """For whom, and on which day."""

    words: frozenset[str]                   # role and audiences
    today: int
    signed_day: int                         # by the registry alone: what opens goes by it
    own: bool = False                       # a replica itself, to which nothing is copied


# ---------------------------------------------------------------------------
# Permission


class Decisions:
    """All decisions that one replica knows."""

    def __init__(self) -> None:
        self.by_id: dict[str, Decision] = {}
        self.about: dict[str, list[Decision]] = {}

    def add(self, decision: Decision) -> None:
        """Once known, never forgotten."""
        if decision.id not in self.by_id:
            self.by_id[decision.id] = decision
            self.about.setdefault(decision.subject, []).append(decision)

    def of(self, subject: str, purpose: str) -> list[Decision]:
        """Those about one subject and purpose."""
        return [d for d in self.about.get(subject, ()) if d.purpose == purpose]

    def episode(self, subject: str, purpose: str) -> int:
        """The present episode.  A guardian closes those of people only who were ever said to have one."""
        guarded = any(d.event in YES for d in self.of(subject, HAS_GUARDIAN))
        return max((d.episode + 1 for d in self.of(subject, purpose)
                    if d.final and (guarded or not d.guardian)), default=0)

    def heads(self, subject: str, purpose: str, guardian: bool) -> list[Decision]:
        """What nobody supersedes in the present episode of one voice."""
        episode = self.episode(subject, purpose)
        chain = [d for d in self.of(subject, purpose) if d.episode == episode and d.guardian == guardian]
        under = {name for d in chain for name in d.supersedes}
        return [d for d in chain if d.id not in under]

    def in_force(self, subject: str, state: str) -> list[Decision]:
        """Heads that say that a state is in force: they rule over those that do not."""
        return [d for d in self.heads(subject, state, False) if d.event in YES]

    def voice_obstacles(self, subject: str, purpose: str, guardian: bool, notice: int, to: Recipient) -> set[str]:
        """What stands in the way of a yes of one voice: every head of its chain, of which there has to be one, says yes
        to this recipient today."""
        heads = self.heads(subject, purpose, guardian)
        found = set() if heads else {"not asked"}
        for d in heads:
            found |= {why for why, holds in (
                ("said no", d.event not in YES),
                ("time over", d.event in YES and d.until != 0 and to.today > d.until),
                ("other recipients", d.event in YES and bool(d.recipients) and not d.recipients & to.words),
                ("withheld from", d.event in YES and bool(d.withheld_from & to.words)),
                ("old notice", d.event in YES and d.notice < notice),
                ("hole", any(name not in self.by_id for name in d.supersedes))) if holds}
        return found

    def obstacles(self, subject: str, purpose: str, notice: int, to: Recipient) -> set[str]:
        """The person's own chain has to permit and, for whoever has a guardian, the guardian's."""
        found = self.voice_obstacles(subject, purpose, False, notice, to)
        guarded = self.in_force(subject, HAS_GUARDIAN)
        if guarded and to.today > min((d.until for d in guarded if d.until), default=to.today):
            found.add("come of age")
        if guarded and self.voice_obstacles(subject, purpose, True, notice, to):
            found.add("guardian")
        return found

    def is_labelled(self, record: str) -> bool:
        """Whether a label was ever put on a record."""
        return bool(self.of(record, PROTOCOL))

    def label_obstacles(self, record: str, to: Recipient) -> set[str]:
        """What the labels on one record put in somebody's way: of several each keeps it."""
        found = set()
        for d in self.in_force(record, PROTOCOL):
            audience = d.recipients - {DO_NOT_COPY}
            if d.until != 0 and to.signed_day > d.until:
                continue
            why = set()
            if DO_NOT_COPY in d.recipients and not to.own:
                why.add("not copied")
            if (audience and not audience & to.words) or d.withheld_from & to.words:
                why.add("labelled")
            found |= {f"{reason} until a day" for reason in why} if d.until else why
        return found

    def label_grounds(self, record: str, to: Recipient) -> set[str]:
        """Why the labels on one record let somebody see it, for the figures."""
        heads = self.in_force(record, PROTOCOL)
        over = [d for d in heads if d.until != 0 and to.signed_day > d.until]
        return {why for why, holds in (
            ("a label that ended", not heads and any(d.event in YES for d in self.of(record, PROTOCOL))),
            ("an embargo that ended", bool(over)),
            ("a label for the recipient", any(d.recipients for d in heads if d not in over)),
            ("several labels", len(heads) > 1),
            ("a label for everybody", any(not d.recipients for d in heads if d not in over))) if holds}

    def grounds(self, subject: str, purpose: str, to: Recipient) -> set[str]:
        """What a yes that holds rests on, for the figures."""
        heads = self.heads(subject, purpose, False)
        return {why for why, holds in (
            ("several yeses", len(heads) > 1),
            ("a yes with an end", any(d.until for d in heads)),
            ("a yes to a role", any(d.recipients and d.recipients & to.words & ROLES for d in heads)),
            ("a yes to an audience", any(d.recipients and not d.recipients & to.words & ROLES for d in heads)),
            ("a yes that leaves others out", any(d.withheld_from for d in heads)),
            ("a yes under a new notice", any(d.notice > 1 for d in heads)),
            ("a later yes", any(d.episode > 0 for d in heads)),
            ("a guardian's yes", bool(self.in_force(subject, HAS_GUARDIAN)))) if holds}


# ---------------------------------------------------------------------------
# Replicas


@dataclass(frozen=True)
class Weighed:
    """The gate's answer: what stands in the way, or what the yes rests on."""

    answer: str
    obstacles: frozenset[str]
    grounds: frozenset[str]


@dataclass
class Replica:
    """What one machine has heard."""

    name: str
    role: str
    words: frozenset[str]
    replies: bool
    keys: tuple[bytes, bytes, bytes]
    programme: Programme
    date: int = 0                           # the latest that the registry signed
    decisions: Decisions = field(default_factory=Decisions)
    details: set[str] = field(default_factory=set)
    values: dict[tuple[str, str], list[Value]] = field(default_factory=dict)
    waiting: list[Value] = field(default_factory=list)
    created: set[str] = field(default_factory=set)
    concerned: dict[str, set[Concerned]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    under: dict[str, set[str]] = field(default_factory=dict)   # labelled records under which erased ones stood
    surely_under: dict[str, set[str]] = field(default_factory=dict)    # those that were known before the erasure came
    erased_under: dict[str, frozenset[str]] = field(default_factory=dict)  # the same by name of what asked for it
    receipts: dict[str, list[str]] = field(default_factory=dict)    # for erasures: statements, and what they name
    told: dict[str, set[Any]] = field(default_factory=dict)    # what each peer brought, and what went to it
    went: dict[str, set[str]] = field(default_factory=dict)    # records of which a row went there, or came from there
    named: dict[str, set[str]] = field(default_factory=dict)   # the same, and those that were only named by others
    kept: dict[str, dict[str, set[str]]] = field(default_factory=dict)  # records and the labels that kept them, by peer
    heard: dict[str, set[str]] = field(default_factory=dict)   # incarnations of which each peer was told

    def current(self) -> list[Value]:
        """Every value that no other one covers, of records that were not erased."""
        return [v for side in self.values.values() for v in side if v.record not in self.erased]

    def names(self, record: str, who: Iterable[Concerned]) -> None:
        """Whoever was named once is concerned for good."""
        self.concerned.setdefault(record, set()).update(who)

    def keep(self, value: Value) -> None:
        """Puts a value beside those that it does not cover, unless one covers it."""
        side = self.values.setdefault((value.record, value.name), [])
        if value in side or any(value.dot in other.past for other in side):
            return
        side[:] = [other for other in side if other.dot not in value.past] + [value]

    def episodes(self, subject: str) -> dict[str, int]:
        """The present episodes above 0 of somebody."""
        found = {p: self.decisions.episode(subject, p) for p in self.programme.notice}
        return {p: episode for p, episode in found.items() if episode > 0}

    # -- what stands under labels

    def parents(self, record: str) -> set[str]:
        """What a record derives from directly: what it refers to, whom it concerns, and labels under which it is said
        to have stood, which is all that is left of an erased one.  Of a value that was taken back only a blank is left,
        which refers to nothing; whom it named stays concerned."""
        found = set(self.under.get(record, ()))
        if record not in self.erased:
            found |= {who[1] for who in self.concerned.get(record, ())}
            for (of, _), side in self.values.items():
                if of == record:
                    found = found.union(*(self.programme.refers(v) for v in side if not self.is_blank(v)))
        return found - {record}

    def is_blank(self, value: Value) -> bool:
        """Whether a value was taken back, as far as is known here."""
        needs = self.programme.kinds[value.kind].fields[value.name].needs
        weighed = self.weigh(needs, False, self.concerned[value.record], value.stated, self.here())
        return weighed.answer == ERASED

    def above(self, record: str) -> dict[str, int]:
        """A record and all that it derives from, over how many steps."""
        steps = {record: 0}
        reached = [record]
        for one in reached:
            for parent in self.parents(one):
                if parent not in steps:
                    steps[parent] = steps[one] + 1
                    reached.append(parent)
        return steps

    def labels_of(self, record: str) -> frozenset[str]:
        """The labelled records under which one stands."""
        return frozenset(one for one in self.above(record) if self.decisions.is_labelled(one))

    def sight(self, record: str, to: Recipient) -> set[str]:
        """What labels put in the way of somebody who would see a record."""
        found: set[str] = set()
        for one in self.above(record):
            found |= self.decisions.label_obstacles(one, to)
        return found

    def here(self) -> Recipient:
        """This replica itself."""
        return Recipient(self.words, self.date, self.date, True)

    def erase(self, record: str) -> None:
        """Writes down what an erased record cannot say itself any more."""
        if record not in self.erased:
            self.under.setdefault(record, set()).update(self.labels_of(record))
            self.surely_under.setdefault(record, set(self.under[record]))
            self.erased.add(record)

    def note_erasure(self, name: str, record: str) -> None:
        """Writes down under which labels a record stood when this replica erased something of it."""
        self.erased_under.setdefault(name, self.labels_of(record))

    # -- what happens here

    def write(self, record: str, kind: str, dot: str, contents: Mapping[str, Any]) -> list[Value]:
        """A write states the present episodes of everybody whom the record concerns by then."""
        self.created.add(record)
        self.names(record, self.programme.itself(kind, record) | self.programme.named(kind, contents))
        stated = {who: self.episodes(who[1]) for who in self.concerned[record]}
        values = []
        for name, content in contents.items():
            side = self.values.get((record, name), [])
            past = frozenset(dot for v in side for dot in v.past | {v.dot})
            values.append(Value(record, kind, name, dot, self.name, content, past, stated))
            self.keep(values[-1])
        return values

    def decide(self, decision: Decision) -> None:
        """A decision supersedes all heads of its chain; its details state the episodes of its subject, those of a
        final one the episode after the one that it closes."""
        subject, purpose = decision.subject, decision.purpose
        decision.episode = self.decisions.episode(subject, purpose)
        decision.supersedes = frozenset(d.id for d in self.decisions.heads(subject, purpose, decision.guardian))
        stated = self.episodes(subject)
        if decision.final:
            stated[purpose] = decision.episode + 1
        decision.stated = stated
        self.decisions.add(decision)
        self.details.add(decision.id)

    # -- what may leave

    def weigh(self, needs: Iterable[str], mourned: bool, concerned: Iterable[Concerned], stated: Stated,
              to: Recipient) -> Weighed:
        """The gate: everybody concerned permits every purpose that they decide about, and those about which they said
        something (see Programme.asks)."""
        obstacles: set[str] = set()
        grounds: set[str] = set()
        for who in concerned:
            for purpose in needs:
                if not self.programme.asks(who, purpose, self.decisions):
                    continue
                episode = self.decisions.episode(who[1], purpose)
                said = stated[who].get(purpose, 0) if who in stated else None
                if said is not None and said < episode:
                    return Weighed(ERASED, frozenset(), frozenset())
                if said is None and episode > 0 or said is not None and said > episode:
                    obstacles.add("not stated")
                found = self.decisions.obstacles(who[1], purpose, self.programme.notice[purpose], to)
                obstacles |= {f"community {why}" for why in found} if who[0] == "community" else found
                grounds |= {"a community's yes"} if who[0] == "community" else {"a person's yes"}
                grounds |= self.decisions.grounds(who[1], purpose, to)
            if mourned and self.decisions.in_force(who[1], IN_MOURNING):
                obstacles.add("mourned")
        return Weighed(SUSPENDED if obstacles else PERMITTED, frozenset(obstacles), frozenset(grounds))

    def weigh_value(self, value: Value, to: Recipient) -> Weighed:
        """Whether a value may go to somebody."""
        what = self.programme.kinds[value.kind].fields[value.name]
        weighed = self.weigh(what.needs, what.mourned, self.concerned[value.record], value.stated, to)
        labels = self.sight(value.record, to)
        if not labels or weighed.answer == ERASED:
            return weighed
        return Weighed(SUSPENDED, weighed.obstacles | labels, weighed.grounds)

    def answer(self, value: Value, to: Recipient) -> str:
        """The same in a word."""
        return self.weigh_value(value, to).answer

    def details_needs(self, decision: Decision) -> tuple[set[str], bool]:
        """What the details of a decision need together; those of a label go to whoever sees what is labelled.  Where a
        community decided, its own yes in the place of what a person would have to permit.  Details of a state are told while somebody is mourned too."""
        needs: set[str] = set()
        mourned = False
        for name in decision.details if decision.purpose != PROTOCOL else ():
            what = self.programme.details.get(name)
            if what is None:
                continue
            mourned = mourned or what.mourned
            for purpose in what.needs:
                community = decision.purpose in self.programme.collective
                needs.add(decision.purpose if community and purpose not in self.programme.collective else purpose)
        return needs, mourned and decision.purpose not in STATES

    def details_answer(self, decision: Decision, to: Recipient) -> str:
        """Whether the details of a decision may go to somebody."""
        if decision.subject in self.erased:
            return ERASED
        needs, mourned = self.details_needs(decision)
        who = ("community" if decision.purpose in self.programme.collective else "person", decision.subject)
        for purpose in needs | {decision.purpose}:
            if decision.stated.get(purpose, 0) < self.decisions.episode(decision.subject, purpose):
                return ERASED
        if self.sight(decision.subject, to):
            return SUSPENDED
        return self.weigh(needs, mourned, [who], {who: decision.stated}, to).answer

    # -- what arrives

    def is_kept_from_here(self, record: str, values: Iterable[Value], who: set[Concerned]) -> bool:
        """Whether labels would keep a record from this replica if it had these values besides."""
        before = self.values.copy(), {key: list(side) for key, side in self.values.items() if key[0] == record}
        concerned = set(self.concerned.get(record, ()))
        for value in values:
            self.keep(value)
        self.names(record, who)
        kept = bool(self.sight(record, self.here()))
        self.values = {**before[0], **before[1]}
        self.concerned[record] = concerned
        return kept

    def admit(self, values: Iterable[Value]) -> None:
        """Keeps what may be kept here; what belongs to a record whose creation is not known waits."""
        here = self.here()
        waiting, self.waiting = self.waiting + list(values), []
        for value in waiting:
            if value.record in self.erased:
                continue
            if value.record not in self.created:
                self.waiting.append(value)
            elif self.answer(value, here) != SUSPENDED:
                self.keep(value)
