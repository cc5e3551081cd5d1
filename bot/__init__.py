"""The machine: how a trigger reaches a handler and how its replies leave. It knows no feature.

Words:
    Feature, Trigger: a set of handlers; one of them, with what pulls it, who may pull it and whether it writes.
    Request, Context: what came in, and where its replies may go; what a handler is given. What writes can ask
        Mattermost nothing; what only reads may (`ReadingContext`).
    Question: what a handler that writes must know of Mattermost, asked before its transaction (`asks=`).
    Reply: what a handler answers, a value. Redirect and Perform go on with another button, or with a command’s line.
    ChatAction: what is to be done in Mattermost beside posting, a value (`bot/actions.py`).
    Dispatcher, Admission: the one way in; the check of who comes in.
    Delivery, Outbox: the one way out; the table of what must arrive, kept until it has.
    HandlerDependencies, DeliveryDependencies, ServerDependencies, ListenerDependencies: what handlers, the delivery,
        the HTTP entrance and the websocket run with; `bot/app.py` makes each once.
    RunCommand, CommandIndex: a button that stands for a command’s line; which command a line calls, or nearly calls.
    Menu, Choosing: a choice under a message; what it carries, `chosen` included. Where a menu would be dead, buttons
        or a dialog (`OpenMenu`, `ChosenOption`) stand for it, and the answer goes to the menu’s own handler.
    MessageRenderer, DialogRenderer: how messages, and forms, look in Mattermost.
    Card: something with buttons of its own in a message that has several.
    Spool, Draft: the file of submissions under way; a submission that was not accepted, or a step begun, for 7 days.
    Front, Waiting: how a feature shows itself in « /aide »; what waits there for whoever asks (`@feature.waiting`).
    HomeHook: what a feature shows who asks at home, in a line (`@feature.at_home`).
    Presence: who is reachable now, asked of Mattermost in pages and known for a minute.
    Search, SearchSource: words, and who looks for them; what finds things of a kind for « /chercher » and for
        « coop-bot search tout » (`@feature.finds`). Hit, Findings, KindFound: one of them; some of a kind; with it.
    Rescue: the button or line to which the bot leads who sees it fail (`@feature.rescues`; one feature of all).
    AccessHook: how who is refused asks for a role (`@feature.gives_access`; one feature of all).
    admits: who may pull a feature’s triggers whatever their role (`@feature.admits`).
    Right: what a feature needs the bot’s account to be able to do.
    Quota: how often one person may ask for something in a day; `quotas.spend(ctx, Quota.POLL)` counts, or refuses.
    AuditEntry: what is noted in the journal in the transaction that does it (`bot/audit.py`).
    Broadcast, PostedBatches: the sending of what is said in many places, batch by batch; its messages where they stand.
    Schedule, JobScheduler, JobRunner: when a job is due; what begins it then; what runs it once for its period.
    Recurrence, Occasion: what comes back each week or month; one time of it.
    OfficeHours, Slot, Closure: when the hotline is open; some hours of a weekday; days on which nobody is there.
    Event, WatchedPlaces, Watchlist: what happened, a value; where a feature listens; where all of them do now.
    EventDispatcher: runs the handlers of events, each at most once for an event; `only=` spares those it does not
        concern.
    DeliveryEvents: tells a feature what became of what it sent (`Delivered`, `Undelivered`).
    WorkPriority, WorkerSlots, WorkerGroup: who waits for long work; how much of it is done at once; all its workers.
    Lease: until when a replica has a row to itself; others may take it afterwards.
    Gate, TablePoller: shut while a server does not answer; looks at a table when something is due, or somebody calls.
    ClockSkew: how far this clock is from the database’s; beyond a minute the replica leaves shared work to others.
    RateLimit, CallPriority: how many calls a second long work and crowds make, halved by a 429; whose calls these are.
    Traffic, SingleFlight, BackgroundFetches, ShieldedTransactions: requests under way, for which other work waits; one
        question for all who ask it at once; what chores ask outside, beside their steps; transactions that end though
        their caller is gone.
    People, PersonQuery: who acts, remembered for a minute; what a feature’s tables say of them, remembered as long
        (`ctx.recall`); `ctx.touched` names whom a handler changed besides.
    Refusal: why Mattermost refused, in a word that holds on every version (`ChatError.refusal`).
    FeedServer, FeedContent: what a program of somebody’s reads over HTTP, by a key that says who asks
        (`@feature.feed`).
    PageServer, PageRequest, PageAnswer: what somebody without an account is shown under a key, and sends from there
        (`@feature.page`, `@feature.sent`).
    WebhookServer, WebhookRequest: what another service sends under a key, signed (`@feature.webhook`).
"""

import sys

# structlog takes « rich » where it finds it (on a developer’s machine): several megabytes, for tracebacks that nobody
# here draws. None makes it absent.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
