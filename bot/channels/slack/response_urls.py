"""Response URLs of commands: the only way to answer somebody privately in a channel that we are not in."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

LIFETIME = 1_700.0  # seconds of real time; Slack's is 30 minutes
MOST = 1_000


class ResponseUrls:
    """The newest response URL per channel and person; kept in memory, for they soon expire anyway."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._urls: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def remember(self, chat: str, user: str, url: str) -> None:
        """Keep a URL in place of the one before."""
        self._urls[chat, user] = (self._clock(), url)
        self._urls.move_to_end((chat, user))
        while len(self._urls) > MOST:
            self._urls.popitem(last=False)

    def url(self, chat: str, user: str) -> str:
        """Return the URL for a person in a channel, empty if there is none that still works."""
        born, url = self._urls.get((chat, user), (0.0, ""))
        return url if url and self._clock() - born < LIFETIME else ""
