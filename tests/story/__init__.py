"""What the story is told with: the place, its papers, and its people, who do everything by the pages alone."""
