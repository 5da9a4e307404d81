"""Play the scripted representative: at the console's pages, and on a telephone to speak."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from phone_network.actor_client import Acting
from scripted_calls import representative as serving
from scripted_calls.console import OvertakenError
from scripted_calls.playing import Party, Tell
from spoken_prompts import Prompts

# Seconds that each act takes a person, before it is done.
ACT_SECONDS = {
    "answer": 3.0,
    "verify": 5.0,
    "challenge": 3.0,
    "answer-challenge": 5.0,
    "issue": 5.0,
    "read": 0.5,
    "ask-closing-code": 4.5,
    "finish": 5.0,
}
GLANCE_SECONDS = 1.0


class Console(Protocol):
    """The agent console, as the representative uses it."""

    async def look(self) -> serving.Desk:
        """Read the desk."""

    async def do(self, act: serving.Do) -> None:
        """Carry out one act."""


class RepresentativePlayer(Party):
    """Plays a scripted representative: the console's pages, and a telephone to speak."""

    def __init__(
        self,
        phone: Acting,
        prompts: Prompts,
        language: str,
        tell: Tell,
        *,
        script: serving.Representative,
        console: Console,
        identity: str,
    ) -> None:
        super().__init__(phone, prompts, language, tell)
        self.script = script
        self._console = console
        self._identity = identity
        self._overtaken = ""

    @property
    def has_call(self) -> bool:
        """Whether a call has come through."""
        return bool(self._call)

    async def work(self) -> None:
        """Serve one call from ringing to the end of wrap-up."""
        await self._phone.do("register", client=self._identity)
        while (await self._receive())["event"] != "registered":
            pass
        while not self.script.finished:
            desk = await self._console.look()
            # Nobody speaks into a telephone that has not rung yet.
            await self._take(desk if self._call else replace(desk, call_id=None))
            await self._glance()
            while self._waiting:
                await self._notice(self._waiting.popleft())
        # Who is done holds up nobody's time: the caller may still be with the line.
        await self._phone.rest()

    async def _glance(self) -> None:
        """Let a moment pass before the next look at the desk."""
        await self._pause(GLANCE_SECONDS)

    async def _notice(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "ringing":
                self._call = event["call"]
                await self._phone.do("answer", call=self._call)
            case "heard":
                phrase, values = self._recognise(event)
                await self._take(serving.CallerSaid(phrase.removeprefix("caller_"), values))

    async def _take(self, event: serving.Event) -> None:
        before = self.script
        self.script, acts = serving.advance(before, event)
        for act in acts:
            match act:
                case serving.Say(phrase, values):
                    await self._say(phrase, values)
                case serving.Do(name):
                    if name in ACT_SECONDS:
                        await self._pause(ACT_SECONDS[name])
                    try:
                        await self._console.do(act)
                    except OvertakenError:
                        if self._overtaken == name:  # what stays open and is refused is a defect
                            raise
                        self.script, self._overtaken = before, name
                        self._tell(self._now, "console", f"{name.replace('-', ' ')}: too late")
                        return
                    self._overtaken = ""
                    self._tell(self._now, "console", name.replace("-", " "))
