"""Data directories with many accounts, kept from run to run: making the large ones takes minutes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rig.load import Tool
from rig.report import tell, words

ROOT = Path(__file__).parent.parent.parent
# What is stored is decided by these files: when they change, so does the directory's name.
SOURCES = (
    "Sources/SQLiteStorage/Migrations.swift",
    "Sources/Auth/Keys/KeyFileContent.swift",
    "Benchmarks/LatchkeyBench/Seed*.swift",
    "Benchmarks/LatchkeyBench/BulkInsert.swift",
)


@dataclass
class Seeded:
    accounts: int
    data: Path
    tokens: Path

    @property
    def token(self) -> str:
        """One of the sample tokens."""
        with self.tokens.open() as lines:
            return lines.readline().strip()


def seed(tool: Tool, cache: Path, accounts: int) -> Seeded:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.read_bytes())
    name = f"{accounts}-{digest.hexdigest()[:12]}"
    seeded = Seeded(accounts, cache / name, cache / f"{name}.tokens")
    if not seeded.data.exists():
        cache.mkdir(exist_ok=True)
        tell(f"seeding {words(accounts)} accounts")
        result = tool.seed(seeded.data, accounts, seeded.tokens)
        tell(f"  took {result['seconds']:.0f} s")
    return seeded
