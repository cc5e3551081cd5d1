"""The metrics of /metrics: requests, their results, and what waits."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "coop_request_seconds",
    "Time from a request to its replies, by kind of trigger and handler.",
    ("kind", "name"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
OUTCOMES = Counter("coop_requests", "Requests by kind of trigger and outcome.", ("kind", "outcome"))
DELIVERIES = Counter(
    "coop_deliveries",
    "Tries to deliver a message: delivered, found (by an earlier try), gone, taken_back, later, refused, broken.",
    ("outcome",),
)
ORDER_TRIES = Counter(
    "coop_orders", "Tries to make and send ordered files: sent, later, refused, failed, cancelled.", ("outcome",)
)
WORK_STEPS = Counter("coop_work_steps", "Steps of long work: done, later, refused, failed.", ("outcome",))
OUTBOX_WAITING = Gauge("coop_outbox_waiting", "Messages this process holds for Mattermost and has not delivered.")
OUTBOX_OPEN = Gauge("coop_outbox_open", "1 while messages leave as they come, 0 while Mattermost does not take them.")
FORWARDED_IGNORED = Counter(
    "coop_forwarded_ignored",
    "Requests for pages whose X-Forwarded-For was not believed, by the private address they came from, or « public ».",
    ("proxy",),
)
CLOCK_AHEAD = Gauge(
    "coop_clock_ahead_seconds",
    "How far this clock is before the database’s; beyond a minute the replica runs no jobs and takes no work.",
)
EVENTS_WAITING = Gauge(
    "coop_events_waiting", "Events this process has not handled yet; 1 at least while it reads what it missed."
)
WEBSOCKET_UP = Gauge("coop_websocket_up", "1 while events come in, 0 while the websocket is away.")
EVENTS = Counter("coop_events", "Events of the websocket handled, by type and outcome.", ("type", "outcome"))
OUTBOX_STORED = Gauge(
    "coop_outbox_stored", "Messages that should leave and lie in the table, of all replicas, by desk.", ("desk",)
)
OUTBOX_AGE = Gauge("coop_outbox_age_seconds", "How long the oldest of them waits, by desk.", ("desk",))
JOB_LATE = Gauge(
    "coop_job_late_seconds", "Seconds since a scheduled job was due that did not run; 0 where it did.", ("name",)
)
FIGURES_READ = Gauge(
    "coop_figures_read_timestamp_seconds", "When the figures that come from the tables were last read."
)
BACKUP_AGE = Gauge(
    "coop_backup_age_seconds",
    "Seconds since the last scheduled backup that was also restored on trial; no number where none is scheduled.",
)
BACKUP_AGE.set(float("nan"))
DISK_FREE = Gauge("coop_disk_free_bytes", "Room left where COOP_DATA_DIR is.")
DISK_SIZE = Gauge("coop_disk_size_bytes", "Size of that disk.")
JOBS = Counter("coop_jobs", "Scheduled jobs by name and outcome.", ("job", "outcome"))
