"""What a new demo gets once its processes run: settings, history, channels and the bot in them."""

from bot.clock import utc_now
from cli import envfile
from cli.canaux import bring_to_plan
from cli.demo import history
from cli.demo.cast import ADMIN, TEAM
from cli.demo.plan import HOST, DemoPlan
from cli.demo.rooms import rooms
from cli.demo.visitor import bring_in, log_in, people_server
from cli.environment import open_database
from cli.errors import OperatorError
from cli.setup.command import SetupOptions, setup
from config.settings import read
from storage import schema
from storage.database import Database

CALLS = 1000
"""The calls a second that the embedded server takes."""


async def migrate(plan: DemoPlan) -> None:
    """Make the tables of the bot’s database."""
    await schema.upgrade(plan.database_url)


async def fill(plan: DemoPlan) -> None:
    """Write the history of the people whom the server has."""
    database = Database(plan.database_url)
    try:
        now = utc_now()
        ids = await people_server(plan.url)
        await history.fill(database, ids, now)
        await history.fill_agenda(database, ids, now)
        await history.fill_shelf(database, now)
        await history.fill_directory(database, now)
    finally:
        await database.close()


async def set_up(plan: DemoPlan) -> bool:
    """Prepare the server as an operator does, and write the demo’s settings; return whether these changed.

    They change if the ports are others than last time.
    """
    before = plan.env.read_text("utf-8") if plan.env.exists() else ""
    said: list[str] = []
    options = SetupOptions(
        url=plan.url,
        admin_token=await log_in(plan.url, ADMIN),
        team=TEAM,
        public_url=plan.bot_url,
        write=plan.env,
        contact="",
        fix_server=True,
        replace=True,
        rights=True,
    )
    if await setup(options, said.append):
        raise OperatorError("\n".join(said))
    own = {
        "COOP_DATABASE_URL": plan.database_url,
        "COOP_DATA_DIR": str(plan.folder),
        "COOP_HOST": HOST,
        "COOP_PORT": str(plan.bot_port),
        "COOP_CHANNELS": str(plan.channels),
    }
    envfile.write(plan.env, envfile.change(plan.env.read_text("utf-8"), own))
    return plan.env.read_text("utf-8") != before


async def let_in(plan: DemoPlan) -> None:
    """Add the bot to the existing private channels, which it does not see, create the other planned ones, send the poll
    and publish the digest."""
    await bring_in(plan.url, TEAM, "coop", [room.name for room in rooms()])
    settings = read(plan.env).model_copy(update={"work_calls": CALLS})
    await bring_to_plan(settings, utc_now, admin_token=await log_in(plan.url, ADMIN))
    async with open_database(settings) as database, database.transaction() as db:
        await history.ask_poll(db, utc_now())
        await history.publish_news(db, settings, utc_now())
