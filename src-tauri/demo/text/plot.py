"""What a plot is."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Plot:
    """`topic` says in a few words what the story is about; each beat is a choice of frames.

    `beasts` lists whether animals and people may be the hero; `told`, whether the hero may be "I".
    """

    topic: str
    beats: tuple
    morals: tuple = ()
    beasts: tuple = (False,)
    told: bool = True


BOTH = (False, True)
