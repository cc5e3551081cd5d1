"""News: what was collected, the digests that are made of it, where it comes from, and who gets some of it apart.

Words:
    Digest, Item, DigestEntry: one number of an edition; something that may go into the news, whoever or whatever
        brought it; that in a digest, in its editors’ words.
    NewsSubscription, Candidate: somebody’s own digest; what came out and may be in it.
    NewsFeed, SeenArticle: where some items come from; what of it was seen.
"""
