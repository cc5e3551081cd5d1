"""Incoming and outgoing webhooks: posts from outside, and posts told to the outside."""
