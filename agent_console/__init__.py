"""Where representatives work: the web console."""

from agent_console.pages import create_blueprint
from agent_console.services import ConsoleServices, VoiceCredentials

__all__ = ["ConsoleServices", "VoiceCredentials", "create_blueprint"]
