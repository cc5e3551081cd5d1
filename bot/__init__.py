"""The machine: how a trigger reaches a handler and how its replies leave. It knows no feature.

Words:
    Feature, Trigger: a set of handlers; one of them with what pulls it, who may, and whether it writes.
    Switch: which features are on (`COOP_FEATURES`); what is off says so.
    Right, Standing, Lack: what a feature needs the bot’s account to be able to do; what it can; what is missing.
    Schedule, Jobs, Runs: when a job is due, in Paris or in each zone; the clock; a job at work, once for its period, in
        nobody’s name.
    Request, Context: what came in, and where replies may go; what a handler is given.
    Reply: what a handler answers, a value.
    Dispatcher, Admission: the one way in; who comes in.
    Delivery, Outbox: the one way out; what must arrive, kept until it has.
    Machine, Doors, Ways: the parts that handlers, the HTTP entrance and the delivery run with: three bundles that
        `bot/app.py` makes.
    Run, Perform, KnownCommands: a button that stands for a command’s line; the reply that goes on with one; what a line
        calls, and what is near to it.
    Front, Waiting: how a feature shows itself in « /aide »; what it says there waits for somebody (`@feature.waiting`).
    Rescue: the button, or the line, to which the bot leads who sees it fail (`@feature.rescues`: one feature of all).
    admits: who may pull a feature’s triggers whatever their role, and is shown them (`@feature.admits`).
    Feed, Feeds: what a program of somebody’s reads over HTTP, by a key that says who asks (`@feature.feed`); how it is
        answered.
    Quota: how much one person may ask of the bot in a day where others see it; `quotas.spend(ctx, Quota.POLL)` counts
        one more in the handler’s own transaction, or refuses.
    Face: the name and picture that answers of commands carry.
    Act: what is done in Mattermost beside saying something, as a value.
    Tidings: telling features what became of what they sent.
    Rounds: looking at a table whenever something is due there, or somebody calls.
    Skew: how far this machine’s clock is from the database’s; beyond a minute the replica runs no jobs, and takes
        nothing that another could.
    Lease: until when a replica has a row to itself; others may take it afterwards.
    stopped: the last step of work that ends before its end: stopped, refused, failed.
    Press: a click that goes on with another: a dialog stood for it, or a button or command that only read (Mattermost
        asked) before one that writes.
    Pace, Hands, Crew, Errands: who waits for work, which says when it is done; how much of it at once; all who do one
        sort; what chores ask outside, beside their steps.
    Step, Stage: one dialog of several that count once together, under one key; the names of a step’s elements.
    Menu, Choosing: a choice under a message; what it carries, `chosen` included. In a whisper buttons or a dialog
        (`OpenMenu`, `Chosen`) stand for it, and the dialog’s answer (`Press`) goes to the menu’s own handler.
    Window: how a form looks in Mattermost: the dialog and what it seals.
    Spool, Draft: the journal of submissions under way; one that could not be accepted, or a step begun, for 7 days.
    touched: of whom else a handler changed something: known at once after the commit.
    Reading: what a feature’s tables say of a person, remembered for a minute as the person is: `ctx.recall`.
    Refusal: why Mattermost refused, in a word that holds on every version (`ChatError.refusal`).
    Traffic, Transactions, Shared: how many requests are under way, so that other work waits; transactions that go on
        though their caller is gone; a question asked once for all who wait for its answer.
    Event, Watched, Watching: what happened, a value; where a feature listens; where all of them do now.
    Hearing: the handlers of events, each hearing one at most once.
    in_use, name_of: of others than who acts: who can be written to still, what they are called.
    OfficeHours, Slot, Closure: when the hotline is open, and delays counted in open time; some hours of a weekday; days
        on which nobody is there.
    Card: something with buttons of its own in a message that has several; where Mattermost takes little under one post
        they go in several.
    wishes: rights without which a feature does less, and says so.
    only: of which events a handler wants to know, by the event alone: others cost no transaction (`@feature.event(…,
        only=…)`).
"""

import sys

# structlog takes « rich » where it finds it (on a developer’s machine): several megabytes, for tracebacks that nobody
# here draws. None makes it absent.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
