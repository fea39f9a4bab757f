"""Rows 1 to 3 of the matrix: hosts that do not answer, or never come to an end."""

from __future__ import annotations

import pytest

from faults.conftest import Command, Servers

pytestmark = pytest.mark.slow


def test_a_refused_connection_is_tried_three_times_and_the_rest_of_the_host_deferred(
    among_good: Command, servers: Servers
) -> None:
    dead = servers.nobody()
    urls = [f"{dead}/{number}" for number in range(4)]

    done = among_good(*urls)

    assert [done.reason(url) for url in urls] == ["connect", "host_down", "host_down", "host_down"]
    assert done.code == 3
