"""Words that stand before a name and aren't part of it."""

TITLES = frozenset(
    """mr mrs ms miss mx dr prof professor sir dame lord lady rev fr sr st president minister secretary general
    colonel col gen lt sgt capt captain major admiral sen senator rep representative governor mayor judge
    justice bishop archbishop cardinal rabbi imam sheikh chancellor premier chief chairman chairwoman
    spokesman spokeswoman spokesperson director ambassador commissioner prime foreign deputy vice former
    acting attorney councillor inspector officer detective sheriff coach manager head boss leader co-chairman
    chair ceo founder owner""".split()
)
