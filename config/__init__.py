"""Settings, which differ between deployments, and reference tables, which do not.

Words:
    PlannedChannel, Belonging: a channel that is to be; who belongs there.
    Edition: a digest that comes back.
"""
