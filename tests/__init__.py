"""Stories, wire tests, properties and architecture."""

from hypothesis import settings

# Machines are shared and slow at times: no property is about time.
settings.register_profile("coop", deadline=None)
settings.load_profile("coop")
