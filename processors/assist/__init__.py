"""Help for agents: an answer to begin with, and translations. Nothing here sends; people do."""
