"""The ressourcerie: resources, and how they are found again."""

from storage.ressources.resource import Resource, State
from storage.ressources.search import Found, Hit, search

__all__ = ["Found", "Hit", "Resource", "State", "search"]
