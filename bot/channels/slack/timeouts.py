"""The timeouts of a Slack channel."""

from conversations.frozen import frozen


@frozen
class SlackTimeouts:
    """Seconds of real time.

    Of a connection: `silence` before it counts as dead, its longest `life`, `first_wait` and `longest_wait` before the
    next one. Without any for longer than `gap`, history is read. After `look` without an event it is looked at, and
    what is older than `grace` there should have come.
    """

    silence: float = 30.0
    life: float = 3_600.0
    first_wait: float = 0.5
    longest_wait: float = 30.0
    gap: float = 15.0
    look: float = 20.0
    grace: float = 10.0
