from . import stories
KINDS=("story",)
def document(rng, kind=None):
    t,s=stories.story(rng); return "story", stories.titled(rng,t,s)
