"""What a run owes to hosts: robots.txt, turns, rests, budgets. All that asks hosts in a run shares one of these."""

from __future__ import annotations

from collections.abc import Callable

from scraper.config import FetchSettings
from scraper.fetch.budget import Budgets
from scraper.fetch.deadline import Deadline
from scraper.fetch.identity import Identity, of_host
from scraper.fetch.network import affordable
from scraper.fetch.pacing import Lanes, Pace
from scraper.fetch.robots import FetchRobots, Robots, RobotsMemory
from scraper.urls import host_of


class Manners:
    """``robots_txt`` fetches a robots.txt, ``on_wait`` is told why a wait of more than a second happens."""

    def __init__(
        self,
        settings: FetchSettings,
        identity: Identity,
        robots_txt: FetchRobots,
        on_wait: Callable[[str], None],
        memory: RobotsMemory | None = None,
    ) -> None:
        self.lanes = Lanes(affordable(settings.jobs), settings.host_failures, on_wait, settings.max_delay_s)
        self.budgets = Budgets(settings)
        self._obey = settings.robots
        self._lawless = {host.lower(): True for host in settings.ignore_robots}
        self._identity = identity
        self.robots = Robots(settings, identity, robots_txt, memory)

    def obeys(self, host: str) -> bool:
        """Tell whether the robots.txt of ``host`` counts."""
        return self._obey and not of_host(self._lawless, host, otherwise=False)

    async def pace(self, url: str, deadline: Deadline | None = None) -> Pace:
        """Return how fast the host of ``url`` may be asked; raise Trouble where ``url`` may not be fetched.

        Fetching a robots.txt takes the time of ``deadline`` where there is one, else its own.
        """
        host = host_of(url)
        return await self.robots.pace(url, deadline) if self.obeys(host) else Pace(self._identity.delay_s(host))
