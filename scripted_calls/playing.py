"""Play the scripted caller on a simulated phone network, on a telephone of its own.

A player carries acts out and brings events; what is done and why stands in the scripts. It tells
every line of the conversation to `tell(at, who, words)`, as it happens.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from phone_network.actor_client import Acting
from scripted_calls import calling
from scripted_calls.caller import GROUP_DIGITS, Caller, advance
from scripted_calls.hand import Hand, Pressed
from spoken_prompts import Prompts

Tell = Callable[[datetime, str, str], object]

# Seconds that each act takes a person, before it is done.
KEY_SECONDS = 0.6
TYPED_DIGIT_SECONDS = 1.2
# What the network calls whoever speaks for the application.
LINE = "line"


class Wizard(Protocol):
    """The license server's wizard, as the caller uses it."""

    async def enter(self, new_license_server_id: str) -> calling.Accepted | calling.Refused:
        """Type the new license server ID and choose Next."""

    async def answer(self, challenge: str) -> calling.Answered:
        """Type a challenge and read the answer."""


class Party:
    """What both players share: a telephone, a language, and pauses in simulated time."""

    def __init__(self, phone: Acting, prompts: Prompts, language: str, tell: Tell) -> None:
        self._phone = phone
        self._prompts = prompts
        self._language = language
        self._tell = tell
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._call = ""
        self._now: datetime

    async def _next(self) -> Mapping[str, Any]:
        """The next event; time goes on until there is one."""
        return self._waiting.popleft() if self._waiting else await self._receive()

    async def _receive(self) -> Mapping[str, Any]:
        event = await self._phone.next()
        self._now = datetime.fromisoformat(event["at"])
        self._witness(event)
        return event

    def _witness(self, event: Mapping[str, Any]) -> None:
        """Tell what is to be told at the moment it happens, whatever the player is busy with."""

    async def _pause(self, seconds: float) -> None:
        """Let simulated time pass; what happens meanwhile is kept for later."""
        seen = self._phone.log[-1]["seq"] if self._phone.log else 0
        await self._phone.do("sleep", seconds=seconds, seen=seen)
        while (event := await self._receive())["event"] != "woke":
            self._waiting.append(event)

    async def _say(self, phrase: str, values: Mapping[str, str]) -> None:
        digits = {
            name: self._prompts.digits(value, self._language) if name == "digits" else value
            for name, value in values.items()
        }
        text = self._prompts.text(phrase, self._language, **digits)
        await self._phone.do("say", call=self._call, text=text)

    def _recognise(self, event: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        found = self._prompts.recognise(event["text"], self._language)
        return (found.prompt_id, dict(found.values)) if found else ("", {})


class CallerPlayer(Party):
    """Plays a scripted caller: keypad, ear, voice and the wizard's page."""

    def __init__(
        self,
        phone: Acting,
        prompts: Prompts,
        language: str,
        tell: Tell,
        *,
        script: Caller,
        wizard: Wizard,
        hand: Hand | None = None,
        key_seconds: float = KEY_SECONDS,
    ) -> None:
        super().__init__(phone, prompts, language, tell)
        self.script = script
        self.history: list[Pressed | calling.Heard | calling.Ended] = []
        self._hand = hand if hand is not None else Hand()
        self._key_seconds = key_seconds
        self._keys_since: datetime | None = None
        self._typed = ""
        self.call_sid = ""
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self._wizard = wizard
        self.waits = asyncio.Event()

    async def call(self, number: str, from_number: str) -> None:
        """Ring the number and stay on the line until the call is over, or until its call-back is.

        `waits` is set once the caller has hung up and waits to be called back.
        """
        if self.script.wants_call_back:
            await self._phone.do("register", number=from_number)
        await self._phone.do("call", to=number, **{"from": from_number})
        while not self.script.ended:
            event = await self._next()
            match event["event"]:
                case "placed":
                    self._call = self.call_sid = event["call"]
                    self.began = self._now
                    self._tell(self._now, "caller", f"dials {number}")
                case "hears" | "pressed" | "stopped":
                    await self._follow_hand(event)
                case "heard" if not event["cut"]:
                    heard = calling.Heard(*self._recognise(event))
                    self.history.append(heard)
                    await self._take(heard)
                case "listening":
                    await self._take(calling.Listening())
                case "ended":
                    self.ended = self._now
                    self._tell(self._now, "network", f"the call ended: {event['reason']}")
                    self._break_off()
                    self.history.append(calling.Ended())
                    await self._take(calling.Ended())
                    self.waits.set()
                case "ringing":
                    self._call = self.call_sid = event["call"]
                    self._tell(self._now, "network", f"{event['from']} calls the caller back")
                    await self._take(calling.Rings())

    async def _follow_hand(self, event: Mapping[str, Any]) -> None:
        """Whoever is spoken to by the line in the middle of keying stops, and listens."""
        since = self._keys_since
        if event["event"] != "hears":
            self._keys_since = None
            self._take_back(event.get("left", ""))
        elif (
            since is not None
            and event["who"] == LINE
            and datetime.fromisoformat(event["at"]) > since
        ):
            await self._phone.do("stop_pressing", call=self._call)

    def _break_off(self) -> None:
        """The call is over; keys of a breath that was under way were not all pressed."""
        since, self._keys_since = self._keys_since, None
        last = self.history[-1] if self.history else None
        if since is not None and isinstance(last, Pressed):
            pressed = int((self._now - since).total_seconds() / self._key_seconds) + 1
            self._take_back(last.keys[pressed:])

    def _take_back(self, left: str) -> None:
        """These keys of the last breath were not pressed after all."""
        if not left:
            return
        place, last = next(
            (place, each)
            for place, each in reversed(list(enumerate(self.history)))
            if isinstance(each, Pressed)
        )
        self.history[place] = replace(last, keys=last.keys[: len(last.keys) - len(left)])

    async def leave(self) -> None:
        """Let time go on without this telephone."""
        await self._phone.rest()

    def _witness(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "hears":
                self._tell(self._now, _speaker(event["who"]), event["text"])
            case "error":
                self._tell(self._now, "network", event["message"])

    async def _take(self, event: calling.Event) -> None:
        self.script, acts = advance(self.script, event)
        for act in acts:
            await self._act(act)

    async def _act(self, act: calling.Act) -> None:
        match act:
            case calling.Press(keys):
                pressed = self._hand.keys(keys)
                self.history.append(Pressed(keys, pressed))
                self._tell(self._now, "caller keys", _grouped(pressed))
                self._keys_since = self._now
                await self._phone.do(
                    "press", call=self._call, digits=pressed, pace=self._key_seconds
                )
            case calling.Say(phrase, values):
                phrase = f"caller_{phrase}"
                await self._say(phrase, values)
                said = self._prompts.text(phrase, self._language, **values)
                self._tell(self._now, "caller", said)
            case calling.TypeIntoWizard(code, groups):
                count = len(groups) * GROUP_DIGITS if groups else len(code)
                await self._pause(count * TYPED_DIGIT_SECONDS)
                self._type(code, groups)
                self._tell(self._now, "caller types", _grouped(self._typed))
                answer = await self._wizard.enter(self._typed)
                if isinstance(answer, calling.Accepted):
                    shown = f"accepted; the closing code is {answer.closing_code}"
                else:
                    shown = answer.message
                self._tell(self._now, "wizard", shown)
                await self._take(answer)
            case calling.TypeChallenge(digits):
                await self._pause(len(digits) * TYPED_DIGIT_SECONDS)
                self._tell(self._now, "caller types", digits)
                answered = await self._wizard.answer(digits)
                self._tell(self._now, "wizard", f"answers {answered.digits}")
                await self._take(answered)
            case calling.Answer():
                await self._phone.do("answer", call=self._call)
            case calling.HangUp(why):
                self._tell(self._now, "caller", f"hangs up: {why}")
                await self._phone.do("hang_up", call=self._call)

    def _type(self, code: str, groups: tuple[int, ...]) -> None:
        """Type the code, or only these groups of it anew."""
        again = groups or range(1, len(code) // GROUP_DIGITS + 1)
        typed = list(batched(self._typed or code))
        for group in again:
            typed[group - 1] = self._hand.types(batched(code)[group - 1])
        self._typed = "".join(typed)


def _speaker(who: str) -> str:
    return "representative" if who.startswith("client:") else who


def _grouped(keys: str) -> str:
    """Digits in fives, as they stand on the wizard's page."""
    digits, end = keys.rstrip("#*"), keys[len(keys.rstrip("#*")) :]
    return " ".join(filter(None, ["-".join(batched(digits)), end]))


def batched(digits: str) -> list[str]:
    """The groups of a code."""
    return [digits[place : place + GROUP_DIGITS] for place in range(0, len(digits), GROUP_DIGITS)]
