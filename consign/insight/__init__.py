"""Questions over everything that is kept: what sells where, what runs out, what nears its end. Writes nothing but reminders."""
