"""Every Web API method by its name."""

from sandbox.slack.methods import accounts, chat, conversations, files, reactions, views
from sandbox.slack.methods.method import Methods

METHODS: Methods = {
    **accounts.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **views.METHODS,
    **files.METHODS,
    **reactions.METHODS,
}
