"""Messages about moderation: mutes, bans, the rules of the chat, and the log of acts."""
