"""A seeded generator of English about one small world: villages, animals, crafts, food, weather.

No outside text: every sentence comes from the frames and word tables in this package. See
`corpus.py` for the mixture, `python -m text --help` to read some of it.
"""
