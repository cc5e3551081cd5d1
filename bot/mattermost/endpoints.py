"""mattermostdriver’s endpoint classes, without its driver.

The package’s own first module imports a synchronous client and a websocket of its own, with requests, urllib3 and
websockets: megabytes and a tenth of a second for what is never called. Its place is taken by an empty module that only
knows where the files are.
"""

import sys
from importlib.util import find_spec, module_from_spec

if "mattermostdriver" not in sys.modules and (found := find_spec("mattermostdriver")):
    sys.modules["mattermostdriver"] = module_from_spec(found)

from mattermostdriver.endpoints.channels import Channels
from mattermostdriver.endpoints.files import Files
from mattermostdriver.endpoints.integration_actions import IntegrationActions
from mattermostdriver.endpoints.posts import Posts
from mattermostdriver.endpoints.reactions import Reactions
from mattermostdriver.endpoints.teams import Teams
from mattermostdriver.endpoints.users import Users

__all__ = ["Channels", "Files", "IntegrationActions", "Posts", "Reactions", "Teams", "Users"]
