"""The drill: three replicas of the bot, PostgreSQL with a standby, a balancer and Mattermost, on a bad Monday.

Words:
    Stage: the processes; a Replica is one of the bot’s, a Cluster the two servers of PostgreSQL.
    Monday: what people do all the while; Sent is one of these acts, with what was answered.
    Blow: what befalls the stage; when it is over, and how long people still felt it.
    Verdict: what became of what was accepted: lost, doubled, out of order.
"""
