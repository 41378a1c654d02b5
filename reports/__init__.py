"""Documents for people, written from plain figures and rows. Adds up again what it is told, and computes no fee."""
