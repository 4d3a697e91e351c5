"""Kinds of drafts that the forms of the board leave, as Draft.kind."""

TOPIC, REPLY, ANSWER = "topic", "reply", "answer"
# Of an act's reason or result, where the session ended before it was sent.
ACT = "act"
