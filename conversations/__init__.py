"""The pure core: dialogues, sessions, cases. No I/O, no clock, no logging; imports nothing of ours."""
