"""Settings and reference tables: all that differs between deployments, and all that never does.

Words:
    PlannedChannel, Belonging: a channel that is to be; who belongs there.
    Edition: a digest that comes back.
"""
