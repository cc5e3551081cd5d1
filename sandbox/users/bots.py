"""Bots and access tokens."""

from typing import Any

from sandbox.call import OK, Body, Call, created
from sandbox.channels.creation import open_direct
from sandbox.errors import ApiError, forbidden, invalid_body, missing_user
from sandbox.ids import new_id
from sandbox.posts.publication import Notice, system_post
from sandbox.records import Token, User
from sandbox.routes import Routes
from sandbox.users.accounts import check_new
from sandbox.users.activation import set_active
from sandbox.users.profiles import editable
from sandbox.users.views import TIMEZONE, default_notify_props

routes = Routes()


def bot_json(user: User) -> dict[str, Any]:
    """Return a bot as the calls of bots show it."""
    body = {
        "user_id": user.id,
        "username": user.username,
        "display_name": user.first_name,
        "description": user.bot_description,
        "owner_id": user.bot_owner_id,
        "create_at": user.create_at,
        "update_at": user.bot_updated_at,
        "delete_at": user.delete_at,
    }
    return {name: value for name, value in body.items() if value or name not in {"display_name", "description"}}


def _manageable(call: Call) -> User:
    """Return the bot of the path, if the caller manages bots; whoever does not is told that there is none."""
    bot = call.state.users.get(call.id("bot_user_id"))
    may = call.world.rights.in_system(call.user, "manage_others_bots")
    if bot is None or not bot.is_bot or not may:
        raise ApiError("store.sql_bot.get.missing.app_error", 404)
    return bot


@routes.post("/bots")
async def create_bot(call: Call) -> object:
    """Make a bot, owned by the caller, who must be a person."""
    body = call.body("bot")
    _check_may_create(call)
    bot = _draft(call, body)
    check_new(call, bot)
    call.state.users.add(bot)
    _greet(call, bot)
    return created(bot_json(bot))


def _check_may_create(call: Call) -> None:
    if not call.world.rights.in_system(call.user, "create_bot") or call.user.is_bot:
        raise forbidden()
    if not call.world.config.service("EnableBotAccountCreation"):
        raise ApiError("api.bot.create_disabled", 403)


def _draft(call: Call, body: Body) -> User:
    now = call.state.clock.tick()
    username = body.text("username").lower()
    return User(
        id=new_id(),
        username=username,
        email=f"{username}@localhost",
        create_at=now,
        update_at=now,
        first_name=body.text("display_name"),
        is_bot=True,
        bot_description=body.text("description"),
        bot_owner_id=call.user.id,
        bot_updated_at=now,
        notify_props=default_notify_props(call.world),
        timezone=dict(TIMEZONE),
        last_password_update=now,
    )


def _greet(call: Call, bot: User) -> None:
    """Let a new bot write to its owner, as the real server does."""
    channel = open_direct(call, bot, call.user, by=bot)
    text = "Please add me to teams and channels you want me to interact in. To do this, use the browser or desktop app."
    system_post(call.world, channel, bot, Notice("system_add_bot_teams_channels", text, {}))


@routes.get("/bots")
async def list_bots(call: Call) -> object:
    """List the bots, to those who may read them."""
    if not call.world.rights.in_system(call.user, "read_others_bots"):
        raise forbidden()
    with_deleted = call.flag("include_deleted")
    bots = [user for user in call.state.users if user.is_bot and (with_deleted or not user.delete_at)]
    return [bot_json(bot) for bot in call.page().cut(bots)]


@routes.get("/bots/{bot_user_id}")
async def get_bot(call: Call) -> object:
    """Return a bot."""
    bot = _manageable(call)
    if bot.delete_at and not call.flag("include_deleted"):
        raise ApiError("store.sql_bot.get.missing.app_error", 404)
    return bot_json(bot)


@routes.put("/bots/{bot_user_id}")
async def patch_bot(call: Call) -> object:
    """Change a bot's names and description."""
    body = call.body("bot")
    bot = _manageable(call)
    bot.username = body.text("username", bot.username).lower()
    bot.first_name = body.text("display_name", bot.first_name)
    bot.bot_description = body.text("description", bot.bot_description)
    bot.update_at = bot.bot_updated_at = call.state.clock.tick()
    return bot_json(bot)


@routes.post("/bots/{bot_user_id}/disable")
async def disable_bot(call: Call) -> object:
    """Switch a bot off."""
    bot = _manageable(call)
    set_active(call.world, bot, active=False)
    return bot_json(bot)


@routes.post("/bots/{bot_user_id}/enable")
async def enable_bot(call: Call) -> object:
    """Switch a bot on again."""
    bot = _manageable(call)
    set_active(call.world, bot, active=True)
    return bot_json(bot)


@routes.post("/bots/{bot_user_id}/assign/{user_id}")
async def assign_bot(call: Call) -> object:
    """Give a bot another owner."""
    bot = _manageable(call)
    owner = call.state.users.get(call.id("user_id"))
    if owner is None:
        raise missing_user()
    bot.bot_owner_id = owner.id
    bot.bot_updated_at = call.state.clock.tick()
    return bot_json(bot)


@routes.post("/users/{user_id}/tokens")
async def create_token(call: Call) -> object:
    """Make an access token; only this answer has its secret."""
    user = editable(call, call.id("user_id"))
    description = call.body("user_access_token").text("description")
    if not description:
        raise invalid_body("description")
    if not user.is_bot:
        _check_personal_tokens(call)
    token = Token(new_id(), new_id(), user.id, call.state.clock.tick(), description)
    call.state.tokens.add(token)
    return token_json(token) | {"token": token.token}


def _check_personal_tokens(call: Call) -> None:
    if not call.world.config.service("EnableUserAccessTokens"):
        raise ApiError("app.user_access_token.disabled", 501)
    if not call.world.rights.in_system(call.user, "create_user_access_token"):
        raise forbidden()


def token_json(token: Token) -> dict[str, Any]:
    """Return an access token without its secret."""
    return {
        "id": token.id,
        "user_id": token.user_id,
        "description": token.description,
        "is_active": token.is_active,
    }


@routes.get("/users/{user_id}/tokens")
async def list_tokens(call: Call) -> object:
    """List somebody's access tokens."""
    user = editable(call, call.id("user_id"))
    tokens = [token for token in call.state.tokens_of.rows(user.id) if not token.is_session]
    return [token_json(token) for token in call.page().cut(tokens)]


def _named_token(call: Call) -> Token:
    token = call.state.tokens.get(call.body("token").text("token_id"))
    if token is None or token.is_session:
        raise ApiError("app.user_access_token.get_by_token.app_error", 404)
    editable(call, token.user_id)
    return token


@routes.post("/users/tokens/revoke")
async def revoke_token(call: Call) -> object:
    """Take an access token away for good."""
    token = _named_token(call)
    call.state.tokens.remove(token)
    if call.world.caps.revoked_token_is_deaf:
        call.world.hub.silence(token.user_id, token.id)
    return OK


@routes.post("/users/tokens/disable")
async def disable_token(call: Call) -> object:
    """Switch an access token off."""
    token = _named_token(call)
    token.is_active = False
    if call.world.caps.revoked_token_is_deaf:
        call.world.hub.silence(token.user_id, token.id)
    return OK


@routes.post("/users/tokens/enable")
async def enable_token(call: Call) -> object:
    """Switch an access token on again."""
    _named_token(call).is_active = True
    return OK
