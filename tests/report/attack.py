#!/usr/bin/python3
"""Tries to recover from reports what was suppressed in them, by subtraction.

    attack.py [--first SEED] [--sets N] [--find] DRIVER [ARGUMENT]...

DRIVER prints series of reports as make-reports does, one JSON line each, for
the seeds it is asked for.  The attack sees what is published; what is true
serves to judge, and to tell the reader which counts did not change, which is
the best that a reader could guess.  Recovered is

  read        a count of 1 to 4 that is published
  value       one that follows by elimination
  range       one that follows to be one of less than 5 numbers
  change      a cell or total that changed by 1 to 4 between two reports
  group       the same of several cells together, of which no part is known
  reckoned    a count of 1 to 4 that somebody finds who takes everybody else
              for unchanged, rightly or not

Exits with 1 when anything was recovered; with --find, which stops at the
first, when nothing was.  It shares nothing with report/ and works in whole
numbers and fractions throughout.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import subprocess
import sys
from collections import Counter
from typing import Any, Hashable, Iterator, Optional

SMALL = 5
TOTAL = ("", "total")           # stands among the cells as (table, category)

Json = dict[str, Any]
Cell = tuple[str, str]
Sum = dict[Hashable, int]       # coefficients of unknowns


def add(a: Sum, factor: int, b: Sum) -> Sum:
    """a + factor * b."""
    result = dict(a)
    for name, n in b.items():
        result[name] = result.get(name, 0) + factor * n
        if result[name] == 0:
            del result[name]
    return result


class Facts:
    """Sums of unknowns whose value is known, in reduced echelon form.

    Rows are kept in whole numbers; each has a pivot that no other row has.
    """

    def __init__(self) -> None:
        self.rows: dict[Hashable, tuple[Sum, int]] = {}
        self.told: list[tuple[Sum, int]] = []

    def reduce(self, what: Sum, value: int) -> tuple[Sum, int]:
        """What is left of a multiple of the sum when everything known is taken off."""
        for name in [n for n in what if n in self.rows]:
            row, known = self.rows[name]
            scale, factor = row[name], what[name]
            what = add({n: c * scale for n, c in what.items()}, -factor, row)
            value = value * scale - factor * known
        return what, value

    def tell(self, what: Sum, value: int) -> None:
        """One more fact."""
        self.told.append((what, value))
        what, value = self.reduce(what, value)
        if not what:
            assert value == 0, "the facts contradict each other"
            return
        divisor = math.gcd(value, *what.values())
        what, value = {n: c // divisor for n, c in what.items()}, value // divisor
        pivot = next(iter(what))
        for name, (row, known) in self.rows.items():
            if pivot in row:
                scale, factor = what[pivot], row[pivot]
                row = add({n: c * scale for n, c in row.items()}, -factor, what)
                known = known * scale - factor * value
                divisor = math.gcd(known, *row.values())
                self.rows[name] = ({n: c // divisor for n, c in row.items()}, known // divisor)
        self.rows[pivot] = (what, value)

    def left(self, what: Sum) -> dict[Hashable, tuple[int, int]]:
        """The sum in terms of what is free, as fractions (numerator, denominator)."""
        result: dict[Hashable, tuple[int, int]] = {}

        def put(name: Hashable, n: int, d: int) -> None:
            a, b = result.get(name, (0, 1))
            n, d = a * d + n * b, b * d
            g = math.gcd(n, d) * (1 if d > 0 else -1)
            result[name] = (n // g, d // g)

        for name, n in what.items():
            if name not in self.rows:
                put(name, n, 1)
                continue
            row, _ = self.rows[name]
            for other, c in row.items():
                if other != name:
                    put(other, -n * c, row[name])
        return {name: f for name, f in result.items() if f[0] != 0}

    def bounds(self) -> dict[Hashable, list[float]]:
        """The least and the greatest that each unknown can be, all being 1 at least."""
        found: dict[Hashable, list[float]] = {
            name: [1, math.inf] for row, _ in self.told for name in row}
        rows = list(self.rows.values()) + self.told
        moved, rounds = True, 0
        while moved and rounds < 200:
            moved, rounds = False, rounds + 1
            for row, value in rows:
                moved = bound(found, row, value) or moved
        return found


def bound(found: dict[Hashable, list[float]], row: Sum, value: int) -> bool:
    """What one fact says of each of its unknowns, given the bounds of the others."""
    moved = False
    for name, own in row.items():
        least = most = 0.0
        for other, c in row.items():
            if other != name:
                low, high = found[other]
                least += c * (low if c > 0 else high)
                most += c * (high if c > 0 else low)
        ends = sorted(((value - least) / own, (value - most) / own))
        low = max(found[name][0], math.ceil(ends[0]) if math.isfinite(ends[0]) else 1)
        high = min(found[name][1], math.floor(ends[1]) if math.isfinite(ends[1]) else math.inf)
        if [low, high] != found[name]:
            found[name], moved = [low, high], True
    return moved


class Series:
    """What a reader has: the reports, one after the other."""

    def __init__(self, reports: list[Json]) -> None:
        self.count = len(reports)
        self.true: list[dict[Cell, int]] = []
        self.hidden: list[set[Cell]] = []
        self.tables: dict[str, list[Cell]] = {}
        for report in reports:
            cells = {TOTAL: report["total"]}
            for table, rows in report["tables"].items():
                cells.update({(table, key): cell for key, cell in rows.items()})
                self.tables.setdefault(table, [(table, key) for key in rows])
            self.true.append({cell: n for cell, (n, _) in cells.items()})
            self.hidden.append({cell for cell, (_, hidden) in cells.items() if hidden})

    def change(self, a: int, b: int, cell: Cell) -> int:
        """What happened to a cell from one report to another, in truth."""
        return self.true[b][cell] - self.true[a][cell]

    def reader(self, merged: bool) -> "Reader":
        """Somebody who knows, or does not know, which counts did not change."""
        return Reader(self, merged)


class Reader:
    """All facts, and the unknown behind each cell of each report."""

    def __init__(self, series: Series, merged: bool) -> None:
        self.series = series
        self.merged = merged
        self.facts = Facts()
        self.public = {self.name(r, cell) for r in range(series.count)
                       for cell in series.true[r] if cell not in series.hidden[r]}
        for r in range(series.count):
            for cells in series.tables.values():
                what, value = self.told(r, TOTAL)
                for cell in cells:
                    more, known = self.told(r, cell)
                    what, value = add(what, -1, more), value - known
                self.facts.tell(what, -value)

    def name(self, report: int, cell: Cell) -> Hashable:
        """One name for all counts that are the same."""
        return (cell, self.series.true[report][cell] if self.merged else "in %d" % report)

    def told(self, report: int, cell: Cell) -> tuple[Sum, int]:
        """The cell as a sum of unknowns and a number."""
        name = self.name(report, cell)
        if name in self.public:
            return {}, self.series.true[report][cell]
        return {name: 1}, 0

    def left(self, report: int, cell: Cell) -> dict[Hashable, tuple[int, int]]:
        """What of a cell is not known."""
        return self.facts.left(self.told(report, cell)[0])

    def values(self) -> Iterator[tuple[str, str]]:
        """Small counts that follow."""
        bounds = self.facts.bounds()
        for r, true in enumerate(self.series.true):
            for cell, n in true.items():
                if not 0 < n < SMALL:
                    continue
                what, _ = self.told(r, cell)
                if not what:
                    yield "read", f"report {r}: {cell} is {n}"
                elif not self.facts.left(what):
                    yield "value", f"report {r}: {cell} is {n}"
                else:
                    low, high = bounds[self.name(r, cell)]
                    assert low <= n <= high, "bounds leave the truth out"
                    if high - low < SMALL - 1:
                        yield "range", f"report {r}: {cell} is {n}, from {low} to {high}"

    def changes(self) -> Iterator[tuple[str, str]]:
        """Small changes that follow, of cells and of the least groups of them."""
        for a, b in itertools.combinations(range(self.series.count), 2):
            for cells in itertools.chain([[TOTAL]], self.series.tables.values()):
                yield from self.changes_in(a, b, cells)

    def changes_in(self, a: int, b: int, cells: list[Cell]) -> Iterator[tuple[str, str]]:
        """The same in one table of two reports."""
        left = {}
        for cell in cells:
            change = add(self.told(b, cell)[0], -1, self.told(a, cell)[0])
            left[cell] = self.facts.left(change)
            if not left[cell] and 0 < abs(self.series.change(a, b, cell)) < SMALL:
                yield "change", f"{a} to {b}: {cell} by {self.series.change(a, b, cell)}"
        unknown = [cell for cell in cells if left[cell]]
        least: list[set[Cell]] = []
        for size in range(2, len(unknown) + 1):
            for group in itertools.combinations(unknown, size):
                if any(g <= set(group) for g in least) or not cancels([left[c] for c in group]):
                    continue
                least.append(set(group))
                change = sum(self.series.change(a, b, c) for c in group)
                if 0 < abs(change) < SMALL:
                    yield "group", f"{a} to {b}: {group} by {change}"


def cancels(sums: list[dict[Hashable, tuple[int, int]]]) -> bool:
    """Whether the sums add up to nothing that is unknown."""
    total: dict[Hashable, tuple[int, int]] = {}
    for one in sums:
        for name, (n, d) in one.items():
            a, b = total.get(name, (0, 1))
            total[name] = (a * d + n * b, b * d)
    return all(n == 0 for n, _ in total.values())


def reckoned(series: Series) -> Iterator[tuple[str, str]]:
    """Small counts that come out right when everybody else is taken for unchanged."""
    for a, b in itertools.permutations(range(series.count), 2):
        if TOTAL in series.hidden[a] | series.hidden[b]:
            continue
        for cells in series.tables.values():
            for cell in set(cells) & series.hidden[a]:
                n = series.true[a][cell]
                if n >= SMALL:
                    continue
                for guess in guesses(series, a, b, cells, cell):
                    if guess == n:
                        yield "reckoned", f"report {a}: {cell} is {n}, by report {b}"


def guesses(series: Series, a: int, b: int, cells: list[Cell], cell: Cell) -> Iterator[int]:
    """What somebody would take a hidden cell of report `a` for who has report `b`."""
    total_a, total_b = series.true[a][TOTAL], series.true[b][TOTAL]
    others = [c for c in cells if c != cell]
    rest = total_a - sum(series.true[a][c] for c in others if c not in series.hidden[a])
    with_it = [c for c in others if c in series.hidden[a]]
    if not any(c in series.hidden[b] for c in with_it):
        yield rest - sum(series.true[b][c] for c in with_it)
    if cell not in series.hidden[b]:
        # Together the others were as many then as they are in the other report.
        both = [c for c in others if c not in series.hidden[a] | series.hidden[b]]
        hidden_b = total_b - series.true[b][cell] - sum(series.true[b][c] for c in both)
        yield total_a - sum(series.true[a][c] for c in both) - hidden_b


def attack(reports: list[Json]) -> Iterator[tuple[str, str]]:
    """Everything that can be recovered from one series."""
    series = Series(reports)
    for merged in (False, True):
        reader = series.reader(merged)
        yield from reader.values()
        yield from reader.changes()
    yield from reckoned(series)


class Figures:
    """What is counted on the way."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.recovered: Counter[str] = Counter()

    def count(self, reports: list[Json]) -> None:
        """Cells, and those that may be read."""
        for r, report in enumerate(reports):
            self.seen["reports"] += 1
            self.seen["later"] += r > 0
            self.seen["repeats"] += report["frozen"]
            self.seen["totals hidden"] += report["total"][1]
            for rows in report["tables"].values():
                for n, hidden in rows.values():
                    self.seen["cells"] += 1
                    self.seen["small"] += 0 < n < SMALL
                    for kind in ("all", "first" if r == 0 else "frozen" if report["frozen"] else "new"):
                        self.seen[kind] += n >= SMALL
                        self.seen[kind + " published"] += n >= SMALL and not hidden

    def share(self, kind: str) -> str:
        """Of the cells of 5 or more, how many are published."""
        seen = self.seen
        return f"{seen[kind + ' published']} of {seen[kind]}, " \
               f"{100 * seen[kind + ' published'] / max(seen[kind], 1):.1f} %"

    def tell(self) -> None:
        """Prints them."""
        seen = self.seen
        print(f"{seen['sets']} series of {seen['reports']} reports, {seen['cells']} cells, "
              f"{seen['small']} of them of 1 to {SMALL - 1}")
        print(f"cells of {SMALL} or more that are published: {self.share('all')}")
        print(f"  in first reports: {self.share('first')}")
        print(f"  in later ones that are new: {self.share('new')}")
        print(f"  in later ones that are frozen: {self.share('frozen')}")
        print(f"frozen: {seen['repeats']} of {seen['later']} later reports; "
              f"totals hidden: {seen['totals hidden']}")
        print("recovered: " + (", ".join(f"{n} by {kind}" for kind, n in
                                         sorted(self.recovered.items())) or "nothing"))


def series_from(driver: list[str], first: int, sets: int) -> Iterator[Json]:
    """What the driver makes of these seeds."""
    command = driver + ["--seeds", str(first), str(sets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode > 0:
        sys.exit(f"the driver failed with {process.returncode}")


def main() -> int:
    """Runs the attack."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--sets", type=int, default=10000)
    parser.add_argument("--find", action="store_true")
    parser.add_argument("driver", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    figures = Figures()
    shown: Optional[str] = None
    for one in series_from(options.driver, options.first, options.sets):
        figures.seen["sets"] += 1
        figures.count(one["reports"])
        for kind, what in sorted(set(attack(one["reports"]))):
            figures.recovered[kind] += 1
            shown = shown or f"seed {one['seed']}, {kind}: {what}"
        if options.find and shown:
            break
    figures.tell()
    if shown:
        print("the first: " + shown)
    return int(bool(shown) != options.find)


if __name__ == "__main__":
    sys.exit(main())
