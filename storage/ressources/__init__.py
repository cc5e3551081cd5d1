"""The ressourcerie: resources, and how they are found again.

Words:
    Resource, Version, Mark, Need: something of the ressourcerie; how it was before a change; ⭐ or 👍 of somebody; what
        somebody looked for in vain.
    Collection, Follow, Check: resources under a name; a theme of which somebody hears each week; how a link was when
        last looked at.
"""

from storage.ressources.catalogue import SearchPage, search
from storage.ressources.resources import Resource, ResourceState
