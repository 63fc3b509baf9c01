"""What is measured of one server alone: sign-ins, verification during a flood of them, memory and the start."""

import os
from pathlib import Path
from statistics import median

from rig.load import Tool, lateness
from rig.plan import Plan
from rig.report import Row, number, tell, words
from rig.seeding import Seeded
from rig.servers import ALIVE_PATH, Latchkey, answer, free_port

# argon2id's memory for one hash, and as many at once as the server does by default.
HASH_MEBIBYTES = 19
HASH_THREADS = max(1, (os.cpu_count() or 1) - 1)


def verify_inside(tool: Tool, plan: Plan, seeded: Seeded) -> Row:
    tell("verify inside the process")
    figures = [tool.verify_inside(seeded.data, seeded.tokens, plan.window_seconds) for _ in range(plan.rounds)]
    remark = f"{words(seeded.accounts)} accounts, 32 requests a turn of the loop; processor time"
    return Row("verify inside the process", median(figures), 10, "µs", remark)


def generate(binary: Path, tool: Tool, plan: Plan, seeded: Seeded) -> Row:
    seconds = plan.flood_seconds // 2
    generated, raw = [], []
    with Latchkey.on(binary, seeded.data) as server:
        tool.sign_in(server, seeded.accounts, 1)
        for turn in range(plan.rounds):
            tell(f"generate, round {turn + 1} of {plan.rounds}")
            raw.append(tool.hash_rate(seconds))
            generated.append(tool.sign_in(server, seeded.accounts, seconds)["perSecond"])
    ratio = median(mine / theirs for mine, theirs in zip(generated, raw, strict=True))
    remark = f"16 clients; {number(median(generated))} against {number(median(raw))} a second"
    return Row("generate against the raw argon2id rate", ratio, 0.95, "×", remark, at_least=True)


def flood(binary: Path, tool: Tool, plan: Plan, seeded: Seeded) -> list[Row]:
    quiet, flooded, idle, peak = [], [], [], []
    for turn in range(plan.flood_rounds):
        tell(f"verify during a flood of sign-ins, round {turn + 1} of {plan.flood_rounds}")
        with Latchkey.on(binary, seeded.data) as server:
            answer(server.port, ALIVE_PATH)
            idle.append(server.memory())
            tool.open_loop(server, seeded.tokens, 1)
            quiet.append(tool.open_loop(server, seeded.tokens, plan.flood_seconds))
            server.forget_peak()
            with tool.signing_in(server, seeded.accounts, plan.flood_seconds + 2) as signed_in:
                flooded.append(tool.open_loop(server, seeded.tokens, plan.flood_seconds))
            peak.append(server.memory("VmHWM"))
            tell(f"  {signed_in['ok']} sign-ins, {signed_in['unavailable']} turned away")

    before = middle(quiet, "p99")
    remark = (
        f"16 clients; 1,000 verifications a second, open loop; p50 and p99 in ms: "
        f"quiet {number(middle(quiet, 'p50'))} and {number(before)}, "
        f"flooded {number(middle(flooded, 'p50'))} and {number(middle(flooded, 'p99'))}; "
        f"{lateness(middle(quiet, 'lateP99'), middle(flooded, 'lateP99'))}"
    )
    allowed = median(idle) + HASH_THREADS * HASH_MEBIBYTES + 64
    return [
        Row("verify p99 during a flood of sign-ins", middle(flooded, "p99"), 2 * max(before, 1), "ms", remark),
        Row("memory, idle", median(idle), 40, "MiB", "resident, after the first answer"),
        Row("memory, under that flood", median(peak), allowed, "MiB", "the peak; idle + hash slots × argon2id + 64"),
    ]


def middle(runs: list[dict], figure: str) -> float:
    """The median of one figure of some runs."""
    return median(run[figure] for run in runs)


def start(binary: Path, plan: Plan, seeded: Seeded) -> Row:
    tell("start")
    times = []
    for _ in range(plan.starts):
        with Latchkey(binary, seeded.data, port=free_port()) as server:
            times.append(server.seconds_to_first_answer())
    remark = f"{words(seeded.accounts)} accounts; from before the process is made"
    return Row("start to first answer", median(times), 0.1, "s", remark)
