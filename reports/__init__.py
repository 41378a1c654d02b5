"""Documents for people, written from plain figures. Adds up again what it is told, and computes no fee."""
