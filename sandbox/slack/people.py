"""Who is in the workspace: members, guests, strangers of a shared channel, deactivated accounts and the bot."""

from dataclasses import dataclass

from sandbox.slack.ids import Json


@dataclass(slots=True)
class Person:
    """One account. `team` is the workspace it belongs to, `home_team` the one that looks at it."""

    id: str
    name: str
    real_name: str
    team: str
    home_team: str
    locale: str = "de-DE"
    zone: str = "Europe/Berlin"
    email: str = ""
    guest: bool = False
    single_channel_guest: bool = False
    deactivated: bool = False
    bot_id: str = ""
    app_id: str = ""

    @property
    def is_stranger(self) -> bool:
        return self.team != self.home_team

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_id)

    @property
    def json(self) -> Json:
        """The user object of users.info."""
        shape: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": self.deactivated,
            "real_name": self.real_name,
            "tz": self.zone,
            "locale": self.locale,
            "profile": self._profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if self.is_stranger:
            shape["is_stranger"] = True
        if not self.deactivated:
            shape |= {
                "is_admin": False,
                "is_owner": False,
                "is_primary_owner": False,
                "is_restricted": self.guest or self.single_channel_guest,
                "is_ultra_restricted": self.single_channel_guest,
            }
        return shape

    @property
    def _profile(self) -> Json:
        first, _, last = self.real_name.partition(" ")
        profile: Json = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "first_name": first,
            "last_name": last,
            "team": self.team,
        }
        if self.email:
            profile["email"] = self.email
        if self.is_bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        return profile

    @property
    def actor(self) -> Json:
        """The `user` object of an interaction."""
        return {"id": self.id, "username": self.name, "name": self.name, "team_id": self.team}

    @property
    def bot_profile(self) -> Json:
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "name": self.real_name,
            "deleted": self.deactivated,
            "team_id": self.team,
        }
