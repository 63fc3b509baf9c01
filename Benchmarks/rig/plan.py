"""How long and how often everything is measured."""

from dataclasses import dataclass


@dataclass
class Plan:
    rounds: int
    window_seconds: int
    flood_rounds: int
    flood_seconds: int
    starts: int

    @staticmethod
    def of(quick: bool) -> "Plan":
        return Plan(2, 2, 1, 6, 3) if quick else Plan(5, 3, 3, 10, 7)
