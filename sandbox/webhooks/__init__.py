"""Incoming and outgoing webhooks: posts from outside, and posts told to the outside."""

from sandbox.webhooks import incoming, outgoing

routes = [*incoming.routes, *outgoing.routes, *incoming.entrance]
