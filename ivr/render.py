"""Spoken actions as TwiML, by the builders of the `twilio` package; the one place that knows it.

Actions are hashable and the texts never change while a process runs, so documents are cached.
"""

from functools import lru_cache

from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.actions import Ask, HangUp, JoinConference, Listen, Say, Spoken, WaitInQueue
from spoken_prompts import Prompts, RefusedVoices

TURN = "/voice/turn"
WAIT = "/voice/wait"
LEFT_QUEUE = "/voice/left-queue"
CACHED_DOCUMENTS = 4096


class Renderer:
    """Renders for one catalogue of prompts."""

    def __init__(self, prompts: Prompts, refused: RefusedVoices | None = None) -> None:
        """Voices that are `refused` are passed over from the next document on."""
        self._prompts = prompts
        self._refused = refused or RefusedVoices()
        self._rendered_without = self._refused.look()
        self._cached = lru_cache(CACHED_DOCUMENTS)(self._document)

    def document(
        self, spoken: tuple[Spoken, ...], language: str, queue: str, pace: str = "normal"
    ) -> str:
        """The TwiML document of one turn, spoken slow, normal or fast.

        `queue` names the support centre's queue.
        """
        refused = self._refused.look()
        if refused is not self._rendered_without:
            self._rendered_without = refused
            self._cached.cache_clear()
        return self._cached(spoken, language, queue, pace)

    def _document(self, spoken: tuple[Spoken, ...], language: str, queue: str, pace: str) -> str:
        response = VoiceResponse()
        for action in spoken:
            match action:
                case Say():
                    self._say(response, action, language, pace)
                case Ask(says, digits, seconds, star):
                    gather = _gather(
                        TURN,
                        seconds,
                        finish_on_key="#" if digits is None else "*" if star else "",
                        **({} if digits is None else {"num_digits": digits}),
                    )
                    for say in says:
                        self._say(gather, say, language, pace)
                    response.append(gather)
                case Listen(says, seconds):
                    # The same address as that of the wait document: whichever of the two the
                    # network asks for next, the caller goes on waiting.
                    gather = _gather(WAIT, seconds, num_digits=1, finish_on_key="")
                    for say in says:
                        self._say(gather, say, language, pace)
                    response.append(gather)
                case WaitInQueue():
                    response.enqueue(
                        queue,
                        action=LEFT_QUEUE,
                        method="POST",
                        wait_url=WAIT,
                        wait_url_method="POST",
                    )
                case JoinConference(conference):
                    # The caller is redirected out to key something and comes back, so leaving
                    # must not end the conference; whoever ends the call ends it.
                    response.dial().conference(
                        conference, beep=False, end_conference_on_exit=False, wait_url=""
                    )
                case HangUp():
                    response.hangup()
        return str(response)

    def _say(self, parent: VoiceResponse | Gather, say: Say, language: str, pace: str) -> None:
        language = say.language or language
        values = {
            name: self._prompts.digits(value, language) if name == "digits" else value
            for name, value in say.values
        }
        text = self._prompts.text(say.prompt, language, **values)
        tag = self._prompts.voice(language)
        voice = self._refused.first_of(self._prompts.voices(language))
        if pace == "normal":
            parent.say(text, voice=voice, language=tag)
        else:
            parent.say(voice=voice, language=tag).prosody(text, rate=pace)


def _gather(action: str, seconds: int, **more: str | int) -> Gather:
    """Keys for `action`, which is asked as well where none came within `seconds`."""
    return Gather(
        input="dtmf",
        action=action,
        method="POST",
        timeout=seconds,
        action_on_empty_result=True,
        **more,
    )


def prompts_in(spoken: tuple[Spoken, ...]) -> list[str]:
    """The ids of the prompts that a turn speaks, in order."""
    ids: list[str] = []
    for action in spoken:
        match action:
            case Say(prompt):
                ids.append(prompt)
            case Ask(says) | Listen(says):
                ids += [say.prompt for say in says]
    return ids
