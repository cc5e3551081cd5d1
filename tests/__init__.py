"""Stories, wire tests, properties and architecture."""
