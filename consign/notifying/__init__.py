"""Notices leave the process: dealt out to their people, said in each one's language, sent by the office's services."""
