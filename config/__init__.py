"""Settings and reference tables: all that differs between deployments, and all that never does.

Words:
    PlannedChannel, Belonging, Rules: a channel that is to be; who belongs there; by the register and by name, each with
        its reason.
    Edition, Programme, Rhythm, Occasion: a digest that comes back; what animateurs changed of it; when; one time, a
        holiday minded.
"""
