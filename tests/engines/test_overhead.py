"""The way to a worker and back costs little beside the cleaning."""

from __future__ import annotations

import pytest

from benchmarks.workers import overhead_ms


@pytest.mark.slow
@pytest.mark.parametrize("size", [1_000, 100_000])
def test_a_page_takes_at_most_three_tenths_of_a_millisecond_on_its_way(size: int) -> None:
    # Processor time, not the clock; the best of some rounds, since a neighbour on the processor slows memory, too.
    assert min(overhead_ms(size, pages=1000) for _ in range(5)) < 0.3
