"""Conferences: who is in, when they start and end, who hears whom."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from phone_network import messages as m
from phone_network.calls import Call, new_sid
from phone_network.clock import Alarm

if TYPE_CHECKING:
    from phone_network.exchange import Exchange


@dataclass(slots=True, eq=False)
class Participant:
    """One call in a conference."""

    call: Call
    muted: bool
    start_on_enter: bool
    end_on_exit: bool
    wait: m.Source | None
    label: str
    joined_at: datetime
    hold: bool = False
    limit: Alarm | None = None

    def forget_limit(self) -> None:
        """Cancel the time limit."""
        if self.limit is not None:
            self.limit.cancel()


@dataclass(slots=True, eq=False)
class Conference:
    """One conference; `status` is init, in-progress or completed."""

    sid: str
    name: str
    created_at: datetime
    max_participants: int
    callback_url: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ()
    status: str = "init"
    reason: str = ""
    ended_by: str = ""
    updated_at: datetime | None = None
    participants: dict[str, Participant] = field(default_factory=dict)
    sequence: Iterator[int] = field(default_factory=lambda: itertools.count(1))


class Conferences:
    """All conferences of the account."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._conferences: dict[str, Conference] = {}
        self._by_call: dict[str, Conference] = {}

    def all(self) -> list[Conference]:
        """List them, the completed ones too."""
        return list(self._conferences.values())

    def live(self, sid_or_name: str) -> Conference | None:
        """Find one that is not over by its identifier or name."""
        for conference in self._conferences.values():
            if conference.status != "completed" and sid_or_name in {
                conference.sid,
                conference.name,
            }:
                return conference
        return None

    def get(self, sid: str) -> Conference | None:
        """Find one by its identifier."""
        return self._conferences.get(sid)

    def of(self, call: Call) -> Conference | None:
        """Give the conference that a call is in."""
        return self._by_call.get(call.sid)

    def listeners(self, call: Call) -> list[Call]:
        """Give the calls that hear what this one says."""
        conference = self.of(call)
        if conference is None or conference.status != "in-progress":
            return []
        speaker = conference.participants[call.sid]
        if speaker.muted or speaker.hold:
            return []
        others = conference.participants.values()
        return [each.call for each in others if each is not speaker and not each.hold]

    def create(self, name: str, max_participants: int = 250) -> Conference:
        """Make a conference that nobody is in yet."""
        conference = Conference(new_sid("CF"), name, self._exchange.clock.now(), max_participants)
        self._conferences[conference.sid] = conference
        return conference

    def join(self, call: Call, wanted: m.JoinConference) -> None:
        """Let a call enter; the conference is made where there is none of that name."""
        exchange = self._exchange
        now = exchange.clock.now()
        conference = self.live(wanted.name) or self.create(wanted.name, wanted.max_participants)
        if len(conference.participants) >= conference.max_participants:
            call.note(now, "conference full", conference=conference.name)
            exchange.feed(call, m.DialEnded({"DialCallStatus": "failed"}))
            return
        if wanted.status_callback and not conference.callback_url:
            conference.callback_url = wanted.status_callback
            conference.callback_method = wanted.status_callback_method
            conference.callback_events = wanted.status_events
        participant = Participant(
            call,
            wanted.muted,
            wanted.start_on_enter,
            wanted.end_on_exit,
            wanted.wait,
            wanted.label,
            now,
        )
        present = [other.call.party for other in conference.participants.values()]
        conference.participants[call.sid] = participant
        self._by_call[call.sid] = conference
        call.note(now, "joined", conference=conference.name)
        exchange.tell(call, "joined", conference=conference.name, present=present)
        for other in conference.participants.values():
            if other is not participant:
                exchange.tell(other.call, "arrived", conference=conference.name, who=call.party)
        self._report(conference, "participant-join", participant)
        participant.limit = exchange.later(
            call, wanted.time_limit, lambda: self.leave(call, "time limit"), background=True
        )
        if conference.status == "in-progress":
            return
        if len(conference.participants) > 1 and any(
            each.start_on_enter for each in conference.participants.values()
        ):
            self._start(conference, participant)
        else:
            self._let_wait(participant)

    def _let_wait(self, participant: Participant) -> None:
        if participant.wait is not None:
            self._exchange.feed(participant.call, m.WaitStarted(participant.wait))

    def _start(self, conference: Conference, last: Participant) -> None:
        conference.status = "in-progress"
        conference.updated_at = self._exchange.clock.now()
        self._exchange.callbacks.conference(conference, "conference-start", last.call)
        for participant in list(conference.participants.values()):
            if not participant.hold:
                self._exchange.feed(participant.call, m.WaitEnded())

    def leave(self, call: Call, reason: str) -> None:
        """Let a call leave; its program goes on after the Dial."""
        conference = self._by_call.pop(call.sid, None)
        if conference is None:
            return
        participant = conference.participants.pop(call.sid)
        participant.forget_limit()
        call.note(self._exchange.clock.now(), "left", conference=conference.name, reason=reason)
        for other in conference.participants.values():
            self._exchange.tell(other.call, "departed", conference=conference.name, who=call.party)
        self._report(conference, "participant-leave", participant)
        if participant.end_on_exit:
            self.end(conference, f"{call.party} left", call)
        elif not conference.participants:
            self._complete(conference, "last participant left", call)
        self._exchange.feed(call, m.DialEnded({"DialCallStatus": "answered"}))

    def end(self, conference: Conference, reason: str, by: Call | None = None) -> None:
        """End a conference: every call goes on after its Dial."""
        if conference.status == "completed":
            return
        everybody = list(conference.participants.values())
        conference.participants.clear()
        for participant in everybody:
            self._by_call.pop(participant.call.sid, None)
            participant.forget_limit()
            self._report(conference, "participant-leave", participant)
        last = by or (everybody[-1].call if everybody else None)
        self._complete(conference, reason, last)
        for participant in everybody:
            call = participant.call
            call.note(self._exchange.clock.now(), "left", conference=conference.name, reason=reason)
            self._exchange.feed(call, m.DialEnded({"DialCallStatus": "answered"}))

    def _complete(self, conference: Conference, reason: str, by: Call | None) -> None:
        conference.status, conference.reason = "completed", reason
        conference.updated_at = self._exchange.clock.now()
        conference.ended_by = by.sid if by is not None else ""
        if by is not None:
            self._exchange.callbacks.conference(
                conference,
                "conference-end",
                by,
                CallSidEndingConference=by.sid,
                ReasonConferenceEnded=reason,
            )

    def set_muted(self, conference: Conference, participant: Participant, *, muted: bool) -> None:
        """Mute or unmute."""
        if participant.muted != muted:
            participant.muted = muted
            self._report(
                conference, "participant-mute" if muted else "participant-unmute", participant
            )

    def set_hold(
        self, conference: Conference, participant: Participant, source: m.Source | None
    ) -> None:
        """Put on hold with a document (a source without URL: music), or take back with None."""
        hold = source is not None
        if participant.hold == hold:
            return
        participant.hold = hold
        self._exchange.tell(participant.call, "hold", on=hold)
        if source is not None:
            self._exchange.feed(participant.call, m.WaitStarted(source))
        elif conference.status == "in-progress":
            self._exchange.feed(participant.call, m.WaitEnded())
        else:
            self._let_wait(participant)
        self._report(conference, "participant-hold" if hold else "participant-unhold", participant)

    def _report(self, conference: Conference, event: str, participant: Participant) -> None:
        self._exchange.callbacks.conference(
            conference,
            event,
            participant.call,
            CallSid=participant.call.sid,
            Muted=str(participant.muted).lower(),
            Hold=str(participant.hold).lower(),
            Coaching="false",
            EndConferenceOnExit=str(participant.end_on_exit).lower(),
            StartConferenceOnEnter=str(participant.start_on_enter).lower(),
            **({"ParticipantLabel": participant.label} if participant.label else {}),
        )
