"""People who use Mattermost: the actors of the stories. They know the API and the websocket, nothing of the bot."""

from tests.people.api import Api, Refused, new_session
from tests.people.clients import AppsWeb, Client, LegacyWeb, Mobile, web_client
from tests.people.dialog import Answer, Dialog
from tests.people.ears import Frame
from tests.people.person import Person
from tests.people.post import Post
from tests.people.site import PASSWORD, Site, first_admin, unique

__all__ = [
    "PASSWORD",
    "Answer",
    "Api",
    "AppsWeb",
    "Client",
    "Dialog",
    "Frame",
    "LegacyWeb",
    "Mobile",
    "Person",
    "Post",
    "Refused",
    "Site",
    "first_admin",
    "new_session",
    "unique",
    "web_client",
]
