"""The bots we are compared with, each as its own documentation would have it written."""
