"""How much is measured: the whole bench, or a glance that only proves it works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of each part of the bench; seconds where the name says so."""

    rounds: int = 5
    commands: int = 2000
    open_seconds: float = 4
    submissions: int = 500
    pile: int = 100_000
    away_seconds: float = 30
    away_rate: int = 100
    warm_commands: int = 2000
    all_commands: int = 10_000
    all_reports: int = 2000
    imported: int = 50_000
    starts: int = 5
    page_posts: int = 2000
    page_people: int = 4000
    page_messages: int = 20
    cras: int = 5_000_000
    conseillers: int = 4000
    few: int = 40
    demo_cras: int = 1_000_000
    sheet_rows: int = 20_000
    members: int = 4000
    burst: int = 10_000
    crowd: int = 5000
    receipts: int = 20
    steps: int = 300
    kills: int = 10
    listed: int = 5000
    searches: int = 40
    arrivals: int = 300
    arrivals_seconds: float = 60
    announced: int = 101
    tickets: int = 200
    lines: int = 100
    resources: int = 20_000
    voters: int = 4000
    gathered: int = 5000
    feeds: int = 50
    messages: int = 100_000
    reported_seconds: float = 60
    dead_links: int = 5000
    told: int = 400
    examples: int = 100_000
    postgres: bool = True


QUICK = Plan(
    rounds=1,
    commands=40,
    open_seconds=0.3,
    submissions=20,
    pile=2000,
    away_seconds=1,
    away_rate=20,
    warm_commands=50,
    all_commands=100,
    all_reports=20,
    imported=300,
    starts=1,
    page_posts=50,
    page_people=40,
    page_messages=3,
    cras=2000,
    conseillers=50,
    few=5,
    demo_cras=500,
    sheet_rows=100,
    members=450,
    burst=300,
    crowd=300,
    receipts=3,
    steps=40,
    kills=2,
    listed=200,
    searches=5,
    arrivals=10,
    arrivals_seconds=2,
    announced=5,
    tickets=20,
    lines=4,
    resources=300,
    voters=60,
    gathered=200,
    feeds=3,
    messages=2000,
    reported_seconds=3,
    dead_links=50,
    told=20,
    examples=500,
    postgres=False,
)
