"""The Bot API's methods, one file per subject; each takes the world and the call's checked parameters."""
