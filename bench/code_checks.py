"""How many codes a second `is_valid` checks on one core, typed with hyphens in ASCII."""

import random
import time
from collections.abc import Callable
from typing import Final

from codes import case_number, license_server_id, product_id, product_key

GOAL: Final = 100_000
_CODES: Final = 2_000
_ROUNDS: Final = 5
_SEED: Final = 7


def _rate(is_valid: Callable[[str], bool], texts: list[str]) -> float:
    """Give the checks per second of the best round, by CPU time."""
    best = 0.0
    for _ in range(_ROUNDS):
        begun = time.process_time()
        right = sum(map(is_valid, texts))
        taken = time.process_time() - begun
        if right != len(texts):
            raise AssertionError("A code that was made is not valid.")
        best = max(best, len(texts) / taken)
    return best


def measure() -> dict[str, float]:
    """Measure checks per second of one core: the slowest kind of code, then each."""
    rng = random.Random(_SEED)
    products = [product_id.random(rng) for _ in range(_CODES)]
    secret = product_key.secret(product_key.make(products[0], rng.randbytes(15)))
    servers = [
        license_server_id.assemble(secret, product, 0, f"{rng.randrange(10**16):016}")
        for product in products
    ]
    cases = [case_number.make(rng) for _ in range(_CODES)]
    rates = {
        "product_id": _rate(product_id.is_valid, list(map(product_id.format, products))),
        "license_server_id": _rate(
            license_server_id.is_valid, list(map(license_server_id.format, servers))
        ),
        "case_number": _rate(case_number.is_valid, list(map(case_number.format, cases))),
    }
    # The goal is that of the slowest kind.
    slowest = {"is_valid_per_second": min(rates.values())}
    return slowest | {f"is_valid_per_second.{kind}": rate for kind, rate in rates.items()}


if __name__ == "__main__":
    for name, rate in measure().items():
        print(f"{name:40} {rate:12,.0f} (goal {GOAL:,})")
