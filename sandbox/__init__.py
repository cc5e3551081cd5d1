"""An embedded Mattermost to try and test the bot against; it knows nothing of the bot."""

from sandbox.server import Sandbox
