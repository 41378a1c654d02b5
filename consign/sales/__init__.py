"""Sales files: read, map, place, park, post; every row accounted for, no sale counted twice."""
