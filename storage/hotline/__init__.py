"""The hotline: tickets, how they move, where they stand, and what is said about them.

Words:
    MoveNote: what else there is to a ticket’s move: words for all who read it, words for agents only, a person by id, a
        queue.
    Incident: an outage: proposed for look-alike tickets, said by an agent, told of to all of them, over.
    DutyTurn, DutySwap: somebody on duty at the hotline, for a queue or all of them, unless they are away
        (storage/absences.py); a turn proposed to another.
"""
