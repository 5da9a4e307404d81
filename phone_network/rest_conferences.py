"""The REST API of conferences and of who is in them."""

import re

from aiohttp import web

from phone_network import forms, shapes
from phone_network.conferences import Conference, Participant
from phone_network.exchange import Exchange
from phone_network.forms import Answering, RestError, not_found
from phone_network.messages import Source


class ConferencesApi:
    """The routes' handlers over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> tuple[tuple[str, str, Answering], ...]:
        """Give method, path below the account, and handler of each."""
        one, people = "/Conferences/{conference}", "/Conferences/{conference}/Participants"
        return (
            ("GET", "/Conferences.json", self.list_conferences),
            ("GET", f"{one}.json", self.show_conference),
            ("POST", f"{one}.json", self.change_conference),
            ("GET", f"{people}.json", self.list_participants),
            ("POST", f"{people}.json", self.create_participant),
            ("GET", f"{people}/{{call}}.json", self.show_participant),
            ("POST", f"{people}/{{call}}.json", self.change_participant),
            ("DELETE", f"{people}/{{call}}.json", self.kick_participant),
        )

    # --- conferences --------------------------------------------------------------------------

    async def list_conferences(self, request: web.Request) -> web.StreamResponse:
        """List conferences by name and status, the newest first."""
        name, status = request.query.get("FriendlyName"), request.query.get("Status")
        found = [
            shapes.conference(self._exchange, each)
            for each in reversed(self._exchange.conferences.all())
            if name in {None, each.name} and status in {None, each.status}
        ]
        return shapes.listing(request, "conferences", found)

    async def show_conference(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        return web.json_response(shapes.conference(self._exchange, self._conference(request)))

    async def change_conference(self, request: web.Request) -> web.StreamResponse:
        """End a conference."""
        conference, form = self._conference(request), await forms.read(request)
        if form.get("Status") == "completed":
            self._exchange.conferences.end(conference, "ended by the application")
        elif form.get("Status"):
            raise RestError(400, 20001, "Status has to be completed")
        return web.json_response(shapes.conference(self._exchange, conference))

    def _conference(self, request: web.Request) -> Conference:
        wanted = request.match_info["conference"]
        conferences = self._exchange.conferences
        found = conferences.live(wanted) or conferences.get(wanted)
        if found is None:
            raise not_found(request.path)
        return found

    # --- participants -------------------------------------------------------------------------

    async def list_participants(self, request: web.Request) -> web.StreamResponse:
        """List who is in."""
        conference = self._conference(request)
        found = [
            shapes.participant(self._exchange, conference, each)
            for each in conference.participants.values()
        ]
        return shapes.listing(request, "participants", found)

    async def create_participant(self, request: web.Request) -> web.StreamResponse:
        """Call somebody into a conference, which may not exist yet when named by its name."""
        form = await forms.read(request)
        wanted = request.match_info["conference"]
        conferences = self._exchange.conferences
        conference = conferences.live(wanted)
        if conference is None:
            if re.fullmatch(r"CF[0-9a-fA-F]{32}", wanted, re.ASCII):
                raise not_found(request.path)
            conference = conferences.create(wanted)
        to, from_ = forms.needed(form, "To", 21201), forms.needed(form, "From", 21213)
        call = self._exchange.originate(
            forms.address(to),
            from_,
            Source(twiml=forms.conference_document(conference.name, form)),
            callback=await forms.callback(request, form, "StatusCallback"),
            timeout=forms.seconds(form, 60.0),
        )
        body = shapes.invited(self._exchange, conference, call, form)
        return web.json_response(body, status=201)

    async def show_participant(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        conference, participant = self._participant(request)
        return web.json_response(shapes.participant(self._exchange, conference, participant))

    async def change_participant(self, request: web.Request) -> web.StreamResponse:
        """Mute, hold, or set whether the conference ends with this one."""
        conference, participant = self._participant(request)
        form = await forms.read(request)
        conferences = self._exchange.conferences
        if (muted := forms.flag(form, "Muted")) is not None:
            conferences.set_muted(conference, participant, muted=muted)
        if (hold := forms.flag(form, "Hold")) is not None:
            url = form.get("HoldUrl", "")
            source = Source(forms.url(url) if url else "", form.get("HoldMethod", "GET"))
            conferences.set_hold(conference, participant, source if hold else None)
        if (end := forms.flag(form, "EndConferenceOnExit")) is not None:
            participant.end_on_exit = end
        return web.json_response(shapes.participant(self._exchange, conference, participant))

    async def kick_participant(self, request: web.Request) -> web.StreamResponse:
        """Take somebody out; their document goes on after its Dial."""
        _, participant = self._participant(request)
        self._exchange.conferences.leave(participant.call, "removed by the application")
        return web.Response(status=204)

    def _participant(self, request: web.Request) -> tuple[Conference, Participant]:
        conference, wanted = self._conference(request), request.match_info["call"]
        for participant in conference.participants.values():
            if wanted in {participant.call.sid, participant.label}:
                return conference, participant
        raise not_found(request.path)
