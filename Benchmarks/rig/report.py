"""The figures as Markdown: a table of ratios against the bars, and the measurements behind them."""

import os
import platform
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Row:
    """One bar of the design and what was measured against it. Without a bar the figure is for information."""

    what: str
    measured: float
    bar: float | None
    unit: str
    remark: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        if self.bar is None:
            return True
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar

    def cells(self) -> list[str]:
        bar = "" if self.bar is None else f"{'≥' if self.at_least else '≤'} {number(self.bar)} {self.unit}"
        verdict = "" if self.bar is None else "yes" if self.is_met else "**no**"
        return [self.what, f"{number(self.measured)} {self.unit}", bar, verdict, self.remark]


def tell(news: str) -> None:
    """Progress, on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {news}", file=sys.stderr, flush=True)


def number(value: float) -> str:
    """Three digits that count, and all of an integer's."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3}f}"


def words(accounts: int) -> str:
    for size, name in ((1_000_000, "million"), (1_000, "thousand")):
        if accounts >= size and accounts % size == 0:
            return f"{accounts // size} {name}"
    return f"{accounts:,}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


class Quiet:
    """How quiet the machine is: the share of its processor time that others than this program's children take."""

    def __init__(self):
        self.started = self._seconds()

    @staticmethod
    def _seconds() -> tuple[float, float, float]:
        """All processors' time, the busy part, and our children's, of those that have ended."""
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        idle = fields[3] + fields[4]
        usage = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
        ours = sum(one.ru_utime + one.ru_stime for one in usage)
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(fields) / ticks, (sum(fields) - idle) / ticks, ours

    def sentence(self) -> str:
        whole, busy, ours = (now - then for now, then in zip(self._seconds(), self.started, strict=True))
        others = max(0, busy - ours) / whole * 100
        advice = "" if others < 5 else "; times measured beside others are not worth much, run it again alone"
        return f"Other programs took {others:.0f} % of the machine's processor time{advice}."


def machine() -> str:
    """What the figures were measured on."""
    processor = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return f"{os.cpu_count()} × {processor}, {pages / 2**30:.0f} GiB, {system}, Linux {platform.release()}"
