"""What /metrics tells: how much is asked of the bot, how it goes, and what waits."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "coop_request_seconds",
    "Time from a request to its replies, by kind of trigger and handler.",
    ("kind", "name"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
OUTCOMES = Counter("coop_requests", "Requests by kind of trigger and outcome.", ("kind", "outcome"))
DELIVERIES = Counter(
    "coop_deliveries", "Tries to deliver a message: delivered, found (by an earlier try), later, refused.", ("outcome",)
)
ORDER_TRIES = Counter(
    "coop_orders", "Tries to make and send ordered files: sent, later, refused, failed, cancelled.", ("outcome",)
)
WORK_STEPS = Counter("coop_work_steps", "Steps of long work: done, later, refused, failed.", ("outcome",))
OUTBOX_WAITING = Gauge("coop_outbox_waiting", "Messages this process holds for Mattermost and has not delivered.")
OUTBOX_OPEN = Gauge("coop_outbox_open", "1 while messages leave as they come, 0 while Mattermost does not take them.")
CLOCK_AHEAD = Gauge(
    "coop_clock_ahead_seconds",
    "How far this clock is before the database’s; beyond a minute the replica runs no jobs and takes no work.",
)
WEBSOCKET_UP = Gauge("coop_websocket_up", "1 while events come in, 0 while the websocket is away.")
EVENTS = Counter("coop_events", "Events of the websocket handled, by type and outcome.", ("type", "outcome"))
JOBS = Counter("coop_jobs", "Scheduled jobs by name and outcome.", ("job", "outcome"))
