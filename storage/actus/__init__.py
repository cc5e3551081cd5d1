"""News: what was collected, the digests that are made of it, where it comes from, and who gets some of it apart.

Words:
    Digest, Item, Entry, Sheet: one number of an edition; something collected; that in a digest, in its editors’ words;
        the digest as it is read, from which each format is made.
    Subscription, Candidate, Reader: somebody’s own digest; what came out and may be in it; whose it is chosen for, and
        by what.
    Item, Feed, Seen: something that may go into the news, whoever or whatever brought it; where some comes from; what
        of it was seen.
"""
